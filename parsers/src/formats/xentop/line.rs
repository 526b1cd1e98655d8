//! What one line of xentop is.
//!
//! A row has 15 words after STATE (17 columns) or 17 (19 columns), one more where MAXMEM(k) is `no limit`. STATE is
//! looked for among the words that may be it, counted from the right, because the name before it may consist of
//! any words; what stands before it is the name.

use crate::text::{float, unsigned, words};

/// Words that a row may have after STATE.
const MOST_WORDS: usize = 18;
/// A header or a whole row has more: STATE and 15 words, with blanks between them.
const LEAST_BYTES: usize = 35;
/// What STATE is made of, place by place.
const STATES: &[u8; 6] = b"dsbcpr";
const HEADER: [&str; 8] =
    ["STATE", "CPU(sec)", "CPU(%)", "MEM(k)", "MEM(%)", "MAXMEM(k)", "MAXMEM(%)", "VCPUS"];
const KIB: f64 = 1024.0;

/// The cell of MAXMEM(k), which may be `no limit`.
const LIMIT: usize = 4;

/// A word and where it begins.
type Cell<'a> = (usize, &'a [u8]);

/// What a line is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind<'a> {
    Header,
    /// It has been written into the row in hand.
    Row,
    /// One of the lines that `-n`, `-x` and `-v` add, or of the table of CPUs.
    Detail,
    /// A line of the summary above the table on the screen.
    Screen {
        version: Option<&'a [u8]>,
    },
    Other,
}

/// The values of a row that are of use.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Values {
    pub cpu: Option<f64>,
    pub mem: Option<f64>,
    pub mem_share: Option<f64>,
    pub vcpus: Option<u32>,
    pub net_tx: Option<f64>,
    pub net_rx: Option<f64>,
    pub vbd_read: Option<f64>,
    pub vbd_write: Option<f64>,
}

impl Values {
    /// Whether nothing is missing.
    pub fn complete(&self) -> bool {
        let Self { cpu, mem, mem_share, vcpus, net_tx, net_rx, vbd_read, vbd_write } = self;
        let numbers = [cpu, mem, mem_share, net_tx, net_rx, vbd_read, vbd_write];
        numbers.into_iter().all(Option::is_some) && vcpus.is_some()
    }

    /// Makes null what the cell of that number (from 0, after STATE) says.
    pub fn forget(&mut self, cell: usize) {
        match cell {
            1 => self.cpu = None,
            2 => self.mem = None,
            3 => self.mem_share = None,
            6 => self.vcpus = None,
            8 => self.net_tx = None,
            9 => self.net_rx = None,
            12 => self.vbd_read = None,
            13 => self.vbd_write = None,
            _ => {}
        }
    }
}

/// The row of a domain.
#[derive(Clone, Debug, Default)]
pub(super) struct Row<'a> {
    pub name: &'a [u8],
    /// Whether it has as many words as a row must have.
    pub complete: bool,
    /// The last words of the line from its last one on.
    words: [Cell<'a>; MOST_WORDS + 1],
    /// Which of them is STATE.
    state: usize,
    /// `no limit` stands where one word should.
    no_limit: bool,
}

impl<'a> Row<'a> {
    /// How many cells there are after STATE; `no limit` is one.
    pub fn cells(&self) -> usize {
        self.state.saturating_sub(usize::from(self.no_limit))
    }

    fn cell(&self, index: usize) -> Cell<'a> {
        let word = if self.no_limit && index > LIMIT { index + 1 } else { index };
        let at = self.state.checked_sub(word.saturating_add(1));
        at.and_then(|at| self.words.get(at)).copied().unwrap_or((0, b""))
    }

    pub fn values(&self) -> Values {
        let number = |index| positive(self.cell(index).1);
        let vcpus = unsigned(self.cell(6).1).and_then(|vcpus| u32::try_from(vcpus).ok());
        Values {
            cpu: number(1),
            mem: number(2).map(|kib| kib * KIB),
            mem_share: number(3),
            vcpus,
            net_tx: number(8).map(|kib| kib * KIB),
            net_rx: number(9).map(|kib| kib * KIB),
            vbd_read: number(12),
            vbd_write: number(13),
        }
    }

    /// Cells of use that are not what they should be: position, text, what was expected. A dash instead of the
    /// number of disk requests is xentop's own way to say that it has none.
    pub fn bad_cells(&self) -> impl Iterator<Item = (usize, &'a [u8], &'static str)> {
        const EXPECTED: [(usize, &str); 8] = [
            (1, "a number ≥ 0 for CPU(%)"),
            (2, "a number ≥ 0 for MEM(k)"),
            (3, "a number ≥ 0 for MEM(%)"),
            (6, "a whole number for VCPUS"),
            (8, "a number ≥ 0 for NETTX(k)"),
            (9, "a number ≥ 0 for NETRX(k)"),
            (12, "a number ≥ 0 for VBD_RD"),
            (13, "a number ≥ 0 for VBD_WR"),
        ];
        EXPECTED.into_iter().filter_map(|(index, expected)| {
            let (position, text) = self.cell(index);
            let good = match index {
                6 => unsigned(text).is_some_and(|vcpus| u32::try_from(vcpus).is_ok()),
                12 | 13 if text == b"-" => true,
                _ => positive(text).is_some(),
            };
            (!good).then_some((position, text, expected))
        })
    }
}

