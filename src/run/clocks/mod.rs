//! Each clock against the observer's, from events that two of them stamped.
//!
//! `shared_events` finds them in each run, `adjust` makes one offset a clock of them and follows it over the
//! runs. What is found is reported, with what to declare if it is right, and never applied: the times of
//! all sources are corrected only by what `campaign.toml` declares, and what is found here comes on top of
//! that.
//!
//! Limits: a drift within a run cannot be seen, nor can an offset of the observer's clock from true time. Where
//! nothing was stamped by the observer's clock – a campaign without ping – clocks are compared with the source's.

mod adjust;
mod shared_events;
mod traffic;

use std::collections::{BTreeMap, BTreeSet};

use adjust::{Difference, Offset};
use chrono::{DateTime, FixedOffset};
use shared_events::SharedEvent;

use crate::input::config::{self, Config};
use crate::model::kept::kept;
use crate::model::{Clock, ClockOwner, Diagnostic, Estimate, Host, Origin, Severity};
use crate::run::align::AlignedRun;
use crate::run::metrics::event;

/// An offset beyond its uncertainty and this is wrong, seconds.
const WRONG_S: f64 = event::CLOCKS_S;
/// A drift beyond its uncertainty and this is one, ppm.
const DRIFTS_PPM: f64 = 50.0;

/// A clock and the one that it is compared with; `None` is the observer's.
type Pair = (ClockOwner, Option<ClockOwner>);

/// What one run says of the clocks that stamped it.
#[derive(Debug, Clone)]
pub struct RunOffsets {
    /// When the migration was requested.
    epoch: f64,
    /// The offset of each clock, with the kinds of events that it rests on.
    offsets: Vec<(Pair, Offset, BTreeSet<Origin>)>,
}

kept! {
    RunOffsets { epoch, offsets }
    Offset { value, sd, common }
}

/// The offsets of the clocks in one run, and a warning where its request lies beside ping's log; neither without a time
/// zero.
pub fn in_run(run: &AlignedRun, hosts: &[Host], config: &Config) -> (Option<RunOffsets>, Option<Diagnostic>) {
    let Some(epoch) = run.migration.request_epoch_s else { return (None, None) };
    let events = shared_events::in_run(run, hosts, config.file.vm.name.as_deref());
    (Some(RunOffsets { epoch, offsets: offsets(&events, hosts) }), request_beside_ping(run))
}

/// What the runs of a campaign say of the clocks that stamped them, and what a reader must know of it.
/// Clocks are ordered source, target, guest.
pub fn estimate<'a>(
    runs: impl Iterator<Item = &'a RunOffsets>,
    hosts: &[Host],
    config: &Config,
) -> (Vec<Clock>, Vec<Diagnostic>) {
    let mut by_clock: BTreeMap<Pair, Vec<(f64, Offset)>> = BTreeMap::new();
    let mut origins: BTreeMap<&Pair, BTreeSet<Origin>> = BTreeMap::new();
    for run in runs {
        for (pair, offset, rests_on) in &run.offsets {
            by_clock.entry(pair.clone()).or_default().push((run.epoch, *offset));
            origins.entry(pair).or_default().extend(rests_on);
        }
    }
    let mut clocks: Vec<Clock> = by_clock
        .into_iter()
        .filter_map(|(pair, runs)| {
            let origins = origins.remove(&pair)?.into_iter().collect();
            clock(pair, &runs, origins, config)
        })
        .collect();
    clocks.sort_by_key(|clock| rank(&clock.owner, hosts));
    let diagnostics = clocks.iter().flat_map(|clock| contradictions(clock, config)).collect();
    (clocks, diagnostics)
}

fn rank(owner: &ClockOwner, hosts: &[Host]) -> usize {
    match owner {
        ClockOwner::Host(name) => hosts.iter().position(|host| host.name == *name).unwrap_or(hosts.len()),
        ClockOwner::Guest => hosts.len() + 1,
    }
}

