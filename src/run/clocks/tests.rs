use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::input::session::RunKey;
use crate::model::{Migration, Role, Status, Unit};
use crate::run::align::{Basis, Counter, GuestClock, PingTimeline, Samples, SpanError};

/// What the clocks of a simulated run are ahead of the observer's: source, target, guest.
#[derive(Debug, Clone, Copy)]
struct Ahead([f64; 3]);

fn hosts() -> Vec<Host> {
    [("kirsche", Role::Source), ("apfel", Role::Target)]
        .map(|(name, role)| Host { name: name.to_owned(), role, cpus: None })
        .into()
}

fn samples(host: &str, metric: &str, points: impl Iterator<Item = (f64, f64)>) -> Samples {
    let (t_s, values) = points.unzip();
    let (unit, tells) = (Unit::Count, crate::run::align::Tells::Mean);
    Samples { host: Some(host.to_owned()), metric: metric.to_owned(), unit, tells, t_s, values }
}

/// A run whose VM stands still from `stop` to `resume`, with the tools of the testbed: each samples at phases
/// of its own, and xentop knows the fraction of its first second no better than the real one.
fn simulated(rng: &mut ChaCha8Rng, epoch: f64, Ahead([source, target, guest]): Ahead) -> AlignedRun {
    let mut uniform = |low: f64, high: f64| rng.random_range(low..high);
    let stop = uniform(5.5, 9.0);
    let resume = stop + uniform(0.5, 6.0);
    let origin = uniform(-5.2, -5.0);
    let sent = |seq: u32| origin + 0.2 * f64::from(seq);
    let answered: Vec<u32> = (1..300).filter(|seq| !(stop..resume).contains(&sent(*seq))).collect();
    let ping = PingTimeline {
        lines: stillstand_parsers::RowLines::default(),
        summary_line: None,
        file: "ping".to_owned(),
        wait_s: None,
        refused: Vec::new(),
        stamped: true,
        interval_s: 0.2,
        sent: 299,
        first_seq: 1,
        rtt_ms: vec![Some(0.4); answered.len()],
        sent_s: answered.iter().map(|seq| sent(*seq)).collect(),
        span_error: SpanError::default(),
        answered,
        duplicates: 0,
        origin_s: Some(origin + uniform(-0.1, 0.1)),
        period_s: 0.2,
    };
    let step = uniform(0.01, 0.1);
    let running = |t: &f64| !(stop..resume).contains(t);
    let stamps_s = (0..).map(|k| step.mul_add(f64::from(k), -4.0)).take_while(|t| *t < 40.0);
    let guest_clock = GuestClock {
        lines: stillstand_parsers::RowLines::default(),
        file: "zeit".to_owned(),
        stamps_s: stamps_s.filter(running).map(|t| t + guest).collect(),
        aligned: true,
        zone_fitted: false,
        resolution_s: 0.0,
    };
    let mut all = Vec::new();
    for (host, ahead, from, until, runs) in [
        ("kirsche", source, f64::NEG_INFINITY, resume + 0.5, (f64::NEG_INFINITY, stop)),
        ("apfel", target, 0.5, f64::INFINITY, (resume, f64::INFINITY)),
    ] {
        let (start, early) = (uniform(-5.5, -4.5), ahead + uniform(-0.5, 0.5));
        let taken: Vec<f64> = (0..45).map(|k| start + 1.02 * f64::from(k)).collect();
        let there = |t: &f64| (from..until).contains(t);
        let share = |t: f64| (t.clamp(runs.0, runs.1) - (t - 1.02).clamp(runs.0, runs.1)) / 1.02;
        let cpu: Vec<(f64, f64)> = taken
            .iter()
            .filter(|t| there(t) && there(&(*t - 1.02)))
            .map(|t| (t + early, 40.0 * share(*t)))
            .collect();
        all.push(samples(host, "domain.Domain-0.mem", taken.iter().map(|t| (t + early, 1.0))));
        all.push(samples(
            host,
            "domain.asam.mem",
            taken.iter().filter(|t| there(t)).map(|t| (t + early, 1.0)),
        ));
        all.push(samples(host, "domain.asam.cpu", cpu.into_iter()));
        let phase = uniform(-5.5, -4.5);
        let flown = |t: f64| 2e3 * t + 2.4e7 * t.clamp(0.6, stop) + 6e7 * t.clamp(stop, stop + 0.3);
        let seconds = (0..50).map(|k| phase + f64::from(k));
        let metric = if host == "kirsche" { "net.sent" } else { "net.received" };
        let rates: Vec<(f64, f64)> = seconds
            .map(|t| (t + ahead + uniform(0.0, 0.006), flown(t) - flown(t - 1.0) + uniform(0.0, 2e3)))
            .collect();
        all.push(samples(host, metric, rates.into_iter()));
    }
    let counter = Counter { start_s: 0.5, period_s: 1.02, basis: Basis::Declared };
    AlignedRun {
        key: RunKey { factors: BTreeMap::new().into(), repetition: 1 },
        files: Vec::new(),
        migration: Migration {
            request_epoch_s: Some(epoch),
            request_resolution_s: 1.0,
            duration_s: Some(10.0),
            user_s: None,
            system_s: None,
            status: Status::Completed,
            reason: None,
        },
        ping: Some(ping),
        probe: None,
        packets: None,
        guest_clock: Some(guest_clock),
        hypervisor: None,
        events: None,
        traffic: Vec::new(),
        service: None,
        other_services: Vec::new(),
        stated: None,
        samples: all,
        counters: ["kirsche", "apfel"].map(|host| (host.to_owned(), counter)).into(),
        process_s: None,
        streams: Vec::new(),
        measurements: Vec::new(),
        cited: crate::run::align::Citations::default(),
        diagnostics: Vec::new(),
    }
}

