//! Commands beside the main job: figures, completions, the manual page, folders of files.

use crate::{campaign, part_of_campaign, stdout, stillstand};

#[test]
fn a_figure_shows_a_quantity_of_all_conditions() {
    let folder = part_of_campaign(&["campaign", "none", "memtester"]);
    let figure = |arguments: &[&str]| {
        let path = folder.path().to_str().unwrap();
        stdout(&[&["figure", path, "--quiet", "--metric"], arguments].concat())
    };
    let sent = figure(&["net.sent", "--host", "source"]);
    assert!(sent.starts_with("<svg") && sent.contains("Network, sent, kirsche (source)"), "{sent}");
    for condition in ["none", "memtester"] {
        assert!(sent.contains(&format!(">{condition}</text>")), "{condition}");
    }
    assert_eq!(sent, figure(&["net.sent", "--host", "kirsche"]));
    assert!(figure(&["ping.rtt", "--lang", "de"]).contains("Umlaufzeit (Ping)"));
    let one = figure(&["outage_ping", "--where", "load=none"]);
    assert!(one.contains("Outage, ping") && !one.contains("memtester"), "{one}");
    let file = folder.path().join("f.svg");
    figure(&["net.sent", "--host", "source", "-o", file.to_str().unwrap()]);
    assert_eq!(std::fs::read_to_string(file).unwrap(), sent);
    // In a column the text has the size that is asked for.
    for metric in ["net.sent", "outage_ping"] {
        let column = figure(&[metric, "--host", "source", "--width", "85", "--font-size", "7"]);
        assert!(column.contains("width=\"85mm\""), "{column}");
        let units: f64 =
            column.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        // 66 units are the size of a label, here 7 points.
        assert!((units / (85.0 / 25.4 * 72.0) * 7.0 - 66.0).abs() < 0.1, "{units}");
    }
}

#[test]
fn a_figure_that_cannot_be_says_what_can() {
    let folder = part_of_campaign(&["campaign", "none"]);
    let path = folder.path().to_str().unwrap();
    for (arguments, told) in [
        (&["--metric", "net.sent"][..], "choose one with --host (apfel, kirsche)"),
        (&["--metric", "net.sent", "--host", "birne"], "there is no host `birne`; the hosts are"),
        (
            &["--metric", "nonsense"],
            "there is no quantity `nonsense`; this campaign has migration_duration, outage_ping",
        ),
        (&["--metric", "outage_ping", "--where", "load=x"], "`load` has no level `x`"),
        (&["--metric", "outage_ping", "--width", "60", "--font-size", "20"], "at least"),
    ] {
        let output = stillstand(&[&["figure", path, "--quiet"], arguments].concat(), &[]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && error.contains(told), "{error}");
    }
}

#[test]
fn shells_complete_and_the_manual_has_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = stdout(&["completions", shell]);
        assert!(script.contains("stillstand") && script.contains("placement"), "{shell}");
    }
    let page = stdout(&["man"]);
    assert!(page.contains(".TH stillstand"), "{page}");
    for command in ["REPORT", "STATS", "FIGURE", "COMPLETIONS"] {
        assert!(page.contains(&format!("COMMAND {command}")), "{command}");
    }
}

#[test]
fn the_files_of_a_folder_are_inspected_in_a_table() {
    let folder = part_of_campaign(&["none1"]);
    std::fs::write(folder.path().join("notes.txt"), "nothing\n").unwrap();
    let table = stdout(&["inspect", folder.path().to_str().unwrap()]);
    assert!(
        table.lines().any(|line| line.contains("none1-ping.test") && line.contains("ping-gawk")),
        "{table}"
    );
    assert!(
        table.lines().any(|line| line.contains("notes.txt") && line.contains("not recognised")),
        "{table}"
    );
}

#[test]
fn a_mistyped_folder_is_guessed() {
    let missing = campaign().with_file_name("xen-live-migratoin");
    let output = stillstand(&["stats", missing.to_str().unwrap()], &[]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains("no such folder; did you mean") && error.contains("xen-live-migration?"),
        "{error}"
    );
}
