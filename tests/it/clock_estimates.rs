//! Clocks that are wrong, drift or step, and what the program says of them.

use std::fs;
use std::path::Path;

use stillstand::campaign::driver::{Options, Progress, run};
use stillstand::model::{Analysis, Clock, ClockOwner, Estimate, FlagCode, Run};

use crate::part_of_campaign;

/// Seconds since 1970 of the first request of the sample campaign.
const FIRST: f64 = 1_264_510_992.0;

fn analyse(folder: &Path) -> Analysis {
    run(&[folder.to_owned()], &Options::default(), &Progress::UNSEEN).unwrap().analysis
}

fn host<'a>(analysis: &'a Analysis, name: &str) -> &'a Clock {
    clock(analysis, &ClockOwner::Host(name.to_owned()))
}

fn clock<'a>(analysis: &'a Analysis, owner: &ClockOwner) -> &'a Clock {
    analysis.clocks.iter().find(|clock| clock.owner == *owner).unwrap()
}

fn holds(estimate: Option<Estimate>, truth: f64) -> bool {
    estimate.is_some_and(|estimate| (estimate.value - truth).abs() <= estimate.half_width)
}

/// The messages of a code.
fn messages<'a>(analysis: &'a Analysis, code: &str) -> Vec<&'a str> {
    analysis.diagnostics.iter().filter(|d| d.code == code).map(|d| d.message.as_str()).collect()
}

/// Changes every line of the logs whose names end in one of `suffixes`.
fn change(folder: &Path, suffixes: &[&str], line: impl Fn(&str) -> String) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        if suffixes.iter().any(|suffix| name.ends_with(suffix)) {
            let text = fs::read_to_string(entry.path()).unwrap();
            let cut = !text.ends_with('\n');
            let mut changed: String = text.lines().map(|l| line(l) + "\n").collect();
            if cut {
                changed.pop();
            }
            fs::write(entry.path(), changed).unwrap();
        }
    }
}

/// A line that begins with seconds since 1970, by another clock.
fn epoch(line: &str, by: impl Fn(f64) -> f64) -> String {
    let end = line.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(line.len());
    let (number, rest) = line.split_at(end);
    match number.parse::<f64>() {
        Ok(seconds) if seconds > 1e9 && number.contains('.') => format!("{:.3}{rest}", by(seconds)),
        Ok(seconds) if seconds > 1e9 => format!("{}{rest}", by(seconds).floor()),
        _ => line.to_owned(),
    }
}

/// A line of the clock inside the VM, a time of day, by another clock.
fn time_of_day(line: &str, by: impl Fn(f64) -> f64) -> String {
    let parts: Vec<&str> = line.split([':', ',']).collect();
    let [Ok(h), Ok(m), Ok(s), Ok(ns)] = [0, 1, 2, 3].map(|i| parts.get(i).unwrap_or(&"").parse::<f64>())
    else {
        return line.to_owned();
    };
    if parts[3].len() != 9 {
        return line.to_owned();
    }
    let day = by(h * 3600.0 + m * 60.0 + s + ns * 1e-9).rem_euclid(86_400.0);
    let (whole, fraction) = (day.floor() as u32, day.fract());
    format!("{:02}:{:02}:{:02},{:09}", whole / 3600, whole / 60 % 60, whole % 60, (fraction * 1e9) as u32)
}

const OF_SOURCE: [&str; 2] = ["-kirsche.test", "-migration-time.test"];
const ALL: [&str; 6] = ["campaign.toml", "none", "memtester", "netperf", "cpuburn", "iometer"];

fn only_kirsche_is_wrong(analysis: &Analysis) {
    for clock in &analysis.clocks {
        assert_eq!(clock.wrong, clock.owner == ClockOwner::Host("kirsche".to_owned()), "{clock:?}");
        assert!(!clock.drifts, "{clock:?}");
    }
}

#[test]
fn the_clocks_of_the_sample_campaign_are_right() {
    let analysis = analyse(&crate::campaign());
    assert_eq!(analysis.clocks.len(), 3);
    for clock in &analysis.clocks {
        assert!(!clock.wrong && !clock.drifts && clock.against.is_none(), "{clock:?}");
        assert!(holds(clock.offset_s, 0.0) && holds(clock.drift_ppm, 0.0), "{clock:?}");
        assert!(clock.offset_s.unwrap().half_width < 0.3, "{clock:?}");
    }
    for code in ["clock-wrong", "clock-drifts", "request-beside-ping"] {
        assert!(messages(&analysis, code).is_empty());
    }
}

