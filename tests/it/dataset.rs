//! Datasets stand for the logs that they were made of, whoever made which part of them, and what is not whole is refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::{campaign, files, part_of_campaign, stdout, stillstand};

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// What a command says that must fail, with its status.
fn refused(arguments: &[&str]) -> (Option<i32>, String) {
    let output = stillstand(arguments, &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && !said.contains("panicked"), "{arguments:?}: {said}");
    (output.status.code(), said)
}

fn ingest(logs: &Path, out: &Path, shard: &str) {
    stdout(&["ingest", path(logs), "-o", path(out), "--quiet", "--shard", shard]);
}

/// The sample campaigns, and those below a folder of several.
fn samples() -> Vec<PathBuf> {
    fn below(folder: &Path, into: &mut Vec<PathBuf>) {
        if folder.join("campaign.toml").exists() {
            into.push(folder.to_owned());
            return;
        }
        for entry in fs::read_dir(folder).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
            below(&entry.path(), into);
        }
    }
    let mut all = Vec::new();
    below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data"), &mut all);
    all.sort();
    assert!(all.len() >= 12, "{all:?}");
    all
}

/// The files of a report, its manifest apart.
fn report(campaign: &Path, out: &Path, formats: &str) -> (BTreeMap<String, Vec<u8>>, Value) {
    stdout(&["report", path(campaign), "-o", path(out), "--format", formats, "--quiet"]);
    let mut files = files(out);
    let manifest = files.remove("manifest.json").unwrap();
    (files, serde_json::from_slice(&manifest).unwrap())
}

#[test]
fn the_report_of_a_dataset_is_that_of_the_logs() {
    for logs in samples() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let dataset = at("dataset");
        // In any order, and one of them twice.
        for shard in ["2/3", "3/3", "2/3", "1/3"] {
            ingest(&logs, &dataset, shard);
        }
        // The typesetter takes most of the time: with outages that have no end, and with clients of a stream.
        let is_set = ["qemu-lost-guest", "xen-stream"].iter().any(|name| logs.ends_with(name));
        let formats = if is_set { "html,pdf" } else { "html" };
        let (of_logs, of_dataset) = (report(&logs, &at("a"), formats), report(&dataset, &at("b"), formats));
        assert_eq!(of_logs.0.contains_key("report.pdf"), is_set);
        let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&of_logs.0), names(&of_dataset.0), "{}", logs.display());
        for (name, bytes) in &of_logs.0 {
            assert!(*bytes == of_dataset.0[name], "{}: {name}", logs.display());
        }
        // Provenance says by what the logs were represented, and nothing else is different.
        let mut manifest = of_dataset.1;
        let read = manifest["campaigns"][0].as_object_mut().unwrap().remove("dataset").unwrap();
        assert_eq!((read.as_str(), &manifest), (Some(path(&dataset)), &of_logs.1));
        let json = |campaign: &Path| stdout(&["stats", path(campaign), "--format", "json", "--quiet"]);
        assert!(json(&logs) == json(&dataset), "{}", logs.display());
        for verified in [&dataset, &at("b")] {
            assert!(stdout(&["verify", path(verified), "--quiet"]).contains("byte for byte"));
        }
    }
}

#[test]
fn every_command_takes_a_dataset() {
    let folder = tempfile::tempdir().unwrap();
    let logs = campaign();
    let dataset = folder.path().join("dataset");
    ingest(&logs, &dataset, "1/1");
    let same = |command: &[&str], rest: &[&str]| {
        let of = |campaign: &Path| stdout(&[command, &[path(campaign)], rest, &["--quiet"]].concat());
        let (of_logs, of_dataset) = (of(&logs), of(&dataset));
        assert!(of_logs == of_dataset && of_logs.len() > 50, "{command:?} {rest:?}");
    };
    for rest in [
        &["--full"][..],
        &["--format", "csv", "--where", "load=none,memtester"],
        &["--format", "json", "--where", "load=memtester"],
        &["--format", "json", "--align", "outage,end"],
        &["--format", "markdown", "--align", "resume", "--rows", "load", "--lang", "de"],
    ] {
        same(&["stats"], rest);
    }
    for metric in ["outage_ping", "ping.rtt", "cpu.user"] {
        same(
            &["figure"],
            &["--metric", metric, "--host", "source"][..if metric == "cpu.user" { 4 } else { 2 }],
        );
    }
    same(&["figure"], &["--metric", "net.sent", "--host", "target", "--align", "resume"]);
    let compared = |campaign: &Path| {
        let of = |level: &str| format!("{}:load={level}", path(campaign));
        stdout(&["compare", &of("none"), &of("memtester"), "--format", "json", "--quiet"])
    };
    assert!(compared(&logs) == compared(&dataset));
    // The same place in the order of hosts, of another campaign.
    let precopy = logs.with_file_name("xen-precopy");
    let other = folder.path().join("precopy");
    ingest(&precopy, &other, "1/1");
    let order = |campaign: &Path| {
        let output = stillstand(&["placement", path(campaign), "--format", "json", "--quiet"], &[]);
        (output.status.code(), output.stdout, output.stderr)
    };
    assert!(order(&precopy) == order(&other));
    // Logs and a dataset beside each other.
    let beside = |a: &Path, b: &Path| {
        stdout(&["compare", path(a), &format!("{}:load=none", path(b)), "--format", "csv", "--quiet"])
    };
    assert!(beside(&logs, &logs) == beside(&dataset, &dataset));
}

