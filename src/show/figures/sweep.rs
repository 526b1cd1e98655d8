//! A quantity against a numeric factor: means with their intervals and the single runs, for each level of a second
//! factor a line – a straight one where it describes the values – and where no migration completed.

use anyhow::Result;
use plotters::style::RGBColor;

use super::figure::{Description, Figure, Layout, Place};
use super::kit::canvas::{Canvas, Edges, Frame, Pen, Point, Type, document};
use super::kit::names::slug;
use super::kit::scale::Scale;
use super::kit::theme;
use super::kit::units::readable;
use crate::model::{Analysis, Sweep, SweepLine, SweepPoint};
use crate::show::text::{Text, factor_label, factor_words};
use crate::stats::LinearFit;

const TITLE_Y: i32 = 60;
const LEGEND_Y: i32 = 160;
const LEFT: i32 = 230;
const RIGHT: i32 = 120;
const TOP: i32 = 300;
/// What stands above the plot, from its top.
const ABOVE: i32 = 65;
const PLOT_HEIGHT: i32 = 1000;
const DOT: i32 = 17;
/// More lines than these cannot be distinguished.
const MOST_LINES: usize = theme::GROUPS.len();

/// The sweeps that can be drawn, with their indices into [`Analysis::sweeps`].
fn drawn(analysis: &Analysis) -> impl Iterator<Item = (usize, &Sweep)> {
    analysis.sweeps.iter().enumerate().filter(|(_, sweep)| sweep.lines.len() <= MOST_LINES)
}

/// The quantities that sweeps show.
pub fn swept(analysis: &Analysis) -> impl Iterator<Item = &str> {
    drawn(analysis).map(|(_, sweep)| sweep.metric.as_str())
}

/// A quantity against a numeric factor.
pub struct SweepFigure<'a> {
    analysis: &'a Analysis,
    sweep: &'a Sweep,
    /// Its place among all sweeps, from 1.
    number: usize,
}

impl<'a> SweepFigure<'a> {
    pub fn list(analysis: &'a Analysis) -> impl Iterator<Item = Self> {
        drawn(analysis).map(move |(index, sweep)| Self { analysis, sweep, number: index + 1 })
    }
}

impl Figure for SweepFigure<'_> {
    fn name(&self) -> String {
        format!("sweep-{}", slug(&self.sweep.metric, || format!("quantity{}", self.number)))
    }

    fn place(&self) -> Option<Place<'_>> {
        Some(Place::Trends)
    }

    fn layout(&self) -> Layout {
        Layout::Half { row: "sweep", host: None }
    }

    fn description(&self, text: &Text) -> Description {
        let (quantity, factor) = (text.metric(&self.sweep.metric), factor_label(&self.sweep.factor));
        Description::new("sweep", &[("quantity", &quantity), ("factor", &factor)], text)
    }

    fn draw(&self, text: &Text) -> Result<String> {
        let sweep = self.sweep;
        let (quantity, factor) = (text.metric(&sweep.metric), factor_label(&sweep.factor));
        let title = text.fill("figure.title.sweep", &[("quantity", &quantity), ("factor", &factor)]);
        let note = note(sweep, text);
        let bottom = TOP + PLOT_HEIGHT;
        document((theme::PAIR_WIDTH, bottom + 300), &title, &note, |canvas| {
            let heading = canvas.fit(&title, theme::PAIR_WIDTH - 20, Type::title())?;
            canvas.text(&heading, (10, TITLE_Y), Type::title())?;
            let edges = Edges { left: LEFT, right: theme::PAIR_WIDTH - RIGHT, top: TOP, bottom };
            let plot = Plot::new(sweep, edges);
            match sweep.lines.as_slice() {
                [only] => plot.slope(canvas, only.trend(), &sweep.factor, text)?,
                lines => legend(canvas, lines)?,
            }
            if let Some(beyond) = Beyond::new(sweep, self.analysis) {
                plot.beyond(canvas, &beyond, text)?;
            }
            plot.axes(canvas, &factor, text)?;
            for (group, line) in sweep.lines.iter().enumerate() {
                plot.line(canvas, line, group)?;
            }
            let note = canvas.fit(&note, theme::PAIR_WIDTH - 20, Type::label())?;
            canvas.text(&note, (10, bottom + 250), Type::label())
        })
    }
}

