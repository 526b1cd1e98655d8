//! `stillstand` turns the logs of a virtualisation testbed into answers.

pub mod analysis;
pub mod figures;
pub mod report;
pub mod stats;
pub mod tables;
pub mod text;
