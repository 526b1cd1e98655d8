//! Which VM to migrate first.

use std::fs;
use std::path::Path;

use crate::{files, part_of_campaign, stdout, stillstand, summary};

#[test]
fn the_study_s_order_comes_out_with_its_reasons() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/cpu-cap");
    let path = path.to_str().unwrap();
    let json = stdout(&["placement", path, "--quiet", "--format", "json"]);
    let placement: serde_json::Value = serde_json::from_str(&json).unwrap();
    let order = placement["order"].as_array().unwrap();
    let vms: Vec<&str> = order.iter().map(|vm| vm["vm"].as_str().unwrap()).collect();
    assert_eq!(vms, ["livermore-loops", "linpack", "dhrystone"]);
    assert!(order[1]["reason"].as_str().unwrap().contains("dhrystone within the uncertainty"));
    let table = stdout(&["placement", path, "--quiet", "--threshold", "320"]);
    assert!(table.contains("none has to move") && table.contains("livermore-loops"), "{table}");
}

#[test]
fn migrations_of_one_campaign_are_ordered_by_their_durations() {
    let folder = part_of_campaign(&["none", "memtester", "campaign"]);
    let config = folder.path().join("campaign.toml");
    let campaign = folder.path().to_str().unwrap();
    // Loads are no VMs unless somebody says so.
    let output = stillstand(&["placement", campaign, "--quiet"], &[]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && error.contains("no factor of this campaign is called `vm`"),
        "{error}"
    );
    let declared = format!("{}\n[placement]\nfactor = \"load\"\n", std::fs::read_to_string(&config).unwrap());
    std::fs::write(&config, declared).unwrap();
    let table = stdout(&["placement", campaign, "--quiet"]);
    let first = table.find("none").unwrap();
    assert!(first < table.find("memtester").unwrap(), "{table}");
}

#[test]
fn without_migrations_there_is_no_order() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/qemu-efficiency");
    let output = stillstand(&["placement", path.to_str().unwrap(), "--quiet"], &[]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && error.contains("[placement]"), "{error}");
}

#[test]
fn a_report_says_it_first_and_shows_it() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/cpu-cap");
    stdout(&["report", path.to_str().unwrap(), "-o", out.to_str().unwrap(), "--lang", "de", "--quiet"]);
    let files = files(&out);
    let text = |path: &str| std::str::from_utf8(&files[path]).unwrap();
    let html = text("report.html");
    for wanted in [
        "Welche VM zuerst migriert wird",
        "Zuerst sollte die VM livermore-loops migriert werden, dann linpack",
    ] {
        assert!(html.contains(wanted), "{wanted}");
    }
    assert!(files.contains_key("figures/placement.svg"));
    assert!(
        text("tables/placement.csv").contains("1,livermore-loops,63,0.5,18,"),
        "{}",
        text("tables/placement.csv")
    );
    let summary: serde_json::Value = serde_json::from_str(text("summary.json")).unwrap();
    assert_eq!(summary["placement"]["order"][1]["vm"], "linpack");
    assert_eq!(summary["placement"]["order"][1]["decided_by"], "shorter-downtime");
    let german = stdout(&["placement", path.to_str().unwrap(), "--quiet", "--lang", "de"]);
    assert!(german.contains("kürzerer Stillstand"), "{german}");
}

#[test]
fn what_stands_in_its_way_is_a_warning_of_the_report() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("t.csv"), "vm,s\na,3\nb,4\n").unwrap();
    let measurements = "[[measurements]]\nfile = \"t.csv\"\nbenchmark = \"b\"\nvalue = \"s\"\nunit = \"s\"\nfactors = { vm = \"vm\" }\n";
    let declare = |placement: &str| {
        let text = format!("{measurements}[placement]\nfactor = \"vm\"\n{placement}");
        fs::write(folder.path().join("campaign.toml"), text).unwrap();
        summary(folder.path())
    };
    let failed = declare("");
    assert_eq!(failed["placement"], serde_json::Value::Null);
    let warning = &failed["diagnostics"][0];
    assert_eq!((&warning["code"], &warning["severity"]), (&"no-placement".into(), &"warning".into()));
    assert!(warning["message"].as_str().unwrap().contains("at least two VMs"), "{warning}");
    assert_eq!(declare("time = \"b.s\"\n")["placement"]["order"][0]["vm"], "a");
    let unknown = declare("time = \"b.s\"\ncpu = \"b.cpu\"\n");
    assert!(unknown["diagnostics"][0]["message"].as_str().unwrap().contains("`b.cpu`"), "{unknown}");
}
