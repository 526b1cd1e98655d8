//! What the program shows of a campaign of benchmarks.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{files, stdout, stillstand, summary};

fn campaign() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/xen-efficiency")
}

fn stats(more: &[&str]) -> String {
    let folder = campaign();
    stdout(&[&["stats", folder.to_str().unwrap(), "--quiet"], more].concat())
}

#[test]
fn statistics_show_benchmarks_and_no_migrations() {
    let shown = stats(&["--full"]);
    for wanted in
        ["hvm-pvdrivers, 64 loses most", "Against bare metal", "60.9 (", "solve-4000 (s)", "Fairness"]
    {
        assert!(shown.contains(wanted), "{wanted}");
    }
    for foreign in ["All conditions", "Outage", "Runs"] {
        assert!(!shown.contains(foreign), "{foreign}");
    }
    let markdown = stats(&["--format", "markdown", "--lang", "de", "--full"]);
    assert!(markdown.contains(" linux pv 32 |") && markdown.contains("60,9 ("), "{markdown}");
}

#[test]
fn every_value_is_a_row_of_the_csv() {
    let csv = stats(&["--format", "csv"]);
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("condition,metric,unit,repetition,value,low,high"));
    assert!(csv.contains("linux-pv-amdv-32-3-vm,ramspeed.l1-read.vm2,bytes_per_s,1,8916"), "{csv}");
    assert!(csv.contains("linux-native-32-single,linpack.solve-2000,s,1,20.89,20.89,20.89\n"), "{csv}");
}

#[test]
fn the_report_has_shaded_tables_in_both_documents_and_plain_ones_as_files() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report");
    let campaign = campaign();
    let output = stillstand(&["report", campaign.to_str().unwrap(), "-o", out.to_str().unwrap()], &[]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && told.contains("benchmark results →"), "{told}");
    let html = fs::read_to_string(out.join("report.html")).unwrap();
    for wanted in [
        "<th colspan=\"6\" scope=\"colgroup\">linux</th>",
        "<td class=\"numeric shade worse-3\">60.9 <span class=\"below\">",
        "<tr class=\"group\"><th colspan=\"11\" scope=\"rowgroup\">ramspeed</th></tr>",
        "<span class=\"shade even\">98 … 103</span>",
        "Efficiency",
        "Jain",
    ] {
        assert!(html.contains(wanted), "{wanted}");
    }
    assert!(!html.contains("Time zero") && !html.contains("id=\"table-overview\""));
    let files = files(&out);
    let text = |path: &str| std::str::from_utf8(&files[path]).unwrap();
    let csv = text("tables/efficiency-against-bare-metal.csv");
    assert!(csv.starts_with("benchmark,operation,linux_pv_32,linux_pv_32_low,linux_pv_32_high,"), "{csv}");
    let tex = text("tables/efficiency-against-bare-metal.tex");
    assert!(tex.contains("\\multicolumn{6}{c}{linux}") && tex.contains("\\textit{linpack}"), "{tex}");
    assert!(text("tables/several-vms-linpack.csv").contains("versus_single"));
    assert!(text("tables/block-sizes.csv").lines().count() > 100);
    // What has efficiencies is not shown a second time.
    assert!(!files.keys().any(|path| path.starts_with("figures/values-")), "{:?}", files.keys());
}

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data").join(name)
}

#[test]
fn values_without_a_baseline_are_bars_or_lines_and_never_both() {
    let figures = |name: &str| -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("report");
        let (campaign, out_path) = (sample(name), out.to_str().unwrap());
        stdout(&["report", campaign.to_str().unwrap(), "-o", out_path, "--quiet", "--format", "html"]);
        let of_figures = |path: String| path.strip_prefix("figures/").map(str::to_owned);
        files(&out).into_keys().filter_map(of_figures).collect()
    };
    assert_eq!(
        figures("cpu-cap"),
        ["placement.svg", "values-cpu-cap.svg", "values-migration.svg", "values-physical-cores.svg"]
    );
    let sweeps = figures("hypervisor-sweep");
    assert!(sweeps.len() == 8 && sweeps.iter().all(|name| name.starts_with("sweep-")), "{sweeps:?}");
}

