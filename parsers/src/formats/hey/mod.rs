//! `hey`: requests to a web server as `hey -o csv` prints them.
//!
//! ```text
//! response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status-code,offset
//! 0.0132,0.0010,0.0000,0.0001,0.0120,0.0001,200,0.0003
//! ```
//!
//! Traps:
//!
//! * `offset` counts from the start of the test, which is not in the file: nothing ties the rows to a date. They get their place
//!   from an event `hey started` of a script.
//! * Requests without an answer are left out: an outage is a few late answers and a hole.
//! * All times are seconds with four decimals. Rows come as requests end, so that they are put in order.
//! * No more than a million rows.
//!
//! Absent on purpose: the parts of a request's time.

use crate::diagnostic::Place;
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable};
use crate::shared::requests::{Manner, Moment, Request, Requests, duration, is_success};
use crate::text::{float, unsigned};

pub(crate) static DESCRIPTION: Description = Description {
    name: "hey",
    description: "requests to a web server, a row each, by the time since the start of the test",
    written_by: "hey -o csv, 0.1.0 to 0.1.4",
    begins_with: "`response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status-code,offset`",
    file_names: &[],
    clocks: &[Clock::None],
    meaning: Meaning::Requests,
    marks: Marks::Head(&[HEADER]),
    recognise,
    parse: Parse::Whole(parse),
};

const HEADER: &[u8] =
    b"response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status-code,offset";
const COLUMNS: usize = 8;

fn recognise(head: &Head<'_>) -> bool {
    head.lines.first().is_some_and(|line| line.text.trim_ascii() == HEADER)
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut requests = Requests::default();
    for line in Lines::new(bytes).filter(|line| !line.is_blank() && line.text.trim_ascii() != HEADER) {
        match row(line) {
            Some(request) => requests.rows.push(request),
            None => requests.lose(line, "eight numbers, of which the last is followed by a line end"),
        }
    }
    requests.diagnostics.note("failures-left-out", Place::FILE, || {
        "hey leaves requests without an answer out of this file: an outage shows only as late answers and as a time without requests"
            .to_owned()
    });
    requests.facts.set_text("since", b"hey started");
    let manner = Manner {
        time_is_end: false,
        is_closed_loop: true,
        time_resolution_s: 1e-4,
        duration_resolution_s: 1e-4,
    };
    requests.finish(manner, "rows of hey -o csv below its header")
}

fn row(line: Line<'_>) -> Option<Request> {
    let cells: Vec<&[u8]> = line.text.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).collect();
    let (Some(took), Some(status), Some(offset)) = (cells.first(), cells.get(6), cells.get(7)) else {
        return None;
    };
    let since = float(offset).filter(|since| *since >= 0.0)?;
    let status = unsigned(status)?;
    // A number at the end of a file that was cut may lack digits.
    (cells.len() == COLUMNS && line.terminated).then_some(())?;
    Some(Request {
        line: line.number,
        moment: Moment::SinceStart(since),
        duration_s: Some(duration(float(took), 1.0)?),
        worked: is_success(status),
    })
}
