//! `migration-time`: when a migration was requested, and how long its process took.
//!
//! ```text
//! 1264510805
//! 0:08.87 real, 0.04 user, 0.10 sys, 0 KB unshared Data, 0 Average Total memory use, 1% CPU Percentage
//! ```
//!
//! Line 1 is `date +%s` just before the request, line 2 is GNU time about `xm migrate`, with the format
//! `%E real, %U user, %S sys, %D KB unshared Data, %K Average Total memory use, %P CPU Percentage`.
//!
//! Traps:
//!
//! * `date +%s` cuts off the fraction: the request was made up to a second *later*. The fact
//!   `request_resolution_s` says so; it is smaller where the stamp has decimals.
//! * `%E` is `[h:]mm:ss[.cc]`.
//! * A migration that failed is data: GNU time puts `Command exited with non-zero status N` before its own
//!   line, or `Command terminated by signal N`, which counts as exit status 128 + N as in a shell. With
//!   neither the status is 0.
//! * What `xm` had to say may stand between the lines; it is told in a note each.
//! * `%P` is `?%` for a process that took no time.
//!
//! Absent on purpose: `%D` and `%K`, which are 0 on every Linux kernel.

use polars::prelude::{Float64Chunked, Int64Chunked, IntoSeries, NewChunkedArray};

use super::{Outcome, unusable};
use crate::detect::Head;
use crate::diagnostic::{Diagnostics, Facts, ParseError, Parsed, Place, RowCount};
use crate::format::{Format, FormatInfo};
use crate::frame::{Clock, FrameBuilder, Unit};
use crate::lines::{Line, Lines};
use crate::text::{epoch, float, integer, split_once, unsigned, words};

pub(crate) static INFO: FormatInfo = FormatInfo {
    format: Format::MigrationTime,
    name: "migration-time",
    description: "when a migration was requested, and how long the migration command took",
    written_by: "date +%s and GNU time -f \"%E real, %U user, %S sys, …\" around xm migrate",
    begins_with: "seconds since 1970 alone on a line, then `0:08.87 real, 0.04 user, …`",
    recognise,
    parse,
};

fn recognise(head: &Head<'_>) -> bool {
    let Some((first, rest)) = head.lines.split_first() else { return false };
    let request = request(first.text.trim_ascii()).is_some();
    // A line that is cut off needs the request beside it.
    let parts = |line: &Line<'_>| Times::read(line.text).map_or(0, |times| times.read_parts());
    let most = head.lines.iter().map(parts).max().unwrap_or(0);
    if most >= 3 || (request && most >= 1) {
        return true;
    }
    // The command was never timed to its end: a request, and at most what `xm` or GNU time said.
    let complaint = |line: &Line<'_>| {
        failure(line.text).is_some()
            || [b"Error:".as_slice(), b"Usage:", b"xm "].iter().any(|start| line.text.starts_with(start))
    };
    request && head.whole && (rest.is_empty() || rest.iter().any(complaint))
}

/// Seconds since 1970, and how finely they are given.
fn request(text: &[u8]) -> Option<(f64, f64)> {
    let (whole, fraction) = split_once(text, b'.').unwrap_or((text, b""));
    epoch(whole)?;
    if whole.len() < text.len() && (fraction.len() > 9 || unsigned(fraction).is_none()) {
        return None;
    }
    let digits = i32::try_from(fraction.len()).ok()?;
    Some((float(text)?, 10_f64.powi(-digits)))
}

