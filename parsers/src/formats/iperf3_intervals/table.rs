//! The rows of iperf3's text.

use super::BLOCK;
use super::document::is_alike;
use crate::diagnostic::Place;
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::shared::benchmark::positive;
use crate::shared::work::{Beside, Row, Work};
use crate::text::{unsigned, words};

const CLIENT: &[u8] = b"Connecting to host ";
const SERVER: &[u8] = b"Accepted connection from ";
const KIB: f64 = 1024.0;
/// A row that begins at 0 again and is so much longer than the last one is a sum.
const LONGER: f64 = 1.5;

/// So many lines are searched for intervals: a connection for each of many streams stands before them.
const SEARCHED: usize = 2048;

/// Whether there is the head of its table, and below it more than one interval.
pub(super) fn recognise(head: &Head<'_>) -> bool {
    let is_begin = |text: &[u8]| text.starts_with(CLIENT) || text.starts_with(SERVER);
    if !head.lines.iter().any(|line| is_begin(line.text)) {
        return false;
    }
    let lines = Lines::new(head.far()).take(SEARCHED).skip_while(|line| heading(line.text).is_none());
    let mut ends =
        lines.filter_map(|line| Figures::read(line.text).filter(|row| !row.is_sum)).map(|row| row.to_s);
    ends.next().is_some_and(|first| ends.any(|other| other != first))
}

/// What the last column of a table is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Nothing,
    Retransmits,
    /// Of a sender: how many there were.
    Datagrams,
    /// Of a receiver: jitter, and how many were lost.
    Losses,
}

fn heading(text: &[u8]) -> Option<Last> {
    let rest = text.trim_ascii_start().strip_prefix(b"[ ID]")?;
    let rest = rest.strip_prefix(b"[Role]").unwrap_or(rest).trim_ascii_start();
    let rest = rest.strip_prefix(b"Interval ")?;
    let holds = |what: &[u8]| memchr::memmem::find(rest, what).is_some();
    Some(match () {
        () if holds(b"Lost/Total") => Last::Losses,
        () if holds(b"Total Datagrams") => Last::Datagrams,
        () if holds(b"Retr") => Last::Retransmits,
        () => Last::Nothing,
    })
}

/// What stands in a row.
#[derive(Clone, Copy, Debug)]
struct Figures<'a> {
    /// The number of the stream, or `SUM`.
    id: &'a [u8],
    /// `TX-C` and so on, of two directions at once.
    role: Option<&'a [u8]>,
    from_s: f64,
    to_s: f64,
    bytes: f64,
    /// Bytes per second.
    rate: f64,
    rest: &'a [u8],
    omitted: bool,
    /// Over the whole test.
    is_sum: bool,
}

impl<'a> Figures<'a> {
    fn read(text: &'a [u8]) -> Option<Self> {
        let inside = text.trim_ascii_start().strip_prefix(b"[")?;
        let (id, rest) = crate::text::split_once(inside, b']')?;
        let id = id.trim_ascii();
        if id != b"SUM" && unsigned(id).is_none() {
            return None;
        }
        let (role, rest) = match rest.strip_prefix(b"[") {
            Some(inside) => crate::text::split_once(inside, b']').map(|(role, rest)| (Some(role), rest))?,
            None => (None, rest),
        };
        let mut all = words(rest);
        let mut word = || all.next().map(|(_, word)| word);
        let (from, to) = crate::text::split_once(word()?, b'-')?;
        if word()? != b"sec" {
            return None;
        }
        let bytes = positive(word()?)? * amount(word()?)?;
        let number = positive(word()?)?;
        let (at, unit) = all.next()?;
        let rest = rest.get(at.saturating_add(unit.len())..).unwrap_or_default().trim_ascii();
        let marked = |mark: &[u8]| rest.strip_suffix(mark);
        let is_sum = marked(b"sender").or_else(|| marked(b"receiver")).is_some();
        let omitted = marked(b"(omitted)");
        let (from_s, to_s) = (positive(from)?, positive(to)?);
        let figures = Self {
            id,
            role,
            from_s,
            to_s,
            bytes,
            rate: number * per_second(unit)?,
            rest: omitted.unwrap_or(rest).trim_ascii(),
            omitted: omitted.is_some(),
            is_sum,
        };
        (from_s < to_s).then_some(figures)
    }

