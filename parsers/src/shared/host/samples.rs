//! The samples of a host by time, out of lines that each hold a part of them.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{Float64Type, IntoSeries, UInt32Chunked};

use super::disks;
use crate::column::Values;
use crate::diagnostic::{Diagnostics, Place};
use crate::frame::{Clock, FrameBuilder, Unit};
use crate::time::{NANOS, seconds};

/// Columns in the order in which people look for them; those of single interfaces, disks and processes follow.
const FIRST: [&str; 16] = [
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
    "disk.read",
    "disk.written",
    "disk.util",
];
/// So many interfaces, disks and processes have columns of their own: each is as long as the log.
const MOST: [(&str, usize); 3] = [("net.", 32), ("disk.", 32), ("process.", 32)];

/// Shares of the CPU are rounded; more than that none can be.
const MOST_PERCENT: f64 = 101.0;

/// When a row was taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    /// Nanoseconds since 1970; none for a time on the wall in a zone that is not known.
    pub epoch_ns: Option<i64>,
    /// Nanoseconds since 1970 on the wall, where the time is one; without a date those since the first midnight.
    pub local_ns: Option<i64>,
}

impl Moment {
    /// A whole second since 1970.
    pub fn second(epoch_s: i64) -> Self {
        Self { epoch_ns: epoch_s.checked_mul(NANOS), local_ns: None }
    }
}

/// A quantity, by the number of its row: rows are numbered as their times come.
#[derive(Debug)]
struct Column {
    unit: Unit,
    /// Ascending.
    values: Vec<(u32, f64)>,
    /// What came after later rows.
    late: BTreeMap<u32, f64>,
}

impl Column {
    /// The value of a row, and whether it was there already.
    fn at(&mut self, row: u32, value: f64) -> (&mut f64, bool) {
        let known = match self.values.last() {
            Some((last, _)) if *last >= row => self.values.binary_search_by_key(&row, |(row, _)| *row).ok(),
            Some(_) | None => {
                self.values.push((row, value));
                let last = self.values.len().saturating_sub(1);
                return match self.values.get_mut(last) {
                    Some((_, value)) => (value, false),
                    None => (self.late.entry(row).or_insert(value), false),
                };
            }
        };
        match known.and_then(|at| self.values.get_mut(at)) {
            Some((_, value)) => (value, true),
            None => {
                let known = self.late.contains_key(&row);
                (self.late.entry(row).or_insert(value), known)
            }
        }
    }

    fn each(&self) -> impl Iterator<Item = (usize, f64)> {
        let late = self.late.iter().map(|(row, value)| (*row, *value));
        self.values.iter().copied().chain(late).map(|(row, value)| (row as usize, value))
    }
}

/// A row for each time, a column for each quantity.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    rows: BTreeMap<Moment, u32>,
    /// The first line of each row, and the last, as rows are numbered.
    lines: Vec<[u64; 2]>,
    /// The line that is read.
    line: u64,
    /// The row that was last spoken of.
    last: Option<(Moment, u32)>,
    /// As they come, which nearly always is the order in which they came before.
    columns: Vec<(String, Column)>,
    names: BTreeMap<String, usize>,
    /// The one that is likely to be next.
    next: usize,
    restarts: BTreeSet<Moment>,
}

/// What a finished frame is like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    /// `local_s`, or `of_day_s` where the times have no date; nothing where rows have numbers in their place.
    pub local: &'static str,
    /// Whether the times are cut to the second.
    pub whole: bool,
}

impl Default for Form {
    fn default() -> Self {
        Self { local: "local_s", whole: true }
    }
}

impl Samples {
    /// The number of the row of this time.
    fn row(&mut self, time: Moment) -> u32 {
        let next = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        let row = match self.last {
            Some((last, row)) if last == time => row,
            _ => self.last.insert((time, *self.rows.entry(time).or_insert(next))).1,
        };
        match self.lines.get_mut(row as usize) {
            Some([first, last]) => (*first, *last) = ((*first).min(self.line), (*last).max(self.line)),
            None => self.lines.push([self.line, self.line]),
        }
        row
    }

    /// What is set from now on stands in this line.
    pub fn read_line(&mut self, line: u64) {
        self.line = line;
    }

    fn value(&mut self, time: Moment, name: &str, unit: Unit, value: f64) -> Option<(&mut f64, bool)> {
        let row = self.row(time);
        let likely = self.columns.get(self.next).filter(|(known, _)| known == name).map(|_| self.next);
        let at = likely.or_else(|| self.names.get(name).copied()).unwrap_or_else(|| {
            let at = self.columns.len();
            self.columns.push((name.to_owned(), Column { unit, values: Vec::new(), late: BTreeMap::new() }));
            self.names.insert(name.to_owned(), at);
            at
        });
        self.next = at.saturating_add(1);
        Some(self.columns.get_mut(at)?.1.at(row, value))
    }

