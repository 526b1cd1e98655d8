//! Several campaigns in one report: side by side, or a folder of them with a chapter each.

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
fn two_campaigns_stand_side_by_side() {
    let above = two();
    let (a, b) = (above.path().join("a"), above.path().join("b"));
    let text = stdout(&["stats", a.to_str().unwrap(), b.to_str().unwrap(), "--format", "json", "--quiet"]);
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
    let (a, b) = (above.path().join("a"), above.path().join("b"));
    let output = stillstand(&["stats", a.to_str().unwrap(), b.to_str().unwrap()], &[]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("load = none, service = a") && text.contains("campaign.toml"), "{text}");
    assert!(text.contains("a folder above them"), "{text}");
}

#[test]
fn compare_puts_campaigns_or_levels_side_by_side() {
    let above = two();
    // The same conditions in both: only the campaign tells them apart.
    declare(&above.path().join("b"), "a");
    let (a, b) = (above.path().join("a"), above.path().join("b"));
    let text = stdout(&["compare", a.to_str().unwrap(), b.to_str().unwrap(), "--format", "json", "--quiet"]);
    let comparisons: serde_json::Value = serde_json::from_str(&text).unwrap();
    let outage = comparisons["comparisons"].as_array().unwrap();
    let outage = outage.iter().find(|c| c["metric"] == "outage_ping").unwrap();
    // 0.8, 0.8, 0.8 s against 0.8, 1.0, 0.8 s: the mean is greater, the median of all differences is 0.
    let ratio = outage["ratio"].as_f64().unwrap();
    assert!((ratio - 2.6 / 2.4).abs() < 1e-9, "{outage}");
    assert_eq!(outage["difference"], 0.0);

    let campaign = crate::campaign();
    let side = |load: &str| format!("{}:load={load}", campaign.display());
    let text = stdout(&["compare", &side("none"), &side("memtester"), "--format", "csv", "--quiet"]);
    assert!(text.contains("outage_ping,none,memtester,0.84,11.72,8.2,"), "{text}");

    let output = stillstand(&["compare", &side("none"), &side("nothing")], &[]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.code() == Some(2) && text.contains("`load` has no level `nothing`; its levels are"),
        "{text}"
    );
}

/// A folder above two campaigns that hold the same condition, one of them deeper, and the report over it.
fn portfolio() -> (tempfile::TempDir, tempfile::TempDir) {
    let above = two();
    declare(&above.path().join("b"), "a");
    fs::create_dir(above.path().join("Deep er")).unwrap();
    fs::rename(above.path().join("b"), above.path().join("Deep er/b")).unwrap();
    let reports = tempfile::tempdir().unwrap();
    let out = reports.path().join("report");
    let arguments = ["report", above.path().to_str().unwrap(), "-o", out.to_str().unwrap(), "--quiet"];
    let output = stillstand(&arguments, &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (above, reports)
}

#[test]
fn a_folder_above_campaigns_becomes_an_index_and_a_chapter_each() {
    let (above, reports) = portfolio();
    let out = reports.path().join("report");
    let html = fs::read_to_string(out.join("report.html")).unwrap();
    for told in ["<a href=\"#a\">", "<a href=\"#deep-er-b\">", "id=\"deep-er-b--overview\"", "Index"] {
        assert!(html.contains(told), "{told}");
    }
    let summary: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("summary.json")).unwrap()).unwrap();
    let folders: Vec<&str> =
        summary["campaigns"].as_array().unwrap().iter().map(|c| c["folder"].as_str().unwrap()).collect();
    assert_eq!(folders, ["campaigns/deep-er-b", "campaigns/a"]);
    assert_eq!(summary["runs"].as_array().unwrap().len(), 6);
    assert_eq!(summary["runs"][5]["chapter"], "a");
    for entry in summary["series"].as_array().unwrap() {
        assert_eq!(entry["n"], 3, "campaigns are never averaged: {entry}");
    }
    let csv = fs::read_to_string(out.join("tables/campaigns.csv")).unwrap();
    assert!(csv.contains("a,deep-er-b,recorded,1,3,3,0,0,"), "{csv}");

    // A chapter's folder holds what a report of its campaign alone holds.
    let alone = reports.path().join("alone");
    let campaign = above.path().join("a");
    stdout(&["report", campaign.to_str().unwrap(), "-o", alone.to_str().unwrap(), "--quiet"]);
    let (of_chapter, mut of_report) = (crate::files(&out.join("campaigns/a")), crate::files(&alone));
    of_report.retain(|path, _| !path.starts_with("report.") && path != "manifest.json");
    assert!(of_chapter.len() > 20 && of_chapter == of_report);

    let csv = stdout(&["stats", above.path().to_str().unwrap(), "--format", "csv", "--quiet"]);
    assert!(
        csv.starts_with("chapter,condition,metric,unit,repetition,value,low,high\ndeep-er-b,a-none,"),
        "{csv}"
    );
    let text = stdout(&["stats", above.path().to_str().unwrap(), "--quiet", "--full"]);
    assert_eq!(text.matches("All conditions.").count(), 2);
    let text = stdout(&["stats", above.path().to_str().unwrap(), "--quiet"]);
    assert_eq!(text.matches("Outages by the method that the sentences name.").count(), 2);
    assert!(!text.contains("a column a repetition"), "{text}");
}

