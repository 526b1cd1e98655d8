//! Requests of a client that `campaign.toml` declares, from the folder to the report.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::{stillstand, summary};

/// Second since 1970 of the request of a run.
fn requested(run: u32) -> f64 {
    1_700_000_000.0 + 3600.0 * f64::from(run)
}

/// When the service was away, seconds since the request.
const AWAY: [f64; 2] = [5.3, 8.9];

const DECLARED: &str = "[naming]\npattern = '^(?<load>[a-z]+)(?<repetition>\\d+)-(?<source>[a-z-]+)'\n\
    [[probes]]\nfiles = '^client/(?<load>[a-z]+)-(?<repetition>\\d+)\\.csv$'\ntime = \"t\"\nduration = \"latency\"\n\
    duration_unit = \"s\"\nsuccess = \"status\"\nloop = \"open\"\n";

fn campaign(declared: &str, table: impl Fn(u32) -> String) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: String| folder.path().join(name);
    fs::write(path("campaign.toml".to_owned()), declared).unwrap();
    fs::create_dir(path("client".to_owned())).unwrap();
    for run in 1..=3 {
        let request = format!(
            "{}\n0:20.00 real, 0.04 user, 0.10 sys, 0 KB unshared Data, 0 Average Total memory use, 1% CPU Percentage\n",
            requested(run)
        );
        fs::write(path(format!("web{run}-migration-time.log")), request).unwrap();
        fs::write(path(format!("client/web-{run}.csv")), table(run)).unwrap();
    }
    folder
}

/// An open loop: a request each 0.2 s, 1 s timeout.
fn open_loop(run: u32) -> String {
    let mut table = "t,host,status,error,latency\n".to_owned();
    for number in 0..250 {
        let t = -20.0 + 0.01 * f64::from(run) + 0.2 * f64::from(number);
        let away = (AWAY[0]..AWAY[1]).contains(&t);
        let (status, error, took) =
            if away { ("fail", "\"Timeout, no answer\"", 1.0) } else { ("success", "", 0.012) };
        writeln!(table, "{:.3},web,{status},{error},{took}", requested(run) + t).unwrap();
    }
    table
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value}"))
}

fn outage<'a>(run: &'a Value, method: &str) -> &'a Value {
    run["outages"].as_array().unwrap().iter().find(|outage| outage["method"] == method).unwrap()
}

fn diagnostics(summary: &Value, code: &str) -> Vec<String> {
    let all = summary["diagnostics"].as_array().unwrap().iter();
    all.filter(|found| found["code"] == code).map(|found| found["message"].to_string()).collect()
}

