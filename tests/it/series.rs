//! Quantities over time that `campaign.toml` declares, from the folder to the summary.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::{stillstand, summary};

const RUNS: std::ops::RangeInclusive<u32> = 1..=3;

/// Second since 1970 of the request of a run.
fn requested(run: u32) -> f64 {
    1_700_000_000.25 + 3600.0 * f64::from(run)
}

/// What the clock of the host showed then.
fn booted(run: u32) -> f64 {
    500.125 + 3600.0 * f64::from(run)
}

/// How much the service does in the second that ends so long after the request: nothing from 4 to 6 s, half of it until 9 s.
fn done(t: f64) -> f64 {
    match t {
        t if t > 4.0 && t <= 6.0 => 0.0,
        t if t > 6.0 && t <= 9.0 => 1000.0,
        _ => 2000.0,
    }
}

/// Three runs with the events of a script, by the time of day and by the clock of the host, and of each what `file` makes of it.
fn campaign(declared: &str, name: &str, file: impl Fn(u32) -> String) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let events = "[naming]\npattern = '^(?<load>[a-z]+)-(?<repetition>\\d+)/(?<source>\\w+)'\n[[events]]\nfiles = 'events\\.csv$'\n\
        time = \"unix\"\nevent = \"event\"\nmonotonic = \"mono\"\n";
    fs::write(folder.path().join("campaign.toml"), format!("{events}{declared}")).unwrap();
    for run in RUNS {
        let of_run = folder.path().join(format!("web-{run}"));
        fs::create_dir(&of_run).unwrap();
        let rows = [(-40.125, "benchmark start"), (0.0, "migration_started"), (8.0, "migration_end")];
        let row =
            |(t, event): (f64, &str)| format!("{:.3},{:.3},{event}\n", requested(run) + t, booted(run) + t);
        let rows: String = rows.into_iter().map(row).collect();
        fs::write(of_run.join("events.csv"), format!("unix,mono,event\n{rows}")).unwrap();
        fs::write(of_run.join(name), file(run)).unwrap();
    }
    folder
}

/// Seconds at which rows are stamped, since the request.
fn seconds() -> impl Iterator<Item = f64> {
    (-39..=40).map(f64::from)
}

const COLUMNS: &str = "columns = [{ column = \"ops\", metric = \"shop.throughput\", unit = \"1/s\", service = \"throughput\" }, \
    { column = \"total\", metric = \"shop.orders\", unit = \"count\", kind = \"counter\", service = \"operations\" }, \
    { column = \"used_mib\", metric = \"mem.used\", unit = \"MiB\", host = \"apfel\" }]\n";

/// Wide, with the clock that `stamp` writes: rate, counter and memory.
fn wide(run: u32, clock: &str, stamp: impl Fn(u32, f64) -> f64) -> String {
    let mut total = 0.0;
    let row = |t: f64| {
        total += done(t);
        format!("{:.3},{:.1},{total},{}.{run}\n", stamp(run, t), done(t), if t > 0.0 { 300 } else { 200 })
    };
    let rows: String = seconds().map(row).collect();
    format!("{clock},ops,total,used_mib\n{rows}")
}

fn outage<'a>(run: &'a Value, method: &str) -> &'a Value {
    run["outages"].as_array().unwrap().iter().find(|one| one["method"] == method).unwrap_or(&Value::Null)
}

fn close(value: &Value, expected: f64, by: f64) -> bool {
    value.as_f64().is_some_and(|value| (value - expected).abs() <= by)
}

