//! The service ping: see `main.rs`.

use std::collections::BTreeMap;

use super::{check_repository, duration, largest_step, steps};
use stillstand_generator::campaigns::testbed::conditions::Condition;
use stillstand_generator::campaigns::xen_live_migration::{
    NAME, files,
    published::{self, PING_INTERVAL},
};

fn texts() -> BTreeMap<String, String> {
    super::texts(files())
}

/// Calls `check` with the name and the published numbers of each run.
fn for_each_run(mut check: impl FnMut(&str, published::Repetition)) {
    for condition in Condition::ALL {
        for (index, numbers) in published::repetitions(condition).into_iter().enumerate() {
            check(&format!("{}{}", condition.name(), index + 1), numbers);
        }
    }
}

/// The holes in the sequence numbers of ping's replies: last number before, and how many are missing.
fn holes(ping: &str) -> Vec<(usize, usize)> {
    let mut sequences: Vec<usize> = ping
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(' ').nth(1).and_then(|cell| cell.parse().ok()).expect("a number"))
        .collect();
    sequences.insert(0, 0);
    sequences.push(501);
    sequences
        .windows(2)
        .filter(|pair| pair[1] > pair[0] + 1)
        .map(|pair| (pair[0], pair[1] - pair[0] - 1))
        .collect()
}

#[test]
fn the_repository_holds_what_the_generator_writes() {
    check_repository(NAME, &files(), 6_000_000);
}

#[test]
fn ping_gives_the_published_numbers_of_unanswered_requests() {
    let texts = texts();
    for_each_run(|run, published| {
        let text = &texts[&format!("{run}-ping.test")];
        let holes = holes(text);
        assert_eq!(holes.len(), 1, "{run}: one hole");
        let (before, missing) = holes[0];
        assert_eq!(missing, published.unanswered, "{run}");

        let received = 500 - missing;
        assert!(text.contains(&format!("# 500 packets transmitted, {received} received, ")));

        // The reply before the hole arrived after the request, by a wide margin.
        let last: i64 = text.lines().nth(before).and_then(|line| line[..10].parse().ok()).expect("seconds");
        let requested: i64 = texts[&format!("{run}-migration-time.test")][..10].parse().expect("seconds");
        assert!(last > requested + 5, "{run}: {last} {requested}");
    });
}

#[test]
fn the_clock_of_the_vm_gives_the_published_steps() {
    let texts = texts();
    for_each_run(|run, published| {
        let zeit = &texts[&format!("{run}-zeit.log")];
        let (largest, _) = largest_step(zeit);
        assert!((largest - published.clock_gap).abs() < 0.005, "{run}: {largest}");
        assert_eq!(format!("{largest:.2}"), format!("{:.2}", published.clock_gap), "{run}");
        let ordinary = steps(zeit).iter().filter(|step| step.0 < 0.3).count();
        assert_eq!(ordinary + 1, steps(zeit).len(), "{run}: one long step");
    });
}

#[test]
fn the_means_over_repetitions_are_the_published_ones() {
    let texts = texts();
    let mean = |condition: Condition, value: &dyn Fn(&str) -> f64| -> String {
        let sum: f64 = (1..=5).map(|repetition| value(&format!("{}{repetition}", condition.name()))).sum();
        format!("{:.2}", sum / 5.0)
    };
    let duration = |run: &str| duration(&texts[&format!("{run}-migration-time.test")]);
    let zeit = |run: &str| largest_step(&texts[&format!("{run}-zeit.log")]).0;
    let ping = |run: &str| holes(&texts[&format!("{run}-ping.test")])[0].1 as f64 * PING_INTERVAL;

    assert_eq!(mean(Condition::None, &duration), "8.87");
    assert_eq!(mean(Condition::Memtester, &duration), "26.49");
    assert_eq!(mean(Condition::Netperf, &duration), "10.49");
    assert_eq!(mean(Condition::Cpuburn, &duration), "9.35");
    assert_eq!(mean(Condition::Iometer, &duration), "12.01");
    assert_eq!(mean(Condition::None, &ping), "0.84");
    // What the study's text says of cpuburn, 13.14 s, its own table does not give.
    assert_eq!(mean(Condition::Cpuburn, &ping), "12.60");
    assert_eq!(mean(Condition::Cpuburn, &zeit), "12.94");
}

