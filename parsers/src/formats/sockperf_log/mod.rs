//! `sockperf-log`: messages one by one, as `sockperf ping-pong` and `under-load` write them with `--full-log FILE`.
//!
//! ```text
//! test was performed using the following parameters: --mps=20 --burst=1 --reply-every=1 --msg-size=14 --time=4
//! …
//! sockperf: # dropped messages = 23; # duplicated messages = 0; # out-of-order messages = 0
//! …
//! packet, txTime(sec), rxTime(sec), latency(usec)
//! 21, 3.476659434, 3.484042557, 3691.562
//! 22, 4.679950461, 4.682118841, 1084.190
//! ```
//!
//! Traps:
//!
//! * The times count from the start of sockperf, by the counter of the CPU: nothing ties them to a date. They get their place from an
//!   event `sockperf started` of a script. The clock starts about 0.1 s later than the program.
//! * `latency` is half of the time between the two stamps, `rtt` all of it. The stamps count.
//! * Messages that were lost are not in the file, and `packet` numbers those that are: of an outage over UDP nothing is left but a hole.
//!   Their number is. Where the pace of the test leaves room for just as many in the holes, each is put there, at that pace, as a
//!   request that failed; else a warning says that they are missing.
//! * Whether the next message waited for the answer to the one before is not said; where two were under way, none did.
//! * The first 400 ms and the last 50 ms of a test are left out.
//!
//! Absent on purpose: what stands above, which is that of [`sockperf`](super::sockperf); answers out of order, which sockperf leaves out.

use crate::diagnostic::Place;
use crate::format::{Description, Marks, Parse};
use crate::formats::sockperf::{MESSAGES, behind};
use crate::frame::Clock;
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable};
use crate::shared::requests::{Manner, Moment, Request, Requests, duration};
use crate::text::{float, unsigned};

pub(crate) static DESCRIPTION: Description = Description {
    name: "sockperf-log",
    description: "messages over a network, a row each, by the time since the start of the test",
    written_by: "sockperf 3, ping-pong and under-load with --full-log",
    begins_with: "`test was performed using the following parameters: --mps=…`, with `packet, txTime(sec), …` below",
    file_names: &[],
    clocks: &[Clock::None],
    meaning: Meaning::Requests,
    marks: Marks::Head(&[MESSAGES]),
    recognise,
    parse: Parse::Whole(parse),
};

fn recognise(head: &Head<'_>) -> bool {
    head.lines.iter().any(|line| line.text.starts_with(MESSAGES))
}

/// What a test says of itself above its messages.
#[derive(Debug, Default)]
struct Test {
    /// Seconds from a message with an answer to the next.
    pace_s: Option<f64>,
    dropped: Option<u64>,
    /// More than one message at once.
    in_bursts: bool,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut requests = Requests::default();
    let mut test = Test::default();
    let mut is_below = false;
    let mut tests = 0_u32;
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        if line.text.starts_with(b"test was performed using the following parameters:") {
            tests = tests.saturating_add(1);
        }
        if line.text.starts_with(MESSAGES) {
            is_below = true;
        } else if line.text.starts_with(b"-----")
            || (is_below && line.text.starts_with(b"histogram was built"))
        {
            is_below = false;
        } else if !is_below {
            test.read(line.text);
        } else {
            match row(line) {
                Some(request) => requests.rows.push(request),
                None => requests.lose(line, "the number of a message, two times in s and one in µs"),
            }
        }
    }
    let overlap =
        requests.rows.windows(2).any(|pair| matches!(pair, [before, next] if end_s(before) > start_s(next)));
    let pace_s = test.put_in(&mut requests, tests);
    requests.facts.set_text("since", b"sockperf started");
    let manner = Manner {
        time_is_end: false,
        is_closed_loop: !overlap && pace_s.is_none(),
        // When a message was sent that is not in the file is known to the pace.
        time_resolution_s: pace_s.unwrap_or(1e-9),
        duration_resolution_s: 1e-9,
    };
    requests.finish(
        manner,
        "messages of sockperf --full-log below `packet, txTime(sec), rxTime(sec), latency(usec)`",
    )
}

