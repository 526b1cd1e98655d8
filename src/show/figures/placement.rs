//! Which VM to migrate first: the times that decide, with what they are uncertain by, and beside them the
//! downtimes that decide where times are equal. One row per VM, from the first to the last.

use anyhow::Result;
use plotters::style::RGBColor;

use super::figure::{Description, Figure, Layout, Place};
use super::kit::canvas::{self, Canvas, Edges, Frame, Pen, Type, document};
use super::kit::legend::{Legend, Mark};
use super::kit::panel::value_axis;
use super::kit::scale::Scale;
use super::kit::theme;
use crate::model::{Analysis, Candidate, Placement};
use crate::show::tables::placement_decimals;
use crate::show::text::Text;

const TITLE_Y: i32 = 60;
const LEGEND_TOP: i32 = 125;
/// For the heads of the panels.
const HEAD: i32 = 120;
const AXIS_ROOM: i32 = 130;
const NOTE_ROOM: i32 = 80;
/// Of one VM, and if there are very many.
const PITCH: i32 = 150;
const LEAST_PITCH: i32 = 76;
/// Of all VMs: a figure is not higher than a page.
const MOST_HEIGHT: i32 = 5600;
const WIDEST_NAME: i32 = 1200;
/// Behind a panel, for the number of what ends at its edge.
const GUTTER: i32 = 420;
const DOT: i32 = 24;

/// The order in which to migrate VMs.
pub struct PlacementFigure<'a> {
    placement: &'a Placement,
}

impl<'a> PlacementFigure<'a> {
    /// `None` without an order, or for more VMs than fit a page.
    pub fn list(analysis: &'a Analysis) -> Option<Self> {
        let finite = |vm: &Candidate| vm.time_s.is_finite() && vm.time_uncertainty_s.is_finite();
        let most = usize::try_from(MOST_HEIGHT / LEAST_PITCH).unwrap_or(0);
        let placement = analysis.placement.as_ref()?;
        let drawn = (1..=most).contains(&placement.order.len()) && placement.order.iter().all(finite);
        drawn.then_some(Self { placement })
    }
}

impl Figure for PlacementFigure<'_> {
    fn name(&self) -> String {
        "placement".to_owned()
    }

    fn place(&self) -> Option<Place<'_>> {
        Some(Place::Placement)
    }

    fn layout(&self) -> Layout {
        Layout::Whole
    }

    fn description(&self, text: &Text) -> Description {
        Description::new("placement", &[], text)
    }

    fn draw(&self, text: &Text) -> Result<String> {
        let placement = self.placement;
        let vms = &placement.order;
        let count = i32::try_from(vms.len())?;
        let pitch = (MOST_HEIGHT / count.max(1)).clamp(LEAST_PITCH, PITCH);
        let legend = legend(placement, text)?;
        let top = LEGEND_TOP + legend.height() + HEAD;
        let bottom = top + count * pitch;
        let height = bottom + AXIS_ROOM + NOTE_ROOM;
        let title = text.get("figure.title.placement");
        let note = text.get("figure.note.placement");
        let names: Vec<String> =
            vms.iter().enumerate().map(|(i, vm)| format!("{}  {}", i + 1, vm.vm)).collect();
        let bold = Type::label().semi_bold().color(theme::INK);
        let left = 10 + canvas::widest(names.iter(), bold, WIDEST_NAME)? + 80;
        document((theme::FULL_WIDTH, height), title, note, |canvas| {
            canvas.text(title, (10, TITLE_Y), Type::title())?;
            let after = 10 + canvas.width(title, Type::title())? + 40;
            canvas.text(text.get("figure.unit.seconds"), (after, TITLE_Y), Type::label())?;
            legend.draw(canvas, LEGEND_TOP)?;
            for (index, name) in names.iter().enumerate() {
                let y = top + i32::try_from(index)? * pitch;
                if index > 0 {
                    let rule = [(10, y), (theme::FULL_WIDTH - 10, y)];
                    canvas.line(&rule, Pen::new(theme::GRID, theme::RULE))?;
                }
                canvas.text(&canvas.fit(name, left - 60, bold)?, (10, y + pitch / 2), bold)?;
            }
            let panels: Vec<Panel> = [times(placement), downtimes(vms)].into_iter().flatten().collect();
            let width = (theme::FULL_WIDTH - left) / i32::try_from(panels.len())?;
            for (place, panel) in panels.iter().enumerate() {
                let left = left + i32::try_from(place)? * width;
                let edges = Edges { left, right: left + width - GUTTER, top, bottom };
                panel.draw(canvas, edges, pitch, placement, text)?;
            }
            let note = canvas.fit(note, theme::FULL_WIDTH - 20, Type::label())?;
            canvas.text(&note, (10, height - 50), Type::label())
        })
    }
}

