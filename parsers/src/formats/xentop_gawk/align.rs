//! Which sample a group of the VM belongs to.
//!
//! A line holds what gawk printed between two rows of Dom0. So the VM's place in line *L* is filled by rows
//! that came *after* Dom0 in sample *L − 1* ("late": the VM is called `migrating-asam`, or has a name that
//! sorts after `Domain-0` anyway) and rows that came *before* Dom0 in sample *L* ("early", the usual case).
//! With n groups in the place, n = late(L − 1) + early(L); `- - -` is n = 0. Therefore, with E an early VM, T
//! a late one and x none:
//!
//! ```text
//! sample        E  E  T  T  T  x  x          E  E  T  T  E  E
//! n in line     1  1  0  1  1  1  0          1  1  0  1  2  1
//! ```
//!
//! * A change from E to T shows as one isolated `- - -` between lines with the VM. That is not an absence; from
//!   the next line on groups belong to the sample before.
//! * From T to x: one line more has a group, then `- - -` says that the VM was absent in the sample before
//!   already.
//! * From T to E: two groups, the first for the sample before, the second for this one.
//! * If the log ends in T, gawk has printed the group of the last sample without a Dom0 group.
//!
//! What is not known, and what is assumed:
//!
//! * E x E leaves the same `- - -` as E T. A VM that vanishes for one second and comes back under its name
//!   is not something a migration does, so E T is assumed.
//! * A VM that appears after an absence (or in the second line) may be E or T. It is T if the lines with one
//!   group end in a single line with two, or at the end of the file with a whole group without Dom0. If only the
//!   *first* line of a log has `- - -` and the VM vanishes again, this host is the source and the log began in T.
//!   Otherwise it is E, a VM that was created on the target.
//! * T x E looks like T T: if the names change within one sample the lag goes unnoticed.
//! * Two groups in a line without a lag are two rows of one sample, a second VM whose name contains the
//!   name. (While a VM migrates to its own host they are the old VM of the sample before and the new one of
//!   this sample; nothing in the file tells the two cases apart.) The first group is taken, the others are
//!   left out with a warning.
//! * If the log ends in T without a group at the end, the last sample of the VM is unknown: it has no row.
//!
//! EPOCH is incremented once for each group. A sample that has more or fewer increments than one is a
//! correction: the sample of E T has two, that of T x none.

use std::collections::VecDeque;

use super::line;
use super::plain::Plain;
use super::table::{Row, Table, Values, Who};
use crate::diagnostic::{Diagnostics, Place};

/// A line as far as it is needed behind it. Most of a [`line::Record`] is where its words stand.
#[derive(Clone, Debug)]
pub(super) struct Record<'a> {
    /// Number of the sample of the *line*, that is, of its Dom0.
    pub sample: u32,
    pub number: u64,
    pub text: &'a [u8],
    first: Option<Group<'a>>,
    /// Hardly a line has it.
    second: Option<Box<Group<'a>>>,
    /// Groups of the VM beyond the second.
    pub more: usize,
    pub dom0: Option<Values>,
}

/// A group of the VM.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group<'a> {
    pub epoch: Option<i64>,
    pub name: &'a [u8],
    /// None if the VM is absent.
    pub values: Option<Values>,
    /// No group of Dom0 follows, and yet nothing is missing from this one.
    whole: bool,
}

impl<'a> Record<'a> {
    pub fn new(record: &line::Record<'a>) -> Self {
        let line::Record { sample, number, text, more, .. } = *record;
        let group = |group: &line::Group<'a>| Group {
            epoch: group.epoch,
            name: group.name,
            values: (!group.absent).then(|| values(group)),
            whole: record.dom0.is_none() && group.whole(),
        };
        let [first, second] = &record.groups;
        let (first, second) = (first.as_ref().map(group), second.as_ref().map(group).map(Box::new));
        Self { sample, number, text, first, second, more, dom0: record.dom0.as_ref().map(values) }
    }

    pub fn of_plain(line: &Plain<'a>, sample: u32, number: u64) -> Self {
        let values = |[cpu, mem, share]: [f64; 3]| Values::new(Some(cpu), Some(mem), Some(share));
        let Plain { text, epoch, name, vm, dom0 } = *line;
        let first = Some(Group { epoch: Some(epoch), name, values: vm.map(values), whole: false });
        Self { sample, number, text, first, second: None, more: 0, dom0: Some(values(dom0)) }
    }

    pub fn vms(&self) -> impl DoubleEndedIterator<Item = &Group<'a>> {
        self.first.iter().chain(self.second.as_deref())
    }

    /// The groups of a VM that is there.
    fn present(&self) -> impl Iterator<Item = &Group<'a>> {
        self.vms().filter(|vm| vm.values.is_some())
    }
}