fn note(sweep: &Sweep, text: &Text) -> String {
    let incomplete = points(sweep).any(is_missing);
    let without_end = points(sweep).any(|at| at.without_end > 0);
    // The slope of a single line stands above the plot.
    let straight = sweep.lines.len() > 1 && sweep.lines.iter().any(|line| line.trend().is_some());
    let notes = [
        Some("figure.note.sweep"),
        incomplete.then_some("figure.note.sweep_incomplete"),
        without_end.then_some("figure.note.sweep_without_end"),
        straight.then_some("figure.note.sweep_line"),
    ];
    notes.into_iter().flatten().map(|key| text.get(key)).collect::<Vec<_>>().join("; ")
}

fn points(sweep: &Sweep) -> impl Iterator<Item = &SweepPoint> {
    sweep.lines.iter().flat_map(|line| &line.points)
}

/// Whether nothing completed. Where values have no end there is no mean either.
fn is_missing(at: &SweepPoint) -> bool {
    at.mean.is_none() && at.without_end == 0
}

/// The numbers from which on nothing completed.
struct Beyond {
    /// Half way from the last number at which something did.
    from: f64,
    runs: usize,
    /// Whether pre-copy is known not to converge at any of them.
    diverges: bool,
}

impl Beyond {
    /// `None` where something completed at the last number, or nothing anywhere.
    fn new(sweep: &Sweep, analysis: &Analysis) -> Option<Self> {
        let completed = points(sweep).filter(|at| !is_missing(at)).map(|at| at.number);
        let last = completed.reduce(f64::max)?;
        let without: Vec<&SweepPoint> = points(sweep).filter(|at| at.number > last).collect();
        let first = without.iter().map(|at| at.number).reduce(f64::min)?;
        let known =
            |at: &&SweepPoint| analysis.convergence.iter().find(|known| known.condition == at.condition);
        Some(Self {
            from: (last + first) / 2.0,
            runs: without.iter().map(|at| analysis.conditions[at.condition].runs.len()).sum(),
            diverges: without.iter().all(|at| known(at).is_some_and(|known| known.converges == Some(false))),
        })
    }
}

/// The names of the lines, side by side.
fn legend(canvas: &Canvas, lines: &[SweepLine]) -> Result<()> {
    // Before a name its line, after it a gap.
    const LINE: i32 = 95;
    const GAP: i32 = 70;
    let widest = (theme::PAIR_WIDTH - 20) / i32::try_from(lines.len().max(1))? - LINE - GAP;
    let face = Type::label().color(theme::INK);
    let mut x = 10;
    for (group, line) in lines.iter().enumerate() {
        canvas.line(&[(x, LEGEND_Y), (x + 70, LEGEND_Y)], Pen::new(theme::GROUPS[group], theme::CURVE))?;
        let name = canvas.fit(&line.level, widest, face)?;
        canvas.text(&name, (x + LINE, LEGEND_Y), face)?;
        x += LINE + canvas.width(&name, face)? + GAP;
    }
    Ok(())
}

