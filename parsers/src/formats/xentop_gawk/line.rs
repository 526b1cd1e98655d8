//! One line of the log: groups of the VM, and the group of Dom0.

use memchr::memmem;

use crate::text::{Words, float, integer, words};

/// A value as it stands in the line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell<'a> {
    pub position: usize,
    pub text: &'a [u8],
    /// Whether the line goes on after it: digits cannot be missing.
    pub closed: bool,
}

/// `EPOCH NAME: CPU% MEM(k) MEM%`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group<'a> {
    pub epoch: Option<i64>,
    pub name: &'a [u8],
    /// `- - -`: the domain is not there.
    pub absent: bool,
    cells: [Option<Cell<'a>>; 3],
    /// What they say.
    values: [Option<f64>; 3],
}

/// What a line holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    /// Number of the sample of the *line*, that is, of its Dom0.
    pub sample: u32,
    pub number: u64,
    pub text: &'a [u8],
    pub groups: [Option<Group<'a>>; 2],
    /// Groups of the VM beyond the second.
    pub more: usize,
    pub dom0: Option<Group<'a>>,
    /// Text that belongs to no group.
    pub rest: Option<&'a [u8]>,
}

impl<'a> Record<'a> {
    pub fn vms(&self) -> impl DoubleEndedIterator<Item = &Group<'a>> {
        self.groups.iter().flatten()
    }
}

const EXPECTED: [&str; 3] = ["a number ≥ 0 for CPU%", "a number ≥ 0 for MEM(k)", "a number ≥ 0 for MEM%"];

impl<'a> Group<'a> {
    fn new(epoch: Option<i64>, name: &'a [u8], absent: bool, cells: [Option<Cell<'a>>; 3]) -> Self {
        let values = cells.map(|cell| float(cell?.text).filter(|value| *value >= 0.0));
        Self { epoch, name, absent, cells, values }
    }

    fn value(&self, index: usize) -> Option<f64> {
        self.values.get(index).copied().flatten()
    }

    pub fn cpu(&self) -> Option<f64> {
        self.value(0)
    }

    /// Memory in KiB.
    pub fn mem_kib(&self) -> Option<f64> {
        self.value(1)
    }

    pub fn share(&self) -> Option<f64> {
        self.value(2)
    }

    /// Whether all values are there.
    pub fn readable(&self) -> bool {
        self.values.iter().all(Option::is_some)
    }

    /// Whether nothing can be missing from a group at the end of a file: xentop prints shares with one decimal.
    pub fn whole(&self) -> bool {
        let share = self.cells.last().copied().flatten();
        self.readable()
            && share.is_some_and(|cell| matches!(cell.text, [.., b'.', digit] if digit.is_ascii_digit()))
    }

    /// Forgets the cell at the end of a file if it may lack digits. Whether anything of the group is missing.
    pub fn drop_cut_cell(&mut self) -> bool {
        // xentop prints both shares with one decimal. Memory has none, so nothing shows that it is whole.
        for (index, (slot, value)) in self.cells.iter_mut().zip(&mut self.values).enumerate() {
            let cut = slot.is_some_and(|cell| {
                let decimal = matches!(cell.text, [.., b'.', digit] if digit.is_ascii_digit());
                !cell.closed && (index == 1 || !decimal)
            });
            if cut {
                *slot = None;
                *value = None;
            }
        }
        self.cells.iter().any(Option::is_none)
    }

    /// Position, text and expectation of the cells without a value.
    pub fn bad_cells(&self) -> impl Iterator<Item = (usize, &'a [u8], &'static str)> {
        let end = self.cells.iter().flatten().last().map_or(0, |cell| cell.position + cell.text.len());
        let bad = [0, 1, 2].map(|index: usize| {
            let expected = EXPECTED.get(index).copied().unwrap_or_default();
            match (self.cells.get(index).copied().flatten(), self.value(index)) {
                (_, Some(_)) => None,
                (Some(cell), None) => Some((cell.position, cell.text, expected)),
                (None, None) => Some((end, b"".as_slice(), expected)),
            }
        });
        bad.into_iter().flatten()
    }
}

