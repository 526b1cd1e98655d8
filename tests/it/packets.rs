//! Captured packets, and requests of load generators, from the folder to the report.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;
use stillstand_generator::simulation::packets::{Captured, TRAFFICS, Traffic, capture};

use crate::{stillstand, summary};

/// The kind of traffic with this name.
fn traffic(name: &str) -> &'static Traffic {
    TRAFFICS.iter().find(|traffic| traffic.name == name).unwrap()
}

/// A campaign of one run with these files besides its request.
fn campaign(toml: &str, files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    if !toml.is_empty() {
        fs::write(folder.path().join("campaign.toml"), toml).unwrap();
    }
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn of(captured: &Captured, name: &str) -> Vec<u8> {
    captured.files.iter().find(|file| file.name == name).unwrap().bytes.clone()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value}"))
}

fn outage(summary: &Value, method: &str) -> Option<Value> {
    let outages = summary["runs"][0]["outages"].as_array().unwrap();
    outages.iter().find(|outage| outage["method"] == method).cloned()
}

/// What is said under these codes.
fn told(summary: &Value, code: &str) -> Vec<String> {
    let all = summary["diagnostics"].as_array().unwrap().iter();
    all.filter(|found| found["code"] == code)
        .map(|found| found["message"].as_str().unwrap().to_owned())
        .collect()
}

fn holds(outage: &Value, truth: f64) {
    assert!(number(&outage["lower_s"]) <= truth && truth <= number(&outage["upper_s"]), "{outage} {truth}");
}

#[test]
fn a_capture_alone_gives_the_outage() {
    for (name, near) in [("ping", 0.02), ("requests", 10.0), ("both", 0.1), ("stream", 10.0)] {
        let captured = capture(traffic(name), 3);
        let folder = campaign(
            "",
            &[
                ("web-1-capture.pcap", &of(&captured, "capture.pcap")),
                ("web-1-migration-time.log", &of(&captured, "migration-time")),
            ],
        );
        let summary = summary(folder.path());
        let outage = outage(&summary, "packet-gap").unwrap();
        let truth = captured.resumed - captured.stopped;
        holds(&outage, truth);
        assert!((number(&outage["estimate_s"]) - truth).abs() < near, "{name}: {outage} {truth}");
        assert!((number(&outage["start_s"]) - captured.stopped).abs() < near, "{name}: {outage}");
        let run = &summary["runs"][0];
        assert_eq!(
            (&run["packets"]["vm"][0], &run["packets"]["vm_declared"]),
            (&"10.0.0.5".into(), &false.into())
        );
        let at = |kind: &str| {
            let all = run["milestones"].as_array().unwrap();
            let found = all.iter().find(|found| found["kind"] == kind && found["evidence"] == "packets");
            found.map(|found| number(&found["earliest_s"]))
        };
        // Nobody asks at the very instant, so that the first packet may come later than the VM.
        assert!(at("first-packet").unwrap() >= captured.resumed, "{name}");
        assert!((at("announced").unwrap() - captured.resumed - 0.05).abs() < 0.001, "{name}");
        assert!(at("service-lost").is_some() && at("service-back").is_some());
        assert_eq!(told(&summary, "packets-vm-told").len(), 1);
        let finding =
            summary["findings"].as_array().unwrap().iter().find(|finding| finding["code"] == "outage");
        assert_eq!(finding.unwrap()["metric"], "outage_packet_gap");
    }
}

/// The port of the service was taken off its bridge for 1.31 s: by a script's clock from 660.2110 to 661.5217 s.
#[test]
fn recorded_captures_of_every_form_give_the_same() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("parsers/fixtures");
    let request = b"1796084658\n0:04.00 real, 0.04 user, 0.10 sys, 0 KB unshared Data, 0 Average Total memory use, 1% CPU Percentage\n";
    let mut found: Vec<[f64; 3]> = Vec::new();
    for (file, name) in [
        ("pcap/valid/recorded.pcap", "web-1-capture.pcap"),
        ("pcap/valid/recorded.pcapng", "web-1-capture.pcapng"),
        ("tshark/valid/recorded.csv", "web-1-packets.csv"),
    ] {
        let bytes = fs::read(fixtures.join(file)).unwrap();
        let folder = campaign("", &[(name, &bytes), ("web-1-migration-time.log", request)]);
        let outage = outage(&summary(folder.path()), "packet-gap").unwrap();
        holds(&outage, 661.5217 - 660.2110);
        found.push(["estimate_s", "lower_s", "upper_s"].map(|name| number(&outage[name])));
    }
    for other in &found[1..] {
        for (one, other) in found[0].iter().zip(other) {
            assert!((one - other).abs() < 0.001, "{found:?}");
        }
    }
}

