//! Hosts as other tools than dstat record them: the same numbers, whatever wrote them.

use std::fmt::Write;
use std::fs;

use serde_json::Value;
use stillstand::campaign::driver::{Options, Progress, run};
use stillstand::model::Curve;

use crate::{part_of_campaign, summary};

/// What dstat wrote of a host: second, shares of user, system, idle and wait, and bytes received and sent each second.
struct Row {
    second: i64,
    shares: [f64; 4],
    network: [f64; 2],
}

fn rows(log: &str) -> Vec<Row> {
    let is_number = |line: &&str| line.starts_with(|first: char| first.is_ascii_digit());
    let names: Vec<&str> =
        log.lines().find(|line| line.starts_with("\"epoch\",\"usr\"")).unwrap().split(',').collect();
    let at = |name: &str| names.iter().position(|other| other.trim_matches('"') == name).unwrap();
    let (shares, network) = (["usr", "sys", "idl", "wai"].map(at), ["recv", "send"].map(at));
    let row = |line: &str| {
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        Row {
            second: cells[0] as i64,
            shares: shares.map(|at| cells[at]),
            network: network.map(|at| cells[at]),
        }
    };
    // The first is the mean since the machine was started, which dstat has and others leave out.
    log.lines().filter(is_number).skip(1).map(row).collect()
}

/// The time on a wall an hour east of UTC.
fn of_day(second: i64) -> String {
    let of_day = (second + 3600).rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60)
}

/// The same as sar prints it, in local time.
fn as_sar(rows: &[Row]) -> String {
    let mut text = "Linux 6.1.0 (kirsche) \t26.01.2010 \t_x86_64_\t(1 CPU)\n".to_owned();
    for Row { second, shares, network } in rows {
        let (before, now) = (of_day(second - 1), of_day(*second));
        let [user, system, idle, wait] = shares.map(|share| format!("{share:.2}").replace('.', ","));
        let [received, sent] = network.map(|bytes| format!("{:.2}", bytes / 1024.0).replace('.', ","));
        writeln!(text, "\n{before} CPU %user %nice %system %iowait %steal %idle").unwrap();
        writeln!(text, "{now} all {user} 0,00 {system} {wait} 0,00 {idle}").unwrap();
        writeln!(text, "\n{before} IFACE rxpck/s txpck/s rxkB/s txkB/s rxcmp/s txcmp/s rxmcst/s").unwrap();
        writeln!(text, "{now} eth0 0,00 0,00 {received} {sent} 0,00 0,00 0,00").unwrap();
    }
    text
}

/// The same as iostat and pidstat see it: disks and processes beside the CPU.
fn as_iostat(rows: &[Row]) -> String {
    let mut text = "Linux 6.1.0 (kirsche) \t2010-01-26 \t_x86_64_\t(1 CPU)\n".to_owned();
    for (number, Row { second, .. }) in rows.iter().enumerate() {
        let read = if number % 2 == 0 { "100.00" } else { "300.00" };
        writeln!(
            text,
            "\n2010-01-26T{}+0100\navg-cpu:  %user   %nice %system %iowait  %steal   %idle",
            of_day(*second)
        )
        .unwrap();
        writeln!(text, "           1.00    0.00    0.00    0.00    0.00   99.00\n").unwrap();
        writeln!(text, "Device tps kB_read/s kB_wrtn/s kB_read kB_wrtn\nsda 1.00 {read} 50.00 1 1").unwrap();
        writeln!(text, "sda1 1.00 {read} 50.00 1 1").unwrap();
    }
    text
}

fn as_pidstat(rows: &[Row]) -> String {
    let mut text = "Linux 6.1.0 (kirsche) \t2010-01-26 \t_x86_64_\t(1 CPU)\n\n# Time UID TGID TID %usr %system %CPU CPU Command\n".to_owned();
    for (number, Row { second, .. }) in rows.iter().enumerate() {
        writeln!(text, "{second} 0 10 - 1.00 1.00 150.00 1 qemu-system-x86").unwrap();
        if number % 3 != 0 {
            writeln!(text, "{second} 0 - 12 1.00 1.00 30.00 1 |__live_migration").unwrap();
        }
    }
    text
}

fn cost<'a>(summary: &'a Value, host: &str, metric: &str) -> Option<&'a Value> {
    let resources = summary["runs"][0]["resources"].as_array().unwrap();
    resources.iter().find(|cost| cost["host"] == host && cost["metric"] == metric)
}

fn has(summary: &Value, code: &str) -> bool {
    summary["diagnostics"].as_array().unwrap().iter().any(|found| found["code"] == code)
}

