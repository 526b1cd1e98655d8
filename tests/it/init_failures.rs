//! `init` on the many ways in which clients write that a request failed. What it declares gives the outage of which the tables were made
//! without any edit, and where it cannot know what failed it says so.

use std::fs;

use tempfile::TempDir;

use crate::init::init;
use crate::init_tables::{Corrected, LOADS, Run, campaign, table};

/// A campaign of a client that writes a row for each request in a closed loop: its start, how long it took, and what `row` makes of
/// whether it worked.
fn written(heading: &str, row: fn(&str, f64, bool) -> String) -> TempDir {
    campaign(|run| {
        let path = |name: &str| format!("{}/{}/{name}", LOADS[run.load], run.repetition);
        let requests = table(heading, run.closed(), |(t, took, worked)| {
            row(&format!("{:.3}", run.requested() + t), 1000.0 * took, worked)
        });
        vec![(path("http_probe.csv"), requests), (path("events.csv"), events(run))]
    })
}

fn events(run: Run) -> String {
    table("time,event", run.events(), |(t, event)| format!("{:.3},{event}", run.requested() + t))
}

#[test]
fn each_gives_the_outage_as_it_is() {
    let errors: fn(&str, f64, bool) -> String =
        |t, took, worked| format!("{t},{took:.1},{}", u8::from(!worked));
    let state: fn(&str, f64, bool) -> String =
        |t, took, worked| format!("{t},{},{took:.1}", if worked { "UP" } else { "DOWN" });
    let zero: fn(&str, f64, bool) -> String =
        |t, took, worked| format!("{t},{:.1}", if worked { took } else { 0.0 });
    let bytes: fn(&str, f64, bool) -> String =
        |t, took, worked| format!("{t},{took:.1},{}", if worked { 512 } else { 0 });
    for (heading, row) in [
        ("time,latency_ms,errors", errors),
        ("time,state,latency_ms", state),
        ("time,latency_ms", zero),
        ("time,latency_ms,bytes", bytes),
        ("time,ms,failed", errors),
    ] {
        let folder = written(heading, row);
        let stderr = init(folder.path());
        assert!(
            stderr.contains("12 logs of 6 runs") && !stderr.contains("hosts: http"),
            "{heading}: {stderr}"
        );
        Corrected::new(folder.path()).holds(0, LOADS);
    }
}

#[test]
fn what_tells_no_failure_is_told() {
    let folder = written("time,latency_ms,attempts", |t, took, worked| {
        format!("{t},{took:.1},{}", if worked { 1 } else { 2 })
    });
    let stderr = init(folder.path());
    let told = "column is known to say whether a request worked: every row counts as an answer. Not used: `attempts`";
    assert!(stderr.contains(&format!("- [[probes]] of busy/1/http_probe.csv: no {told}")), "{stderr}");
    let text = fs::read_to_string(folder.path().join("campaign.toml")).unwrap();
    assert!(text.replace("\n# ", " ").contains(&format!("No {told}")), "{text}");
}

#[test]
fn times_without_a_date_are_told() {
    let folder = campaign(|run| {
        let path = |name: &str| format!("{}/{}/{name}", LOADS[run.load], run.repetition);
        let requests = table("time,ms,failed", 0..60, |second: u32| format!("23:53:{second:02}.370,11.3,0"));
        vec![(path("probe.csv"), requests), (path("events.csv"), events(run))]
    });
    let stderr = init(folder.path());
    let told = "- 6 files such as busy/1/probe.csv: the times in `time` (23:53:00.370) have no date";
    assert!(stderr.contains(told), "{stderr}");
}
