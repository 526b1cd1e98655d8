//! A row for each request to a service: when, how long it took, whether it worked.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash};

use polars::prelude::{BooleanChunked, IntoSeries, NewChunkedArray};

use super::DeclaredError;
use super::dated::{AtOnce, Dated, DatedRows, floats};
use super::table::{Cells, Fault, Key};
use super::value;
use crate::diagnostic::{Facts, Place};
use crate::format::{Description, Format, Marks, Parse};
use crate::frame::{Clock, Unit};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::parsed::{ParseError, Parsed};
use crate::time::unit::TimeUnit;

static DESCRIPTION: Description = Description {
    name: "probes",
    description: "requests to a service, a row each",
    written_by: "clients of people's own",
    begins_with: "columns that campaign.toml declares",
    file_names: &["probe"],
    clocks: &[Clock::Epoch, Clock::None],
    meaning: Meaning::Requests,
    marks: Marks::None,
    recognise: |_| false,
    parse: Parse::Whole(undeclared),
};

/// What such a table is once it is read. No file is recognised as one.
pub const PROBES: Format = Format::new(&DESCRIPTION);

fn undeclared(_: &[u8]) -> Result<Outcome, Unusable> {
    Err(unusable(Place::FILE, "the columns to be declared in campaign.toml", Default::default()))
}

/// Which columns of a table say what of its requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Probes {
    /// When a request was sent, or answered.
    pub dated: Dated,
    /// Whether it is the end of a request and not its start.
    pub time_is_end: bool,
    /// How long a request took, and in which unit.
    pub duration: Option<(Key, TimeUnit)>,
    /// Whether it worked. Without it, it did where it has a duration.
    pub success: Option<Success>,
    /// Whether the next request waits for the answer to the one before.
    pub is_closed_loop: bool,
}

/// Which column says whether a request worked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Success {
    /// The column.
    pub column: Key,
    /// The values that say that it did, all others saying that it did not; the usual ones are known without it.
    pub values: Option<Vec<String>>,
    /// In their place the values that say that it did not, all others saying that it did; a cell that says nothing is a failure.
    pub failures: Option<Vec<String>>,
}

/// Words for a request that worked.
const WORKED: [&str; 16] = [
    "ok",
    "success",
    "successful",
    "succeeded",
    "true",
    "yes",
    "y",
    "1",
    "pass",
    "passed",
    "up",
    "reply",
    "answered",
    "ja",
    "erfolg",
    "erfolgreich",
];
/// Words for one that did not. `000` is what curl writes where nothing answered.
const FAILED: [&str; 35] = [
    "fail",
    "failed",
    "failure",
    "error",
    "err",
    "false",
    "no",
    "n",
    "0",
    "000",
    "-1",
    "down",
    "lost",
    "timeout",
    "timedout",
    "timed out",
    "time out",
    "time-out",
    "timed-out",
    "refused",
    "connection refused",
    "connection-refused",
    "connectionrefused",
    "reset",
    "connection reset",
    "unreachable",
    "no answer",
    "unanswered",
    "aborted",
    "dropped",
    "exception",
    "nein",
    "fehler",
    "fehlgeschlagen",
    "zeitüberschreitung",
];

impl Success {
    /// `None` where nothing is known of the value.
    pub(super) fn says(&self, value: &str) -> Option<bool> {
        if let Some(values) = &self.values {
            return Some(values.iter().any(|known| known.eq_ignore_ascii_case(value)));
        }
        if let Some(failures) = &self.failures {
            return Some(!value::is_nothing(value) && !failures.iter().any(|known| is_same(known, value)));
        }
        Self::usually(value)
    }

    /// What a value usually says where no values are declared: whether a request worked. `None` where nothing is known of it.
    #[must_use]
    pub fn usually(value: &str) -> Option<bool> {
        let is_one_of = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(value));
        if is_one_of(&WORKED) {
            return Some(true);
        }
        if is_one_of(&FAILED) {
            return Some(false);
        }
        // A status of HTTP: an answer by a proxy that nobody is behind is none.
        let status = value::number(value, false).filter(|status| (100.0..600.0).contains(status))?;
        Some((200.0..300.0).contains(&status))
    }
}

/// Whether a cell is the declared text, or the number that it is: a client that writes 0 for what it did not get may write 0.0.
fn is_same(declared: &str, cell: &str) -> bool {
    let number = |text| value::number(text, true);
    declared.eq_ignore_ascii_case(cell) || number(declared).zip(number(cell)).is_some_and(|(a, b)| a == b)
}

#[derive(Clone, Debug, PartialEq)]
struct Request {
    duration_s: Option<f64>,
    worked: bool,
    /// What it says of that, where it is no word that is known: such a request failed.
    unknown: Option<String>,
}

impl Request {
    fn hash(&self, hasher: &mut DefaultHasher) {
        (self.duration_s.map(f64::to_bits), self.worked, &self.unknown).hash(hasher);
    }
}

