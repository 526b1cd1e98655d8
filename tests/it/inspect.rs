//! `inspect` says of every file what it is, when it was written, and what is missing from it.

use std::fs;

use serde_json::Value;

use crate::{campaign, stdout, stillstand};

const DSTAT: &str = "\"Dstat 0.7.0 CSV output\"\n\"Host:\",\"apfel\"\n\
    \"epoch\",\"total cpu usage\",\n\"epoch\",\"usr\",\"idl\"\n\
    1264516180.0,1.0,99.0\n1264516181.0,1.0,99.0\n1264516182.0,oops\n1264516183.0,2.0,98.0\n\
    1264516190.0,3.0,97.0\n1264516191.0,3.0,97.0\n1264516192.0,3.0,97.0\n";

fn json(arguments: &[&str]) -> Vec<Value> {
    let output = stillstand(&[&["inspect", "--format", "json"], arguments].concat(), &[]);
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn period_interval_gaps_and_lost_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    fs::write(&path, DSTAT).unwrap();
    let path = path.to_str().unwrap();
    let file = &json(&[path])[0];
    assert_eq!(file["format"], "dstat");
    assert_eq!((file["rows_read"].as_u64(), file["rows_lost"].as_u64()), (Some(6), Some(1)));
    assert_eq!(file["lost_lines"], serde_json::json!([7]));
    assert_eq!(file["period"]["first_utc"], "2010-01-26T14:29:40.000Z");
    assert_eq!(file["period"]["last_s"], 1_264_516_192.0);
    assert_eq!(file["period"]["duration_s"], 12.0);
    assert_eq!(file["interval_s"], 1.0);
    assert_eq!(file["gaps"]["count"], 1);
    assert_eq!(file["gaps"]["longest"]["length_s"], 7.0);
    assert_eq!(file["gaps"]["longest"]["after_row"], 3);
    assert_eq!(file["columns"][2], serde_json::json!({ "name": "cpu.user", "unit": "% of the host" }));
    assert_eq!(file["head"][1]["cpu.idle"], 99.0);
    assert_eq!(file["head"].as_array().unwrap().len(), 6);

    let text = stdout(&["inspect", path]);
    for expected in [
        "  format    dstat, version 0.7.0\n",
        "  rows      6 read, 1 lost (line 7)\n",
        "  period    2010-01-26 14:29:40 to 14:29:52 UTC, 12 s, by time stamps\n",
        "  interval  1 s\n",
        "  gaps      1 longer than 2 s; the longest: 7 s after row 3 (2010-01-26 14:29:43 UTC)\n",
        "            cpu.user  % of the host\n",
        "  warning   line 7: ",
    ] {
        assert!(text.contains(expected), "{expected} in\n{text}");
    }
    assert!(!text.contains('\u{1b}'), "no colours in a pipe");
}

#[test]
fn every_kind_of_clock() {
    let of = |name: &str| json(&[campaign().join(name).to_str().unwrap()])[0].clone();
    let ping = of("memtester3-ping.test");
    assert_eq!(
        (&ping["clock"], &ping["gaps"]["longest"]["missing"]),
        (&"whole seconds of arrival".into(), &43.into())
    );
    assert!((ping["interval_s"].as_f64().unwrap() - 0.2).abs() < 0.001);
    let zeit = of("memtester3-zeit.log");
    assert_eq!(zeit["period"]["first_utc"], "2010-01-26T14:29:46.137Z");
    assert!((zeit["gaps"]["longest"]["length_s"].as_f64().unwrap() - 8.579).abs() < 0.001);
    let xentop = of("memtester3-xentop-apfel.test");
    assert_eq!((&xentop["clock"], &xentop["interval_s"]), (&"a counter".into(), &Value::Null));
    assert_eq!(xentop["head"][0]["present"], false);
    let request = of("memtester3-migration-time.test");
    assert_eq!(request["period"]["first_utc"], "2010-01-26T14:29:50.000Z");
    assert_eq!(request["gaps"], Value::Null);
}

#[test]
fn one_file_that_cannot_be_read_fails_the_command_but_not_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let (good, bad) = (folder.path().join("a.csv"), folder.path().join("b.csv"));
    fs::write(&good, DSTAT).unwrap();
    fs::write(&bad, "Dear diary\n").unwrap();
    let missing = folder.path().join("c.csv");
    let paths = [&good, &bad, &missing].map(|path| path.to_str().unwrap());
    let output = stillstand(&[&["inspect"], paths.as_slice()].concat(), &[]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("6 read") && text.contains("Dear diary") && text.contains("cannot be read"),
        "{text}"
    );
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("2 of 3 files could not be read"), "{stderr}");
    let files = json(&paths);
    assert_eq!((&files[0]["format"], &files[1]["format"]), (&"dstat".into(), &Value::Null));
    assert_eq!(files[1]["diagnostics"][0]["code"], "file-not-recognised");
    assert_eq!(files[2]["diagnostics"][0]["severity"], "error");
}
