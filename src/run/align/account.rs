//! The figures of a migration as the log of a hypervisor has them, and which of several migrations they are of.

use std::collections::BTreeMap;

use stillstand_parsers::{Hypervisor as Form, Parsed, Rounds};

use crate::input::load::LoadedFile;
use crate::model::{Hypervisor, PrecopyRound, SentPages, Status};
use crate::stats::Sample;

/// How a job ended; `None` for a state in which it goes on.
pub(super) fn fate(status: &str) -> Option<Status> {
    match status {
        "completed" => Some(Status::Completed),
        "failed" | "error" => Some(Status::Failed),
        "cancelled" => Some(Status::Cancelled),
        _ => None,
    }
}

/// The figures of the log: the last that each answer gave, rates as medians.
pub(super) fn account(file: &LoadedFile, log: &Parsed, form: Form) -> Hypervisor {
    let in_last = in_last_migration(log);
    let values = |column: &str| -> Vec<f64> {
        match (log.frame.f64s(column), log.frame.i64s(column)) {
            (Ok(values), _) => {
                values.iter().zip(&in_last).filter(|(_, in_last)| **in_last).filter_map(|(v, _)| v).collect()
            }
            (_, Ok(values)) => {
                let in_last = values.iter().zip(&in_last).filter(|(_, in_last)| **in_last);
                in_last.filter_map(|(value, _)| value).map(|value| value as f64).collect()
            }
            _ => Vec::new(),
        }
    };
    let last = |column: &str| values(column).last().copied();
    let median = |column: &str| {
        let positive = values(column).into_iter().filter(|value| *value > 0.0).collect();
        Sample::new(positive).map(|sample| sample.median())
    };
    let page_bytes = last("page_bytes").or(form.page_bytes.map(f64::from));
    let sent = ["pages_normal", "pages_duplicate"].map(&last);
    Hypervisor {
        source_file: file.file.relative.clone(),
        downtime_s: last("downtime_s"),
        expected_downtime_s: last("expected_downtime_s"),
        // QEMU and libvirt count milliseconds.
        resolution_s: last("downtime_s").map(|_| 0.001),
        // Of a job that did not complete, the last answer says 0.
        total_time_s: last("total_time_s").filter(|total| *total > 0.0).or_else(|| span(log)),
        setup_time_s: last("setup_time_s"),
        iterations: values("iteration").into_iter().reduce(f64::max).map(|n| n as u64),
        transferred_bytes: last("transferred_bytes"),
        remaining_bytes: last("remaining_bytes"),
        memory_bytes: last("total_bytes"),
        precopy_bytes: last("precopy_bytes"),
        downtime_bytes: last("downtime_bytes"),
        postcopy_bytes: last("postcopy_bytes"),
        postcopy_requests: last("postcopy_requests"),
        postcopy_blocktime_s: last("postcopy_blocktime_s"),
        pages_sent: sent.iter().flatten().copied().reduce(|a, b| a + b),
        pages_normal: sent[0],
        pages_duplicate: sent[1],
        page_bytes,
        sent: sent_pages(log, &in_last),
        dirty_bytes_per_s: median("dirty_pages_per_s").map(|pages| pages * page_bytes.unwrap_or(4096.0)),
        throughput_bytes_per_s: median("throughput_bytes_per_s"),
        mean_throughput_bytes_per_s: mean_throughput(log, &in_last),
        rounds: match form.rounds {
            Rounds::Rows => rounds(log),
            Rounds::Answers => rounds_by_answers(log),
            Rounds::Absent => Vec::new(),
        },
        return_path: log.facts.text("return_path").map(|state| state == "on"),
        printed_pages: printed_pages(log),
    }
}

/// What the answer that the job has completed calls its throughput: over the whole job, since QEMU counts it anew at the end.
fn mean_throughput(log: &Parsed, in_last: &[bool]) -> Option<f64> {
    let (statuses, values) = (log.frame.strs("status").ok()?, log.frame.f64s("throughput_bytes_per_s").ok()?);
    let rows = statuses.iter().zip(values.iter()).zip(in_last);
    let completed = rows.filter(|((status, _), in_last)| **in_last && *status == Some("completed"));
    let values = completed.filter_map(|((_, value), _)| value).filter(|value| *value > 0.0);
    // From the front: columns of polars do not go backwards beside others.
    values.fold(None, |_, value| Some(value))
}

