//! From plotters' SVG to ours.
//!
//! plotters writes one element for every stroke, with all attributes spelled out. Here
//! neighbours of the same style become one path with relative coordinates, text gets its exact
//! baseline and the weights of the bundled font, and the root element gets its size on a page, a
//! title and a description. The result is about a third as long and looks the same.
//!
//! This reads the output of plotters-svg 0.3: an element a line, attribute values escaped.
//! Elements that it does not know pass unchanged.

use std::fmt::Write as _;

/// plotters' ratio of font height to font size.
pub const FONT_HEIGHT: f64 = 1.24;

/// Height of Inter's capitals, as a share of the font size.
const CAPITAL_HEIGHT: f64 = 0.727;

/// CSS pixels a unit when an SVG file is shown alone.
const PIXELS_A_UNIT: f64 = 0.25;

/// The document of a raw drawing.
pub fn finish(raw: &str, (width, height): (i32, i32), title: &str, description: &str) -> String {
    let pixels = |units: i32| (f64::from(units) * PIXELS_A_UNIT).round();
    let mut out = Writer { text: String::with_capacity(raw.len() / 2), open: None };
    let _ = write!(
        out.text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" font-family=\"Inter, sans-serif\" fill=\"none\" stroke-linejoin=\"round\">\n\
         <title>{}</title>\n<desc>{}</desc>\n",
        pixels(width),
        pixels(height),
        escaped(title),
        escaped(description)
    );
    let mut lines = raw.lines();
    while let Some(line) = lines.next() {
        match line.split_once(' ').map_or(line, |(tag, _)| tag) {
            "<svg" | "</svg>" => {}
            "<polyline" => out.stroke(line, points(line)),
            "<line" => {
                out.stroke(line, [["x1", "y1"], ["x2", "y2"]].map(|p| p.map(|a| number(line, a))).to_vec())
            }
            "<polygon" => out.fill(line, points(line)),
            "<rect" => out.fill(line, corners(line)),
            "<circle" => out.circle(line),
            "<text" => {
                out.label(line, lines.next().unwrap_or_default());
                lines.next();
            }
            _ => out.element(line),
        }
    }
    out.element("</svg>");
    out.text
}

/// A text that may stand in an XML document and on one line: control characters and marks that
/// turn the writing direction are replaced.
pub fn printable(text: &str) -> String {
    let forbidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2028}' | '\u{2029}')
            || matches!(c, '\u{2066}'..='\u{2069}' | '\u{FFFE}' | '\u{FFFF}')
    };
    text.chars().map(|c| if forbidden(c) { '\u{FFFD}' } else { c }).collect()
}

