//! A row for each event of a migration: when, and what.
//!
//! ```text
//! t_monotonic,timestamp_unix,event,details
//! 19731.120,1784063959.233,migration_started,
//! 19733.331,1784063961.443,migration_end,
//! ```
//!
//! People call the same by many names. Of those that are known for a mark, or declared, the first that is in the table stands for
//! it, so that `migration_requested` and `migration_started` are not two migrations.

use polars::prelude::{Float64Chunked, IntoSeries, NewChunkedArray, StringChunked, UInt32Chunked};

use super::DeclaredError;
use super::table::{self, Cells, Fault, Key, Refused, Rows};
use super::value::{self, Time, TimeForm};
use crate::diagnostic::{Facts, Place};
use crate::format::{Description, Format, Marks, Parse};
use crate::frame::{Clock, FrameBuilder, Unit};
use crate::lines;
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::parsed::{ParseError, Parsed};
use crate::part::{Part, consecutive};
use crate::time::unit::TimeUnit;

static DESCRIPTION: Description = Description {
    name: "events",
    description: "events of a migration, a row each",
    written_by: "scripts of people's own",
    begins_with: "columns that campaign.toml declares",
    file_names: &["events"],
    clocks: &[Clock::Epoch, Clock::None],
    meaning: Meaning::Events,
    marks: Marks::None,
    recognise: |_| false,
    parse: Parse::Whole(undeclared),
};

/// What such a table is once it is read. No file is recognised as one.
pub const EVENTS: Format = Format::new(&DESCRIPTION);

fn undeclared(_: &[u8]) -> Result<Outcome, Unusable> {
    Err(unusable(Place::FILE, "the columns to be declared in campaign.toml", Default::default()))
}

/// What an event says of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// The migration was requested.
    Request,
    /// From now on pages come when the VM asks for them.
    PostCopy,
    /// The VM stopped on the source.
    Stop,
    /// The VM ran on the target.
    Resume,
    /// The migration was over, and had completed.
    End,
    /// It was over, and had failed.
    Failure,
}

impl Mark {
    /// All of them, in the order in which they happen.
    pub const ALL: [Self; 6] =
        [Self::Request, Self::PostCopy, Self::Stop, Self::Resume, Self::End, Self::Failure];

    /// One word for it, as it stands in the column `mark` and in `campaign.toml`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::PostCopy => "postcopy",
            Self::Stop => "stop",
            Self::Resume => "resume",
            Self::End => "end",
            Self::Failure => "failure",
        }
    }

    /// The mark of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mark| mark.name() == name)
    }

    /// What people call it, the plainest first, in small letters with `_` between words.
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Request => &[
                "migration_requested",
                "migrate_requested",
                "migration_request",
                "migrate_request",
                "migration_started",
                "migration_start",
                "migrate_start",
                "migrate_started",
                "migration_begin",
                "migration_triggered",
                "start_migration",
                "migrate",
                "migration",
                "request",
                "requested",
                "trigger",
                "start",
                "begin",
            ],
            Self::PostCopy => &["postcopy_started", "postcopy_start", "post_copy_started", "postcopy_active"],
            Self::Stop => &[
                "source_stopped",
                "vm_stopped",
                "vm_paused",
                "guest_stopped",
                "source_paused",
                "stopped",
                "paused",
                "stop",
                "pause",
            ],
            Self::Resume => &[
                "destination_resumed",
                "target_resumed",
                "vm_resumed",
                "guest_resumed",
                "destination_running",
                "target_running",
                "resumed",
                "resume",
            ],
            Self::End => &[
                "migration_completed",
                "migration_complete",
                "migration_finished",
                "migration_done",
                "migration_end",
                "migration_ended",
                "migrate_end",
                "migrate_done",
                "completed",
                "finished",
                "done",
                "end",
            ],
            Self::Failure => &[
                "migration_failed",
                "migration_error",
                "migration_aborted",
                "migration_cancelled",
                "migrate_failed",
                "failed",
                "aborted",
            ],
        }
    }
}

/// As words are compared: in small letters, with `_` for what stands between them.
fn plain(text: &str) -> String {
    let words = text.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_").to_lowercase()
}

/// Which columns of a table say what of its events.
#[derive(Clone, Debug, PartialEq)]
pub struct Events {
    /// When it was.
    pub time: Key,
    /// How that is written.
    pub time_form: TimeForm,
    /// The same instant by a clock that counts from somewhere else, such as from the start of the host, and its unit.
    pub monotonic: Option<(Key, TimeUnit)>,
    /// What it was.
    pub event: Key,
    /// The words for a mark in the place of those that are known.
    pub words: Vec<(Mark, Vec<String>)>,
    /// Only rows that have this value in this column.
    pub only: Vec<(Key, String)>,
    /// What stands between columns; told by the first line without it.
    pub delimiter: Option<u8>,
}

