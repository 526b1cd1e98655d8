//! What a file holds several of: sessions, migrations and tests are runs of their own, of several tools each is read.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::{stdout, stillstand, summary};

/// The summary of a campaign of these files.
fn campaign(files: &[(&str, String)]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    summary(folder.path())
}

fn fixture(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("parsers/fixtures").join(name)).unwrap()
}

fn runs(summary: &Value) -> &Vec<Value> {
    summary["runs"].as_array().unwrap()
}

/// For each run its repetition, its part, and how many requests were sent, lost, and lost at a stretch.
fn pings(summary: &Value) -> Vec<(u64, String, [u64; 3])> {
    let numbers =
        |run: &Value| ["sent", "lost", "longest_gap_lost"].map(|key| run["ping"][key].as_u64().unwrap());
    let part = |run: &Value| run["factors"]["part"].as_str().unwrap_or("-").to_owned();
    runs(summary).iter().map(|run| (run["repetition"].as_u64().unwrap(), part(run), numbers(run))).collect()
}

fn diagnostics<'a>(summary: &'a Value, code: &str) -> Vec<&'a Value> {
    summary["diagnostics"].as_array().unwrap().iter().filter(|found| found["code"] == code).collect()
}

/// A naming without a repetition.
fn naming(pattern: &str) -> (&'static str, String) {
    ("campaign.toml", format!("[naming]\npattern = '{pattern}'\n"))
}

/// iputils pings once a second: those in `lost` have no answer. With `-D` from `from` on.
fn ping(count: u64, lost: std::ops::Range<u64>, from: Option<f64>) -> String {
    let mut text = "PING vm (192.0.2.9) 56(84) bytes of data.\n".to_owned();
    for seq in (1..=count).filter(|seq| !lost.contains(seq)) {
        if let Some(from) = from {
            let _ = write!(text, "[{:.6}] ", from + seq as f64 + 0.0004);
        }
        let _ = writeln!(text, "64 bytes from 192.0.2.9: icmp_seq={seq} ttl=64 time=0.400 ms");
    }
    let received = count - lost.count() as u64;
    let _ = writeln!(text, "\n--- vm ping statistics ---");
    let _ = writeln!(
        text,
        "{count} packets transmitted, {received} received, 10% packet loss, time {}ms\n",
        (count - 1) * 1000
    );
    text
}

#[test]
fn sessions_of_ping_are_runs_also_without_a_reply() {
    let log = ping(30, 11..18, None) + &ping(30, 5..6, None) + &ping(20, 1..21, None);
    let named = campaign(&[("none1-ping.log", log.clone())]);
    let part = |number: &str, counts| (1, number.to_owned(), counts);
    assert_eq!(pings(&named), [part("1", [30, 7, 7]), part("2", [30, 1, 1]), part("3", [20, 20, 20])]);
    let open = &runs(&named)[2]["outages"][0];
    assert!(open["censored"] == true && open["upper_s"].is_null(), "{open}");
    // A name without a repetition: they are repetitions, and the series is of all three.
    let unnamed = campaign(&[naming(r"^(?<load>\w+)-(?<source>ping)\.log$"), ("none-ping.log", log)]);
    let repetition = |number, counts| (number, "-".to_owned(), counts);
    assert_eq!(
        pings(&unnamed),
        [repetition(1, [30, 7, 7]), repetition(2, [30, 1, 1]), repetition(3, [20, 20, 20])]
    );
    let series = unnamed["series"]
        .as_array()
        .unwrap()
        .iter()
        .find(|series| series["metric"] == "outage_ping")
        .unwrap();
    assert_eq!(series["n"], 3);
    assert_eq!(diagnostics(&unnamed, "several-parts").len(), 1);
}

#[test]
fn files_without_a_repetition_go_on_counting() {
    let summary = campaign(&[
        naming(r"^(?<load>\w+)-\d+T\d+-(?<source>ping)\.log$"),
        ("none-20260101T0900-ping.log", ping(30, 11..18, None) + &ping(30, 5..6, None)),
        ("none-20260101T1000-ping.log", ping(30, 7..10, None)),
    ]);
    let lost: Vec<_> =
        pings(&summary).iter().map(|(repetition, _, [_, lost, _])| (*repetition, *lost)).collect();
    assert_eq!(lost, [(1, 7), (2, 1), (3, 3)]);
}

