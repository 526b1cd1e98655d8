//! The testbed of the study of 2010, whatever the service that runs in the VM.
//!
//! `asam`, a VM of 128 MB, migrates from `kirsche` (one processor) to `apfel` (two) under one of five
//! loads. [`conditions`] says what the loads do; [`run`] joins what a campaign knows of a run to one
//! migration; [`recorders`] writes its logs.

pub mod conditions;
pub mod recorders;
pub mod run;

use conditions::Condition;

/// Repetitions of each condition.
pub const REPETITIONS: usize = 5;

/// Conditions and repetitions in the order in which they were run.
pub fn runs() -> impl Iterator<Item = (Condition, usize)> {
    Condition::ALL
        .into_iter()
        .flat_map(|condition| (1..=REPETITIONS).map(move |repetition| (condition, repetition)))
}
