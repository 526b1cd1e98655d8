//! The hypervisor's own account of a migration: QMP and HMP answers, events, `virsh domjobinfo`.
//!
//! A run may have a log of the source and one of the target. The source's tells of the job; of the
//! target's only the event that the VM runs there is used. A VM that runs on at the source after a
//! failure tells `RESUME` there: that is no resumption after a migration.

use std::collections::BTreeMap;

use stillstand_parsers::{Hypervisor as Form, Parsed, Rounds};

use super::host_of;
use super::lines::{AccountLines, FIGURES, Lines, Told, around};
use crate::input::config::Config;
use crate::input::load::LoadedFile;
use crate::model::{Hypervisor, PrecopyRound, Role, SentPages, Severity, Status};
use crate::stats::Sample;

/// The account with its instants: Unix seconds by the observer's clock as read, seconds since the
/// request once aligned.
#[derive(Debug, Clone, PartialEq)]
pub struct HypervisorLog {
    pub account: Hypervisor,
    pub status: Status,
    pub reason: Option<String>,
    /// When the job was asked for, and how much later it may have been.
    pub requested: Option<(f64, f64)>,
    /// When each round of pre-copy was first seen, from the first on.
    pub rounds: Vec<(u64, f64)>,
    /// From when on pages came as the VM asked for them: between these instants.
    pub post_copy: Option<(f64, f64)>,
    /// The VM stopped on the source.
    pub stopped: Option<f64>,
    /// The VM ran on the target.
    pub resumed: Option<f64>,
    /// The job ended between these instants.
    pub ended: Option<(f64, f64)>,
    /// When it last reported how much it had transferred.
    pub bytes_reported: Option<f64>,
    /// Where the VM was sent, in QEMU's words: `tcp:kirsche:4444`.
    pub destination: Option<String>,
    /// The host whose log has the command that migrates.
    pub asked_on: Option<String>,
    /// In which lines it tells what.
    pub lines: AccountLines,
}

impl HypervisorLog {
    /// What is known of a job of which nothing but figures were kept.
    pub(super) fn of_account(account: Hypervisor, status: Status, lines: AccountLines) -> Self {
        Self {
            account,
            lines,
            status,
            reason: None,
            requested: None,
            rounds: Vec::new(),
            post_copy: None,
            stopped: None,
            resumed: None,
            ended: None,
            bytes_reported: None,
            destination: None,
            asked_on: None,
        }
    }

    /// The same with all instants as seconds since `zero`; without a time zero there are none.
    pub(super) fn since(self, zero: Option<f64>) -> Self {
        let since = |t: f64| zero.map(|zero| t - zero);
        Self {
            requested: self.requested.and_then(|(t, later)| Some((since(t)?, later))),
            rounds: self.rounds.into_iter().filter_map(|(round, t)| Some((round, since(t)?))).collect(),
            post_copy: self.post_copy.and_then(|(from, to)| since(from).zip(since(to))),
            stopped: self.stopped.and_then(since),
            resumed: self.resumed.and_then(since),
            ended: self.ended.and_then(|(from, to)| since(from).zip(since(to))),
            bytes_reported: self.bytes_reported.and_then(since),
            ..self
        }
    }
}

/// One row of a log.
struct Entry<'a> {
    time: Option<f64>,
    /// `status` for an answer, else the name of an event or a command.
    name: &'a str,
    status: Option<&'a str>,
    iteration: Option<u64>,
    /// Whether it reports how much has been transferred.
    has_bytes: bool,
    error: Option<&'a str>,
    lines: Option<Lines>,
}

