//! Values without a baseline, drawn from quantities made by hand.

use super::*;

/// Names of factors with their levels.
fn factors(levels: &[(&str, &str)]) -> Factors {
    levels.iter().map(|(name, level)| ((*name).to_owned(), (*level).to_owned())).collect()
}

fn empty() -> Analysis {
    let mut analysis = analysis();
    analysis.curves.clear();
    analysis.series.clear();
    analysis.conditions.clear();
    analysis.runs.clear();
    analysis
}

/// A value in a condition of its own, with half the width of its interval.
fn add(analysis: &mut Analysis, operation: &str, levels: &[(&str, &str)], value: f64, half: Option<f64>) {
    let factors = factors(levels);
    let known = analysis.conditions.find_id(|condition| condition.factors == factors);
    let condition = known.unwrap_or_else(|| {
        let new = analysis.conditions.next_id();
        let id = format!("c{}", new.index());
        analysis.conditions.push(Condition::new(id, factors));
        new
    });
    analysis.benchmarks.push(Benchmark {
        benchmark: "cap".to_owned(),
        condition,
        vm: None,
        operation: operation.to_owned(),
        unit: if operation.ends_with("_s") { Unit::Seconds } else { Unit::Percent },
        direction: Direction::Higher,
        readings: Vec::new(),
        value,
        sd: half,
        ci95: half.map(|half| Interval::new(value - half, value + half)),
    });
}

/// A grid of all values, a row a value.
fn in_grid(mut analysis: Analysis) -> Analysis {
    analysis.grids.push(Grid {
        content: Content::Values {
            benchmark: "cap".to_owned(),
            cells: analysis.benchmarks.ids().map(Some).collect(),
        },
        row_names: Vec::new(),
        column_names: Vec::new(),
        rows: vec![Vec::new(); analysis.benchmarks.len()],
        columns: vec![Vec::new()],
    });
    analysis.sweeps =
        crate::campaign::sweep::sweeps(&analysis.conditions, &analysis.series, &analysis.benchmarks);
    analysis
}

/// Caps × memory × workload, as far as they were measured.
fn capped() -> Analysis {
    let mut analysis = empty();
    analysis.campaign.level_order =
        [("workload".to_owned(), vec!["loops".to_owned(), "linpack".to_owned()])].into();
    for (cap, share) in [("100", 24.8), ("25", 6.2), ("50", 12.5), ("200", 24.9)] {
        for (memory, more) in [("1024", 0.0), ("512", 0.3)] {
            for workload in ["linpack", "loops"] {
                let levels = [("cap_pct", cap), ("ram_mb", memory), ("workload", workload)];
                // One was not measured, one hardly known.
                if (cap, memory, workload) == ("50", "512", "linpack") {
                    continue;
                }
                let half = if cap == "200" { 2.1 } else { 0.1 };
                add(&mut analysis, "cpu_usage_pct", &levels, share + more, Some(half));
            }
        }
    }
    in_grid(analysis)
}

/// Two quantities of three VMs, read once.
fn migrated() -> Analysis {
    let mut analysis = empty();
    for (workload, time, downtime) in
        [("loops", 63.0, 18.0), ("dhrystone", 64.0, 28.0), ("linpack", 64.0, 19.0)]
    {
        add(&mut analysis, "total_time_s", &[("workload", workload)], time, None);
        add(&mut analysis, "downtime_s", &[("workload", workload)], downtime, None);
    }
    in_grid(analysis)
}

#[test]
fn most_levels_go_along_the_axis_and_a_third_factor_makes_panels() {
    let analysis = capped();
    assert_eq!(ids(&analysis), ["values-cap"]);
    check_words(&analysis);
    let caption = listed(&analysis)[0].figure.description(&english()).caption;
    assert_eq!(caption, "cap: cpu usage by cap (%) and ram (MB)");
    for language in [Language::En, Language::De] {
        for (id, svg) in draw_all(&analysis, &Text::new(language)) {
            check(&id, &svg);
        }
    }
    let svg = figure(&analysis, "values-cap");
    let at = |label: &str| svg.find(&format!(">{label}<")).unwrap_or_else(|| panic!("{label}: {svg}"));
    assert!(at("25") < at("50") && at("50") < at("100") && at("100") < at("200"));
    assert!(at("512") < at("1024") && at("loops") < at("linpack"));
}

