//! A row for each request to a service: when, how long it took, whether it worked.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash};

use polars::prelude::{BooleanChunked, IntoSeries, NewChunkedArray};

use super::DeclaredError;
use super::dated::{AtOnce, Dated, DatedRows, floats};
use super::success::Success;
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
        rows.tell_of_summer_time();
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
        // Without any of them a failure that came back fast looks like an answer.
        let tells_success = self.success.is_some() || requests().any(|request| !request.worked);
        facts.set_text("success", if tells_success { b"told" } else { b"not told" });
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
