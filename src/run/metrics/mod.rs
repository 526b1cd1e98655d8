//! One aligned run → its numbers.

pub mod bounds;
pub mod degradation;
pub mod event;
pub mod outage;
pub mod precopy;
pub mod reconciliation;
pub mod resources;
pub mod round_trips;
pub mod streaming;
pub mod throughput;
pub mod time_line;
pub mod transfer;
