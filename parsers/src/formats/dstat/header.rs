//! The quoted rows above the numbers.
//!
//! They are few, so they are copied into strings. Quotes may be missing where a spreadsheet has saved the
//! file again, and unbalanced where someone has edited it. A spreadsheet may also have put semicolons for the
//! commas and decimal commas for the points: [`Dialect`].

use super::writer::Writer;
use crate::text::float;
use crate::time::yearless;

/// What stands between cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub separator: u8,
}

impl Dialect {
    /// As the programs write it.
    pub const COMMA: Self = Self { separator: b',' };
    const SEMICOLON: Self = Self { separator: b';' };

    /// Told by the row of subtitles, which is among the first lines.
    pub fn of<'a>(mut lines: impl Iterator<Item = &'a [u8]>) -> Self {
        let semicolons = lines.any(|line| Self::SEMICOLON.is_subtitles(line));
        if semicolons { Self::SEMICOLON } else { Self::COMMA }
    }
}

/// A row that is not one of numbers.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum HeaderRow {
    /// `"Dstat 0.7.0 CSV output"`
    Title { writer: Writer, version: String },
    /// `"Author:",…`
    Author,
    /// `"Host:",…,"User:",…` or `"Cmdline:",…,"Date:",…`; in dstat 0.5 `"Host:",…,"Date:",…` and `"Cmd:",…`
    About(About),
    /// Groups or subtitles.
    Names,
}

/// What the rows `Host:` and `Cmdline:` say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct About {
    pub host: Option<String>,
    pub user: Option<String>,
    pub command_line: Option<String>,
    pub date: Option<String>,
}

impl Dialect {
    /// Takes a row for what it is; `None` for a row of numbers.
    pub fn read(self, line: &[u8]) -> Option<HeaderRow> {
        // Rows of numbers are the many, and all but text cells begin with a digit.
        let first = *line.first()?;
        if (first.is_ascii_digit() && !line.starts_with(b"1m"))
            || matches!(first, b'-' | b'.')
            || first == self.separator
        {
            return None;
        }
        if let Some(title) = self.title(line) {
            return Some(title);
        }
        let start = self.first(line);
        if start == b"Author:" {
            return Some(HeaderRow::Author);
        }
        if ABOUT.iter().any(|key| key.as_bytes() == start) {
            return Some(HeaderRow::About(about(&self.cells(line))));
        }
        let names = if first == b'"' {
            // A spreadsheet may have quoted the time of a row.
            yearless::read(start).is_none()
        } else {
            self.is_groups(line) || self.is_subtitles(line)
        };
        names.then_some(HeaderRow::Names)
    }

    fn title(self, line: &[u8]) -> Option<HeaderRow> {
        let first = self.first(line);
        let rest = first.strip_suffix(b" CSV output").or_else(|| first.strip_suffix(b" CSV Output"))?;
        let space = memchr::memrchr(b' ', rest)?;
        let (name, version) = rest.split_at(space);
        let writer = Writer::of_title(name)?;
        Some(HeaderRow::Title { writer, version: String::from_utf8_lossy(version).trim().to_owned() })
    }

    pub fn is_title(self, line: &[u8]) -> bool {
        self.title(line).is_some()
    }

    /// Whether a line holds nothing but separators.
    pub fn is_blank(self, line: &[u8]) -> bool {
        line.iter().all(|byte| *byte == self.separator || byte.is_ascii_whitespace())
    }

    fn first(self, line: &[u8]) -> &[u8] {
        self.each(line).next().unwrap_or_default()
    }

