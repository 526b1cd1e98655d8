//! Results of benchmarks that ran as load during a migration, as figures of the run.

use std::collections::BTreeMap;

use stillstand_parsers::Parsed;

use crate::model::{Measurement, Unit};

/// What Iometer measured in all, means over the steps of the log: `iometer.operations` in 1/s,
/// `iometer.throughput` in bytes/s, `iometer.response` in ms. Only rows of the level ALL count; the
/// other levels are its parts.
pub(super) fn iometer(log: &Parsed) -> Vec<Measurement> {
    let frame = &log.frame;
    let Ok(levels) = frame.strs("level") else {
        return Vec::new();
    };
    let mean = |column: &str| {
        let values = frame.f64s(column).ok()?;
        let of_all = levels.iter().zip(values.iter()).filter(|(level, _)| *level == Some("ALL"));
        let values: Vec<f64> = of_all.filter_map(|(_, value)| value).collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    [
        ("iometer.operations", "iops", Unit::PerSecond),
        ("iometer.throughput", "throughput", Unit::BytesPerSecond),
        ("iometer.response", "response_ms", Unit::Milliseconds),
    ]
    .into_iter()
    .filter_map(|(metric, column, unit)| {
        Some(Measurement { metric: metric.to_owned(), unit, value: mean(column)? })
    })
    .collect()
}

/// Mean throughput of each test and side of a netperf log, as `netperf.<test>.<side>` in bytes/s;
/// of transactions, as `netperf.<test>.transactions` in 1/s.
pub(super) fn netperf(log: &Parsed) -> Vec<Measurement> {
    let frame = &log.frame;
    let (Ok(tests), Ok(sides)) = (frame.strs("test"), frame.strs("side")) else {
        return Vec::new();
    };
    let column = |name: &str| -> Vec<Option<f64>> {
        frame.f64s(name).map_or_else(|_| vec![None; frame.height()], |values| values.iter().collect())
    };
    let rows = tests.iter().zip(sides.iter()).zip(column("throughput")).zip(column("transactions_per_s"));
    let mut figures: BTreeMap<(String, bool), Vec<f64>> = BTreeMap::new();
    for (((test, side), throughput), transactions) in rows {
        let (Some(test), Some(side)) = (test, side) else { continue };
        if let Some(value) = throughput {
            figures.entry((format!("netperf.{test}.{side}"), false)).or_default().push(value);
        }
        if let Some(value) = transactions {
            figures.entry((format!("netperf.{test}.transactions"), true)).or_default().push(value);
        }
    }
    figures
        .into_iter()
        .map(|((metric, per_second), values)| Measurement {
            metric,
            unit: if per_second { Unit::PerSecond } else { Unit::BytesPerSecond },
            value: values.iter().sum::<f64>() / values.len() as f64,
        })
        .collect()
}
