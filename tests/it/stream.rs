//! The streaming series: the published numbers come back, and both services stand side by side.

use std::path::{Path, PathBuf};

use crate::{stdout, summary};

/// Guest-clock outage (s), lost frames and lost buffers at the Linux and the Windows client.
type Repetition = (f64, [i64; 2], [i64; 2]);

/// The five repetitions of each load, as the study printed them.
const TABLES: [(&str, [Repetition; 5]); 5] = [
    (
        "none",
        [
            (1.14, [5, 9], [2, 64]),
            (1.05, [5, 8], [3, 65]),
            (0.82, [38, 13], [47, 109]),
            (1.05, [5, 9], [2, 64]),
            (1.49, [24, 9], [31, 96]),
        ],
    ),
    (
        "memtester",
        [
            (26.73, [591, 14], [1136, 215]),
            (30.36, [598, 13], [1392, 592]),
            (11.05, [316, 14], [486, 190]),
            (21.2, [596, 12], [906, 181]),
            (27.47, [601, 81], [1217, 432]),
        ],
    ),
    (
        "netperf",
        [
            (17.11, [406, 28], [630, 532]),
            (28.24, [585, 28], [1226, 480]),
            (7.86, [208, 9], [349, 336]),
            (21.45, [602, 33], [979, 624]),
            (8.67, [196, 13], [298, 207]),
        ],
    ),
    (
        "cpuburn",
        [
            (7.14, [165, 14], [250, 144]),
            (15.98, [429, 19], [732, 791]),
            (8.45, [237, 10], [358, 184]),
            (8.33, [226, 13], [337, 116]),
            (8.57, [240, 73], [366, 238]),
        ],
    ),
    (
        "iometer",
        [
            (2.66, [64, 16], [90, 156]),
            (2.58, [14, 9], [18, 80]),
            (1.22, [5, 10], [2, 65]),
            (1.01, [23, 8], [26, 93]),
            (1.08, [7, 8], [2, 64]),
        ],
    ),
];

fn campaign() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/xen-stream")
}

#[test]
fn every_value_of_the_published_tables() {
    let summary = summary(&campaign());
    let runs = summary["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 25);
    for (load, repetitions) in TABLES {
        for (index, (outage_s, frames, buffers)) in repetitions.into_iter().enumerate() {
            let run = runs
                .iter()
                .find(|run| run["factors"]["load"] == load && run["repetition"] == index + 1)
                .unwrap_or_else(|| panic!("{load} {index}"));
            assert_eq!(run["ping"], serde_json::Value::Null);
            let outage = &run["outages"][0];
            assert_eq!(outage["method"], "guest-clock");
            let seen = outage["estimate_s"].as_f64().unwrap();
            assert!((seen - outage_s).abs() < 0.01, "{load} {index}: {seen}");
            for (place, client) in ["linux", "windows"].into_iter().enumerate() {
                let stream = run["streams"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .find(|stream| stream["client"] == client)
                    .unwrap();
                assert_eq!(stream["lost_frames"], frames[place], "{load} {index} {client}");
                assert_eq!(stream["lost_buffers"], buffers[place], "{load} {index} {client}");
            }
        }
    }
}

#[test]
fn stated_means_agree_but_for_the_one_that_cannot() {
    let summary = summary(&campaign());
    let published = summary["published"].as_array().unwrap();
    assert!(published.len() >= 6);
    for figure in published {
        assert_eq!(figure["agrees"], figure["stated"] != 0.9, "{figure}");
    }
}

#[test]
fn lost_frames_are_series_beside_what_the_outage_should_have_cost() {
    let summary = summary(&campaign());
    let mean = |metric: &str| {
        let series = summary["series"].as_array().unwrap();
        let found = series.iter().find(|s| s["factors"]["load"] == "none" && s["metric"] == metric).unwrap();
        found["mean"].as_f64().unwrap()
    };
    // 25 frames a second for 1.11 s, where the study computed 22.5 from its mistaken mean.
    assert!((mean("frames_expected_lost") - 27.76).abs() < 0.01);
    assert!((mean("lost_frames.linux") - 15.4).abs() < 1e-9);
    assert!((mean("lost_buffers.windows") - 79.6).abs() < 1e-9);
}

#[test]
fn both_services_stand_side_by_side_for_each_load() {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    let folders = ["xen-live-migration", "xen-stream"].map(|name| above.join(name));
    let [ping, stream] = folders.each_ref().map(|folder| folder.to_str().unwrap());
    let text = stdout(&["stats", ping, stream, "--format", "json", "--quiet"]);
    let summary: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(summary["runs"].as_array().unwrap().len(), 50);
    for (load, _) in TABLES {
        let across = summary["comparisons"].as_array().unwrap().iter().find(|c| {
            c["metric"] == "outage_guest_clock"
                && (&c["a"]["load"], &c["b"]["load"]) == (&load.into(), &load.into())
                && c["a"]["service"] == "ping"
                && c["b"]["service"] == "stream"
        });
        let across = across.unwrap_or_else(|| panic!("{load}"));
        assert!(across["ratio"].as_f64().unwrap() > 0.5, "{across}");
    }
}
