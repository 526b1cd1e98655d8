//! Whether the numbers in names may be conditions, where nothing but the default naming says that they are repetitions.
//!
//! `c01-ping.log … c81-ping.log` may be 81 repetitions of `c` or 81 configurations, `vm128-ping.log` and `vm512-ping.log` two
//! sizes. Nobody can know. They are taken for repetitions, and this says so where there is reason to doubt:
//!
//! * a file in the folder lists the names, as a table of results or of settings does;
//! * the numbers do not count on: 128, 256, 512; or each is twice the one before: 1, 2, 4;
//! * there are many, each with a single log, of the only condition that there is.
//!
//! Five repetitions beside those of other loads are no reason, nor are those of `none`, or of `run`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::load::head;
use crate::input::config;

/// The words that people write before the number of a repetition.
pub const BEFORE_REPETITION: [&str; 24] = [
    "run",
    "runs",
    "rep",
    "repetition",
    "repeat",
    "r",
    "iteration",
    "iter",
    "it",
    "i",
    "n",
    "no",
    "nr",
    "num",
    "trial",
    "try",
    "test",
    "round",
    "pass",
    "wdh",
    "wiederholung",
    "lauf",
    "durchlauf",
    "versuch",
];

/// Nobody repeats one experiment so often without another one to compare with; nor writes zeros in front of fewer.
const MANY: usize = 20;
const MANY_WITH_ZEROS: usize = 10;
/// A list names at least so many.
const LISTED: usize = 3;
/// Numbers that count on may lack some: those of runs that failed.
const GAPS: u32 = 3;
const SMALL: u32 = 10;
/// So many files are searched for lists.
const FILES: usize = 20;

/// A log, and what its name was taken for.
pub struct Numbered<'a> {
    pub relative: &'a str,
    pub condition: String,
    pub repetition: u32,
}

impl Numbered<'_> {
    /// The condition with its number as they are written in the name: `c01`.
    fn written(&self) -> Option<&str> {
        self.relative.split('/').find_map(|part| {
            let behind = part.strip_prefix(self.condition.as_str())?;
            let digits = behind.trim_start_matches(['_', '-']);
            let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
            let number = digits.get(..end)?.parse::<u32>().ok()?;
            let length = part.len() - digits.len() + end;
            part.get(..length).filter(|_| number == self.repetition)
        })
    }

    fn has_zeros(&self) -> bool {
        let digits = |written: &str| {
            let start = written.trim_end_matches(|c: char| c.is_ascii_digit()).len();
            written[start..].starts_with('0')
        };
        self.written().is_some_and(digits)
    }
}

