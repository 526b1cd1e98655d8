//! What each round sent, drawn from made-up rounds.

use super::*;

/// [`with_time_lines`] with rounds: halving in the first condition, staying in the second, whose migrations were given up.
fn transferred() -> Analysis {
    let mut analysis = with_time_lines();
    for run in &mut analysis.runs {
        let (ratio, status) = match run.condition.index() {
            0 => (0.5, Status::Completed),
            _ => (1.0, Status::Cancelled),
        };
        run.migration.status = status;
        let Some(account) = &mut run.hypervisor else { continue };
        let length = 6 + u64::from(run.repetition);
        let sent = |number: u64| if number == 1 { 120e6 } else { 24e6 * f64::powi(ratio, number as i32 - 2) };
        let round = |number: u64| PrecopyRound {
            number,
            pages_sent: sent(number) / 4096.0,
            bytes_sent: None,
            pages_skipped: None,
            pages_dirtied: None,
            duration_s: Some(sent(number) / 16e6),
        };
        account.rounds = (1..=length).map(round).collect();
        account.dirty_bytes_per_s = Some(0.99 * ratio * 16e6);
        account.throughput_bytes_per_s = Some(16e6);
    }
    analysis.convergence = crate::campaign::convergence::convergence(&analysis.conditions, &analysis.runs);
    analysis
}

#[test]
fn rounds_hold_to_the_rules_in_both_languages() {
    let mut analysis = transferred();
    for conditions in 2..=9 {
        for language in [Language::En, Language::De] {
            let rounds = listed(&analysis).into_iter().find(|listed| listed.id == "rounds").unwrap();
            check("rounds", &rounds.draw(&Text::new(language)).unwrap());
        }
        let copy = Convergence { condition: Id::new(conditions), ..analysis.convergence[0].clone() };
        analysis.conditions.push(Condition {
            id: format!("c{conditions}"),
            factors: BTreeMap::from([("load".to_owned(), format!("load that is heavy {conditions}"))]),
            ..analysis.conditions[0].clone()
        });
        analysis.convergence.push(copy);
    }
}

#[test]
fn each_condition_says_whether_it_converges() {
    let svg = figure(&transferred(), "rounds");
    for said in [
        "pre-copy converges",
        "does not converge",
        "dirtied ÷ sent 0.99",
        "3 of 3 completed",
        "0 of 3 completed",
    ] {
        assert!(svg.contains(said), "{said}");
    }
    assert!(!svg.contains("undecided"));
}

#[test]
fn without_durations_rounds_stand_beside_each_other() {
    let mut analysis = transferred();
    let seconds = "Time since the transfer began (s)";
    assert!(figure(&analysis, "rounds").contains(seconds));
    for round in
        analysis.runs.iter_mut().filter_map(|run| run.hypervisor.as_mut()).flat_map(|a| &mut a.rounds)
    {
        round.duration_s = None;
    }
    let svg = figure(&analysis, "rounds");
    check("rounds", &svg);
    assert!(!svg.contains(seconds) && svg.contains(">Round<"), "{svg}");
}

#[test]
fn more_conditions_than_fit_make_further_figures() {
    let mut analysis = transferred();
    for _ in 2..20 {
        let condition = analysis.conditions.next_id();
        analysis.conditions.push(analysis.conditions[0].clone());
        analysis.convergence.push(Convergence { condition, ..analysis.convergence[0].clone() });
    }
    let ids = ids(&analysis);
    check_words(&analysis);
    assert!(ids.contains(&"rounds-2".to_owned()) && !ids.contains(&"rounds-3".to_owned()), "{ids:?}");
    check("rounds-2", &figure(&analysis, "rounds-2"));
}

#[test]
fn rounds_that_sent_nothing_and_hostile_names_do_no_harm() {
    let mut analysis = transferred();
    for (index, condition) in analysis.conditions.iter_mut().enumerate() {
        let name = format!("</text><script>x</script>\"&'\u{0}\u{202E}\n{index} that goes on and on and on");
        condition.factors.insert("load".to_owned(), name);
    }
    for account in analysis.runs.iter_mut().filter_map(|run| run.hypervisor.as_mut()) {
        account.rounds[2].pages_sent = 0.0;
        account.rounds[3].pages_sent = f64::NAN;
        account.rounds[3].duration_s = Some(f64::INFINITY);
    }
    let svg = figure(&analysis, "rounds");
    assert!(!svg.contains("<script") && !svg.contains('\u{202E}'));
    check("rounds", &svg);
}

#[test]
fn rounds_as_reviewed() {
    check_words(&transferred());
    insta::assert_snapshot!(figure(&transferred(), "rounds"));
}
