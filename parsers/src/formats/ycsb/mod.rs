//! `ycsb`: the status lines of YCSB (`-s`), one for each interval.
//!
//! ```text
//! 2026-07-14 20:01:12:069 0 sec: 0 operations; est completion in 0 second
//! 2026-07-14 20:03:42:165 150 sec: 142602 operations; 648 current ops/sec; est completion in 1 minute [UPDATE: Count=648, Max=26831, Min=4884, Avg=6135.59, 90=5747, 99=16735, 99.9=17199, 99.99=26831]
//! ```
//!
//! Traps:
//!
//! * The stamp is local time without a zone, with a colon before the milliseconds.
//! * What was done since the line before is the difference of two counts over that of two stamps; the rate that is printed has
//!   whole operations, and says nothing of how long its interval was. `N sec` has whole seconds.
//! * A bracket for each kind of operation; latencies are in µs. Percentiles of several kinds have none in common. Brackets without an
//!   operation hold `Avg=NaN`. `READ-FAILED` and its like are errors, and no operations.
//! * The label (`-l`) may stand before the number of seconds.
//! * A count that falls is that of another test.
//! * The JVM in a VM that migrates stops with it: its own seconds go on from where they were.
//!
//! Absent on purpose: the results at the end, of which nothing is an interval; the operations of `measurementtype=raw`, which are those of
//! [`ycsb_raw`](super::ycsb_raw).

mod series;

use crate::diagnostic::Place;
use crate::format::{Description, Marks, Parse};
use crate::frame::{Clock, Unit};
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable};
use crate::shared::benchmark::positive;
use crate::shared::work::{Beside, Resolution, Row, Work};
use crate::text::{split_once, unsigned, words};
use crate::time::stamp::{self, Stamp};

pub(crate) static DESCRIPTION: Description = Description {
    name: "ycsb",
    description: "operations and latencies of a database in each interval of YCSB",
    written_by: "YCSB with -s, or with measurementtype=timeseries",
    begins_with: "`2026-07-14 20:01:12:069 0 sec: 0 operations; …`",
    file_names: &[],
    clocks: &[Clock::None, Clock::Epoch],
    meaning: Meaning::Work,
    marks: Marks::Head(&[b" operations; ", b"[OVERALL], RunTime"]),
    recognise,
    parse: Parse::Whole(parse),
};

fn recognise(head: &Head<'_>) -> bool {
    head.lines.iter().any(|line| Status::read(line.text).is_some()) || series::recognise(head)
}

/// What a status line says.
#[derive(Debug, Clone, Copy)]
struct Status<'a> {
    stamp: Stamp,
    seconds: f64,
    done: u64,
    rest: &'a [u8],
}

impl<'a> Status<'a> {
    fn read(text: &'a [u8]) -> Option<Self> {
        let (stamp, rest) = leading(text)?;
        // The label, in front of the number.
        let at = memchr::memmem::find(rest, b" sec: ")?;
        let (before, behind) = rest.split_at_checked(at)?;
        let seconds = words(before).last().and_then(|(_, word)| positive(word))?;
        let behind = behind.strip_prefix(b" sec: ")?;
        let at = memchr::memmem::find(behind, b" operations; ")?;
        let done = unsigned(behind.get(..at)?)?;
        Some(Self { stamp, seconds, done, rest: behind.get(at..)?.strip_prefix(b" operations; ")? })
    }

    /// What it says of the operations since the line before, of all kinds together.
    fn kinds(&self) -> Kinds {
        let brackets = self.rest.split(|byte| *byte == b'[').skip(1);
        brackets.filter_map(|bracket| split_once(bracket, b']')).fold(Kinds::default(), Kinds::with)
    }
}

/// `2026-07-14 20:03:42:165`.
fn leading(text: &[u8]) -> Option<(Stamp, &[u8])> {
    const SECONDS: usize = "2026-07-14 20:03:42".len();
    const STAMP: usize = SECONDS + ":165".len();
    let mut point = [0; STAMP];
    point.copy_from_slice(text.get(..STAMP)?);
    let colon = point.get_mut(SECONDS).filter(|byte| matches!(byte, b':' | b'.' | b','))?;
    *colon = b'.';
    let (stamp, rest) = stamp::read(&point)?;
    let rest_of_line = text.get(STAMP..)?.strip_prefix(b" ")?;
    rest.is_empty().then_some((stamp, rest_of_line))
}