fn positive(text: &[u8]) -> Option<f64> {
    float(text).filter(|value| *value >= 0.0)
}

/// What a line is. `blanks` remembers that a header was of the variant that writes STATE without dashes.
pub(super) fn kind<'a>(line: &'a [u8], blanks: &mut bool, row: &mut Row<'a>) -> Kind<'a> {
    if let Some(variant) = header(line) {
        *blanks = variant;
        return Kind::Header;
    }
    let is_row = row.read(line, *blanks).is_some();
    if is_row && row.complete {
        return Kind::Row;
    }
    let other = screen(line).or_else(|| is_detail(line).then_some(Kind::Detail));
    other.unwrap_or(if is_row { Kind::Row } else { Kind::Other })
}

/// Whether a line is of xentop alone: a header, or a whole row without a fault.
pub(super) fn is_own(line: &[u8]) -> bool {
    let long = line.len() > LEAST_BYTES;
    let is_row = || {
        let mut row = Row::default();
        row.read(line, false).is_some() && row.complete && row.bad_cells().next().is_none()
    };
    long && (header(line).is_some() || is_row())
}

/// Whether a line is a header, and of which variant.
fn header(line: &[u8]) -> Option<bool> {
    let mut words = words(line).map(|(_, word)| word);
    let variant = match words.next()? {
        b"NAME" => false,
        b"NAME(s)" => true,
        _ => return None,
    };
    HEADER.iter().all(|name| words.next() == Some(name.as_bytes())).then_some(variant)
}

/// Where the first word ends.
pub(super) fn end_of_first_word(line: &[u8]) -> Option<usize> {
    words(line).next().map(|(start, word)| start.saturating_add(word.len()))
}

/// Whether a word is a STATE.
fn is_state(word: &[u8], blanks: bool) -> bool {
    if blanks {
        return word.len() == 1 && word.iter().all(|letter| STATES.contains(letter));
    }
    word.len() == STATES.len()
        && word.iter().zip(STATES).all(|(place, letter)| *place == b'-' || place == letter)
}

impl<'a> Row<'a> {
    /// Reads a line; none if it is no row, and then what is here is of none.
    fn read(&mut self, line: &'a [u8], blanks: bool) -> Option<()> {
        let count = last_words(line, &mut self.words);
        let words = self.words.get(..count)?;
        let is = |after: &usize| words.get(*after).is_some_and(|(_, word)| is_state(word, blanks));
        // A whole row has its STATE 15 to 18 words before its end; only the last line of a file may have it later.
        let state = (15..=MOST_WORDS).find(is).or_else(|| (0..15).find(is))?;
        let (start, _) = *words.get(state)?;
        let word =
            |cell: usize| state.checked_sub(cell + 1).and_then(|at| words.get(at)).map(|(_, word)| *word);
        self.no_limit = word(LIMIT) == Some(b"no") && word(LIMIT + 1) == Some(b"limit");
        self.state = state;
        self.name = name(line, start);
        self.complete = matches!(self.cells(), 15 | 17);
        Some(())
    }
}

/// Writes the last words of a line, from the last one backwards, and says how many there are: as many as may stand from STATE on.
fn last_words<'a>(line: &'a [u8], last: &mut [Cell<'a>; MOST_WORDS + 1]) -> usize {
    let mut count = 0;
    let mut rest = line.trim_ascii_end();
    for slot in last {
        let start = rest.iter().rposition(u8::is_ascii_whitespace).map_or(0, |blank| blank.saturating_add(1));
        let (before, word) = rest.split_at(start);
        if word.is_empty() {
            break;
        }
        *slot = (start, word);
        count += 1;
        rest = before.trim_ascii_end();
    }
    count
}

fn name(line: &[u8], state: usize) -> &[u8] {
    line.get(..state).unwrap_or_default().trim_ascii()
}

