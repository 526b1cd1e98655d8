//! Tables of migrations that `campaign.toml` declares: a row is a run like any other.

use std::fs;

use serde_json::Value;

use crate::{stdout, stillstand, summary};

const DECLARED: &str = "[[runs]]\nfiles = '^results\\.csv$'\nrequest = \"start\"\nend = \"end\"\ndowntime = \"downtime_ms\"\n\
    transferred = \"sent_mib\"\noutage = \"away_s\"\noutage_method = \"ping\"\nsuccess = \"status\"\nsucceeds = [\"COMPLETED\"]\n\
    factors = { load = \"workload\" }\nrepetition = \"run\"\n";

fn table() -> String {
    let mut rows = "workload,run,start,end,downtime_ms,sent_mib,away_s,status\n".to_owned();
    for (place, (load, took)) in [("idle", 4.0), ("busy", 9.0)].into_iter().enumerate() {
        for run in 1..=5_u32 {
            let start = 1_700_000_000.5 + 1000.0 * f64::from(run) + 10_000.0 * place as f64;
            let failed = load == "busy" && run == 5;
            let status = if failed { "FAILED" } else { "COMPLETED" };
            let end = start + took + 0.125 * f64::from(run);
            let figures =
                if failed { ",,".to_owned() } else { format!("{},{},0.{run}", 40 + run, 800 + run) };
            rows += &format!("{load},{run},{start:.3},{end:.3},{figures},{status}\n");
        }
    }
    rows
}

fn campaign(declared: &str, table: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("campaign.toml"), declared).unwrap();
    fs::write(folder.path().join("results.csv"), table).unwrap();
    folder
}

fn close(value: &Value, expected: f64) -> bool {
    value.as_f64().is_some_and(|value| (value - expected).abs() < 1e-6)
}

