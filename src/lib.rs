//! `stillstand` turns the logs of a virtualisation testbed into answers.
//!
//! Data flow one way, and the modules stand in that order:
//!
//! 1. [`session`] lists the files of a campaign folder and what their names say, after
//!    [`config`] has read `campaign.toml`;
//! 2. [`load`] reads, hashes, detects and parses them (the parsers are a crate of their own);
//! 3. [`align`] puts the logs of one run on one axis: seconds since the migration request;
//!    [`clocks`] says how far the clocks are apart that stamped them;
//! 4. [`metrics`] makes numbers of one run, [`aggregate`] of the repetitions of one condition with
//!    [`stats`], [`convergence`] of its rounds, [`sweep`] of quantities against a number, [`agreement`] of the
//!    methods over all runs, [`findings`] sentences-to-be of the whole;
//!    [`pipeline`] drives all this;
//! 5. [`analysis`] is the plain data between the halves;
//! 6. [`tables`] and [`figures`] show it, [`report`] sets the documents, [`export`] writes data,
//!    [`provenance`] says what came from what, and [`output`] puts the folder on the disk.
//!
//! Beside the flow stand [`dataset`], the aligned series as Parquet for analyses elsewhere, [`init`], which looks at a
//! folder and proposes its `campaign.toml`, and [`timing`], which says when a single log was written and where it has gaps.
//! [`parquet`] writes and reads frames for several of them.
//!
//! What is below the analysis never imports what is above it; `tests/it/tidy.rs` keeps it so.

pub mod aggregate;
pub mod agreement;
pub mod align;
pub mod analysis;
pub mod cli;
pub mod clocks;
pub mod config;
pub mod convergence;
pub mod dataset;
pub mod diagnostics;
pub mod efficiency;
pub mod export;
pub mod figures;
pub mod findings;
pub mod init;
pub mod load;
pub mod metrics;
pub mod output;
pub mod parquet;
pub mod pipeline;
pub mod placement;
pub mod provenance;
pub mod report;
pub mod session;
pub mod stats;
pub mod sweep;
pub mod tables;
pub mod text;
pub mod timing;