/// What the last answer says that tells pages by their kind.
fn sent_pages(log: &Parsed, in_last: &[bool]) -> Option<SentPages> {
    let frame = &log.frame;
    let (normal, duplicate) = (frame.i64s("pages_normal").ok()?, frame.i64s("pages_duplicate").ok()?);
    let (size, bytes) = (frame.f64s("page_bytes").ok()?, frame.f64s("transferred_bytes").ok()?);
    (0..frame.height()).rev().filter(|row| in_last[*row]).find_map(|row| {
        Some(SentPages {
            normal: normal.get(row)? as f64,
            duplicate: duplicate.get(row)? as f64,
            page_bytes: size.get(row)?,
            transferred_bytes: bytes.get(row)?,
        })
    })
}

/// From the first to the last line of the last migration in a log of Xen, by its clock on the wall: that needs no zone.
fn span(log: &Parsed) -> Option<f64> {
    log.frame.u32s("migration").ok()?;
    let times = log.frame.f64s("local_s").ok()?;
    let in_last = times.iter().zip(in_last_migration(log)).filter(|(_, in_last)| *in_last);
    let times: Vec<f64> = in_last.filter_map(|(t, _)| t).collect();
    let (first, end) = (times.first()?, times.last()?);
    (end > first).then_some(end - first)
}

/// Which rows are of the last migration of a log, which may hold several.
pub(super) fn in_last_migration(log: &Parsed) -> Vec<bool> {
    let Ok(migrations) = log.frame.u32s("migration") else {
        let from = beginnings(log).last().copied().unwrap_or_default();
        return (0..log.frame.height()).map(|row| row >= from).collect();
    };
    let last = migrations.iter().flatten().max();
    migrations.iter().map(|migration| migration == last).collect()
}

/// How many migrations a log holds, and the line in which the last of them begins.
pub(super) fn migrations(log: &Parsed) -> (usize, Option<u32>) {
    let counted = log.facts.int("migrations").and_then(|n| usize::try_from(n).ok());
    let n = counted.unwrap_or_else(|| 1 + beginnings(log).len());
    let first = in_last_migration(log).iter().position(|in_last| *in_last);
    (n, first.and_then(|row| log.frame.u32s("line").ok()?.get(row)))
}

/// The rows in which a further migration begins in a log of QEMU or libvirt: with the command after one that is
/// over; where the log holds no commands, with an answer that one is under way.
fn beginnings(log: &Parsed) -> Vec<usize> {
    let (Ok(names), Ok(statuses)) = (log.frame.strs("entry"), log.frame.strs("status")) else {
        return Vec::new();
    };
    let commands = names.iter().any(|name| name == Some("migrate"));
    let mut over = false;
    let mut found = Vec::new();
    for (row, (name, status)) in names.iter().zip(statuses.iter()).enumerate() {
        let under_way = status.is_some_and(|status| status != "none" && fate(status).is_none());
        if status.and_then(fate).is_some() {
            over = true;
        } else if over && if commands { name == Some("migrate") } else { under_way } {
            found.push(row);
            over = false;
        }
    }
    found
}

/// The rounds of a log of Xen, whose last migration it is: those that tell what they sent.
fn rounds(log: &Parsed) -> Vec<PrecopyRound> {
    let frame = &log.frame;
    let (Ok(iterations), Ok(sent)) = (frame.i64s("iteration"), frame.i64s("round_pages_sent")) else {
        return Vec::new();
    };
    let counts = |name: &str| -> Vec<Option<f64>> {
        frame.i64s(name).map_or_else(
            |_| vec![None; frame.height()],
            |column| column.iter().map(|count| count.map(|count| count as f64)).collect(),
        )
    };
    let (skipped, dirtied) = (counts("round_pages_skipped"), counts("round_pages_dirtied"));
    let durations: Vec<Option<f64>> =
        frame.f64s("round_s").map_or_else(|_| vec![None; frame.height()], |column| column.iter().collect());
    let in_last = in_last_migration(log);
    let mut found: Vec<PrecopyRound> = (0..frame.height())
        .filter(|row| in_last[*row])
        .filter_map(|row| {
            Some(PrecopyRound {
                number: u64::try_from(iterations.get(row)?).ok()?,
                pages_sent: sent.get(row)? as f64,
                bytes_sent: None,
                pages_skipped: skipped[row],
                pages_dirtied: dirtied[row],
                duration_s: durations[row],
            })
        })
        .collect();
    found.sort_by_key(|round| round.number);
    found.dedup_by_key(|round| round.number);
    found
}

