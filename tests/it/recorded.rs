//! The recorded campaigns: real migrations, whose hypervisor, ping and guest tell of them independently.

use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::summary;

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data").join(name)
}

fn runs(summary: &Value, status: &str) -> Vec<Value> {
    let runs = summary["runs"].as_array().unwrap();
    runs.iter().filter(|run| run["migration"]["status"] == status).cloned().collect()
}

/// The element of an array whose field has this value.
fn find<'a>(array: &'a Value, field: &str, value: &str) -> &'a Value {
    let found = array.as_array().unwrap().iter().find(|element| element[field] == value);
    found.unwrap_or_else(|| panic!("no {value} in {array}"))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value}"))
}

fn codes(run: &Value) -> Vec<&str> {
    run["flags"].as_array().unwrap().iter().map(|flag| flag["code"].as_str().unwrap()).collect()
}

/// How long the VM stood still by the hypervisor's own events, seconds.
fn by_events(run: &Value) -> f64 {
    let at = |kind: &str| {
        let of_kind = |milestone: &&Value| milestone["kind"] == kind && milestone["evidence"] == "hypervisor";
        let milestones = run["milestones"].as_array().unwrap();
        number(&milestones.iter().find(of_kind).unwrap_or_else(|| panic!("no {kind}"))["earliest_s"])
    };
    at("resumed") - at("stopped")
}

#[test]
fn ping_contains_what_qemu_did_and_qemus_own_figure_is_too_short() {
    let summary = summary(&sample("qemu-live-migration"));
    let completed = runs(&summary, "completed");
    assert_eq!(completed.len(), 25);
    for run in &completed {
        let id = &run["id"];
        let ping = find(&run["outages"], "method", "ping");
        let reported = number(&find(&run["outages"], "method", "hypervisor")["estimate_s"]);
        let stood_still = by_events(run);
        // Events are printed by one process and stamped by another: good to 10 ms.
        assert!(number(&ping["lower_s"]) <= stood_still + 0.01, "{id}: {ping} {stood_still}");
        assert!(number(&ping["upper_s"]) >= stood_still - 0.01, "{id}: {ping} {stood_still}");
        assert_ne!(find(&run["checks"], "code", "ping-matches-events")["verdict"], "contradicted", "{id}");
        // The last bytes are then still in the socket's buffer, which the link needs 0.2 s for.
        assert!((0.15..0.25).contains(&(stood_still - reported)), "{id}: {stood_still} {reported}");
        assert!(codes(run).contains(&"downtime-ends-early"), "{id}");
    }
    let agreement = summary["agreements"].as_array().unwrap();
    let pair = agreement.iter().find(|pair| pair["a"] == "ping" && pair["b"] == "ping-reply-gap").unwrap();
    assert_eq!((&pair["n"], &pair["overlapping"]), (&Value::from(25), &Value::from(25)));
}

#[test]
fn a_guest_clock_that_stood_still_is_found_and_enters_no_mean() {
    let summary = summary(&sample("qemu-live-migration"));
    for run in runs(&summary, "completed") {
        assert!(codes(&run).contains(&"guest-clock-stopped"), "{}", run["id"]);
    }
    let series = summary["series"].as_array().unwrap();
    let of = |metric: &str| series.iter().filter(|series| series["metric"] == metric).count();
    assert_eq!(of("outage_guest_clock"), 0);
    assert!(of("outage_ping") >= 5 && of("outage_hypervisor") == 5, "{series:?}");
}

#[test]
fn migrations_that_did_not_complete_are_counted_with_their_reason() {
    let summary = summary(&sample("qemu-live-migration"));
    let (cancelled, failed) = (runs(&summary, "cancelled"), runs(&summary, "failed"));
    assert_eq!((cancelled.len(), failed.len()), (5, 5));
    for run in cancelled.iter().chain(&failed) {
        assert!(run["outages"].as_array().unwrap().iter().all(|outage| outage["method"] != "hypervisor"));
    }
    for run in &failed {
        assert!(
            run["migration"]["reason"].as_str().unwrap().contains("reset by peer"),
            "{}",
            run["migration"]
        );
    }
    // Nothing of them is averaged.
    for series in summary["series"].as_array().unwrap() {
        let load = series["factors"]["load"].as_str().unwrap();
        assert!(!["diverging", "failing"].contains(&load), "{series}");
    }
}

