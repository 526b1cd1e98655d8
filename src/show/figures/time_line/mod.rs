//! What happened when in the runs of one condition: one block per repetition, in it one lane per source.
//!
//! All blocks share one axis of seconds since the request. Where the outages are short against the
//! migration, a second panel shows the surroundings of each on a wider scale, aligned at its start.
//! A bar ends where its source says; what its resolution leaves open is pale.

mod blocks;

use anyhow::Result;

use self::blocks::{Bar, Block, Lane, blocks};
use super::figure::{Description, Figure, Layout, Place};
use super::kit::canvas::{Canvas, Edges, Frame, Pen, Type, document};
use super::kit::pages::pages;
use super::kit::scale::Scale;
use super::kit::theme::{self, Quantity};
use crate::model::{Analysis, ConditionId, Entries, Method};
use crate::show::tables::MANY;
use crate::show::tables::labels::condition_label;
use crate::show::text::Text;

const TITLE_Y: i32 = 60;
const HEADS_Y: i32 = 175;
const PLOT_TOP: i32 = 235;
const LANE: i32 = 66;
/// Half the thickness of a bar.
const HALF: i32 = 16;
/// Between blocks.
const GAP: i32 = 32;
/// Between lanes and remarks.
const REMARK_GAP: i32 = 18;
/// Left ends of the lanes' names.
const NAMES: i32 = 150;
/// From the last panel to the right edge: the column of lengths.
const RIGHT: i32 = 330;
const MARGIN: i32 = 20;
const BETWEEN_PANELS: i32 = 110;
/// Share of the width that the panel of the whole takes beside the other.
const WHOLE: f64 = 0.62;
/// Least thickness of a bar, however short it lasted.
const THINNEST: i32 = 8;
/// More repetitions than fit on a page make further figures.
const MOST_BLOCKS: usize = 7;

/// The time lines of a condition, or as many of its repetitions as fit a page.
pub struct TimeLineFigure<'a> {
    analysis: &'a Analysis,
    condition: ConditionId,
    blocks: Vec<Block<'a>>,
    /// The same on all pages of the condition.
    windows: Windows,
    /// Whether rounds of pre-copy are known of any repetition of the condition.
    rounds: bool,
    /// How many repetitions there are, where only some are shown.
    chosen_of: Option<usize>,
}

impl<'a> TimeLineFigure<'a> {
    /// None for a condition of whose runs no time is known.
    pub fn list(analysis: &'a Analysis) -> impl Iterator<Item = Self> {
        analysis.conditions.ids().flat_map(move |condition| {
            let all = blocks(analysis, condition);
            let chosen_of = (all.len() > MANY).then_some(all.len());
            let all = if chosen_of.is_some() { blocks::chosen(all, MOST_BLOCKS) } else { all };
            let windows = Windows::new(&all);
            let rounds = all.iter().flat_map(|block| &block.lanes).any(|lane| !lane.ticks.is_empty());
            let figure = move |blocks| Self { analysis, condition, blocks, windows, rounds, chosen_of };
            pages(all, MOST_BLOCKS).into_iter().map(figure)
        })
    }

    fn note(&self, text: &Text) -> String {
        let rounds = self.rounds.then(|| text.get("figure.note.rounds").to_owned());
        let chosen = self.chosen_of.map(|n| {
            let values = [("shown", self.blocks.len().to_string()), ("n", n.to_string())];
            text.fill("figure.note.chosen", &values.each_ref().map(|(name, value)| (*name, value.as_str())))
        });
        let own = text.get("figure.note.time_line").to_owned();
        chosen.into_iter().chain([own]).chain(rounds).collect::<Vec<_>>().join("; ")
    }
}

