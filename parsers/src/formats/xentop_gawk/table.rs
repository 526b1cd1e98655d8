//! The rows of the frame, which become columns as soon as their order is settled.

use std::borrow::Cow;

use polars::prelude::{
    BooleanChunkedBuilder, ChunkedBuilder, Float64Type, Int64Type, IntoSeries, StringChunkedBuilder,
    UInt32Type,
};

use super::row::{Row, Values as Known, Who};
use crate::column::Values;
use crate::diagnostic::{Diagnostics, Place};
use crate::frame::{FrameBuilder, Unit};
use crate::text::lossy;

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
    samples: Values<UInt32Type>,
    epochs: Values<Int64Type>,
    domains: StringChunkedBuilder,
    present: BooleanChunkedBuilder,
    cpu: Values<Float64Type>,
    mem: Values<Float64Type>,
    share: Values<Float64Type>,
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
            samples: Values::new("sample", rows),
            epochs: Values::new("epoch", rows),
            domains: StringChunkedBuilder::new("domain".into(), rows),
            present: BooleanChunkedBuilder::new("present".into(), rows),
            cpu: Values::new("cpu", rows),
            mem: Values::new("mem", rows),
            share: Values::new("mem_share", rows),
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
        self.sample = Some(row.sample);
        self.samples.append_value(row.sample);
        self.epochs.append_option(row.epoch);
        let name: Cow<'_, str> = match row.who {
            Who::Vm => lossy(row.name),
            Who::Dom0 => Cow::Borrowed("Domain-0"),
        };
        self.domains.append_value(name);
        self.present.append_value(row.values.is_some());
        self.cpu.append_option(row.values.as_ref().and_then(Known::cpu));
        self.mem.append_option(row.values.as_ref().and_then(Known::mem));
        self.share.append_option(row.values.as_ref().and_then(Known::share));
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
        columns
    }
}
