//! The same inputs give the same bytes, and `verify` tells when they do not.

use std::fs;

use crate::{campaign, files, part_of_campaign, stillstand};

#[test]
fn a_report_is_the_same_bytes_with_any_jobs_and_in_any_time_zone() {
    let folder = tempfile::tempdir().unwrap();
    let campaign = campaign();
    let report = |name: &str, jobs: &str, zone: &str| {
        let out = folder.path().join(name);
        let arguments = ["report", campaign.to_str().unwrap(), "-o", out.to_str().unwrap(), "--jobs", jobs];
        let output =
            stillstand(&arguments, &[("TZ", zone), ("LC_ALL", "de_DE.UTF-8"), ("RAYON_NUM_THREADS", jobs)]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        files(&out)
    };
    let one = report("one", "1", "UTC");
    let two = report("two", "2", "Asia/Tokyo");
    assert!(one.contains_key("report.pdf") && one.contains_key("report.html"));
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    for (path, bytes) in &one {
        assert!(*bytes == two[path], "{path} differs");
    }
}

#[test]
fn verify_tells_what_differs() {
    let part = part_of_campaign(&["none1", "none2"]);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report");
    let (campaign, out_name) = (part.path().to_str().unwrap(), out.to_str().unwrap());
    assert!(stillstand(&["report", campaign, "-o", out_name, "--quiet"], &[]).status.success());
    let verify = || {
        let output = stillstand(&["verify", out_name], &[]);
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, text) = verify();
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("byte for byte"), "{text}");

    let table = out.join("tables/overview.csv");
    let original = fs::read(&table).unwrap();
    fs::write(&table, "tampered").unwrap();
    assert_eq!(verify(), (Some(4), "output altered since it was written: tables/overview.csv\n".to_owned()));
    fs::write(&table, original).unwrap();

    fs::write(out.join("figures/mine.svg"), "").unwrap();
    assert_eq!(verify(), (Some(4), "not a file of the report: figures/mine.svg\n".to_owned()));
    fs::remove_file(out.join("figures/mine.svg")).unwrap();

    let log = part.path().join("none1-ping.test");
    let text = fs::read_to_string(&log).unwrap();
    let shorter: String =
        text.lines().filter(|line| !line.contains(" 300 ")).map(|line| format!("{line}\n")).collect();
    fs::write(&log, shorter).unwrap();
    let (code, text) = verify();
    assert_eq!(code, Some(4));
    assert!(text.contains("input changed: none1-ping.test"), "{text}");
    assert!(text.contains("output not reproduced: summary.json"), "{text}");
}

#[test]
fn a_campaign_that_was_moved_is_still_verified() {
    let part = part_of_campaign(&["none1", "none2"]);
    let folder = tempfile::tempdir().unwrap();
    let (out, moved) = (folder.path().join("report"), folder.path().join("elsewhere"));
    let arguments =
        ["report", part.path().to_str().unwrap(), "-o", out.to_str().unwrap(), "--format", "html"];
    assert!(stillstand(&arguments, &[]).status.success());
    fs::rename(part.path(), &moved).unwrap();
    let arguments = ["verify", out.to_str().unwrap(), "--campaign", moved.to_str().unwrap()];
    let output = stillstand(&arguments, &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
