//! Tables of the methods that measure outages, and of the clocks behind them.

use super::{Cell, Table, column, row, runs_of, table, without_empty_columns};
use crate::model::{Analysis, Clock, ClockOwner, ConditionId, Method, Outage, Unit};
use crate::stats::Interval;

/// The outage of every run of a condition by each method, with the bounds of its resolution, and
/// its place on the time line.
pub fn methods(analysis: &Analysis, condition: ConditionId) -> Table {
    let runs = runs_of(analysis, &analysis.conditions[condition]);
    let methods: Vec<Method> = Method::ALL
        .into_iter()
        .filter(|method| runs.iter().any(|run| run.outages.iter().any(|outage| outage.method == *method)))
        .collect();
    let mut columns = vec![column("repetition", "table.repetition", None)];
    for method in &methods {
        let entry = method.entry();
        columns.push(column(entry.key, entry.texts.heading, Some(Unit::Seconds)));
        columns.push(column(&format!("{}_bounds", entry.key), "table.bounds", Some(Unit::Seconds)));
    }
    columns.push(column("start", "table.start", Some(Unit::Seconds)));
    columns.push(column("end", "table.end", Some(Unit::Seconds)));
    let rows = runs.iter().filter(|run| !run.outages.is_empty()).map(|run| {
        let of = |method: &Method| run.outage(*method);
        let mut cells = vec![Cell::Integer(i64::from(run.repetition))];
        for method in &methods {
            let bounds = of(method).map(|o| Interval::new(o.lower_s, o.upper_s.unwrap_or(f64::INFINITY)));
            let decimals = method.entry().decimals;
            cells.push(Cell::value(of(method).map(Outage::value), decimals));
            cells.push(Cell::interval(bounds, decimals));
        }
        let placed = methods.iter().filter_map(of).find(|outage| outage.start_s.is_some());
        cells.push(Cell::number(placed.and_then(|outage| outage.start_s), 2));
        cells.push(Cell::number(placed.and_then(|outage| outage.end_s), 2));
        row(cells)
    });
    table(format!("methods-{}", analysis.conditions[condition].id), columns, rows.collect())
}

/// Each pair of methods over the runs that both saw.
pub fn agreements(analysis: &Analysis) -> Table {
    let columns = vec![
        column("a", "table.method_a", None),
        column("b", "table.method_b", None),
        column("n", "table.runs", Some(Unit::Count)),
        column("left_out", "table.left_out", Some(Unit::Count)),
        column("overlapping", "table.overlapping", Some(Unit::Count)),
        column("bias", "table.bias", Some(Unit::Seconds)),
        column("bias_ci95", "table.ci95", Some(Unit::Seconds)),
        column("limits", "table.limits", Some(Unit::Seconds)),
        column("correlation", "table.correlation", None),
    ];
    let rows = analysis.agreements.iter().map(|agreement| {
        let compared = !agreement.pairs.is_empty();
        row(vec![
            Cell::Label(agreement.a.entry().texts.name),
            Cell::Label(agreement.b.entry().texts.name),
            Cell::count(agreement.pairs.len()),
            Cell::count(agreement.left_out),
            Cell::count(agreement.overlapping),
            Cell::number(compared.then_some(agreement.bias_s), 3),
            Cell::interval(agreement.bias_ci95, 3),
            Cell::interval(agreement.limits, 3),
            Cell::number(agreement.correlation, 3),
        ])
    });
    without_empty_columns(table("agreements".to_owned(), columns, rows.collect()))
}

/// What is known of each clock against the observer's.
pub fn clocks(analysis: &Analysis) -> Table {
    let columns = vec![
        column("clock", "table.clock", None),
        column("against", "table.against", None),
        column("offset", "table.offset", Some(Unit::Seconds)),
        column("drift_ppm", "table.drift", None),
        column("runs", "table.runs", Some(Unit::Count)),
        column("declared_offset", "table.declared", Some(Unit::Seconds)),
        column("origins", "table.origins", None),
        column("verdict", "table.verdict", None),
    ];
    let name = |owner: &ClockOwner| match owner {
        ClockOwner::Host(name) => Cell::Text(name.clone()),
        ClockOwner::Guest => Cell::Label("clock.guest"),
    };
    // Told only where the observer stamped nothing, which is rare.
    let any_other = analysis.clocks.iter().any(|clock| clock.against.is_some());
    let observer = || if any_other { Cell::Label("clock.observer") } else { Cell::Missing };
    let rows = analysis.clocks.iter().map(|clock| {
        row(vec![
            name(&clock.owner),
            clock.against.as_ref().map_or_else(observer, name),
            Cell::plus_minus(clock.offset_s.map(|offset| (offset.value, offset.half_width)), 2),
            Cell::plus_minus(clock.drift_ppm.map(|drift| (drift.value, drift.half_width)), 0),
            Cell::count(clock.runs),
            Cell::number(Some(clock.declared_offset_s), 2),
            Cell::Labels(clock.origins.iter().map(|origin| origin.label()).collect()),
            Cell::Label(verdict(clock)),
        ])
    });
    without_empty_columns(table("clocks".to_owned(), columns, rows.collect()))
}

/// The text key of what is to be said of a clock.
fn verdict(clock: &Clock) -> &'static str {
    match clock {
        Clock { wrong: true, drifts: true, .. } => "clock.wrong-and-drifts",
        Clock { wrong: true, .. } => "clock.wrong",
        Clock { drifts: true, .. } => "clock.drifts",
        Clock { offset_s: None, .. } => "clock.unknown",
        Clock { wrong: false, drifts: false, offset_s: Some(_), .. } => "clock.right",
    }
}
