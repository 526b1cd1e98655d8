//! Outages as intervals, and what contradicts what.
//!
//! Every method states an estimate and the bounds that its resolution allows;
//! `docs/methodology/outages.md` derives them. Which event of its log is the outage is one rule for all
//! ([`super::event`]). Nothing is averaged over methods: where they contradict each other, a flag says so with the
//! figures in it.

mod away;
mod by_events;
mod by_guest;
mod by_packets;
mod by_ping;
mod by_probe;
mod by_throughput;
mod flags;

pub use by_guest::{GuestClockOutage, Steps, guest_clock, steps};
pub use by_packets::back;
pub use flags::{flags, meet};

use self::by_guest::NO_STEP;
use self::by_packets::ByPackets;
use self::by_ping::{ByPing, Witnesses};
use self::by_probe::ByProbe;
use self::by_throughput::ByThroughput;
use crate::model::{Flag, FlagCode, Method, Outage, Packets, Ping, Probe, Status};
use crate::run::align::{AlignedRun, EventLog, HypervisorLog, Lines, Stated};
use crate::run::metrics::bounds;
use crate::run::metrics::event::{self, Others};

/// The outages of a run by every method that saw it, and what else was learned on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// In the order of [`Method::ALL`].
    pub outages: Vec<Outage>,
    /// Which lines of its log show the outage of a method.
    pub lines: Vec<(Method, Lines)>,
    pub ping: Option<Ping>,
    pub probe: Option<Probe>,
    pub packets: Option<Packets>,
    pub guest: Option<GuestClockOutage>,
    /// What is doubtful about which event is the outage.
    pub doubts: Vec<Flag>,
    /// Whether the clocks leave it open when the migration was requested: nothing may be read off times from there.
    pub time_zero_doubted: bool,
}

/// What is doubtful about the choice of an event.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Doubt<T> {
    /// One before the request is as long.
    Another { outage: T, before: T },
    /// So many before the request are half as long.
    Usual { outage: T, times: usize },
    /// The outage lies before the request, by what other sources say.
    TimeZero(T),
    /// Nothing but one before the request, which may be the outage or not.
    Undecided(T),
    /// The log was over at this instant, before the request, seconds since that.
    Over(f64),
    /// The log shows only this part of the migration, from and until when, seconds since the request.
    Part([f64; 2]),
}

impl<T> Doubt<T> {
    fn map<U>(self, change: impl Fn(T) -> U) -> Doubt<U> {
        match self {
            Self::Another { outage, before } => {
                Doubt::Another { outage: change(outage), before: change(before) }
            }
            Self::Usual { outage, times } => Doubt::Usual { outage: change(outage), times },
            Self::TimeZero(event) => Doubt::TimeZero(change(event)),
            Self::Undecided(event) => Doubt::Undecided(change(event)),
            Self::Over(over_s) => Doubt::Over(over_s),
            Self::Part(part) => Doubt::Part(part),
        }
    }

    fn of_time_zero(&self) -> bool {
        match self {
            Self::TimeZero(_) | Self::Undecided(_) | Self::Over(_) => true,
            Self::Another { .. } | Self::Usual { .. } | Self::Part(_) => false,
        }
    }
}

impl<T: Copy> Doubt<T> {
    /// Of an outage beside which there are others before the request: one that stands out, or so many that they need not.
    fn beside(outage: T, before: Option<T>, others: Others) -> Option<Self> {
        match before {
            _ if others.before > 1 => Some(Self::Usual { outage, times: others.before }),
            before => before.map(|before| Self::Another { outage, before }),
        }
    }
}

/// That the service was away more than once.
fn several(length_s: f64, others: Others) -> Option<Flag> {
    let Others { after, after_length, before: 0 | 1 } = others else { return None };
    let values =
        vec![("times", after as f64 + 1.0), ("total_s", length_s + after_length), ("outage_s", length_s)];
    (after > 0).then_some(Flag { code: FlagCode::ServiceLostSeveralTimes, values })
}

fn middle([from, to]: [f64; 2]) -> f64 {
    (from + to) / 2.0
}

/// Length, start and end of an event, seconds.
type Placed = (f64, f64, f64);

