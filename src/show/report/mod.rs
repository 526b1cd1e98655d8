//! The documents of a report.
//!
//! One [`view::Document`] of formatted text is composed from the analysis ([`compose`]) and set twice, as HTML and as
//! PDF. Of several campaigns that are not put side by side one document holds a chapter each.

mod columns;
pub mod compose;
pub mod format;
pub mod html;
pub mod outline;
pub mod pdf;
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
}

impl DocumentFormat {
    /// What its file is called in a report folder.
    pub fn file_name(self) -> &'static str {
        match self {
            DocumentFormat::Html => "report.html",
            DocumentFormat::Pdf => "report.pdf",
        }
    }
}
