//! The lines that are cited, for people to see: as many as a page has room for, those of the numbers that tables lead from with the
//! lines around. They are read again, since what is left of a run holds no text of its logs; a dataset has those that a page of
//! its runs may need.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use stillstand_parsers::excerpt;

use crate::input::load::lines;
use crate::input::session::SessionFile;
use crate::model::{Excerpts, Run};

/// So many places have their first and last line in a page; where there are more, those of outages.
const MOST: usize = 700;
/// So many places of outages and migrations, the first, have the lines around as well, this many on each side.
const MOST_WITH_LINES_AROUND: usize = 300;
const AROUND: u64 = 3;

/// Where numbers of runs stand: file, first and last line.
type Place = (String, [u64; 2]);

/// The places of which a page shows the lines. Those of some runs are among those of all, or are not shown with them.
#[derive(Default)]
pub(super) struct Cited {
    /// Of any number, as long as a page has room for all.
    of_all: BTreeSet<Place>,
    is_full: bool,
    /// The first of those of outages.
    of_outages: BTreeSet<Place>,
    /// The first of those that tables lead to.
    with_lines_around: BTreeSet<Place>,
}

impl Cited {
    pub(super) fn of<'a>(runs: impl Iterator<Item = &'a Run>) -> Self {
        let mut cited = Self::default();
        runs.for_each(|run| cited.add(run));
        cited
    }

    pub(super) fn add(&mut self, run: &Run) {
        for citation in &run.citations {
            let Some(file) = run.source_files.get(citation.source) else { continue };
            let place = (file.clone(), citation.lines);
            let is_outage = citation.number.starts_with("outages.");
            if is_outage {
                self.of_outages.insert(place.clone());
                if self.of_outages.len() > MOST {
                    self.of_outages.pop_last();
                }
            }
            if is_outage || citation.number == "migration.duration_s" {
                self.with_lines_around.insert(place.clone());
                if self.with_lines_around.len() > MOST_WITH_LINES_AROUND {
                    self.with_lines_around.pop_last();
                }
            }
            if !self.is_full {
                self.of_all.insert(place);
                self.is_full = self.of_all.len() > MOST;
            }
        }
        if self.is_full {
            self.of_all.clear();
        }
    }

    /// The lines by their files.
    fn lines(&self) -> BTreeMap<&str, BTreeSet<u64>> {
        let mut lines: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
        for (file, ends) in if self.is_full { &self.of_outages } else { &self.of_all } {
            lines.entry(file).or_default().extend(ends);
        }
        for (file, ends) in &self.with_lines_around {
            let around = |end: &u64| end.saturating_sub(AROUND).max(1)..=end.saturating_add(AROUND);
            lines.entry(file).or_default().extend(ends.iter().flat_map(around));
        }
        lines
    }

    /// The lines as they stand in these files. One that cannot be read again has none.
    pub(super) fn read(&self, files: &[Arc<SessionFile>]) -> Excerpts {
        let mut excerpts = Excerpts::new();
        let mut wanted = self.lines();
        // The files are many more than the places.
        for file in files {
            let Some(numbers) = wanted.remove(file.relative.as_str()) else { continue };
            let Ok(found) = lines(&file.path, &numbers) else { continue };
            let shown = found.into_iter().map(|(line, text)| (line, excerpt(&text)));
            excerpts.insert(file.relative.clone(), shown.collect());
        }
        excerpts
    }

    /// The lines as they were read before.
    pub(super) fn among(&self, known: &Excerpts) -> Excerpts {
        let of_file = |(name, numbers): (&str, BTreeSet<u64>)| {
            let found = known.get(name)?.iter().filter(|(line, _)| numbers.contains(line));
            Some((name.to_owned(), found.map(|(line, text)| (*line, text.clone())).collect()))
        };
        self.lines().into_iter().filter_map(of_file).collect()
    }
}
