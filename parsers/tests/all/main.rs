//! Tests of the parsers from the outside: fixtures with exact values and diagnostics, and properties.
//!
//! `fixtures/FORMAT/valid` are logs that are read without a loss, however odd they are; `invalid` are damaged
//! ones. Each odd thing that a format's documentation names has a fixture and a test here.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;
mod declared;
mod detection;
mod formats;
mod growth;
mod lines;
mod parts;
mod pieces;
mod properties;
mod samples;
mod stamped_lines;
mod strangers;
mod table;
mod together;
mod zones;
