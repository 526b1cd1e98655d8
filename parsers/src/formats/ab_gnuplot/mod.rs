//! `ab-gnuplot`: requests to a web server as `ab -g FILE` writes them for gnuplot.
//!
//! ```text
//! starttime  seconds  ctime  dtime  ttime  wait
//! Tue Dec 01 00:24:32 2026  1796084672  0  1  1  1
//! ```
//!
//! Traps:
//!
//! * Rows are sorted by `ttime`, how long a request took, and not by when it was: they are put in order.
//! * `seconds` are whole seconds since 1970, at which a request began; durations are whole milliseconds. Bounds of an outage are wide.
//! * Neither the status of an answer nor requests without one are in the file: all rows count as answered.
//! * `ab` waits for each answer before it asks again, `-c` times at once: what it did not ask meanwhile is missing.
//!
//! Absent on purpose: the parts of a request's time, and the local `starttime`.

use crate::diagnostic::Place;
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable};
use crate::shared::requests::{Manner, Moment, Request, Requests, duration};
use crate::text::float;
use crate::time::epoch;

pub(crate) static DESCRIPTION: Description = Description {
    name: "ab-gnuplot",
    description: "requests to a web server, a row each, in whole seconds",
    written_by: "ab -g (ApacheBench) 2.3",
    begins_with: "`starttime	seconds	ctime	dtime	ttime	wait`, with tabs",
    file_names: &[],
    clocks: &[Clock::Epoch],
    meaning: Meaning::Requests,
    marks: Marks::Head(&[HEADER]),
    recognise,
    parse: Parse::Whole(parse),
};

const HEADER: &[u8] = b"starttime\tseconds\tctime\tdtime\tttime\twait";
const COLUMNS: usize = 6;

fn recognise(head: &Head<'_>) -> bool {
    head.lines.first().is_some_and(|line| line.text.trim_ascii() == HEADER)
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut requests = Requests::default();
    for line in Lines::new(bytes).filter(|line| !line.is_blank() && line.text.trim_ascii() != HEADER) {
        match row(line) {
            Some(request) => requests.rows.push(request),
            None => {
                requests.lose(line, "a date, whole seconds since 1970 and four times in ms, between tabs")
            }
        }
    }
    requests.diagnostics.note("failures-left-out", Place::FILE, || {
        "ab writes neither the status of an answer nor requests without one: all rows count as answered"
            .to_owned()
    });
    let manner = Manner {
        time_is_end: false,
        is_closed_loop: true,
        time_resolution_s: 1.0,
        duration_resolution_s: 1e-3,
    };
    requests.finish(manner, "rows of ab -g below its header")
}

fn row(line: Line<'_>) -> Option<Request> {
    let cells: Vec<&[u8]> = line.text.split(|byte| *byte == b'\t').map(<[u8]>::trim_ascii).collect();
    // A number at the end of a file that was cut may lack digits, but that of `wait` is not used.
    (cells.len() == COLUMNS).then_some(())?;
    let began = i32::try_from(epoch::whole(cells.get(1)?)?).ok()?;
    Some(Request {
        line: line.number,
        moment: Moment::Epoch(f64::from(began)),
        duration_s: Some(duration(float(cells.get(4)?), 1000.0)?),
        worked: true,
    })
}
