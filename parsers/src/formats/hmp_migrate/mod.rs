//! `hmp-migrate`: what QEMU's monitor answers to `info migrate`.
//!
//! ```text
//! (qemu) info migrate
//! globals:
//! store-global-state: on
//! Migration status: completed
//! total time: 5927 ms
//! downtime: 483 ms
//! transferred ram: 883709 kbytes
//! ```
//!
//! A row is one such answer; where the prompt is in the log, the commands that matter are rows as well. The
//! layouts from QEMU 0.13 to 10.0 and the one since 10.1 are in [`line`].
//!
//! Traps:
//!
//! * kbytes are 1024 bytes, rounded down; since 10.1 sizes have three digits. QMP has them exactly.
//! * Before the first migration there are only `globals:`, or nothing at all: the status is `none`.
//! * An answer has no end. The next one begins with the prompt, a time, `globals:`, `capabilities:` or the
//!   status, or where a figure comes a second time.
//! * A terminal's echo of the command is full of escape sequences.
//!
//! Absent on purpose: figures about disks, XBZRLE, multifd, throttling and postcopy.

mod line;

use std::borrow::Cow;

use self::line::Content;
use crate::diagnostic::Place;
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::{Hypervisor, Meaning, Rounds};
use crate::outcome::{Outcome, Unusable};
use crate::shared::hypervisor::{Field, Observation, STATUS, Table, is_heading, is_status};
use crate::time::stamp::{self, Stamp};

pub(crate) static DESCRIPTION: Description = Description {
    name: "hmp-migrate",
    description: "answers of QEMU's monitor to `info migrate`: state, rounds, memory sent, downtime",
    written_by: "QEMU 0.13 to 10, `info migrate`, with or without prompt, once or again and again",
    begins_with: "`Migration status: active`, or `Status: active` with `Time (ms): total=…`, also behind `(qemu)`",
    file_names: &["hmp", "migrate"],
    clocks: &[Clock::Epoch, Clock::None],
    meaning: Meaning::Hypervisor(Hypervisor { has_downtime: true, page_bytes: None, rounds: Rounds::Absent }),
    marks: Marks::Head(&[b"info migrate", b"store-global-state: ", b"Migration status:", b"Status:"]),
    recognise,
    parse: Parse::Whole(parse),
};

fn recognise(head: &Head<'_>) -> bool {
    let (mut status, mut figures) = (false, false);
    for line in &head.lines {
        let text = visible(line.text);
        let (_, text) = unstamped(&text);
        let text = command(text).unwrap_or(text);
        if text.starts_with(b"info migrate") || text.starts_with(b"store-global-state: ") {
            return true;
        }
        match line::read(text) {
            Content::Status { old, word, .. } if is_status(word) => {
                if old {
                    return true;
                }
                status = true;
            }
            Content::Figure { unit_fits: true, .. } if text.starts_with(b"transferred ram:") => return true,
            Content::Pairs { .. } | Content::Label => figures = true,
            _ => {}
        }
    }
    status && figures
}

/// What is left of a line after what a terminal would have overwritten.
fn visible(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(0x1b, text).is_none() {
        return Cow::Borrowed(text);
    }
    // readline goes back to the left and prints the whole command again for each key.
    let back = memchr::memmem::rfind(text, b"\x1b[D").map_or(0, |at| at.saturating_add(3));
    let prompt: &[u8] =
        if back > 0 && memchr::memmem::find(text, line::PROMPT).is_some() { b"(qemu) " } else { b"" };
    let mut out = prompt.to_vec();
    let mut rest = text.get(back..).unwrap_or_default();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != 0x1b {
            out.push(*byte);
            continue;
        }
        let end = rest.iter().position(u8::is_ascii_alphabetic).unwrap_or(rest.len());
        rest = rest.get(end.saturating_add(1)..).unwrap_or_default();
    }
    Cow::Owned(out)
}

/// The time before a line, and the line.
fn unstamped(text: &[u8]) -> (Option<Stamp>, &[u8]) {
    if !stamp::may_lead(text) {
        return (None, text);
    }
    match stamp::leading(text) {
        Some((stamp, rest)) if rest.is_empty() || rest.starts_with(b" ") || rest.starts_with(b"\t") => {
            (Some(stamp), rest.get(1..).unwrap_or_default())
        }
        _ => (None, text),
    }
}

