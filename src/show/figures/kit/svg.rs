//! plotters' drawings as compact SVG: a drawing backend that writes the document straight.
//!
//! Neighbouring lines, or neighbouring areas, of one style become one path with relative coordinates; text gets its
//! exact baseline and the weight of the bundled font; the root element gets its size on a page, a title and a
//! description. There are no identifiers, classes or clip paths.
//!
//! Text always stands upright, and what figures do not use (bitmaps, single pixels) is drawn as plain rectangles.

use std::convert::Infallible;
use std::fmt::Write as _;

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
};

/// plotters' ratio of font height to font size.
pub const FONT_HEIGHT: f64 = 1.24;

/// Height of Inter's capitals, as a share of the font size.
const CAPITAL_HEIGHT: f64 = 0.727;

/// CSS pixels per unit when an SVG file is shown alone.
const PIXELS_PER_UNIT: f64 = 0.25;

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// A document as it grows.
pub struct Svg<'a> {
    document: &'a mut String,
    size: (u32, u32),
    /// Style and data of the path that is still open: the next element of the same style goes on with it.
    open: Option<(Paint, String)>,
    finished: bool,
}

impl<'a> Svg<'a> {
    /// Begins a document of `size` units; [`DrawingBackend::present`] ends it.
    pub fn new(document: &'a mut String, size: (u32, u32), title: &str, description: &str) -> Self {
        let (width, height) = size;
        let pixels = |units: u32| (f64::from(units) * PIXELS_PER_UNIT).round();
        // Writing to a string cannot fail, here and below.
        let _ = write!(
            document,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {width} {height}\" \
             role=\"img\" font-family=\"Inter, sans-serif\" fill=\"none\" stroke-linejoin=\"round\">\n\
             <title>{}</title>\n<desc>{}</desc>\n",
            pixels(width),
            pixels(height),
            escaped(title),
            escaped(description)
        );
        Self { document, size, open: None, finished: false }
    }

    /// Adds to the open path, if it has the same style, or begins one. What is fully transparent is left out.
    fn path(&mut self, paint: Paint, points: impl IntoIterator<Item = BackendCoord>) {
        if paint.is_invisible() {
            return;
        }
        if self.open.as_ref().is_none_or(|(open, _)| *open != paint) {
            self.close();
        }
        let (_, data) = self.open.get_or_insert_with(|| (paint, String::new()));
        subpath(data, points, paint.stroke.is_none());
    }

    fn element(&mut self, element: &str) {
        self.close();
        self.document.push_str(element);
        self.document.push('\n');
    }

    fn close(&mut self) {
        if let Some((paint, data)) = self.open.take()
            && !data.is_empty()
        {
            let _ = writeln!(self.document, "<path {} d=\"{data}\"/>", paint.attributes());
        }
    }
}

impl DrawingBackend for Svg<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        if !self.finished {
            self.element("</svg>");
            self.finished = true;
        }
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.path(Paint::area(color), corners((x, y), (x + 1, y + 1)));
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.path(Paint::stroke(style), [from, to]);
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let corners = corners(upper_left, bottom_right);
        if fill {
            self.path(Paint::area(style.color()), corners);
        } else {
            self.path(Paint::stroke(style), corners.into_iter().chain([upper_left]));
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.path(Paint::stroke(style), path);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let paint = if fill { Paint::area(style.color()) } else { Paint::stroke(style) };
        if !paint.is_invisible() {
            self.element(&format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" {}/>", paint.attributes()));
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Drawn {
        self.path(Paint::area(style.color()), vert);
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, y): BackendCoord) -> Drawn {
        let paint = Paint::area(style.color());
        if paint.is_invisible() {
            return Ok(());
        }
        let size = style.size() / FONT_HEIGHT;
        let below = match style.anchor().v_pos {
            VPos::Top => CAPITAL_HEIGHT,
            VPos::Center => CAPITAL_HEIGHT / 2.0,
            VPos::Bottom => 0.0,
        };
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        let weight = if matches!(style.style(), FontStyle::Bold) { " font-weight=\"600\"" } else { "" };
        self.element(&format!(
            "<text x=\"{x}\" y=\"{}\"{anchor} font-size=\"{}\"{weight} {}>{}</text>",
            y + (below * size).round() as i32,
            size.round(),
            paint.attributes(),
            escaped(text)
        ));
        Ok(())
    }
}