/// The rounds of QEMU by its answers: what was sent by the last answer of one round and not yet by the last
/// answer of the round before, pages of zeros included. So a boundary is known to the time between two
/// answers; a round that no answer saw is part of the next one that was seen.
fn rounds_by_answers(log: &Parsed) -> Vec<PrecopyRound> {
    let frame = &log.frame;
    let (Ok(times), Ok(iterations), Ok(entries)) =
        (frame.f64s("time"), frame.i64s("iteration"), frame.strs("entry"))
    else {
        return Vec::new();
    };
    let (Ok(normal), Ok(zeros), Ok(bytes)) =
        (frame.i64s("pages_normal"), frame.i64s("pages_duplicate"), frame.f64s("transferred_bytes"))
    else {
        return Vec::new();
    };
    // Of each round: when it began, and the pages that were sent by its end.
    let in_last = in_last_migration(log);
    let mut begun: BTreeMap<u64, f64> = BTreeMap::new();
    let mut sent: BTreeMap<u64, f64> = BTreeMap::new();
    let mut on_network: BTreeMap<u64, f64> = BTreeMap::new();
    let mut end = None;
    for row in (0..frame.height()).filter(|row| in_last[*row]) {
        if entries.get(row) == Some("MIGRATION") {
            end = times.get(row).or(end);
        }
        let Some(round) = iterations.get(row).and_then(|round| u64::try_from(round).ok()).filter(|n| *n > 0)
        else {
            continue;
        };
        if let Some(t) = times.get(row) {
            begun.entry(round).or_insert(t);
        }
        if let (Some(normal), Some(zeros)) = (normal.get(row), zeros.get(row)) {
            let by_now = (normal + zeros) as f64;
            sent.entry(round).and_modify(|pages| *pages = pages.max(by_now)).or_insert(by_now);
        }
        if let Some(bytes) = bytes.get(row) {
            on_network.entry(round).and_modify(|most| *most = most.max(bytes)).or_insert(bytes);
        }
    }
    let (mut before, mut bytes_before) = (0.0, 0.0);
    sent.into_iter()
        .map(|(number, by_now)| {
            let pages_sent = (by_now - before).max(0.0);
            before = by_now.max(before);
            let bytes_by_now = on_network.get(&number).copied();
            let bytes_sent = bytes_by_now.map(|bytes| (bytes - bytes_before).max(0.0));
            bytes_before = bytes_by_now.unwrap_or(bytes_before);
            let next = begun.range(number + 1..).next().map(|(_, t)| *t).or(end);
            let duration_s = begun.get(&number).zip(next).map(|(begun, next)| next - begun);
            PrecopyRound {
                number,
                pages_sent,
                bytes_sent,
                pages_skipped: None,
                pages_dirtied: None,
                duration_s: duration_s.filter(|duration| *duration >= 0.0),
            }
        })
        .collect()
}

/// What a log of Xen prints as the sum over all rounds of its last migration, pages.
fn printed_pages(log: &Parsed) -> Option<f64> {
    let (entries, bytes) = (log.frame.strs("entry").ok()?, log.frame.f64s("transferred_bytes").ok()?);
    let rows = entries.iter().zip(bytes.iter()).zip(in_last_migration(log));
    let sums = rows.filter(|((entry, _), in_last)| *in_last && *entry == Some("sent"));
    sums.filter_map(|((_, bytes), _)| bytes).reduce(|_, later| later).map(|bytes| bytes / 4096.0)
}
