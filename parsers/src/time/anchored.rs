//! What the start of a clock does to a log whose times count from there.

use polars::prelude::{Float64Chunked, IntoColumn, NewChunkedArray};

use super::MONOTONIC;
use crate::frame::{Clock, Unit};
use crate::parsed::Parsed;

impl Parsed {
    /// Where the clock of the column `monotonic_s` started, in seconds since 1970, by the rows that have both times: the median,
    /// and the largest distance from it. `None` without such a row.
    #[must_use]
    pub fn clock_start(&self) -> Option<(f64, f64)> {
        let (times, own) = (self.frame.times()?, self.frame.f64s(MONOTONIC).ok()?);
        let both = times.into_iter().zip(own.iter());
        let mut starts: Vec<f64> = both.filter_map(|(time, own)| Some(time? - own?)).collect();
        starts.sort_by(f64::total_cmp);
        let median = *starts.get(starts.len() / 2)?;
        let (first, last) = (starts.first()?, starts.last()?);
        Some((median, (median - first).max(last - median)))
    }

    /// Whether it has times by such a clock only.
    #[must_use]
    pub fn needs_clock_start(&self) -> bool {
        let has_own = self.frame.f64s(MONOTONIC).is_ok_and(|own| own.iter().any(|time| time.is_some()));
        has_own && self.frame.times().is_none_or(|times| times.iter().all(Option::is_none))
    }

    /// Fills the column of times, `time` unless it has another name, of a log that [needs it](Self::needs_clock_start), of which the clock started `start_s` seconds
    /// since 1970.
    pub fn declare_clock_start(&mut self, start_s: f64) {
        let Ok(own) = self.frame.f64s(MONOTONIC) else { return };
        let times = own.iter().map(|time| time.map(|time| start_s + time));
        let known = self.frame.columns.iter().find(|column| column.unit == Unit::EpochSeconds);
        let name = known.map_or("time", |column| column.name.as_str());
        let times = Float64Chunked::from_iter_options(name.into(), times);
        // It is as long as the others, so that this does not fail.
        if self.frame.df.with_column(times.into_column()).is_ok() {
            self.frame.clock = Clock::Epoch;
        }
    }
}
