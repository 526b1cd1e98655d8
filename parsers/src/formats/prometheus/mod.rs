//! What a server of Prometheus answers to `query_range` (or `query` with a range): `{"status":"success","data":{"resultType":"matrix",…`.
//!
//! ```text
//! {"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"node_cpu_seconds_total","cpu":"0",
//! "instance":"kirsche:9100","job":"node","mode":"idle"},"values":[[1435781430.781,"362812.78"],[1435781431.781,"362813.1"]]}]}}
//! ```
//!
//! The names are those of node_exporter ([`metrics`]): counters become rates between two scrapes ([`series`]); what is a rate
//! already, or a metric of something else, is counted and told. Several answers may be in one file.
//!
//! Traps:
//!
//! * A counter that goes down was reset: it counts from 0 on, and what it had lost is not known. That interval is null.
//! * A scrape that is missing is not there; nothing says the step. The usual one is the median; where two scrapes are farther
//!   apart than one and a half of it, the rate between them is null. So is what is `NaN`.
//! * `node_network_…` counts `lo`, and bonds and bridges beside what is below them.
//! * Two hosts in one file cannot be told apart by a run: only one `instance` is read.

mod metrics;
mod series;

use std::collections::{BTreeMap, BTreeSet};

use self::metrics::{Kind, Part, TOTAL};
use self::series::{Series, tell_resets};
use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::format::{Description, Marks, Parse};
use crate::frame::{Clock, Unit};
use crate::head::Head;
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::shared::host::samples::{Form, Moment, Samples};
use crate::shared::json::{Node, Piece, Trouble, read};

pub(crate) static DESCRIPTION: Description = Description {
    name: "prometheus",
    description: "CPU, memory, network and disks of a host out of node_exporter, as `query_range` of Prometheus answers",
    written_by: "the HTTP API of Prometheus 2 and 3 and what is like it, for counters and gauges of node_exporter",
    begins_with: "`{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":{\"__name__\":\"node_cpu_seconds_total\",…`",
    file_names: &["query-range", "node-exporter"],
    clocks: &[Clock::Epoch],
    meaning: Meaning::HostSamples,
    marks: Marks::Head(&[b"\"resultType\"", b"\"errorType\""]),
    recognise,
    parse: Parse::Whole(parse),
};

const EXPECTED: &str = "a matrix of node_exporter's counters and gauges of one host, such as node_cpu_seconds_total{instance=\"kirsche:9100\"}";

fn recognise(head: &Head<'_>) -> bool {
    let text = head.text().trim_ascii_start();
    text.starts_with(b"{")
        && head.holds(b"\"status\"")
        && (head.holds(b"\"matrix\"") || head.holds(b"\"errorType\""))
}

#[derive(Default)]
struct Reader {
    /// All series of what is used, by what they are a part of.
    parts: BTreeMap<Part, Vec<Series>>,
    cpus: BTreeSet<String>,
    facts: Facts,
    /// The hosts, with how many of their series were used.
    instances: BTreeMap<String, usize>,
    /// Series that are not used, and the name of one.
    others: (usize, Option<String>),
    lost: usize,
    diagnostics: Diagnostics,
}

fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader::default();
    let mut refused = None;
    read(bytes, &[], |piece| match piece {
        Piece::Document(document, trouble) => {
            reader.trouble(trouble);
            if document.get("status").and_then(Node::str) == Some("error") {
                let why = document.get("error").and_then(Node::str).unwrap_or_default().to_owned();
                refused.get_or_insert((document.line, why));
                return;
            }
            let result = document.get("data").and_then(|data| data.get("result"));
            result.map(Node::items).unwrap_or_default().iter().for_each(|series| reader.series(series));
        }
        Piece::Other(line) => {
            reader.lost = reader.lost.saturating_add(1);
            reader.diagnostics.warning("row-unreadable", Place::line(line.number, line.text), || {
                "expected an answer of Prometheus; the line is left out".to_owned()
            });
        }
    });
    if let Some((line, why)) = refused {
        let place = Place { line: Some(line), ..Place::FILE };
        reader
            .diagnostics
            .error("query-failed", place, || format!("Prometheus answered with an error: {why}"));
    }
    reader.finish()
}

impl Reader {
    fn trouble(&mut self, trouble: Option<Trouble<'_>>) {
        match trouble {
            None => {}
            Some(Trouble::Cut) => self.diagnostics.warning("json-cut", Place::FILE, || {
                "the document has no end: was the file copied whole? What is there is used".to_owned()
            }),
            Some(Trouble::Broken(place)) => {
                self.lost = self.lost.saturating_add(1);
                self.diagnostics.warning("json-broken", place, || {
                    "expected JSON; what stands before is used, what stands behind is left out".to_owned()
                });
            }
        }
    }

    fn series(&mut self, node: &Node<'_>) {
        let label = |key: &str| node.get("metric").and_then(|metric| metric.get(key)).and_then(Node::str);
        let name = label("__name__").unwrap_or_default();
        let Some(part) = Part::of(name, label) else {
            self.others =
                (self.others.0.saturating_add(1), self.others.1.take().or_else(|| Some(name.to_owned())));
            return;
        };
        if part.kind == Kind::Cpu {
            self.cpus.insert(label("cpu").unwrap_or_default().to_owned());
        }
        *self.instances.entry(label("instance").unwrap_or_default().to_owned()).or_default() += 1;
        let series = Series::read(node, &mut self.lost, &mut self.diagnostics);
        self.parts.entry(part).or_default().push(series);
    }

