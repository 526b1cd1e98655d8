//! Where the numbers come from: the lines of the logs, run by run, and the links that lead there.

use std::collections::BTreeMap;

use super::super::view::{Block, EvidenceView, NumberView, PlaceView, RunEvidence, TableView};
use super::{Composer, Scope};
use crate::model::metrics::MIGRATION_DURATION;
use crate::model::{Analysis, Cited, ConditionId, Entries, Method, Run, RunId};
use crate::show::tables::MANY;

/// A page shows so many places; of more those of outages alone. Data files have them all.
const MOST: usize = 1_500;
const FILE: &str = "tables/evidence.csv";

/// The places of one run: file, lines, and the numbers that they hold.
type Places<'a> = BTreeMap<(usize, &'a str, [u64; 2]), Vec<&'a str>>;

impl Composer<'_> {
    /// `None` where no line of any number is known, and in a chapter of a portfolio: its folder has the table.
    pub(super) fn evidence(&self) -> Option<EvidenceView> {
        if self.scope == Scope::Chapter {
            return None;
        }
        let all: Vec<(RunId, Places<'_>)> = self.places(false);
        let count: usize = all.iter().map(|(_, places)| places.len()).sum();
        let shown = if count > MOST { self.places(true) } else { all };
        let mut room = MOST;
        let mut runs = Vec::new();
        for (id, places) in shown {
            let fits = places.len() <= room && !places.is_empty();
            if fits {
                room -= places.len();
                runs.push(self.run_evidence(id, places));
            }
        }
        let is_less = count > MOST;
        let key = if is_less { "report.evidence_text_less" } else { "report.evidence_text" };
        (!runs.is_empty()).then(|| EvidenceView {
            title: self.text.get("report.evidence").to_owned(),
            text: self.text.fill(key, &[("file", FILE)]),
            file: FILE,
            headings: ["report.evidence_numbers", "report.evidence_place", "report.evidence_lines"]
                .map(|key| self.text.get(key).to_owned()),
            runs,
            around: self.around(),
        })
    }

    /// The lines that are known, in pieces of lines that follow each other; one alone stands in the table.
    fn around(&self) -> BTreeMap<String, Vec<(u64, Vec<String>)>> {
        let of_file = |(file, lines): (&String, &BTreeMap<u64, String>)| {
            let mut pieces: Vec<(u64, Vec<String>)> = Vec::new();
            for (number, text) in lines {
                match pieces.last_mut() {
                    Some((first, piece)) if *first + piece.len() as u64 == *number => {
                        piece.push(text.clone())
                    }
                    _ => pieces.push((*number, vec![text.clone()])),
                }
            }
            pieces.retain(|(_, piece)| piece.len() > 1);
            (!pieces.is_empty()).then(|| (file.clone(), pieces))
        };
        self.analysis.excerpts.iter().filter_map(of_file).collect()
    }

    /// Of each run the places that it cites, in the order of its numbers.
    fn places(&self, outages: bool) -> Vec<(RunId, Places<'_>)> {
        let runs = self.analysis.runs.entries();
        runs.map(|(id, run)| (id, places_of(self.analysis, id, run, outages))).collect()
    }

    fn run_evidence(&self, id: RunId, places: Places<'_>) -> RunEvidence {
        let run = &self.analysis.runs[id];
        let place = |((_, file, [first, last]), numbers): ((usize, &str, [u64; 2]), Vec<&str>)| {
            let text = |line: u64| self.analysis.excerpts.get(file)?.get(&line).cloned();
            let number = |path: &&str| NumberView {
                id: is_linked(path).then(|| anchor(run, path)),
                name: (*path).to_owned(),
                says: self.says(run, path),
            };
            PlaceView {
                numbers: numbers.iter().map(number).collect(),
                file: file.to_owned(),
                lines: if first == last { first.to_string() } else { format!("{first}–{last}") },
                first: text(first),
                last: text(last).filter(|_| last > first),
            }
        };
        RunEvidence {
            id: format!("evidence-{}", run.id),
            name: run.id.clone(),
            places: places.into_iter().map(place).collect(),
        }
    }

    /// An outage of a run with its bounds, or how long the migration took.
    fn says(&self, run: &Run, path: &str) -> Option<String> {
        let Some(method) = path.strip_prefix("outages.") else {
            let duration = run.migration.duration_s.filter(|_| path == "migration.duration_s")?;
            return Some(self.text.fill("report.evidence_value", &[("value", &self.seconds(duration))]));
        };
        let outage = run.outages.iter().find(|outage| outage.method.name() == method)?;
        let [value, low] = [outage.estimate_s, outage.lower_s].map(|seconds| self.seconds(seconds));
        Some(match outage.upper_s.map(|upper| self.seconds(upper)) {
            Some(high) => {
                let values = [("value", value.as_str()), ("low", &low), ("high", &high)];
                self.text.fill("report.evidence_value_within", &values)
            }
            None => self.text.fill("report.evidence_value_open", &[("low", &low)]),
        })
    }

    /// The table of outages with links from its numbers to their lines. Of many repetitions it shows no single ones.
    pub(super) fn with_evidence(&self, mut block: Block, condition: ConditionId) -> Block {
        let counting = self.analysis.conditions[condition].runs.iter().map(|id| &self.analysis.runs[*id]);
        let runs: Vec<&Run> = counting.filter(|run| run.counts()).collect();
        if let Block::Table { table } = &mut block
            && self.scope == Scope::Campaign
            && runs.len() <= MANY
        {
            self.link(table, &runs);
        }
        block
    }

    /// A row a number, a column a run.
    fn link(&self, table: &mut TableView, runs: &[&Run]) {
        let of_methods = Method::ALL
            .map(|method| (method.entry().metric.to_owned(), format!("outages.{}", method.name())));
        let duration = (MIGRATION_DURATION.to_owned(), "migration.duration_s".to_owned());
        let paths: Vec<(String, String)> = of_methods
            .into_iter()
            .chain([duration])
            .map(|(metric, path)| (self.text.metric(&metric), path))
            .collect();
        for row in &mut table.rows {
            let Some((name, cells)) = row.cells.split_first_mut() else { continue };
            let is_named = |heading: &str| {
                name.text.strip_prefix(heading).is_some_and(|rest| rest.is_empty() || rest.starts_with(" ("))
            };
            let Some((_, path)) = paths.iter().find(|(heading, _)| is_named(heading)) else { continue };
            for (cell, run) in cells.iter_mut().zip(runs) {
                let is_cited = run.citations.iter().any(|citation| citation.number == *path);
                cell.evidence = is_cited.then(|| anchor(run, path));
            }
        }
    }
}

fn places_of<'a>(analysis: &'a Analysis, id: RunId, run: &'a Run, outages: bool) -> Places<'a> {
    let mut places = Places::new();
    let mut order: BTreeMap<(&str, [u64; 2]), usize> = BTreeMap::new();
    for (cited, citation) in analysis.cited_of(id).zip(&run.citations) {
        let Cited { file, first_line, last_line, .. } = cited;
        let path = citation.number.as_ref();
        if outages && !path.starts_with("outages.") {
            continue;
        }
        let next = order.len();
        let lines = [first_line, last_line];
        let place = *order.entry((file, lines)).or_insert(next);
        places.entry((place, file, lines)).or_default().push(path);
    }
    places
}

/// Whether numbers of tables lead to the line of this one.
fn is_linked(path: &str) -> bool {
    path.starts_with("outages.") || path == "migration.duration_s"
}

fn anchor(run: &Run, path: &str) -> String {
    format!("evidence-{}-{path}", run.id)
}
