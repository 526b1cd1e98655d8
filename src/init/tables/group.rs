//! Tables of the same columns in several files, and what their columns can be by their names and values.

use std::collections::BTreeMap;

use stillstand_parsers::declared::{TimeForm, TimeUnit};

use super::sheet::{Sheet, is_nothing};

/// Files of the same columns.
#[derive(Debug)]
pub struct Group {
    /// Paths below the folder.
    pub files: Vec<String>,
    pub sheets: Vec<Sheet>,
    /// The columns that all of them have.
    pub names: Vec<String>,
}

/// The column that says when a row was.
#[derive(Debug, Clone, PartialEq)]
pub struct Time {
    pub column: usize,
    /// A format of strftime, where the values need one.
    pub format: Option<&'static str>,
}

/// Words for a time of day.
const TIMES: [&str; 25] = [
    "time",
    "timestamp",
    "date",
    "datetime",
    "epoch",
    "ts",
    "t",
    "unix",
    "when",
    "at",
    "start",
    "started",
    "begin",
    "sent",
    "end",
    "ended",
    "finished",
    "received",
    "answered",
    "zeit",
    "zeitstempel",
    "zeitpunkt",
    "datum",
    "uhrzeit",
    "beginn",
];
/// Words for a time that is that of an answer.
const ENDS: [&str; 6] = ["end", "ended", "finished", "received", "answered", "ende"];
/// Words for what is no time even if it was `sent` or `received` and is as large as seconds since 1970.
const AMOUNTS: [&str; 14] = [
    "bytes", "byte", "octets", "bits", "packets", "pkts", "kb", "mb", "gb", "kib", "mib", "gib", "count",
    "messages",
];
/// Words for a clock that counts from somewhere else.
const MONOTONIC: [&str; 3] = ["monotonic", "mono", "uptime"];
/// Words for how long something took.
const DURATIONS: [&str; 17] = [
    "latency",
    "latenz",
    "rtt",
    "response",
    "antwortzeit",
    "duration",
    "dauer",
    "elapsed",
    "took",
    "total",
    "delay",
    "verzögerung",
    "laufzeit",
    "responsetime",
    "rt",
    "roundtrip",
    "ttfb",
];
/// Words for what took the time that a column `request_time` tells.
const OF_REQUESTS: [&str; 8] = ["request", "req", "query", "call", "connect", "trip", "reply", "anfrage"];
/// Texts that may stand for durations of requests that failed.
const TEXTS: usize = 5;
/// Words for figures over several requests.
const SUMMARIES: [&str; 13] = [
    "avg",
    "mean",
    "average",
    "median",
    "min",
    "max",
    "std",
    "stddev",
    "percentile",
    "p50",
    "p90",
    "p95",
    "p99",
];

/// Forms of times that are not told by their text. Days and months that could be swapped are in none of both.
const FORMS: [&str; 8] = [
    "%d.%m.%Y %H:%M:%S%.f",
    "%d.%m.%Y, %H:%M:%S%.f",
    "%Y/%m/%d %H:%M:%S%.f",
    "%d.%m.%YT%H:%M:%S%.f",
    "%d.%m.%Y %H:%M:%S,%3f",
    "%Y-%m-%d %H:%M:%S:%3f",
    "%d/%m/%Y %H:%M:%S%.f",
    "%m/%d/%Y %H:%M:%S%.f",
];

/// The words of a name in small letters: `responseTime_ms` is `response`, `time`, `ms`.
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before: Option<char> = None;
    for c in name.chars() {
        let goes_on = before.is_some_and(|before| {
            before.is_alphanumeric() && c.is_alphanumeric() && !(before.is_lowercase() && c.is_uppercase())
        });
        if c.is_alphanumeric() || c == '%' {
            match words.last_mut().filter(|_| goes_on) {
                Some(word) => word.extend(c.to_lowercase()),
                None => words.push(c.to_lowercase().collect()),
            }
        }
        before = Some(c);
    }
    words
}

pub fn has_any(words: &[String], known: &[&str]) -> bool {
    words.iter().any(|word| known.contains(&word.as_str()))
}

impl Group {
    /// `None` where they have no columns in common.
    pub fn new(files: Vec<(String, Sheet)>) -> Option<Self> {
        let (files, sheets): (Vec<String>, Vec<Sheet>) = files.into_iter().unzip();
        let first = sheets.first()?;
        // One that is there twice cannot be declared by its name.
        let once = |name: &String| first.names.iter().filter(|known| *known == name).count() == 1;
        let everywhere = |name: &&String| sheets.iter().all(|sheet| sheet.names.contains(name));
        let names: Vec<String> =
            first.names.iter().filter(|name| once(name)).filter(everywhere).cloned().collect();
        let sheets = sheets.into_iter().map(|sheet| sheet.project(&names)).collect();
        (names.len() > 1).then_some(Self { files, sheets, names })
    }

