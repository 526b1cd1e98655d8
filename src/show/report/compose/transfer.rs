//! What migrations transferred, and whether it was counted elsewhere.

use super::super::view::{Block, Section};
use super::Composer;
use crate::model::{Counted, Run, Transfer, Verdict};
use crate::show::tables;

impl Composer<'_> {
    /// What hypervisors tell of the bytes, against what the network counted and what their pages make.
    pub(super) fn transfers(&self) -> Option<Section> {
        let mut blocks: Vec<Block> = self.transfer_sentences().into_iter().collect();
        if self.is_full() {
            blocks.extend(self.table(tables::transfers(self.analysis), "caption.transfers", &[]));
        }
        let title = self.text.get("report.transfers").to_owned();
        (!blocks.is_empty()).then(|| self.section("transfers", title, blocks))
    }

    fn transfer_sentences(&self) -> Option<Block> {
        let all: Vec<(&Run, &Transfer)> =
            self.analysis.runs.iter().filter_map(|run| Some((run, run.transfer.as_ref()?))).collect();
        let counted = || all.iter().filter(|(_, transfer)| !transfer.counted.is_empty());
        let agreeing = || counted().filter(|(_, transfer)| !transfer.counted.iter().any(is_wrong));
        let surpluses =
            |transfer: &Transfer| transfer.counted.iter().map(|c| c.surplus).collect::<Vec<f64>>();
        // Of jobs that broke off, less may arrive than was told.
        let (less, more): (Vec<Vec<f64>>, Vec<Vec<f64>>) = agreeing()
            .map(|(_, transfer)| surpluses(transfer))
            .partition(|surpluses| surpluses.iter().any(|surplus| *surplus < 0.0));
        let sentences = [
            self.in_runs("report.transfer_more", &more, counted().count()),
            self.in_runs("report.transfer_less", &less, counted().count()),
            self.wrong(&all),
            self.of_pages(&all),
        ];
        let sentences: Vec<String> = sentences.into_iter().flatten().collect();
        (!sentences.is_empty()).then(|| Block::Paragraph { text: sentences.join(" ") })
    }

    /// In how many of all runs the surpluses, per cent, lie between which sizes.
    fn in_runs(&self, key: &str, runs: &[Vec<f64>], all: usize) -> Option<String> {
        let sizes = || runs.iter().flatten().map(|surplus| 100.0 * surplus.abs());
        let (least, greatest) = (sizes().reduce(f64::min)?, sizes().reduce(f64::max)?);
        Some(self.text.fill(
            key,
            &[
                ("n", &runs.len().to_string()),
                ("all", &all.to_string()),
                ("least", &self.text.number(least, 2)),
                ("greatest", &self.text.number(greatest, 2)),
            ],
        ))
    }

    fn wrong(&self, all: &[(&Run, &Transfer)]) -> Option<String> {
        let wrong = all.iter().filter(|(_, transfer)| transfer.verdict() == Some(Verdict::Contradicted));
        let ids: Vec<&str> = wrong.map(|(run, _)| run.id.as_str()).collect();
        let (n, list) = (ids.len().to_string(), ids.join(", "));
        (!ids.is_empty()).then(|| self.text.fill("report.transfer_wrong", &[("n", &n), ("list", &list)]))
    }

    fn of_pages(&self, all: &[(&Run, &Transfer)]) -> Option<String> {
        let pages = || all.iter().filter_map(|(_, transfer)| transfer.pages);
        let right = || pages().filter(|pages| pages.verdict != Verdict::Contradicted);
        let greatest = right().map(|pages| 100.0 * pages.surplus.abs()).reduce(f64::max)?;
        let (n, all) = (right().count().to_string(), pages().count().to_string());
        let greatest = self.text.number(greatest, 4);
        Some(self.text.fill("report.transfer_pages", &[("n", &n), ("all", &all), ("greatest", &greatest)]))
    }
}

fn is_wrong(counted: &Counted) -> bool {
    counted.verdict == Verdict::Contradicted
}