impl Figure for TimeLineFigure<'_> {
    fn name(&self) -> String {
        format!("{}-time-line", self.analysis.conditions[self.condition].id)
    }

    fn place(&self) -> Option<Place<'_>> {
        Some(Place::TimeLine(self.condition))
    }

    fn layout(&self) -> Layout {
        Layout::Whole
    }

    fn description(&self, text: &Text) -> Description {
        let condition = condition_label(self.analysis, self.condition);
        let Some(n) = self.chosen_of else {
            return Description::new("time_line", &[("condition", &condition)], text);
        };
        let (shown, n) = (self.blocks.len().to_string(), n.to_string());
        Description::new("time_line_chosen", &[("condition", &condition), ("shown", &shown), ("n", &n)], text)
    }

    fn draw(&self, text: &Text) -> Result<String> {
        let remarks: Vec<Vec<String>> = self.blocks.iter().map(|block| block.remarks(text)).collect();
        let height = |(block, remarks): (&Block, &Vec<String>)| {
            let gap = if remarks.is_empty() { GAP } else { GAP + REMARK_GAP };
            i32::try_from(block.lanes.len() + remarks.len()).map(|rows| rows * LANE + gap)
        };
        let heights: Vec<i32> = self.blocks.iter().zip(&remarks).map(height).collect::<Result<_, _>>()?;
        let bottom = PLOT_TOP + heights.iter().sum::<i32>();
        let title = text.get("figure.title.time_line");
        let note = self.note(text);
        document((theme::FULL_WIDTH, bottom + 330), title, &note, |canvas| {
            let plot = Plot::new(canvas, text, self, bottom)?;
            plot.heading(title, &condition_label(self.analysis, self.condition))?;
            plot.axes(&note)?;
            let mut top = PLOT_TOP;
            for ((block, remarks), height) in self.blocks.iter().zip(&remarks).zip(heights) {
                plot.block(block, remarks, top, top + height)?;
                top += height;
            }
            Ok(())
        })
    }
}

/// The stretches of time that the panels show.
#[derive(Clone, Copy)]
struct Windows {
    /// Seconds since the request.
    whole: (f64, f64),
    /// Seconds since the start of each run's outage; `None` where the whole shows it well.
    outage: Option<(f64, f64)>,
}

impl Windows {
    fn new(blocks: &[Block]) -> Self {
        // A clock that is far off does not make everything else small: bars of all lanes count, but
        // only as far as twice the time that process and outage take.
        let sure = blocks.iter().map(|block| block.end_s).fold(1.0, f64::max);
        let bars = || blocks.iter().flat_map(|block| &block.lanes).flat_map(|lane| &lane.bars);
        let ends = bars().flat_map(|bar| [bar.from.0, bar.to.1]).filter(|t| t.is_finite());
        let (first, last) = ends
            .filter(|t| (-sure..=2.0 * sure).contains(t))
            .fold((0.0, sure), |(low, high): (f64, f64), t| (low.min(t), high.max(t)));
        let low = if first < 0.0 { first - 1.0 } else { -2f64.min(sure / 4.0) };
        // An arrow needs room.
        let beyond = if bars().any(|bar| bar.open) { 0.08 } else { 0.02 };
        let whole = (low, last + beyond * (last - low));
        let longest = blocks.iter().filter_map(|block| block.outage_s).fold(0.0, f64::max);
        let outage = (longest > 0.0 && whole.1 - whole.0 > 4.0 * longest)
            .then_some((-0.35 * longest - 0.2, 1.45 * longest + 0.3));
        Self { whole, outage }
    }
}

/// A rectangle over all blocks with its time axis.
struct Panel {
    frame: Frame,
    scale: Scale,
    /// Text key.
    axis: &'static str,
}

impl Panel {
    fn new((left, right): (i32, i32), bottom: i32, window: (f64, f64), axis: &'static str) -> Self {
        let edges = Edges { left, right, top: PLOT_TOP, bottom };
        let intervals = f64::from((right - left) / 200).max(2.0) as usize;
        let scale = Scale::time(window.0, window.1, intervals);
        Self { frame: Frame::new(edges, window, (0.0, 1.0)), scale, axis }
    }

    fn x(&self, t: f64) -> i32 {
        self.frame.x(t)
    }
}

/// What blocks are drawn on.
struct Plot<'a, 'b> {
    canvas: &'a Canvas<'b>,
    text: &'a Text,
    whole: Panel,
    outage: Option<Panel>,
    window: Option<(f64, f64)>,
}

impl<'a, 'b> Plot<'a, 'b> {
    fn new(canvas: &'a Canvas<'b>, text: &'a Text, figure: &TimeLineFigure, bottom: i32) -> Result<Self> {
        let mut names = 0;
        for lane in figure.blocks.iter().flat_map(|block| &block.lanes) {
            names = names.max(canvas.width(&lane.source.name(text), Type::label())?);
        }
        let windows = figure.windows;
        let left = NAMES + names.min(theme::FULL_WIDTH / 4) + 50;
        let right = theme::FULL_WIDTH - RIGHT;
        let axis = "figure.time_since_request";
        let middle = left + (f64::from(right - left) * WHOLE) as i32;
        let (whole, outage) = match windows.outage {
            None => (Panel::new((left, right), bottom, windows.whole, axis), None),
            Some(window) => (
                Panel::new((left, middle), bottom, windows.whole, axis),
                Some(Panel::new(
                    (middle + BETWEEN_PANELS, right),
                    bottom,
                    window,
                    "figure.time_since_outage",
                )),
            ),
        };
        Ok(Self { canvas, text, whole, outage, window: windows.outage })
    }

