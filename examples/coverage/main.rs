//! `cargo run --release --example coverage [RUNS]` shows how often the intervals hold the truth: it prints the
//! tables of `docs/validation.md` and draws its figure, `docs/images/coverage.svg`.

#![expect(clippy::expect_used, reason = "an example that cannot go on stops")]

mod conclusion_tables;
mod conclusions;
mod efficiency;
mod figure;
mod means;
mod service;
mod tally;
mod traffic;
mod work;

use std::collections::BTreeMap;
use std::path::Path;

use stillstand::model::{FlagCode, Method};
use stillstand_generator::simulation::packets::TRAFFICS;
use stillstand_generator::simulation::service::CLIENTS;
use stillstand_generator::simulation::work::TOOLS;
use stillstand_generator::simulation::{INTERVALS, PingForm, SCENARIOS, Scenario};

use self::efficiency::Study;
use self::means::Spread;
use self::tally::{COLUMNS, Column, Measured, Tally};

/// Runs of each scenario, and the number of the first: those below it were looked at while the bounds were
/// made, and do not count.
const RUNS: u32 = 3000;
const FIRST: u32 = 10_000;

/// The runs of a scenario and what each method made of them.
struct Outcome {
    scenario: &'static Scenario,
    runs: Vec<Measured>,
    tallies: BTreeMap<Column, Tally>,
}

fn main() -> anyhow::Result<()> {
    let number = std::env::args().nth(1).map_or(Ok(RUNS), |runs| runs.parse())?;
    let outcomes: Vec<Outcome> = SCENARIOS
        .iter()
        .map(|scenario| {
            let runs = tally::runs(scenario, FIRST..FIRST + number);
            Outcome { scenario, tallies: tally::tally(&runs), runs }
        })
        .collect();
    coverage(&outcomes);
    widths(&outcomes);
    flags(&outcomes);
    places(&outcomes);
    services(number);
    // A capture has thousands of packets.
    captures(number / 10);
    works(number);
    intervals();
    efficiencies();
    conclusion_tables::print(20_000);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/images/coverage.svg");
    std::fs::write(path, figure::draw(&outcomes)?)?;
    Ok(())
}

fn header(first: &str, columns: &[&str]) {
    println!("\n| {first} | {} |\n| --- |{}", columns.join(" | "), " ---: |".repeat(columns.len()));
}

fn row(first: &str, cells: impl IntoIterator<Item = String>) {
    println!("| {first} | {} |", cells.into_iter().collect::<Vec<_>>().join(" | "));
}

/// Per cent; all and none without decimals.
fn percent(share: f64) -> String {
    if share == 0.0 || share == 1.0 { format!("{}", 100.0 * share) } else { format!("{:.2}", 100.0 * share) }
}

fn coverage(outcomes: &[Outcome]) {
    header("scenario", &COLUMNS.map(|(_, name)| name));
    for outcome in outcomes {
        let cells = COLUMNS.iter().map(|(column, _)| {
            // Windows has no times, and so no gaps between its replies.
            let Some(tally) = outcome.tallies.get(column) else { return "–".to_owned() };
            let (held, told) = (percent(tally.coverage()), percent(tally.held_or_warned()));
            if held == told { held } else { format!("{held} ({told})") }
        });
        row(&format!("{}: {}", outcome.scenario.name, outcome.scenario.what), cells);
    }
}

fn widths(outcomes: &[Outcome]) {
    header("scenario: width in intervals of ping; bias in ms", &COLUMNS.map(|(_, name)| name));
    for outcome in outcomes {
        let cells = COLUMNS.iter().map(|(column, _)| {
            let Some(tally) = outcome.tallies.get(column) else { return "–".to_owned() };
            format!("{:.2}; {:+.0}", tally.mean(tally.width), 1000.0 * tally.mean(tally.bias))
        });
        row(outcome.scenario.name, cells);
    }
}

fn flags(outcomes: &[Outcome]) {
    const CODES: [FlagCode; 3] =
        [FlagCode::GuestClockStopped, FlagCode::GuestClockStepsBack, FlagCode::MethodsDisagree];
    header("scenario: % of the runs flagged", &CODES.map(|code| code.name()));
    for Outcome { scenario, runs, .. } in outcomes {
        let share =
            |code| percent(runs.iter().filter(|run| run.flagged(code)).count() as f64 / runs.len() as f64);
        row(scenario.name, CODES.map(share));
    }
    for (name, from, to) in [("1 or 2", 1, 2), ("3 or more", 3, u32::MAX)] {
        let frozen = outcomes.iter().find(|outcome| outcome.scenario.name == "frozen-clock");
        let runs =
            frozen.iter().flat_map(|outcome| &outcome.runs).filter(|run| (from..=to).contains(&run.hole));
        let (found, all) = runs.fold((0, 0), |(found, all), run| {
            (found + u32::from(run.flagged(FlagCode::GuestClockStopped)), all + 1)
        });
        println!("frozen clock, hole of {name} requests: {found} of {all} runs flagged");
    }
}

