//! Efficiency against bare metal: see `main.rs`. The published figures are those of
//! `xen_efficiency/*.csv`, as the study prints them but for zeros at their ends.

use std::collections::BTreeMap;

use super::check_repository;
use stillstand_generator::campaigns::xen_efficiency::{NAME, files};

const SINGLE: &str = include_str!("xen_efficiency/single.csv");
const PARALLEL: &str = include_str!("xen_efficiency/parallel.csv");

fn texts() -> BTreeMap<String, String> {
    super::texts(files())
}

/// The cells behind the titles.
fn table(text: &str) -> Vec<Vec<&str>> {
    text.lines().skip(1).map(|line| line.split(',').collect()).collect()
}

/// `pv-64-amdv` as the folders call it: `pv-amdv-64`.
fn folder(configuration: &str) -> String {
    let (mut mode, mut bits) = (Vec::new(), "");
    for part in configuration.split('-') {
        match part {
            "32" | "64" => bits = part,
            _ => mode.push(part),
        }
    }
    format!("{}-{bits}", mode.join("-"))
}

/// Results blocks of Iometer, each with its rows by the titles of the columns.
fn blocks(text: &str) -> Vec<Vec<BTreeMap<&str, &str>>> {
    let mut blocks: Vec<Vec<BTreeMap<&str, &str>>> = Vec::new();
    let mut titles = Vec::new();
    for line in text.split("\r\n") {
        if line.starts_with("'Target Type,") {
            titles = line.split(',').collect();
            blocks.push(Vec::new());
        } else if ["ALL", "MANAGER", "PROCESSOR", "WORKER", "DISK", "NETWORK"]
            .iter()
            .any(|level| line.strip_prefix(level).is_some_and(|rest| rest.starts_with(',')))
        {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!((titles.len(), cells.len()), (56, 56), "{line}");
            blocks.last_mut().expect("titles").push(titles.iter().copied().zip(cells).collect());
        }
    }
    blocks
}

fn number(row: &BTreeMap<&str, &str>, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column}: {row:?}"))
}

fn mean(values: &[f64]) -> f64 {
    assert!(!values.is_empty());
    values.iter().sum::<f64>() / values.len() as f64
}

/// What a log says of an operation, in the unit of the log.
fn value(text: &str, benchmark: &str, operation: &str, unit: &str) -> f64 {
    match benchmark {
        "linpack" => linpack(text, operation),
        "ramspeed" => ramspeed(text, operation),
        _ => iometer(text, operation, if unit == "cpu-%" { "% CPU Utilization" } else { "MBps" }),
    }
}

/// Seconds for ten solutions.
fn linpack(text: &str, operation: &str) -> f64 {
    let order = operation.strip_prefix("solve-").expect("an order");
    let start = format!("n = {order}: 10 repetitions, ");
    let rest = text.lines().find_map(|line| line.strip_prefix(start.as_str())).expect("the order");
    rest.strip_suffix(" s").expect("seconds").parse().expect("a number")
}

/// The mean over the blocks of a cache or of memory.
fn ramspeed(text: &str, operation: &str) -> f64 {
    let (level, side) = operation.split_once('-').expect("two parts");
    let start = if side == "write" { "INTEGER & WRITING" } else { "INTEGER & READING" };
    let rates = text.lines().filter_map(|line| {
        let words: Vec<&str> = line.strip_prefix(start)?.split_whitespace().collect();
        let [kib, "Kb", "block:", rate, "MB/s"] = words.as_slice() else { panic!("{line}") };
        let of = match kib.parse::<u32>().expect("a size") {
            0..=64 => "l1",
            65..=512 => "l2",
            _ => "ram",
        };
        (of == level).then(|| rate.parse().expect("a rate"))
    });
    mean(&rates.collect::<Vec<f64>>())
}

/// The mean over the sizes at level ALL.
fn iometer(text: &str, operation: &str, column: &str) -> f64 {
    let (order, side) = operation.split_once('-').unwrap_or(("seq", operation));
    let reads = if side == "read" { "; 100% read; " } else { "; 0% read; " };
    let random = if order == "rand" { " 100% random" } else { " 0% random" };
    let blocks = blocks(text);
    let rows = blocks.iter().map(|rows| &rows[0]).filter(|row| {
        let specification = row["Access Specification Name"];
        specification.contains(reads) && specification.ends_with(random)
    });
    let values: Vec<f64> = rows.map(|row| number(row, column)).collect();
    assert_eq!(values.len(), 5, "{operation}");
    mean(&values)
}

/// Both to the digits that are printed, two of them at least.
fn assert_printed(value: f64, printed: &str, what: &str) {
    let decimals = printed.split_once('.').map_or(0, |(_, decimals)| decimals.len()).max(2);
    let stated: f64 = printed.parse().expect("a number");
    assert_eq!(format!("{value:.decimals$}"), format!("{stated:.decimals$}"), "{what}");
}

/// What the VMs of a parallel context say of an operation.
fn together(texts: &BTreeMap<String, String>, benchmark: &str, context: &str, operation: &str) -> Vec<f64> {
    let folder = format!("linux/pv-amdv-32/{context}/");
    let logs = texts.iter().filter(|(name, _)| {
        name.strip_prefix(&folder).is_some_and(|name| name.contains(&format!("{benchmark}-1.")))
    });
    logs.map(|(_, text)| value(text, benchmark, operation, "MB/s")).collect()
}

#[test]
fn the_repository_holds_what_the_generator_writes() {
    check_repository(NAME, &files(), 2_000_000);
}