    pub fn name(&self, column: usize) -> &str {
        self.names.get(column).map_or("", String::as_str)
    }

    pub fn words(&self, column: usize) -> Vec<String> {
        words(self.name(column))
    }

    pub fn columns(&self) -> std::ops::Range<usize> {
        0..self.names.len()
    }

    pub fn rows(&self) -> usize {
        self.sheets.iter().map(|sheet| sheet.rows.len()).sum()
    }

    /// The cells of a column, also those that stand for nothing.
    pub fn cells(&self, column: usize) -> impl Iterator<Item = &str> {
        let rows = self.sheets.iter().flat_map(|sheet| &sheet.rows);
        rows.filter_map(move |row| row.get(column)).map(String::as_str)
    }

    pub fn values(&self, column: usize) -> impl Iterator<Item = &str> {
        self.cells(column).filter(|cell| !is_nothing(cell))
    }

    /// How often each text stands in a column.
    pub fn counts(&self, column: usize) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for cell in self.cells(column) {
            *counts.entry(cell).or_default() += 1;
        }
        counts
    }

    /// The numbers of a column in each file; `None` if something else stands in it, or nothing.
    pub fn numbers(&self, column: usize) -> Option<Vec<Vec<f64>>> {
        let of_sheet = |sheet: &Sheet| {
            let cells = sheet.rows.iter().filter_map(|row| row.get(column)).filter(|cell| !is_nothing(cell));
            cells.map(|cell| sheet.number(cell)).collect::<Option<Vec<f64>>>()
        };
        let numbers: Vec<Vec<f64>> = self.sheets.iter().map(of_sheet).collect::<Option<_>>()?;
        numbers.iter().any(|numbers| !numbers.is_empty()).then_some(numbers)
    }

    pub fn is_number(&self, column: usize) -> bool {
        self.numbers(column).is_some()
    }

    /// Whether the numbers of a column are those of a counter: they never fall within a file, but for once or twice to less than half, as
    /// one that is full or is started anew does.
    pub fn counts_up(&self, column: usize) -> bool {
        const FALLS: usize = 2;
        const ROWS: usize = 10;
        let is_one = |numbers: &Vec<f64>| {
            let falls = || numbers.windows(2).filter(|pair| pair[1] < pair[0]);
            let count = falls().count();
            let is_low = falls().all(|pair| pair[1] < pair[0] / 2.0);
            let rises = numbers.windows(2).filter(|pair| pair[0] < pair[1]).count();
            // What happened now and then in an interval rises as seldom as it falls.
            let goes_on = rises >= ROWS * count && 4 * rises >= numbers.len();
            let fills_up = falls().all(is_full) && rises >= count + count;
            count == 0 || (count <= FALLS && is_low && goes_on) || fills_up
        };
        self.numbers(column).is_some_and(|files| {
            files.iter().all(is_one)
                && files.iter().any(|numbers| numbers.windows(2).any(|pair| pair[0] < pair[1]))
        })
    }

    /// Whether a counter fell as one of 32 bits does that is full.
    pub fn wraps_at_32_bits(&self, column: usize) -> bool {
        let falls = |numbers: &Vec<f64>| numbers.windows(2).any(is_full);
        let fits = |numbers: &Vec<f64>| numbers.iter().all(|number| *number < FULL);
        self.numbers(column).is_some_and(|files| files.iter().all(fits) && files.iter().any(falls))
    }

    /// Whether a number of a column is ever less than the one before in its file.
    pub fn falls(&self, column: usize) -> bool {
        self.numbers(column)
            .is_some_and(|files| files.iter().any(|numbers| numbers.windows(2).any(|pair| pair[1] < pair[0])))
    }

    /// The numbers of a column, without what else stands in it.
    pub fn readable(&self, column: usize) -> Vec<f64> {
        let of_sheet = |sheet: &Sheet| {
            let cells = sheet.rows.iter().filter_map(|row| row.get(column)).filter(|cell| !is_nothing(cell));
            cells.filter_map(|cell| sheet.number(cell)).collect::<Vec<f64>>()
        };
        self.sheets.iter().flat_map(of_sheet).collect()
    }

    /// Whether the numbers of a column never fall within a file, and rise in one.
    pub fn rises(&self, column: usize) -> bool {
        self.numbers(column).is_some_and(|files| {
            files.iter().all(|numbers| numbers.windows(2).all(|pair| pair[0] <= pair[1]))
                && files.iter().any(|numbers| numbers.first() < numbers.last())
        })
    }

    /// The first column that is a time of day in all rows; one of starts before one of ends.
    pub fn time(&self) -> Option<Time> {
        let times: Vec<Time> = self.columns().filter_map(|column| self.time_at(column)).collect();
        let first = times.iter().find(|time| !self.is_end(time.column));
        first.or(times.first()).cloned()
    }

    /// Whether the name of a column of times says that it is that of an answer.
    pub fn is_end(&self, column: usize) -> bool {
        has_any(&self.words(column), &ENDS)
    }

    /// Sizes in bytes look like seconds since 1970, latencies in ns as well: a number is a time only where its name says so.
    pub fn time_at(&self, column: usize) -> Option<Time> {
        let words = self.words(column);
        let is_number = self.is_number(column);
        if self.values(column).next().is_none()
            || (is_number
                && (!has_any(&words, &TIMES) || has_any(&words, &DURATIONS) || has_any(&words, &AMOUNTS)))
        {
            return None;
        }
        let all = |format: Option<&str>| {
            let form = format.map_or(Some(TimeForm::Told), TimeForm::named);
            form.is_some_and(|form| {
                let reads = |text: &&str| form.seconds(text, self.decimal_comma()).is_some();
                // Some rows may be damaged.
                let (all, read) = (self.values(column).count(), self.values(column).filter(reads).count());
                20 * read >= 19 * all
            })
        };
        if all(None) {
            return Some(Time { column, format: None });
        }
        let mut fitting = FORMS.into_iter().filter(|format| all(Some(format)));
        let format = fitting.next()?;
        fitting.next().is_none().then_some(Time { column, format: Some(format) })
    }

    fn decimal_comma(&self) -> bool {
        self.sheets.iter().any(|sheet| sheet.decimal_comma)
    }

    /// A column of seconds by a clock that counts from somewhere, such as the start of the host.
    pub fn monotonic(&self) -> Option<usize> {
        self.columns().find(|column| has_any(&self.words(*column), &MONOTONIC) && self.rises(*column))
    }

    /// A column of seconds since a start.
    pub fn elapsed(&self) -> Option<usize> {
        const WORDS: [&str; 12] = [
            "elapsed", "since", "time", "t", "seconds", "sec", "secs", "sekunden", "runtime", "laufzeit",
            "zeit", "offset",
        ];
        let is_it = |column: &usize| {
            let words = self.words(*column);
            has_any(&words, &WORDS) && !has_any(&words, &MONOTONIC) && self.rises(*column)
        };
        self.columns().find(is_it)
    }

    /// The texts of a column of which most are numbers, at most so many; `None` of any other.
    pub fn texts_among_numbers(&self, column: usize, most: usize) -> Option<Vec<String>> {
        let mut texts: BTreeMap<&str, usize> = BTreeMap::new();
        let mut numbers = 0_usize;
        for sheet in &self.sheets {
            let cells = sheet.rows.iter().filter_map(|row| row.get(column)).filter(|cell| !is_nothing(cell));
            for cell in cells {
                match sheet.number(cell) {
                    Some(_) => numbers += 1,
                    None => *texts.entry(cell).or_default() += 1,
                }
            }
        }
        let others: usize = texts.values().sum();
        (others < numbers && texts.len() <= most).then(|| texts.into_keys().map(str::to_owned).collect())
    }

    /// The first column whose name is no more than a unit of time, as `ms`, and that is no clock.
    pub fn called_as_unit(&self) -> Option<usize> {
        let is_it = |column: &usize| {
            TimeUnit::named(self.name(*column)).is_some() && self.is_number(*column) && !self.rises(*column)
        };
        self.columns().find(is_it)
    }

    /// A column of how long each row took, and not of several together.
    pub fn duration(&self) -> Option<usize> {
        let is_one = |column: &usize| {
            let words = self.words(*column);
            let is_named = DURATIONS.iter().position(|known| words.iter().any(|word| word == known));
            let is_of_requests = has_any(&words, &["time", "zeit"])
                && has_any(&words, &OF_REQUESTS)
                && !self.rises(*column)
                && self.time_at(*column).is_none();
            let is_single = !has_any(&words, &SUMMARIES)
                && !words.iter().any(|word| word.starts_with('p') && word[1..].parse::<u32>().is_ok());
            // `total` and `response` are also of other things.
            let is_time = is_named.is_some_and(|place| {
                let known = DURATIONS.get(place).copied().unwrap_or_default();
                !["total", "response"].contains(&known)
                    || has_any(&words, &["time", "zeit", "ms", "us", "ns"])
            });
            let is_clock = has_any(&words, &["elapsed", "total", "laufzeit"]) && self.rises(*column);
            let is_number = self.is_number(*column)
                || self.texts_among_numbers(*column, TEXTS).is_some_and(|texts| !texts.is_empty());
            is_single && (is_time || is_of_requests) && is_number && !is_clock
        };
        let rank = |column: &usize| {
            let words = self.words(*column);
            let known = DURATIONS.iter().position(|known| words.iter().any(|word| word == known));
            known.unwrap_or(DURATIONS.len())
        };
        self.columns().filter(is_one).min_by_key(rank)
    }

    /// Seconds of the time of each row of a file.
    pub fn times(&self, time: &Time) -> Vec<Vec<Option<f64>>> {
        let form = time.format.and_then(TimeForm::named).unwrap_or_default();
        let of_sheet = |sheet: &Sheet| {
            let cells = sheet.rows.iter().map(|row| row.get(time.column).map_or("", String::as_str));
            cells.map(|text| form.seconds(text, sheet.decimal_comma)).collect()
        };
        self.sheets.iter().map(of_sheet).collect()
    }
}