    fn is_all(&self) -> bool {
        self.id == b"SUM"
    }

    fn is_sent(&self) -> Option<bool> {
        self.role.map(|role| role.starts_with(b"TX"))
    }
}

/// Bytes in one of these.
fn amount(unit: &[u8]) -> Option<f64> {
    let power = match unit {
        b"Bytes" => 0,
        b"KBytes" => 1,
        b"MBytes" => 2,
        b"GBytes" => 3,
        b"TBytes" => 4,
        b"bits" => return Some(0.125),
        _ => return None,
    };
    Some(KIB.powi(power))
}

/// Bytes per second in one of these.
fn per_second(unit: &[u8]) -> Option<f64> {
    let of = unit.strip_suffix(b"/sec")?;
    let power = match of {
        b"bits" => 0,
        b"Kbits" => 3,
        b"Mbits" => 6,
        b"Gbits" => 9,
        b"Tbits" => 12,
        _ => return amount(of),
    };
    Some(10_f64.powi(power) / 8.0)
}

/// The test that is being read.
#[derive(Default)]
struct Test<'a> {
    last: Last,
    /// So many connections.
    streams: usize,
    is_client: bool,
    reverse: bool,
    /// The rows of the interval that is being read.
    rows: Vec<(u64, Figures<'a>, Last)>,
    omitted_s: f64,
    /// Where the last interval ended, and how long it was.
    before: Option<(f64, f64)>,
}

/// Reads all tests.
pub(super) fn read(bytes: &[u8], work: &mut Work) {
    let mut test = Test::default();
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        test.line(line, work);
    }
    test.end_interval(true, work);
}

/// Whether a line begins as that of an interval: `[  5]   0.00-1.00 …`.
fn is_begun(text: &[u8]) -> bool {
    let Some((id, rest)) = text.strip_prefix(b"[").and_then(|rest| crate::text::split_once(rest, b']'))
    else {
        return false;
    };
    let is_stream = id.trim_ascii() == b"SUM" || unsigned(id.trim_ascii()).is_some();
    let rest = rest.trim_ascii_start();
    is_stream && rest.first().is_none_or(u8::is_ascii_digit)
}

impl<'a> Test<'a> {
    fn line(&mut self, line: Line<'a>, work: &mut Work) {
        let text = line.text.trim_ascii();
        let place = Place::line(line.number, line.text);
        if text.starts_with(CLIENT) || text.starts_with(SERVER) {
            self.end_interval(false, work);
            work.begin_test();
            *self = Test { is_client: text.starts_with(CLIENT), ..Test::default() };
        } else if text.starts_with(b"Reverse mode") {
            self.reverse = true;
        } else if let Some(last) = heading(text) {
            self.end_interval(false, work);
            self.last = last;
        } else if let Some(row) = Figures::read(text) {
            if !line.terminated {
                self.end_interval(true, work);
                return work.cut(place);
            }
            self.row(line.number, row, work);
        } else if text.starts_with(b"[") && memchr::memmem::find(text, b" connected to ").is_some() {
            self.streams = self.streams.saturating_add(1);
        } else if text.starts_with(b"- - -") {
            self.end_interval(false, work);
        } else if is_begun(text) {
            if !line.terminated {
                self.end_interval(true, work);
                return work.cut(place);
            }
            work.unreadable(place, "a row of iperf3: `[  5]   0.00-1.00   sec   113 MBytes   947 Mbits/sec`");
        }
    }

    fn row(&mut self, number: u64, row: Figures<'a>, work: &mut Work) {
        let is_there = self.rows.iter().any(|(_, known, _)| known.id == row.id && known.role == row.role);
        if is_there {
            self.end_interval(false, work);
        }
        // The sum of datagrams had no mark.
        let is_sum = self.before.is_some_and(|(end_s, length_s)| {
            row.from_s == 0.0 && row.to_s + 0.02 >= end_s && row.to_s > LONGER * length_s
        });
        if row.is_sum || is_sum && !row.omitted {
            return;
        }
        self.rows.push((number, row, self.last));
    }

