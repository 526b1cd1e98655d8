//! `compare`: benchmarks beside migrations, and conditions that have other names on the other side.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{part_of_campaign, stdout, stillstand};

fn sample(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data").join(name).display().to_string()
}

/// Comparisons as data, and what was said.
fn compared(arguments: &[&str]) -> (Vec<Value>, String) {
    let arguments: Vec<&str> = ["compare", "--format", "json"].iter().chain(arguments).copied().collect();
    let output = stillstand(&arguments, &[]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    let data: Value = serde_json::from_slice(&output.stdout).unwrap();
    (data["comparisons"].as_array().unwrap().clone(), stderr)
}

fn refused(arguments: &[&str], status: i32) -> String {
    let arguments: Vec<&str> = ["compare"].iter().chain(arguments).copied().collect();
    let output = stillstand(&arguments, &[]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(status), "{stderr}");
    stderr
}

/// Two campaigns of the same logs: in the second, loads and the factor have other names.
fn renamed() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let above = tempfile::tempdir().unwrap();
    let (a, b) = (above.path().join("a"), above.path().join("b"));
    let prefixes = ["none1", "none2", "none3", "memtester1", "memtester2", "memtester3"];
    fs::rename(part_of_campaign(&prefixes).keep(), &a).unwrap();
    fs::create_dir(&b).unwrap();
    for entry in fs::read_dir(&a).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        fs::copy(entry.path(), b.join(name.replace("memtester", "memory hog").replace("none", "idle")))
            .unwrap();
    }
    fs::write(
        b.join("campaign.toml"),
        r#"naming.pattern = '^(?<work>[a-z ]+)(?<repetition>\d)-(?<source>migration-time|[a-z]+)(?:-(?<host>\w+))?\.\w+$'"#,
    )
    .unwrap();
    let _ = fs::remove_file(a.join("campaign.toml"));
    (above, a, b)
}

#[test]
fn benchmarks_are_compared_as_their_efficiency_is() {
    let of = |mode: &str| format!("{}:mode={mode}", sample("qemu-efficiency"));
    let (comparisons, said) = compared(&[&of("native"), &of("qemu-virtio")]);
    let summary: Value =
        serde_json::from_str(&stdout(&["stats", &sample("qemu-efficiency"), "--format", "json", "--quiet"]))
            .unwrap();
    let mut known = 0;
    for comparison in &comparisons {
        let (benchmark, operation) = comparison["metric"].as_str().unwrap().split_once('.').unwrap();
        let mean = |mode: &str| {
            let found = summary["benchmarks"].as_array().unwrap().iter().find(|found| {
                found["benchmark"] == benchmark
                    && found["operation"] == operation
                    && found["factors"]["mode"] == mode
                    && found["factors"]["context"] == "single"
            });
            found.unwrap()["value"].as_f64().unwrap()
        };
        let (ratio, expected) = (comparison["ratio"].as_f64().unwrap(), mean("qemu-virtio") / mean("native"));
        assert!((ratio / expected - 1.0).abs() < 1e-9, "{comparison}: {expected}");
        known += 1;
    }
    assert!(known > 20, "{known}");
    // What has no partner is named with the factor that tells it.
    assert!(said.contains("without a partner") && said.contains("context = 3-vm"), "{said}");
}

#[test]
fn conditions_with_other_names_are_mapped() {
    let (_above, a, b) = renamed();
    let (a, b) = (a.to_str().unwrap(), b.to_str().unwrap());
    // Nothing is guessed: the message says what did not match, and how to say that it does.
    let text = refused(&[a, b], 1);
    for wanted in ["load = none", "load = memtester", "work = idle", "work = memory hog", "--map 'load=work'"]
    {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    let text = refused(&[a, b, "--map", "load=work"], 1);
    assert!(text.contains("--map 'load:memtester=idle' if memtester and idle are the same load"), "{text}");
    // One of two: that is compared, and the other is told.
    let (some, said) = compared(&[a, b, "--map", "load=work", "--map", "load:none=idle"]);
    assert!(some.iter().all(|c| c["a"]["load"] == "none" && c["b"]["work"] == "idle"), "{some:?}");
    assert!(said.contains("load = memtester") && said.contains("work = memory hog"), "{said}");
    let (all, said) = compared(&[
        a,
        b,
        "--map",
        "load=work",
        "--map",
        "load:none=idle",
        "--map",
        "load:memtester=memory hog",
    ]);
    assert!(all.len() == 2 * some.len() && !said.contains("partner"), "{said}");
    for comparison in all.iter().filter(|c| c["metric"] == "outage_ping") {
        assert_eq!(
            (&comparison["ratio"], &comparison["difference"]),
            (&1.0.into(), &0.0.into()),
            "{comparison}"
        );
    }
}

#[test]
fn a_level_that_is_mapped_is_nothing_else() {
    let (_above, a, _) = renamed();
    let above = tempfile::tempdir().unwrap();
    let b = above.path().join("b");
    // In the second campaign the names are swapped.
    fs::create_dir(&b).unwrap();
    for entry in fs::read_dir(&a).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        let swapped = name.replace("memtester", "?").replace("none", "memtester").replace('?', "none");
        fs::copy(entry.path(), b.join(swapped)).unwrap();
    }
    let (comparisons, _) = compared(&[
        a.to_str().unwrap(),
        b.to_str().unwrap(),
        "--map",
        "load:none=memtester",
        "--map",
        "load:memtester=none",
    ]);
    let outages: Vec<&Value> = comparisons.iter().filter(|c| c["metric"] == "outage_ping").collect();
    assert_eq!(outages.len(), 2, "{outages:?}");
    for comparison in outages {
        assert_ne!(comparison["a"]["load"], comparison["b"]["load"]);
        assert_eq!(comparison["ratio"], 1.0, "{comparison}");
    }
}

