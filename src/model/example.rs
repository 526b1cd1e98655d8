//! A small made-up analysis for the tests of the floors above.

use std::collections::BTreeMap;

use super::*;
use crate::stats::Interval;

/// Two conditions on two hosts: three repetitions of ten seconds, the outage in the middle.
pub(crate) fn analysis() -> Analysis {
    let host = |name: &str, role| Host { name: name.to_owned(), role, cpus: None };
    let mut analysis = Analysis {
        campaign: Campaign {
            title: String::new(),
            path: String::new(),
            config_sha256: String::new(),
            provenance: Provenance::Reconstructed,
            notice: None,
            vm_memory_bytes: None,
            vm: Some("asam".to_owned()),
            hosts: vec![host("kirsche", Role::Source), host("apfel", Role::Target)],
            align: Event::Request,
            also_aligned: Vec::new(),
            bootstrap: Bootstrap { seed: 1, resamples: 10 },
            factor_order: vec![],
            level_order: BTreeMap::new(),
        },
        conditions: Vec::new(),
        runs: Vec::new(),
        series: Vec::new(),
        curves: Vec::new(),
        comparisons: Vec::new(),
        clocks: Vec::new(),
        agreements: Vec::new(),
        convergence: Vec::new(),
        sweeps: Vec::new(),
        benchmarks: Vec::new(),
        efficiency: Vec::new(),
        parallel: Vec::new(),
        grids: Vec::new(),
        placement: None,
        published: Vec::new(),
        findings: Vec::new(),
        diagnostics: Vec::new(),
        sources: std::collections::BTreeMap::new(),
        excerpts: std::collections::BTreeMap::new(),
    };
    for (id, slower) in [("none", 1.0), ("memtester", 4.0)] {
        let condition = analysis.conditions.next_id();
        add_condition(&mut analysis, id, slower);
        for host in ["kirsche", "apfel"] {
            let host = Some(host);
            add_curve(&mut analysis, condition, host, "domain.asam.cpu", Unit::Percent, |t| {
                (t < 3.0).then_some(60.0)
            });
            add_curve(&mut analysis, condition, host, "domain.Domain-0.cpu", Unit::Percent, |t| {
                Some(10.0 + t)
            });
            add_curve(&mut analysis, condition, host, "cpu.user", Unit::Percent, |t| Some(5.0 + t / 2.0));
            add_curve(&mut analysis, condition, host, "cpu.idle", Unit::Percent, |t| Some(80.0 - t));
            add_curve(&mut analysis, condition, host, "cpu.softirq", Unit::Percent, |t| Some(2.0 + t / 20.0));
            add_curve(&mut analysis, condition, host, "mem.used", Unit::Bytes, |t| Some(150e6 + t * 1e6));
            add_curve(&mut analysis, condition, host, "mem.free", Unit::Bytes, |t| Some(3300e6 - t * 1e6));
            add_curve(&mut analysis, condition, host, "net.sent", Unit::BytesPerSecond, |t| {
                Some(25e6 + t * 1e5)
            });
        }
        let out = |t: f64| !(3.0..5.0).contains(&t);
        add_curve(&mut analysis, condition, None, "ping.rtt", Unit::Milliseconds, |t| {
            out(t).then_some(0.4 + t.abs())
        });
    }
    analysis
}

