//! A long log that is surveyed while it is read, so that it is never held as a whole.
//!
//! One part of it is read from the disk while the one before is parsed. Deliberately absent: whatever is not a plain file of
//! one tool's lines; who gets nothing here reads the file as a whole, and learns there what is wrong with it.

use std::io::Read;
use std::path::Path;

use stillstand_parsers::{Survey, Surveyor};

use super::folder;

/// Bytes of a part.
const PART: usize = 2 << 20;
/// A file with fewer is read as a whole.
const LEAST: u64 = 2 * PART as u64;

/// What there is of the file between two reads.
struct Part {
    bytes: Vec<u8>,
    /// Where the last line ends, and where the bytes of the file do.
    whole: usize,
    end: usize,
}

impl Part {
    fn new() -> Self {
        Self { bytes: vec![0; PART], whole: 0, end: 0 }
    }

    /// Whole lines.
    fn lines(&self) -> &[u8] {
        &self.bytes[..self.whole]
    }

    /// The beginning of a line, which the next part goes on with.
    fn rest(&self) -> &[u8] {
        &self.bytes[self.whole..self.end]
    }

    /// Reads what comes behind the rest of the part before; none if there is a line that is longer than a part.
    fn fill(&mut self, file: &mut impl Read, rest: &[u8]) -> Option<()> {
        self.bytes[..rest.len()].copy_from_slice(rest);
        self.end = rest.len();
        while self.end < PART {
            match file.read(&mut self.bytes[self.end..]).ok()? {
                0 => break,
                more => self.end += more,
            }
        }
        self.whole = match self.bytes[..self.end].iter().rposition(|byte| *byte == b'\n') {
            _ if self.end < PART => self.end,
            line_end => line_end? + 1,
        };
        Some(())
    }
}

/// The survey of a log of at most so many bytes, with its first `rows` rows, or the whole log where that is more than any has; none if it is short, no plain file, or such that
/// all of it is needed at once, and whenever anything is wrong with reading it.
pub fn survey(path: &Path, most: u64, rows: usize) -> Option<Survey> {
    let mut file = folder::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    if !(LEAST..=most).contains(&length) {
        return None;
    }
    let (mut part, mut next) = (Part::new(), Part::new());
    part.fill(&mut file, b"")?;
    let mut surveyor = Surveyor::begin(part.lines(), usize::try_from(length).ok()?, rows)?;
    let mut read = 0;
    while !part.lines().is_empty() {
        read += part.lines().len() as u64;
        let (filled, surveyed) =
            rayon::join(|| next.fill(&mut file, part.rest()), || surveyor.read(part.lines()));
        filled.and(surveyed)?;
        std::mem::swap(&mut part, &mut next);
    }
    // Whoever writes on while it is read would have it surveyed as something shorter.
    if read == length { surveyor.finish() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: usize = 3;

    /// A log of dstat of a little more than so many bytes, of which the last line has no end.
    fn log(length: usize) -> String {
        let mut log = "\"Dstat 0.7.0 CSV output\"\n\"epoch\",\"net/total\"\n\"epoch\",\"recv\"\n".to_owned();
        for second in 0.. {
            if log.len() >= length {
                break;
            }
            log += &format!("{}.125,{second}.0\n", 1_264_516_180 + second);
        }
        log.trim_end().to_owned()
    }

    fn surveyed(log: &str) -> Option<Survey> {
        survey_of(log, ROWS)
    }

    fn survey_of(log: &str, rows: usize) -> Option<Survey> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, log).unwrap();
        survey(&path, u64::MAX, rows)
    }

    #[test]
    fn parts_give_what_the_whole_gives() {
        for damage in ["", "\n,\n", "1.0\n", "\u{feff}"] {
            let mut log = log(3 * PART);
            log.insert_str(PART / 2 * 3, damage);
            let whole = stillstand_parsers::survey(log.as_bytes(), ROWS).unwrap().remove(0).unwrap();
            let parts = surveyed(&log).unwrap();
            assert_eq!(parts.log.diagnostics, whole.log.diagnostics);
            assert_eq!((parts.log.rows, parts.log.facts), (whole.log.rows, whole.log.facts));
            assert_eq!(parts.log.frame.times(), whole.log.frame.times());
            assert_eq!(parts.log.frame.lines, whole.log.frame.lines);
            assert!(parts.head.df.equals_missing(&whole.head.df));
            let all = survey_of(&log, usize::MAX).unwrap().log;
            let read = stillstand_parsers::read(log.as_bytes()).unwrap().remove(0).unwrap();
            assert!(all.frame.df.equals_missing(&read.frame.df));
            assert_eq!((all.diagnostics, all.frame.columns), (read.diagnostics, read.frame.columns));
        }
    }

    #[test]
    fn what_needs_all_of_its_bytes_is_not_surveyed_in_parts() {
        let length = 3 * PART;
        assert!(surveyed(&log(1000)).is_none(), "short");
        assert!(surveyed(&log(length).replace("Dstat", "Some")).is_none(), "unknown");
        assert!(surveyed(&log(length).replace(".0\n", ".0 ")).is_none(), "a line without end");
        assert!(surveyed(&"FRAGMENT\n".repeat(length / 9)).is_none(), "of no tool");
        // Other tools may have written what ping did not.
        let replies: String = (1..length / 50)
            .map(|n| format!("64 bytes from 192.168.2.70: icmp_seq={} ttl=64 time=0.4 ms\n", n % 65_536))
            .collect();
        assert!(surveyed(&replies).is_some());
        assert!(surveyed(&(replies + "STREAM version $Revision: 5.10 $\n")).is_none());
    }
}
