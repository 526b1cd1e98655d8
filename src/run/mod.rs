//! The logs of one run → its numbers.
//!
//! [`align`] puts the logs on one axis, seconds since the migration request; [`clocks`] estimates how far the clocks are
//! apart that stamped them; [`metrics`] measures: outages as intervals, round trips, phases, costs, flags; [`bins`] makes
//! bins of one second of the samples. [`measure`] does all of that for one run and returns what is left of it.

pub mod align;
pub mod bins;
pub mod clocks;
pub mod measure;
pub mod metrics;
pub mod roles;