fn add_condition(analysis: &mut Analysis, id: &str, slower: f64) {
    let condition = analysis.conditions.next_id();
    let mut runs = Vec::new();
    let factors =
        BTreeMap::from([("load".to_owned(), id.to_owned()), ("service".to_owned(), "ping".to_owned())]);
    let (mut durations, mut outages) = (Vec::new(), Vec::new());
    for repetition in 1..=3u32 {
        let (duration, length) =
            (4.8 + f64::from(repetition) / 10.0, slower * (0.7 + f64::from(repetition) / 10.0));
        durations.push(Some(duration));
        outages.push(Some(length));
        let outage = |method| Outage {
            method,
            estimate_s: length,
            lower_s: length - 0.2,
            upper_s: Some(length + 0.2),
            start_s: Some(3.0),
            end_s: Some(3.0 + length),
            censored: false,
            source_file: String::new(),
        };
        runs.push(analysis.runs.next_id());
        analysis.runs.push(Run {
            id: format!("{id}-{repetition}"),
            condition,
            factors: factors.clone(),
            repetition,
            source_files: Vec::new(),
            migration: Migration {
                request_epoch_s: None,
                request_resolution_s: 1.0,
                duration_s: Some(duration),
                user_s: None,
                system_s: None,
                status: Status::Completed,
                reason: None,
            },
            outages: vec![outage(Method::Ping), outage(Method::GuestClock)],
            ping: None,
            probe: None,
            packets: None,
            throughput: None,
            streams: Vec::new(),
            measurements: Vec::new(),
            numbers: Vec::new(),
            resources: Vec::new(),
            flags: Vec::new(),
            citations: Vec::new(),
            hypervisor: None,
            transfer: None,
            milestones: Vec::new(),
            phases: Vec::new(),
            presences: Vec::new(),
            checks: Vec::new(),
            degradation: None,
        });
    }
    analysis.conditions.push(Condition { runs, completed: 3, ..Condition::new(id.to_owned(), factors) });
    let metrics =
        [("migration_duration", &durations), ("outage_ping", &outages), ("outage_guest_clock", &outages)];
    for (metric, values) in metrics {
        let values = values.iter().map(|value| value.map(Value::exact)).collect();
        analysis.series.push(Series::new(
            condition,
            metric.to_owned(),
            Unit::Seconds,
            Range::Positive,
            values,
        ));
    }
}

/// Bins from −2 to 8 s; the three repetitions lie 2 % apart.
fn add_curve(
    analysis: &mut Analysis,
    condition: ConditionId,
    host: Option<&str>,
    metric: &str,
    unit: Unit,
    value: impl Fn(f64) -> Option<f64>,
) {
    let times: Vec<f64> = (-2..=8).map(f64::from).collect();
    let bins = times
        .iter()
        .map(|&t_s| {
            let mean = value(t_s);
            Bin {
                t_s,
                n: if mean.is_some() { 3 } else { 0 },
                mean,
                sd: mean.map(|mean| mean * 0.02),
                ci95: mean.map(|mean| Interval::new(mean * 0.95, mean * 1.05)),
            }
        })
        .collect();
    let trace = |repetition: u32| {
        let factor = 0.96 + 0.02 * f64::from(repetition);
        let means = times.iter().filter_map(|t| Some((*t as i64, value(*t)? * factor)));
        Trace { repetition, means: Means::new(means) }
    };
    analysis.curves.push(Curve {
        condition,
        host: host.map(str::to_owned),
        metric: metric.to_owned(),
        unit,
        align: analysis.campaign.align,
        bins,
        repetitions: (1..=3).map(trace).collect(),
    });
}

fn milestone(kind: MilestoneKind, evidence: Evidence, earliest_s: f64, latest_s: f64) -> Milestone {
    Milestone { kind, evidence, earliest_s, latest_s }
}

