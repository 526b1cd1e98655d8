use stillstand_parsers::{format_named, parse};

use super::*;
use crate::input::load::LoadedFile;
use crate::input::session::{RunKey, SessionFile};
use crate::model::Factors;

/// A log of a format, under a name.
fn loaded(format: &str, name: &str, text: &str) -> LoadedFile {
    let log = parse(format_named(format).unwrap(), text.as_bytes()).unwrap();
    let file = SessionFile {
        relative: name.to_owned(),
        path: name.into(),
        run: RunKey { factors: Factors::new().into(), repetition: 1 },
        names_repetition: true,
        source: None,
        host: None,
        declared: None,
    };
    LoadedFile::of(file, Some(log))
}

/// What is read of logs of a run that was requested at 1000 s; the service, and the codes of what is said.
fn served(logs: &[LoadedFile]) -> (Option<ServiceLog>, Vec<&'static str>) {
    let logs: Vec<Log<'_, ()>> = logs.iter().map(|file| (file, file.log.as_deref().unwrap(), ())).collect();
    let mut told = Vec::new();
    let config = Config::parse("").unwrap();
    let found = read(&logs, &config, |_| Some(1_700_001_000.0), &mut told);
    let service = found.into_iter().find_map(|found| found.service);
    (service, told.iter().map(|told| told.code).collect())
}

fn intervals(service: &ServiceLog) -> Vec<(f64, f64, Option<f64>)> {
    let round = |value: f64| (value * 100.0).round() / 100.0;
    let all = service.intervals.iter();
    all.map(|one| (round(one.from_s), round(one.to_s), one.rate.map(round))).collect()
}

/// Rows of iperf3 with the time in front of each: its own seconds, and by how much the time is behind these.
fn iperf(rows: &[(f64, f64)]) -> String {
    let row = |(own, start): &(f64, f64)| {
        format!(
            "{:.3} [  5] {:7.2}-{own:<7.2} sec   113 MBytes   800 Mbits/sec                  \n",
            start + own,
            own - 1.0
        )
    };
    let head = "1700000990.0 Accepted connection from a, port 1\n1700000990.0 [ ID] Interval           Transfer     Bitrate\n";
    format!("{head}{}", rows.iter().map(row).collect::<String>())
}

#[test]
fn the_own_clock_says_how_long_and_the_time_in_front_where() {
    let start = 1_700_000_990.2;
    let steady: Vec<(f64, f64)> =
        (1..20).map(|own| (f64::from(own), start + 0.01 * f64::from(own % 3))).collect();
    let (service, told) = served(&[loaded("iperf3-intervals", "a.txt", &iperf(&steady))]);
    let service = service.unwrap();
    assert!(told.is_empty(), "{told:?}");
    assert_eq!(intervals(&service)[0], (-9.79, -8.79, Some(1e8)));
    assert!(service.intervals.windows(2).all(|pair| pair[0].to_s == pair[1].from_s));
    assert_eq!((service.metric.as_str(), service.interval_s.round()), ("iperf3.throughput", 1.0));
}

#[test]
fn a_tool_that_stood_still_leaves_a_hole_and_a_pipe_that_held_lines_back_does_not() {
    let start = 1_700_000_990.0;
    // From its sixth second on everything is 4 s later.
    let stopped: Vec<(f64, f64)> =
        (1..20).map(|own| (f64::from(own), if own > 5 { start + 4.0 } else { start })).collect();
    let (service, told) = served(&[loaded("iperf3-intervals", "a.txt", &iperf(&stopped))]);
    assert_eq!(told, ["tool-stood-still"]);
    let found = intervals(&service.unwrap());
    assert_eq!(found[4..7], [(-6.0, -5.0, Some(1e8)), (-5.0, -1.0, None), (-1.0, 0.0, Some(1e8))]);
    // Four lines come at a time.
    let held: Vec<(f64, f64)> =
        (1..21).map(|own: u32| (f64::from(own), start + f64::from(own.div_ceil(4) * 4 - own))).collect();
    let (service, told) = served(&[loaded("iperf3-intervals", "a.txt", &iperf(&held))]);
    assert_eq!(told, ["lines-held-back"]);
    let found = intervals(&service.unwrap());
    assert_eq!((found.len(), found[0], found[19].1), (20, (-10.0, -9.0, Some(1e8)), 10.0));
}

#[test]
fn whole_seconds_of_a_tool_give_way_to_finer_times() {
    let rows = |at: &[(f64, u32)]| -> String {
        let row =
            |(t, own): &(f64, u32)| format!("{t:.3} [ {own}s ] thds: 1 eps: 50.00 lat (ms,95%): 0.60\n");
        at.iter().map(row).collect()
    };
    let t = 1_700_001_000.0;
    let (service, told) = served(&[loaded(
        "sysbench-intervals",
        "a.txt",
        &rows(&[(t + 1.1, 1), (t + 2.1, 2), (t + 4.6, 4), (t + 5.1, 5)]),
    )]);
    assert!(told.is_empty(), "{told:?}");
    let service = service.unwrap();
    let lengths: Vec<f64> =
        intervals(&service).iter().map(|(from, to, _)| ((to - from) * 10.0).round() / 10.0).collect();
    assert_eq!((lengths, service.resolution_s, service.placed_s), (vec![1.0, 1.0, 2.5, 0.5], 0.001, 0.0));
    // Inside of the VM: the row before the stop and the one after are a second of its own apart.
    let (service, told) = served(&[loaded(
        "sysbench-intervals",
        "a.txt",
        &rows(&[(t + 1.1, 1), (t + 2.1, 2), (t + 6.6, 3), (t + 7.6, 4)]),
    )]);
    assert_eq!(told, ["tool-stood-still"]);
    assert_eq!(intervals(&service.unwrap())[2], (2.1, 5.6, None));
}

