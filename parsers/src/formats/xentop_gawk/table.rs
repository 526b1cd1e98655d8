//! The rows of the frame, which become columns as soon as their order is settled.

use std::borrow::Cow;

use polars::prelude::{
    BooleanChunkedBuilder, ChunkedBuilder, Float64Type, Int64Type, IntoSeries, StringChunkedBuilder,
    UInt32Type,
};

use super::plain::Plain;
use crate::column;
use crate::diagnostic::{Diagnostics, Place};
use crate::frame::{FrameBuilder, Unit};
use crate::row_lines::LinesOfRows;
use crate::text::lossy;

/// What Xen calls the domain of the host.
const DOM0: &str = "Domain-0";

/// Whose values a row holds. In the order of the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    Vm,
    Dom0,
}

/// Values of a domain that is there; NaN where there is none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Values([f64; 3]);

impl Values {
    /// Memory in KiB.
    pub fn new(cpu: Option<f64>, mem_kib: Option<f64>, share: Option<f64>) -> Self {
        Self([cpu, mem_kib.map(|kib| kib * 1024.0), share].map(|value| value.unwrap_or(f64::NAN)))
    }

    /// Per cent of one CPU.
    pub fn cpu(&self) -> Option<f64> {
        Some(self.0[0]).filter(|value| !value.is_nan())
    }

    /// Bytes.
    pub fn mem(&self) -> Option<f64> {
        Some(self.0[1]).filter(|value| !value.is_nan())
    }

    /// Per cent of the host's memory.
    pub fn share(&self) -> Option<f64> {
        Some(self.0[2]).filter(|value| !value.is_nan())
    }

    pub fn forget_cpu(&mut self) {
        self.0[0] = f64::NAN;
    }
}

/// A domain in a sample.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    pub sample: u32,
    pub who: Who,
    pub name: &'a [u8],
    /// As printed with the group.
    pub epoch: Option<i64>,
    /// None if the domain is absent.
    pub values: Option<Values>,
    pub line: u64,
}

/// By sample, in it the VM before Dom0.
pub(super) struct Table<'a> {
    /// The last rows, of which each may still get another before it.
    last: Vec<Row<'a>>,
    rows: usize,
    /// Of the VM, the sample it was last spoken of in and whether it was there.
    vm: Option<(u32, bool)>,
    /// How many values of the first sample are null because it has nothing to compare with.
    first: u32,
    sample: Option<u32>,
    samples: column::Values<UInt32Type>,
    epochs: column::Values<Int64Type>,
    domains: StringChunkedBuilder,
    present: BooleanChunkedBuilder,
    cpu: column::Values<Float64Type>,
    mem: column::Values<Float64Type>,
    share: column::Values<Float64Type>,
    lines: LinesOfRows,
}

impl<'a> Table<'a> {
    /// With room for so many rows.
    pub fn new(rows: usize) -> Self {
        Self {
            last: Vec::new(),
            rows: 0,
            vm: None,
            first: 0,
            sample: None,
            samples: column::Values::new("sample", rows),
            epochs: column::Values::new("epoch", rows),
            domains: StringChunkedBuilder::new("domain".into(), rows),
            present: BooleanChunkedBuilder::new("present".into(), rows),
            cpu: column::Values::new("cpu", rows),
            mem: column::Values::new("mem", rows),
            share: column::Values::new("mem_share", rows),
            lines: LinesOfRows::default(),
        }
    }

    /// Adds a row, which belongs to the sample of its line or to the one before: its place is among the last few.
    pub fn push(&mut self, row: Row<'a>) {
        self.last.push(row);
        let key = |row: &Row<'_>| (row.sample, row.who);
        let mut rows = self.last.as_mut_slice();
        while let [before @ .., earlier, last] = rows {
            if key(earlier) <= key(last) {
                return;
            }
            std::mem::swap(earlier, last);
            let length = before.len().saturating_add(1);
            rows = rows.split_at_mut(length).0;
        }
    }