#[test]
fn a_killed_shard_leaves_nothing_and_is_made_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let logs = campaign();
    let (whole, killed) = (folder.path().join("whole"), folder.path().join("killed"));
    for number in 1..=16 {
        ingest(&logs, &whole, &format!("{number}/16"));
    }
    let program = env!("CARGO_BIN_EXE_stillstand");
    for (number, wait) in (1..=16).rev().zip([0, 2, 5, 10, 20, 40, 80, 120].into_iter().cycle()) {
        let shard = format!("{number}/16");
        let arguments = ["ingest", path(&logs), "-o", path(&killed), "--quiet", "--shard", &shard];
        let mut child = Command::new(program).args(arguments).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(wait));
        child.kill().unwrap();
        child.wait().unwrap();
        // What is there is whole.
        for entry in fs::read_dir(&killed).into_iter().flatten().flatten() {
            let name = entry.file_name().into_string().unwrap();
            let files = entry.path().read_dir().map_or(0, Iterator::count);
            assert!(!name.starts_with("part-") || files == 6, "{name}: {files} files");
        }
        ingest(&logs, &killed, &shard);
    }
    let (whole, killed) = (files(&whole), files(&killed));
    assert_eq!(whole.keys().collect::<Vec<_>>(), killed.keys().collect::<Vec<_>>());
    assert!(whole == killed);
    assert!(whole.len() <= 100, "{}", whole.len());
}

/// All runs are in the first of three shards, and what is called a shard of others is none.
#[test]
fn where_no_run_is_missing_the_message_says_what_is() {
    let folder = tempfile::tempdir().unwrap();
    let (logs, dataset) = (part_of_campaign(&["none1"]), folder.path().join("dataset"));
    let told = || -> String {
        let text = stdout(&["stats", path(&dataset), "--format", "json", "--partial", "--quiet"]);
        let data: Value = serde_json::from_str(&text).unwrap();
        let all = data["diagnostics"].as_array().unwrap();
        let told = all.iter().find(|one| one["code"] == "dataset-incomplete");
        told.map(|told| told["message"].as_str().unwrap().to_owned()).unwrap_or_default()
    };
    for shard in 1..=3 {
        ingest(logs.path(), &dataset, &format!("{shard}/3"));
        let is_there = told();
        assert!(!is_there.contains("1 of 1") && !is_there.contains("all 1"), "{is_there}");
        if is_there.contains("all of its runs (1)") {
            assert!(is_there.contains("not what else missing shards may have"), "{is_there}");
        }
    }
    assert_eq!(told(), "");
    let part = fs::read_dir(&dataset).unwrap().flatten().find(|entry| entry.path().is_dir()).unwrap();
    let name = part.file_name().into_string().unwrap().replace("of-0003", "of-0007").replace("of-3", "of-7");
    fs::create_dir(dataset.join(&name)).unwrap();
    let is_there = told();
    assert!(is_there.contains("all of its runs (1) are there, and what does not fit"), "{name}: {is_there}");
}