/// What stands behind the prompt.
fn command(text: &[u8]) -> Option<&[u8]> {
    if !text.trim_ascii_start().starts_with(line::PROMPT) {
        return None;
    }
    let at = memchr::memmem::rfind(text, line::PROMPT)?;
    Some(text.get(at.saturating_add(line::PROMPT.len())..)?.trim_ascii())
}

/// An answer that is being read.
struct Current {
    row: Observation,
    /// QEMU has answered anything.
    answered: bool,
    /// Two of these are of two answers.
    globals: bool,
    context: line::Context,
}

#[derive(Default)]
struct Reader {
    current: Option<Current>,
    /// A time alone on a line: that of the next answer.
    pending: Option<Stamp>,
    rounded: bool,
    /// What comes is the answer to another command.
    foreign: bool,
    table: Table,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader::default();
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        reader.line(line);
    }
    reader.flush(false);
    reader.note_downtime();
    let expected = "an answer to `info migrate`, with `Migration status: …` or `Status: …`";
    reader.table.finish(bytes, expected)
}

/// The fact whether the capability `return-path` is on.
const RETURN_PATH: &str = "return_path";

impl Reader {
    /// Says where the log does not tell at which of two instants the downtime ends.
    fn note_downtime(&mut self) {
        let with_downtime = self.table.rows.iter().find(|row| row.get(Field::Downtime).is_some());
        let Some(row) = with_downtime.filter(|_| self.table.facts.get(RETURN_PATH).is_none()) else { return };
        let place = Place { line: Some(row.line), ..Place::FILE };
        self.table.diagnostics.note("return-path-unknown", place, || {
            "without `info migrate_capabilities` it is not known whether the downtime ends when the source has sent \
             everything, or (`return-path: on`) when the target has loaded it"
                .to_owned()
        });
    }

    fn line(&mut self, line: Line<'_>) {
        let text = visible(line.text);
        if let Some(content) = line::known(&text) {
            self.note_return_path(&text);
            if !self.foreign {
                self.content(line, &text, content, None);
            }
            return;
        }
        if stamp::may_lead(&text)
            && let Some(stamp) = stamp::alone(&text)
        {
            self.flush(true);
            self.pending = Some(stamp);
            return;
        }
        let (stamp, text) = unstamped(&text);
        self.note_return_path(text);
        let Some(command) = command(text) else {
            if let Some(version) = line::banner(text) {
                self.table.version = Some(version);
            } else if !self.foreign {
                self.content(line, text, line::read(text), stamp);
            }
            return;
        };
        self.flush(true);
        self.foreign = false;
        if command.is_empty() {
            return;
        }
        let mut words = crate::text::words(command).map(|(_, word)| word);
        if words.next() == Some(b"info") && words.next() == Some(b"migrate") {
            self.begin(line, stamp);
        } else if let Some(entry) = line::entry(command) {
            if let Some(destination) = line::destination(command).filter(|_| entry == "migrate") {
                self.table.destination(destination);
            }
            let time = stamp.or_else(|| self.pending.take());
            self.table.rows.push(Observation::new(line.number, time, entry));
        } else {
            match line::read(command) {
                Content::Other => self.foreign = true,
                content => self.content(line, command, content, stamp),
            }
        }
    }

    fn note_return_path(&mut self, text: &[u8]) {
        if let Some(state) = line::return_path(text) {
            self.table.facts.set_text(RETURN_PATH, state);
        }
    }

    fn begin(&mut self, line: Line<'_>, stamp: Option<Stamp>) -> &mut Current {
        self.flush(true);
        let time = stamp.or_else(|| self.pending.take());
        let row = Observation::new(line.number, time, STATUS);
        self.current.insert(Current { row, answered: false, globals: false, context: line::Context::Other })
    }

    /// The answer that a line belongs to: a new one if it cannot be of the current one.
    fn answer(
        &mut self,
        line: Line<'_>,
        stamp: Option<Stamp>,
        again: impl Fn(&Current) -> bool,
    ) -> &mut Current {
        if self.current.as_ref().is_none_or(again) {
            self.begin(line, stamp);
        }
        let begin = || Current {
            row: Observation::new(line.number, stamp, STATUS),
            answered: false,
            globals: false,
            context: line::Context::Other,
        };
        let current = self.current.get_or_insert_with(begin);
        current.answered = true;
        current.row.last_line = line.number;
        current
    }

