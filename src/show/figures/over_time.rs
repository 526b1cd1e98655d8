//! Mean curves of one condition against time: CPU, memory, network, round trips.
//!
//! From the top: what it shows and where; the curves' names; a strip that says when the migration
//! ran and when the service was out; the plot. All figures of a condition have the same time
//! axis, and its hosts the same value axis, so that figures side by side can be compared. The axis
//! ends some time after the migration and the outage ([`Spans::window`]); what was logged later is
//! in the data files.

use anyhow::{Context, Result};

use super::Kind;
use super::canvas::{Canvas, Edges, Frame, Pen, Type, document};
use super::panel::{Item, Panel};
use super::scale::{Scale, Spread};
use super::spans::{Span, Spans};
use super::theme::{self, Quantity};
use super::thinned::Course;
use crate::model::{Analysis, Campaign, Curve, Event, Method, Role, Trace, Unit};
use crate::show::tables::labels::condition_label;
use crate::show::text::Text;

/// Middles of the rows above the plot, and its top.
const TITLE_Y: i32 = 60;
const LEGEND_Y: i32 = 165;
const MIGRATION_Y: i32 = 270;
const OUTAGE_Y: i32 = 350;
const PLOT_TOP: i32 = 405;
/// Between stacked panels, with the lower one's legend in the middle.
const PANEL_GAP: i32 = 190;
/// Right margin.
const RIGHT: i32 = 60;
/// Below the plot: ticks, the axis' name, the note.
const AXIS_NAME_BELOW: i32 = 160;
const NOTE_BELOW: i32 = 255;
const HEIGHT_BELOW: i32 = 305;

/// Where figures of the kind are drawn: one a host, or one for the service.
pub fn hosts(kind: Kind, campaign: &Campaign) -> Vec<Option<usize>> {
    match kind {
        Kind::Overview | Kind::RoundTrips => vec![None],
        _ => (0..campaign.hosts.len()).map(Some).collect(),
    }
}

/// Whether there is a value to draw.
pub fn has_data(
    analysis: &Analysis,
    kind: Kind,
    condition: usize,
    align: Event,
    host: Option<usize>,
) -> bool {
    curves(analysis, kind, condition, align)
        .iter()
        .any(|found| found.is_of(analysis, host) && found.is_drawn())
}

pub fn draw(
    kind: Kind,
    condition: usize,
    align: Event,
    host: Option<usize>,
    analysis: &Analysis,
    text: &Text,
) -> Result<String> {
    let time = time_axis(analysis, condition, align, if kind == Kind::RoundTrips { 18 } else { 8 });
    let figure = Figure {
        kind,
        condition,
        align,
        host,
        spans: Spans::new(analysis, condition, align),
        time: time.context("the condition has no values")?,
        curves: curves(analysis, kind, condition, align),
        analysis,
        text,
    };
    figure.draw()
}

/// A curve of the analysis and what it is in the figure.
struct Found {
    /// Only the bins that the time axis covers.
    curve: Curve,
    quantity: Quantity,
    /// Place in the legend.
    rank: usize,
}

impl Found {
    fn is_of(&self, analysis: &Analysis, host: Option<usize>) -> bool {
        let name = host.and_then(|host| analysis.campaign.hosts.get(host)).map(|host| host.name.as_str());
        self.curve.host.as_deref() == name
    }

    fn is_drawn(&self) -> bool {
        self.curve.bins.iter().any(|bin| bin.mean.is_some_and(f64::is_finite))
    }

    /// Stacked panels: 0 is the upper one.
    fn panel(&self) -> usize {
        usize::from(self.quantity == Quantity::Free)
    }

    /// From the curve's unit to the figure's: MiB, MB/s, ms, per cent.
    fn factor(&self) -> f64 {
        match self.curve.unit {
            Unit::Bytes => 1.0 / 1_048_576.0,
            Unit::BytesPerSecond => 1e-6,
            Unit::Seconds => 1e3,
            Unit::Milliseconds | Unit::Percent | Unit::PerSecond | Unit::Count | Unit::Ratio => 1.0,
        }
    }

