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
mod reader;
mod stderr;
mod xml;

use self::reader::Reader;
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::lines::Lines;
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable};

pub(crate) static DESCRIPTION: Description = Description {
    name: "vlc-stats",
    description: "VLC's counters of frames and audio buffers, displayed and lost",
    written_by: "VLC: `stats` of the rc interface, stderr at the end of an input (0.8.5 to 1.1), status.xml of \
                 the http interface",
    begins_with: "`+----[ begin of statistical info`, ` - Vout : 2511/4 - Aout : 4941/2 - Sout : …`, or \
                  status.xml with `<stats>`",
    file_names: &[],
    clocks: &[Clock::None],
    meaning: Meaning::Stream,
    marks: Marks::None,
    recognise,
    parse: Parse::Whole(parse),
};

pub(super) fn recognise(head: &Head<'_>) -> bool {
    let has = |what: &[u8]| head.holds(what);
    if has(rc::BEGIN)
        || has(b"<lostpictures>")
        || has(stderr::LABEL) && head.lines.iter().any(|line| stderr::vout(line.text))
    {
        return true;
    }
    // The metadata of a film can be long: `<stats>` may come after the lines that are looked at.
    let xml = has(b"<root>") && has(b"<state>") && has(b"<fullscreen>") && has(b"<volume>");
    // What VLC says before the first statistics can be long, too.
    let vlc = head.lines.iter().any(|line| rc::banner(line.text));
    xml || (vlc && present(head.far()))
}

/// Whether there are statistics anywhere in a file that is VLC's.
fn present(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, rc::BEGIN).is_some() || memchr::memmem::find(bytes, stderr::VOUT).is_some()
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
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