#[test]
fn sar_in_local_time_gives_the_curves_of_dstat() {
    let part = part_of_campaign(&["none1"]);
    let path = part.path().join("none1-dstat-kirsche.test");
    let log = fs::read_to_string(&path).unwrap();
    let rows = rows(&log);
    // The same whole seconds as sar has.
    let whole: Vec<String> = log
        .lines()
        .map(|line| match line.split_once(',') {
            Some((time, rest)) if time.parse::<f64>().is_ok() => {
                format!("{},{rest}", time.split('.').next().unwrap())
            }
            _ => line.to_owned(),
        })
        .collect();
    fs::write(&path, whole.join("\n") + "\n").unwrap();
    let by_dstat = summary(part.path());
    fs::remove_file(&path).unwrap();
    fs::write(part.path().join("none1-sar-kirsche.txt"), as_sar(&rows)).unwrap();

    // Nothing says how far the wall is from UTC.
    let undeclared = summary(part.path());
    assert!(has(&undeclared, "samples-without-place"));
    assert!(cost(&undeclared, "kirsche", "cpu.system").is_none());

    fs::write(part.path().join("campaign.toml"), "utc_offset = \"+01:00\"\n").unwrap();
    let by_sar = summary(part.path());
    assert!(!has(&by_sar, "samples-without-place"));
    for (metric, rounding) in
        [("cpu.user", 0.011), ("cpu.system", 0.011), ("net.received", 11.0), ("net.sent", 11.0)]
    {
        let (expected, found) =
            (cost(&by_dstat, "kirsche", metric).unwrap(), cost(&by_sar, "kirsche", metric).unwrap());
        for figure in ["baseline_mean", "migration_mean", "migration_peak"] {
            let (expected, found) = (expected[figure].as_f64().unwrap(), found[figure].as_f64().unwrap());
            assert!((expected - found).abs() <= rounding, "{metric} {figure}: {expected} {found}");
        }
    }
    // The curve of the report lies around the request where that of dstat lies.
    let analysis = run(&[part.path().to_owned()], &Options::default(), &Progress::UNSEEN).unwrap().analysis;
    let is_sent = |curve: &&Curve| curve.host.as_deref() == Some("kirsche") && curve.metric == "net.sent";
    let curve = analysis.curves.iter().find(is_sent).unwrap();
    // sar writes in the second after the one that it tells of began; a bin is half a second to both sides.
    let request = by_sar["runs"][0]["migration"]["request_epoch_s"].as_f64().unwrap();
    let mut compared = 0;
    for bin in &curve.bins {
        let at = |row: &&Row| ((row.second as f64 - request) - bin.t_s).abs() < 0.5;
        if let (Some(mean), Some(row)) = (bin.mean, rows.iter().find(at)) {
            assert!((mean - row.network[1]).abs() < 11.0, "{}: {mean} {}", bin.t_s, row.network[1]);
            compared += 1;
        }
    }
    assert!(compared > 20, "{compared}");
}

#[test]
fn several_tools_of_a_host_complete_each_other() {
    let part = part_of_campaign(&["none1"]);
    let path = part.path().join("none1-dstat-kirsche.test");
    let rows = rows(&fs::read_to_string(&path).unwrap());
    let alone = summary(part.path());
    fs::write(part.path().join("none1-iostat-kirsche.txt"), as_iostat(&rows)).unwrap();
    fs::write(part.path().join("none1-pidstat-kirsche.txt"), as_pidstat(&rows)).unwrap();
    let all = summary(part.path());
    // The CPU is dstat's, the disks are iostat's: of the disk, not of its partition again.
    assert_eq!(cost(&all, "kirsche", "cpu.user"), cost(&alone, "kirsche", "cpu.user"));
    let written = cost(&all, "kirsche", "disk.written").unwrap();
    assert_eq!(written["migration_mean"].as_f64(), Some(50.0 * 1024.0));
    let process = cost(&all, "kirsche", "process.qemu-system-x86.cpu").unwrap();
    assert_eq!(process["migration_mean"].as_f64(), Some(150.0));
    // A thread that does nothing for a second is no hole in the log.
    let thread = cost(&all, "kirsche", "process.qemu-system-x86/live_migration.cpu").unwrap();
    assert_eq!(thread["migration_mean"].as_f64(), Some(30.0));
    assert!(thread["excess_integral"].is_number());
    let found = all["diagnostics"].as_array().unwrap();
    let second = found.iter().find(|found| found["code"] == "second-log-of-its-kind").unwrap();
    assert!(second["message"].as_str().unwrap().contains("of this one cpu.user"), "{second}");
}
