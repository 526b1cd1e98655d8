//! Times that lack their year or their day get it from elsewhere.

use chrono::{DateTime, Datelike};
use polars::prelude::{Float64Chunked, IntoColumn, NewChunkedArray};

use super::undated::{DAY_S, Missing, Start};
use crate::frame::{Column, Unit};
use crate::parsed::Parsed;

/// No log is of another time, and no arithmetic fails.
const LATEST_S: f64 = 1e11;
/// From so many candidates on they are too many.
const SEVERAL: usize = 2;

impl Parsed {
    /// What the times in front of its lines lack.
    #[must_use]
    pub fn missing(&self) -> Option<Missing> {
        Missing::ALL.into_iter().find(|missing| self.frame.has(missing.column()))
    }

    fn undated(&self) -> Option<(Missing, Vec<Option<f64>>)> {
        let missing = self.missing()?;
        Some((missing, self.frame.f64s(missing.column()).ok()?.iter().collect()))
    }

    /// The years or days, at most two, with which some of the log is of the time between two instants in seconds since 1970 on
    /// its wall.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "limited above")]
    pub fn starts_between(&self, from: f64, until: f64) -> Vec<Start> {
        let Some((missing, times)) = self.undated() else { return Vec::new() };
        let (from, until) = (from.clamp(0.0, LATEST_S), until.clamp(0.0, LATEST_S));
        let (Some(first), Some(last)) = (times.iter().flatten().next(), times.iter().rev().flatten().next())
        else {
            return Vec::new();
        };
        let overlaps = |start: &Start| {
            let (first, last) = (start.dated(*first), start.dated(*last));
            first.zip(last).is_some_and(|(first, last)| first <= until && from <= last)
        };
        let year = |t: f64| DateTime::from_timestamp(t as i64, 0).map_or(0, |time| time.year());
        let day = |t: f64| (t / DAY_S).floor() as i64;
        match missing {
            Missing::Year => {
                (year(from) - 1..=year(until)).map(Start::Year).filter(overlaps).take(SEVERAL).collect()
            }
            Missing::Day => {
                (day(from - last)..=day(until)).map(Start::Day).filter(overlaps).take(SEVERAL).collect()
            }
        }
    }

    /// Dates the times in front of the lines: they are in `local_s` from now on, and in seconds since 1970 once an offset is
    /// [declared](Self::declare_utc_offset).
    pub fn date(&mut self, start: Start) {
        let Some((missing, times)) = self.undated() else { return };
        let dated = times.into_iter().map(|time| start.dated(time?));
        let dated = Float64Chunked::from_iter_options("local_s".into(), dated).into_column();
        if self.frame.df.with_column(dated).is_ok() {
            let _ = self.frame.df.drop_in_place(missing.column());
            self.frame.columns.retain(|column| column.name != missing.column());
            self.frame.columns.push(Column { name: "local_s".to_owned(), unit: Unit::Seconds });
        }
    }
}