#[test]
fn single_systems_give_the_published_numbers() {
    let texts = texts();
    let rows = table(SINGLE);
    assert_eq!(rows.len(), 218);
    for row in rows {
        let [benchmark, guest_os, configuration, context, operation, unit, printed] = row[..] else {
            panic!("{row:?}")
        };
        let extension = if benchmark.starts_with("iometer") { "csv" } else { "txt" };
        let name = format!("{guest_os}/{}/{context}/{benchmark}-1.{extension}", folder(configuration));
        assert_printed(value(&texts[&name], benchmark, operation, unit), printed, &format!("{row:?}"));
    }
}

#[test]
fn several_vms_give_the_published_numbers() {
    let texts = texts();
    let rows = table(PARALLEL);
    assert_eq!(rows.len(), 131);
    let mut other = Vec::new();
    for row in rows {
        let [benchmark, context, vm, operation, _, printed] = row[..] else { panic!("{row:?}") };
        let values = together(&texts, benchmark, context, operation);
        let what = format!("{row:?}");
        match vm {
            "mean" => assert_printed(mean(&values), printed, &what),
            "printed-sum" => {
                let sum = format!("{:.2}", values.iter().sum::<f64>());
                let stated: f64 = printed.parse().expect("a number");
                if sum != format!("{stated:.2}") {
                    other.push(format!("{benchmark} {context} {operation}: {printed}, {sum}"));
                }
            }
            "pair" => assert_printed(values[0], printed, &what),
            _ => {
                let index: usize = vm.strip_prefix("vm").expect("a VM").parse().expect("a number");
                assert_printed(values[index - 1], printed, &what);
            }
        }
    }
    // Sums that rounding cannot explain.
    assert_eq!(
        other,
        [
            "iometer-net 2-vm write: 51.35, 51.30",
            "iometer-net 2-vm read: 61.31, 61.25",
            "iometer-net 3-vm write: 51.18, 51.13",
            "iometer-net 3-vm read: 61.68, 61.60",
            "iometer-disk 3-vm seq-write: 12.53, 12.55",
            "iometer-disk 3-vm rand-read: 7.91, 7.93",
        ]
    );
}

#[test]
fn levels_of_iometer_agree_and_numbers_fit_each_other() {
    for (name, text) in texts().iter().filter(|(name, _)| name.ends_with(".csv")) {
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{name}");
        let blocks = blocks(text);
        assert_eq!(blocks.len(), if name.contains("iometer-net") { 10 } else { 20 }, "{name}");
        for rows in blocks {
            let (processors, rest): (Vec<_>, Vec<_>) =
                rows.iter().partition(|row| row["'Target Type"] == "PROCESSOR");
            let levels: Vec<&str> = rest.iter().map(|row| row["'Target Type"]).collect();
            let target = if name.contains("iometer-net") { "NETWORK" } else { "DISK" };
            assert_eq!(levels, ["ALL", "MANAGER", "WORKER", target], "{name}");
            for column in ["IOps", "MBps", "Read I/Os", "Write I/Os", "Bytes Read", "Bytes Written"] {
                assert!(rest.iter().all(|row| row[column] == rest[0][column]), "{name}: {column}");
            }
            let (rate, per_second) = (number(rest[0], "MBps"), number(rest[0], "IOps"));
            let bytes = number(rest[0], "Bytes Read") + number(rest[0], "Bytes Written");
            let accesses = number(rest[0], "Read I/Os") + number(rest[0], "Write I/Os");
            let fits = rate * 1_048_576.0 / (per_second * (bytes / accesses));
            assert!((fits - 1.0).abs() < 1e-4, "{name}: {fits}");
            assert!((179.9..187.0).contains(&(accesses / per_second)), "{name}: {accesses} {per_second}");
            let shares: Vec<f64> = processors.iter().map(|row| number(row, "% CPU Utilization")).collect();
            assert_eq!(shares.len(), if name.contains("native") { 2 } else { 1 }, "{name}");
            assert!((mean(&shares) - number(rest[0], "% CPU Utilization")).abs() < 1e-3, "{name}");
            // Unknown or a share.
            assert_eq!(shares.iter().all(|share| *share == -1.0), name.starts_with("linux"), "{name}");
            assert!(shares.iter().all(|share| *share <= 100.0), "{name}: {shares:?}");
        }
    }
}

#[test]
fn what_is_the_same_in_print_is_the_same_in_the_logs() {
    let texts = texts();
    let rates = |name: &str| -> Vec<String> {
        blocks(&texts[name]).iter().map(|rows| rows[0]["MBps"].to_owned()).collect()
    };
    let disk = "single/iometer-disk-1.csv";
    assert_eq!(rates(&format!("linux/pv-amdv-64/{disk}")), rates(&format!("linux/hvm-64/{disk}")));
    assert_ne!(rates(&format!("linux/pv-64/{disk}")), rates(&format!("linux/hvm-64/{disk}")));
    let ramspeed = |context: &str| &texts[&format!("linux/pv-amdv-32/{context}/ramspeed-1.txt")];
    assert_eq!(ramspeed("single"), ramspeed("1-vm"));
}

#[test]
fn a_guest_under_windows_ends_its_lines_as_windows_does() {
    for (name, text) in texts().iter().filter(|(name, _)| name.ends_with(".txt")) {
        let windows = name.starts_with("windows");
        assert_eq!(text.contains('\r'), windows, "{name}");
        assert_eq!(text.ends_with("\r\n"), windows, "{name}");
        assert_eq!(text.contains("RAMspeed ("), !windows && name.contains("ramspeed"), "{name}");
    }
}
