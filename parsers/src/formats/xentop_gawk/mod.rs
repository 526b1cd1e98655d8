//! xentop through gawk: the CPU and memory of one VM and of Dom0.
//!
//! ```text
//! 1264510800 asam: 0.0 131072 3.7 | Dom0: 0.0 524288 15.0
//! 1264510801 asam: 12.3 131072 3.7 | Dom0: 7.1 524288 15.0
//! 1264510802 asam: - - - | Dom0: 8.2 524288 15.0
//! ```
//!
//! `xentop -b` prints a block of rows for each iteration, sorted by name without regard to case. The gawk
//! program does this: for a row that contains the VM's name it prints `EPOCH asam:` and the columns CPU(%),
//! MEM(k), MEM(%) *without a line end* and increments EPOCH; for a row that contains `Domain` it first prints
//! `EPOCH asam: - - -` and increments EPOCH if no row of the VM came since the last such row, and then prints
//! ` | Dom0:`, the same columns and the line end.
//!
//! Traps, all dealt with here:
//!
//! * EPOCH is not a clock. It is read once and then counts what was printed ([`Clock::Counter`]). The sample
//!   of a line is the number of the line: every line has exactly one Dom0 group.
//! * A VM that is renamed while it migrates (`migrating-asam`) sorts after `Domain-0`. Its group then stands
//!   in the line of the *next* sample; see [`align`] for how that is undone, and where it cannot be.
//! * Two groups of the VM can stand in one line, with nothing between them: `… 3.71264510803 asam: …`.
//! * xentop computes the CPU share of a domain from the sample before. Where there is none, for every domain
//!   in the first sample and for a VM in the sample in which it appears, it prints 0.0: null here.
//! * CPU(%) counts one CPU as 100 and adds up over them.
//! * MEM(k) is KiB; the frame has bytes.
//!
//! A name with blanks shifts the columns that gawk prints. Nothing in the file shows it, so it is not repaired.
//!
//! Absent on purpose: time stamps (the true period of xentop is not in the file) and dividing by CPUs.

mod align;
mod line;
mod plain;
mod table;

use self::align::Aligner;
use self::line::{Group, Record};
use self::plain::Plain;
use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::{Domains, Meaning};
use crate::outcome::{Outcome, Unusable, unusable};
use crate::pieces::{self, Batch, Pieces};

pub(crate) static DESCRIPTION: Description = Description {
    name: "xentop-gawk",
    description: "CPU and memory of one VM and of Dom0, one sample of xentop a line",
    written_by: "xentop -b (Xen 3.x and 4.x) through a gawk program",
    begins_with: "lines `EPOCH VM: CPU% MEM(k) MEM% | Dom0: CPU% MEM(k) MEM%`",
    file_names: &[],
    clocks: &[Clock::Counter],
    meaning: Meaning::Domains(Domains::OneByCounter),
    marks: Marks::None,
    recognise,
    parse: Parse::Lines(parse),
};

/// A hole in EPOCH up to this long is taken for missing lines; a longer one for something else.
const LONGEST_GAP: i64 = 10_000;

fn recognise(head: &Head<'_>) -> bool {
    // One line in the first few is enough: gawk's input may begin with messages on stderr.
    head.lines.iter().take(8).any(|line| {
        let record = line::read(line.text, line.number);
        record.dom0.is_some_and(|dom0| dom0.readable())
            && record.vms().next().is_some_and(|vm| vm.epoch.is_some() && (vm.absent || vm.readable()))
    })
}

/// Reads the log; see the module.
fn parse(bytes: &[u8], pieces: Pieces) -> Result<Outcome, Unusable> {
    let reader = Reader {
        aligner: Aligner::new(bytes.len() / 24 + 1),
        start: None,
        next_epoch: None,
        next_sample: 0,
        unreadable: 0,
        rows: RowCount::default(),
    };
    pieces::parse(reader, bytes, pieces)
}

