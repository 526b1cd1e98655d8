//! What each round of pre-copy sent, over time: small multiples, one panel per condition.
//!
//! A step is a round: as long as it took, as high as what it sent. Where pre-copy converges the steps go down and get
//! shorter; where it does not they stay. All panels share the axis of megabytes, and that of seconds unless the
//! shortest migration would shrink to nothing on it. Drawn strong is the repetition of median length. The round in which
//! a migration was given up is not whole and left out, unless it is the only one.

use std::collections::BTreeSet;

use anyhow::Result;
use plotters::style::RGBColor;

use super::figure::{Description, Figure, Layout, Place};
use super::kit::canvas::{Canvas, Edges, Frame, Pen, Point, Type, document};
use super::kit::legend::{Legend, Mark};
use super::kit::pages::pages;
use super::kit::scale::{Scale, Spread};
use super::kit::theme::{self, Quantity};
use crate::model::{Analysis, Convergence, Entries, Hypervisor, PrecopyRound, RunId, Status};
use crate::show::tables::labels::condition_label;
use crate::show::text::Text;

const TITLE_Y: i32 = 60;
const LEGEND_TOP: i32 = 110;
/// From the left edge to the panels.
const LEFT: i32 = 240;
const RIGHT: i32 = 70;
const BETWEEN: i32 = 110;
const PLOT_HEIGHT: i32 = 520;
/// Above a plot: the names of the panel; below it: the ticks.
const HEAD: i32 = 210;
const FOOT: i32 = 150;
/// Panels of a figure: more make further figures.
const MOST_PANELS: usize = 12;
/// One axis of seconds for all, if the shortest migration takes this share of it.
const LEAST_SHARE: f64 = 0.15;
const DOT: i32 = 23;
const MEGABYTE: f64 = 1e6;

/// One round: from when until when, and what it sent.
struct Step {
    from: f64,
    to: f64,
    megabytes: f64,
}

/// One repetition.
struct Repetition {
    steps: Vec<Step>,
    typical: bool,
    completed: bool,
}

/// One condition.
struct Panel<'a> {
    convergence: &'a Convergence,
    /// The typical one last, so that it lies in front.
    repetitions: Vec<Repetition>,
}

impl Panel<'_> {
    fn steps(&self) -> impl Iterator<Item = &Step> {
        self.repetitions.iter().flat_map(|repetition| &repetition.steps)
    }

    fn length(&self) -> f64 {
        self.steps().map(|step| step.to).fold(0.0, f64::max)
    }
}

/// The rounds of as many conditions as fit a page.
pub struct RoundsFigure<'a> {
    analysis: &'a Analysis,
    /// Whether steps are as long as rounds took.
    timed: bool,
    panels: Vec<Panel<'a>>,
}

impl<'a> RoundsFigure<'a> {
    /// As many figures as the conditions need whose hypervisor knows rounds.
    pub fn list(analysis: &'a Analysis) -> Vec<Self> {
        let timed = is_timed(analysis);
        let panel = |convergence| {
            let repetitions = repetitions(convergence, timed, analysis);
            (!repetitions.is_empty()).then_some(Panel { convergence, repetitions })
        };
        let panels = pages(analysis.convergence.iter().filter_map(panel).collect(), MOST_PANELS);
        panels.into_iter().map(|panels| Self { analysis, timed, panels }).collect()
    }
}