/// What is in the VM's place of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Absent,
    One,
    Many,
    /// Damaged.
    Unknown,
}

fn slot(record: &Record<'_>) -> Slot {
    match record.present().count() {
        0 if record.vms().next().is_some() => Slot::Absent,
        0 => Slot::Unknown,
        1 => Slot::One,
        _ => Slot::Many,
    }
}

fn present(slot: Option<Slot>) -> bool {
    matches!(slot, Some(Slot::One | Slot::Many))
}

/// How groups relate to samples at a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lag {
    None,
    /// The VM has been renamed.
    Renamed,
    /// The VM's own name sorts after Dom0.
    Always,
}

/// Gives every group its sample. Lines wait in it until those behind them tell what they mean.
pub(super) struct Aligner<'a> {
    /// The VM that the log is about: the first that it names.
    pub vm: Option<&'a [u8]>,
    lag: Lag,
    waiting: VecDeque<(Record<'a>, Slot)>,
    /// So many lines behind the first that waits are known to have one group.
    ones: usize,
    /// The slot of the line before the first that waits.
    before: Option<Slot>,
    /// Sample and number of that line, and whether it has Dom0.
    last: Option<(u32, u64, bool)>,
    pub table: Table<'a>,
    /// Increments of EPOCH that do not match samples.
    pub corrections: u64,
    /// Groups that were left out.
    pub lost: usize,
    pub log: Diagnostics,
}

impl<'a> Aligner<'a> {
    /// With room for so many rows.
    pub fn new(rows: usize) -> Self {
        Self {
            vm: None,
            lag: Lag::None,
            waiting: VecDeque::new(),
            ones: 0,
            before: None,
            last: None,
            table: Table::new(rows),
            corrections: 0,
            lost: 0,
            log: Diagnostics::default(),
        }
    }

    /// The next line.
    pub fn push(&mut self, record: Record<'a>) {
        let slot = slot(&record);
        self.vm = self.vm.or_else(|| record.vms().next().map(|vm| vm.name));
        let needs_more = self.last.is_none() || (self.lag == Lag::None && slot == Slot::Absent);
        if self.waiting.is_empty() && !needs_more {
            self.line(&record, slot, false);
        } else {
            self.waiting.push_back((record, slot));
            self.advance(false);
        }
    }

