//! Nothing in a folder hangs the program, crashes it or costs a report; what is written is safe.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::{campaign, files, part_of_campaign, stillstand, summary};

/// Runs the program in `folder`.
fn in_folder(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stillstand")).args(arguments).current_dir(folder).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn succeeds(output: &Output) {
    assert!(output.status.success(), "{}", stderr(output));
}

fn path(folder: &Path) -> &str {
    folder.to_str().unwrap()
}

#[test]
fn a_report_inside_its_campaign_is_no_input() {
    let part = part_of_campaign(&["none1", "none2"]);
    let arguments = ["report", ".", "-o", "report", "--format", "html", "--force", "--quiet"];
    let mut first = None;
    for _ in 0..3 {
        succeeds(&in_folder(part.path(), &arguments));
        succeeds(&in_folder(part.path(), &["verify", "report", "--quiet"]));
        let written = files(&part.path().join("report"));
        assert!(first.get_or_insert_with(|| written.clone()) == &written, "the same runs each time");
    }
    // A dataset, and a report of a portfolio, are none either.
    succeeds(&in_folder(part.path(), &["ingest", ".", "-o", "dataset", "--quiet"]));
    succeeds(&in_folder(part.path(), &["verify", "report", "--quiet"]));
    let output = in_folder(part.path(), &["stats", "report"]);
    assert!(stderr(&output).contains("written by stillstand") && output.status.code() == Some(1));
}

