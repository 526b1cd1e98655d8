//! Logs of tools that tell what was done in each interval, from the folder to the summary.

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use crate::{stillstand, summary};

const RUNS: std::ops::RangeInclusive<u32> = 1..=3;
/// When the service was away, seconds since the request.
const AWAY: [f64; 2] = [3.7, 6.45];
/// The tool was started so long before the request, and went on for so long.
const STARTED_S: f64 = -45.3;
const SECONDS: u32 = 90;

/// Second since 1970 of the request of a run.
fn requested(run: u32) -> f64 {
    1_700_000_000.25 + 3600.0 * f64::from(run)
}

/// The share of an interval in which the service was there.
fn up(from: f64, to: f64, away: [f64; 2]) -> f64 {
    1.0 - (to.min(away[1]) - from.max(away[0])).max(0.0) / (to - from)
}

/// Three runs with the events of a script, and of each the files that `logs` makes.
fn campaign(declared: &str, logs: impl Fn(u32) -> Vec<(&'static str, String)>) -> tempfile::TempDir {
    campaign_of(RUNS, declared, logs)
}

fn campaign_of(
    runs: std::ops::RangeInclusive<u32>,
    declared: &str,
    logs: impl Fn(u32) -> Vec<(&'static str, String)>,
) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let events = "[naming]\npattern = '^(?<load>[a-z]+)-(?<repetition>\\d+)/(?<source>[^.]+)'\n[[events]]\nfiles = 'events\\.csv$'\n\
        time = \"unix\"\nevent = \"event\"\n";
    fs::write(folder.path().join("campaign.toml"), format!("{declared}{events}")).unwrap();
    for run in runs {
        let of_run = folder.path().join(format!("web-{run}"));
        fs::create_dir(&of_run).unwrap();
        let rows = [(STARTED_S, "benchmark start"), (0.0, "migration_started"), (9.0, "migration_end")];
        let row = |(t, event): (f64, &str)| format!("{:.3},{event}\n", requested(run) + t);
        let rows: String = rows.into_iter().map(row).collect();
        fs::write(of_run.join("events.csv"), format!("unix,event\n{rows}")).unwrap();
        for (name, text) in logs(run) {
            fs::write(of_run.join(name), text).unwrap();
        }
    }
    folder
}

/// Begins and ends of the intervals, since the request.
fn intervals() -> impl Iterator<Item = (f64, f64)> {
    (0..SECONDS).map(|second| (STARTED_S + f64::from(second), STARTED_S + f64::from(second) + 1.0))
}

/// A time of day at UTC+1, in whole seconds.
fn local(t: f64) -> String {
    let of_day = (t as i64 + 3600) % 86_400;
    format!("{:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60)
}

/// iperf3 with `--timestamps`, as who receives writes it.
fn iperf_text(run: u32, away: [f64; 2]) -> String {
    let zero = requested(run);
    let stamp = |t: f64| {
        format!("Tue Nov {} {} 2023 ", 14 + ((zero + t) as i64 - 1_699_916_400) / 86_400, local(zero + t))
    };
    let mut text = String::new();
    let head = [
        "Connecting to host 192.0.2.7, port 5201",
        "Reverse mode, remote host 192.0.2.7 is sending",
        "[  5] local 192.0.2.1 port 40000 connected to 192.0.2.7 port 5201",
        "[ ID] Interval           Transfer     Bitrate",
    ];
    for line in head {
        writeln!(text, "{}{line}", stamp(STARTED_S)).unwrap();
    }
    for (from, to) in intervals() {
        let rate = 940.0 * up(from, to, away);
        let (own, end) = (from - STARTED_S, to - STARTED_S);
        writeln!(
            text,
            "{}[  5] {own:6.2}-{end:<6.2} sec  {:.0} MBytes  {rate:.0} Mbits/sec                  ",
            stamp(to + 0.004),
            rate / 8.0
        )
        .unwrap();
    }
    text
}

/// iperf3 with `-J`, begun so long before its first interval.
fn iperf_json(run: u32, begun_s: f64, sender: bool) -> String {
    let sums: Vec<String> = intervals()
        .map(|(from, to)| {
            let rate = 940e6 * up(from, to, AWAY);
            let (own, end) = (from - STARTED_S, to - STARTED_S);
            format!(
                "{{\"streams\": [],\n\"sum\": {{\"start\": {own}, \"end\": {end}, \"seconds\": 1, \"bytes\": {:.0}, \"bits_per_second\": {rate},\n\
                 \"omitted\": false, \"sender\": {sender}}}}}",
                rate / 8.0
            )
        })
        .collect();
    let begun = (requested(run) + STARTED_S - begun_s).floor();
    format!(
        "{{\"start\": {{\"connected\": [],\n\"version\": \"iperf 3.12\", \"timestamp\": {{\"timesecs\": {begun}}},\n\
         \"test_start\": {{\"protocol\": \"TCP\", \"num_streams\": 1, \"blksize\": 131072, \"omit\": 0, \"reverse\": 1}}}},\n\"intervals\": [{}],\n\
         \"end\": {{\"sum_sent\": {{\"seconds\": 90, \"bits_per_second\": 9e8}},\n\"sum_received\": {{\"seconds\": 90, \"bits_per_second\": 9e8}}}}}}\n",
        sums.join(",\n")
    )
}

fn ycsb(run: u32) -> String {
    let zero = requested(run);
    let mut done = 0.0;
    let mut text = String::new();
    let mut line = |t: f64, done: f64, more: f64| {
        let ms = ((zero + t).fract() * 1000.0).floor();
        let day = 14 + ((zero + t) as i64 - 1_699_916_400) / 86_400;
        let sec = (t - STARTED_S).floor();
        writeln!(text, "2023-11-{day} {}:{ms:03} {sec} sec: {done:.0} operations; {more:.0} current ops/sec; est completion in 1 minute [READ: Count={more:.0}, Max=9, Min=1, Avg=5.5, 90=8, 99=9, 99.9=9, 99.99=9] ", local(zero + t)).unwrap();
    };
    line(STARTED_S, 0.0, 0.0);
    for (from, to) in intervals() {
        let more = (2000.0 * up(from, to, AWAY)).round();
        done += more;
        line(to, done, more);
    }
    text + "[OVERALL], RunTime(ms), 90000\n[OVERALL], Throughput(ops/sec), 1930.5\n"
}

/// A test of sysbench from its first line to its last, each with `stamp` in front.
fn sysbench(run: u32, stamp: impl Fn(f64) -> String) -> String {
    let head = "sysbench 1.0.20 (using system LuaJIT 2.1.0-beta3)\n\nRunning the test with following options:\nNumber of threads: 1\n\nPrime numbers limit: 10000\n\nThreads started!\n\n";
    let tail = "CPU speed:\n    events per second:  1930.5\n\nGeneral statistics:\n    total time:                          90.0003s\n    total number of events:              173745\n\nLatency (ms):\n         avg:                                    0.55\n         max:                                   24.47\n         95th percentile:                        0.55\n";
    let zero = requested(run);
    let stamped = |text: &str, t: f64| {
        text.lines().map(|line| format!("{}{line}\n", stamp(zero + t))).collect::<String>()
    };
    let mut text = stamped(head, STARTED_S);
    for (from, to) in intervals() {
        let line = format!(
            "[ {:.0}s ] thds: 1 eps: {:.2} lat (ms,95%): 0.5{run}",
            to - STARTED_S,
            2000.0 * up(from, to, AWAY)
        );
        text += &stamped(&line, to + 0.002);
    }
    text + &stamped(tail, STARTED_S + f64::from(SECONDS))
}

fn outage<'a>(run: &'a Value, method: &str) -> &'a Value {
    run["outages"].as_array().unwrap().iter().find(|one| one["method"] == method).unwrap_or(&Value::Null)
}