impl Doubt<Placed> {
    /// By the flags of the log: where nothing but an event before the request stands out, and where it shows only a part of the
    /// migration.
    fn flag(self, undecided: FlagCode, part: FlagCode) -> Flag {
        let (code, values) = match self {
            Doubt::Another { outage: (outage_s, ..), before: (before_s, at_s, _) } => (
                FlagCode::OutageBeforeAsLong,
                vec![("before_s", before_s), ("at_s", at_s), ("outage_s", outage_s)],
            ),
            Doubt::Usual { outage: (outage_s, ..), times } => {
                (FlagCode::OutageUsual, vec![("times", times as f64), ("outage_s", outage_s)])
            }
            Doubt::TimeZero((outage_s, at_s, end_s)) => {
                (FlagCode::TimeZeroDoubted, vec![("outage_s", outage_s), ("at_s", at_s), ("wrong_s", -end_s)])
            }
            Doubt::Undecided((length_s, at_s, _)) => {
                (undecided, vec![("before_s", length_s), ("at_s", at_s)])
            }
            Doubt::Over(over_s) => (FlagCode::PingOverBeforeRequest, vec![("seconds", -over_s)]),
            Doubt::Part([from_s, until_s]) => (part, vec![("from_s", from_s), ("until_s", until_s)]),
        };
        Flag { code, values }
    }
}

