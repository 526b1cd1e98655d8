//! The beginning of a run: from its two header rows to its columns.

use std::collections::HashMap;

use super::columns::{Kind, Spec, factor, spec};
use super::run::{Run, Stamp, Sum, Target, widths};
use super::table::Table;
use super::writer::{Headings, Units, Writer};
use crate::diagnostic::{Diagnostics, Place};
use crate::frame::Unit;
use crate::lines::Line;
use crate::time::yearless::Calendar;

/// What is known of a run before its rows.
#[derive(Debug)]
pub(super) struct Heading<'a> {
    pub line: Line<'a>,
    /// The row of groups.
    pub groups: &'a [String],
    /// The row of subtitles, each with the group it is in.
    pub columns: &'a [(&'a str, &'a str)],
    pub writer: Writer,
    /// Whether title or command say who wrote it.
    pub claimed: bool,
    pub units: Units,
    pub shown: Option<Headings>,
    pub delay_s: u32,
    /// From the `Date:` cell.
    pub calendar: Option<Calendar>,
}

impl Table {
    /// A run begins below these two rows.
    ///
    /// Whether it can: not if it has far more columns than the file has values.
    pub(super) fn begin(&mut self, heading: Heading<'_>, diagnostics: &mut Diagnostics) -> bool {
        if self.run.first_row {
            diagnostics.note("run-without-rows", Place::line(heading.line.number, b""), || {
                format!("run {} before this one has a header but no rows", i64::from(self.segments) - 1)
            });
        }
        self.run = Run::headless();
        if self.is_full(heading.columns.len()) {
            diagnostics.error("too-many-columns", Place::line(heading.line.number, heading.line.text), || {
                format!(
                    "with this header there would be {} columns, far more than the log has values; the rows of this \
                     run are left out",
                    self.buffers.len().saturating_add(heading.columns.len())
                )
            });
            return false;
        }
        let mut layout = Vec::with_capacity(heading.columns.len());
        let mut used = Used { columns: vec![false; self.buffers.len()], numbers: HashMap::new() };
        for (group, subtitle) in heading.columns {
            let buffer = self.next_column(spec(group, subtitle), &mut used);
            layout.push(Target { buffer, factor: factor(group, heading.units) });
        }
        let absent =
            used.columns.iter().enumerate().filter(|(_, used)| !**used).map(|(index, _)| index).collect();
        self.run = Run {
            writer: heading.writer,
            claimed: heading.claimed,
            buff: heading.shown == Some(Headings::Buff),
            delay_s: heading.delay_s,
            widths: widths(heading.groups, layout.len()),
            layout,
            absent,
            first_row: true,
            undecided: true,
            ..Run::headless()
        };
        self.segments = self.segments.saturating_add(1);
        self.run.stamp = self.stamp(heading.calendar);
        for direction in ["received", "sent"] {
            self.sum(direction, heading.line, diagnostics);
        }
        true
    }

    /// The column for a cell, a new one if need be. A name that the run has used already gets a number.
    fn next_column(&mut self, mut spec: Spec, used: &mut Used) -> usize {
        let plain = spec.name.clone();
        // Where the search ended for the last column of that name: a header may have ten thousand.
        let mut number = used.numbers.get(&plain).copied().unwrap_or(1);
        if number > 1 {
            spec.name = format!("{plain}#{number}");
        }
        let taken = |place: Option<usize>, used: &Used| {
            place.and_then(|index| used.columns.get(index)).copied().unwrap_or(false)
        };
        while reserved(&spec) || taken(self.place(&spec.name), used) {
            number = number.saturating_add(1);
            spec.name = format!("{plain}#{number}");
        }
        if number > 1 {
            used.numbers.insert(plain, number);
        }
        let index = self.column(spec);
        match used.columns.get_mut(index) {
            Some(used) => *used = true,
            None => used.columns.push(true),
        }
        index
    }

    fn stamp(&self, calendar: Option<Calendar>) -> Stamp {
        let of_kind = |kind: Kind| {
            let is = |target: &Target| {
                self.buffers.get(target.buffer).is_some_and(|buffer| buffer.spec.kind == kind)
            };
            self.run.layout.iter().position(is)
        };
        match (of_kind(Kind::Epoch), of_kind(Kind::Time)) {
            (Some(cell), _) => Stamp::Epoch { cell },
            (None, Some(cell)) => Stamp::Perhaps { cell, calendar },
            (None, None) => Stamp::None,
        }
    }

    /// Where the log has single interfaces but no total, makes the total of them.
    fn sum(&mut self, direction: &str, line: Line<'_>, diagnostics: &mut Diagnostics) {
        let total = format!("net.{direction}");
        let mut cells = Vec::new();
        let mut interfaces = Vec::new();
        for (cell, target) in self.run.layout.iter().enumerate() {
            let name = self.buffers.get(target.buffer).map_or("", |buffer| buffer.spec.name.as_str());
            if name == total {
                return;
            }
            let interface = name.strip_prefix("net.").and_then(|rest| rest.strip_suffix(direction));
            if let Some(interface) =
                interface.and_then(|rest| rest.strip_suffix('.')).filter(|it| *it != "lo")
            {
                cells.push(cell);
                interfaces.push(interface.to_owned());
            }
        }
        if cells.is_empty() {
            return;
        }
        if direction == "received" {
            diagnostics.note("network-summed", Place { line: Some(line.number), ..Place::FILE }, || {
                format!(
                    "there is no net/total; net.received and net.sent are the sum over {}. If one of them is a bond \
                     or bridge of others, or a VLAN, traffic is in it twice",
                    interfaces.join(", ")
                )
            });
        }
        let spec = Spec { name: total, unit: Unit::BytesPerSecond, kind: Kind::Network };
        let buffer = self.column(spec);
        self.run.sums.push(Sum { buffer, cells });
    }
}

/// What the header in hand has used so far.
struct Used {
    /// For each column of the table, whether it is one of the header.
    columns: Vec<bool>,
    /// The number of the last column of a name that it has several times.
    numbers: HashMap<String, u32>,
}

/// Names of columns that are not read from cells of that name.
fn reserved(spec: &Spec) -> bool {
    match spec.name.as_str() {
        "segment" | "local_s" => true,
        "epoch_s" => spec.kind != Kind::Epoch,
        _ => false,
    }
}
