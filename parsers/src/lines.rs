//! A cursor over the lines of a log that knows its position.
//!
//! A line ends at `\n`; `\r` before it belongs to the line end (files pass through Windows). A `\r` inside
//! a line stays: progress output overwrites itself that way. Nothing is copied or decoded.

use memchr::memchr;

/// One line without its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    /// Counted from 1, as editors do.
    pub number: u64,
    pub text: &'a [u8],
    /// False for a last line that no newline follows: its writer may have been killed in the middle of it.
    pub terminated: bool,
}

impl Line<'_> {
    /// Whether the line holds nothing but spaces and tabs.
    pub fn is_blank(&self) -> bool {
        self.text.iter().all(u8::is_ascii_whitespace)
    }
}

/// Iterator over the lines of `bytes`.
#[derive(Clone, Debug)]
pub(crate) struct Lines<'a> {
    rest: &'a [u8],
    number: u64,
}

impl<'a> Lines<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self::after(bytes, 0)
    }

    /// Those behind so many others.
    pub fn after(bytes: &'a [u8], number: u64) -> Self {
        Self { rest: bytes, number }
    }

    /// The number of the last line.
    pub fn number(&self) -> u64 {
        self.number
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let (mut text, rest, terminated) = match memchr(b'\n', self.rest) {
            Some(end) => {
                let (text, rest) = self.rest.split_at(end);
                (text, rest.get(1..).unwrap_or_default(), true)
            }
            None => (self.rest, [].as_slice(), false),
        };
        while let Some((b'\r', before)) = text.split_last() {
            text = before;
        }
        self.rest = rest;
        self.number = self.number.saturating_add(1);
        Some(Line { number: self.number, text, terminated })
    }
}

/// `bytes` without the byte order mark that some editors put before UTF-8.
pub(crate) fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<(u64, &[u8], bool)> {
        Lines::new(bytes).map(|line| (line.number, line.text, line.terminated)).collect()
    }

    #[test]
    fn line_ends_of_both_worlds() {
        assert_eq!(read(b""), vec![]);
        assert_eq!(read(b"\n"), vec![(1, b"".as_slice(), true)]);
        assert_eq!(
            read(b"a\r\n\r\nb\rc\nd"),
            vec![
                (1, b"a".as_slice(), true),
                (2, b"".as_slice(), true),
                (3, b"b\rc".as_slice(), true),
                (4, b"d".as_slice(), false),
            ]
        );
    }
}
