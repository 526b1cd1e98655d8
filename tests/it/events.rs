//! Events of a script that `campaign.toml` declares, from the folder to the summary.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::{stillstand, summary};

const DECLARED: &str = "[[events]]\nfiles = '^(?<load>[a-z]+)-(?<repetition>\\d+)/events\\.csv$'\ntime = \"unix\"\n\
    event = \"event\"\n[[probes]]\nfiles = '^(?<load>[a-z]+)-(?<repetition>\\d+)/client\\.csv$'\ntime = \"t\"\n\
    duration = \"latency_ms\"\nsuccess = \"ok\"\nloop = \"open\"\n";

/// Second since 1970 of the request of a run.
fn requested(run: u32) -> f64 {
    1_700_000_000.25 + 3600.0 * f64::from(run)
}

/// Three runs, each with a client that nobody answered from 4 to 6 s behind the request, and a script's events.
fn campaign(declared: &str, events: impl Fn(u32) -> String) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("campaign.toml"), declared).unwrap();
    for run in 1..=3 {
        let of_run = folder.path().join(format!("web-{run}"));
        fs::create_dir(&of_run).unwrap();
        let row = |number: u32| {
            let t = -10.0 + 0.1 * f64::from(number);
            let worked = !(4.0..6.0).contains(&t);
            let took = if worked { 3 } else { 100 };
            format!("{:.3},{},{took}\n", requested(run) + t, i32::from(worked))
        };
        let rows: String = (0..300).map(row).collect();
        fs::write(of_run.join("client.csv"), format!("t,ok,latency_ms\n{rows}")).unwrap();
        fs::write(of_run.join("events.csv"), events(run)).unwrap();
    }
    folder
}

fn events(run: u32) -> String {
    let at = |s: f64| requested(run) + s;
    format!(
        "unix,event,details\n{:.3},benchmark_start,\n{:.3},migration_requested,\n{:.3},migration_started,\n\
         {:.3},source_stopped,\n{:.3},\"destination_resumed\",\"pid=7, target\"\n{:.3},migration_end,\n{:.3},benchmark_end,\n",
        at(-9.0),
        at(0.0),
        at(0.1),
        at(3.95),
        at(5.9),
        at(6.5),
        at(19.0)
    )
}

fn milestone<'a>(run: &'a Value, kind: &str, evidence: &str) -> &'a Value {
    let all = run["milestones"].as_array().unwrap();
    all.iter().find(|one| one["kind"] == kind && one["evidence"] == evidence).unwrap_or(&Value::Null)
}

fn close(value: &Value, expected: f64) -> bool {
    value.as_f64().is_some_and(|value| (value - expected).abs() < 2e-3)
}