#[test]
fn a_guest_that_was_lost_was_out_until_the_end_of_the_log() {
    let summary = summary(&sample("qemu-lost-guest"));
    let completed = runs(&summary, "completed");
    assert_eq!(completed.len(), 5);
    let lost = completed.iter().filter(|run| {
        let ping = find(&run["outages"], "method", "ping");
        ping["censored"] == true && ping["upper_s"].is_null() && number(&ping["lower_s"]) > 13.0
    });
    // Of the fifth ping got answers again.
    assert_eq!(lost.count(), 4);
}

#[test]
fn rounds_of_qemu_add_up_to_what_it_counts() {
    let summary = summary(&sample("qemu-live-migration"));
    for run in runs(&summary, "completed") {
        let (precopy, account) = (&run["precopy"], &run["hypervisor"]);
        assert_eq!(precopy["pages_total"], account["pages_sent"], "{}", run["id"]);
        // QEMU looks for dirty pages, and counts a round, as soon as what remains fits its downtime limit: 3.5 s of
        // the link under `dirtyfast`, a fifth of the memory.
        let (first, all) = (number(&precopy["pages_first"]), number(&precopy["vm_pages"]));
        assert!((0.78..=1.0).contains(&(first / all)), "{}: {first} of {all}", run["id"]);
    }
}

#[test]
fn migrations_last_longer_the_more_is_dirtied_until_none_ends() {
    let summary = summary(&sample("qemu-sweep/dirty-rate"));
    let series = summary["series"].as_array().unwrap();
    let durations: Vec<(f64, f64)> = series
        .iter()
        .filter(|series| series["metric"] == "migration_duration")
        .map(|series| {
            let rate = series["factors"]["dirty_mib_per_s"].as_str().unwrap();
            (rate.parse().unwrap(), number(&series["mean"]))
        })
        .collect();
    // In the order of the numbers, and each longer than the one before.
    assert_eq!(
        durations.iter().map(|(rate, _)| *rate).collect::<Vec<_>>(),
        [0.0, 4.0, 8.0, 10.0, 12.0, 14.0]
    );
    assert!(durations.windows(2).all(|pair| pair[0].1 < pair[1].1), "{durations:?}");
    // The link carries 15.3 MiB of pages a second: what dirties more does not converge.
    let cancelled = runs(&summary, "cancelled");
    let rates = cancelled.iter().map(|run| run["factors"]["dirty_mib_per_s"].as_str().unwrap());
    assert_eq!(rates.collect::<Vec<_>>(), ["16", "16", "16", "24", "24", "24"]);
}

#[test]
fn the_model_of_pre_copy_stands_beside_what_was_measured() {
    let summary = summary(&sample("qemu-sweep/dirty-rate"));
    let series = summary["series"].as_array().unwrap();
    let mean = |rate: &str, metric: &str| {
        let fits = |s: &&Value| s["factors"]["dirty_mib_per_s"] == rate && s["metric"] == metric;
        number(&series.iter().find(fits).unwrap_or_else(|| panic!("{rate} {metric}"))["mean"])
    };
    // It is right where little is dirtied, and too long where the guest writes to the same memory again.
    assert!(mean("0", "precopy.prediction_error").abs() < 3.0);
    assert!(mean("4", "precopy.prediction_error").abs() < 3.0);
    let errors = ["8", "10", "12", "14"].map(|rate| mean(rate, "precopy.prediction_error"));
    assert!(errors[0] > 30.0 && errors.is_sorted(), "{errors:?}");
    // The guest writes to 24 MiB again and again: a model that knows is right at every rate.
    for rate in ["0", "4", "8", "10", "12", "14"] {
        assert!(mean(rate, "precopy.prediction_error_ws").abs() < 4.0, "{rate}");
        let found = series.iter().find(|s| {
            s["factors"]["dirty_mib_per_s"] == rate && s["metric"] == "precopy.prediction_error_ws"
        });
        let values = found.unwrap()["values"].as_array().unwrap();
        assert!(
            values.iter().filter_map(Value::as_f64).all(|error| error.abs() < 12.0),
            "{rate}: {values:?}"
        );
    }
    let working_set = mean("12", "precopy.working_set") / 1_048_576.0;
    assert!((20.0..25.0).contains(&working_set), "{working_set}");
}

