//! The tables on conclusions.

use crate::conclusions::{
    Findings, Held, OUTAGES, Outages, Shape, Test, of_campaigns, of_mean, of_median, of_ratio, of_shift,
};
use crate::{header, percent, row};

/// `trials` for each cell.
pub fn print(trials: u32) {
    means(trials);
    ratios(trials);
    others(trials);
    sizes(trials);
    power(trials);
    campaigns(trials);
}

/// Coverage; median width; how many have an interval, unless all.
fn cell(held: Held) -> String {
    let width =
        if held.width.is_finite() { format!("{:.0}", 100.0 * held.width) } else { "no end".to_string() };
    let stated = if held.stated < 0.9995 { format!(" [{:.0}]", 100.0 * held.stated) } else { String::new() };
    format!("{}; {width}{stated}", percent(held.share))
}

fn columns(sizes: &[usize]) -> Vec<String> {
    sizes.iter().map(|n| format!("n = {n}")).collect()
}

fn table(first: &str, columns: &[String]) {
    header(first, &columns.iter().map(String::as_str).collect::<Vec<_>>());
}

fn means(trials: u32) {
    const SIZES: [usize; 4] = [3, 5, 10, 30];
    table("mean: % that hold it; median width in %; in brackets by Student's t", &columns(&SIZES));
    for (outages, name) in OUTAGES {
        row(
            name,
            SIZES.map(|n| {
                let (ours, student) = of_mean(outages, n, trials);
                format!("{} ({})", cell(ours), cell(student))
            }),
        );
    }
}

/// Two conditions that scatter differently.
const UNEQUAL: [(Outages, Outages, &str); 4] = [
    (
        Outages::of(Shape::Lognormal(0.1), 1.0, 0.0),
        Outages::of(Shape::Lognormal(0.5), 1.0, 0.0),
        "lognormal, σ 0.1 and 0.5",
    ),
    (
        Outages::of(Shape::Lognormal(0.25), 1.0, 0.0),
        Outages::of(Shape::Lognormal(1.0), 1.0, 0.0),
        "lognormal, σ 0.25 and 1",
    ),
    (
        Outages::of(Shape::Lognormal(1.0), 1.0, 0.0),
        Outages::of(Shape::Lognormal(0.5), 1.0, 0.0),
        "lognormal, σ 1 and 0.5",
    ),
    (
        Outages::of(Shape::Lognormal(0.25), 0.1, 0.2),
        Outages::of(Shape::Lognormal(0.25), 0.1, 0.2),
        "half as long as a step, σ 0.25",
    ),
];

fn ratios(trials: u32) {
    const SIZES: [(usize, usize); 5] = [(3, 3), (5, 5), (10, 10), (3, 10), (10, 3)];
    let names: Vec<String> = SIZES.iter().map(|(a, b)| format!("{a} and {b}")).collect();
    table("ratio: % that hold it; median width in %", &names);
    let equal = OUTAGES.map(|(outages, name)| (outages, outages, name));
    for (a, b, name) in equal.into_iter().chain(UNEQUAL) {
        row(name, SIZES.map(|sizes| cell(of_ratio(a, b, sizes, trials))));
    }
}

fn others(trials: u32) {
    const SIZES: [usize; 4] = [4, 6, 10, 30];
    table("% that hold it; median width in %", &columns(&SIZES));
    for (outages, name) in &OUTAGES[..8] {
        row(&format!("shift, {name}"), SIZES.map(|n| cell(of_shift(*outages, n, trials))));
    }
    for (outages, name) in &OUTAGES[..8] {
        let shown = |n| if n < 6 { "–".to_string() } else { cell(of_median(*outages, n, trials)) };
        row(&format!("median, {name}"), SIZES.map(shown));
    }
}

/// Of [`OUTAGES`], those that tests of ranks tell apart: without steps, only the shape of the scatter differs.
const TESTED: [usize; 6] = [0, 1, 5, 6, 7, 8];

fn sizes(trials: u32) {
    for n in [3, 5, 10] {
        header(&format!("n = {n}: % found where nothing is"), &Test::ALL.map(|(_, name)| name));
        for (outages, name) in TESTED.map(|index| OUTAGES[index]) {
            row(name, Test::ALL.map(|(test, _)| percent(test.finds(outages, n, 1.0, trials))));
        }
    }
}

fn power(trials: u32) {
    for (outages, name) in [OUTAGES[0], OUTAGES[1], OUTAGES[4]] {
        header(&format!("{name}: % found"), &Test::ALL.map(|(_, name)| name));
        for n in [3, 5, 10] {
            for factor in [1.2, 1.5, 2.0, 4.6] {
                let cells = Test::ALL.map(|(test, _)| percent(test.finds(outages, n, factor, trials)));
                row(&format!("n = {n}; {factor} times as long"), cells);
            }
        }
    }
}

fn campaigns(trials: u32) {
    header("campaigns of five equal conditions: % with a finding", &Findings::KINDS);
    for (outages, name) in TESTED.map(|index| OUTAGES[index]) {
        for n in [3, 5, 10] {
            row(&format!("{name}; n = {n}"), of_campaigns(outages, n, trials).map(percent));
        }
    }
}
