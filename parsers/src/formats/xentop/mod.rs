//! xentop in batch mode: CPU, memory and traffic of every domain of a Xen host.
//!
//! ```text
//!       NAME  STATE   CPU(sec) CPU(%)     MEM(k) MEM(%)  MAXMEM(k) MAXMEM(%) VCPUS NETS NETTX(k) NETRX(k) VBDS …
//!       asam --b---        236    0.0     131072    3.7     131072       3.7     1    1     7551     1447    1 …
//!   Domain-0 -----r       1560    0.0     524288   15.0   no limit       n/a     2    0        0        0    0 …
//! ```
//!
//! 17 columns until 2009, 19 since (sectors read and written). Names may hold blanks, so a row is read from its
//! STATE on, which is looked for from the right; see [`mod@line`].
//!
//! Traps:
//!
//! * There is no time in it: sample *k* was taken about *k* delays after the start, which is not in the file.
//! * A header begins an iteration; with `-r` it stands before every domain. Then, and where somebody has
//!   removed the headers, a name that comes again begins an iteration; see [`samples`].
//! * xentop computes the CPU share of a domain from the sample before. Where there is none, for every domain
//!   in the first sample and for a domain in the sample in which it appears, it prints 0.0: null here.
//! * CPU(%) counts one CPU as 100 and adds up over them.
//! * Without `-f` names are cut to ten characters, so two domains may have one name.
//! * MEM(k), NETTX(k) and NETRX(k) are KiB; the frame has bytes. NETTX is what the host has sent to the guest since
//!   it was created there: it starts again on the target of a migration.
//! * `-n`, `-x` and `-v` add lines per interface, disk and CPU, newer versions a table of the host's CPUs, and
//!   a copied screen has a summary above: counted, not read.
//!
//! Absent on purpose: CPU(sec), MAXMEM, NETS, VBDS, VBD_OO, the sectors and SSID, and the lines of `-n -x -v`.

mod line;
mod samples;

use polars::prelude::{
    BooleanChunkedBuilder, ChunkedBuilder, Float64Type, IntoSeries, StringChunkedBuilder, UInt32Type,
};

use self::line::{Kind, Row, Values};
use self::samples::{Seen, Sorted};
use crate::column;
use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::format::{Description, Marks, Parse};
use crate::frame::{Clock, FrameBuilder, Unit};
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::{Domains, Meaning};
use crate::outcome::{Outcome, Unusable, unusable};

pub(crate) static DESCRIPTION: Description = Description {
    name: "xentop",
    description: "CPU, memory and traffic of every domain of a Xen host, a block of rows a sample",
    written_by: "xentop -b (Xen 3.x and 4.x)",
    begins_with: "a header `NAME  STATE   CPU(sec) CPU(%) …`",
    file_names: &[],
    clocks: &[Clock::None],
    meaning: Meaning::Domains(Domains::AllWithoutTimes),
    marks: Marks::None,
    recognise,
    parse: Parse::Whole(parse),
};

/// Longest name without `-f`, in characters.
const SHORT_NAME: usize = 10;
/// Rows for domains that are absent are made as long as they are fewer than this and not ten times the others.
const ABSENT_ROWS: usize = 1_000_000;

fn recognise(head: &Head<'_>) -> bool {
    head.lines.iter().any(|line| line::is_own(line.text))
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader {
        seen: Vec::with_capacity(bytes.len() / 150),
        header: false,
        headers: 0,
        damage: false,
        details: 0,
        blanks: false,
        name_width: None,
        version: None,
        rows: RowCount::default(),
        diagnostics: Diagnostics::default(),
    };
    let mut row = Row::default();
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        reader.line(line, &mut row);
    }
    reader.finish(bytes)
}

