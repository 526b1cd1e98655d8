//! The report as a tree of formatted text.
//!
//! Numbers become strings exactly once, here; the templates and typesetters below only place
//! them. Both documents – HTML and PDF – are set from the same tree.

use std::collections::BTreeMap;

use serde::Serialize;

use super::live::Live;

/// A whole report, ready to be set.
#[derive(Debug, Clone, Serialize)]
pub struct Document {
    /// `en` or `de`.
    pub lang: &'static str,
    pub title: String,
    /// What the document is, under the title.
    pub subtitle: String,
    /// A warning that must not be missed, such as "reconstructed data".
    pub notice: Option<String>,
    /// Label and value: hosts, VM, number of runs, version …
    pub facts: Vec<(String, String)>,
    /// Whether the sections but the first are chapters, one a campaign.
    pub chapters: bool,
    /// Whether the contents are listed; bookmarks there are always.
    pub contents: bool,
    pub sections: Vec<Section>,
    /// What the script of the page draws, of each campaign.
    #[serde(skip)]
    pub live: Vec<Live>,
    /// Fixed words of the templates (such as "Contents"), by key.
    pub words: BTreeMap<String, String>,
    /// Which lines hold the numbers: in the page alone.
    #[serde(skip)]
    pub evidence: Option<EvidenceView>,
    /// What its script says, by key.
    pub script_words: BTreeMap<String, String>,
}

/// The lines that hold the numbers, run by run.
#[derive(Debug, Clone, Serialize)]
pub struct EvidenceView {
    pub title: String,
    pub text: String,
    /// Path of its data in the report folder.
    pub file: &'static str,
    /// Of the columns: numbers, place, lines.
    pub headings: [String; 3],
    pub runs: Vec<RunEvidence>,
    /// The lines around, for the script: of each file pieces of lines that follow each other, with the number of the first.
    #[serde(skip)]
    pub around: BTreeMap<String, Vec<(u64, Vec<String>)>>,
}

#[derive(Debug, Clone, Serialize)]
pub struct RunEvidence {
    /// Anchor.
    pub id: String,
    pub name: String,
    pub places: Vec<PlaceView>,
}

/// A place in a file, and the numbers that stand there.
#[derive(Debug, Clone, Serialize)]
pub struct PlaceView {
    pub numbers: Vec<NumberView>,
    pub file: String,
    /// The number of the line, or of the first and the last.
    pub lines: String,
    /// What stands in the first line, and in the last where that is another.
    pub first: Option<String>,
    pub last: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct NumberView {
    /// Anchor, where a number of a table leads here.
    pub id: Option<String>,
    /// As in data.
    pub name: String,
    /// What it is, with its bounds where it has some.
    pub says: Option<String>,
}

/// A section with its blocks; sections nest two deep, in a portfolio three.
#[derive(Debug, Clone, Serialize)]
pub struct Section {
    /// Anchor, unique in the document.
    pub id: String,
    pub title: String,
    pub blocks: Vec<Block>,
    pub sections: Vec<Section>,
}

/// What sections are made of. Text is plain: templates escape it.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Block {
    Paragraph {
        text: String,
    },
    /// A warning that must not be missed, as under the title of the document.
    Notice {
        text: String,
    },
    /// Label and value, as under the title of the document.
    Facts {
        items: Vec<(String, String)>,
    },
    /// Sentences made from the numbers; each may link to the section that shows them.
    Findings {
        items: Vec<FindingItem>,
    },
    /// One figure over the whole width.
    Figure {
        figure: FigureRef,
    },
    /// Figures side by side in pairs (source left, target right).
    FigurePair {
        figures: Vec<FigureRef>,
    },
    Table {
        table: TableView,
    },
    /// Terms and their explanations: how each number was computed.
    Definitions {
        items: Vec<Definition>,
    },
}

impl Document {
    /// Its tables, wherever they are.
    pub fn tables(&mut self) -> Vec<&mut TableView> {
        fn of<'a>(section: &'a mut Section, tables: &mut Vec<&'a mut TableView>) {
            tables.extend(section.blocks.iter_mut().filter_map(|block| match block {
                Block::Table { table } => Some(table),
                _ => None,
            }));
            section.sections.iter_mut().for_each(|inner| of(inner, tables));
        }
        let mut tables = Vec::new();
        self.sections.iter_mut().for_each(|section| of(section, &mut tables));
        tables
    }
}

