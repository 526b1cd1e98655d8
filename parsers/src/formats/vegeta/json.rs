//! The objects of `vegeta encode --to json`, a line each.

use crate::lines::{Line, Lines};
use crate::shared::json::{self, Node, Piece};
use crate::shared::requests::{Moment, Request, Requests, duration, is_success};
use crate::text::float;
use crate::time::stamp;

/// Members that each object has.
const OWN: [&[u8]; 4] = [b"\"code\":", b"\"timestamp\":", b"\"latency\":", b"\"seq\":"];
/// Members that are long and of no use.
const UNUSED: &[&str] = &["body", "headers"];

pub(super) fn is_own(line: &[u8]) -> bool {
    line.starts_with(b"{") && OWN.iter().all(|member| memchr::memmem::find(line, member).is_some())
}

pub(super) fn read(bytes: &[u8], requests: &mut Requests) {
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        match object(line) {
            Some(request) => requests.rows.push(request),
            None => requests.lose(line, "an object with timestamp, code, latency and error"),
        }
    }
}

fn object(line: Line<'_>) -> Option<Request> {
    let mut found = None;
    json::read(line.text, UNUSED, |piece| {
        if let Piece::Document(node, None) = piece {
            found = found.take().or_else(|| request(&node, line.number));
        }
    });
    found
}

fn request(node: &Node<'_>, line: u64) -> Option<Request> {
    let began = stamp::alone(node.get("timestamp")?.str()?.as_bytes())?.epoch_s()?;
    let status = node.get("code")?.count()?;
    let has_error = node.get("error").and_then(Node::str).is_some_and(|error| !error.is_empty());
    Some(Request {
        line,
        moment: Moment::Epoch(began),
        duration_s: Some(duration(float(node.get("latency")?.word()?), 1e9)?),
        worked: is_success(status) && !has_error,
    })
}