#[test]
fn what_is_not_ours_in_an_output_stays() {
    let part = part_of_campaign(&["none1"]);
    let arguments = ["report", ".", "-o", "report", "--format", "html", "--force", "--quiet"];
    succeeds(&in_folder(part.path(), &arguments));
    fs::write(part.path().join("report/notes.txt"), "precious").unwrap();
    let output = in_folder(part.path(), &arguments);
    assert!(output.status.code() == Some(1) && stderr(&output).contains("notes.txt"), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(part.path().join("report/notes.txt")).unwrap(), "precious");
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn what_is_no_file_of_the_campaign_is_named_and_the_rest_is_read() {
        let outside = tempfile::tempdir().unwrap();
        let secret = outside.path().join("secret");
        fs::write(&secret, "root:x:0:0:password\n").unwrap();
        let part = part_of_campaign(&["none1", "none2"]);
        let at = |name: &str| part.path().join(name);
        symlink(&secret, at("none3-ping.test")).unwrap();
        symlink("/dev/zero", at("none4-ping.test")).unwrap();
        symlink("nowhere", at("none5-ping.test")).unwrap();
        assert!(Command::new("mkfifo").arg(at("none6-ping.test")).status().unwrap().success());
        let summary = summary(part.path());
        assert_eq!(summary["runs"].as_array().unwrap().len(), 2);
        let told: Vec<&serde_json::Value> =
            summary["diagnostics"].as_array().unwrap().iter().filter(|d| d["code"] == "not-read").collect();
        assert_eq!(told.len(), 4, "{told:?}");
        assert!(!summary.to_string().contains("password"));
    }

    #[test]
    fn a_configuration_from_outside_is_not_quoted() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "root:x:0:0:password\n").unwrap();
        let part = part_of_campaign(&["none1"]);
        let toml = part.path().join("campaign.toml");
        symlink(outside.path().join("secret"), &toml).unwrap();
        let output = stillstand(&["stats", path(part.path())], &[]);
        assert!(
            output.status.code() == Some(2) && !stderr(&output).contains("password"),
            "{}",
            stderr(&output)
        );
        fs::remove_file(&toml).unwrap();
        assert!(Command::new("mkfifo").arg(&toml).status().unwrap().success());
        let output = stillstand(&["stats", path(part.path())], &[]);
        assert!(output.status.code() == Some(2) && stderr(&output).contains("FIFO"), "{}", stderr(&output));
    }

    #[test]
    fn names_that_differ_in_one_byte_stay_two_whatever_the_order_of_the_folder() {
        let sample = |name: &str| fs::read(campaign().join(name)).unwrap();
        let dstat = [sample("none1-dstat-apfel.test"), sample("none2-dstat-apfel.test")];
        let mut first: Option<Vec<u8>> = None;
        for copy in 0..12_u8 {
            let part = part_of_campaign(&["none1-p", "none1-m"]);
            let mut names = [(0xe4_u8, &dstat[0]), (0xe5, &dstat[1])];
            if copy % 2 == 1 {
                names.reverse();
            }
            // The order of a folder depends on what was in it.
            for filler in 0..copy {
                fs::write(part.path().join(format!(".filler{filler}")), "").unwrap();
            }
            for (byte, content) in names {
                let name = OsString::from_vec([b"none1-dstat-h", [byte].as_slice(), b".test"].concat());
                fs::write(part.path().join(name), content).unwrap();
            }
            let output = in_folder(part.path(), &["stats", "../here", "--format", "json", "--quiet"]);
            assert_eq!(output.status.code(), Some(1), "there is no such folder");
            let link = tempfile::tempdir().unwrap();
            symlink(part.path(), link.path().join("here")).unwrap();
            let output = in_folder(link.path(), &["stats", "here", "--format", "json", "--quiet"]);
            succeeds(&output);
            let text = String::from_utf8(output.stdout.clone()).unwrap();
            assert!(text.contains("h\\\\xE4") && text.contains("h\\\\xE5"));
            assert!(first.get_or_insert_with(|| output.stdout.clone()) == &output.stdout, "copy {copy}");
        }
    }

    /// Whether numbers are repetitions is looked up in the other files of the folder: only in those that may be read.
    #[test]
    fn what_is_not_read_is_not_searched_for_names_either() {
        let part = part_of_campaign(&[
            "memtester1-p",
            "memtester2-p",
            "memtester3-p",
            "memtester1-m",
            "memtester2-m",
        ]);
        let outside = tempfile::tempdir().unwrap();
        let secret = outside.path().join("secret.txt");
        fs::write(&secret, "memtester1 memtester2 memtester3\n").unwrap();
        symlink(&secret, part.path().join("list.txt")).unwrap();
        let fifo = part.path().join("pipe.txt");
        assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        let summary = summary(part.path());
        let codes: Vec<&str> =
            summary["diagnostics"].as_array().unwrap().iter().map(|d| d["code"].as_str().unwrap()).collect();
        assert_eq!(codes.iter().filter(|code| **code == "not-read").count(), 2, "{codes:?}");
        assert!(!codes.contains(&"repetitions-assumed"), "{codes:?}");
        // Inside of the campaign it is.
        fs::write(part.path().join("names.txt"), "memtester1 memtester2 memtester3\n").unwrap();
        assert!(crate::summary(part.path()).to_string().contains("repetitions-assumed"));
    }

    #[test]
    fn a_folder_that_cannot_be_listed_is_named() {
        let part = part_of_campaign(&["none1"]);
        let closed = part.path().join("closed");
        fs::create_dir(&closed).unwrap();
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
        // root may read everything; then there is nothing to tell.
        let readable = fs::read_dir(&closed).is_ok();
        let summary = summary(part.path());
        let told = summary["diagnostics"].as_array().unwrap().iter().any(|d| d["file"] == "closed");
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
        assert_eq!(told, !readable);
    }

    #[test]
    fn a_signal_has_the_last_word() {
        let part = part_of_campaign(&["none1"]);
        // A pipe that nobody closes keeps `inspect` waiting.
        let pipe = part.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let child = Command::new(env!("CARGO_BIN_EXE_stillstand"))
            .args(["inspect", path(&pipe)])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Once this opens, the other side has opened it, too, and its handler stands.
        let writer = fs::OpenOptions::new().write(true).open(&pipe).unwrap();
        assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        drop(writer);
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&output.status), Some(15));
        assert!(stderr(&output).contains("SIGTERM: nothing was written"), "{}", stderr(&output));
    }

    #[test]
    fn verify_never_leaves_the_report() {
        let outside = tempfile::tempdir().unwrap();
        let part = part_of_campaign(&["none1"]);
        let out = outside.path().join("report");
        let arguments = ["report", path(part.path()), "-o", path(&out), "--format", "html", "--quiet"];
        succeeds(&stillstand(&arguments, &[]));
        let check = |differs: &[&str]| {
            let output = stillstand(&["verify", path(&out), "--quiet"], &[]);
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert_eq!(output.status.code(), Some(4), "{text}{}", stderr(&output));
            for line in differs {
                assert!(text.contains(line), "{line} in {text}");
            }
        };
        let html = out.join("report.html");
        let elsewhere = outside.path().join("elsewhere.html");
        fs::rename(&html, &elsewhere).unwrap();
        symlink(&elsewhere, &html).unwrap();
        check(&["output missing: report.html"]);
        fs::remove_file(&html).unwrap();
        assert!(Command::new("mkfifo").arg(&html).status().unwrap().success());
        check(&["output missing: report.html"]);
        fs::remove_file(&html).unwrap();
        fs::copy(&elsewhere, &html).unwrap();
        fs::create_dir(out.join("empty")).unwrap();
        symlink("/", out.join("root")).unwrap();
        check(&["not a file of the report: empty/", "not a file of the report: root"]);
        fs::remove_dir(out.join("empty")).unwrap();
        fs::remove_file(out.join("root")).unwrap();

        let manifest = out.join("manifest.json");
        let whole = fs::read_to_string(&manifest).unwrap();
        for (from, to, differs) in [
            ("\"schema\": ", "\"schema\": 1", "manifest.json has another value: schema"),
            ("\"outputs\": {", "\"new\": 1, \"outputs\": {", "manifest.json has another value: new"),
            (
                "\"outputs\": {",
                "\"outputs\": { \"../x\": \"\", ",
                "not in the report folder, so not compared: ../x",
            ),
            ("{\n", "{ \n", "manifest.json has another value: it says the same in other bytes"),
        ] {
            fs::write(&manifest, whole.replacen(from, to, 1)).unwrap();
            check(&[differs]);
        }
    }
}

