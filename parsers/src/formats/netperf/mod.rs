//! `netperf`: the classic tables of netperf.
//!
//! ```text
//! UDP UNIDIRECTIONAL SEND TEST from 0.0.0.0 (0.0.0.0) port 0 AF_INET to 192.168.0.1 (192.168.0.1) port 0 AF_INET
//! Socket  Message  Elapsed      Messages
//! Size    Size     Time         Okay Errors   Throughput
//! bytes   bytes    secs            #      #   10^6bits/sec
//!
//! 109568   65507   75.00       47310      0     330.57
//! 109568           75.00       46127            322.31
//! ```
//!
//! Traps:
//!
//! * The second line of UDP_STREAM is the receiver's, without message size and errors. The sender's
//!   throughput says nothing about the network: what a socket buffer throws away counts as sent.
//! * The unit of the throughput is in the header (`netperf -f`): bits decimal, bytes binary. It becomes bytes
//!   per second.
//! * `-c` and `-C` add columns for the CPU, and the receiver's line then has as many figures as the sender's
//!   without them. A negative utilisation was not measured, or not well.
//! * The banner is one long line that terminals and mails wrap.
//! * netperf prints its table at the end: one that was killed leaves a banner and nothing else.
//!
//! Absent on purpose: the output of the omni tests with `-o`, `-O`, `-k` and `-j`; output without banner
//! (`-P 0`), which does not say what it is; interim results (`-D`).

mod table;

use polars::prelude::{
    Float64Chunked, Int64Chunked, IntoSeries, NewChunkedArray, StringChunked, UInt32Chunked,
};

use self::table::{Header, Kind, Row, Test};
use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::format::{Description, Marks, Parse};
use crate::frame::{Clock, FrameBuilder, Unit};
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::{Benchmark, Meaning};
use crate::outcome::{Outcome, Unusable, unusable};
use crate::text::words;

pub(crate) static DESCRIPTION: Description = Description {
    name: "netperf",
    description: "throughput or transaction rate of a network, as sender and receiver measured it",
    written_by: "netperf 2: UDP_STREAM, TCP_STREAM, TCP_MAERTS, TCP_SENDFILE, TCP_RR, TCP_CRR, UDP_RR",
    begins_with: "`UDP UNIDIRECTIONAL SEND TEST from …`, `TCP STREAM TEST …`, `TCP REQUEST/RESPONSE TEST …`",
    file_names: &[],
    clocks: &[Clock::None],
    meaning: Meaning::Benchmark(Benchmark::Network),
    marks: Marks::Head(&[b" TEST"]),
    recognise,
    parse: Parse::Whole(parse),
};

fn recognise(head: &Head<'_>) -> bool {
    let mut lines = head.lines.iter().skip_while(|line| table::banner(line.text).is_none());
    if lines.next().is_none() {
        return false;
    }
    // The omni tests have the same banner and other tables.
    let omni = |line: &Line<'_>| {
        line.text.starts_with(b"Throughput,") || words(line.text).any(|(_, word)| word.contains(&b'='))
    };
    let mut lines = lines.filter(|line| table::banner(line.text).is_none());
    let table = lines.find(|line| Header::read(line.text).is_some() || omni(line));
    table.map_or(head.whole, |line| !omni(line))
}

/// The test that is being read.
#[derive(Debug)]
struct Current<'a> {
    test: &'static Test,
    banner: Line<'a>,
    header: Option<Header<'a>>,
    rows: usize,
    /// Rows that could not be read.
    lost: usize,
    /// The banner ended with ` to`: the host is the next word.
    host_next: bool,
}

