//! What logs tell beyond their rows: roles and CPUs of hosts, the VM, the zone, the interval of ping.
//!
//! Every guess carries its evidence in words; what the logs contradict each other about is no guess.

use std::collections::{BTreeMap, BTreeSet};

use stillstand_parsers::time::{wall_time_of_day_s, written_offset};
use stillstand_parsers::{Domains, Meaning, Parsed};

use crate::input::config::{Config, RoleKey};
use crate::input::load::LoadedFile;
use crate::input::session::RunKey;
use crate::model::curves::{CPU_IDLE, CPU_WAIT};
use crate::run::align::{Counters, DOMAIN_0, align};

/// A value and what it was guessed from.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess<T> {
    pub value: T,
    pub evidence: String,
}

/// A guess, or why there is none.
pub type Guessed<T> = Result<Guess<T>, String>;

#[derive(Debug, Clone, PartialEq)]
pub struct HostGuess {
    pub name: String,
    pub role: Guess<RoleKey>,
    pub cpus: Guessed<u32>,
}

#[derive(Debug)]
pub struct Evidence {
    pub vm: Guessed<String>,
    /// The VMs in xentop, of which one may migrate.
    pub vms: Vec<String>,
    pub memory_mib: Guessed<f64>,
    /// Source before target before observer.
    pub hosts: Vec<HostGuess>,
    pub utc_offset: Guessed<String>,
    /// Whether a log has local times that nothing else places.
    pub needs_offset: bool,
    /// Seconds between two requests of ping.
    pub ping_interval: Guessed<f64>,
    pub has_ping: bool,
    pub has_xentop: bool,
}

fn guess<T>(value: T, evidence: String) -> Guess<T> {
    Guess { value, evidence }
}

/// `1 log`, `2 logs`.
pub fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

impl Evidence {
    /// `named` says whether the files carry their runs.
    pub fn collect(files: &[LoadedFile], config: &Config, named: bool) -> Self {
        let mut hosts: BTreeMap<&str, Vec<(&LoadedFile, &Parsed)>> = BTreeMap::new();
        for file in files {
            let Some(log) = &file.log else { continue };
            if let Some(host) = file.file.host.as_deref().or_else(|| log.facts.text("host")) {
                hosts.entry(host).or_default().push((file, log));
            }
        }
        let mut hosts: Vec<HostGuess> = hosts
            .into_iter()
            .map(|(name, logs)| HostGuess {
                name: name.to_owned(),
                role: role(name, &logs),
                cpus: cpus(&logs),
            })
            .collect();
        hosts.sort_by_key(|host| (host.role.value as u8, host.name.clone()));
        Self {
            vm: vm(files),
            vms: vms(files).into_keys().map(str::to_owned).collect(),
            memory_mib: memory_mib(files),
            hosts,
            utc_offset: utc_offset(files),
            needs_offset: files.iter().any(needs_offset),
            has_ping: pings(files).next().is_some(),
            ping_interval: ping_interval(files, config, named),
            has_xentop: of(files, FOLLOWED).next().is_some(),
        }
    }
}

/// Logs that follow one VM under Xen.
const FOLLOWED: Meaning = Meaning::Domains(Domains::OneByCounter);

fn of(files: &[LoadedFile], meaning: Meaning) -> impl Iterator<Item = &Parsed> {
    files.iter().filter_map(|file| file.log.as_deref()).filter(move |log| log.format.meaning() == meaning)
}

/// The values that logs give, with the number of logs for each.
fn votes<T: Ord>(values: impl Iterator<Item = T>) -> BTreeMap<T, usize> {
    let mut votes = BTreeMap::new();
    for value in values {
        *votes.entry(value).or_default() += 1;
    }
    votes
}

/// The VMs that logs of xentop name, each with how many do.
fn vms(files: &[LoadedFile]) -> BTreeMap<&str, usize> {
    votes(of(files, FOLLOWED).filter_map(|log| log.facts.text("vm")))
}

fn vm(files: &[LoadedFile]) -> Guessed<String> {
    let votes = vms(files);
    let mut names = votes.iter();
    match (names.next(), names.next()) {
        (Some((name, n)), None) => {
            Ok(guess((*name).to_owned(), format!("the only VM in {}", count(*n, "xentop log"))))
        }
        (None, _) => Err("no log names the VM".to_owned()),
        _ => {
            Err(format!("xentop shows several VMs: {}", votes.keys().copied().collect::<Vec<_>>().join(", ")))
        }
    }
}

