//! How two methods of measuring an outage agree: the difference of each run against its mean (Bland
//! and Altman, Lancet 1986), with the bias, its interval and the limits of agreement.

use std::collections::BTreeSet;

use anyhow::Result;

use super::figure::{Description, Figure, Layout, Place};
use super::kit::canvas::{Canvas, Edges, Frame, Pen, Point, Type, document};
use super::kit::scale::{Scale, Spread};
use super::kit::theme;
use crate::model::{Agreement, Analysis, ConditionId, Entries};
use crate::show::tables::labels::condition_label;
use crate::show::text::Text;

const TITLE_Y: i32 = 60;
const LEGEND_TOP: i32 = 175;
const LEGEND_ROW: i32 = 88;
/// For the name of the upright axis.
const AXIS_ROOM: i32 = 70;
const LEFT: i32 = 250;
const RIGHT: i32 = 330;
const PLOT_HEIGHT: i32 = 1000;
const DOT: i32 = 17;
/// Up to so many runs, each has its mark.
const ALL_MARKED: usize = 200;
/// Between the labels on the right.
const LABEL_GAP: i32 = 76;
/// More conditions than these cannot be distinguished.
const MOST_GROUPS: usize = theme::GROUPS.len();

/// Two methods of measuring an outage against each other.
pub struct AgreementFigure<'a> {
    analysis: &'a Analysis,
    agreement: &'a Agreement,
}

impl<'a> AgreementFigure<'a> {
    /// One for each pair of methods that saw the same two runs at least: one difference says nothing of agreement.
    pub fn list(analysis: &'a Analysis) -> impl Iterator<Item = Self> {
        let enough = analysis.agreements.iter().filter(|agreement| agreement.pairs.len() >= 2);
        enough.map(move |agreement| Self { analysis, agreement })
    }

    fn methods<'t>(&self, text: &'t Text) -> [(&'static str, &'t str); 2] {
        let Agreement { a, b, .. } = self.agreement;
        [("a", text.get(a.entry().texts.name)), ("b", text.get(b.entry().texts.name))]
    }
}

impl Figure for AgreementFigure<'_> {
    fn name(&self) -> String {
        format!("agreement-{}-{}", self.agreement.a.name(), self.agreement.b.name())
    }

    fn place(&self) -> Option<Place<'_>> {
        Some(Place::Agreement)
    }

    fn layout(&self) -> Layout {
        Layout::Half { row: "agreement", host: None }
    }

    fn description(&self, text: &Text) -> Description {
        Description::new("agreement", &self.methods(text), text)
    }

    fn draw(&self, text: &Text) -> Result<String> {
        let Self { analysis, agreement } = *self;
        let groups = groups(agreement, analysis);
        let title = text.fill("figure.title.agreement", &self.methods(text));
        let note = text.get("figure.note.agreement");
        let entries: Vec<String> = groups.iter().map(|&group| condition_label(analysis, group)).collect();
        let columns = if entries.iter().any(|entry| entry.chars().count() > 14) { 2 } else { 4 };
        let rows = if entries.len() > 1 { entries.len().div_ceil(columns) } else { 0 };
        let top = LEGEND_TOP + LEGEND_ROW * i32::try_from(rows)? + AXIS_ROOM;
        let bottom = top + PLOT_HEIGHT;
        document((theme::PAIR_WIDTH, bottom + 300), &title, note, |canvas| {
            let heading = canvas.fit(&title, theme::PAIR_WIDTH - 20, Type::title())?;
            canvas.text(&heading, (10, TITLE_Y), Type::title())?;
            let edges = Edges { left: LEFT, right: theme::PAIR_WIDTH - RIGHT, top, bottom };
            let plot = Plot::new(agreement, edges);
            if rows > 0 {
                legend(canvas, &entries, columns)?;
            }
            plot.axes(canvas, text)?;
            plot.lines(canvas, agreement, text)?;
            let mut marked = BTreeSet::new();
            for pair in &agreement.pairs {
                let condition = analysis.runs.entry(pair.run).map(|run| run.condition);
                let group = groups.iter().position(|group| Some(*group) == condition).unwrap_or_default();
                let at = plot.place((pair.a_s + pair.b_s) / 2.0, pair.b_s - pair.a_s);
                // Of very many, what lies within half a mark of another is not seen.
                let seen = if agreement.pairs.len() > ALL_MARKED { DOT / 2 } else { 1 };
                if marked.insert((at.0 / seen, at.1 / seen, group)) || seen == 1 {
                    mark(canvas, at, group)?;
                }
            }
            let note = canvas.fit(note, theme::PAIR_WIDTH - 20, Type::label())?;
            canvas.text(&note, (10, bottom + 250), Type::label())
        })
    }
}

/// The conditions that are distinguished, in their order; none where they are too many.
fn groups(agreement: &Agreement, analysis: &Analysis) -> Vec<ConditionId> {
    let mut groups: Vec<ConditionId> =
        agreement.pairs.iter().filter_map(|pair| Some(analysis.runs.entry(pair.run)?.condition)).collect();
    groups.sort_unstable();
    groups.dedup();
    if groups.len() > MOST_GROUPS { Vec::new() } else { groups }
}

fn legend(canvas: &Canvas, entries: &[String], columns: usize) -> Result<()> {
    let column = (theme::PAIR_WIDTH - 20) / i32::try_from(columns)?;
    for (group, entry) in entries.iter().enumerate() {
        let x = 10 + column * i32::try_from(group % columns)?;
        let y = LEGEND_TOP + LEGEND_ROW * i32::try_from(group / columns)? - 10;
        mark(canvas, (x + DOT, y), group)?;
        let face = Type::label().color(theme::INK);
        canvas.text(&canvas.fit(entry, column - 90, face)?, (x + 60, y), face)?;
    }
    Ok(())
}

