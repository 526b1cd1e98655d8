//! One plotting rectangle: axes, grid, spans behind, curves in front, and its legend.

use anyhow::Result;
use plotters::style::RGBColor;

use super::canvas::{Canvas, Frame, Pen, Point, Type};
use super::scale::{Scale, Spread};
use super::spans::{Span, Spans};
use super::theme::{self, Dash, Quantity};
use super::thinned::{Line, ThinnedCurve};
use crate::model::Method;
use crate::show::text::Text;

/// Grid, ticks and labels of values that grow to the right.
pub fn value_axis(canvas: &Canvas, frame: &Frame, scale: &Scale, text: &Text) -> Result<()> {
    let Frame { left, right, top, bottom, .. } = *frame;
    for tick in &scale.ticks {
        let x = frame.x(*tick);
        canvas.line(&[(x, top), (x, bottom)], Pen::new(theme::GRID, theme::HAIR))?;
    }
    canvas.line(&[(left, bottom), (right, bottom)], Pen::new(theme::AXIS, theme::RULE))?;
    for tick in &scale.ticks {
        let x = frame.x(*tick);
        canvas.line(&[(x, bottom), (x, bottom + 25)], Pen::new(theme::AXIS, theme::RULE))?;
        let label = scale.label(*tick, text);
        canvas.text(&label, (x, bottom + 66), Type::label().centred())?;
    }
    Ok(())
}

/// A curve with its name.
pub struct Item {
    pub color: RGBColor,
    pub dash: Dash,
    pub name: String,
    pub curve: ThinnedCurve,
}

impl Item {
    /// A dense curve is never dashed: a peak must not fall into a gap.
    fn pen(&self, width: u32) -> Pen {
        let dash = if self.curve.thinned { None } else { self.dash };
        Pen::new(self.color, width).dash(dash)
    }
}

/// A plotting rectangle and what is in it.
pub struct Panel {
    pub frame: Frame,
    pub x: Scale,
    pub y: Scale,
    pub items: Vec<Item>,
}

/// Length of a legend's line, its distance to the name and to the next entry.
const SWATCH: i32 = 130;
const SWATCH_GAP: i32 = 36;
const ENTRY_GAP: i32 = 110;

impl Panel {
    /// Everything but the labels of the time axis.
    pub fn draw(&self, canvas: &Canvas, spans: &Spans, text: &Text) -> Result<()> {
        self.spans(canvas, spans)?;
        self.grid(canvas, text)?;
        self.request(canvas)?;
        for item in &self.items {
            let pen = Pen::new(item.color, theme::HAIR).alpha(theme::REPETITION_ALPHA);
            for line in &item.curve.repetitions {
                canvas.line(&self.places(line), pen)?;
            }
        }
        for item in &self.items {
            for outline in &item.curve.spread {
                canvas.polygon(&self.places(outline), item.color, theme::SPREAD_ALPHA)?;
            }
        }
        for item in &self.items {
            for outline in &item.curve.band {
                canvas.polygon(&self.places(outline), item.color, theme::BAND_ALPHA)?;
            }
        }
        for item in &self.items {
            for line in &item.curve.mean {
                canvas.line(&self.places(line), item.pen(theme::CURVE))?;
            }
        }
        Ok(())
    }

    /// Ticks and labels of the time axis, below the frame; no label goes beyond `end`.
    pub fn time_axis(&self, canvas: &Canvas, end: i32, text: &Text) -> Result<()> {
        let bottom = self.frame.bottom;
        for tick in &self.x.ticks {
            let x = self.frame.x(*tick);
            canvas.line(&[(x, bottom), (x, bottom + 25)], Pen::new(theme::AXIS, theme::RULE))?;
            let face = Type::label().centred();
            let label = self.x.label(*tick, text);
            let middle = x.min(end - canvas.width(&label, face)? / 2);
            canvas.text(&label, (middle, bottom + 66), face)?;
        }
        Ok(())
    }

