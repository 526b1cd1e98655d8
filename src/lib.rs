//! `stillstand` turns the logs of a virtualisation testbed into answers.
//!
//! The program has floors; each uses only those below it, and `tests/it/floors.rs` keeps it so. From the ground up:
//!
//! 1. [`stats`]: numbers in, numbers out; imports nothing of ours. [`model`]: what the program knows, plain data.
//! 2. [`input`]: a campaign folder → parsed logs (the parsers are a crate of their own).
//! 3. [`run`]: the logs of one run → its numbers.
//! 4. [`campaign`]: the repetitions of all conditions → an [`Analysis`](model::Analysis). Beside it [`init`], which
//!    looks at a folder and proposes its `campaign.toml`.
//! 5. [`show`]: what people see: texts, tables, figures, the report as one tree of formatted text.
//! 6. [`write`](mod@write): what a report leaves on the disk: documents, data, the manifest and its verification.
//! 7. [`cli`]: one thin file per command.

pub mod campaign;
pub mod cli;
pub mod init;
pub mod input;
pub mod model;
pub mod run;
pub mod show;
pub mod stats;
pub mod write;
