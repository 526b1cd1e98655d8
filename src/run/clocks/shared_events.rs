//! The events of one run that two clocks stamped.
//!
//! Each gives the difference of the two clocks at that instant, with what is not known of it: the part that is
//! another in every run (where in its interval an instant lies), and the part that may be the same in all runs
//! (how late a tool is). `docs/methodology/clocks.md` derives both.

use super::traffic;
use crate::model::{ClockOwner, Host, Origin, Role};
use crate::run::align::{AlignedRun, Basis, DOMAIN_0, GuestClock, PingTimeline, Samples};
use crate::run::metrics::{bounds, outage};
use crate::stats::Sample;

/// An event that two clocks stamped.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedEvent {
    /// `None` is the observer's clock.
    pub a: Option<ClockOwner>,
    pub b: Option<ClockOwner>,
    /// Seconds by which `b` is ahead of `a`, with what is declared of both taken off.
    pub difference_s: f64,
    /// Standard deviation of the error that is another in every run, seconds.
    pub sd_s: f64,
    /// Half-width of the error that may be the same in all runs, seconds.
    pub common_s: f64,
    pub origin: Origin,
}

/// Two instants, by one clock, between which something happened.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bounds {
    earliest: f64,
    latest: f64,
}

impl Bounds {
    fn around(middle: f64, half: f64) -> Self {
        Self { earliest: middle - half, latest: middle + half }
    }

    fn half(self) -> f64 {
        (self.latest - self.earliest) / 2.0
    }

    fn middle(self) -> f64 {
        (self.earliest + self.latest) / 2.0
    }

    /// Of an instant that is as likely anywhere between the bounds.
    fn variance(self) -> f64 {
        uniform(2.0 * self.half())
    }
}

/// Variance of a value that is equally likely in a span of this width.
fn uniform(width: f64) -> f64 {
    width * width / 12.0
}

/// The standstill of the VM as one clock stamped it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Standstill {
    from: Bounds,
    to: Bounds,
    /// Variance of the error that both ends share.
    shared_variance: f64,
}

/// Seconds by which xentop's first sample may follow the reading of the counter, and by which its samples may
/// follow their instants.
const XENTOP_LATE_S: f64 = 0.1;
/// Seconds by which the end of a standstill may come late to an observer that nothing confirms: the network
/// is told late where the VM is now, or a busy VM runs the loop that writes its clock late.
const RETURN_LATE_S: f64 = 0.5;
/// Per cent of the host below which the VM's CPU does not tell whether it runs.
const RUNS_PERCENT: f64 = 1.0;
/// A sample with less than this part of the CPU of those before shows that the VM stopped in its span.
const PART: f64 = 0.8;
const HALF_HOUR_S: f64 = 1800.0;
/// Samples of a running VM that must precede or follow a change.
const STEADY: usize = 3;

/// All shared events of a run; none without a request.
pub fn in_run(run: &AlignedRun, hosts: &[Host], vm: Option<&str>) -> Vec<SharedEvent> {
    if run.migration.request_epoch_s.is_none() {
        return Vec::new();
    }
    let host = |role: Role| {
        hosts
            .iter()
            .filter(|host| host.role == role)
            .map(|host| host.name.as_str())
            .find(|name| run.samples.iter().any(|samples| samples.host.as_deref() == Some(*name)))
    };
    let by_ping = run.ping.as_ref().and_then(by_ping);
    let by_guest = run.guest_clock.as_ref().filter(|clock| clock.aligned).and_then(by_guest);
    let mut events = Vec::new();
    let outage = by_ping.as_ref().zip(by_guest.as_ref()).filter(|(ping, guest)| same_length(ping, guest));
    if let Some((ping, guest)) = outage {
        let zone_fitted = run.guest_clock.as_ref().is_some_and(|clock| clock.zone_fitted);
        events.push(outage_event(ping, guest, zone_fitted));
    }
    let (source, target) = (host(Role::Source), host(Role::Target));
    if let (Some(source), Some(target)) = (source, target) {
        events.extend(traffic_event(run, source, target));
    }
    let standstill =
        by_ping.map(|ping| (None, ping)).or(by_guest.map(|guest| (Some(ClockOwner::Guest), guest)));
    if let Some((by, standstill)) = standstill {
        let gone = source.and_then(|host| Activity::new(run, host, vm)?.gone(standstill.from));
        let late = if outage.is_some() { standstill.to.half() } else { RETURN_LATE_S };
        let active = target.and_then(|host| Activity::new(run, host, vm)?.active(standstill.to, late));
        let event = |origin, (owner, difference_s, variance, common_s): Seen| SharedEvent {
            a: by.clone(),
            b: Some(owner),
            difference_s,
            sd_s: (variance + standstill.shared_variance).sqrt(),
            common_s,
            origin,
        };
        events.extend(gone.map(|seen| event(Origin::VmGone, seen)));
        events.extend(active.map(|seen| event(Origin::VmActive, seen)));
    }
    events
}

