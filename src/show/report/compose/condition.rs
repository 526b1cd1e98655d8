//! The section of one condition.

use std::collections::BTreeMap;

use super::super::format::flag_sentence;
use super::super::view::{Block, FindingItem, Section};
use super::Composer;
use crate::model::{Condition, ConditionId, Event, Flag, FlagCode};
use crate::show::figures::Place;
use crate::show::tables::{self, Table};

impl Composer<'_> {
    pub(super) fn condition(&self, id: ConditionId) -> Section {
        let condition = &self.analysis.conditions[id];
        let name = self.name(id);
        let caption = [("condition", name.as_str())];
        let of = |data: fn(&_, ConditionId) -> Table, key: &str| {
            self.table(data(self.analysis, id), key, &caption)
        };

        let mut blocks = Vec::new();
        let outages = of(tables::outages, "caption.outages");
        blocks.extend(outages.map(|block| self.with_evidence(block, id)));
        blocks.extend(self.flagged(condition));
        if !self.is_full() {
            blocks.extend(self.figures(Place::TimeLine(id)));
            blocks.extend(self.figures(Place::Service(id)));
            if self.migrated.len() == 1 {
                // Nothing shows its hosts beside those of others.
                blocks.extend(self.figures(Place::Hosts(id)));
            }
            blocks.extend(self.aligned(id).flat_map(|(_, blocks)| blocks));
            let title = self.text.fill(self.title(condition), &caption);
            return self.section(&format!("condition-{}", condition.id), title, blocks);
        }
        blocks.extend(of(tables::methods, "caption.methods"));

        let mut time_line = self.figures(Place::TimeLine(id));
        time_line.extend(if condition.runs.len() > tables::MANY {
            let values = [("condition", name.as_str()), ("id", condition.id.as_str())];
            self.table(tables::checks_counted(self.analysis, id), "caption.checks_counted", &values)
        } else {
            of(tables::checks_matrix, "caption.checks")
        });
        time_line.extend(of(tables::phases_matrix, "caption.phases"));
        time_line.extend(of(tables::hypervisor, "caption.hypervisor"));
        let mut service = self.figures(Place::Service(id));
        service.extend(of(tables::latencies, "caption.latencies"));
        service.extend(of(tables::round_trips, "caption.round_trips"));
        service.extend(of(tables::degradation, "caption.degradation"));
        let mut hosts = self.figures(Place::Hosts(id));
        hosts.extend(of(tables::resources, "caption.resources"));
        hosts.extend(of(tables::phase_means, "caption.phase_costs"));

        let name = &condition.id;
        let parts = [("course", time_line), ("service", service), ("hosts", hosts)];
        let sections = parts.into_iter().filter(|(_, blocks)| !blocks.is_empty()).map(|(part, blocks)| {
            let title = self.text.fill(&format!("report.{part}"), &caption);
            self.section(&format!("condition-{name}-{part}"), title, blocks)
        });
        let aligned = self.aligned(id).map(|(event, blocks)| {
            let (part, title) = aligned_words(event);
            self.section(&format!("condition-{name}-{part}"), self.text.get(title).to_owned(), blocks)
        });
        let sections = sections.chain(aligned);
        let title = self.text.fill(self.title(condition), &caption);
        Section { sections: sections.collect(), ..self.section(&format!("condition-{name}"), title, blocks) }
    }

    /// The figures of a condition around each further event, where there are any.
    fn aligned(&self, id: ConditionId) -> impl Iterator<Item = (Event, Vec<Block>)> {
        let events = self.analysis.campaign.also_aligned.iter();
        let around = events.map(move |event| (*event, self.figures(Place::Aligned(id, *event))));
        around.filter(|(_, blocks)| !blocks.is_empty())
    }

    /// A single factor called load says what the condition is; several are named by their levels.
    fn title(&self, condition: &Condition) -> &'static str {
        let varying = |name: &String| {
            self.analysis.conditions.iter().any(|c| c.factors.get(name) != condition.factors.get(name))
        };
        let only_load = condition.factors.keys().filter(|name| varying(name)).eq(["load"]);
        if only_load { "report.load" } else { "report.condition" }
    }

    /// What a reader must know of single runs: an item for each kind of flag.
    fn flagged(&self, condition: &Condition) -> Option<Block> {
        let mut by_code: BTreeMap<FlagCode, (Vec<String>, Vec<&Flag>)> = BTreeMap::new();
        for run in condition.runs.iter().map(|&run| &self.analysis.runs[run]) {
            for flag in &run.flags {
                let entry = by_code.entry(flag.code).or_default();
                entry.0.push(run.repetition.to_string());
                entry.1.push(flag);
            }
        }
        let items: Vec<FindingItem> = by_code
            .into_values()
            .map(|(repetitions, flags)| {
                let key = if flags.len() == 1 { "report.in_repetition" } else { "report.in_repetitions" };
                let names: Vec<&str> = repetitions.iter().map(String::as_str).collect();
                let listed =
                    if names.len() > tables::MANY { tables::named(&names) } else { names.join(", ") };
                let (repetitions, sentence) = (listed, flag_sentence(&flags, self.text));
                let values = [("repetition", repetitions.as_str()), ("sentence", &sentence)];
                FindingItem::new(self.text.fill(key, &values), None)
            })
            .collect();
        (!items.is_empty()).then_some(Block::Findings { items })
    }
}

/// Anchor and title of the section with the figures of a further event.
fn aligned_words(event: Event) -> (&'static str, &'static str) {
    match event {
        Event::Request => ("at-request", "report.aligned_request"),
        Event::Outage => ("at-outage", "report.aligned_outage"),
        Event::Resume => ("at-resume", "report.aligned_resume"),
        Event::End => ("at-end", "report.aligned_end"),
    }
}