/// The lines of a compressed log.
fn lines(path: &Path) -> Vec<String> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// Counted a second time with nothing of the program's code: the largest `transferred` of QEMU with the bytes that its
/// pages make, and what dool's rows of `lo` add up to over the whole log, each for the time since the row before.
fn recounted(run: &Path) -> (f64, f64, f64) {
    let answers = lines(&run.join("qmp-source.log.gz")).into_iter().filter_map(|line| {
        let message: Value = serde_json::from_str(line.splitn(3, ' ').last()?).ok()?;
        let ram = message["return"]["ram"].clone();
        Some((ram["transferred"].as_f64()?, ram["normal"].as_f64()?, ram["duplicate"].as_f64()?))
    });
    let (told, normal, duplicate) = answers.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
    let rows: Vec<Vec<String>> = lines(&run.join("dstat-testbed.csv.gz"))
        .into_iter()
        .map(|line| line.split(',').map(|cell| cell.trim_matches('"').to_owned()).collect())
        .collect();
    let head = rows.iter().position(|row| row.iter().any(|cell| cell == "net/lo:recv")).unwrap();
    let column = rows[head].iter().position(|cell| cell == "net/lo:recv").unwrap();
    let figures = rows[head + 1..].iter().map(|row| [0, column].map(|at| row[at].parse::<f64>().unwrap()));
    let figures: Vec<[f64; 2]> = figures.collect();
    let counted = figures.windows(2).map(|pair| pair[1][1] * (pair[1][0] - pair[0][0])).sum();
    (told, counted, normal * 4104.0 + duplicate * 9.0)
}

#[test]
fn in_every_run_of_the_sweeps_the_link_carried_what_qemu_tells() {
    let mut surpluses = Vec::new();
    for campaign in ["dirty-rate", "memory"] {
        let folder = sample("qemu-sweep").join(campaign);
        let summary = summary(&folder);
        for run in summary["runs"].as_array().unwrap() {
            let (id, transfer) = (&run["id"], &run["transfer"]);
            let level = run["factors"].as_object().unwrap().values().next().unwrap().as_str().unwrap();
            let (told, counted, pages) = recounted(&folder.join(level).join(run["repetition"].to_string()));
            assert_eq!(number(&transfer["told_bytes"]), told, "{id}");
            assert_eq!(number(&transfer["pages"]["bytes"]), pages, "{id}");
            let [by_lo] = transfer["counted"].as_array().unwrap().as_slice() else { panic!("{transfer}") };
            assert_eq!((&by_lo["host"], &by_lo["counter"]), (&"testbed".into(), &"net.lo.received".into()));
            // Nothing else went over `lo`. dool divides by its delay of 1 s, whose stamps are good to some ms.
            let difference = number(&by_lo["bytes"]) / counted - 1.0;
            assert!(difference.abs() < 2e-4, "{id}: {by_lo} {counted}");
            assert_eq!(number(&by_lo["uncertainty_bytes"]), 0.0, "{id}");
            assert_eq!(transfer["verdict"], "holds", "{id}");
            let surplus = number(&by_lo["surplus"]);
            assert!((surplus - (number(&by_lo["bytes"]) / told - 1.0)).abs() < 1e-9, "{id}");
            surpluses.push(surplus);
            assert!((pages / told - 1.0).abs() < 1e-5, "{id}: {pages} {told}");
        }
        assert!(summary["diagnostics"].as_array().unwrap().iter().all(|d| d["severity"] != "warning"));
    }
    assert_eq!(surpluses.len(), 39);
    let (least, greatest) =
        (surpluses.iter().copied().fold(1.0, f64::min), surpluses.iter().copied().fold(0.0, f64::max));
    assert!((0.0010..0.0011).contains(&least) && (0.0032..0.0033).contains(&greatest), "{least} {greatest}");
    let mean = surpluses.iter().sum::<f64>() / 39.0;
    assert!((0.0020..0.0022).contains(&mean), "{mean}");
}