/// How a path, a circle or a text is painted.
#[derive(Clone, Copy, PartialEq)]
struct Paint {
    rgb: (u8, u8, u8),
    alpha: f64,
    /// The width of a stroke; `None` for an area.
    stroke: Option<u32>,
}

impl Paint {
    fn area(BackendColor { alpha, rgb }: BackendColor) -> Self {
        Self { rgb, alpha, stroke: None }
    }

    fn stroke(style: &impl BackendStyle) -> Self {
        Self { stroke: Some(style.stroke_width()), ..Self::area(style.color()) }
    }

    fn is_invisible(self) -> bool {
        self.alpha == 0.0
    }

    fn attributes(self) -> String {
        let (red, green, blue) = self.rgb;
        let color = format!("\"#{red:02X}{green:02X}{blue:02X}\"");
        let mut attributes = match self.stroke {
            Some(width) => format!("stroke={color} stroke-width=\"{width}\""),
            None => format!("fill={color}"),
        };
        if self.alpha != 1.0 {
            // That of the paint, and not of the element: an element that is see-through is a group of its own in a PDF.
            let of = if self.stroke.is_some() { "stroke" } else { "fill" };
            let _ = write!(attributes, " {of}-opacity=\"{}\"", self.alpha);
        }
        attributes
    }
}

fn corners((left, top): BackendCoord, (right, bottom): BackendCoord) -> [BackendCoord; 4] {
    [(left, top), (right, top), (right, bottom), (left, bottom)]
}

/// Adds a subpath: an absolute start, then steps. Steps that go on straight along an axis are joined, those that go
/// nowhere left out, and so is a subpath of no steps.
fn subpath(data: &mut String, points: impl IntoIterator<Item = BackendCoord>, closed: bool) {
    let mut points = points.into_iter();
    let Some(first) = points.next() else { return };
    let mut steps: Vec<BackendCoord> = Vec::new();
    let mut at = first;
    for point in points {
        let step = (point.0 - at.0, point.1 - at.1);
        at = point;
        if step == (0, 0) {
            continue;
        }
        match steps.last_mut() {
            Some(last) if goes_on(*last, step) => *last = (last.0 + step.0, last.1 + step.1),
            Some(_) | None => steps.push(step),
        }
    }
    if steps.is_empty() {
        return;
    }
    let _ = write!(data, "M{} {}l", first.0, first.1);
    for (index, number) in steps.into_iter().flat_map(|(x, y)| [x, y]).enumerate() {
        // A minus sign separates as well as a space does.
        let space = if index > 0 && number >= 0 { " " } else { "" };
        let _ = write!(data, "{space}{number}");
    }
    if closed {
        data.push('z');
    }
}

/// Whether a step goes on in the direction of the one before, along an axis.
fn goes_on(before: BackendCoord, step: BackendCoord) -> bool {
    let upright = before.0 == 0 && step.0 == 0 && before.1.signum() == step.1.signum();
    let level = before.1 == 0 && step.1 == 0 && before.0.signum() == step.0.signum();
    upright || level
}

/// A text that may stand in an XML document and on one line: control characters and marks that turn the writing
/// direction are replaced.
pub fn printable(text: &str) -> String {
    let forbidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2028}' | '\u{2029}')
            || matches!(c, '\u{2066}'..='\u{2069}' | '\u{FFFE}' | '\u{FFFF}')
    };
    text.chars().map(|c| if forbidden(c) { '\u{FFFD}' } else { c }).collect()
}

