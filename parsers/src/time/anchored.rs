//! What the start of a clock does to a log whose times count from there.

use polars::prelude::{Float64Chunked, IntoColumn, NewChunkedArray};

use super::{ELAPSED, MONOTONIC};
use crate::frame::{Clock, Column, Unit};
use crate::meaning::Meaning;
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

    /// Whether it has times by such a clock only, or since the start of its tool.
    #[must_use]
    pub fn needs_clock_start(&self) -> bool {
        let Some((is_of_tool, own)) = self.own_clock() else { return false };
        // Times in front of the lines of a tool count more, once somebody says what they lack.
        let is_local = || self.frame.f64s("local_s").is_ok_and(|own| own.iter().any(|time| time.is_some()));
        let waits = is_of_tool && (is_local() || self.missing().is_some());
        let has_none = || self.frame.times().is_none_or(|times| times.iter().all(Option::is_none));
        own.iter().any(|time| time.is_some()) && !waits && has_none()
    }

    /// Whether its times count from the start of the tool that wrote it, which no other log has.
    #[must_use]
    pub fn counts_from_its_start(&self) -> bool {
        self.format.meaning() == Meaning::Work && self.own_clock().is_some()
    }

    fn own_clock(&self) -> Option<(bool, &Float64Chunked)> {
        let monotonic = self.frame.f64s(MONOTONIC).ok().map(|own| (false, own));
        let of_tool = || (self.format.meaning() == Meaning::Work).then(|| self.frame.f64s(ELAPSED).ok());
        monotonic.or_else(|| of_tool().flatten().map(|own| (true, own)))
    }

    /// Fills the column of times of a log that [needs it](Self::needs_clock_start), of which the clock started `start_s` seconds
    /// since 1970. Of several tests in a log of a tool only the first began then: the others stay without.
    pub fn declare_clock_start(&mut self, start_s: f64) {
        let Some((is_of_tool, own)) = self.own_clock() else { return };
        let mut last = f64::NEG_INFINITY;
        let mut goes_on = true;
        let placed = own.iter().map(|time| {
            goes_on &= !is_of_tool || time.is_none_or(|time| time >= last);
            last = time.unwrap_or(last);
            time.filter(|_| goes_on).map(|time| start_s + time)
        });
        let times: Vec<Option<f64>> = placed.collect();
        let known = self.frame.columns.iter().find(|column| column.unit == Unit::EpochSeconds);
        let known = known.map(|column| column.name.clone());
        let name = known.clone().unwrap_or_else(|| "epoch_s".to_owned());
        let times = Float64Chunked::from_iter_options(name.as_str().into(), times.into_iter());
        // It is as long as the others, so that this does not fail.
        if self.frame.df.with_column(times.into_column()).is_ok() {
            if known.is_none() {
                self.frame.columns.push(Column { name, unit: Unit::EpochSeconds });
            }
            self.frame.clock = Clock::Epoch;
        }
    }
}
