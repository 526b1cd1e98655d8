//! Figures: the analysis in, SVG out.
//!
//! [`list`] lists every figure that the data allow, in the order of the report. Each kind of figure is a type in a file
//! of its own, which knows what it shows, where it belongs, its caption and its drawing (the trait [`Figure`]). What
//! they have in common to draw with is the kit, which knows none of them. All is pure: the same analysis gives the
//! same bytes.
//!
//! One unit of every drawing is a tenth of a typographic point at the printed size: a figure of a
//! pair is 8.4 cm wide, one over the whole width 17 cm. plotters rounds to whole units, so that
//! this fineness also decides how smooth curves are.
//!
//! The drawings carry no identifiers, classes, clip paths or external references: any number of
//! them can stand in one page, and the same bytes serve HTML, PDF and files. What they say about a
//! figure in words is its `<title>` and `<desc>`.
//!
//! Absent on purpose: interpolation across gaps, second y axes, and statistics – means and
//! intervals come from the analysis; here values are placed, thinned and labelled only.

mod agreement;
mod efficiency;
mod figure;
mod heat_map;
mod kit;
mod over_time;
mod overlay;
mod overview;
mod placement;
mod rounds;
mod several_vms;
mod sweep;
mod time_line;
mod values;

#[cfg(test)]
pub(crate) mod tests;

use std::collections::BTreeSet;

use anyhow::{Context, Result};

use crate::model::Analysis;
use crate::show::text::Text;

pub use figure::{Description, Figure, Layout, Place};

use agreement::AgreementFigure;
use efficiency::EfficiencyFigure;
use heat_map::HeatMapFigure;
pub use kit::theme;
pub use kit::units::of_curves;
use over_time::OverTimeFigure;
pub use overlay::OverlayFigure;
pub use overview::OverviewFigure;
use placement::PlacementFigure;
use rounds::RoundsFigure;
use several_vms::SeveralVmsFigure;
use sweep::SweepFigure;
use time_line::TimeLineFigure;
use values::ValuesFigure;

/// A figure with an identifier that no other figure of the analysis has.
pub struct Listed<'a> {
    /// File name without extension, for example `memtester-kirsche-cpu-by-domain`.
    pub id: String,
    pub figure: Box<dyn Figure + 'a>,
}

impl Listed<'_> {
    /// The figure as a standalone SVG document.
    ///
    /// # Errors
    ///
    /// It cannot be drawn, which is a mistake in the program.
    pub fn draw(&self, text: &Text) -> Result<String> {
        self.figure.draw(text).with_context(|| format!("figure {}", self.id))
    }
}

/// What the figure of an identifier is called where it is drawn for narrow windows.
pub fn narrow_id(id: &str) -> String {
    format!("{id}~narrow")
}

/// Every figure that the data allow, in the order of the report.
///
/// # Errors
///
/// The fonts cannot be read by which it is decided how much fits a page.
pub fn list(analysis: &Analysis) -> Result<Vec<Listed<'_>>> {
    let mut list = List::default();
    list.add(OverviewFigure::list(analysis));
    list.add(OverlayFigure::list(analysis));
    list.add(PlacementFigure::list(analysis));
    list.add(SweepFigure::list(analysis));
    list.add(RoundsFigure::list(analysis));
    list.add(AgreementFigure::list(analysis));
    let mut first = true;
    for grid in 0..analysis.grids.len() {
        let heat_maps = HeatMapFigure::list(analysis, grid, first);
        first &= heat_maps.is_empty();
        list.add(heat_maps);
        list.add(EfficiencyFigure::list(analysis, grid));
    }
    list.add(ValuesFigure::list(analysis)?);
    list.add(SeveralVmsFigure::list(analysis));
    list.add(TimeLineFigure::list(analysis));
    list.add(OverTimeFigure::list(analysis));
    Ok(list.figures)
}

#[derive(Default)]
struct List<'a> {
    figures: Vec<Listed<'a>>,
    /// The identifiers, in lower case: some file systems do not distinguish it.
    taken: BTreeSet<String>,
}

impl<'a> List<'a> {
    fn add<F: Figure + 'a>(&mut self, figures: impl IntoIterator<Item = F>) {
        for figure in figures {
            let id = self.free_id(&figure.name());
            self.figures.push(Listed { id, figure: Box::new(figure) });
        }
    }

    /// `wanted`, or with the first number that makes it different from all before.
    fn free_id(&mut self, wanted: &str) -> String {
        let mut id = wanted.to_owned();
        let mut number = 2;
        while !self.taken.insert(id.to_ascii_lowercase()) {
            id = format!("{wanted}-{number}");
            number += 1;
        }
        id
    }
}