fn memory_mib(files: &[LoadedFile]) -> Guessed<f64> {
    let largest = |log: &Parsed| {
        let (memory, domains) = (log.frame.f64s("mem").ok()?, log.frame.strs("domain").ok()?);
        let of_vm = domains.iter().zip(memory.iter()).filter(|(domain, _)| *domain != Some(DOMAIN_0));
        of_vm.filter_map(|(_, bytes)| bytes).filter(|bytes| *bytes > 0.0).max_by(f64::total_cmp)
    };
    let all: Vec<f64> = of(files, FOLLOWED).filter_map(largest).collect();
    match all.iter().copied().max_by(f64::total_cmp) {
        Some(bytes) => {
            let mib = (bytes / 1_048_576.0).round();
            Ok(guess(mib, format!("the largest value for the VM in {}", count(all.len(), "xentop log"))))
        }
        None => Err("no log shows the memory of the VM".to_owned()),
    }
}

/// The role that a host's name says, e.g. `source` or `dst-node`.
fn role_by_name(name: &str) -> Option<RoleKey> {
    let lower = name.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphabetic());
    words.find_map(|word| match word {
        "source" | "src" | "origin" | "quelle" => Some(RoleKey::Source),
        "target" | "dst" | "dest" | "destination" | "ziel" => Some(RoleKey::Target),
        _ => None,
    })
}

/// The evidence of a host of which nothing is known.
pub const NO_ROLE: &str = "no xentop log of this host shows its role";

/// Source if xentop shows the VM from the start, target if it appears later; without xentop what the name says.
fn role(name: &str, logs: &[(&LoadedFile, &Parsed)]) -> Guess<RoleKey> {
    let (mut start, mut later, mut never) = (0, 0, 0);
    for (_, log) in logs.iter().filter(|(_, log)| log.format.meaning() == FOLLOWED) {
        let (Ok(domains), Ok(present)) = (log.frame.strs("domain"), log.frame.bools("present")) else {
            continue;
        };
        let mut of_vm = domains.iter().zip(present.iter()).filter(|(domain, _)| *domain != Some(DOMAIN_0));
        match of_vm.next() {
            Some((_, Some(true))) => start += 1,
            _ if of_vm.any(|(_, present)| present == Some(true)) => later += 1,
            _ => never += 1,
        }
    }
    let total = start + later + never;
    let logs = count(total, "xentop log");
    match (start, later) {
        (0, 0) if total > 0 => guess(RoleKey::Observer, format!("the VM is in none of {logs}")),
        (0, 0) => match role_by_name(name) {
            Some(role) => guess(role, "its name says so".to_owned()),
            None => guess(RoleKey::Observer, NO_ROLE.to_owned()),
        },
        _ if start >= later => {
            guess(RoleKey::Source, format!("the VM is present from the first sample in {start} of {logs}"))
        }
        _ => guess(RoleKey::Target, format!("the VM appears after the first sample in {later} of {logs}")),
    }
}

fn cpus(logs: &[(&LoadedFile, &Parsed)]) -> Guessed<u32> {
    by_columns(logs).or_else(|| by_dstat_and_xentop(logs)).or_else(|| by_most(logs)).ok_or_else(|| {
        let xentop = logs.iter().any(|(_, log)| log.format.meaning() == FOLLOWED);
        if xentop {
            "not in the logs; xentop's CPU is divided by it, by 1 without it".to_owned()
        } else {
            "needed only with xentop logs of this host".to_owned()
        }
    })
}

/// dstat may list every CPU: `cpu0 usage.usr`, `cpu1 usage.usr`.
fn by_columns(logs: &[(&LoadedFile, &Parsed)]) -> Option<Guess<u32>> {
    let numbered = |name: &str| {
        let number = name.strip_prefix("cpu")?.split(" usage").next()?;
        number.parse::<u32>().ok().filter(|_| name.contains(" usage"))
    };
    let listed = |log: &Parsed| {
        log.frame.columns.iter().filter_map(|c| numbered(&c.name)).collect::<BTreeSet<_>>().len()
    };
    let samples = logs.iter().filter(|(_, log)| log.format.meaning() == Meaning::HostSamples);
    let (most, format) = samples.map(|(_, log)| (listed(log), log.format)).max()?;
    let value = u32::try_from(most).ok().filter(|n| *n > 0)?;
    Some(guess(value, format!("{format} lists {value} CPUs one by one")))
}

