//! Two benchmarks on bare metal and in VMs, made by hand for the tests of what shows them.

use std::collections::BTreeMap;

use crate::model::example::with_time_lines;
use crate::model::*;
use crate::stats::Interval;

fn condition(id: &str, mode: &str, context: &str) -> Condition {
    let factors = BTreeMap::from([
        ("context".to_owned(), context.to_owned()),
        ("mode".to_owned(), mode.to_owned()),
        ("guest".to_owned(), "linux".to_owned()),
    ]);
    Condition::new(id.to_owned(), factors)
}

fn benchmark(benchmark: &str, condition: usize, operation: &str, unit: Unit, value: f64) -> Benchmark {
    let direction = match unit {
        Unit::Seconds => Direction::Lower,
        Unit::Percent => Direction::Neither,
        _ => Direction::Higher,
    };
    let reading = |repetition, factor: f64| Reading {
        repetition,
        size: None,
        value: value * factor,
        source_file: String::new(),
        line: None,
    };
    Benchmark {
        benchmark: benchmark.to_owned(),
        condition: Id::new(condition),
        vm: None,
        operation: operation.to_owned(),
        unit,
        direction,
        readings: vec![reading(1, 0.9), reading(2, 1.1)],
        value,
        sd: None,
        ci95: None,
    }
}

fn efficiency(of: usize, baseline: Option<usize>, share: Option<f64>, ci95: Option<Interval>) -> Efficiency {
    Efficiency {
        of: Id::new(of),
        baseline: baseline.map(Id::new),
        comparison: "against bare metal".to_owned(),
        value: 30e6,
        baseline_value: baseline.map(|_| 40e6),
        efficiency: share,
        ci95,
        n_value: 3,
        n_baseline: 3,
    }
}

fn levels(of: &[&str]) -> Vec<Vec<String>> {
    of.iter().map(|levels| levels.split('|').map(str::to_owned).collect()).collect()
}

fn cells<T>(of: &[Option<usize>]) -> Vec<Option<Id<T>>> {
    of.iter().map(|cell| cell.map(Id::new)).collect()
}

fn names(of: &[&str]) -> Vec<String> {
    of.iter().map(|name| (*name).to_owned()).collect()
}