#[test]
fn what_a_broken_connection_discarded_had_been_told() {
    let summary = summary(&sample("qemu-live-migration"));
    for run in summary["runs"].as_array().unwrap() {
        let (id, by_lo) = (&run["id"], &run["transfer"]["counted"][0]);
        let told = number(&run["transfer"]["told_bytes"]);
        let missing = told - number(&by_lo["bytes"]);
        assert_eq!(by_lo["verdict"], "holds", "{id}");
        if run["migration"]["status"] == "failed" {
            // The target was killed: what the socket of the source held never left it.
            assert!((2.0e6..4.2e6).contains(&missing), "{id}: {missing}");
        } else {
            assert!((-0.0036..-0.0007).contains(&(missing / told)), "{id}: {missing}");
        }
    }
}

/// A copy of one run of the sweep whose log of dool is changed.
fn with_counter(change: impl Fn(&str) -> Option<String>) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (sample("qemu-sweep/dirty-rate"), folder.path());
    std::fs::copy(from.join("campaign.toml"), to.join("campaign.toml")).unwrap();
    std::fs::create_dir_all(to.join("0/1")).unwrap();
    for log in ["ping.log.gz", "qmp-source.log.gz", "qmp-target.log.gz"] {
        std::fs::copy(from.join("0/1").join(log), to.join("0/1").join(log)).unwrap();
    }
    let rows = lines(&from.join("0/1/dstat-testbed.csv.gz"));
    let changed: Vec<String> = rows.iter().filter_map(|row| change(row)).collect();
    std::fs::write(to.join("0/1/dstat-testbed.csv"), changed.join("\n") + "\n").unwrap();
    summary(to)
}

fn told<'a>(summary: &'a Value, code: &str) -> Vec<&'a Value> {
    summary["diagnostics"].as_array().unwrap().iter().filter(|d| d["code"] == code).collect()
}

#[test]
fn a_counter_that_lost_a_second_is_found() {
    // A row in the middle of the transfer, at the full rate of the link.
    let lost = |row: &str| row.contains("15996") && row.starts_with("1795283697");
    let halved =
        with_counter(|row| Some(if lost(row) { row.replace("15996", "1599") } else { row.to_owned() }));
    let found = told(&halved, "bytes-do-not-match");
    let [warning] = found.as_slice() else { panic!("{}", halved["diagnostics"]) };
    assert_eq!(
        (&warning["severity"], &warning["file"]),
        (&"warning".into(), &"0/1/dstat-testbed.csv".into())
    );
    let message = warning["message"].as_str().unwrap();
    for said in
        ["0-1: ", "net.lo.received of testbed carried 96058", "qmp-source.log.gz tells 110159614", "-12.80 %"]
    {
        assert!(message.contains(said), "{said}: {message}");
    }
    assert_eq!(halved["runs"][0]["transfer"]["verdict"], "contradicted");
    // Without the row nobody knows what went in that second: nothing is said to agree or not.
    let bitten = with_counter(|row| (!lost(row)).then(|| row.to_owned()));
    assert_eq!(told(&bitten, "bytes-do-not-match").len(), 0);
    assert!(told(&bitten, "bytes-not-counted")[0]["message"].as_str().unwrap().contains("a hole of 2.0 s"));
    assert_eq!(bitten["runs"][0]["transfer"]["counted"], serde_json::json!([]));
}