#[test]
fn a_row_is_a_run() {
    let summary = summary(campaign(DECLARED, &table()).path());
    let runs = summary["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 10);
    let idle = runs.iter().find(|run| run["id"] == "idle-2").unwrap();
    let migration = &idle["migration"];
    assert!(
        close(&migration["request_epoch_s"], 1_700_002_000.5) && close(&migration["duration_s"], 4.25),
        "{migration}"
    );
    assert_eq!(migration["status"], "completed");
    assert!(close(&idle["hypervisor"]["transferred_bytes"], 802.0 * 1_048_576.0));
    let outages: Vec<(&str, f64)> = idle["outages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["method"].as_str().unwrap(), one["estimate_s"].as_f64().unwrap()))
        .collect();
    assert_eq!(outages, [("ping", 0.2), ("hypervisor", 0.042)]);
    assert!(close(&idle["outages"][0]["lower_s"], 0.1) && close(&idle["outages"][0]["upper_s"], 0.3));
    assert_eq!(runs.iter().find(|run| run["id"] == "busy-5").unwrap()["migration"]["status"], "failed");
    let series = |load: &str, metric: &str| {
        let all = summary["series"].as_array().unwrap();
        all.iter().find(|one| one["factors"]["load"] == load && one["metric"] == metric).unwrap().clone()
    };
    assert!(close(&series("busy", "migration_duration")["mean"], 9.3125));
    assert_eq!(series("idle", "outage_hypervisor")["n"], 5);
    let compared = summary["comparisons"].as_array().unwrap();
    assert!(compared.iter().any(|one| one["metric"] == "migration_duration"), "{compared:?}");
}

#[test]
fn a_report_comes_of_it() {
    let folder = campaign(DECLARED, &table());
    let out = folder.path().join("report");
    let ended = stillstand(
        &["report", folder.path().to_str().unwrap(), "-o", out.to_str().unwrap(), "--format", "html"],
        &[],
    );
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    assert!(out.join("report.html").is_file());
}

#[test]
fn rows_without_a_number_are_counted_and_those_of_one_run_are_told() {
    let without = DECLARED.replace("repetition = \"run\"\n", "");
    let all = summary(campaign(&without, &table()).path());
    let ids: Vec<&str> =
        all["runs"].as_array().unwrap().iter().map(|run| run["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"idle-5") && ids.contains(&"busy-1"), "{ids:?}");
    let one_condition = DECLARED.replace("factors = { load = \"workload\" }\n", "");
    let told = summary(campaign(&one_condition, &table()).path());
    assert_eq!(told["runs"].as_array().unwrap().len(), 5);
    let codes: Vec<&Value> =
        told["diagnostics"].as_array().unwrap().iter().map(|found| &found["code"]).collect();
    assert!(codes.contains(&&"run-listed-twice".into()), "{codes:?}");
}

#[test]
fn a_table_and_logs_of_the_same_run_are_one() {
    let declared = format!(
        "{DECLARED}[[events]]\nfiles = '^(?<load>[a-z]+)-(?<repetition>\\d+)/events\\.csv$'\ntime = \"unix\"\nevent = \"event\"\n"
    );
    let folder = campaign(&declared, &table());
    fs::create_dir(folder.path().join("idle-2")).unwrap();
    let events = "unix,event\n1700002000.625,migration_started\n1700002004.500,migration_end\n";
    fs::write(folder.path().join("idle-2/events.csv"), events).unwrap();
    let summary = summary(folder.path());
    let runs = summary["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 10);
    let idle = runs.iter().find(|run| run["id"] == "idle-2").unwrap();
    // The log counts more than the table.
    assert!(close(&idle["migration"]["request_epoch_s"], 1_700_002_000.625), "{idle}");
    assert!(close(&idle["migration"]["duration_s"], 3.875), "{idle}");
    assert!(close(&idle["outages"][1]["estimate_s"], 0.042), "{idle}");
}

#[test]
fn what_cannot_be_meant_says_what_can() {
    for (from, to, expected) in [
        ("request = \"start\"\n", "", "`end` needs `request` or `duration`"),
        ("\"downtime_ms\"", "\"run\"", "declare downtime_unit"),
        ("\"sent_mib\"", "\"run\"", "declare transferred_unit"),
        ("outage_method = \"ping\"", "outage_method = \"pin\"", "Did you mean `ping`?"),
    ] {
        let folder = campaign(&DECLARED.replace(from, to), &table());
        let ended = stillstand(&["stats", folder.path().to_str().unwrap()], &[]);
        let told = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(ended.status.code() == Some(2) && told.contains(expected), "{to}: {told}");
    }
}

/// Known: of each load two completed, one failed, and of two it is not known.
#[test]
fn a_migration_of_which_nothing_is_told_did_not_fail() {
    let mut rows = "workload,run,start,end,downtime_ms,sent_mib,away_s,status\n".to_owned();
    for (load, [one, other]) in [("idle", ["", "n/a"]), ("busy", ["-", "RUNNING"])] {
        for (run, status) in ["COMPLETED", "COMPLETED", "FAILED", one, other].into_iter().enumerate() {
            let start = 1_700_000_000.5 + 100.0 * run as f64;
            rows += &format!("{load},{},{start},{},41,800,0.2,{status}\n", run + 1, start + 4.0);
        }
    }
    let usual = DECLARED.replace("succeeds = [\"COMPLETED\"]\n", "");
    let summary = summary(campaign(&usual, &rows).path());
    for condition in summary["conditions"].as_array().unwrap() {
        assert_eq!((&condition["runs"], &condition["completed"]), (&5.into(), &2.into()), "{condition}");
    }
    let status = |id: &str| {
        let runs = summary["runs"].as_array().unwrap();
        runs.iter().find(|run| run["id"] == id).unwrap()["migration"]["status"].clone()
    };
    assert!(["idle-4", "idle-5", "busy-4", "busy-5"].map(status).iter().all(|status| status == "unclear"));
    let told = crate::told(&summary);
    assert!(told.contains(&("success-unknown", 11)) && told.contains(&("values-missing", 5)), "{told:?}");
}

/// Known: of idle two completed after 10 s, one failed, and of three the fate is not known, which took 100 s and stood still for longer.
#[test]
fn what_may_have_failed_is_in_no_mean() {
    let mut rows = "workload,run,start,end,downtime_ms,sent_mib,away_s,status\n".to_owned();
    let fates = ["completed", "completed", "fail: target died", "", "running", "stuck"];
    for (run, status) in fates.into_iter().enumerate() {
        let start = 1_700_000_000.5 + 1000.0 * run as f64;
        let (took, away) = if run < 2 { (10.0, 0.2) } else { (100.0, 9.5) };
        rows += &format!("idle,{},{start},{},41,800,{away},{status}\n", run + 1, start + took);
    }
    let usual = DECLARED.replace("succeeds = [\"COMPLETED\"]\n", "");
    let folder = campaign(&usual, &rows);
    let all = summary(folder.path());
    for (metric, mean) in [("migration_duration", 10.0), ("outage_ping", 0.2), ("outage_hypervisor", 0.041)] {
        let series = all["series"].as_array().unwrap().iter().find(|one| one["metric"] == metric).unwrap();
        assert!(series["n"] == 2 && close(&series["mean"], mean), "{series}");
    }
    let path = folder.path().to_str().unwrap();
    let said = |language: &str| {
        let out = stdout(&["stats", path, "--lang", language]);
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let english = said("en");
    assert!(
        english.contains("Whether 3 of 6 migrations completed is not known, and no mean has them."),
        "{english}"
    );
    assert!(english.contains("1 of 6 migrations did not complete: 1 failed."), "{english}");
    assert!(english.contains("Completed Not known") && english.contains("idle 6 2 3"), "{english}");
    let german = said("de");
    assert!(german.contains("Ob 3 von 6 Migrationen abgeschlossen wurden, ist nicht bekannt"), "{german}");
}

/// Known: a log of the script that says that idle-2 was requested at 2000.5 s, and completed after 4.25 s. A row that
/// says otherwise is told with both values, once each, and the log counts.
#[test]
fn a_row_that_contradicts_a_log_of_its_run_is_told() {
    let declared = format!(
        "{DECLARED}[[events]]\nfiles = '^(?<load>[a-z]+)-(?<repetition>\\d+)/events\\.csv$'\ntime = \"unix\"\nevent = \"event\"\n"
    );
    for (start, end, status, expected) in [
        (1_700_002_000.5, 1_700_002_004.75, "COMPLETED", vec![]),
        (1_700_002_030.5, 1_700_002_034.75, "COMPLETED", vec!["30.000 s earlier"]),
        (
            1_700_002_000.5,
            1_700_002_012.5,
            "COMPLETED",
            vec!["took 12.000 s, but a log of the same run 4.250 s"],
        ),
        (
            1_700_002_000.5,
            1_700_002_004.75,
            "FAILED",
            vec!["failed, but a log of the same run that it completed"],
        ),
    ] {
        let row = "idle,2,1700002000.500,1700002004.750,42,802,0.2,COMPLETED";
        let table = table();
        assert!(table.contains(row), "{table}");
        let folder =
            campaign(&declared, &table.replace(row, &format!("idle,2,{start},{end},42,802,0.2,{status}")));
        fs::create_dir(folder.path().join("idle-2")).unwrap();
        let events = "unix,event\n1700002000.500,migration_started\n1700002004.750,migration_end\n";
        fs::write(folder.path().join("idle-2/events.csv"), events).unwrap();
        let summary = summary(folder.path());
        let told: Vec<&str> = summary["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|found| found["code"] == "row-contradicts-log" && found["line"] == 3)
            .map(|found| found["message"].as_str().unwrap())
            .collect();
        assert_eq!(told.len(), expected.len(), "{told:?}");
        assert!(told.iter().zip(&expected).all(|(told, expected)| told.contains(expected)), "{told:?}");
        let idle = summary["runs"].as_array().unwrap().iter().find(|run| run["id"] == "idle-2").unwrap();
        assert!(close(&idle["migration"]["duration_s"], 4.25), "{idle}");
        assert_eq!(idle["migration"]["status"], "completed");
    }
}

#[test]
fn a_duration_that_is_not_from_request_to_end_is_told() {
    let declared = "[[runs]]\nfiles = '^results\\.csv$'\nrequest = \"start\"\nend = \"end\"\nduration = \"duration_s\"\nrepetition = \"run\"\n";
    let rows = "run,start,end,duration_s\n1,1700000000.0,1700000020.0,20\n2,1700000100.0,1700000120.0,35\n";
    let summary = summary(campaign(declared, rows).path());
    let found = summary["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .find(|found| found["code"] == "duration-contradicts");
    let found = found.unwrap();
    assert_eq!(found["line"], 3);
    let message = found["message"].as_str().unwrap();
    assert!(message.contains("35 s") && message.contains("20.000 s"), "{message}");
}