#[test]
fn a_portfolio_is_verified_also_where_its_campaigns_lie_elsewhere() {
    let (above, reports) = portfolio();
    let out = reports.path().join("report");
    stdout(&["verify", out.to_str().unwrap()]);
    let moved = tempfile::tempdir().unwrap();
    fs::rename(above.path().join("Deep er"), moved.path().join("Deep er")).unwrap();
    fs::rename(above.path().join("a"), moved.path().join("a")).unwrap();
    stdout(&["verify", out.to_str().unwrap(), "--campaign", moved.path().to_str().unwrap()]);
    fs::write(moved.path().join("a/none4-ping.test"), "1264512345.0 1 0.5\n").unwrap();
    let output = stillstand(
        &["verify", out.to_str().unwrap(), "--campaign", moved.path().to_str().unwrap(), "--quiet"],
        &[],
    );
    assert_eq!(output.status.code(), Some(4));
    assert!(String::from_utf8(output.stdout).unwrap().contains("new input, not in the report: none4-ping"));
}

#[test]
fn folders_that_hold_the_same_runs_are_campaigns_also_undeclared() {
    let above = two();
    for name in ["a", "b"] {
        fs::remove_file(above.path().join(name).join("campaign.toml")).unwrap();
    }
    let runs = || -> Vec<String> {
        let summary = crate::summary(above.path());
        let name = |run: &serde_json::Value| {
            format!("{} {}", run["chapter"].as_str().unwrap_or("-"), run["id"].as_str().unwrap())
        };
        summary["runs"].as_array().unwrap().iter().map(name).collect()
    };
    assert_eq!(runs(), ["a none-1", "a none-2", "a none-3", "b none-3", "b none-4", "b none-5"]);
    // Without the logs that both have they are parts of one campaign.
    for entry in fs::read_dir(above.path().join("b")).unwrap().flatten() {
        if entry.file_name().to_str().unwrap().starts_with("none3") {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    assert_eq!(runs(), ["- none-1", "- none-2", "- none-3", "- none-4", "- none-5"]);
}

#[test]
fn the_sample_data_are_one_portfolio() {
    let sample_data = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    let out = tempfile::tempdir().unwrap();
    let out = out.path().join("report");
    stdout(&["report", sample_data.to_str().unwrap(), "-o", out.to_str().unwrap(), "--quiet"]);
    let mut campaigns = Vec::new();
    for (path, _) in crate::files(&sample_data) {
        campaigns.extend(path.strip_suffix("/campaign.toml").map(|folder| folder.replace('/', "-")));
    }
    assert!(campaigns.len() > 10, "{campaigns:?}");
    let html = fs::read_to_string(out.join("report.html")).unwrap();
    for campaign in campaigns {
        assert!(html.contains(&format!("<a href=\"#{campaign}\">")), "{campaign} is in the index");
        assert!(out.join("campaigns").join(campaign).join("summary.json").exists());
    }
    assert!(out.join("report.pdf").exists());
}