struct Reader<'a> {
    seen: Vec<Seen<'a>>,
    /// A header has come since the last row.
    header: bool,
    headers: usize,
    /// A line that could not be read whole has come since the last row.
    damage: bool,
    details: usize,
    /// The states have blanks for dashes.
    blanks: bool,
    /// Where the word NAME of the header ends.
    name_width: Option<usize>,
    version: Option<String>,
    rows: RowCount,
    diagnostics: Diagnostics,
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: Line<'a>, row: &mut Row<'a>) {
        match line::kind(line.text, &mut self.blanks, row) {
            Kind::Header => {
                self.header = true;
                self.headers += 1;
                self.name_width = self.name_width.or_else(|| line::end_of_first_word(line.text));
            }
            Kind::Row if row.complete || !line.terminated => self.row(line, row),
            Kind::Detail => self.details += 1,
            Kind::Screen { version } => {
                self.details += 1;
                if let Some(version) = version {
                    self.version.get_or_insert_with(|| String::from_utf8_lossy(version).into_owned());
                }
            }
            Kind::Row | Kind::Other => {
                self.rows.lost += 1;
                self.damage = true;
                let code = if line.terminated { "line-unreadable" } else { "last-line-cut" };
                self.diagnostics.warning(code, Place::line(line.number, line.text), || {
                    "expected the row of a domain: NAME STATE CPU(sec) CPU(%) MEM(k) … with 17 or 19 columns; the \
                     line is left out"
                        .to_owned()
                });
            }
        }
    }

    fn row(&mut self, line: Line<'a>, row: &Row<'a>) {
        let mut values = row.values();
        if row.complete {
            let bad_cells = (!values.complete()).then(|| row.bad_cells());
            for (position, cell, expected) in bad_cells.into_iter().flatten() {
                self.diagnostics.warning("cell-unreadable", Place::cell(line.number, position, cell), || {
                    let name = String::from_utf8_lossy(row.name);
                    format!("expected {expected} of {name}; the value is null")
                });
            }
        } else {
            // The last number may lack digits.
            values.forget(row.cells().saturating_sub(1));
            self.diagnostics.warning("last-line-cut", Place::line(line.number, line.text), || {
                "the last line is incomplete: its writer was stopped in the middle of it; what is whole is kept"
                    .to_owned()
            });
        }
        let after_header = std::mem::take(&mut self.header);
        // After a row that is cut others may have followed.
        let after_damage = std::mem::replace(&mut self.damage, !row.complete);
        self.seen.push(Seen { name: row.name, line: line.number, after_header, after_damage, values });
    }

    fn finish(mut self, bytes: &[u8]) -> Result<Outcome, Unusable> {
        if self.seen.is_empty() {
            let last = Lines::new(bytes).filter(|line| !line.is_blank()).last();
            let place = last.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            let expected = "rows of domains: NAME STATE CPU(sec) CPU(%) MEM(k) … with 17 or 19 columns";
            return Err(unusable(place, expected, self.diagnostics));
        }
        let mut sorted = samples::sort(&self.seen, self.headers, self.damage, &mut self.diagnostics);
        first_values(&mut sorted, &mut self.diagnostics);
        let cut = self.name_width == Some(SHORT_NAME)
            && sorted.domains.iter().any(|domain| characters(domain.name) == SHORT_NAME);
        if cut {
            self.diagnostics.note("names-cut", Place::FILE, || {
                "names of ten characters may be cut; run xentop with -f to have them whole".to_owned()
            });
        }
        let present = sorted.rows.len();
        let all = sorted.domains.len().saturating_mul(sorted.samples);
        let fill = all <= present.saturating_mul(10).max(ABSENT_ROWS);
        if fill {
            sorted.fill();
        } else {
            self.diagnostics.note("absences-left-out", Place::FILE, || {
                format!(
                    "{all} rows would be needed to tell for every sample which domains are absent; left out"
                )
            });
        }
        self.rows.read = sorted.rows.len();
        let mut facts = Facts::default();
        facts.set_int("samples", i64::try_from(sorted.samples).unwrap_or(i64::MAX));
        facts.set_int("domains", i64::try_from(sorted.domains.len()).unwrap_or(i64::MAX));
        facts.set_int("name_truncated", i64::from(cut));
        facts.set_int("detail_lines", i64::try_from(self.details).unwrap_or(i64::MAX));
        Ok(Outcome {
            parts: Vec::new(),
            version: self.version,
            columns: columns(&sorted),
            clock: Clock::None,
            facts,
            rows: self.rows,
            diagnostics: self.diagnostics,
        })
    }
}

