//! What a parser notes beside the rows: the facts of the file, how many rows there are, and what was wrong.
//!
//! A diagnostic points at a place and says three things: what is there, what was expected, what was done
//! about it. A file with a million damaged lines gets twenty of each code and one that says how many more
//! there are; [`RowCount`] stays exact.

use std::collections::BTreeMap;
use std::fmt;

/// How many diagnostics of one code a file gets one by one.
const LISTED: u64 = 20;
/// Longest text that a diagnostic quotes, in characters.
const EXCERPT: usize = 120;

/// How bad it is, from the worst on: `min` of several is the worst of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Data that should be there cannot be used.
    Error,
    /// The data is used, with a loss or a repair.
    Warning,
    /// Good to know; nothing is lost.
    Note,
}

impl Severity {
    /// `error`, `warning` or `note`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Something to say about one place in a log, or about the whole of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Stable name of the kind of finding, in kebab-case.
    pub code: &'static str,
    /// The line, from 1; none if it is about the whole file.
    pub line: Option<u64>,
    /// The byte in the line, from 1.
    pub column: Option<u64>,
    /// What is there, what was expected, what was done.
    pub message: String,
    /// The offending text, shortened to 120 characters, with control characters escaped.
    pub text: Option<String>,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.severity)?;
        if let Some(line) = self.line {
            write!(f, " at {line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        write!(f, " [{}]: {}", self.code, self.message)?;
        if let Some(text) = &self.text {
            write!(f, ": `{text}`")?;
        }
        Ok(())
    }
}

/// How much of a log could be read. Exact, also where diagnostics are summed up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowCount {
    /// Rows of the log that are in the frame.
    pub read: usize,
    /// Rows of the log that could not be used.
    pub lost: usize,
}

/// One thing that a log says about itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// A count or a time stamp.
    Int(i64),
    /// A measured value; the unit is in the key.
    Float(f64),
    /// Words.
    Text(String),
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value}"),
            Self::Text(value) => f.write_str(value),
        }
    }
}

/// A small map from names to [`Fact`]s that keeps their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    list: Vec<(&'static str, Fact)>,
    /// The lines that facts, and what stands in a column but once, are from.
    lines: Vec<(&'static str, u64)>,
}

impl Facts {
    /// Gives back the room for more facts.
    pub(crate) fn shrink(&mut self) {
        self.list.shrink_to_fit();
        self.lines.shrink_to_fit();
    }

    /// The fact of that name.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Fact> {
        self.list.iter().find(|(known, _)| *known == key).map(|(_, fact)| fact)
    }

    /// The fact of that name if it is an integer.
    #[must_use]
    pub fn int(&self, key: &str) -> Option<i64> {
        match self.get(key) {
            Some(Fact::Int(value)) => Some(*value),
            _ => None,
        }
    }

    /// The fact of that name as a number; integers are converted.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts and epoch seconds are far below 2^53")]
    pub fn float(&self, key: &str) -> Option<f64> {
        match self.get(key) {
            Some(Fact::Float(value)) => Some(*value),
            Some(Fact::Int(value)) => Some(*value as f64),
            _ => None,
        }
    }

    /// The fact of that name if it is text.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            Some(Fact::Text(value)) => Some(value),
            _ => None,
        }
    }

    /// The line, from 1, that says a fact, or what stands but once in a column of that name; none where that is not known.
    #[must_use]
    pub fn line(&self, key: &str) -> Option<u64> {
        self.lines.iter().find(|(known, _)| *known == key).map(|(_, line)| *line)
    }

    /// All facts in the order in which the log states them.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Fact)> {
        self.list.iter().map(|(key, fact)| (*key, fact))
    }

    /// Says which line facts are from.
    pub(crate) fn set_line(&mut self, line: u64, keys: &[&'static str]) {
        self.lines.retain(|(known, _)| !keys.contains(known));
        self.lines.extend(keys.iter().map(|key| (*key, line)));
    }

    /// Sets a fact; a later value replaces an earlier one.
    pub(crate) fn set(&mut self, key: &'static str, fact: Fact) {
        match self.list.iter_mut().find(|(known, _)| *known == key) {
            Some((_, value)) => *value = fact,
            None => self.list.push((key, fact)),
        }
    }

    pub(crate) fn remove(&mut self, key: &str) {
        self.list.retain(|(known, _)| *known != key);
        self.lines.retain(|(known, _)| *known != key);
    }

    pub(crate) fn set_int(&mut self, key: &'static str, value: impl TryInto<i64>) {
        self.set(key, Fact::Int(value.try_into().unwrap_or(i64::MAX)));
    }

    pub(crate) fn set_float(&mut self, key: &'static str, value: f64) {
        self.set(key, Fact::Float(value));
    }

    pub(crate) fn set_text(&mut self, key: &'static str, value: &[u8]) {
        self.set(key, Fact::Text(String::from_utf8_lossy(value).trim().to_owned()));
    }
}

/// A place in a log, as parsers hand it to [`Diagnostics::push`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place<'a> {
    pub line: Option<u64>,
    pub column: Option<u64>,
    pub text: Option<&'a [u8]>,
}

