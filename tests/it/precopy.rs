//! What migrations transferred: the published means come back from the hypervisor's logs.

use std::path::Path;

use serde_json::Value;

use crate::summary;

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value}"))
}

/// Benchmark, total, relative deviation in per cent, first, middle (mean) and last round, rounds; as printed.
const PUBLISHED: [(&str, f64, f64, f64, f64, f64, f64); 5] = [
    ("CG.B.4", 149_951.0, 6.0, 130_017.0, 675.0, 1040.0, 30.0),
    ("EP.B.4", 138_941.0, 4.0, 130_656.0, 283.0, 359.0, 30.0),
    ("FT.B.4", 470_278.0, 8.0, 41_334.0, 36_256.0, 66_385.0, 24.0),
    ("LU.B.4", 189_551.0, 6.0, 120_910.0, 2108.0, 9617.0, 30.0),
    ("HPL", 833_263.0, 7.0, 46_390.0, 25_859.0, 62_094.0, 30.0),
];

#[test]
fn published_pages_come_back_and_what_does_not_add_up_is_told() {
    let summary = summary(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/xen-precopy"));
    let series = summary["series"].as_array().unwrap();
    let of = |load: &str, metric: &str| {
        let fits =
            |s: &&Value| s["factors"]["load"] == load && s["metric"] == format!("precopy.{metric}").as_str();
        series.iter().find(fits).unwrap_or_else(|| panic!("{load} {metric}")).clone()
    };
    for (load, total, deviation, first, middle, last, rounds) in PUBLISHED {
        let mean = |metric| number(&of(load, metric)["mean"]);
        assert_eq!(mean("pages_total"), total, "{load}");
        assert_eq!(mean("pages_first"), first, "{load}");
        assert_eq!(mean("pages_middle_mean").round(), middle, "{load}");
        assert_eq!(mean("pages_last"), last, "{load}");
        assert_eq!(mean("rounds"), rounds, "{load}");
        // With n or with n − 1: the study does not say.
        let relative = 100.0 * number(&of(load, "pages_total")["sd"]) / total;
        let rounded = [relative, relative * (4.0_f64 / 5.0).sqrt()].map(f64::round);
        assert!(rounded.contains(&deviation), "{load}: {relative}");
    }
    let published = summary["published"].as_array().unwrap();
    assert!(published.len() == 25 && published.iter().all(|of| of["agrees"] == true), "{published:?}");
    assert!((number(&of("FT.B.4", "amplification")["mean"]) - 3.6).abs() < 0.05);
    assert!((number(&of("LU.B.4", "amplification")["mean"]) - 1.45).abs() < 0.005);
    let told: Vec<&str> = summary["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|d| d["code"] == "rounds-do-not-add-up")
        .map(|d| d["file"].as_str().unwrap())
        .collect();
    assert_eq!(told.len(), 5);
    assert!(told.iter().all(|file| file.starts_with("FT.B.4/")), "{told:?}");
}

#[test]
fn of_two_migrations_in_one_log_the_last_counts_and_both_are_told() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/xen-precopy");
    let read = |load: &str| std::fs::read_to_string(sample.join(load).join("1/xend.log")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("both/1");
    std::fs::create_dir_all(&run).unwrap();
    // EP's was first: other rounds, other pages.
    std::fs::write(run.join("xend.log"), read("EP.B.4") + &read("idle-512MB")).unwrap();
    let both = summary(folder.path());
    let alone = summary(&sample);
    let of_idle = |run: &&Value| run["factors"]["load"] == "idle-512MB" && run["repetition"] == 1;
    let idle = alone["runs"].as_array().unwrap().iter().find(of_idle).unwrap();
    assert_eq!(both["runs"][1]["precopy"], idle["precopy"]);
    assert_eq!(
        (both["runs"].as_array().unwrap().len(), &both["runs"][1]["factors"]["part"]),
        (2, &"2".into())
    );
    let told = both["diagnostics"].as_array().unwrap().iter().filter(|d| d["code"] == "several-parts");
    assert_eq!(told.count(), 1);
}

#[test]
fn what_dirties_more_than_is_sent_does_not_converge_though_xen_ends_it() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/xen-precopy");
    let summary = summary(&sample);
    let of = |load: &str| {
        let all = summary["convergence"].as_array().unwrap();
        all.iter().find(|of| of["factors"]["load"] == load).unwrap_or_else(|| panic!("{load}"))
    };
    // What the last-but-one round dirtied stands on a line of its own.
    let round = regex::Regex::new(r"(\d+): sent (\d+), skipped[\s\S]*?dirtied \d+Mb/s (\d+) pages").unwrap();
    let ratio = |run: u32| {
        let log = std::fs::read_to_string(sample.join(format!("HPL/{run}/xend.log"))).unwrap();
        let rounds: Vec<(f64, f64)> = round
            .captures_iter(&log)
            .map(|found| (found[2].parse().unwrap(), found[3].parse().unwrap()))
            .collect();
        let middle = &rounds[1..rounds.len() - 1];
        middle.iter().map(|round| round.1).sum::<f64>() / middle.iter().map(|round| round.0).sum::<f64>()
    };
    let mean = (1..=5).map(ratio).sum::<f64>() / 5.0;
    let told = of("HPL");
    assert!((number(&told["dirtied_to_sent"]) - mean).abs() < 1e-9, "{told} {mean}");
    assert_eq!((&told["converges"], &told["completed"]), (&Value::from(false), &Value::from(5)));
    assert_eq!(of("idle-512MB")["converges"], true);
    let amplified =
        summary["findings"].as_array().unwrap().iter().find(|f| f["code"] == "amplified").unwrap();
    assert_eq!(amplified["factors"]["load"], "HPL");
    assert!((number(&amplified["values"]["times"]) - 833_263.0 / 131_072.0).abs() < 1e-3, "{amplified}");
}
