//! Efficiencies and several VMs at once, drawn from grids made by hand.

use super::*;

/// One figure of a grid as rows × columns of efficiencies, without its interval where that is `None`.
type Cells<'a> = &'a dyn Fn(usize, usize) -> Option<(Option<f64>, Option<f64>)>;

fn levels(joined: &[&str]) -> Vec<Vec<String>> {
    joined.iter().map(|levels| levels.split('|').map(str::to_owned).collect()).collect()
}

fn empty() -> Analysis {
    let mut analysis = analysis();
    analysis.curves.clear();
    analysis.series.clear();
    analysis
}

/// Efficiency and half the width of its interval for each cell; no entry where `cells` has none.
fn add_grid(
    analysis: &mut Analysis,
    comparison: &str,
    rows: (&str, &[&str]),
    columns: (&str, &[&str]),
    cells: Cells,
) {
    let names = |joined: &str| joined.split('|').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let mut found = Vec::new();
    let mut grid = Grid {
        content: Content::Efficiency { comparison: comparison.to_owned(), cells: Vec::new() },
        row_names: names(rows.0),
        column_names: names(columns.0),
        rows: levels(rows.1),
        columns: if columns.0.is_empty() { vec![Vec::new()] } else { levels(columns.1) },
    };
    for row in 0..grid.rows.len() {
        for column in 0..grid.columns.len() {
            let entry = cells(row, column).map(|(efficiency, half)| {
                let (benchmark, id) = (analysis.benchmarks.next_id(), analysis.efficiency.next_id());
                let place = grid.row_names.iter().position(|name| name == BENCHMARK);
                analysis.benchmarks.push(Benchmark {
                    benchmark: place.map_or("linpack", |place| &grid.rows[row][place]).to_owned(),
                    condition: Id::new(0),
                    vm: None,
                    operation: String::new(),
                    unit: Unit::BytesPerSecond,
                    direction: Direction::Higher,
                    readings: Vec::new(),
                    value: 1.0,
                    sd: None,
                    ci95: None,
                });
                analysis.efficiency.push(Efficiency {
                    of: benchmark,
                    baseline: None,
                    comparison: comparison.to_owned(),
                    value: 1.0,
                    baseline_value: None,
                    efficiency,
                    ci95: efficiency.zip(half).map(|(e, half)| Interval::new(e - half, e + half)),
                    n_value: 3,
                    n_baseline: 3,
                });
                id
            });
            found.push(entry);
        }
    }
    grid.content = Content::Efficiency { comparison: comparison.to_owned(), cells: found };
    analysis.grids.push(grid);
}

/// Two benchmarks on two guests, of which each knows ways that the other does not.
fn compared() -> Analysis {
    let mut analysis = empty();
    let rows = ["disk|read", "disk|write", "solve|time"];
    let columns =
        ["linux|pv|32", "linux|pv|64", "linux|hvm|32", "linux|hvm|64", "windows|hvm|32", "windows|hvm|64"];
    let cells = |row: usize, column: usize| match (row, column) {
        // Above the baseline, very low with a number beside the bar, without a baseline, not measured.
        (0, 1) => Some((Some(1.13), Some(0.05))),
        (1, 2) => Some((Some(0.02), Some(0.005))),
        (1, 3) => Some((None, None)),
        (1, 4) | (2, 5) => None,
        _ => Some((Some(0.97 - 0.1 * row as f64 - 0.03 * column as f64), (row < 2).then_some(0.02))),
    };
    add_grid(
        &mut analysis,
        "against bare metal",
        ("benchmark|operation", &rows),
        ("guest|mode|bits", &columns),
        &cells,
    );
    analysis
}

fn parallel(
    benchmark: &str,
    condition: usize,
    operation: &str,
    direction: Direction,
    values: &[f64],
) -> Parallel {
    let (n, sum) = (values.len() as f64, values.iter().sum::<f64>());
    let squares: f64 = values.iter().map(|value| value * value).sum();
    let unit = if direction == Direction::Lower { Unit::Seconds } else { Unit::BytesPerSecond };
    Parallel {
        benchmark: benchmark.to_owned(),
        condition: Id::new(condition),
        operation: operation.to_owned(),
        unit,
        direction,
        values: values.iter().enumerate().map(|(i, value)| (format!("vm{}", i + 1), *value)).collect(),
        sum,
        mean: sum / n,
        jain_fairness: Some(sum * sum / (n * squares)),
        max_over_min: None,
        versus_single: Some(if direction == Direction::Lower { 0.7 } else { 1.1 }),
        expected: (values.len() > 2).then_some(sum / n * 1.05),
        versus_expected: None,
    }
}

/// Two and three VMs at once.
fn crowded() -> Analysis {
    let mut analysis = empty();
    let higher = Direction::Higher;
    analysis.parallel = vec![
        parallel("disk", 0, "read", higher, &[14e6, 9e6]),
        parallel("disk", 0, "write", higher, &[2e6, 2e6]),
        parallel("solve", 0, "time", Direction::Lower, &[36.0, 37.5]),
        parallel("disk", 1, "read", higher, &[7e6, 9e6, 8e6]),
        parallel("disk", 1, "write", higher, &[1e6, 0.0, 2e6]),
        parallel("solve", 1, "time", Direction::Lower, &[53.0, 55.0, 51.5]),
    ];
    analysis
}

