//! `cargo run --release --example coverage [RUNS]` prints how often the outage intervals hold the truth.

mod tally;

use stillstand_generator::simulation::SCENARIOS;

fn main() {
    let runs = std::env::args().nth(1).and_then(|runs| runs.parse().ok()).unwrap_or(600);
    for scenario in &SCENARIOS {
        let measured = tally::runs(scenario, runs);
        for (column, t) in tally::tally(&measured) {
            println!(
                "{:16} {:14} {:5} {:6.2} {:6.2} below {:4} above {:4} warned {:4} censored {:4} width {:6.2} bias {:8.4}",
                scenario.name, column.method.metric(), column.stamped, 100.0 * t.coverage(), 100.0 * t.held_or_warned(),
                t.below, t.above, t.warned, t.censored, t.mean(t.width), t.mean(t.bias),
            );
        }
    }
}