#[test]
fn jobs_of_fio_are_added_and_a_gap_is_nothing_done() {
    let job = |rate: u32, late: u64, without: &[u64]| -> String {
        let rows = (1..=10_u64).filter(|at| !without.contains(at));
        let row = |at: u64| format!("{}, {rate}, 1, 0, 0\n", 1_700_001_000_000 + 500 * at + late);
        rows.map(row).collect()
    };
    let bw = |number: u32, text: &str| loaded("fio-log", &format!("run_bw.{number}.log"), text);
    let logs = [
        bw(1, &job(1024, 0, &[5, 6])),
        bw(2, &job(512, 3, &[5, 6])),
        loaded("fio-log", "run_lat.1.log", &job(9, 0, &[])),
    ];
    let (service, told) = served(&logs);
    assert!(told.is_empty(), "{told:?}");
    let service = service.unwrap();
    let rates: Vec<f64> = service.intervals.iter().map(|one| one.rate.unwrap_or(-1.0)).collect();
    let share = |at: f64| {
        service
            .intervals
            .iter()
            .find(|one| one.from_s < at && at < one.to_s)
            .and_then(|one| one.rate)
            .unwrap()
    };
    assert!((share(1.25) - 1536.0 * 1024.0).abs() < 1.0, "{rates:?}");
    // But for the few ms by which one job was late.
    assert!(share(2.6) < 0.01 * 1536.0 * 1024.0, "{rates:?}");
    // A name that does not say what it holds.
    let (service, told) = served(&[loaded("fio-log", "run.log", &job(1024, 0, &[]))]);
    assert_eq!((service, told), (None, vec!["quantity-unknown"]));
}

#[test]
fn datagrams_that_were_sent_say_nothing() {
    let text = "1700001000.0 Connecting to host a, port 5201\n1700001000.0 [ ID] Interval           Transfer     Bitrate         Total Datagrams\n\
        1700001001.0 [  5]   0.00-1.00   sec   245 KBytes  2.00 Mbits/sec  179  \n1700001002.0 [  5]   1.00-2.00   sec   243 KBytes  1.99 Mbits/sec  178  \n";
    let (service, told) = served(&[loaded("iperf3-intervals", "a.txt", text)]);
    assert_eq!((service, told), (None, vec!["sent-not-received"]));
}

/// Lines of pgbench at so many seconds after 1 700 001 000, with the transactions of each second.
fn pgbench(rows: impl IntoIterator<Item = (u32, u32)>) -> String {
    let line = |(at, tps)| {
        format!("progress: {}.000 s, {tps}.0 tps, lat 1.000 ms stddev 0.100, 0 failed\n", 1_700_001_000 + at)
    };
    rows.into_iter().map(line).collect()
}

#[test]
fn rows_out_of_order_and_told_again_count_once_and_a_hole_is_told() {
    let rows: Vec<(u32, u32)> = (0..20).map(|at| (at, 100 + at)).collect();
    let (whole, told) = served(&[loaded("pgbench", "a.log", &pgbench(rows.clone()))]);
    assert!(told.is_empty(), "{told:?}");
    let whole = intervals(&whole.unwrap());
    assert_eq!(whole.len(), 19);
    // Appended to itself.
    let twice = pgbench(rows.iter().chain(&rows).copied());
    let (service, told) = served(&[loaded("pgbench", "a.log", &twice)]);
    assert_eq!((intervals(&service.unwrap()), told), (whole.clone(), vec!["intervals-told-again"]));
    // Two lines changed places.
    let mut swapped = rows.clone();
    swapped.swap(7, 8);
    let (service, told) = served(&[loaded("pgbench", "a.log", &pgbench(swapped))]);
    assert_eq!((intervals(&service.unwrap()), told), (whole, Vec::new()));
    // Three lines are missing.
    let holed = rows.iter().filter(|(at, _)| !(10..13).contains(at)).copied();
    let (service, told) = served(&[loaded("pgbench", "a.log", &pgbench(holed))]);
    let service = service.unwrap();
    assert_eq!(told, ["intervals-missing"]);
    assert!(intervals(&service).contains(&(9.0, 12.0, None)), "{:?}", intervals(&service));
    // One time has two figures.
    let (_, told) = served(&[loaded("pgbench", "a.log", &pgbench(rows.into_iter().chain([(5, 7)])))]);
    assert_eq!(told, ["intervals-left-out"]);
}
