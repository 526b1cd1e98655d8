//! `migration-time`: when a migration was requested, and how long its process took.
//!
//! ```text
//! 1264510805
//! 0:08.87 real, 0.04 user, 0.10 sys, 0 KB unshared Data, 0 Average Total memory use, 1% CPU Percentage
//! ```
//!
//! Line 1 is `date +%s` just before the request, line 2 is GNU time about `xm migrate`, with the format
//! `%E real, %U user, %S sys, %D KB unshared Data, %K Average Total memory use, %P CPU Percentage`. GNU time
//! without a format, `time -v`, `time -p` and bash's `time` are read as well (see `times`).
//!
//! Traps:
//!
//! * `date +%s` cuts off the fraction: the request was made up to a second *later*. The fact
//!   `request_resolution_s` says so; it is smaller where the stamp has decimals, or is in ms, µs or ns (`date +%s%3N`).
//! * `%E` is `[h:]mm:ss[.cc]`.
//! * A migration that failed is data: GNU time puts `Command exited with non-zero status N` before its own
//!   line, or `Command terminated by signal N`, which counts as exit status 128 + N as in a shell. With
//!   neither the status is 0. After a signal `time -v` says `Exit status: 0`: that is not believed.
//! * A shell's `time` says nothing of a failure, and `time -p` may be one: then the status is unknown.
//! * What `xm` had to say may stand between the lines; each is noted.
//! * `%P` is `?%` for a process that took no time.
//! * A script writes one migration after another into the same file: each is a row and a part.
//!
//! Absent on purpose: `%D` and `%K`, which are 0 on every Linux kernel.

mod times;

use polars::prelude::{Float64Chunked, Int64Chunked, IntoSeries, NewChunkedArray};

use self::times::{Content, Layout, Times};
use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::format::{Description, Marks, Parse};
use crate::frame::{Clock, FrameBuilder, Unit};
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::part::Part;
use crate::text::integer;
use crate::time::epoch;

pub(crate) static DESCRIPTION: Description = Description {
    name: "migration-time",
    description: "when a migration was requested, and how long the migration command took",
    written_by: "date +%s and GNU time or bash's time around the command, such as xm migrate",
    begins_with: "seconds since 1970 alone on a line, then `0:08.87 real, 0.04 user, …` or what else time writes",
    file_names: &["migrationtime", "migrate-time", "migration", "migrate", "mtime", "time"],
    clocks: &[Clock::Epoch, Clock::None],
    meaning: Meaning::Request,
    marks: Marks::None,
    recognise,
    parse: Parse::Whole(parse),
};

pub(super) fn recognise(head: &Head<'_>) -> bool {
    let Some((first, rest)) = head.lines.split_first() else { return false };
    let request = request(first.text.trim_ascii()).is_some();
    // Without a request it takes three of the times, of which one is that of the user or the system.
    if !request && !times::WORDS.iter().any(|word| head.holds(word)) {
        return false;
    }
    if head.lines.iter().any(|line| times::by_format(line.text).is_some_and(|times| times.read_parts() >= 3))
    {
        return true;
    }
    let mut times = Times::default();
    let mut known = usize::from(request);
    for line in &head.lines {
        let text = line.text.trim_ascii();
        match times::read(text) {
            Some(Content::Whole(more) | Content::Part(more, _)) => times = times.and(more).unwrap_or(times),
            Some(Content::Command(_) | Content::Remark) => {}
            None if failure(text).is_some() => {}
            None => continue,
        }
        known += 1;
    }
    // A line that is cut off needs the request beside it. So does anything else that ran under `time` and
    // has more to say itself: benchmarks do.
    let timed = times.read_parts();
    if (request && timed >= 1) || (timed >= 3 && known.saturating_mul(2) > head.lines.len()) {
        return true;
    }
    // The command was never timed to its end: a request, and at most what `xm` or GNU time said.
    let complaint = |line: &Line<'_>| {
        failure(line.text).is_some()
            || [b"Error:".as_slice(), b"Usage:", b"xm "].iter().any(|start| line.text.starts_with(start))
    };
    request && head.whole && (rest.is_empty() || rest.iter().any(complaint))
}

/// Seconds since 1970, also written in ms, µs or ns (`date +%s%3N`), and how finely they are given.
fn request(text: &[u8]) -> Option<(f64, f64)> {
    if let Some((seconds, decimals)) = epoch::seconds(text).filter(|(_, decimals)| *decimals <= 9) {
        return Some((seconds, 10_f64.powi(-i32::try_from(decimals).ok()?)));
    }
    let resolution_s = match text.len() {
        13 => 1e-3,
        16 => 1e-6,
        19 => 1e-9,
        _ => return None,
    };
    Some((epoch::any_unit(text)?, resolution_s))
}

