//! Parts of a log: the sessions of ping, the migrations or the tests of which it holds several.
//!
//! Each is a recording of its own, with rows and facts of its own; which parts make a run is the caller's to say.

use std::collections::BTreeSet;

use polars::prelude::{DataFrame, IdxCa, IntoColumn, NewChunkedArray, UInt32Chunked};

use crate::diagnostic::{Facts, RowCount};
use crate::meaning::Meaning;
use crate::parsed::Parsed;

/// One of the recordings that a log holds one behind the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// The line in which it begins.
    pub line: Option<u64>,
    /// Its rows of the frame, rising. None of a session without any reply, or an experiment without an answer.
    pub rows: Vec<usize>,
    /// What it says of itself, in the place of the facts of the log.
    pub facts: Facts,
    /// What it was told to do that another part of the same kind may have been told otherwise: threads, a mix of
    /// queries, a target.
    pub settings: Vec<(&'static str, String)>,
}

impl Parsed {
    /// What the log says in some of its rows, which rise, with `facts` in the place of its own. Diagnostics stay with the log.
    #[must_use]
    pub fn of_rows(&self, rows: &[usize], facts: Facts) -> Self {
        let mut log = self.clone();
        let indices: Vec<u32> = rows.iter().filter_map(|row| u32::try_from(*row).ok()).collect();
        let taken = self.frame.df.take(&IdxCa::from_vec("".into(), indices));
        log.frame.df = taken.unwrap_or_else(|_| self.frame.df.clear());
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
        use crate::frame::Clock;
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
        let summed_up = facts.int("transmitted").map(|sent| facts.int("first_seq").unwrap_or(1).saturating_add(sent) - 1);
        for of_the_whole in ["transmitted", "received", "duplicates", "errors", "loss_percent", "time_ms", "first_seq"] {
            facts.remove(of_the_whole);
        }
        let Ok(seqs) = self.frame.u32s("seq") else { return };
        let answers = self.frame.strs("outcome").ok();
        let is_reply = |row: usize| answers.is_none_or(|all| matches!(all.get(row), Some("reply" | "duplicate")));
        let rows = times.iter().zip(seqs.iter()).enumerate().filter(|(row, _)| is_reply(*row));
        let timed: Vec<(f64, f64)> = rows.filter_map(|(_, (t, seq))| Some(((*t)?, f64::from(seq?)))).collect();
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

/// The parts of a frame whose rows lie one part behind the other: where each begins, in rows, and where the last one ends.
pub(crate) fn consecutive(
    beginnings: impl IntoIterator<Item = (usize, Part)>,
    end: usize,
) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut from = 0;
    for (begin, part) in beginnings {
        if let Some(before) = parts.last_mut() {
            before.rows = (from..begin).collect();
        }
        from = begin;
        parts.push(part);
    }
    if let Some(last) = parts.last_mut() {
        last.rows = (from..end).collect();
    }
    parts
}