    fn finish(mut self) -> Result<Outcome, Unusable> {
        if self.instances.len() > 1 {
            let names: Vec<&str> = self.instances.keys().map(String::as_str).take(8).collect();
            let message = format!(
                "the file holds {} hosts ({}); it is one log of one host. Write a file for each: query {{instance=\"{}\"}}",
                self.instances.len(),
                names.join(", "),
                names.first().copied().unwrap_or_default()
            );
            self.diagnostics.error("several-hosts", Place::FILE, || message.clone());
            return Err(unusable(Place::FILE, message, self.diagnostics));
        }
        if let (count @ 1.., Some(name)) = &self.others {
            let (count, name) = (*count, name.clone());
            self.diagnostics.note("other-metrics", Place::FILE, || {
                format!(
                    "{count} series are of other metrics, the first of `{name}`; they are not used. What is a rate already has no \
                     name: query the counters, or declare a table in [[series]]"
                )
            });
        }
        let samples = self.samples();
        if samples.is_empty() {
            return Err(unusable(Place::FILE, EXPECTED, self.diagnostics));
        }
        if let Some(instance) = self.instances.keys().next().filter(|instance| !instance.is_empty()) {
            // The port is that of the exporter.
            let host = instance.rsplit_once(':').map_or(instance.as_str(), |(host, _)| host);
            self.facts.set_text("host", host.as_bytes());
        }
        let form = Form { whole: false, ..Form::default() };
        let clock = samples.clock(form);
        self.facts.set_int("segments", samples.segments());
        let rows = RowCount { read: samples.len(), lost: self.lost };
        let columns = samples.finish(form, &mut self.diagnostics);
        let Self { facts, diagnostics, .. } = self;
        Ok(Outcome { version: None, columns, clock, facts, parts: Vec::new(), rows, diagnostics })
    }

    /// The quantities of the host by time.
    fn samples(&mut self) -> Samples {
        let is_repeated = self.drop_repetitions();
        let mut steps: Vec<i64> = self.parts.values().flatten().filter_map(Series::step).collect();
        steps.sort_unstable();
        let step = steps.get(steps.len() / 2).copied().unwrap_or(i64::MAX);
        // Scrapes that do not fall on the steps of the query are a step farther apart now and then.
        let step = if is_repeated { step.saturating_mul(2) } else { step };
        let mut samples = Samples::default();
        samples.read_line(1);
        let mut resets = 0;
        let mut levels: BTreeMap<String, BTreeMap<i64, f64>> = BTreeMap::new();
        for (part, series) in std::mem::take(&mut self.parts) {
            // What is the sum of several series is known where all of them are.
            let mut sums: BTreeMap<i64, (f64, usize)> = BTreeMap::new();
            for one in &series {
                let is_level = part.kind == Kind::Level;
                let values = if is_level { one.values.clone() } else { one.rates(step, &mut resets) };
                for (time, value) in values {
                    let (sum, count) = sums.entry(time).or_default();
                    (*sum, *count) = (*sum + value, count.saturating_add(1));
                }
            }
            for (time, (sum, count)) in sums {
                if count < series.len() {
                    continue;
                }
                if part.kind == Kind::Level {
                    levels.entry(part.name.clone()).or_default().insert(time, sum);
                }
                if part.name != TOTAL {
                    let moment = Moment { epoch_ns: Some(time), local_ns: None };
                    samples.set(moment, &part.name, part.unit(), sum * part.scale(self.cpus.len()));
                }
            }
        }
        used(&levels, &mut samples);
        tell_resets(resets, &mut self.diagnostics);
        samples
    }

    /// Where the server was asked more often than it scraped, it answers with the last scrape again. CPUs always count: where
    /// none of them did, all values are repetitions.
    fn drop_repetitions(&mut self) -> bool {
        let mut fresh: BTreeSet<i64> = BTreeSet::new();
        let mut all: BTreeSet<i64> = BTreeSet::new();
        for series in
            self.parts.iter().filter(|(part, _)| part.kind == Kind::Cpu).flat_map(|(_, series)| series)
        {
            all.extend(series.values.iter().map(|(time, _)| *time));
            fresh.extend(series.values.first().map(|(time, _)| *time));
            let changed = series.values.windows(2).filter_map(|two| {
                let (first, last) = (two.first()?, two.last()?);
                (first.1.to_bits() != last.1.to_bits()).then_some(last.0)
            });
            fresh.extend(changed);
        }
        let repeated = all.len().saturating_sub(fresh.len());
        if repeated == 0 {
            return false;
        }
        for series in self.parts.values_mut().flatten() {
            series.values.retain(|(time, _)| fresh.contains(time) || !all.contains(time));
        }
        self.diagnostics.note("scrapes-repeated", Place::FILE, || {
            format!(
                "{repeated} of {} times repeat the scrape before: the step of the query is shorter than the time between two                  scrapes; they are left out",
                all.len()
            )
        });
        true
    }
}

/// Memory in use, without buffers and caches.
fn used(levels: &BTreeMap<String, BTreeMap<i64, f64>>, samples: &mut Samples) {
    let at = |name: &str, time: &i64| levels.get(name).and_then(|values| values.get(time)).copied();
    for (time, total) in levels.get(TOTAL).into_iter().flatten() {
        let rest = at("mem.free", time).zip(at("mem.buffers", time)).zip(at("mem.cache", time));
        if let Some(((free, buffers), cache)) = rest {
            let moment = Moment { epoch_ns: Some(*time), local_ns: None };
            samples.set(moment, "mem.used", Unit::Bytes, (total - free - buffers - cache).max(0.0));
        }
    }
}
