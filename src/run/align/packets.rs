//! The packets of a capture, on the axis of the run: what was asked of the VM, and every sign of life that it gave.
//!
//! Which address is the VM's is declared, or that of the only one that is asked and answers: that pings go to, or connections.
//! Never is it chosen by how long it was silent.
//!
//! Not every packet to the VM wants an answer, and not every service gives one at once: what is asked is what is ordinarily
//! answered. Where nothing is, a time without packets says nothing.

mod flows;

use std::collections::BTreeSet;

use stillstand_parsers::Parsed;

use self::flows::{Flows, Row};
use super::FileReport;
use crate::model::Severity;
use crate::stats::Sample;

/// An answer is late from so many ordinary ones on, and from [`MUCH_S`] more.
const LATE: f64 = 5.0;
const MUCH_S: f64 = 0.1;
/// So many waits before the migration say what is ordinary.
const ENOUGH: usize = 20;

/// What was asked of a VM by packets, and when it gave a sign of life.
#[derive(Debug, Clone, PartialEq)]
pub struct PacketLog {
    /// Path relative to the campaign folder.
    pub file: String,
    /// The addresses of the VM.
    pub vm: Vec<String>,
    pub is_declared: bool,
    /// Packets to and from the VM.
    pub to_vm: u32,
    pub from_vm: u32,
    /// By the time at which they were captured.
    pub asks: Vec<Ask>,
    pub signs: Vec<Sign>,
    /// When somebody told unasked where the VM's address is.
    pub announced_s: Vec<f64>,
    /// When the last packet of all was captured.
    pub last_s: f64,
    /// Median time between two packets that want an answer, seconds.
    pub interval_s: f64,
    pub resolution_s: f64,
    /// Whether the times are seconds since the migration request, and not since the first packet.
    pub has_place: bool,
}

/// A packet to the VM that wants an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ask {
    pub at_s: f64,
    /// How long an answer takes ordinarily, seconds.
    pub ordinary_s: f64,
    /// Whether it is known not to have been answered at all.
    pub is_lost: bool,
}

impl Ask {
    /// From when on, after it was sent, an answer is late.
    pub fn late_s(&self) -> f64 {
        (LATE * self.ordinary_s).max(self.ordinary_s + MUCH_S)
    }
}

/// A packet from the VM: that ran at some time in between.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sign {
    /// When what it answers was captured, or as long before it as an answer takes.
    pub from_s: f64,
    /// When it was captured itself.
    pub at_s: f64,
}

/// The packets of a log. `zero` is the migration request by the clock of who captured them.
pub(super) fn packets(
    log: &Parsed,
    declared: &[String],
    zero: Option<f64>,
    report: &mut FileReport<'_>,
) -> Option<PacketLog> {
    let rows = Row::all(log);
    let Some(first) = rows.first() else {
        // What has no start was told where starts are looked for.
        if log.needs_clock_start() {
            return None;
        }
        let message = "none of its packets has a place in time: nothing ties them to a date. Use `-e frame.time_epoch` with tshark, or \
                       declare `utc_offset` in campaign.toml where times are local";
        report.add(Severity::Error, "packets-without-place", message.to_owned());
        return None;
    };
    let axis_s = zero.unwrap_or(first.at_s);
    let vm = the_vm(&rows, declared, report)?;
    let mut flows = Flows::default();
    rows.iter().for_each(|row| flows.packet(row, &vm));
    let Some((asks, signs)) = flows.finish(zero) else {
        let message = format!(
            "nothing is asked of {} that it answers regularly ({} packets to it, {} from it): a time without packets says nothing of an \
             outage then. Let a ping or a client run meanwhile, and capture both directions",
            words(&vm),
            flows.to_vm,
            flows.from_vm
        );
        report.add(Severity::Error, "packets-without-flow", message);
        return None;
    };
    let intervals = asks.windows(2).map(|pair| pair[1].at_s - pair[0].at_s).collect();
    let shifted = |at_s: f64| at_s - axis_s;
    Some(PacketLog {
        file: report.file.to_owned(),
        is_declared: !declared.is_empty(),
        to_vm: flows.to_vm,
        from_vm: flows.from_vm,
        interval_s: Sample::new(intervals).map_or(0.0, |sample| sample.median()),
        asks: asks.into_iter().map(|ask| Ask { at_s: shifted(ask.at_s), ..ask }).collect(),
        signs: signs
            .into_iter()
            .map(|sign| Sign { from_s: shifted(sign.from_s), at_s: shifted(sign.at_s) })
            .collect(),
        announced_s: announced(&rows, &vm).into_iter().map(shifted).collect(),
        last_s: shifted(rows.last().map_or(axis_s, |last| last.at_s)),
        resolution_s: log.facts.float("time_resolution_s").unwrap_or(1e-6),
        has_place: zero.is_some(),
        vm,
    })
}

