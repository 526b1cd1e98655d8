//! `vlc-stats`: how many frames and audio buffers VLC showed and lost.
//!
//! VLC keeps its counters in three places, and all of them are read, also mixed in one file:
//!
//! * the command `stats` of the rc interface (`rc`), a block between `+----[ begin of statistical info` and
//!   `+----[ end of statistical info ]`;
//! * two lines on stderr at the end of an input, VLC 0.8.5 to 1.1 (`stderr`):
//!   `Input : 310 (407664 bytes) - 0.000000 kB/s - Demux : …` and
//!   ` - Vout : 2511/4 - Aout : 4941/2 - Sout : 0.000000`;
//! * `requests/status.xml` of the http interface (`xml`).
//!
//! A row is one time at which the counters were printed. Traps:
//!
//! * Counters belong to one input and start again with the next one. `input` numbers the inputs of the file
//!   from 0: a new one begins where a counter is smaller than before, after the lines on stderr, and where
//!   rc says `( new input: … )`. An input whose counters were never printed is not there, and one whose first
//!   counters are all as large as the last ones before it cannot be told from its predecessor.
//! * The labels of rc are translated. English and German ones are known; those of other languages are taken
//!   by their place in the block. With the labels the units are translated, wrongly: see `rc`.
//! * More frames can be displayed than decoded; frames that were never received are in no counter.
//!
//! Absent on purpose: the bit rates, which are moments and whose unit changed; single events (`vlc-log`).

mod counters;
mod rc;
mod stderr;
mod xml;

use self::counters::{COUNTERS, Counter, Dump, Source};
use super::{Outcome, unusable};
use crate::detect::Head;
use crate::diagnostic::{Diagnostics, Facts, ParseError, Parsed, Place, RowCount};
use crate::format::{Format, FormatInfo};
use crate::frame::{Clock, FrameBuilder};
use crate::lines::{Line, Lines};

pub(crate) static INFO: FormatInfo = FormatInfo {
    format: Format::VlcStats,
    name: "vlc-stats",
    description: "VLC's counters of frames and audio buffers, displayed and lost",
    written_by: "VLC: `stats` of the rc interface, stderr at the end of an input (0.8.5 to 1.1), status.xml of \
                 the http interface",
    begins_with: "`+----[ begin of statistical info`, ` - Vout : 2511/4 - Aout : 4941/2 - Sout : …`, or \
                  status.xml with `<stats>`",
    recognise,
    parse,
};

pub(super) fn recognise(head: &Head<'_>) -> bool {
    let has = |what: &[u8]| head.lines.iter().any(|line| memchr::memmem::find(line.text, what).is_some());
    if has(rc::BEGIN) || has(b"<lostpictures>") || head.lines.iter().any(|line| stderr::vout(line.text)) {
        return true;
    }
    // The metadata of a film can be long: `<stats>` may come after the lines that are looked at.
    let xml = has(b"<root>") && has(b"<state>") && has(b"<fullscreen>") && has(b"<volume>");
    // What VLC says before the first statistics can be long, too.
    let vlc = head.lines.iter().any(|line| rc::banner(line.text));
    xml || (vlc && present(head.bytes))
}

/// Whether there are statistics anywhere in a file that is VLC's.
fn present(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, rc::BEGIN).is_some() || memchr::memmem::find(bytes, stderr::VOUT).is_some()
}

/// Collects the rows and tells which input they belong to.
#[derive(Debug, Default)]
struct Reader {
    dumps: Vec<(u32, Dump)>,
    input: u32,
    /// The counters of this input are final: whatever comes belongs to the next one.
    closed: bool,
    version: Option<String>,
    rows: RowCount,
    diagnostics: Diagnostics,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Parsed, ParseError> {
    let mut reader = Reader::default();
    let mut rc = rc::Block::default();
    let mut stderr = stderr::Pair::default();
    let mut xml = xml::Document::default();
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        if rc.line(line, &mut reader) || stderr.line(line, &mut reader) {
            continue;
        }
        xml.line(line, &mut reader);
    }
    rc.end(&mut reader, false);
    stderr.end(&mut reader);
    xml.end(&mut reader);
    reader.finish(bytes)
}

impl Reader {
    /// Takes over a finished dump.
    fn dump(&mut self, dump: Dump) {
        if dump.is_empty() {
            self.rows.lost += 1;
            self.diagnostics.warning("empty-dump", Place { line: Some(dump.line), ..Place::FILE }, || {
                "statistics without any readable counter; they are left out".to_owned()
            });
            return;
        }
        if let Some((_, last)) = self.dumps.last()
            && (self.closed || dump.is_behind(last))
        {
            self.input = self.input.saturating_add(1);
        }
        self.closed = dump.source == Source::Stderr;
        self.rows.read += 1;
        self.dumps.push((self.input, dump));
    }

    /// VLC says that it plays something else from here on.
    fn new_input(&mut self) {
        self.closed |= !self.dumps.is_empty();
    }

    fn value_lost(&mut self, line: Line<'_>, what: &'static str) {
        self.diagnostics.warning("unreadable-value", Place::line(line.number, line.text), || {
            format!("expected {what}; the value is null")
        });
    }

    fn finish(mut self, bytes: &[u8]) -> Result<Parsed, ParseError> {
        if self.dumps.is_empty() {
            let first = Lines::new(bytes).find(|line| !line.is_blank());
            let place = first.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            let expected = "statistics: `+----[ begin of statistical info`, ` - Vout : N/N - Aout : N/N`, or \
                            `<stats>` with counters; was `stats` ever asked for?";
            return Err(unusable(Format::VlcStats, place, expected, self.diagnostics));
        }
        let facts = self.facts();
        let mut columns = FrameBuilder::default();
        counters::columns(&self.dumps, &mut columns);
        Outcome {
            format: Format::VlcStats,
            version: self.version,
            columns,
            clock: Clock::None,
            facts,
            rows: self.rows,
            diagnostics: self.diagnostics,
        }
        .into_parsed()
    }

    fn facts(&mut self) -> Facts {
        let mut facts = Facts::default();
        let first = self.dumps.first().map(|(_, dump)| dump.source);
        let same = self.dumps.iter().all(|(_, dump)| Some(dump.source) == first);
        let place = first.filter(|_| same).map_or("mixed", Source::name);
        facts.set_text("place", place.as_bytes());
        facts.set_int("dumps", self.dumps.len());
        facts.set_int("inputs", u64::from(self.input) + 1);
        for counter in
            [Counter::FramesDisplayed, Counter::FramesLost, Counter::BuffersPlayed, Counter::BuffersLost]
        {
            let Some(name) = COUNTERS.get(counter as usize).map(|info| info.name) else { continue };
            match self.total(counter) {
                Ok(total) => facts.set_int(name, total),
                Err(line) => {
                    self.diagnostics.warning("no-total", Place { line: Some(line), ..Place::FILE }, || {
                        format!("the last statistics of an input have no `{name}`; its total is unknown")
                    })
                }
            }
        }
        facts
    }

    /// Sum over the inputs of what the last dump of each says; the line of one that says nothing.
    fn total(&self, counter: Counter) -> Result<u64, u64> {
        let mut total = 0_u64;
        let mut rest = self.dumps.iter().peekable();
        while let Some((input, dump)) = rest.next() {
            if rest.peek().is_none_or(|(next, _)| next != input) {
                total = total.saturating_add(dump.get(counter).ok_or(dump.line)?);
            }
        }
        Ok(total)
    }
}