#[test]
fn an_open_loop_gives_the_outage_its_users_saw() {
    let folder = campaign(DECLARED, open_loop);
    let summary = summary(folder.path());
    let runs = summary["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 3);
    for run in runs {
        let probe = outage(run, "probe");
        let truth = AWAY[1] - AWAY[0];
        assert!(number(&probe["lower_s"]) <= truth && truth <= number(&probe["upper_s"]), "{probe}");
        assert!((number(&probe["estimate_s"]) - truth).abs() < 0.2, "{probe}");
        assert!((number(&probe["start_s"]) - AWAY[0]).abs() < 0.2, "{probe}");
        assert!((number(&probe["end_s"]) - AWAY[1]).abs() < 0.2, "{probe}");
        // The latest start of a failed request less the earliest end, a timeout of 1 s after the first.
        assert!((number(&probe["lower_s"]) - 2.4).abs() < 0.1, "{probe}");
        let of_client = &run["probe"];
        assert_eq!((of_client["sent"].as_u64(), of_client["failed"].as_u64()), (Some(250), Some(18)));
        assert_eq!(of_client["closed_loop"], false);
        assert_eq!(number(&of_client["latency_ms"]["after"]["median"]), 12.0);
        let kinds: Vec<&Value> = run["milestones"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|milestone| milestone["evidence"] == "probe")
            .map(|milestone| &milestone["kind"])
            .collect();
        assert_eq!(kinds, ["service-lost", "service-back"]);
    }
    let series = |metric: &str| {
        summary["series"].as_array().unwrap().iter().find(|series| series["metric"] == metric).unwrap()
    };
    assert_eq!(series("outage_probe")["n"], 3);
    assert_eq!(number(&series("requests_failed")["mean"]), 18.0);
    let curves = summary["curves"].as_array().unwrap();
    assert!(curves.iter().any(|curve| curve["metric"] == "probe.latency"), "{curves:?}");
    let finding = summary["findings"].as_array().unwrap().iter().find(|finding| finding["code"] == "outage");
    assert_eq!(finding.unwrap()["metric"], "outage_probe");
    assert_eq!(diagnostics(&summary, "file-without-run"), Vec::<String>::new());
}

#[test]
fn it_stands_in_a_report_in_both_languages() {
    let folder = campaign(DECLARED, open_loop);
    for (language, words) in [("en", "Latency of requests"), ("de", "Latenz der Anfragen")] {
        let report = folder.path().join(format!("report-{language}"));
        let path = |path: &Path| path.to_str().unwrap().to_owned();
        let done = stillstand(
            &["report", &path(folder.path()), "-o", &path(&report), "--format", "html", "--lang", language],
            &[],
        );
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let html = fs::read_to_string(report.join("report.html")).unwrap();
        assert!(html.contains(words), "{language}");
        assert!(report.join("figures/web-latencies.svg").is_file());
        let table = fs::read_to_string(report.join("tables/latencies-web.csv")).unwrap();
        assert!(table.starts_with("repetition,sent,failed,before_median_ms"), "{table}");
    }
}

#[test]
fn a_closed_loop_waits_through_the_outage() {
    // No request fails: the client waits. Local times, which an offset places.
    let table = |run| {
        let mut table = "Zeit;ok;Dauer (ms)\n".to_owned();
        let mut t = -20.0_f64;
        while t < 30.0 {
            let took = if (AWAY[0]..AWAY[1]).contains(&(t + 0.005)) { AWAY[1] - t + 0.01 } else { 0.0104 };
            let part = (t - t.floor()) * 1000.0;
            let whole = (requested(run) + t.floor()) as i64 + 3600;
            let (h, m, s) = (whole / 3600 % 24, whole / 60 % 60, whole % 60);
            let took_ms = format!("{:.1}", took * 1000.0).replace('.', ",");
            let day = if whole % 86_400 < 43_200 { 15 } else { 14 };
            writeln!(table, "{day}.11.2023 {h:02}:{m:02}:{s:02}.{:03};1;{took_ms}", part.floor() as i64)
                .unwrap();
            t += took + 0.05;
        }
        table
    };
    let declared = "utc_offset = \"+01:00\"\n[naming]\npattern = '^(?<load>[a-z]+)(?<repetition>\\d+)-(?<source>[a-z-]+)'\n\
        [[probes]]\nfiles = '^client/(?<load>[a-z]+)-(?<repetition>\\d+)\\.csv$'\ntime = \"Zeit\"\n\
        time_format = \"%d.%m.%Y %H:%M:%S%.f\"\nduration = \"Dauer (ms)\"\nsuccess = \"ok\"\n";
    let folder = campaign(declared, table);
    let placed = summary(folder.path());
    let probe = outage(&placed["runs"][0], "probe");
    let truth = AWAY[1] - AWAY[0];
    assert!((number(&probe["estimate_s"]) - truth).abs() < 0.1, "{probe}");
    assert!(number(&probe["upper_s"]) >= truth && number(&probe["lower_s"]) == 0.0, "{probe}");
    assert!((number(&probe["end_s"]) - AWAY[1]).abs() < 0.1, "{probe}");
    assert_eq!(placed["runs"][0]["probe"]["closed_loop"], true);

    // Without the offset it has no place, and is not lined up by guess.
    fs::write(folder.path().join("campaign.toml"), declared.replace("utc_offset = \"+01:00\"\n", ""))
        .unwrap();
    let refused = summary(folder.path());
    assert_eq!(refused["runs"][0]["outages"].as_array().map(Vec::len), Some(0));
    let why = diagnostics(&refused, "probe-without-place");
    assert!(why.len() == 3 && why[0].contains("utc_offset"), "{why:?}");
}

#[test]
fn a_column_that_is_not_there_names_the_nearest() {
    let folder = campaign(&DECLARED.replace("\"latency\"", "\"latenzy\""), open_loop);
    let found = diagnostics(&summary(folder.path()), "column-missing");
    assert_eq!(found.len(), 3);
    assert!(
        found[0].contains("there is no column `latenzy`") && found[0].contains("Did you mean `latency`?"),
        "{found:?}"
    );
}

#[test]
fn what_is_declared_wrongly_is_said() {
    let wrong = |from: &str, to: &str| {
        let folder = campaign(&DECLARED.replace(from, to), open_loop);
        let done = stillstand(&["stats", folder.path().to_str().unwrap()], &[]);
        assert_eq!(done.status.code(), Some(2), "{to}");
        String::from_utf8(done.stderr).unwrap()
    };
    assert!(wrong("success =", "sucess =").contains("Did you mean `success`?"));
    assert!(wrong("duration_unit = \"s\"\n", "").contains("does not tell its unit"));
    assert!(
        wrong("duration = \"latency\"\nduration_unit = \"s\"\n", "")
            .contains("an open loop needs `duration`")
    );
    assert!(wrong("time = \"t\"", "time = 0").contains("counted from 1"));
    assert!(wrong("time = \"t\"", "time = \"t\"\ntime_format = \"minutes\"").contains("strftime"));
    assert!(wrong("'^client/", "'^client/(").contains("not a regular expression"));
}

#[test]
fn of_two_clients_the_first_that_is_declared_counts() {
    let other = "[[probes]]\nfiles = '^client/slow/(?<load>[a-z]+)-(?<repetition>\\d+)\\.csv$'\ntime = \"t\"\n\
                 duration = \"latency\"\nduration_unit = \"s\"\nsuccess = \"status\"\n";
    let folder = campaign(&format!("{DECLARED}{other}"), open_loop);
    fs::create_dir(folder.path().join("client/slow")).unwrap();
    fs::write(folder.path().join("client/slow/web-1.csv"), open_loop(2)).unwrap();
    let summary = summary(folder.path());
    assert_eq!(outage(&summary["runs"][0], "probe")["source_file"], "client/web-1.csv");
    assert_eq!(diagnostics(&summary, "second-log-of-its-kind").len(), 1);
}

/// Programs have many names for what went wrong: none of them may turn an outage into none.
#[test]
fn words_that_nobody_knows_are_failures_and_told() {
    for word in ["ReadTimeout", "HTTP 503", "ECONNREFUSED", "None", ""] {
        let folder = tempfile::tempdir().unwrap();
        let config = "[[probes]]\nfiles = '^(?<load>[a-z]+)(?<repetition>\\d)\\.csv$'\ntime = \"t\"\nduration = \"ms\"\nduration_unit = \"ms\"\n\
                      success = \"said\"\nloop = \"open\"\n";
        std::fs::write(folder.path().join("campaign.toml"), config).unwrap();
        let row = |number: u32| {
            let t = 1_700_000_000.0 + 0.1 * f64::from(number);
            let (said, took) = if (200..213).contains(&number) { (word, 100) } else { ("200", 3) };
            format!("{t:.3},{took},{said}\n")
        };
        let rows: String = (0..400).map(row).collect();
        std::fs::write(folder.path().join("idle1.csv"), format!("t,ms,said\n{rows}")).unwrap();
        let summary = crate::summary(folder.path());
        let run = &summary["runs"][0];
        assert_eq!(run["probe"]["failed"], 13, "{word}: {run}");
        let outage = run["outages"].as_array().unwrap().iter().find(|one| one["method"] == "probe").unwrap();
        assert!(
            outage["lower_s"].as_f64() <= Some(1.3) && outage["upper_s"].as_f64() >= Some(1.3),
            "{outage}"
        );
        let told =
            summary["diagnostics"].as_array().unwrap().iter().any(|one| one["code"] == "success-unknown");
        assert!(told, "{word}");
    }
}
