//! The time of a row: from its epoch, or from its local time.

use super::columns::{Kind, Spec};
use super::run::{Epoch, Stamp};
use super::table::Table;
use super::value::number;
use super::writer::Writer;
use crate::diagnostic::{Diagnostics, Place};
use crate::frame::Unit;
use crate::lines::Line;
use crate::time::yearless::{self, Calendar};

impl Table {
    /// Decides at the first row of a run how its local times become times.
    pub(super) fn settle_time(&mut self, line: Line<'_>, diagnostics: &mut Diagnostics) {
        let Stamp::Perhaps { cell, .. } = self.run.stamp else { return };
        let Stamp::Perhaps { calendar, .. } = std::mem::take(&mut self.run.stamp) else { return };
        let (position, text) = self.row_cells().cell(line.text, cell);
        let place = Place::cell(line.number, position, text);
        let Some(time) = yearless::read(text) else {
            diagnostics.warning("time-format", place, || {
                "expected `26-01 14:00:00` or `Jan-26 14:00:00`; the times of this run stay words, its rows have \
                 no place in time"
                    .to_owned()
            });
            return;
        };
        if time.month_by_name && self.run.writer == Writer::Dstat && !self.run.claimed {
            self.dool_after_all(place, diagnostics);
        }
        let Some(calendar) = calendar else { return };
        self.told_by(&calendar, line, diagnostics);
        let epoch = calendar.zone.offset_s().map(|offset_s| {
            let spec = Spec { name: "epoch_s".to_owned(), unit: Unit::EpochSeconds, kind: Kind::Epoch };
            Epoch { column: self.column(spec), offset_s }
        });
        let local = self.column(Spec { name: "local_s".to_owned(), unit: Unit::Seconds, kind: Kind::Level });
        self.run.stamp = Stamp::Local { cell, calendar, local, epoch };
    }

    /// Only dool writes months by name, and the header does not say which version.
    fn dool_after_all(&mut self, place: Place<'_>, diagnostics: &mut Diagnostics) {
        self.run.writer = Writer::Dool;
        if self.run.buff {
            return;
        }
        for target in &mut self.run.layout {
            let rate = |spec: &Spec| spec.unit == Unit::BytesPerSecond;
            if self.buffers.get(target.buffer).is_some_and(|buffer| rate(&buffer.spec)) {
                target.factor = None;
            }
        }
        diagnostics.error("network-unit-unknown", place, || {
            "only dool writes months by name; without its title and command it is not known whether network and \
             disk are in bits or bytes per second: null"
                .to_owned()
        });
    }

    fn told_by(&self, calendar: &Calendar, line: Line<'_>, diagnostics: &mut Diagnostics) {
        let place = Place { line: Some(line.number), ..Place::FILE };
        let name = &calendar.name;
        match (calendar.zone.offset_s(), calendar.zone.complaint()) {
            (Some(offset_s), _) => diagnostics.note("local-time", place, || {
                format!(
                    "times are local, without a year; from the date above and its time zone {name} ({offset_s} s east \
                     of UTC) epoch_s is computed, to the whole second before"
                )
            }),
            (None, Some((code, why))) => diagnostics.warning(code, place, || {
                format!("times are local, in local_s and not in epoch_s: {why}, or use -T")
            }),
            (None, None) => diagnostics.warning("time-zone-unknown", place, || {
                "times are local and nothing says their time zone: they are in local_s, not in epoch_s. Declare \
                 utc_offset, or use -T"
                    .to_owned()
            }),
        }
    }

    /// Checks the time of a row, without which the row has no place; `Some(None)` if rows have no times.
    pub(super) fn time(&mut self, line: Line<'_>, diagnostics: &mut Diagnostics) -> Option<Option<f64>> {
        let cell = match &self.run.stamp {
            Stamp::None | Stamp::Perhaps { .. } => return Some(None),
            Stamp::Epoch { cell } | Stamp::Local { cell, .. } => *cell,
        };
        let (position, text) = self.row_cells().cell(line.text, cell);
        let place = Place::cell(line.number, position, text);
        let decimal_comma = self.decimal_comma();
        let seconds = match &mut self.run.stamp {
            Stamp::Local { calendar, .. } => yearless::read(text).and_then(|time| calendar.place(time)),
            _ => number(text, decimal_comma).filter(|epoch| *epoch > 0.0),
        };
        let Some(seconds) = seconds else {
            diagnostics.warning("time-unreadable", place, || {
                "expected the time as in the rows before; a row without a time has no place, it is left out"
                    .to_owned()
            });
            return None;
        };
        let local = matches!(self.run.stamp, Stamp::Local { .. });
        let step = self.run.last_s.map(|last| seconds - last);
        self.run.last_s = Some(seconds);
        let delay = f64::from(self.run.delay_s);
        if let Some(step) = step.filter(|step| *step < 0.0) {
            diagnostics.warning("time-went-back", place, || {
                format!("the time is {:.3} s before that of the row before; the row is kept", -step)
            });
        } else if step.is_some_and(|step| local && delay < 1800.0 && (step - 3600.0 - delay).abs() <= 2.0) {
            diagnostics.warning("time-jumped-an-hour", place, || {
                "local time jumps by an hour: if summer time begins here, later times are an hour late"
                    .to_owned()
            });
        }
        Some(Some(seconds))
    }
}