#[test]
fn quantities_have_panels_of_their_own_and_single_values_no_interval() {
    let svg = figure(&migrated(), "values-cap");
    for said in [">total time<", ">downtime<", ">63.0<", ">28.0<", ">s<", "a single value"] {
        assert!(svg.contains(said), "{said}: {svg}");
    }
    check("values-cap", &svg);
}

#[test]
fn what_is_shown_elsewhere_or_compared_with_nothing_has_no_bars() {
    let mut lines = empty();
    for (number, workload) in (1..=5).flat_map(|number| [(number, "a"), (number, "b")]) {
        add(&mut lines, "time_s", &[("load", &number.to_string()), ("workload", workload)], 3.0, None);
    }
    assert_eq!(ids(&in_grid(lines)), ["sweep-cap-time-s"]);
    let mut bars = empty();
    for number in 1..=4 {
        add(&mut bars, "time_s", &[("cores", &number.to_string())], 3.0, None);
    }
    assert_eq!(ids(&in_grid(bars)), ["values-cap"]);
    let mut one = empty();
    add(&mut one, "time_s", &[("cores", "4")], 3.0, None);
    assert_eq!(ids(&in_grid(one)), Vec::<String>::new());
    let mut compared = migrated();
    compared.efficiency.push(Efficiency {
        of: Id::new(0),
        baseline: None,
        comparison: "against it".to_owned(),
        value: 1.0,
        baseline_value: None,
        efficiency: None,
        ci95: None,
        n_value: 1,
        n_baseline: 0,
    });
    assert_eq!(ids(&compared), Vec::<String>::new());
}

#[test]
fn many_levels_fit_pages_or_are_left_to_the_table() {
    let mut many = empty();
    for (level, panel) in (0..12).flat_map(|level| (0..30).map(move |panel| (level, panel))) {
        let (level, panel) = (format!("level {level}"), format!("p{panel}"));
        add(&mut many, &panel, &[("level", &level), ("kind", "a")], 3.0, Some(f64::INFINITY));
        add(&mut many, &panel, &[("level", &level), ("kind", "b")], f64::NAN, None);
        add(&mut many, &panel, &[("level", &level), ("kind", "c")], 0.0, Some(100.0));
    }
    let many = in_grid(many);
    assert!(ids(&many).contains(&"values-cap-3".to_owned()), "{:?}", ids(&many));
    for (id, svg) in draw_all(&many, &english()) {
        check_labels(&id, &svg);
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{id}");
        let height = svg.split("viewBox=\"0 0 4820 ").nth(1).unwrap().split('"').next().unwrap();
        assert!(height.parse::<i32>().unwrap() < 6600, "{id} is {height} high");
    }
    let mut crowd = empty();
    for (level, kind) in (0..60).flat_map(|level| (0..20).map(move |kind| (level, kind))) {
        add(&mut crowd, "p", &[("level", &format!("l{level}")), ("kind", &format!("k{kind}"))], 3.0, None);
    }
    assert_eq!(ids(&in_grid(crowd)), Vec::<String>::new());
}

#[test]
fn names_of_levels_cannot_break_out() {
    let evil =
        "</text><script>x</script>\"&'\u{0}\u{202E}\nname that goes on and on and on and on and on and on";
    let mut analysis = capped();
    let Content::Values { benchmark, .. } = &mut analysis.grids[0].content else { panic!() };
    *benchmark = evil.to_owned();
    for value in &mut analysis.benchmarks {
        value.benchmark = evil.to_owned();
        value.operation = format!("{evil}{}", "w".repeat(60));
    }
    for condition in &mut analysis.conditions {
        let renamed =
            condition.factors.iter().map(|(name, level)| (format!("{name}{evil}"), format!("{level}{evil}")));
        condition.factors = renamed.collect();
    }
    assert_eq!(listed(&analysis).len(), 1);
    check_names(&analysis);
}

#[test]
fn values_as_reviewed() {
    insta::assert_snapshot!(figure(&capped(), "values-cap"));
}

#[test]
fn single_values_as_reviewed() {
    insta::assert_snapshot!(figure(&migrated(), "values-cap"));
}