    fn panels(&self) -> impl Iterator<Item = &Panel> {
        std::iter::once(&self.whole).chain(&self.outage)
    }

    /// Title, condition, the heads of the columns and the names of the phases.
    fn heading(&self, title: &str, condition: &str) -> Result<()> {
        let canvas = self.canvas;
        canvas.text(title, (10, TITLE_Y), Type::title())?;
        let right = theme::FULL_WIDTH - MARGIN;
        let room = right - 10 - canvas.width(title, Type::title())? - 80;
        let condition = canvas.fit(condition, room, Type::label())?;
        canvas.text(&condition, (right, TITLE_Y), Type::label().color(theme::INK).right())?;
        canvas.text(self.text.get("figure.repetition"), (10, HEADS_Y), Type::label())?;
        canvas.text(self.text.get("figure.length"), (right, HEADS_Y), Type::label().right())?;
        let mut x = self.whole.frame.left;
        for phase in [Quantity::PreCopy, Quantity::StopAndCopy, Quantity::Activation] {
            let box_ = ((x, HEADS_Y - HALF), (x + 90, HEADS_Y + HALF));
            canvas.rectangle(box_.0, box_.1, phase.color(), 1.0)?;
            let name = self.text.get(phase.name());
            canvas.text(name, (x + 120, HEADS_Y), Type::label().color(theme::INK))?;
            x += 120 + canvas.width(name, Type::label())? + 110;
        }
        Ok(())
    }

    /// Grid, ticks, their labels and what they count, and the note below.
    fn axes(&self, note: &str) -> Result<()> {
        let canvas = self.canvas;
        for panel in self.panels() {
            let Frame { left, right, top, bottom, .. } = panel.frame;
            for tick in &panel.scale.ticks {
                let x = panel.x(*tick);
                let pen = if *tick == 0.0 { (theme::AXIS, theme::RULE) } else { (theme::GRID, theme::HAIR) };
                canvas.line(&[(x, top), (x, bottom)], Pen::new(pen.0, pen.1))?;
            }
            canvas.line(&[(left, bottom), (right, bottom)], Pen::new(theme::AXIS, theme::RULE))?;
            for tick in &panel.scale.ticks {
                let x = panel.x(*tick);
                canvas.line(&[(x, bottom), (x, bottom + 25)], Pen::new(theme::AXIS, theme::RULE))?;
                let label = panel.scale.label(*tick, self.text);
                canvas.text(&label, (x, bottom + 66), Type::label().centred())?;
            }
            let axis = canvas.fit(self.text.get(panel.axis), right - left, Type::label())?;
            canvas.text(&axis, ((left + right) / 2, bottom + 155), Type::label().centred())?;
        }
        let note = canvas.fit(note, theme::FULL_WIDTH - MARGIN - 10, Type::label())?;
        canvas.text(&note, (10, self.whole.frame.bottom + 275), Type::label())
    }

    fn block(&self, block: &Block, remarks: &[String], top: i32, bottom: i32) -> Result<()> {
        let canvas = self.canvas;
        let rule = [(10, top), (theme::FULL_WIDTH - MARGIN, top)];
        canvas.line(&rule, Pen::new(theme::GRID, theme::RULE))?;
        let first = top + GAP / 2 + LANE / 2;
        canvas.text(&block.run.repetition.to_string(), (10, first), Type::title())?;
        let lanes_end = top + GAP / 2 + LANE * i32::try_from(block.lanes.len())?;
        self.surroundings(block, (top + GAP / 4, lanes_end + GAP / 4))?;
        let mut y = first;
        for lane in &block.lanes {
            self.lane(lane, block.zero_s, y)?;
            y += LANE;
        }
        self.service(block, (top + GAP / 2, lanes_end))?;
        y += REMARK_GAP;
        for remark in remarks {
            let remark = canvas.fit(remark, theme::FULL_WIDTH - MARGIN - NAMES, Type::label())?;
            let end = NAMES + canvas.width(&remark, Type::label())?;
            // Nothing runs through the words.
            canvas.rectangle((NAMES - 10, y - LANE / 2), (end + 20, y + LANE / 2), theme::PAPER, 1.0)?;
            canvas.text(&remark, (NAMES, y), Type::label().color(Quantity::Outage(Method::Ping).color()))?;
            y += LANE;
        }
        debug_assert!(y <= bottom + LANE + REMARK_GAP);
        Ok(())
    }