/// dstat counts the busy share of all CPUs of Domain-0, xentop adds up per cent of one CPU: where
/// Domain-0 has all CPUs of the host, the quotient is their number.
fn by_dstat_and_xentop(logs: &[(&LoadedFile, &Parsed)]) -> Option<Guess<u32>> {
    let mut runs: BTreeMap<&RunKey, (Option<f64>, Option<f64>)> = BTreeMap::new();
    for (file, log) in logs {
        let run = runs.entry(&file.file.run).or_default();
        if log.format.meaning() == Meaning::HostSamples {
            run.0 = busy_share(log);
        } else if log.format.meaning() == FOLLOWED {
            run.1 = cpu_of_domain_0(log);
        }
    }
    let mut quotients: Vec<f64> = runs
        .values()
        .filter_map(|(busy, used)| Some(((*busy)?, (*used)?)))
        .filter(|(busy, _)| *busy >= 2.0)
        .map(|(busy, used)| used / busy)
        .collect();
    quotients.sort_by(f64::total_cmp);
    let median = *quotients.get(quotients.len() / 2)?;
    let whole = median.round();
    let agree = quotients.iter().filter(|quotient| (*quotient - whole).abs() < 0.5).count();
    let clear = whole >= 1.0 && (median / whole - 1.0).abs() < 0.2 && agree * 4 >= quotients.len() * 3;
    clear.then(|| {
        guess(
            whole as u32,
            format!(
                "Domain-0 in xentop, in per cent of one CPU, is {median:.2} times the busy share in dstat \
                 (median of {}); right if Domain-0 has all CPUs",
                count(quotients.len(), "run")
            ),
        )
    })
}

fn busy_share(log: &Parsed) -> Option<f64> {
    let (idle, wait) = (log.frame.f64s(CPU_IDLE.name()).ok()?, log.frame.f64s(CPU_WAIT.name()).ok()?);
    mean(idle.iter().zip(wait.iter()).filter_map(|(idle, wait)| Some(100.0 - idle? - wait?)))
}

fn cpu_of_domain_0(log: &Parsed) -> Option<f64> {
    let (domains, cpu) = (log.frame.strs("domain").ok()?, log.frame.f64s("cpu").ok()?);
    mean(
        domains
            .iter()
            .zip(cpu.iter())
            .filter(|(domain, _)| *domain == Some(DOMAIN_0))
            .filter_map(|(_, cpu)| cpu),
    )
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.fold((0.0, 0_u32), |(sum, n), value| (sum + value, n + 1));
    (n > 0).then(|| sum / f64::from(n))
}

/// A domain above 100 per cent has more than one CPU. Single samples of xentop overshoot, so the
/// 95th percentile counts.
fn by_most(logs: &[(&LoadedFile, &Parsed)]) -> Option<Guess<u32>> {
    let high = |log: &Parsed| {
        let (domains, cpu) = (log.frame.strs("domain").ok()?, log.frame.f64s("cpu").ok()?);
        let mut by_domain: BTreeMap<Option<&str>, Vec<f64>> = BTreeMap::new();
        for (domain, cpu) in domains.iter().zip(cpu.iter()) {
            by_domain.entry(domain).or_default().extend(cpu);
        }
        let percentile = |mut values: Vec<f64>| {
            values.sort_by(f64::total_cmp);
            values.get((values.len() * 95).div_ceil(100).checked_sub(1)?).copied()
        };
        by_domain.into_values().filter_map(percentile).max_by(f64::total_cmp)
    };
    let xentop = logs.iter().filter(|(_, log)| log.format.meaning() == FOLLOWED);
    let most = xentop.filter_map(|(_, log)| high(log)).max_by(f64::total_cmp).filter(|most| *most > 105.0)?;
    let at_least = (most / 100.0 - 0.05).ceil() as u32;
    Some(guess(at_least, format!("at least: a domain in xentop uses {most:.0} per cent of one CPU")))
}