fn words(addresses: &[String]) -> String {
    addresses.join(", ")
}

/// The addresses of the VM: those that are declared, else the only one that is asked and answers.
fn the_vm(rows: &[Row<'_>], declared: &[String], report: &mut FileReport<'_>) -> Option<Vec<String>> {
    let senders: BTreeSet<&str> = rows.iter().filter_map(|row| row.source).collect();
    if !declared.is_empty() {
        if declared.iter().any(|address| senders.contains(address.as_str())) {
            return Some(declared.to_vec());
        }
        let message = format!(
            "no packet is from {}, which campaign.toml declares as the address of the VM; packets are from {}",
            words(declared),
            some_of(&senders)
        );
        report.add(Severity::Error, "packets-without-vm", message);
        return None;
    }
    let all_asked: BTreeSet<&str> = flows::asked(rows).into_iter().collect();
    let asked: BTreeSet<&str> = all_asked.intersection(&senders).copied().collect();
    let mut each = asked.iter();
    if let (Some(only), None) = (each.next(), each.next()) {
        let message = format!(
            "{only} is taken for the address of the VM: it alone is asked, by ping or for connections, and answers. Declare \
             `address` in `[vm]` of campaign.toml where it is another"
        );
        report.add(Severity::Note, "packets-vm-told", message);
        return Some(vec![(*only).to_owned()]);
    }
    let why = if all_asked.is_empty() {
        format!(
            "nobody is asked in it, by ping or for a connection, as where only answers were captured; packets are from {}",
            some_of(&senders)
        )
    } else if asked.is_empty() {
        format!("{} is asked, and no packet is from there: were only requests captured?", some_of(&all_asked))
    } else {
        format!("several addresses are asked: {}", some_of(&asked))
    };
    let message = format!(
        "which address is the VM's is not known: {why}. Declare `address = \"…\"` in `[vm]` of campaign.toml"
    );
    report.add(Severity::Error, "packets-vm-unknown", message);
    None
}

/// No more than a line can hold.
fn some_of(addresses: &BTreeSet<&str>) -> String {
    const MOST: usize = 6;
    let shown: Vec<&str> = addresses.iter().copied().take(MOST).collect();
    let more = addresses.len().saturating_sub(MOST);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// When the VM's address, or that of its card, was announced.
fn announced(rows: &[Row<'_>], vm: &[String]) -> Vec<f64> {
    let is_vm = |row: &&Row<'_>| row.source.is_some_and(|source| vm.iter().any(|own| own == source));
    let cards: BTreeSet<&str> =
        rows.iter().filter(|row| !row.is_announcement()).filter(is_vm).filter_map(|row| row.mac).collect();
    let own = |row: &&Row<'_>| {
        // A router stands before many: its card is nobody's own.
        let by_card = row.source.is_some_and(|source| cards.len() == 1 && cards.contains(source));
        row.is_announcement() && (is_vm(row) || by_card)
    };
    rows.iter().filter(own).map(|row| row.at_s).collect()
}

#[cfg(test)]
mod tests;