/// The lines above the table on the screen; the first names the version of Xen.
fn screen(line: &[u8]) -> Option<Kind<'_>> {
    let mut words = words(line).map(|(_, word)| word);
    let (first, second) = (words.next()?, words.next()?);
    let version = match (first, second) {
        (b"xentop", b"-") => {
            let named = words.position(|word| word == b"Xen");
            named.and_then(|_| words.next())
        }
        (b"Mem:", _) if unit(second, b"k") => None,
        (b"Date:", _) if words.any(|word| word == b"Domains:") => None,
        (_, b"domains:") if unsigned(first).is_some() => None,
        _ => return None,
    };
    Some(Kind::Screen { version })
}

fn unit(word: &[u8], unit: &[u8]) -> bool {
    word.strip_suffix(unit).and_then(unsigned).is_some()
}

/// Whether a line is one of those that options add: VCPUs, interfaces, disks, tmem, the host's CPUs.
fn is_detail(line: &[u8]) -> bool {
    let text = line.trim_ascii();
    let Some((_, first)) = words(line).next() else { return false };
    match first {
        b"VCPUs(sec):" | b"VBD" | b"Tmem:" | b"Physical" | b"|" | b"VCPU#" | b"IF#" | b"vbdType"
        | b"BlkBack" | b"BlkTap" => return true,
        _ => {}
    }
    let interface = first.strip_prefix(b"Net").is_some_and(|number| unsigned(number).is_some());
    let rule = text.iter().all(|byte| matches!(byte, b'+' | b'-'));
    interface || rule || words(line).all(|(_, word)| is_detail_number(word))
}

/// `3:` and `200s`, of which the lines that carry on a list of VCPUs consist, and bare numbers.
fn is_detail_number(word: &[u8]) -> bool {
    unit(word, b":") || unit(word, b"s") || unsigned(word).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_and_values(line: &str) -> Option<(String, Values)> {
        let mut row = Row::default();
        let is_row = matches!(kind(line.as_bytes(), &mut false, &mut row), Kind::Row) && row.complete;
        is_row.then(|| (String::from_utf8_lossy(row.name).into_owned(), row.values()))
    }

    #[test]
    fn names_of_any_words() {
        let rest = "--b---      92470    1.5    8388600    1.6    8389632       1.6     4    1        7        9    1        0    93779   452880";
        for name in ["Windows7 (Dev)", "asam", "a 1 -----r b", "no limit", "", "NAME STATE"] {
            for end in ["0", "4923585 12252390 2149627072"] {
                let (read, values) = name_and_values(&format!("  {name} {rest} {end}")).unwrap();
                assert_eq!(read, name);
                assert_eq!((values.cpu, values.mem), (Some(1.5), Some(8_388_600.0 * 1024.0)));
                assert_eq!(
                    (values.vcpus, values.net_tx, values.net_rx),
                    (Some(4), Some(7168.0), Some(9216.0))
                );
                assert_eq!((values.vbd_read, values.vbd_write), (Some(93_779.0), Some(452_880.0)));
            }
        }
        let limit = rest.replace("8389632       1.6", "no limit       n/a");
        let (_, values) = name_and_values(&format!("x {limit} 0")).unwrap();
        assert_eq!((values.mem_share, values.vcpus), (Some(1.6), Some(4)));
    }

    #[test]
    fn lines_that_are_no_rows() {
        let kind = |line: &str| format!("{:?}", kind(line.as_bytes(), &mut false, &mut Row::default()));
        for detail in [
            "VCPUs(sec):   0:        200s  1:        200s",
            "          5:        200s  6:        234s",
            "Net0 RX: 2790485492bytes 35012719pkts        0err     2670drop  TX: 1bytes 2pkts 0err 0drop",
            "VBD BlkBack 51712 [ca: 0]  OO:        7   RD: 99999999   WR:     1240",
            "Physical CPU Usage:",
            "+-------+--------+",
            "| 0     |   0.0% |",
            "------",
        ] {
            assert_eq!(kind(detail), "Detail", "{detail}");
        }
        for screen in [
            "xentop - 20:44:53",
            "2 domains: 1 running, 1 blocked, 0 paused, 0 crashed, 0 dying, 0 shutdown",
            "Mem: 16734804k total, 16722744k used, 12060k free    CPUs: 8 @ 2112MHz",
            "Date: 11/08/13 23:39:15 Domains: 5, 1 running, 4 blocked Mem: 6291000k total",
        ] {
            assert_eq!(kind(screen), "Screen { version: None }", "{screen}");
        }
        assert!(kind("xentop - 20:44:53   Xen 4.9.2").contains("Some("));
        for other in ["NAME STATE CPU(sec) CPU(%) MEM(k) MEM(%)", "Netz", "Failed to retrieve statistics", ""]
        {
            assert_eq!(kind(other), "Other", "{other}");
        }
    }
}
