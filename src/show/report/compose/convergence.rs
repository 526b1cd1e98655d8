//! What migrations transferred: the section of rounds, and what the numbers say of convergence and of trends.

use super::super::format::{range, shown_unit};
use super::super::view::{FindingItem, Section};
use super::Composer;
use crate::model::{ConditionId, Convergence, Entries, Finding, Unit};
use crate::show::figures::Place;
use crate::show::tables;
use crate::show::tables::labels::condition_label;
use crate::show::text::factor_words;

impl Composer<'_> {
    /// What migrations transferred: by the rounds that hypervisors tell, against what was counted, and against models.
    pub(super) fn precopy(&self) -> Option<Section> {
        let mut blocks = self.figures(Place::Precopy);
        blocks.extend(self.table(tables::convergence(self.analysis), "caption.convergence", &[]));
        if self.is_full() {
            blocks.extend(self.table(tables::precopy(self.analysis), "caption.precopy", &[]));
        }
        let mut section = self.section("precopy", self.text.get("report.precopy").to_owned(), blocks);
        section.sections.extend(self.transfers());
        section.sections.extend(self.prediction());
        (!section.blocks.is_empty() || !section.sections.is_empty()).then_some(section)
    }

    /// An item a finding of the transfer.
    pub(super) fn of_transfer(&self) -> Vec<FindingItem> {
        let item = |finding: &Finding| {
            let (text, link) = match finding {
                Finding::PrecopyLimit { .. } => (self.limit(finding)?, Some("precopy")),
                Finding::DoesNotConverge { conditions } => (self.diverging(conditions), Some("precopy")),
                Finding::Amplified { conditions } => (self.amplified(conditions), Some("precopy")),
                Finding::Trend { .. } => (self.trend(finding)?, None),
                _ => return None,
            };
            Some(FindingItem::new(text, link.map(str::to_owned)))
        };
        self.analysis.findings.iter().filter_map(item).collect()
    }

    fn known(&self, condition: ConditionId) -> Option<&Convergence> {
        self.analysis.convergence.iter().find(|known| known.condition == condition)
    }

    fn limit(&self, finding: &Finding) -> Option<String> {
        let Finding::PrecopyLimit { factor, level, last, conditions, completed, runs } = finding else {
            return None;
        };
        let number = |condition: ConditionId| {
            Some(self.analysis.conditions.entry(condition)?.factors.get(factor)?.as_str())
        };
        let first = *conditions.first()?;
        let (words, unit) = factor_words(factor);
        let words = if level.is_empty() { words } else { format!("{words}, {level}") };
        let rates = self.rates(first, unit);
        Some(self.text.fill(
            if rates.is_some() { "finding.precopy_limit_rates" } else { "finding.precopy_limit" },
            &[
                ("last", number(*last)?),
                ("first", number(first)?),
                ("unit", &unit.map(|unit| format!(" {unit}")).unwrap_or_default()),
                ("factor", &words),
                ("completed", &completed.to_string()),
                ("runs", &runs.to_string()),
                ("rates", &rates.unwrap_or_default()),
            ],
        ))
    }

    /// What was sent in a condition and dirtied of it, in the unit of its factor where that is one of rates.
    fn rates(&self, condition: ConditionId, unit: Option<&str>) -> Option<String> {
        let known = self.known(condition)?;
        let (factor, unit) = match unit {
            Some("MiB/s") => (1.0 / 1_048_576.0, "MiB/s"),
            _ => shown_unit(Unit::BytesPerSecond),
        };
        let rate = |rate: f64| format!("{} {unit}", self.text.number(rate * factor, 1));
        let (sent, ratio) = (rate(known.sent_bytes_per_s?), self.text.number(known.ratio?, 2));
        Some(self.text.fill("finding.rates", &[("sent", &sent), ("ratio", &ratio)]))
    }

    fn diverging(&self, conditions: &[ConditionId]) -> String {
        let known = conditions.iter().filter_map(|condition| self.known(*condition));
        let item = |known: &Convergence| {
            self.text.fill(
                "finding.does_not_converge_item",
                &[
                    ("condition", &condition_label(self.analysis, known.condition)),
                    ("ratio", &self.text.number(known.ratio.unwrap_or_default(), 2)),
                    ("completed", &known.completed.to_string()),
                    ("runs", &known.runs.to_string()),
                ],
            )
        };
        let list = known.map(item).collect::<Vec<_>>().join(", ");
        self.text.fill("finding.does_not_converge", &[("list", &list)])
    }

    fn amplified(&self, conditions: &[(ConditionId, f64)]) -> String {
        let item = |(condition, times): &(ConditionId, f64)| {
            let values = [
                ("condition", condition_label(self.analysis, *condition)),
                ("times", self.text.number(*times, 1)),
            ];
            let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
            self.text.fill("finding.amplified_item", &values)
        };
        let list = conditions.iter().map(item).collect::<Vec<_>>().join(", ");
        self.text.fill("finding.amplified", &[("list", &list)])
    }

    fn trend(&self, finding: &Finding) -> Option<String> {
        let Finding::Trend { factor, level, metric, slope, ci95, r_squared } = finding else { return None };
        let (words, unit) = factor_words(factor);
        let quantity = self.text.metric(metric);
        let quantity = if level.is_empty() { quantity } else { format!("{quantity} ({level})") };
        let digits = (2.0 - slope.abs().log10().floor()).clamp(0.0, 9.0) as usize;
        Some(self.text.fill(
            "finding.trend",
            &[
                ("quantity", &quantity),
                ("factor", &words),
                ("slope", &self.text.signed(*slope, 3)),
                ("unit", shown_unit(Unit::Seconds).1),
                ("per", unit.unwrap_or(&words)),
                ("interval", &range(*ci95, 1.0, digits, self.text)),
                ("r_squared", &self.text.number(*r_squared, 3)),
            ],
        ))
    }
}