struct Plot {
    frame: Frame,
    x: Scale,
    y: Scale,
    /// To the unit that is shown, and its name.
    unit: (f64, &'static str),
}

impl Plot {
    fn new(sweep: &Sweep, edges: Edges) -> Self {
        let highest = points(sweep)
            .flat_map(|at| at.values.iter().copied().chain(at.ci95.map(|ci| ci.high)).chain(at.mean))
            .filter(|value| value.is_finite())
            .fold(0.0, f64::max);
        let unit = readable(sweep.unit, highest);
        let (low, high) = points(sweep)
            .map(|at| at.number)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), n| (low.min(n), high.max(n)));
        let x = if low >= 0.0 { Scale::around(low, high, 6) } else { Scale::signed(low, high, 6) };
        let y = Scale::from_zero(highest * unit.0, 5);
        let frame = Frame::new(edges, (x.low, x.high), (y.low, y.high));
        Self { frame, x, y, unit }
    }

    fn axes(&self, canvas: &Canvas, factor: &str, text: &Text) -> Result<()> {
        let Frame { left, right, top, bottom, .. } = self.frame;
        for tick in &self.y.ticks {
            let y = self.frame.y(*tick);
            canvas.line(&[(left, y), (right, y)], Pen::new(theme::GRID, theme::HAIR))?;
            canvas.text(&self.y.label(*tick, text), (left - 36, y), Type::label().right())?;
        }
        canvas.line(&[(left, bottom), (right, bottom)], Pen::new(theme::AXIS, theme::RULE))?;
        for tick in &self.x.ticks {
            let x = self.frame.x(*tick);
            canvas.line(&[(x, bottom), (x, bottom + 25)], Pen::new(theme::AXIS, theme::RULE))?;
            canvas.text(&self.x.label(*tick, text), (x, bottom + 66), Type::label().centred())?;
        }
        let name = canvas.fit(factor, right - left, Type::label())?;
        canvas.text(&name, ((left + right) / 2, bottom + 150), Type::label().centred())?;
        canvas.text(self.unit.1, (left - 36, top - ABOVE), Type::label().right())
    }

    /// By how much the quantity grows with the factor, where a straight line describes it.
    fn slope(&self, canvas: &Canvas, trend: Option<&LinearFit>, factor: &str, text: &Text) -> Result<()> {
        let Some(trend) = trend else { return Ok(()) };
        let (factor, unit) = (factor_words(factor), self.unit.1);
        let per = factor.1.unwrap_or(factor.0.as_str());
        let slope = text.signed(trend.slope * self.unit.0, 3);
        let r_squared = text.number(trend.r_squared.unwrap_or_default(), 3);
        let values = [("slope", slope.as_str()), ("unit", unit), ("per", per), ("r_squared", &r_squared)];
        let label = canvas.fit(&text.fill("figure.slope", &values), theme::PAIR_WIDTH - 20, Type::label())?;
        canvas.text(&label, (10, LEGEND_Y), Type::label())
    }

    /// A tint over the numbers at which nothing completed, and above it how many runs that were.
    fn beyond(&self, canvas: &Canvas, beyond: &Beyond, text: &Text) -> Result<()> {
        let Frame { right, top, bottom, .. } = self.frame;
        let from = self.frame.x(beyond.from);
        canvas.rectangle((from, top), (right, bottom), theme::AXIS, 0.16)?;
        let key = if beyond.diverges { "figure.did_not_converge" } else { "figure.none_completed" };
        let face = Type::label().color(theme::INK).right();
        let label = text.fill(key, &[("runs", &beyond.runs.to_string())]);
        let label = canvas.fit(&label, right - LEFT - 60, face)?;
        canvas.text(&label, (right, top - ABOVE), face)
    }

    /// The single values, the intervals, and the straight line or the one through the means; a cross where nothing
    /// completed, an arrow upwards where values have no end.
    fn line(&self, canvas: &Canvas, line: &SweepLine, group: usize) -> Result<()> {
        let color = theme::GROUPS[group % MOST_LINES];
        for at in &line.points {
            self.level(canvas, at, color)?;
        }
        let with_mean = || line.points.iter().filter_map(|at| Some((at.number, at.mean?)));
        let means: Vec<_> = with_mean().map(|(number, mean)| self.place(number, mean)).collect();
        match line.trend() {
            Some(trend) => {
                let ends = [with_mean().next(), with_mean().next_back()].into_iter().flatten();
                let ends: Vec<_> = ends.map(|(number, _)| self.place(number, trend.at(number))).collect();
                canvas.line(&ends, Pen::new(color, theme::RULE))?;
            }
            None => canvas.line(&means, Pen::new(color, theme::CURVE))?,
        }
        means.into_iter().try_for_each(|mean| canvas.dot(mean, DOT, color, 1.0))
    }

    fn level(&self, canvas: &Canvas, at: &SweepPoint, color: RGBColor) -> Result<()> {
        for value in at.values.iter().filter(|value| value.is_finite()) {
            canvas.dot(self.place(at.number, *value), DOT - 6, color, 0.35)?;
        }
        if let Some(ci) = at.ci95 {
            let (high, low) = (self.place(at.number, ci.high), self.place(at.number, ci.low.max(0.0)));
            canvas.line(&[high, low], Pen::new(color, theme::RULE))?;
            for (x, y) in [high, low] {
                canvas.line(&[(x - 22, y), (x + 22, y)], Pen::new(color, theme::RULE))?;
            }
        }
        if at.without_end > 0 {
            let (x, y) = (self.frame.x(at.number), self.frame.top + 60);
            canvas.line(&[(x - 24, y + 12), (x, y - 12), (x + 24, y + 12)], Pen::new(color, theme::CURVE))?;
        }
        if is_missing(at) {
            let (x, y) = (self.frame.x(at.number), self.frame.top + 60);
            canvas.line(&[(x - 24, y - 24), (x + 24, y + 24)], Pen::new(color, theme::CURVE))?;
            canvas.line(&[(x - 24, y + 24), (x + 24, y - 24)], Pen::new(color, theme::CURVE))?;
        }
        Ok(())
    }

    fn place(&self, number: f64, value: f64) -> Point {
        self.frame.map(number, value * self.unit.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::sweep::tests::migrations;
    use crate::model::Convergence;
    use crate::show::figures::tests::check;
    use crate::show::text::Language;

    fn first(analysis: &Analysis) -> SweepFigure<'_> {
        SweepFigure::list(analysis).next().unwrap()
    }

    fn svg(analysis: &Analysis) -> String {
        let svg = first(analysis).draw(&Text::new(Language::En)).unwrap();
        check("sweep", &svg);
        for language in [Language::En, Language::De] {
            let words = first(analysis).description(&Text::new(language));
            assert!(
                !words.caption.contains(['{', '_']) && !words.alternative.contains(['{', '_']),
                "{words:?}"
            );
        }
        svg
    }

    #[test]
    fn numbers_at_which_nothing_completed_are_tinted_and_counted() {
        let mut analysis = migrations("rate_mib_per_s", &["16", "4", "0", "24"], &["xen", "kvm"]);
        let drawn = svg(&analysis);
        assert!(drawn.contains("Migration duration against rate (MiB/s)"), "{drawn}");
        assert!(drawn.contains(">0 of 2 completed<") && drawn.contains("none completed"), "{drawn}");
        for condition in [3, 7] {
            analysis.convergence.push(Convergence {
                condition: crate::model::Id::new(condition),
                runs: 1,
                completed: 0,
                dirtied_bytes_per_s: None,
                sent_bytes_per_s: None,
                ratio: Some(0.99),
                converges: Some(false),
                typical: None,
            });
        }
        assert!(svg(&analysis).contains(">did not converge: 0 of 2 completed<"));
    }

    #[test]
    fn a_line_that_fits_has_its_slope_beside_it() {
        let drawn = svg(&migrations("memory_mib", &["1", "4", "6", "9"], &["xen"]));
        assert!(drawn.contains("+1.00 s per MiB") && drawn.contains("least squares"), "{drawn}");
        let drawn = svg(&migrations("memory_mib", &["1", "4", "9"], &["xen"]));
        assert!(!drawn.contains("per MiB") && !drawn.contains("least squares"), "{drawn}");
    }

    #[test]
    fn hostile_names_stay_text() {
        let analysis = migrations("</svg><script>", &["1", "2", "3"], &["a<b&\"c\"", "x"]);
        let svg = first(&analysis).draw(&Text::new(Language::De)).unwrap();
        assert!(!svg.contains("<script>") && !svg.contains("a<b"), "{svg}");
    }

    #[test]
    fn sweep_as_reviewed() {
        insta::assert_snapshot!(svg(&migrations(
            "rate_mib_per_s",
            &["1", "4", "6", "9", "20", "30"],
            &["xen"]
        )));
    }
}
