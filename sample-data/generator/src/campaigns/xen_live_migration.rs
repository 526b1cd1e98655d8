//! Live migration under Xen as the user of a service sees it (2010): service ping, five loads, five
//! repetitions.
//!
//! `asam`, a VM of 128 MB, migrates from `kirsche` (one processor) to `apfel` (two) while
//! `projekt3` pings it. [`published`] holds the numbers that must come back exactly; [`conditions`]
//! what the loads do; [`run`] joins them to one migration; [`recorders`] writes its logs.

pub mod conditions;
pub mod published;
pub mod recorders;
pub mod run;

use crate::SampleFile;
use conditions::Condition;
use run::Run;

/// Name of the campaign and of its folder.
pub const NAME: &str = "xen-live-migration";

/// All files of the campaign.
pub fn files() -> Vec<SampleFile> {
    Condition::ALL
        .into_iter()
        .flat_map(|condition| (1..=published::REPETITIONS).map(move |repetition| (condition, repetition)))
        .flat_map(|(condition, repetition)| recorders::record(&Run::new(condition, repetition)))
        .collect()
}