/// Draws all in both languages; labels are kept apart.
fn check_all(analysis: &Analysis) {
    assert!(!ids(analysis).is_empty());
    check_words(analysis);
    for language in [Language::En, Language::De] {
        for (id, svg) in draw_all(analysis, &Text::new(language)) {
            check_labels(&id, &svg);
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{id}");
        }
    }
}

#[test]
fn benchmarks_have_figures_in_the_order_of_the_report() {
    let mut analysis = compared();
    analysis.parallel = crowded().parallel;
    assert_eq!(
        ids(&analysis),
        [
            "efficiency-against-bare-metal-heat-map",
            "efficiency-against-bare-metal-disk",
            "efficiency-against-bare-metal-solve",
            "together-disk",
            "together-solve",
        ]
    );
    let figures = listed(&analysis);
    let caption = |index: usize| figures[index].figure.description(&english()).caption;
    assert!(caption(0).starts_with("Against bare metal: all efficiencies"), "{}", caption(0));
    assert!(caption(2).starts_with("solve: against bare metal: efficiency"), "{}", caption(2));
    assert!(caption(4).starts_with("solve: several VMs at once"), "{}", caption(4));
    assert_eq!(figures[4].figure.place(), Some(Place::SeveralVms("solve")));
    check_words(&analysis);
    for language in [Language::En, Language::De] {
        for (id, svg) in draw_all(&analysis, &Text::new(language)) {
            check(&id, &svg);
        }
    }
}

#[test]
fn values_beyond_the_baseline_and_holes_are_seen() {
    let svg = figure(&compared(), "efficiency-against-bare-metal-disk");
    for said in [">113<", ">2<", ">n/a<", "n/a: no value", ">linux<", ">windows<", ">baseline<"] {
        assert!(svg.contains(said), "{said}");
    }
    let solve = figure(&compared(), "efficiency-against-bare-metal-solve");
    assert!(solve.contains("too few values for intervals") && !solve.contains("n/a"), "{solve}");
    // The heat map parts what was not measured from what has no baseline.
    let heat = figure(&compared(), "efficiency-against-bare-metal-heat-map");
    assert_eq!((heat.matches(">–<").count(), heat.matches(">n/a<").count()), (2, 1));
}

#[test]
fn the_report_shows_the_heat_map_of_the_first_comparison_that_has_one() {
    let mut analysis = empty();
    let cells = |row: usize, _: usize| Some((Some(0.5 + row as f64), None));
    add_grid(&mut analysis, "one", ("operation", &["read", "write"]), ("", &[]), &cells);
    for comparison in ["two", "three"] {
        add_grid(&mut analysis, comparison, ("operation", &["read"]), ("mode", &["pv", "hvm"]), &cells);
    }
    let listed = listed(&analysis);
    let place = |id: &str| listed.iter().find(|listed| listed.id == id).unwrap().figure.place();
    assert_eq!(place("efficiency-two-heat-map"), Some(Place::Comparison));
    assert_eq!(place("efficiency-three-heat-map"), None);
    assert_eq!(place("efficiency-three-linpack"), Some(Place::Efficiency(2)));
}

#[test]
fn without_any_efficiency_there_is_no_figure() {
    let mut analysis = compared();
    for efficiency in &mut analysis.efficiency {
        (efficiency.efficiency, efficiency.ci95) = (None, None);
    }
    assert_eq!(ids(&analysis), Vec::<String>::new());
    let mut analysis = compared();
    let Content::Efficiency { cells, .. } = &mut analysis.grids[0].content else { panic!() };
    cells.fill(None);
    assert_eq!(ids(&analysis), Vec::<String>::new());
    let mut analysis = compared();
    analysis.grids[0].content = Content::Values { benchmark: "disk".to_owned(), cells: Vec::new() };
    assert_eq!(ids(&analysis), Vec::<String>::new());
}

#[test]
fn numbers_that_are_none_are_holes() {
    let mut analysis = compared();
    for (index, efficiency) in analysis.efficiency.iter_mut().enumerate() {
        match index % 4 {
            0 => efficiency.efficiency = Some(f64::NAN),
            1 => efficiency.efficiency = Some(f64::INFINITY),
            2 => efficiency.ci95 = Some(Interval::new(f64::NEG_INFINITY, f64::INFINITY)),
            _ => efficiency.ci95 = Some(Interval::new(0.0, 1e300)),
        }
    }
    check_all(&analysis);
    let mut analysis = crowded();
    analysis.parallel[0].versus_single = Some(0.0);
    analysis.parallel[1].expected = Some(f64::INFINITY);
    analysis.parallel[3].values[0].1 = f64::NAN;
    check_all(&analysis);
}