impl Block {
    /// The anchors that its texts lead to.
    pub fn links(&self) -> Vec<&str> {
        match self {
            Block::Findings { items } => items.iter().filter_map(|item| item.link.as_deref()).collect(),
            Block::Table { table } => {
                let cells = table.rows.iter().flat_map(|row| &row.cells);
                cells.filter_map(|cell| cell.link.as_deref()).collect()
            }
            _ => Vec::new(),
        }
    }
}

#[derive(Debug, Clone, Serialize)]
pub struct FindingItem {
    pub text: String,
    /// Anchor of the section with the details.
    pub link: Option<String>,
    /// What an index of several campaigns takes first.
    #[serde(skip)]
    pub rank: Rank,
}

/// How urgent a finding is, the most urgent first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// A declared limit is exceeded, or the service or migrations were lost.
    Lost,
    /// The worst of what was measured.
    Worst,
    #[default]
    Other,
}

impl FindingItem {
    pub fn new(text: String, link: Option<String>) -> Self {
        Self { text, link, rank: Rank::default() }
    }

    pub fn ranked(self, rank: Rank) -> Self {
        Self { rank, ..self }
    }
}

/// A figure by its identifier.
#[derive(Debug, Clone, Serialize)]
pub struct FigureRef {
    pub id: String,
    /// Path in the report folder.
    pub file: String,
    pub caption: String,
    /// For those who cannot see it: what it shows, in words.
    pub alt: String,
}

#[derive(Debug, Clone, Default, Serialize)]
pub struct TableView {
    pub id: String,
    /// Path of its data in the report folder.
    pub file: String,
    pub caption: String,
    /// Lines of headings above those of the columns, the first on top; each takes all columns.
    pub above: Vec<Vec<SpanView>>,
    pub columns: Vec<ColumnView>,
    pub rows: Vec<RowView>,
    /// What the shades of the cells mean; empty without any.
    pub legend: Vec<LegendView>,
    /// How wide its columns are on paper, where it is set for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layout: Option<Layout>,
}

/// How a table is set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Layout {
    /// Below each other.
    pub parts: Vec<Part>,
    /// Whether a text takes more than one line.
    pub wrapped: bool,
}

/// Columns beside each other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// Which of the table.
    pub columns: Vec<usize>,
    /// Of the type, points.
    pub size: f64,
    /// Of each column, em.
    pub widths: Vec<f64>,
}

/// A heading over columns that stand side by side.
#[derive(Debug, Clone, Serialize)]
pub struct SpanView {
    pub text: String,
    pub columns: usize,
}

/// A shade with its meaning.
#[derive(Debug, Clone, Serialize)]
pub struct LegendView {
    pub shade: &'static str,
    pub text: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct ColumnView {
    pub heading: String,
    /// Shown under the heading, for example `s`.
    pub unit: Option<String>,
    /// Numbers align right.
    pub numeric: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct RowView {
    /// The heading of a group of rows that begins here.
    pub group: Option<String>,
    pub cells: Vec<CellView>,
    /// Set apart from the rows above (mean, deviation …).
    pub summary: bool,
}

#[derive(Debug, Clone, Default, Serialize)]
pub struct CellView {
    pub text: String,
    /// A second, smaller line.
    pub below: Option<String>,
    /// What the ground of the cell shows besides the number.
    pub shade: Option<&'static str>,
    /// Anchor of the section that the text leads to.
    pub link: Option<String>,
    /// Anchor of the lines that hold the number, in the page alone.
    pub evidence: Option<String>,
}

impl From<String> for CellView {
    fn from(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

impl From<&str> for CellView {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl CellView {
    /// The cell where there is but one line.
    pub fn in_line(&self) -> String {
        match &self.below {
            Some(below) => format!("{} ({below})", self.text),
            None => self.text.clone(),
        }
    }
}

#[derive(Debug, Clone, Serialize)]
pub struct Definition {
    pub term: String,
    pub text: String,
    /// A formula in plain Unicode, shown on a line of its own.
    pub formula: Option<String>,
}
