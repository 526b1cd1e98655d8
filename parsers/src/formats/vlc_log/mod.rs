//! `vlc-log`: messages of VLC that say that a picture or an audio buffer came too late.
//!
//! ```text
//! [00007f45e000b760] main video output warning: picture is too late to be displayed (missing 1427 ms)
//! [0x87f5bb8] main video output warning: late picture skipped (42387 > -27)
//! main warning: PTS is out of range (-9103), dropping buffer
//! ```
//!
//! These are single events, no counters. What VLC counted is in `vlc-stats`; the sum of these messages is
//! something else: some of them stand for a picture that was lost, some for one that was only late, a message
//! of the decoder and one of the output may be about the same picture, and what never arrived has none. Most
//! of them are only written with `-v`. Facts and columns are named `events` for that reason, and a file with
//! statistics in it is `vlc-stats`.
//!
//! Traps:
//!
//! * Lateness is in microseconds or in milliseconds, and its sign changes with the message.
//! * With a damaged stream it is absurd (`934564310`). It is kept: it is what VLC computed with.
//! * A file may hold several starts of VLC, appended; and lines of other programs that share the terminal.
//!
//! Absent on purpose: a time. VLC's messages have none. Every other message in such a log.

mod event;

use polars::prelude::{Float64Chunked, IntoSeries, NewChunkedArray, StringChunked, UInt32Chunked};

use self::event::{Event, KINDS};
use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::format::{Description, Marks, Parse};
use crate::formats::vlc_stats;
use crate::frame::{Clock, FrameBuilder, Unit};
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::shared::vlc_message::Message;

pub(crate) static DESCRIPTION: Description = Description {
    name: "vlc-log",
    description: "messages of VLC about pictures and audio buffers that came too late; no counters",
    written_by: "VLC: its messages on stderr (`-v`) or in a log file",
    begins_with: "`-- logger module started --`, `VLC media player …`, or lines `[…] main video output warning: …`",
    file_names: &[],
    clocks: &[Clock::None, Clock::Epoch],
    meaning: Meaning::Messages,
    marks: Marks::None,
    recognise,
    parse: Parse::Whole(parse),
};

fn recognise(head: &Head<'_>) -> bool {
    let mut messages = 0_usize;
    let mut sure = false;
    let mut core = false;
    for line in &head.lines {
        let message = Message::read(line.text);
        messages = messages.saturating_add(usize::from(message.is_some()));
        let event = message.is_some_and(|message| Event::read(message.text).is_some());
        // Its core calls itself `main` or `core`. Without an address before it other programs do, too.
        let speaks = message.is_some_and(|message| message.is_core());
        sure |= start(line.text) || event || (speaks && message.is_some_and(|message| message.addressed));
        core |= speaks;
    }
    let likely =
        messages.saturating_mul(4) >= head.lines.len() && (sure || core && event::present(head.far()));
    (likely || head.lines.first().is_some_and(|line| start(line.text))) && !vlc_stats::recognise(head)
}

/// Whether a line is the first one of a start of VLC.
fn start(text: &[u8]) -> bool {
    let version = text.strip_prefix(b"VLC media player ").and_then(|rest| rest.first());
    text.starts_with(b"-- logger module started --") || version.is_some_and(u8::is_ascii_digit)
}

/// An event and where it is.
#[derive(Debug)]
struct Row {
    line: u64,
    start: u32,
    event: Event,
}

#[derive(Debug, Default)]
struct Reader {
    table: Vec<Row>,
    starts: u32,
    /// Whether VLC has written a message since it started.
    has_message: bool,
    messages: u64,
    version: Option<String>,
    diagnostics: Diagnostics,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader::default();
    for line in Lines::new(bytes) {
        reader.line(line);
    }
    reader.finish(bytes)
}

impl Reader {
    fn line(&mut self, line: Line<'_>) {
        let text = line.text.trim_ascii();
        if start(text) {
            // The line of the logger and that of VLC belong to the same start.
            if self.has_message || self.starts == 0 {
                self.starts = self.starts.saturating_add(1);
            }
            self.has_message = false;
            self.version(text);
            return;
        }
        let Some(message) = Message::read(text) else { return };
        self.has_message = true;
        self.messages = self.messages.saturating_add(1);
        self.version(message.text);
        let Some(event) = Event::read(message.text) else { return };
        if event.unreadable {
            self.diagnostics.warning("unreadable-value", Place::line(line.number, line.text), || {
                "expected how late it was, in whole microseconds or milliseconds; the value is null"
                    .to_owned()
            });
        }
        self.table.push(Row { line: line.number, start: self.starts.saturating_sub(1), event });
    }

    /// `VLC media player 2.0.5 Twoflower (…)`, `VLC media player - 2.2.1 Terry Pratchett (…)`.
    fn version(&mut self, text: &[u8]) {
        if self.version.is_some() {
            return;
        }
        let rest =
            text.strip_prefix(b"VLC media player ").map(|rest| rest.strip_prefix(b"- ").unwrap_or(rest));
        let word = rest.and_then(|rest| rest.split(u8::is_ascii_whitespace).next());
        self.version = word
            .filter(|word| word.first().is_some_and(u8::is_ascii_digit))
            .map(|word| String::from_utf8_lossy(word).into_owned());
    }

    fn finish(mut self, bytes: &[u8]) -> Result<Outcome, Unusable> {
        if self.starts == 0 && self.messages == 0 {
            let line = Lines::new(bytes).find(|line| !line.is_blank());
            let place = line.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            let expected =
                "messages of VLC such as `[…] main video output warning: late picture skipped (42387)`";
            return Err(unusable(place, expected, self.diagnostics));
        }
        if self.table.is_empty() {
            self.diagnostics.note("no-events", Place::FILE, || {
                "no message about anything late; without `-v` VLC does not write them, so that proves nothing"
                    .to_owned()
            });
        } else {
            self.diagnostics.note("events-are-no-counters", Place::FILE, || {
                "single messages, not VLC's counters: their number is not the number of lost frames or buffers"
                    .to_owned()
            });
        }
        Ok(Outcome {
            parts: Vec::new(),
            version: self.version.take(),
            columns: self.columns(),
            clock: Clock::None,
            facts: self.facts(),
            rows: RowCount { read: self.table.len(), lost: 0 },
            diagnostics: self.diagnostics,
        })
    }

    fn facts(&self) -> Facts {
        let mut facts = Facts::default();
        facts.set_int("starts", self.starts);
        facts.set_int("messages", self.messages);
        facts.set_int("events", self.table.len());
        for kind in &KINDS {
            let count = self.table.iter().filter(|row| row.event.kind.name == kind.name).count();
            facts.set_int(kind.fact, count);
        }
        facts
    }

    fn columns(&self) -> FrameBuilder {
        let mut columns = FrameBuilder::default();
        let lines = self.table.iter().map(|row| u32::try_from(row.line).unwrap_or(u32::MAX));
        columns.push(Unit::Count, UInt32Chunked::from_iter_values("line".into(), lines).into_series());
        let starts = self.table.iter().map(|row| row.start);
        columns.push(Unit::Count, UInt32Chunked::from_iter_values("start".into(), starts).into_series());
        let events = self.table.iter().map(|row| row.event.kind.name);
        columns.push(Unit::Text, StringChunked::from_iter_values("event".into(), events).into_series());
        let lateness = self.table.iter().map(|row| row.event.lateness_ms);
        let lateness = Float64Chunked::from_iter_options("lateness_ms".into(), lateness);
        columns.push(Unit::Milliseconds, lateness.into_series());
        columns
    }
}