/// The account of a run from its hypervisor logs. `None` without any.
pub(super) fn read(
    logs: &[super::Log<'_, Form>],
    config: &Config,
    report: &mut dyn FnMut(&LoadedFile, Severity, &'static str, String),
) -> Option<HypervisorLog> {
    let (targets, sources): (Vec<_>, Vec<_>) =
        logs.iter().partition(|(file, log, _)| is_of_target(file, log, config));
    let &(file, log, form) = sources.first().or(targets.first())?;
    for (other, ..) in sources.iter().skip(1) {
        let message = format!(
            "the run has a second log of the hypervisor on the source; {} is used, this one is left out",
            file.file.relative
        );
        report(other, Severity::Warning, super::SECOND_LOG, message);
    }
    let (n, line) = migrations(log);
    if n > 1 {
        let from = line.map(|line| format!(", from line {line} on,")).unwrap_or_default();
        let message =
            format!("the log holds {n} migrations; the last{from} is used, the others are left out");
        report(file, Severity::Warning, "several-migrations", message);
    }
    let entries = entries(file, log, config);
    let mut found = job(&entries, account(file, log, form));
    found.destination = log.facts.text("destination").map(str::to_owned);
    found.asked_on = entries.iter().any(|entry| entry.name == "migrate").then(|| host_of(file).to_owned());
    found.lines = lines(log, &entries, &found);
    let resumed = targets.iter().find_map(|(file, log, _)| {
        let entries = self::entries(file, log, config);
        let resumed = entries.iter().find(|entry| entry.name == "RESUME")?;
        Some((resumed.time?, resumed.lines.map(|lines| (file.file.relative.clone(), lines))))
    });
    found.resumed = resumed.as_ref().map(|(time, _)| *time);
    found.lines.resumed = resumed.and_then(|(_, lines)| lines);
    if found.status == Status::Completed && found.account.downtime_s.is_none() && form.has_downtime {
        let message =
            "the job completed, but none of the answers tells a downtime: ask once more after the end";
        report(file, Severity::Note, "no-downtime", message.to_owned());
    }
    Some(found)
}

/// A log is of the target if it was told to wait for an incoming VM, and of the source if it was told to migrate: in a
/// series that goes back and forth a host is both in turn. Where it shows neither, it is what its host is.
fn is_of_target(file: &LoadedFile, log: &Parsed, config: &Config) -> bool {
    let host = host_of(file);
    let entries = entries(file, log, config);
    let has = |name: &str| entries.iter().any(|entry| entry.name == name);
    match config.host(host) {
        _ if has("migrate-incoming") => true,
        _ if has("migrate") => false,
        Some(declared) => Role::from(declared.role) == Role::Target,
        None if host == "target" => true,
        None if host == "source" => false,
        None => has("RESUME") && !has("STOP"),
    }
}

/// The rows. Times that could not be placed in UTC are missing.
fn entries<'a>(file: &LoadedFile, log: &'a Parsed, config: &Config) -> Vec<Entry<'a>> {
    let host = host_of(file);
    let frame = &log.frame;
    let (Ok(times), Ok(names), Ok(statuses), Ok(errors)) =
        (frame.f64s("time"), frame.strs("entry"), frame.strs("status"), frame.strs("error"))
    else {
        return Vec::new();
    };
    let iterations: Vec<Option<u64>> = match frame.i64s("iteration") {
        Ok(column) => column.iter().map(|n| n.and_then(|n| u64::try_from(n).ok())).collect(),
        Err(_) => vec![None; frame.height()],
    };
    let has_bytes = present(log, "transferred_bytes");
    let progress = iterations.into_iter().zip(has_bytes);
    let rows = times.iter().zip(names.iter()).zip(statuses.iter()).zip(errors.iter()).zip(progress);
    rows.zip(in_last_migration(log))
        .enumerate()
        .filter(|(_, (_, in_last))| *in_last)
        .map(|(number, (row, _))| (number, row))
        .map(|(number, ((((time, name), status), error), (iteration, has_bytes)))| Entry {
            time: time.map(|t| t - config.clock_offset_s(host, t)),
            name: name.unwrap_or_default(),
            status,
            iteration,
            has_bytes,
            error,
            lines: frame.lines(number),
        })
        .collect()
}

/// In which rows a column of figures has one.
fn present(log: &Parsed, column: &str) -> Vec<bool> {
    let absent = || vec![false; log.frame.height()];
    log.frame.f64s(column).map_or_else(|_| absent(), |values| values.iter().map(|v| v.is_some()).collect())
}

