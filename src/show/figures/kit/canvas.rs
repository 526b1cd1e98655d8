//! What figures are drawn on: plotters with this program's backend, fonts and strokes.
//!
//! Coordinates are units from the upper left corner; the module of all figures says what a unit is.

use anyhow::Result;
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::element::DashedPathElement;
use plotters::prelude::{
    Cartesian2d, Circle, DrawingArea, IntoDrawingArea, PathElement, Polygon, Rectangle, Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBAColor, RGBColor, ShapeStyle, TextStyle};

use super::svg::{self, Svg};
use super::theme::{self, Dash};

/// A place on a canvas, units.
pub type Point = (i32, i32);

/// Values to places; see [`Frame::map`].
type Plane = Cartesian2d<RangedCoordf64, RangedCoordf64>;

pub struct Canvas<'a> {
    area: DrawingArea<Svg<'a>, Shift>,
    regular: FontDesc<'static>,
    semi_bold: FontDesc<'static>,
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Pen {
    pub color: RGBColor,
    pub alpha: f64,
    pub width: u32,
    pub dash: Dash,
}

impl Pen {
    pub fn new(color: RGBColor, width: u32) -> Self {
        Self { color, alpha: 1.0, width, dash: None }
    }

    pub fn alpha(self, alpha: f64) -> Self {
        Self { alpha, ..self }
    }

    pub fn dash(self, dash: Dash) -> Self {
        Self { dash, ..self }
    }
}

/// How a label is set; its point is at half the height of capitals.
#[derive(Clone, Copy)]
pub struct Type {
    size: i32,
    color: RGBColor,
    semi_bold: bool,
    anchor: HPos,
}

impl Type {
    pub fn label() -> Self {
        Self { size: theme::LABEL_SIZE, color: theme::SOFT_INK, semi_bold: false, anchor: HPos::Left }
    }

    pub fn title() -> Self {
        Self { size: theme::TITLE_SIZE, color: theme::INK, semi_bold: true, ..Self::label() }
    }

    pub fn color(self, color: RGBColor) -> Self {
        Self { color, ..self }
    }

    pub fn semi_bold(self) -> Self {
        Self { semi_bold: true, ..self }
    }

    /// The point is at the right end of the label.
    pub fn right(self) -> Self {
        Self { anchor: HPos::Right, ..self }
    }

    /// The point is at the middle of the label.
    pub fn centred(self) -> Self {
        Self { anchor: HPos::Center, ..self }
    }
}

/// Width of a label before there is a canvas, units.
pub fn width(label: &str, face: Type) -> Result<i32> {
    theme::register_fonts()?;
    let style = if face.semi_bold { FontStyle::Bold } else { FontStyle::Normal };
    let font = FontDesc::new(FontFamily::Name(theme::FAMILY), f64::from(face.size) * svg::FONT_HEIGHT, style);
    let (width, _) = font.box_size(&svg::printable(label))?;
    Ok(i32::try_from(width)?)
}

/// The widest of some labels, but not more than `most`.
pub fn widest<'a>(labels: impl Iterator<Item = &'a String>, face: Type, most: i32) -> Result<i32> {
    // A name from a log can have any length.
    let widths = labels.map(|label| width(&label.chars().take(200).collect::<String>(), face));
    Ok(widths.collect::<Result<Vec<_>>>()?.into_iter().max().unwrap_or(0).min(most))
}

/// Draws a document of `size` and gives it a title and a description for those who cannot see it.
pub fn document(
    size: (i32, i32),
    title: &str,
    description: &str,
    paint: impl FnOnce(&Canvas) -> Result<()>,
) -> Result<String> {
    theme::register_fonts()?;
    let size = (size.0.unsigned_abs(), size.1.unsigned_abs());
    let mut document = String::new();
    let canvas = Canvas {
        area: Svg::new(&mut document, size, title, description).into_drawing_area(),
        regular: FontDesc::new(FontFamily::Name(theme::FAMILY), 1.0, FontStyle::Normal),
        semi_bold: FontDesc::new(FontFamily::Name(theme::FAMILY), 1.0, FontStyle::Bold),
    };
    paint(&canvas)?;
    canvas.area.present()?;
    drop(canvas);
    Ok(document)
}

