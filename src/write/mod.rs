//! What a report leaves on the disk.
//!
//! [`report`] assembles the report folder from documents, figures and data, as far as each can be made ([`attempt`]); `summary.json`, CSV, TeX and Parquet are
//! written by [`json`], [`tables`] and [`curves`]; [`dataset`] writes the aligned series for analyses elsewhere, [`frames`] are the numbers as rows.
//! [`manifest`] says what came from what, and compares it again; [`output`] is the only writer.

pub mod attempt;
pub mod curves;
pub mod dataset;
pub mod frames;
pub mod json;
pub mod manifest;
mod number;
pub mod output;
mod present;
pub mod report;
pub mod tables;