#[test]
fn between_two_hosts_what_was_sent_and_what_was_received_count() {
    let (from, folder) = (sample("qemu-sweep/dirty-rate"), tempfile::tempdir().unwrap());
    let run = folder.path().join("0/1");
    std::fs::create_dir_all(&run).unwrap();
    std::fs::copy(from.join("campaign.toml"), folder.path().join("campaign.toml")).unwrap();
    // The recorded run, told as one to another host, whose card each of them counts.
    let qmp = lines(&from.join("0/1/qmp-source.log.gz")).join("\n") + "\n";
    std::fs::write(run.join("qmp-source.log"), qmp.replace("tcp:127.0.0.1:4444", "tcp:10.12.34.9:4444"))
        .unwrap();
    let dool = lines(&from.join("0/1/dstat-testbed.csv.gz")).join("\n") + "\n";
    for host in ["source", "target"] {
        std::fs::write(run.join(format!("dstat-{host}.csv")), dool.replace("net/lo", "net/total")).unwrap();
    }
    let summary = summary(folder.path());
    let counted = summary["runs"][0]["transfer"]["counted"].as_array().unwrap();
    let counters = counted.iter().map(|counted| (counted["host"].as_str(), counted["counter"].as_str()));
    let expected = [("source", "net.sent"), ("target", "net.received")].map(|(h, c)| (Some(h), Some(c)));
    assert_eq!(counters.collect::<Vec<_>>(), expected);
    for by_host in counted {
        assert_eq!(number(&by_host["bytes"]).round(), 110_455_527.0);
        assert_eq!(by_host["verdict"], "holds");
        assert!((number(&by_host["expected_high"]) - 0.063 - 1_048_576.0 / 110_159_614.0).abs() < 1e-9);
    }
}