    /// The names of the curves in a row whose middle is at `y`.
    pub fn legend(&self, canvas: &Canvas, y: i32, text: &Text) -> Result<()> {
        let Frame { left, mut right, .. } = self.frame;
        if self.y.spread == Spread::Linear && self.y.low > 0.0 {
            let cut = text.get("figure.note.cut");
            canvas.text(cut, (right, y), Type::label().right())?;
            right -= canvas.width(cut, Type::label())? + ENTRY_GAP;
        }
        let face = Type::label().color(theme::INK);
        let beside = SWATCH + SWATCH_GAP + ENTRY_GAP;
        let names = self.items.iter().map(|item| canvas.width(&item.name, face)).sum::<Result<i32>>()?;
        let count = i32::try_from(self.items.len().max(1))?;
        // Names that do not fit side by side share the room evenly.
        let fits = names + count * beside - ENTRY_GAP <= right - left;
        let widest = if fits { i32::MAX } else { (right - left + ENTRY_GAP) / count - beside };
        let mut x = left;
        for item in &self.items {
            canvas.line(&[(x, y), (x + SWATCH, y)], item.pen(theme::CURVE + 2))?;
            let name = canvas.fit(&item.name, widest, face)?;
            canvas.text(&name, (x + SWATCH + SWATCH_GAP, y), face)?;
            x += canvas.width(&name, face)? + beside;
        }
        Ok(())
    }

    /// The migration as a light tint, the outage as a hatched one.
    fn spans(&self, canvas: &Canvas, spans: &Spans) -> Result<()> {
        let edges = |span: &Span| (self.frame.x(span.start), self.frame.x(span.end));
        let Frame { top, bottom, .. } = self.frame;
        if let Some(span) = &spans.migration {
            let (from, to) = edges(span);
            canvas.rectangle((from, top), (to, bottom), theme::AXIS, 0.13)?;
        }
        if let Some((_, span)) = &spans.outage {
            let (from, to) = edges(span);
            let color = Quantity::Outage(Method::Ping).color();
            canvas.rectangle((from, top), (to, bottom), color, 0.09)?;
            for stroke in hatch((from, to), (top, bottom)) {
                canvas.line(&stroke, Pen::new(color, theme::HAIR).alpha(0.3))?;
            }
        }
        Ok(())
    }

    fn grid(&self, canvas: &Canvas, text: &Text) -> Result<()> {
        let Frame { left, right, .. } = self.frame;
        for tick in &self.y.ticks {
            let y = self.frame.y(self.y.position(*tick));
            let pen = Pen::new(theme::GRID, theme::HAIR);
            canvas.line(&[(left, y), (right, y)], pen)?;
        }
        for tick in &self.y.ticks {
            let y = self.frame.y(self.y.position(*tick));
            canvas.text(&self.y.label(*tick, text), (left - 36, y), Type::label().right())?;
        }
        let bottom = self.frame.bottom;
        canvas.line(&[(left, bottom), (right, bottom)], Pen::new(theme::AXIS, theme::RULE))
    }

    /// Time zero as a thin upright line.
    fn request(&self, canvas: &Canvas) -> Result<()> {
        if self.x.low >= 0.0 || self.x.high <= 0.0 {
            return Ok(());
        }
        let x = self.frame.x(0.0);
        canvas.line(&[(x, self.frame.top), (x, self.frame.bottom)], Pen::new(theme::AXIS, theme::RULE))
    }

    fn places(&self, line: &Line) -> Vec<Point> {
        line.iter().map(|(t, value)| self.frame.map(*t, self.y.position(*value))).collect()
    }
}

/// Diagonal strokes, 45° up, that fill a rectangle and end at its edges.
fn hatch((left, right): (i32, i32), (top, bottom): (i32, i32)) -> Vec<[Point; 2]> {
    const DISTANCE: i32 = 60;
    let (width, height) = (right - left, bottom - top);
    if width <= 0 || height <= 0 {
        return Vec::new();
    }
    // The stroke of offset `o` is where x − left + bottom − y = o.
    (1..=(width + height) / DISTANCE)
        .map(|i| i * DISTANCE)
        .map(|offset| {
            let from = (left + (offset - height).max(0), bottom - offset.min(height));
            let to = (left + offset.min(width), bottom - (offset - width).max(0));
            [from, to]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hatching_stays_in_its_rectangle() {
        for (x, y) in [((100, 140), (0, 1000)), ((100, 2000), (0, 300)), ((5, 5), (0, 9))] {
            for [from, to] in hatch(x, y) {
                assert_eq!(to.0 - from.0, to.1 - from.1, "45° in {x:?} {y:?}");
                for point in [from, to] {
                    assert!((x.0..=x.1).contains(&point.0) && (y.0..=y.1).contains(&point.1), "{point:?}");
                }
            }
        }
        assert!(hatch((5, 5), (0, 9)).is_empty());
    }
}