#[test]
fn an_incomplete_dataset_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let (logs, dataset) = (campaign(), folder.path().join("dataset"));
    for shard in ["1/4", "4/4"] {
        ingest(&logs, &dataset, shard);
    }
    for command in [
        &["stats", path(&dataset)][..],
        &["figure", path(&dataset), "--metric", "ping.rtt"],
        &["report", path(&dataset), "-o", path(&folder.path().join("report"))],
    ] {
        let (code, said) = refused(command);
        assert!(code == Some(1) && said.contains("missing: 2/4, 3/4"), "{said}");
    }
    let output = stillstand(&["dataset", path(&dataset)], &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert!(text.contains("2 of 4") && text.contains("2/4, 3/4") && text.contains("of 25"), "{text}");
    let output = stillstand(&["verify", path(&dataset), "--quiet"], &[]);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "shard missing: 2/4\nshard missing: 3/4\n");

    let partial = stdout(&["stats", path(&dataset), "--format", "json", "--partial", "--quiet"]);
    let partial: Value = serde_json::from_str(&partial).unwrap();
    let told = &partial["diagnostics"][0];
    assert_eq!(told["code"], "dataset-incomplete", "{told}");
    let runs = partial["runs"].as_array().unwrap().len();
    assert!(told["message"].as_str().unwrap().contains(&format!("{runs} of 25")) && runs < 25, "{told}");
    let of = |load: &str| format!("{}:load={load}", path(&dataset));
    let compared =
        stdout(&["compare", &of("none"), &of("memtester"), "--format", "json", "--partial", "--quiet"]);
    let compared: Value = serde_json::from_str(&compared).unwrap();
    assert_eq!(compared["diagnostics"][0], *told);
    let out = folder.path().join("report");
    let arguments = ["report", path(&dataset), "-o", path(&out), "--format", "html", "--partial", "--quiet"];
    stdout(&arguments);
    assert!(fs::read_to_string(out.join("report.html")).unwrap().contains("the dataset is incomplete"));
    stdout(&["verify", path(&out), "--quiet"]);

    for shard in ["3/4", "2/4"] {
        ingest(&logs, &dataset, shard);
    }
    assert!(stdout(&["dataset", path(&dataset)]).contains("25 of 25"));
}

#[test]
fn what_does_not_fit_is_refused_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let logs = part_of_campaign(&["none", "memtester"]);
    let write = |name: &str, text: &str| fs::write(logs.path().join(name), text).unwrap();
    write("campaign.toml", "title = \"a\"\n");
    let dataset = folder.path().join("dataset");
    ingest(logs.path(), &dataset, "1/2");
    let again =
        |shard: &str| refused(&["ingest", path(logs.path()), "-o", path(&dataset), "--shard", shard]).1;
    assert!(again("1/3").contains("a dataset of 2 shards"), "{}", again("1/3"));
    write("campaign.toml", "title = \"a\"\n# again\n");
    assert!(again("2/2").contains("configuration ("), "{}", again("2/2"));
    write("campaign.toml", "title = \"b\"\n");
    assert!(again("2/2").contains("title (a there, b here)"), "{}", again("2/2"));
    write("campaign.toml", "title = \"a\"\n");
    write("none1-ping.test", "0\n");
    let said = again("2/2");
    assert!(said.contains("inputs (") && said.contains("of the inputs none1-ping.test"), "{said}");
    fs::copy(campaign().join("none1-ping.test"), logs.path().join("none1-ping.test")).unwrap();

    // Of another version.
    let manifest = dataset.join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(text.contains(&version));
    fs::write(&manifest, text.replace(&version, "\"version\": \"9.9.9\"")).unwrap();
    assert!(again("2/2").contains("version (9.9.9 there"), "{}", again("2/2"));
    let (_, said) = refused(&["stats", path(&dataset)]);
    assert!(
        said.contains("part-1-of-2 was made of another campaign") && said.contains("9.9.9 here"),
        "{said}"
    );
    let output = stillstand(&["dataset", path(&dataset)], &[]);
    assert!(String::from_utf8(output.stdout).unwrap().contains("does not fit  part-1-of-2"));
    fs::write(&manifest, &text).unwrap();

    // A part under another name, and one that lacks a file.
    ingest(logs.path(), &dataset, "2/2");
    let part = |name: &str| dataset.join(name);
    fs::rename(part("part-2-of-2"), part("away")).unwrap();
    copy(&part("part-1-of-2"), &part("part-2-of-2"));
    let (_, said) = refused(&["stats", path(&dataset)]);
    assert!(said.contains("missing: 2/2") && said.contains("part-2-of-2 holds the shard 1/2"), "{said}");
    fs::remove_file(part("part-2-of-2/bins.parquet")).unwrap();
    fs::remove_dir_all(part("part-2-of-2")).unwrap();
    fs::rename(part("away"), part("part-2-of-2")).unwrap();
    fs::remove_file(part("part-2-of-2/bins.parquet")).unwrap();
    let (_, said) = refused(&["stats", path(&dataset)]);
    assert!(said.contains("part-2-of-2 lacks its bins.parquet"), "{said}");
    // It is made anew.
    ingest(logs.path(), &dataset, "2/2");
    stdout(&["verify", path(&dataset), "--quiet"]);
    // What others put there stays.
    fs::write(part("part-2-of-2/notes.txt"), "precious").unwrap();
    assert!(again("2/2").contains("notes.txt"));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn parts_of_different_machines_make_one_dataset() {
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (folder.path().join("here"), folder.path().join("there"));
    let logs = part_of_campaign(&["none", "memtester", "campaign"]);
    let elsewhere = part_of_campaign(&["none", "memtester", "campaign"]);
    ingest(logs.path(), &here, "1/2");
    ingest(elsewhere.path(), &there, "2/2");
    copy(&there.join("part-2-of-2"), &here.join("part-2-of-2"));
    let json = |campaign: &Path| stdout(&["stats", path(campaign), "--format", "json", "--quiet"]);
    assert!(json(&here) == json(logs.path()));
    // One that lies elsewhere may also be continued.
    ingest(elsewhere.path(), &here, "2/2");
    stdout(&["verify", path(&here), "--quiet"]);
}