#[test]
fn with_cpuburn_the_outage_outlasts_the_process() {
    let texts = texts();
    for_each_run(|run, published| {
        let reply = holes(&texts[&format!("{run}-ping.test")])[0].0;
        let outage_end = 0.2 * (reply + published.unanswered) as f64 - 5.1;
        let process_end = f64::from(published.duration_cs) / 100.0;
        let outlasts = outage_end > process_end + 1.0;
        assert_eq!(outlasts, run.starts_with("cpuburn"), "{run}: {outage_end} {process_end}");
    });
}

#[test]
fn dstat_shares_add_up_and_one_counter_overflows() {
    let mut negative = Vec::new();
    for (name, text) in texts() {
        if !name.contains("-dstat-") {
            continue;
        }
        for line in text.lines().skip(7) {
            let cells: Vec<f64> = line.split(',').map_while(|cell| cell.parse().ok()).collect();
            let [_, shares @ .., _, _, _, _, received, sent] = cells.as_slice() else {
                continue;
            };
            let sum: f64 = shares.iter().sum();
            assert!((sum - 100.0).abs() < 0.005, "{name}: {line}");
            if received.min(*sent) < 0.0 {
                negative.push(name.clone());
            }
        }
        let first = text.lines().nth(7).expect("a first row");
        assert!(first.ends_with(",0.0,0.0"), "{name}: {first}");
    }
    assert_eq!(negative, ["netperf3-dstat-kirsche.test"]);
}

#[test]
fn two_logs_end_in_the_middle_of_a_line() {
    let cut: Vec<String> =
        texts().into_iter().filter(|(_, text)| !text.ends_with('\n')).map(|(name, _)| name).collect();
    assert_eq!(cut, ["cpuburn2-dstat-apfel.test", "netperf5-zeit.log"]);
}

#[test]
fn xentop_shows_renaming_on_every_source_and_two_groups_on_two_targets() {
    let texts = texts();
    let mut two_groups = Vec::new();
    for (name, text) in texts.iter().filter(|(name, _)| name.contains("-xentop-")) {
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].ends_with("| Dom0: 0.0 1048576 28.6"), "{name}: {}", lines[0]);
        let absent: Vec<usize> =
            (0..lines.len()).filter(|&line| lines[line].contains("asam: - - -")).collect();
        if name.ends_with("kirsche.test") {
            // Once, alone, when it is renamed; then from its end on.
            let [renamed, rest @ ..] = absent.as_slice() else {
                panic!("{name}: never absent");
            };
            assert!((4..=8).contains(renamed), "{name}: renamed in line {renamed}");
            let gone = rest[0];
            assert!(gone > renamed + 5, "{name}: gone in line {gone}");
            assert_eq!(rest, (gone..lines.len()).collect::<Vec<_>>(), "{name}");
        }
        if lines.iter().any(|line| line.matches("asam:").count() == 2) {
            two_groups.push(name.as_str());
        }
    }
    assert_eq!(two_groups, ["cpuburn5-xentop-apfel.test", "memtester2-xentop-apfel.test"]);
}

#[test]
fn one_outage_spans_midnight_and_the_clock_speaks_two_languages() {
    let texts = texts();
    let mut spanning = Vec::new();
    for (name, text) in texts.iter().filter(|(name, _)| name.ends_with("-zeit.log")) {
        let first = text.lines().next().expect("a first line");
        let even = name.contains(['2', '4']);
        assert_eq!(first.starts_with("Di ") || first.starts_with("Mi "), even, "{name}: {first}");
        let (_, [start, _]) = largest_step(text);
        if start.starts_with("23:59:") && text.contains(&format!("{start}\n00:00:")) {
            spanning.push(name.as_str());
        }
    }
    assert_eq!(spanning, ["iometer2-zeit.log"]);
}