/// A group is known by its colour and by its shape.
fn mark(canvas: &Canvas, (x, y): Point, group: usize) -> Result<()> {
    let color = theme::GROUPS[group % MOST_GROUPS];
    let (r, wide) = (DOT, DOT + 6);
    match group % 4 {
        0 => canvas.dot((x, y), r, color, 0.75),
        1 => canvas.rectangle((x - r, y - r), (x + r, y + r), color, 0.75),
        2 => canvas.polygon(&[(x - wide, y), (x, y - wide), (x + wide, y), (x, y + wide)], color, 0.75),
        _ => canvas.polygon(&[(x - wide, y + r), (x, y - wide), (x + wide, y + r)], color, 0.75),
    }
}

/// The plotting rectangle.
struct Plot {
    frame: Frame,
    x: Scale,
    y: Scale,
}

impl Plot {
    fn new(agreement: &Agreement, edges: Edges) -> Self {
        let means = agreement.pairs.iter().map(|pair| (pair.a_s + pair.b_s) / 2.0);
        let (low, high) =
            means.fold((f64::INFINITY, 0.0), |(low, high): (f64, f64), v| (low.min(v), high.max(v)));
        let x = if low > 0.0 && high / low >= 6.0 {
            Scale::log(low / 1.05, high * 1.05)
        } else {
            Scale::around(low, high, 4)
        };
        let limits = agreement.limits.map(|limits| [limits.low, limits.high]).into_iter().flatten();
        let differences = agreement.pairs.iter().map(|pair| pair.b_s - pair.a_s).chain(limits).chain([0.0]);
        let (low, high) = differences
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (f64::min(low, v), f64::max(high, v)));
        let margin = 0.08 * (high - low);
        let y = Scale::signed(low - margin, high + margin, 6);
        let frame = Frame::new(edges, (x.position(x.low), x.position(x.high)), (y.low, y.high));
        Self { frame, x, y }
    }

    fn place(&self, mean: f64, difference: f64) -> Point {
        self.frame.map(self.x.position(mean), difference)
    }

    fn axes(&self, canvas: &Canvas, text: &Text) -> Result<()> {
        let Frame { left, right, top, bottom, .. } = self.frame;
        for tick in &self.y.ticks {
            let y = self.frame.y(*tick);
            canvas.line(&[(left, y), (right, y)], Pen::new(theme::GRID, theme::HAIR))?;
        }
        for tick in &self.y.ticks {
            let label = self.y.label(*tick, text);
            canvas.text(&label, (left - 36, self.frame.y(*tick)), Type::label().right())?;
        }
        canvas.line(&[(left, bottom), (right, bottom)], Pen::new(theme::AXIS, theme::RULE))?;
        for tick in &self.x.ticks {
            let x = self.frame.x(self.x.position(*tick));
            canvas.line(&[(x, bottom), (x, bottom + 25)], Pen::new(theme::AXIS, theme::RULE))?;
            canvas.text(&self.x.label(*tick, text), (x, bottom + 66), Type::label().centred())?;
        }
        let axis = match self.x.spread {
            Spread::Linear => "figure.mean_of_both",
            Spread::Log => "figure.mean_of_both_log",
        };
        canvas.text(text.get(axis), ((left + right) / 2, bottom + 150), Type::label().centred())?;
        canvas.text(text.get("figure.difference"), (10, top - 80), Type::label())
    }

    /// No difference, the bias with its interval, the limits; their values on the right.
    fn lines(&self, canvas: &Canvas, agreement: &Agreement, text: &Text) -> Result<()> {
        let Frame { left, right, top, bottom, .. } = self.frame;
        let across = |value: f64| [(left, self.frame.y(value)), (right, self.frame.y(value))];
        if let Some(ci) = agreement.bias_ci95 {
            let (from, to) = (self.frame.y(ci.high), self.frame.y(ci.low).max(self.frame.y(ci.high) + 6));
            canvas.rectangle((left, from), (right, to), theme::AXIS, 0.3)?;
        }
        canvas.line(&across(0.0), Pen::new(theme::AXIS, theme::RULE).dash(Some((10, 20))))?;
        canvas.line(&across(agreement.bias_s), Pen::new(theme::INK, theme::RULE + 2))?;
        let mut labels = vec![agreement.bias_s];
        if let Some(limits) = agreement.limits {
            for limit in [limits.low, limits.high] {
                canvas.line(&across(limit), Pen::new(theme::SOFT_INK, theme::RULE).dash(Some((45, 30))))?;
            }
            labels = vec![limits.high, agreement.bias_s, limits.low];
        }
        // From top to bottom, pushed apart where lines lie close together.
        let mut y = top - LABEL_GAP;
        let below = |place: usize| LABEL_GAP * i32::try_from(labels.len() - 1 - place).unwrap_or(0);
        for (place, value) in labels.iter().enumerate() {
            y = self.frame.y(*value).min(bottom - below(place)).max(y + LABEL_GAP);
            let bias = *value == agreement.bias_s;
            let face = if bias { Type::label().color(theme::INK).semi_bold() } else { Type::label() };
            canvas.text(&text.number(*value, 3), (right + 30, y), face)?;
        }
        Ok(())
    }
}