    /// Lowest and highest value of means and repetitions in the figure's unit.
    fn extremes(&self) -> Option<(f64, f64)> {
        let means = self.curve.bins.iter().filter_map(|bin| bin.mean);
        let single = self.curve.repetitions.iter().flat_map(|trace| trace.values.iter().copied().flatten());
        let (low, high) = extremes(means.chain(single))?;
        Some((low * self.factor(), high * self.factor()))
    }

    /// Highest bound of the intervals in the figure's unit.
    fn highest_bound(&self) -> Option<f64> {
        let bounds = self.curve.bins.iter().filter_map(|bin| bin.ci95).map(|ci| ci.high);
        Some(extremes(bounds)?.1 * self.factor())
    }
}

/// The condition's curves that the kind shows, on all hosts, in the order of the legend.
fn curves(analysis: &Analysis, kind: Kind, condition: usize, align: Event) -> Vec<Found> {
    let window = Spans::new(analysis, condition, align).window();
    let vm = analysis.campaign.vm.as_deref();
    let mut found: Vec<Found> = analysis
        .curves
        .iter()
        .filter(|curve| curve.condition == condition && curve.align == align)
        .filter_map(|curve| {
            let (rank, quantity) = role(kind, &curve.metric, vm)?;
            Some(Found { curve: within(curve, window), quantity, rank })
        })
        .collect();
    found.sort_by(|a, b| (a.rank, &a.curve.metric).cmp(&(b.rank, &b.curve.metric)));
    found
}

/// The curve's bins and repetitions between two instants; all of them without a window.
fn within(curve: &Curve, window: Option<(f64, f64)>) -> Curve {
    let Some((from, to)) = window else {
        return curve.clone();
    };
    let first = curve.bins.partition_point(|bin| bin.t_s < from);
    let last = curve.bins.partition_point(|bin| bin.t_s <= to).max(first);
    let repetitions = curve.repetitions.iter().map(|trace| Trace {
        repetition: trace.repetition,
        values: trace.values.get(first..last).unwrap_or_default().to_vec(),
    });
    Curve { bins: curve.bins[first..last].to_vec(), repetitions: repetitions.collect(), ..curve.clone() }
}

/// What a metric is in figures of the kind, with its place in the legend; `None` if nothing.
fn role(kind: Kind, metric: &str, vm: Option<&str>) -> Option<(usize, Quantity)> {
    let known: &[(&str, Quantity)] = match kind {
        Kind::Overview
        | Kind::TimeLine
        | Kind::Agreement
        | Kind::Sweep
        | Kind::Rounds
        | Kind::EfficiencyHeat
        | Kind::Efficiency
        | Kind::Together
        | Kind::Values
        | Kind::Placement => &[],
        Kind::CpuByDomain => {
            let name = domain(metric)?;
            return Some(match vm {
                _ if name == "Domain-0" => (1, Quantity::Hypervisor),
                Some(vm) if name != vm => (2, Quantity::OtherVm),
                _ => (0, Quantity::Vm),
            });
        }
        Kind::CpuByState => &[
            ("cpu.user", Quantity::User),
            ("cpu.system", Quantity::System),
            ("cpu.wait", Quantity::Wait),
            ("cpu.idle", Quantity::Idle),
        ],
        Kind::SoftInterrupts => {
            &[("cpu.softirq", Quantity::SoftInterrupts), ("cpu.hardirq", Quantity::HardInterrupts)]
        }
        Kind::Memory => &[("mem.used", Quantity::Used), ("mem.free", Quantity::Free)],
        Kind::Network => &[("net.received", Quantity::Received), ("net.sent", Quantity::Sent)],
        Kind::RoundTrips => &[("ping.rtt", Quantity::RoundTrip)],
    };
    let rank = known.iter().position(|(name, _)| *name == metric)?;
    Some((rank, known[rank].1))
}

/// The domain of a metric such as `domain.asam.cpu`.
fn domain(metric: &str) -> Option<&str> {
    metric.strip_prefix("domain.")?.strip_suffix(".cpu")
}

fn extremes(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|v| v.is_finite()).fold(None, |range, v| match range {
        None => Some((v, v)),
        Some((low, high)) => Some((v.min(low), v.max(high))),
    })
}

