//! What a migration transferred: as the hypervisor tells it, as the network counted it, as pages make it.

use serde::{Serialize, Serializer};

use super::data::{self, fields};
use super::{Relocate, Relocation, Status, Verdict};
use crate::stats::Interval;

/// The three beside each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Transfer {
    /// How the job ended that the figures are of.
    pub status: Status,
    /// Log of the hypervisor, relative to the campaign folder.
    pub source_file: String,
    /// What the hypervisor tells. Above 0.
    pub told_bytes: f64,
    /// By each counter that the migration went through; empty where none was logged.
    pub counted: Vec<Counted>,
    /// `None` where the hypervisor does not tell pages by their kind.
    pub pages: Option<PageBytes>,
}

impl Relocate for Transfer {
    fn relocate(&mut self, to: &Relocation) {
        let Self { status: _, source_file, told_bytes: _, counted, pages: _ } = self;
        to.path(source_file);
        counted.relocate(to);
    }
}

impl Transfer {
    /// The worst of all comparisons; `None` without any.
    pub fn verdict(&self) -> Option<Verdict> {
        let of_pages = self.pages.map(|pages| pages.verdict);
        self.counted.iter().map(|counted| counted.verdict).chain(of_pages).max()
    }
}

impl Serialize for Transfer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fields!(serializer, {
            told_bytes: self.told_bytes,
            source_file: self.source_file,
            counted: self.counted,
            pages: self.pages,
            verdict: self.verdict(),
        })
    }
}

/// What the network counter of one host carried beyond its baseline while the VM migrated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Counted {
    pub host: String,
    /// Name of the quantity in the log, for example `net.sent`.
    pub counter: String,
    /// Path relative to the campaign folder.
    pub source_file: String,
    pub bytes: f64,
    /// ±, from the spread of the baseline.
    pub uncertainty_bytes: f64,
    /// By what share it exceeds what the hypervisor tells: counted ÷ told − 1.
    pub surplus: f64,
    /// Between what that is to be expected.
    #[serde(flatten, serialize_with = "data::expected")]
    pub expected: Interval,
    pub verdict: Verdict,
}

impl Relocate for Counted {
    fn relocate(&mut self, to: &Relocation) {
        let Self {
            host: _,
            counter: _,
            source_file,
            bytes: _,
            uncertainty_bytes: _,
            surplus: _,
            expected: _,
            verdict: _,
        } = self;
        to.path(source_file);
    }
}

/// What the pages that a hypervisor counts take on the network, by its own format.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PageBytes {
    pub bytes: f64,
    /// By what share it exceeds what the hypervisor tells: of pages ÷ told − 1.
    pub surplus: f64,
    /// Between what that is to be expected.
    #[serde(flatten, serialize_with = "data::expected")]
    pub expected: Interval,
    pub verdict: Verdict,
}
