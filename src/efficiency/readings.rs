//! One log → the values that its benchmark measured.

use stillstand_parsers::{Format, Parsed};

use crate::analysis::{Direction, Unit};
use crate::config::CacheTable;

/// A value with the name of its quantity.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    pub benchmark: String,
    pub operation: String,
    /// Block size in bytes, where the operation was measured at several.
    pub size: Option<f64>,
    pub unit: Unit,
    pub direction: Direction,
    pub value: f64,
}

/// What a log of a benchmark measured; empty for any other log.
pub fn readings(log: &Parsed, caches: &CacheTable) -> Vec<Measured> {
    match log.format {
        Format::Iometer => iometer(log),
        _ => results(log, caches),
    }
}

/// Whether a log holds results of a benchmark.
pub fn is_result(log: &Parsed) -> bool {
    log.format == Format::Iometer || benchmark_name(log.format).is_some()
}

/// What reports call the benchmark of a format; `None` for other formats and for those that hold several.
fn benchmark_name(format: Format) -> Option<&'static str> {
    match format {
        Format::Linpack => Some("linpack"),
        Format::Ramspeed => Some("ramspeed"),
        Format::Fio => Some("fio"),
        Format::Iperf3 => Some("iperf3"),
        Format::Stream => Some("stream"),
        Format::Sysbench => Some("sysbench"),
        _ => None,
    }
}

/// The frames that all parsers of benchmarks share: a row a value.
fn results(log: &Parsed, caches: &CacheTable) -> Vec<Measured> {
    let frame = &log.frame;
    let (
        Some(benchmark),
        Ok(tests),
        Ok(metrics),
        Ok(values),
        Ok(units),
        Ok(directions),
        Ok(sizes),
        Ok(levels),
    ) = (
        benchmark_name(log.format),
        frame.strs("test"),
        frame.strs("metric"),
        frame.f64s("value"),
        frame.strs("unit"),
        frame.strs("direction"),
        frame.f64s("size"),
        frame.strs("level"),
    )
    else {
        return Vec::new();
    };
    let names = tests.iter().zip(metrics.iter()).zip(units.iter()).zip(directions.iter());
    let rows = names.zip(values.iter()).zip(sizes.iter()).zip(levels.iter());
    rows.filter_map(|((((((test, metric), unit), direction), value), size), level)| {
        // Parts of a whole are shown by `inspect`; the whole is what is compared.
        if level == Some("part") {
            return None;
        }
        let (operation, size) = named(log.format, test?, metric?, size, caches);
        Some(Measured {
            benchmark: benchmark.to_owned(),
            operation,
            size,
            unit: match unit? {
                "s" => Unit::Seconds,
                "bytes_per_s" => Unit::BytesPerSecond,
                "per_s" | "flops" => Unit::PerSecond,
                "percent" => Unit::Percent,
                _ => Unit::Count,
            },
            direction: match direction? {
                "lower" => Direction::Lower,
                "higher" => Direction::Higher,
                _ => Direction::Neither,
            },
            value: value?,
        })
    })
    .collect()
}

/// The operation as studies call it, and the size that stays apart from it.
fn named(
    format: Format,
    test: &str,
    metric: &str,
    size: Option<f64>,
    caches: &CacheTable,
) -> (String, Option<f64>) {
    match (format, size) {
        // The order of the system is what is solved, not one of several sizes of the same.
        (Format::Linpack, Some(n)) if metric == "time" => (format!("{test}-{n}"), None),
        (Format::Linpack, Some(n)) => (format!("{test}-{n}-{metric}"), None),
        (Format::Ramspeed, Some(bytes)) => {
            let operation = test.strip_prefix("integer-").unwrap_or(test);
            (format!("{}-{operation}", caches.level(bytes)), Some(bytes))
        }
        (_, size) if metric == "throughput" || metric == "time" => (test.to_owned(), size),
        (_, size) => (format!("{test}-{metric}"), size),
    }
}

/// The rows of level ALL, by what their access specification says: reads or writes, sequential or random,
/// of disks or over a network. Throughput, and the CPU's share beside it.
fn iometer(log: &Parsed) -> Vec<Measured> {
    let frame = &log.frame;
    let (Ok(levels), Ok(reads), Ok(randoms), Ok(sizes), Ok(steps)) = (
        frame.strs("level"),
        frame.f64s("spec_read_percent"),
        frame.f64s("spec_random_percent"),
        frame.f64s("spec_bytes"),
        frame.u32s("step"),
    ) else {
        return Vec::new();
    };
    // A step that has rows of networks measured one.
    let networks: std::collections::BTreeSet<u32> = levels
        .iter()
        .zip(steps.iter())
        .filter_map(|(level, step)| step.filter(|_| level == Some("NETWORK")))
        .collect();
    let mut found = Vec::new();
    for row in 0..frame.height() {
        if levels.get(row) != Some("ALL") {
            continue;
        }
        let of_network = steps.get(row).is_some_and(|step| networks.contains(&step));
        let side = match reads.get(row) {
            Some(100.0) => "read",
            Some(0.0) => "write",
            _ => "mixed",
        };
        let operation = match randoms.get(row) {
            _ if of_network => side.to_owned(),
            Some(0.0) => format!("seq-{side}"),
            Some(100.0) => format!("rand-{side}"),
            _ => format!("mixed-{side}"),
        };
        let benchmark = if of_network { "iometer-net" } else { "iometer-disk" };
        let quantities = [
            ("throughput", "", Unit::BytesPerSecond, Direction::Higher),
            ("cpu_percent", "-cpu", Unit::Percent, Direction::Neither),
        ];
        for (column, suffix, unit, direction) in quantities {
            if let Some(value) = frame.f64s(column).ok().and_then(|values| values.get(row)) {
                found.push(Measured {
                    benchmark: benchmark.to_owned(),
                    operation: format!("{operation}{suffix}"),
                    size: sizes.get(row),
                    unit,
                    direction,
                    value,
                });
            }
        }
    }
    found
}