/// Measures the outage by every method.
pub fn measure(run: &AlignedRun) -> Measured {
    let by_hypervisor = run.hypervisor.as_ref().and_then(hypervisor);
    let still_s = by_hypervisor.as_ref().map(|outage| outage.estimate_s).into_iter();
    let still_s = still_s.chain(run.hypervisor.as_ref().and_then(stood_still)).reduce(f64::max);
    let anywhere = run.guest_clock.as_ref().and_then(by_guest::anywhere);
    let guest = run.guest_clock.is_some().then_some(anywhere.as_ref());
    let witnesses = Witnesses { guest, hypervisor_s: still_s };
    // Whoever did not migrate need not have been away.
    let duration_s = run.migration.duration_s.filter(|_| is_of_migration(run.migration.status));
    let by_ping = run.ping.as_ref().map(|timeline| ByPing::new(timeline, &witnesses, duration_s));
    let silence = by_ping.as_ref().and_then(ByPing::outage);
    // Where time zero is wrong, nothing lies before it.
    let anywhere_counts =
        by_ping.as_ref().is_some_and(|by| matches!(by.doubt, Some(Doubt::TimeZero(_) | Doubt::Over(_))));
    let (step, guest_doubt) = run
        .guest_clock
        .as_ref()
        .map_or((None, None), |clock| by_guest::choose(clock, silence.as_ref(), still_s, anywhere_counts));
    let part = run.guest_clock.as_ref().filter(|_| guest_doubt.is_none()).zip(step);
    let part = part.and_then(|(clock, step)| by_guest::left_out(clock, step, silence.as_ref(), duration_s));
    let step = step.filter(|_| part.is_none());
    let guest = run
        .guest_clock
        .as_ref()
        .zip(step)
        .map(|(clock, step)| by_guest::of_step(clock, step, silence.as_ref()));
    let pinged = run.ping.is_some().then_some(silence.as_ref());
    let by_probe = run.probe.as_ref().map(|log| ByProbe::new(log, duration_s, pinged, anywhere_counts));
    let served = by_probe.as_ref().and_then(ByProbe::outage);
    let by_packets = run.packets.as_ref().map(|log| ByPackets::new(log, duration_s, pinged, anywhere_counts));
    let by_throughput =
        run.service.as_ref().and_then(|log| ByThroughput::new(log, duration_s, anywhere_counts));
    let mut lines: Vec<(Method, Lines)> = Vec::new();
    let mut outages: Vec<Outage> = Vec::new();
    for method in Method::ALL {
        let found = match method {
            Method::Probe => by_probe.as_ref().and_then(ByProbe::lines),
            Method::Ping => by_ping.as_ref().and_then(ByPing::lines),
            Method::PingReplyGap => by_ping.as_ref().and_then(ByPing::gap_lines),
            Method::PacketGap => None,
            Method::Throughput => by_throughput.as_ref().and_then(ByThroughput::lines),
            Method::Events => run.events.as_ref().and_then(EventLog::standstill),
            Method::GuestClock => {
                run.guest_clock.as_ref().zip(step).and_then(|(clock, step)| by_guest::lines(clock, step))
            }
            Method::Hypervisor => run.hypervisor.as_ref().and_then(downtime_lines),
        };
        lines.extend(found.map(|found| (method, found)));
        outages.extend(match method {
            Method::Probe => served.clone(),
            Method::Ping => silence.clone(),
            Method::PingReplyGap => by_ping.as_ref().and_then(ByPing::reply_gap),
            Method::PacketGap => by_packets.as_ref().and_then(ByPackets::outage),
            Method::Throughput => by_throughput.as_ref().and_then(ByThroughput::outage),
            Method::Events => run.events.as_ref().and_then(by_events::outage),
            Method::GuestClock => guest.as_ref().map(|guest| guest.outage.clone()),
            Method::Hypervisor => by_hypervisor.clone(),
        });
    }
    // What a table states of methods that no log of the run is for.
    let stated = run.stated.iter().filter_map(Stated::outage);
    for outage in stated {
        if outages.iter().all(|known| known.method != outage.method) {
            lines.retain(|(known, _)| *known != outage.method);
            lines.extend(run.stated.as_ref().and_then(|stated| Some((outage.method, stated.lines?))));
            outages.push(outage);
        }
    }
    outages.sort_by_key(|outage| outage.method);
    let interval_s = run.ping.as_ref().map_or(0.0, |ping| ping.interval_s);
    outages.retain(|outage| {
        is_of_migration(run.migration.status) || is_event(outage, interval_s, guest.as_ref())
    });
    let placed = |by: &ByPing<'_>, hole| (by.length_s(hole), by.start_s(hole), by.end_s(hole));
    let by_requests = by_ping.as_ref().and_then(|by| {
        by.doubt.map(|doubt| {
            doubt.map(|hole| {
                let (length, start, end) = placed(by, hole);
                (length, start.unwrap_or_default(), end.unwrap_or_default())
            })
        })
    });
    let by_clock = guest_doubt.map(|doubt| doubt.map(|[from, to]| (to - from, from, to)));
    // Both saw the same events; ping's tell of the service.
    let doubt = by_requests.or(by_clock);
    let open = by_ping.as_ref().map(|by| by.left_open(duration_s)).unwrap_or_default();
    // Whose requests were not answered was asked all the same.
    let was_away = open.iter().any(|flag| flag.code == FlagCode::AwayBeforeRequest);
    // Of ping more is known, see there.
    let outside = outages
        .first()
        .filter(|first| first.method != Method::Ping)
        .and_then(|first| outside_migration(first, run));
    // What else there was is told of the outage that is stated.
    let first = outages.first().map(|outage| outage.method);
    let of_first = |method: Method, flags: Vec<Flag>| {
        let is_of_others = |flag: &Flag| OF_OTHER_EVENTS.contains(&flag.code);
        flags.into_iter().filter(move |flag| first.is_none_or(|first| first == method) || !is_of_others(flag))
    };
    let of_ping = doubt
        .map(|doubt| doubt.flag(FlagCode::OutageUndecided, FlagCode::PingLeavesOut))
        .filter(|flag| flag.code != FlagCode::PingLeavesOut || !was_away)
        .into_iter()
        .chain(open)
        .collect();
    let parts =
        part.map(|part| Doubt::Part(part).flag(FlagCode::OutageUndecided, FlagCode::GuestClockLeavesOut));
    Measured {
        probe: by_probe.as_ref().map(|by| by.summary(served.as_ref(), &run.migration)),
        packets: by_packets.as_ref().map(ByPackets::summary),
        ping: by_ping.as_ref().map(|by| by.summary(silence.as_ref(), &run.migration)),
        lines,
        guest,
        doubts: told_once(
            of_first(Method::Ping, of_ping)
                .chain(outside)
                .chain(parts)
                .chain(of_first(Method::Probe, by_probe.as_ref().map(ByProbe::flags).unwrap_or_default()))
                .chain(success_not_told(run, first))
                .chain(of_first(
                    Method::PacketGap,
                    by_packets.as_ref().map(ByPackets::flags).unwrap_or_default(),
                ))
                .chain(of_first(
                    Method::Throughput,
                    by_throughput.as_ref().map(ByThroughput::flags).unwrap_or_default(),
                ))
                .chain(
                    run.service
                        .iter()
                        .filter(|_| by_throughput.is_none())
                        .map(|_| Flag { code: FlagCode::ServiceWithoutOrdinary, values: Vec::new() }),
                )
                .chain(apart(&outages, run))
                .chain(other_service(&outages, run, anywhere_counts)),
        ),
        time_zero_doubted: doubt.is_some_and(|doubt| doubt.of_time_zero()),
        outages,
    }
}

