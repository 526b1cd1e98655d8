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

use polars::prelude::{IntoSeries, NewChunkedArray, StringChunked};

use super::DeclaredError;
use super::dated::{Dated, DatedRows};
use super::table::{Cells, Fault, Key};
use super::value;
use crate::diagnostic::{Facts, Place, Severity, excerpt};
use crate::format::{Description, Format, Marks, Parse};
use crate::frame::{Clock, Unit};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::parsed::{ParseError, Parsed};
use crate::part::{Part, consecutive};

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

    /// The mark that an event of this text usually is; capitals and what stands between words do not matter.
    #[must_use]
    pub fn usually(text: &str) -> Option<Self> {
        let text = plain(text);
        Self::ALL.into_iter().find(|mark| mark.words().contains(&text.as_str()))
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
                "migration_angefordert",
                "migration_gestartet",
                "migration_beginnt",
                "migration_beginn",
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
                "vm_angehalten",
                "angehalten",
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
                "vm_fortgesetzt",
                "fortgesetzt",
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
                "migration_beendet",
                "migration_abgeschlossen",
                "migration_ende",
                "beendet",
            ],
            Self::Failure => &[
                "migration_failed",
                "migration_error",
                "migration_aborted",
                "migration_cancelled",
                "migrate_failed",
                "failed",
                "aborted",
                "migration_fehlgeschlagen",
                "migration_abgebrochen",
            ],
        }
    }
}

/// As the words of events are compared: in small letters, with `_` for what stands between them.
#[must_use]
pub fn plain(text: &str) -> String {
    let words = text.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_").to_lowercase()
}

/// Which columns of a table say what of its events.
#[derive(Clone, Debug, PartialEq)]
pub struct Events {
    /// When it was.
    pub dated: Dated,
    /// What it was.
    pub event: Key,
    /// The words for a mark in the place of those that are known.
    pub words: Vec<(Mark, Vec<String>)>,
}

impl Events {
    /// Reads a table: a row for each event with `time` (seconds since 1970, or `local_s` without a zone), `monotonic_s`, `event` as it
    /// is written, and its `mark` where it is one. The parts are the migrations, each from its request on, where there are several.
    ///
    /// # Errors
    ///
    /// A declared column is not there, or nothing can be used.
    pub fn read(&self, bytes: &[u8]) -> Result<Parsed, DeclaredError> {
        let event = |cells: &Cells<'_>| {
            let text = cells.get(0).filter(|text| !value::is_nothing(text));
            let fault = || Fault { cell: 0, code: "event-missing", expected: "what happened".into() };
            text.map(|text| Some(text.to_owned())).ok_or_else(fault)
        };
        let mut rows = self.dated.read(EVENTS, bytes, &[&self.event], event)?;
        rows.tell_of_summer_time();
        self.frame(rows).map_err(DeclaredError::Unusable)
    }

    /// The mark of each event, and of each mark the word that stands for it in this table.
    fn marks<'a>(&self, events: impl Iterator<Item = &'a String>) -> Vec<Option<Mark>> {
        let plain_texts: Vec<String> = events.map(|event| plain(event)).collect();
        let mut marks = vec![None; plain_texts.len()];
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

    fn frame(&self, mut rows: DatedRows<String>) -> Result<Parsed, ParseError> {
        let marks = self.marks(rows.rows());
        rows.leave_open(|row| marks.get(row) == Some(&Some(Mark::Request)));
        let has_request = marks.contains(&Some(Mark::Request));
        if !has_request {
            let known = marks.iter().any(Option::is_some);
            let message = unknown(rows.rows().zip(&marks).filter(|(_, mark)| mark.is_none()), known);
            let severity = if known { Severity::Note } else { Severity::Warning };
            rows.diagnostics.push(severity, "events-unknown", Place::FILE, || message);
        }
        let texts = |name: &str, values: &mut dyn Iterator<Item = Option<&str>>| {
            StringChunked::from_iter_options(name.into(), values).into_series()
        };
        let columns = vec![
            (Unit::Text, texts("event", &mut rows.rows().map(|event| Some(event.as_str())))),
            (Unit::Text, texts("mark", &mut marks.iter().map(|mark| mark.map(Mark::name)))),
        ];
        let requests = marks.iter().enumerate().filter(|(_, mark)| **mark == Some(Mark::Request));
        // What was logged again so soon, with nothing between, was the same request: no migration is over by then without a word.
        let is_again = |row: usize| {
            let before = marks.iter().take(row).rposition(Option::is_some);
            before.is_some_and(|before| {
                marks.get(before) == marks.get(row) && rows.within(before, row, AGAIN_S)
            })
        };
        let beginnings: Vec<(usize, Part)> = requests
            .filter(|(row, _)| !is_again(*row))
            .map(|(row, _)| (row, Part { line: rows.line(row), ..Part::default() }))
            .collect();
        let parts = match beginnings.len() {
            0 | 1 => Vec::new(),
            _ => consecutive(beginnings, marks.len()),
        };
        rows.parsed("time", columns, Facts::default(), parts)
    }
}

