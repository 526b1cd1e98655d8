//! The section that says which VM to migrate first, and the sentences about it.

use super::super::format::placement_reason;
use super::super::view::{Block, FindingItem, Section};
use super::Composer;
use crate::model::{Candidate, Placement};
use crate::show::figures::Place;
use crate::show::tables;
use crate::show::text::Text;

/// The anchor of the section.
const SECTION: &str = "placement";

/// Which VMs have to migrate, in which order, and why: as many sentences as it takes.
pub fn recommendation(placement: &Placement, text: &Text) -> String {
    let percent = |value: f64| text.number(value, 1);
    let moving = placement.to_migrate.filter(|n| *n > 0).unwrap_or(placement.order.len());
    let Some((first, then)) = placement.order[..moving].split_first() else { return String::new() };
    let then: String = then.iter().map(|vm| text.fill("placement.then", &[("vm", &vm.vm)])).collect();
    let cpu = placement.cpu_percent.map(percent).unwrap_or_default();
    let threshold = placement.threshold_percent;
    let threshold = text.number(threshold, usize::from(threshold.fract() != 0.0));
    let key = match placement.to_migrate {
        None => "placement.unknown",
        Some(0) => "placement.below",
        Some(_) => "placement.above",
    };
    let values = [("cpu", cpu.as_str()), ("threshold", &threshold), ("vm", &first.vm), ("then", &then)];
    let mut sentences = vec![text.fill(key, &values), first_of(first, text)];
    if let Some(left) = placement.to_migrate.filter(|left| *left > 0) {
        sentences.push(match placement.rest_percent(left).filter(|_| left < placement.order.len()) {
            Some(rest) => text.fill("placement.rest", &[("cpu", &percent(rest))]),
            None => text.fill("placement.no_rest", &[]),
        });
    }
    sentences.join(" ")
}

/// Why the first is the first.
fn first_of(vm: &Candidate, text: &Text) -> String {
    let reason = placement_reason(&vm.reason, text);
    text.fill("placement.because", &[("vm", &vm.vm), ("reason", &reason)])
}

impl Composer<'_> {
    pub(super) fn placement(&self) -> Option<Section> {
        let placement = self.analysis.placement.as_ref()?;
        let mut blocks = vec![Block::Paragraph { text: recommendation(placement, self.text) }];
        blocks.extend(self.figures(Place::Placement));
        blocks.extend(self.table(tables::placement(placement), "caption.placement", &[]));
        Some(self.section(SECTION, self.text.get("report.placement").to_owned(), blocks))
    }

    /// What the section comes to, for the head of the report.
    pub(super) fn of_placement(&self) -> Option<FindingItem> {
        let text = recommendation(self.analysis.placement.as_ref()?, self.text);
        Some(FindingItem::new(text, Some(SECTION.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::super::document;
    use super::*;
    use crate::model::{Analysis, Reason};
    use crate::show::figures;
    use crate::show::report::Detail;
    use crate::show::report::compose::Scope;
    use crate::show::tables::example::{benchmarked, placed};
    use crate::show::text::Language;

    fn sentence(placement: &Placement) -> String {
        recommendation(placement, &Text::new(Language::En))
    }

    #[test]
    fn the_order_comes_with_its_reason_and_what_is_left() {
        assert_eq!(
            sentence(&placed()),
            "Together the VMs use 95.5 % of the host’s CPU, above the threshold of 65 %: VM web should migrate first. \
             VM web takes as long to migrate as mail within the uncertainty of the times, and has the shorter downtime. \
             The others then use 50.5 %."
                .replace(" %", "\u{a0}%")
        );
        let german = recommendation(&placed(), &Text::new(Language::De)).replace('\u{a0}', " ");
        assert!(german.contains("95,5 %") && german.contains("so lange wie mail"), "{german}");
    }

    #[test]
    fn none_has_to_move_all_have_to_or_it_is_not_known() {
        let of = |cpu_percent, to_migrate| sentence(&Placement { cpu_percent, to_migrate, ..placed() });
        assert!(
            of(Some(60.0), Some(0))
                .contains("none has to move. If one had to, VM web should go first, then mail")
        );
        assert!(of(None, None).starts_with("How much CPU the VMs use together is not known."));
        assert!(of(Some(299.0), Some(3)).ends_with("Even the last one by itself is above the threshold."));
        let mut three = placed();
        let as_fast = ["mail", "db", "dns"].map(str::to_owned).to_vec();
        three.order[0].reason = Reason::NothingTells { as_fast };
        assert!(sentence(&three).contains("as mail, db and dns within"), "{}", sentence(&three));
    }

    #[test]
    fn the_report_says_it_first_and_shows_it_in_a_section() {
        let analysis = Analysis { placement: Some(placed()), ..benchmarked() };
        let document = document(
            &analysis,
            &figures::list(&analysis).unwrap(),
            Scope::Campaign,
            Detail::Full,
            &Text::new(Language::En),
        );
        let Some(Block::Findings { items }) = document.sections[0].blocks.first() else { panic!() };
        assert!(items[0].text.contains("VM web should migrate first"));
        assert_eq!(items[0].link.as_deref(), Some("placement"));
        let section = &document.sections[1];
        assert_eq!(section.id, "placement");
        assert!(matches!(&section.blocks[1], Block::Figure { figure } if figure.id == "placement"));
        assert!(matches!(&section.blocks[2], Block::Table { table } if table.rows.len() == 3));
        let Some(Block::Definitions { items }) = document.sections.last().unwrap().blocks.first() else {
            panic!()
        };
        assert!(items.iter().any(|item| item.term == "Which VM to migrate first"));
    }
}
