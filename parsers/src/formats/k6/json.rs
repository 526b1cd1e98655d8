//! The objects of `--out json`, a line each.

use super::{Metric, Point, Reader};
use crate::lines::{Line, Lines};
use crate::shared::json::{self, Node, Piece};
use crate::shared::requests::is_success;
use crate::text::{float, unsigned};
use crate::time::stamp;

pub(super) fn is_own(line: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(line, word).is_some();
    line.starts_with(b"{")
        && has(b"\"metric\":")
        && has(b"\"data\":")
        && (has(b"\"type\":\"Metric\"") || has(b"\"type\":\"Point\""))
}

pub(super) fn read(bytes: &[u8], reader: &mut Reader) {
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        let mut found = None;
        json::read(line.text, &[], |piece| {
            if let Piece::Document(node, None) = piece {
                found.get_or_insert(node);
            }
        });
        let Some(node) = found.filter(|_| line.terminated || line.text.ends_with(b"}")) else {
            reader.requests.lose(line, "an object with type, metric and data");
            continue;
        };
        if node.get("type").and_then(Node::str) != Some("Point") {
            continue;
        }
        match node.get("metric").and_then(Node::str).and_then(Metric::named) {
            None => reader.others = reader.others.saturating_add(1),
            Some(metric) => match point(line, metric, &node) {
                Some(point) => reader.point(&point),
                None => reader.requests.lose(line, "a point with time, value in ms and tags with a status"),
            },
        }
    }
}

fn point(line: Line<'_>, metric: Metric, node: &Node<'_>) -> Option<Point> {
    let data = node.get("data")?;
    let epoch_s = stamp::alone(data.get("time")?.str()?.as_bytes())?.epoch_s()?;
    let value = float(data.get("value")?.word()?).filter(|value| *value >= 0.0)?;
    let tag = |name: &str| data.get("tags").and_then(|tags| tags.get(name)).and_then(Node::str);
    let status = tag("status").and_then(|status| unsigned(status.as_bytes())).unwrap_or_default();
    let worked = match tag("expected_response") {
        Some("true") => true,
        Some("false") => false,
        _ => is_success(status) && tag("error_code").is_none_or(|code| code == "0"),
    };
    Some(Point { line: line.number, metric, epoch_s, value, worked: worked && status != 0 })
}
