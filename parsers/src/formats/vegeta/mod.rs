//! `vegeta`: requests to a web server as `vegeta encode` prints them, as CSV or as JSON.
//!
//! ```text
//! 1784052223186585000,200,1234567,0,612,"",PGh0bWw+,,0,GET,http://192.0.2.5/,Q29udGVudC1UeXBl
//! {"attack":"","seq":0,"code":200,"timestamp":"2026-07-14T20:03:43.186585+02:00","latency":1234567,…,"error":"",…}
//! ```
//!
//! Traps:
//!
//! * CSV has no header. Columns: Unix ns at which the request was sent, status, latency in ns, bytes out and in, error, body (base64), name of
//!   the attack, number; since 12.8 also method, URL and headers.
//! * Status 0 is a request without an answer; its latency is how long it waited (30 s unless `-timeout`), and an error says why.
//!   Its error may hold commas and line ends, in quotes.
//! * Rows come as requests end: they are put in order.
//! * An attack sends at its rate whatever the answers are: an open loop. With `-rate=0` and `-max-workers` it waits for them, which the log
//!   does not tell.
//! * vegeta takes 2xx and 3xx for a success.
//!
//! Absent on purpose: `report` (no series), the binary of `attack` itself (encode it), bodies and headers.

mod json;

use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable};
use crate::shared::cells;
use crate::shared::requests::{Manner, Moment, Request, Requests, duration, is_success};
use crate::text::{float, unsigned};
use crate::time::epoch;

pub(crate) static DESCRIPTION: Description = Description {
    name: "vegeta",
    description: "requests to a web server, a row each, sent at a rate",
    written_by: "vegeta encode --to csv or json, 12",
    begins_with: "`1784052223186585000,200,1234567,0,612,…`, or `{\"attack\":…,\"seq\":0,\"code\":200,\"timestamp\":…,\"latency\":…`",
    file_names: &[],
    clocks: &[Clock::Epoch],
    meaning: Meaning::Requests,
    marks: Marks::None,
    recognise,
    parse: Parse::Whole(parse),
};

/// Columns that there are at least: up to the error and the body.
const LEAST: usize = 7;
/// Digits of ns since 1970.
const NANOS: usize = 19;

fn recognise(head: &Head<'_>) -> bool {
    let is_own = |line: &Line<'_>| json::is_own(line.text) || row(line.text, line.number).is_some();
    let first = head.lines.first().is_some_and(is_own);
    // An error that goes on in the next lines makes several of a row.
    first && head.lines.iter().filter(|line| is_own(line)).count().saturating_mul(3) > head.lines.len()
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut requests = Requests::default();
    if Lines::new(bytes).find(|line| !line.is_blank()).is_some_and(|line| line.text.starts_with(b"{")) {
        json::read(bytes, &mut requests);
    } else {
        csv(bytes, &mut requests);
    }
    let manner = Manner {
        time_is_end: false,
        is_closed_loop: false,
        time_resolution_s: 1e-9,
        duration_resolution_s: 1e-9,
    };
    requests.finish(manner, "rows of vegeta encode --to csv, or objects of --to json")
}

/// Lines that an error in quotes may go on for.
const ERROR_LINES: usize = 16;

fn csv(bytes: &[u8], requests: &mut Requests) {
    let mut lines = Lines::new(bytes).filter(|line| !line.is_blank());
    while let Some(line) = lines.next() {
        if let Some(request) = row(line.text, line.number) {
            requests.rows.push(request);
            continue;
        }
        // An error in quotes may go on in the next lines.
        let mut whole = line.text.to_vec();
        let mut ahead = lines.clone();
        let found = (0..ERROR_LINES).find_map(|_| {
            whole.push(b'\n');
            whole.extend_from_slice(ahead.next()?.text);
            row(&whole, line.number)
        });
        match found.filter(|_| cells::read(line.text, b',', b'"').is_none()) {
            Some(request) => {
                requests.rows.push(request);
                lines = ahead;
            }
            None => requests.lose(
                line,
                "Unix time in ns, a status, a latency in ns, bytes out and in, an error and a body",
            ),
        }
    }
}

fn row(text: &[u8], line: u64) -> Option<Request> {
    // Most lines of other logs do not begin so.
    let begins = text.get(..NANOS)?.iter().all(u8::is_ascii_digit) && text.get(NANOS) == Some(&b',');
    let cells = begins.then(|| cells::read(text, b',', b'"')).flatten()?;
    let cell = |at: usize| cells.get(at).map(|cell| cell.as_bytes());
    let status = unsigned(cell(1)?).filter(|status| *status < 1000)?;
    unsigned(cell(3)?)?;
    unsigned(cell(4)?)?;
    (cells.len() >= LEAST).then_some(())?;
    Some(Request {
        line,
        moment: Moment::Epoch(epoch::any_unit(cell(0)?)?),
        duration_s: Some(duration(float(cell(2)?), 1e9)?),
        worked: is_success(status) && cells.get(5).is_some_and(|error| error.is_empty()),
    })
}