/// The longest hole in ping's answers, wherever it lies – a source whose clock is wrong puts the request
/// elsewhere. Each end lies between two requests; where the requests themselves lie is not known better
/// than to one period from replies that were stamped with whole seconds.
fn by_ping(timeline: &PingTimeline) -> Option<Standstill> {
    let hole = bounds::longest_hole(timeline).filter(|hole| hole.lost >= 2 && !hole.open)?;
    let half = timeline.period_s / 2.0;
    let (from, to) = hole.silence(timeline);
    Some(Standstill {
        from: Bounds::around(from?, half),
        to: Bounds::around(to?, half),
        shared_variance: uniform(timeline.period_s.min(1.0)),
    })
}

/// The largest step of the guest's clock, where it is no ordinary one. The VM stopped up to an ordinary
/// step after the last stamp before it, and ran again up to one before the next.
fn by_guest(clock: &GuestClock) -> Option<Standstill> {
    let steps = outage::steps(clock);
    let largest =
        steps.extraordinary.iter().copied().reduce(|a, b| if b[1] - b[0] > a[1] - a[0] { b } else { a })?;
    let ordinary = steps.ordinary_s;
    Some(Standstill {
        from: Bounds { earliest: largest[0], latest: largest[0] + ordinary },
        to: Bounds { earliest: largest[1] - ordinary, latest: largest[1] },
        shared_variance: 0.0,
    })
}

/// Whether both can be the same standstill: a length that fits the bounds of either.
fn same_length(a: &Standstill, b: &Standstill) -> bool {
    let shortest = |s: &Standstill| s.to.earliest - s.from.latest;
    let longest = |s: &Standstill| s.to.latest - s.from.earliest;
    shortest(a) <= longest(b) && shortest(b) <= longest(a)
}

/// Start and end agree on the difference, so their mean is taken. A return that is late by half an interval of
/// ping to one of the two goes unnoticed, and moves the mean by half of that.
/// A zone that was fitted to the request may be off by half hours if the request is.
fn outage_event(ping: &Standstill, guest: &Standstill, zone_fitted: bool) -> SharedEvent {
    let at_start = guest.from.middle() - ping.from.middle();
    let at_end = guest.to.middle() - ping.to.middle();
    let difference_s = (at_start + at_end) / 2.0;
    let zones = if zone_fitted { (difference_s / HALF_HOUR_S).round() * HALF_HOUR_S } else { 0.0 };
    let ends = [ping.from, ping.to, guest.from, guest.to].map(Bounds::variance);
    SharedEvent {
        a: None,
        b: Some(ClockOwner::Guest),
        difference_s: difference_s - zones,
        sd_s: (ends.iter().sum::<f64>() / 4.0 + ping.shared_variance + guest.shared_variance).sqrt(),
        common_s: ping.to.half() / 2.0,
        origin: Origin::Outage,
    }
}

/// What the source sent, the target received.
fn traffic_event(run: &AlignedRun, source: &str, target: &str) -> Option<SharedEvent> {
    let lag = traffic::lag(series(run, source, "net.sent")?, series(run, target, "net.received")?)?;
    Some(SharedEvent {
        a: Some(ClockOwner::Host(source.to_owned())),
        b: Some(ClockOwner::Host(target.to_owned())),
        difference_s: lag.seconds,
        sd_s: lag.half_width / 1.96,
        common_s: 0.0,
        origin: Origin::Traffic,
    })
}

fn series<'a>(run: &'a AlignedRun, host: &str, metric: &str) -> Option<&'a Samples> {
    run.samples.iter().find(|samples| samples.host.as_deref() == Some(host) && samples.metric == metric)
}

/// Owner, difference, variance and common error.
type Seen = (ClockOwner, f64, f64, f64);

/// The VM as xentop on one host shows it.
struct Activity {
    host: ClockOwner,
    /// When each sample was taken.
    taken: Vec<f64>,
    /// The VM's CPU since the sample before, per cent of the host; `None` where it is not known.
    cpu: Vec<Option<f64>>,
    /// Whether the VM was there.
    present: Vec<bool>,
    /// Width of the span in which the first sample lies, and half-width of the period.
    start_width: f64,
    period_half: f64,
}

