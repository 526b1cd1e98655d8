//! The documents of a report.
//!
//! One [`view::Document`] of formatted text is composed from the analysis ([`compose`]) and set as HTML, as PDF and
//! for TeX. Of several campaigns that are not put side by side one document holds a chapter each.

mod columns;
pub mod compose;
pub mod format;
pub mod html;
pub mod live;
pub mod outline;
pub mod pdf;
pub mod tex;
pub mod view;

#[cfg(test)]
pub(crate) mod example;

use serde::{Deserialize, Serialize};

/// The documents of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum DocumentFormat {
    Html,
    Pdf,
    /// `report.tex`, and each figure as PDF beside its SVG
    Tex,
}

/// How much of an analysis the documents show. Figures, tables and data of the folder are the same with each.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Detail {
    /// The answer on a page: what was found, the table of conditions, their figure
    Brief,
    /// Also what conditions have in common, a page for each, checks, data quality and methods
    #[default]
    Standard,
    /// Everything: hosts, phases and checks of each condition, every table
    Full,
}

impl DocumentFormat {
    /// What its file is called in a report folder.
    pub fn file_name(self) -> &'static str {
        match self {
            DocumentFormat::Html => "report.html",
            DocumentFormat::Pdf => "report.pdf",
            DocumentFormat::Tex => "report.tex",
        }
    }
}
