//! What every figure knows of itself.

use anyhow::Result;

use crate::model::{ConditionId, Event, HostId};
use crate::show::text::Text;

/// One figure: a type for each kind, which holds what it shows.
///
/// What a figure is made of – rows, pages, panels – is computed when figures are listed. Only words and numbers
/// depend on the language, and only the drawing on widths of text.
pub trait Figure: Send + Sync {
    /// The name of its file without extension, as long as no other figure has the same.
    fn name(&self) -> String;

    /// Where it stands in the report; `None` for a file that the report does not show.
    fn place(&self) -> Option<Place<'_>>;

    fn layout(&self) -> Layout;

    /// What it shows, in words.
    fn description(&self, text: &Text) -> Description;

    /// The figure as a standalone SVG document.
    ///
    /// # Errors
    ///
    /// The fonts cannot be read, or there is more to draw than a canvas has room for.
    fn draw(&self, text: &Text) -> Result<String>;

    /// The same for the width of a telephone, where the figure would have to be moved to be seen and that hides what it is for.
    fn narrow(&self, text: &Text) -> Option<Result<String>> {
        let _ = text;
        None
    }
}

/// Where in the report a figure stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// Among all conditions side by side.
    Overview,
    /// Below those: a quantity over time in all conditions.
    Across,
    /// Below those: quantities against a numeric factor.
    Trends,
    /// Below those: a comparison of benchmarks at a glance.
    Comparison,
    /// The order in which to migrate VMs.
    Placement,
    /// The time lines of a condition.
    TimeLine(ConditionId),
    /// The service during the migrations of a condition.
    Service(ConditionId),
    /// The hosts during the migrations of a condition.
    Hosts(ConditionId),
    /// Service and hosts of a condition around another event than the campaign's first.
    Aligned(ConditionId, Event),
    /// The efficiencies of a grid, an index into [`Analysis::grids`](crate::model::Analysis::grids).
    Efficiency(usize),
    /// The values of a grid.
    Values(usize),
    /// Several VMs at once in a benchmark.
    SeveralVms(&'a str),
    /// What pre-copy transferred.
    Precopy,
    /// The agreement of methods.
    Agreement,
}

/// How much of a page's width a figure takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    Whole,
    /// Half of it, beside figures of the same row. Where all figures of a place are of one host, they stand beside
    /// each other whatever their rows.
    Half {
        row: &'static str,
        host: Option<HostId>,
    },
}

/// A figure in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    pub caption: String,
    /// For those who cannot see it.
    pub alternative: String,
}

impl Description {
    /// The texts of a key with their placeholders filled.
    pub fn new(key: &str, values: &[(&str, &str)], text: &Text) -> Self {
        Self {
            caption: text.fill(&format!("caption.{key}_figure"), values),
            alternative: text.fill(&format!("alt.{key}"), values),
        }
    }
}