    /// The stretch of the whole that the second panel shows, tinted in both.
    fn surroundings(&self, block: &Block, (top, bottom): (i32, i32)) -> Result<()> {
        let (Some(window), Some(zero), Some(outage)) = (self.window, block.zero_s, &self.outage) else {
            return Ok(());
        };
        let here = (self.whole.x(zero + window.0), self.whole.x(zero + window.1));
        for (left, right) in [here, (outage.frame.left, outage.frame.right)] {
            self.canvas.rectangle((left, top), (right, bottom), theme::AXIS, 0.1)?;
        }
        Ok(())
    }

    fn lane(&self, lane: &Lane, zero: Option<f64>, y: i32) -> Result<()> {
        let canvas = self.canvas;
        let room = self.whole.frame.left - NAMES - 20;
        let name = canvas.fit(&lane.source.name(self.text), room, Type::label())?;
        canvas.text(&name, (NAMES, y), Type::label())?;
        for bar in &lane.bars {
            self.bar(&self.whole, bar, 0.0, y)?;
            if let (Some(panel), Some(zero)) = (&self.outage, zero) {
                self.bar(panel, bar, zero, y)?;
            }
        }
        for tick in &lane.ticks {
            let x = self.whole.x(*tick);
            canvas.line(&[(x, y - HALF), (x, y + HALF)], Pen::new(theme::PAPER, theme::RULE))?;
        }
        let Some((length, decimals)) = lane.length else { return Ok(()) };
        let color = lane.bars.first().map_or(theme::SOFT_INK, |bar| bar.quantity.color());
        let length = self.text.number(length, decimals);
        let length = if lane.bars.iter().any(|bar| bar.open) { format!("≥ {length}") } else { length };
        canvas.text(&length, (theme::FULL_WIDTH - MARGIN, y), Type::label().color(color).right())
    }

    /// A bar in a panel whose zero lies `zero` seconds after the request.
    fn bar(&self, panel: &Panel, bar: &Bar, zero: f64, y: i32) -> Result<()> {
        let (low, high) = (panel.scale.low, panel.scale.high);
        let at = |t: f64| panel.x((t - zero).clamp(low - 1.0, high + 1.0));
        let color = bar.quantity.color();
        let (left, right) = (at(bar.from.0), at(bar.to.1).max(at(bar.from.0) + THINNEST));
        let beyond = if bar.from.0 - zero > high {
            Some((panel.frame.right, -1))
        } else if bar.to.1 - zero < low {
            Some((panel.frame.left, 1))
        } else {
            None
        };
        if let Some((x, inward)) = beyond {
            // It is elsewhere, in this direction.
            let tip = [(x + 34 * inward, y - 20), (x, y), (x + 34 * inward, y + 20)];
            return self.canvas.line(&tip, Pen::new(color, theme::RULE));
        }
        let right = right.min(panel.frame.right);
        self.canvas.rectangle((left, y - HALF), (right, y + HALF), color, 0.3)?;
        let (from, to) = (at(bar.from.1), at(bar.to.0));
        let exact = bar.from.0 == bar.from.1 && bar.to.0 == bar.to.1;
        if to > from || exact {
            let to = to.max(from + THINNEST).min(panel.frame.right);
            self.canvas.rectangle((from, y - HALF), (to, y + HALF), color, 1.0)?;
        }
        if bar.open && right < panel.frame.right - 90 {
            let pen = Pen::new(color, theme::RULE);
            self.canvas.line(&[(right, y), (right + 80, y)], pen)?;
            self.canvas.line(&[(right + 50, y - 20), (right + 80, y), (right + 50, y + 20)], pen)?;
        }
        Ok(())
    }

    /// When the service was lost and when it was back, through all lanes.
    fn service(&self, block: &Block, (top, bottom): (i32, i32)) -> Result<()> {
        let pen =
            Pen::new(Quantity::Outage(Method::Ping).color(), theme::HAIR).alpha(0.7).dash(Some((24, 18)));
        let places = block.service.iter().flatten().flat_map(|t| {
            let here = (&self.whole, *t);
            let there = self.outage.as_ref().zip(block.zero_s).map(|(panel, zero)| (panel, t - zero));
            std::iter::once(here).chain(there)
        });
        for (panel, t) in places {
            if t > panel.scale.low && t < panel.scale.high {
                self.canvas.line(&[(panel.x(t), top), (panel.x(t), bottom)], pen)?;
            }
        }
        Ok(())
    }
}