#[test]
fn sessions_of_busybox_and_of_fping() {
    let busybox = |lost: &[u64]| {
        let mut text = "PING 10.9.0.2 (10.9.0.2): 56 data bytes\n".to_owned();
        for seq in (0..10).filter(|seq| !lost.contains(seq)) {
            let _ = writeln!(text, "64 bytes from 10.9.0.2: seq={seq} ttl=64 time=0.050 ms");
        }
        let received = 10 - lost.len();
        let _ = writeln!(
            text,
            "\n--- 10.9.0.2 ping statistics ---\n10 packets transmitted, {received} packets received, 1% packet loss"
        );
        text
    };
    let ten: Vec<u64> = (0..10).collect();
    let config = ("campaign.toml", "[ping]\ninterval_s = 1.0\n".to_owned());
    let log = busybox(&[4, 5]) + &busybox(&ten) + &busybox(&[]);
    let summary = campaign(&[config.clone(), ("none1-ping.log", log)]);
    let counts: Vec<_> = pings(&summary).into_iter().map(|(.., counts)| counts).collect();
    assert_eq!(counts, [[10, 2, 2], [10, 10, 10], [10, 0, 0]]);

    let fping = |host: &str, lost: &[u64]| {
        let mut text = String::new();
        for seq in 0..10 {
            let what = if lost.contains(&seq) { "timed out" } else { "64 bytes, 0.045 ms" };
            let _ = writeln!(text, "{host} : [{seq}], {what} (0.036 avg, 20% loss)");
        }
        let _ = writeln!(
            text,
            "\n{host} : xmt/rcv/%loss = 10/{}/1%, min/avg/max = 0.012/0.043/0.058",
            10 - lost.len()
        );
        text
    };
    let log = fping("10.9.0.2", &[4, 5, 6]) + &fping("10.9.0.2", &[8]);
    let summary = campaign(&[config.clone(), ("none1-ping.log", log)]);
    let counts: Vec<_> = pings(&summary).into_iter().map(|(.., counts)| counts).collect();
    assert_eq!(counts, [[10, 3, 3], [10, 1, 1]]);
    // Two hosts that are asked are two conditions, not two repetitions.
    let log = fping("10.9.0.2", &[4, 5, 6]) + &fping("10.9.0.7", &[8]);
    let summary = campaign(&[config, ("none1-ping.log", log)]);
    let targets: Vec<_> = runs(&summary).iter().map(|run| run["factors"]["target"].clone()).collect();
    assert_eq!(targets, ["10.9.0.2", "10.9.0.7"]);
}

/// What QMP answers to the question how a migration went.
fn completed(total_ms: u64, downtime_ms: u64, rounds: u64) -> String {
    format!(
        "{{\"return\": {{\"expected-downtime\": 300, \"status\": \"completed\", \"setup-time\": 5, \"downtime\": {downtime_ms}, \
         \"total-time\": {total_ms}, \"ram\": {{\"total\": 1091379200, \"dirty-sync-count\": {rounds}, \"page-size\": 4096, \
         \"remaining\": 0, \"mbps\": 1000.5, \"transferred\": {}, \"duplicate\": 1000, \"normal\": 1000}}}}}}\n",
        total_ms * 1000
    )
}

/// Duration and downtime of each run.
fn durations(summary: &Value) -> Vec<(Option<f64>, Option<f64>)> {
    let of =
        |run: &Value| (run["migration"]["duration_s"].as_f64(), run["hypervisor"]["downtime_s"].as_f64());
    runs(summary).iter().map(of).collect()
}