/// Why the numbers of a condition may be none of repetitions; of several conditions the first. `others` are files in the folder
/// that are no logs.
pub fn doubt(logs: &[Numbered<'_>], others: &[&str], folder: &Path) -> Option<String> {
    let mut conditions: BTreeMap<&str, Vec<&Numbered<'_>>> = BTreeMap::new();
    for log in logs {
        conditions.entry(&log.condition).or_default().push(log);
    }
    let is_alone = conditions.len() == 1;
    conditions.into_iter().find_map(|(condition, logs)| {
        let numbers: BTreeSet<u32> = logs.iter().map(|log| log.repetition).collect();
        if numbers.len() < 2 || means_repetition(condition) {
            return None;
        }
        let why = listed(&logs, others, folder)
            .or_else(|| scattered(&numbers))
            .or_else(|| doubling(&numbers))
            .or_else(|| many(&logs, numbers.len()).filter(|_| is_alone))?;
        Some(format!(
            "{} repetitions of one condition \u{201c}{condition}\u{201d} are assumed from the numbers in the names, but {why}. If they are \
             different conditions, set `naming.pattern` in campaign.toml so that the number is part of a factor: \
             '^(?<load>[^/-]+)-(?<source>[^/.-]+)\\.[^/.]+$'; if they are repetitions, a pattern with the group `repetition` says so",
            numbers.len()
        ))
    })
}

/// Whether the word says itself that a number behind it counts repetitions, or of what there is only one.
fn means_repetition(condition: &str) -> bool {
    let word = condition.to_lowercase();
    config::is_reference_level(&word) || BEFORE_REPETITION.contains(&word.as_str())
}

/// A file that lists the names.
fn listed(logs: &[&Numbered<'_>], others: &[&str], folder: &Path) -> Option<String> {
    let names: BTreeSet<&str> = logs.iter().filter_map(|log| log.written()).collect();
    let needed = LISTED.max(names.len() / 2);
    if names.len() < needed {
        return None;
    }
    others.iter().take(FILES).find_map(|other| {
        let text = head(&folder.join(other)).ok()?;
        let words: BTreeSet<&[u8]> =
            text.split(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'_' | b'-')).collect();
        let found = names.iter().filter(|name| words.contains(name.as_bytes())).count();
        (found >= needed).then(|| format!("{other} lists {found} of them by name"))
    })
}

/// Numbers that do not count on.
fn scattered(numbers: &BTreeSet<u32>) -> Option<String> {
    let (count, last) = (u32::try_from(numbers.len()).ok()?, *numbers.last()?);
    let span = last - numbers.first()?;
    let is_scattered = span >= SMALL && span / count >= GAPS;
    let first: Vec<String> = numbers.iter().take(LISTED).map(u32::to_string).collect();
    let more = if numbers.len() > LISTED { ", …" } else { "" };
    is_scattered.then(|| format!("they do not count on: {}{more}", first.join(", ")))
}

/// Three or more numbers of which each is twice the one before.
fn doubling(numbers: &BTreeSet<u32>) -> Option<String> {
    let all: Vec<u32> = numbers.iter().copied().collect();
    let doubles = all.len() >= LISTED && all.windows(2).all(|pair| pair[0].checked_mul(2) == Some(pair[1]));
    let all = all.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    doubles.then(|| format!("each is twice the one before: {all}"))
}

/// Many with one log each.
fn many(logs: &[&Numbered<'_>], count: usize) -> Option<String> {
    let zeros = logs.iter().any(|log| log.has_zeros());
    let many = if zeros { MANY_WITH_ZEROS } else { MANY };
    (logs.len() == count && count >= many)
        .then(|| "there is no other condition and each has a single log".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(logs: &[(&str, &str, u32)], expected: Option<&str>) {
        let logs: Vec<Numbered<'_>> = logs
            .iter()
            .map(|(relative, condition, repetition)| Numbered {
                relative,
                condition: (*condition).to_owned(),
                repetition: *repetition,
            })
            .collect();
        let found = doubt(&logs, &[], Path::new(""));
        match expected {
            None => assert_eq!(found, None),
            Some(why) => assert!(found.as_ref().is_some_and(|found| found.contains(why)), "{found:?}"),
        }
    }

    fn of(
        condition: &str,
        numbers: impl Iterator<Item = u32>,
        written: fn(&str, u32) -> String,
    ) -> Vec<(String, u32)> {
        numbers.map(|number| (written(condition, number), number)).collect()
    }

    #[test]
    fn numbers_that_may_be_conditions() {
        let all = |condition: &str, logs: &[(String, u32)], expected: Option<&str>| {
            let logs: Vec<_> = logs.iter().map(|(name, n)| (name.as_str(), condition, *n)).collect();
            check(&logs, expected);
        };
        let padded = |condition: &str, n: u32| format!("{condition}{n:02}-ping.log");
        let plain = |condition: &str, n: u32| format!("{condition}{n}-ping.log");
        all("c", &of("c", 1..=81, padded), Some("81 repetitions of one condition \u{201c}c\u{201d}"));
        all("c", &of("c", 1..=81, padded), Some("no other condition"));
        all("mem", &of("mem", 1..=12, padded), Some("no other condition"));
        all("mem", &of("mem", 1..=12, plain), None);
        all("none", &of("none", 1..=40, padded), None);
        all("run", &of("run", 1..=40, padded), None);
        all("vm", &of("vm", [128, 256, 512].into_iter(), plain), Some("do not count on: 128, 256, 512"));
        all("mem", &of("mem", [1, 2, 4, 7].into_iter(), plain), None);
    }

    #[test]
    fn repetitions_beside_those_of_other_loads_are_such() {
        let logs = [1, 2, 3, 4, 5].into_iter().flat_map(|n| [("none", n), ("memtester", n)]);
        let names: Vec<(String, &str, u32)> =
            logs.map(|(load, n)| (format!("{load}{n}-ping.log"), load, n)).collect();
        let logs: Vec<_> = names.iter().map(|(name, load, n)| (name.as_str(), *load, *n)).collect();
        check(&logs, None);
    }
}