#[test]
fn a_script_tells_request_stop_resumption_and_end() {
    let folder = campaign(DECLARED, events);
    let summary = summary(folder.path());
    let runs = summary["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 3);
    for (number, run) in (1..).zip(runs) {
        let migration = &run["migration"];
        assert!(close(&migration["request_epoch_s"], requested(number)), "{migration}");
        assert!(close(&migration["duration_s"], 6.5), "{migration}");
        assert_eq!(migration["status"], "completed");
        for (kind, at) in [("requested", 0.0), ("stopped", 3.95), ("resumed", 5.9), ("ended", 6.5)] {
            assert!(close(&milestone(run, kind, "script")["earliest_s"], at), "{kind}: {run}");
        }
        let by = |method: &str| {
            run["outages"].as_array().unwrap().iter().find(|one| one["method"] == method).unwrap()
        };
        let downtime = by("events");
        assert!(close(&downtime["estimate_s"], 1.95) && close(&downtime["start_s"], 3.95), "{downtime}");
        assert!(downtime["lower_s"].as_f64() < Some(1.95) && downtime["upper_s"].as_f64() > Some(1.95));
        let covers =
            run["checks"].as_array().unwrap().iter().find(|one| one["code"] == "probe-covers-script");
        assert_ne!(covers.unwrap()["verdict"], "contradicted", "{run}");
        let outage = by("probe");
        assert!(
            outage["lower_s"].as_f64() <= Some(2.0) && outage["upper_s"].as_f64() >= Some(2.0),
            "{outage}"
        );
        assert!((outage["start_s"].as_f64().unwrap() - 4.0).abs() < 0.2, "{outage}");
    }
}

#[test]
fn what_failed_and_what_never_ended_did_not_complete() {
    let folder = campaign(DECLARED, |run| match run {
        1 => events(run).replace("migration_end", "migration_failed"),
        2 => events(run).lines().take(4).map(|line| format!("{line}\n")).collect(),
        _ => events(run),
    });
    let summary = summary(folder.path());
    let statuses: Vec<&str> = summary["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| run["migration"]["status"].as_str().unwrap())
        .collect();
    assert_eq!(statuses, ["failed", "unfinished", "completed"]);
}

#[test]
fn several_requests_in_a_table_are_several_runs() {
    let folder = campaign(DECLARED, events);
    for run in 2..=3 {
        fs::remove_dir_all(folder.path().join(format!("web-{run}"))).unwrap();
    }
    let twice = events(1) + &events(2).lines().skip(1).map(|line| format!("{line}\n")).collect::<String>();
    fs::write(folder.path().join("web-1/events.csv"), twice).unwrap();
    let summary = summary(folder.path());
    let runs = summary["runs"].as_array().unwrap();
    let requests: Vec<f64> =
        runs.iter().map(|run| run["migration"]["request_epoch_s"].as_f64().unwrap()).collect();
    assert_eq!(requests.len(), 2);
    assert!((requests[1] - requests[0] - 3600.0).abs() < 1e-3);
    // What the client saw is of the migration during which it asked.
    let away = |run: &Value| run["probe"]["failed"].as_u64();
    assert_eq!(away(&runs[0]), Some(20));
    assert_ne!(away(&runs[1]), Some(20));
}

fn said(folder: &Path) -> (Option<i32>, String) {
    let ended = stillstand(&["stats", folder.to_str().unwrap()], &[]);
    (ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned())
}

#[test]
fn what_cannot_be_used_says_what_to_do() {
    let folder = campaign(&DECLARED.replace("time = \"unix\"", "time = \"unixx\""), events);
    let (_, told) = said(folder.path());
    assert!(told.contains("there is no column `unixx`") && told.contains("Did you mean `unix`?"), "{told}");

    let folder = campaign(&format!("{DECLARED}[events.words]\nrequests = [\"x\"]\n"), events);
    let (code, told) = said(folder.path());
    assert_eq!(code, Some(2), "{told}");

    let wrong =
        DECLARED.replace("event = \"event\"\n", "event = \"event\"\nwords = { requested = [\"x\"] }\n");
    let (code, told) = said(campaign(&wrong, events).path());
    assert_eq!(code, Some(2));
    assert!(told.contains("expected request, postcopy, stop, resume, end, failure"), "{told}");

    let globbed = DECLARED.replace("'^(?<load>[a-z]+)-(?<repetition>\\d+)/events\\.csv$'", "'*/events.csv'");
    let (code, told) = said(campaign(&globbed, events).path());
    assert_eq!(code, Some(2));
    assert!(told.contains("write `.*`"), "{told}");

    // Times without a zone are placed only by a declared offset.
    let local = |run: u32| {
        let hour = 10 + run;
        format!(
            "unix,event\n2023-11-14 {hour}:00:00.000,migration_started\n2023-11-14 {hour}:00:06.500,migration_end\n"
        )
    };
    let (_, told) = said(campaign(DECLARED, local).path());
    assert!(told.contains("declare `utc_offset`"), "{told}");
    let placed = campaign(&format!("utc_offset = \"+01:00\"\n{DECLARED}"), local);
    let request = summary(placed.path())["runs"][0]["migration"]["request_epoch_s"].as_f64();
    assert_eq!(request, Some(1_699_956_000.0));
}

/// Answers of QEMU by a clock that counts from the start of the host, 5 per second, in somebody's own objects.
fn answers(run: u32) -> String {
    let answer = |number: u32| {
        let t = 0.2 * f64::from(number);
        let monotonic = booted(run) + t - 0.1;
        let query = match number {
            0 => "{}".to_owned(),
            1..=5 => format!("{{\"status\": \"active\", \"total-time\": {}, \"ram\": {{\"transferred\": {}}}}}", 200 * number - 100, number * 1000),
            6..=32 => format!("{{\"status\": \"postcopy-active\", \"total-time\": {}, \"ram\": {{\"transferred\": {}, \"postcopy-bytes\": {}, \"postcopy-requests\": {number}}}}}", 200 * number - 100, number * 1000, (number - 5) * 1000),
            33 => "{\"status\": \"completed\", \"total-time\": 6450, \"downtime\": 12, \"ram\": {\"transferred\": 33000, \"postcopy-bytes\": 28000, \"postcopy-requests\": 32}}".to_owned(),
            _ => "{\"status\": \"completed\", \"postcopy-blocktime\": 8}".to_owned(),
        };
        format!("{{\"t_monotonic\": {monotonic:.3}, \"query_migrate\": {query}}}")
    };
    format!("[{}]", (0..=34).map(answer).collect::<Vec<_>>().join(",\n"))
}

/// What the clock of the host showed when the migration of a run was requested.
fn booted(run: u32) -> f64 {
    500.0 + 3600.0 * f64::from(run)
}

#[test]
fn a_monotonic_clock_is_tied_by_a_row_with_both() {
    let with_both = |run: u32| {
        let rows = [(-9.0, "benchmark_start"), (0.0, "migration_started"), (6.5, "migration_end")];
        let row =
            |(t, event): &(f64, &str)| format!("{:.3},{:.3},{event}\n", booted(run) + t, requested(run) + t);
        format!("t_monotonic,unix,event\n{}", rows.iter().map(row).collect::<String>())
    };
    let tied = DECLARED.replace("event = \"event\"\n", "event = \"event\"\nmonotonic = \"t_monotonic\"\n")
        + "[naming]\npattern = '^(?<load>[a-z]+)-(?<repetition>\\d+)/(?<source>qmp)'\n";
    for (declared, is_tied) in [(&tied, true), (&tied.replace("monotonic = \"t_monotonic\"\n", ""), false)] {
        let folder = campaign(declared, with_both);
        for run in 1..=3 {
            fs::write(folder.path().join(format!("web-{run}/qmp.json")), answers(run)).unwrap();
        }
        let summary = summary(folder.path());
        let codes: Vec<&str> = summary["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .map(|found| found["code"].as_str().unwrap())
            .collect();
        assert_eq!(codes.contains(&"clock-anchored"), is_tied);
        assert_eq!(codes.contains(&"clock-without-anchor"), !is_tied);
        for run in summary["runs"].as_array().unwrap() {
            let account = &run["hypervisor"];
            assert_eq!(
                (&account["postcopy_bytes"], &account["postcopy_requests"]),
                (&28_000.0.into(), &32.0.into())
            );
            assert_eq!(account["postcopy_blocktime_s"], 0.008);
            assert!(close(&run["migration"]["duration_s"], 6.45), "{run}");
            let began = milestone(run, "postcopy-began", "hypervisor");
            assert_eq!(close(&began["earliest_s"], 0.9) && close(&began["latest_s"], 1.1), is_tied, "{run}");
        }
    }
}

#[test]
fn events_out_of_their_order_are_told_and_not_used() {
    let folder = campaign(DECLARED, |run| {
        let at = |s: f64| requested(run) + s;
        match run {
            // A machine that paused its VM for a copy before.
            1 => events(run).replace(
                "unix,event,details\n",
                &format!("unix,event,details\n{:.3},source_stopped,\n", at(-8.0)),
            ),
            2 => format!(
                "unix,event\n{:.3},request\n{:.3},resumed\n{:.3},stopped\n{:.3},end\n",
                at(0.0),
                at(3.9),
                at(5.9),
                at(6.5)
            ),
            _ => format!("unix,event\n{:.3},end\n{:.3},request\n", at(-2.0), at(0.0)),
        }
    });
    let summary = summary(folder.path());
    let told: Vec<&Value> = summary["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["code"] == "events-out-of-order")
        .collect();
    let files: Vec<&str> = told.iter().filter_map(|one| one["file"].as_str()).collect();
    assert_eq!(files, ["web-2/events.csv", "web-3/events.csv"], "{told:?}");
    assert!(
        told[0]["message"].as_str().unwrap().contains("its resume is 2.000 s before its stop"),
        "{told:?}"
    );
    let runs = summary["runs"].as_array().unwrap();
    let has = |run: &Value| run["outages"].as_array().unwrap().iter().any(|one| one["method"] == "events");
    assert_eq!(runs.iter().map(has).collect::<Vec<_>>(), [true, false, false]);
    assert!(close(&milestone(&runs[0], "stopped", "script")["earliest_s"], 3.95));
    assert_eq!(runs[2]["migration"]["duration_s"], Value::Null);
    assert_eq!(runs[2]["migration"]["status"], "unfinished");
}

/// Whoever saw the VM run on the target need not have told the end.
#[test]
fn a_migration_whose_end_nobody_told_did_not_fail() {
    let folder = campaign(DECLARED, |run| {
        let without: Vec<String> = events(run)
            .lines()
            .filter(|line| !line.contains("migration_end"))
            .map(|line| format!("{line}\n"))
            .collect();
        without.concat()
    });
    let summary = summary(folder.path());
    for run in summary["runs"].as_array().unwrap() {
        assert_eq!(run["migration"]["status"], "unknown", "{run}");
        assert!(run["outages"].as_array().unwrap().iter().any(|one| one["method"] == "events"), "{run}");
    }
}

/// A script whose clock is wrong saw the VM stop and run again while the client was answered, or the client fail before.
#[test]
fn a_script_that_cannot_be_right_about_the_clients_outage_is_contradicted() {
    let contradicted = |off_s: f64| -> Vec<String> {
        let folder = campaign(DECLARED, |run| {
            let at = |s: f64| requested(run) + s;
            format!(
                "unix,event,details\n{:.3},migration_requested,\n{:.3},source_stopped,\n{:.3},destination_resumed,\n{:.3},migration_end,\n",
                at(0.0),
                at(3.95 + off_s),
                at(5.9 + off_s),
                at(12.5)
            )
        });
        let summary = summary(folder.path());
        let checks = summary["runs"][0]["checks"].as_array().unwrap().clone();
        let wrong = checks.iter().filter(|check| check["verdict"] == "contradicted");
        wrong.map(|check| check["code"].as_str().unwrap().to_owned()).collect()
    };
    assert!(contradicted(0.0).is_empty() && contradicted(0.4).is_empty() && contradicted(-0.4).is_empty());
    assert_eq!(contradicted(3.0), ["lost-when-stopped", "back-after-resumed"]);
    assert_eq!(contradicted(-3.5), ["lost-before-resumed"]);
}

fn diagnostics<'a>(summary: &'a Value, code: &str) -> Vec<(u64, &'a str)> {
    let all = summary["diagnostics"].as_array().unwrap().iter().filter(|found| found["code"] == code);
    all.map(|found| (found["line"].as_u64().unwrap_or_default(), found["message"].as_str().unwrap()))
        .collect()
}

/// Known: a script that says both that the migration failed and that it was over, in either order.
#[test]
fn a_failure_and_an_end_are_told_with_both_lines() {
    for [first, second] in [["migration_failed", "migration_end"], ["migration_end", "migration_failed"]] {
        let folder = campaign(DECLARED, |run| {
            let at = |s: f64| requested(run) + s;
            format!(
                "unix,event\n{:.3},migration_requested\n{:.3},{first}\n{:.3},{second}\n",
                at(0.0),
                at(8.0),
                at(9.0)
            )
        });
        let summary = summary(folder.path());
        assert!(summary["runs"].as_array().unwrap().iter().all(|run| run["migration"]["status"] == "failed"));
        let told = diagnostics(&summary, "events-contradict");
        assert_eq!(told.len(), 3, "{told:?}");
        for (line, message) in told {
            assert!(line == 4 && message.contains("line 3 ") && message.contains("line 4 "), "{message}");
        }
    }
}

/// Known: the VM stopped and ran from 1 to 2 s, and again from 3.95 to 5.9 s, in which nobody was answered: no clock is wrong.
#[test]
fn a_vm_that_stopped_twice_needs_no_wrong_clock() {
    let folder = campaign(DECLARED, |run| {
        let first = |name: &str, s: f64| format!("{:.3},{name},\n", requested(run) + s);
        let requested = format!("{:.3},migration_started,\n", requested(run) + 0.1);
        let twice = [first("source_stopped", 1.0), first("destination_resumed", 2.0)].concat();
        events(run).replacen(&requested, &format!("{requested}{twice}"), 1)
    });
    let summary = summary(folder.path());
    let told = diagnostics(&summary, "events-again");
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(
        told.iter().all(|(line, message)| *line == 7 && message.contains("resumed in line 8")),
        "{told:?}"
    );
    for run in summary["runs"].as_array().unwrap() {
        let codes: Vec<&Value> = run["flags"].as_array().unwrap().iter().map(|flag| &flag["code"]).collect();
        assert!(!codes.contains(&&"lost-after-resumed".into()), "{codes:?}");
    }
}
