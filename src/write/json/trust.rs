//! The wire types of what is known of clocks, and of how methods agree.

use serde::Serialize;

use super::super::number::{ends, round, round_option};
use crate::model::{Agreement, Analysis, Clock, ClockOwner, Estimate};
use crate::show::tables::labels::{code, origin_label};

#[derive(Serialize)]
pub(super) struct ClockWire<'a> {
    owner: &'static str,
    host: Option<&'a str>,
    against: &'static str,
    against_host: Option<&'a str>,
    offset_s: Option<f64>,
    offset_half_width_s: Option<f64>,
    drift_ppm: Option<f64>,
    drift_half_width_ppm: Option<f64>,
    epoch_s: Option<f64>,
    runs: usize,
    declared_offset_s: Option<f64>,
    origins: Vec<&'static str>,
    wrong: bool,
    drifts: bool,
}

#[derive(Serialize)]
pub(super) struct AgreementWire<'a> {
    a: &'static str,
    b: &'static str,
    n: usize,
    left_out: usize,
    overlapping: usize,
    bias_s: Option<f64>,
    bias_ci95_low_s: Option<f64>,
    bias_ci95_high_s: Option<f64>,
    limits_low_s: Option<f64>,
    limits_high_s: Option<f64>,
    correlation: Option<f64>,
    pairs: Vec<PairWire<'a>>,
}

#[derive(Serialize)]
struct PairWire<'a> {
    run: &'a str,
    a_s: Option<f64>,
    b_s: Option<f64>,
}

fn named(owner: &ClockOwner) -> (&'static str, Option<&str>) {
    match owner {
        ClockOwner::Host(name) => ("host", Some(name)),
        ClockOwner::Guest => ("guest", None),
    }
}

pub(super) fn clock(clock: &Clock) -> ClockWire<'_> {
    let (owner, host) = named(&clock.owner);
    let (against, against_host) = clock.against.as_ref().map_or(("observer", None), named);
    let parts = |estimate: Option<Estimate>| {
        (round_option(estimate.map(|e| e.value)), round_option(estimate.map(|e| e.half_width)))
    };
    let ((offset_s, offset_half_width_s), (drift_ppm, drift_half_width_ppm)) =
        (parts(clock.offset_s), parts(clock.drift_ppm));
    ClockWire {
        owner,
        host,
        against,
        against_host,
        offset_s,
        offset_half_width_s,
        drift_ppm,
        drift_half_width_ppm,
        epoch_s: clock.epoch_s,
        runs: clock.runs,
        declared_offset_s: round(clock.declared_offset_s),
        origins: clock.origins.iter().map(|origin| code(origin_label(*origin))).collect(),
        wrong: clock.wrong,
        drifts: clock.drifts,
    }
}

pub(super) fn agreement<'a>(analysis: &'a Analysis, agreement: &Agreement) -> AgreementWire<'a> {
    let (bias_ci95_low_s, bias_ci95_high_s) = ends(agreement.bias_ci95);
    let (limits_low_s, limits_high_s) = ends(agreement.limits);
    let pairs = agreement.pairs.iter().map(|pair| PairWire {
        run: &analysis.runs[pair.run].id,
        a_s: round(pair.a_s),
        b_s: round(pair.b_s),
    });
    AgreementWire {
        a: agreement.a.name(),
        b: agreement.b.name(),
        n: agreement.pairs.len(),
        left_out: agreement.left_out,
        overlapping: agreement.overlapping,
        bias_s: (!agreement.pairs.is_empty()).then_some(agreement.bias_s).and_then(round),
        bias_ci95_low_s,
        bias_ci95_high_s,
        limits_low_s,
        limits_high_s,
        correlation: round_option(agreement.correlation),
        pairs: pairs.collect(),
    }
}
