//! Which parts of the paths are load, repetition, source and host.
//!
//! Every way to read the names is tried; each gives runs, and the runs show whether the way is right: a run
//! has one log of each kind, all runs have the same kinds, their logs overlap in time, and repetitions count
//! from 1. The best way whose pattern reads all names as intended wins.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use regex::Regex;
use stillstand_parsers::Format;

use super::Log;
use super::marks::{self, Joined, Label, Mark, SELECTORS, Selector};
use super::pattern::{LISTED, Marked, pattern};
use super::tokens::Tokens;

/// What a path tells about its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub levels: Vec<String>,
    pub repetition: u32,
    pub host: Option<String>,
}

/// A way to read the names.
#[derive(Debug, Clone, PartialEq)]
pub struct Naming {
    pub pattern: String,
    /// Names of the factors, in the order of [`Told::levels`].
    pub factors: Vec<String>,
    /// For every log, `None` where the pattern does not fit.
    pub told: Vec<Option<Told>>,
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

/// A run has one of each of these, whatever its hosts.
fn is_of_service(format: Format) -> bool {
    matches!(format, Format::PingGawk | Format::Zeit | Format::MigrationTime)
}

/// The best way to read the names of `logs`; `None` if none gives runs.
pub fn find(logs: &[Log]) -> Option<Naming> {
    let paths: Vec<Tokens> = logs.iter().map(|log| Tokens::new(&log.relative)).collect();
    let mut ways: Vec<Way> = Vec::new();
    let sources = marks::sources(logs, &paths);
    for selector in SELECTORS {
        for joined in [Joined::All, Joined::Alike, Joined::Nothing] {
            for (last_source, with_prefix) in [(true, true), (true, false), (false, true), (false, false)] {
                let (paths, sources) = (&paths, &sources);
                ways.extend(
                    Trial { logs, paths, sources, selector, joined, last_source, with_prefix }.ways(),
                );
            }
        }
    }
    // Of equals the first counts.
    ways.sort_by(|a, b| b.score.total_cmp(&a.score));
    ways.into_iter().take(40).find_map(|way| way.naming(logs, &paths))
}

/// Some decisions; the others follow.
struct Trial<'a> {
    logs: &'a [Log],
    paths: &'a [Tokens],
    sources: &'a [Vec<Range<usize>>],
    selector: Selector,
    /// Whether the last name of a source in a path is the source, not the first.
    last_source: bool,
    /// Whether words like `run` before the repetition belong to it.
    with_prefix: bool,
    joined: Joined,
}

/// The marks of one path and what is left.
#[derive(Debug, Clone)]
struct Read {
    marks: Vec<Mark>,
    chunks: Vec<Range<usize>>,
    repetition: Range<usize>,
}

impl Trial<'_> {
    fn ways(&self) -> Vec<Way> {
        let hosts: BTreeSet<&str> = self.logs.iter().filter_map(|log| log.host.as_deref()).collect();
        let plain: Vec<Option<Read>> =
            (0..self.logs.len()).map(|log| self.read(log, &BTreeSet::new())).collect();
        let share = plain.iter().flatten().count() as f64 / plain.len() as f64;
        if share < 0.8 {
            return Vec::new();
        }
        let most = plain.iter().flatten().map(|read| read.chunks.len()).max().unwrap_or(0);
        let pieces = [Piece::Whole, Piece::First, Piece::Last];
        let places = (0..most).flat_map(|chunk| pieces.map(|piece| HostAt::Chunk(chunk, piece)));
        [HostAt::AsLogged, HostAt::LeftOver, HostAt::Nowhere]
            .into_iter()
            .chain(places)
            .filter_map(|at| {
                let mut reads = match at {
                    HostAt::AsLogged => (0..self.logs.len()).map(|log| self.read(log, &hosts)).collect(),
                    _ => plain.clone(),
                };
                place_hosts(&mut reads, self.logs, self.paths, at)?;
                let prefixed = self.selector == Selector::Worded;
                Way::new(self.logs, self.paths, reads, prefixed && self.with_prefix)
            })
            .collect()
    }

    fn read(&self, log: usize, hosts: &BTreeSet<&str>) -> Option<Read> {
        let path = &self.paths[log];
        let mut marks = Vec::new();
        for (number, range) in path.dates().into_iter().enumerate() {
            marks.push(Mark { label: Label::Any(number), range });
        }
        if let Some(range) = hosts.iter().find_map(|host| logged_host(path, host)) {
            marks.push(Mark { label: Label::Host, range });
        }
        let mut sources = self.sources[log].iter().filter(|range| !marks::is_marked(&marks, range));
        let source = if self.last_source { sources.next_back() } else { sources.next() };
        marks.extend(source.map(|range| Mark { label: Label::Source, range: range.clone() }));
        let repetition = marks::repetition(path, &marks, self.selector)?;
        marks.push(Mark { label: Label::Repetition, range: repetition.clone() });
        let prefix = marks::prefix(path, &repetition).filter(|_| self.with_prefix);
        let chunks = marks::chunks(path, &marks, prefix.as_ref(), self.joined);
        Some(Read { marks, chunks, repetition })
    }
}