#[test]
fn migrations_in_a_log_of_qmp_are_runs() {
    let greeting = "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 2, \"minor\": 1, \"major\": 8}, \"package\": \"\"}}} {\"return\": {}} ";
    let mut log = String::new();
    for (number, (total, down, rounds)) in (1..).zip([(6770, 199, 3), (5110, 88, 2), (9001, 240, 5)]) {
        let _ = write!(log, "Experiment No: {number}\n{greeting}{}", completed(total, down, rounds));
    }
    log += "Experiment No: 4\n";
    let summary = campaign(&[naming(r"^(?<load>\w+)-(?<source>qmp)\.txt$"), ("none-qmp.txt", log)]);
    let expected =
        [(Some(6.77), Some(0.199)), (Some(5.11), Some(0.088)), (Some(9.001), Some(0.24)), (None, None)];
    assert_eq!(durations(&summary), expected);
    let rounds: Vec<_> = runs(&summary).iter().map(|run| run["precopy"]["iterations"].as_u64()).collect();
    assert_eq!(rounds, [Some(3), Some(2), Some(5), None]);
    // Without headings: other figures are those of another migration, the same ones asked for again.
    let log = completed(6770, 199, 3) + &completed(6770, 199, 3) + &completed(5110, 88, 2);
    let summary = campaign(&[("none1-qmp.txt", log)]);
    assert_eq!(durations(&summary), [(Some(6.77), Some(0.199)), (Some(5.11), Some(0.088))]);
}

#[test]
fn migrations_in_logs_of_other_hypervisors_are_runs() {
    // xl wrote both into one log.
    let xl = fixture("xen-migrate/valid/xl-4.17.txt");
    let failed = fixture("xen-migrate/valid/xl-failed.txt");
    let alone = |text: &str| runs(&campaign(&[("none1-xl.log", text.to_owned())])).clone();
    let both = campaign(&[("none1-xl.log", format!("{xl}{failed}"))]);
    let (first, second) = (alone(&xl), alone(&failed));
    let statuses: Vec<_> = runs(&both).iter().map(|run| &run["migration"]["status"]).collect();
    let expected: Vec<_> = first.iter().chain(&second).map(|run| &run["migration"]["status"]).collect();
    assert!(statuses.len() > 1 && statuses == expected, "{statuses:?} {expected:?}");
    assert_eq!(runs(&both)[0]["precopy"], first[0]["precopy"]);

    let hmp = |total: u64, down: u64| {
        format!(
            "(qemu) migrate -d tcp:kirsche:4444\n(qemu) info migrate\nMigration status: active\ntotal time: 100 milliseconds\n\
             expected downtime: 300 milliseconds\n(qemu) info migrate\nMigration status: completed\n\
             total time: {total} milliseconds\ndowntime: {down} milliseconds\ntransferred ram: 1000 kbytes\n(qemu) \n"
        )
    };
    let summary = campaign(&[("none1-hmp.log", hmp(7000, 40) + &hmp(8000, 50))]);
    assert_eq!(durations(&summary), [(Some(7.0), Some(0.04)), (Some(8.0), Some(0.05))]);

    let virsh = |total: u64, down: u64| {
        format!(
            "Job type:         Unbounded   \nOperation:        Outgoing migration\nTime elapsed:     100          ms\n\n\
             Job type:         Completed   \nOperation:        Outgoing migration\nTime elapsed:     {total}          ms\n\
             Data processed:   1.000 GiB\nTotal downtime:   {down}          ms\n\nJob type:         None        \n\n"
        )
    };
    let summary = campaign(&[("none1-domjobinfo.log", virsh(7000, 40) + &virsh(8000, 50))]);
    assert_eq!(durations(&summary), [(Some(7.0), Some(0.04)), (Some(8.0), Some(0.05))]);
}

/// A script that migrates at these instants, each taking ten seconds.
fn commands(instants: &[f64]) -> String {
    instants
        .iter()
        .map(|at| format!("{at:.3}\n0:10.00 real, 0.04 user, 0.10 sys, 1% CPU Percentage\n"))
        .collect()
}

