//! The CSV file of dstat.
//!
//! ```text
//! "Dstat 0.7.0 CSV output"
//! "Author:","Dag Wieers <dag@wieers.com>",,,,"URL:","http://dag.wieers.com/home-made/dstat/"
//! "Host:","kirsche",,,,"User:","root"
//! "Cmdline:","dstat -T -c -m -n --output memtester3-dstat-kirsche.test 1 60",,,,"Date:","26 Jan 2010 14:00:00 CET"
//!
//! "epoch","total cpu usage",,,,,,"memory usage",,,,"net/total",
//! "epoch","usr","sys","idl","wai","hiq","siq","used","buff","cach","free","recv","send"
//! 1264510800.123,0.5,0.2,99.1,0.1,0.0,0.1,104857600.0,…
//! ```
//!
//! Columns are found by group and subtitle ([`columns`]), so any choice and order of dstat's options is read.
//!
//! Traps:
//!
//! * Where the output file exists, dstat appends: blank lines, then Host, Cmdline and both header rows
//!   without a title. `segment` numbers these runs from 0; each has its own columns.
//! * The first row of *every* run is the average since the machine was booted: its rates become null.
//! * Network counters overflow 32 bits: see [`overflow`].
//! * A killed dstat leaves half a line.
//! * `-t` writes times without a year. They stay text, and the frame has no clock: `-T` is needed.
//! * idle above 100 and sentinels of −1 occur: the first is kept, the second becomes null.
//!
//! Absent on purpose: dool and pcp-dstat, which count memory or network in other units under the same
//! headings and are refused by name; text cells with commas, which dstat does not quote (the row is lost);
//! `net/total` is not checked against the interfaces, because it leaves some of them out.

mod columns;
mod header;
mod overflow;
mod table;

use self::header::{HeaderRow, Writer};
use self::table::Table;
use super::{Outcome, unusable};
use crate::detect::Head;
use crate::diagnostic::{Diagnostics, Facts, ParseError, Parsed, Place, RowCount};
use crate::format::{Format, FormatInfo};
use crate::frame::Clock;
use crate::lines::{Line, Lines};

pub(crate) static INFO: FormatInfo = FormatInfo {
    format: Format::Dstat,
    name: "dstat",
    description: "CPU, memory, network and more of a host, sampled by dstat into CSV",
    written_by: "dstat 0.6 and 0.7 with --output (-T for time stamps)",
    begins_with: "`\"Dstat 0.7.0 CSV output\"`, or `\"Host:\",…` where it was appended",
    recognise,
    parse,
};

fn recognise(head: &Head<'_>) -> bool {
    let Some((first, rest)) = head.lines.split_first() else { return false };
    match header::read(first.text) {
        Some(HeaderRow::Title { .. }) => true,
        // Other tools have a `Host:` line, too.
        Some(HeaderRow::About(_) | HeaderRow::Author) => {
            rest.iter().any(|line| header::has_subtitle(line.text) || header::is_title(line.text))
        }
        Some(HeaderRow::Names) => {
            let below = rest.first().is_some_and(|line| header::has_subtitle(line.text));
            header::is_subtitles(first.text) || (header::is_groups(first.text) && below)
        }
        None => false,
    }
}

/// What the next quoted line is.
enum Expect {
    /// The row of groups.
    Groups,
    /// The row of subtitles below these groups.
    Subtitles(Vec<String>),
}

struct Reader {
    writer: Writer,
    version: Option<String>,
    expect: Expect,
    table: Table,
    facts: Facts,
    rows: RowCount,
    diagnostics: Diagnostics,
    /// Host of the current run, to notice when a file mixes hosts.
    host: Option<String>,
    /// Why data rows have no columns, told once per run.
    headless: bool,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Parsed, ParseError> {
    let mut reader = Reader {
        writer: Writer::Dstat,
        version: None,
        expect: Expect::Groups,
        table: Table::new(bytes.len() / 80),
        facts: Facts::default(),
        rows: RowCount::default(),
        diagnostics: Diagnostics::default(),
        host: None,
        headless: false,
    };
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        if let Err((place, expected)) = reader.line(line) {
            return Err(unusable(Format::Dstat, place, expected, reader.diagnostics));
        }
    }
    reader.finish(bytes)
}

/// Where, and what was expected there: the log as a whole cannot be used.
type Refusal<'a> = (Place<'a>, String);