impl Canvas<'_> {
    pub fn line(&self, points: &[Point], pen: Pen) -> Result<()> {
        let style = stroke(pen);
        match pen.dash {
            None => self.area.draw(&PathElement::new(points, style))?,
            Some((dash, gap)) => {
                let points = points.iter().copied();
                self.area.draw(&DashedPathElement::new(points, dash, gap, style))?;
            }
        }
        Ok(())
    }

    pub fn rectangle(&self, from: Point, to: Point, color: RGBColor, alpha: f64) -> Result<()> {
        Ok(self.area.draw(&Rectangle::new([from, to], fill(color, alpha)))?)
    }

    pub fn polygon(&self, points: &[Point], color: RGBColor, alpha: f64) -> Result<()> {
        Ok(self.area.draw(&Polygon::new(points, fill(color, alpha)))?)
    }

    pub fn dot(&self, centre: Point, radius: i32, color: RGBColor, alpha: f64) -> Result<()> {
        Ok(self.area.draw(&Circle::new(centre, radius, fill(color, alpha)))?)
    }

    pub fn ring(&self, centre: Point, radius: i32, pen: Pen) -> Result<()> {
        Ok(self.area.draw(&Circle::new(centre, radius, stroke(pen)))?)
    }

    pub fn text(&self, label: &str, at: Point, face: Type) -> Result<()> {
        if label.is_empty() {
            return Ok(());
        }
        let style = TextStyle {
            font: self.font(face),
            color: face.color.to_backend_color(),
            pos: Pos::new(face.anchor, VPos::Center),
        };
        Ok(self.area.draw(&Text::new(label, at, style))?)
    }

    /// Width of a label, units; a little more than is needed.
    pub fn width(&self, label: &str, face: Type) -> Result<i32> {
        let (width, _) = self.font(face).box_size(&svg::printable(label))?;
        Ok(i32::try_from(width)?)
    }

    /// The label, shortened with an ellipsis if it is wider than `width`.
    pub fn fit(&self, label: &str, width: i32, face: Type) -> Result<String> {
        if self.width(label, face)? <= width {
            return Ok(label.to_owned());
        }
        // A name from a log can have any length; no label has more than some dozens of letters.
        let mut letters: Vec<char> = label.chars().take(200).collect();
        while letters.pop().is_some() {
            let shortened = format!("{}…", letters.iter().collect::<String>().trim_end());
            if self.width(&shortened, face)? <= width {
                return Ok(shortened);
            }
        }
        Ok(String::new())
    }

    fn font(&self, face: Type) -> FontDesc<'static> {
        let font = if face.semi_bold { &self.semi_bold } else { &self.regular };
        font.resize(f64::from(face.size) * svg::FONT_HEIGHT)
    }
}

/// A rectangle of the canvas with a coordinate plane.
#[derive(Clone)]
pub struct Frame {
    pub left: i32,
    pub right: i32,
    pub top: i32,
    pub bottom: i32,
    plane: Plane,
}

impl Frame {
    /// `x` and `y` are the values at the left and right, bottom and top edges.
    pub fn new(edges: Edges, x: (f64, f64), y: (f64, f64)) -> Self {
        let Edges { left, right, top, bottom } = edges;
        Self { left, right, top, bottom, plane: Plane::new(x.0..x.1, y.0..y.1, (left..right, bottom..top)) }
    }

    /// The place of a value, kept inside the frame.
    pub fn map(&self, x: f64, y: f64) -> Point {
        use plotters::prelude::CoordTranslate;
        let (x, y) = self.plane.translate(&(x, y));
        (x.clamp(self.left, self.right), y.clamp(self.top, self.bottom))
    }

    pub fn x(&self, x: f64) -> i32 {
        self.map(x, 0.0).0
    }

    pub fn y(&self, y: f64) -> i32 {
        self.map(0.0, y).1
    }
}

/// The edges of a rectangle, units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edges {
    pub left: i32,
    pub right: i32,
    pub top: i32,
    pub bottom: i32,
}

fn stroke(pen: Pen) -> ShapeStyle {
    ShapeStyle { color: pen.color.mix(pen.alpha), filled: false, stroke_width: pen.width }
}

fn fill(color: RGBColor, alpha: f64) -> ShapeStyle {
    ShapeStyle { color: RGBAColor(color.0, color.1, color.2, alpha), filled: true, stroke_width: 0 }
}
