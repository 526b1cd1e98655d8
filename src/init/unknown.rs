//! Tables of no known format whose rows have a time: what could be declared of them, for a person to correct.
//!
//! A heading tells what a column is, its values whether they can be that. Nothing of it is used before somebody has taken the
//! comment away: a unit in a name is a guess.

use std::collections::BTreeMap;

use stillstand_parsers::declared::{TimeForm, TimeUnit};

use super::Names;
use super::strings::literal;
use crate::input::load::{self, LoadedFile};

/// A table that could be declared.
#[derive(Debug)]
pub struct Unknown {
    /// One of its files, and how many there are.
    pub example: String,
    pub files: usize,
    /// What it would be: `series` or `events`.
    pub table: &'static str,
    /// The lines of `campaign.toml`.
    pub lines: Vec<String>,
}

/// Rows that are looked at.
const LOOKED_AT: usize = 200;
/// Fewer rows say nothing.
const ENOUGH: usize = 3;

/// The tables among files that are no logs.
pub fn unknown(others: &[LoadedFile], names: Option<&Names>) -> Vec<Unknown> {
    let mut found: BTreeMap<(String, Vec<String>), Unknown> = BTreeMap::new();
    for file in others {
        let Some(sheet) = load::head(&file.file.path).ok().and_then(|head| Sheet::read(&head)) else {
            continue;
        };
        let files = pattern(&file.file.relative, names);
        let key = (files.clone(), sheet.names.clone());
        if let Some(known) = found.get_mut(&key) {
            known.files += 1;
            continue;
        }
        if let Some((table, lines)) = sheet.declared(&files) {
            found.insert(key, Unknown { example: file.file.relative.clone(), files: 1, table, lines });
        }
    }
    found.into_values().collect()
}