#[test]
fn a_log_that_goes_through_all_migrations_is_shared() {
    let start = 1_700_000_000.0;
    // Requests at 100, 200 and 300 s, each with an outage of its own length; one more before all of them.
    let mut log = "PING vm (192.0.2.9) 56(84) bytes of data.\n".to_owned();
    for seq in 1..=400_u64 {
        let lost = [(20, 39), (105, 107), (205, 209), (305, 305)]
            .iter()
            .any(|(from, to)| (*from..=*to).contains(&seq));
        if !lost {
            let _ = writeln!(
                log,
                "[{:.6}] 64 bytes from 192.0.2.9: icmp_seq={seq} ttl=64 time=0.400 ms",
                start + seq as f64 + 0.0004
            );
        }
    }
    let requests = commands(&[start + 100.0, start + 200.0, start + 300.0]);
    let summary = campaign(&[("none1-ping.log", log.clone()), ("none1-migration-time.log", requests)]);
    let of = |run: &Value| {
        let outage =
            run["outages"].as_array().unwrap().iter().find(|outage| outage["method"] == "ping").unwrap();
        (
            run["factors"]["part"].as_str().unwrap().to_owned(),
            outage["estimate_s"].as_f64().unwrap(),
            outage["start_s"].as_f64().unwrap().round(),
        )
    };
    let found: Vec<_> = runs(&summary).iter().map(of).collect();
    let run = |part: &str, outage: f64| (part.to_owned(), outage, 5.0);
    assert_eq!(
        found,
        [run("1", 3.0), run("2", 5.0), run("3", 1.0)].map(|(part, outage, start)| (part, outage, start))
    );
    // What was lost between two migrations is of no third one.
    assert_eq!(runs(&summary)[2]["ping"]["lost"], 1);
    // An outage that the next request finds still open has no upper bound.
    let open = log.lines().filter(|line| !(206..=299).any(|seq| line.contains(&format!("icmp_seq={seq} "))));
    let requests = commands(&[start + 100.0, start + 200.0, start + 250.0]);
    let open: String = open.map(|line| format!("{line}\n")).collect();
    let summary = campaign(&[("none1-ping.log", open), ("none1-migration-time.log", requests)]);
    let second = runs(&summary)[1]["outages"]
        .as_array()
        .unwrap()
        .iter()
        .find(|outage| outage["method"] == "ping")
        .unwrap();
    assert!(second["censored"] == true && second["estimate_s"] == 45.0, "{second}");
}

#[test]
fn equal_counts_are_paired_and_others_are_a_conflict() {
    let start = 1_700_000_000.0;
    let requests = commands(&[start + 10.0, start + 1010.0]);
    let two = ping(60, 15..18, Some(start)) + &ping(60, 15..20, Some(start + 1000.0));
    let paired = campaign(&[("none1-ping.log", two), ("none1-migration-time.log", requests.clone())]);
    let lost: Vec<_> = pings(&paired).into_iter().map(|(_, part, [_, lost, _])| (part, lost)).collect();
    assert_eq!(lost, [("1".to_owned(), 3), ("2".to_owned(), 5)]);
    // Three sessions without times beside two migrations.
    let three = ping(60, 15..18, None) + &ping(60, 15..20, None) + &ping(60, 15..16, None);
    let conflict = campaign(&[("none1-ping.log", three), ("none1-migration-time.log", requests)]);
    let [error] = diagnostics(&conflict, "parts-do-not-match")[..] else { panic!("{conflict}") };
    assert_eq!((&error["severity"], &error["file"]), (&"error".into(), &"none1-ping.log".into()));
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("3 sessions, none1-migration-time.log of the same run 2"), "{message}");
    assert!(message.contains("Give each run its own file"), "{message}");
    assert_eq!(runs(&conflict).len(), 2);
    assert!(
        runs(&conflict).iter().all(|run| run["ping"].is_null() && run["migration"]["duration_s"] == 10.0)
    );
}