fn codes(summary: &Value) -> Vec<&str> {
    summary["diagnostics"].as_array().unwrap().iter().map(|told| told["code"].as_str().unwrap()).collect()
}

/// The outage by throughput of every run holds the truth, within `width_s`, and lies where it was, to `place_s`.
fn holds(summary: &Value, away: [f64; 2], width_s: f64, place_s: f64) {
    let truth = away[1] - away[0];
    let runs = summary["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 3, "{}", summary["diagnostics"]);
    for run in runs {
        let found = outage(run, "throughput");
        let number = |key: &str| {
            found[key].as_f64().unwrap_or_else(|| panic!("{key}: {found} {}", summary["diagnostics"]))
        };
        let (lower, upper) = (number("lower_s"), number("upper_s"));
        assert!(lower <= truth && truth <= upper, "{found}");
        assert!(lower > 0.0 && upper - lower <= width_s, "{found}");
        assert!((number("estimate_s") - truth).abs() < 0.05, "{found}");
        assert!((number("start_s") - away[0]).abs() <= place_s, "{found}");
        assert!(run["throughput"]["lowest"].as_f64().unwrap() < 1e-6, "{run}");
        assert!(run["throughput"]["lost_s"].as_f64().is_some_and(|lost| (lost - truth).abs() < 0.1), "{run}");
    }
}

fn has_curve(summary: &Value, metric: &str) -> bool {
    summary["curves"].as_array().unwrap().iter().any(|curve| curve["metric"] == metric)
}

#[test]
fn iperf3_with_whole_seconds_in_front_of_its_lines() {
    let folder = campaign("utc_offset = \"+01:00\"\n", |run| vec![("iperf.txt", iperf_text(run, AWAY))]);
    let summary = summary(folder.path());
    holds(&summary, AWAY, 2.6, 1.1);
    assert!(has_curve(&summary, "iperf3.throughput"));
    let without = campaign("", |run| vec![("iperf.txt", iperf_text(run, AWAY))]);
    let told = crate::summary(without.path());
    assert!(codes(&told).contains(&"intervals-without-place"), "{:?}", codes(&told));
    assert_eq!(told["runs"][0]["throughput"], Value::Null);
}

#[test]
fn iperf3_in_json_is_placed_to_the_second() {
    for begun_s in [0.01, 0.7] {
        let folder = campaign("", |run| vec![("iperf.json", iperf_json(run, begun_s, false))]);
        let summary = summary(folder.path());
        holds(&summary, AWAY, 2.6, 2.0);
        // The sender's log of the same outage: it may have been longer.
        let folder = campaign("", |run| vec![("iperf.json", iperf_json(run, begun_s, true))]);
        holds(&crate::summary(folder.path()), AWAY, 2.8, 2.0);
    }
}

#[test]
fn ycsb_with_an_offset() {
    let folder = campaign("utc_offset = \"+01:00\"\n", |run| vec![("ycsb.txt", ycsb(run))]);
    let summary = summary(folder.path());
    holds(&summary, AWAY, 2.6, 0.05);
    assert!(has_curve(&summary, "ycsb.throughput") && has_curve(&summary, "ycsb.latency_mean"));
}

#[test]
fn sysbench_with_a_time_in_front_or_an_event_or_neither() {
    let folder = campaign("", |run| vec![("sysbench.txt", sysbench(run, |t| format!("{t:.6} ")))]);
    let stamped = summary(folder.path());
    holds(&stamped, AWAY, 2.6, 0.05);
    let since = "[[service]]\nfiles = 'sysbench\\.txt$'\nsince = \"benchmark_start\"\noutage_share = 0.2\n";
    let folder = campaign(since, |run| vec![("sysbench.txt", sysbench(run, |_| String::new()))]);
    // Whole seconds of the tool: a second more on either side.
    holds(&summary(folder.path()), AWAY, 4.6, 0.05);
    let folder = campaign("", |run| vec![("sysbench.txt", sysbench(run, |_| String::new()))]);
    let refused = summary(folder.path());
    let told = refused["diagnostics"].as_array().unwrap();
    let told = told.iter().find(|told| told["code"] == "clock-without-anchor").unwrap();
    assert!(told["message"].as_str().unwrap().contains("[[service]]"), "{told}");
    assert_eq!(refused["runs"][0]["throughput"], Value::Null);
    // inspect shows it all the same.
    let file = folder.path().join("web-1/sysbench.txt");
    let ended = stillstand(&["inspect", "--format", "json", file.to_str().unwrap()], &[]);
    let found: Value = serde_json::from_slice(&ended.stdout).unwrap();
    let formats: Vec<&Value> = found.as_array().unwrap().iter().map(|one| &one["format"]).collect();
    assert_eq!(formats, ["sysbench", "sysbench-intervals"], "{found}");
    assert_eq!(found[1]["rows_read"], 90);
}

/// An open connection waits before it tries again: its service is back later than the VM, and nothing contradicts.
#[test]
fn a_flow_that_comes_back_later_than_the_vm_contradicts_nothing() {
    let ping = |run: u32| -> String {
        let sent = (-200..200).map(|number| f64::from(number) * 0.2);
        let answered = sent.zip(1..).filter(|(t, _)| !(3.8..4.9).contains(t));
        let line = |(t, seq): (f64, u32)| {
            format!(
                "[{:.6}] 64 bytes from 192.0.2.7: icmp_seq={seq} ttl=64 time=0.400 ms\n",
                requested(run) + t + 0.0004
            )
        };
        format!(
            "PING 192.0.2.7 (192.0.2.7) 56(84) bytes of data.\n{}",
            answered.map(line).collect::<String>()
        )
    };
    let folder = campaign("utc_offset = \"+01:00\"\n[ping]\ninterval_s = 0.2\n", |run| {
        vec![("iperf.txt", iperf_text(run, [3.7, 8.2])), ("ping.txt", ping(run))]
    });
    let summary = summary(folder.path());
    holds(&summary, [3.7, 8.2], 2.6, 1.1);
    for run in summary["runs"].as_array().unwrap() {
        assert!(outage(run, "ping")["estimate_s"].as_f64().is_some_and(|s| (1.0..1.5).contains(&s)), "{run}");
        let flags = run["flags"].as_array().unwrap();
        assert!(flags.iter().all(|flag| flag["code"] != "methods-disagree"), "{flags:?}");
        let checks = run["checks"].as_array().unwrap();
        assert!(checks.iter().all(|check| check["verdict"] != "contradicted"), "{checks:?}");
    }
}

/// sysbench inside of the VM stops with it. The time in front of its lines, from outside, goes on.
#[test]
fn a_client_inside_of_the_vm_is_told() {
    let inside = |run: u32| -> String {
        let row = |own: u32| {
            let t = STARTED_S + f64::from(own) + if f64::from(own) > 49.0 { 2.75 } else { 0.0 };
            format!("{:.3} [ {own}s ] thds: 1 eps: 2000.00 lat (ms,95%): 0.56\n", requested(run) + t)
        };
        (1..SECONDS).map(row).collect()
    };
    let folder = campaign("", |run| vec![("sysbench.txt", inside(run))]);
    let summary = summary(folder.path());
    assert_eq!(
        codes(&summary).iter().filter(|code| **code == "tool-stood-still").count(),
        3,
        "{:?}",
        codes(&summary)
    );
    for run in summary["runs"].as_array().unwrap() {
        let found = outage(run, "throughput");
        // It proves nothing, and leaves open that it was as long.
        assert!(
            found["lower_s"] == 0.0 && found["upper_s"].as_f64().is_some_and(|upper| upper >= 2.75),
            "{found}"
        );
    }
}

/// The same logs without a migration are results of benchmarks, and nothing but these.
#[test]
fn without_a_migration_results_are_results() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
    for run in RUNS {
        write(&format!("none{run}-iperf3.json"), iperf_json(run, 0.1, false));
        write(&format!("none{run}-sysbench.txt"), sysbench(run, |_| String::new()));
    }
    let found = summary(folder.path());
    assert!(
        found["runs"].as_array().unwrap().is_empty() && !found["benchmarks"].as_array().unwrap().is_empty(),
        "{found}"
    );
    assert!(
        codes(&found).iter().all(|code| !code.contains("interval") && !code.contains("anchor")),
        "{:?}",
        codes(&found)
    );
    write("none1-ycsb.txt", ycsb(1));
    let with = summary(folder.path());
    assert_eq!(with["benchmarks"], found["benchmarks"]);
    assert!(codes(&with).contains(&"intervals-without-migration"), "{:?}", codes(&with));
}