/// By so many seconds more than the whole seconds of its own two stamps may be apart.
const CLOCK_SET_S: f64 = 2.0;

/// The brackets of a line.
#[derive(Debug, Default)]
struct Kinds {
    /// Kinds with an operation.
    kinds: u32,
    count: f64,
    failed: f64,
    /// Microseconds, times operations.
    waited: f64,
    p95: Option<f64>,
    p99: Option<f64>,
    highest: Option<f64>,
}

impl Kinds {
    fn with(mut self, (bracket, _): (&[u8], &[u8])) -> Self {
        let Some((kind, figures)) = split_once(bracket, b':') else { return self };
        let figure = |name: &[u8]| {
            let mut figures = figures.split(|byte| *byte == b',');
            figures.find_map(|one| {
                let (key, value) = split_once(one.trim_ascii(), b'=')?;
                if key == name { positive(value) } else { None }
            })
        };
        let Some(count) = figure(b"Count").filter(|count| *count > 0.0) else { return self };
        let kind = kind.trim_ascii();
        if kind == b"CLEANUP" {
            return self;
        }
        if kind.ends_with(b"-FAILED") {
            self.failed += count;
            return self;
        }
        self.kinds = self.kinds.saturating_add(1);
        self.count += count;
        self.waited += count * figure(b"Avg").unwrap_or(f64::NAN);
        // Of two kinds together nobody knows a percentile.
        let alone = self.kinds == 1;
        (self.p95, self.p99) = (figure(b"95").filter(|_| alone), figure(b"99").filter(|_| alone));
        self.highest = self.highest.into_iter().chain(figure(b"Max")).reduce(f64::max);
        self
    }

    fn beside(&self, row: Row) -> Row {
        let ms = |us: Option<f64>| us.map(|us| us / 1000.0).filter(|ms| ms.is_finite());
        let mean = (self.count > 0.0).then(|| self.waited / self.count);
        row.with(Beside::LatencyMean, ms(mean))
            .with(Beside::LatencyP95, ms(self.p95))
            .with(Beside::LatencyP99, ms(self.p99))
            .with(Beside::LatencyMax, ms(self.highest))
            .with(Beside::Errors, Some(self.failed).filter(|failed| *failed > 0.0))
    }
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut work = Work::new(Unit::PerSecond);
    let mut before: Option<Status<'_>> = None;
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        read(line, &mut before, &mut work);
    }
    if before.is_none() {
        series::read(bytes, &mut work);
    }
    let resolution = match before {
        Some(_) => Resolution { time_s: Some(0.001), elapsed_s: Some(1.0), length_s: 0.001 },
        None => Resolution { time_s: None, elapsed_s: Some(0.001), length_s: 0.001 },
    };
    work.finish(bytes, resolution, "status lines of YCSB, which it writes with `-s`")
}

fn read<'a>(line: Line<'a>, before: &mut Option<Status<'a>>, work: &mut Work) {
    let place = Place::line(line.number, line.text);
    let Some(status) = Status::read(line.text) else {
        if leading(line.text).is_some() && memchr::memmem::find(line.text, b" sec: ").is_some() {
            work.unreadable(place, "a status line: `2026-07-14 20:03:42:165 150 sec: 142602 operations; …`");
        }
        return;
    };
    let since = before.filter(|before| before.done <= status.done && before.seconds <= status.seconds);
    let Some(since) = since else {
        work.begin_test();
        *before = Some(status);
        return;
    };
    if !line.terminated && !line.text.trim_ascii_end().ends_with(b"]") {
        return work.cut(place);
    }
    let local = |status: Status<'_>| status.stamp.local_s();
    let by_stamps = local(status).zip(local(since)).map(|(to, from)| to - from);
    // A clock that was set, as for summer time, makes no interval longer: its own whole seconds go on.
    let own = status.seconds - since.seconds;
    let length = by_stamps.map(|length| if (length - own).abs() > CLOCK_SET_S { own } else { length });
    let Some(length) = length.filter(|length| *length > 0.0) else {
        return work.unreadable(place, "a stamp behind that of the line before");
    };
    #[expect(clippy::cast_precision_loss, reason = "a count of operations")]
    let done = (status.done - since.done) as f64;
    let row = Row {
        stamp: Some(status.stamp),
        elapsed_s: Some(status.seconds),
        length_s: Some(length),
        rate: Some(done / length),
        line: line.number,
        ..Row::default()
    };
    work.push(status.kinds().beside(row));
    *before = Some(status);
}