#[test]
fn shards_may_be_made_at_the_same_time() {
    let folder = tempfile::tempdir().unwrap();
    let logs = part_of_campaign(&["none", "memtester", "campaign"]);
    let dataset = folder.path().join("dataset");
    let program = env!("CARGO_BIN_EXE_stillstand");
    // One of them twice.
    let children = ["1/3", "2/3", "3/3", "2/3"].map(|shard| {
        let arguments = ["ingest", path(logs.path()), "-o", path(&dataset), "--quiet", "--shard", shard];
        Command::new(program).args(arguments).stderr(Stdio::piped()).spawn().unwrap()
    });
    for child in children {
        let ended = child.wait_with_output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }
    stdout(&["verify", path(&dataset), "--quiet"]);
}

#[test]
fn damage_is_told_and_nothing_panics() {
    let folder = tempfile::tempdir().unwrap();
    let logs = part_of_campaign(&["none1", "none2"]);
    let dataset = folder.path().join("dataset");
    ingest(logs.path(), &dataset, "1/1");
    let good = stdout(&["stats", path(&dataset), "--format", "json", "--quiet"]);
    for name in
        ["inputs.parquet", "diagnostics.parquet", "part-1-of-1/runs.parquet", "part-1-of-1/bins.parquet"]
    {
        let file = dataset.join(name);
        let bytes = fs::read(&file).unwrap();
        for place in (0..12).map(|n| n * (bytes.len() - 1) / 11) {
            let mut damaged = bytes.clone();
            damaged[place] ^= 0x55;
            fs::write(&file, damaged).unwrap();
            let output = stillstand(&["stats", path(&dataset), "--format", "json", "--quiet"], &[]);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!said.contains("panicked"), "{name} {place}: {said}");
            // Only what nobody reads may be damaged without a word: columns for people.
            let is_told = !output.status.success();
            assert!(is_told || output.stdout == good.as_bytes(), "{name} {place}");
        }
        fs::write(&file, bytes).unwrap();
    }
    // What only people read is seen by verify.
    let samples = dataset.join("part-1-of-1/samples.parquet");
    let mut bytes = fs::read(&samples).unwrap();
    bytes[1000] ^= 1;
    fs::write(&samples, bytes).unwrap();
    let output = stillstand(&["verify", path(&dataset), "--quiet"], &[]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said, "output altered since it was written: part-1-of-1/samples.parquet\n");
    fs::write(logs.path().join("none2-ping.test"), "x").unwrap();
    let output = stillstand(&["verify", path(&dataset), "--quiet"], &[]);
    assert!(String::from_utf8(output.stdout).unwrap().contains("input changed: none2-ping.test"));
}

#[test]
fn a_dataset_of_an_older_layout_says_how_to_make_it_anew() {
    let folder = tempfile::tempdir().unwrap();
    let logs = part_of_campaign(&["none1"]);
    let dataset = folder.path().join("dataset");
    fs::create_dir_all(dataset.join("samples")).unwrap();
    let manifest = format!(
        r#"{{ "generator": "stillstand", "version": "0.1.0", "schema": 1, "product": "dataset", "campaigns": [{{ "path": "{}" }}],
            "outputs": {{ "samples/data.parquet": "00" }} }}"#,
        path(logs.path())
    );
    fs::write(dataset.join("manifest.json"), manifest).unwrap();
    fs::write(dataset.join("samples/data.parquet"), "PAR1").unwrap();
    for command in ["stats", "dataset", "verify"] {
        let (code, said) = refused(&[command, path(&dataset)]);
        let anew = format!("stillstand ingest {} -o {} --force", path(logs.path()), path(&dataset));
        assert!(code == Some(1) && said.contains(&anew), "{command}: {said}");
    }
    stdout(&["ingest", path(logs.path()), "-o", path(&dataset), "--force", "--quiet"]);
    assert!(!dataset.join("samples").exists());
    stdout(&["stats", path(&dataset)]);
}
