//! `init` on campaigns of which no file is a log of a known format: tables of people's own clients and scripts. After a few
//! corrections the runs, their conditions and the outages are those of which the tables were made.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::init::init;
use crate::{stillstand, summary};

pub const LOADS: [&str; 2] = ["idle", "busy"];
const REPETITIONS: std::ops::RangeInclusive<usize> = 1..=3;

/// A run and its truth.
#[derive(Clone, Copy)]
pub struct Run {
    pub load: usize,
    pub repetition: usize,
}

impl Run {
    fn all() -> impl Iterator<Item = Self> {
        (0..LOADS.len()).flat_map(|load| REPETITIONS.map(move |repetition| Self { load, repetition }))
    }

    /// Second since 1970 of the request.
    pub fn requested(self) -> f64 {
        1_700_000_000.25 + 7200.0 * self.load as f64 + 1200.0 * self.repetition as f64
    }

    /// When the service was away, seconds since the request.
    fn away(self) -> [f64; 2] {
        let start = 5.3 + 0.1 * self.repetition as f64;
        [start, start + self.outage()]
    }

    fn outage(self) -> f64 {
        2.1 + 2.0 * self.load as f64 + 0.3 * self.repetition as f64
    }

    /// Start, duration and success of requests that each wait for the one before, and a second at most for their answer.
    pub fn closed(self) -> Vec<(f64, f64, bool)> {
        let [from, until] = self.away();
        let mut t = -20.0 + 0.003 * self.repetition as f64;
        let mut requests = Vec::new();
        while t < 40.0 {
            let is_away = (from..until).contains(&t);
            let took = if is_away { 1.001 } else { 0.0101 };
            requests.push((t, took, !is_away));
            t += took + 0.05;
        }
        requests
    }

    /// The same of requests each 0.2 s.
    pub fn open(self) -> Vec<(f64, f64, bool)> {
        let [from, until] = self.away();
        let request = |number: i32| {
            let t = -20.0 + 0.013 * self.repetition as f64 + 0.2 * f64::from(number);
            let is_away = (from..until).contains(&t);
            (t, if is_away { 1.0 } else { 0.0101 }, !is_away)
        };
        (0..300).map(request).collect()
    }