/// How the job went.
fn job(entries: &[Entry<'_>], account: Hypervisor) -> HypervisorLog {
    let command = |name: &str| entries.iter().find(|entry| entry.name == name).and_then(|entry| entry.time);
    let running = |entry: &&Entry<'_>| !matches!(entry.status, None | Some("none"));
    // Without the command itself the job began after the last answer that knew of none.
    let first_seen = entries.iter().filter(running).find_map(|entry| entry.time);
    let last_none = first_seen.and_then(|seen| {
        let before = entries.iter().filter(|e| e.status == Some("none")).filter_map(|entry| entry.time);
        before.take_while(|t| *t <= seen).last()
    });
    let requested = command("migrate")
        .map(|t| (t, 0.0))
        .or_else(|| first_seen.zip(last_none).map(|(seen, none)| (none, seen - none)));
    let ending = entries.iter().position(|entry| entry.status.is_some_and(|status| fate(status).is_some()));
    // The last word counts: a job that is being cancelled may still fail or complete.
    let last = entries.iter().rev().find_map(|entry| fate(entry.status?));
    let asked = entries.iter().any(|entry| entry.name == "migrate") || first_seen.is_some();
    let status = last.unwrap_or(if asked { Status::Unfinished } else { Status::Unknown });
    let ended = ending.and_then(|index| {
        let seen = entries[index].time?;
        // An event tells the instant, an answer only that it was over by then.
        let before = entries[..index].iter().rev().find_map(|entry| entry.time).unwrap_or(seen);
        Some(if entries[index].name == "MIGRATION" { (seen, seen) } else { (before.min(seen), seen) })
    });
    let post_copy = entries.iter().position(|entry| entry.status == Some("postcopy-active"));
    let post_copy = post_copy.and_then(|index| {
        let seen = entries[index].time?;
        let before = entries[..index].iter().rev().find_map(|entry| entry.time).unwrap_or(seen);
        Some(if entries[index].name == "MIGRATION" { (seen, seen) } else { (before.min(seen), seen) })
    });
    let mut rounds: Vec<(u64, f64)> = Vec::new();
    for entry in entries {
        if let (Some(round), Some(t)) = (entry.iteration, entry.time)
            && round > rounds.last().map_or(0, |(last, _)| *last)
        {
            rounds.push((round, t));
        }
    }
    let reason = match status {
        Status::Completed => None,
        _ => entries.iter().rev().find_map(|entry| entry.error).map(str::to_owned),
    };
    HypervisorLog {
        account,
        status,
        reason,
        requested,
        rounds,
        post_copy,
        stopped: entries.iter().filter(|entry| entry.name == "STOP").find_map(|entry| entry.time),
        resumed: None,
        ended,
        bytes_reported: entries.iter().rev().filter(|entry| entry.has_bytes).find_map(|entry| entry.time),
        destination: None,
        asked_on: None,
        lines: AccountLines::default(),
    }
}

/// In which lines of the log what is told of its last migration, of which these are the rows.
fn lines(log: &Parsed, entries: &[Entry<'_>], found: &HypervisorLog) -> AccountLines {
    let in_last = in_last_migration(log);
    let with = |column: &str| -> Vec<usize> {
        let Ok(column) = log.frame.df.column(column) else { return Vec::new() };
        let there = column.is_not_null();
        let rows = there.iter().zip(&in_last).enumerate();
        rows.filter(|(_, (there, in_last))| *there == Some(true) && **in_last).map(|(row, _)| row).collect()
    };
    let from_to = |rows: &[usize]| around(rows.iter().filter_map(|row| log.frame.lines(*row)).flatten());
    let last = |column: &str| log.frame.lines(*with(column).last()?);
    let figures = FIGURES.iter().filter_map(|(name, column, _)| Some((*name, last(column)?)));
    let of_name = |name: &str| entries.iter().find(|entry| entry.name == name)?.lines;
    let running = |entry: &&Entry<'_>| !matches!(entry.status, None | Some("none"));
    let first_seen = entries.iter().position(|entry| running(&entry));
    let began = || {
        let before = first_seen?.saturating_sub(1);
        around(entries.get(before..=first_seen?)?.iter().filter_map(|entry| entry.lines).flatten())
    };
    let request = of_name("migrate").or_else(began).filter(|_| found.requested.is_some());
    let ending = entries.iter().find(|entry| entry.status.is_some_and(|status| fate(status).is_some()));
    let ended = ending.and_then(|entry| entry.lines);
    let fated = entries.iter().rev().find(|entry| entry.status.is_some_and(|status| fate(status).is_some()));
    let whole = || around(entries.iter().filter_map(|entry| entry.lines).flatten());
    let total = last("total_time_s").filter(|_| found.account.total_time_s.is_some()).or_else(whole);
    let rounds = with("round_pages_sent");
    let rounds = if rounds.is_empty() { with("iteration") } else { rounds };
    let sums = with("transferred_bytes")
        .into_iter()
        .filter(|row| log.frame.strs("entry").ok().and_then(|entries| entries.get(*row)) == Some("sent"));
    AccountLines {
        told: Told {
            request,
            duration: total,
            status: fated.or(entries.last()).and_then(|entry| entry.lines),
        },
        figures: figures.collect(),
        rounds: from_to(&rounds),
        printed_pages: sums.last().and_then(|row| log.frame.lines(row)),
        stopped: of_name("STOP"),
        ended,
        resumed: None,
    }
}

/// How a job ended; `None` for a state in which it goes on.
fn fate(status: &str) -> Option<Status> {
    match status {
        "completed" => Some(Status::Completed),
        "failed" | "error" => Some(Status::Failed),
        "cancelled" => Some(Status::Cancelled),
        _ => None,
    }
}

/// The figures of the log: the last that each answer gave, rates as medians.
fn account(file: &LoadedFile, log: &Parsed, form: Form) -> Hypervisor {
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
fn in_last_migration(log: &Parsed) -> Vec<bool> {
    let Ok(migrations) = log.frame.u32s("migration") else {
        let from = beginnings(log).last().copied().unwrap_or_default();
        return (0..log.frame.height()).map(|row| row >= from).collect();
    };
    let last = migrations.iter().flatten().max();
    migrations.iter().map(|migration| migration == last).collect()
}

/// How many migrations a log holds, and the line in which the last of them begins.
fn migrations(log: &Parsed) -> (usize, Option<u32>) {
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