/// `[h:]mm:ss[.cc]` in seconds.
#[expect(clippy::cast_precision_loss, reason = "hours and minutes are small numbers")]
fn elapsed(text: &[u8]) -> Option<f64> {
    let (first, rest) = split_once(text, b':')?;
    let (hours, minutes, seconds) = match split_once(rest, b':') {
        Some((minutes, seconds)) => (unsigned(first)?, unsigned(minutes)?, seconds),
        None => (0, unsigned(first)?, rest),
    };
    let seconds = float(seconds).filter(|seconds| (0.0..61.0).contains(seconds))?;
    Some(hours as f64 * 3600.0 + minutes as f64 * 60.0 + seconds)
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

/// The line of GNU time.
#[derive(Clone, Copy, Debug, Default)]
struct Times {
    elapsed: Option<f64>,
    user: Option<f64>,
    system: Option<f64>,
    /// The outer option: whether the part is there at all; the inner: `?%` has no value.
    cpu: Option<Option<f64>>,
}

impl Times {
    /// `None` if the line is none of GNU time's; otherwise the parts that could be read.
    fn read(line: &[u8]) -> Option<Self> {
        let mut times = Self::default();
        let mut known = false;
        for part in line.split(|byte| *byte == b',') {
            let Some((start, value)) = words(part).next() else { continue };
            let label = part.get(start.saturating_add(value.len())..).unwrap_or_default().trim_ascii();
            match label {
                b"real" => times.elapsed = elapsed(value),
                b"user" => times.user = float(value).filter(|seconds| *seconds >= 0.0),
                b"sys" => times.system = float(value).filter(|seconds| *seconds >= 0.0),
                b"CPU Percentage" => {
                    let number = value.strip_suffix(b"%").unwrap_or(value);
                    let percent = float(number).filter(|percent| *percent >= 0.0);
                    times.cpu = (number == b"?" || percent.is_some()).then_some(percent);
                }
                _ => continue,
            }
            known |= matches!(label, b"real" | b"CPU Percentage");
        }
        known.then_some(times)
    }

    fn parts(&self) -> [(&'static str, bool); 4] {
        [
            ("real", self.elapsed.is_some()),
            ("user", self.user.is_some()),
            ("sys", self.system.is_some()),
            ("CPU Percentage", self.cpu.is_some()),
        ]
    }

    fn read_parts(&self) -> usize {
        self.parts().iter().filter(|(_, read)| *read).count()
    }
}

#[derive(Default)]
struct Reader {
    request: Option<(f64, f64)>,
    times: Option<Times>,
    failure: Option<i64>,
    facts: Facts,
    rows: RowCount,
    diagnostics: Diagnostics,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Parsed, ParseError> {
    let mut reader = Reader::default();
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        reader.line(line);
    }
    reader.finish(bytes)
}

impl Reader {
    fn line(&mut self, line: Line<'_>) {
        let text = line.text.trim_ascii();
        let place = Place::line(line.number, text);
        if let Some(request) = request(text) {
            if self.request.is_some() {
                self.second(place, "time of a request");
            } else {
                self.request = Some(request);
            }
        } else if let Some(failure) = failure(text) {
            self.failed(place, &failure);
        } else if let Some(times) = Times::read(text) {
            if self.times.is_some() {
                self.second(place, "line of GNU time");
            } else {
                self.times(place, times);
            }
        } else {
            self.diagnostics.note("other-output", place, || {
                "output of the migration command, or something else that is neither the time of the request \
                 nor GNU time's line; it is not used"
                    .to_owned()
            });
        }
    }

    fn second(&mut self, place: Place<'_>, what: &'static str) {
        self.rows.lost += 1;
        self.diagnostics.warning("second-value", place, || {
            format!("a second {what}; a file describes one migration: the first one is used")
        });
    }

    fn failed(&mut self, place: Place<'_>, failure: &Failure) {
        let status = match failure {
            Failure::Status(status) => *status,
            Failure::Signal(signal) => {
                self.facts.set_int("signal", *signal);
                signal.saturating_add(128)
            }
        };
        self.failure = self.failure.or(Some(status));
        self.diagnostics.note("command-failed", place, || {
            format!("the migration command failed; its exit status counts as {status}")
        });
    }

    fn times(&mut self, place: Place<'_>, times: Times) {
        for (part, _) in times.parts().into_iter().filter(|(_, read)| !read) {
            self.diagnostics.warning("time-part-missing", place, || {
                format!("GNU time's line has no readable part `{part}`; that value is null")
            });
        }
        if times.cpu == Some(None) {
            self.diagnostics.note("no-cpu-percentage", place, || {
                "GNU time gives `?%` for a command that took no time; the value is null".to_owned()
            });
        }
        self.times = Some(times);
    }

    fn finish(mut self, bytes: &[u8]) -> Result<Parsed, ParseError> {
        if self.request.is_none() && self.times.is_none() {
            let first = Lines::new(bytes).find(|line| !line.is_blank());
            let place = first.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            let expected = "seconds since 1970 alone on a line, or GNU time's `0:08.87 real, 0.04 user, …`";
            return Err(unusable(Format::MigrationTime, place, expected, self.diagnostics));
        }
        if let Some((_, resolution)) = self.request {
            self.facts.set_float("request_resolution_s", resolution);
        } else {
            self.diagnostics.error("no-request-time", Place::FILE, || {
                "expected the time of the request in seconds since 1970, alone on the first line; the time is \
                 null and the run has no time zero from this file"
                    .to_owned()
            });
        }
        if self.times.is_none() {
            self.diagnostics.error("no-duration", Place::FILE, || {
                "expected GNU time's line `0:08.87 real, 0.04 user, …`; the durations are null: was the \
                 migration command still running when the log was taken?"
                    .to_owned()
            });
        }
        self.rows.read = 1;
        let columns = self.columns();
        let clock = if self.request.is_some() { Clock::Epoch } else { Clock::None };
        Outcome {
            format: Format::MigrationTime,
            version: None,
            columns,
            clock,
            facts: self.facts,
            rows: self.rows,
            diagnostics: self.diagnostics,
        }
        .into_parsed()
    }

    fn columns(&self) -> FrameBuilder {
        let times = self.times.unwrap_or_default();
        // A command of which GNU time said nothing bad ended well; one it said nothing about is unknown.
        let status = self.failure.or(self.times.map(|_| 0));
        let mut columns = FrameBuilder::default();
        for (name, unit, value) in [
            ("request_epoch_s", Unit::EpochSeconds, self.request.map(|(seconds, _)| seconds)),
            ("elapsed_s", Unit::Seconds, times.elapsed),
            ("user_s", Unit::Seconds, times.user),
            ("system_s", Unit::Seconds, times.system),
            ("cpu_percent", Unit::PercentOfOneCpu, times.cpu.flatten()),
        ] {
            let values = Float64Chunked::from_iter_options(name.into(), std::iter::once(value));
            columns.push(unit, values.into_series());
        }
        let status = Int64Chunked::from_iter_options("exit_status".into(), std::iter::once(status));
        columns.push(Unit::Count, status.into_series());
        columns
    }
}