/// How far off ping places the start and the end: the error within which 95 % and 99 % lie.
fn places(outcomes: &[Outcome]) {
    header("`benign`, `late-sender`, `drift`: errors of place in s, 95 % and all within", &["start", "end"]);
    let chosen = ["benign", "late-sender", "drift"];
    for (form, name) in [(PingForm::WholeSeconds, "gawk"), (PingForm::Stamped, "-D")] {
        for interval in INTERVALS {
            let runs = || {
                let of = outcomes.iter().filter(|outcome| chosen.contains(&outcome.scenario.name));
                of.flat_map(|outcome| &outcome.runs)
                    .filter(|run| run.truth.form == form && run.truth.interval == interval && run.hole > 0)
            };
            let ping =
                |run: &Measured| run.outages.iter().find(|outage| outage.method == Method::Ping).cloned();
            let start = runs().filter_map(|run| Some(ping(run)?.start_s? - run.truth.stopped));
            let end = runs().filter_map(|run| Some(ping(run)?.end_s? - run.truth.resumed));
            row(&format!("{name}, every {interval} s"), [within(start), within(end)]);
        }
    }
}

const HELD: [&str; 4] = ["held", "width in s", "bias in ms", "place in s, 95 % and all within"];

/// How often the bounds by the requests of a client hold the outage, how far they are apart, and how far off estimate and place
/// are.
fn services(number: u32) {
    header("client", &HELD);
    for client in &CLIENTS {
        let tally = service::tally(client, FIRST..FIRST + number);
        row(&format!("`{}`: {}", client.name, client.what), held(&tally, 2));
    }
}

/// The same by captured packets.
fn captures(number: u32) {
    header("traffic", &HELD);
    for kind in &TRAFFICS {
        let tally = traffic::tally(kind, FIRST..FIRST + number);
        row(&format!("`{}`: {}", kind.name, kind.what), held(&tally, 3));
    }
}

/// The same by the throughput of the service.
fn works(number: u32) {
    header("tool", &HELD);
    for tool in &TOOLS {
        let tally = work::tally(tool, FIRST..FIRST + number);
        row(&format!("`{}`: {}", tool.name, tool.what), held(&tally, 2));
    }
}

fn held(tally: &service::Tally, decimals: usize) -> [String; 4] {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    [
        percent(tally.coverage()),
        format!("{:.decimals$}", mean(&tally.widths)),
        format!("{:+.0}", 1000.0 * mean(&tally.errors)),
        within(tally.places.iter().copied()),
    ]
}

fn within(errors: impl Iterator<Item = f64>) -> String {
    let sample = stillstand::stats::Sample::new(errors.map(f64::abs).collect());
    sample.map_or_else(String::new, |errors| format!("± {:.2}; ± {:.2}", errors.quantile(0.95), errors.max()))
}

fn intervals() {
    const SIZES: [usize; 4] = [3, 5, 10, 30];
    let names: Vec<String> = SIZES.iter().map(|n| format!("n = {n}")).collect();
    header("nominal 95 %", &names.iter().map(String::as_str).collect::<Vec<_>>());
    for (spread, name) in Spread::ALL {
        row(&format!("mean, {name}"), SIZES.map(|n| percent(means::of_mean(spread, n, 20_000))));
    }
    for (spread, name) in Spread::ALL {
        row(&format!("ratio, {name}"), SIZES.map(|n| percent(means::of_ratio(spread, n, 2_000))));
    }
}

fn efficiencies() {
    const REPETITIONS: [u32; 4] = [3, 5, 10, 30];
    let names: Vec<String> = REPETITIONS.iter().map(|n| format!("n = {n}")).collect();
    header("efficiency, nominal 95 %", &names.iter().map(String::as_str).collect::<Vec<_>>());
    for (study, name) in Study::ALL {
        row(
            name,
            REPETITIONS.map(|n| {
                let (held, width) = efficiency::coverage(study, n, 4_000);
                format!("{}; {:.1}", percent(held), 100.0 * width)
            }),
        );
    }
}
