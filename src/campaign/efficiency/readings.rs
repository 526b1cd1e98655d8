//! One log → the values that its benchmark measured.
//!
//! A tool prints many figures of one test. Of each test and operation one is its result, the headline: a
//! throughput if there is one, else a rate of operations, else a time. Latencies of a benchmark that is about them and the share of
//! CPU stand beside it as quantities of their own. What follows from these (operations beside
//! throughput, the time of a test that was told how long to run) is left to `inspect`.

use std::collections::{BTreeMap, BTreeSet};

use stillstand_parsers::{Benchmark, Meaning, Parsed, Size};

use crate::input::config::{CacheTable, CampaignFile};
use crate::input::intervals::tells_request;
use crate::model::kept::kept;
use crate::model::{Direction, Unit};

/// A value with the name of its quantity.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    pub benchmark: String,
    pub operation: String,
    /// Block size in bytes, where the operation was measured at several.
    pub size: Option<f64>,
    /// The VM, where the log itself tells it.
    pub vm: Option<String>,
    pub unit: Unit,
    pub direction: Direction,
    pub value: f64,
    /// Line of the log.
    pub line: Option<u64>,
}

kept!(Measured { benchmark, operation, size, vm, unit, direction, value, line });

/// What a log of a benchmark measured; empty for any other log. Tests of which only parts were told, without
/// their whole, are named in `partial`. A test without a name is called as the file is, by
/// its `source`.
pub fn readings(
    log: &Parsed,
    source: Option<&str>,
    config: &CampaignFile,
    partial: &mut Vec<String>,
) -> Vec<Measured> {
    if log.format.meaning() == Meaning::Request {
        return timed(log);
    }
    let Meaning::Benchmark(benchmark) = log.format.meaning() else { return Vec::new() };
    match benchmark {
        Benchmark::Levels => levels(log, config.parallel.as_ref().is_some_and(|table| table.managers)),
        Benchmark::Network => Vec::new(),
        Benchmark::Rows { size, with_latency, with_operations } => {
            let mut rows = rows(log);
            let name = log.format.name();
            let named = |source| {
                let rest = str::strip_prefix(source, name).and_then(|rest| rest.strip_prefix('-'));
                rest.unwrap_or(source)
            };
            if let Some(named) = source.map(named) {
                rows.iter_mut().filter(|row| row.test == "unnamed").for_each(|row| row.test = named);
            }
            *partial = only_in_parts(&rows);
            let beside = Beside { latency: with_latency, operations: with_operations };
            let quantities = quantities(beside, &rows, &operations(log)).into_iter();
            quantities.map(|quantity| quantity.measured(size, name, &config.caches)).collect()
        }
    }
}

/// Whether a log holds results of a benchmark, or the times of commands of which nothing says that they were migrations.
pub fn may_be_result(log: &Parsed) -> bool {
    is_result(log, true)
}

/// Whether a log holds results of a benchmark. Beside benchmarks the `times` that commands took are results, where nothing says
/// that they were migrations.
pub fn is_result(log: &Parsed, times: bool) -> bool {
    let meaning = log.format.meaning();
    let is_command = || meaning == Meaning::Request && times && !tells_request(log);
    matches!(meaning, Meaning::Benchmark(Benchmark::Rows { .. } | Benchmark::Levels)) || is_command()
}

/// How long each of its commands took: the time by the wall.
fn timed(log: &Parsed) -> Vec<Measured> {
    let Ok(times) = log.frame.f64s("elapsed_s") else { return Vec::new() };
    let only = log.facts.line("elapsed_s").filter(|_| log.frame.height() == 1);
    let measured = |row: usize, seconds: f64| Measured {
        benchmark: "command".to_owned(),
        operation: "time".to_owned(),
        size: None,
        vm: None,
        unit: Unit::Seconds,
        direction: Direction::Lower,
        value: seconds,
        line: only.or(log.frame.line(row)),
    };
    times.iter().enumerate().filter_map(|(row, seconds)| Some(measured(row, seconds?))).collect()
}

/// A row of the frame that all parsers of benchmarks share.
#[derive(Debug, Clone, Copy)]
struct Row<'a> {
    test: &'a str,
    operation: &'a str,
    metric: &'a str,
    statistic: &'a str,
    size: Option<f64>,
    value: f64,
    is_part: bool,
    line: u64,
}

/// The operations of each test and metric, also without a value: a name does not depend on what could be read.
type Named<'a> = BTreeMap<(&'a str, &'a str), BTreeSet<&'a str>>;

