//! A campaign as a dataset: what is left of its runs once they are measured, so that all that comes after can be made of it as
//! of the logs.
//!
//! ```text
//! manifest.json                what it is made from: Description
//! inputs.parquet               the files that were read, with their hashes
//! results.parquet              what benchmarks measured
//! diagnostics.parquet          what is wrong with the campaign as a whole
//! part-03-of-16/runs.parquet   the runs of a shard; beside it outages, rounds, events, bins, samples
//! ```
//!
//! Every shard surveys the whole campaign, so that what stands above the parts comes out the same from each, and measures its own
//! runs. A part says in the footer of its `runs.parquet` what it belongs to ([`Record`]), and is there as a whole or not
//! at all. Tables are for people; what is read back is the column `kept` ([`kept`](crate::model::kept)), and of `bins` and
//! `inputs` all columns. A [`Survey`] is what a dataset is made of, [`read()`] reads it, `write::dataset` writes it.

mod identity;
mod read;
mod rows;
mod shard;
mod state;
mod survey;

pub use identity::{Description, GENERATOR, Identity, Record, differences};
pub use read::{Read, inputs, read};
pub use rows::{ID, Left, bins, inputs as inputs_columns, kept_column};
pub use shard::{Shard, run_id};
pub use state::{Dataset, Part};
pub use survey::{Quoted, Survey};

/// Raised with the layout; what is kept of runs has a shape of its own beside it.
pub const SCHEMA: u32 = 2;

/// The tables of a part, by the names of their files.
pub mod tables {
    pub const RUNS: &str = "runs.parquet";
    pub const OUTAGES: &str = "outages.parquet";
    pub const ROUNDS: &str = "rounds.parquet";
    pub const EVENTS: &str = "events.parquet";
    pub const BINS: &str = "bins.parquet";
    pub const SAMPLES: &str = "samples.parquet";
    /// All of a part.
    pub const OF_PART: [&str; 6] = [RUNS, OUTAGES, ROUNDS, EVENTS, BINS, SAMPLES];

    pub const INPUTS: &str = "inputs.parquet";
    pub const RESULTS: &str = "results.parquet";
    pub const DIAGNOSTICS: &str = "diagnostics.parquet";
}
