//! Statistics on plain numbers.
//!
//! Nothing here knows about logs, runs or reports, and nothing here imports from the rest of the
//! program. All values must be finite; [`Sample`] makes sure of it. Resampling uses ChaCha8 with
//! a seed that the caller gives, so that every machine draws the same resamples.

mod agreement;
mod bootstrap;
mod censored;
mod curve;
mod distribution;
mod interval;
mod mean;
mod permutation;
mod proportion;
mod ratio;
mod regression;
mod sample;
mod shift;
mod significance;
mod student;
mod trend;

pub use agreement::{BlandAltman, WithinGroups, bland_altman, within_groups};
pub use bootstrap::{bootstrap_paired_ratio, bootstrap_ratio_of_means, simultaneous};
pub use censored::{Bounds, Mass, MedianInterval, Turnbull, median, median_interval};
pub use curve::{Curve, Line};
pub use distribution::chi_squared_quantile;
pub use interval::Interval;
pub use mean::{Support, mean_interval, student_interval};
pub use permutation::{gehan, mann_whitney, smallest_p};
pub use proportion::{clopper_pearson, fisher_exact};
pub use ratio::{RatioTest, compare_positive};
pub use regression::{LinearFit, fit_line};
pub use sample::{Sample, Summary, above_zero, mean_ci95};
pub use shift::{Shift, hodges_lehmann};
pub use significance::holm;
pub use student::t_quantile_975;
pub use trend::{ascent, blocks, mann_kendall, slow_first};