/// The time axis of all figures of the condition.
fn time_axis(analysis: &Analysis, condition: usize, align: Event, intervals: usize) -> Option<Scale> {
    let shown = Kind::COURSES.iter().flat_map(|kind| curves(analysis, *kind, condition, align));
    let times: Vec<f64> = shown
        .flat_map(|found| found.curve.bins)
        .filter(|bin| bin.mean.is_some_and(f64::is_finite))
        .map(|bin| bin.t_s)
        .collect();
    let (low, high) = extremes(times.into_iter())?;
    let half_bin = if low < high { 0.0 } else { 0.5 };
    Some(Scale::time(low - half_bin, high + half_bin, intervals))
}

struct Figure<'a> {
    kind: Kind,
    condition: usize,
    align: Event,
    host: Option<usize>,
    spans: Spans,
    time: Scale,
    /// Of all hosts: they share the value axis.
    curves: Vec<Found>,
    analysis: &'a Analysis,
    text: &'a Text,
}

impl Figure<'_> {
    fn draw(&self) -> Result<String> {
        let width = if self.kind == Kind::RoundTrips { theme::FULL_WIDTH } else { theme::PAIR_WIDTH };
        let panels = self.panels(width);
        let bottom = panels.last().context("there is nothing to draw")?.frame.bottom;
        let title = format!("{}: {}", self.text.get(self.words().0), self.place());
        let description = [self.span_labels().join("; "), self.note()].join(". ");
        document((width, bottom + HEIGHT_BELOW), &title, &description, |canvas| {
            self.heading(canvas, width, panels[0].y.spread)?;
            self.strip(canvas, &panels[0].frame)?;
            for (index, panel) in panels.iter().enumerate() {
                let legend_y = if index == 0 { LEGEND_Y } else { panel.frame.top - PANEL_GAP / 2 + 10 };
                if self.has_legend() {
                    panel.legend(canvas, legend_y, self.text)?;
                }
                panel.draw(canvas, &self.spans, self.text)?;
            }
            self.feet(canvas, &panels)
        })
    }

    /// The panels that have curves, from top to bottom.
    fn panels(&self, width: i32) -> Vec<Panel> {
        let drawn = |found: &&Found| found.is_of(self.analysis, self.host) && found.is_drawn();
        let mut numbers: Vec<usize> = self.curves.iter().filter(drawn).map(Found::panel).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let count = i32::try_from(numbers.len()).unwrap_or(1).max(1);
        let height = (self.plot_height() - (count - 1) * PANEL_GAP) / count;
        let mut top = PLOT_TOP - self.raised();
        let mut panels = Vec::new();
        for number in numbers {
            let y = self.value_axis(number, count > 1);
            let edges = Edges { left: self.left(), right: width - RIGHT, top, bottom: top + height };
            let frame =
                Frame::new(edges, (self.time.low, self.time.high), (y.position(y.low), y.position(y.high)));
            let items = self.curves.iter().filter(drawn).filter(|found| found.panel() == number);
            let items = items.map(|found| Item {
                quantity: found.quantity,
                name: self.name(found),
                course: Course::new(&found.curve, found.factor()),
            });
            panels.push(Panel { frame, x: self.time.clone(), items: items.collect(), y });
            top += height + PANEL_GAP;
        }
        panels
    }

    /// The title of round trips says what their only curve is.
    fn has_legend(&self) -> bool {
        self.kind != Kind::RoundTrips
    }

    /// By how much the rows below a missing legend move up.
    fn raised(&self) -> i32 {
        if self.has_legend() { 0 } else { MIGRATION_Y - LEGEND_Y }
    }

    fn plot_height(&self) -> i32 {
        match self.kind {
            Kind::RoundTrips => 800,
            Kind::Memory => 1140,
            _ => 900,
        }
    }

    /// Room for the labels of the value axis.
    fn left(&self) -> i32 {
        if self.kind == Kind::Memory { 250 } else { 200 }
    }

    /// The value axis of a panel on all hosts.
    fn value_axis(&self, panel: usize, stacked: bool) -> Scale {
        let here = || self.curves.iter().filter(|found| found.panel() == panel);
        let ranges = here().filter_map(Found::extremes).flat_map(|(low, high)| [low, high]);
        let (low, high) = extremes(ranges).unwrap_or((0.0, 1.0));
        // Wide intervals may leave the frame, single values may not.
        let bound = here().filter_map(Found::highest_bound).fold(high, f64::max).min(high * 1.15);
        match self.kind {
            Kind::CpuByDomain | Kind::CpuByState => Scale::percent(high),
            Kind::Memory => Scale::around(low, bound, if stacked { 3 } else { 5 }),
            Kind::RoundTrips if low > 0.0 && high / low >= 10.0 => Scale::log(low, bound),
            Kind::SoftInterrupts => Scale::from_zero(bound.max(1.0), 5),
            _ => Scale::from_zero(bound, 5),
        }
    }

    /// Text keys of the kind: what it shows, and its unit.
    fn words(&self) -> (&'static str, &'static str) {
        match self.kind {
            Kind::Overview
            | Kind::TimeLine
            | Kind::Agreement
            | Kind::Sweep
            | Kind::Rounds
            | Kind::EfficiencyHeat
            | Kind::Efficiency
            | Kind::Together
            | Kind::Values
            | Kind::Placement => ("figure.title.overview", "figure.unit.seconds"),
            Kind::CpuByDomain => ("figure.title.cpu_by_domain", "figure.unit.percent"),
            Kind::CpuByState => ("figure.title.cpu_by_state", "figure.unit.percent"),
            Kind::SoftInterrupts => ("figure.title.soft_interrupts", "figure.unit.percent"),
            Kind::Memory => ("figure.title.memory", "figure.unit.bytes"),
            Kind::Network => ("figure.title.network", "figure.unit.rate"),
            Kind::RoundTrips => ("figure.title.round_trips", "figure.unit.milliseconds"),
        }
    }

    /// The condition, and the host with its role.
    fn place(&self) -> String {
        let condition = condition_label(self.analysis, self.condition);
        match self.host.and_then(|host| self.analysis.campaign.hosts.get(host)) {
            None => condition,
            Some(host) => {
                let role = match host.role {
                    Role::Source => "figure.role.source",
                    Role::Target => "figure.role.target",
                    Role::Observer => "figure.role.observer",
                };
                format!("{condition}, {} ({})", host.name, self.text.get(role))
            }
        }
    }

    fn name(&self, found: &Found) -> String {
        match found.quantity {
            Quantity::Vm => {
                let name = domain(&found.curve.metric).unwrap_or_default();
                self.text.fill("figure.quantity.vm", &[("name", name)])
            }
            Quantity::OtherVm => domain(&found.curve.metric).unwrap_or_default().to_owned(),
            quantity => self.text.get(quantity.name()).to_owned(),
        }
    }

    /// What it shows on the left, where on the right.
    fn heading(&self, canvas: &Canvas, width: i32, spread: Spread) -> Result<()> {
        let (what, unit) = self.words();
        let unit = if spread == Spread::Log { "figure.unit.milliseconds_log" } else { unit };
        let left = 10;
        let what = self.text.get(what);
        canvas.text(what, (left, TITLE_Y), Type::title())?;
        let after = left + canvas.width(what, Type::title())? + 40;
        let unit = self.text.get(unit);
        canvas.text(unit, (after, TITLE_Y), Type::label())?;
        let room = width - RIGHT - after - canvas.width(unit, Type::label())? - 80;
        let place = canvas.fit(&self.place(), room, Type::label())?;
        canvas.text(&place, (width - RIGHT, TITLE_Y), Type::label().color(theme::INK).right())
    }

    /// When the migration ran and when the service was out, above the plot on its time axis.
    fn strip(&self, canvas: &Canvas, frame: &Frame) -> Result<()> {
        let labels = self.span_labels();
        let (migration_y, outage_y) = (MIGRATION_Y - self.raised(), OUTAGE_Y - self.raised());
        let migration = self.spans.migration.map(|span| (span, Quantity::Migration, migration_y));
        let outage = self.spans.outage.map(|(_, span)| (span, Quantity::OutagePing, outage_y));
        for ((span, quantity, y), label) in migration.into_iter().chain(outage).zip(labels) {
            bar(canvas, frame, &span, quantity, y, &label)?;
        }
        Ok(())
    }

    fn span_labels(&self) -> Vec<String> {
        let seconds = |span: &Span| self.text.number(span.length, if span.length < 9.95 { 2 } else { 1 });
        let migration = self
            .spans
            .migration
            .map(|span| self.text.fill("figure.span.migration", &[("seconds", &seconds(&span))]));
        let outage = self.spans.outage.map(|(method, span)| {
            let key = match method {
                Method::GuestClock => "figure.span.outage_guest_clock",
                Method::Hypervisor => "figure.span.outage_hypervisor",
                Method::Ping | Method::PingReplyGap => "figure.span.outage_ping",
            };
            self.text.fill(key, &[("seconds", &seconds(&span))])
        });
        migration.into_iter().chain(outage).collect()
    }

    /// Ticks and name of the time axis, and the note.
    fn feet(&self, canvas: &Canvas, panels: &[Panel]) -> Result<()> {
        let Some(panel) = panels.last() else { return Ok(()) };
        let Frame { left, right, bottom, .. } = panel.frame;
        panel.time_axis(canvas, right + RIGHT - 10, self.text)?;
        let name = match self.align {
            Event::Request => "figure.time_since_request",
            Event::Outage => "figure.time_since_outage",
            Event::Resume => "figure.time_since_resume",
            Event::End => "figure.time_since_end",
        };
        let face = Type::label();
        let middle = (left + right) / 2;
        canvas.text(
            self.text.get(name),
            (middle, bottom + AXIS_NAME_BELOW),
            face.color(theme::INK).centred(),
        )?;
        let note = canvas.fit(&self.note(), right - left + 120, face)?;
        canvas.text(&note, (middle, bottom + NOTE_BELOW), face.centred())
    }

    /// How many repetitions there are, and what stands around the mean.
    fn note(&self) -> String {
        let bins = || {
            let here = self.curves.iter().filter(|found| found.is_of(self.analysis, self.host));
            here.flat_map(|found| &found.curve.bins).filter(|bin| bin.mean.is_some())
        };
        let n = bins().map(|bin| bin.n).max().unwrap_or(0);
        let key = match n {
            1 => "figure.note.single",
            _ if bins().any(|bin| bin.ci95.is_some()) => "figure.note.band",
            _ => "figure.note.no_band",
        };
        self.text.fill(key, &[("n", &n.to_string())])
    }
}