    /// Makes one of the rows of an interval: that of the sum, or of the only stream, of what arrives if both ways are there.
    fn end_interval(&mut self, is_end: bool, work: &mut Work) {
        let rows = std::mem::take(&mut self.rows);
        let both = rows.iter().any(|(_, row, _)| row.role.is_some());
        let mine: Vec<_> = rows.iter().filter(|(_, row, _)| row.is_sent() != Some(true)).collect();
        let mine = if both && mine.is_empty() { rows.iter().collect() } else { mine };
        let Some(begin) = mine.first() else { return };
        let (first_line, first, _) = begin;
        let all = mine.iter().find(|(_, row, _)| row.is_all());
        let expected = if both { self.streams / 2 } else { self.streams };
        if is_end && all.is_none() && mine.len() < expected {
            let place = Place { line: Some(*first_line), ..Place::FILE };
            return work.unreadable(place, "a row for each stream, and `[SUM]`");
        }
        if first.omitted {
            self.omitted_s = first.to_s;
            return;
        }
        let (line, row, last) = all.unwrap_or(begin);
        let sum = |value: fn(&Figures<'_>) -> f64| match all {
            Some((_, row, _)) => value(row),
            None => mine.iter().map(|(_, row, _)| value(row)).sum(),
        };
        if !self.told(row, *last, *line, work) {
            return;
        }
        let length = row.to_s - row.from_s;
        self.before = Some((row.to_s, length));
        let retransmits = rows.iter().filter(|(_, other, _)| other.is_all() == row.is_all());
        let mut retransmits = retransmits.filter_map(|(_, other, last)| match last {
            Last::Retransmits => words(other.rest).next().and_then(|(_, word)| positive(word)),
            Last::Nothing | Last::Datagrams | Last::Losses => None,
        });
        let retransmits = retransmits.next().map(|first| first + retransmits.sum::<f64>());
        let [jitter, lost] = losses(row.rest).unwrap_or_default();
        let told = Row {
            elapsed_s: Some(row.to_s + self.omitted_s),
            length_s: Some(length),
            rate: Some(sum(|row| row.rate)),
            line: *line,
            ..Row::default()
        };
        let told = told.with(Beside::Retransmits, retransmits);
        work.push(told.with(Beside::Lost, lost).with(Beside::Jitter, jitter));
    }

    /// What the first interval says of all. Whether this one is as that.
    fn told(&self, row: &Figures<'_>, last: Last, line: u64, work: &mut Work) -> bool {
        let is_udp = matches!(last, Last::Datagrams | Last::Losses);
        let count = words(row.rest).find_map(|(_, word)| match crate::text::split_once(word, b'/') {
            Some((_, all)) => positive(all),
            None => positive(word).filter(|_| last == Last::Datagrams),
        });
        let of_datagram = count.filter(|count| is_udp && *count > 0.0).map(|count| row.bytes / count);
        if work.facts.get("unit_bytes").is_none() {
            work.facts.set_float("unit_bytes", of_datagram.filter(|size| *size > 0.0).unwrap_or(BLOCK));
        }
        let sent = match (row.is_sent(), last) {
            (Some(sent), _) => sent,
            (None, Last::Retransmits | Last::Datagrams) => true,
            (None, Last::Losses) => false,
            (None, Last::Nothing) => self.is_client && !self.reverse,
        };
        is_alike(sent, if is_udp { "UDP" } else { "TCP" }, line, work)
    }
}

/// Jitter (ms) and lost datagrams of a receiver: `0.017 ms  0/91 (0%)`.
fn losses(rest: &[u8]) -> Option<[Option<f64>; 2]> {
    let mut all = words(rest).map(|(_, word)| word);
    let jitter = positive(all.next()?)?;
    (all.next()? == b"ms").then_some(())?;
    let (lost, _) = crate::text::split_once(all.next()?, b'/')?;
    Some([Some(jitter), positive(lost)])
}