/// The name that a log gives of its host, or the first part of it before a point.
fn logged_host(path: &Tokens, host: &str) -> Option<Range<usize>> {
    let short = host.split('.').next().unwrap_or(host);
    path.find_name(host).or_else(|| path.find_name(short))
}

fn place_hosts(reads: &mut [Option<Read>], logs: &[Log], paths: &[Tokens], at: HostAt) -> Option<()> {
    match at {
        HostAt::Nowhere => {}
        HostAt::AsLogged => {
            let named = |read: &Read| read.marks.iter().any(|mark| mark.label == Label::Host);
            reads.iter().flatten().any(named).then_some(())?;
        }
        HostAt::LeftOver => left_over(reads, logs, paths)?,
        HostAt::Chunk(index, piece) => {
            for (read, path) in reads.iter_mut().zip(paths) {
                let chunk = read.as_ref().and_then(|read| read.chunks.get(index).cloned());
                let Some((read, chunk)) = read.as_mut().zip(chunk) else {
                    *read = None;
                    continue;
                };
                let cuts = marks::cuts(path, &chunk);
                let wanted = cuts.into_iter().find(|(host, rest)| match piece {
                    Piece::Whole => rest.is_none(),
                    Piece::First => rest.is_some() && host.start == chunk.start,
                    Piece::Last => rest.is_some() && host.end == chunk.end,
                });
                let (host, rest) = wanted?;
                read.take_host(index, host, rest);
            }
        }
    }
    Some(())
}

impl Read {
    fn take_host(&mut self, chunk: usize, host: Range<usize>, rest: Option<Range<usize>>) {
        self.marks.push(Mark { label: Label::Host, range: host });
        self.chunks.splice(chunk..=chunk, rest);
    }
}

