//! A log in parts: by its rows, by what it says of its parts, by time.

use std::collections::BTreeSet;

use polars::prelude::{DataFrame, IdxCa, IntoColumn, NewChunkedArray, UInt32Chunked};

use crate::diagnostic::{Facts, RowCount};
use crate::frame::Clock;
use crate::meaning::Meaning;
use crate::parsed::Parsed;
use crate::part::Part;

impl Parsed {
    /// What the log says in some of its rows, which rise, with `facts` in the place of its own. Diagnostics stay with the log.
    #[must_use]
    pub fn of_rows(&self, rows: &[usize], facts: Facts) -> Self {
        let mut log = self.clone();
        let indices: Vec<u32> = rows.iter().filter_map(|row| u32::try_from(*row).ok()).collect();
        let taken = self.frame.df.take(&IdxCa::from_vec("".into(), indices));
        log.frame.df = taken.unwrap_or_else(|_| self.frame.df.clear());
        log.frame.lines = self.frame.lines.of_rows(rows);
        log.facts = facts;
        log.rows = RowCount { read: log.frame.height(), lost: 0 };
        log.parts = Vec::new();
        log.diagnostics = Vec::new();
        log
    }

    /// What one of its [`parts`](Self::parts) says, as if it were a log of its own.
    #[must_use]
    pub fn of_part(&self, part: &Part) -> Self {
        let mut log = self.of_rows(&part.rows, part.facts.clone());
        first_session(&mut log.frame.df);
        log
    }

    /// What the log says from one instant until another, both in seconds since 1970 by its own clock. Of ping what was
    /// sent until then: a request that was not answered before the end counts. `None` where its rows have no such times.
    #[must_use]
    pub fn between(&self, from: f64, until: f64) -> Option<Self> {
        match self.frame.clock {
            Clock::Epoch | Clock::EpochSecondsAtArrival => {}
            Clock::Counter | Clock::TimeOfDay | Clock::None => return None,
        }
        let times = self.frame.times()?;
        let mut last = None;
        let mut rows = Vec::new();
        for (row, time) in times.iter().enumerate() {
            last = time.or(last);
            if last.is_some_and(|t| from <= t && t < until) {
                rows.push(row);
            }
        }
        let mut log = self.of_rows(&rows, self.facts.clone());
        if let Meaning::Replies { .. } = self.format.meaning() {
            self.requests_between(&times, [from, until], &mut log.facts);
        }
        Some(log)
    }

    /// Which requests of ping were sent between two instants: between two replies they were sent at a steady pace.
    fn requests_between(&self, times: &[Option<f64>], [from, until]: [f64; 2], facts: &mut Facts) {
        // A log that ends with the summary of ping tells how many it sent after its last reply.
        let summed_up =
            facts.int("transmitted").map(|sent| facts.int("first_seq").unwrap_or(1).saturating_add(sent) - 1);
        for of_the_whole in
            ["transmitted", "received", "duplicates", "errors", "loss_percent", "time_ms", "first_seq"]
        {
            facts.remove(of_the_whole);
        }
        let Ok(seqs) = self.frame.u32s("seq") else { return };
        let answers = self.frame.strs("outcome").ok();
        let is_reply =
            |row: usize| answers.is_none_or(|all| matches!(all.get(row), Some("reply" | "duplicate")));
        let rows = times.iter().zip(seqs.iter()).enumerate().filter(|(row, _)| is_reply(*row));
        let timed: Vec<(f64, f64)> =
            rows.filter_map(|(_, (t, seq))| Some(((*t)?, f64::from(seq?)))).collect();
        let at = |instant: f64| -> Option<f64> {
            let behind = timed.iter().position(|(t, _)| *t >= instant);
            let (t1, seq1) = *timed.get(behind?)?;
            let (t0, seq0) = *timed.get(behind?.checked_sub(1)?)?;
            Some(seq0 + (seq1 - seq0) * (instant - t0) / (t1 - t0).max(f64::MIN_POSITIVE))
        };
        let (Some((_, lowest)), Some(highest)) = (timed.first(), seqs.iter().flatten().max()) else { return };
        let at_end = summed_up.unwrap_or_default().max(i64::from(highest));
        #[expect(clippy::cast_possible_truncation, reason = "numbers of requests have 32 bits")]
        let whole = |seq: f64| seq.floor() as i64;
        let first = at(from).map_or(whole(*lowest), |seq| whole(seq).saturating_add(1));
        let last = at(until).map_or(at_end, whole);
        if first <= last {
            facts.set_int("first_seq", first);
            facts.set_int("transmitted", last.saturating_sub(first).saturating_add(1));
        }
    }

    /// The tests of benchmarks in some rows, by name.
    #[must_use]
    pub fn tests(&self, rows: &[usize]) -> BTreeSet<String> {
        let Ok(tests) = self.frame.strs("test") else { return BTreeSet::new() };
        rows.iter().filter_map(|row| tests.get(*row)).map(str::to_owned).collect()
    }
}

/// A session alone is the first of its log.
fn first_session(df: &mut DataFrame) {
    if df.column("session").is_ok() {
        let zeros = std::iter::repeat_n(0_u32, df.height());
        let column = UInt32Chunked::from_iter_values("session".into(), zeros).into_column();
        // The column is there and as long as the others.
        let _ = df.with_column(column);
    }
}