/// A log of QMP with answers that have stamps: migrations at these instants, each of which took so many milliseconds.
fn stamped_answers(migrations: &[(f64, u64)]) -> String {
    let one = |(at, total_ms): &(f64, u64)| {
        let end = at + *total_ms as f64 / 1000.0;
        format!(
            "{at:.3} {{\"return\": {{\"status\": \"active\", \"total-time\": 0, \"expected-downtime\": 300}}}}\n{end:.3} {}",
            completed(*total_ms, 100, 3)
        )
    };
    migrations.iter().map(one).collect()
}

/// Part, lost requests and duration of each run.
fn paired(summary: &Value) -> Vec<(String, Option<u64>, Option<f64>)> {
    let of = |run: &Value| {
        let part = run["factors"]["part"].as_str().unwrap_or("-").to_owned();
        (part, run["ping"]["lost"].as_u64(), run["migration"]["duration_s"].as_f64())
    };
    runs(summary).iter().map(of).collect()
}

#[test]
fn sessions_go_with_the_migrations_of_their_time() {
    let start = 1_700_000_000.0;
    let at = |number: u32| start + f64::from(number) * 1000.0;
    // Five migrations, and ping beside four of them: not beside the third.
    let migrations: Vec<(f64, u64)> =
        (0..5).map(|number| (at(number) + 10.0, 5000 + u64::from(number))).collect();
    let session = |number: u32| ping(60, 15..16 + u64::from(number), Some(at(number)));
    let four: String = [0, 1, 3, 4].into_iter().map(session).collect();
    let files = |ping: String| [("none1-ping.log", ping), ("none1-qmp.txt", stamped_answers(&migrations))];
    let summary = campaign(&files(four.clone()));
    let run = |part: u64, lost: Option<u64>| (part.to_string(), lost, Some(5.0 + (part - 1) as f64 / 1000.0));
    let expected = [run(1, Some(1)), run(2, Some(2)), run(3, None), run(4, Some(4)), run(5, Some(5))];
    assert_eq!(paired(&summary), expected, "{:#}", summary["diagnostics"]);
    let [without] = diagnostics(&summary, "migration-without-part")[..] else { panic!("{summary}") };
    let message = without["message"].as_str().unwrap();
    assert!(message.contains("migrations 3 of 5 of none1-qmp.txt have none of the 4 sessions"), "{message}");
    // A session that nobody answered has no time; it is of the only migration that is left between its neighbours.
    let dead = [session(0), session(1), ping(60, 1..61, None), session(4)].concat();
    let conflict = campaign(&files(dead));
    assert!(runs(&conflict).iter().all(|run| run["ping"].is_null()), "two migrations are left: {conflict}");
    let [error] = diagnostics(&conflict, "parts-do-not-match")[..] else { panic!("{conflict}") };
    assert!(error["message"].as_str().unwrap().contains("neighbours do not tell"), "{error}");
    let dead = [session(0), session(1), ping(60, 1..61, None), session(3)].concat();
    let summary = campaign(&files(dead));
    let expected = [run(1, Some(1)), run(2, Some(2)), run(3, Some(60)), run(4, Some(4)), run(5, None)];
    assert_eq!(paired(&summary), expected, "{:#}", summary["diagnostics"]);
    // One without a migration, and one whose ping was started after the request: as many of each, and not in their order.
    let late = ping(60, 15..20, Some(migrations[4].0 + 4.0));
    let five = [ping(60, 1..9, Some(start - 500.0)), session(0), session(1), session(3), late].concat();
    let summary = campaign(&files(five));
    let expected = [run(1, Some(1)), run(2, Some(2)), run(3, None), run(4, Some(4)), run(5, Some(5))];
    assert_eq!(paired(&summary), expected, "{:#}", summary["diagnostics"]);
    for code in ["part-without-migration", "migration-without-part", "parts-paired-by-time"] {
        assert_eq!(diagnostics(&summary, code).len(), 1, "{code}: {:#}", summary["diagnostics"]);
    }
    // In another century nothing pairs: as many are paired by number, others are a conflict.
    let ago = |number: u32| ping(60, 15..16 + u64::from(number), Some(at(number) - 1e9));
    let summary = campaign(&files((0..5).map(ago).collect()));
    let lost: Vec<_> = paired(&summary).into_iter().map(|(_, lost, _)| lost).collect();
    assert_eq!(lost, [1, 2, 3, 4, 5].map(Some));
    let summary = campaign(&files((0..4).map(ago).collect()));
    assert_eq!(diagnostics(&summary, "parts-do-not-match").len(), 1);
}