impl Probes {
    /// Reads a table.
    ///
    /// # Errors
    ///
    /// A declared column is not there, or nothing can be used.
    pub fn read(&self, bytes: &[u8]) -> Result<Parsed, DeclaredError> {
        let mut columns = Vec::new();
        let mut place = |key| {
            columns.push(key);
            columns.len().saturating_sub(1)
        };
        let duration = self.duration.as_ref().map(|(key, unit)| (place(key), *unit));
        let success = self.success.as_ref().map(|success| (place(&success.column), success));
        let is_one = self.duration.as_ref().zip(self.success.as_ref()).is_some_and(|(a, b)| a.0 == b.column);
        let row = |cells: &Cells<'_>| request(cells, duration, success, is_one).map(Some);
        let mut rows = self.dated.read(PROBES, bytes, &columns, row)?;
        rows.count_once(AtOnce::Several, Request::hash);
        tell_unknown(&mut rows);
        self.frame(rows).map_err(DeclaredError::Unusable)
    }

    fn frame(&self, rows: DatedRows<Request>) -> Result<Parsed, ParseError> {
        let requests = || rows.rows();
        let worked = requests().map(|request| Some(request.worked));
        let columns = vec![
            (Unit::Seconds, floats("duration_s", requests().map(|request| request.duration_s))),
            (Unit::Count, BooleanChunked::from_iter_options("worked".into(), worked).into_series()),
        ];
        let mut facts = Facts::default();
        facts.set_float(
            "duration_resolution_s",
            value::resolution_s(requests().filter_map(|request| request.duration_s)),
        );
        facts.set_text("time_is", if self.time_is_end { b"end" } else { b"start" });
        facts.set_text("loop", if self.is_closed_loop { b"closed" } else { b"open" });
        rows.parsed("epoch_s", columns, facts, Vec::new())
    }
}

/// `is_one` says that duration and success are one column: what stands there for a failure is then no time.
fn request(
    cells: &Cells<'_>,
    duration: Option<(usize, TimeUnit)>,
    success: Option<(usize, &Success)>,
    is_one: bool,
) -> Result<Request, Fault> {
    let fault = |cell, code, expected: &'static str| Fault { cell, code, expected: expected.into() };
    let text = success.map(|(place, _)| cells.get(place).unwrap_or_default());
    let says = success.zip(text).map(|((_, success), text)| success.says(text));
    let is_time = !is_one || says == Some(Some(true));
    let duration = duration.filter(|_| is_time);
    let duration_s = match duration.map(|(place, unit)| (place, unit, cells.get(place).unwrap_or_default())) {
        Some((place, unit, text)) if !value::is_nothing(text) => {
            match value::number(text, cells.decimal_comma) {
                Some(number) if number == NO_ANSWER && says != Some(Some(true)) => None,
                // A word in the place of a number, such as `timeout`, is no damage in a request that failed.
                None if says.is_some_and(|says| says != Some(true))
                    && is_word(text)
                    && !cells.is_doubtful =>
                {
                    None
                }
                number => {
                    let seconds = number.map(|number| number / unit.per_second());
                    let seconds = seconds.filter(|seconds| (0.0..LONGEST_S).contains(seconds));
                    let unreadable = || fault(place, "duration-unreadable", "how long the request took");
                    Some(seconds.ok_or_else(unreadable)?)
                }
            }
        }
        Some(_) | None => None,
    };
    let (Some((place, _)), Some(text), Some(says)) = (success, text, says) else {
        return Ok(Request { duration_s, worked: duration_s.is_some(), unknown: None });
    };
    if says.is_none() && cells.is_doubtful {
        let expected =
            "a word or a status that says whether the request worked (`succeeds` lists those that do)";
        return Err(fault(place, "success-unknown", expected));
    }
    Ok(Request { duration_s, worked: says == Some(true), unknown: says.is_none().then(|| text.to_owned()) })
}

/// Words of which nothing is known are those of failures: programs have many names for them, and few for what worked. Each is
/// told, where it stands first.
fn tell_unknown(rows: &mut DatedRows<Request>) {
    let mut words: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (row, request) in rows.rows().enumerate() {
        if let Some(word) = &request.unknown {
            words.entry(word.clone()).or_insert((row, 0)).1 += 1;
        }
    }
    for (word, (row, count)) in words {
        rows.warn(row, "success-unknown", &word, || {
            format!(
                "it is not known whether a request that says this worked: {count} of them count as failed. `succeeds` in campaign.toml \
                 lists the values of those that worked"
            )
        });
    }
}

fn is_word(text: &str) -> bool {
    !text.contains(|c: char| c.is_ascii_digit())
}

/// What clients write for the duration of a request that nobody answered, in whichever unit.
const NO_ANSWER: f64 = -1.0;
/// No request takes longer, seconds.
const LONGEST_S: f64 = 1e6;

#[cfg(test)]
mod tests;
