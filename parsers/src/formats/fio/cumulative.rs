//! Several accounts of one job.
//!
//! `--status-interval`, and a signal, make fio print its results while it runs: documents one behind the other, each with
//! all that the job has done since its start. They are no repetitions. The tell-tale: the same job that started at the
//! same time (the document's time less what had elapsed) and has done no less.

use std::collections::BTreeMap;

use crate::shared::json::Node;

/// Elapsed time is in whole seconds, and so may be the time of the document.
const START_S: f64 = 1.5;

/// What a job is known by: its name, group and host, and which of its copies it is.
type Key<'n> = (&'n str, Option<u64>, Option<&'n str>, usize);

/// A job in a document.
struct Account<'n> {
    document: usize,
    at: usize,
    key: Key<'n>,
    start_s: Option<f64>,
    done: f64,
}

/// For each job of each document, in their order, whether a later document has a later account of it.
pub(super) fn superseded<'n, 'a: 'n>(documents: impl Iterator<Item = &'n Node<'a>>) -> Vec<Vec<bool>> {
    let mut accounts: Vec<Account<'n>> = Vec::new();
    let mut found = Vec::new();
    for (document, node) in documents.enumerate() {
        let entries = node.get("jobs").or_else(|| node.get("client_stats")).map_or(&[][..], Node::items);
        found.push(vec![false; entries.len()]);
        let end_s = number(node, "timestamp_ms").map(|ms| ms / 1000.0).or_else(|| number(node, "timestamp"));
        let mut copies: BTreeMap<_, usize> = BTreeMap::new();
        for (at, job) in entries.iter().enumerate() {
            let name = job.get("jobname").and_then(Node::str).unwrap_or_default();
            let host = job.get("hostname").and_then(Node::str);
            let group = job.get("groupid").and_then(Node::count);
            let copy = copies.entry((name, group, host)).or_default();
            let key = (name, group, host, *copy);
            *copy = copy.saturating_add(1);
            let start_s = end_s.zip(number(job, "elapsed")).map(|(end, elapsed)| end - elapsed);
            accounts.push(Account { document, at, key, start_s, done: done(job) });
        }
    }
    let mut next: BTreeMap<Key<'n>, &Account<'n>> = BTreeMap::new();
    for account in accounts.iter().rev() {
        let goes_on = next.insert(account.key, account).is_some_and(|later| {
            let starts = account.start_s.zip(later.start_s);
            starts.is_some_and(|(a, b)| (a - b).abs() <= START_S) && later.done >= account.done
        });
        let slot = found.get_mut(account.document).and_then(|jobs| jobs.get_mut(account.at));
        if let (Some(slot), true) = (slot, goes_on) {
            *slot = true;
        }
    }
    found
}

fn number(node: &Node<'_>, key: &str) -> Option<f64> {
    node.get(key).and_then(Node::word).and_then(crate::shared::benchmark::positive)
}

/// Operations of all directions.
fn done(job: &Node<'_>) -> f64 {
    let directions =
        ["read", "write", "trim", "mixed"].into_iter().filter_map(|direction| job.get(direction));
    directions.filter_map(|node| number(node, "total_ios").or_else(|| number(node, "io_bytes"))).sum()
}