    /// False if the quantity has another value at this time already.
    pub fn set(&mut self, time: Moment, name: &str, unit: Unit, value: f64) -> bool {
        self.value(time, name, unit, value).is_none_or(|(known, _)| *known == value)
    }

    /// The same; a second value is told.
    pub fn tell(
        &mut self,
        (time, place): (Moment, Place<'_>),
        name: &str,
        (unit, value): (Unit, f64),
        diagnostics: &mut Diagnostics,
    ) {
        if !self.set(time, name, unit, value) {
            diagnostics.warning("second-value", place, || {
                format!("a second {name} of this time, and another one; the first is used. Was the clock set back?")
            });
        }
    }

    /// Adds to what the quantity has at this time already.
    pub fn add(&mut self, time: Moment, name: &str, unit: Unit, value: f64) {
        if let Some((known, true)) = self.value(time, name, unit, value) {
            *known += value;
        }
    }

    /// A row of this time, also without any value.
    pub fn touch(&mut self, time: Moment) {
        self.row(time);
    }

    /// The recording stopped and began again at this time.
    pub fn restart(&mut self, time: Moment) {
        self.restarts.insert(time);
    }

    pub fn latest(&self) -> Option<Moment> {
        self.rows.last_key_value().map(|(time, _)| *time)
    }

    /// Whether nothing was set.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The clock of the frame.
    pub fn clock(&self, form: Form) -> Clock {
        if self.rows.keys().all(|time| time.epoch_ns.is_none()) {
            Clock::None
        } else if form.whole {
            Clock::EpochSecondsAtArrival
        } else {
            Clock::Epoch
        }
    }

    /// The number of the recording to which each sample belongs, from 0.
    fn segment_of_each(&self) -> Vec<u32> {
        let mut restarts = self.restarts.iter().peekable();
        let mut segment = 0_u32;
        let mut begun = false;
        let number = |time: &Moment| {
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

    /// The names of single interfaces or disks, `net.NAME.received`, in order.
    fn members(&self, family: &str, quantity: &str) -> Vec<String> {
        let member = |(name, _): &(String, Column)| {
            let rest = name.strip_prefix(family)?.strip_suffix(quantity)?.strip_suffix('.')?;
            Some(rest.to_owned())
        };
        self.columns.iter().filter_map(member).collect()
    }

    /// Sums what single interfaces or disks have, or takes the largest of them.
    fn sum(&mut self, family: &str, of: &[&str], quantity: &str, unit: Unit, both: fn(f64, f64) -> f64) {
        let total = format!("{family}{quantity}");
        if of.is_empty() || self.names.contains_key(&total) {
            return;
        }
        let mut sum = vec![None::<f64>; self.rows.len()];
        for member in of {
            let column = self.names.get(&format!("{family}{member}.{quantity}"));
            let Some((_, column)) = column.and_then(|at| self.columns.get(*at)) else { continue };
            for (row, value) in column.each() {
                if let Some(total) = sum.get_mut(row) {
                    *total = Some(total.map_or(value, |total| both(total, value)));
                }
            }
        }
        let values = sum.into_iter().zip(0_u32..).filter_map(|(value, row)| Some((row, value?))).collect();
        self.names.insert(total.clone(), self.columns.len());
        self.columns.push((total, Column { unit, values, late: BTreeMap::new() }));
    }

    /// The interfaces of the host together; what goes over `lo` stays in it.
    fn sum_networks(&mut self, diagnostics: &mut Diagnostics) {
        self.sort();
        for direction in ["received", "sent"] {
            let members = self.members("net.", direction);
            let of: Vec<&str> = members.iter().map(String::as_str).filter(|name| *name != "lo").collect();
            if direction == "received" && of.len() > 1 {
                diagnostics.note("network-summed", Place::FILE, || {
                    format!(
                        "net.received and net.sent are the sum over {}. If one of them is a bond or bridge of others, or a \
                         VLAN, traffic is in it twice",
                        listed(&of)
                    )
                });
            }
            self.sum("net.", &of, direction, Unit::BytesPerSecond, |a, b| a + b);
        }
    }

    /// Whole disks together.
    fn sum_disks(&mut self, diagnostics: &mut Diagnostics) {
        self.sort();
        for (quantity, unit) in
            [("read", Unit::BytesPerSecond), ("written", Unit::BytesPerSecond), ("util", Unit::Percent)]
        {
            let members = self.members("disk.", quantity);
            let names: Vec<&str> = members.iter().map(String::as_str).collect();
            let of = disks::whole(&names);
            if quantity == "read" && of.len() < names.len() && !self.names.contains_key("disk.read") {
                diagnostics.note("disks-summed", Place::FILE, || {
                    let left: Vec<&str> = names.iter().filter(|name| !of.contains(name)).copied().collect();
                    format!(
                        "disk.read and disk.written are the sum over {}; {} lie on other disks or in memory and are not in it",
                        listed(&of),
                        listed(&left)
                    )
                });
            }
            let both: fn(f64, f64) -> f64 = if quantity == "util" { f64::max } else { |a, b| a + b };
            self.sum("disk.", &of, quantity, unit, both);
        }
    }

    fn sort(&mut self) {
        self.columns.sort_by(|(name, _), (other, _)| name.cmp(other));
        self.names = self.columns.iter().zip(0..).map(|((name, _), at)| (name.clone(), at)).collect();
    }

    /// Leaves out shares of the CPU that no host can have.
    fn leave_out_impossible(&mut self, diagnostics: &mut Diagnostics) {
        let lines = &self.lines;
        for (name, column) in self.columns.iter_mut().filter(|(name, _)| name.starts_with("cpu.")) {
            let mut beyond = column.each().filter(|(_, value)| *value > MOST_PERCENT).map(|(row, _)| row);
            let Some(first) = beyond.next() else { continue };
            let count = beyond.count().saturating_add(1);
            column.values.retain(|(_, value)| *value <= MOST_PERCENT);
            column.late.retain(|_, value| *value <= MOST_PERCENT);
            let line = lines.get(first).map(|[line, _]| *line);
            diagnostics.warning("value-impossible", Place { line, ..Place::FILE }, || {
                format!(
                    "{count} values of {name}, of which this is the first, are more than 100 % of the host; they are left out"
                )
            });
        }
    }

    /// Leaves out single interfaces, disks and processes that are too many: those that did least.
    fn thin(&mut self, diagnostics: &mut Diagnostics) {
        for (family, most) in MOST {
            // What goes over `lo` is a quantity of the host.
            let is_member = |name: &str| {
                name.starts_with(family) && !name.starts_with("net.lo.") && !FIRST.contains(&name)
            };
            let member = |name: &str| name.rsplit_once('.').map_or(name, |(member, _)| member).to_owned();
            let mut members: BTreeMap<String, f64> = BTreeMap::new();
            for (name, column) in self.columns.iter().filter(|(name, _)| is_member(name)) {
                *members.entry(member(name)).or_default() +=
                    column.each().map(|(_, value)| value).sum::<f64>();
            }
            if members.len() <= most {
                continue;
            }
            let count = members.len();
            let mut ranked: Vec<(String, f64)> = members.into_iter().collect();
            ranked.sort_by(|(name, sum), (other, than)| than.total_cmp(sum).then(name.cmp(other)));
            ranked.truncate(most);
            let kept: BTreeSet<String> = ranked.into_iter().map(|(name, _)| name).collect();
            self.columns.retain(|(name, _)| !is_member(name) || kept.contains(&member(name)));
            diagnostics.note("names-left-out", Place::FILE, || {
                format!("{count} names begin with `{family}`; the {most} that did most have columns, the others have none")
            });
        }
    }

    pub fn finish(mut self, form: Form, diagnostics: &mut Diagnostics) -> FrameBuilder {
        self.sum_networks(diagnostics);
        self.sum_disks(diagnostics);
        self.thin(diagnostics);
        self.leave_out_impossible(diagnostics);
        let mut frame = FrameBuilder::default();
        let segments = UInt32Chunked::from_vec("segment".into(), self.segment_of_each());
        frame.push(Unit::Count, segments.into_series());
        let times = |part: fn(&Moment) -> Option<i64>| -> Vec<Option<f64>> {
            self.rows.keys().map(|time| part(time).and_then(seconds)).collect()
        };
        let (epochs, locals) = (times(|time| time.epoch_ns), times(|time| time.local_ns));
        let push = |frame: &mut FrameBuilder, name: &str, unit: Unit, values: Vec<Option<f64>>| {
            let mut column = Values::<Float64Type>::new(name, values.len());
            values.into_iter().for_each(|value| column.append_option(value));
            frame.push(unit, column.finish().into_series());
        };
        push(&mut frame, "epoch_s", Unit::EpochSeconds, epochs);
        if !form.local.is_empty() && locals.iter().any(Option::is_some) {
            push(&mut frame, form.local, Unit::Seconds, locals);
        }
        let lines = self.rows.values().map(|row| self.lines.get(*row as usize).copied().unwrap_or_default());
        frame.set_places(lines.clone().map(|[first, _]| first).collect());
        frame.set_ends(lines.map(|[_, last]| last).collect());
        // Rows are numbered as they came; the frame has them by time.
        let mut places = vec![0_usize; self.rows.len()];
        for (place, row) in self.rows.values().enumerate() {
            if let Some(known) = places.get_mut(*row as usize) {
                *known = place;
            }
        }
        let place = |name: &str| FIRST.iter().position(|first| *first == name).unwrap_or(FIRST.len());
        self.columns.sort_by(|(name, _), (other, _)| (place(name), name).cmp(&(place(other), other)));
        for (name, column) in self.columns {
            let mut values = vec![None; places.len()];
            for (row, value) in column.each() {
                if let Some(known) = places.get(row).and_then(|place| values.get_mut(*place)) {
                    *known = Some(value);
                }
            }
            push(&mut frame, &name, column.unit, values);
        }
        frame
    }
}

/// Names for people, of many the first.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 8;
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