fn operations(log: &Parsed) -> Named<'_> {
    let frame = &log.frame;
    let (Ok(tests), Ok(metrics), Ok(operations)) =
        (frame.strs("test"), frame.strs("metric"), frame.strs("operation"))
    else {
        return Named::new();
    };
    let mut named = Named::new();
    for ((test, metric), operation) in tests.iter().zip(metrics.iter()).zip(operations.iter()) {
        if let (Some(test), Some(metric), Some(operation)) = (test, metric, operation) {
            named.entry((test, metric)).or_default().insert(operation);
        }
    }
    named
}

/// The rows that have a value.
fn rows<'a>(log: &'a Parsed) -> Vec<Row<'a>> {
    let frame = &log.frame;
    let (Ok(tests), Ok(operations), Ok(metrics), Ok(statistics), Ok(levels)) = (
        frame.strs("test"),
        frame.strs("operation"),
        frame.strs("metric"),
        frame.strs("statistic"),
        frame.strs("level"),
    ) else {
        return Vec::new();
    };
    let (Ok(sizes), Ok(values), Ok(lines)) = (frame.f64s("size"), frame.f64s("value"), frame.u32s("line"))
    else {
        return Vec::new();
    };
    (0..frame.height())
        .filter_map(|row| {
            Some(Row {
                test: tests.get(row)?,
                operation: operations.get(row)?,
                metric: metrics.get(row)?,
                statistic: statistics.get(row)?,
                size: sizes.get(row),
                value: values.get(row)?,
                is_part: levels.get(row) == Some("part"),
                line: u64::from(lines.get(row).unwrap_or(0)),
            })
        })
        .collect()
}

/// The tests that have copies and no sum over them.
fn only_in_parts(rows: &[Row<'_>]) -> Vec<String> {
    let of = |parts: bool| -> BTreeSet<&str> {
        rows.iter().filter(|row| row.is_part == parts).map(|row| row.test).collect()
    };
    of(true).difference(&of(false)).map(|test| (*test).to_owned()).collect()
}

/// One value that counts.
struct Quantity<'a> {
    row: Row<'a>,
    metric: &'a str,
    value: f64,
    /// Whether the test has one operation with such a result, so that its name says it all.
    alone: bool,
    /// Whether it stands beside the headline.
    is_beside: bool,
}

/// What else counts of a benchmark, beside the headline of each test.
#[derive(Clone, Copy)]
struct Beside {
    latency: bool,
    operations: &'static [&'static str],
}

impl Beside {
    /// A rate of operations counts beside a throughput only.
    fn holds(self, row: &Row<'_>) -> bool {
        match (row.metric, row.statistic) {
            // What was refused, failed or lost is as much a result as the rate of what was served.
            ("cpu", _)
            | ("events", "failed")
            | ("jitter" | "loss", _)
            | ("throughput" | "operations", "lowest") => true,
            ("latency", "mean") => self.latency,
            ("operations", "mean") => self.operations.iter().any(|test| row.test.starts_with(test)),
            _ => false,
        }
    }
}

/// The headline of each test and operation, and what stands beside it.
fn quantities<'a>(beside: Beside, rows: &[Row<'a>], named: &Named<'a>) -> Vec<Quantity<'a>> {
    let whole: Vec<Row<'a>> = rows.iter().filter(|row| !row.is_part).copied().collect();
    let mut found = Vec::new();
    let mut groups: BTreeMap<(&str, &str), Vec<Row<'a>>> = BTreeMap::new();
    for row in &whole {
        groups.entry((row.test, row.operation)).or_default().push(*row);
    }
    let headlines: BTreeMap<(&str, &str), Vec<Quantity<'a>>> = groups
        .iter()
        .map(|(key, rows)| (*key, headline(rows)))
        .filter(|((test, operation), values)| {
            // What arrived is the result of a network; what was sent only where nothing tells of that.
            let arrived = || groups.get(&(*test, "receive")).is_some_and(|rows| !headline(rows).is_empty());
            !(values.is_empty() || *operation == "send" && arrived())
        })
        .collect();
    let mut operations: BTreeMap<&str, usize> = BTreeMap::new();
    for (test, _) in headlines.keys() {
        *operations.entry(test).or_default() += 1;
    }
    for ((test, _), mut values) in headlines {
        values.iter_mut().for_each(|quantity| quantity.alone = operations.get(test) == Some(&1));
        found.append(&mut values);
    }
    let has_throughput: BTreeSet<(&str, &str)> = found
        .iter()
        .filter(|quantity| quantity.metric == "throughput")
        .map(|quantity| (quantity.row.test, quantity.row.operation))
        .collect();
    // What was sent stands beside what arrived; it is no result.
    let sent = whole.iter().filter(|row| {
        let arrived =
            found.iter().any(|quantity| quantity.row.test == row.test && quantity.row.operation == "receive");
        row.metric == "throughput" && row.statistic == "mean" && row.operation == "send" && arrived
    });
    let sent: Vec<Quantity<'a>> = sent
        .map(|row| Quantity { row: *row, metric: "sent", value: row.value, alone: true, is_beside: true })
        .collect();
    let beside = whole.iter().filter(|row| {
        beside.holds(row)
            && (row.metric != "operations"
                || row.statistic == "lowest"
                || has_throughput.contains(&(row.test, row.operation)))
    });
    found.extend(sent);
    found.extend(beside.map(|row| {
        let alone = named.get(&(row.test, row.metric)).is_none_or(|operations| operations.len() == 1);
        Quantity { row: *row, metric: row.metric, value: row.value, alone, is_beside: true }
    }));
    found
}

