//! The stages from the folder of a campaign to its analysis, each a type that the next one takes:
//!
//! | stage | takes | holds |
//! | --- | --- | --- |
//! | [`Loaded`] | the listed session | every file with its hash and its frame |
//! | [`Surveyed`] | all files | what one run alone does not say: hosts, counters, conditions; the results of benchmarks |
//! | [`Measured`] | the files of one run after the other | what is left of each run; its logs are dropped |
//! | [`Aggregated`] | what is left of all runs | repetitions of a condition as series, curves, comparisons |
//! | [`Concluded`] | all of that | the [`Analysis`](crate::model::Analysis) with findings and checks |
//!
//! Every stage hands on the diagnostics of those before it.

mod aggregated;
mod concluded;
mod loaded;
mod measured;
mod surveyed;

pub(super) use aggregated::Aggregated;
pub(super) use concluded::Concluded;
pub(super) use loaded::Loaded;
pub(super) use measured::{Measured, Measuring};
pub(super) use surveyed::{RunFiles, Surveyed};