/// What is said of the other events of a log.
const OF_OTHER_EVENTS: [FlagCode; 6] = [
    FlagCode::OutageBeforeAsLong,
    FlagCode::OutageUsual,
    FlagCode::AwayBeforeRequest,
    FlagCode::OutageAfterMigration,
    FlagCode::ServiceLostAgain,
    FlagCode::ServiceLostSeveralTimes,
];

/// Methods that see the service itself.
const OF_SERVICE: [Method; 4] = [Method::Probe, Method::Ping, Method::PacketGap, Method::Throughput];

/// That nothing says which requests of the client worked, where its outage is the one that is stated.
fn success_not_told(run: &AlignedRun, first: Option<Method>) -> Option<Flag> {
    let untold = run.probe.as_ref().filter(|log| first == Some(Method::Probe) && !log.tells_success);
    untold.map(|_| Flag { code: FlagCode::SuccessNotTold, values: Vec::new() })
}

/// That two logs saw an outage, but at different times.
fn apart(outages: &[Outage], run: &AlignedRun) -> Option<Flag> {
    let intervals_s = [
        run.ping.as_ref().map(|log| log.interval_s),
        run.probe.as_ref().map(|log| log.interval_s),
        run.packets.as_ref().map(|log| log.interval_s),
        run.service.as_ref().map(|log| log.interval_s),
    ];
    let blur_s = intervals_s.into_iter().flatten().fold(0.0, f64::max);
    let mut seen =
        outages.iter().filter(|outage| OF_SERVICE.contains(&outage.method) && outage.estimate_s > blur_s);
    let first = seen.next()?;
    let other = seen.find(|other| !meet(first, other, blur_s))?;
    let values = vec![("first_s", first.start_s?), ("other_s", other.start_s?)];
    Some(Flag { code: FlagCode::OutagesApart, values })
}

/// That another log of the service shows an outage that what saw the service does not.
fn other_service(outages: &[Outage], run: &AlignedRun, anywhere: bool) -> Option<Flag> {
    let duration_s = run.migration.duration_s;
    let first = outages.iter().find(|outage| OF_SERVICE.contains(&outage.method));
    let upper_s = first.map_or(Some(0.0), |first| first.upper_s)?;
    let seen = run
        .other_services
        .iter()
        .filter_map(|log| ByThroughput::new(log, duration_s, anywhere)?.outage())
        .find(|outage| outage.estimate_s > upper_s)?;
    let values = vec![("outage_s", seen.estimate_s), ("at_s", seen.start_s?)];
    Some(Flag { code: FlagCode::OtherServiceAway, values })
}

/// Of flags of several logs the first of each kind.
fn told_once(flags: impl Iterator<Item = Flag>) -> Vec<Flag> {
    let mut told: Vec<Flag> = Vec::new();
    for flag in flags {
        if told.iter().all(|known| known.code != flag.code) {
            told.push(flag);
        }
    }
    told
}

