//! The beginning of a file, by which the formats recognise their own.

use std::cell::Cell;

use crate::lines::{Line, Lines};
use crate::pairs::Pairs;

/// Lines and bytes that are looked at.
pub(crate) const HEAD_LINES: usize = 64;
pub(crate) const HEAD_BYTES: usize = 64 * 1024;

/// The beginning of a file, as the formats see it.
#[derive(Debug)]
pub(crate) struct Head<'a> {
    /// The first lines that are not blank.
    pub lines: Vec<Line<'a>>,
    /// Whether these are all lines of the file.
    pub whole: bool,
    /// The whole file.
    bytes: &'a [u8],
    /// Whether somebody looked at more than the first lines.
    searched: Cell<bool>,
    /// What cannot stand in the lines, where many words are looked for.
    pairs: Option<Pairs>,
}

impl<'a> Head<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self::of_lines(bytes, HEAD_LINES)
    }

    /// No more lines than `most`.
    pub fn of_lines(bytes: &'a [u8], most: usize) -> Self {
        let cut = bytes.len() > HEAD_BYTES;
        let head = bytes.get(..HEAD_BYTES).unwrap_or(bytes);
        let mut lines: Vec<_> =
            Lines::new(head).filter(|line| !line.is_blank()).take(most.saturating_add(1)).collect();
        let whole = !cut && lines.len() <= most;
        // The line at the cut is only a part of itself.
        if lines.len() > most || (cut && lines.len() > 1) {
            lines.pop();
        }
        Self { lines, whole, bytes, searched: Cell::default(), pairs: None }
    }

    /// Bytes that are no text: without lines.
    pub fn raw(bytes: &'a [u8]) -> Self {
        Self { lines: Vec::new(), whole: false, bytes, searched: Cell::default(), pairs: None }
    }

    /// All lines of a file.
    pub fn all(bytes: &'a [u8]) -> Self {
        let lines = Lines::new(bytes).filter(|line| !line.is_blank()).collect();
        Self { lines, whole: true, bytes, searched: Cell::default(), pairs: None }
    }

    /// The whole file. Only to be searched for what may stand at its end, and only where the lines make it
    /// likely that it does.
    pub fn far(&self) -> &'a [u8] {
        self.searched.set(true);
        self.bytes
    }

    /// Whether somebody looked at more than the first lines.
    pub fn was_searched(&self) -> bool {
        self.searched.get()
    }

    /// What a file begins with that is no text.
    pub fn magic(&self) -> &'a [u8] {
        self.bytes.get(..HEAD_BYTES).unwrap_or(self.bytes)
    }

    /// Ready to be asked for many words.
    pub fn for_many(self) -> Self {
        let pairs = Some(Pairs::of(self.text()));
        Self { pairs, ..self }
    }

    /// [`Self::within`] where the first lines are known already, and whether they are the last ones.
    pub fn of_these(lines: Vec<Line<'a>>, bytes: &'a [u8], whole: bool) -> Self {
        let most = lines.len();
        let head = Self { lines, whole, bytes, searched: Cell::default(), pairs: None };
        match head.text() {
            text if bytes.len() <= HEAD_BYTES => Self { bytes: text, ..head },
            text if text.len() <= HEAD_BYTES / 2 => Self { bytes: text, whole: false, ..head },
            _ => Self::within(bytes, most),
        }
    }

    /// As if more lines followed.
    pub fn going_on(self) -> Self {
        Self { whole: false, ..self }
    }

    /// No more lines than `most`, and nothing of what stands behind them.
    pub fn within(bytes: &'a [u8], most: usize) -> Self {
        let head = Self::of_lines(bytes, most);
        Self { bytes: head.text(), ..head }
    }

    /// The lines with what stands between them: to be searched at once for words that no line end is in.
    pub fn text(&self) -> &'a [u8] {
        let (Some(first), Some(last)) = (self.lines.first(), self.lines.last()) else { return &[] };
        // Lines are parts of the bytes.
        let at = |text: &[u8]| (text.as_ptr() as usize).saturating_sub(self.bytes.as_ptr() as usize);
        self.bytes.get(at(first.text)..at(last.text).saturating_add(last.text.len())).unwrap_or(self.bytes)
    }

    /// Whether a line holds the words.
    pub fn holds(&self, words: &[u8]) -> bool {
        let possible = self.pairs.as_ref().is_none_or(|pairs| pairs.may_hold(words));
        possible && memchr::memmem::find(self.text(), words).is_some()
    }
}
