//! The wire types of what a migration transferred, as told and as counted.

use serde::Serialize;

use super::super::number::round;
use crate::model::{Counted, PageBytes, Transfer};
use crate::show::tables::labels::{code, verdict_label};

#[derive(Serialize)]
pub(super) struct TransferWire<'a> {
    told_bytes: Option<f64>,
    source_file: &'a str,
    counted: Vec<CountedWire<'a>>,
    pages: Option<PagesWire>,
    verdict: Option<&'static str>,
}

#[derive(Serialize)]
struct CountedWire<'a> {
    host: &'a str,
    counter: &'a str,
    source_file: &'a str,
    bytes: Option<f64>,
    uncertainty_bytes: Option<f64>,
    /// Counted ÷ told − 1.
    surplus: Option<f64>,
    expected_low: Option<f64>,
    expected_high: Option<f64>,
    verdict: &'static str,
}

#[derive(Serialize)]
struct PagesWire {
    bytes: Option<f64>,
    /// Of pages ÷ told − 1.
    surplus: Option<f64>,
    expected_low: Option<f64>,
    expected_high: Option<f64>,
    verdict: &'static str,
}

pub(super) fn transfer(transfer: &Transfer) -> TransferWire<'_> {
    TransferWire {
        told_bytes: round(transfer.told_bytes),
        source_file: &transfer.source_file,
        counted: transfer.counted.iter().map(counted).collect(),
        pages: transfer.pages.map(pages),
        verdict: transfer.verdict().map(|verdict| code(verdict_label(verdict))),
    }
}

fn counted(counted: &Counted) -> CountedWire<'_> {
    CountedWire {
        host: &counted.host,
        counter: &counted.counter,
        source_file: &counted.source_file,
        bytes: round(counted.bytes),
        uncertainty_bytes: round(counted.uncertainty_bytes),
        surplus: round(counted.surplus),
        expected_low: round(counted.expected.low),
        expected_high: round(counted.expected.high),
        verdict: code(verdict_label(counted.verdict)),
    }
}

fn pages(pages: PageBytes) -> PagesWire {
    PagesWire {
        bytes: round(pages.bytes),
        surplus: round(pages.surplus),
        expected_low: round(pages.expected.low),
        expected_high: round(pages.expected.high),
        verdict: code(verdict_label(pages.verdict)),
    }
}