/// Two jobs of fio are the work of one service.
#[test]
fn jobs_of_fio_are_added() {
    let job = |run: u32, kib: f64| -> String {
        let row = |(from, to): (f64, f64)| {
            format!("{:.0}, {:.0}, 1, 0, 0\n", (requested(run) + to) * 1000.0, kib * up(from, to, AWAY))
        };
        intervals().map(row).filter(|row| !row.contains(", 0, 1,")).collect()
    };
    let folder =
        campaign("", |run| vec![("fio_bw.1.log", job(run, 3000.0)), ("fio_bw.2.log", job(run, 1000.0))]);
    let summary = summary(folder.path());
    holds(&summary, AWAY, 2.6, 0.05);
    let baseline = summary["runs"][0]["throughput"]["baseline"].as_f64().unwrap();
    assert!((baseline - 4000.0 * 1024.0).abs() < 1.0, "{baseline}");
}

/// A second log of the service is told, never added: client and server of one test.
#[test]
fn client_and_server_are_not_added() {
    let folder = campaign("utc_offset = \"+01:00\"\n", |run| {
        vec![("client.txt", iperf_text(run, AWAY)), ("server.txt", iperf_text(run, AWAY))]
    });
    let summary = summary(folder.path());
    holds(&summary, AWAY, 2.6, 1.1);
    let baseline = summary["runs"][0]["throughput"]["baseline"].as_f64().unwrap();
    assert!((baseline - 117.5e6).abs() < 1e6, "{baseline}");
    assert!(codes(&summary).contains(&"second-log-of-its-kind"));
}