    /// Takes lines that have a group of this VM and one of Dom0 each, from this sample and this line on: no row of a sample before
    /// the last of them will come, and this VM is in the last row before them. The last sample and its line.
    pub fn take(
        &mut self,
        vm: &[u8],
        lines: &[Plain<'a>],
        mut sample: u32,
        mut number: u64,
        log: &mut Diagnostics,
    ) -> (u32, u64) {
        std::mem::take(&mut self.last).into_iter().for_each(|row| self.append(row, log));
        let name = lossy(vm);
        let mut last = (sample, number);
        for line in lines {
            last = (sample, number);
            let [cpu, mem_kib, share] = line.vm.unwrap_or(line.dom0);
            let [dom0_cpu, dom0_mem_kib, dom0_share] = line.dom0;
            self.domains.append_value(&name);
            self.domains.append_value(DOM0);
            for (column, values) in [
                (&mut self.cpu, [cpu, dom0_cpu]),
                (&mut self.mem, [mem_kib * 1024.0, dom0_mem_kib * 1024.0]),
                (&mut self.share, [share, dom0_share]),
            ] {
                values.into_iter().for_each(|value| column.append_value(value));
            }
            for _ in 0..2 {
                self.samples.append_value(sample);
                self.epochs.append_value(line.epoch);
                self.present.append_value(true);
                self.lines.push(number, 1);
            }
            sample = sample.saturating_add(1);
            number = number.saturating_add(1);
        }
        self.rows = self.rows.saturating_add(2 * lines.len());
        self.sample = Some(last.0);
        self.vm = Some((last.0, true));
        last
    }

    /// No row of a sample before this one will come.
    pub fn settle(&mut self, sample: u32, log: &mut Diagnostics) {
        let mut last = std::mem::take(&mut self.last);
        let settled = last.iter().position(|row| row.sample >= sample).unwrap_or(last.len());
        last.drain(..settled).for_each(|row| self.append(row, log));
        self.last = last;
    }

    /// No row will come at all.
    pub fn end(&mut self, log: &mut Diagnostics) {
        std::mem::take(&mut self.last).into_iter().for_each(|row| self.append(row, log));
        if self.first > 0 {
            log.note("first-sample", Place { line: Some(1), ..Place::FILE }, || {
                "xentop's first sample has nothing to compare with and prints 0.0 for every CPU: null"
                    .to_owned()
            });
        }
    }

    fn append(&mut self, mut row: Row<'a>, log: &mut Diagnostics) {
        self.forget_first_value(&mut row, log);
        self.rows += 1;
        self.lines.push(row.line, 1);
        self.sample = Some(row.sample);
        self.samples.append_value(row.sample);
        self.epochs.append_option(row.epoch);
        let name: Cow<'_, str> = match row.who {
            Who::Vm => lossy(row.name),
            Who::Dom0 => Cow::Borrowed(DOM0),
        };
        self.domains.append_value(name);
        self.present.append_value(row.values.is_some());
        self.cpu.append_option(row.values.as_ref().and_then(Values::cpu));
        self.mem.append_option(row.values.as_ref().and_then(Values::mem));
        self.share.append_option(row.values.as_ref().and_then(Values::share));
    }

    /// Makes null the 0.0 that xentop prints where it has no earlier sample to compare with.
    fn forget_first_value(&mut self, row: &mut Row<'_>, log: &mut Diagnostics) {
        let appears = match row.who {
            Who::Vm => {
                let appears = self.vm == row.sample.checked_sub(1).map(|before| (before, false));
                self.vm = Some((row.sample, row.values.is_some()));
                appears && row.sample > 0
            }
            Who::Dom0 => false,
        };
        let Some(values) = row.values.as_mut().filter(|values| values.cpu() == Some(0.0)) else { return };
        if row.sample == 0 {
            values.forget_cpu();
            self.first += 1;
        } else if appears {
            values.forget_cpu();
            let place = Place { line: Some(row.line), ..Place::FILE };
            log.note("no-earlier-sample", place, || {
                "the VM appears here; xentop has nothing to compare with and prints 0.0 for its CPU: null"
                    .to_owned()
            });
        }
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many samples there are, also those without a row.
    pub fn samples(&self) -> i64 {
        self.sample.map_or(0, |last| i64::from(last) + 1)
    }

    pub fn finish(self) -> FrameBuilder {
        let mut columns = FrameBuilder::default();
        columns.push(Unit::Count, self.samples.finish().into_series());
        columns.push(Unit::EpochSeconds, self.epochs.finish().into_series());
        columns.push(Unit::Text, self.domains.finish().into_series());
        columns.push(Unit::Count, self.present.finish().into_series());
        columns.push(Unit::PercentOfOneCpu, self.cpu.finish().into_series());
        columns.push(Unit::Bytes, self.mem.finish().into_series());
        columns.push(Unit::Percent, self.share.finish().into_series());
        columns.set_places(self.lines);
        columns
    }
}