fn is_right(summary: &Value) {
    let runs = summary["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 3);
    for run in runs {
        let throughput = &run["throughput"];
        assert_eq!(throughput["unit"], "per_s");
        assert!(close(&throughput["baseline"], 2000.0, 1e-6), "{throughput}");
        // Of the eight seconds until the end two are empty and two at the half.
        assert!(close(&throughput["during"]["mean"], 1250.0, 1e-6), "{throughput}");
        assert!(
            close(&throughput["kept"], 0.625, 1e-9) && close(&throughput["lost_s"], 3.5, 1e-6),
            "{throughput}"
        );
        assert!(close(&throughput["lowest"], 0.0, 0.0), "{throughput}");
        assert!(close(&throughput["recovery_s"], 9.0, 2e-3), "{throughput}");
        assert!(close(&throughput["operations"], 80.0 * 2000.0 - 7000.0, 0.0), "{throughput}");
        let outage = outage(run, "throughput");
        // With the half of the second after it that is missing.
        assert!(close(&outage["estimate_s"], 2.5, 1e-3) && close(&outage["start_s"], 4.0, 2e-3), "{outage}");
        assert!(close(&outage["lower_s"], 2.0, 0.02) && close(&outage["upper_s"], 4.0, 0.02), "{outage}");
        let cost = |metric: &str| {
            let all = run["resources"].as_array().unwrap();
            all.iter().find(|cost| cost["metric"] == metric).unwrap_or(&Value::Null).clone()
        };
        let memory = cost("mem.used");
        assert_eq!(memory["host"], "apfel");
        assert!(close(&memory["baseline_mean"], 200.0 * 1_048_576.0, 1e6), "{memory}");
        assert!(close(&cost("shop.throughput")["baseline_mean"], 2000.0, 1e-6));
        assert_eq!(cost("shop.throughput")["host"], Value::Null);
    }
    let curve =
        |metric: &str| summary["curves"].as_array().unwrap().iter().any(|curve| curve["metric"] == metric);
    assert!(["shop.throughput", "shop.orders", "mem.used"].into_iter().all(curve));
    let series = summary["series"].as_array().unwrap();
    let kept = series.iter().find(|series| series["metric"] == "throughput_kept").unwrap();
    assert!(close(&kept["mean"], 62.5, 1e-6), "{kept}");
}

#[test]
fn a_row_is_placed_by_any_clock_that_something_ties_to_the_request() {
    let declared = |clock: &str| format!("[[series]]\nfiles = 'shop\\.csv$'\n{clock}{COLUMNS}");
    let folder =
        campaign(&declared("time = \"t\"\n"), "shop.csv", |run| wide(run, "t", |run, t| requested(run) + t));
    is_right(&summary(folder.path()));
    let by_host = |run, t| booted(run) + t;
    let folder = campaign(&declared("monotonic = \"up\"\n"), "shop.csv", |run| wide(run, "up", by_host));
    is_right(&summary(folder.path()));
    let since = declared("elapsed = \"elapsed_ms\"\nsince = \"benchmark_start\"\n");
    let folder = campaign(&since, "shop.csv", |run| wide(run, "elapsed_ms", |_, t| 1000.0 * (t + 40.125)));
    is_right(&summary(folder.path()));
}

#[test]
fn the_long_form_and_objects_say_the_same() {
    let declared = format!(
        "[[series]]\nfiles = 'shop\\.csv$'\ntime = \"t\"\nname = \"what\"\nvalue = \"value\"\n{COLUMNS}"
    );
    let long = |run| {
        let wide = wide(run, "t", |run, t| requested(run) + t);
        let rows = wide.lines().skip(1).flat_map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            ["ops", "total", "used_mib"]
                .into_iter()
                .zip(cells[1..].to_vec())
                .map(move |(what, value)| format!("{what},{},{value}\nvus,{},7\n", cells[0], cells[0]))
        });
        format!("what,t,value\n{}", rows.collect::<String>())
    };
    is_right(&summary(campaign(&declared, "shop.csv", long).path()));
    let declared = format!("[[series]]\nfiles = 'shop\\.jsonl$'\ntime = \"at.t\"\n{COLUMNS}");
    let objects = |run| {
        let wide = wide(run, "t", |run, t| requested(run) + t);
        let object = |line: &str| {
            let cells: Vec<&str> = line.split(',').collect();
            format!(
                "{{\"at\": {{\"t\": {}}}, \"ops\": {}, \"total\": {}, \"used_mib\": {}}}\n",
                cells[0], cells[1], cells[2], cells[3]
            )
        };
        wide.lines().skip(1).map(object).collect()
    };
    is_right(&summary(campaign(&declared, "shop.jsonl", objects).path()));
}

fn said(folder: &Path) -> (Option<i32>, String) {
    let ended = stillstand(&["stats", folder.to_str().unwrap()], &[]);
    (ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned())
}

#[test]
fn a_clock_that_nothing_ties_is_refused() {
    let file = |run| wide(run, "elapsed", |_, t| t + 40.0);
    let with = |clock: &str, columns: &str| {
        let declared = format!("[[series]]\nfiles = 'shop\\.csv$'\n{clock}{columns}");
        said(campaign(&declared, "shop.csv", file).path())
    };
    let (code, told) = with("elapsed = \"elapsed\"\n", COLUMNS);
    assert!(code == Some(2) && told.contains("`since` must name the event"), "{told}");
    let (code, told) = with("", COLUMNS);
    assert!(code == Some(2) && told.contains("nothing says when a row was"), "{told}");
    let (_, told) = with("elapsed = \"elapsed\"\nsince = \"benchmark_begin\"\n", COLUMNS);
    assert!(told.contains("Did you mean `benchmark_start`?"), "{told}");
    // A number since a start is no time.
    let (_, told) = with("time = \"elapsed\"\n", COLUMNS);
    assert!(told.contains("nothing ties them to the request"), "{told}");
    let folder = campaign(
        &format!("[[series]]\nfiles = 'shop\\.csv$'\nmonotonic = \"elapsed\"\n{COLUMNS}"),
        "shop.csv",
        file,
    );
    for run in RUNS {
        fs::remove_file(folder.path().join(format!("web-{run}/events.csv"))).unwrap();
    }
    let (_, told) = said(folder.path());
    assert!(told.contains("declare one that has both as `[[events]]`"), "{told}");
}