/// The beginning of a table with a heading.
struct Sheet {
    names: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Sheet {
    fn read(head: &[u8]) -> Option<Self> {
        let text =
            std::str::from_utf8(head).or_else(|error| std::str::from_utf8(&head[..error.valid_up_to()]));
        let mut lines = text.ok()?.lines().filter(|line| !line.trim().is_empty());
        let heading = lines.next()?;
        let cells = |line: &str, delimiter: char| -> Vec<String> {
            line.split(delimiter).map(|cell| cell.trim().trim_matches('"').to_owned()).collect()
        };
        let delimiter =
            [',', ';', '\t'].into_iter().max_by_key(|delimiter| heading.matches(*delimiter).count())?;
        let names = cells(heading, delimiter);
        let is_name = |name: &String| name.starts_with(|c: char| c.is_alphabetic() || c == '_');
        let rows: Vec<Vec<String>> = lines
            .take(LOOKED_AT)
            .map(|line| cells(line, delimiter))
            .filter(|row| row.len() == names.len())
            .collect();
        (names.len() > 1 && names.iter().all(is_name) && rows.len() >= ENOUGH).then_some(Self { names, rows })
    }

    fn values(&self, column: usize) -> impl Iterator<Item = &str> {
        let cells = self.rows.iter().filter_map(move |row| row.get(column));
        cells.map(String::as_str).filter(|cell| !cell.is_empty())
    }

    fn has_values(&self, column: usize) -> bool {
        self.values(column).next().is_some()
    }

    /// Sizes in bytes look like seconds since 1970: a number is a time only where its name says so.
    fn is_time(&self, column: usize) -> bool {
        const WORDS: [&str; 10] =
            ["time", "timestamp", "date", "datetime", "epoch", "ts", "t", "unix", "when", "at"];
        let name = self.names.get(column).map(|name| name.to_lowercase()).unwrap_or_default();
        let says_so = name.split(|c: char| !c.is_alphanumeric()).any(|word| WORDS.contains(&word));
        let could_be = says_so || self.numbers(column).is_none();
        could_be && self.has_values(column) && self.values(column).all(|text| TimeForm::Told.reads(text))
    }

    fn numbers(&self, column: usize) -> Option<Vec<f64>> {
        let numbers: Option<Vec<f64>> = self.values(column).map(|text| text.parse().ok()).collect();
        numbers.filter(|numbers| !numbers.is_empty() && numbers.iter().all(|number| number.is_finite()))
    }

    fn rises(&self, column: usize) -> bool {
        self.numbers(column).is_some_and(|numbers| numbers.windows(2).all(|pair| pair[0] <= pair[1]))
    }

    fn named(&self, words: &[&str]) -> Option<usize> {
        self.names.iter().position(|name| words.contains(&name.to_lowercase().as_str()))
    }

    /// What the table would be, and the lines that declare it; `None` without a time or anything else.
    fn declared(&self, files: &str) -> Option<(&'static str, Vec<String>)> {
        let name = |column: usize| literal(self.names.get(column).map_or("", String::as_str));
        let time = (0..self.names.len()).find(|column| self.is_time(*column));
        let monotonic = self
            .named(&["t_monotonic", "monotonic", "monotonic_s", "mono"])
            .filter(|column| self.rises(*column));
        let elapsed =
            self.named(&["elapsed", "elapsed_s", "elapsed_sec", "elapsed_ms", "time", "seconds", "t"]);
        let elapsed = elapsed.filter(|column| self.rises(*column));
        let mut lines = Vec::new();
        let event = self.named(&["event", "marker", "phase", "what", "action"]);
        if let (Some(event), Some(time)) = (event.filter(|column| self.numbers(*column).is_none()), time) {
            lines.push("[[events]]".to_owned());
            lines.push(format!("files = {}", literal(files)));
            lines.push(format!("time = {}", name(time)));
            lines.extend(monotonic.map(|column| format!("monotonic = {}", name(column))));
            lines.push(format!("event = {}", name(event)));
            return Some(("events", lines));
        }
        lines.push("[[series]]".to_owned());
        lines.push(format!("files = {}", literal(files)));
        let clock = match (time, monotonic, elapsed) {
            (Some(time), ..) => {
                lines.push(format!("time = {}", name(time)));
                time
            }
            (None, Some(monotonic), _) => {
                lines.push(format!("monotonic = {}", name(monotonic)));
                monotonic
            }
            (None, None, Some(elapsed)) => {
                lines.push(format!("elapsed = {}", name(elapsed)));
                lines.push(
                    "since = \"benchmark_start\"   # the event of the run from which it counts".to_owned(),
                );
                elapsed
            }
            (None, None, None) => return None,
        };
        let quantities: Vec<String> = (0..self.names.len())
            .filter(|column| *column != clock && Some(*column) != monotonic && Some(*column) != elapsed)
            .filter(|column| self.numbers(*column).is_some() && !self.is_time(*column))
            .filter_map(|column| self.quantity(column))
            .collect();
        if quantities.is_empty() {
            return None;
        }
        lines.push("columns = [".to_owned());
        lines.extend(quantities);
        lines.push("]".to_owned());
        Some(("series", lines))
    }

    fn quantity(&self, column: usize) -> Option<String> {
        let name = self.names.get(column)?;
        let plain =
            |c: char| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_lowercase() } else { '_' };
        let metric: String = name.chars().map(plain).collect();
        let unit = unit(name);
        let counts = matches!(unit, "count" | "B" | "KiB" | "MiB" | "kB" | "MB")
            && self.rises(column)
            && self.numbers(column).is_some_and(|numbers| numbers.first() < numbers.last())
            && ["total", "count", "bytes", "packets", "sum"].iter().any(|word| metric.contains(word));
        let kind = if counts { ", kind = \"counter\"" } else { "" };
        Some(format!(
            "  {{ column = {}, metric = \"own.{metric}\", unit = \"{unit}\"{kind} }},",
            literal(name)
        ))
    }
}

/// The unit that the name of a column ends in, or `count`.
fn unit(name: &str) -> &'static str {
    let lower = name.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric() && c != '%').filter(|word| !word.is_empty()).collect();
    let is_rate = matches!(words.as_slice(), [.., "per", "s" | "sec" | "second"])
        || words.last().is_some_and(|word| matches!(*word, "tps" | "qps" | "rps" | "ops" | "iops"));
    let has = |all: &[&str]| words.iter().any(|word| all.contains(word));
    let size = [("mib", "MiB"), ("kib", "KiB"), ("mb", "MB"), ("kb", "kB"), ("bytes", "B")];
    let size = size.into_iter().find(|(word, _)| has(&[word])).map(|(_, unit)| unit);
    match size {
        Some("MiB") if is_rate => "MiB/s",
        Some("KiB") if is_rate => "KiB/s",
        Some("MB") if is_rate => "MB/s",
        Some("kB") if is_rate => "kB/s",
        Some(_) if is_rate => "B/s",
        Some(unit) => unit,
        None if is_rate => "1/s",
        None if has(&["percent", "pct", "%", "util", "utilization"]) => "%",
        None => match TimeUnit::of_column(name) {
            Some(TimeUnit::Seconds) => "s",
            Some(TimeUnit::Milli) => "ms",
            Some(TimeUnit::Micro) => "us",
            Some(TimeUnit::Nano) => "ns",
            None => "count",
        },
    }
}

