//! Which parts of the paths are load, repetition, source and host.
//!
//! Every way to read the names is tried; each gives runs, and the runs show whether the way is right: a run
//! has one log of each kind, all runs have the same kinds, their logs overlap in time, and repetitions count
//! from 1. The best way whose pattern reads all names as intended wins.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::parts::{self, Joined, Label, Part, SELECTORS, Selector};
use super::pattern::{LISTED, PathParts, pattern};
use super::score::{Assignment, score, splits};
use super::table::{Read, Table};
use super::tokens::Tokens;
use super::{Log, LogKind};
use regex::Regex;

/// A way to read the names.
#[derive(Debug, Clone, PartialEq)]
pub struct Naming {
    pub pattern: String,
    /// Names of the factors, in the order of [`Assignment::levels`].
    pub factors: Vec<String>,
    /// For every log, `None` where the pattern does not fit.
    pub assigned: Vec<Option<Assignment>>,
}

/// Where the host stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HostAt {
    /// Nowhere.
    Nowhere,
    /// Where the name stands that the logs give of their host.
    AsLogged,
    /// What is left in logs of hosts after the levels that logs of the service have.
    LeftOver,
    /// This chunk, or an end of it.
    Chunk(usize, Piece),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Whole,
    First,
    Last,
}

/// The best way to read the names of `logs`; `None` if none gives runs.
pub fn find(logs: &[Log]) -> Option<Naming> {
    best(&Campaign::new(logs), &SELECTORS)
}

/// The best way to read names without a repetition.
pub fn without_repetition(logs: &[Log]) -> Option<Naming> {
    best(&Campaign::new(logs), &[Selector::Nowhere])
}

fn best(campaign: &Campaign<'_>, selectors: &[Selector]) -> Option<Naming> {
    let mut ways: Vec<Way> = Vec::new();
    // Several choices may come to the same.
    let mut seen: Vec<Vec<Option<Read>>> = Vec::new();
    for selector in selectors.iter().copied() {
        for joined in [Joined::All, Joined::Alike, Joined::Nothing] {
            for (last_source, with_prefix) in [(true, true), (true, false), (false, true), (false, false)] {
                let trial = Trial { campaign, selector, joined, last_source, with_prefix };
                let plain = trial.reads(false);
                if !seen.contains(&plain) {
                    ways.extend(trial.ways(&plain));
                    seen.push(plain);
                }
            }
        }
    }
    // Of equals the first counts.
    ways.sort_by(|a, b| b.score.total_cmp(&a.score));
    ways.into_iter().take(40).find_map(|way| way.naming(campaign))
}

/// The logs with what every trial starts from.
struct Campaign<'a> {
    logs: &'a [Log],
    paths: Vec<Tokens>,
    dates: Vec<Vec<Range<usize>>>,
    /// Where names stand that logs give of their hosts.
    hosts: Vec<Option<Range<usize>>>,
    sources: Vec<Vec<Range<usize>>>,
}

impl<'a> Campaign<'a> {
    fn new(logs: &'a [Log]) -> Self {
        let paths: Vec<Tokens> = logs.iter().map(|log| Tokens::new(&log.relative)).collect();
        let hosts: BTreeSet<&str> = logs.iter().filter_map(|log| log.host.as_deref()).collect();
        Self {
            dates: paths.iter().map(Tokens::dates).collect(),
            hosts: paths.iter().map(|path| hosts.iter().find_map(|host| logged_host(path, host))).collect(),
            sources: parts::sources(logs, &paths),
            logs,
            paths,
        }
    }
}

/// Some decisions; the others follow.
struct Trial<'a> {
    campaign: &'a Campaign<'a>,
    selector: Selector,
    /// Whether the last name of a source in a path is the source, not the first.
    last_source: bool,
    /// Whether words like `run` before the repetition belong to it.
    with_prefix: bool,
    joined: Joined,
}