impl<'a> Place<'a> {
    /// The file as a whole.
    pub const FILE: Self = Self { line: None, column: None, text: None };

    pub fn line(number: u64, text: &'a [u8]) -> Self {
        Self { line: Some(number), column: None, text: Some(text) }
    }

    /// `position` is the byte in the line, from 0.
    pub fn cell(number: u64, position: usize, text: &'a [u8]) -> Self {
        Self { line: Some(number), column: Some(crate::text::column(position)), text: Some(text) }
    }
}

/// Collects diagnostics and keeps their number bounded.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    list: Vec<Diagnostic>,
    counts: BTreeMap<&'static str, (Severity, u64)>,
}

impl Diagnostics {
    /// Adds one. The message is only made if it will be shown.
    pub fn push(
        &mut self,
        severity: Severity,
        code: &'static str,
        place: Place<'_>,
        message: impl FnOnce() -> String,
    ) {
        let (worst, count) = self.counts.entry(code).or_insert((severity, 0));
        *worst = severity.min(*worst);
        *count = count.saturating_add(1);
        if *count <= LISTED {
            let text = place.text.map(excerpt);
            let Place { line, column, .. } = place;
            self.list.push(Diagnostic { severity, code, line, column, message: message(), text });
        }
    }

    pub fn error(&mut self, code: &'static str, place: Place<'_>, message: impl FnOnce() -> String) {
        self.push(Severity::Error, code, place, message);
    }

    pub fn warning(&mut self, code: &'static str, place: Place<'_>, message: impl FnOnce() -> String) {
        self.push(Severity::Warning, code, place, message);
    }

    pub fn note(&mut self, code: &'static str, place: Place<'_>, message: impl FnOnce() -> String) {
        self.push(Severity::Note, code, place, message);
    }

    /// How many there are of a code.
    pub fn count(&self, code: &str) -> u64 {
        self.counts.get(code).map_or(0, |(_, count)| *count)
    }

    /// Takes back all of a code; so many there were.
    pub fn forget(&mut self, code: &str) -> u64 {
        self.list.retain(|found| found.code != code);
        self.counts.remove(code).map_or(0, |(_, count)| count)
    }

    /// The list, ordered by place, with one summary for each code of which not all are listed. What
    /// belongs to the whole file comes last.
    pub fn finish(self) -> Vec<Diagnostic> {
        let mut list = self.list;
        list.sort_by_key(|diagnostic| (diagnostic.line.unwrap_or(u64::MAX), diagnostic.column));
        for (code, (severity, count)) in self.counts {
            if count > LISTED {
                list.push(Diagnostic {
                    severity,
                    code,
                    line: None,
                    column: None,
                    message: format!("{count} in total; only the first {LISTED} are listed"),
                    text: None,
                });
            }
        }
        list
    }
}

/// `bytes` for people: at most 120 characters, control characters escaped.
#[must_use]
pub fn excerpt(bytes: &[u8]) -> String {
    // A character has at most four bytes; more than that need not be decoded.
    let head = bytes.get(..EXCERPT * 4).unwrap_or(bytes);
    let mut out = String::new();
    let mut length = 0_usize;
    for character in String::from_utf8_lossy(head).chars() {
        let escaped = character.escape_debug();
        let plain = !character.is_control();
        let width = if plain { 1 } else { escaped.clone().count() };
        if length.saturating_add(width) > EXCERPT - 1 {
            out.push('…');
            return out;
        }
        length = length.saturating_add(width);
        if plain {
            out.push(character);
        } else {
            out.extend(escaped);
        }
    }
    if head.len() < bytes.len() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_are_short_and_printable() {
        assert_eq!(excerpt(b"a\tb\x1b[7l\xff"), "a\\tb\\u{1b}[7l\u{fffd}");
        let long = excerpt(&[b'x'; 500]);
        assert_eq!(long.chars().count(), 120);
        assert!(long.ends_with('…'));
        assert_eq!(excerpt(&[0x01; 500]).chars().count(), 115 + 1);
    }

    #[test]
    fn many_of_a_kind_are_summed_up() {
        let mut diagnostics = Diagnostics::default();
        for line in 1..=1000 {
            diagnostics.warning("row-lost", Place::line(line, b"?"), || "lost".to_owned());
        }
        diagnostics.note("other", Place::FILE, || "once".to_owned());
        let list = diagnostics.finish();
        assert_eq!(list.len(), 22);
        let summary = list.last().map(|last| (last.code, last.severity, last.message.clone()));
        let expected = "1000 in total; only the first 20 are listed".to_owned();
        assert_eq!(summary, Some(("row-lost", Severity::Warning, expected)));
    }

    #[test]
    fn facts_keep_their_order_and_types() {
        let mut facts = Facts::default();
        facts.set_text("host", b" kirsche ");
        facts.set_int("received", 494_u32);
        facts.set_int("received", 495_u32);
        assert_eq!(facts.iter().map(|(key, _)| key).collect::<Vec<_>>(), ["host", "received"]);
        assert_eq!((facts.int("received"), facts.float("received")), (Some(495), Some(495.0)));
        assert_eq!((facts.text("host"), facts.text("received")), (Some("kirsche"), None));
    }
}