/// What sources say of one run whose outage by ping began at 3 s.
fn add_time_line(run: &mut Run) {
    use MilestoneKind::*;
    let Some(length) = run.outage(Method::Ping).map(|outage| outage.estimate_s) else { return };
    let end = run.migration.duration_s.unwrap_or_default();
    let by_hypervisor = |kind, t| milestone(kind, Evidence::Hypervisor, t, t);
    let lost = milestone(ServiceLost, Evidence::Ping, 2.9, 3.1);
    let back = milestone(ServiceBack, Evidence::Ping, 2.9 + length, 3.1 + length);
    let (began, resumed) = (by_hypervisor(Round(1), 0.5), by_hypervisor(Resumed, 3.0 + length / 2.0));
    run.milestones = vec![
        milestone(Requested, Evidence::MigrationProcess, 0.0, 1.0),
        milestone(TransferBegan, Evidence::NetworkBurst, 0.0, 1.0),
        began,
        by_hypervisor(Round(2), 1.8),
        by_hypervisor(Round(3), 2.4),
        lost,
        milestone(TransferEnded, Evidence::NetworkBurst, 4.0, 5.0),
        resumed,
        back,
        milestone(Ended, Evidence::MigrationProcess, end, end + 1.0),
    ];
    run.phases = vec![
        Phase { kind: PhaseKind::PreCopy, from: began, to: lost },
        Phase { kind: PhaseKind::StopAndCopy, from: lost, to: resumed },
        Phase { kind: PhaseKind::Activation, from: resumed, to: back },
    ];
    let seen = |host: &str, from_s, to_s| Presence {
        host: host.to_owned(),
        evidence: Evidence::DomainList,
        from_s,
        to_s,
        uncertainty_s: 1.0,
    };
    run.presences = vec![seen("kirsche", None, Some(3.5)), seen("apfel", Some(4.0), None)];
    run.outages.push(Outage {
        method: Method::Hypervisor,
        estimate_s: length / 2.0,
        lower_s: length / 2.0 - 0.001,
        upper_s: Some(length / 2.0 + 0.001),
        end_s: Some(3.0 + length / 2.0),
        ..run.outages[0].clone()
    });
    let check = |kind, verdict, left_s, right_s| Check { kind, verdict, left_s, right_s, uncertainty_s: 0.2 };
    run.checks = vec![
        check(CheckKind::OutageCoversDowntime, Verdict::Holds, length, length / 2.0),
        check(CheckKind::BackBeforeEnd, Verdict::WithinUncertainty, 4.9, 5.0),
    ];
    run.hypervisor = Some(Hypervisor {
        source_file: "a.qmp".to_owned(),
        downtime_s: Some(length / 2.0),
        expected_downtime_s: None,
        resolution_s: Some(0.001),
        total_time_s: Some(end),
        setup_time_s: None,
        iterations: Some(3),
        transferred_bytes: Some(300e6),
        remaining_bytes: Some(0.0),
        memory_bytes: Some(134_217_728.0),
        precopy_bytes: None,
        downtime_bytes: None,
        postcopy_bytes: None,
        postcopy_requests: None,
        postcopy_blocktime_s: None,
        pages_sent: Some(73_242.0),
        pages_normal: None,
        pages_duplicate: None,
        page_bytes: Some(4096.0),
        sent: None,
        dirty_bytes_per_s: Some(12e6),
        mean_throughput_bytes_per_s: None,
        throughput_bytes_per_s: Some(60e6),
        rounds: Vec::new(),
        return_path: None,
        printed_pages: None,
    });
}

/// [`analysis`] with the time lines of its runs: the last of memtester failed, its ping log ended in the
/// outage, and one check of its second is contradicted.
pub(crate) fn with_time_lines() -> Analysis {
    let mut analysis = analysis();
    analysis.runs.iter_mut().for_each(add_time_line);
    let second = &mut analysis.runs[4];
    second.checks[1] =
        Check { verdict: Verdict::Contradicted, left_s: 7.5, right_s: 5.0, ..second.checks[1] };
    let last = &mut analysis.runs[5];
    last.migration.status = Status::Failed;
    last.migration.reason = Some("Broken pipe".to_owned());
    let ping = &mut last.outages[0];
    (ping.upper_s, ping.end_s, ping.censored) = (None, None, true);
    analysis.conditions[1].completed = 2;
    analysis.agreements.push(Agreement {
        a: Method::Ping,
        b: Method::GuestClock,
        pairs: (0..5)
            .map(|run| {
                let a_s = 0.8 + 0.7 * run as f64;
                AgreementPair { run: RunId::new(run), a_s, b_s: a_s + [0.02, -0.05, 0.1, 0.0, 0.08][run] }
            })
            .collect(),
        left_out: 1,
        overlapping: 5,
        bias_s: 0.03,
        bias_ci95: Some(Interval::new(-0.044, 0.104)),
        limits: Some(Interval::new(-0.087, 0.147)),
        limits_ci95: None,
        within: None,
        correlation: Some(0.999),
    });
    analysis.clocks.push(Clock {
        owner: ClockOwner::Guest,
        offset_s: Some(Estimate { value: -3.2, half_width: 0.4 }),
        drift_ppm: None,
        epoch_s: Some(1_264_540_000.0),
        runs: 5,
        declared_offset_s: 0.0,
        origins: vec![Origin::Outage],
        against: None,
        wrong: true,
        drifts: false,
    });
    analysis
}