fn utc_offset(files: &[LoadedFile]) -> Guessed<String> {
    let zones = votes(of(files, Meaning::GuestClock).filter_map(|log| {
        let offset = i32::try_from(log.facts.int("utc_offset_s")?).ok()?;
        Some((offset, log.facts.text("zone").unwrap_or_default()))
    }));
    let offsets: BTreeSet<i32> = zones.keys().map(|(offset, _)| *offset).collect();
    let of_hosts = votes(of(files, Meaning::HostSamples).filter_map(offset_of_dstat));
    if let (1, Some(offset)) = (offsets.len(), offsets.first()) {
        let named: Vec<&str> = zones.keys().map(|(_, zone)| *zone).collect();
        let hosts = match of_hosts.len() {
            0 => String::new(),
            1 if of_hosts.contains_key(offset) => "; the clocks of the hosts agree".to_owned(),
            _ => "; the clocks of the hosts do not agree".to_owned(),
        };
        let evidence = format!("{} in {}{hosts}", named.join(", "), count(zones.values().sum(), "zeit log"));
        return Ok(guess(written_offset(*offset), evidence));
    }
    if offsets.len() > 1 {
        return Err(
            "the zeit logs name zones with different offsets, and each is used for its log".to_owned()
        );
    }
    if of_hosts.is_empty() {
        return by_stamps(files);
    }
    let mut hosts = of_hosts.iter();
    match (hosts.next(), hosts.next()) {
        (Some((offset, n)), None) => Ok(guess(
            written_offset(*offset),
            format!("local time in the headers of {} against their time stamps", count(*n, "dstat log")),
        )),
        _ => Err("the headers of the dstat logs have different offsets".to_owned()),
    }
}

/// The offset of times that stand in logs with their zone. UTC is written everywhere, and says nothing of where a log is from.
fn by_stamps(files: &[LoadedFile]) -> Guessed<String> {
    let logs = || files.iter().filter_map(|file| file.log.as_deref());
    let offsets = votes(logs().filter_map(offset_of_stamps));
    let mut local = offsets.iter().filter(|(offset, _)| **offset != 0);
    match (local.next(), local.next()) {
        (Some((offset, n)), None) => {
            Ok(guess(written_offset(*offset), format!("the zone of the times in {}", count(*n, "log"))))
        }
        (Some(_), Some(_)) => {
            Err("the logs have times in different zones, and each is used for its log".to_owned())
        }
        (None, _) => Err(without_offset(files)),
    }
}

/// How far the times of a log are from UTC, where it has both.
fn offset_of_stamps(log: &Parsed) -> Option<i32> {
    let local = log.frame.f64s("local_s").ok()?;
    let placed = log.frame.f64s("epoch_s").or_else(|_| log.frame.f64s("time")).ok()?;
    let apart = local.iter().zip(placed.iter()).filter_map(|(local, placed)| Some(local? - placed?));
    let (least, most) = apart.fold((f64::MAX, f64::MIN), |(least, most), s| (least.min(s), most.max(s)));
    let is_one = most - least < 1.0 && most.abs() <= 14.0 * 3600.0;
    is_one.then(|| (least / 60.0).round() as i32 * 60)
}

/// Whether a log has times of a wall that nothing places.
fn needs_offset(file: &LoadedFile) -> bool {
    file.log.as_deref().is_some_and(|log| {
        let placed = log.frame.f64s("epoch_s").or_else(|_| log.frame.f64s("time"));
        let is_placed = placed.is_ok_and(|placed| placed.iter().flatten().next().is_some());
        let is_guest = log.format.meaning() == Meaning::GuestClock && log.facts.int("utc_offset_s").is_none();
        is_guest || log.missing().is_some() || (log.frame.has("local_s") && !is_placed)
    })
}

/// Why no log gives an offset.
fn without_offset(files: &[LoadedFile]) -> String {
    let without: Vec<&LoadedFile> = files.iter().filter(|file| needs_offset(file)).collect();
    let Some(first) = without.first() else {
        return "needed only for local times without a zone; no log has any".to_owned();
    };
    let zones = of(files, Meaning::GuestClock).filter(|log| log.facts.int("utc_offset_s").is_none());
    let zones: BTreeSet<&str> = zones.filter_map(|log| log.facts.text("zone")).collect();
    if zones.is_empty() {
        return format!(
            "to be filled in: {} such as {} have local times, and no log shows their zone",
            count(without.len(), "log"),
            first.file.relative
        );
    }
    let zones: Vec<&str> = zones.into_iter().collect();
    format!("{} in the zeit logs: not known, or more than one offset", zones.join(", "))
}

