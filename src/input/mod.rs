//! A campaign folder → parsed logs.
//!
//! [`config`] reads `campaign.toml`, [`folder`] lists the files that may be read, [`session`] what their names say,
//! [`load`] reads, hashes, detects and parses them (the parsers are a crate of their own), [`digest`] is what the campaign
//! as a whole needs of each, [`memory`] how much of them is read at once, [`dates`] dates what lacks its year or day, [`anchors`] what counts from the start of a clock, [`intervals`] leaves out what tools say of
//! each interval where nothing migrates, [`doubts`]
//! leaves out what cannot be placed ([`numbers`]: whether numbers in names are repetitions), [`parts`] makes runs of what a file holds several
//! of. [`passing`] surveys a long log without holding it, and [`timing`] says when a single log was written and where it has gaps, for `inspect`. [`parquet`] reads tables, and
//! writes them for the floors above.

pub mod anchors;
pub mod config;
pub mod dates;
pub mod digest;
pub mod doubts;
pub mod folder;
pub mod intervals;
pub mod load;
pub mod memory;
pub mod numbers;
pub mod parquet;
pub mod parts;
pub mod passing;
pub mod session;
pub mod timing;