struct Reader<'a> {
    aligner: Aligner<'a>,
    /// The first EPOCH.
    start: Option<i64>,
    /// What EPOCH the next line should begin with.
    next_epoch: Option<i64>,
    next_sample: u32,
    /// Lines since the last record that could not be read; they explain as many missing samples.
    unreadable: usize,
    rows: RowCount,
}

impl<'a> pieces::Reader<'a> for Reader<'a> {
    type Form = ();
    type Batch = Batch<Plain<'a>>;

    fn form(&mut self) -> Option<()> {
        Some(())
    }

    fn plain((): &(), bytes: &'a [u8], batch: &mut Batch<Plain<'a>>) -> (usize, u64) {
        batch.read(bytes, Plain::read, |before, next| before.epoch.checked_add(1) == Some(next.epoch))
    }

    fn take(&mut self, (): &(), batch: &Batch<Plain<'a>>, first: u64) -> bool {
        let epoch = batch.0.first().map(|line| line.epoch);
        if self.next_epoch.is_some_and(|expected| epoch != Some(expected)) {
            return false;
        }
        self.start = self.start.or(epoch);
        let (mut lines, mut number) = (batch.0.as_slice(), first);
        while let Some((line, behind)) = lines.split_first() {
            self.aligner.push(align::Record::of_plain(line, self.next_sample, number));
            self.next_sample = self.next_sample.saturating_add(1);
            number = number.saturating_add(1);
            let taken = self.aligner.take(behind, self.next_sample, number);
            self.next_sample = self.next_sample.saturating_add(u32::try_from(taken).unwrap_or(u32::MAX));
            number = number.saturating_add(u64::try_from(taken).unwrap_or(u64::MAX));
            lines = behind.get(taken..).unwrap_or_default();
        }
        self.next_epoch = batch.0.last().map(|line| line.epoch.saturating_add(1)).or(self.next_epoch);
        self.unreadable = 0;
        true
    }

    fn line(&mut self, line: Line<'a>) -> Result<(), Unusable> {
        self.read(line);
        Ok(())
    }

    fn clear(batch: &mut Batch<Plain<'a>>) {
        batch.0.clear();
    }

    fn finish(mut self, bytes: &'a [u8]) -> Result<Outcome, Unusable> {
        let Some(vm) = self.aligner.vm else {
            let first = Lines::new(bytes).find(|line| !line.is_blank());
            let place = first.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            let expected = "lines `EPOCH VM: CPU% MEM(k) MEM% | Dom0: CPU% MEM(k) MEM%`";
            return Err(unusable(place, expected, self.aligner.log));
        };
        self.aligner.end();
        let Aligner { table, corrections, lost, log, .. } = self.aligner;
        self.rows.lost = self.rows.lost.saturating_add(lost);
        self.rows.read = table.rows();

        let mut facts = Facts::default();
        if let Some(start) = self.start {
            facts.set_int("start_epoch", start);
        }
        facts.set_text("vm", vm);
        facts.set_int("samples", table.samples());
        facts.set_int("corrections", corrections);
        Ok(Outcome {
            parts: Vec::new(),
            version: None,
            columns: table.finish(),
            clock: Clock::Counter,
            facts,
            rows: self.rows,
            diagnostics: log,
        })
    }
}