/// What becomes of a line.
type Loss = fn(&str) -> Option<String>;
const MISSING: Loss = |_| None;
const DAMAGED: [Loss; 3] = [
    |line| Some(line.chars().take(line.len() / 2).collect()),
    |line| Some(line.replacen(char::is_numeric, "x", 1)),
    |line| Some(line.replace([',', ':', '-'], "?")),
];

/// A log from which one line in the time around the outage is lost, for each line and each way, as so many runs: no bound is false.
fn no_lost_line_makes_a_bound_false(
    declared: &str,
    name: &'static str,
    losses: &[Loss],
    log: impl Fn(u32) -> String,
) {
    let lines = log(1).lines().count();
    let first = lines - SECONDS as usize + 46;
    let kinds = losses.len() as u32;
    let folder = campaign_of(1..=10 * kinds, declared, |run| {
        let (at, loss) = (first + (run / kinds) as usize, losses[(run % kinds) as usize]);
        let text = log(run);
        let lines = text.lines().enumerate();
        let kept = lines.filter_map(|(n, line)| if n == at { loss(line) } else { Some(line.to_owned()) });
        vec![(name, kept.map(|line| line + "\n").collect())]
    });
    let summary = summary(folder.path());
    let truth = AWAY[1] - AWAY[0];
    let runs = summary["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 10 * kinds as usize);
    let mut proven = 0;
    for run in runs {
        let found = outage(run, "throughput");
        let lower = found["lower_s"].as_f64().unwrap_or_else(|| panic!("{run}"));
        assert!(lower <= truth && found["upper_s"].as_f64().is_none_or(|upper| truth <= upper), "{found}");
        proven += usize::from(lower > 0.5);
    }
    assert!(proven > 15, "only {proven} of {} runs prove an outage", runs.len());
}

#[test]
fn a_lost_line_is_no_outage() {
    let all: Vec<Loss> = DAMAGED.into_iter().chain([MISSING]).collect();
    let stamped = |run| {
        sysbench(run, |t| format!("{t:.6} "))
            .lines()
            .filter(|line| line.contains("eps:"))
            .map(|line| format!("{line}\n"))
            .collect()
    };
    no_lost_line_makes_a_bound_false("", "sysbench.txt", &all, stamped);
    let since = "[[service]]\nfiles = 'txt$'\nsince = \"benchmark_start\"\n";
    let own = |run| {
        sysbench(run, |_| String::new())
            .lines()
            .filter(|line| line.contains("eps:"))
            .map(|line| format!("{line}\n"))
            .collect()
    };
    no_lost_line_makes_a_bound_false(since, "sysbench.txt", &all, own);
    no_lost_line_makes_a_bound_false("utc_offset = \"+01:00\"\n", "iperf.txt", &all, |run| {
        iperf_text(run, AWAY)
    });
    let pgbench = |run: u32| -> String {
        let row = |(from, to): (f64, f64)| {
            format!(
                "progress: {:.3} s, {:.1} tps, lat 0.500 ms stddev 0.100, 0 failed\n",
                requested(run) + to,
                2000.0 * up(from, to, AWAY)
            )
        };
        intervals().map(row).collect()
    };
    no_lost_line_makes_a_bound_false("", "pgbench.txt", &all, pgbench);
    let fio = |run: u32| -> String {
        let row = |(from, to): (f64, f64)| {
            format!("{:.0}, {:.0}, 1, 0, 0\n", (requested(run) + to) * 1000.0, 2000.0 * up(from, to, AWAY))
        };
        intervals().map(row).collect()
    };
    // fio writes no line where nothing was done, so that none is missed.
    no_lost_line_makes_a_bound_false("", "fio_bw.1.log", &DAMAGED, fio);
}

/// An outage of 1.5 s that three runs in four hide between two intervals is none of 0 s there: the mean is told as a range.
#[test]
fn what_may_have_gone_unnoticed_is_in_the_mean() {
    let at = |run: u32| [4.2, 3.95, 3.95, 3.95][(run % 4) as usize];
    let folder = campaign_of(1..=8, "", |run| {
        let row = |(from, to): (f64, f64)| {
            let rate = 2000.0 * up(from, to, [at(run), at(run) + 1.5]);
            format!(
                "progress: {:.3} s, {rate:.1} tps, lat 0.500 ms stddev 0.100, 0 failed\n",
                requested(run) + to
            )
        };
        vec![("pgbench.txt", intervals().map(row).collect())]
    });
    let told = summary(folder.path());
    let findings = told["findings"].as_array().unwrap();
    let of_outage = findings.iter().find(|finding| finding["code"] == "outage").unwrap();
    let value =
        |name: &str| of_outage["values"][name].as_f64().unwrap_or_else(|| panic!("{name}: {of_outage}"));
    assert!(
        value("mean_s") < 1.5 && value("mean_at_most_s") > 1.5 && value("at_most_s") > 1.5,
        "{of_outage}"
    );
    let text = crate::stdout(&["stats", folder.path().to_str().unwrap()]);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains("in 2 of 8 runs, and in the others up to 2.00 s may have gone unnoticed"),
        "{text}"
    );
    let series =
        told["series"].as_array().unwrap().iter().find(|one| one["metric"] == "outage_throughput").unwrap();
    assert!(series["ci95_high"].as_f64().is_some_and(|high| high >= value("mean_at_most_s")), "{series}");
}

