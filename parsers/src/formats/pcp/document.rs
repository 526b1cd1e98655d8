//! The JSON of pcp2json.

use super::metrics::{Amount, Part};
use super::{Reader, Value, moment, offset_s};
use crate::diagnostic::Place;
use crate::head::Head;
use crate::shared::json::{self, Node, Piece, Trouble, Value as Json};
use crate::text::float;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.lines.iter().any(|line| json::document(line.text).is_some()) && head.holds(b"\"@pcp\"")
}

/// Whether there is such a document; its samples go to the reader.
pub(super) fn read(bytes: &[u8], reader: &mut Reader) -> bool {
    let mut is_there = false;
    let mut others = 0_usize;
    json::read(bytes, &["@labels"], |piece| {
        let Piece::Document(document, trouble) = piece else { return };
        let Some(pcp) = document.get("@pcp") else { return };
        is_there = true;
        let hosts = pcp.get("@hosts").map(Node::items).unwrap_or_default();
        others = others.saturating_add(hosts.len().saturating_sub(1));
        if let Some(host) = hosts.first() {
            samples(host, reader);
        }
        let (code, place) = match trouble {
            None => return,
            Some(Trouble::Cut) => ("json-cut", document.place()),
            Some(Trouble::Broken(place)) => ("json-broken", place),
        };
        reader.lost = reader.lost.saturating_add(1);
        reader.diagnostics.warning(code, place, || {
            "expected JSON to go on; what stands before it is used, the rest of the document is not"
                .to_owned()
        });
    });
    if others > 0 {
        reader.diagnostics.warning("several-hosts", Place::FILE, || {
            format!("the file holds {others} hosts beside the first; it is one log of one host, and they are left out")
        });
    }
    is_there
}

fn samples(host: &Node<'_>, reader: &mut Reader) {
    if let Some(name) = host.get("@host").and_then(Node::str) {
        reader.facts.set_text("host", name.as_bytes());
    }
    // It stands behind the samples.
    let offset_s = host.get("@timezone").and_then(Node::str).and_then(offset_s);
    reader.begins = true;
    for sample in host.get("@metrics").map(Node::items).unwrap_or_default() {
        let time = sample.get("@timestamp").and_then(Node::str).and_then(|time| moment(time, offset_s));
        let Some(time) = time.filter(|_| sample.whole) else {
            reader.lost = reader.lost.saturating_add(1);
            reader.diagnostics.warning("row-unreadable", sample.place(), || {
                "expected a whole sample with its `@timestamp`; it is left out".to_owned()
            });
            continue;
        };
        let mut values = Vec::new();
        collect(sample, &mut String::new(), &mut values, reader);
        let place = Place { line: Some(sample.line), ..Place::FILE };
        reader.sample(time, &values, place);
    }
}

/// Values below a node, whose name is the path to them.
fn collect(node: &Node<'_>, path: &mut String, values: &mut Vec<Value>, reader: &mut Reader) {
    let Json::Object(members) = &node.value else { return };
    if node.get("value").is_some() {
        return value(node, path, values, reader);
    }
    for (key, member) in members {
        if key == "@instances" {
            member.items().iter().for_each(|instance| value(instance, path, values, reader));
        } else if !key.starts_with('@') {
            let length = path.len();
            if length > 0 {
                path.push('.');
            }
            path.push_str(key);
            collect(member, path, values, reader);
            path.truncate(length);
        }
    }
}

fn value(node: &Node<'_>, metric: &str, values: &mut Vec<Value>, reader: &mut Reader) {
    let Some(part) = Part::of(metric) else { return };
    let instance = node.get("name").and_then(Node::str).unwrap_or_default().to_owned();
    let found = node.get("value");
    let text =
        found.and_then(Node::str).map(str::as_bytes).or(found.and_then(Node::word)).unwrap_or_default();
    let Some(number) = float(text).filter(|number| *number >= 0.0) else {
        let place = found.map_or_else(|| node.place(), Node::place);
        reader.diagnostics.warning("unreadable-value", place, || {
            format!("expected a number of at least 0 for {metric}; the value is null")
        });
        return values.push(Value { part, instance, amount: Amount::Missing });
    };
    let unit = node.get("@unit").and_then(Node::str).unwrap_or_default();
    values.push(Value { part, instance, amount: part.in_unit(number, unit) });
}
