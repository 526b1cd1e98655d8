//! What people see of an analysis, all in memory.
//!
//! [`text`] holds the words in English and German, [`tables`] the typed rows, [`figures`] the SVG, [`pictures`] the same as PNG and PDF, and [`report`]
//! composes them into one tree of formatted text and sets it as HTML and as PDF.

pub mod figures;
mod fonts;
pub mod pictures;
pub mod report;
pub mod tables;
pub mod text;