/// With its reader gone, a command ends as it would have.
#[test]
fn the_exit_status_does_not_depend_on_who_reads() {
    let part = part_of_campaign(&["none1"]);
    let limit = "[[limits]]\nmetric = \"outage_ping\"\nstatistic = \"max\"\nat_most = 0.5\n";
    fs::write(part.path().join("campaign.toml"), limit).unwrap();
    let out = part.path().join("out");
    let arguments = ["report", path(part.path()), "-o", path(&out), "--format", "html", "--quiet"];
    assert_eq!(stillstand(&arguments, &[]).status.code(), Some(4));
    fs::write(out.join("report.html"), "altered").unwrap();
    let commands: [&[&str]; 2] = [&["verify", path(&out)], &["stats", path(part.path()), "--format", "json"]];
    for command in commands {
        let mut child = Command::new(env!("CARGO_BIN_EXE_stillstand"))
            .args(command)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(4), "{command:?}");
    }
}

#[test]
fn names_do_not_speak_to_the_terminal() {
    let part = part_of_campaign(&["none1"]);
    let name = "none2-ping-\u{1b}]0;owned\u{7}\u{202e}.test";
    fs::write(part.path().join(name), "\u{1b}[2JDear \u{9b}31m diary\n").unwrap();
    let file = part.path().join(name);
    let proposal = part.path().join("new.toml");
    let commands: [&[&str]; 4] = [
        &["stats", path(part.path())],
        &["inspect", path(&file)],
        &["init", path(part.path()), "-o", path(&proposal)],
        &["report", path(part.path()), "-o", "/dev/null/\u{1b}[2J"],
    ];
    for command in commands {
        let output = stillstand(command, &[("CLICOLOR_FORCE", "1")]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &stderr(&output);
        for sequence in ["\u{1b}]", "\u{1b}[2J", "\u{9b}", "\u{202e}", "\u{7}"] {
            assert!(!text.contains(sequence), "{command:?}: {text:?}");
        }
    }
}

#[test]
fn documents_count_many_problems_of_one_kind_and_the_table_has_all() {
    let part = part_of_campaign(&["none1"]);
    for number in 2..1_102 {
        let log = part.path().join(format!("none{number}-ping.test"));
        fs::write(log, format!("Dear diary {number}\nnothing\n")).unwrap();
    }
    let out = part.path().join("out");
    let arguments = ["report", path(part.path()), "-o", path(&out), "--format", "html", "--quiet"];
    succeeds(&stillstand(&arguments, &[]));
    let html = fs::read_to_string(out.join("report.html")).unwrap();
    // The first file by name stands for all.
    assert!(html.contains("Dear diary 10") && !html.contains("Dear diary 1101"));
    let table = fs::read_to_string(out.join("tables/problems.csv")).unwrap();
    assert!(table.contains("Dear diary 1101"));
}

/// One line repeated makes a log of hundreds of migrations, each a condition: pages, links and memory do not follow it.
#[test]
fn sections_are_for_a_hundred_conditions_and_the_tables_have_all() {
    let part = part_of_campaign(&["none1", "none2", "memtester1"]);
    let log = part.path().join("none1-migration-time.test");
    let text = fs::read_to_string(&log).unwrap();
    let (request, elapsed) = text.split_once('\n').unwrap();
    fs::write(&log, format!("{request}\n{}", elapsed.repeat(240))).unwrap();
    succeeds(&in_folder(part.path(), &["report", ".", "-o", "report", "--quiet"]));

    let report = part.path().join("report");
    let written = fs::read_to_string(report.join("summary.json")).unwrap();
    let written: serde_json::Value = serde_json::from_str(&written).unwrap();
    let conditions = written["conditions"].as_array().unwrap().len();
    assert!(conditions > 200, "{conditions}");
    let page = fs::read_to_string(report.join("report.html")).unwrap();
    let sections = page.matches("<section aria-labelledby=\"condition-").count();
    let further = conditions - 100;
    assert!(page.contains(&format!("{further} further conditions have no section")), "{further}");
    assert!(sections > 0 && !page.contains("id=\"condition-memtester\""), "memtester is the last condition");
    assert!(!page.contains("href=\"#condition-memtester"), "nothing leads to where nothing is");
    assert!(report.join("tables/outages-memtester.csv").exists());
    assert!(report.join("report.pdf").exists());
}

#[test]
fn names_that_are_too_long_are_cut_and_stay_apart() {
    let part = part_of_campaign(&["none1"]);
    for entry in fs::read_dir(part.path()).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        for last in ["x", "y"] {
            let long = name.replacen("none1-", &format!("{}{last}1-", "long-name-".repeat(20)), 1);
            fs::copy(entry.path(), part.path().join(&long)).unwrap();
        }
    }
    let out = part.path().join("out");
    let arguments = ["report", path(part.path()), "-o", path(&out), "--format", "html", "--quiet"];
    succeeds(&stillstand(&arguments, &[]));
    let written = files(&out);
    let longest = written.keys().flat_map(|path| path.split('/')).map(str::len).max().unwrap();
    assert!(longest <= 255, "{longest}");
    let overviews = written.keys().filter(|path| path.ends_with("-time-line.svg")).count();
    assert_eq!(overviews, 3, "{:?}", written.keys().collect::<Vec<_>>());
    succeeds(&stillstand(&["verify", path(&out), "--quiet"], &[]));
    let dataset = part.path().join("dataset");
    succeeds(&stillstand(&["ingest", path(part.path()), "-o", path(&dataset), "--quiet"], &[]));
}

#[test]
fn jobs_without_number_are_few_threads() {
    let part = part_of_campaign(&["none1"]);
    let arguments = ["stats", path(part.path()), "--format", "json", "--quiet", "--jobs"];
    let with = |jobs: &str| stillstand(&[arguments.as_slice(), &[jobs]].concat(), &[]);
    succeeds(&with("65535"));
    assert!(with("65535").stdout == with("1").stdout);
}