/// A regular expression over the path: its last number is the repetition, others are any, and a folder that is a level of the only
/// factor is any level.
fn pattern(relative: &str, names: Option<&Names>) -> String {
    let relative = [".gz", ".zst"].iter().find_map(|end| relative.strip_suffix(end)).unwrap_or(relative);
    let mut factors = names.iter().flat_map(|names| &names.factors);
    let only = factors.next().filter(|_| factors.next().is_none());
    let folder = relative
        .split_once('/')
        .filter(|(folder, _)| only.is_some_and(|(_, levels)| levels.contains(*folder)));
    let (begin, rest) = match (folder, only) {
        (Some((_, rest)), Some((factor, _))) => (format!("^(?<{factor}>[^/]+)/"), rest),
        _ => ("^".to_owned(), relative),
    };
    let mut parts: Vec<String> = Vec::new();
    let mut numbers: Vec<usize> = Vec::new();
    let mut rest = rest;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, number) = rest.split_at(start);
        parts.push(regex::escape(before));
        numbers.push(parts.len());
        parts.push(r"\d+".to_owned());
        rest = number.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    parts.push(regex::escape(rest));
    if let Some(last) = numbers.last().and_then(|place| parts.get_mut(*place)) {
        *last = r"(?<repetition>\d+)".to_owned();
    }
    format!("{begin}{}$", parts.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(text: &str) -> Option<(&'static str, Vec<String>)> {
        Sheet::read(text.as_bytes())?.declared("^x-(?<repetition>\\d+)\\.csv$")
    }

    #[test]
    fn what_is_proposed_can_be_declared() {
        for (text, table, expected) in [
            (
                "free_bytes,t,cpu_percent,sent_bytes_total,rx_mib_per_s,note\n3000000000,1700000000,12,5,1,a\n3000000001,1700000001,13,9,2,b\n\
                 2900000000,1700000002,9,9,2,c\n",
                "series",
                &[
                    "time = 't'",
                    "own.free_bytes\", unit = \"B\" }",
                    "own.cpu_percent\", unit = \"%\" }",
                    "unit = \"B\", kind = \"counter\"",
                    "unit = \"MiB/s\" }",
                ][..],
            ),
            (
                "elapsed_sec;ops;p99_us\n1;5;7\n2;6;8\n3;5;7\n",
                "series",
                &["elapsed = 'elapsed_sec'", "since = ", "unit = \"1/s\"", "unit = \"us\""],
            ),
            (
                "t_monotonic,timestamp_unix,event\n1.5,1700000000.1,start\n2.5,1700000001.1,paused\n3.5,1700000002.1,end\n",
                "events",
                &["time = 'timestamp_unix'", "monotonic = 't_monotonic'", "event = 'event'"],
            ),
        ] {
            let (found, lines) = declared(text).unwrap();
            let all = lines.join("\n");
            assert_eq!(found, table, "{all}");
            for part in expected {
                assert!(all.contains(part), "{part}: {all}");
            }
            crate::input::config::Config::parse(&all).unwrap_or_else(|error| panic!("{all}: {error:#}"));
        }
    }

    #[test]
    fn what_has_no_time_or_no_number_is_no_table() {
        for text in [
            "a,b\n1,2\n3,4\n5,6\n",
            "time,name\n1700000000,x\n1700000001,y\n1700000002,z\n",
            "text\n",
            "1,2\n3,4\n5,6\n7,8\n",
        ] {
            assert!(declared(text).is_none(), "{text}");
        }
    }

    #[test]
    fn numbers_in_a_path_are_any() {
        assert_eq!(pattern("v2/run-12.csv.gz", None), r"^v\d+/run\-(?<repetition>\d+)\.csv$");
    }
}
