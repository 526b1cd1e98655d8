//! Time zones: what is ambiguous has to be declared, and what is declared counts in every log.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::{part_of_campaign, summary};

fn has(summary: &Value, code: &str) -> bool {
    summary["diagnostics"].as_array().unwrap().iter().any(|found| found["code"] == code)
}

fn guest_outage(summary: &Value) -> &Value {
    let outages = summary["runs"][0]["outages"].as_array().unwrap();
    outages.iter().find(|outage| outage["method"] == "guest-clock").unwrap()
}

fn rename_zone(path: &Path, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(" CET"), "{}", path.display());
    fs::write(path, text.replacen(" CET", &format!(" {to}"), 1)).unwrap();
}

/// The same log as `dstat -t` would have written it, an hour east of UTC.
fn with_local_times(log: &str) -> String {
    let mut lines = Vec::new();
    for line in log.lines() {
        let (first, rest) = line.split_once(',').unwrap_or((line, ""));
        let first = match first {
            "\"epoch\"" if rest.starts_with("\"total") => "\"system\"".to_owned(),
            "\"epoch\"" => "\"time\"".to_owned(),
            _ => match first.parse::<f64>() {
                Ok(epoch) => {
                    let of_day = (epoch as i64 + 3600) % 86_400;
                    format!("26-01 {:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60)
                }
                Err(_) => first.to_owned(),
            },
        };
        lines.push(if rest.is_empty() { first } else { format!("{first},{rest}") });
    }
    format!("{}\n", lines.join("\n"))
}

#[test]
fn the_clock_of_a_vm_in_an_ambiguous_zone() {
    let part = part_of_campaign(&["none1"]);
    let right = guest_outage(&summary(part.path())).clone();
    rename_zone(&part.path().join("none1-zeit.log"), "CST");
    let undeclared = summary(part.path());
    assert!(has(&undeclared, "zone-ambiguous"));
    fs::write(part.path().join("campaign.toml"), "utc_offset = \"+01:00\"\n").unwrap();
    let declared = summary(part.path());
    assert!(!has(&declared, "zone-ambiguous"));
    assert_eq!(guest_outage(&declared), &right);
}

#[test]
fn local_times_of_dstat_are_placed_by_what_is_declared() {
    let part = part_of_campaign(&["none1"]);
    let path = part.path().join("none1-dstat-kirsche.test");
    let local = with_local_times(&fs::read_to_string(&path).unwrap());
    fs::write(&path, local).unwrap();
    let by_log = summary(part.path());
    // The log says CET: an hour, so that nothing changes.
    fs::write(part.path().join("campaign.toml"), "utc_offset = \"+01:00\"\n").unwrap();
    let agreed = summary(part.path());
    assert!(!has(&agreed, "zone-overruled"));
    assert_eq!(agreed["runs"][0]["resources"], by_log["runs"][0]["resources"]);
    assert!(agreed["runs"][0]["resources"].to_string().contains("kirsche"));
    // In another zone the declared offset has the last word.
    for (zone, code) in [("CST", "zone-ambiguous"), ("EET", "zone-overruled")] {
        fs::write(&path, fs::read_to_string(&path).unwrap().replace(" CET", &format!(" {zone}"))).unwrap();
        fs::remove_file(part.path().join("campaign.toml")).unwrap();
        let undeclared = summary(part.path());
        assert_eq!(has(&undeclared, "zone-ambiguous"), zone == "CST");
        assert_ne!(undeclared["runs"][0]["resources"], by_log["runs"][0]["resources"], "{zone}");
        fs::write(part.path().join("campaign.toml"), "utc_offset = \"+01:00\"\n").unwrap();
        let declared = summary(part.path());
        assert_eq!(has(&declared, code), code == "zone-overruled", "{zone}");
        assert_eq!(declared["runs"][0]["resources"], by_log["runs"][0]["resources"], "{zone}");
        fs::write(&path, fs::read_to_string(&path).unwrap().replace(&format!(" {zone}"), " CET")).unwrap();
    }
}

#[test]
fn a_hypervisor_in_an_ambiguous_zone() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("none/1");
    fs::create_dir_all(&run).unwrap();
    let log = |zone: &str| {
        [("05", "active", 0), ("06", "active", 1000), ("07", "completed", 2000)]
            .map(|(second, status, total)| {
                format!(
                    "Tue Jan 26 14:00:{second} {zone} 2010\nMigration status: {status}\ntotal time: {total} milliseconds\n\n"
                )
            })
            .concat()
    };
    let outcome = |zone: &str, declared: &str| {
        fs::write(run.join("hmp.log"), log(zone)).unwrap();
        fs::write(folder.path().join("campaign.toml"), declared).unwrap();
        let summary = summary(folder.path());
        let warned = ["zone-ambiguous", "zone-overruled"].map(|code| has(&summary, code));
        (summary["runs"][0]["hypervisor"]["total_time_s"].clone(), warned)
    };
    let total = Value::from(2.0);
    assert_eq!(outcome("CET", ""), (total.clone(), [false, false]));
    assert_eq!(outcome("IST", ""), (total.clone(), [true, false]));
    assert_eq!(outcome("IST", "utc_offset = \"+01:00\"\n"), (total.clone(), [false, false]));
    assert_eq!(outcome("CET", "utc_offset = \"+05:00\"\n"), (total, [false, true]));
}