#[test]
fn ping_and_the_downtime_are_checked_against_it() {
    let captured = capture(traffic("ping"), 5);
    let truth = captured.resumed - captured.stopped;
    // Stamps of ping as the same packets have them.
    let pcap = of(&captured, "capture.pcap");
    let parsed = stillstand_parsers::parse(stillstand_parsers::detect(&pcap).unwrap(), &pcap).unwrap();
    let (times, seqs) = (parsed.frame.f64s("epoch_s").unwrap(), parsed.frame.u32s("seq").unwrap());
    let kinds = parsed.frame.strs("kind").unwrap();
    let mut ping = "PING 10.0.0.5 (10.0.0.5) 56(84) bytes of data.\n".to_owned();
    for row in (0..times.len()).filter(|row| kinds.get(*row) == Some("reply")) {
        let (t, seq) = (times.get(row).unwrap(), seqs.get(row).unwrap());
        writeln!(ping, "[{t:.6}] 64 bytes from 10.0.0.5: icmp_seq={seq} ttl=64 time=0.3 ms").unwrap();
    }
    let folder = campaign(
        "",
        &[
            ("web-1-capture.pcap", &pcap),
            ("web-1-ping.log", ping.as_bytes()),
            ("web-1-migration-time.log", &of(&captured, "migration-time")),
        ],
    );
    let summary = summary(folder.path());
    holds(&outage(&summary, "packet-gap").unwrap(), truth);
    holds(&outage(&summary, "ping").unwrap(), truth);
    let checks = summary["runs"][0]["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["code"] == "ping-matches-packets").unwrap();
    assert_eq!(check["verdict"], "within-uncertainty");
}

/// A capture with two addresses that are asked, by declared address or none.
#[test]
fn whose_address_it_is_must_be_known() {
    let captured = capture(traffic("ping"), 7);
    let log = of(&captured, "migration-time");
    let text = |vm: &str, other: &str| {
        let mut text = "frame.time_epoch,ip.src,ip.dst,icmp.type,icmp.seq\n".to_owned();
        for number in 0..400 {
            let at = 1_264_512_335.0 + 0.05 * f64::from(number);
            let away = (200..260).contains(&number);
            writeln!(text, "{at:.6},10.0.0.1,{vm},8,{number}").unwrap();
            if !away {
                writeln!(text, "{:.6},{vm},10.0.0.1,0,{number}", at + 0.0004).unwrap();
            }
            writeln!(
                text,
                "{:.6},10.0.0.1,{other},8,{number}\n{:.6},{other},10.0.0.1,0,{number}",
                at + 0.01,
                at + 0.011
            )
            .unwrap();
        }
        text
    };
    let table = text("10.0.0.5", "10.0.0.254");
    let files: [(&str, &[u8]); 2] =
        [("web-1-packets.csv", table.as_bytes()), ("web-1-migration-time.log", &log)];
    let unknown = summary(campaign("", &files).path());
    assert_eq!(outage(&unknown, "packet-gap"), None);
    let message = &told(&unknown, "packets-vm-unknown")[0];
    assert!(message.contains("several addresses are asked: 10.0.0.254, 10.0.0.5"), "{message}");
    assert!(message.contains("Declare `address = \"…\"` in `[vm]` of campaign.toml"), "{message}");
    let declared = summary(campaign("[vm]\naddress = \"10.0.0.5\"\n", &files).path());
    let by_vm = outage(&declared, "packet-gap").unwrap();
    assert!((number(&by_vm["estimate_s"]) - 3.0).abs() < 0.1, "{by_vm}");
    assert_eq!(declared["runs"][0]["packets"]["vm_declared"], true);
    // The other was never away.
    let other = summary(campaign("[vm]\naddress = \"10.0.0.254\"\n", &files).path());
    assert_eq!(number(&outage(&other, "packet-gap").unwrap()["estimate_s"]), 0.0);
    let wrong = summary(campaign("[vm]\naddress = \"10.0.0.7\"\n", &files).path());
    assert!(told(&wrong, "packets-without-vm")[0].contains("no packet is from 10.0.0.7"));
    let output =
        stillstand(&["stats", campaign("[vm]\naddress = \"asam\"\n", &files).path().to_str().unwrap()], &[]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("expected an address of IP"));
}

/// What is not asked cannot fail to answer.
#[test]
fn a_time_without_questions_is_no_outage() {
    let captured = capture(traffic("ping"), 9);
    let log = of(&captured, "migration-time");
    // One way only, and a VM that talks of itself.
    let mut text = "frame.time_epoch,ip.src,ip.dst,udp.srcport,udp.dstport\n".to_owned();
    for number in 0..300 {
        let at = 1_264_512_335.0 + 0.1 * f64::from(number);
        if !(120..170).contains(&number) {
            writeln!(text, "{at:.6},10.0.0.5,10.0.0.1,5000,5001").unwrap();
        }
    }
    let files: [(&str, &[u8]); 2] =
        [("web-1-packets.csv", text.as_bytes()), ("web-1-migration-time.log", &log)];
    let summary = summary(campaign("[vm]\naddress = \"10.0.0.5\"\n", &files).path());
    assert_eq!(outage(&summary, "packet-gap"), None);
    let message = &told(&summary, "packets-without-flow")[0];
    assert!(message.contains("nothing is asked of 10.0.0.5 that it answers regularly"), "{message}");
}

/// Requests of k6 each 100 ms, which time out after 1 s while the service is away from 5.3 to 8.9 s.
#[test]
fn k6_gives_the_outage_its_users_saw() {
    let mut text = "metric_name,timestamp,metric_value,check,error,error_code,expected_response,group,method,name,proto,scenario,service,status,url\n".to_owned();
    let mut rows: Vec<(i64, String)> = Vec::new();
    for number in 0..300_i64 {
        let sent = -10_000 + 100 * number;
        let away = (5_300..8_900).contains(&sent);
        let (status, code, took) = if away { (0, "1050", 1000) } else { (200, "", 12) };
        let end = 1_264_512_345_000 + sent + took;
        let row = format!(
            "http_req_duration,{end},{took}.000000,,,{code},{},,GET,u,HTTP/1.1,default,,{status},u",
            !away
        );
        rows.push((end, row));
    }
    rows.sort();
    rows.iter().for_each(|(_, row)| writeln!(text, "{row}").unwrap());
    let log = of(&capture(traffic("ping"), 1), "migration-time");
    let folder = campaign("", &[("web-1-k6.csv", text.as_bytes()), ("web-1-migration-time.log", &log)]);
    let summary = summary(folder.path());
    let probe = outage(&summary, "probe").unwrap();
    holds(&probe, 3.6);
    assert!((number(&probe["estimate_s"]) - 3.6).abs() < 0.11, "{probe}");
    assert!((number(&probe["upper_s"]) - number(&probe["lower_s"])) < 1.4, "{probe}");
    assert_eq!(
        (&summary["runs"][0]["probe"]["sent"], &summary["runs"][0]["probe"]["failed"]),
        (&300.into(), &36.into())
    );
}

/// hey's file has no date: a script's event gives it one, and else it is not used.
#[test]
fn hey_has_a_place_only_by_an_event() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("parsers/fixtures");
    let hey = fs::read(fixtures.join("hey/valid/recorded.csv")).unwrap();
    let request = b"1796085481\n0:02.50 real, 0.04 user, 0.10 sys, 0 KB unshared Data, 0 Average Total memory use, 1% CPU Percentage\n";
    let without = campaign("", &[("web-1-hey.csv", &hey), ("web-1-migration-time.log", request)]);
    let found = summary(without.path());
    assert_eq!(outage(&found, "probe"), None);
    let message = &told(&found, "clock-without-anchor")[0];
    assert!(message.contains("`hey started`") && message.contains("`[[events]]`"), "{message}");
    assert_eq!(told(&found, "probe-without-place"), Vec::<String>::new());
    let toml =
        "[[events]]\nfiles = '^(?<load>[a-z]+)-(?<repetition>\\d+)-events\\.csv$'\ntime = 1\nevent = 2\n";
    let events = "t,what\n1796085480.000000,hey started\n";
    let with = campaign(
        toml,
        &[
            ("web-1-hey.csv", &hey),
            ("web-1-events.csv", events.as_bytes()),
            ("web-1-migration-time.log", request),
        ],
    );
    let found = summary(with.path());
    let probe = outage(&found, "probe").unwrap_or_else(|| panic!("{:#}", found["diagnostics"]));
    // One late answer: nothing proves how long the service was away at least.
    assert_eq!(number(&probe["lower_s"]), 0.0);
    assert!((1.3..1.8).contains(&number(&probe["upper_s"])), "{probe}");
    assert!((number(&probe["start_s"]) - 0.0).abs() < 0.2, "{probe}");
}