/// The values of the first metric that a test and operation have; of a test that tells neither rate nor
/// throughput, its events over its time.
fn headline<'a>(rows: &[Row<'a>]) -> Vec<Quantity<'a>> {
    let of = |metric: &str, statistics: &[&str]| -> Vec<Row<'a>> {
        let fits = |row: &&Row<'a>| row.metric == metric && statistics.contains(&row.statistic);
        rows.iter().filter(fits).copied().collect()
    };
    let plain = |metric: &'a str, rows: Vec<Row<'a>>| -> Vec<Quantity<'a>> {
        let quantity =
            |row: Row<'a>| Quantity { row, metric, value: row.value, alone: true, is_beside: false };
        rows.into_iter().map(quantity).collect()
    };
    for (metric, statistics) in
        [("throughput", ["value", "mean", "best"].as_slice()), ("operations", &["value", "mean"])]
    {
        let found = of(metric, statistics);
        if !found.is_empty() {
            return plain(metric, found);
        }
    }
    let (times, events) = (of("time", &["value"]), of("events", &["value"]));
    if !events.is_empty() && events.len() == times.len() {
        let pairs = events.into_iter().zip(times).filter(|(_, time)| time.value > 0.0);
        return pairs
            .map(|(row, time)| Quantity {
                row,
                metric: "operations",
                value: row.value / time.value,
                alone: true,
                is_beside: false,
            })
            .collect();
    }
    // As printed, of all repetitions, where a log tells that.
    let sums = of("time", &["sum"]);
    plain("time", if sums.is_empty() { times } else { sums })
}

impl Quantity<'_> {
    fn measured(self, kind: Size, benchmark: &str, caches: &CacheTable) -> Measured {
        let Row { test, operation, size, line, .. } = self.row;
        let (name, size) = match (kind, size) {
            // The order of the system is what is solved, not one of several sizes of the same.
            (Size::Order, Some(n)) => (format!("{test}-{n}"), None),
            (Size::CacheLevel, size) => {
                let name = test.strip_prefix("integer-").unwrap_or(test);
                let level = size.map(|bytes| format!("{}-", caches.level(bytes))).unwrap_or_default();
                (format!("{level}{name}"), size)
            }
            (Size::Order | Size::Block, size) if self.alone => (test.to_owned(), size),
            (Size::Order | Size::Block, size) => (format!("{test}-{operation}"), size),
        };
        let (unit, direction) = match self.metric {
            "throughput" => (Unit::BytesPerSecond, Direction::Higher),
            "operations" => (Unit::PerSecond, Direction::Higher),
            "cpu" => (Unit::Percent, Direction::Neither),
            "sent" => (Unit::BytesPerSecond, Direction::Neither),
            "loss" => (Unit::Percent, Direction::Lower),
            "events" => (Unit::Count, Direction::Lower),
            _ => (Unit::Seconds, Direction::Lower),
        };
        let suffix = match (self.metric, self.row.statistic) {
            (_, "lowest") => "-lowest",
            ("cpu", _) => "-cpu",
            ("sent", _) => "-sent",
            ("latency", _) => "-latency",
            ("events", "failed") => "-failed",
            ("jitter", _) => "-jitter",
            ("loss", _) => "-loss",
            ("operations", _) if self.is_beside => "-operations",
            _ => "",
        };
        Measured {
            benchmark: benchmark.to_owned(),
            operation: format!("{name}{suffix}"),
            size,
            vm: None,
            unit,
            direction,
            value: self.value,
            line: Some(line),
        }
    }
}

