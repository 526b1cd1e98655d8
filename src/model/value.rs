//! Single values, and what values there can be.

use crate::stats::{Bounds, Support};

/// The value of one run: its estimate, and what the way it was measured leaves open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Value {
    pub estimate: f64,
    /// Without an upper end where no log saw the end: the value is at least its estimate.
    pub within: Bounds,
}

impl Value {
    /// One that is known as well as it is written.
    pub fn exact(value: f64) -> Self {
        Self { estimate: value, within: Bounds::exact(value) }
    }

    /// Whether nothing was seen, and something may have been there.
    pub fn is_unseen(&self) -> bool {
        self.estimate == 0.0 && self.within.upper.is_some_and(|upper| upper > 0.0)
    }

    pub fn is_censored(&self) -> bool {
        self.within.upper.is_none()
    }

    /// How far the truth may lie from the estimate, as half the width of what is open; 0 for an exact value.
    pub fn step(&self) -> f64 {
        self.within.upper.map_or(0.0, |upper| (upper - self.within.lower) / 2.0)
    }
}

/// What values a number can have at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// From 0 on.
    Positive,
    /// From 0 to 100 per cent.
    Share,
    Signed,
}

impl Range {
    /// What intervals have to know: the ends of the range, and the step in which values come.
    pub fn support(self, step: f64) -> Support {
        match self {
            Range::Positive => Support { lower: Some(0.0), upper: None, step },
            Range::Share => Support { lower: Some(0.0), upper: Some(100.0), step },
            Range::Signed => Support { lower: None, upper: None, step },
        }
    }
}