#[test]
fn sessions_go_with_the_answers_of_the_monitor() {
    let start = 1_700_000_000.0;
    let hmp = |at: f64, total: u64| {
        format!(
            "{at:.3}\n(qemu) migrate -d tcp:kirsche:4444\n{:.3}\n(qemu) info migrate\nMigration status: completed\n\
             total time: {total} milliseconds\ndowntime: 40 milliseconds\ntransferred ram: 1000 kbytes\n(qemu) \n",
            at + 20.0
        )
    };
    let log: String = [10.0, 1010.0, 2010.0].into_iter().map(|at| hmp(start + at, 7000)).collect();
    let two = ping(60, 15..18, Some(start)) + &ping(60, 15..20, Some(start + 2000.0));
    let summary = campaign(&[("none1-ping.log", two), ("none1-hmp.log", log)]);
    let lost: Vec<_> = paired(&summary).into_iter().map(|(_, lost, _)| lost).collect();
    assert_eq!(lost, [Some(3), None, Some(5)], "{:#}", summary["diagnostics"]);
}

/// A script that lets a benchmark run, asks the hypervisor and lets another one run.
#[test]
fn a_hypervisor_and_benchmarks_in_one_log_are_parted() {
    let cpu = sysbench_cpu(4077.95);
    let hmp = "(qemu) migrate -d tcp:kirsche:4444\n(qemu) info migrate\nMigration status: completed\n\
               total time: 7000 milliseconds\ndowntime: 40 milliseconds\ntransferred ram: 1000 kbytes\n";
    let virsh = "Job type:         Completed   \nOperation:        Outgoing migration\nTime elapsed:     7000          ms\n\
                 Data processed:   1.000 GiB\nTotal downtime:   40          ms\n";
    for (name, answers) in
        [("hmp", hmp.to_owned()), ("qmp", completed(7000, 40, 3)), ("virsh", virsh.to_owned())]
    {
        for log in [
            [cpu.as_str(), answers.as_str()].concat(),
            [answers.as_str(), cpu.as_str()].concat(),
            [cpu.as_str(), answers.as_str(), cpu.as_str()].concat(),
            [ping(30, 11..18, None).as_str(), answers.as_str(), cpu.as_str()].concat(),
        ] {
            let summary = campaign(&[("none1-all.log", log.clone())]);
            assert_eq!(
                durations(&summary),
                [(Some(7.0), Some(0.04))],
                "{name}: {log} {:#}",
                summary["diagnostics"]
            );
            let has_ping = log.starts_with("PING");
            assert_eq!(runs(&summary)[0]["ping"]["lost"].as_u64(), has_ping.then_some(7), "{name}");
            assert!(!diagnostics(&summary, "other-tool").is_empty(), "{name}");
            assert!(
                diagnostics(&summary, "status-missing").is_empty(),
                "{name}: {:#}",
                summary["diagnostics"]
            );
            let benchmark = summary["runs"][0]["source_files"].as_array().unwrap();
            assert_eq!(benchmark.len(), 1, "{name}");
        }
    }
}

/// Benchmark, operation, a level of a factor, n and mean.
fn results(summary: &Value, factor: &str) -> Vec<(String, String, u64, f64)> {
    let of = |entry: &Value| {
        let name =
            format!("{} {}", entry["benchmark"].as_str().unwrap(), entry["operation"].as_str().unwrap());
        let level = entry["factors"][factor].as_str().unwrap_or("-").to_owned();
        (name, level, entry["n"].as_u64().unwrap(), entry["value"].as_f64().unwrap())
    };
    summary["benchmarks"].as_array().unwrap().iter().map(of).collect()
}

