//! Reports in JSON: `{"sysstat": {"hosts": [{"nodename": …, "statistics": [{…}, {…}]}]}}`.
//!
//! A tool that is killed leaves the brackets open; what stands before is read.

use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::frame::Unit;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::shared::host::samples::{Form, Moment, Samples};
use crate::shared::json::{Node, Piece, Trouble, read};
use crate::text::float;

/// What every such report holds.
pub(crate) const MARK: &[u8] = b"\"sysstat\"";

/// What a report is read into.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub samples: Samples,
    pub facts: Facts,
    pub lost: usize,
    pub diagnostics: Diagnostics,
}

/// Whether the bytes begin as JSON does.
pub(crate) fn begins(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"{")
}

/// A number of at least 0.
pub(crate) fn number(node: &Node<'_>, key: &str) -> Option<f64> {
    node.get(key)?.word().and_then(float).filter(|number| *number >= 0.0)
}

/// The text of a key, or the number that it is.
pub(crate) fn text<'n>(node: &'n Node<'_>, key: &str) -> Option<&'n str> {
    let node = node.get(key)?;
    node.str().or_else(|| std::str::from_utf8(node.word()?).ok())
}

impl Report {
    /// Hands on each host, and with it each of its statistics; of a host without any, `None` comes once.
    pub fn read(&mut self, bytes: &[u8], mut each: impl FnMut(&mut Self, &Node<'_>, Option<&Node<'_>>)) {
        read(bytes, &[], |piece| match piece {
            Piece::Document(document, trouble) => {
                if let Some(trouble) = trouble {
                    self.trouble(trouble);
                }
                let hosts = document.get("sysstat").and_then(|sysstat| sysstat.get("hosts"));
                for host in hosts.map(Node::items).unwrap_or_default() {
                    self.host(host);
                    each(self, host, None);
                    for statistics in host.get("statistics").map(Node::items).unwrap_or_default() {
                        each(self, host, Some(statistics));
                    }
                }
            }
            Piece::Other(line) => {
                self.lost = self.lost.saturating_add(1);
                self.diagnostics.warning("row-unreadable", Place::line(line.number, line.text), || {
                    "expected the JSON of sysstat; the line is left out".to_owned()
                });
            }
        });
    }

    fn trouble(&mut self, trouble: Trouble<'_>) {
        match trouble {
            Trouble::Cut => self.diagnostics.note("json-cut", Place::FILE, || {
                "the document has no end: the tool was killed, or still runs; what is there is used"
                    .to_owned()
            }),
            Trouble::Broken(place) => {
                self.lost = self.lost.saturating_add(1);
                self.diagnostics.warning("json-broken", place, || {
                    "expected JSON; what stands before is used, what stands behind is left out".to_owned()
                });
            }
        }
    }

    fn host(&mut self, host: &Node<'_>) {
        let name = host.get("nodename").and_then(Node::str).unwrap_or_default();
        match self.facts.text("host") {
            Some(known) if known != name => {
                let known = known.to_owned();
                self.diagnostics.warning("another-host", host.place(), || {
                    format!("what stands before is of host {known}, this of {name}; all are kept")
                });
            }
            Some(_) => {}
            None if name.is_empty() => {}
            None => self.facts.set_text("host", name.as_bytes()),
        }
        if let Some(cpus) = host.get("number-of-cpus").and_then(Node::count) {
            self.facts.set_int("cpus", cpus);
        }
    }

    /// Counts something that cannot be read.
    pub fn unreadable(&mut self, node: &Node<'_>, expected: &'static str) {
        // What is cut was not written: nothing is lost.
        if node.whole {
            self.lost = self.lost.saturating_add(1);
            self.diagnostics
                .warning("row-unreadable", node.place(), || format!("expected {expected}; it is left out"));
        }
    }

    pub fn set(&mut self, moment: Moment, name: &str, unit: Unit, value: f64, node: &Node<'_>) {
        self.samples.read_line(node.line);
        self.samples.tell((moment, node.place()), name, (unit, value), &mut self.diagnostics);
    }

    /// The values of an object by its keys, each with the bytes that one of its unit are.
    pub fn rates(&mut self, moment: Moment, node: &Node<'_>, prefix: &str, keys: &[(&str, &str, f64)]) {
        for (key, quantity, scale) in keys {
            if let Some(value) = number(node, key) {
                self.set(moment, &format!("{prefix}{quantity}"), Unit::BytesPerSecond, value * scale, node);
            }
        }
    }

    pub fn finish(mut self, form: Form, expected: &'static str) -> Result<Outcome, Unusable> {
        if self.samples.is_empty() {
            return Err(unusable(Place::FILE, expected, self.diagnostics));
        }
        let clock = self.samples.clock(form);
        self.facts.set_int("segments", self.samples.segments());
        let rows = RowCount { read: self.samples.len(), lost: self.lost };
        let columns = self.samples.finish(form, &mut self.diagnostics);
        let Self { facts, diagnostics, .. } = self;
        Ok(Outcome { version: None, columns, clock, facts, parts: Vec::new(), rows, diagnostics })
    }
}
