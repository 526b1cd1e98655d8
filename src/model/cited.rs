//! Every number of an analysis whose lines are known, with file and hash.

use serde::Serialize;

use super::{Analysis, Entries, RunId};

/// A number of an analysis, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cited<'a> {
    /// `RUN/PATH`, the path as of [`super::Citation::number`]; of a benchmark `benchmarks[PLACE]/value`, once for each of its
    /// readings.
    pub number: String,
    pub file: &'a str,
    pub first_line: u64,
    pub last_line: u64,
    /// Of the file as it lies in the campaign.
    pub sha256: Option<&'a str>,
    /// Whose number it is.
    #[serde(skip)]
    pub run: Option<RunId>,
}

impl Analysis {
    /// Every number whose lines are known: of runs in their order, then of benchmarks.
    pub fn cited(&self) -> impl Iterator<Item = Cited<'_>> {
        let runs = self.runs.entries().flat_map(move |(id, _)| self.cited_of(id));
        let readings = self.benchmarks.iter().enumerate().flat_map(move |(place, benchmark)| {
            benchmark.readings.iter().filter_map(move |reading| {
                let number = format!("benchmarks[{place}]/value");
                Some(self.cite(number, &reading.source_file, [reading.line?; 2], None))
            })
        });
        runs.chain(readings)
    }

    /// Those of a run.
    pub fn cited_of(&self, id: RunId) -> impl Iterator<Item = Cited<'_>> {
        let run = &self.runs[id];
        run.citations.iter().filter_map(move |citation| {
            let number = format!("{}/{}", run.id, citation.number);
            Some(self.cite(number, run.source_files.get(citation.source)?, citation.lines, Some(id)))
        })
    }

    fn cite<'a>(&'a self, number: String, file: &'a str, lines: [u64; 2], run: Option<RunId>) -> Cited<'a> {
        let [first_line, last_line] = lines;
        let sha256 = self.sources.get(file).map(String::as_str);
        Cited { number, file, first_line, last_line, sha256, run }
    }
}