impl<'a> Reader<'a> {
    fn read(&mut self, line: Line<'a>) {
        let mut record = line::read(line.text, line.number);
        if record.dom0.is_none() && record.vms().next().is_none() {
            self.rows.lost += 1;
            self.unreadable += 1;
            let code = if line.terminated { "line-unreadable" } else { "last-line-cut" };
            self.aligner.log.warning(code, Place::line(line.number, line.text), || {
                "expected `EPOCH VM: CPU% MEM(k) MEM% | Dom0: CPU% MEM(k) MEM%`; the line is left out"
                    .to_owned()
            });
            return;
        }
        if record.dom0.is_none() && line.terminated {
            // Only the end of the file can cut a line; in the middle it is damage.
            self.aligner.log.warning("no-dom0", Place::line(line.number, line.text), || {
                "expected ` | Dom0: CPU% MEM(k) MEM%` at the end of the line; Dom0 has no values in this sample"
                    .to_owned()
            });
        }
        self.gap(line, &record);
        self.unreadable = 0;
        record.sample = self.next_sample;
        record.text = line.text;
        self.cells(line, &mut record);
        self.next_sample = self.next_sample.saturating_add(1);
        let last_epoch = record.vms().filter_map(|vm| vm.epoch).next_back();
        self.next_epoch = last_epoch.map(|epoch| epoch.saturating_add(1)).or(self.next_epoch);
        self.start = self.start.or_else(|| record.vms().find_map(|vm| vm.epoch));
        self.aligner.push(align::Record::new(&record));
    }

    /// Lines that are missing from the file have left a hole in EPOCH.
    fn gap(&mut self, line: Line<'_>, record: &Record<'_>) {
        let Some((expected, found)) = self.next_epoch.zip(record.vms().find_map(|vm| vm.epoch)) else {
            return;
        };
        let gap = found.saturating_sub(expected);
        if gap == 0 {
            return;
        }
        let place = Place::cell(line.number, 0, line.text);
        if (1..=LONGEST_GAP).contains(&gap) {
            self.next_sample = self.next_sample.saturating_add(u32::try_from(gap).unwrap_or(0));
            let missing = usize::try_from(gap).unwrap_or(0).saturating_sub(self.unreadable);
            self.rows.lost = self.rows.lost.saturating_add(missing);
            self.aligner.log.warning("lines-missing", place, || {
                format!("EPOCH is {found}, expected {expected}: {gap} samples are missing before this line")
            });
        } else {
            self.aligner.log.warning("epoch-jump", place, || {
                format!(
                    "EPOCH is {found}, expected {expected}: it counts lines, so this is damage, or the log of \
                     another run was appended; samples are numbered on without a hole"
                )
            });
        }
    }

    /// Tells which cells of a line have no value although they should.
    fn cells(&mut self, line: Line<'_>, record: &mut Record<'a>) {
        let cut = !line.terminated;
        let complete_dom0 = record.dom0.is_some();
        let last_vm = record.groups.iter().rposition(Option::is_some);
        for (index, vm) in record.groups.iter_mut().enumerate() {
            if let Some(vm) = vm.as_mut().filter(|vm| !vm.absent) {
                let ends_file = cut && !complete_dom0 && Some(index) == last_vm;
                Self::group(&mut self.aligner.log, line, vm, ends_file);
            }
        }
        if let Some(dom0) = record.dom0.as_mut() {
            Self::group(&mut self.aligner.log, line, dom0, cut);
        }
        if record.vms().next().is_none() {
            self.aligner.log.warning("no-vm-group", Place::line(line.number, line.text), || {
                "expected `EPOCH VM: …` before Dom0's group; whether the VM was there in this sample is unknown"
                    .to_owned()
            });
        }
        if let Some(rest) = record.rest {
            let found = crate::diagnostic::excerpt(rest);
            self.aligner.log.warning("text-left-over", Place::line(line.number, line.text), || {
                format!("`{found}` belongs to no group; it is left out")
            });
        }
    }

    fn group(diagnostics: &mut Diagnostics, line: Line<'_>, group: &mut Group<'_>, ends_file: bool) {
        if ends_file && group.drop_cut_cell() {
            diagnostics.warning("last-line-cut", Place::line(line.number, line.text), || {
                "the last line is incomplete: its writer was stopped in the middle of it; what is whole is kept"
                    .to_owned()
            });
            return;
        }
        if group.readable() {
            return;
        }
        for (position, cell, expected) in group.bad_cells() {
            let place = Place::cell(line.number, position, cell);
            diagnostics.warning("cell-unreadable", place, || {
                format!("expected {expected} of {}; the value is null", String::from_utf8_lossy(group.name))
            });
        }
    }
}
