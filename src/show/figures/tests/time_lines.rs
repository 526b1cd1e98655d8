//! Time lines and agreement, drawn from runs of which it is known what happened when.

use super::*;

#[test]
fn time_lines_hold_to_the_rules_in_both_languages() {
    for language in [Language::En, Language::De] {
        for (id, svg) in draw_all(&with_time_lines(), &Text::new(language)) {
            check(&id, &svg);
        }
    }
}

#[test]
fn a_time_line_has_every_repetition_and_says_what_is_wrong() {
    let svg = figure(&with_time_lines(), "memtester-time-line");
    for said in ["VM on kirsche", "failed: Broken pipe", "does not hold: The service answered", "≥ 3.80"] {
        assert!(svg.contains(said), "{said}");
    }
    for repetition in 1..=3 {
        assert!(svg.contains(&format!(">{repetition}</text>")), "{repetition}");
    }
}

#[test]
fn short_outages_have_a_panel_of_their_own() {
    let around = "Time since the start of the outage (s)";
    let mut analysis = with_time_lines();
    assert!(!figure(&analysis, "memtester-time-line").contains(around));
    for run in &mut analysis.runs {
        run.migration.duration_s = Some(30.0);
    }
    assert!(figure(&analysis, "none-time-line").contains(around));
}

#[test]
fn a_clock_that_is_hours_off_leaves_the_others_readable() {
    let mut analysis = with_time_lines();
    let guest = &mut analysis.runs[1].outages[1];
    (guest.start_s, guest.end_s) = (Some(7203.0), Some(7204.0));
    let svg = figure(&analysis, "none-time-line");
    check("far", &svg);
    let seconds = labels(&svg).into_iter().filter_map(|(label, ..)| label.parse::<f64>().ok());
    let last = seconds.fold(0.0, f64::max);
    assert!(last < 20.0, "{last}");
}

#[test]
fn repetitions_are_spread_evenly_over_several_figures() {
    let mut analysis = with_time_lines();
    let run = analysis.runs[0].clone();
    analysis.runs = (1..=12).map(|repetition| Run { repetition, ..run.clone() }).collect();
    analysis.conditions.truncate(1);
    analysis.conditions[0].runs = analysis.runs.ids().collect();
    analysis.agreements.clear();
    assert_eq!(ids(&analysis)[1..3], ["none-time-line", "none-time-line-2"]);
    let last = figure(&analysis, "none-time-line-2");
    assert!(last.contains(">7</text>") && last.contains(">12</text>"));
    assert!(!figure(&analysis, "none-time-line").contains(">12</text>"));
}

#[test]
fn of_many_repetitions_those_that_tell_most_are_shown() {
    let mut analysis = with_time_lines();
    let run = analysis.runs[0].clone();
    analysis.runs = (1..=40).map(|repetition| Run { repetition, ..run.clone() }).collect();
    for run in &mut analysis.runs {
        run.migration.duration_s = Some(f64::from(run.repetition * 7 % 40) + 5.0);
    }
    // 7 · 17 mod 40 is the most, 7 · 20 mod 40 the median.
    analysis.runs[22].checks = analysis.runs[22]
        .checks
        .iter()
        .map(|check| Check { verdict: Verdict::Contradicted, ..*check })
        .collect();
    analysis.conditions.truncate(1);
    analysis.conditions[0].runs = analysis.runs.ids().collect();
    analysis.agreements.clear();
    let all = ids(&analysis);
    assert!(
        all.contains(&"none-time-line".to_owned()) && !all.contains(&"none-time-line-2".to_owned()),
        "{all:?}"
    );
    let svg = figure(&analysis, "none-time-line");
    assert!(svg.contains("7 of 40 repetitions"), "{svg}");
    for repetition in [17, 20, 23] {
        assert!(svg.contains(&format!(">{repetition}</text>")), "{repetition}: {svg}");
    }
}

#[test]
fn hostile_reasons_stay_text() {
    let mut analysis = with_time_lines();
    analysis.runs[5].migration.reason = Some("</text><script>x</script>\u{202E}\n".repeat(20));
    analysis.campaign.hosts[0].name = "a name that goes on and on and on and on and on and on".to_owned();
    let svg = figure(&analysis, "memtester-time-line");
    assert!(!svg.contains("<script") && !svg.contains('\u{202E}'));
    check_labels("hostile", &svg);
}

#[test]
fn many_conditions_are_one_group() {
    let mut analysis = with_time_lines();
    for number in 0..12 {
        let condition = Condition { id: format!("c{number}"), ..analysis.conditions[0].clone() };
        let run = Run { condition: analysis.conditions.next_id(), ..analysis.runs[0].clone() };
        analysis.conditions.push(condition);
        let pair = AgreementPair { run: analysis.runs.next_id(), a_s: 1.0, b_s: 1.1 };
        analysis.agreements[0].pairs.push(pair);
        analysis.runs.push(run);
    }
    check("groups", &figure(&analysis, "agreement-ping-guest-clock"));
}

#[test]
fn time_line_as_reviewed() {
    insta::assert_snapshot!(figure(&with_time_lines(), "memtester-time-line"));
}

#[test]
fn agreement_as_reviewed() {
    insta::assert_snapshot!(figure(&with_time_lines(), "agreement-ping-guest-clock"));
}