/// That an outage began before the request, or when the migration was over, by more than clocks leave open.
fn outside_migration(outage: &Outage, run: &AlignedRun) -> Option<Flag> {
    let ([earliest_s, latest_s], _) = ends(outage, run)?;
    let flag = |code, values: &[(&'static str, f64)]| Flag { code, values: values.to_vec() };
    if latest_s < -event::CLOCKS_S {
        return Some(flag(FlagCode::AwayBeforeRequest, &[("seconds", -latest_s)]));
    }
    let after_s = earliest_s - run.migration.duration_s?;
    let values = [("outage_s", outage.estimate_s), ("after_s", after_s)];
    (after_s > event::CLOCKS_S).then(|| flag(FlagCode::OutageAfterMigration, &values))
}

/// Whether a run has an outage even where nothing was noticed of it: its VM has moved, or may have.
fn is_of_migration(status: Status) -> bool {
    match status {
        Status::Completed | Status::Unknown | Status::Unclear => true,
        Status::Failed | Status::Cancelled | Status::Unfinished => false,
    }
}

/// Whether something was really seen: requests were lost, or answered an interval late, or the clock in the VM made a
/// step that is no ordinary one.
fn is_event(outage: &Outage, interval_s: f64, guest: Option<&GuestClockOutage>) -> bool {
    match outage.method {
        // A ping that is stopped may just have sent its last request.
        Method::Probe | Method::PacketGap | Method::Throughput => outage.estimate_s > 0.0,
        Method::Ping => outage.estimate_s > if outage.censored { interval_s } else { 0.0 },
        Method::PingReplyGap => outage.estimate_s >= interval_s,
        Method::GuestClock => guest.is_some_and(|guest| outage.estimate_s > NO_STEP * guest.ordinary_step_s),
        Method::Events | Method::Hypervisor => true,
    }
}

/// Between which instants an outage began, and between which it ended, seconds since the request; by an instant that
/// its method knows. `None` where the method places no end of its outage.
pub fn ends(outage: &Outage, run: &AlignedRun) -> Option<([f64; 2], Option<[f64; 2]>)> {
    let start = outage.start_s?;
    match outage.method {
        Method::Probe => run.probe.as_ref().and_then(|log| by_probe::ends(log, outage)),
        Method::PacketGap => run.packets.as_ref().and_then(|log| by_packets::ends(log, outage)),
        Method::Throughput => run.service.as_ref().and_then(|log| by_throughput::ends(log, outage)),
        Method::Ping => {
            let [half, half_after] = run.ping.as_ref().map_or([0.0; 2], bounds::half_periods);
            let around = |t: f64, half: f64| [t - half, t + half];
            (outage.estimate_s > 0.0)
                .then(|| (around(start, half), outage.end_s.map(|end| around(end, half_after))))
        }
        Method::GuestClock => {
            let ordinary = outage.upper_s.map_or(0.0, |upper| upper - outage.lower_s);
            // A step like all others is none.
            (outage.estimate_s > NO_STEP * ordinary)
                .then(|| ([start, start + ordinary], outage.end_s.map(|end| [end - ordinary, end])))
        }
        // ping has the same replies, and events are milestones themselves.
        Method::PingReplyGap | Method::Events | Method::Hypervisor => None,
    }
}

/// The downtime that a hypervisor reports, good to the resolution at which it prints it. It is placed by
/// the events of its log, where there are any. `None` where it reports none.
pub fn hypervisor(log: &HypervisorLog) -> Option<Outage> {
    let estimate_s = log.account.downtime_s.filter(|_| log.status == Status::Completed)?;
    let resolution_s = log.account.resolution_s?;
    Some(Outage {
        method: Method::Hypervisor,
        estimate_s,
        lower_s: (estimate_s - resolution_s).max(0.0),
        upper_s: Some(estimate_s + resolution_s),
        start_s: log.stopped,
        end_s: log.stopped.map(|stopped| stopped + estimate_s),
        censored: false,
        source_file: log.account.source_file.clone(),
    })
}

/// The answer that tells the downtime.
fn downtime_lines(log: &HypervisorLog) -> Option<Lines> {
    log.lines.of("hypervisor.downtime_s")
}

/// How long the VM stood still by the events of the hypervisor.
fn stood_still(log: &HypervisorLog) -> Option<f64> {
    log.stopped.zip(log.resumed).map(|(from, to)| to - from).filter(|still_s| *still_s > 0.0)
}

/// Whether an outage can be that of a VM that stood still for so long by its hypervisor: not shorter, and not longer by
/// more than a network needs that has to learn where the VM is now.
fn fits_downtime(outage: &Outage, still_s: f64) -> bool {
    outage.upper_s.is_none_or(|upper| upper >= still_s) && outage.lower_s <= 2.0 * still_s + 1.0
}

/// Whether the intervals of two outages have a length in common.
pub fn overlap(a: &Outage, b: &Outage) -> bool {
    let upper = |outage: &Outage| outage.upper_s.unwrap_or(f64::INFINITY);
    a.lower_s <= upper(b) && b.lower_s <= upper(a)
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests;
