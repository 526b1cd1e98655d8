//! The report folder holds what it should.

use std::fs;

use crate::{campaign, files, part_of_campaign, stillstand};

#[test]
fn the_folder_of_the_sample_campaign() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report");
    let output = stillstand(&["report", campaign().to_str().unwrap(), "-o", out.to_str().unwrap()], &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let files = files(&out);
    let count = |folder: &str, extension: &str| {
        files.keys().filter(|path| path.starts_with(folder) && path.ends_with(extension)).count()
    };
    // Five loads × (two hosts × five kinds + round trips + time line), the overview, two pairs of methods, seven overlays.
    assert_eq!(count("figures/", ".svg"), 70);
    assert_eq!(count("tables/", ".csv"), count("tables/", ".tex"));
    assert!(count("tables/", ".csv") >= 20);
    assert!(files["report.pdf"].starts_with(b"%PDF-"));
    let summary: serde_json::Value = serde_json::from_slice(&files["summary.json"]).unwrap();
    assert_eq!(summary["schema"], 1);
    for curve in summary["curves"].as_array().unwrap() {
        let path = curve["file"].as_str().unwrap();
        assert!(files[path].starts_with(b"PAR1"), "{path}");
    }
    let html = std::str::from_utf8(&files["report.html"]).unwrap();
    for wanted in [
        "memtester",
        "Reconstructed data",
        "checks between the sources",
        "✗",
        "time-line",
        "11.72",
        "12.60",
        "95 %",
        "<svg",
    ] {
        assert!(html.contains(wanted), "{wanted}");
    }
    for foreign in ["http://", "https://"] {
        let elsewhere = html.split(foreign).skip(1).filter(|rest| !rest.starts_with("www.w3.org/")).count();
        assert_eq!(elsewhere, 0, "the report refers to {foreign}");
    }
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".svg")) {
        let svg = std::str::from_utf8(bytes).unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{path}");
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{path}");
    }
    let manifest: serde_json::Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    assert_eq!(manifest["campaigns"][0]["inputs"].as_object().unwrap().len(), 180);
    assert_eq!(manifest["outputs"].as_object().unwrap().len(), files.len() - 1);
}

#[test]
fn only_the_documents_asked_for_in_the_language_asked_for() {
    let part = part_of_campaign(&["none1", "none2", "none3"]);
    let out = part.path().join("out");
    let arguments = [
        "report",
        part.path().to_str().unwrap(),
        "-o",
        out.to_str().unwrap(),
        "--format",
        "html",
        "--lang",
        "de",
    ];
    assert!(stillstand(&arguments, &[]).status.success());
    assert!(!out.join("report.pdf").exists());
    let html = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(html.contains("lang=\"de\"") && html.contains("Datenqualität") && html.contains("0,80"));
}

#[test]
fn a_hostile_name_appears_literally() {
    let part = part_of_campaign(&["none1", "none2"]);
    let hostile = "title = \"<script>alert(1)</script> #panic() $x$ & \\\\\"\n";
    fs::write(part.path().join("campaign.toml"), hostile).unwrap();
    let out = part.path().join("out");
    let output = stillstand(&["report", part.path().to_str().unwrap(), "-o", out.to_str().unwrap()], &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let html = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(!html.contains("<script>alert") && html.contains("&lt;script&gt;"));
}

#[test]
fn curves_can_be_aligned_at_other_events() {
    let part = part_of_campaign(&["cpuburn"]);
    let out = part.path().join("out");
    let arguments =
        ["report", part.path().to_str().unwrap(), "-o", out.to_str().unwrap(), "--align", "resume"];
    assert!(stillstand(&arguments, &[]).status.success());
    let summary: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("summary.json")).unwrap()).unwrap();
    assert_eq!(summary["campaign"]["align"], "resume");
}
