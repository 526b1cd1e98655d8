//! The wire type of which VM to migrate first.

use serde::Serialize;

use super::super::number::{round, round_option};
use crate::model::{Candidate, Placement};
use crate::show::report::format::placement_reason;
use crate::show::tables::labels::{code, reason_label};
use crate::show::text::Text;

#[derive(Serialize)]
pub(super) struct PlacementWire<'a> {
    threshold_percent: Option<f64>,
    cpu_percent: Option<f64>,
    to_migrate: Option<usize>,
    order: Vec<CandidateWire<'a>>,
}

#[derive(Serialize)]
struct CandidateWire<'a> {
    vm: &'a str,
    time_s: Option<f64>,
    time_uncertainty_s: Option<f64>,
    downtime_s: Option<f64>,
    cpu_percent: Option<f64>,
    /// In words.
    reason: String,
    decided_by: &'static str,
    as_fast: &'a [String],
}

pub(super) fn placement<'a>(of: &'a Placement, text: &Text) -> PlacementWire<'a> {
    let candidate = |vm: &'a Candidate| CandidateWire {
        vm: &vm.vm,
        time_s: round(vm.time_s),
        time_uncertainty_s: round(vm.time_uncertainty_s),
        downtime_s: round_option(vm.downtime_s),
        cpu_percent: round_option(vm.cpu_percent),
        reason: placement_reason(&vm.reason, text),
        decided_by: code(reason_label(&vm.reason)),
        as_fast: vm.reason.as_fast(),
    };
    PlacementWire {
        threshold_percent: round(of.threshold_percent),
        cpu_percent: round_option(of.cpu_percent),
        to_migrate: of.to_migrate,
        order: of.order.iter().map(candidate).collect(),
    }
}
