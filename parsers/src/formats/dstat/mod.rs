//! The CSV file of dstat, dool and pcp-dstat.
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
//! Columns are found by group and subtitle ([`columns`]), so any choice and order of options is read.
//!
//! dool and pcp-dstat are of the same family and write the same headings over other units; [`writer`] tells
//! them apart. The frame has bytes and bytes per second whoever wrote the log.
//!
//! Traps:
//!
//! * Where the output file exists, these programs append: blank lines, then Host, Cmdline and both header rows
//!   without a title. `segment` numbers these runs from 0; each has its own columns.
//! * The first row of *every* run is the average since the machine was booted: its rates become null.
//! * Network counters overflow 32 bits: see [`overflow`].
//! * A killed writer leaves half a line.
//! * `-t` writes local times without a year; `time::yearless` finds the year and, if it can, the epoch.
//! * idle above 100 and sentinels of −1 occur: the first is kept, the second becomes null.
//! * People open these files in spreadsheets and delete rows from the header: see [`header`] and
//!   [`columns::groups_by_order`].
//! * Text cells may hold commas, and pcp-dstat leaves cells out: see [`row`].
//!
//! Absent on purpose: `net/total` is not checked against the interfaces, because it leaves some of them out.

mod begin;
mod columns;
mod header;
mod overflow;
mod plain;
mod row;
mod run;
mod stamp;
mod table;
mod take;
mod value;
mod writer;

use std::sync::Arc;

use self::begin::Heading;
use self::header::{Dialect, HeaderRow};
use self::plain::{Batch, Form};
use self::table::Table;
use self::writer::{Headings, Units, Writer};
use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::{HEAD_LINES, Head};
use crate::lines::{Line, Lines};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::pieces::{self, Passing, Start};
use crate::time::yearless::Calendar;

pub(crate) static DESCRIPTION: Description = Description {
    name: "dstat",
    description: "CPU, memory, network and more of a host, sampled by dstat, dool or pcp-dstat into CSV",
    written_by: "dstat 0.5 to 0.8, dool and pcp-dstat with --output (-T for time stamps)",
    begins_with: "`\"Dstat 0.7.0 CSV output\"`, or `\"Host:\",…` where it was appended",
    file_names: &[],
    clocks: &[Clock::Epoch, Clock::EpochSecondsAtArrival],
    meaning: Meaning::HostSamples,
    marks: Marks::None,
    recognise,
    parse: Parse::Passing(begin),
};

