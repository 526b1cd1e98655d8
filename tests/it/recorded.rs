//! The recorded campaigns: real migrations, whose hypervisor, ping and guest tell of them independently.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::summary;

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data").join(name)
}

fn runs(summary: &Value, status: &str) -> Vec<Value> {
    let runs = summary["runs"].as_array().unwrap();
    runs.iter().filter(|run| run["migration"]["status"] == status).cloned().collect()
}

/// The element of an array whose field has this value.
fn find<'a>(array: &'a Value, field: &str, value: &str) -> &'a Value {
    let found = array.as_array().unwrap().iter().find(|element| element[field] == value);
    found.unwrap_or_else(|| panic!("no {value} in {array}"))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value}"))
}

fn codes(run: &Value) -> Vec<&str> {
    run["flags"].as_array().unwrap().iter().map(|flag| flag["code"].as_str().unwrap()).collect()
}

/// How long the VM stood still by the hypervisor's own events, seconds.
fn by_events(run: &Value) -> f64 {
    let at = |kind: &str| {
        let of_kind = |milestone: &&Value| milestone["kind"] == kind && milestone["evidence"] == "hypervisor";
        let milestones = run["milestones"].as_array().unwrap();
        number(&milestones.iter().find(of_kind).unwrap_or_else(|| panic!("no {kind}"))["earliest_s"])
    };
    at("resumed") - at("stopped")
}

#[test]
fn ping_contains_what_qemu_did_and_qemus_own_figure_is_too_short() {
    let summary = summary(&sample("qemu-live-migration"));
    let completed = runs(&summary, "completed");
    assert_eq!(completed.len(), 25);
    for run in &completed {
        let id = &run["id"];
        let ping = find(&run["outages"], "method", "ping");
        let reported = number(&find(&run["outages"], "method", "hypervisor")["estimate_s"]);
        let stood_still = by_events(run);
        // Events are printed by one process and stamped by another: good to 10 ms.
        assert!(number(&ping["lower_s"]) <= stood_still + 0.01, "{id}: {ping} {stood_still}");
        assert!(number(&ping["upper_s"]) >= stood_still - 0.01, "{id}: {ping} {stood_still}");
        assert_ne!(find(&run["checks"], "code", "ping-matches-events")["verdict"], "contradicted", "{id}");
        // The last bytes are then still in the socket's buffer, which the link needs 0.2 s for.
        assert!((0.15..0.25).contains(&(stood_still - reported)), "{id}: {stood_still} {reported}");
        assert!(codes(run).contains(&"downtime-ends-early"), "{id}");
    }
    let agreement = summary["agreements"].as_array().unwrap();
    let pair = agreement.iter().find(|pair| pair["a"] == "ping" && pair["b"] == "ping-reply-gap").unwrap();
    assert_eq!((&pair["n"], &pair["overlapping"]), (&Value::from(25), &Value::from(25)));
}

#[test]
fn a_guest_clock_that_stood_still_is_found_and_enters_no_mean() {
    let summary = summary(&sample("qemu-live-migration"));
    for run in runs(&summary, "completed") {
        assert!(codes(&run).contains(&"guest-clock-stopped"), "{}", run["id"]);
    }
    let series = summary["series"].as_array().unwrap();
    let of = |metric: &str| series.iter().filter(|series| series["metric"] == metric).count();
    assert_eq!(of("outage_guest_clock"), 0);
    assert!(of("outage_ping") >= 5 && of("outage_hypervisor") == 5, "{series:?}");
}

#[test]
fn migrations_that_did_not_complete_are_counted_with_their_reason() {
    let summary = summary(&sample("qemu-live-migration"));
    let (cancelled, failed) = (runs(&summary, "cancelled"), runs(&summary, "failed"));
    assert_eq!((cancelled.len(), failed.len()), (5, 5));
    for run in cancelled.iter().chain(&failed) {
        assert!(run["outages"].as_array().unwrap().iter().all(|outage| outage["method"] != "hypervisor"));
    }
    for run in &failed {
        assert!(
            run["migration"]["reason"].as_str().unwrap().contains("reset by peer"),
            "{}",
            run["migration"]
        );
    }
    // Nothing of them is averaged.
    for series in summary["series"].as_array().unwrap() {
        let load = series["factors"]["load"].as_str().unwrap();
        assert!(!["diverging", "failing"].contains(&load), "{series}");
    }
}