/// A client and a quantity in local times across the hour in which the clock on the wall is put, with an outage of 5 s after that: the hour that
/// is there twice hides nothing, the lines are told, and no place among other logs is claimed.
#[test]
fn an_hour_that_is_there_twice_is_told_and_leaves_the_place_open() {
    let declared = "utc_offset = \"+02:00\"\n[[events]]\nfiles = '^web-(?<repetition>\\d+)/events\\.csv$'\ntime = \"unix\"\nevent = \"event\"\n\
        [[probes]]\nfiles = '^web-(?<repetition>\\d+)/client\\.csv$'\ntime = \"t\"\nduration = \"latency_ms\"\nsuccess = \"ok\"\nloop = \"open\"\n\
        [[series]]\nfiles = '^web-(?<repetition>\\d+)/shop\\.csv$'\ntime = \"t\"\ncolumns = [{ column = \"rate\", metric = \"shop.rate\", unit = \"1/s\", service = \"throughput\" }]\n";
    // 2026-10-25 02:59:00 of summer time, a minute before the clock falls back.
    let begin = 1_792_889_940_i64;
    let written = |k: i64, is_put: bool| {
        let wall = begin + k + 7200 - if is_put && k >= 60 { 3600 } else { 0 };
        chrono::DateTime::from_timestamp(wall, 0).unwrap().format("%Y-%m-%d %H:%M:%S").to_string()
    };
    for is_put in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("campaign.toml"), declared).unwrap();
        let of_run = folder.path().join("web-1");
        fs::create_dir(&of_run).unwrap();
        let events =
            format!("unix,event\n{},migration_requested\n{},migration_end\n", begin + 80, begin + 95);
        fs::write(of_run.join("events.csv"), events).unwrap();
        let is_away = |k: i64| (85..90).contains(&k);
        let rows: String =
            (0..3700).map(|k| format!("{},{},3\n", written(k, is_put), i32::from(!is_away(k)))).collect();
        fs::write(of_run.join("client.csv"), format!("t,ok,latency_ms\n{rows}")).unwrap();
        let rows: String = (0..3700)
            .map(|k| format!("{},{}\n", written(k, is_put), if is_away(k) { 0 } else { 900 + k % 7 }))
            .collect();
        fs::write(of_run.join("shop.csv"), format!("t,rate\n{rows}")).unwrap();
        let summary = summary(folder.path());
        let told = crate::told(&summary);
        let outages = summary["runs"][0]["outages"].as_array().unwrap();
        let by = |method: &str| outages.iter().find(|outage| outage["method"] == method);
        let probe = by("probe").unwrap();
        assert!((probe["estimate_s"].as_f64().unwrap() - 5.0).abs() < 1.1, "{is_put}: {probe}");
        assert_eq!(
            told.iter().filter(|told| **told == ("zone-changes", 62)).count(),
            if is_put { 2 } else { 0 },
            "{told:?}"
        );
        assert_eq!(told.contains(&("series-without-place", 0)), is_put, "{told:?}");
        assert_eq!((probe["start_s"].is_null(), by("throughput").is_none()), (is_put, is_put), "{probe}");
    }
}

/// Migrations of 24 s in local times whose clock is put between request and end, as tables and as events: none of an hour is stated, and none
/// that ended before it began. On another day, with offsets and within an hour nothing is said.
#[test]
fn no_migration_takes_an_hour_more_because_summer_time_began() {
    for (from, to, seconds) in [
        ("2026-03-29 01:59:50", "2026-03-29 03:00:14", None),
        ("2026-10-25 02:59:50", "2026-10-25 02:00:14", None),
        ("2026-03-29 01:59:50+01:00", "2026-03-29 03:00:14+02:00", Some(24.0)),
        ("2026-03-28 01:59:50", "2026-03-28 03:00:14", Some(3624.0)),
        ("2026-03-29 01:58:50", "2026-03-29 01:59:14", Some(24.0)),
    ] {
        let folder = tempfile::tempdir().unwrap();
        // A declared offset would count more than those of the times.
        let zone = if from.contains('+') { "" } else { "utc_offset = \"+01:00\"\n" };
        let declared = "[[runs]]\nfiles = '^runs\\.csv$'\nrequest = \"start\"\nend = \"end\"\nrepetition = \"run\"\n\
            factors = { load = \"load\" }\n[[events]]\nfiles = '^(?<load>web)-(?<repetition>\\d+)/events\\.csv$'\ntime = \"t\"\nevent = \"event\"\n";
        fs::write(folder.path().join("campaign.toml"), format!("{zone}{declared}")).unwrap();
        fs::write(folder.path().join("runs.csv"), format!("load,run,start,end\nidle,1,{from},{to}\n"))
            .unwrap();
        fs::create_dir(folder.path().join("web-1")).unwrap();
        let events = format!("t,event\n{from},migration_requested\n{to},migration_end\n");
        fs::write(folder.path().join("web-1/events.csv"), events).unwrap();
        let summary = summary(folder.path());
        let runs = summary["runs"].as_array().unwrap();
        assert_eq!(runs.len(), 2, "{from}");
        for run in runs {
            let migration = &run["migration"];
            assert_eq!(migration["duration_s"].as_f64(), seconds, "{from}: {run}");
            assert_eq!(migration["status"], "completed", "{from}");
        }
        let told: Vec<u64> = summary["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|found| found["code"] == "zone-changes" && found["severity"] == "error")
            .map(|found| found["line"].as_u64().unwrap())
            .collect();
        let mut told = told;
        told.sort_unstable();
        assert_eq!(told, if seconds.is_none() { vec![2, 3] } else { vec![] }, "{from}");
    }
}
