//! [`Analysis`] → [`Document`]: which sections a report has, and every number as a string.
//!
//! Numbers become text exactly once, here; the typesetters below only place it.

mod condition;
mod convergence;
mod efficiency;
mod evidence;
mod findings;
mod outages;
mod overall;
mod placement;
mod portfolio;
mod prediction;
mod transfer;

pub use efficiency::{grid_caption, several_vms_caption};
pub use placement::recommendation;
pub use portfolio::{folder_of, id_in, portfolio};

use super::Detail;
use super::format::{seconds, shown_unit, table};
use super::view::{Block, Document, FigureRef, Section};
use crate::model::VERSION;
use crate::model::{Analysis, ConditionId, Entries, HostId, Provenance, Role, Run, Status, Unit};
use crate::show::figures::{Description, Layout, Listed, Place};
use crate::show::tables::labels::condition_label;
use crate::show::tables::{self, Table};
use crate::show::text::Text;

/// Documents show so many rows of a table; data files have them all.
const MOST_ROWS: usize = 100;

/// Documents have so many sections of single conditions, the first; data files have all conditions.
const MOST_CONDITIONS: usize = 100;

/// The whole report.
pub fn document(
    analysis: &Analysis,
    figures: &[Listed],
    scope: Scope,
    detail: Detail,
    text: &Text,
) -> Document {
    let migrated = analysis.conditions.entries().filter(|(_, condition)| !condition.runs.is_empty());
    let migrated: Vec<ConditionId> = migrated.map(|(id, _)| id).collect();
    let composer = Composer { analysis, figures, text, scope, detail, migrated };
    let mut findings = composer.findings();
    if detail == Detail::Brief {
        // The sections that they lead to are not there.
        findings.answer.iter_mut().for_each(|item| item.link = None);
    }
    let mut sections = vec![composer.overview(findings.answer)];
    if detail > Detail::Brief {
        sections.extend([composer.placement(), composer.failures()].into_iter().flatten());
        sections.extend(composer.across(findings.further));
        sections.extend(composer.in_sections().iter().map(|id| composer.condition(*id)));
        sections.extend(composer.without_section());
        sections.extend(composer.comparisons());
        if composer.is_full() || analysis.efficiency.is_empty() {
            sections.extend(composer.values());
        }
        sections.extend(composer.several_vms());
        sections.extend([composer.precopy(), composer.agreement(), composer.clocks()].into_iter().flatten());
        sections.extend(composer.published());
        sections.push(composer.data_quality());
        sections.push(composer.method());
    }
    let campaign = &analysis.campaign;
    Document {
        lang: text.language.code(),
        title: campaign.title.clone(),
        subtitle: text.get(composer.subtitle()).to_owned(),
        notice: composer.notice(),
        facts: composer.facts(),
        chapters: false,
        contents: detail == Detail::Full,
        sections,
        live: Vec::new(),
        evidence: if detail > Detail::Brief { composer.evidence() } else { None },
        words: text.section("document"),
        script_words: text.section("live"),
    }
}

/// What a document is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One campaign, or several side by side.
    Campaign,
    /// One of the campaigns of a portfolio: there a section for each condition is detail.
    Chapter,
}

struct Composer<'a> {
    analysis: &'a Analysis,
    figures: &'a [Listed<'a>],
    text: &'a Text,
    scope: Scope,
    detail: Detail,
    /// The conditions in which something migrated.
    migrated: Vec<ConditionId>,
}

/// What is said where runs of the campaign are missing from the analysis.
const INCOMPLETE: [&str; 2] = ["dataset-incomplete", "beyond-memory"];