#[test]
fn a_cut_capture_is_an_open_outage() {
    // One that is long enough to be seen before the capture ends.
    let mut all = (0..).map(|number| capture(traffic("ends"), number));
    let captured = all.find(|captured| captured.resumed - captured.stopped > 5.0).unwrap();
    let folder = campaign(
        "",
        &[
            ("web-1-capture.pcap", &of(&captured, "capture.pcap")),
            ("web-1-migration-time.log", &of(&captured, "migration-time")),
        ],
    );
    let summary = summary(folder.path());
    let outage = outage(&summary, "packet-gap").unwrap_or_else(|| panic!("{:#}", summary["diagnostics"]));
    assert_eq!((&outage["censored"], &outage["upper_s"]), (&true.into(), &Value::Null));
    assert!(number(&outage["lower_s"]) <= captured.resumed - captured.stopped);
}

#[test]
fn it_stands_in_a_report_in_both_languages() {
    let captured = capture(traffic("both"), 4);
    let folder = campaign(
        "",
        &[
            ("web-1-capture.pcap", &of(&captured, "capture.pcap")),
            ("web-1-migration-time.log", &of(&captured, "migration-time")),
        ],
    );
    for (language, words) in [("en", "Outage by packets"), ("de", "Ausfall nach Paketen")] {
        let report = folder.path().join(format!("report-{language}"));
        let path = |path: &Path| path.to_str().unwrap().to_owned();
        let output = stillstand(
            &["report", &path(folder.path()), "-o", &path(&report), "--format", "html", "--lang", language],
            &[],
        );
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let page = fs::read_to_string(report.join("report.html")).unwrap();
        assert!(page.contains(words), "{language}");
    }
}
