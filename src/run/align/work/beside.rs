//! The clock that a tool has of its own beside the times in front of its lines.

use super::{Clocks, FINE_S};
use crate::model::Severity;
use crate::run::align::FileReport;

/// By so many seconds more than they are coarse, two clocks may part without a reason.
const APART_S: f64 = 0.5;

/// How the clock of a tool goes beside the times of its rows.
pub(super) struct Beside {
    /// When the tool started, by each row.
    pub starts: Vec<f64>,
    /// Some times are late, and later ones are not.
    pub falls: bool,
    /// The rows from which on it started later.
    pub parted: Vec<usize>,
}

impl Beside {
    /// Of the rows of a test, with their times by the clock of the tool.
    pub fn of(rows: &[(usize, f64)], own: &[f64], clocks: Clocks) -> Self {
        let starts: Vec<f64> = rows.iter().zip(own).map(|((_, time), own)| time - own).collect();
        let most_s = clocks.stamps_s.unwrap_or_default().max(clocks.own_s) + APART_S;
        let mut latest = f64::NEG_INFINITY;
        let falls = starts.iter().any(|start| {
            latest = latest.max(*start);
            *start < latest - most_s
        });
        let parted = match falls {
            true => Vec::new(),
            false => (1..starts.len()).filter(|at| starts[*at] > starts[*at - 1] + most_s).collect(),
        };
        Self { starts, falls, parted }
    }

    pub fn tell(&self, report: &mut FileReport<'_>) {
        if self.falls {
            let message = "times in front of its lines are late by more than a second now and then: a pipe held the lines back (`stdbuf \
                           -oL` before the tool helps). Its own seconds count, from the earliest on";
            report.add(Severity::Warning, "lines-held-back", message.to_owned());
        } else if let Some(at) = self.parted.first() {
            let message = format!(
                "its own clock stood still for {:.1} s while the one in front of its lines went on: a client inside of the VM stops with it, or that one was set. \
                 What it did then is not known; log the service from outside",
                self.starts[*at] - self.starts[*at - 1]
            );
            report.add(Severity::Warning, "tool-stood-still", message);
        }
    }

    /// Moves the times of the rows onto the clock of the tool, as far as that goes beside them.
    pub fn moved(&self, rows: &mut [(usize, f64)], own: &[f64], clocks: Clocks) {
        let is_cut = clocks.stamps_s.is_some_and(|stamps_s| stamps_s > FINE_S);
        let mut from = 0;
        for until in self.parted.iter().copied().chain([self.starts.len()]) {
            let mut piece: Vec<f64> = self.starts.get(from..until).unwrap_or_default().to_vec();
            piece.sort_by(f64::total_cmp);
            // A time that is cut to the second is early by up to one; one that a pipe held back is late.
            let start = match (self.falls, is_cut) {
                (true, _) => piece.first(),
                (false, true) => piece.last(),
                (false, false) => piece.get(piece.len() / 2),
            };
            if let Some(start) = start {
                for ((_, time), own) in rows.iter_mut().zip(own).take(until).skip(from) {
                    *time = start + own;
                }
            }
            from = until;
        }
    }
}
