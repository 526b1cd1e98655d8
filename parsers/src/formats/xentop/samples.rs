//! Which iteration a row is of, and which domain.
//!
//! A header begins an iteration if anywhere in the log two rows follow one header. If not, there are no headers, or
//! each domain has its own (`-r`), or there is only one domain at a time; then a name that was there already in the
//! iteration begins a new one. So does a domain that appears and sorts first: it stands below the row that ended
//! the iteration before, and sorts before it.

use std::collections::HashMap;

use super::line::Values;
use crate::diagnostic::{Diagnostics, Place};

/// A row as it was read.
#[derive(Clone, Debug)]
pub(super) struct Seen<'a> {
    pub name: &'a [u8],
    pub line: u64,
    /// A header stands between it and the row before.
    pub after_header: bool,
    /// So does a line that could not be read.
    pub after_damage: bool,
    pub values: Values,
}

/// A domain. Two of one name in an iteration are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Domain<'a> {
    pub name: &'a [u8],
    /// From 1.
    pub number: u32,
}

impl Domain<'_> {
    pub fn shown(&self) -> String {
        let name = String::from_utf8_lossy(self.name);
        if self.number > 1 { format!("{name}#{}", self.number) } else { name.into_owned() }
    }
}

/// A row in its place.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub sample: u32,
    /// Index into [`Sorted::domains`].
    pub domain: usize,
    pub line: u64,
    /// None if the domain is absent.
    pub values: Option<Values>,
}

/// All rows, by sample, within a sample in the order of the log.
#[derive(Debug)]
pub(super) struct Sorted<'a> {
    pub domains: Vec<Domain<'a>>,
    pub rows: Vec<Row>,
    pub samples: usize,
    /// For each sample, whether the rows of some domains may be missing from the log.
    pub damaged: Vec<bool>,
}

impl Sorted<'_> {
    /// Adds a row for every domain and sample in which it is absent, except where its row may only be missing from
    /// the log. By sample, then by first appearance.
    pub fn fill(&mut self) {
        let mut filled = Vec::with_capacity(self.samples.saturating_mul(self.domains.len()));
        let mut rows = std::mem::take(&mut self.rows).into_iter().peekable();
        let mut present: Vec<Option<Row>> = vec![None; self.domains.len()];
        for sample in 0..u32::try_from(self.samples).unwrap_or(u32::MAX) {
            let mut line = 0;
            while let Some(row) = rows.next_if(|row| row.sample == sample) {
                line = row.line;
                if let Some(place) = present.get_mut(row.domain) {
                    *place = Some(row);
                }
            }
            let damaged =
                self.damaged.get(usize::try_from(sample).unwrap_or(usize::MAX)).copied().unwrap_or(false);
            for (domain, row) in present.iter_mut().enumerate() {
                let absent = (!damaged).then_some(Row { sample, domain, line, values: None });
                filled.extend(row.take().or(absent));
            }
        }
        self.rows = filled;
    }
}

/// Gives every row its sample and domain.
/// `damaged_end` says that the last lines could not be read whole.
pub(super) fn sort<'a>(
    seen: &[Seen<'a>],
    headers: usize,
    damaged_end: bool,
    diagnostics: &mut Diagnostics,
) -> Sorted<'a> {
    let by_header = headers > 0 && seen.iter().skip(1).any(|row| !row.after_header);
    let mut known: HashMap<Domain<'a>, usize> = HashMap::new();
    let mut sorted = Sorted {
        domains: Vec::new(),
        rows: Vec::with_capacity(seen.len()),
        samples: 0,
        damaged: vec![false],
    };
    // For each domain, the sample in which it was last.
    let mut last: Vec<u32> = Vec::new();
    // For each name that is there twice, in which sample and the last number of it: one name on every row would else be
    // counted from the first each time.
    let mut twice: HashMap<&[u8], (u32, u32)> = HashMap::new();
    let mut sample = 0_u32;
    let mut before: Option<&[u8]> = None;
    let mut ended_with: Option<&[u8]> = None;
    for row in seen {
        let mut domain = Domain { name: row.name, number: 1 };
        mark(&mut sorted.damaged, row.after_damage);
        let find = |domain: &Domain<'a>| {
            // Domains come in the same order in every iteration.
            let next = sorted.rows.last().map_or(0, |row: &Row| row.domain.saturating_add(1));
            let likely = [next, 0].into_iter().find(|index| sorted.domains.get(*index) == Some(domain));
            likely.or_else(|| known.get(domain).copied())
        };
        let there = |domain: &Domain<'a>, last: &[u32]| {
            find(domain).and_then(|index| last.get(index)) == Some(&sample)
        };
        let begins = match before {
            None => false,
            Some(_) if by_header => row.after_header,
            Some(name) => there(&domain, &last) || (ended_with == Some(name) && sorts_before(row.name, name)),
        };
        if begins {
            sample = sample.saturating_add(1);
            sorted.damaged.push(row.after_damage);
            ended_with = before;
        } else {
            if let Some((_, number)) = twice.get(row.name).filter(|(of, _)| *of == sample) {
                domain.number = *number;
            }
            while there(&domain, &last) {
                domain.number = domain.number.saturating_add(1);
            }
            if domain.number > 1 {
                twice.insert(row.name, (sample, domain.number));
            }
            if domain.number > 1 {
                diagnostics.warning("same-name", Place::line(row.line, row.name), || {
                    format!(
                        "another domain of this iteration has the same name; this one is called `{}`. Names are cut \
                         to ten characters without -f",
                        domain.shown()
                    )
                });
            }
        }
        before = Some(row.name);
        let index = find(&domain).unwrap_or_else(|| {
            known.insert(domain, sorted.domains.len());
            sorted.domains.push(domain);
            last.push(sample);
            sorted.domains.len().saturating_sub(1)
        });
        if let Some(last) = last.get_mut(index) {
            *last = sample;
        }
        sorted.rows.push(Row { sample, domain: index, line: row.line, values: Some(row.values) });
    }
    mark(&mut sorted.damaged, damaged_end);
    sorted.samples = usize::try_from(sample).unwrap_or(usize::MAX).saturating_add(1);
    sorted
}

/// Notes damage in the sample in hand.
fn mark(damaged: &mut [bool], more: bool) {
    if let Some(last) = damaged.last_mut() {
        *last |= more;
    }
}

/// As xentop sorts: without regard to case.
fn sorts_before(name: &[u8], other: &[u8]) -> bool {
    name.iter().map(u8::to_ascii_lowercase).lt(other.iter().map(u8::to_ascii_lowercase))
}