#[derive(Default)]
struct Reader<'a> {
    current: Option<Current<'a>>,
    table: Vec<Row>,
    tests: u32,
    facts: Facts,
    rows: RowCount,
    diagnostics: Diagnostics,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader::default();
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        reader.line(line);
    }
    reader.end_of_test();
    reader.finish(bytes)
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: Line<'a>) {
        if let Some((test, rest)) = table::banner(line.text) {
            self.end_of_test();
            self.tests = self.tests.saturating_add(1);
            let mut current =
                Current { test, banner: line, header: None, rows: 0, lost: 0, host_next: false };
            current.host(rest, &mut self.facts);
            self.current = Some(current);
            return;
        }
        let place = Place::line(line.number, line.text);
        let Some(current) = &mut self.current else {
            self.diagnostics.note("other-output", place, other_output);
            return;
        };
        if let Some(header) = Header::read(line.text) {
            if current.header.is_none() && current.test.kind != Kind::Transactions {
                if header.scale().is_none() {
                    self.diagnostics.warning("unknown-unit", place, || {
                        "a unit that netperf is not known for; the throughput is null".to_owned()
                    });
                }
                self.facts.set_text("unit", header.unit);
            }
            current.header = Some(header);
            return;
        }
        let Some(header) = current.header else {
            let wrapped = current.host(line.text, &mut self.facts);
            if !wrapped && !table::title(line.text) {
                self.diagnostics.note("other-output", place, other_output);
            }
            return;
        };
        if let Some(row) = table::figures(current.test, header, line.text) {
            current.rows = current.rows.saturating_add(1);
            self.row(line, header, row);
        } else if current.wants_rows() && line.text.trim_ascii().first().is_some_and(u8::is_ascii_digit) {
            self.rows.lost += 1;
            current.lost = current.lost.saturating_add(1);
            let name = current.test.name;
            self.diagnostics.warning("unreadable-row", place, || {
                format!("expected a row of a table of {name}; it is left out")
            });
        } else if !table::remote_sockets(current.test, line.text) {
            self.diagnostics.note("other-output", place, other_output);
        }
    }

    fn row(&mut self, line: Line<'_>, header: Header<'_>, mut row: Row) {
        if table::cut(line) {
            self.diagnostics.warning("last-line-cut", Place::line(line.number, line.text), || {
                "the last line has no line end and its last number no two decimals: its writer was stopped in \
                 the middle of it; the number is null"
                    .to_owned()
            });
            if !header.cpu {
                row.rate = None;
            }
        }
        for cpu in [&mut row.cpu, &mut row.remote_cpu] {
            if cpu.is_some_and(|percent| percent < 0.0) {
                *cpu = None;
                self.diagnostics.note("cpu-unknown", Place::line(line.number, line.text), || {
                    "a negative CPU utilisation: it was not measured; the value is null".to_owned()
                });
            }
        }
        if !row.transactions {
            row.rate = row.rate.zip(header.scale()).map(|(rate, scale)| rate * scale);
        }
        row.run = self.tests.saturating_sub(1);
        row.line = line.number;
        self.rows.read += 1;
        self.table.push(row);
    }

    fn end_of_test(&mut self) {
        let Some(current) = self.current.take() else { return };
        let place = Place::line(current.banner.number, current.banner.text);
        let rows = current.rows.saturating_add(current.lost);
        if rows == 0 {
            self.rows.lost += 1;
            self.diagnostics.warning("no-result", place, || {
                "a test without result; netperf prints it at its end: did it fail, or was it stopped?"
                    .to_owned()
            });
        } else if current.test.kind == Kind::Datagrams && rows == 1 {
            self.rows.lost += 1;
            self.diagnostics.warning("side-missing", place, || {
                "expected a line of the sender and one of the receiver; one of them is missing".to_owned()
            });
        }
    }

    fn finish(mut self, bytes: &[u8]) -> Result<Outcome, Unusable> {
        let Some(first) = self.table.first() else {
            let line = Lines::new(bytes).find(|line| !line.is_blank());
            let place = line.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            let expected = "netperf's table behind its banner; netperf prints it at its end: did it fail, or \
                            was it stopped?";
            return Err(unusable(place, expected, self.diagnostics));
        };
        self.facts.set_int("tests", self.tests);
        if self.table.iter().all(|row| row.test == first.test) {
            self.facts.set_text("test", first.test.as_bytes());
        }
        Ok(Outcome {
            parts: Vec::new(),
            version: None,
            columns: columns(&self.table),
            clock: Clock::None,
            facts: self.facts,
            rows: self.rows,
            diagnostics: self.diagnostics,
        })
    }
}

fn other_output() -> String {
    "output of netperf, or something else, that is no row of its table; it is not used".to_owned()
}

impl Current<'_> {
    /// Whether rows of the table are still to come.
    fn wants_rows(&self) -> bool {
        self.rows.saturating_add(self.lost) < if self.test.kind == Kind::Datagrams { 2 } else { 1 }
    }

    /// Looks for `to HOST` in the banner; says whether the line begins with the host.
    fn host(&mut self, text: &[u8], facts: &mut Facts) -> bool {
        let wrapped = self.host_next;
        for (_, word) in words(text) {
            if self.host_next && facts.get("remote").is_none() {
                facts.set_text("remote", word);
            }
            self.host_next = word == b"to";
        }
        wrapped
    }
}

/// A column made of what a row may say.
type Column<V> = (&'static str, Unit, fn(&Row) -> Option<V>);

fn columns(table: &[Row]) -> FrameBuilder {
    let mut columns = FrameBuilder::default();
    let runs = UInt32Chunked::from_iter_values("run".into(), table.iter().map(|row| row.run));
    columns.push(Unit::Count, runs.into_series());
    let lines = table.iter().map(|row| u32::try_from(row.line).unwrap_or(u32::MAX));
    columns.push(Unit::Count, UInt32Chunked::from_iter_values("line".into(), lines).into_series());
    let tests = StringChunked::from_iter_values("test".into(), table.iter().map(|row| row.test));
    columns.push(Unit::Text, tests.into_series());
    let sides = StringChunked::from_iter_values("side".into(), table.iter().map(|row| row.side));
    columns.push(Unit::Text, sides.into_series());
    let counts: [Column<u64>; 2] =
        [("messages", Unit::Count, |row| row.messages), ("errors", Unit::Count, |row| row.errors)];
    for (name, unit, value) in counts {
        let values = table.iter().map(|row| value(row).and_then(|value| i64::try_from(value).ok()));
        columns.push(unit, Int64Chunked::from_iter_options(name.into(), values).into_series());
    }
    let floats: [Column<f64>; 8] = [
        ("socket_bytes", Unit::Bytes, |row| row.socket_bytes),
        ("message_bytes", Unit::Bytes, |row| row.message_bytes),
        ("response_bytes", Unit::Bytes, |row| row.response_bytes),
        ("elapsed_s", Unit::Seconds, |row| row.elapsed),
        ("throughput", Unit::BytesPerSecond, |row| row.rate.filter(|_| !row.transactions)),
        ("transactions_per_s", Unit::Count, |row| row.rate.filter(|_| row.transactions)),
        ("cpu_percent", Unit::Percent, |row| row.cpu),
        ("remote_cpu_percent", Unit::Percent, |row| row.remote_cpu),
    ];
    for (name, unit, value) in floats {
        let values = Float64Chunked::from_iter_options(name.into(), table.iter().map(value));
        columns.push(unit, values.into_series());
    }
    columns
}
