//! The hypervisor's own account of a migration: QMP and HMP answers, events, `virsh domjobinfo`.
//!
//! A run may have a log of the source and one of the target. The source's tells of the job; of the
//! target's only the event that the VM runs there is used. A VM that runs on at the source after a
//! failure tells `RESUME` there: that is no resumption after a migration.

use stillstand_parsers::{Hypervisor as Form, Parsed};

use super::account::{account, fate, in_last_migration, migrations};
use super::host_of;
use super::lines::{AccountLines, FIGURES, Lines, Told, around};
use crate::input::config::Config;
use crate::input::load::LoadedFile;
use crate::model::{Hypervisor, Role, Severity, Status};

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
        None => (has("RESUME") && !has("STOP")) || answers_as_target(log, &entries),
    }
}

/// Whether a migration was over by its answers, and none has a number of it: those are the source's.
fn answers_as_target(log: &Parsed, entries: &[Entry<'_>]) -> bool {
    let has_numbers =
        ["total_time_s", "transferred_bytes"].iter().any(|name| present(log, name).contains(&true));
    entries.iter().any(|entry| entry.status == Some("completed")) && !has_numbers
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
