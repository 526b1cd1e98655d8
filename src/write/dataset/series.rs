//! The aligned series of a run as rows.

use std::collections::BTreeMap;

use polars::prelude::Column;

use crate::model::{Event, Run};
use crate::run::align::{AlignedRun, Samples};
use crate::write::frames::column;

/// What stands in the column `metric` of requests and of stamps of the clock in the VM, which no log calls so.
const REQUEST: &str = "ping.request";
const STAMP: &str = "guest.stamp";

/// The rows of runs: samples, then the requests of ping, then the stamps of the clock in the VM.
#[derive(Debug, Default)]
pub struct RunSeries {
    /// What rows that follow each other have in common, with their number.
    stretches: Vec<(Named, usize)>,
    seqs: Vec<Option<u32>>,
    times: Vec<Option<f64>>,
    values: Vec<Option<f64>>,
    answered: Vec<Option<bool>>,
}

/// A quantity, and whose it is.
#[derive(Debug)]
struct Named {
    host: Option<String>,
    metric: String,
    unit: &'static str,
}

/// So many requests without an answer have rows: more than a day at ten a second.
const MOST_UNANSWERED: usize = 1_000_000;

impl RunSeries {
    /// Times are counted from the event `align`; a run without it has no place on the axis, and no rows.
    pub fn of(run: &Run, aligned: &AlignedRun, align: Event) -> Self {
        let mut rows = Self::default();
        let Some(zero_s) = run.event_s(align) else { return rows };
        for samples in &aligned.samples {
            let Samples { host, metric, unit, t_s, values, .. } = samples;
            let named = Named { host: host.clone(), metric: metric.clone(), unit: unit.name() };
            rows.stretches.push((named, t_s.len()));
            rows.times.extend(t_s.iter().map(|t_s| Some(t_s - zero_s)));
            rows.values.extend(values.iter().copied().map(Some));
        }
        rows.seqs.resize(rows.times.len(), None);
        rows.answered.resize(rows.times.len(), None);
        rows.requests(aligned, zero_s);
        if let Some(clock) = aligned.guest_clock.as_ref().filter(|clock| clock.aligned) {
            rows.of_service(STAMP, "s", clock.stamps_s.len());
            rows.times.extend(clock.stamps_s.iter().map(|stamp| Some(stamp - zero_s)));
            rows.values.resize(rows.times.len(), None);
            rows.seqs.resize(rows.times.len(), None);
            rows.answered.resize(rows.times.len(), None);
        }
        rows
    }

    /// The next rows are of no host.
    fn of_service(&mut self, metric: &str, unit: &'static str, rows: usize) {
        self.stretches.push((Named { host: None, metric: metric.to_owned(), unit }, rows));
    }

    /// The requests of a run; where more than [`MOST_UNANSWERED`] had no answer, those that had one.
    fn requests(&mut self, aligned: &AlignedRun, zero_s: f64) {
        let Some(ping) = aligned.ping.as_ref().filter(|ping| ping.origin_s.is_some()) else { return };
        let answers: BTreeMap<u32, Option<f64>> =
            ping.answered.iter().copied().zip(ping.rtt_ms.iter().copied()).collect();
        let all = ping.first_seq..ping.first_seq.saturating_add(ping.sent);
        // A number in a log may be any: what nobody answered is no row of it.
        let unanswered = all.len().saturating_sub(answers.len());
        let sent: Vec<u32> = match unanswered > MOST_UNANSWERED {
            true => answers.keys().copied().filter(|seq| all.contains(seq)).collect(),
            false => all.collect(),
        };
        self.of_service(REQUEST, "ms", sent.len());
        for seq in sent {
            let answer = answers.get(&seq);
            self.times.push(ping.sent_at(seq).map(|t_s| t_s - zero_s));
            self.values.push(answer.copied().flatten());
            self.seqs.push(Some(seq));
            self.answered.push(Some(answer.is_some()));
        }
    }

    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Adds the rows of another run.
    pub fn append(&mut self, mut other: Self) {
        self.stretches.append(&mut other.stretches);
        self.seqs.append(&mut other.seqs);
        self.times.append(&mut other.times);
        self.values.append(&mut other.values);
        self.answered.append(&mut other.answered);
    }

    /// The columns beside those that say of which run a row is.
    pub fn columns(&self) -> Vec<Column> {
        let each = || self.stretches.iter().flat_map(|(named, rows)| std::iter::repeat_n(named, *rows));
        vec![
            column("host", each().map(|named| named.host.as_deref()).collect::<Vec<_>>()),
            column("metric", each().map(|named| named.metric.as_str()).collect::<Vec<_>>()),
            column("unit", each().map(|named| named.unit).collect::<Vec<_>>()),
            column("seq", self.seqs.as_slice()),
            column("t_s", self.times.as_slice()),
            column("value", self.values.as_slice()),
            column("answered", self.answered.as_slice()),
        ]
    }
}