/// A group of files with these contents.
/// One more than a counter of 32 bits can hold.
const FULL: f64 = 4_294_967_296.0;

/// Whether between two readings a counter of 32 bits was full: it falls from the upper half of what it can hold to the lower.
fn is_full(pair: &[f64]) -> bool {
    matches!(pair, [one, next] if *next < FULL / 2.0 && (FULL / 2.0..FULL).contains(one))
}

#[cfg(test)]
pub fn group(texts: &[&str]) -> Group {
    let sheet = |(number, text): (usize, &&str)| {
        (format!("{number}.csv"), Sheet::read(text.as_bytes(), true).unwrap())
    };
    Group::new(texts.iter().enumerate().map(sheet).collect()).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        for (name, expected) in [
            ("responseTime_ms", &["response", "time", "ms"][..]),
            ("Latenz (ms)", &["latenz", "ms"]),
            ("HTTP-Status", &["http", "status"]),
            ("cpu %", &["cpu", "%"]),
            ("größeMB", &["größe", "mb"]),
        ] {
            assert_eq!(words(name), expected, "{name}");
        }
    }

    #[test]
    fn a_time_is_told_by_name_and_values() {
        let time = |text: &str| {
            let group = group(&[text]);
            group.time().map(|time| (group.name(time.column).to_owned(), time.format))
        };
        let told = |name: &str| Some((name.to_owned(), None));
        assert_eq!(time("bytes,ts\n1700000000,1700000001\n1700000002,1700000003\n"), told("ts"));
        assert_eq!(time("latency_time_ns,epoch_ms\n1700000000,1700000001000\n"), told("epoch_ms"));
        assert_eq!(time("finished,sent\n1700000000.5,1700000000.25\n"), told("sent"));
        assert_eq!(
            time("bytes_sent,epoch\n1700000000,1700000001\n"),
            told("epoch"),
            "what was sent is no time"
        );
        assert_eq!(time("a;t\n1;1700000000,5\n"), told("t"));
        assert_eq!(time("Zeit;a\n2026-11-21 14:25:44,123;1\n"), told("Zeit"));
        let form = |format| Some(("Zeit".to_owned(), Some(format)));
        assert_eq!(time("Zeit;a\n21.11.2026 14:25:44.123;1\n"), form("%d.%m.%Y %H:%M:%S%.f"));
        assert_eq!(time("Zeit;a\n21.11.2026 14:25:44,123;1\n"), form("%d.%m.%Y %H:%M:%S,%3f"));
        assert_eq!(time("Zeit;a\n2026-11-21 14:25:44:123;1\n"), form("%Y-%m-%d %H:%M:%S:%3f"));
        assert_eq!(time("Zeit;a\n21/11/2026 14:25:44;1\n"), form("%d/%m/%Y %H:%M:%S%.f"));
        assert_eq!(time("Zeit;a\n11/10/2026 14:25:44;1\n"), None, "day and month could be swapped");
        assert_eq!(time("t,a\n1.5,2\n"), None);
    }

    #[test]
    fn columns_have_a_part_by_their_names() {
        let group = group(&[
            "t_monotonic,elapsed_s,total,avg_latency_ms,latency_p99,latency\n5,1,9,2,3,4\n6,2,8,2,3,3\n",
        ]);
        assert_eq!((group.monotonic(), group.elapsed(), group.duration()), (Some(0), Some(1), Some(5)));
    }
}
