//! The report folder holds what it should.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

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
    // What numbers come from is too long for a paper.
    assert_eq!(count("tables/", ".csv"), count("tables/", ".tex") + 1);
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
        "time-line",
        "11.72",
        "12.60",
        "95 %",
        "<svg",
    ] {
        assert!(html.contains(wanted), "{wanted}");
    }
    // The library of the script says where it comes from.
    let html = html.replacen("/*! https://github.com/leeoniya/uPlot (v1.6.32) */", "", 1);
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

/// Brief is part of standard and standard of full, in which every figure and every table of the folder is; the folder is the
/// same with each, and each is made again as it was.
#[test]
fn documents_show_as_much_as_is_asked_for() {
    let part = part_of_campaign(&["none1", "none2", "none3", "memtester1", "memtester2", "memtester3"]);
    let mut shown: Vec<(BTreeSet<String>, BTreeSet<String>)> = Vec::new();
    let mut folders = Vec::new();
    for detail in ["brief", "standard", "full"] {
        let out = part.path().join(detail);
        let to = out.to_str().unwrap();
        let arguments =
            ["report", part.path().to_str().unwrap(), "-o", to, "--format", "html", "--detail", detail];
        assert!(stillstand(&arguments, &[]).status.success());
        assert!(stillstand(&["verify", to], &[]).status.success());
        let page = fs::read_to_string(out.join("report.html")).unwrap();
        let names = |folder: &str, extension: &str| -> BTreeSet<String> {
            let all = fs::read_dir(out.join(folder)).unwrap().map(|file| file.unwrap().file_name());
            let names = all.map(|name| name.to_str().unwrap().to_owned());
            names.filter_map(|name| Some(name.strip_suffix(extension)?.to_owned())).collect()
        };
        let (figures, tables) = (names("figures", ".svg"), names("tables", ".csv"));
        let is_in_page = |of: &str, id: &String| page.contains(&format!("href=\"{of}/{id}."));
        let on_page = |of: &str, all: &BTreeSet<String>| -> BTreeSet<String> {
            all.iter().filter(|id| is_in_page(of, id)).cloned().collect()
        };
        shown.push((on_page("figures", &figures), on_page("tables", &tables)));
        folders.push((figures, tables));
    }
    assert!(folders.iter().all(|folder| *folder == folders[0]));
    let [(brief, of_brief), (standard, of_standard), (full, of_full)] = &shown[..] else { panic!() };
    assert!(brief.is_subset(standard) && standard.is_subset(full) && brief.len() == 1, "{brief:?}");
    assert!(of_brief.is_subset(of_standard) && of_standard.is_subset(of_full) && of_brief.len() == 1);
    assert_eq!(*full, folders[0].0, "every figure");
    // What stands in a table as a matrix, or in sentences, has its rows in a file.
    let left: Vec<&String> = folders[0].1.difference(of_full).collect();
    let rows = ["checks-", "phases-", "flags"];
    assert!(left.iter().all(|id| rows.iter().any(|of| id.starts_with(of))), "{left:?}");
    assert!(standard.len() < full.len() / 2 && of_standard.len() < of_full.len() / 2);
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

/// Pictures for those who take no SVG, and the document for TeX with its figures beside it.
#[test]
fn pictures_and_tex_on_request() {
    let campaign = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/qemu-lost-guest");
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report");
    let made = stillstand(
        &["report", campaign.to_str().unwrap(), "-o", out.to_str().unwrap(), "--format", "tex", "--png"],
        &[],
    );
    assert!(made.status.success(), "{made:?}");
    let names = |ending: &str| -> Vec<String> {
        let all = fs::read_dir(out.join("figures")).unwrap().map(|entry| entry.unwrap().path());
        let mut stems: Vec<String> = all
            .filter(|path| path.extension().is_some_and(|found| found == ending))
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        stems.sort();
        stems
    };
    assert!(!names("svg").is_empty());
    assert_eq!((names("png"), names("pdf")), (names("svg"), names("svg")));
    let text = fs::read_to_string(out.join("report.tex")).unwrap();
    for named in text.split("{figures/").skip(1).filter_map(|rest| rest.split('}').next()) {
        assert!(out.join("figures").join(named).exists(), "{named}");
    }
    let arguments = ["-jobname=paper", "-interaction=nonstopmode", "-halt-on-error", "report.tex"];
    match std::process::Command::new("pdflatex").args(arguments).current_dir(&out).output() {
        Ok(set) => assert!(set.status.success(), "{}", String::from_utf8_lossy(&set.stdout)),
        Err(_) => println!("not tested: there is no pdflatex here"),
    }
}

#[test]
fn a_figure_is_what_its_file_says() {
    let campaign = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/qemu-lost-guest");
    let folder = tempfile::tempdir().unwrap();
    for (name, begins) in [("f.svg", "<svg".as_bytes()), ("f.PNG", b"\x89PNG"), ("f.pdf", b"%PDF-")] {
        let path = folder.path().join(name);
        let drawn =
            ["figure", campaign.to_str().unwrap(), "--metric", "ping.rtt", "-o", path.to_str().unwrap()];
        assert!(stillstand(&drawn, &[]).status.success());
        assert!(fs::read(&path).unwrap().starts_with(begins), "{name}");
    }
}

/// What the typesetter finds accessible says so; pdfinfo and a validator of PDF/UA read it.
#[test]
fn a_pdf_says_that_it_is_accessible() {
    for campaign in ["qemu-lost-guest", "xen-efficiency", "hypervisor-sweep"] {
        let campaign = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data").join(campaign);
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("report");
        stillstand(
            &["report", campaign.to_str().unwrap(), "-o", out.to_str().unwrap(), "--format", "pdf"],
            &[],
        );
        let pdf = fs::read(out.join("report.pdf")).unwrap();
        assert!(
            String::from_utf8_lossy(&pdf).contains("<pdfuaid:part>1</pdfuaid:part>"),
            "{}",
            campaign.display()
        );
    }
}