fn characters(name: &[u8]) -> usize {
    String::from_utf8_lossy(name).chars().count()
}

/// Makes null the 0.0 that xentop prints where it has no earlier sample to compare with.
fn first_values(sorted: &mut Sorted<'_>, diagnostics: &mut Diagnostics) {
    let idle = |values: &Values| values.cpu == Some(0.0);
    let mut first = sorted.rows.iter().filter(|row| row.sample == 0).filter_map(|row| row.values.as_ref());
    let fresh = first.all(idle);
    let mut last: Vec<Option<u32>> = vec![None; sorted.domains.len()];
    let mut nulls = 0_u32;
    for row in &mut sorted.rows {
        let Some(last) = last.get_mut(row.domain) else { continue };
        let appears = row.sample > 0 && row.sample.checked_sub(1) != *last;
        *last = Some(row.sample);
        let Some(values) = row.values.as_mut().filter(|values| idle(values)) else { continue };
        if row.sample == 0 && fresh {
            values.cpu = None;
            nulls += 1;
        } else if appears {
            values.cpu = None;
            diagnostics.note("no-earlier-sample", Place { line: Some(row.line), ..Place::FILE }, || {
                "the domain appears here; xentop has nothing to compare with and prints 0.0 for its CPU: null"
                    .to_owned()
            });
        }
    }
    if nulls > 0 {
        let line = sorted.rows.first().map(|row| row.line);
        diagnostics.note("first-sample", Place { line, ..Place::FILE }, || {
            "xentop's first sample has nothing to compare with and prints 0.0 for every CPU: null".to_owned()
        });
    }
}

fn columns(sorted: &Sorted<'_>) -> FrameBuilder {
    let rows = &sorted.rows;
    let names: Vec<String> = sorted.domains.iter().map(samples::Domain::shown).collect();
    let mut numbers = column::Values::<UInt32Type>::new("sample", rows.len());
    let mut vcpus = column::Values::<UInt32Type>::new("vcpus", rows.len());
    let mut domains = StringChunkedBuilder::new("domain".into(), rows.len());
    let mut present = BooleanChunkedBuilder::new("present".into(), rows.len());
    for row in rows {
        numbers.append_value(row.sample);
        domains.append_value(names.get(row.domain).map_or("", String::as_str));
        present.append_value(row.values.is_some());
        vcpus.append_option(row.values.as_ref().and_then(|values| values.vcpus));
    }
    let floats = |name: &str, value: fn(&Values) -> Option<f64>| {
        let mut column = column::Values::<Float64Type>::new(name, rows.len());
        rows.iter().for_each(|row| column.append_option(row.values.as_ref().and_then(value)));
        column.finish().into_series()
    };
    let mut columns = FrameBuilder::default();
    columns.push(Unit::Count, numbers.finish().into_series());
    columns.push(Unit::Text, domains.finish().into_series());
    columns.push(Unit::Count, present.finish().into_series());
    columns.push(Unit::PercentOfOneCpu, floats("cpu", |values| values.cpu));
    columns.push(Unit::Bytes, floats("mem", |values| values.mem));
    columns.push(Unit::Percent, floats("mem_share", |values| values.mem_share));
    columns.push(Unit::Count, vcpus.finish().into_series());
    columns.push(Unit::Bytes, floats("net_tx", |values| values.net_tx));
    columns.push(Unit::Bytes, floats("net_rx", |values| values.net_rx));
    columns.push(Unit::Count, floats("vbd_read", |values| values.vbd_read));
    columns.push(Unit::Count, floats("vbd_write", |values| values.vbd_write));
    columns.set_places(rows.iter().map(|row| row.line).collect());
    columns
}
