//! Conditions: what runs have in common.

use serde::{Serialize, Serializer};

use super::data::{self, fields};
use super::{Factors, Id, Listed, Relocate, Relocation, RunId};
use crate::stats::clopper_pearson;

/// One combination of factor levels; its runs are repetitions of each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// Stable identifier fit for file names and anchors, for example `memtester`.
    pub id: String,
    pub factors: Factors,
    /// Those of it, in the order of repetitions.
    pub runs: Vec<RunId>,
    /// Completed runs among them.
    pub completed: usize,
    /// Runs among them that did not complete: failed, cancelled or without an end. Of the others no log says how they
    /// ended.
    pub failed: usize,
    /// Runs in which no log saw the service come back.
    pub not_returned: usize,
}

impl Condition {
    /// One without runs.
    pub fn new(id: String, factors: Factors) -> Self {
        Self { id, factors, runs: Vec::new(), completed: 0, failed: 0, not_returned: 0 }
    }
}

/// As `summary.json` lists conditions: the share of completed runs with the ends of its 95 % interval (Clopper and
/// Pearson, 1934), of the runs whose fate is known.
impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let known = self.completed + self.failed;
        let rate = (known > 0).then(|| clopper_pearson(self.completed, known));
        fields!(serializer, {
            factors: self.factors,
            runs: self.runs.len(),
            completed: self.completed,
            completed_low: rate.map(|rate| rate.low),
            completed_high: rate.map(|rate| rate.high),
            not_returned: self.not_returned,
        })
    }
}

pub type ConditionId = Id<Condition>;

impl Serialize for ConditionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(data::CONDITION, &self.index())
    }
}

/// What ran at the same time in a condition; `null` where its factors do not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context(pub ConditionId);

impl Serialize for Context {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(data::CONTEXT, &self.0.index())
    }
}

impl Listed for Condition {
    fn before(to: &Relocation) -> usize {
        to.conditions
    }
}

impl Relocate for Condition {
    fn relocate(&mut self, to: &Relocation) {
        let Self { id: _, factors: _, runs, completed: _, failed: _, not_returned: _ } = self;
        runs.relocate(to);
    }
}
