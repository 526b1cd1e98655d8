//! The sections about benchmarks, and what their numbers say.

use std::collections::BTreeMap;

use super::super::format::{range, share_decimals};
use super::super::view::{Block, FindingItem, Rank, Section};
use super::Composer;
use crate::model::{
    Analysis, Benchmark, ConditionId, Content, Direction, Efficiency, EfficiencyId, Entries, Finding,
    Parallel, ParallelId,
};
use crate::show::figures::Place;
use crate::show::tables;
use crate::show::text::Text;

/// How many of what is worst a sentence names.
const NAMED: usize = 4;

/// The anchor of the section about several VMs.
const SEVERAL: &str = "several-vms";

/// The caption of a grid's table.
pub fn grid_caption(analysis: &Analysis, index: usize, text: &Text) -> String {
    let Some(grid) = analysis.grids.get(index) else { return String::new() };
    match &grid.content {
        Content::Efficiency { comparison, cells } => {
            let cells = cells.iter().flatten().filter_map(|cell| analysis.efficiency.entry(*cell));
            let known = cells.into_iter().any(|found| found.ci95.is_some());
            let key = if known { "caption.efficiency_intervals" } else { "caption.efficiency" };
            text.fill(key, &[("comparison", &capital(comparison))])
        }
        Content::Values { benchmark, cells } => {
            let cells = cells.iter().flatten().filter_map(|cell| analysis.benchmarks.entry(*cell));
            let known = cells.into_iter().any(|of| of.sd.is_some());
            let key = if known { "caption.values_deviations" } else { "caption.values" };
            text.fill(key, &[("benchmark", benchmark)])
        }
        Content::Series { metric, .. } => text.fill("caption.by_factor", &[("metric", &text.metric(metric))]),
    }
}

/// The caption of a table of several VMs.
pub fn several_vms_caption(benchmark: &str, text: &Text) -> String {
    text.fill("caption.several_vms", &[("benchmark", benchmark)])
}

/// Begins with a capital.
fn capital(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().map(|first| first.to_uppercase().chain(signs).collect()).unwrap_or_default()
}

