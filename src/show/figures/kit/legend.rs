//! A legend of patches: as many lines as it needs.

use anyhow::Result;
use plotters::style::RGBColor;

use super::canvas::{self, Canvas, Pen, Point, Type};
use super::theme;

/// Distance of two lines.
pub const LINE: i32 = 92;
const PATCH: i32 = 58;
const NAME_GAP: i32 = 26;
const ENTRY_GAP: i32 = 90;
/// No name is wider.
const WIDEST: i32 = 1100;

/// What stands before a name.
pub enum Mark {
    /// What the names after it have in common.
    Head,
    /// A patch of each colour.
    Patches(Vec<RGBColor>),
    Line,
    Diamond,
}

struct Entry {
    mark: Mark,
    name: String,
    x: i32,
    line: i32,
}

pub struct Legend {
    entries: Vec<Entry>,
    pub lines: i32,
}

impl Legend {
    /// The entries one after another between `left` and `right`.
    pub fn new(entries: Vec<(Mark, String)>, (left, right): (i32, i32)) -> Result<Self> {
        let (mut x, mut line) = (left, 0);
        let mut placed = Vec::new();
        for (mark, name) in entries {
            let name: String = name.chars().take(200).collect();
            let wide = canvas::width(&name, face(&mark))?.min(WIDEST);
            let width = mark_width(&mark) + wide;
            if x > left && x + width > right {
                (x, line) = (left, line + 1);
            }
            let gap = if matches!(mark, Mark::Head) { NAME_GAP } else { ENTRY_GAP };
            placed.push(Entry { mark, name, x, line });
            x += width + gap;
        }
        let lines = if placed.is_empty() { 0 } else { line + 1 };
        Ok(Self { entries: placed, lines })
    }

    pub fn height(&self) -> i32 {
        self.lines * LINE
    }

    /// `top` is the upper edge of the first line.
    pub fn draw(&self, canvas: &Canvas, top: i32) -> Result<()> {
        for entry in &self.entries {
            let (x, y) = (entry.x, top + entry.line * LINE + LINE / 2);
            match &entry.mark {
                Mark::Head => {}
                Mark::Patches(colors) => {
                    for (left, color) in (x..).step_by(PATCH as usize).zip(colors) {
                        let half = PATCH / 2;
                        canvas.rectangle((left, y - half), (left + PATCH, y + half), *color, 1.0)?;
                    }
                }
                Mark::Line => alone(canvas, x + PATCH / 2, (y - PATCH / 2, y + PATCH / 2))?,
                Mark::Diamond => expected(canvas, (x + PATCH / 2, y))?,
            }
            let face = face(&entry.mark);
            let name = canvas.fit(&entry.name, WIDEST, face)?;
            canvas.text(&name, (x + mark_width(&entry.mark), y), face)?;
        }
        Ok(())
    }
}

fn face(mark: &Mark) -> Type {
    if matches!(mark, Mark::Head) { Type::label() } else { Type::label().color(theme::INK) }
}

fn mark_width(mark: &Mark) -> i32 {
    match mark {
        Mark::Head => 0,
        Mark::Patches(colors) => PATCH * i32::try_from(colors.len()).unwrap_or(1) + NAME_GAP,
        Mark::Line | Mark::Diamond => PATCH + NAME_GAP,
    }
}

/// An upright line that is seen on any colour.
pub fn alone(canvas: &Canvas, x: i32, (top, bottom): (i32, i32)) -> Result<()> {
    let line = [(x, top), (x, bottom)];
    canvas.line(&line, Pen::new(theme::PAPER, theme::CURVE + 8))?;
    canvas.line(&line, Pen::new(theme::INK, theme::CURVE - 2))
}

/// A hollow diamond that is seen on any colour.
pub fn expected(canvas: &Canvas, (x, y): Point) -> Result<()> {
    for (radius, color) in [(42, theme::PAPER), (34, theme::INK), (20, theme::PAPER)] {
        canvas.polygon(&[(x - radius, y), (x, y - radius), (x + radius, y), (x, y + radius)], color, 1.0)?;
    }
    Ok(())
}