fn recognise(head: &Head<'_>) -> bool {
    let dialect = Dialect::of(head.lines.iter().map(|line| line.text));
    let Some((first, rest)) = head.lines.split_first() else { return false };
    match dialect.read(first.text) {
        Some(HeaderRow::Title { .. }) => true,
        // Other tools have a `Host:` line, too.
        Some(HeaderRow::About(_) | HeaderRow::Author) => {
            rest.iter().any(|line| dialect.has_subtitle(line.text) || dialect.is_title(line.text))
        }
        Some(HeaderRow::Names) => {
            let below = rest.first().is_some_and(|line| dialect.has_subtitle(line.text));
            dialect.is_subtitles(first.text) || (dialect.is_groups(first.text) && below)
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

/// What title and header say of the run in hand.
#[derive(Default)]
struct Origin {
    writer: Option<Writer>,
    version: Option<String>,
    host: Option<String>,
    command: Option<String>,
    date: Option<String>,
    /// A run has begun below these; what comes next is of another run.
    used: bool,
}

struct Reader {
    dialect: Dialect,
    origin: Origin,
    version: Option<String>,
    expect: Expect,
    table: Table,
    facts: Facts,
    rows: RowCount,
    diagnostics: Diagnostics,
    /// Whether it has been reported that the data rows of this run have no columns.
    headless: bool,
}

/// Reads a log; see the module.
fn begin(start: Start<'_>) -> Box<dyn Passing + Send> {
    // The row of subtitles is among them, from which it is known what stands between cells.
    let lines = Lines::new(start.bytes).filter(|line| !line.is_blank());
    let dialect = Dialect::of(lines.take(HEAD_LINES).map(|line| line.text));
    Box::new(Reader {
        dialect,
        origin: Origin::default(),
        version: None,
        expect: Expect::Groups,
        table: Table::new(start.length, dialect, start.most),
        facts: Facts::default(),
        rows: RowCount::default(),
        diagnostics: Diagnostics::default(),
        headless: false,
    })
}

impl<'a> pieces::Reader<'a> for Reader {
    type Form = Arc<Form>;
    type Batch = Batch;

    fn form(&mut self) -> Option<Arc<Form>> {
        let header = matches!(self.expect, Expect::Subtitles(_)) || !self.table.has_header();
        if header { None } else { self.table.form() }
    }

    fn plain(form: &Arc<Form>, bytes: &'a [u8], batch: &mut Batch) -> (usize, u64) {
        batch.read(form, bytes)
    }

    fn take(&mut self, form: &Arc<Form>, batch: &Batch, first: u64) -> bool {
        let taken = self.form().is_some() && self.table.take(form, batch, first);
        self.rows.read += if taken { batch.rows } else { 0 };
        taken
    }

    fn clear(batch: &mut Batch) {
        batch.clear();
    }

    fn line(&mut self, line: Line<'a>) -> Result<(), Unusable> {
        match self.dialect.read(line.text) {
            Some(HeaderRow::Title { writer, version }) => {
                self.next_run();
                self.version.get_or_insert_with(|| version.clone());
                self.origin.writer = Some(writer);
                self.origin.version = Some(version);
                self.expect = Expect::Groups;
            }
            Some(HeaderRow::Author) => {}
            Some(HeaderRow::About(about)) => {
                self.about(line, about);
                self.expect = Expect::Groups;
            }
            Some(HeaderRow::Names) => self.names(line)?,
            // A spreadsheet fills blank lines up with separators.
            None if self.dialect.is_blank(line.text) => {}
            None => self.row(line),
        }
        Ok(())
    }

    fn finish(mut self, bytes: &'a [u8]) -> Result<Outcome, Unusable> {
        if self.rows.read == 0 {
            let last = Lines::new(bytes).filter(|line| !line.is_blank()).last();
            let place = last.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            let expected = "two header rows and rows of numbers below them";
            return Err(unusable(place, expected, self.diagnostics));
        }
        match self.table.timeless() {
            (0, _) => {}
            (_, true) => self.diagnostics.error("no-epoch", Place::FILE, || {
                "no column of epoch seconds: run with -T; the rows have no time that can be aligned"
                    .to_owned()
            }),
            (rows, false) => self.diagnostics.error("no-epoch", Place::FILE, || {
                format!("{rows} rows are of runs without times: run with -T; they cannot be aligned")
            }),
        }
        self.facts.set_int("segments", self.table.segments);
        let clock = self.table.clock();
        let columns = self.table.finish(&mut self.diagnostics);
        Ok(Outcome {
            parts: Vec::new(),
            version: self.version,
            columns,
            clock,
            facts: self.facts,
            rows: self.rows,
            diagnostics: self.diagnostics,
        })
    }
}

impl Reader {
    /// Command and date of the last run do not hold for the next; the program that writes the file does.
    fn next_run(&mut self) {
        if std::mem::take(&mut self.origin.used) {
            self.origin.command = None;
            self.origin.date = None;
        }
    }

    fn about(&mut self, line: Line<'_>, about: header::About) {
        self.next_run();
        if let Some(host) = &about.host
            && let Some(before) = self.origin.host.replace(host.clone()).filter(|before| before != host)
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
        let named = about.command_line.as_deref().and_then(Writer::of_command);
        if let Some(writer) = named.filter(|writer| self.origin.writer != Some(*writer)) {
            // The title, if there is one, is of another program.
            self.origin.writer = Some(writer);
            self.origin.version = None;
        }
        self.origin.command = about.command_line.or(self.origin.command.take());
        self.origin.date = about.date.or(self.origin.date.take());
    }

    fn names(&mut self, line: Line<'_>) -> Result<(), Unusable> {
        let cells = self.dialect.cells(line.text);
        match std::mem::replace(&mut self.expect, Expect::Groups) {
            Expect::Groups if self.dialect.is_subtitles(line.text) && !self.dialect.is_groups(line.text) => {
                let Some(groups) = columns::groups_by_order(&cells) else {
                    let expected = "the row of groups (`\"total cpu usage\",,,…`) above the row of subtitles; \
                                    without it and without a CPU or memory among them it is not known what they are";
                    let place = Place::line(line.number, line.text);
                    return Err(unusable(place, expected, std::mem::take(&mut self.diagnostics)));
                };
                let unknown = groups.iter().filter(|group| *group == columns::UNKNOWN).count();
                self.diagnostics.warning("no-groups", Place::line(line.number, line.text), || {
                    format!(
                        "the row of groups above this one is missing; columns are told by their order, {unknown} of \
                         them cannot be and are called `?.…`; network and disk are taken to be in bytes"
                    )
                });
                self.begin(line, &groups, &cells);
            }
            Expect::Groups => self.expect = Expect::Subtitles(cells),
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
                self.begin(line, &groups, &cells);
            }
        }
        Ok(())
    }

    fn begin(&mut self, line: Line<'_>, groups: &[String], subtitles: &[String]) {
        let carried = columns::carried(groups, subtitles.len());
        let columns: Vec<_> = carried.into_iter().zip(subtitles.iter().map(String::as_str)).collect();
        let shown = Headings::of(&columns);
        let Origin { writer: claimed, version, command, date, .. } = &self.origin;
        let (writer, contradiction) = Writer::settle(*claimed, shown);
        let version = version.as_deref().filter(|_| *claimed == Some(writer));
        let units = Units::of(writer, version, command.as_deref(), shown);
        let heading = Heading {
            line,
            groups,
            columns: &columns,
            writer,
            claimed: claimed.is_some(),
            units,
            shown,
            delay_s: command.as_deref().map_or(1, header::delay),
            calendar: date.as_deref().and_then(Calendar::of),
        };
        if self.facts.get("network_unit").is_none() {
            if claimed.is_some() || writer != Writer::Dstat {
                self.facts.set_text("writer", writer.name().as_bytes());
            }
            self.facts.set_text("network_unit", units.of_network().as_bytes());
        }
        if !self.table.begin(heading, &mut self.diagnostics) {
            // It was said why its rows are lost.
            self.headless = true;
            return;
        }
        let rates = columns.iter().any(|(group, _)| group.starts_with("net/") || group.starts_with("dsk/"));
        writer::report(writer, contradiction, units, rates, line, &mut self.diagnostics);
        self.origin.used = true;
        self.headless = false;
    }

    fn row(&mut self, line: Line<'_>) {
        if matches!(self.expect, Expect::Subtitles(_)) {
            self.expect = Expect::Groups;
            self.table.run = run::Run::headless();
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
}