/// Every number that follows `"name": ` in the log of the hypervisor of a run.
fn in_log(run: &Path, name: &str) -> Vec<f64> {
    let mut text = String::new();
    let file = std::fs::File::open(run.join("qmp-source.log.gz")).unwrap();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let pattern = regex::Regex::new(&format!(r#""{name}": ([0-9.]+)"#)).unwrap();
    pattern.captures_iter(&text).map(|found| found[1].parse().unwrap()).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The median of those above zero.
fn median(values: Vec<f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().filter(|value| *value > 0.0).collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 0 => Some((values[middle - 1] + values[middle]) / 2.0),
        _ => Some(values[middle]),
    }
}

#[test]
fn pre_copy_converges_up_to_14_and_not_from_16() {
    let folder = sample("qemu-sweep/dirty-rate");
    let summary = summary(&folder);
    for level in ["0", "4", "8", "10", "12", "14", "16", "24"] {
        // Medians of the hypervisor's answers: pages a second against millions of bits a second.
        let ratio = |repetition: u32| {
            let run = folder.join(level).join(repetition.to_string());
            let dirtied = median(in_log(&run, "dirty-pages-rate"))? * 4096.0;
            Some(dirtied / (median(in_log(&run, "mbps"))? * 1e6 / 8.0))
        };
        let ratios: Vec<f64> = (1..=3).filter_map(ratio).collect();
        let all = summary["convergence"].as_array().unwrap();
        let told = all.iter().find(|of| of["factors"]["dirty_mib_per_s"] == level).unwrap();
        assert!(
            (number(&told["dirtied_to_sent"]) / mean(&ratios) - 1.0).abs() < 1e-9,
            "{level}: {told} {ratios:?}"
        );
        let ends = level.parse::<u32>().unwrap() <= 14;
        assert_eq!((&told["converges"], &told["runs"]), (&Value::from(ends), &Value::from(3)), "{level}");
        assert_eq!(told["completed"], Value::from(if ends { 3 } else { 0 }), "{level}");
        let near = ratios.iter().all(|ratio| (0.95..1.0).contains(ratio));
        assert_eq!(near, !ends, "{level}: {ratios:?}");
    }
    let limit = find(&summary["findings"], "code", "precopy-limit");
    assert_eq!(limit["factors"]["dirty_mib_per_s"], "14");
    assert_eq!((number(&limit["values"]["completed"]), number(&limit["values"]["runs"])), (0.0, 6.0));
    let told = crate::stdout(&["stats", folder.to_str().unwrap(), "--quiet"]);
    let sentence = "Pre-copy converged up to 14 MiB/s and no longer from 16 MiB/s on (dirty): 0 of 6 migrations completed \
                    there. At 16 MiB/s, 15.3 MiB/s were sent and 0.97 times as much was dirtied.";
    assert!(told.contains(sentence), "{told}");
    // What lost the migration comes first, and no condition is a bare number.
    let first = told.find("- 16 MiB/s: 0 of 3 migrations completed").unwrap();
    assert!(first < told.find("- 4 MiB/s: the service was out for").unwrap(), "{told}");
    assert!(told.lines().any(|line| line.starts_with(" 8 MiB/s ")), "{told}");
    // Duration against dirty rate is no straight line.
    assert_eq!(find(&summary["trends"], "metric", "migration_duration")["fits"], false);
}

#[test]
fn the_duration_grows_with_the_memory_along_a_line() {
    let folder = sample("qemu-sweep/memory");
    let levels = [128.0, 192.0, 256.0, 384.0, 512.0];
    let of_level = |level: f64| -> Vec<f64> {
        let run = |repetition: u32| folder.join(level.to_string()).join(repetition.to_string());
        (1..=3).map(|repetition| in_log(&run(repetition), "total-time").pop().unwrap() / 1000.0).collect()
    };
    // As many runs at each level, so that a line through the means is the line through all.
    let means = levels.map(|level| mean(&of_level(level)));
    let (x, y) = (mean(&levels), mean(&means));
    let pairs = || levels.iter().zip(&means);
    let squares: f64 = levels.iter().map(|level| (level - x).powi(2)).sum();
    let slope = pairs().map(|(level, mean)| (level - x) * (mean - y)).sum::<f64>() / squares;
    let rest: f64 = pairs().map(|(level, mean)| (mean - y - slope * (level - x)).powi(2)).sum();
    // The repetitions scatter so little that they reject a line, so that it is the means that scatter around it:
    // Student's t(0.975; 3).
    let half = 3.182_446_3 * (rest / 3.0 / squares).sqrt();
    let summary = summary(&folder);
    let trend = find(&summary["trends"], "metric", "migration_duration");
    let told = |name: &str| number(&trend[name]);
    assert!((told("slope") - slope).abs() < 1e-9, "{trend} {slope}");
    assert!((told("slope_ci95_high") - slope - half).abs() < 1e-8, "{trend} {half}");
    assert!(
        told("lack_of_fit_p") < 0.01 && told("largest_miss") < 0.03 && told("r_squared") > 0.99,
        "{trend}"
    );
    assert_eq!(trend["fits"], true);
    assert_eq!(find(&summary["findings"], "code", "trend")["metric"], "migration_duration");
}

/// The log of the target, named like one of the source's, has one answer: it takes the place of none.
#[test]
fn an_answer_without_numbers_is_the_targets() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = |name: &str| {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("parsers/fixtures/qmp-migrate/valid").join(name)
    };
    for (from, to) in
        [("target-of-a-script.log", "none1-dst.log"), ("recorded-10.0-completed.qmp", "none1-src.log")]
    {
        std::fs::copy(fixture(from), folder.path().join(to)).unwrap();
    }
    let found = summary(folder.path());
    let told = &found["runs"][0]["hypervisor"];
    assert_eq!(told["source_file"], "none1-src.log", "{found}");
    assert!(told["total_time_s"].is_number() && told["downtime_s"].is_number(), "{told}");
    assert!(
        found["diagnostics"].as_array().unwrap().iter().all(|d| d["code"] != "second-log-of-its-kind"),
        "{found}"
    );
}