/// The rows of level ALL, by what their access specification says: reads or writes, sequential or random,
/// of disks or over a network. Throughput, and the CPU's share beside it. With `managers` those of each
/// manager instead, whose name is the VM's.
fn levels(log: &Parsed, managers: bool) -> Vec<Measured> {
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
    let networks: BTreeSet<u32> = levels
        .iter()
        .zip(steps.iter())
        .filter_map(|(level, step)| step.filter(|_| level == Some("NETWORK")))
        .collect();
    let lines = frame.u32s("line").ok();
    let names = frame.strs("name").ok().filter(|_| managers);
    let mut found = Vec::new();
    for row in 0..frame.height() {
        if levels.get(row) != Some(if managers { "MANAGER" } else { "ALL" }) {
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
        let benchmark = format!("{}-{}", log.format, if of_network { "net" } else { "disk" });
        let quantities = [
            ("throughput", "", Unit::BytesPerSecond, Direction::Higher),
            ("cpu_percent", "-cpu", Unit::Percent, Direction::Neither),
        ];
        for (column, suffix, unit, direction) in quantities {
            if let Some(value) = frame.f64s(column).ok().and_then(|values| values.get(row)) {
                found.push(Measured {
                    benchmark: benchmark.clone(),
                    operation: format!("{operation}{suffix}"),
                    size: sizes.get(row),
                    vm: names.as_ref().and_then(|names| names.get(row)).map(str::to_owned),
                    unit,
                    direction,
                    value,
                    line: lines.as_ref().and_then(|lines| lines.get(row)).map(u64::from),
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::config::Config;

    /// The quantities of a parser's fixture, as `operation value`.
    fn read(fixture: &str, source: Option<&str>, config: &str) -> (Vec<String>, Vec<String>) {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("parsers/fixtures").join(fixture);
        let bytes = std::fs::read(path).unwrap();
        let log = stillstand_parsers::parse(stillstand_parsers::detect(&bytes).unwrap(), &bytes).unwrap();
        let mut partial = Vec::new();
        let found = readings(&log, source, &Config::parse(config).unwrap().file, &mut partial);
        (found.iter().map(|measured| format!("{} {}", measured.operation, measured.value)).collect(), partial)
    }

    #[test]
    fn of_sysbench_the_rate_is_the_result() {
        let (cpu, _) = read("sysbench/valid/recorded-cpu.txt", None, "");
        assert!(
            cpu.len() == 2 && cpu[0].starts_with("cpu ") && cpu[1].starts_with("cpu-latency "),
            "{cpu:?}"
        );
        let (memory, _) = read("sysbench/valid/recorded-memory-write.txt", None, "");
        assert!(memory[0].starts_with("memory-write "), "{memory:?}");
        let (disk, _) = read("sysbench/valid/recorded-fileio-rndrw.txt", None, "");
        let names: Vec<&str> = disk.iter().filter_map(|line| line.split(' ').next()).collect();
        assert!(names.contains(&"fileio-rndrw-read") && names.contains(&"fileio-rndrw-write"), "{names:?}");
    }

    #[test]
    fn a_test_without_a_rate_has_events_over_time_and_the_name_of_its_file() {
        let (threads, _) = read("sysbench/valid/recorded-threads.txt", Some("sysbench-threads"), "");
        assert!(
            threads[0].starts_with("threads ") && threads[1].starts_with("threads-latency "),
            "{threads:?}"
        );
    }

    #[test]
    fn of_a_network_what_arrived_counts() {
        let (tcp, _) = read("iperf3/valid/recorded-tcp.json", None, "");
        let names: Vec<&str> = tcp.iter().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(names, ["tcp-send", "tcp-send-sent", "tcp-send-send-cpu", "tcp-send-receive-cpu"]);
    }

    #[test]
    fn blocks_are_parted_by_the_caches() {
        let config = "[caches]\nl1_kib = 4\nl2_kib = 64\n";
        let path = "../../sample-data/xen-efficiency/linux/pv-32/single/ramspeed-1.txt";
        let (found, _) = read(path, None, config);
        // Blocks of 1 KiB to 32 MiB, write and read: 3 in the first level, 4 in the second.
        let of = |name: &str| found.iter().filter(|line| line.starts_with(name)).count();
        assert_eq!((of("l1-write"), of("l2-read"), of("ram-read")), (3, 4, 9));
    }

    #[test]
    fn the_time_of_the_plain_form_is_the_printed_one() {
        let (found, _) = read("linpack/valid/plain.txt", None, "");
        assert_eq!(found[..2], ["solve-1000 2.61", "solve-2000 20.89"]);
    }
}
