//! The logs of one run → its numbers.
//!
//! [`align`] puts the logs on one axis, seconds since the migration request; [`clocks`] estimates how far the clocks are
//! apart that stamped them; [`metrics`] measures: outages as intervals, round trips, phases, costs, flags.

pub mod align;
pub mod clocks;
pub mod metrics;