impl Composer<'_> {
    /// A section for each comparison.
    pub(super) fn comparisons(&self) -> Option<Section> {
        let sections = self.grids(|content| match content {
            Content::Efficiency { comparison, .. } => Some(capital(comparison)),
            Content::Values { .. } | Content::Series { .. } => None,
        });
        let title = self.text.get("report.efficiency").to_owned();
        let section = || Section { sections, ..self.section("efficiency", title, Vec::new()) };
        (!self.analysis.efficiency.is_empty()).then(section)
    }

    /// A section for each benchmark.
    pub(super) fn values(&self) -> Option<Section> {
        let sections = self.grids(|content| match content {
            Content::Efficiency { .. } | Content::Series { .. } => None,
            Content::Values { benchmark, .. } => Some(benchmark.clone()),
        });
        let title = self.text.get("report.values").to_owned();
        let mut text = self.text.get("report.values_summary").to_owned();
        if !tables::block_sizes(self.analysis).rows.is_empty() {
            text = format!("{text} {}", self.text.get("report.values_sizes"));
        }
        let blocks = vec![Block::Paragraph { text }];
        (!sections.is_empty()).then(|| Section { sections, ..self.section("values", title, blocks) })
    }

    /// The values of the first benchmark.
    pub(super) fn first_values(&self) -> Vec<Block> {
        let is_of_values =
            |index: &usize| matches!(self.analysis.grids[*index].content, Content::Values { .. });
        let Some(index) = (0..self.analysis.grids.len()).find(is_of_values) else { return Vec::new() };
        let mut blocks = self.figures(Place::Values(index));
        if blocks.is_empty() {
            let caption = grid_caption(self.analysis, index, self.text);
            blocks.extend(tables::grid(self.analysis, index).map(|table| self.captioned(&table, caption)));
        }
        blocks
    }

    /// The sections of the grids that `title` has a title for.
    fn grids(&self, title: impl Fn(&Content) -> Option<String>) -> Vec<Section> {
        let section = |index: usize| {
            let title = title(&self.analysis.grids[index].content)?;
            let table = tables::grid(self.analysis, index).filter(|table| !table.rows.is_empty())?;
            let caption = grid_caption(self.analysis, index, self.text);
            let mut blocks = self.figures(Place::Values(index));
            blocks.push(self.captioned(&table, caption));
            blocks.extend(self.figures(Place::Efficiency(index)));
            Some(self.section(&tables::grid_id(self.analysis, index), title, blocks))
        };
        (0..self.analysis.grids.len()).filter_map(section).collect()
    }

    pub(super) fn several_vms(&self) -> Option<Section> {
        let benchmarks = tables::of_several_vms(self.analysis);
        let mut blocks = Vec::new();
        for benchmark in benchmarks {
            blocks.extend(self.figures(Place::SeveralVms(benchmark)));
            let table = tables::several_vms(self.analysis, benchmark);
            blocks.push(self.captioned(&table, several_vms_caption(benchmark, self.text)));
        }
        let title = self.text.get("report.several_vms").to_owned();
        (!blocks.is_empty()).then(|| self.section(SEVERAL, title, blocks))
    }

    /// What benchmarks say: an item for each comparison, one for each benchmark of several VMs, one for
    /// what is uneven.
    pub(super) fn of_benchmarks(&self) -> Vec<FindingItem> {
        let mut items: Vec<FindingItem> = Vec::new();
        let mut before: Option<&String> = None;
        for finding in &self.analysis.findings {
            let (text, link) = match finding {
                Finding::LeastEfficient { comparison, efficiency } => {
                    (self.least_efficient(comparison, *efficiency), self.section_of(comparison))
                }
                Finding::LosesMore { comparison, loss, quantities, worse, uncertain } => {
                    let link = self.section_of(comparison);
                    let text = self.loses_more(*loss, *quantities, worse, *uncertain);
                    // Said of the comparison that was named just before.
                    if let Some(last) =
                        items.last_mut().filter(|last| last.link.is_some() && last.link == link)
                    {
                        last.text = format!("{} {text}", last.text);
                        continue;
                    }
                    (Some(format!("{}: {text}", capital(comparison))), link)
                }
                Finding::Together { operations } => {
                    let Some(text) = self.several_at_once(operations) else { continue };
                    let first = operations.first().and_then(|id| self.analysis.parallel.entry(*id));
                    let benchmark = first.map(|p| &p.benchmark);
                    // Said of the benchmark that was named just before.
                    if let Some(last) =
                        items.last_mut().filter(|_| benchmark.is_some() && benchmark == before)
                    {
                        last.text = format!("{} {text}", last.text);
                        continue;
                    }
                    before = benchmark;
                    let name = benchmark.map(String::as_str).unwrap_or_default();
                    (Some(format!("{name}: {text}")), Some(SEVERAL.to_owned()))
                }
                Finding::Uneven { ratio, operations } => {
                    (Some(self.uneven(*ratio, operations)), Some(SEVERAL.to_owned()))
                }
                _ => continue,
            };
            let rank = match finding {
                Finding::LeastEfficient { .. } => Rank::Worst,
                _ => Rank::Other,
            };
            items.extend(text.map(|text| FindingItem::new(text, link).ranked(rank)));
        }
        items
    }

    /// The anchor of the section of a comparison.
    fn section_of(&self, wanted: &str) -> Option<String> {
        let is = |content: &Content| matches!(content, Content::Efficiency { comparison, .. } if comparison == wanted);
        let index = self.analysis.grids.iter().position(|grid| is(&grid.content))?;
        Some(tables::grid_id(self.analysis, index))
    }

    fn least_efficient(&self, comparison: &str, id: EfficiencyId) -> Option<String> {
        let found = self.analysis.efficiency.entry(id)?;
        let key = match found.ci95 {
            Some(_) => "finding.least_efficient_interval",
            None => "finding.least_efficient",
        };
        let interval =
            found.ci95.map(|ci| range(ci, 100.0, share_decimals(ci.high), self.text)).unwrap_or_default();
        let place = self.place_among(found, &self.compared_with(comparison));
        Some(self.text.fill(
            key,
            &[
                ("comparison", &capital(comparison)),
                ("quantity", &self.with_place(self.quantity(found), &place)),
                ("percent", &self.percent(found.efficiency?)),
                ("interval", &interval),
            ],
        ))
    }

    fn loses_more(&self, loss: f64, quantities: usize, worse: &[EfficiencyId], uncertain: usize) -> String {
        let found: Vec<&Efficiency> =
            worse.iter().filter_map(|id| self.analysis.efficiency.entry(*id)).collect();
        let key = match worse.len() {
            0 if uncertain > 0 => "finding.loses_uncertain",
            _ if uncertain > 0 => "finding.loses_more_uncertain",
            0 => "finding.loses_little",
            n if n == quantities && n > 1 => "finding.loses_all",
            _ => "finding.loses_more",
        };
        let values = [
            ("kept", quantities.saturating_sub(worse.len() + uncertain).to_string()),
            ("uncertain", uncertain.to_string()),
            ("quantities", quantities.to_string()),
            ("loss", self.text.number(loss * 100.0, 0)),
            ("worse", worse.len().to_string()),
        ];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        let sentence = self.text.fill(key, &values);
        let next = found.first().map(|first| self.next(&found, &self.compared_with(&first.comparison)));
        match next.filter(|list| !list.is_empty()) {
            Some(list) => {
                format!("{sentence} {}", self.text.fill("finding.loses_next", &[("list", &list.join("; "))]))
            }
            None => sentence,
        }
    }

    /// What comes next to the worst: other conditions with the worst of each, or other quantities where there
    /// is but one condition.
    fn next(&self, found: &[&Efficiency], conditions: &[ConditionId]) -> Vec<String> {
        let percent = |of: &Efficiency| of.efficiency.map(|share| self.rough(share)).unwrap_or_default();
        let mut groups: Vec<(String, Vec<&Efficiency>)> = Vec::new();
        for of in found {
            let place = self.place_among(of, conditions);
            match groups.iter_mut().find(|(known, _)| *known == place) {
                Some((_, group)) => group.push(of),
                None => groups.push((place, vec![of])),
            }
        }
        let item = |name: &str, worst: &Efficiency, n: usize| {
            let values = [
                ("name", name),
                ("n", &n.to_string()),
                ("quantity", &self.quantity(worst)),
                ("percent", &percent(worst)),
            ];
            self.text.fill(if n == 1 { "finding.loses_one_item" } else { "finding.loses_more_item" }, &values)
        };
        let (mut list, further): (Vec<String>, &str) = match groups.as_slice() {
            [(place, group)] if place.is_empty() => {
                let item = |of: &&Efficiency| {
                    let values = [("name", self.quantity(of)), ("percent", percent(of))];
                    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
                    self.text.fill("finding.loses_quantity_item", &values)
                };
                (group.iter().skip(1).map(item).collect(), "finding.further_quantities")
            }
            groups => {
                let items = groups
                    .iter()
                    .skip(1)
                    .filter_map(|(place, group)| Some(item(place, group.first()?, group.len())));
                (items.collect(), "finding.further_conditions")
            }
        };
        // One more is as short as to say that there is one more.
        if list.len() > NAMED + 1 {
            let more = (list.len() - NAMED).to_string();
            list.truncate(NAMED);
            list.push(self.text.fill(further, &[("n", &more)]));
        }
        list
    }

    fn with_place(&self, quantity: String, place: &str) -> String {
        let values = [("quantity", quantity.as_str()), ("place", place)];
        if place.is_empty() { quantity } else { self.text.fill("finding.with", &values) }
    }

    /// Several VMs in all operations of one benchmark in one condition.
    fn several_at_once(&self, operations: &[ParallelId]) -> Option<String> {
        let found: Vec<&Parallel> =
            operations.iter().filter_map(|id| self.analysis.parallel.entry(*id)).collect();
        let first = found.first()?;
        let vms = first.values.len().to_string();
        let over = |of: fn(&Parallel) -> Option<f64>| {
            self.extent(found.iter().filter_map(|p| Some((of(p)?, p.operation.as_str()))).collect())
        };
        let single = match first.direction {
            Direction::Lower => "finding.together_time",
            Direction::Higher | Direction::Neither => "finding.together_rate",
        };
        let parts =
            [(single, over(|p| p.versus_single)), ("finding.together_expected", over(|p| p.versus_expected))];
        let parts: Vec<String> = parts
            .into_iter()
            .filter_map(|(key, extent)| Some(self.text.fill(key, &[("vms", &vms), ("extent", &extent?)])))
            .collect();
        let conditions: Vec<ConditionId> = self.analysis.parallel.iter().map(|p| p.condition).collect();
        let place = self.place(first.condition, &conditions);
        let values = [("place", place.as_str()), ("parts", &parts.join("; "))];
        let key = if place.is_empty() { "finding.together_alone" } else { "finding.together" };
        (!parts.is_empty()).then(|| self.text.fill(key, &values))
    }

    fn uneven(&self, ratio: f64, operations: &[ParallelId]) -> String {
        let conditions: Vec<ConditionId> = self.analysis.parallel.iter().map(|p| p.condition).collect();
        let found = operations.iter().filter_map(|id| self.analysis.parallel.entry(*id));
        let item = |p: &Parallel| {
            let place = self.place(p.condition, &conditions);
            let ratio = p.max_over_min.map(|ratio| self.text.number(ratio, 2)).unwrap_or_default();
            let of = [p.benchmark.as_str(), p.operation.as_str()].join(" ");
            let name = if place.is_empty() { of } else { format!("{of}, {place}") };
            self.text.fill("finding.uneven_item", &[("name", &name), ("ratio", &ratio)])
        };
        let list: Vec<String> = found.take(NAMED).map(item).collect();
        let decimals = if (ratio * 10.0).fract().abs() < 1e-9 { 1 } else { 2 };
        self.text.fill(
            "finding.uneven",
            &[
                ("n", &operations.len().to_string()),
                ("all", &self.analysis.parallel.len().to_string()),
                ("ratio", &self.text.number(ratio, decimals)),
                ("list", &list.join("; ")),
            ],
        )
    }

    /// Shares from the least to the greatest, each with what it belongs to; `None` without any.
    fn extent(&self, shares: Vec<(f64, &str)>) -> Option<String> {
        let by_share = |a: &&(f64, &str), b: &&(f64, &str)| a.0.total_cmp(&b.0);
        let (least, greatest) = (shares.iter().min_by(by_share)?, shares.iter().max_by(by_share)?);
        let (low, high) = (self.rough(least.0), self.rough(greatest.0));
        let values = [("low", low.as_str()), ("least", least.1), ("high", &high), ("greatest", greatest.1)];
        let key = if low == high { "finding.extent_one" } else { "finding.extent" };
        Some(self.text.fill(key, &values))
    }

    fn percent(&self, share: f64) -> String {
        self.text.number(share * 100.0, share_decimals(share))
    }

    /// Whole per cent, where that is good for two digits.
    fn rough(&self, share: f64) -> String {
        self.text.number(share * 100.0, usize::from(share < 0.095))
    }

    fn measured(&self, of: &Efficiency) -> Option<&Benchmark> {
        self.analysis.benchmarks.entry(of.of)
    }

    /// Benchmark, operation and VM.
    fn quantity(&self, of: &Efficiency) -> String {
        let Some(of) = self.measured(of) else { return String::new() };
        match &of.vm {
            Some(vm) => format!("{} {} ({vm})", of.benchmark, of.operation),
            None => format!("{} {}", of.benchmark, of.operation),
        }
    }

    /// The conditions of a comparison.
    fn compared_with(&self, comparison: &str) -> Vec<ConditionId> {
        let of = self.analysis.efficiency.iter().filter(|of| of.comparison == comparison);
        of.filter_map(|of| Some(self.measured(of)?.condition)).collect()
    }

    fn place_among(&self, of: &Efficiency, conditions: &[ConditionId]) -> String {
        self.measured(of).map(|of| self.place(of.condition, conditions)).unwrap_or_default()
    }

    /// What tells a condition apart from some others: its levels, in the order in which people name them.
    fn place(&self, condition: ConditionId, among: &[ConditionId]) -> String {
        let Some(factors) = self.analysis.conditions.entry(condition).map(|of| &of.factors) else {
            return String::new();
        };
        let names = tables::varying(self.analysis, among);
        let levels: Vec<&str> = names.iter().filter_map(|name| Some(factors.get(*name)?.as_str())).collect();
        levels.join(", ")
    }

    /// How much was measured, for the head of the report.
    pub(super) fn results(&self) -> String {
        let mut benchmarks: BTreeMap<&str, usize> = BTreeMap::new();
        let mut conditions: Vec<ConditionId> = Vec::new();
        for of in &self.analysis.benchmarks {
            *benchmarks.entry(&of.benchmark).or_default() += of.readings.len();
            conditions.push(of.condition);
        }
        conditions.sort_unstable();
        conditions.dedup();
        self.text.fill(
            "report.results_value",
            &[
                ("values", &benchmarks.values().sum::<usize>().to_string()),
                ("benchmarks", &benchmarks.len().to_string()),
                ("conditions", &conditions.len().to_string()),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::document;
    use super::*;
    use crate::model::Id;
    use crate::show::figures;
    use crate::show::report::Detail;
    use crate::show::report::compose::Scope;
    use crate::show::report::view::Document;
    use crate::show::tables::example::benchmarked;
    use crate::show::text::Language;

    fn composed(analysis: &Analysis, language: Language) -> Document {
        document(
            analysis,
            &figures::list(analysis).unwrap(),
            Scope::Campaign,
            Detail::Full,
            &Text::new(language),
        )
    }

    /// The findings, with plain spaces where lines may not break.
    fn findings(document: &Document) -> Vec<String> {
        let of = |block: &Block| match block {
            Block::Findings { items } => items.iter().map(|item| item.text.replace('\u{a0}', " ")).collect(),
            _ => Vec::new(),
        };
        document.sections[0].blocks.iter().flat_map(of).collect()
    }

    fn has_table(section: &Section, id: &str) -> bool {
        section.blocks.iter().any(|block| matches!(block, Block::Table { table } if table.id == id))
    }

    #[test]
    fn without_migrations_there_is_nothing_about_them() {
        let document = composed(&benchmarked(), Language::En);
        let ids: Vec<&str> = document.sections.iter().map(|section| section.id.as_str()).collect();
        assert_eq!(ids, ["overview", "efficiency", "values", "several-vms", "data-quality", "method"]);
        assert!(!has_table(&document.sections[0], "overview"));
        assert!(has_table(&document.sections[1].sections[0], "efficiency-against-bare-metal"));
        assert!(has_table(&document.sections[3], "several-vms-disk"));
        let facts: Vec<&str> = document.facts.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(facts, ["VM", "Results", "Logs", "Written by"]);
        assert_eq!(document.facts[1].1, "12 values of 2 benchmarks in 3 conditions");
        let Some(Block::Definitions { items }) = document.sections[5].blocks.first() else { panic!() };
        assert_eq!((items.len(), items[1].term.as_str()), (5, "Efficiency"));
        assert!(document.subtitle.starts_with("Benchmarks"));
    }

    #[test]
    fn benchmarks_beside_migrations() {
        let analysis =
            Analysis { benchmarks: benchmarked().benchmarks, ..crate::model::example::with_time_lines() };
        let document = composed(&analysis, Language::En);
        assert!(has_table(&document.sections[0], "overview"));
        assert!(document.facts.iter().any(|(name, _)| name == "Runs"));
        assert_eq!(document.subtitle, "Virtual machines: live migrations and benchmarks");
    }

    #[test]
    fn what_is_found_is_said() {
        assert_eq!(
            findings(&composed(&benchmarked(), Language::En)),
            [
                "Against bare metal: disk read with hvm loses most and reaches 20.0 % of its baseline. 1 of 4 \
                 quantities lose at most 10 %, 3 lose more. Next come pv (2 of them, disk read most: 75 %).",
                "disk: 2-vm: 2 VMs together reach 95 % of one VM alone. 3-vm: 3 VMs together reach 95 % of one VM \
                 alone; each reaches 125 % of what can be expected on these cores.",
                "In 2 of 2 quantities of several VMs, the largest value is more than 1.5 times the smallest: \
                 disk read, 2-vm (2.00 times); disk read, 3-vm (2.00 times).",
            ]
        );
        let german = composed(&benchmarked(), Language::De);
        assert!(
            findings(&german)[0].contains("erreicht 20,0 % des Bezugs. 1 von 4 Größen"),
            "{:?}",
            findings(&german)
        );
    }

    #[test]
    fn one_condition_is_not_named() {
        let mut analysis = benchmarked();
        for of in &mut analysis.benchmarks {
            of.condition = Id::new(1);
        }
        analysis.findings.truncate(2);
        analysis.findings[0] =
            Finding::LeastEfficient { comparison: "against bare metal".to_owned(), efficiency: Id::new(0) };
        assert_eq!(
            findings(&composed(&analysis, Language::En)),
            ["Against bare metal: disk read loses most and reaches 75.0 % of its baseline (95 % interval \
                 70.1 … 80.0 %). 1 of 4 quantities lose at most 10 %, 3 lose more. Next come disk read (75 %); \
                 solve time (80 %)."]
        );
    }

    #[test]
    fn a_list_ends_with_how_many_more_there_are() {
        let mut analysis = benchmarked();
        analysis.conditions.iter_mut().for_each(|of| drop(of.factors.remove("mode")));
        analysis.findings = vec![Finding::LosesMore {
            comparison: "against bare metal".to_owned(),
            loss: 0.1,
            quantities: 9,
            worse: [2, 0, 1, 0, 1, 0, 1].map(Id::new).into(),
            uncertain: 0,
        }];
        let document = composed(&analysis, Language::En);
        let said = &findings(&document)[0];
        assert!(
            said.ends_with("solve time (80 %); disk read (75 %); solve time (80 %); and 2 further ones."),
            "{said}"
        );
        analysis.findings = vec![Finding::LosesMore {
            comparison: "against bare metal".to_owned(),
            loss: 0.1,
            quantities: 9,
            worse: Vec::new(),
            uncertain: 0,
        }];
        let said = composed(&analysis, Language::En);
        assert_eq!(findings(&said), ["Against bare metal: None of 9 quantities loses more than 10 %."]);
    }
}
