//! Where in a log of QEMU or libvirt each of its migrations begins.
//!
//! With the command `migrate` after one that is over. Where the log holds no commands, after one that is over: with the
//! first answer that knows of none, that one is under way, or that another is over, which has other figures. A script
//! may number its experiments in lines of its own, `Experiment No: 3`: then each begins there, also one without an answer.

use super::{Field, Observation};
use crate::text::unsigned;

/// What people call what they do again and number.
const NUMBERED: [&[u8]; 10] = [
    b"experiment",
    b"repetition",
    b"iteration",
    b"run",
    b"trial",
    b"test",
    b"migration",
    b"measurement",
    b"round",
    b"cycle",
];
/// A longer line is no heading.
const LONGEST: usize = 80;

/// A line that numbers what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Heading {
    /// So many rows stand before it.
    row: usize,
    line: u64,
    /// The line without its number.
    label: Vec<u8>,
    number: u64,
}

/// Whether a line may number what follows: a word such as `Experiment`, and a number behind it.
pub(crate) fn is_heading(text: &[u8]) -> bool {
    Heading::read(0, 0, text).is_some()
}

impl Heading {
    pub fn read(row: usize, line: u64, text: &[u8]) -> Option<Self> {
        let text = text.trim_ascii();
        let first = text.iter().position(u8::is_ascii_alphabetic).filter(|_| text.len() <= LONGEST)?;
        let word = text.get(first..)?.split(|byte| !byte.is_ascii_alphabetic()).next()?;
        let is_known = |known: &&&[u8]| {
            word.eq_ignore_ascii_case(known)
                || word.strip_suffix(b"s").is_some_and(|one| one.eq_ignore_ascii_case(known))
        };
        NUMBERED.iter().find(is_known)?;
        let digit = text.iter().position(u8::is_ascii_digit)?;
        let (label, rest) = text.split_at_checked(digit)?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        // `Run 3`, `=== Experiment No: 3 of 10 ===`, and not `Run the test on host3 and wait`.
        let words = label.split(|byte| !byte.is_ascii_alphabetic()).filter(|word| !word.is_empty()).count();
        let number = unsigned(rest.get(..digits)?).filter(|_| words <= 2)?;
        Some(Self { row, line, label: label.to_ascii_lowercase(), number })
    }
}

/// Whether a job with this status is over.
fn is_over(status: &str) -> bool {
    matches!(status, "completed" | "failed" | "cancelled" | "error")
}

/// Whether a row shows that a migration was asked for or went on.
fn is_of_job(row: &Observation) -> bool {
    row.entry == "migrate" || row.status.as_deref().is_some_and(|status| status != "none")
}

/// Row and line with which each migration begins, the first with the first row.
pub(super) fn beginnings(rows: &[Observation], headings: &[Heading]) -> Vec<(usize, u64)> {
    let headings = numbering(rows, headings);
    let line = |row: usize| rows.get(row).map_or(0, |row| row.line);
    let mut found: Vec<(usize, u64)> = headings.iter().map(|heading| (heading.row, heading.line)).collect();
    let before = headings.first().map_or(0, |first| first.row);
    match found.first_mut() {
        // What stands before the first heading is of its experiment, unless it is a migration.
        Some(first) if !rows.get(..before).unwrap_or_default().iter().any(is_of_job) => first.0 = 0,
        Some(_) | None => found.insert(0, (0, line(0))),
    }
    let ends = found.iter().skip(1).map(|(row, _)| *row).chain([rows.len()]);
    let sections: Vec<(usize, usize)> = found.iter().map(|(row, _)| *row).zip(ends).collect();
    for (from, to) in sections {
        let again = further(rows.get(from..to).unwrap_or_default());
        found.extend(again.into_iter().map(|row| (from + row, line(from + row))));
    }
    // An experiment without an answer begins with the row of the next one.
    found.sort_by_key(|(row, line)| (*row, *line));
    found
}

/// The headings that number migrations: of one label, counting on, and with one migration or more under each that has
/// anything but the last. A script that numbers its questions has the same migration under several.
fn numbering<'h>(rows: &[Observation], headings: &'h [Heading]) -> Vec<&'h Heading> {
    let numbers = |label: &[u8]| -> Option<Vec<&'h Heading>> {
        let of_label: Vec<_> = headings.iter().filter(|heading| heading.label == label).collect();
        let counts_on = of_label.windows(2).all(|pair| pair[0].number.checked_add(1) == Some(pair[1].number));
        let has_job = |pair: &[&Heading]| {
            let section = rows.get(pair[0].row..pair[1].row).unwrap_or_default();
            let ended =
                |row: &Observation| row.entry == "migrate" || row.status.as_deref().is_some_and(is_over);
            section.is_empty() || section.iter().any(ended)
        };
        (of_label.len() > 1 && counts_on && of_label.windows(2).all(has_job)).then_some(of_label)
    };
    headings.iter().find_map(|heading| numbers(&heading.label)).unwrap_or_default()
}

