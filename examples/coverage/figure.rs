//! Coverage of every method in every scenario as dots on their binomial intervals, against the claim.

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, register_font};
use plotters_svg::SVGBackend;

use super::Outcome;
use super::tally::{COLUMNS, Tally};

/// What the bounds claim: they are hard where nothing breaks their assumptions.
const CLAIM: f64 = 0.995;
/// The left end of every axis; what is lower is told as a number.
const LOWEST: f64 = 0.94;

// Units are those of the figures of a report: a tenth of a point at 17 cm.
const WIDTH: i32 = 4820;
const LEFT: i32 = 1270;
const TOP: i32 = 330;
const LANE: i32 = 108;
const GAP: i32 = 170;
/// From the last panel to the right edge, for half a label.
const RIGHT: i32 = 110;
const DOT: i32 = 26;
const LABEL: i32 = 66;

const INK: RGBColor = RGBColor(0x1A, 0x1A, 0x1A);
const SOFT_INK: RGBColor = RGBColor(0x59, 0x59, 0x59);
const AXIS: RGBColor = RGBColor(0x80, 0x80, 0x80);
const GRID: RGBColor = RGBColor(0xDE, 0xDE, 0xDE);
const CLAIM_COLOR: RGBColor = RGBColor(0x00, 0x85, 0x62);
/// ping, reply gap and guest clock; two columns each for those of ping.
const COLORS: [RGBColor; 5] = [
    RGBColor(0xD5, 0x5E, 0x00),
    RGBColor(0xD5, 0x5E, 0x00),
    RGBColor(0x88, 0x22, 0x55),
    RGBColor(0x88, 0x22, 0x55),
    RGBColor(0x00, 0x72, 0xB2),
];

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// The figure as an SVG document. The hypervisor's column, which is always full, is left out.
pub fn draw(outcomes: &[Outcome]) -> Result<String> {
    let regular = include_bytes!("../../report-templates/fonts/Inter-Regular.ttf");
    let semi_bold = include_bytes!("../../report-templates/fonts/Inter-SemiBold.ttf");
    register_font("Inter", FontStyle::Normal, regular).map_err(|_| anyhow!("the font cannot be read"))?;
    register_font("Inter", FontStyle::Bold, semi_bold).map_err(|_| anyhow!("the font cannot be read"))?;
    let bottom = TOP + LANE * i32::try_from(outcomes.len())?;
    let mut svg = String::new();
    {
        let size = (WIDTH.unsigned_abs(), (bottom + 200).unsigned_abs());
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        area.fill(&WHITE)?;
        heading(&area)?;
        for (number, outcome) in (0..).zip(outcomes) {
            let name = outcome.scenario.what;
            text(&area, name, (LEFT - 70, lane(number)), HPos::Right, FontStyle::Normal, INK)?;
        }
        let width = (WIDTH - LEFT - RIGHT - 4 * GAP) / 5;
        for (number, ((column, name), color)) in (0..).zip(COLUMNS.iter().zip(COLORS)) {
            let panel = Panel { area: &area, left: LEFT + number * (width + GAP), width, bottom, color };
            panel.axis(name)?;
            for (number, outcome) in (0..).zip(outcomes) {
                if let Some(tally) = outcome.tallies.get(column) {
                    panel.mark(tally, lane(number))?;
                }
            }
        }
        area.present()?;
    }
    Ok(svg.replace("font-family=\"Inter\"", "font-family=\"Inter, sans-serif\""))
}

/// The middle of a scenario's row.
fn lane(number: i32) -> i32 {
    TOP + LANE * number + LANE / 2
}

fn heading(area: &Area<'_>) -> Result<()> {
    let title = "Share of the intervals that hold the true standstill";
    text(area, title, (20, 60), HPos::Left, FontStyle::Bold, INK)?;
    let note =
        "%, with 95 % interval; ring: the interval holds it or the run is flagged; line: the claim, 99.5 %";
    text(area, note, (20, 150), HPos::Left, FontStyle::Normal, SOFT_INK)
}

fn text(
    area: &Area<'_>,
    label: &str,
    at: (i32, i32),
    side: HPos,
    weight: FontStyle,
    ink: RGBColor,
) -> Result<()> {
    let size = f64::from(if matches!(weight, FontStyle::Bold) { LABEL + 6 } else { LABEL }) * 1.24;
    let style =
        TextStyle::from(("Inter", size, weight).into_font()).color(&ink).pos(Pos::new(side, VPos::Center));
    Ok(area.draw(&Text::new(label.to_owned(), at, style))?)
}

/// One method: its axis and its marks.
struct Panel<'a, 'b> {
    area: &'a Area<'b>,
    left: i32,
    width: i32,
    bottom: i32,
    color: RGBColor,
}

impl Panel<'_, '_> {
    fn x(&self, share: f64) -> i32 {
        let part = (share.max(LOWEST) - LOWEST) / (1.0 - LOWEST);
        self.left + (part * f64::from(self.width)).round() as i32
    }

    fn line(&self, from: (i32, i32), to: (i32, i32), color: RGBColor, width: u32) -> Result<()> {
        Ok(self.area.draw(&PathElement::new([from, to], color.stroke_width(width)))?)
    }

    fn axis(&self, name: &str) -> Result<()> {
        text(self.area, name, (self.left, 265), HPos::Left, FontStyle::Bold, INK)?;
        for share in [0.94, 0.96, 0.98, 1.0] {
            let x = self.x(share);
            self.line((x, TOP), (x, self.bottom), GRID, 4)?;
            let label = format!("{:.0}", 100.0 * share);
            text(self.area, &label, (x, self.bottom + 80), HPos::Center, FontStyle::Normal, SOFT_INK)?;
        }
        self.line((self.x(CLAIM), TOP), (self.x(CLAIM), self.bottom), CLAIM_COLOR, 8)?;
        self.line((self.left, self.bottom), (self.left + self.width, self.bottom), AXIS, 6)
    }

    /// The dot, or its number at the left end of the axis; the ring where flags change the share.
    fn mark(&self, tally: &Tally, y: i32) -> Result<()> {
        let (held, told) = (tally.coverage(), tally.held_or_warned());
        // A ring that its dot would hide says nothing.
        if told >= LOWEST && self.x(told) - self.x(held) > DOT {
            self.interval(tally, told, y)?;
            self.area.draw(&Circle::new((self.x(told), y), DOT, WHITE.filled()))?;
            self.area.draw(&Circle::new((self.x(told), y), DOT, self.color.stroke_width(8)))?;
        }
        if held < LOWEST {
            let label = format!("\u{2039} {:.0}", 100.0 * held);
            return text(self.area, &label, (self.left - 8, y), HPos::Left, FontStyle::Bold, self.color);
        }
        self.interval(tally, held, y)?;
        Ok(self.area.draw(&Circle::new((self.x(held), y), DOT, self.color.filled()))?)
    }

    fn interval(&self, tally: &Tally, share: f64, y: i32) -> Result<()> {
        let (low, high) = wilson(share, f64::from(tally.runs));
        self.line((self.x(low), y), (self.x(high), y), self.color, 8)
    }
}

/// 95 % interval of a share of `n` (Wilson, 1927).
fn wilson(share: f64, n: f64) -> (f64, f64) {
    const Z: f64 = 1.959_964;
    let middle = share + Z * Z / (2.0 * n);
    let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    ((middle - half) / (1.0 + Z * Z / n), (middle + half) / (1.0 + Z * Z / n))
}