    /// When what happened, seconds since the request.
    pub fn events(self) -> [(f64, &'static str); 4] {
        let end = self.away()[1];
        [
            (-25.0, "benchmark start"),
            (0.0, "migration started"),
            (end + 1.0, "migration finished"),
            (45.0, "done"),
        ]
    }
}

/// A table: the heading, and a row for each of `rows`.
pub fn table<T>(heading: &str, rows: impl IntoIterator<Item = T>, row: impl Fn(T) -> String) -> String {
    rows.into_iter().fold(format!("{heading}\n"), |mut table, of| {
        writeln!(table, "{}", row(of)).unwrap();
        table
    })
}

/// Second since 1970 as ISO 8601 in a zone so many hours east, and what it ends in.
fn iso(seconds: f64, hours: i64, form: &str) -> String {
    let time = chrono::DateTime::from_timestamp_nanos((seconds * 1e9).round() as i64);
    (time + chrono::Duration::hours(hours)).format(form).to_string()
}

pub fn campaign(files: impl Fn(Run) -> Vec<(String, String)>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in Run::all().flat_map(files) {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// What `init` wrote, and what people change in it.
pub struct Corrected<'a> {
    folder: &'a Path,
    pub text: String,
    edits: usize,
}

impl<'a> Corrected<'a> {
    pub fn new(folder: &'a Path) -> Self {
        let path = folder.join("campaign.toml");
        let text = fs::read_to_string(&path).unwrap();
        // As it is it can be used.
        let stats = stillstand(&["stats", folder.to_str().unwrap()], &[]);
        assert!(stats.status.success(), "{text}{}", String::from_utf8_lossy(&stats.stderr));
        Self { folder, text, edits: 0 }
    }

    /// Replaces a line.
    pub fn line(mut self, from: &str, to: &str) -> Self {
        let lines = self.text.lines().filter(|line| *line == from).count();
        assert_eq!(lines, 1, "{from}: {}", self.text);
        self.text = self.text.replace(&format!("{from}\n"), &format!("{to}\n"));
        self.edits += 1;
        self
    }

    /// Takes the `# ` away from a block of lines that begins with one and ends with another.
    fn block(mut self, first: &str, last: &str) -> Self {
        let mut is_in = false;
        let mut seen = 0;
        let mut text = String::new();
        for line in self.text.lines() {
            is_in |= line == first;
            seen += usize::from(line == first);
            writeln!(text, "{}", if is_in { line.strip_prefix("# ").unwrap_or(line) } else { line }).unwrap();
            is_in &= line != last;
        }
        assert!(seen == 1 && !is_in, "{first}: {}", self.text);
        self.text = text;
        self.edits += 1;
        self
    }

    /// The summary with the truth in it.
    pub fn holds(self, edits: usize, loads: [&str; 2]) -> Value {
        assert!(self.edits <= 3 && self.edits == edits, "{} edits", self.edits);
        fs::write(self.folder.join("campaign.toml"), &self.text).unwrap();
        let summary = summary(self.folder);
        let problems: Vec<&Value> = summary["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            // Of two clients one counts, and that is said.
            .filter(|one| one["severity"] != "note" && one["code"] != "second-log-of-its-kind")
            .collect();
        assert!(problems.is_empty(), "{problems:?}\n{}", self.text);
        let conditions = summary["conditions"].as_array().unwrap();
        let mut found: Vec<(&str, u64)> = conditions
            .iter()
            .map(|condition| {
                (condition["factors"]["load"].as_str().unwrap(), condition["runs"].as_u64().unwrap())
            })
            .collect();
        found.sort_unstable();
        let mut expected = loads.map(|load| (load, 3));
        expected.sort_unstable();
        assert_eq!(found, expected, "{}", self.text);
        for run in Run::all() {
            let of_run = summary["runs"].as_array().unwrap().iter().find(|found| {
                found["factors"]["load"] == loads[run.load] && found["repetition"] == run.repetition as u64
            });
            let outages = of_run.unwrap()["outages"].as_array().unwrap();
            let probe = outages.iter().find(|outage| outage["method"] == "probe").unwrap_or(&Value::Null);
            let number = |key: &str| probe[key].as_f64().unwrap_or_else(|| panic!("{probe} {}", self.text));
            let (lower, estimate, upper) = (number("lower_s"), number("estimate_s"), number("upper_s"));
            let truth = run.outage();
            assert!(lower <= truth && truth <= upper && upper - lower < 3.0, "{truth}: {probe}");
            assert!((estimate - truth).abs() < 1.1, "{truth}: {probe}");
            assert!((number("start_s") - run.away()[0]).abs() < 1.1, "{probe}");
        }
        summary
    }
}

fn measured(summary: &Value, metric: &str) -> bool {
    let runs = summary["runs"].as_array().unwrap();
    runs.iter().all(|run| run["resources"].as_array().unwrap().iter().any(|cost| cost["metric"] == metric))
}

/// psutil by a script: seconds since the request, memory, and counters of network and disk.
fn host(run: Run) -> impl Iterator<Item = (f64, [u64; 4])> {
    let start = -24.0 + 0.1 * run.repetition as f64;
    (0..60_u64).map(move |n| (start + n as f64, [2_000_000_000 + n % 7, 5_000 * n, 7_000 * n, 100 * n]))
}

#[test]
fn a_folder_for_each_run() {
    let folder = campaign(|run| {
        let path = |name: &str| format!("{}/{}/{name}", LOADS[run.load], run.repetition);
        let zero = run.requested();
        let probe =
            table("sent_at,endpoint,status_code,response_time_ms", run.closed(), |(t, took, worked)| {
                format!("{:.3},/health,{},{:.1}", zero + t, if worked { "200" } else { "000" }, 1000.0 * took)
            });
        let events =
            table("time,event,detail", run.events(), |(t, event)| format!("{:.3},{event},", zero + t));
        let psutil = table(
            "timestamp,cpu_percent,mem_used_bytes,net_bytes_sent,net_bytes_recv,disk_read_bytes",
            host(run),
            |(t, [used, sent, received, read])| {
                format!("{:.2},12.5,{used},{sent},{received},{read}", zero + t)
            },
        );
        vec![(path("probe.csv"), probe), (path("events.csv"), events), (path("psutil.csv"), psutil)]
    });
    let stderr = init(folder.path());
    assert!(stderr.contains("18 logs of 6 runs") && stderr.contains("load: idle, busy"), "{stderr}");
    let corrected = Corrected::new(folder.path());
    for line in [
        "files = '/probe\\.csv$'",
        "files = '/events\\.csv$'",
        "files = '/psutil\\.csv$'",
        "loop = \"closed\"",
    ] {
        assert!(corrected.text.lines().any(|known| known == line), "{line}: {}", corrected.text);
    }
    let summary = corrected.holds(0, LOADS);
    assert!(summary["runs"][0]["probe"]["closed_loop"] == true);
    for metric in ["own.cpu_percent", "mem.used", "net.sent", "net.received", "disk.read"] {
        assert!(measured(&summary, metric), "{metric}");
    }
}

#[test]
fn flat_names() {
    let folder = campaign(|run| {
        let path = |what: &str| format!("{what}_{}_{}.csv", LOADS[run.load], run.repetition);
        let zero = run.requested();
        let probe = table("timestamp_ms,latency_s,ok", run.open(), |(t, took, worked)| {
            format!("{:.0},{took:.4},{}", 1000.0 * (zero + t), u8::from(worked))
        });
        let events = table("epoch,phase", run.events(), |(t, event)| format!("{:.3},{event}", zero + t));
        let host = table("time,mem_used_mib,load", host(run), |(t, [used, ..])| {
            format!("{},{},0.5", iso(zero + t, 2, "%Y-%m-%dT%H:%M:%S%.3f+02:00"), used >> 20)
        });
        vec![(path("http"), probe), (path("events"), events), (path("host"), host)]
    });
    let stderr = init(folder.path());
    assert!(stderr.contains("18 logs of 6 runs") && stderr.contains("offset from UTC: +02:00"), "{stderr}");
    assert!(stderr.contains("no heading tells the unit of `load`"), "{stderr}");
    let corrected = Corrected::new(folder.path());
    for line in ["files = '^http_'", "files = '^events_'", "files = '^host_'", "loop = \"open\""] {
        assert!(corrected.text.lines().any(|known| known == line), "{line}: {}", corrected.text);
    }
    let summary = corrected
        .line(
            "#   { column = 'load', metric = \"own.load\", unit = \"count\" },",
            "  { column = 'load', metric = \"own.load\", unit = \"ratio\" },",
        )
        .holds(1, LOADS);
    assert!(measured(&summary, "mem.used") && measured(&summary, "own.load"));
}

#[test]
fn headings_words_and_times_in_german() {
    let german = ["ohne Last", "Speicherlast"];
    let folder = campaign(|run| {
        let path = |name: &str| format!("{}/Lauf {}/{name}.csv", german[run.load], run.repetition);
        let time = |t: f64| iso(run.requested() + t, 1, "%d.%m.%Y %H:%M:%S%.3f");
        let comma = |number: f64| format!("{number:.1}").replace('.', ",");
        let probe = table("Zeit;Latenz_ms;Status", run.closed(), |(t, took, worked)| {
            format!(
                "{};{};{}",
                time(t),
                comma(1000.0 * took),
                if worked { "in Ordnung" } else { "keine Antwort" }
            )
        });
        let words = ["Messung beginnt", "Migration gestartet", "Migration beendet", "Messung fertig"];
        let events = table("Zeit;Ereignis", run.events().into_iter().zip(words), |((t, _), event)| {
            format!("{};{event}", time(t))
        });
        let host = table("Zeit;Auslastung_Prozent;Arbeitsspeicher", host(run), |(t, [used, ..])| {
            format!("{};{};{}", time(t), comma(12.5), used >> 20)
        });
        vec![(path("Anfragen"), probe), (path("Ereignisse"), events), (path("Rechner"), host)]
    });
    let stderr = init(folder.path());
    assert!(stderr.contains("18 logs of 6 runs"), "{stderr}");
    assert!(stderr.contains("utc_offset: to be filled in: 18 logs such as Speicherlast"), "{stderr}");
    assert!(stderr.contains("`in Ordnung` is taken for what says that a request worked"), "{stderr}");
    let summary = Corrected::new(folder.path())
        .line("# utc_offset = \"+01:00\"", "utc_offset = \"+01:00\"")
        .holds(1, german);
    assert!(measured(&summary, "own.auslastung_prozent"));
}

#[test]
fn objects_in_lines() {
    let folder = campaign(|run| {
        let path = |name: &str| format!("{}-run{}-{name}.jsonl", LOADS[run.load], run.repetition);
        let zero = run.requested();
        let object = |text: String| format!("{text}\n");
        let probe: String = run
            .closed()
            .into_iter()
            .map(|(t, took, ok)| {
                let us = 1e6 * took;
                object(format!(
                    "{{\"ts\": {:.3}, \"reply\": {{\"ok\": {ok}, \"rtt_us\": {us:.0}}}}}",
                    zero + t
                ))
            })
            .collect();
        let words = ["setup", "kick off", "cutover", "teardown"];
        let events: String = run
            .events()
            .into_iter()
            .zip(words)
            .map(|((t, _), event)| {
                object(format!("{{\"ts_ms\": {:.0}, \"event\": \"{event}\"}}", 1000.0 * (zero + t)))
            })
            .collect();
        vec![(path("http"), probe), (path("script"), events)]
    });
    let stderr = init(folder.path());
    assert!(stderr.contains("12 logs of 6 runs"), "{stderr}");
    assert!(stderr.contains("none of the events is known to be the request"), "{stderr}");
    Corrected::new(folder.path())
        .line("# words = { request = ['cutover'] }", "words = { request = ['kick off'], end = ['cutover'] }")
        .holds(1, LOADS);
}

#[test]
fn a_latency_without_a_unit_and_a_clock_from_a_start() {
    let folder = campaign(|run| {
        let path = |name: &str| format!("{}{}/{name}.csv", LOADS[run.load], run.repetition);
        let zero = run.requested();
        let probe = table("time,latency,status", run.open(), |(t, took, worked)| {
            format!("{:.3},{took:.4},{}", zero + t, if worked { "success" } else { "fail" })
        });
        let events =
            table("timestamp_unix,event", run.events(), |(t, event)| format!("{:.3},{event}", zero + t));
        let host = table("elapsed_s,cpu_percent,mem_used_bytes", host(run), |(t, [used, ..])| {
            format!("{:.2},12.5,{used}", t + 25.0)
        });
        vec![(path("client"), probe), (path("events"), events), (path("stats"), host)]
    });
    let stderr = init(folder.path());
    assert!(stderr.contains("12 logs of 6 runs"), "{stderr}");
    assert!(stderr.contains("the unit of `latency`: fill in duration_unit"), "{stderr}");
    assert!(stderr.contains("since: from which event its clock counts"), "{stderr}");
    let summary = Corrected::new(folder.path())
        .block("# duration = 'latency'", "# loop = \"open\"")
        .block("# [[series]]", "# ]")
        .holds(2, LOADS);
    assert!(measured(&summary, "mem.used"));
    // Placed by the event, not by its file.
    let costs = summary["runs"][0]["resources"].as_array().unwrap();
    let memory = costs.iter().find(|cost| cost["metric"] == "mem.used").unwrap();
    assert!((memory["baseline_mean"].as_f64().unwrap() - 2e9).abs() < 100.0, "{memory}");
}

#[test]
fn a_table_with_nothing_but_questions_is_a_comment() {
    let folder = campaign(|run| {
        let rows = run.open().into_iter().map(|(t, took, _)| (run.requested() + t, took));
        let name = format!("{}-{}.csv", LOADS[run.load], run.repetition);
        vec![(name, table("time,latency,size", rows, |(t, took)| format!("{t:.3},{took:.4},17")))]
    });
    let stderr = init(folder.path());
    assert!(stderr.contains("a [[probes]] table is proposed as a comment"), "{stderr}");
    let text = fs::read_to_string(folder.path().join("campaign.toml")).unwrap();
    assert!(text.contains("# duration_unit = \"s\"\n") && !text.contains("\n[[probes]]"), "{text}");
}

/// `sar` of a minute, in local time of a zone that is not told.
fn sar(hour: u32, minute: u32) -> String {
    let head = "Linux 6.1.0-13-amd64 (kirsche) \t2026-11-30 \t_x86_64_\t(2 CPU)\n\n";
    let names = "CPU     %user     %nice   %system   %iowait    %steal     %idle";
    let row = |second: u32| {
        format!(
            "{hour:02}:{minute:02}:{second:02}        all      1.00      0.00      2.00      0.00      0.00     97.00"
        )
    };
    table(&format!("{head}{hour:02}:{minute:02}:00        {names}"), 1..30, row)
}

#[test]
fn loads_of_logs_in_local_time_are_no_hosts() {
    let folder = campaign(|run| {
        let name = format!("{}-{}-sar.txt", LOADS[run.load], run.repetition);
        vec![(name, sar(9 + run.load as u32, 10 * run.repetition as u32))]
    });
    let stderr = init(folder.path());
    assert!(stderr.contains("6 logs of 6 runs") && stderr.contains("load: idle, busy"), "{stderr}");
    assert!(stderr.contains("hosts: kirsche"), "{stderr}");
    assert!(stderr.contains("utc_offset: to be filled in: 6 logs such as busy-1-sar.txt"), "{stderr}");
}

#[test]
fn a_zone_in_any_log_is_the_offset() {
    let folder = campaign(|run| {
        let path = |name: &str| format!("{}-{}-{name}.txt", LOADS[run.load], run.repetition);
        let head = "procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu----- -----timestamp-----\n \
             r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st                 CET";
        let vmstat = table(head, 1..30, |second: u32| {
            let (hour, minute) = (9 + run.load, 10 * run.repetition);
            format!(
                "13  0      0 19020316  52432 3734844    0    0  2028  5578  559 1022 71 11 18  0  0 2026-11-30 {hour:02}:{minute:02}:{second:02}"
            )
        });
        vec![(path("vmstat"), vmstat), (path("sar"), sar(9 + run.load as u32, 10 * run.repetition as u32))]
    });
    let stderr = init(folder.path());
    assert!(stderr.contains("12 logs of 6 runs") && stderr.contains("offset from UTC: +01:00"), "{stderr}");
    assert!(!stderr.contains("utc_offset"), "{stderr}");
    let text = fs::read_to_string(folder.path().join("campaign.toml")).unwrap();
    assert!(text.contains("# guessed: the zone of the times in 6 logs\nutc_offset = \"+01:00\"\n"), "{text}");
}

#[test]
fn hosts_and_clients_beside_each_other() {
    let folder = campaign(|run| {
        let path = |name: &str| format!("{}/run-{}/{name}.csv", LOADS[run.load], run.repetition);
        let zero = run.requested();
        let client = |took: f64| {
            table("t,rtt_ms,ok", run.closed(), |(t, waited, worked)| {
                // As clients write it that nobody answered.
                let rtt = if worked { format!("{:.1}", 1000.0 * took) } else { "-1".to_owned() };
                let later = if worked { 0.0 } else { took - waited };
                format!("{:.3},{rtt},{worked}", zero + t + later.max(0.0))
            })
        };
        let events = table("t,event", run.events(), |(t, event)| format!("{:.3},{event}", zero + t));
        let host = |bytes: u64| {
            table("t,mem_used_bytes", host(run), move |(t, [used, ..])| {
                format!("{:.2},{}", zero + t, used + bytes)
            })
        };
        vec![
            (path("http"), client(0.0101)),
            (path("tcp"), client(0.0101)),
            (path("events"), events),
            (path("psutil-source"), host(0)),
            (path("psutil-target"), host(1_000_000_000)),
        ]
    });
    let stderr = init(folder.path());
    assert!(stderr.contains("30 logs of 6 runs"), "{stderr}");
    assert!(stderr.contains("hosts: source (source), target (target)"), "{stderr}");
    let corrected = Corrected::new(folder.path());
    assert_eq!(corrected.text.matches("\n[[probes]]\n").count(), 2, "{}", corrected.text);
    let summary = corrected.holds(0, LOADS);
    let costs = summary["runs"][0]["resources"].as_array().unwrap();
    let memory = |host: &str| {
        let of_host = costs.iter().find(|cost| cost["metric"] == "mem.used" && cost["host"] == host);
        of_host.unwrap()["baseline_mean"].as_f64().unwrap()
    };
    assert!((memory("target") - memory("source") - 1e9).abs() < 1.0, "{costs:?}");
}
