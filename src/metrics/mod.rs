//! One aligned run → its numbers.

pub mod outage;
pub mod resources;
pub mod round_trips;
pub mod streaming;