/// No migrations; a comparison with an efficiency, one with its interval and one without a baseline; values with
/// their units in columns and in rows; two and three VMs at once.
pub fn benchmarked() -> Analysis {
    let rate = Unit::BytesPerSecond;
    let mut analysis = Analysis {
        conditions: vec![
            condition("native-single", "native", "single"),
            condition("pv-single", "pv", "single"),
            condition("hvm-single", "hvm", "single"),
            condition("pv-2-vm", "pv", "2-vm"),
            condition("pv-3-vm", "pv", "3-vm"),
        ],
        runs: Vec::new(),
        series: Vec::new(),
        curves: Vec::new(),
        comparisons: Vec::new(),
        clocks: Vec::new(),
        agreements: Vec::new(),
        convergence: Vec::new(),
        sweeps: Vec::new(),
        published: Vec::new(),
        findings: Vec::new(),
        diagnostics: Vec::new(),
        sources: std::collections::BTreeMap::new(),
        excerpts: std::collections::BTreeMap::new(),
        ..with_time_lines()
    };
    analysis.campaign.factor_order = names(&["guest", "mode", "context"]);
    analysis.benchmarks = vec![
        benchmark("disk", 0, "read", rate, 40e6),
        benchmark("disk", 1, "read", rate, 30e6),
        benchmark("solve", 0, "time", Unit::Seconds, 20.0),
        benchmark("solve", 1, "time", Unit::Seconds, 25.0),
        benchmark("disk", 1, "read-cpu", Unit::Percent, 5.25),
        benchmark("disk", 2, "read", rate, 8e6),
    ];
    analysis.benchmarks[1].sd = Some(1.5e6);
    let first = &mut analysis.benchmarks[0];
    first.readings[0].size = Some(4096.0);
    first.readings[1].size = Some(65_536.0);
    analysis.efficiency = vec![
        efficiency(1, Some(0), Some(0.75), Some(Interval::new(0.701, 0.8))),
        efficiency(3, Some(2), Some(0.8), None),
        efficiency(5, Some(0), Some(0.2), None),
        efficiency(5, None, None, None),
    ];
    let several = |condition, values: &[f64], expected: Option<f64>| Parallel {
        benchmark: "disk".to_owned(),
        condition: Id::new(condition),
        operation: "read".to_owned(),
        unit: rate,
        direction: Direction::Higher,
        values: values
            .iter()
            .enumerate()
            .map(|(index, value)| (format!("vm{}", index + 1), *value))
            .collect(),
        sum: values.iter().sum(),
        mean: values.iter().sum::<f64>() / values.len() as f64,
        jain_fairness: Some(0.9),
        max_over_min: Some(2.0),
        versus_single: Some(0.95),
        expected,
        versus_expected: expected.map(|_| 1.25),
    };
    analysis.parallel = vec![several(3, &[10e6, 20e6], None), several(4, &[10e6, 5e6, 12e6], Some(7.2e6))];
    analysis.grids = vec![
        Grid {
            content: Content::Efficiency {
                comparison: "against bare metal".to_owned(),
                cells: cells(&[Some(0), Some(2), None, Some(3), Some(1), None]),
            },
            row_names: names(&[BENCHMARK, OPERATION]),
            column_names: names(&["guest", "mode"]),
            rows: levels(&["disk|read", "disk|write", "solve|time"]),
            columns: levels(&["linux|pv", "linux|hvm"]),
        },
        Grid {
            content: Content::Values {
                benchmark: "disk".to_owned(),
                cells: cells(&[Some(0), None, Some(1), Some(4)]),
            },
            row_names: names(&["mode", "context"]),
            column_names: names(&[OPERATION]),
            rows: levels(&["native|single", "pv|single"]),
            columns: levels(&["read", "read-cpu"]),
        },
        Grid {
            content: Content::Values {
                benchmark: "disk".to_owned(),
                cells: cells(&[Some(0), Some(1), None, Some(4)]),
            },
            row_names: names(&[OPERATION]),
            column_names: names(&["mode"]),
            rows: levels(&["read", "read-cpu"]),
            columns: levels(&["native", "pv"]),
        },
    ];
    let comparison = || "against bare metal".to_owned();
    analysis.findings = vec![
        Finding::LeastEfficient { comparison: comparison(), efficiency: Id::new(2) },
        Finding::LosesMore {
            comparison: comparison(),
            loss: 0.1,
            quantities: 4,
            worse: [2, 0, 1].map(Id::new).into(),
            uncertain: 0,
        },
        Finding::Together { operations: vec![Id::new(0)] },
        Finding::Together { operations: vec![Id::new(1)] },
        Finding::Uneven { ratio: 1.5, operations: vec![Id::new(0), Id::new(1)] },
    ];
    analysis
}

/// Three VMs of which one has to migrate.
pub fn placed() -> Placement {
    let vm = |vm: &str, time_s, time_uncertainty_s, downtime_s, cpu, reason| Candidate {
        vm: vm.to_owned(),
        time_s,
        time_uncertainty_s,
        downtime_s,
        cpu_percent: Some(cpu),
        reason,
    };
    let as_fast = vec!["mail".to_owned()];
    Placement {
        threshold_percent: 65.0,
        cpu_percent: Some(95.5),
        to_migrate: Some(1),
        order: vec![
            vm("web", 63.0, 0.5, Some(18.0), 45.0, Reason::ShorterDowntime { as_fast }),
            vm("mail", 64.0, 0.5, Some(28.0), 30.5, Reason::LeastTime),
            vm("db", 90.0, 1.25, None, 20.0, Reason::Last),
        ],
    }
}