/// Printable text as the content of an element; quotes are escaped as in attributes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in printable(text).chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use plotters::style::text_anchor::Pos;
    use plotters::style::{Color, FontDesc, FontFamily, RGBAColor, RGBColor, ShapeStyle, TextStyle};

    use super::*;

    const INK: RGBColor = RGBColor(0x11, 0x22, 0x33);

    /// What a drawing adds between the description and the end.
    fn body(draw: impl FnOnce(&mut Svg)) -> Vec<String> {
        let mut document = String::new();
        let mut svg = Svg::new(&mut document, (2380, 1580), "t", "d");
        draw(&mut svg);
        svg.present().unwrap();
        let lines: Vec<String> = document.lines().map(str::to_owned).collect();
        let ([.., desc], [body @ .., end]) = lines.split_at(3) else { panic!("{document}") };
        assert_eq!((desc.as_str(), end.as_str()), ("<desc>d</desc>", "</svg>"));
        body.to_vec()
    }

    fn pen(color: RGBAColor, stroke_width: u32) -> ShapeStyle {
        ShapeStyle { color, filled: false, stroke_width }
    }

    fn label(size: f64, style: FontStyle, pos: Pos) -> TextStyle<'static> {
        let font = FontDesc::new(FontFamily::Name("Inter"), size * FONT_HEIGHT, style);
        TextStyle { font, color: INK.to_backend_color(), pos }
    }

    #[test]
    fn the_root_has_its_size_a_title_and_a_description() {
        let mut document = String::new();
        let mut svg = Svg::new(&mut document, (2380, 1580), "t & <t>", "d\u{0}\u{202E}");
        assert_eq!(svg.get_size(), (2380, 1580));
        svg.ensure_prepared().unwrap();
        svg.present().unwrap();
        svg.present().unwrap();
        assert_eq!(
            document,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"595\" height=\"395\" viewBox=\"0 0 2380 1580\" \
             role=\"img\" font-family=\"Inter, sans-serif\" fill=\"none\" stroke-linejoin=\"round\">\n\
             <title>t &amp; &lt;t&gt;</title>\n<desc>d\u{FFFD}\u{FFFD}</desc>\n</svg>\n"
        );
    }

    #[test]
    fn neighbours_of_one_style_become_one_path() {
        let style = pen(INK.to_rgba(), 4);
        let drawn = body(|svg| {
            svg.draw_path([(0, 10), (5, 10), (9, 10), (12, 4), (12, 4)], &style).unwrap();
            svg.draw_line((20, 1), (22, -3), &style).unwrap();
            svg.draw_line((0, 0), (1, 1), &pen(INK.to_rgba(), 6)).unwrap();
            svg.draw_line((0, 0), (1, 1), &style).unwrap();
        });
        assert_eq!(
            drawn,
            [
                "<path stroke=\"#112233\" stroke-width=\"4\" d=\"M0 10l9 0 3-6M20 1l2-4\"/>",
                "<path stroke=\"#112233\" stroke-width=\"6\" d=\"M0 0l1 1\"/>",
                "<path stroke=\"#112233\" stroke-width=\"4\" d=\"M0 0l1 1\"/>",
            ]
        );
    }

    #[test]
    fn straight_steps_are_joined_but_not_turns_back() {
        let points = [(0, 0), (0, 3), (0, 7), (0, 2), (4, 2), (9, 2), (10, 3), (11, 4)];
        assert_eq!(
            body(|svg| svg.draw_path(points, &pen(INK.to_rgba(), 4)).unwrap()),
            ["<path stroke=\"#112233\" stroke-width=\"4\" d=\"M0 0l0 7 0-5 9 0 1 1 1 1\"/>"]
        );
    }

    #[test]
    fn areas_are_closed_and_circles_stand_alone() {
        let half = INK.mix(0.5);
        let drawn = body(|svg| {
            svg.draw_rect((1, 2), (4, 6), &half, true).unwrap();
            svg.fill_polygon([(0, 0), (5, 5), (0, 5)], &half).unwrap();
            svg.draw_pixel((7, 8), half.to_backend_color()).unwrap();
            svg.draw_circle((3, 4), 5, &half, true).unwrap();
            svg.draw_circle((3, 4), 5, &pen(INK.to_rgba(), 6), false).unwrap();
            svg.draw_rect((1, 2), (4, 6), &pen(INK.to_rgba(), 6), false).unwrap();
        });
        assert_eq!(
            drawn,
            [
                "<path fill=\"#112233\" fill-opacity=\"0.5\" \
                 d=\"M1 2l3 0 0 4-3 0zM0 0l5 5-5 0zM7 8l1 0 0 1-1 0z\"/>",
                "<circle cx=\"3\" cy=\"4\" r=\"5\" fill=\"#112233\" fill-opacity=\"0.5\"/>",
                "<circle cx=\"3\" cy=\"4\" r=\"5\" stroke=\"#112233\" stroke-width=\"6\"/>",
                "<path stroke=\"#112233\" stroke-width=\"6\" d=\"M1 2l3 0 0 4-3 0 0-4\"/>",
            ]
        );
    }

    #[test]
    fn what_cannot_be_seen_is_left_out() {
        let drawn = body(|svg| {
            let (none, style) = (INK.mix(0.0), pen(INK.to_rgba(), 4));
            svg.draw_line((0, 0), (9, 9), &style).unwrap();
            svg.draw_line((0, 0), (9, 9), &none).unwrap();
            svg.draw_rect((0, 0), (9, 9), &none, true).unwrap();
            svg.draw_circle((0, 0), 9, &none, true).unwrap();
            let invisible = TextStyle {
                color: none.to_backend_color(),
                ..label(66.0, FontStyle::Normal, Pos::new(HPos::Left, VPos::Center))
            };
            svg.draw_text("none", &invisible, (0, 0)).unwrap();
            svg.draw_path([(5, 5)], &style).unwrap();
            svg.draw_path([(5, 5), (5, 5)], &style).unwrap();
            svg.draw_path([], &style).unwrap();
            svg.draw_line((1, 1), (2, 2), &style).unwrap();
        });
        assert_eq!(drawn, ["<path stroke=\"#112233\" stroke-width=\"4\" d=\"M0 0l9 9M1 1l1 1\"/>"]);
    }

    #[test]
    fn text_stands_on_its_baseline() {
        let drawn = body(|svg| {
            let mut draw = |style, h, v| {
                svg.draw_text("a", &label(66.0, style, Pos::new(h, v)), (7, 100)).unwrap();
            };
            draw(FontStyle::Normal, HPos::Left, VPos::Top);
            draw(FontStyle::Normal, HPos::Center, VPos::Center);
            draw(FontStyle::Bold, HPos::Right, VPos::Bottom);
        });
        assert_eq!(
            drawn,
            [
                "<text x=\"7\" y=\"148\" font-size=\"66\" fill=\"#112233\">a</text>",
                "<text x=\"7\" y=\"124\" text-anchor=\"middle\" font-size=\"66\" fill=\"#112233\">a</text>",
                "<text x=\"7\" y=\"100\" text-anchor=\"end\" font-size=\"66\" font-weight=\"600\" \
                 fill=\"#112233\">a</text>",
            ]
        );
    }

    #[test]
    fn hostile_text_stays_text_on_one_line() {
        let evil = "</text><script>x</script>\"&'\u{0}\u{202E}\u{2028}\n";
        let drawn = body(|svg| {
            let style = label(66.0, FontStyle::Normal, Pos::new(HPos::Left, VPos::Bottom));
            svg.draw_text(evil, &style, (0, 0)).unwrap();
        });
        let escaped =
            "&lt;/text&gt;&lt;script&gt;x&lt;/script&gt;&quot;&amp;&apos;\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}";
        assert_eq!(
            drawn,
            [format!("<text x=\"0\" y=\"0\" font-size=\"66\" fill=\"#112233\">{escaped}</text>")]
        );
    }
}