    /// The cells of a row without quotes. A quote that is not closed ends with the line.
    pub fn each(self, line: &[u8]) -> Cells<'_> {
        Cells { rest: Some(line), separator: self.separator }
    }

    /// The cells of a header row, copied.
    pub fn cells(self, line: &[u8]) -> Vec<String> {
        let text = |cell: &[u8]| String::from_utf8_lossy(cell).replace('"', "").trim().to_owned();
        self.each(line).map(text).collect()
    }

    /// Whether a row holds names of groups.
    pub fn is_groups(self, line: &[u8]) -> bool {
        let mut known = false;
        for cell in self.each(line) {
            // `net/eth0:recv` is a subtitle; a row of numbers may begin with any word.
            if cell.contains(&b':') || float(cell).is_some() {
                return false;
            }
            let prefixes: [&[u8]; 3] = [b"net/", b"dsk/", b"io/"];
            known |= GROUPS.iter().any(|group| group.as_bytes() == cell)
                || prefixes.iter().any(|prefix| cell.starts_with(prefix));
        }
        known
    }

    /// Whether a row holds subtitles that only this family has side by side.
    pub fn is_subtitles(self, line: &[u8]) -> bool {
        if memchr::memchr(self.separator, line).is_none() {
            return false;
        }
        let bare = |cell: &[u8]| cell.rsplit(|byte| *byte == b':').next().map(<[u8]>::len);
        let mut before: &[u8] = b"";
        for cell in self.each(line) {
            let name = cell.get(cell.len().saturating_sub(bare(cell).unwrap_or(0))..).unwrap_or(cell);
            if PAIRS.iter().any(|[left, right]| left.as_bytes() == before && right.as_bytes() == name) {
                return true;
            }
            before = name;
        }
        false
    }

    /// Whether a quoted row has a column that only this family has. Weaker than [`Self::is_subtitles`].
    pub fn has_subtitle(self, line: &[u8]) -> bool {
        let known =
            |cell: &[u8]| matches!(cell, b"epoch" | b"time" | b"date/time") || cell.ends_with(b" process");
        self.is_subtitles(line) || (line.starts_with(b"\"") && self.each(line).any(known))
    }
}

const GROUPS: &[&str] =
    &["total cpu usage", "total usage", "memory usage", "load avg", "most expensive", "system", "paging"];

const PAIRS: &[[&str; 2]] =
    &[["usr", "sys"], ["recv", "send"], ["read", "writ"], ["used", "buff"], ["used", "free"], ["1m", "5m"]];

/// See [`Dialect::each`].
#[derive(Clone, Debug)]
pub(super) struct Cells<'a> {
    rest: Option<&'a [u8]>,
    separator: u8,
}

impl<'a> Iterator for Cells<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let line = self.rest.take()?;
        let mut quoted = false;
        let mut cell = line;
        for (at, byte) in line.iter().enumerate() {
            quoted ^= *byte == b'"';
            if *byte == self.separator && !quoted {
                let (before, after) = line.split_at(at);
                cell = before;
                self.rest = after.get(1..);
                break;
            }
        }
        Some(unquoted(cell))
    }
}

/// A cell without blanks and quotes around it.
pub(super) fn unquoted(cell: &[u8]) -> &[u8] {
    let mut cell = cell.trim_ascii();
    while let Some(inner) = cell.strip_prefix(b"\"") {
        cell = inner;
    }
    while let Some(inner) = cell.strip_suffix(b"\"") {
        cell = inner;
    }
    cell.trim_ascii()
}

const ABOUT: [&str; 5] = ["Host:", "User:", "Cmdline:", "Cmd:", "Date:"];

fn about(cells: &[String]) -> About {
    let mut about = About::default();
    let mut key = None;
    for cell in cells.iter().map(String::as_str).filter(|cell| !cell.is_empty()) {
        if ABOUT.contains(&cell) {
            key = Some(cell);
            continue;
        }
        match key.take() {
            Some("Host:") => about.host = Some(cell.to_owned()),
            Some("User:") => about.user = Some(cell.to_owned()),
            Some("Cmdline:" | "Cmd:") => about.command_line = Some(cell.to_owned()),
            Some("Date:") => about.date = Some(cell.to_owned()),
            _ => {}
        }
    }
    about
}