#[test]
fn values_of_several_factors_are_a_grid_with_their_intervals_in_the_data() {
    let shown = stdout(&["stats", sample("cpu-cap").to_str().unwrap(), "--quiet", "--format", "markdown"]);
    assert!(
        shown.contains("| cap (%) | ram (MB) 512 (%) | ram (MB) 1024 (%) | ram (MB) 2048 (%) |"),
        "{shown}"
    );
    let summary = summary(&sample("cpu-cap"));
    let of = summary["benchmarks"].as_array().unwrap();
    let loops = of.iter().find(|of| of["benchmark"] == "physical-cores" && of["n"] == 10).unwrap();
    let value = |name: &str| loops[name].as_f64().unwrap();
    // Student's interval, t(0.975; 9) of any table, is part of one that allows for skew.
    let half = 2.262_157 * value("sd") / 10f64.sqrt();
    assert!((value("value") - value("ci95_low") - half).abs() < 1e-5, "{loops}");
    assert!(value("ci95_high") - value("value") > half, "{loops}");
    let read_once = of.iter().find(|of| of["benchmark"] == "migration").unwrap();
    assert_eq!(read_once["ci95_low"], serde_json::Value::Null);
}

#[test]
fn made_up_data_say_so() {
    let campaign = sample("hypervisor-sweep");
    let told = &summary(&campaign)["campaign"];
    assert_eq!((&told["provenance"], &told["reconstructed"]), (&"illustrative".into(), &false.into()));
    let shown = |lang| stdout(&["stats", campaign.to_str().unwrap(), "--quiet", "--lang", lang]);
    assert!(shown("en").contains("Illustrative data: made up"));
    assert!(shown("de").contains("Diese Daten sind ausgedacht"));
    let reconstructed = summary(&sample("xen-efficiency"));
    assert_eq!(reconstructed["campaign"]["provenance"], "reconstructed");
    assert_eq!(reconstructed["campaign"]["reconstructed"], true);
}

/// Beside a benchmark the time of a build is a result, and no migration; by itself it may be one.
#[test]
fn times_of_commands_stand_beside_benchmarks() {
    let folder = tempfile::tempdir().unwrap();
    let time = |seconds: u32| format!("\nreal\t2m{seconds}.215s\nuser\t7m30.111s\nsys\t0m12.500s\n");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let cpu = std::fs::read(root.join("parsers/fixtures/sysbench/valid/recorded-cpu.txt")).unwrap();
    for (mode, seconds) in [("native", 1), ("kvm", 8)] {
        for repetition in 1..=3 {
            let run = folder.path().join(mode).join(repetition.to_string());
            std::fs::create_dir_all(&run).unwrap();
            std::fs::write(run.join("make-time.txt"), time(seconds + repetition)).unwrap();
            std::fs::write(run.join("sysbench.log"), &cpu).unwrap();
        }
    }
    let summary = crate::summary(folder.path());
    assert_eq!(summary["runs"].as_array().unwrap().len(), 0, "{}", summary["runs"]);
    let benchmarks = summary["benchmarks"].as_array().unwrap();
    let of = |name: &str| benchmarks.iter().filter(|one| one["benchmark"] == name).count();
    assert!(of("command") == 2 && of("sysbench") >= 2, "{benchmarks:?}");
    let build = benchmarks
        .iter()
        .find(|one| one["benchmark"] == "command" && one["factors"]["load"] == "native")
        .unwrap();
    assert!((build["value"].as_f64().unwrap() - 123.215).abs() < 1e-9, "{build}");
    for mode in ["native", "kvm"] {
        for repetition in 1..=3 {
            std::fs::remove_file(folder.path().join(format!("{mode}/{repetition}/sysbench.log"))).unwrap();
        }
    }
    assert_eq!(crate::summary(folder.path())["runs"].as_array().unwrap().len(), 6);
}