/// The colour of those that have to migrate and of those that may stay, where there are both.
fn legend(placement: &Placement, text: &Text) -> Result<Legend> {
    let split = placement.to_migrate.is_some_and(|n| n > 0 && n < placement.order.len());
    let entry =
        |index: usize, key: &str| (Mark::Patches(vec![color(placement, index)]), text.get(key).to_owned());
    let entries = match placement.to_migrate.filter(|_| split) {
        Some(n) => vec![entry(0, "figure.to_migrate"), entry(n, "figure.to_stay")],
        None => Vec::new(),
    };
    Legend::new(entries, (10, theme::FULL_WIDTH - 10))
}

fn color(placement: &Placement, index: usize) -> RGBColor {
    let stays = placement.to_migrate.is_some_and(|n| n > 0 && index >= n);
    if stays { theme::AXIS } else { theme::GROUPS[0] }
}

/// One quantity of all VMs.
struct Panel {
    head: &'static str,
    scale: Scale,
    /// Of each VM its value and half the width of its interval.
    values: Vec<Option<(f64, Option<f64>)>>,
    decimals: usize,
}

/// Dots on an axis around them.
fn times(placement: &Placement) -> Option<Panel> {
    let vms = &placement.order;
    let decimals = usize::from(placement_decimals(placement));
    let ends = |vm: &Candidate| [vm.time_s - vm.time_uncertainty_s, vm.time_s + vm.time_uncertainty_s];
    let (low, high) = extent(vms.iter().flat_map(ends));
    let values = vms.iter().map(|vm| Some((vm.time_s, Some(vm.time_uncertainty_s)))).collect();
    Some(Panel {
        head: "figure.migration_time",
        scale: Scale::around(low.max(0.0), high, 4),
        values,
        decimals,
    })
}

/// Bars from zero; `None` where no downtime is known.
fn downtimes(vms: &[Candidate]) -> Option<Panel> {
    let known = |vm: &Candidate| vm.downtime_s.filter(|seconds| seconds.is_finite());
    let values: Vec<_> = vms.iter().map(|vm| known(vm).map(|seconds| (seconds, None))).collect();
    let (_, high) = extent(values.iter().flatten().map(|(seconds, _)| *seconds));
    // Three digits of the longest.
    let decimals = if high > 0.0 { (2.0 - high.log10().floor()).clamp(0.0, 3.0) as usize } else { 0 };
    let panel = Panel { head: "figure.downtime", scale: Scale::from_zero(high, 4), values, decimals };
    panel.values.iter().any(Option::is_some).then_some(panel)
}

fn extent(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
}

impl Panel {
    fn draw(
        &self,
        canvas: &Canvas,
        edges: Edges,
        pitch: i32,
        placement: &Placement,
        text: &Text,
    ) -> Result<()> {
        let frame = Frame::new(edges, (self.scale.low, self.scale.high), (0.0, 1.0));
        value_axis(canvas, &frame, &self.scale, text)?;
        let head = canvas.fit(text.get(self.head), edges.right - edges.left + GUTTER - 40, Type::title())?;
        canvas.text(&head, (edges.left, edges.top - 50), Type::title())?;
        for (index, value) in self.values.iter().enumerate() {
            let y = edges.top + i32::try_from(index)? * pitch + pitch / 2;
            let color = color(placement, index);
            let Some((seconds, half)) = *value else {
                let missing = text.get("report.missing");
                canvas.text(missing, (edges.left + 16, y), Type::label())?;
                continue;
            };
            let x = frame.x(seconds);
            let number = |seconds: f64| text.number(seconds, self.decimals);
            let (end, label) = match half {
                Some(half) => {
                    let (low, high) = (frame.x(seconds - half), frame.x(seconds + half));
                    let pen = Pen::new(color, theme::CURVE);
                    canvas.line(&[(low, y), (high, y)], pen)?;
                    for end in [low, high] {
                        canvas.line(&[(end, y - 22), (end, y + 22)], pen)?;
                    }
                    canvas.dot((x, y), DOT, color, 1.0)?;
                    (high, format!("{} ± {}", number(seconds), number(half)))
                }
                None => {
                    let half = pitch * 3 / 10;
                    canvas.rectangle(
                        (edges.left, y - half),
                        (x.max(edges.left + 6), y + half),
                        color,
                        1.0,
                    )?;
                    (x, number(seconds))
                }
            };
            let width = canvas.width(&label, Type::label())?;
            // The grid does not run through numbers.
            canvas.rectangle((end + 30, y - 34), (end + 40 + width, y + 34), theme::PAPER, 1.0)?;
            canvas.text(&label, (end + 40, y), Type::label().color(theme::INK))?;
        }
        Ok(())
    }
}