/// Seconds between two rows: the first argument that is no option. 1 where the command does not say.
pub(super) fn delay(command: &str) -> u32 {
    let numbers: Vec<u32> =
        command.split_ascii_whitespace().rev().map_while(|word| word.parse().ok()).take(2).collect();
    // `… 1 60` is delay and count, `… 1` the delay.
    numbers.last().copied().filter(|delay| *delay > 0).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_name_the_writer() {
        let title = |line: &str| match Dialect::COMMA.read(line.as_bytes()) {
            Some(HeaderRow::Title { writer, version }) => Some((writer, version)),
            _ => None,
        };
        assert_eq!(title("\"Dstat 0.6.9 CSV output\""), Some((Writer::Dstat, "0.6.9".to_owned())));
        assert_eq!(title("Dstat 0.7.2 CSV output,,,"), Some((Writer::Dstat, "0.7.2".to_owned())));
        assert_eq!(title("\"dool 1.3.1 CSV output\""), Some((Writer::Dool, "1.3.1".to_owned())));
        assert_eq!(title("\"pcp-dstat 6.2.0 CSV Output\""), Some((Writer::Pcp, "6.2.0".to_owned())));
        assert_eq!(title("\"My 1.0 CSV output\""), None);
        assert_eq!(title("\"Dstat 0.5.8 CSV output\";;"), None);
    }

    #[test]
    fn about_the_run() {
        let line = br#""Cmdline:","dstat -N eth0,eth1 1 60",,,,"Date:","26 Jan 2010 14:00:00 CET""#;
        let about = About {
            command_line: Some("dstat -N eth0,eth1 1 60".to_owned()),
            date: Some("26 Jan 2010 14:00:00 CET".to_owned()),
            ..About::default()
        };
        assert_eq!(Dialect::COMMA.read(line), Some(HeaderRow::About(about)));
        let old = br#""Host:","h",,,,"Date:","26 Jan 2010""#;
        let about =
            About { host: Some("h".to_owned()), date: Some("26 Jan 2010".to_owned()), ..About::default() };
        assert_eq!(Dialect::COMMA.read(old), Some(HeaderRow::About(about)));
        let author = br#""Author:","PCP team <pcp@groups.io>,,,,"URL:","http://x/""#;
        assert_eq!(Dialect::COMMA.read(author), Some(HeaderRow::Author));
    }

    #[test]
    fn delays() {
        assert_eq!(delay("dstat -T -c -m -n --output x.test 1 60"), 1);
        assert_eq!(delay("dstat -t -cdns --output=/tmp/dstat.csv 60"), 60);
        assert_eq!(delay("dstat --output dstat.csv"), 1);
        assert_eq!(delay(""), 1);
    }

    #[test]
    fn a_line_of_dstat_0_5() {
        let line = br#""Host:","h",,,,"Date:","31 Mar 2005 10:00:00 CEST""#;
        let Some(HeaderRow::About(about)) = Dialect::COMMA.read(line) else { panic!() };
        assert_eq!((about.host.as_deref(), about.user), (Some("h"), None));
        assert_eq!(about.date.as_deref(), Some("31 Mar 2005 10:00:00 CEST"));
        // An empty value does not swallow the next key.
        let line = br#""Host:","h",,,,"User:","",,"Date:","x""#;
        let Some(HeaderRow::About(about)) = Dialect::COMMA.read(line) else { panic!() };
        assert_eq!((about.user, about.date.as_deref()), (None, Some("x")));
    }

    #[test]
    fn spreadsheets_leave_their_marks() {
        let semicolons = [b"Dstat 0.7.2 CSV output;;;".as_slice(), b"epoch;usr;sys;idl"];
        assert_eq!(Dialect::of(semicolons.into_iter()), Dialect::SEMICOLON);
        assert_eq!(Dialect::of([b"\"a;b\",\"usr\",\"sys\"".as_slice()].into_iter()), Dialect::COMMA);
        assert_eq!(Dialect::COMMA.read(b"1m,5m,15m,used,free"), Some(HeaderRow::Names));
        assert_eq!(Dialect::COMMA.read(b"\"26-01 14:00:00\",1.0"), None);
        assert_eq!(Dialect::COMMA.read(b"Jan-26 14:00:00,1.0"), None);
        assert_eq!(Dialect::COMMA.read(b"system / 1.0,1.0"), None);
        assert_eq!(Dialect::COMMA.read(b"system,1.0"), None);
    }
}