fn sysbench_cpu(rate: f64) -> String {
    format!(
        "sysbench 1.0.20 (using system LuaJIT 2.1.0-beta3)\n\nRunning the test with following options:\nNumber of threads: 1\n\n\
         Prime numbers limit: 10000\n\nCPU speed:\n    events per second: {rate:8.2}\n\nGeneral statistics:\n\
         \u{20}   total time:                          10.0002s\n    total number of events:              8159\n\n\
         Latency (ms):\n         avg:                                    0.24\n         95th percentile:                        0.24\n\n"
    )
}

fn sysbench_oltp(threads: u32, writes: u32, rate: f64) -> String {
    format!(
        "sysbench 1.0.20 (using system LuaJIT 2.1.0-beta3)\n\nRunning the test with following options:\nNumber of threads: {threads}\n\n\
         SQL statistics:\n    queries performed:\n        read:                            231390\n\
         \u{20}       write:                           {writes}\n        other:                           46278\n\
         \u{20}   transactions:                        23139  ({rate:.2} per sec.)\n\
         General statistics:\n    total time:                          20.0209s\n    total number of events:              23139\n\n\
         Latency (ms):\n         avg:                                    8.64\n         95th percentile:                       13.70\n\n"
    )
}

#[test]
fn tests_of_one_name_and_setting_are_repetitions_others_conditions() {
    let log: String =
        [10, 20, 10, 20].iter().map(|threads| sysbench_oltp(*threads, 0, f64::from(*threads))).collect();
    let log =
        sysbench_cpu(400.0) + &log + &sysbench_oltp(10, 7, 3.0) + &sysbench_cpu(500.0) + &sysbench_cpu(600.0);
    let pattern = r"^(?<mode>\w+)-(?<source>all)\.log$";
    let summary = campaign(&[naming(pattern), ("kvm-all.log", log)]);
    let rates = |factor: &str| -> Vec<_> {
        let all = results(&summary, factor).into_iter();
        all.filter(|(name, ..)| !name.ends_with("latency")).collect()
    };
    let row = |name: &str, level: &str, n, value| (format!("sysbench {name}"), level.to_owned(), n, value);
    let mut threads = rates("threads");
    threads.sort_by(|a, b| a.partial_cmp(b).unwrap());
    assert_eq!(
        threads,
        [
            row("cpu", "-", 3, 500.0),
            row("oltp", "10", 1, 3.0),
            row("oltp", "10", 2, 10.0),
            row("oltp", "20", 2, 20.0)
        ]
    );
    let mut mixes: Vec<_> = rates("mix").into_iter().map(|(_, level, ..)| level).collect();
    mixes.sort();
    assert_eq!(mixes, ["-", "read-only", "read-only", "read-write"]);
}

#[test]
fn streams_of_iperf3_and_depths_of_fio_are_conditions() {
    let one = fixture("iperf3/valid/recorded-tcp.json");
    let four = one.replace("\"num_streams\":\t1", "\"num_streams\":\t4");
    assert_ne!(one, four);
    let pattern = r"^(?<mode>\w+)-(?<source>net|disk)\.json$";
    let summary = campaign(&[naming(pattern), ("kvm-net.json", format!("{one}{four}{one}"))]);
    let found: Vec<_> = results(&summary, "streams")
        .into_iter()
        .filter(|(name, ..)| name == "iperf3 tcp-send")
        .map(|(_, level, n, _)| (level, n))
        .collect();
    assert_eq!(found, [("1".to_owned(), 2), ("4".to_owned(), 1)]);
    let fio = |depth: u32, bytes: u64| {
        format!(
            "{{\"fio version\": \"fio-3.33\", \"timestamp\": {}, \"jobs\": [{{\"jobname\": \"randread\", \"error\": 0, \
             \"job options\": {{\"bs\": \"4k\", \"iodepth\": \"{depth}\"}}, \"read\": {{\"io_bytes\": {bytes}, \"bw_bytes\": {bytes}, \
             \"iops\": 100.0, \"runtime\": 1000, \"total_ios\": 100}}}}]}}\n",
            1_700_000_000 + bytes
        )
    };
    let log = fio(1, 1000) + &fio(32, 5000) + &fio(1, 2000);
    let summary = campaign(&[naming(pattern), ("kvm-disk.json", log)]);
    let found: Vec<_> =
        results(&summary, "iodepth").into_iter().filter(|(name, ..)| name == "fio randread").collect();
    let row = |level: &str, n, value| ("fio randread".to_owned(), level.to_owned(), n, value);
    assert_eq!(found, [row("1", 2, 1500.0), row("32", 1, 5000.0)]);
}