impl Figure for RoundsFigure<'_> {
    fn name(&self) -> String {
        "rounds".to_owned()
    }

    fn place(&self) -> Option<Place<'_>> {
        Some(Place::Precopy)
    }

    fn layout(&self) -> Layout {
        Layout::Whole
    }

    fn description(&self, text: &Text) -> Description {
        Description::new("rounds", &[], text)
    }

    fn draw(&self, text: &Text) -> Result<String> {
        let panels = &self.panels;
        let columns = columns(panels.len());
        let page = Page::new(self, columns, text)?;
        let rows = i32::try_from(panels.len().div_ceil(columns))?;
        let bottom = page.top + rows * (HEAD + PLOT_HEIGHT + FOOT);
        let title = text.get("figure.title.rounds");
        let note = page.note(panels);
        document((theme::FULL_WIDTH, bottom + 250), title, &note, |canvas| {
            page.heading(canvas, title)?;
            for (index, panel) in panels.iter().enumerate() {
                page.panel(canvas, panel, index)?;
            }
            let axis = text.get(if self.timed { "figure.time_since_transfer" } else { "figure.round" });
            let middle = (LEFT + theme::FULL_WIDTH - RIGHT) / 2;
            canvas.text(axis, (middle, bottom + 60), Type::label().centred())?;
            let note = canvas.fit(&note, theme::FULL_WIDTH - 20, Type::label())?;
            canvas.text(&note, (10, bottom + 190), Type::label())
        })
    }
}

/// The repetitions of a condition.
fn repetitions(convergence: &Convergence, timed: bool, analysis: &Analysis) -> Vec<Repetition> {
    let Some(condition) = analysis.conditions.entry(convergence.condition) else { return Vec::new() };
    let repetition = |&id: &RunId| {
        let run = &analysis.runs[id];
        let completed = run.migration.status == Status::Completed;
        let mut steps = steps(run.hypervisor.as_ref()?, timed);
        if !completed && steps.len() > 1 {
            steps.pop();
        }
        let typical = convergence.typical == Some(id);
        (!steps.is_empty()).then_some(Repetition { steps, typical, completed })
    };
    let mut repetitions: Vec<Repetition> = condition.runs.iter().filter_map(repetition).collect();
    repetitions.sort_by_key(|repetition| repetition.typical);
    repetitions
}

/// The rounds one after another; without their durations one beside the other.
fn steps(account: &Hypervisor, timed: bool) -> Vec<Step> {
    let mut at = 0.0;
    let step = |round: &PrecopyRound| {
        let from = if timed { at } else { round.number as f64 - 0.5 };
        let to = if timed { at + round.duration_s.unwrap_or(0.0) } else { from + 1.0 };
        at = to;
        let bytes = round.bytes_sent.or_else(|| Some(round.pages_sent * account.page_bytes?))?;
        let megabytes = bytes / MEGABYTE;
        [from, to, megabytes].iter().all(|v| v.is_finite()).then_some(Step { from, to, megabytes })
    };
    account.rounds.iter().filter_map(step).collect()
}

/// Whether all rounds but the last ones have a duration.
fn is_timed(analysis: &Analysis) -> bool {
    let accounts = analysis.runs.iter().filter_map(|run| run.hypervisor.as_ref());
    let mut but_last =
        accounts.flat_map(|account| account.rounds.split_last().map_or(&[][..], |(_, before)| before));
    but_last.all(|round| round.duration_s.is_some())
}

/// Panels beside each other: no row is left with few.
fn columns(panels: usize) -> usize {
    match panels {
        0..=4 => panels.max(1),
        5 | 6 | 9 => 3,
        _ => 4,
    }
}

/// What the panels of a figure have in common.
struct Page<'a> {
    analysis: &'a Analysis,
    text: &'a Text,
    columns: usize,
    legend: Legend,
    /// Upper edge of the first row.
    top: i32,
    y: Scale,
    /// `None` where each panel has its own.
    x: Option<Scale>,
}

