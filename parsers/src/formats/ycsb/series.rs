//! `measurementtype=timeseries`: the mean latency of each kind of operation in each interval, written at the end. It does not say
//! how much was done.

use std::collections::BTreeMap;

use crate::diagnostic::Place;
use crate::head::Head;
use crate::lines::Lines;
use crate::shared::benchmark::positive;
use crate::shared::work::{Beside, Row, Work};
use crate::text::unsigned;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    let is_overall = |text: &[u8]| text.starts_with(b"[OVERALL], RunTime(ms), ");
    let overall = head.lines.iter().any(|line| is_overall(line.text));
    overall && head.lines.iter().any(|line| point(line.text).is_some())
}

/// `[READ], 1000, 1234.5`: milliseconds since the start, and µs.
fn point(text: &[u8]) -> Option<(&[u8], u64, f64)> {
    let mut cells = text.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    let kind = cells.next()?.strip_prefix(b"[")?.strip_suffix(b"]")?;
    let (at, latency) = (unsigned(cells.next()?)?, positive(cells.next()?)?);
    (cells.next().is_none() && !kind.ends_with(b"-FAILED")).then_some((kind, at, latency))
}

/// The mean over all kinds is not known where there are several: the rows of the first kind count.
pub(super) fn read(bytes: &[u8], work: &mut Work) {
    let mut first: Option<&[u8]> = None;
    let mut rows: BTreeMap<u64, (f64, u64)> = BTreeMap::new();
    for line in Lines::new(bytes) {
        let Some((kind, at, latency)) = point(line.text) else { continue };
        if !line.terminated {
            work.cut(Place::line(line.number, line.text));
            continue;
        }
        if *first.get_or_insert(kind) == kind {
            rows.entry(at).or_insert((latency, line.number));
        }
    }
    let steps = rows.keys().zip(rows.keys().skip(1)).map(|(from, to)| to - from);
    let Some(step) = steps.min() else { return };
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a test")]
    let seconds = |ms: u64| ms as f64 / 1000.0;
    for (at, (latency, line)) in rows {
        let row = Row {
            elapsed_s: Some(seconds(at.saturating_add(step))),
            length_s: Some(seconds(step)),
            line,
            ..Row::default()
        };
        work.push(row.with(Beside::LatencyMean, Some(latency / 1000.0)));
    }
}