/// A span as a bar on the time axis with its label beside it; a thin line reaches from the
/// earliest to the latest end.
fn bar(canvas: &Canvas, frame: &Frame, span: &Span, quantity: Quantity, y: i32, label: &str) -> Result<()> {
    const GAP: i32 = 36;
    let [from, to, earliest, latest] = [span.start, span.end, span.ends.0, span.ends.1].map(|t| frame.x(t));
    let color = quantity.color();
    let face = Type::label().color(color);
    let label = canvas.fit(label, frame.right - frame.left, face)?;
    let width = canvas.width(&label, face)?;
    canvas.rectangle((from, y - 12), (to.max(from + 8), y + 12), color, 1.0)?;
    if latest - earliest > 60 {
        // An error bar: light on the bar, dark beyond it.
        let (light, dark) = (Pen::new(theme::PAPER, theme::RULE), Pen::new(color, theme::RULE));
        canvas.line(&[(earliest, y), (to, y)], light)?;
        canvas.line(&[(earliest, y - 12), (earliest, y + 12)], light)?;
        canvas.line(&[(to, y), (latest, y)], dark)?;
        canvas.line(&[(latest, y - 20), (latest, y + 20)], dark)?;
    }
    let end = to.max(latest).max(from + 8);
    if end + GAP + width <= frame.right {
        return canvas.text(&label, (end + GAP, y), face);
    }
    if from - GAP - width >= frame.left {
        return canvas.text(&label, (from - GAP, y), face.right());
    }
    // No room on either side: in the middle, on a gap in the bar.
    let middle = (from + end) / 2;
    let middle = middle.clamp(frame.left + width / 2, frame.right - width / 2);
    let half = width / 2 + GAP;
    canvas.rectangle((middle - half, y - 24), (middle + half, y + 24), theme::PAPER, 1.0)?;
    canvas.text(&label, (middle, y), face.centred())
}