/// Logs of the service show which levels a repetition has; what logs of hosts have beyond is the host.
fn left_over(reads: &mut [Option<Read>], logs: &[Log], paths: &[Tokens]) -> Option<()> {
    let key = |read: &Read, chunks: &[Range<usize>], path: &Tokens| {
        let number = path.text[read.repetition.clone()].parse::<u32>().ok();
        (chunks.iter().map(|chunk| path.text[chunk.clone()].to_owned()).collect::<Vec<_>>(), number)
    };
    let known: BTreeSet<_> = reads
        .iter()
        .zip(logs)
        .zip(paths)
        .filter(|((_, log), _)| is_of_service(log.format))
        .filter_map(|((read, _), path)| read.as_ref().map(|read| key(read, &read.chunks, path)))
        .collect();
    let mut placed = false;
    for ((read, log), path) in reads.iter_mut().zip(logs).zip(paths) {
        let Some(read) = read.as_mut().filter(|_| !is_of_service(log.format)) else { continue };
        if known.contains(&key(read, &read.chunks, path)) {
            continue;
        }
        let mut found = (0..read.chunks.len()).flat_map(|index| {
            marks::cuts(path, &read.chunks[index]).into_iter().map(move |cut| (index, cut))
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
    reads: Vec<Option<Vec<Mark>>>,
    told: Vec<Option<Told>>,
    factors: Vec<String>,
    score: f64,
}

impl Way {
    fn new(logs: &[Log], paths: &[Tokens], mut reads: Vec<Option<Read>>, worded: bool) -> Option<Self> {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for read in reads.iter().flatten() {
            *counts.entry(read.chunks.len()).or_default() += 1;
        }
        let (columns, _) = counts.into_iter().max_by_key(|(_, count)| *count)?;
        for read in &mut reads {
            *read = read.take().filter(|read| read.chunks.len() == columns);
        }
        let mut table = Table::new(paths, &reads, columns);
        let columns = table.telling(logs);
        let factors = super::factors::names(&table.values_of(&columns));
        let told = table.told(&columns);
        let crossed = table.crossed(&columns);
        let bonus = |condition: bool, points: f64| if condition { points } else { 0.0 };
        let score = score(logs, &told) + bonus(worded, 3.0) + bonus(crossed, 1.0);
        let marked = reads.into_iter().map(|read| read.map(|read| table.marks(read, &columns))).collect();
        Some(Self { reads: marked, told, factors, score })
    }

    /// The pattern that reads the names this way, if there is one.
    fn naming(self, logs: &[Log], paths: &[Tokens]) -> Option<Naming> {
        let marked: Vec<Marked<'_>> = self
            .reads
            .iter()
            .zip(paths)
            .filter_map(|(marks, path)| Some(Marked { path, marks: marks.clone()? }))
            .collect();
        LISTED.into_iter().find_map(|listed| {
            let pattern = pattern(&marked, &self.factors, listed)?;
            let regex = Regex::new(&pattern).ok()?;
            let same = |(told, log): (&Option<Told>, &Log)| {
                told.is_none() || apply(&regex, &self.factors, &log.relative) == *told
            };
            self.told.iter().zip(logs).all(same).then(|| Naming {
                told: logs.iter().map(|log| apply(&regex, &self.factors, &log.relative)).collect(),
                factors: self.factors.clone(),
                pattern,
            })
        })
    }
}

fn apply(regex: &Regex, factors: &[String], path: &str) -> Option<Told> {
    let captures = regex.captures(path)?;
    let group = |name: &str| captures.name(name).map(|found| found.as_str().to_owned());
    let levels = factors.iter().map(|name| group(name)).collect::<Option<Vec<_>>>()?;
    Some(Told { levels, repetition: group("repetition")?.parse().ok()?, host: group("host") })
}

/// The chunks of all logs as a table: a row a log, a column a chunk.
struct Table {
    rows: Vec<Option<Row>>,
    columns: usize,
}

struct Row {
    cells: Vec<String>,
    repetition: Option<u32>,
    host: Option<String>,
}

impl Table {
    fn new(paths: &[Tokens], reads: &[Option<Read>], columns: usize) -> Self {
        let rows = reads.iter().zip(paths).map(|(read, path)| {
            let read = read.as_ref()?;
            let host = read.marks.iter().find(|mark| mark.label == Label::Host);
            Some(Row {
                cells: read.chunks.iter().map(|chunk| path.text[chunk.clone()].to_owned()).collect(),
                repetition: path.text[read.repetition.clone()].parse().ok(),
                host: host.map(|mark| path.text[mark.range.clone()].to_owned()),
            })
        });
        Self { rows: rows.collect(), columns }
    }

    /// The columns that are factors: those that vary and say something that no other column says.
    fn telling(&mut self, logs: &[Log]) -> Vec<usize> {
        let distinct = |column: usize| self.rows().map(|row| &row.cells[column]).collect::<BTreeSet<_>>();
        let varying: Vec<usize> = (0..self.columns).filter(|&column| distinct(column).len() > 1).collect();
        let mut kept = varying.clone();
        // Numbers are the first to go: `017-memtester-3` is repetition 3 under memtester.
        let number = |column: &usize| {
            self.rows().all(|row| row.cells[*column].bytes().all(|byte| byte.is_ascii_digit()))
        };
        let (numbers, words): (Vec<usize>, Vec<usize>) = varying.into_iter().partition(number);
        for column in numbers.into_iter().rev().chain(words.into_iter().rev()) {
            let others: Vec<usize> = kept.iter().copied().filter(|&other| other != column).collect();
            let needless = self.follows(column, &others)
                || (self.repetitions(&kept) < 1.5
                    && self.repetitions(&others) >= 1.5
                    && doubles(logs, &self.told(&others)) <= doubles(logs, &self.told(&kept)));
            if needless {
                kept = others;
            }
        }
        // With a single load nothing varies; the name beside the repetition is still the load.
        if kept.is_empty() {
            let said = |column: &usize| {
                self.rows().next().is_some_and(|row| !super::factors::is_filler(&row.cells[*column]))
            };
            kept.extend((0..self.columns).rev().find(said));
        }
        kept
    }

    fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().flatten()
    }

    /// Whether a column is known once the others are.
    fn follows(&self, column: usize, others: &[usize]) -> bool {
        let mut known: BTreeMap<Vec<&str>, &str> = BTreeMap::new();
        self.rows().all(|row| {
            let key = others.iter().map(|&other| row.cells[other].as_str()).collect();
            *known.entry(key).or_insert(&row.cells[column]) == row.cells[column]
        })
    }

    /// The mean number of repetitions of a condition.
    fn repetitions(&self, columns: &[usize]) -> f64 {
        let mut conditions: BTreeMap<Vec<&str>, BTreeSet<Option<u32>>> = BTreeMap::new();
        for row in self.rows() {
            let key = columns.iter().map(|&column| row.cells[column].as_str()).collect();
            conditions.entry(key).or_default().insert(row.repetition);
        }
        let total: usize = conditions.values().map(BTreeSet::len).sum();
        total as f64 / conditions.len().max(1) as f64
    }

    /// Whether several factors occur in all combinations.
    fn crossed(&self, columns: &[usize]) -> bool {
        let conditions: BTreeSet<Vec<&str>> = self
            .rows()
            .map(|row| columns.iter().map(|&column| row.cells[column].as_str()).collect())
            .collect();
        let combinations: usize = self.values_of(columns).iter().map(BTreeSet::len).product();
        columns.len() > 1 && conditions.len() == combinations
    }

    fn told(&self, columns: &[usize]) -> Vec<Option<Told>> {
        let of = |row: &Row| {
            Some(Told {
                levels: columns.iter().map(|&column| row.cells[column].clone()).collect(),
                repetition: row.repetition?,
                host: row.host.clone(),
            })
        };
        self.rows.iter().map(|row| of(row.as_ref()?)).collect()
    }

    fn values_of(&self, columns: &[usize]) -> Vec<BTreeSet<String>> {
        columns.iter().map(|&column| self.rows().map(|row| row.cells[column].clone()).collect()).collect()
    }

    /// The marks of one path with those of its factors; text that varies and is none is marked as such.
    fn marks(&self, read: Read, columns: &[usize]) -> Vec<Mark> {
        let mut marks = read.marks;
        for (column, range) in read.chunks.into_iter().enumerate() {
            let mut cells = self.rows().map(|row| &row.cells[column]);
            let first = cells.next();
            if let Some(number) = columns.iter().position(|c| *c == column) {
                marks.push(Mark { label: Label::Level(number), range });
            } else if cells.any(|cell| Some(cell) != first) {
                marks.push(Mark { label: Label::Any(column), range });
            }
        }
        marks.sort_by_key(|mark| mark.range.start);
        let mut count = 0..;
        for mark in &mut marks {
            if let Label::Any(number) = &mut mark.label {
                *number = count.next().unwrap_or_default();
            }
        }
        marks
    }
}

type Run<'a> = (&'a [String], u32);

/// The logs of every run, by kind: the format, and the host where that may differ.
fn runs<'a>(logs: &'a [Log], told: &'a [Option<Told>]) -> BTreeMap<Run<'a>, Vec<(&'a Log, Option<&'a str>)>> {
    let mut runs: BTreeMap<Run<'_>, Vec<_>> = BTreeMap::new();
    for (log, told) in logs.iter().zip(told) {
        if let Some(told) = told {
            let host = told.host.as_deref().filter(|_| !is_of_service(log.format));
            runs.entry((&told.levels, told.repetition)).or_default().push((log, host));
        }
    }
    runs
}

/// How many logs are one too many in their run.
fn doubles(logs: &[Log], told: &[Option<Told>]) -> usize {
    let kinds = |logs: &[(&Log, Option<&str>)]| {
        logs.iter().map(|(log, host)| (log.format, host.map(str::to_owned))).collect::<BTreeSet<_>>().len()
    };
    runs(logs, told).values().map(|logs| logs.len() - kinds(logs)).sum()
}

/// How much the runs look like runs.
fn score(logs: &[Log], told: &[Option<Told>]) -> f64 {
    let runs = runs(logs, told);
    let all: BTreeSet<(Format, Option<&str>)> =
        runs.values().flatten().map(|(log, host)| (log.format, *host)).collect();
    let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let complete = runs.values().map(|logs| {
        let kinds: BTreeSet<_> = logs.iter().map(|(log, host)| (log.format, *host)).collect();
        kinds.len() as f64 / all.len() as f64
    });
    let overlapping = runs.values().map(|logs| {
        let spans = || logs.iter().filter_map(|(log, _)| log.span);
        let (latest, first_end) =
            spans().fold((f64::MIN, f64::MAX), |(latest, end), span| (span.0.max(latest), span.1.min(end)));
        if spans().count() == 0 || latest <= first_end + 5.0 { 1.0 } else { 0.0 }
    });
    let mut conditions: BTreeMap<&[String], Vec<u32>> = BTreeMap::new();
    for (levels, repetition) in runs.keys() {
        conditions.entry(levels).or_default().push(*repetition);
    }
    let counted = conditions.values().map(|repetitions| {
        let from_start = repetitions.first().is_some_and(|first| *first <= 1);
        let even = repetitions.windows(2).all(|pair| pair[1] == pair[0] + 1);
        f64::from(u8::from(from_start && even))
    });
    let several = runs.len() as f64 / conditions.len().max(1) as f64 >= 1.5;
    let placed = told.iter().flatten().count() as f64 / told.len() as f64;
    let hosts = told.iter().flatten().any(|told| told.host.is_some());
    100.0 * placed - 200.0 * doubles(logs, told) as f64 / logs.len() as f64
        + 40.0 * mean(complete.collect())
        + 60.0 * mean(overlapping.collect())
        + 10.0 * mean(counted.collect())
        + if several { 5.0 } else { 0.0 }
        + if hosts { 2.0 } else { 0.0 }
}
