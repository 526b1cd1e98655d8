//! Names for factors and the order of their levels.

use std::collections::BTreeSet;

use crate::input::config;

/// Words that name no load.
pub fn is_filler(text: &str) -> bool {
    const FILLERS: [&str; 16] = [
        "log",
        "logs",
        "data",
        "raw",
        "result",
        "results",
        "run",
        "runs",
        "messung",
        "messungen",
        "measurement",
        "measurements",
        "campaign",
        "experiment",
        "experiments",
        "output",
    ];
    FILLERS.contains(&text.to_lowercase().as_str())
}

/// Levels by which a factor is known.
const KNOWN: [(&str, &[&str]); 4] = [
    (
        "load",
        &[
            "none",
            "idle",
            "baseline",
            "memtester",
            "netperf",
            "cpuburn",
            "cpu-burn",
            "iometer",
            "burn",
            "stress",
            "stress-ng",
            "fio",
            "iozone",
            "bonnie",
            "bonnie++",
            "dbench",
            "sysbench",
            "linpack",
            "stream",
            "iperf",
            "kernbench",
            "httperf",
        ],
    ),
    ("hypervisor", &["xen", "kvm", "qemu", "vmware", "esx", "esxi", "hyperv", "hyper-v", "virtualbox"]),
    ("service", &["ping", "video", "vlc", "http", "web", "www", "streaming", "ssh", "mail", "game", "voip"]),
    ("guest_os", &["linux", "windows", "debian", "ubuntu", "suse", "opensuse", "freebsd", "winxp"]),
];

/// A name for every factor by its levels. One of them is `load`: the one with levels that are known as loads,
/// else the last one whose levels are known as nothing else.
pub fn names(levels: &[BTreeSet<String>]) -> Vec<String> {
    let known = |levels: &BTreeSet<String>| {
        let hits =
            |words: &[&str]| levels.iter().filter(|l| words.contains(&l.to_lowercase().as_str())).count();
        KNOWN
            .iter()
            .map(|(name, words)| (*name, hits(words)))
            .filter(|(_, hits)| *hits > 0)
            .rev()
            .max_by_key(|k| k.1)
    };
    let mut names: Vec<Option<&str>> =
        levels.iter().map(|levels| known(levels).map(|(name, _)| name)).collect();
    // A name goes to the factor with most known levels of it.
    for (name, _) in KNOWN {
        let of_name = |(index, found): (usize, &Option<&str>)| {
            (*found == Some(name)).then(|| (known(&levels[index]).map(|k| k.1), index))
        };
        let best = names.iter().enumerate().filter_map(of_name).max().map(|(_, index)| index);
        for (index, found) in names.iter_mut().enumerate() {
            if *found == Some(name) && Some(index) != best {
                *found = None;
            }
        }
    }
    if !names.contains(&Some("load")) {
        // Single letters hardly name a load.
        let is_worded = |index: &usize| levels[*index].iter().any(|level| level.chars().count() > 1);
        let unnamed = || (0..names.len()).rev().filter(|index| names[*index].is_none());
        let last = unnamed().find(is_worded).or_else(|| unnamed().next());
        last.into_iter().for_each(|index| names[index] = Some("load"));
    }
    let mut count = 1..;
    names
        .into_iter()
        .map(|name| name.map_or_else(|| format!("factor{}", count.next().unwrap_or_default()), str::to_owned))
        .collect()
}

/// References first, then by the numbers and letters in the names.
pub fn in_order(levels: &BTreeSet<String>) -> Vec<String> {
    let mut sorted: Vec<&String> = levels.iter().collect();
    sorted.sort_by_key(|level| (!config::is_reference_level(level), natural(level), (*level).clone()));
    sorted.into_iter().cloned().collect()
}

/// Text with its numbers as numbers, so that 9 comes before 10.
fn natural(text: &str) -> Vec<(u64, String)> {
    let mut parts: Vec<(u64, String)> = vec![(0, String::new())];
    let mut digits = String::new();
    for c in text.to_lowercase().chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if !digits.is_empty() {
            parts.push((std::mem::take(&mut digits).parse().unwrap_or(u64::MAX), String::new()));
        }
        if let Some((_, word)) = parts.last_mut() {
            word.push(c);
        }
    }
    if !digits.is_empty() {
        parts.push((digits.parse().unwrap_or(u64::MAX), String::new()));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(levels: &[&str]) -> BTreeSet<String> {
        levels.iter().map(|level| (*level).to_owned()).collect()
    }

    #[test]
    fn factors_are_named_by_their_levels() {
        assert_eq!(names(&[set(&["memtester", "none"])]), ["load"]);
        assert_eq!(names(&[set(&["a", "b"])]), ["load"]);
        assert_eq!(names(&[set(&["ping", "vlc"]), set(&["none", "x"])]), ["service", "load"]);
        assert_eq!(
            names(&[set(&["none", "x"]), set(&["128", "256"]), set(&["a", "b"])]),
            ["load", "factor1", "factor2"]
        );
        assert_eq!(names(&[set(&["none", "netperf"]), set(&["none", "z"])]), ["load", "factor1"]);
        assert_eq!(names(&[]), [""; 0]);
    }

    #[test]
    fn references_come_first_and_numbers_count() {
        assert_eq!(in_order(&set(&["10", "9", "idle"])), ["idle", "9", "10"]);
        assert_eq!(in_order(&set(&["memtester", "cpuburn", "none"])), ["none", "cpuburn", "memtester"]);
    }
}