#[test]
fn one_series_and_a_whole_grid_need_no_legend() {
    let mut analysis = empty();
    let cells = |row: usize, _: usize| Some((Some(0.5 + row as f64), None));
    add_grid(&mut analysis, "one", ("operation", &["read", "write"]), ("", &[]), &cells);
    // Rows that are no benchmarks make one figure.
    add_grid(
        &mut analysis,
        "two",
        ("mode", &["pv", "hvm"]),
        ("benchmark|operation", &["a|r", "a|w", "b|r"]),
        &cells,
    );
    // A row a benchmark as well.
    add_grid(&mut analysis, "three", (BENCHMARK, &["a", "b"]), ("mode", &["pv", "hvm"]), &cells);
    assert_eq!(
        ids(&analysis),
        [
            "efficiency-one-linpack",
            "efficiency-two-heat-map",
            "efficiency-two-linpack",
            "efficiency-three-heat-map",
            "efficiency-three",
        ]
    );
    check_all(&analysis);
}

/// Forty series of thirty operations, five panels, and twenty VMs.
fn many_series() -> Analysis {
    let mut analysis = empty();
    let cells = |row: usize, column: usize| Some((Some(0.2 + (row * column % 17) as f64 / 10.0), Some(0.1)));
    let rows: Vec<String> = (0..30).map(|i| format!("fio|operation {i}")).collect();
    let columns: Vec<String> = (0..40).map(|i| format!("kernel {}|{}", i / 2, i % 2)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    add_grid(&mut analysis, "many", ("benchmark|operation", &rows), ("kernel|cache", &columns), &cells);
    let guests: Vec<String> =
        (0..5).flat_map(|i| [format!("g{i}|m{i}"), format!("g{i}|n{}", i % 2)]).collect();
    let guests: Vec<&str> = guests.iter().map(String::as_str).collect();
    add_grid(&mut analysis, "panels", ("benchmark|operation", &rows[..3]), ("guest|mode", &guests), &cells);
    for index in 0..12 {
        let values: Vec<f64> = (1..=20).map(f64::from).collect();
        let (direction, name) =
            if index < 6 { (Direction::Lower, "times") } else { (Direction::Higher, "rates") };
        for condition in 0..2 {
            analysis.parallel.push(parallel(name, condition, &format!("o{index}"), direction, &values));
        }
    }
    analysis
}

#[test]
fn many_series_and_many_operations_fit_pages() {
    let analysis = many_series();
    let ids = ids(&analysis);
    assert!(ids.contains(&"efficiency-many-fio-2".to_owned()) && ids.contains(&"together-times".to_owned()));
    for (id, svg) in draw_all(&analysis, &english()) {
        check_labels(&id, &svg);
        let height = svg.split("viewBox=\"0 0 4820 ").nth(1).unwrap().split('"').next().unwrap();
        assert!(height.parse::<i32>().unwrap() < 6600, "{id} is {height} high");
    }
}

#[test]
fn names_of_levels_cannot_break_out() {
    let evil =
        "</text><script>x</script>\"&'\u{0}\u{202E}\nname that goes on and on and on and on and on and on";
    let mut analysis = compared();
    analysis.parallel = crowded().parallel;
    let grid = &mut analysis.grids[0];
    let Content::Efficiency { comparison, .. } = &mut grid.content else { panic!() };
    *comparison = evil.to_owned();
    for (index, levels) in grid.rows.iter_mut().chain(&mut grid.columns).enumerate() {
        for level in levels {
            *level =
                if index % 2 == 0 { format!("{level} {evil}") } else { format!("{level}{}", "w".repeat(60)) };
        }
    }
    for name in &mut grid.column_names {
        *name = format!("{name}{evil}");
    }
    for parallel in &mut analysis.parallel {
        parallel.benchmark = format!("{evil}{}", parallel.benchmark);
        parallel.operation = format!("{}{}", parallel.operation, "w".repeat(60));
        for (vm, _) in &mut parallel.values {
            *vm = format!("{vm}{evil}");
        }
    }
    for condition in &mut analysis.conditions {
        condition.factors.insert("load".to_owned(), format!("{}{evil}", condition.id));
    }
    check_names(&analysis);
}

#[test]
fn times_of_several_vms_are_not_added_up() {
    let rates = figure(&crowded(), "together-disk");
    assert!(rates.contains(">sum<") && rates.contains(">23.0<"), "{rates}");
    let times = figure(&crowded(), "together-solve");
    assert!(!times.contains(">sum<") && times.contains(">53.2<"), "{times}");
}

#[test]
fn efficiency_as_reviewed() {
    insta::assert_snapshot!(figure(&compared(), "efficiency-against-bare-metal-disk"));
}

#[test]
fn heat_map_as_reviewed() {
    insta::assert_snapshot!(figure(&compared(), "efficiency-against-bare-metal-heat-map"));
}

#[test]
fn several_vms_as_reviewed() {
    insta::assert_snapshot!(figure(&crowded(), "together-disk"));
}
