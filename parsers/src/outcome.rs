//! What the parser of a format returns. It does not name its format: who called it knows that.

use crate::diagnostic::{Diagnostic, Diagnostics, Facts, Place, RowCount, excerpt};
use crate::frame::{Clock, FrameBuilder};
use crate::part::Part;

/// What a parser has in its hands at the end of a log.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub version: Option<String>,
    pub columns: FrameBuilder,
    pub clock: Clock,
    pub facts: Facts,
    /// Of a log that holds several recordings; of benchmarks also where it is one.
    pub parts: Vec<Part>,
    pub rows: RowCount,
    pub diagnostics: Diagnostics,
}

/// Nothing in the log can be used; the fields are those of [`crate::ParseError`].
#[derive(Debug)]
pub(crate) struct Unusable {
    pub line: Option<u64>,
    pub expected: String,
    pub found: Option<String>,
    pub diagnostics: Vec<Diagnostic>,
}

/// The error for a log in which nothing can be used.
pub(crate) fn unusable(place: Place<'_>, expected: impl Into<String>, diagnostics: Diagnostics) -> Unusable {
    Unusable {
        line: place.line,
        expected: expected.into(),
        found: place.text.map(excerpt),
        diagnostics: diagnostics.finish(),
    }
}