impl Trial<'_> {
    /// All ways to place the host. `plain` are the reads without one.
    fn ways(&self, plain: &[Option<Read>]) -> Vec<Way> {
        let share = plain.iter().flatten().count() as f64 / plain.len() as f64;
        if share < 0.8 {
            return Vec::new();
        }
        let most = plain.iter().flatten().map(|read| read.chunks.len()).max().unwrap_or(0);
        let pieces = [Piece::Whole, Piece::First, Piece::Last];
        let places = (0..most).flat_map(|chunk| pieces.map(|piece| HostAt::Chunk(chunk, piece)));
        let worded = self.selector == Selector::Worded && self.with_prefix;
        [HostAt::AsLogged, HostAt::LeftOver, HostAt::Nowhere]
            .into_iter()
            .chain(places)
            .filter_map(|at| {
                let mut reads = if at == HostAt::AsLogged { self.reads(true) } else { plain.to_vec() };
                place_hosts(&mut reads, self.campaign, at)?;
                let unnumbered = self.selector == Selector::Nowhere;
                Way::new(self.campaign, reads, at, worded, unnumbered)
            })
            .collect()
    }

    fn reads(&self, with_hosts: bool) -> Vec<Option<Read>> {
        (0..self.campaign.logs.len()).map(|log| self.read(log, with_hosts)).collect()
    }

    fn read(&self, log: usize, with_host: bool) -> Option<Read> {
        let campaign = self.campaign;
        let path = &campaign.paths[log];
        let dates = campaign.dates[log].iter().cloned().enumerate();
        let mut parts: Vec<Part> =
            dates.map(|(number, range)| Part { label: Label::Any(number), range }).collect();
        if let Some(range) = campaign.hosts[log].clone().filter(|_| with_host) {
            parts.push(Part { label: Label::Host, range });
        }
        let mut sources = campaign.sources[log].iter().filter(|range| !parts::is_taken(&parts, range));
        let source = if self.last_source { sources.next_back() } else { sources.next() };
        // `ping 10ms` is how ping was called.
        parts.extend(source.map(|range| Part { label: Label::Source, range: path.with_measure(range) }));
        let repetition = match self.selector {
            Selector::Nowhere => None,
            selector => Some(parts::repetition(path, &parts, selector)?),
        };
        parts.extend(repetition.iter().map(|range| Part { label: Label::Repetition, range: range.clone() }));
        let prefix =
            repetition.as_ref().and_then(|range| parts::prefix(path, range)).filter(|_| self.with_prefix);
        let chunks = parts::chunks(path, &parts, prefix.as_ref(), self.joined);
        Some(Read { parts, chunks, repetition })
    }
}

/// The name that a log gives of its host, or the first part of it before a point.
fn logged_host(path: &Tokens, host: &str) -> Option<Range<usize>> {
    let short = host.split('.').next().unwrap_or(host);
    path.find_name(host).or_else(|| path.find_name(short))
}

fn place_hosts(reads: &mut [Option<Read>], campaign: &Campaign<'_>, at: HostAt) -> Option<()> {
    let paths = &campaign.paths;
    match at {
        HostAt::Nowhere => {}
        HostAt::AsLogged => {
            let named = |read: &Read| read.parts.iter().any(|part| part.label == Label::Host);
            reads.iter().flatten().any(named).then_some(())?;
        }
        HostAt::LeftOver => left_over(reads, campaign.logs, paths)?,
        HostAt::Chunk(index, piece) => {
            for (read, path) in reads.iter_mut().zip(paths) {
                // A log that has all before it, and not this, names no host.
                if read.as_ref().is_some_and(|read| index > 0 && read.chunks.len() == index) {
                    continue;
                }
                let chunk = read.as_ref().and_then(|read| read.chunks.get(index).cloned());
                let Some((read, chunk)) = read.as_mut().zip(chunk) else {
                    *read = None;
                    continue;
                };
                let cuts = parts::cuts(path, &chunk);
                let wanted = cuts.into_iter().find(|(host, rest)| match piece {
                    Piece::Whole => rest.is_none(),
                    Piece::First => rest.is_some() && host.start == chunk.start,
                    Piece::Last => rest.is_some() && host.end == chunk.end,
                });
                let (host, rest) = wanted?;
                // `512MB` is no host.
                if path.is_measure_at(&host) {
                    return None;
                }
                read.take_host(index, host, rest);
            }
        }
    }
    Some(())
}

impl Read {
    fn take_host(&mut self, chunk: usize, host: Range<usize>, rest: Option<Range<usize>>) {
        self.parts.push(Part { label: Label::Host, range: host });
        self.chunks.splice(chunk..=chunk, rest);
    }
}

/// Logs of the service show which levels a repetition has; what logs of hosts have beyond is the host.
fn left_over(reads: &mut [Option<Read>], logs: &[Log], paths: &[Tokens]) -> Option<()> {
    let key = |read: &Read, chunks: &[Range<usize>], path: &Tokens| {
        let number = read.repetition.as_ref().and_then(|range| path.text[range.clone()].parse::<u32>().ok());
        (chunks.iter().map(|chunk| path.text[chunk.clone()].to_owned()).collect::<Vec<_>>(), number)
    };
    let known: BTreeSet<_> = reads
        .iter()
        .zip(logs)
        .zip(paths)
        .filter(|((_, log), _)| log.format.meaning().is_once_per_run())
        .filter_map(|((read, _), path)| read.as_ref().map(|read| key(read, &read.chunks, path)))
        .collect();
    let mut placed = false;
    for ((read, log), path) in reads.iter_mut().zip(logs).zip(paths) {
        let Some(read) = read.as_mut().filter(|_| !log.format.meaning().is_once_per_run()) else { continue };
        if known.contains(&key(read, &read.chunks, path)) {
            continue;
        }
        let mut found = (0..read.chunks.len()).flat_map(|index| {
            parts::cuts(path, &read.chunks[index]).into_iter().map(move |cut| (index, cut))
        });
        let fits = found.find(|(index, (_, rest))| {
            let mut chunks = read.chunks.clone();
            chunks.splice(index..=index, rest.clone());
            known.contains(&key(read, &chunks, path))
        });
        if let Some((index, (host, rest))) = fits {
            read.take_host(index, host, rest);
            placed = true;
        }
    }
    placed.then_some(())
}