fn config() -> Config {
    Config::parse("[vm]\nname = \"asam\"").unwrap()
}

fn estimated(runs: &[AlignedRun]) -> (Vec<Clock>, Vec<Diagnostic>) {
    let (offsets, beside): (Vec<_>, Vec<_>) = runs.iter().map(|run| in_run(run, &hosts(), &config())).unzip();
    let (clocks, mut diagnostics) = estimate(offsets.iter().flatten(), &hosts(), &config());
    diagnostics.extend(beside.into_iter().flatten());
    (clocks, diagnostics)
}

/// How often the interval of each clock holds the truth, in 400 simulated campaigns of so many runs.
fn coverage(runs: usize) -> [f64; 3] {
    const CAMPAIGNS: u32 = 400;
    let mut held = [0; 3];
    for seed in 0..CAMPAIGNS {
        let mut rng = ChaCha8Rng::seed_from_u64(seed.into());
        let ahead = Ahead([0; 3].map(|_: i32| rng.random_range(-3.0..3.0)));
        let campaign: Vec<AlignedRun> =
            (0..runs).map(|run| simulated(&mut rng, 1.26e9 + 300.0 * run as f64, ahead)).collect();
        let (clocks, _) = estimated(&campaign);
        for ((clock, truth), held) in clocks.iter().zip(ahead.0).zip(&mut held) {
            let offset = clock.offset_s.unwrap();
            *held += u32::from((offset.value - truth).abs() <= offset.half_width);
        }
    }
    held.map(|held| f64::from(held) / f64::from(CAMPAIGNS))
}

#[test]
fn the_intervals_hold_the_true_offsets_as_often_as_they_say() {
    for runs in [1, 2, 5, 15] {
        let coverage = coverage(runs);
        assert!(coverage.iter().all(|part| *part >= 0.93), "{runs} runs: {coverage:?}");
    }
}

#[test]
fn of_clocks_in_order_nothing_is_said() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let runs: Vec<AlignedRun> =
        (0..8).map(|run| simulated(&mut rng, 1.26e9 + 3000.0 * f64::from(run), Ahead([0.0; 3]))).collect();
    let (clocks, diagnostics) = estimated(&runs);
    let owners: Vec<&ClockOwner> = clocks.iter().map(|clock| &clock.owner).collect();
    let host = |name: &str| ClockOwner::Host(name.to_owned());
    assert_eq!(owners, [&host("kirsche"), &host("apfel"), &ClockOwner::Guest]);
    assert_eq!(clocks[0].origins, [Origin::Traffic, Origin::VmGone, Origin::VmActive]);
    assert_eq!(clocks[2].origins, [Origin::Outage]);
    assert_eq!(diagnostics, []);
}

#[test]
fn each_clock_is_blamed_for_its_own() {
    for wrong in 0..3 {
        let mut ahead = [0.0; 3];
        ahead[wrong] = -2.5;
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        let runs: Vec<AlignedRun> =
            (0..5).map(|run| simulated(&mut rng, 1.26e9 + 300.0 * f64::from(run), Ahead(ahead))).collect();
        let (clocks, diagnostics) = estimated(&runs);
        let blamed: Vec<bool> = clocks.iter().map(|clock| clock.wrong).collect();
        assert_eq!(blamed, [0, 1, 2].map(|clock| clock == wrong));
        assert_eq!(diagnostics.len(), 1);
        assert!(diagnostics[0].message.contains("behind the observer's"), "{}", diagnostics[0].message);
    }
}

#[test]
fn a_vm_that_hardly_works_shows_nothing_of_the_hosts_clocks() {
    let mut run = simulated(&mut ChaCha8Rng::seed_from_u64(3), 1.26e9, Ahead([0.0; 3]));
    let cpu = run.samples.iter_mut().filter(|samples| samples.metric == "domain.asam.cpu");
    cpu.flat_map(|samples| &mut samples.values).for_each(|percent| *percent /= 200.0);
    let (clocks, _) = estimated(&[run]);
    // Still tied to each other by the traffic, and the guest to the observer.
    let pairs: Vec<bool> = clocks.iter().map(|clock| clock.against.is_none()).collect();
    assert_eq!((clocks.len(), pairs), (2, vec![false, true]));
}
