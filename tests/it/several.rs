//! Several campaigns in one report.

use std::fs;
use std::path::Path;

use crate::{part_of_campaign, stdout, stillstand};

fn declare(folder: &Path, service: &str) {
    fs::write(
        folder.join("campaign.toml"),
        format!("title = \"{service}\"\nfactors.service = \"{service}\"\n"),
    )
    .unwrap();
}

/// Two campaigns below one folder.
fn two() -> tempfile::TempDir {
    let above = tempfile::tempdir().unwrap();
    for (name, prefixes) in [("a", ["none1", "none2", "none3"]), ("b", ["none3", "none4", "none5"])] {
        let part = part_of_campaign(&prefixes);
        declare(part.path(), name);
        fs::rename(part.path(), above.path().join(name)).unwrap();
    }
    above
}

#[test]
fn a_folder_above_two_campaigns_is_both_of_them_side_by_side() {
    let above = two();
    let text = stdout(&["stats", above.path().to_str().unwrap(), "--format", "json", "--quiet"]);
    let summary: serde_json::Value = serde_json::from_str(&text).unwrap();
    let ids: Vec<&str> =
        summary["runs"].as_array().unwrap().iter().map(|run| run["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["a-1", "a-2", "a-3", "b-3", "b-4", "b-5"]);
    assert_eq!(summary["runs"][3]["source_files"][0], "b/none3-dstat-apfel.test");
    let comparison =
        summary["comparisons"].as_array().unwrap().iter().find(|c| c["metric"] == "outage_ping").unwrap();
    assert_eq!((&comparison["a"]["service"], &comparison["b"]["service"]), (&"a".into(), &"b".into()));
    for series in summary["series"].as_array().unwrap() {
        assert_eq!(series["n"], 3, "campaigns are never averaged: {series}");
    }
}

#[test]
fn a_report_of_two_campaigns_is_verified() {
    let above = two();
    let out = above.path().join("report");
    let (a, b) = (above.path().join("a"), above.path().join("b"));
    let arguments = ["report", a.to_str().unwrap(), b.to_str().unwrap(), "-o", out.to_str().unwrap()];
    let output = stillstand(&arguments, &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    stdout(&["verify", out.to_str().unwrap()]);
}

#[test]
fn two_campaigns_with_the_same_condition_are_refused() {
    let above = two();
    declare(&above.path().join("b"), "a");
    let output = stillstand(&["stats", above.path().to_str().unwrap()], &[]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("load = none, service = a") && text.contains("campaign.toml"), "{text}");
}

#[test]
fn compare_puts_campaigns_or_levels_side_by_side() {
    let above = two();
    // The same conditions in both: only the campaign tells them apart.
    declare(&above.path().join("b"), "a");
    let (a, b) = (above.path().join("a"), above.path().join("b"));
    let text = stdout(&["compare", a.to_str().unwrap(), b.to_str().unwrap(), "--format", "json", "--quiet"]);
    let comparisons: serde_json::Value = serde_json::from_str(&text).unwrap();
    let outage = comparisons.as_array().unwrap().iter().find(|c| c["metric"] == "outage_ping").unwrap();
    let difference = outage["difference"].as_f64().unwrap();
    // 0.8, 0.8, 0.8 s against 0.8, 1.0, 0.8 s.
    assert!((difference - 0.2 / 3.0).abs() < 1e-9, "{outage}");

    let campaign = crate::campaign();
    let side = |load: &str| format!("{}:load={load}", campaign.display());
    let text = stdout(&["compare", &side("none"), &side("memtester"), "--format", "csv", "--quiet"]);
    assert!(text.contains("outage_ping,none,memtester,0.84,11.72,10.88,"), "{text}");

    let output = stillstand(&["compare", &side("none"), &side("nothing")], &[]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && text.contains("there are none; memtester"), "{text}");
}