#[test]
fn what_is_mapped_must_be_there() {
    let (_above, a, b) = renamed();
    let (a, b) = (a.to_str().unwrap(), b.to_str().unwrap());
    for (map, wanted) in [
        ("load", "expected FACTOR:LEVEL=LEVEL"),
        ("load=", "`` is not a factor of the second side; it has work"),
        ("loads=work", "`loads` is not a factor of the first side; it has load"),
        ("load:none", "expected FACTOR:LEVEL=LEVEL"),
        (
            "load:nothing=idle",
            "`load` has no level `nothing` on the first side; its levels there are memtester, none",
        ),
    ] {
        let text = refused(&[a, b, "--map", map], 2);
        assert!(text.contains(wanted), "{map}: {text}");
    }
}

#[test]
fn what_is_measured_on_one_side_only_is_named() {
    let text = refused(&[&sample("xen-live-migration"), &sample("qemu-efficiency:mode=native")], 1);
    assert!(text.contains("nothing to compare") && text.contains("load = cpuburn"), "{text}");
    let of = |load: &str| format!("{}:load={load}", sample("xen-live-migration"));
    let text = refused(&[&of("none"), &sample("qemu-efficiency:mode=native")], 1);
    assert!(
        text.contains("neither a number of migrations nor a benchmark in common")
            && text.contains("fio.randread"),
        "{text}"
    );
}

/// Known: only the second campaign has logs of the CPU, and only the first a ping of one condition.
#[test]
fn what_one_side_alone_has_is_listed() {
    let a = part_of_campaign(&["none1", "none2", "none3", "memtester1", "memtester2"]);
    let b = part_of_campaign(&["none1", "none2", "none3", "cpuburn1"]);
    let remove = |folder: &Path, what: &dyn Fn(&str) -> bool| {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let name = entry.file_name().into_string().unwrap();
            if what(&name) {
                fs::remove_file(entry.path()).unwrap();
            }
        }
    };
    remove(a.path(), &|name| name.contains("dstat"));
    remove(b.path(), &|name| name.contains("ping"));
    let (path_a, path_b) = (a.path().to_str().unwrap(), b.path().to_str().unwrap());
    let output = |format: &str| stdout(&["compare", path_a, path_b, "--format", format, "--quiet"]);
    let data: Value = serde_json::from_str(&output("json")).unwrap();
    let only = |side: &str| -> Vec<(String, String)> {
        let of = |one: &Value| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            (text(&one["metric"]), text(&one["condition"]["load"]))
        };
        data[side].as_array().unwrap().iter().map(of).collect()
    };
    let has =
        |side: &str, metric: &str, load: &str| only(side).contains(&(metric.to_owned(), load.to_owned()));
    assert!(has("only_in_a", "outage_ping", "none") && has("only_in_a", "", "memtester"), "{data}");
    assert!(has("only_in_b", "", "cpuburn") && !has("only_in_b", "outage_ping", "none"), "{data}");
    assert!(!has("only_in_a", "migration_duration", "none"), "{data}");
    for (format, wanted) in [("csv", "outage_ping,"), ("table", "only in A"), ("markdown", "only in B")] {
        let text = output(format);
        assert!(text.contains(wanted), "{format}: {text}");
    }
    assert!(output("csv").lines().any(|line| line.starts_with("outage_ping,") && line.contains("only_in_a")));
}