#[derive(Clone, Debug, PartialEq)]
struct Event {
    time: Time,
    monotonic_s: Option<f64>,
    text: String,
}

/// Places of the columns among those that are asked for.
const TIME: usize = 0;
const EVENT: usize = 1;

impl Events {
    /// Reads a table: a row for each event with `time` (seconds since 1970, or `local_s` without a zone), `monotonic_s`, `event` as it
    /// is written, and its `mark` where it is one. The parts are the migrations, each from its request on, where there are several.
    ///
    /// # Errors
    ///
    /// A declared column is not there, or nothing can be used.
    pub fn read(&self, bytes: &[u8]) -> Result<Parsed, DeclaredError> {
        let mut wanted = vec![&self.time, &self.event];
        let mut place = |key| {
            wanted.push(key);
            wanted.len().saturating_sub(1)
        };
        let monotonic = self.monotonic.as_ref().map(|(key, unit)| (place(key), *unit));
        let only: Vec<(usize, &str)> =
            self.only.iter().map(|(key, value)| (place(key), value.as_str())).collect();
        let row = |cells: &Cells<'_>| {
            let is_wanted = |(place, value): &(usize, &str)| cells.get(*place) == Some(*value);
            if only.iter().all(is_wanted) { self.event(cells, monotonic).map(Some) } else { Ok(None) }
        };
        match table::read(lines::without_bom(bytes), &wanted, self.delimiter, row) {
            Ok(rows) => self.frame(rows).map_err(DeclaredError::Unusable),
            Err(Refused::Column(missing)) => Err(DeclaredError::Column(missing)),
            Err(Refused::Unusable(Unusable { line, expected, found, diagnostics })) => {
                Err(ParseError { format: EVENTS, line, expected, found, diagnostics }.into())
            }
        }
    }

    fn event(&self, cells: &Cells<'_>, monotonic: Option<(usize, TimeUnit)>) -> Result<Event, Fault> {
        let fault = |cell, code, expected: String| Fault { cell, code, expected: expected.into() };
        let time = cells.get(TIME).and_then(|text| self.time_form.read(text, cells.decimal_comma));
        let time = time.ok_or_else(|| fault(TIME, "time-unreadable", self.time_form.expected()))?;
        let monotonic_s = monotonic.and_then(|(place, unit)| {
            let number = value::number(cells.get(place)?, cells.decimal_comma)?;
            Some(number / unit.per_second()).filter(|seconds| seconds.is_finite())
        });
        let text = cells.get(EVENT).filter(|text| !value::is_nothing(text));
        let text = text.ok_or_else(|| fault(EVENT, "event-missing", "what happened".to_owned()))?.to_owned();
        Ok(Event { time, monotonic_s, text })
    }

    /// The mark of each event, and of each mark the word that stands for it in this table.
    fn marks(&self, events: &[&Event]) -> Vec<Option<Mark>> {
        let plain_texts: Vec<String> = events.iter().map(|event| plain(&event.text)).collect();
        let mut marks = vec![None; events.len()];
        for mark in Mark::ALL {
            let declared = self.words.iter().find(|(declared, _)| *declared == mark);
            let words: Vec<String> = match declared {
                Some((_, words)) => words.iter().map(|word| plain(word)).collect(),
                None => mark.words().iter().map(|word| (*word).to_owned()).collect(),
            };
            let Some(word) = words.iter().find(|word| plain_texts.contains(word)) else { continue };
            for (known, text) in marks.iter_mut().zip(&plain_texts) {
                if text == word {
                    *known = Some(mark);
                }
            }
        }
        marks
    }

    fn frame(&self, rows: Rows<Event>) -> Result<Parsed, ParseError> {
        let Rows { rows, count, diagnostics } = rows;
        let events: Vec<&Event> = rows.iter().map(|(_, event)| event).collect();
        let marks = self.marks(&events);
        let floats = |name: &str, of: fn(&Event) -> Option<f64>| {
            Float64Chunked::from_iter_options(name.into(), events.iter().map(|event| of(event))).into_series()
        };
        let mut columns = FrameBuilder::default();
        let is_placed = events.iter().any(|event| event.time.epoch_s.is_some());
        columns.push(Unit::EpochSeconds, floats("time", |event| event.time.epoch_s));
        if events.iter().any(|event| event.time.local_s.is_some()) {
            columns.push(Unit::Seconds, floats("local_s", |event| event.time.local_s));
        }
        if self.monotonic.is_some() {
            columns.push(Unit::Seconds, floats("monotonic_s", |event| event.monotonic_s));
        }
        let texts = |name: &str, values: Vec<Option<&str>>| {
            StringChunked::from_iter_options(name.into(), values.into_iter()).into_series()
        };
        columns
            .push(Unit::Text, texts("event", events.iter().map(|event| Some(event.text.as_str())).collect()));
        let names = marks.iter().map(|mark| mark.map(Mark::name)).collect();
        columns.push(Unit::Text, texts("mark", names));
        let lines = || rows.iter().map(|(line, _)| u32::try_from(*line).ok());
        columns.push(Unit::Count, UInt32Chunked::from_iter_options("line".into(), lines()).into_series());
        let requests = marks.iter().enumerate().filter(|(_, mark)| **mark == Some(Mark::Request));
        let beginnings: Vec<(usize, Part)> = requests
            .map(|(row, _)| (row, Part { line: rows.get(row).map(|(line, _)| *line), ..Part::default() }))
            .collect();
        let parts = match beginnings.len() {
            0 | 1 => Vec::new(),
            _ => consecutive(beginnings, rows.len()),
        };
        let mut facts = Facts::default();
        let times = events.iter().filter_map(|event| event.time.any_s());
        facts.set_float("time_resolution_s", value::resolution_s(times));
        let clock = if is_placed { Clock::Epoch } else { Clock::None };
        let diagnostics = diagnostics.finish();
        match columns.finish(clock) {
            Ok(frame) => {
                Ok(Parsed { format: EVENTS, version: None, frame, facts, parts, rows: count, diagnostics })
            }
            Err(error) => {
                let expected =
                    format!("columns that fit together; this is a mistake in the parser ({error})");
                Err(ParseError { format: EVENTS, line: None, expected, found: None, diagnostics })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events() -> Events {
        Events {
            time: Key::Name("timestamp_unix".to_owned()),
            time_form: TimeForm::Told,
            monotonic: Some((Key::Name("t_monotonic".to_owned()), TimeUnit::Seconds)),
            event: Key::Name("event".to_owned()),
            words: Vec::new(),
            only: Vec::new(),
            delimiter: None,
        }
    }

    const TABLE: &str = "t_monotonic,timestamp_unix,event,details\n\
        1.5,1784063847.5,run_start,\n\
        119.0,1784063965.0,migration_started,\n\
        119.2,1784063965.2,postcopy_requested,\n\
        119.4,1784063965.4,Postcopy started,\n\
        121.0,1784063967.0,migration_end,\n\
        130.0,1784063976.0,benchmark_end,\n";

    fn marks(log: &Parsed) -> Vec<Option<&str>> {
        log.frame.strs("mark").unwrap().iter().collect()
    }

    #[test]
    fn a_row_is_an_event_with_two_clocks() {
        let log = events().read(TABLE.as_bytes()).unwrap();
        assert_eq!(marks(&log), [None, Some("request"), None, Some("postcopy"), Some("end"), None]);
        assert_eq!(log.frame.f64s("time").unwrap().get(1), Some(1_784_063_965.0));
        assert_eq!(log.frame.f64s("monotonic_s").unwrap().get(1), Some(119.0));
        assert_eq!(log.frame.strs("event").unwrap().get(3), Some("Postcopy started"));
        assert!(log.parts.is_empty());
        assert_eq!(log.rows.read, 6);
    }

    #[test]
    fn words_can_be_declared() {
        let words = vec![(Mark::Request, vec!["postcopy-requested".to_owned()]), (Mark::End, Vec::new())];
        let log = Events { words, ..events() }.read(TABLE.as_bytes()).unwrap();
        assert_eq!(marks(&log), [None, None, Some("request"), Some("postcopy"), None, None]);
    }

    #[test]
    fn several_requests_are_several_migrations() {
        let twice =
            TABLE.to_owned() + &TABLE.lines().skip(1).map(|line| format!("{line}\n")).collect::<String>();
        let log = events().read(twice.as_bytes()).unwrap();
        let rows: Vec<usize> = log.parts.iter().map(|part| part.rows.len()).collect();
        assert_eq!(rows, [6, 5], "what stands before the first request is of none");
        assert_eq!(log.parts[0].line, Some(3));
        let of_first = log.of_part(&log.parts[0]);
        assert_eq!(marks(&of_first)[0], Some("request"));
    }

    #[test]
    fn what_is_damaged_is_said() {
        let log = events()
            .read(b"t_monotonic,timestamp_unix,event\n1,1784063965.0,request\n2,soon,end\n3,1784063967.0,\n");
        let log = log.unwrap();
        assert_eq!((log.rows.read, log.rows.lost), (1, 2));
        let missing = Events { event: Key::Name("what".to_owned()), ..events() }.read(TABLE.as_bytes());
        assert!(matches!(missing, Err(DeclaredError::Column(_))));
    }
}
