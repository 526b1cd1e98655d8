//! `k6`: requests to a web server as `k6 run --out csv=FILE` and `--out json=FILE` write them.
//!
//! ```text
//! metric_name,timestamp,metric_value,check,error,error_code,expected_response,group,method,name,proto,scenario,service,status,…
//! http_reqs,1595325560,1.000000,,,,true,,GET,http://test.example,HTTP/1.1,default,,200,…
//! http_req_duration,1595325560,221.899000,,,,true,,GET,http://test.example,HTTP/1.1,default,,200,…
//! http_req_blocked,1595325560,98.100000,,,,true,,GET,http://test.example,HTTP/1.1,default,,200,…
//! ```
//!
//! Many metrics, one value a row. Those of a request stand together and have the same time, its end; `http_req_duration` makes
//! it a row here.
//!
//! Traps:
//!
//! * Columns grew in number from version to version: they are found by their names.
//! * Unix seconds are whole unless `K6_CSV_TIME_FORMAT` says `unix_milli`, `unix_micro`, `unix_nano`, `rfc3339` or
//!   `rfc3339_nano`: told by the text.
//! * `http_req_duration` (ms) leaves out the wait for a connection, which is in `http_req_blocked`, `http_req_connecting` and
//!   `http_req_tls_handshaking`: a request that was refused has a duration of 0 without them.
//! * Status 0 is no answer; `error_code` says why (1050 timeout, 1212 refused). `expected_response` is what the script takes for a success,
//!   else it is 2xx and 3xx.
//! * Whether k6 waited for answers is not in the file: an executor with an arrival rate does not, one of VUs does.
//!
//! Absent on purpose: all other metrics; checks; requests of gRPC and WebSocket.

mod csv;
mod json;

use crate::diagnostic::Place;
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::lines::Lines;
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable};
use crate::shared::requests::{self, Manner, Moment, Request, Requests};

pub(crate) static DESCRIPTION: Description = Description {
    name: "k6",
    description: "requests to a web server, a row each, among other metrics",
    written_by: "k6 run --out csv or json, 0.2x to 1",
    begins_with: "`metric_name,timestamp,metric_value,…`, or `{\"type\":\"Metric\",…}` and `{\"type\":\"Point\",…}`",
    file_names: &[],
    clocks: &[Clock::Epoch],
    meaning: Meaning::Requests,
    marks: Marks::Head(&[csv::HEADER, b"\"type\":\"Metric\"", b"\"type\":\"Point\""]),
    recognise,
    parse: Parse::Whole(parse),
};

fn recognise(head: &Head<'_>) -> bool {
    head.lines.first().is_some_and(|line| line.text.starts_with(csv::HEADER) || json::is_own(line.text))
}

/// What a value is of.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Metric {
    /// `http_req_duration`.
    Duration,
    /// The wait for a connection, of which the others are parts in some versions.
    Blocked,
    Connecting,
    Handshaking,
}

impl Metric {
    fn named(name: &str) -> Option<Self> {
        match name {
            "http_req_duration" => Some(Self::Duration),
            "http_req_blocked" => Some(Self::Blocked),
            "http_req_connecting" => Some(Self::Connecting),
            "http_req_tls_handshaking" => Some(Self::Handshaking),
            _ => None,
        }
    }
}

/// A value with its time.
struct Point {
    line: u64,
    metric: Metric,
    epoch_s: f64,
    /// Milliseconds.
    value: f64,
    worked: bool,
}

/// A request whose values are being read.
struct Open {
    request: Request,
    duration_ms: f64,
    blocked_ms: f64,
    connecting_ms: f64,
    handshaking_ms: f64,
}

impl Open {
    fn close(self) -> Request {
        let waited_ms = self.blocked_ms.max(self.connecting_ms + self.handshaking_ms);
        let duration_s = requests::duration(Some(self.duration_ms + waited_ms), 1000.0);
        Request { duration_s, ..self.request }
    }
}

#[derive(Default)]
struct Reader {
    requests: Requests,
    open: Option<Open>,
    /// Whether a time has a part of a second.
    has_parts: bool,
    /// Values of other metrics.
    others: u64,
}

impl Reader {
    fn point(&mut self, point: &Point) {
        self.has_parts |= point.epoch_s.fract() != 0.0;
        if point.metric == Metric::Duration {
            self.end();
            let moment = Moment::Epoch(point.epoch_s);
            let request = Request { line: point.line, moment, duration_s: None, worked: point.worked };
            self.open = Some(Open {
                request,
                duration_ms: point.value,
                blocked_ms: 0.0,
                connecting_ms: 0.0,
                handshaking_ms: 0.0,
            });
            return;
        }
        // Those of a request are written together.
        let of_it = |open: &&mut Open| open.request.moment == Moment::Epoch(point.epoch_s);
        let Some(open) = self.open.as_mut().filter(of_it) else { return };
        match point.metric {
            Metric::Blocked => open.blocked_ms = point.value,
            Metric::Connecting => open.connecting_ms = point.value,
            Metric::Handshaking => open.handshaking_ms = point.value,
            Metric::Duration => {}
        }
    }

    fn end(&mut self) {
        self.requests.rows.extend(self.open.take().map(Open::close));
    }
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader::default();
    if Lines::new(bytes).find(|line| !line.is_blank()).is_some_and(|line| line.text.starts_with(b"{")) {
        json::read(bytes, &mut reader);
    } else {
        csv::read(bytes, &mut reader)?;
    }
    reader.end();
    let Reader { mut requests, has_parts, others, .. } = reader;
    if others > 0 {
        requests.diagnostics.note("other-metrics", Place::FILE, || {
            format!("{others} values are of other metrics than the times of HTTP requests; they are not used")
        });
    }
    if !has_parts && !requests.rows.is_empty() {
        requests.diagnostics.note("times-in-whole-seconds", Place::FILE, || {
            "times are whole seconds, so that an outage is known to a second or two: K6_CSV_TIME_FORMAT=unix_milli writes finer ones".to_owned()
        });
    }
    let manner = Manner {
        time_is_end: true,
        is_closed_loop: false,
        time_resolution_s: if has_parts { 1e-3 } else { 1.0 },
        duration_resolution_s: 1e-6,
    };
    requests.finish(manner, "values of `http_req_duration`; did the script send requests of HTTP?")
}