/// A script tells a request again within so many seconds.
const AGAIN_S: f64 = 3.0;

/// Events that are listed where none of them is the request.
const LISTED: usize = 8;

/// What to say of a table without a request, of which these events have no mark.
fn unknown<'a>(events: impl Iterator<Item = (&'a String, &'a Option<Mark>)>, known: bool) -> String {
    let mut names: Vec<String> = Vec::new();
    for (event, _) in events {
        let name = format!("`{}`", excerpt(event.as_bytes()));
        if names.len() < LISTED && !names.contains(&name) {
            names.push(name);
        }
    }
    let what = if known {
        "none of its events is the request of a migration"
    } else {
        "none of its events is known"
    };
    let others = if names.is_empty() { String::new() } else { format!(": it has {}", names.join(", ")) };
    format!(
        "{what}{others}. `words` in campaign.toml says which of them stand for the request, the stop, the resumption and the end"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declared::{DeclaredError, TimeForm, TimeUnit};

    fn events() -> Events {
        Events {
            dated: Dated {
                time: Some((Key::Name("timestamp_unix".to_owned()), TimeForm::Told)),
                monotonic: Some((Key::Name("t_monotonic".to_owned()), TimeUnit::Seconds)),
                ..Dated::default()
            },
            event: Key::Name("event".to_owned()),
            words: Vec::new(),
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
    fn a_table_without_a_request_says_what_it_has() {
        let told = |rows: &str| {
            let log = events().read(format!("t_monotonic,timestamp_unix,event\n{rows}").as_bytes()).unwrap();
            log.diagnostics
                .iter()
                .map(|told| format!("{} {}", told.severity.name(), told.message))
                .collect::<String>()
        };
        let german = told("1,1784063965.0,Umzug bestellt\n2,1784063967.0,VM hält\n");
        assert!(
            german.starts_with("warning none of its events is known: it has `Umzug bestellt`, `VM hält`."),
            "{german}"
        );
        let end = told("1,1784063965.0,warm-up\n2,1784063967.0,migration_end\n");
        assert!(
            end.starts_with("note none of its events is the request of a migration: it has `warm-up`."),
            "{end}"
        );
        assert_eq!(told("1,1784063965.0,request\n"), "");
    }

    #[test]
    fn a_request_that_is_told_twice_is_one() {
        let told_twice = |second: &str| {
            let row = "119.0,1784063965.0,migration_started,\n";
            events().read(TABLE.replace(row, &format!("{row}{second}\n")).as_bytes()).unwrap()
        };
        assert!(told_twice("119.0,1784063965.0,migration_started,again").parts.is_empty());
        assert!(told_twice("119.1,1784063965.1,migration_started,again").parts.is_empty());
        assert_eq!(told_twice("129.0,1784063975.0,migration_started,retried").parts.len(), 2);
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
