//! The repetitions of all conditions → an [`Analysis`](crate::model::Analysis).
//!
//! [`driver`] takes each campaign through the stages, from loading its files to the conclusions: [`aggregate`] averages the repetitions of a condition, [`agreement`] compares the methods of measuring an
//! outage, [`convergence`] follows the rounds of pre-copy, [`sweep`] puts quantities against a number, [`efficiency`]
//! compares benchmarks with a baseline, [`placement`] orders the VMs of a host, and [`findings`] picks what deserves a
//! sentence. [`dataset`] keeps what is left of the runs. [`merge`] puts several campaigns side by side, [`portfolio`] gives each a chapter of its own.

pub mod aggregate;
pub mod agreement;
pub mod benchmarks;
mod checks;
pub mod comparisons;
mod conditions;
pub mod convergence;
pub mod dataset;
pub mod driver;
pub mod efficiency;
mod excerpts;
pub mod findings;
mod hosts;
pub mod merge;
pub mod options;
pub mod placement;
pub mod portfolio;
mod stages;
pub mod sweep;
