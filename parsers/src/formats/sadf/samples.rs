//! The samples by time, out of tables that each hold a part of them.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{Float64Type, IntoSeries, UInt32Chunked};

use super::stamp::Stamp;
use crate::column::Values;
use crate::diagnostic::{Diagnostics, Place};
use crate::frame::{FrameBuilder, Unit};

/// Columns in the order in which people look for them; those of single interfaces follow.
const FIRST: [&str; 13] = [
    "cpu.user",
    "cpu.system",
    "cpu.idle",
    "cpu.wait",
    "cpu.hardirq",
    "cpu.softirq",
    "cpu.steal",
    "mem.used",
    "mem.buffers",
    "mem.cache",
    "mem.free",
    "net.received",
    "net.sent",
];

/// A quantity, by the number of its row: rows are numbered as their times come.
#[derive(Debug)]
struct Column {
    unit: Unit,
    values: Vec<Option<f64>>,
}

impl Column {
    /// False if the row has another value already.
    fn set(&mut self, row: usize, value: f64) -> bool {
        if self.values.len() <= row {
            self.values.resize(row.saturating_add(1), None);
        }
        self.values.get_mut(row).is_some_and(|place| *place.get_or_insert(value) == value)
    }
}

/// A row for each time, a column for each quantity.
#[derive(Debug, Default)]
pub(super) struct Samples {
    rows: BTreeMap<Stamp, usize>,
    /// The first line of each row, and the last.
    lines: Vec<[u64; 2]>,
    /// The row that was last spoken of.
    last: Option<(Stamp, usize)>,
    /// As they come, which nearly always is the order in which they came before.
    columns: Vec<(String, Column)>,
    /// The one that is likely to be next.
    next: usize,
    restarts: BTreeSet<Stamp>,
}

impl Samples {
    /// The number of the row of this time.
    fn row(&mut self, time: Stamp) -> usize {
        let next = self.rows.len();
        match self.last {
            Some((last, row)) if last == time => row,
            _ => self.last.insert((time, *self.rows.entry(time).or_insert(next))).1,
        }
    }

    /// False if the quantity has another value at this time already.
    pub fn set(&mut self, (time, line): (Stamp, u64), name: &str, unit: Unit, value: f64) -> bool {
        let row = self.row(time);
        match self.lines.get_mut(row) {
            Some([_, last]) => *last = line,
            None => self.lines.push([line, line]),
        }
        let is_it = |(known, _): &(String, Column)| known == name;
        let likely = self.columns.get(self.next).filter(|column| is_it(column)).map(|_| self.next);
        let at = likely.or_else(|| self.columns.iter().position(is_it)).unwrap_or_else(|| {
            self.columns.push((name.to_owned(), Column { unit, values: Vec::new() }));
            self.columns.len().saturating_sub(1)
        });
        self.next = at.saturating_add(1);
        self.columns.get_mut(at).is_some_and(|(_, column)| column.set(row, value))
    }

    /// The recording stopped and began again at this time.
    pub fn restart(&mut self, time: Stamp) {
        self.restarts.insert(time);
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn has_epochs(&self) -> bool {
        self.rows.keys().any(|time| time.epoch_s.is_some())
    }

    /// The number of the recording to which each sample belongs, from 0.
    fn segment_of_each(&self) -> Vec<u32> {
        let mut restarts = self.restarts.iter().peekable();
        let mut segment = 0_u32;
        let mut begun = false;
        let number = |time: &Stamp| {
            let mut anew = false;
            while restarts.next_if(|restart| *restart <= time).is_some() {
                anew = true;
            }
            segment = segment.saturating_add(u32::from(anew && begun));
            begun = true;
            segment
        };
        self.rows.keys().map(number).collect()
    }

    pub fn segments(&self) -> u32 {
        self.segment_of_each().last().map_or(0, |last| last.saturating_add(1))
    }

    /// Sums the interfaces of the host; what goes over `lo` stays in it.
    fn sum_networks(&mut self, diagnostics: &mut Diagnostics) {
        self.columns.sort_by(|(name, _), (other, _)| name.cmp(other));
        for direction in ["received", "sent"] {
            let mut sum = Column { unit: Unit::BytesPerSecond, values: vec![None; self.rows.len()] };
            let mut interfaces = Vec::new();
            for (name, column) in &self.columns {
                let interface = name.strip_prefix("net.").and_then(|rest| rest.strip_suffix(direction));
                let interface = interface.and_then(|rest| rest.strip_suffix('.')).filter(|it| *it != "lo");
                let Some(interface) = interface else { continue };
                interfaces.push(interface);
                for (total, value) in sum.values.iter_mut().zip(&column.values) {
                    if let Some(value) = value {
                        *total = Some(total.unwrap_or(0.0) + value);
                    }
                }
            }
            if interfaces.is_empty() {
                continue;
            }
            if direction == "received" && interfaces.len() > 1 {
                diagnostics.note("network-summed", Place::FILE, || {
                    format!(
                        "net.received and net.sent are the sum over {}. If one of them is a bond or bridge of others, or a \
                         VLAN, traffic is in it twice",
                        interfaces.join(", ")
                    )
                });
            }
            self.columns.push((format!("net.{direction}"), sum));
        }
    }

    pub fn finish(mut self, diagnostics: &mut Diagnostics) -> FrameBuilder {
        self.sum_networks(diagnostics);
        let mut frame = FrameBuilder::default();
        let segments = UInt32Chunked::from_vec("segment".into(), self.segment_of_each());
        frame.push(Unit::Count, segments.into_series());
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are below 2^53")]
        let times = |part: fn(&Stamp) -> Option<i64>| -> Vec<Option<f64>> {
            self.rows.keys().map(|time| part(time).map(|seconds| seconds as f64)).collect()
        };
        let (epochs, locals) = (times(|time| time.epoch_s), times(|time| time.local_s));
        let mut push = |name: &str, unit: Unit, values: &mut dyn Iterator<Item = Option<f64>>| {
            let mut column = Values::<Float64Type>::new(name, self.rows.len());
            values.for_each(|value| column.append_option(value));
            frame.push(unit, column.finish().into_series());
        };
        push("epoch_s", Unit::EpochSeconds, &mut epochs.into_iter());
        if locals.iter().any(Option::is_some) {
            push("local_s", Unit::Seconds, &mut locals.into_iter());
        }
        let place = |name: &str| FIRST.iter().position(|first| *first == name).unwrap_or(FIRST.len());
        self.columns.sort_by(|(name, _), (other, _)| (place(name), name).cmp(&(place(other), other)));
        for (name, Column { unit, values }) in &self.columns {
            push(name, *unit, &mut self.rows.values().map(|row| values.get(*row).copied().flatten()));
        }
        let lines = self.rows.values().map(|row| self.lines.get(*row).copied().unwrap_or_default());
        frame.set_places(lines.clone().map(|[first, _]| first).collect());
        frame.set_ends(lines.map(|[_, last]| last).collect());
        frame
    }
}