    /// Takes lines from this sample and this number on as far as they go on from one in which the VM was there before Dom0, and
    /// the VM is there in the same way, also in the one behind them. How many they are.
    pub fn take(&mut self, lines: &[Plain<'a>], sample: u32, number: u64) -> usize {
        let Some(vm) = self.vm else { return 0 };
        if !self.waiting.is_empty() || self.lag != Lag::None || self.before != Some(Slot::One) {
            return 0;
        }
        let same = lines.iter().take_while(|line| line.vm.is_some() && line.name == vm).count();
        // What comes behind the last one may belong to its sample.
        let taken = same.saturating_sub(1);
        if let Some(lines) = lines.get(..taken).filter(|lines| !lines.is_empty()) {
            let last = self.table.take(vm, lines, sample, number, &mut self.log);
            self.last = Some((last.0, last.1, true));
        }
        taken
    }

    /// There are no more lines.
    pub fn end(&mut self) {
        self.advance(true);
        if let Some((sample, number, true)) = self.last
            && self.lag != Lag::None
            && self.before != Some(Slot::Unknown)
        {
            self.log.note("last-sample-unknown", Place::line(number, b""), || {
                format!(
                    "the log ends before it tells whether the VM was there in sample {sample}; it has no row in \
                     that sample"
                )
            });
        }
        self.table.end(&mut self.log);
    }

    /// Takes the lines that wait as far as it is known what they mean.
    fn advance(&mut self, ended: bool) {
        let Some(vm) = self.vm else { return };
        while let Some((first, slot)) = self.waiting.front() {
            // The VM's own name makes it late for good. A first line that has the VM proves the contrary.
            let late_name = || vm.to_ascii_lowercase().as_slice() > b"domain-0".as_slice();
            if self.last.is_none() && *slot == Slot::Absent && late_name() {
                self.lag = Lag::Always;
                self.log.note("vm-after-dom0", Place::line(first.number, first.text), || {
                    "the name of the VM sorts after Domain-0: its groups belong to the sample of the line before"
                        .to_owned()
                });
            }
            let begins_lag = if self.lag == Lag::None && *slot == Slot::Absent {
                self.begins_lag(ended)
            } else {
                Some(false)
            };
            let Some(begins_lag) = begins_lag else { return };
            let Some((record, slot)) = self.waiting.pop_front() else { return };
            self.ones = 0;
            self.line(&record, slot, begins_lag);
        }
    }

    /// Whether the `- - -` of the first line that waits, which is not lagging, is none of an absent VM but of a late one; none
    /// if the lines behind it do not tell yet.
    fn begins_lag(&mut self, ended: bool) -> Option<bool> {
        let slots = &self.waiting;
        let slot_at = |index: usize| match slots.get(index) {
            Some((_, slot)) => Some(Some(*slot)),
            None => ended.then_some(None),
        };
        if !present(slot_at(1)?) {
            return Some(false);
        }
        if present(self.before) {
            return Some(true);
        }
        // The VM appears here. What ends the lines that have one group tells whether they lagged.
        while slots.get(self.ones + 1).is_some_and(|(_, slot)| *slot == Slot::One) {
            self.ones += 1;
        }
        let end = self.ones + 1;
        Some(match slot_at(end)? {
            None => {
                slots.back().is_some_and(|(last, _)| last.dom0.is_none() && last.vms().all(|vm| vm.whole))
            }
            Some(Slot::Many) => slot_at(end + 1)? != Some(Slot::Many),
            Some(Slot::Absent) => self.last.is_none() && !present(slot_at(end + 1)?),
            Some(Slot::One | Slot::Unknown) => false,
        })
    }

    fn line(&mut self, record: &Record<'a>, slot: Slot, begins_lag: bool) {
        // A line has rows of its own sample and of the one before.
        self.table.settle(record.sample.saturating_sub(1), &mut self.log);
        self.names(record);
        if begins_lag {
            self.begin_lag(record);
        } else {
            self.vm(record, slot);
        }
        self.dom0(record);
        self.before = Some(slot);
        self.last = Some((record.sample, record.number, record.dom0.is_some()));
    }

    fn names(&mut self, record: &Record<'a>) {
        let Some(first) = self.vm else { return };
        for vm in record.vms().filter(|vm| vm.name != first) {
            let first = String::from_utf8_lossy(first);
            self.log.warning("other-vm", Place::line(record.number, vm.name), || {
                format!("the log is about {first}, this group names another VM; it is kept under its name")
            });
        }
    }

    fn vm(&mut self, record: &Record<'a>, slot: Slot) {
        let before = self.before;
        match (slot, self.lag) {
            (Slot::Unknown, _) => {}
            (Slot::Absent, Lag::None) => self.absent(record, record.sample, true),
            (Slot::Absent, Lag::Renamed) => self.vanished(record),
            (Slot::Absent, Lag::Always) => {
                if present(before) {
                    self.correction(record, "the VM has vanished in the sample before: it cost no increment");
                }
                if let Some(sample) = record.sample.checked_sub(1).filter(|_| before.is_some()) {
                    self.absent(record, sample, true);
                }
            }
            (Slot::One, Lag::None) => self.group(record, 0, record.sample),
            (Slot::One, Lag::Renamed | Lag::Always) => {
                if self.lag == Lag::Always && before == Some(Slot::Absent) {
                    self.correction(
                        record,
                        "the VM has appeared in the sample before: it cost two increments",
                    );
                }
                self.late(record);
            }
            (Slot::Many, Lag::None) => {
                self.group(record, 0, record.sample);
                self.surplus(record);
            }
            (Slot::Many, Lag::Renamed) => self.named_back(record),
            (Slot::Many, Lag::Always) => {
                self.late(record);
                self.surplus(record);
            }
        }
    }

    /// The first group of a line belongs to the sample before.
    fn late(&mut self, record: &Record<'a>) {
        match record.sample.checked_sub(1) {
            Some(sample) => self.group(record, 0, sample),
            None => self.left_out(record, 1, "belongs to a sample before the first line"),
        }
    }

    fn begin_lag(&mut self, record: &Record<'a>) {
        self.lag = Lag::Renamed;
        self.corrections += 1;
        let sample = record.sample;
        let why = match self.before {
            None => "the log begins while the VM sorts after Domain-0, under another name".to_owned(),
            Some(Slot::One | Slot::Many) => format!(
                "the VM is there before and after: in sample {sample} it has been renamed and sorts after Domain-0"
            ),
            Some(Slot::Absent | Slot::Unknown) => {
                format!("the VM appears in sample {sample} under a name that sorts after Domain-0")
            }
        };
        self.log.note("vm-renamed", Place::line(record.number, record.text), || {
            format!(
                "{why}. This `- - -` is no absence, the sample cost two increments of EPOCH, and from the next \
                 line on the VM's group belongs to the sample before"
            )
        });
    }

    fn vanished(&mut self, record: &Record<'a>) {
        self.lag = Lag::None;
        self.corrections += 1;
        let sample = record.sample;
        if let Some(before) = sample.checked_sub(1) {
            self.absent(record, before, false);
        }
        self.absent(record, sample, true);
        self.log.note("vm-vanished", Place::line(record.number, record.text), || {
            format!(
                "the renamed VM is gone: it was absent in sample {} already, which cost no increment of EPOCH",
                i64::from(sample) - 1
            )
        });
    }

    fn named_back(&mut self, record: &Record<'a>) {
        self.lag = Lag::None;
        self.late(record);
        self.group(record, 1, record.sample);
        self.left_out(record, record.more, "is a third group in one line");
        let sample = record.sample;
        self.log.note("vm-named-back", Place::line(record.number, record.text), || {
            format!(
                "the VM has its name again and sorts before Domain-0: the first group belongs to the sample \
                 before, the second to sample {sample}"
            )
        });
    }

    fn correction(&mut self, record: &Record<'a>, what: &'static str) {
        self.corrections += 1;
        self.log
            .note("epoch-corrected", Place::line(record.number, record.text), || format!("EPOCH: {what}"));
    }

    /// Groups after the first, where a line should have one.
    fn surplus(&mut self, record: &Record<'a>) {
        let groups = record.present().count().saturating_add(record.more).saturating_sub(1);
        self.corrections = self.corrections.saturating_add(u64::try_from(groups).unwrap_or(0));
        self.left_out(record, groups, "comes after the first in one line: another row matched the VM's name");
    }

    fn left_out(&mut self, record: &Record<'a>, groups: usize, why: &'static str) {
        if groups == 0 {
            return;
        }
        self.lost = self.lost.saturating_add(groups);
        self.log.warning("group-left-out", Place::line(record.number, record.text), || {
            format!("{groups} group of the VM {why}; it is left out and EPOCH is corrected")
        });
    }

    fn group(&mut self, record: &Record<'a>, index: usize, sample: u32) {
        if let Some(group) = record.present().nth(index) {
            let row = Row {
                sample,
                who: Who::Vm,
                name: group.name,
                epoch: group.epoch,
                values: group.values,
                line: record.number,
            };
            self.table.push(row);
        }
    }

    /// The EPOCH of the group is given to one sample only.
    fn absent(&mut self, record: &Record<'a>, sample: u32, with_epoch: bool) {
        if let Some(group) = record.vms().next() {
            let epoch = group.epoch.filter(|_| with_epoch);
            let row =
                Row { sample, who: Who::Vm, name: group.name, epoch, values: None, line: record.number };
            self.table.push(row);
        }
    }

    fn dom0(&mut self, record: &Record<'a>) {
        if let Some(dom0) = &record.dom0 {
            self.table.push(Row {
                sample: record.sample,
                who: Who::Dom0,
                name: b"Dom0",
                epoch: record.vms().next().and_then(|vm| vm.epoch),
                values: Some(*dom0),
                line: record.number,
            });
        }
    }
}

fn values(group: &line::Group<'_>) -> Values {
    Values::new(group.cpu(), group.mem_kib(), group.share())
}