#[test]
fn what_cannot_be_meant_says_what_can() {
    let file = |run| wide(run, "t", |run, t| requested(run) + t);
    let with = |columns: &str| {
        let declared = format!("[[series]]\nfiles = 'shop\\.csv$'\ntime = \"t\"\ncolumns = [{columns}]\n");
        said(campaign(&declared, "shop.csv", file).path())
    };
    for (columns, expected) in [
        ("{ column = \"ops\", metric = \"cpu.usr\", unit = \"%\" }", "Did you mean `cpu.user`?"),
        ("{ column = \"ops\", metric = \"mem.used\", unit = \"%\" }", "it has the unit bytes"),
        ("{ column = \"ops\", metric = \"a b\", unit = \"1/s\" }", "expected a name of letters"),
        ("{ column = \"ops\", metric = \"a.b\", unit = \"1/sec\" }", "Did you mean `1/s`?"),
        (
            "{ column = \"ops\", metric = \"a.b\", unit = \"1/s\", kind = \"counter\" }",
            "a counter has the unit of what it counts",
        ),
        (
            "{ column = \"ops\", metric = \"a.b\", unit = \"1/s\", bits = 32 }",
            "`bits` are those of a counter",
        ),
        (
            "{ column = \"ops\", metric = \"a.b\", unit = \"%\", service = \"throughput\" }",
            "is a rate or a counter",
        ),
        ("{ column = \"ops\", metric = \"ping.rtt\", unit = \"ms\" }", "choose another name"),
        (
            "{ column = \"ops\", metric = \"a.b\", unit = \"1/s\" }, { column = \"total\", metric = \"a.b\", unit = \"1/s\" }",
            "declared twice",
        ),
        ("", "lists no quantity"),
    ] {
        let (code, told) = with(columns);
        assert!(code == Some(2) && told.contains(expected), "{columns}: {told}");
    }
    let (_, told) = with("{ column = \"opps\", metric = \"a.b\", unit = \"1/s\" }");
    assert!(told.contains("there is no column `opps`") && told.contains("Did you mean `ops`?"), "{told}");
}

#[test]
fn a_service_without_an_ordinary_has_no_outage() {
    let declared = format!("[[series]]\nfiles = 'shop\\.csv$'\ntime = \"t\"\n{COLUMNS}");
    let late = |run| {
        let wide = wide(run, "t", |run, t| requested(run) + t);
        wide.lines()
            .enumerate()
            .filter(|(place, _)| *place == 0 || *place > 39)
            .map(|(_, line)| format!("{line}\n"))
            .collect()
    };
    let folder = campaign(&declared, "shop.csv", late);
    let summary = summary(folder.path());
    let told: Vec<&str> = summary["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| found["code"].as_str().unwrap())
        .collect();
    assert!(told.contains(&"service-without-ordinary"), "{told:?}");
    for run in summary["runs"].as_array().unwrap() {
        assert_eq!((&run["throughput"], outage(run, "throughput")), (&Value::Null, &Value::Null));
    }
}

#[test]
fn inspect_reads_what_is_declared_above() {
    let declared = format!("[[series]]\nfiles = 'shop\\.csv$'\ntime = \"t\"\n{COLUMNS}");
    let folder = campaign(&declared, "shop.csv", |run| wide(run, "t", |run, t| requested(run) + t));
    let file = folder.path().join("web-1/shop.csv");
    let ended = stillstand(&["inspect", "--format", "json", file.to_str().unwrap()], &[]);
    let found: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!((&found[0]["format"], &found[0]["rows_read"]), (&"series".into(), &80.into()), "{found}");
    assert_eq!(found[0]["columns"][3]["name"], "mem.used@apfel");
}

/// A pattern that names only the host leaves the run to the name; one that fits nothing is told.
#[test]
fn a_pattern_may_name_the_host_alone() {
    let declared = "[[series]]\nfiles = 'mem_(?<host>[a-z]+)\\.csv$'\ntime = \"t\"\n\
        columns = [{ column = \"used\", metric = \"mem.used\", unit = \"MiB\" }]\n\
        [[probes]]\nfiles = 'nothing is called so'\ntime = \"t\"\nduration = \"d_ms\"\n";
    let rows = |run: u32| {
        let row = |t: f64| format!("{:.3},{}\n", requested(run) + t, if t > 0.0 { 300 } else { 200 });
        format!("t,used\n{}", seconds().map(row).collect::<String>())
    };
    let folder = campaign(declared, "mem_apfel.csv", rows);
    let summary = summary(folder.path());
    let runs = summary["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 3, "{}", summary["diagnostics"]);
    for run in runs {
        let costs = run["resources"].as_array().unwrap();
        assert!(costs.iter().any(|cost| cost["metric"] == "mem.used" && cost["host"] == "apfel"), "{run}");
    }
    let told = summary["diagnostics"].as_array().unwrap();
    let unused: Vec<&Value> = told.iter().filter(|told| told["code"] == "declared-without-file").collect();
    assert_eq!(unused.len(), 1, "{told:?}");
    assert!(unused[0]["message"].as_str().unwrap().contains("[[probes]]"), "{unused:?}");
}