impl Composer<'_> {
    /// The conditions that have a section of their own.
    fn in_sections(&self) -> &[ConditionId] {
        if self.scope == Scope::Chapter && !self.is_full() && self.migrated.len() > 1 {
            return &[];
        }
        &self.migrated[..self.migrated.len().min(MOST_CONDITIONS)]
    }

    fn is_full(&self) -> bool {
        self.detail == Detail::Full
    }

    /// The anchor of the section of a condition, if it has one.
    fn section_of_condition(&self, condition: ConditionId) -> Option<String> {
        // Both are in order of conditions.
        let id = || format!("condition-{}", self.analysis.conditions[condition].id);
        self.in_sections().binary_search(&condition).is_ok().then(id)
    }

    /// Where the conditions beyond those with a section are.
    fn without_section(&self) -> Option<Section> {
        let left = self.migrated.len() - self.in_sections().len();
        let text = || {
            let values = [("n", &*left.to_string()), ("shown", &*MOST_CONDITIONS.to_string())];
            self.text.fill("report.further_conditions_text", &values)
        };
        let title = || self.text.get("report.further_conditions").to_owned();
        (left > 0 && !self.in_sections().is_empty())
            .then(|| self.section("further-conditions", title(), vec![Block::Paragraph { text: text() }]))
    }

    fn name(&self, condition: ConditionId) -> String {
        condition_label(self.analysis, condition)
    }

    fn seconds(&self, value: f64) -> String {
        seconds(value, self.text)
    }

    /// What must be known of where the data come from, then what their authors remark.
    fn notice(&self) -> Option<String> {
        let campaign = &self.analysis.campaign;
        let warning = match campaign.provenance {
            Provenance::Recorded => None,
            Provenance::Reconstructed => Some("report.reconstructed"),
            Provenance::Illustrative => Some("report.illustrative"),
        };
        let told = |code| self.analysis.diagnostics.iter().find(|told| told.code == code);
        let incomplete = INCOMPLETE.into_iter().find_map(told).map(|told| {
            self.text.fill("report.incomplete", &[("message", told.message.trim_end_matches('.'))])
        });
        let warning = warning.map(|key| self.text.get(key)).into_iter();
        let parts: Vec<&str> =
            incomplete.as_deref().into_iter().chain(warning).chain(campaign.notice.as_deref()).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    /// The table as a block; `None` when it has no rows.
    fn table(&self, data: Table, caption_key: &str, values: &[(&str, &str)]) -> Option<Block> {
        if data.rows.is_empty() {
            return None;
        }
        let of_runs = data.rows.iter().filter(|row| !row.summary).count();
        let file = format!("tables/{}.csv", data.id);
        let has_many = format!("{caption_key}_many");
        let mut shown = tables::condensed(data);
        let rows = shown.rows.len();
        let is_condensed = shown.rows.iter().filter(|row| !row.summary).count() < of_runs;
        let key = if is_condensed && self.text.find(&has_many).is_some() { &has_many } else { caption_key };
        let caption = self.text.fill(key, values);
        let of = |key: &str, n: usize| {
            let (n, shown) = (n.to_string(), MOST_ROWS.to_string());
            let values =
                [("caption", caption.trim_end_matches('.')), ("n", &n), ("shown", &shown), ("file", &file)];
            self.text.fill(key, &values)
        };
        let caption = if is_condensed {
            of("caption.spread", of_runs)
        } else if rows > MOST_ROWS {
            shown.rows.truncate(MOST_ROWS);
            of("caption.first_rows", rows)
        } else {
            caption
        };
        Some(Block::Table { table: table(&shown, caption, self.text) })
    }

    /// Whether there are migrations, or nothing else.
    fn migrations(&self) -> bool {
        !self.analysis.runs.is_empty() || self.analysis.benchmarks.is_empty()
    }

    fn captioned(&self, data: &Table, caption: String) -> Block {
        Block::Table { table: table(data, caption, self.text) }
    }

    fn subtitle(&self) -> &'static str {
        match (self.analysis.runs.is_empty(), self.analysis.benchmarks.is_empty()) {
            (_, true) => "report.subtitle",
            (true, false) => "report.subtitle_efficiency",
            (false, false) => "report.subtitle_both",
        }
    }

    fn facts(&self) -> Vec<(String, String)> {
        let campaign = &self.analysis.campaign;
        let text = self.text;
        let fact = |key: &str, value: String| (text.get(key).to_owned(), value);
        let mut facts = Vec::new();
        // Files of benchmarks name VMs where those of migrations name hosts.
        let hosts = campaign.hosts.iter().filter(|_| self.migrations());
        for host in hosts {
            let role = match host.role {
                Role::Source => "report.source",
                Role::Target => "report.target",
                Role::Observer => "report.observer",
            };
            let cpus = host.cpus.map(|n| text.fill("report.cpus", &[("n", &n.to_string())]));
            let parts = [Some(host.name.clone()), cpus];
            facts.push(fact(role, parts.into_iter().flatten().collect::<Vec<_>>().join(", ")));
        }
        if let Some(vm) = &campaign.vm {
            let memory = campaign.vm_memory_bytes.map(|bytes| {
                let (factor, unit) = shown_unit(Unit::Bytes);
                format!(", {} {unit}", text.number(bytes * factor, 0))
            });
            facts.push(fact("report.vm", format!("{vm}{}", memory.unwrap_or_default())));
        }
        if !self.analysis.benchmarks.is_empty() {
            facts.push(fact("report.results", self.results()));
        }
        if self.migrations() {
            let completed: usize = self.analysis.conditions.iter().map(|c| c.completed).sum();
            let is_known = |run: &Run| run.migration.status != Status::Unknown;
            let key = match self.analysis.runs.iter().any(is_known) {
                true => "report.runs_value",
                false => "report.runs_value_unknown",
            };
            facts.push(fact(
                "report.runs",
                text.fill(
                    key,
                    &[
                        ("runs", &self.analysis.runs.len().to_string()),
                        ("completed", &completed.to_string()),
                        ("conditions", &self.migrated.len().to_string()),
                    ],
                ),
            ));
        }
        facts.push(fact("report.folder", campaign.path.clone()));
        facts.push(fact("report.written_by", format!("stillstand {VERSION}")));
        facts
    }

    fn section(&self, id: &str, title: String, blocks: Vec<Block>) -> Section {
        Section { id: id.to_owned(), title, blocks, sections: Vec::new() }
    }

    /// The figures of a place: those over the whole width alone, others in pairs by their rows.
    fn figures(&self, place: Place) -> Vec<Block> {
        let here = || self.figures.iter().filter(|listed| listed.figure.place() == Some(place));
        let one_host = all_of_one_host(here().map(|listed| listed.figure.layout()));
        let mut blocks = Vec::new();
        let mut here = here().peekable();
        while let Some(listed) = here.next() {
            let first = listed.figure.layout();
            if first == Layout::Whole {
                blocks.push(Block::Figure { figure: self.figure(listed) });
                continue;
            }
            let mut row = vec![self.figure(listed)];
            while let Some(next) = here.next_if(|next| is_beside(first, next.figure.layout(), one_host)) {
                row.push(self.figure(next));
            }
            blocks.extend(row.chunks(2).map(|pair| Block::FigurePair { figures: pair.to_vec() }));
        }
        blocks
    }

    fn figure(&self, listed: &Listed) -> FigureRef {
        let Description { caption, alternative } = listed.figure.description(self.text);
        FigureRef {
            id: listed.id.clone(),
            file: format!("figures/{}.svg", listed.id),
            caption,
            alt: alternative,
        }
    }
}

fn all_of_one_host(layouts: impl Iterator<Item = Layout>) -> bool {
    let mut hosts: Vec<HostId> = layouts
        .filter_map(|layout| match layout {
            Layout::Whole => None,
            Layout::Half { host, .. } => host,
        })
        .collect();
    hosts.dedup();
    hosts.len() == 1
}

/// Whether a figure stands in the row that another began.
fn is_beside(first: Layout, next: Layout, one_host: bool) -> bool {
    match (first, next) {
        (Layout::Half { row, host }, Layout::Half { row: other_row, host: other_host }) => {
            row == other_row || (one_host && host.is_some() && host == other_host)
        }
        (Layout::Whole, _) | (_, Layout::Whole) => false,
    }
}
