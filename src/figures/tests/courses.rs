//! Time lines and agreement, drawn from runs whose course is known.

use super::*;

fn milestone(kind: MilestoneKind, evidence: Evidence, earliest_s: f64, latest_s: f64) -> Milestone {
    Milestone { kind, evidence, earliest_s, latest_s }
}

/// What sources say of one run whose outage by ping began at 3 s.
fn tell(run: &mut Run) {
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
        resolution_s: 0.001,
        total_time_s: Some(end),
        setup_time_s: None,
        iterations: Some(3),
        transferred_bytes: Some(300e6),
        remaining_bytes: Some(0.0),
        memory_bytes: Some(134_217_728.0),
        pages_sent: Some(73_242.0),
        page_bytes: Some(4096.0),
        sent: None,
        dirty_bytes_per_s: Some(12e6),
        throughput_bytes_per_s: Some(60e6),
        rounds: Vec::new(),
        printed_pages: None,
    });
}

/// [`analysis`] with the courses of its runs: the last of memtester failed, its ping log ended in the
/// outage, and one check of its second is contradicted.
pub(crate) fn told() -> Analysis {
    let mut analysis = analysis();
    analysis.runs.iter_mut().for_each(tell);
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
                AgreementPair { run, a_s, b_s: a_s + [0.02, -0.05, 0.1, 0.0, 0.08][run] }
            })
            .collect(),
        left_out: 1,
        overlapping: 5,
        bias_s: 0.03,
        bias_ci95: Some(Interval::new(-0.044, 0.104)),
        limits: Some(Interval::new(-0.087, 0.147)),
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

#[test]
fn time_lines_hold_to_the_rules_in_both_languages() {
    for language in [Language::En, Language::De] {
        for (plan, svg) in draw_all(&told(), &Text::new(language)) {
            check(&plan.id, &svg);
        }
    }
}

#[test]
fn a_time_line_has_every_repetition_and_says_what_is_wrong() {
    let svg = figure(&told(), "memtester-time-line");
    for said in ["VM on kirsche", "failed: Broken pipe", "does not hold: The service answered", "≥ 4.00"] {
        assert!(svg.contains(said), "{said}");
    }
    for repetition in 1..=3 {
        assert!(svg.contains(&format!(">{repetition}</text>")), "{repetition}");
    }
}

#[test]
fn short_outages_have_a_panel_of_their_own() {
    let around = "Time since the start of the outage (s)";
    let mut analysis = told();
    assert!(!figure(&analysis, "memtester-time-line").contains(around));
    for run in &mut analysis.runs {
        run.migration.duration_s = Some(30.0);
    }
    assert!(figure(&analysis, "none-time-line").contains(around));
}

#[test]
fn a_clock_that_is_hours_off_leaves_the_others_readable() {
    let mut analysis = told();
    let guest = &mut analysis.runs[1].outages[1];
    (guest.start_s, guest.end_s) = (Some(7203.0), Some(7204.0));
    let svg = figure(&analysis, "none-time-line");
    check("far", &svg);
    let seconds = labels(&svg).into_iter().filter_map(|(label, ..)| label.parse::<f64>().ok());
    let last = seconds.fold(0.0, f64::max);
    assert!(last < 20.0, "{last}");
}

#[test]
fn many_repetitions_are_spread_evenly_over_several_figures() {
    let mut analysis = told();
    let run = analysis.runs[0].clone();
    analysis.runs = (1..=17).map(|repetition| Run { repetition, ..run.clone() }).collect();
    analysis.conditions.truncate(1);
    analysis.conditions[0].runs = (0..17).collect();
    analysis.agreements.clear();
    let ids: Vec<String> = plan(&analysis).into_iter().map(|plan| plan.id).collect();
    assert_eq!(ids[1..4], ["none-time-line", "none-time-line-2", "none-time-line-3"]);
    let last = figure(&analysis, "none-time-line-3");
    assert!(last.contains(">13</text>") && last.contains(">17</text>") && !last.contains(">12</text>"));
}

#[test]
fn hostile_reasons_stay_text() {
    let mut analysis = told();
    analysis.runs[5].migration.reason = Some("</text><script>x</script>\u{202E}\n".repeat(20));
    analysis.campaign.hosts[0].name = "a name that goes on and on and on and on and on and on".to_owned();
    let svg = figure(&analysis, "memtester-time-line");
    assert!(!svg.contains("<script") && !svg.contains('\u{202E}'));
    check_labels("hostile", &svg);
}

#[test]
fn many_conditions_are_one_group() {
    let mut analysis = told();
    for number in 0..12 {
        let condition = Condition { id: format!("c{number}"), ..analysis.conditions[0].clone() };
        analysis.conditions.push(condition);
        let run = Run { condition: number + 2, ..analysis.runs[0].clone() };
        analysis.agreements[0].pairs.push(AgreementPair { run: analysis.runs.len(), a_s: 1.0, b_s: 1.1 });
        analysis.runs.push(run);
    }
    check("groups", &figure(&analysis, "agreement-ping-guest-clock"));
}

#[test]
fn time_line_as_reviewed() {
    insta::assert_snapshot!(figure(&told(), "memtester-time-line"));
}

#[test]
fn agreement_as_reviewed() {
    insta::assert_snapshot!(figure(&told(), "agreement-ping-guest-clock"));
}