fn escaped(text: &str) -> String {
    printable(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The document as it grows; paths of one style are collected until another style comes.
struct Writer {
    text: String,
    /// Style and data of the path that is still open.
    open: Option<(String, String)>,
}

impl Writer {
    fn stroke(&mut self, line: &str, points: Vec<[i32; 2]>) {
        let style = format!(
            "stroke=\"{}\" stroke-width=\"{}\"{}",
            attribute(line, "stroke"),
            attribute(line, "stroke-width"),
            opacity(line)
        );
        self.path(style, &points, false);
    }

    fn fill(&mut self, line: &str, points: Vec<[i32; 2]>) {
        self.path(format!("fill=\"{}\"{}", attribute(line, "fill"), opacity(line)), &points, true);
    }

    fn path(&mut self, style: String, points: &[[i32; 2]], closed: bool) {
        if self.open.as_ref().is_none_or(|(open, _)| *open != style) {
            self.close();
            self.open = Some((style, String::new()));
        }
        if let Some((_, data)) = &mut self.open {
            subpath(data, points, closed);
        }
    }

    fn circle(&mut self, line: &str) {
        let paint = match attribute(line, "fill") {
            "none" => format!(
                "stroke=\"{}\" stroke-width=\"{}\"",
                attribute(line, "stroke"),
                attribute(line, "stroke-width")
            ),
            fill => format!("fill=\"{fill}\""),
        };
        let [x, y, r] = ["cx", "cy", "r"].map(|name| number(line, name));
        self.element(&format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" {paint}{}/>", opacity(line)));
    }

    fn label(&mut self, line: &str, content: &str) {
        let size = attribute(line, "font-size").parse::<f64>().unwrap_or_default();
        let below = match attribute(line, "dy") {
            "0.76em" => CAPITAL_HEIGHT,
            "0.5ex" => CAPITAL_HEIGHT / 2.0,
            _ => 0.0,
        };
        let anchor = match attribute(line, "text-anchor") {
            "start" => String::new(),
            other => format!(" text-anchor=\"{other}\""),
        };
        let weight = if attribute(line, "font-weight") == "bold" { " font-weight=\"600\"" } else { "" };
        self.element(&format!(
            "<text x=\"{}\" y=\"{}\"{anchor} font-size=\"{}\"{weight} fill=\"{}\">{content}</text>",
            attribute(line, "x"),
            number(line, "y") + (below * size).round() as i32,
            size.round(),
            attribute(line, "fill"),
        ));
    }

    fn element(&mut self, element: &str) {
        self.close();
        self.text.push_str(element);
        self.text.push('\n');
    }

    fn close(&mut self) {
        if let Some((style, data)) = self.open.take()
            && !data.is_empty()
        {
            let _ = writeln!(self.text, "<path {style} d=\"{data}\"/>");
        }
    }
}

/// Adds a subpath: an absolute start, then steps. Steps that go on straight along an axis are
/// joined, those that go nowhere left out.
fn subpath(data: &mut String, points: &[[i32; 2]], closed: bool) {
    let [first, rest @ ..] = points else { return };
    let mut steps: Vec<[i32; 2]> = Vec::with_capacity(rest.len());
    let mut at = *first;
    for point in rest {
        let step = [point[0] - at[0], point[1] - at[1]];
        at = *point;
        let goes_on = |last: &[i32; 2]| {
            (0..2).any(|axis| {
                last[axis] == 0 && step[axis] == 0 && last[1 - axis].signum() == step[1 - axis].signum()
            })
        };
        match steps.last_mut() {
            _ if step == [0, 0] => {}
            Some(last) if goes_on(last) => *last = [last[0] + step[0], last[1] + step[1]],
            _ => steps.push(step),
        }
    }
    if steps.is_empty() {
        return;
    }
    let _ = write!(data, "M{} {}l", first[0], first[1]);
    for (index, number) in steps.iter().flatten().enumerate() {
        // A minus sign separates as well as a space does.
        let space = if index > 0 && *number >= 0 { " " } else { "" };
        let _ = write!(data, "{space}{number}");
    }
    if closed {
        data.push('z');
    }
}

fn points(line: &str) -> Vec<[i32; 2]> {
    attribute(line, "points")
        .split_ascii_whitespace()
        .filter_map(|point| {
            let (x, y) = point.split_once(',')?;
            Some([x.parse().ok()?, y.parse().ok()?])
        })
        .collect()
}

fn corners(line: &str) -> Vec<[i32; 2]> {
    let [x, y, width, height] = ["x", "y", "width", "height"].map(|name| number(line, name));
    vec![[x, y], [x + width, y], [x + width, y + height], [x, y + height]]
}

fn opacity(line: &str) -> String {
    match attribute(line, "opacity") {
        "" | "1" => String::new(),
        opacity => format!(" opacity=\"{opacity}\""),
    }
}

fn number(line: &str, name: &str) -> i32 {
    attribute(line, name).parse().unwrap_or_default()
}

/// The value of an attribute; empty if there is none.
fn attribute<'a>(line: &'a str, name: &str) -> &'a str {
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("=\"") {
        let Some((value, next)) = after.split_once('"') else { return "" };
        if before.strip_suffix(name).is_some_and(|before| before.ends_with(' ')) {
            return value;
        }
        rest = next;
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_one_style_become_one_path() {
        let raw = r##"<svg width="9" height="9" viewBox="0 0 9 9" xmlns="http://www.w3.org/2000/svg">
<polyline fill="none" opacity="1" stroke="#112233" stroke-width="4" points="0,10 5,10 9,10 12,4 12,4 "/>
<line opacity="1" stroke="#112233" stroke-width="4" x1="20" y1="1" x2="22" y2="-3"/>
<rect x="1" y="2" width="3" height="4" opacity="0.5" fill="#445566" stroke="none"/>
<text x="7" y="100" dy="0.5ex" text-anchor="end" font-family="Inter" font-size="65.99999999" opacity="1" fill="#000000" font-weight="bold">
a &lt;b&gt;
</text>
</svg>
"##;
        let done = finish(raw, (2380, 1580), "t & <t>", "d\u{0}\u{202E}");
        let body: Vec<&str> = done.lines().skip(1).collect();
        assert_eq!(
            body,
            [
                "<title>t &amp; &lt;t&gt;</title>",
                "<desc>d\u{FFFD}\u{FFFD}</desc>",
                "<path stroke=\"#112233\" stroke-width=\"4\" d=\"M0 10l9 0 3-6M20 1l2-4\"/>",
                "<path fill=\"#445566\" opacity=\"0.5\" d=\"M1 2l3 0 0 4-3 0z\"/>",
                "<text x=\"7\" y=\"124\" text-anchor=\"end\" font-size=\"66\" font-weight=\"600\" fill=\"#000000\">a &lt;b&gt;</text>",
                "</svg>",
            ]
        );
    }
}