/// Local time in dstat's header less its first time stamp, to a quarter of an hour.
fn offset_of_dstat(log: &Parsed) -> Option<i32> {
    let local = f64::from(wall_time_of_day_s(log.facts.text("date")?)?);
    let first = log.frame.f64s("epoch_s").ok()?.iter().flatten().next()?;
    let apart = (local - first).rem_euclid(86_400.0);
    let quarters = (apart / 900.0).round();
    if (apart - quarters * 900.0).abs() > 60.0 {
        return None;
    }
    // From −10 to +14 hours, where people live.
    let offset = quarters as i32 * 900;
    Some(if offset > 14 * 3600 { offset - 86_400 } else { offset })
}

fn pings(files: &[LoadedFile]) -> impl Iterator<Item = &LoadedFile> {
    files.iter().filter(|file| {
        let meaning = file.log.as_deref().map(|log| log.format.meaning());
        matches!(meaning, Some(Meaning::Replies { .. }))
    })
}

fn ping_interval(files: &[LoadedFile], config: &Config, named: bool) -> Guessed<f64> {
    let single = |file: &LoadedFile| {
        let key =
            if named { file.file.run.clone() } else { RunKey { repetition: 0, ..file.file.run.clone() } };
        let ping = align(key, &[file], config, &Counters::default()).ping?;
        (ping.interval_s > 0.0).then_some((ping.interval_s, ping.period_s))
    };
    let measured: Vec<(f64, f64)> = pings(files).filter_map(single).collect();
    let Some((interval, _)) = measured.first().copied() else {
        return Err("no ping log shows it".to_owned());
    };
    if let Some((other, _)) = measured.iter().find(|(other, _)| *other != interval) {
        return Err(format!(
            "the ping logs have different ones, among them {interval} s and {other} s; each is measured"
        ));
    }
    let periods = measured.iter().map(|(_, period)| *period);
    let (least, most) = periods.fold((f64::MAX, f64::MIN), |(least, most), p| (least.min(p), most.max(p)));
    Ok(guess(
        interval,
        format!("measured in {}: {least:.4} to {most:.4} s", count(measured.len(), "ping log")),
    ))
}

#[cfg(test)]
mod tests {
    use stillstand_parsers::format_named;

    use super::*;

    #[test]
    fn offsets_are_written_as_they_are_read() {
        for (seconds, text) in [(3600, "+01:00"), (-12_600, "-03:30"), (0, "+00:00"), (20_700, "+05:45")] {
            assert_eq!(written_offset(seconds), text);
            let config = Config::parse(&format!("utc_offset = \"{text}\"")).unwrap();
            assert_eq!(config.utc_offset_s, Some(seconds));
        }
    }

    fn dstat(date: &str, epoch: &str) -> Parsed {
        let text = format!(
            "\"Dstat 0.7.0 CSV output\"\n\"Host:\",\"a\"\n\"Cmdline:\",\"dstat -T\",,,,\"Date:\",\"{date}\"\n\n\
             \"epoch\"\n\"epoch\"\n{epoch}\n"
        );
        stillstand_parsers::parse(format_named("dstat").unwrap(), text.as_bytes()).unwrap()
    }

    #[test]
    fn the_header_of_dstat_against_its_stamps_tells_the_offset() {
        let offset = |date: &str, epoch: &str| offset_of_dstat(&dstat(date, epoch));
        // 2010-01-26 14:29:45.656 UTC
        assert_eq!(offset("26 Jan 2010 15:29:45 CET", "1264516185.656"), Some(3600));
        assert_eq!(offset("26 Jan 2010 09:29:44 EST", "1264516185.656"), Some(-18_000));
        assert_eq!(offset("26 Jan 2010 20:14:45 NPT", "1264516185.656"), Some(20_700));
        assert_eq!(offset("26 Jan 2010 15:35:45 CET", "1264516185.656"), None);
    }
}