impl<'a> Page<'a> {
    fn new(figure: &RoundsFigure<'a>, columns: usize, text: &'a Text) -> Result<Self> {
        let panels = &figure.panels;
        let verdicts: BTreeSet<Option<bool>> =
            panels.iter().map(|panel| panel.convergence.converges).collect();
        let entries =
            [Some(true), Some(false), None].into_iter().filter(|verdict| verdicts.contains(verdict));
        let entries = entries
            .map(|verdict| (Mark::Patches(vec![color(verdict)]), text.get(verdict_name(verdict)).to_owned()));
        let legend = Legend::new(entries.collect(), (10, theme::FULL_WIDTH - 10))?;
        let sent = || panels.iter().flat_map(Panel::steps).map(|step| step.megabytes);
        let least = sent().filter(|sent| *sent > 0.0).fold(f64::INFINITY, f64::min);
        let most = sent().fold(0.0, f64::max);
        let lengths = || panels.iter().map(Panel::length);
        let longest = lengths().fold(0.0, f64::max);
        let alike = lengths().all(|length| length >= LEAST_SHARE * longest);
        let x = alike.then(|| axis(longest, ticks(columns)));
        let top = LEGEND_TOP + legend.height();
        Ok(Self { analysis: figure.analysis, text, columns, legend, top, y: sizes(least, most), x })
    }

    fn heading(&self, canvas: &Canvas, title: &str) -> Result<()> {
        canvas.text(title, (10, TITLE_Y), Type::title())?;
        let unit = match self.y.spread {
            Spread::Linear => "figure.unit.megabytes",
            Spread::Log => "figure.unit.megabytes_log",
        };
        let after = 10 + canvas.width(title, Type::title())? + 40;
        canvas.text(self.text.get(unit), (after, TITLE_Y), Type::label())?;
        self.legend.draw(canvas, LEGEND_TOP)
    }

    fn note(&self, panels: &[Panel]) -> String {
        let mut repetitions = panels.iter().flat_map(|panel| &panel.repetitions);
        let incomplete = repetitions.any(|repetition| !repetition.completed);
        let several = panels.iter().any(|panel| panel.repetitions.len() > 1);
        let notes = [
            Some("figure.note.last_round"),
            incomplete.then_some("figure.note.not_completed"),
            several.then_some("figure.note.typical"),
            self.x.is_none().then_some("figure.note.own_axes"),
        ];
        notes.into_iter().flatten().map(|key| self.text.get(key)).collect::<Vec<_>>().join("; ")
    }

    fn panel(&self, canvas: &Canvas, panel: &Panel, index: usize) -> Result<()> {
        let (row, column) = (i32::try_from(index / self.columns)?, i32::try_from(index % self.columns)?);
        let columns = i32::try_from(self.columns)?;
        let width = (theme::FULL_WIDTH - RIGHT - LEFT - (columns - 1) * BETWEEN) / columns;
        let left = LEFT + column * (width + BETWEEN);
        let top = self.top + row * (HEAD + PLOT_HEIGHT + FOOT) + HEAD;
        let edges = Edges { left, right: left + width, top, bottom: top + PLOT_HEIGHT };
        let own = || axis(panel.length(), ticks(self.columns));
        let x = self.x.clone().unwrap_or_else(own);
        let y = (self.y.position(self.y.low), self.y.position(self.y.high));
        let frame = Frame::new(edges, (x.low, x.high), y);
        self.names(canvas, panel, &frame)?;
        self.grid(canvas, &frame, &x, column == 0)?;
        let color = color(panel.convergence.converges);
        let mut repetitions = panel.repetitions.iter();
        repetitions.try_for_each(|repetition| self.repetition(canvas, repetition, &frame, color))
    }

    /// The condition, how many of its migrations completed, and what was dirtied against what was sent.
    fn names(&self, canvas: &Canvas, panel: &Panel, frame: &Frame) -> Result<()> {
        let Frame { left, right, top, .. } = *frame;
        let convergence = panel.convergence;
        let (completed, runs) = (convergence.completed.to_string(), convergence.runs.to_string());
        let completed = self.text.fill("figure.completed", &[("completed", &completed), ("runs", &runs)]);
        canvas.text(&completed, (right, top - 150), Type::label().right())?;
        let face = Type::label().semi_bold().color(theme::INK);
        let room = right - left - canvas.width(&completed, Type::label())? - 50;
        let name = canvas.fit(&condition_label(self.analysis, convergence.condition), room, face)?;
        canvas.text(&name, (left, top - 150), face)?;
        let Some(ratio) = convergence.ratio else { return Ok(()) };
        let ratio = self.text.fill("figure.dirtied_per_sent", &[("ratio", &self.text.number(ratio, 2))]);
        canvas.text(&ratio, (left, top - 66), Type::label().color(color(convergence.converges)))
    }