impl Activity {
    fn new(run: &AlignedRun, host: &str, vm: Option<&str>) -> Option<Self> {
        let taken = series(run, host, &format!("domain.{DOMAIN_0}.mem"))?.t_s.clone();
        let of_vm = |quantity: &str| {
            let ours = |metric: &str| {
                let name = metric.strip_prefix("domain.")?.strip_suffix(quantity)?;
                // Xen gives a VM that migrates another name, which contains its own.
                Some(name != DOMAIN_0 && vm.is_none_or(|vm| name.contains(vm)))
            };
            let samples = run.samples.iter().filter(|samples| samples.host.as_deref() == Some(host));
            let mut points: Vec<(f64, f64)> = samples
                .filter(|samples| ours(&samples.metric) == Some(true))
                .flat_map(|samples| samples.t_s.iter().copied().zip(samples.values.iter().copied()))
                .collect();
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            let at = |t: &f64| {
                let found = points.binary_search_by(|point| point.0.total_cmp(t)).ok()?;
                Some(points[found].1)
            };
            taken.iter().map(at).collect::<Vec<Option<f64>>>()
        };
        let (start_width, period_half) = match run.counters.get(host).map(|counter| counter.basis) {
            Some(Basis::Estimated) => (0.5, 0.0),
            Some(Basis::Declared) => (1.0, 0.005),
            Some(Basis::Assumed) => (1.0, 0.04),
            // Raw xentop, taken to start with dstat.
            None => (2.0, 0.04),
        };
        let present = of_vm(".mem").iter().map(Option::is_some).collect();
        let host = ClockOwner::Host(host.to_owned());
        Some(Self { cpu: of_vm(".cpu"), host, taken, present, start_width, period_half })
    }

    fn runs(&self, sample: usize) -> bool {
        self.cpu[sample].is_some_and(|percent| percent > 0.0)
    }

    /// Mean CPU of the VM in samples; 0 where none is known.
    fn mean(&self, samples: impl Iterator<Item = usize>) -> f64 {
        Sample::new(samples.filter_map(|sample| self.cpu[sample]).collect())
            .map_or(0.0, |sample| sample.mean())
    }

    /// Whether so many samples show clearly that the VM runs.
    fn steady(&self, samples: impl Iterator<Item = usize> + Clone) -> bool {
        samples.clone().filter(|sample| self.runs(*sample)).count() >= STEADY
            && self.mean(samples) >= RUNS_PERCENT
    }

    /// The VM stopped in the span of the last sample that shows it at work. Where it is not there in the next
    /// sample it may have stopped in that one's span, unless it worked clearly less in its last.
    fn gone(&self, seen: Bounds) -> Option<Seen> {
        let last = (0..self.taken.len()).rev().find(|sample| self.runs(*sample))?;
        if last == 0 || last + 1 >= self.taken.len() || !self.steady((0..last).rev().take(STEADY)) {
            return None;
        }
        let before = self.mean((0..last).rev().take(STEADY));
        let part = self.mean(std::iter::once(last)) < PART * before;
        let latest =
            if part || self.cpu[last + 1].is_some() { self.taken[last] } else { self.taken[last + 1] };
        self.seen(Bounds { earliest: self.taken[last - 1], latest }, last, seen, 0.0)
    }

    /// The VM ran again in the span of the first sample that shows it at work; where xentop had no earlier
    /// sample to compare the one before with, perhaps in that one's.
    fn active(&self, seen: Bounds, late: f64) -> Option<Seen> {
        let first = (0..self.taken.len()).find(|sample| self.runs(*sample))?;
        let before = first.checked_sub(1)?;
        let idle =
            if self.present[before] && self.cpu[before].is_none() { before.checked_sub(1)? } else { before };
        if idle < STEADY || !self.steady(first + 1..self.taken.len().min(first + 1 + STEADY)) {
            return None;
        }
        self.seen(Bounds { earliest: self.taken[idle], latest: self.taken[first] }, first, seen, late)
    }

    /// This host's bounds of an event against another clock's, with the errors of xentop's counter.
    fn seen(&self, here: Bounds, sample: usize, there: Bounds, late: f64) -> Option<Seen> {
        let variance = here.variance() + there.variance() + uniform(self.start_width);
        let common = XENTOP_LATE_S + self.period_half * sample as f64 + late;
        Some((self.host.clone(), here.middle() - there.middle(), variance, common))
    }
}
