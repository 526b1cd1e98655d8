//! What would be declared of a table, line by line.

use super::group::{Group, Time};
use crate::init::strings::literal;

/// As what a table is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Probes,
    Events,
    Series,
}

impl Kind {
    /// The name of its table in `campaign.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Probes => "probes",
            Self::Events => "events",
            Self::Series => "series",
        }
    }
}

/// A line of a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A comment.
    Said(String),
    Key(String),
    /// One that would have to be filled in or decided.
    Off(String),
}

/// A declaration without its `files`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    pub kind: Kind,
    /// What such a table is, in words.
    pub what: &'static str,
    pub lines: Vec<Line>,
    /// What a person has to look at.
    pub check: Vec<String>,
    /// Whether it says nothing, or something wrong, before a question is answered.
    pub is_open: bool,
}

impl Declaration {
    pub fn new(kind: Kind, what: &'static str) -> Self {
        Self { kind, what, lines: Vec::new(), check: Vec::new(), is_open: false }
    }

    pub fn said(&mut self, text: &str) {
        self.lines.push(Line::Said(text.to_owned()));
    }

    pub fn key(&mut self, key: &str, value: &str) {
        self.lines.push(Line::Key(format!("{key} = {value}")));
    }

    pub fn off(&mut self, key: &str, value: &str) {
        self.lines.push(Line::Off(format!("{key} = {value}")));
    }

    pub fn time(&mut self, group: &Group, time: &Time) {
        self.key("time", &literal(group.name(time.column)));
        if let Some(format) = time.format {
            self.key("time_format", &format!("\"{format}\""));
        }
    }

    /// The declaration of these files, without comments.
    pub fn text(&self, files: &str) -> String {
        let keys = self.lines.iter().filter_map(|line| match line {
            Line::Key(key) => Some(format!("{key}\n")),
            Line::Said(_) | Line::Off(_) => None,
        });
        format!("[[{}]]\nfiles = {}\n{}", self.kind.name(), literal(files), keys.collect::<String>())
    }
}