/// Takes a line apart.
pub(super) fn read(line: &[u8], number: u64) -> Record<'_> {
    let bar = memmem::find(line, b"| Dom0:");
    let (before, after) = line.split_at(bar.unwrap_or(line.len()));
    let mut record =
        Record { sample: 0, number, text: line, groups: [None; 2], more: 0, dom0: None, rest: None };
    vm_groups(&mut record, before, bar.is_some());
    if let Some(bar) = bar {
        let values = after.get(b"| Dom0:".len()..).unwrap_or_default();
        let mut cursor = Cursor::new(values, bar + b"| Dom0:".len(), false);
        let cells = [cursor.cell(), cursor.cell(), cursor.cell()];
        record.dom0 = Some(Group::new(None, b"Dom0", false, cells));
        record.rest = record.rest.or_else(|| cursor.next().map(|cell| cell.text));
    }
    record
}

fn vm_groups<'a>(record: &mut Record<'a>, text: &'a [u8], closed: bool) {
    let mut cursor = Cursor::new(text, 0, closed);
    let mut glued = None;
    while let Some(first) = glued.take().or_else(|| cursor.next()) {
        let Some(epoch) = integer(first.text) else {
            record.rest = record.rest.or(Some(first.text));
            continue;
        };
        let Some(name) = cursor.next_if(|word| word.len() > 1 && word.ends_with(b":")) else {
            record.rest = record.rest.or(Some(first.text));
            continue;
        };
        let mut cells = [cursor.cell(), cursor.cell(), cursor.cell()];
        // Where the next word is a name, the EPOCH before it is glued to the last value of this group.
        if cursor.peek().is_some_and(|word| word.ends_with(b":"))
            && let Some(last) = cells.iter_mut().flatten().next_back()
        {
            let (value, epoch) = unglue(*last, epoch.saturating_add(1));
            *last = value;
            glued = Some(epoch);
        }
        // At the end of a file dashes may be missing.
        let dash = |cell: &Cell<'_>| cell.text == b"-";
        let absent = cells.iter().flatten().all(dash) && cells.iter().flatten().count() > 0;
        let name = name.text.strip_suffix(b":").unwrap_or(name.text);
        let group = Group::new(Some(epoch), name, absent, cells);
        match record.groups.iter_mut().find(|slot| slot.is_none()) {
            Some(slot) => *slot = Some(group),
            None => record.more += 1,
        }
    }
}

/// Separates `3.71264510803` into `3.7` and `1264510803`, and `-1264510803` likewise.
fn unglue(cell: Cell<'_>, next_epoch: i64) -> (Cell<'_>, Cell<'_>) {
    let text = cell.text;
    let digits = next_epoch.to_string();
    let by_counter = text.strip_suffix(digits.as_bytes()).filter(|value| !value.is_empty()).map(<[u8]>::len);
    // Otherwise by what xentop prints: one decimal, or a dash for an absent VM.
    let by_shape = || match text.iter().position(|byte| *byte == b'.') {
        Some(point) => point.saturating_add(2),
        None if text.starts_with(b"-") => 1,
        None => text.len().saturating_sub(10),
    };
    let at = by_counter.unwrap_or_else(by_shape).min(text.len());
    let (value, epoch) = text.split_at(at);
    (
        Cell { text: value, closed: true, ..cell },
        Cell { text: epoch, position: cell.position.saturating_add(at), closed: true },
    )
}

/// Words as cells; `no limit` is one.
struct Cursor<'a> {
    text: &'a [u8],
    words: std::iter::Peekable<Words<'a>>,
    offset: usize,
    /// Whether something follows after the text.
    closed: bool,
}

impl<'a> Cursor<'a> {
    fn new(text: &'a [u8], offset: usize, closed: bool) -> Self {
        Self { text, words: words(text).peekable(), offset, closed }
    }

