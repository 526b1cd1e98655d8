//! Figures as a whole, drawn from a small made-up analysis.
