//! A VM that goes back and forth between two hosts: curves and costs are those of a role.

use std::fs;

use serde_json::Value;

use crate::{campaign, part_of_campaign, summary};

/// The costs of one quantity, by host.
fn means(run: &Value, metric: &str) -> Vec<(String, f64)> {
    let of = run["resources"].as_array().unwrap().iter().filter(|cost| cost["metric"] == metric);
    let mut means: Vec<_> = of
        .map(|cost| (cost["host"].as_str().unwrap().to_owned(), cost["migration_mean"].as_f64().unwrap()))
        .collect();
    means.sort_by(|a, b| a.0.cmp(&b.0));
    means
}

#[test]
fn a_run_that_went_back_counts_by_its_roles() {
    let part = part_of_campaign(&["campaign.toml", "none1", "none2"]);
    let before = summary(part.path());
    // What the two hosts logged in the second run, the other way round.
    for kind in ["dstat", "xentop"] {
        let log = |host: &str| campaign().join(format!("none2-{kind}-{host}.test"));
        let to = |host: &str| part.path().join(format!("none2-{kind}-{host}.test"));
        fs::copy(log("kirsche"), to("apfel")).unwrap();
        fs::copy(log("apfel"), to("kirsche")).unwrap();
    }
    let after = summary(part.path());
    let told = |summary: &Value| {
        let of = summary["diagnostics"].as_array().unwrap().iter();
        of.filter(|d| d["code"] == "roles-reversed").count()
    };
    assert_eq!((told(&before), told(&after)), (0, 1));
    for metric in ["net.sent", "net.received", "cpu.system"] {
        assert_eq!(means(&before["runs"][1], metric), means(&after["runs"][1], metric), "{metric}");
    }
    assert_eq!(before["runs"][1]["phases"], after["runs"][1]["phases"]);
}
