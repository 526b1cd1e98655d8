//! [`Analysis`] → [`Document`]: which sections a report has, and every number as a string.
//!
//! Numbers become text exactly once, here; the typesetters below only place it.

mod condition;
mod convergence;
mod efficiency;
mod findings;
mod overall;
mod placement;
mod portfolio;
mod prediction;
mod transfer;

pub use efficiency::{grid_caption, several_vms_caption};
pub use placement::recommendation;
pub use portfolio::{folder_of, id_in, portfolio};

use super::format::{listed, seconds, shown_unit, table};
use super::view::{Block, Document, FigureRef, Section};
use crate::model::VERSION;
use crate::model::{Analysis, Provenance, Role, Unit};
use crate::show::figures::{self, Kind, Plan};
use crate::show::tables::Table;
use crate::show::tables::labels::{condition_label, method_name_label};
use crate::show::text::Text;

/// The whole report.
pub fn document(analysis: &Analysis, figures: &[Plan], text: &Text) -> Document {
    let composer = Composer { analysis, figures, text };
    let mut sections = vec![composer.overview()];
    sections.extend([composer.placement(), composer.failures()].into_iter().flatten());
    let migrated =
        (0..analysis.conditions.len()).filter(|index| !analysis.conditions[*index].runs.is_empty());
    sections.extend(migrated.map(|index| composer.condition(index)));
    sections
        .extend([composer.comparisons(), composer.values(), composer.several_vms()].into_iter().flatten());
    sections.extend([composer.precopy(), composer.agreement(), composer.clocks()].into_iter().flatten());
    sections.extend(composer.published());
    sections.push(composer.data_quality());
    sections.push(composer.method());
    let campaign = &analysis.campaign;
    Document {
        lang: text.language.code(),
        title: campaign.title.clone(),
        subtitle: text.get(composer.subtitle()).to_owned(),
        notice: composer.notice(),
        facts: composer.facts(),
        chapters: false,
        sections,
        words: text.section("document"),
    }
}

struct Composer<'a> {
    analysis: &'a Analysis,
    figures: &'a [Plan],
    text: &'a Text,
}

impl Composer<'_> {
    fn name(&self, condition: usize) -> String {
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
        let parts = warning.map(|key| self.text.get(key)).into_iter().chain(campaign.notice.as_deref());
        let parts: Vec<&str> = parts.collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    /// The table as a block; `None` when it has no rows.
    fn table(&self, data: Table, caption_key: &str, values: &[(&str, &str)]) -> Option<Block> {
        if data.rows.is_empty() {
            return None;
        }
        let caption = self.text.fill(caption_key, values);
        Some(Block::Table { table: table(&data, caption, self.text) })
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
            let cpus =
                host.cpus.map(|n| format!(", {n} CPU{}", if n == 1 { "" } else { "s" })).unwrap_or_default();
            facts.push(fact(role, format!("{}{cpus}", host.name)));
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
            let migrated = self.analysis.conditions.iter().filter(|c| !c.runs.is_empty()).count();
            facts.push(fact(
                "report.runs",
                text.fill(
                    "report.runs_value",
                    &[
                        ("runs", &self.analysis.runs.len().to_string()),
                        ("completed", &completed.to_string()),
                        ("conditions", &migrated.to_string()),
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

    /// The figures that fit: those of one kind on two hosts as pairs, those of methods too, others alone. Of one host
    /// all stand in pairs.
    fn figures_where(&self, fits: impl Fn(&Plan) -> bool) -> Vec<Block> {
        let mut blocks = Vec::new();
        let fitting = || self.figures.iter().filter(|plan| fits(plan));
        let mut hosts: Vec<usize> = fitting().filter_map(|plan| plan.host).collect();
        hosts.dedup();
        let one_host = hosts.len() == 1;
        let mut fitting = fitting().peekable();
        while let Some(plan) = fitting.next() {
            if plan.host.is_none() && !matches!(plan.kind, Kind::Agreement | Kind::Sweep) {
                blocks.push(Block::Figure { figure: self.figure(plan) });
                continue;
            }
            let mut figures = vec![self.figure(plan)];
            let beside = |next: &Plan| {
                let of_one_host = one_host && plan.host.is_some() && next.host == plan.host;
                (next.kind == plan.kind || of_one_host) && next.condition == plan.condition
            };
            while let Some(next) = fitting.next_if(|next| beside(next)) {
                figures.push(self.figure(next));
            }
            blocks.extend(figures.chunks(2).map(|pair| Block::FigurePair { figures: pair.to_vec() }));
        }
        blocks
    }

    fn figure(&self, plan: &Plan) -> FigureRef {
        let kind = match plan.kind {
            Kind::Overview => "overview",
            Kind::CpuByDomain => "cpu_by_domain",
            Kind::CpuByState => "cpu_by_state",
            Kind::SoftInterrupts => "soft_interrupts",
            Kind::Memory => "memory",
            Kind::Network => "network",
            Kind::RoundTrips => "round_trips",
            Kind::TimeLine => "time_line",
            Kind::Sweep => "sweep",
            Kind::Rounds => "rounds",
            Kind::Agreement => "agreement",
            Kind::EfficiencyHeat => "efficiency_heat",
            Kind::Efficiency => "efficiency",
            Kind::Together => "together",
            Kind::Values => "values",
            Kind::Placement => "placement",
        };
        let pair = self.analysis.agreements.get(plan.number).filter(|_| plan.kind == Kind::Agreement);
        let method = |of| self.text.get(method_name_label(of));
        let (a, b) = pair.map(|pair| (method(pair.a), method(pair.b))).unwrap_or_default();
        let condition = plan.condition.map(|index| self.name(index)).unwrap_or_default();
        let host = plan.host.and_then(|index| self.analysis.campaign.hosts.get(index));
        let role = match host.map(|host| host.role) {
            Some(Role::Source) => self.text.get("report.role_source"),
            Some(Role::Target) => self.text.get("report.role_target"),
            _ => self.text.get("report.role_observer"),
        };
        let host = host.map(|host| host.name.as_str()).unwrap_or_default();
        let (benchmark, comparison) = figures::about(plan, self.analysis);
        let about = figures::titled(benchmark.as_deref(), comparison.as_deref());
        let (metric, factor) = figures::swept(plan, self.analysis).unwrap_or_default();
        let factor = match figures::told_apart(plan, self.analysis) {
            Some(names) => listed(&names, self.text),
            None => factor,
        };
        let quantity = self.text.metric(&metric);
        let values = [
            ("quantity", quantity.as_str()),
            ("factor", factor.as_str()),
            ("condition", condition.as_str()),
            ("host", host),
            ("role", role),
            ("a", a),
            ("b", b),
            ("about", about.as_str()),
        ];
        FigureRef {
            id: plan.id.clone(),
            file: format!("figures/{}.svg", plan.id),
            caption: self.text.fill(&format!("caption.{kind}_figure"), &values),
            alt: self.text.fill(&format!("alt.{kind}"), &values),
        }
    }
}