/// What GNU time says before its own line if the command failed.
enum Failure {
    Status(i64),
    Signal(i64),
}

fn failure(line: &[u8]) -> Option<Failure> {
    let text = line.trim_ascii();
    if let Some(status) = text.strip_prefix(b"Command exited with non-zero status ") {
        return integer(status).map(Failure::Status);
    }
    integer(text.strip_prefix(b"Command terminated by signal ")?).map(Failure::Signal)
}

/// A migration: its request, and what `time` says of its command.
#[derive(Default)]
struct Entry<'a> {
    /// Where it begins.
    line: u64,
    last_line: u64,
    request: Option<(f64, f64)>,
    times: Times,
    /// The first line about the times.
    timed: Option<Line<'a>>,
    failure: Option<i64>,
    facts: Facts,
}

#[derive(Default)]
struct Reader<'a> {
    /// Those that the next one has followed.
    entries: Vec<Entry<'a>>,
    current: Entry<'a>,
    lost: usize,
    diagnostics: Diagnostics,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader::default();
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        reader.line(line);
    }
    reader.finish(bytes)
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: Line<'a>) {
        let text = line.text.trim_ascii();
        let place = Place::line(line.number, text);
        if let Some(request) = request(text) {
            if self.current.request.is_some() || self.current.timed.is_some() {
                self.next();
            }
            self.current.begin(line);
            self.current.request = Some(request);
            self.current.facts.set_line(line.number, &["request_epoch_s"]);
        } else if let Some(failure) = failure(text) {
            // GNU time says so before its own line.
            if self.current.timed.is_some() {
                self.next();
            }
            self.current.begin(line);
            self.failed(place, &failure);
        } else {
            match times::read(text) {
                Some(Content::Whole(times)) => self.times(line, times),
                Some(Content::Part(times, whole)) if whole || line.terminated => self.times(line, times),
                Some(Content::Part(..)) => {
                    self.lost += 1;
                    self.diagnostics.warning("last-line-cut", place, || {
                        "the last line has no end and its number may lack digits; the line is left out".to_owned()
                    });
                }
                Some(Content::Command(command)) => {
                    if self.current.timed.is_some() {
                        self.next();
                    }
                    self.current.facts.set_text("command", command.trim_ascii());
                }
                Some(Content::Remark) => {}
                None => self.diagnostics.note("other-output", place, || {
                    "output of the migration command, or something else that is neither the time of the request \
                     nor of `time`; it is not used"
                        .to_owned()
                }),
            }
        }
    }

    /// What follows is of another migration.
    fn next(&mut self) {
        self.entries.push(std::mem::take(&mut self.current));
    }

    fn failed(&mut self, place: Place<'_>, failure: &Failure) {
        let status = match failure {
            Failure::Status(status) => *status,
            Failure::Signal(signal) => {
                self.current.facts.set_int("signal", *signal);
                signal.saturating_add(128)
            }
        };
        self.current.failure = self.current.failure.or(Some(status));
        self.diagnostics.note("command-failed", place, || failed_words(status));
    }

    fn times(&mut self, line: Line<'a>, times: Times) {
        if self.current.times.and(times).is_none() {
            self.next();
        }
        self.current.begin(line);
        self.current.times = self.current.times.and(times).unwrap_or(times);
        if times.elapsed.is_some() {
            self.current.facts.set_line(line.number, &["elapsed_s"]);
        }
        self.current.timed.get_or_insert(line);
    }

    fn finish(mut self, bytes: &[u8]) -> Result<Outcome, Unusable> {
        let last = std::mem::take(&mut self.current);
        self.entries.extend(Some(last).filter(|last| last.request.is_some() || last.timed.is_some()));
        if self.entries.is_empty() {
            let first = Lines::new(bytes).find(|line| !line.is_blank());
            let place = first.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            let expected = "seconds since 1970 alone on a line, or GNU time's `0:08.87 real, 0.04 user, …`";
            return Err(unusable(place, expected, self.diagnostics));
        }
        let several = self.entries.len() > 1;
        // The times of any command are no account of a migration, and lack nothing.
        let none_requested = self.entries.iter().all(|entry| entry.request.is_none());
        for entry in &mut self.entries {
            entry.check(several, none_requested, &mut self.diagnostics);
        }
        let entries = &self.entries;
        let facts = entries.first().map(|first| first.facts.clone()).unwrap_or_default();
        let part = |(row, entry): (usize, &Entry<'_>)| Part {
            line: Some(entry.line),
            rows: vec![row],
            facts: entry.facts.clone(),
            settings: Vec::new(),
        };
        let parts = if several { entries.iter().enumerate().map(part).collect() } else { Vec::new() };
        let timed = entries.iter().any(|entry| entry.request.is_some());
        Ok(Outcome {
            version: None,
            columns: columns(entries),
            clock: if timed { Clock::Epoch } else { Clock::None },
            facts,
            parts,
            rows: RowCount { read: entries.len(), lost: self.lost },
            diagnostics: self.diagnostics,
        })
    }
}

