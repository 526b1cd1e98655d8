//! Parts of a log: the sessions of ping, the migrations or the tests of which it holds several.
//!
//! Each is a recording of its own, with rows and facts of its own; which parts make a run is the caller's to say.

use crate::diagnostic::Facts;

/// One of the recordings that a log holds one behind the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// The line in which it begins.
    pub line: Option<u64>,
    /// Its rows of the frame, rising. None of a session without any reply, or an experiment without an answer.
    pub rows: Vec<usize>,
    /// What it says of itself, in the place of the facts of the log.
    pub facts: Facts,
    /// What it was told to do that another part of the same kind may have been told otherwise: threads, a mix of
    /// queries, a target.
    pub settings: Vec<(&'static str, String)>,
}

/// The parts of a frame whose rows lie one part behind the other: where each begins, in rows, and where the last one ends.
pub(crate) fn consecutive(beginnings: impl IntoIterator<Item = (usize, Part)>, end: usize) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut from = 0;
    for (begin, part) in beginnings {
        if let Some(before) = parts.last_mut() {
            before.rows = (from..begin).collect();
        }
        from = begin;
        parts.push(part);
    }
    if let Some(last) = parts.last_mut() {
        last.rows = (from..end).collect();
    }
    parts
}