#[test]
fn every_tool_that_wrote_into_a_file_is_read() {
    let padding: String =
        (0..100).map(|line| format!("stress-ng: info:  [{line}] stressor line\n")).collect();
    let log = [
        sysbench_cpu(400.0),
        padding.clone(),
        fixture("iperf3/valid/recorded-tcp.json"),
        padding.clone(),
        fixture("stream/valid/stream-5.10.txt"),
        sysbench_cpu(600.0),
        padding,
        fixture("ab/valid/one.txt"),
    ]
    .concat();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kvm-all.log");
    fs::write(&path, &log).unwrap();
    let (name, config) = naming(r"^(?<mode>\w+)-(?<source>all)\.log$");
    fs::write(folder.path().join(name), config).unwrap();
    let summary = summary(folder.path());
    let found = results(&summary, "mode");
    for (benchmark, n, value) in
        [("sysbench cpu", 2, 500.0), ("stream copy", 1, 16e9), ("ab http-request", 1, 73.39)]
    {
        assert!(
            found.contains(&(benchmark.to_owned(), "kvm".to_owned(), n, value)),
            "{benchmark}: {found:?}"
        );
    }
    assert!(found.iter().any(|(name, ..)| name == "iperf3 tcp-send"), "{found:?}");
    let output = stillstand(&["inspect", "--format", "json", path.to_str().unwrap()], &[]);
    let inspected: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let formats: Vec<_> = inspected.iter().map(|file| file["format"].as_str().unwrap()).collect();
    // Beside its results iperf3 told its intervals.
    assert_eq!(formats, ["iperf3", "stream", "sysbench", "ab", "iperf3-intervals"]);
    assert_eq!(inspected[2]["parts"].as_array().unwrap().len(), 2);
}

#[test]
fn inspect_lists_the_parts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("oltp.log");
    fs::write(&path, sysbench_oltp(10, 0, 1.0) + &sysbench_oltp(20, 0, 2.0)).unwrap();
    let text = stdout(&["inspect", path.to_str().unwrap()]);
    assert!(
        text.contains("  parts     1  from line 1, ") && text.contains(" rows, mix read-only, threads 20\n"),
        "{text}"
    );
}

/// The first digit of the year stands in for a number that the names have not.
#[test]
fn a_repetition_that_is_the_same_in_all_names_is_none() {
    let of = |rates: &[f64]| rates.iter().map(|rate| sysbench_cpu(*rate)).collect::<String>();
    let pattern = naming(r"^(?<repetition>2)\d{3}-(?<mode>\w+)-(?<source>all)\.log$");
    let files =
        [("2020-kvm-all.log", of(&[400.0, 500.0])), ("2021-metal-all.log", of(&[600.0, 700.0, 800.0]))];
    let [kvm, metal] = files.clone();
    let mut found = results(&campaign(&[pattern, kvm, metal]), "mode");
    found.retain(|(name, ..)| !name.ends_with("latency"));
    let row = |level: &str, n, value| ("sysbench cpu".to_owned(), level.to_owned(), n, value);
    assert_eq!(found, [row("kvm", 2, 450.0), row("metal", 3, 700.0)]);
    // Where they differ, parts are levels of a factor.
    let pattern = naming(r"^(?<repetition>\d)-(?<mode>\w+)-(?<source>all)\.log$");
    let [(_, kvm), (_, metal)] = files;
    let found = campaign(&[pattern, ("1-kvm-all.log", kvm), ("2-metal-all.log", metal)]);
    assert!(found["benchmarks"][0]["factors"]["part"].is_string(), "{}", found["benchmarks"][0]);
}