    fn content(&mut self, line: Line<'_>, text: &[u8], content: Content<'_>, stamp: Option<Stamp>) {
        let place = Place::line(line.number, line.text);
        match content {
            Content::Status { word, error, .. } => {
                // The status is the first of an answer's figures in every layout.
                self.answer(line, stamp, |current| current.row.status.is_some() || current.row.has_figures());
                let Some(current) = &mut self.current else { return };
                if !line.terminated && !is_status(word) {
                    self.cut(place);
                    return;
                }
                current.row.set_status(word, place, &mut self.table.diagnostics);
                current.row.error = error.map(|error| String::from_utf8_lossy(error).into_owned());
            }
            Content::Figure { field, digits, scale, unit_fits, has_unit } => {
                self.answer(line, stamp, |current| current.row.get(field).is_some());
                let Some(current) = &mut self.current else { return };
                if !(line.terminated || unit_fits && has_unit) {
                    self.cut(place);
                } else if unit_fits {
                    current.row.put(field, digits, scale, place, &mut self.table.diagnostics);
                } else {
                    current.row.put(field, b"", scale, place, &mut self.table.diagnostics);
                }
            }
            Content::Pairs { context, kib, pairs } => self.pairs(line, stamp, context, kib, pairs),
            Content::Unlabelled { pairs } => {
                let context = self.current.as_ref().map_or(line::Context::Other, |current| current.context);
                self.pairs(line, stamp, context, true, pairs);
            }
            Content::Globals => {
                let current = self.answer(line, stamp, |current| {
                    current.globals || current.row.status.is_some() || current.row.has_figures()
                });
                current.globals = true;
            }
            Content::Label => {
                if let Some(current) = &mut self.current {
                    current.answered = true;
                }
            }
            Content::Other if !line.terminated => self.cut(place),
            Content::Other => {
                if is_heading(text) {
                    self.flush(true);
                    self.table.heading(line.number, text);
                }
                self.table.diagnostics.note("other-output", place, || {
                    "a line that is none of `info migrate`; it is not used".to_owned()
                });
            }
        }
    }

    /// `total=47317, setup=5, down=8`
    fn pairs(
        &mut self,
        line: Line<'_>,
        stamp: Option<Stamp>,
        context: line::Context,
        kib: bool,
        pairs: &[u8],
    ) {
        let place = Place::line(line.number, line.text);
        let first = line::pairs(context, kib, pairs).find_map(|pair| pair.field);
        let again = |current: &Current| first.is_some_and(|field| current.row.get(field).is_some());
        self.answer(line, stamp, again).context = context;
        let Some(current) = &mut self.current else { return };
        let mut cut = false;
        for pair in line::pairs(context, kib, pairs) {
            if pair.last && !line.terminated {
                cut = true;
            } else if let Some(field) = pair.field {
                current.row.put(field, pair.digits, pair.scale, place, &mut self.table.diagnostics);
                self.rounded |= pair.rounded;
            }
        }
        if cut {
            self.cut(place);
        }
        if self.rounded && self.table.facts.get("sizes").is_none() {
            self.table.facts.set_text("sizes", b"three digits");
            self.table.diagnostics.note("sizes-rounded", place, || {
                "since 10.1 QEMU's monitor rounds sizes to three digits; QMP has them exactly".to_owned()
            });
        }
    }

    fn cut(&mut self, place: Place<'_>) {
        self.table.diagnostics.warning("last-line-cut", place, || {
            "the last line has no end and may lack some of its last word: that is left out, its answer is kept"
                .to_owned()
        });
    }

    /// Ends the current answer. A question at the end of the log has none, one before another prompt has an
    /// empty one.
    fn flush(&mut self, more: bool) {
        let Some(Current { mut row, answered, .. }) = self.current.take() else { return };
        if row.status.is_none() {
            let place = Place { line: Some(row.line), ..Place::FILE };
            if row.has_figures() {
                self.table.diagnostics.warning("status-missing", place, || {
                    "expected the status of the migration in this answer; it is null".to_owned()
                });
            } else if answered || more {
                row.set_status(b"none", place, &mut self.table.diagnostics);
            } else {
                return;
            }
        }
        self.table.rows.push(row);
    }
}
