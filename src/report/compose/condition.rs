//! The section of one condition.

use super::super::format::flag_sentence;
use super::super::view::{Block, FindingItem, Section};
use super::Composer;
use crate::analysis::Condition;
use crate::figures::Kind;
use crate::tables::{self, Table};

impl Composer<'_> {
    pub(super) fn condition(&self, index: usize) -> Section {
        let condition = &self.analysis.conditions[index];
        let name = self.name(index);
        let caption = [("condition", name.as_str())];
        let of = |data: fn(&_, usize) -> Table, key: &str| self.table(data(self.analysis, index), key, &caption);
        let figures = |kind| self.figures_where(|plan| plan.condition == Some(index) && plan.kind == kind);

        let mut blocks = Vec::new();
        blocks.extend(of(tables::outages, "caption.outages"));
        blocks.extend(self.flagged(condition));
        blocks.extend(of(tables::methods, "caption.methods"));

        let mut course = figures(Kind::TimeLine);
        course.extend(of(tables::checks_matrix, "caption.checks"));
        course.extend(of(tables::phases_matrix, "caption.phases"));
        course.extend(of(tables::hypervisor, "caption.hypervisor"));
        let mut service = figures(Kind::RoundTrips);
        service.extend(of(tables::round_trips, "caption.round_trips"));
        service.extend(of(tables::degradation, "caption.degradation"));
        let mut hosts = self.figures_where(|plan| plan.condition == Some(index) && plan.host.is_some());
        hosts.extend(of(tables::resources, "caption.resources"));
        hosts.extend(of(tables::phase_means, "caption.phase_costs"));

        let id = &condition.id;
        let parts = [("course", course), ("service", service), ("hosts", hosts)];
        let sections = parts.into_iter().filter(|(_, blocks)| !blocks.is_empty()).map(|(part, blocks)| {
            let title = self.text.fill(&format!("report.{part}"), &caption);
            self.section(&format!("condition-{id}-{part}"), title, blocks)
        });
        let title = self.text.fill(self.title(condition), &caption);
        Section { sections: sections.collect(), ..self.section(&format!("condition-{id}"), title, blocks) }
    }

    /// A single factor called load says what the condition is; several are named by their levels.
    fn title(&self, condition: &Condition) -> &'static str {
        let varying = |name: &String| {
            self.analysis.conditions.iter().any(|c| c.factors.get(name) != condition.factors.get(name))
        };
        let only_load = condition.factors.keys().filter(|name| varying(name)).eq(["load"]);
        if only_load { "report.load" } else { "report.condition" }
    }

    /// What a reader must know of single runs.
    fn flagged(&self, condition: &Condition) -> Option<Block> {
        let runs = condition.runs.iter().map(|&run| &self.analysis.runs[run]);
        let items: Vec<FindingItem> = runs
            .flat_map(|run| run.flags.iter().map(move |flag| (run.repetition.to_string(), flag)))
            .map(|(repetition, flag)| {
                let sentence = flag_sentence(flag, self.text);
                let values = [("repetition", repetition.as_str()), ("sentence", &sentence)];
                FindingItem { text: self.text.fill("report.in_repetition", &values), link: None }
            })
            .collect();
        (!items.is_empty()).then_some(Block::Findings { items })
    }
}