impl Reader {
    fn line<'a>(&mut self, line: Line<'a>) -> Result<(), Refusal<'a>> {
        match header::read(line.text) {
            Some(HeaderRow::Title { writer, version }) => {
                self.version.get_or_insert(version);
                self.writer(line, writer)?;
                self.expect = Expect::Groups;
            }
            Some(HeaderRow::Author) => {}
            Some(HeaderRow::About(about)) => {
                self.about(line, &about);
                if let Some(writer) = about.writer {
                    self.writer(line, writer)?;
                }
                self.expect = Expect::Groups;
            }
            Some(HeaderRow::Names) => self.names(line)?,
            None => self.row(line),
        }
        Ok(())
    }

    fn writer<'a>(&mut self, line: Line<'a>, writer: Writer) -> Result<(), Refusal<'a>> {
        self.writer = writer;
        match writer {
            Writer::Dstat => Ok(()),
            Writer::Other(reason) => {
                Err((Place::line(line.number, line.text), format!("a file of dstat; {reason}")))
            }
        }
    }

    fn about(&mut self, line: Line<'_>, about: &header::About) {
        if let Some(host) = &about.host
            && let Some(before) = self.host.replace(host.clone()).filter(|before| before != host)
        {
            self.diagnostics.warning("another-host", Place::line(line.number, line.text), || {
                format!("runs before this one are of host {before}, this one is of {host}; all are kept")
            });
        }
        for (key, value) in [
            ("host", &about.host),
            ("user", &about.user),
            ("command_line", &about.command_line),
            ("date", &about.date),
        ] {
            // Facts describe the first run.
            if let Some(value) = value.as_ref().filter(|_| self.facts.get(key).is_none()) {
                self.facts.set_text(key, value.as_bytes());
            }
        }
        if let Some(command) = &about.command_line {
            self.table.delay_s = header::delay(command);
        }
    }

    fn names<'a>(&mut self, line: Line<'a>) -> Result<(), Refusal<'a>> {
        let cells = header::cells(line.text);
        match std::mem::replace(&mut self.expect, Expect::Groups) {
            Expect::Groups => {
                if self.table.segments() == 0
                    && header::is_subtitles(line.text)
                    && !header::is_groups(line.text)
                {
                    let expected = "the row of groups (`\"total cpu usage\",,,…`) above the row of subtitles; \
                                    without it `used` may be memory or swap";
                    return Err((Place::line(line.number, line.text), expected.to_owned()));
                }
                if header::is_pcp(&cells) {
                    return self.writer(line, Writer::PCP);
                }
                self.expect = Expect::Subtitles(cells);
            }
            Expect::Subtitles(groups) => {
                if groups.len() != cells.len() {
                    self.diagnostics.warning("header-mismatch", Place::line(line.number, line.text), || {
                        format!(
                            "the row of groups has {} cells, the row of subtitles {}; groups are carried on to \
                             the right",
                            groups.len(),
                            cells.len()
                        )
                    });
                }
                self.table.begin_segment(&groups, &cells, line, &mut self.diagnostics);
                self.headless = false;
            }
        }
        Ok(())
    }

    fn row(&mut self, line: Line<'_>) {
        if matches!(self.expect, Expect::Subtitles(_)) {
            self.expect = Expect::Groups;
            self.table.end_segment();
        }
        if !self.table.has_header() {
            self.rows.lost += 1;
            if !std::mem::replace(&mut self.headless, true) {
                self.diagnostics.error("no-header", Place::line(line.number, line.text), || {
                    "expected a row of groups and a row of subtitles before the rows of this run; its rows \
                     cannot be used"
                        .to_owned()
                });
            }
        } else if self.table.row(line, &mut self.diagnostics) {
            self.rows.read += 1;
        } else {
            self.rows.lost += 1;
        }
    }

    fn finish(mut self, bytes: &[u8]) -> Result<Parsed, ParseError> {
        if self.rows.read == 0 {
            let last = Lines::new(bytes).filter(|line| !line.is_blank()).last();
            let place = last.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            let expected = "two header rows and rows of numbers below them";
            return Err(unusable(Format::Dstat, place, expected, self.diagnostics));
        }
        let clock = if self.table.has_epoch() { Clock::Epoch } else { Clock::None };
        if clock == Clock::None {
            self.diagnostics.error("no-epoch", Place::FILE, || {
                "no column of epoch seconds: run dstat with -T; the rows have no time that can be aligned"
                    .to_owned()
            });
        }
        self.facts.set_int("segments", self.table.segments());
        let columns = self.table.finish(&mut self.diagnostics);
        Outcome {
            format: Format::Dstat,
            version: self.version,
            columns,
            clock,
            facts: self.facts,
            rows: self.rows,
            diagnostics: self.diagnostics,
        }
        .into_parsed()
    }
}