#[test]
fn a_source_three_seconds_ahead_is_found_and_declaring_it_mends_it() {
    let part = part_of_campaign(&ALL);
    change(part.path(), &OF_SOURCE, |line| epoch(line, |t| t + 3.0));
    let analysis = analyse(part.path());
    only_kirsche_is_wrong(&analysis);
    assert!(holds(host(&analysis, "kirsche").offset_s, 3.0), "{:?}", analysis.clocks);
    let [message] = messages(&analysis, "clock-wrong")[..] else { panic!("{:?}", analysis.diagnostics) };
    assert!(message.contains("host kirsche") && message.contains("clock_offset_s = "), "{message}");

    let config = part.path().join("campaign.toml");
    let text = fs::read_to_string(&config).unwrap();
    let declared = message.split("clock_offset_s = ").nth(1).unwrap().split(' ').next().unwrap();
    let declared = format!("role = \"source\"\nclock_offset_s = {declared}");
    fs::write(&config, text.replace("role = \"source\"", &declared)).unwrap();
    let mended = analyse(part.path());
    assert!(messages(&mended, "clock-wrong").is_empty(), "{:?}", mended.clocks);
    assert!(mended.clocks.iter().all(|clock| !clock.wrong && !clock.drifts));
    assert!(host(&mended, "kirsche").offset_s.unwrap().value.abs() < 0.01);
}

#[test]
fn few_runs_or_one_tell_a_wrong_source_too() {
    for prefixes in [&["campaign.toml", "none1"][..], &["campaign.toml", "none"]] {
        for offset in [3.0, -3600.0, 20.0] {
            let part = part_of_campaign(prefixes);
            change(part.path(), &OF_SOURCE, |line| epoch(line, |t| t + offset));
            let analysis = analyse(part.path());
            only_kirsche_is_wrong(&analysis);
            assert!(holds(host(&analysis, "kirsche").offset_s, offset), "{offset}: {:?}", analysis.clocks);
            assert_eq!(!messages(&analysis, "request-beside-ping").is_empty(), offset.abs() > 60.0);
            assert!(host(&analysis, "kirsche").drift_ppm.is_none() || prefixes[1] == "none");
        }
    }
}

/// Whether exactly one clock drifts by 200 ppm, and what its warning says.
fn drifting(analysis: &Analysis, owner: &ClockOwner) -> String {
    for clock in &analysis.clocks {
        assert_eq!(clock.drifts, clock.owner == *owner, "{clock:?}");
    }
    let drift = clock(analysis, owner).drift_ppm.unwrap();
    assert!((drift.value - 200.0).abs() <= 50.0 && drift.half_width < 50.0, "{drift:?}");
    let [message] = messages(analysis, "clock-drifts")[..] else { panic!("{:?}", analysis.diagnostics) };
    message.to_owned()
}

fn drift(t: f64) -> f64 {
    t + 200e-6 * (t - FIRST)
}

#[test]
fn a_drifting_host_is_named_and_declaring_it_mends_it() {
    for (name, role, suffixes) in
        [("apfel", "target", &["-apfel.test"][..]), ("kirsche", "source", &OF_SOURCE)]
    {
        let part = part_of_campaign(&ALL);
        change(part.path(), suffixes, |line| epoch(line, drift));
        let analysis = analyse(part.path());
        let message = drifting(&analysis, &ClockOwner::Host(name.to_owned()));
        assert!(message.contains(&format!("host {name} runs")), "{message}");

        let keys = message.split("write ").nth(1).unwrap().split(" to [[").next().unwrap();
        let keys = keys.replace(", ", "\n").replace(" and ", "\n");
        let config = part.path().join("campaign.toml");
        let text = fs::read_to_string(&config).unwrap();
        let role = format!("role = \"{role}\"");
        fs::write(&config, text.replace(&role, &format!("{role}\n{keys}"))).unwrap();
        let mended = analyse(part.path());
        assert!(mended.clocks.iter().all(|clock| !clock.wrong && !clock.drifts), "{:?}", mended.clocks);
    }
}