/// The offsets of the clocks of one run against the observer's – where no event ties them to that, against the
/// source's, or that of whichever comes first – with the kinds of events that they rest on.
fn offsets(events: &[SharedEvent], hosts: &[Host]) -> Vec<(Pair, Offset, BTreeSet<Origin>)> {
    let mut clocks: Vec<Option<ClockOwner>> =
        events.iter().flat_map(|event| [event.a.clone(), event.b.clone()]).collect();
    clocks.sort_by_key(|clock| clock.as_ref().map(|owner| rank(owner, hosts)));
    clocks.dedup();
    let mut found = Vec::new();
    while let Some(reference) = clocks.first().cloned() {
        let tied = tied_to(&reference, events);
        let others: Vec<ClockOwner> =
            clocks[1..].iter().filter(|c| tied.contains(*c)).flatten().cloned().collect();
        clocks.retain(|clock| !tied.contains(clock));
        let used: Vec<&SharedEvent> = events.iter().filter(|event| tied.contains(&event.a)).collect();
        let number =
            |clock: &Option<ClockOwner>| others.iter().position(|other| Some(other) == clock.as_ref());
        let differences: Vec<Difference> = used
            .iter()
            .map(|event| Difference {
                a: number(&event.a),
                b: number(&event.b),
                value: event.difference_s,
                sd: event.sd_s,
                common: event.common_s,
            })
            .collect();
        let Some(offsets) = adjust::offsets(others.len(), &differences) else { continue };
        for (owner, offset) in others.into_iter().zip(offsets) {
            let origins = rests_on(&owner, reference.as_ref(), &used);
            found.push(((owner, reference.clone()), offset, origins));
        }
    }
    found
}

/// The kinds of events that the offset of a clock rests on: those of the guest's clock say nothing of the
/// hosts', and the other way round, where they only meet at the reference.
fn rests_on(owner: &ClockOwner, reference: Option<&ClockOwner>, used: &[&SharedEvent]) -> BTreeSet<Origin> {
    let only_met = reference.is_none();
    let of_guest = |event: &SharedEvent| [&event.a, &event.b].contains(&&Some(ClockOwner::Guest));
    let counts = |event: &&&SharedEvent| !only_met || of_guest(event) == (*owner == ClockOwner::Guest);
    used.iter().filter(counts).map(|event| event.origin).collect()
}

/// The clocks that events tie to one, and itself.
fn tied_to(clock: &Option<ClockOwner>, events: &[SharedEvent]) -> BTreeSet<Option<ClockOwner>> {
    let mut tied = BTreeSet::from([clock.clone()]);
    // Every round ties at least one clock more, so there are never more rounds than events.
    for _ in events {
        for event in events {
            if tied.contains(&event.a) || tied.contains(&event.b) {
                tied.extend([event.a.clone(), event.b.clone()]);
            }
        }
    }
    tied
}

fn clock(
    (owner, against): Pair,
    runs: &[(f64, Offset)],
    origins: Vec<Origin>,
    config: &Config,
) -> Option<Clock> {
    let line = adjust::clock_line(runs)?;
    let beyond = |estimate: Estimate, limit: f64| estimate.value.abs() - estimate.half_width > limit;
    let declared_offset_s = match &owner {
        ClockOwner::Host(name) => config.clock_offset_s(name, line.epoch),
        ClockOwner::Guest => config.vm_clock.offset_s(line.epoch),
    };
    Some(Clock {
        owner,
        against,
        offset_s: Some(line.offset),
        drift_ppm: line.drift_ppm,
        epoch_s: Some(line.epoch),
        runs: runs.len(),
        declared_offset_s,
        origins,
        wrong: beyond(line.offset, WRONG_S),
        drifts: line.drift_ppm.is_some_and(|drift| beyond(drift, DRIFTS_PPM)),
    })
}