/// A complete way to read the names, with how well its runs look.
struct Way {
    reads: Vec<Option<Vec<Part>>>,
    assigned: Vec<Option<Assignment>>,
    factors: Vec<String>,
    score: f64,
}

impl Way {
    fn new(
        campaign: &Campaign<'_>,
        mut reads: Vec<Option<Read>>,
        host: HostAt,
        worded: bool,
        unnumbered: bool,
    ) -> Option<Self> {
        let Campaign { logs, paths, .. } = campaign;
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for read in reads.iter().flatten() {
            *counts.entry(read.chunks.len()).or_default() += 1;
        }
        let (columns, _) = counts.into_iter().max_by_key(|(_, count)| *count)?;
        for read in &mut reads {
            *read = read.take().filter(|read| read.chunks.len() == columns);
        }
        let table = Table::new(paths, &reads, columns);
        let columns = table.telling(logs);
        let factors = super::factors::names(&table.values_of(&columns));
        let assigned = table.assigned(&columns);
        let runs = if unnumbered { counted(logs, &assigned) } else { assigned.clone() };
        let bonus = |condition: bool, points: f64| if condition { points } else { 0.0 };
        let host_bonus = match host {
            HostAt::Nowhere => 0.0,
            _ if splits(logs, &runs) => 2.0,
            HostAt::AsLogged | HostAt::LeftOver => 1.0,
            // What never tells two logs of a run apart is hardly a host.
            HostAt::Chunk(..) => -15.0,
        };
        let score =
            score(logs, &runs) + host_bonus + bonus(worded, 3.0) + bonus(table.crossed(&columns), 1.0);
        let read_parts = reads.into_iter().map(|read| read.map(|read| table.parts(read, &columns))).collect();
        Some(Self { reads: read_parts, assigned, factors, score })
    }

    /// The pattern that reads the names this way, if there is one.
    fn naming(self, campaign: &Campaign<'_>) -> Option<Naming> {
        let Campaign { logs, paths, .. } = campaign;
        let read_parts: Vec<PathParts<'_>> = self
            .reads
            .iter()
            .zip(paths.iter())
            .filter_map(|(parts, path)| Some(PathParts { path, parts: parts.clone()? }))
            .collect();
        LISTED.into_iter().find_map(|listed| {
            let pattern = pattern(&read_parts, &self.factors, listed)?;
            let regex = Regex::new(&pattern).ok()?;
            let same = |(assigned, log): (&Option<Assignment>, &Log)| {
                assigned.is_none() || apply(&regex, &self.factors, &log.relative) == *assigned
            };
            self.assigned.iter().zip(logs.iter()).all(same).then(|| Naming {
                assigned: logs.iter().map(|log| apply(&regex, &self.factors, &log.relative)).collect(),
                factors: self.factors.clone(),
                pattern,
            })
        })
    }
}

/// Logs of one kind and condition are its repetitions in the order of their names, as a campaign without repetitions in its names is
/// read.
fn counted(logs: &[Log], assigned: &[Option<Assignment>]) -> Vec<Option<Assignment>> {
    let mut order: Vec<usize> = (0..logs.len()).collect();
    order.sort_by_key(|&log| &logs[log].relative);
    let mut counts: BTreeMap<(&[String], Option<&str>, LogKind), u32> = BTreeMap::new();
    let mut counted = assigned.to_vec();
    for log in order {
        if let (Some(read), Some(counted)) = (&assigned[log], &mut counted[log]) {
            let of_kind = counts.entry((&read.levels, read.host.as_deref(), logs[log].kind())).or_default();
            *of_kind += 1;
            counted.repetition = *of_kind;
        }
    }
    counted
}

/// What the name of a log tells by a pattern.
pub fn apply(regex: &Regex, factors: &[String], path: &str) -> Option<Assignment> {
    let captures = regex.captures(path)?;
    let group = |name: &str| captures.name(name).map(|found| found.as_str().to_owned());
    let levels = factors.iter().map(|name| group(name)).collect::<Option<Vec<_>>>()?;
    let repetition = group("repetition").map_or(Some(1), |digits| digits.parse().ok())?;
    Some(Assignment { levels, repetition, host: group("host") })
}