fn failed_words(status: i64) -> String {
    format!("the migration command failed; its exit status counts as {status}")
}

impl Entry<'_> {
    fn begin(&mut self, line: Line<'_>) {
        if self.line == 0 {
            self.line = line.number;
        }
        self.last_line = line.number;
    }

    /// Says what is missing, once all lines are read.
    fn check(&mut self, several: bool, none_requested: bool, log: &mut Diagnostics) {
        let line = several.then_some(self.line);
        let place = Place { line, ..Place::FILE };
        match self.request {
            Some((_, resolution)) => self.facts.set_float("request_resolution_s", resolution),
            None if none_requested => log.note("no-request-time", place, || {
                "no time of a request in seconds since 1970 stands before it; the time is null, and a migration has no time zero from this file"
                    .to_owned()
            }),
            None => log.error("no-request-time", place, || {
                "expected the time of the request in seconds since 1970, alone on the first line; the time is \
                 null and the run has no time zero from this file"
                    .to_owned()
            }),
        }
        match self.timed {
            Some(line) => self.check_times(line, log),
            None => log.error("no-duration", place, || {
                "expected GNU time's line `0:08.87 real, 0.04 user, …`; the durations are null: was the \
                 migration command still running when the log was taken?"
                    .to_owned()
            }),
        }
    }

    fn check_times(&mut self, line: Line<'_>, log: &mut Diagnostics) {
        let place = Place::line(line.number, line.text);
        for (part, _) in self.times.parts().filter(|(_, read)| !read) {
            log.warning("time-part-missing", place, || {
                format!("the output of `time` has no readable part `{part}`; that value is null")
            });
        }
        if self.times.cpu == Some(None) {
            log.note("no-cpu-percentage", place, || {
                "GNU time gives `?%` for a command that took no time; the value is null".to_owned()
            });
        }
        if let Some(status) = self.times.status.filter(|status| *status != 0 && self.failure.is_none()) {
            self.failure = Some(status);
            log.note("command-failed", place, || failed_words(status));
        }
        if self.times.layout == Some(Layout::Shell) && self.failure.is_none() {
            log.note("status-unknown", place, || {
                "a shell's `time` does not say whether the command failed, and `time -p` may be one; the exit \
                 status is null"
                    .to_owned()
            });
        }
    }

    /// A command of which GNU time said nothing bad ended well; a shell would say nothing in any case.
    fn status(&self) -> Option<i64> {
        let well = self.timed.filter(|_| self.times.layout == Some(Layout::Gnu)).map(|_| 0);
        self.failure.or(well)
    }
}

fn columns(entries: &[Entry<'_>]) -> FrameBuilder {
    type Value = fn(&Entry<'_>) -> Option<f64>;
    let values: [(&str, Unit, Value); 5] = [
        ("request_epoch_s", Unit::EpochSeconds, |entry| entry.request.map(|(seconds, _)| seconds)),
        ("elapsed_s", Unit::Seconds, |entry| entry.times.elapsed),
        ("user_s", Unit::Seconds, |entry| entry.times.user),
        ("system_s", Unit::Seconds, |entry| entry.times.system),
        ("cpu_percent", Unit::PercentOfOneCpu, |entry| entry.times.cpu.flatten()),
    ];
    let mut columns = FrameBuilder::default();
    for (name, unit, value) in values {
        let values = Float64Chunked::from_iter_options(name.into(), entries.iter().map(value));
        columns.push(unit, values.into_series());
    }
    let status = Int64Chunked::from_iter_options("exit_status".into(), entries.iter().map(Entry::status));
    columns.push(Unit::Count, status.into_series());
    columns.set_places(entries.iter().map(|entry| entry.line).collect());
    columns.set_ends(entries.iter().map(|entry| entry.last_line).collect());
    columns
}
