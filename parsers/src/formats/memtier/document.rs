//! The JSON of `--json-out-file`.

use super::{BYTES, Figure, RATE, Told, interrupted, is_of_all_runs, is_of_run, latency, percentile};
use crate::head::Head;
use crate::shared::benchmark::{LATENCY, OPERATIONS, Results, TIME, positive};
use crate::shared::json::{self, Node, Piece, Trouble, Value};

/// Whether it is such a document. What it was told comes before what it found.
pub(in crate::formats) fn recognise(head: &Head<'_>) -> bool {
    let begins = head.lines.first().is_some_and(|line| json::document(line.text).is_some());
    begins
        && (head.holds(b"\"ALL STATS\"")
            || (head.holds(b"\"configuration\"") && head.holds(b"\"multi_key_get\"")))
}

/// The results of single runs in a document, or, where there are none, their means.
pub(in crate::formats) fn runs<'d, 'a>(document: &'d Node<'a>) -> Vec<&'d Node<'a>> {
    let Value::Object(members) = &document.value else { return Vec::new() };
    let named = |is: fn(&str) -> bool| -> Vec<&Node<'a>> {
        members.iter().filter(|(name, _)| is(name)).map(|(_, node)| node).collect()
    };
    let of_runs = named(is_of_run);
    if of_runs.is_empty() { named(is_of_all_runs) } else { of_runs }
}

/// The kinds of commands of a run, with `Totals`.
pub(in crate::formats) fn kinds<'d, 'a>(run: &'d Node<'a>) -> impl Iterator<Item = (&'d str, &'d Node<'a>)> {
    let members = match &run.value {
        Value::Object(members) => members.as_slice(),
        Value::Word(_) | Value::Text(_) | Value::Array(_) => &[],
    };
    let is_kind = |node: &Node<'_>| node.get("Ops/sec").is_some() || node.get("Time-Serie").is_some();
    members.iter().filter(move |(_, node)| is_kind(node)).map(|(name, node)| (name.as_str(), node))
}

/// Milliseconds that a run took, if they can be.
fn duration_ms(run: &Node<'_>) -> Option<f64> {
    let duration = run.get("Runtime")?.get("Total duration")?.word();
    duration.and_then(positive).filter(|ms| *ms > 0.0)
}

/// When a run ended, seconds since it began. Of one that was interrupted the document tells it elsewhere.
pub(in crate::formats) fn ended_s(document: &Node<'_>, run: &Node<'_>) -> Option<f64> {
    let of_document = || {
        let told = document.get("benchmark_completion")?.get("actual_duration_ms")?.word();
        told.and_then(positive).filter(|ms| *ms > 0.0 && runs(document).len() == 1)
    };
    duration_ms(run).or_else(of_document).map(|ms| ms / 1000.0)
}

pub(super) fn read(bytes: &[u8], results: &mut Results) {
    json::read(bytes, &["Time-Serie", "Histogram log format", "SET", "GET", "WAIT"], |piece| {
        let Piece::Document(document, trouble) = piece else { return };
        for run in runs(&document) {
            told(&document).begin(run.line, results);
            runtime(run, results);
            for (kind, node) in kinds(run) {
                figures(kind, node, results);
            }
        }
        match trouble {
            None => {}
            Some(Trouble::Cut) => {
                results.unfinished(document.place(), 1, "the document has no end: it was cut")
            }
            Some(Trouble::Broken(place)) => {
                results.lost = results.lost.saturating_add(1);
                results.diagnostics.warning("json-broken", place, || {
                    "expected JSON to go on; what stands before it is used, the rest of the document is not"
                        .to_owned()
                });
            }
        }
    });
}

fn told(document: &Node<'_>) -> Told {
    let count = |key: &str| document.get("run information")?.get(key)?.count();
    Told { threads: count("Threads"), connections: count("Connections per thread") }
}

fn runtime(run: &Node<'_>, results: &mut Results) {
    let Some(node) = run.get("Runtime").and_then(|runtime| runtime.get("Total duration")) else { return };
    match duration_ms(run) {
        Some(ms) => {
            let figure = Figure { measure: TIME, statistic: "value", scale: 0.001 };
            let value = results.figure(node.word().unwrap_or_default(), figure.scale, node.place());
            results.rows.push(figure.row("Totals", value, node.line));
            results
                .facts
                .set_float("runtime_s", results.facts.float("runtime_s").unwrap_or_default() + ms / 1000.0);
        }
        None => interrupted(node.place(), results),
    }
}

/// The figures of a kind of commands.
fn figures(kind: &str, node: &Node<'_>, results: &mut Results) {
    let word = |key: &str| node.get(key).and_then(|node| Some((node.word()?, node.place())));
    let value = |key: &str| word(key).and_then(|(word, _)| positive(word));
    let (count, rate) = (value("Count"), value("Ops/sec"));
    // Before 1.4 there was no count.
    let is_asked_for = count.or(rate).is_none_or(|amount| amount > 0.0) || kind == "Totals";
    if !is_asked_for {
        return;
    }
    let has_none = count == Some(0.0);
    let known =
        ["Average Latency", "Latency"].into_iter().find(|key| word(key).is_some()).unwrap_or_default();
    let mut of_all = vec![("Ops/sec", RATE), (known, latency("mean"))];
    of_all.extend([("Min Latency", latency("min")), ("Max Latency", latency("max")), ("KB/sec", BYTES)]);
    let percentiles = node.get("Percentile Latencies");
    let of_percentiles = match percentiles.map(|node| &node.value) {
        Some(Value::Object(members)) => members.as_slice(),
        Some(Value::Word(_) | Value::Text(_) | Value::Array(_)) | None => &[],
    };
    let percentiles = of_percentiles.iter().filter_map(|(name, node)| Some((percentile(name)?, node)));
    let all = of_all.into_iter().filter_map(|(key, figure)| Some((figure, node.get(key)?)));
    for (figure, node) in all.chain(percentiles) {
        let Some(word) = node.word() else { continue };
        // What did not happen took no time.
        if has_none && figure.measure == LATENCY {
            continue;
        }
        let mut value = results.figure(word, figure.scale, node.place());
        if value == Some(0.0) && figure.measure != LATENCY && count.is_some_and(|count| count > 0.0) {
            let what = if figure.measure == OPERATIONS { "a rate" } else { "a throughput" };
            results.diagnostics.warning("impossible-value", node.place(), || {
                format!(
                    "{what} of 0 though commands were answered: the test was interrupted; the value is null"
                )
            });
            value = None;
        }
        results.rows.push(figure.row(kind, value, node.line));
    }
}
