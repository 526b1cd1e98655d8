//! A log that is surveyed while it comes, so that it need not be held.
//!
//! This is for long logs of one tool, of which nothing is needed once it was read. Whatever else a log is, its survey takes all
//! of its bytes: [`survey`](crate::survey()). What can be surveyed in both ways gives the same in both.

use crate::detect::{is_binary, is_stacked};
use crate::format::Format;
use crate::formats::FORMATS;
use crate::head::{HEAD_BYTES, HEAD_LINES, Head};
use crate::lines::{Lines, without_bom};
use crate::parsed::{Survey, UNREADABLE, finished};
use crate::pieces::{Passing, Pieces, Start};

/// Bytes of a piece: what comes at once is less than a whole log.
const PIECE: usize = 64 << 10;

/// Surveys a log that comes in parts.
pub struct Surveyor {
    format: Format,
    log: Box<dyn Passing + Send>,
    pieces: Pieces,
    /// Lines so far.
    lines: u64,
    /// Nothing has come yet.
    begins: bool,
}

impl std::fmt::Debug for Surveyor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surveyor").field("format", &self.format).field("lines", &self.lines).finish()
    }
}

impl Surveyor {
    /// Ready for a log that begins with these bytes and has `length` of them, of which the first `rows` rows are to be shown;
    /// none if it takes all of the log to know what it is, or to read it. The beginning comes again as the first part.
    #[must_use]
    pub fn begin(beginning: &[u8], length: usize, rows: usize) -> Option<Self> {
        let bytes = without_bom(beginning);
        let length = length.checked_sub(beginning.len().saturating_sub(bytes.len()))?;
        let first = Lines::new(bytes).filter(|line| !line.is_blank()).take(HEAD_LINES.saturating_add(1));
        if bytes.len() <= HEAD_BYTES || first.count() <= HEAD_LINES || is_binary(beginning) {
            return None;
        }
        let head = Head::new(bytes).for_many();
        let mut candidates = FORMATS.iter().copied().filter(|format| format.recognises(&head));
        let (Some(format), None) = (candidates.next(), candidates.next()) else { return None };
        if head.was_searched() {
            return None;
        }
        let log = format.begin(Start { bytes, length, most: rows })?;
        Some(Self { format, log, pieces: Pieces { size: PIECE, most: rows }, lines: 0, begins: true })
    }

    /// Reads the next bytes, which end where a line ends or the log does. None if the log cannot be read in this way.
    pub fn read(&mut self, bytes: &[u8]) -> Option<()> {
        let bytes = if std::mem::take(&mut self.begins) { without_bom(bytes) } else { bytes };
        self.lines = self.log.read(bytes, self.lines, self.pieces).ok()?;
        Some(())
    }

    /// The survey of the whole log, which is the only one that [`survey`](crate::survey()) gives of it; none if it takes all
    /// of the log at once.
    #[must_use]
    pub fn finish(self) -> Option<Survey> {
        let outcome = self.log.finish(b"").ok()?;
        // Where several tools may have written, the others are looked for.
        if is_stacked(self.format) && outcome.diagnostics.count(UNREADABLE) > 0 {
            return None;
        }
        finished(self.format, outcome, self.pieces.most, |diagnostics| diagnostics).ok()
    }
}