/// The rows in which a further migration begins.
fn further(rows: &[Observation]) -> Vec<usize> {
    let commands = rows.iter().any(|row| row.entry == "migrate");
    let mut found = Vec::new();
    // The last word of the one that is over, and the first answer after it that knows of none.
    let (mut over, mut none): (Option<&Observation>, Option<usize>) = (None, None);
    for (at, row) in rows.iter().enumerate() {
        let ended = row.status.as_deref().is_some_and(is_over);
        let under_way = row.status.as_deref().is_some_and(|status| status != "none") && !ended;
        let begins = match over {
            None => false,
            Some(_) if commands => row.entry == "migrate",
            Some(last) => under_way || (ended && are_of_two_jobs(last, row)),
        };
        if begins {
            found.push(none.filter(|_| !commands).unwrap_or(at));
            (over, none) = (None, None);
        }
        if ended {
            (over, none) = (Some(row), None);
        } else if over.is_some() && row.status.as_deref() == Some("none") {
            none = none.or(Some(at));
        }
    }
    found
}

/// Whether two answers that a job is over are of two jobs: what it took and sent no longer changes.
fn are_of_two_jobs(one: &Observation, other: &Observation) -> bool {
    let differ = |field: Field| {
        let of = |row: &Observation| row.get(field).filter(|value| *value > 0.0);
        of(one).zip(of(other)).is_some_and(|(one, other)| one != other)
    };
    differ(Field::TotalTime) || differ(Field::Transferred) || differ(Field::Downtime)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Diagnostics, Place};
    use crate::shared::hypervisor::STATUS;

    fn rows(words: &str) -> Vec<Observation> {
        let mut rows = Vec::new();
        for (at, word) in words.split(' ').enumerate() {
            let line = at as u64 + 1;
            if word == "migrate" {
                rows.push(Observation::new(line, None, "migrate"));
                continue;
            }
            let (status, total) = word.split_once('/').unwrap_or((word, "0"));
            let mut row = Observation::new(line, None, STATUS);
            row.set_status(status.as_bytes(), Place::FILE, &mut Diagnostics::default());
            row.set(Field::TotalTime, total.parse().unwrap());
            rows.push(row);
        }
        rows
    }

    fn check(words: &str, expected: &[usize]) {
        let found: Vec<usize> = beginnings(&rows(words), &[]).into_iter().map(|(row, _)| row).collect();
        assert_eq!(found, expected, "{words}");
    }

    #[test]
    fn a_migration_begins_after_one_that_is_over() {
        check("none active completed/7 completed/7", &[0]);
        check("migrate active completed/7 migrate active completed/8", &[0, 3]);
        check("migrate failed migrate active completed/8", &[0, 2]);
        check("active completed/7 active completed/8", &[0, 2]);
        check("active completed/7 none none active completed/8 none", &[0, 2]);
        check("completed/7 completed/5 completed/5 completed/9", &[0, 1, 3]);
        check("active cancelling failed/3 cancelled", &[0]);
    }

    #[test]
    fn headings_begin_experiments() {
        let heading = |row, line, text: &str| Heading::read(row, line, text.as_bytes()).unwrap();
        let two = [heading(0, 1, "Experiment No: 1"), heading(1, 3, "Experiment No: 2")];
        assert_eq!(beginnings(&rows("completed/7 completed/7"), &two), [(0, 1), (1, 3)]);
        let third = [&two[..], &[heading(2, 5, "experiment no: 3")]].concat();
        assert_eq!(beginnings(&rows("completed/7 completed/7"), &third), [(0, 1), (1, 3), (2, 5)]);
        // Rounds of pre-copy that a script numbers.
        let rounds = [heading(0, 1, "round 1"), heading(1, 3, "round 2")];
        assert_eq!(beginnings(&rows("active completed/7"), &rounds), [(0, 1)]);
        assert!(!is_heading(b"Run the test on host3 and wait") && !is_heading(b"wait 3"));
        assert!(is_heading(b"===== Run #12 of 30 ====="));
    }
}
