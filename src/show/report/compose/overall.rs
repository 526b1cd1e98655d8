//! The sections about all conditions.

use super::super::Detail;
use super::super::format::range;
use super::super::view::{Block, Definition, FindingItem, Section};
use super::Composer;
use super::efficiency::grid_caption;
use crate::model::metrics::{self, metrics};
use crate::model::{Agreement, Content, Event, Method, Metric, Severity};
use crate::show::figures::Place;
use crate::show::tables;

/// What defines the numbers of migrations, before the methods of measuring an outage.
const BEFORE_METHODS: [&str; 2] = ["time_zero", "clocks"];
/// And after them.
const AFTER_METHODS: [&str; 15] = [
    "contradictions",
    "checks",
    "agreement",
    "time_line",
    "phases",
    "phase_costs",
    "duration",
    "curves",
    "summaries",
    "comparisons",
    "first_repetitions",
    "round_trips",
    "degradation",
    "xentop",
    "overflow",
];

/// So many published figures are listed; of more those that differ.
const FEW_PUBLISHED: usize = 12;

impl Composer<'_> {
    /// What a reader wants to know first.
    pub(super) fn overview(&self, items: Vec<FindingItem>) -> Section {
        let mut blocks = Vec::new();
        if !items.is_empty() {
            blocks.push(Block::Findings { items });
        }
        blocks.extend(self.table(tables::overview(self.analysis), "caption.overview", &[]));
        for (index, grid) in self.analysis.grids.iter().enumerate() {
            if let (Content::Series { .. }, Some(table)) = (&grid.content, tables::grid(self.analysis, index))
            {
                blocks.push(self.captioned(&table, grid_caption(self.analysis, index, self.text)));
            }
        }
        blocks.extend(self.figures(Place::Overview));
        // The tables of all comparisons are shaded alike.
        blocks.extend(self.figures(Place::Comparison));
        if blocks.is_empty() && !self.analysis.benchmarks.is_empty() {
            // Nothing to compare with: what was measured is the answer.
            let is_brief = self.detail == Detail::Brief;
            let link = (!is_brief).then(|| "values".to_owned());
            blocks.push(Block::Findings { items: vec![FindingItem::new(self.results(), link)] });
            blocks.extend(if is_brief { self.first_values() } else { Vec::new() });
        }
        self.section("overview", self.text.get("report.overview").to_owned(), blocks)
    }

    /// The conditions beside each other.
    pub(super) fn across(&self, items: Vec<FindingItem>) -> Option<Section> {
        let mut blocks = Vec::new();
        if !items.is_empty() {
            blocks.push(Block::Findings { items });
        }
        let overlays = self.figures(Place::Across);
        if !overlays.is_empty() {
            blocks.push(Block::Paragraph { text: self.text.get("report.across_summary").to_owned() });
        }
        blocks.extend(overlays);
        blocks.extend(self.figures(Place::Trends));
        blocks.extend(self.table(tables::trends(self.analysis), "caption.trends", &[]));
        blocks.extend(self.table(
            tables::comparisons(self.analysis),
            "caption.comparisons",
            &[
                ("resamples", &self.analysis.campaign.bootstrap.resamples.to_string()),
                ("seed", &self.analysis.campaign.bootstrap.seed.to_string()),
            ],
        ));
        let title = self.text.get("report.across").to_owned();
        (!blocks.is_empty()).then(|| self.section("across", title, blocks))
    }

    /// What did not complete, counted and listed.
    pub(super) fn failures(&self) -> Option<Section> {
        let summary = self.incomplete()?;
        let mut blocks = vec![Block::Paragraph { text: summary }];
        blocks.extend(self.table(tables::failures(self.analysis), "caption.failures", &[]));
        Some(self.section("failures", self.text.get("report.failures").to_owned(), blocks))
    }

    pub(super) fn agreement(&self) -> Option<Section> {
        let all = &self.analysis.agreements;
        if all.is_empty() {
            return None;
        }
        let sentences: Vec<String> = all.iter().filter_map(|agreement| self.agreed(agreement)).collect();
        let mut blocks = Vec::new();
        if !sentences.is_empty() {
            blocks.push(Block::Paragraph { text: sentences.join(" ") });
        }
        blocks.extend(self.figures(Place::Agreement));
        if self.is_full() {
            blocks.extend(self.table(tables::agreements(self.analysis), "caption.agreements", &[]));
        }
        Some(self.section("agreement", self.text.get("report.agreement").to_owned(), blocks))
    }

    fn agreed(&self, agreement: &Agreement) -> Option<String> {
        let limits = agreement.limits?;
        let decimals = if limits.low.abs().max(limits.high.abs()) < 0.095 { 3 } else { 2 };
        let method = |of: Method| self.text.get(of.entry().texts.name);
        Some(self.text.fill(
            "report.agreement_summary",
            &[
                ("a", method(agreement.a)),
                ("b", method(agreement.b)),
                ("n", &agreement.pairs.len().to_string()),
                ("bias", &self.seconds(agreement.bias_s)),
                ("limits", &range(limits, 1.0, decimals, self.text)),
            ],
        ))
    }

    pub(super) fn clocks(&self) -> Option<Section> {
        if self.analysis.clocks.is_empty() {
            return None;
        }
        let wrong = self.wrong_clocks();
        let text =
            if wrong.is_empty() { self.text.get("report.clocks_right").to_owned() } else { wrong.join(" ") };
        let mut blocks = vec![Block::Paragraph { text }];
        if self.is_full() || !wrong.is_empty() {
            blocks.extend(self.table(tables::clocks(self.analysis), "caption.clocks", &[]));
        }
        Some(self.section("clocks", self.text.get("report.clocks").to_owned(), blocks))
    }

    pub(super) fn published(&self) -> Option<Section> {
        let all = &self.analysis.published;
        if all.is_empty() {
            return None;
        }
        let differing = all.iter().filter(|p| p.agrees == Some(false)).count();
        let summary = self.text.fill(
            "report.published_summary",
            &[("all", &all.len().to_string()), ("differing", &differing.to_string())],
        );
        let mut blocks = vec![Block::Paragraph { text: summary }];
        let table = if self.is_full() || all.len() <= FEW_PUBLISHED {
            tables::published(self.analysis)
        } else {
            tables::published_differing(self.analysis)
        };
        blocks.extend(self.table(table, "caption.published", &[]));
        Some(self.section("published", self.text.get("report.published").to_owned(), blocks))
    }

    pub(super) fn data_quality(&self) -> Section {
        let count = |severity| {
            self.analysis.diagnostics.iter().filter(|d| d.severity == severity).count().to_string()
        };
        let summary = self.text.fill(
            "report.quality_summary",
            &[
                ("errors", &count(Severity::Error)),
                ("warnings", &count(Severity::Warning)),
                ("notes", &count(Severity::Note)),
            ],
        );
        let has_notes = self.analysis.diagnostics.iter().any(|d| d.severity == Severity::Note);
        let text = if has_notes && !self.is_full() {
            format!("{summary} {}", self.text.get("report.quality_notes"))
        } else {
            summary
        };
        let mut blocks = vec![Block::Paragraph { text }];
        let problems = tables::problems_grouped(self.analysis, self.is_full());
        blocks.extend(self.table(problems, "caption.problems", &[]));
        if self.is_full() {
            blocks.extend(self.table(tables::runs(self.analysis), "caption.runs", &[]));
        }
        self.section("data-quality", self.text.get("report.data_quality").to_owned(), blocks)
    }

    pub(super) fn method(&self) -> Section {
        let align = match self.analysis.campaign.align {
            Event::Request => "definition.align_request",
            Event::Outage => "definition.align_outage",
            Event::Resume => "definition.align_resume",
            Event::End => "definition.align_end",
        };
        let resamples = self.analysis.campaign.bootstrap.resamples.to_string();
        let seed = self.analysis.campaign.bootstrap.seed.to_string();
        let values =
            [("align", self.text.get(align)), ("resamples", resamples.as_str()), ("seed", seed.as_str())];
        let benchmarks = !self.analysis.benchmarks.is_empty();
        let placed = self.analysis.placement.is_some();
        let compared = !self.analysis.efficiency.is_empty();
        let several_vms = !self.analysis.parallel.is_empty();
        let transferred = self.analysis.runs.iter().any(|run| run.transfer.is_some());
        let own = self.own_definitions();
        let mut terms_of_migrations = BEFORE_METHODS.to_vec();
        terms_of_migrations.extend(Method::ALL.map(|method| method.entry().texts.definition));
        terms_of_migrations.extend(own.iter().map(String::as_str));
        terms_of_migrations.extend(AFTER_METHODS);
        let parts: [(bool, &[&str]); 8] = [
            (self.migrations(), &terms_of_migrations),
            (transferred, &["transfer"]),
            (!self.analysis.convergence.is_empty(), &["convergence"]),
            (!self.analysis.sweeps.is_empty(), &["trends"]),
            (benchmarks, &["benchmarks"]),
            (compared, &["efficiency", "ratio_interval", "cache_levels"]),
            (several_vms, &["several_vms"]),
            (placed, &["placement"]),
        ];
        let terms = parts.into_iter().filter(|(there, _)| *there).flat_map(|(_, terms)| terms);
        let items = terms
            .map(|term| Definition {
                term: self.text.get(&format!("definition.{term}.term")).to_owned(),
                text: self.text.fill(&format!("definition.{term}.text"), &values),
                formula: self.text.find(&format!("definition.{term}.formula")).map(str::to_owned),
            })
            .collect();
        let blocks = vec![Block::Definitions { items }];
        self.section("method", self.text.get("report.method").to_owned(), blocks)
    }

    /// The entries of the glossary that are of one number each, of the numbers that the campaign has.
    fn own_definitions(&self) -> Vec<String> {
        let there = |entry: &&Metric| {
            self.analysis.series.iter().any(|series| entry.key.parameter(&series.metric).is_some())
        };
        let entries = metrics().iter().filter(|entry| entry.definition == metrics::Definition::Own);
        entries.filter(there).map(|entry| entry.key.in_texts()).collect()
    }
}