/// `ts` behind a pipe that lets eight lines through at a time: the seconds of the tool count, as the warning says.
#[test]
fn lines_that_a_pipe_held_back_lie_where_the_tool_says() {
    let held = |run: u32| -> String {
        let row = |(number, (from, to)): (u32, (f64, f64))| {
            let stamp = requested(run) + to + f64::from(7 - number % 8);
            format!(
                "{stamp:.6} [ {:.0}s ] thds: 1 eps: {:.2} lat (ms,95%): 0.55\n",
                to - STARTED_S,
                2000.0 * up(from, to, AWAY)
            )
        };
        (0..).zip(intervals()).map(row).collect()
    };
    let folder = campaign("", |run| vec![("sysbench.txt", held(run))]);
    let summary = summary(folder.path());
    assert_eq!(
        codes(&summary).iter().filter(|code| **code == "lines-held-back").count(),
        3,
        "{:?}",
        codes(&summary)
    );
    holds(&summary, AWAY, 4.6, 0.05);
}

/// A line that is cut within its number is none; nor is the last row of a table that has no end.
#[test]
fn a_number_that_is_cut_is_no_number() {
    let cut = |run: u32| -> String {
        let all = sysbench(run, |t| format!("{t:.6} "));
        let rows = all.lines().filter(|line| line.contains("eps:"));
        let cut = rows.zip(0..).map(|(line, number)| match number {
            60 => format!("{}\n", line.split("00.00").next().unwrap()),
            _ => format!("{line}\n"),
        });
        cut.collect()
    };
    let folder = campaign("", |run| vec![("sysbench.txt", cut(run))]);
    let told = summary(folder.path());
    assert!(codes(&told).contains(&"unreadable-row"), "{:?}", codes(&told));
    for run in told["runs"].as_array().unwrap() {
        let found = outage(run, "throughput");
        assert!(found["start_s"].as_f64().is_some_and(|start| (start - AWAY[0]).abs() < 0.1), "{found}");
    }
    let declared = "[[series]]\nfiles = 'rate\\.csv$'\ntime = \"t\"\n\
        columns = [{ column = \"rate\", metric = \"own.rate\", unit = \"1/s\", service = \"throughput\" }]\n";
    let table = |run: u32| -> String {
        let row = |(_, to): (f64, f64)| format!("{:.3},95.1\n", requested(run) + to);
        format!("t,rate\n{}{:.3},9", intervals().map(row).collect::<String>(), requested(run) + 45.7)
    };
    let folder = campaign(declared, |run| vec![("rate.csv", table(run))]);
    let told = summary(folder.path());
    assert_eq!(codes(&told).iter().filter(|code| **code == "last-line-cut").count(), 3, "{:?}", codes(&told));
    for run in told["runs"].as_array().unwrap() {
        assert_eq!(outage(run, "throughput")["censored"], false, "{run}");
    }
}