/// What is wrong with a clock, and what to declare.
fn contradictions(clock: &Clock, config: &Config) -> Vec<Diagnostic> {
    let (Some(offset), Some(epoch)) = (clock.offset_s, clock.epoch_s) else { return Vec::new() };
    let owner = name(Some(&clock.owner));
    let against = name(clock.against.as_ref());
    let at = instant(epoch, config);
    let table = match &clock.owner {
        ClockOwner::Host(name) => format!("[[hosts]] name = \"{name}\""),
        ClockOwner::Guest => "[vm]".to_owned(),
    };
    let rests_on = clock.origins.iter().map(|origin| seen_in(*origin)).collect::<Vec<_>>().join("; ");
    let runs = if clock.runs == 1 { "1 run".to_owned() } else { format!("{} runs", clock.runs) };
    let blame = match &clock.against {
        None => String::new(),
        Some(_) => format!(
            " Which of the two is wrong cannot be told without ping: this is {owner} against {against}."
        ),
    };
    let declared = match clock.declared_offset_s {
        0.0 => String::new(),
        seconds => format!(", beyond the {seconds:.3} s that are declared"),
    };
    let mut found = Vec::new();
    let mut tell = |code, figure: String, advice: String| {
        let message = format!(
            "{owner} {figure}{declared} ({runs}; {rests_on}). Nothing was corrected by it.{blame} If it is so, write \
             {advice} to {table} in {}",
            config::FILE_NAME
        );
        found.push(warning(code, message));
    };
    let total = clock.declared_offset_s + offset.value;
    if let Some(drift) = clock.drift_ppm.filter(|_| clock.drifts) {
        let (word, speed) = (if drift.value > 0.0 { "fast" } else { "slow" }, drift.value.abs());
        let total_drift = drift.value + declared_drift_ppm(clock, config);
        tell(
            "clock-drifts",
            format!("runs {speed:.0} ± {:.0} ppm {word} of {against}", drift.half_width),
            format!(
                "clock_offset_s = {total:.3}, clock_drift_ppm = {total_drift:.1} and clock_offset_at = \"{at}\""
            ),
        );
    }
    if clock.wrong {
        let (word, seconds) = (if offset.value > 0.0 { "ahead of" } else { "behind" }, offset.value.abs());
        let figure = format!("is {seconds:.2} ± {:.2} s {word} {against}", offset.half_width);
        let advice = match clock.drifts || declared_drift_ppm(clock, config) != 0.0 {
            true => format!("clock_offset_s = {total:.3} and clock_offset_at = \"{at}\", beside the drift,"),
            false => format!("clock_offset_s = {total:.3}"),
        };
        tell("clock-wrong", figure, advice);
    }
    found
}

fn declared_drift_ppm(clock: &Clock, config: &Config) -> f64 {
    match &clock.owner {
        ClockOwner::Host(name) => config.host(name).map_or(0.0, |host| host.clock_drift_ppm),
        ClockOwner::Guest => config.file.vm.clock_drift_ppm,
    }
}

fn name(clock: Option<&ClockOwner>) -> String {
    match clock {
        None => "the observer's".to_owned(),
        Some(ClockOwner::Host(name)) => format!("the clock of host {name}"),
        Some(ClockOwner::Guest) => "the clock inside the VM".to_owned(),
    }
}

fn seen_in(origin: Origin) -> &'static str {
    match origin {
        Origin::Outage => "the outage by ping and by the VM's clock",
        Origin::Traffic => "bytes sent by the source and received by the target",
        Origin::VmGone => "the VM stops on the source when the service falls silent",
        Origin::VmActive => "the VM runs on the target when the service answers again",
    }
}

/// To the second, in the zone of the campaign.
fn instant(epoch: f64, config: &Config) -> String {
    let zone = config.utc_offset_s.and_then(FixedOffset::east_opt);
    let utc = DateTime::from_timestamp(epoch.round() as i64, 0).unwrap_or_default();
    match zone {
        Some(zone) => utc.with_timezone(&zone).to_rfc3339(),
        None => utc.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
    }
}

/// The request, by the source's clock, lies more than a minute beside ping's log, by the observer's.
fn request_beside_ping(run: &AlignedRun) -> Option<Diagnostic> {
    const BESIDE_S: f64 = 60.0;
    let ping = run.ping.as_ref()?;
    let first = ping.sent_at(ping.first_seq)?;
    let last = ping.sent_at(ping.first_seq + ping.sent.saturating_sub(1))?;
    let beside = if first > 0.0 { first } else { last.min(0.0) };
    (beside.abs() > BESIDE_S).then(|| Diagnostic {
        file: Some(ping.file.clone()),
        ..warning(
            "request-beside-ping",
            format!(
                "ping {} {:.0} s {} the request: the clock of the source or that of the observer is wrong, or one of \
                 them tells another zone's time; no outage of the run has a right place",
                if beside > 0.0 { "began" } else { "ended" },
                beside.abs(),
                if beside > 0.0 { "after" } else { "before" },
            ),
        )
    })
}

fn warning(code: &'static str, message: String) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        code,
        file: None,
        line: None,
        column: None,
        message,
        text: None,
    }
}

#[cfg(test)]
mod tests;