#[test]
fn a_guest_that_was_lost_was_out_until_the_end_of_the_log() {
    let summary = summary(&sample("qemu-lost-guest"));
    let completed = runs(&summary, "completed");
    assert_eq!(completed.len(), 5);
    let lost = completed.iter().filter(|run| {
        let ping = find(&run["outages"], "method", "ping");
        ping["censored"] == true && ping["upper_s"].is_null() && number(&ping["lower_s"]) > 13.0
    });
    // Of the fifth ping got answers again.
    assert_eq!(lost.count(), 4);
}

#[test]
fn rounds_of_qemu_add_up_to_what_it_counts() {
    let summary = summary(&sample("qemu-live-migration"));
    for run in runs(&summary, "completed") {
        let (precopy, account) = (&run["precopy"], &run["hypervisor"]);
        assert_eq!(precopy["pages_total"], account["pages_sent"], "{}", run["id"]);
        // QEMU looks for dirty pages, and counts a round, as soon as what remains fits its downtime limit: 3.5 s of
        // the link under `dirtyfast`, a fifth of the memory.
        let (first, all) = (number(&precopy["pages_first"]), number(&precopy["vm_pages"]));
        assert!((0.78..=1.0).contains(&(first / all)), "{}: {first} of {all}", run["id"]);
    }
}

#[test]
fn migrations_last_longer_the_more_is_dirtied_until_none_ends() {
    let summary = summary(&sample("qemu-sweep/dirty-rate"));
    let series = summary["series"].as_array().unwrap();
    let durations: Vec<(f64, f64)> = series
        .iter()
        .filter(|series| series["metric"] == "migration_duration")
        .map(|series| {
            let rate = series["factors"]["dirty_mib_per_s"].as_str().unwrap();
            (rate.parse().unwrap(), number(&series["mean"]))
        })
        .collect();
    // In the order of the numbers, and each longer than the one before.
    assert_eq!(
        durations.iter().map(|(rate, _)| *rate).collect::<Vec<_>>(),
        [0.0, 4.0, 8.0, 10.0, 12.0, 14.0]
    );
    assert!(durations.windows(2).all(|pair| pair[0].1 < pair[1].1), "{durations:?}");
    // The link carries 15.3 MiB of pages a second: what dirties more does not converge.
    let cancelled = runs(&summary, "cancelled");
    let rates = cancelled.iter().map(|run| run["factors"]["dirty_mib_per_s"].as_str().unwrap());
    assert_eq!(rates.collect::<Vec<_>>(), ["16", "16", "16", "24", "24", "24"]);
}

#[test]
fn the_model_of_pre_copy_stands_beside_what_was_measured() {
    let summary = summary(&sample("qemu-sweep/dirty-rate"));
    let series = summary["series"].as_array().unwrap();
    let mean = |rate: &str, metric: &str| {
        let fits = |s: &&Value| s["factors"]["dirty_mib_per_s"] == rate && s["metric"] == metric;
        number(&series.iter().find(fits).unwrap_or_else(|| panic!("{rate} {metric}"))["mean"])
    };
    // It is right where little is dirtied, and too long where the guest writes to the same memory again.
    assert!(mean("0", "precopy.prediction_error").abs() < 3.0);
    assert!(mean("4", "precopy.prediction_error").abs() < 3.0);
    let errors = ["8", "10", "12", "14"].map(|rate| mean(rate, "precopy.prediction_error"));
    assert!(errors[0] > 30.0 && errors.is_sorted(), "{errors:?}");
    // The guest writes to 24 MiB again and again: a model that knows is right at every rate.
    for rate in ["0", "4", "8", "10", "12", "14"] {
        assert!(mean(rate, "precopy.prediction_error_ws").abs() < 4.0, "{rate}");
        let found = series.iter().find(|s| {
            s["factors"]["dirty_mib_per_s"] == rate && s["metric"] == "precopy.prediction_error_ws"
        });
        let values = found.unwrap()["values"].as_array().unwrap();
        assert!(
            values.iter().filter_map(Value::as_f64).all(|error| error.abs() < 12.0),
            "{rate}: {values:?}"
        );
    }
    let working_set = mean("12", "precopy.working_set") / 1_048_576.0;
    assert!((20.0..25.0).contains(&working_set), "{working_set}");
}
