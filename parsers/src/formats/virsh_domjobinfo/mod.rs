//! `virsh-domjobinfo`: what libvirt says of a migration.
//!
//! ```text
//! Job type:         Unbounded
//! Operation:        Outgoing migration
//! Time elapsed:     10432        ms
//! Memory processed: 1.163 GiB
//! Memory bandwidth: 112.345 MiB/s
//! Iteration:        3
//! Expected downtime: 300          ms
//! ```
//!
//! A row is one such output; a time alone on a line before it is its time.
//!
//! Traps:
//!
//! * Sizes have three decimals of a unit that grows with them, and a decimal comma in many languages.
//! * Labels are translated. English and German ones are read ([`label`]); of other languages only the first
//!   label is known, to say what to do about it: `LC_ALL=C`.
//! * A job may be something else than a migration: its `Operation` says so. Such outputs are no rows.
//! * Once the VM has left there is only `Job type: None`, or an error; `--completed` tells the rest.
//!
//! Absent on purpose: `Data …` (the sum of memory and disks), `File …`, compression.

mod label;

use self::label::{Label, Value};
use crate::diagnostic::Place;
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::{Hypervisor, Meaning, Rounds};
use crate::outcome::{Outcome, Unusable};
use crate::shared::hypervisor::{Observation, STATUS, Table, is_heading};
use crate::time::stamp::{self, Stamp};

pub(crate) static DESCRIPTION: Description = Description {
    name: "virsh-domjobinfo",
    description: "outputs of `virsh domjobinfo`: libvirt's account of a migration, once or again and again",
    written_by: "virsh of libvirt 0.7.7 to 9, in English or German (run it with LC_ALL=C)",
    begins_with: "`Job type:         Unbounded`, also below a time such as that of `date +%s.%N`",
    file_names: &["domjobinfo", "virsh", "migrate"],
    clocks: &[Clock::Epoch, Clock::None],
    meaning: Meaning::Hypervisor(Hypervisor { has_downtime: true, page_bytes: None, rounds: Rounds::Absent }),
    marks: Marks::Head(&label::MARKS),
    recognise,
    parse: Parse::Whole(parse),
};

fn recognise(head: &Head<'_>) -> bool {
    head.lines.iter().any(|line| {
        let found = label::read(line.text);
        label::is_translated(line.text)
            || found.is_some_and(|(label, value)| label == Label::JobType && value.len() > 1)
    })
}

#[derive(Default)]
struct Reader {
    current: Option<Observation>,
    /// The current output has said what type of job it is about.
    typed: bool,
    /// The job of the current output is no migration.
    foreign: bool,
    /// The current output is in a language that is not read.
    translated: bool,
    foreigners: u64,
    pending: Option<Stamp>,
    table: Table,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader::default();
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        reader.line(line);
    }
    reader.flush();
    let Reader { mut table, foreigners, .. } = reader;
    if foreigners > 0 {
        table.diagnostics.note("other-operation", Place::FILE, || {
            format!("{foreigners} outputs are about jobs that are no migration; they are not used")
        });
    }
    let expected = if table.lost > 0 {
        "the labels of `virsh domjobinfo` in English or German; run virsh with LC_ALL=C"
    } else {
        "an output of `virsh domjobinfo` about a migration, beginning with `Job type:`"
    };
    table.finish(bytes, expected)
}

impl Reader {
    fn line(&mut self, line: Line<'_>) {
        let place = Place::line(line.number, line.text);
        if let Some((label, value)) = label::read(line.text) {
            self.member(line, label, value);
        } else if let Some(stamp) = stamp::alone(line.text) {
            self.flush();
            self.pending = Some(stamp);
        } else if label::is_translated(line.text) {
            self.flush();
            self.pending = None;
            self.translated = true;
            self.table.lost = self.table.lost.saturating_add(1);
            self.table.diagnostics.warning("translated-labels", place, || {
                "expected labels in English or German; this output is left out. Run virsh with LC_ALL=C"
                    .to_owned()
            });
        } else if self.translated || memchr::memmem::find(line.text, b"domjobinfo").is_some() {
            // The rest of that output, or the command.
        } else if !line.terminated {
            self.cut(place);
        } else {
            if is_heading(line.text) {
                self.flush();
                self.table.heading(line.number, line.text);
            }
            self.table.diagnostics.note("other-output", place, || {
                "a line that is none of `virsh domjobinfo`; it is not used".to_owned()
            });
        }
    }

    /// The output that a line belongs to: a new one if it cannot be of the current one.
    fn output(&mut self, line: Line<'_>, again: impl Fn(&Observation) -> bool) {
        if self.current.as_ref().is_none_or(again) {
            self.flush();
            let time = self.pending.take();
            self.current = Some(Observation::new(line.number, time, STATUS));
        }
        if let Some(row) = &mut self.current {
            row.last_line = line.number;
        }
    }

    fn member(&mut self, line: Line<'_>, label: Label, value: &[u8]) {
        if self.translated && label != Label::JobType {
            return;
        }
        let place = Place::line(line.number, line.text);
        match label {
            Label::JobType => {
                self.translated = false;
                let typed = self.typed;
                self.output(line, |row| typed || row.has_figures());
                self.typed = true;
                let Some(row) = &mut self.current else { return };
                match label::status(value) {
                    Some(status) => row.set_status(status, place, &mut self.table.diagnostics),
                    None if !line.terminated => self.cut(place),
                    None => self.table.diagnostics.warning("unknown-status", place, || {
                        "expected a job type of libvirt's; the status is null".to_owned()
                    }),
                }
            }
            Label::Operation => {
                self.output(line, |_| false);
                self.foreign = line.terminated && !label::is_migration(value);
            }
            Label::Error => {
                self.output(line, |_| false);
                if let Some(row) = &mut self.current {
                    row.error = Some(String::from_utf8_lossy(value).into_owned());
                }
            }
            Label::Unused => self.output(line, |_| false),
            Label::Figure(field, of) => {
                let value = label::value(of, value);
                if !line.terminated && !matches!(value, Value::Read { has_unit: true, .. }) {
                    self.cut(place);
                    return;
                }
                self.output(line, |row| row.get(field).is_some());
                let Some(row) = &mut self.current else { return };
                match value {
                    Value::Read { digits, scale, .. } => {
                        row.put(field, &digits, scale, place, &mut self.table.diagnostics);
                    }
                    Value::Unreadable => row.put(field, b"", 1.0, place, &mut self.table.diagnostics),
                }
            }
        }
    }

    fn cut(&mut self, place: Place<'_>) {
        self.table.diagnostics.warning("last-line-cut", place, || {
            "the last line has no end and may lack some of its last word: that is left out, its output is kept"
                .to_owned()
        });
    }

    fn flush(&mut self) {
        let foreign = std::mem::take(&mut self.foreign);
        let typed = std::mem::take(&mut self.typed);
        self.translated = false;
        let Some(row) = self.current.take() else { return };
        if foreign {
            self.foreigners = self.foreigners.saturating_add(1);
            return;
        }
        if row.status.is_none() && !typed {
            let place = Place { line: Some(row.line), ..Place::FILE };
            self.table.diagnostics.warning("status-missing", place, || {
                "expected `Job type:` in this output; the status is null".to_owned()
            });
        }
        self.table.rows.push(row);
    }
}
