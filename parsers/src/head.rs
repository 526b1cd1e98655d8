//! The beginning of a file, by which the formats recognise their own.

use crate::lines::{Line, Lines};

/// Lines and bytes that are looked at.
const HEAD_LINES: usize = 64;
pub(crate) const HEAD_BYTES: usize = 64 * 1024;

/// The beginning of a file, as the formats see it.
#[derive(Debug)]
pub(crate) struct Head<'a> {
    /// The first lines that are not blank.
    pub lines: Vec<Line<'a>>,
    /// Whether these are all lines of the file.
    pub whole: bool,
    /// The whole file. Only to be searched for what may stand at its end, and only where the lines make it
    /// likely that it does.
    pub bytes: &'a [u8],
}

impl<'a> Head<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        let cut = bytes.len() > HEAD_BYTES;
        let head = bytes.get(..HEAD_BYTES).unwrap_or(bytes);
        let mut lines: Vec<_> =
            Lines::new(head).filter(|line| !line.is_blank()).take(HEAD_LINES + 1).collect();
        let whole = !cut && lines.len() <= HEAD_LINES;
        // The line at the cut is only a part of itself.
        if lines.len() > HEAD_LINES || (cut && lines.len() > 1) {
            lines.pop();
        }
        Self { lines, whole, bytes }
    }
}