#[test]
fn a_drifting_guest_is_named() {
    let part = part_of_campaign(&ALL);
    // The campaign passes midnight; times of day before noon are those of the next day.
    let midnight = (FIRST / 86_400.0).floor() * 86_400.0 - 3600.0;
    change(part.path(), &["-zeit.log"], |line| {
        time_of_day(line, |s| {
            let t = midnight + s + if s < 43_200.0 { 86_400.0 } else { 0.0 };
            drift(t) - midnight
        })
    });
    let message = drifting(&analyse(part.path()), &ClockOwner::Guest);
    assert!(message.contains("inside the VM") && message.contains("[vm]"), "{message}");
}

fn flagged(run: &Run, code: FlagCode) -> Option<&[(&'static str, f64)]> {
    run.flags.iter().find(|flag| flag.code == code).map(|flag| flag.values.as_slice())
}

/// The run none1, whose outage is at 14:03:20, with the guest's clock set by `by` seconds from a time of day on.
fn stepped(from: f64, by: f64) -> Analysis {
    let part = part_of_campaign(&["campaign.toml", "none1"]);
    change(part.path(), &["-zeit.log"], |line| time_of_day(line, |s| if s >= from { s + by } else { s }));
    analyse(part.path())
}

#[test]
fn a_guest_clock_that_steps_is_flagged() {
    const MIDDLE: f64 = 14.0 * 3600.0 + 3.0 * 60.0 + 40.0;
    let back = stepped(MIDDLE, -0.5);
    let values = flagged(&back.runs[0], FlagCode::GuestClockStepsBack).unwrap();
    assert!((values[0].1 - 0.48).abs() < 0.03, "{values:?}");

    let jump = stepped(MIDDLE, 0.5);
    let values = flagged(&jump.runs[0], FlagCode::GuestClockJumps).unwrap();
    assert!((values[0].1 - 0.52).abs() < 0.03 && values[1].1 > 20.0, "{values:?}");

    let outage = jump.runs[0].outages.iter().find(|o| o.method == stillstand::model::Method::GuestClock);
    let end = outage.and_then(|outage| outage.end_s).unwrap() + FIRST + 3600.0;
    let at_outage = stepped(end.rem_euclid(86_400.0) - 0.001, -0.5);
    assert!(
        flagged(&at_outage.runs[0], FlagCode::MethodsDisagree).is_some(),
        "{:?}",
        at_outage.runs[0].flags
    );
    assert!(at_outage.clocks.iter().all(|clock| clock.owner != ClockOwner::Guest));
}

#[test]
fn without_ping_hosts_are_compared_with_each_other() {
    let part = part_of_campaign(&["campaign.toml", "none"]);
    for repetition in 1..=5 {
        fs::remove_file(part.path().join(format!("none{repetition}-ping.test"))).unwrap();
    }
    change(part.path(), &["-apfel.test"], |line| epoch(line, |t| t + 3.0));
    let analysis = analyse(part.path());
    let apfel = host(&analysis, "apfel");
    assert_eq!(apfel.against, Some(ClockOwner::Host("kirsche".to_owned())));
    assert!(apfel.wrong && holds(apfel.offset_s, 3.0), "{apfel:?}");
    let [message] = messages(&analysis, "clock-wrong")[..] else { panic!("{:?}", analysis.diagnostics) };
    assert!(message.contains("host apfel against the clock of host kirsche"), "{message}");
}

#[test]
fn the_period_of_xentop_is_found_where_it_is_not_declared() {
    let part = part_of_campaign(&ALL);
    change(part.path(), &["campaign.toml"], |line| line.replace("period_s = 1.02", ""));
    let analysis = analyse(part.path());
    let found = messages(&analysis, "xentop-period-estimated");
    assert_eq!(found.len(), 2, "{found:?}");
    for message in found {
        let figures = message.split(" is ").nth(1).unwrap().split(" s:").next().unwrap();
        let (period, half) = figures.split_once(" ± ").unwrap();
        let (period, half): (f64, f64) = (period.parse().unwrap(), half.parse().unwrap());
        // Each log has a period of its own between 1.01 and 1.03 s.
        assert!((1.01..=1.03).contains(&period) && half < 0.01, "{message}");
    }
    let one = part_of_campaign(&["none1"]);
    assert_eq!(messages(&analyse(one.path()), "xentop-period-assumed").len(), 2);
}
