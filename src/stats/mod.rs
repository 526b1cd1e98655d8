//! Statistics on plain numbers.
//!
//! Nothing here knows about logs, runs or reports, and nothing here imports from the rest of the
//! program. All values must be finite; [`Sample`] makes sure of it. Resampling uses ChaCha8 with
//! a seed that the caller gives, so that every machine draws the same resamples.

mod agreement;
mod bootstrap;
mod curve;
mod interval;
mod regression;
mod sample;
mod significance;
mod student;

pub use agreement::{BlandAltman, WithinGroups, bland_altman, within_groups};
pub use bootstrap::{bootstrap_paired_ratio, bootstrap_ratio_of_means};
pub use curve::{Curve, Line};
pub use interval::Interval;
pub use regression::{LinearFit, fit_line};
pub use sample::{Sample, Summary, mean_ci95};
pub use significance::{holm, mann_whitney};
pub use student::t_quantile_975;