impl Test {
    fn read(&mut self, text: &[u8]) {
        let number = |key: &[u8]| behind(text, key).and_then(unsigned).filter(|number| *number > 0);
        if let (Some(rate), Some(every)) = (number(b"--mps="), number(b"--reply-every=")) {
            self.pace_s = u32::try_from(rate)
                .ok()
                .zip(u32::try_from(every).ok())
                .map(|(rate, every)| f64::from(every) / f64::from(rate));
            self.in_bursts = number(b"--burst=") != Some(1);
        }
        self.dropped = self.dropped.or(behind(text, b"# dropped messages = ").and_then(unsigned));
    }

    /// Puts messages that were lost where the pace leaves room for them, and no others; the pace, if it did.
    fn put_in(&self, requests: &mut Requests, tests: u32) -> Option<f64> {
        let dropped = self.dropped.filter(|dropped| *dropped > 0)?;
        let pace_s = self.pace_s.filter(|_| !self.in_bursts && tests == 1 && requests.lost == 0);
        let is_all = |lost: &Vec<Request>| u64::try_from(lost.len()) == Ok(dropped);
        // A message may go out half a step late: first only where more than one is missing.
        let lost = pace_s.and_then(|pace_s| {
            LEAST_STEPS.into_iter().map(|least| holes(&requests.rows, pace_s, least)).find(is_all)
        });
        match lost {
            Some(lost) => {
                requests.rows.extend(lost);
                requests.diagnostics.note("failures-put-in", Place::FILE, || {
                    format!("{dropped} messages were lost, which are not in the file; at the pace of the test there was a place for each")
                });
                pace_s
            }
            None => {
                requests.diagnostics.warning("failures-left-out", Place::FILE, || {
                    format!(
                        "{dropped} messages were lost and are not in the file, and nothing says when they were sent: an outage shows only as \
                         late answers and as a time without messages"
                    )
                });
                None
            }
        }
    }
}

/// So many steps lie at least between two messages that others are missing between.
const LEAST_STEPS: [f64; 2] = [2.5, 1.5];

/// The messages that are missing at this pace between those that are there.
fn holes(rows: &[Request], pace_s: f64, least: f64) -> Vec<Request> {
    let mut found = Vec::new();
    for pair in rows.windows(2) {
        let [before, next] = pair else { continue };
        let steps = (start_s(next) - start_s(before)) / pace_s;
        // A log that claims more than this many is no log of a test.
        if !(least..1e6).contains(&steps) || found.len() > 1_000_000 {
            continue;
        }
        let (steps, mut at) = (steps.round(), 1.0);
        while at < steps {
            let sent_s = start_s(before) + (start_s(next) - start_s(before)) * at / steps;
            found.push(Request {
                line: next.line,
                moment: Moment::SinceStart(sent_s),
                duration_s: None,
                worked: false,
            });
            at += 1.0;
        }
    }
    found
}

fn start_s(request: &Request) -> f64 {
    match request.moment {
        Moment::Epoch(seconds) | Moment::SinceStart(seconds) => seconds,
    }
}

fn end_s(request: &Request) -> f64 {
    start_s(request) + request.duration_s.unwrap_or_default()
}

fn row(line: Line<'_>) -> Option<Request> {
    let cells: Vec<&[u8]> = line.text.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).collect();
    let [number, sent, received, _] = cells.as_slice() else { return None };
    unsigned(number)?;
    let sent_s = float(sent).filter(|sent| *sent >= 0.0)?;
    let duration_s = duration(float(received).map(|received| received - sent_s), 1.0)?;
    Some(Request {
        line: line.number,
        moment: Moment::SinceStart(sent_s),
        duration_s: Some(duration_s),
        worked: true,
    })
}