    fn peek(&mut self) -> Option<&'a [u8]> {
        self.words.peek().map(|(_, word)| *word)
    }

    fn next(&mut self) -> Option<Cell<'a>> {
        self.words.next().map(|(position, text)| Cell {
            position: position.saturating_add(self.offset),
            text,
            closed: self.closed || position.saturating_add(text.len()) < self.text.len(),
        })
    }

    fn next_if(&mut self, accept: impl Fn(&[u8]) -> bool) -> Option<Cell<'a>> {
        if self.peek().is_some_and(accept) { self.next() } else { None }
    }

    /// The next value of a group. Never takes the beginning of the next group.
    fn cell(&mut self) -> Option<Cell<'a>> {
        let after_next_is_name = {
            let mut ahead = self.words.clone();
            let epoch = ahead.next().is_some_and(|(_, word)| word.len() >= 9 && integer(word).is_some());
            epoch && ahead.next().is_some_and(|(_, word)| word.ends_with(b":"))
        };
        if after_next_is_name {
            return None;
        }
        let mut cell = self.next_if(|word| !word.ends_with(b":"))?;
        if cell.text == b"no" && self.peek() == Some(b"limit") {
            self.next();
            let start = cell.position.saturating_sub(self.offset);
            let end = start.saturating_add(b"no limit".len());
            cell.text = self.text.get(start..end).unwrap_or(cell.text);
        }
        Some(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(group: &Group<'_>) -> (Option<i64>, String, [Option<f64>; 3]) {
        let name = String::from_utf8_lossy(group.name).into_owned();
        (group.epoch, name, [group.cpu(), group.mem_kib(), group.share()])
    }

    #[test]
    fn an_ordinary_line() {
        let record = read(b"1264510800 asam: 12.3 131072 3.7 | Dom0: 7.1 524288 15.0", 1);
        let vms: Vec<_> = record.vms().map(values).collect();
        let vm = (Some(1_264_510_800), "asam".to_owned(), [Some(12.3), Some(131_072.0), Some(3.7)]);
        assert_eq!(vms, vec![vm]);
        let dom0 = record.dom0.as_ref().map(values);
        assert_eq!(dom0, Some((None, "Dom0".to_owned(), [Some(7.1), Some(524_288.0), Some(15.0)])));
        assert_eq!((record.rest, record.more), (None, 0));
    }

    #[test]
    fn groups_that_are_glued_together_or_not() {
        for line in [
            "1264510800 asam: 12.3 131072 3.71264510801 asam: 1.0 131072 3.8 | Dom0: 7.1 524288 15.0",
            "1264510800 asam: 12.3 131072 3.7 1264510801 asam: 1.0 131072 3.8 | Dom0: 7.1 524288 15.0",
            "1264510800 asam: 12.3 131072 3.7  1264510801 asam: 1.0 131072 3.8  | Dom0: 7.1 524288 15.0",
        ] {
            let record = read(line.as_bytes(), 1);
            let vms: Vec<_> = record.vms().map(values).collect();
            assert_eq!(
                vms,
                vec![
                    (Some(1_264_510_800), "asam".to_owned(), [Some(12.3), Some(131_072.0), Some(3.7)]),
                    (Some(1_264_510_801), "asam".to_owned(), [Some(1.0), Some(131_072.0), Some(3.8)]),
                ],
                "{line}"
            );
        }
    }

    #[test]
    fn glued_to_a_dash_and_out_of_step() {
        let record =
            read(b"1264510800 asam: - - -1264510801 asam: 1.0 131072 3.8 | Dom0: 7.1 524288 15.0", 1);
        let absent: Vec<_> = record.vms().map(|vm| (vm.absent, vm.epoch)).collect();
        assert_eq!(absent, vec![(true, Some(1_264_510_800)), (false, Some(1_264_510_801))]);
        // The counter is not what it should be, but one decimal says where the value ends.
        let record = read(b"1264510800 asam: 1.0 1 3.71264510999 asam: 1.0 1 3.8 | Dom0: 7.1 5 15.0", 1);
        assert_eq!(record.vms().nth(1).and_then(|vm| vm.epoch), Some(1_264_510_999));
    }

    #[test]
    fn junk_in_cells() {
        let record = read(b"1264510800 asam: n/a no limit -1.0 | Dom0: 7.1 524288", 1);
        let vm: Vec<_> = record.vms().map(values).map(|(_, _, cells)| cells).collect();
        assert_eq!(vm, vec![[None, None, None]]);
        let bad: Vec<_> = record.vms().flat_map(Group::bad_cells).map(|(at, text, _)| (at, text)).collect();
        assert_eq!(bad, vec![(17, b"n/a".as_slice()), (21, b"no limit"), (30, b"-1.0")]);
        let dom0: Vec<_> = record.dom0.iter().flat_map(Group::bad_cells).collect();
        assert_eq!(dom0, vec![(53, b"".as_slice(), "a number ≥ 0 for MEM%")]);
    }
}