    fn grid(&self, canvas: &Canvas, frame: &Frame, x: &Scale, first: bool) -> Result<()> {
        let Frame { left, right, bottom, .. } = *frame;
        for tick in &self.y.ticks {
            let y = frame.y(self.y.position(*tick));
            canvas.line(&[(left, y), (right, y)], Pen::new(theme::GRID, theme::HAIR))?;
            if first {
                canvas.text(&self.y.label(*tick, self.text), (left - 36, y), Type::label().right())?;
            }
        }
        canvas.line(&[(left, bottom), (right, bottom)], Pen::new(theme::AXIS, theme::RULE))?;
        for tick in &x.ticks {
            let at = frame.x(*tick);
            canvas.line(&[(at, bottom), (at, bottom + 25)], Pen::new(theme::AXIS, theme::RULE))?;
            let label = x.label(*tick, self.text);
            canvas.text(&label, (at, bottom + 66), Type::label().centred())?;
        }
        Ok(())
    }

    /// The steps of a repetition, and how they end: the last round with the VM stopped, or given up.
    fn repetition(
        &self,
        canvas: &Canvas,
        repetition: &Repetition,
        frame: &Frame,
        color: RGBColor,
    ) -> Result<()> {
        let places: Vec<[Point; 2]> = repetition
            .steps
            .iter()
            .map(|step| [step.from, step.to].map(|at| frame.map(at, self.y.position(step.megabytes))))
            .collect();
        let (rise, tread) = match repetition.typical {
            true => (Pen::new(color, theme::RULE).alpha(0.5), Pen::new(color, theme::CURVE)),
            false => {
                let thin = Pen::new(color, theme::HAIR);
                (thin.alpha(0.25), thin.alpha(0.5))
            }
        };
        for (before, after) in places.iter().zip(places.iter().skip(1)) {
            canvas.line(&[before[1], after[0]], rise)?;
        }
        places.iter().try_for_each(|step| canvas.line(step, tread))?;
        let Some(&[_, (x, y)]) = places.last() else { return Ok(()) };
        let (radius, alpha) = if repetition.typical { (DOT, 1.0) } else { (DOT - 10, 0.6) };
        if repetition.completed {
            return canvas.dot((x, y), radius, Quantity::StopAndCopy.color(), alpha);
        }
        let pen = Pen { alpha, ..Pen::new(color, theme::CURVE) };
        canvas.line(&[(x - radius, y - radius), (x + radius, y + radius)], pen)?;
        canvas.line(&[(x - radius, y + radius), (x + radius, y - radius)], pen)
    }
}

/// The axis of megabytes: logarithmic where they differ a lot, with powers of ten only where more labels would meet.
fn sizes(least: f64, most: f64) -> Scale {
    if most / least < 6.0 || !least.is_finite() {
        return Scale::from_zero(most, 4);
    }
    let mut scale = Scale::log(least, most);
    if scale.high / scale.low > 200.0 {
        scale.ticks.retain(|tick| (tick.log10() - tick.log10().round()).abs() < 1e-9);
    }
    scale
}

fn ticks(columns: usize) -> usize {
    if columns > 2 { 5 } else { 10 }
}

fn axis(length: f64, intervals: usize) -> Scale {
    // The mark of the last round stays in the panel.
    Scale::time(0.0, length * 1.02, intervals)
}

fn color(converges: Option<bool>) -> RGBColor {
    match converges {
        Some(true) => theme::GROUPS[0],
        Some(false) => theme::GROUPS[1],
        None => theme::SOFT_INK,
    }
}

fn verdict_name(converges: Option<bool>) -> &'static str {
    match converges {
        Some(true) => "figure.converges",
        Some(false) => "figure.does_not_converge",
        None => "figure.not_known",
    }
}
