//! One quantity over time in all conditions, on one scale.
//!
//! Each condition has a colour, and from the ninth on a dash as well. Around each mean stands its 95 % interval; single
//! repetitions are in the figures of the conditions. The time axis reaches over the window of every condition.

use std::collections::BTreeSet;

use anyhow::Result;

use super::figure::{Description, Figure, Layout, Place};
use super::kit::canvas::{Canvas, Edges, Frame, Type, document};
use super::kit::legend::{Legend, Mark};
use super::kit::names::slug;
use super::kit::panel::{Item, Panel};
use super::kit::scale::{Scale, Spread};
use super::kit::spans::Spans;
use super::kit::theme;
use super::kit::thinned::ThinnedCurve;
use super::kit::units;
use crate::model::curves::{self, CurveMetric};
use crate::model::{Analysis, ConditionId, Curve, Entries, Event, Host, HostId, Role, Unit};
use crate::show::tables::labels::condition_label;
use crate::show::text::Text;

const TITLE_Y: i32 = 60;
const LEGEND_TOP: i32 = 110;
const PLOT_BELOW_LEGEND: i32 = 60;
const PLOT_HEIGHT: i32 = 1100;
/// In a pair.
const LOWER_PLOT_HEIGHT: i32 = 800;
const LEFT: i32 = 250;
const RIGHT: i32 = 60;
const AXIS_NAME_BELOW: i32 = 160;
const NOTE_BELOW: i32 = 255;
const HEIGHT_BELOW: i32 = 305;
/// Room for the unit behind the title.
const WIDEST_UNIT: i32 = 700;
/// What reports show of each host, by role: what migrations are about.
const OF_HOSTS: [(CurveMetric, Role); 4] = [
    (curves::NET_SENT, Role::Source),
    (curves::CPU_SYSTEM, Role::Source),
    (curves::CPU_SYSTEM, Role::Target),
    (curves::MEM_USED, Role::Target),
];

/// A quantity of one host, or of the service, in all conditions.
pub struct OverlayFigure<'a> {
    analysis: &'a Analysis,
    /// Its name in data.
    metric: String,
    host: Option<HostId>,
    align: Event,
    /// In the order of conditions.
    curves: Vec<(ConditionId, &'a Curve)>,
    /// From when until when the time axis reaches, seconds.
    window: (f64, f64),
    layout: Layout,
    /// Of a figure by itself.
    width: i32,
}

impl<'a> OverlayFigure<'a> {
    /// What the report shows across conditions, if there are several.
    pub fn list(analysis: &'a Analysis) -> Vec<Self> {
        if analysis.conditions.len() < 2 {
            return Vec::new();
        }
        let with_role = |role: Role| {
            let hosts = analysis.campaign.hosts.entries();
            hosts.filter(move |(_, host)| host.role == role).map(|(id, _)| Some(id))
        };
        let service = [(curves::PING_RTT, None), (curves::PROBE_LATENCY, None)].into_iter();
        let vm = analysis.campaign.vm.iter().flat_map(|vm| {
            let name = curves::DOMAIN_CPU.key.with(vm);
            [Role::Source, Role::Target].into_iter().flat_map(with_role).map(move |host| (name.clone(), host))
        });
        let hosts =
            OF_HOSTS.into_iter().flat_map(|(metric, role)| with_role(role).map(move |host| (metric, host)));
        let of_runs = analysis.runs.iter().filter_map(|run| run.throughput.as_ref());
        let throughputs: BTreeSet<&str> = of_runs.map(|throughput| throughput.metric.as_str()).collect();
        let throughputs = throughputs.into_iter().map(|metric| (metric.to_owned(), None));
        let named = service.chain(hosts).map(|(metric, host)| (metric.name().to_owned(), host));
        throughputs
            .chain(named)
            .chain(vm)
            .filter_map(|(metric, host)| Self::new(analysis, &metric, host, analysis.campaign.align))
            .filter(|figure| figure.curves.len() > 1)
            .map(|figure| Self { layout: Layout::Half { row: "across", host: None }, ..figure })
            .collect()
    }

    /// `None` where no condition has a value of it.
    pub fn new(analysis: &'a Analysis, metric: &str, host: Option<HostId>, align: Event) -> Option<Self> {
        let name = host.and_then(|host| analysis.campaign.hosts.entry(host)).map(|host| host.name.as_str());
        let is_it = |curve: &&Curve| {
            curve.metric == metric
                && curve.host.as_deref() == name
                && curve.align == align
                && has_value(curve)
        };
        let curves: Vec<(ConditionId, &Curve)> =
            analysis.curves.iter().filter(is_it).map(|curve| (curve.condition, curve)).collect();
        let windows = curves.iter().map(|(id, curve)| {
            let all =
                (curve.bins.first().map_or(0.0, |bin| bin.t_s), curve.bins.last().map_or(0.0, |bin| bin.t_s));
            Spans::new(analysis, *id, align).window().unwrap_or(all)
        });
        let window = windows.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
        Some(Self {
            analysis,
            metric: metric.to_owned(),
            host,
            align,
            curves,
            window,
            layout: Layout::Whole,
            width: theme::FULL_WIDTH,
        })
    }

    /// The same by itself in another width.
    pub fn of_width(self, width: i32) -> Self {
        Self { width, ..self }
    }

    fn host(&self) -> Option<&'a Host> {
        self.analysis.campaign.hosts.entry(self.host?)
    }

    fn unit(&self) -> Unit {
        self.curves.first().map_or(Unit::Count, |(_, curve)| curve.unit)
    }

    /// From data to what is drawn.
    fn factor(&self) -> f64 {
        units::of_curves(self.unit())
    }

    /// The quantity in words, with the host that it is of.
    fn title(&self, text: &Text) -> String {
        let quantity = text.curve(&self.metric);
        match self.host() {
            None => quantity,
            Some(host) => {
                let role = match host.role {
                    Role::Source => "figure.role.source",
                    Role::Target => "figure.role.target",
                    Role::Observer => "figure.role.observer",
                };
                format!("{quantity}, {} ({})", host.name, text.get(role))
            }
        }
    }

    /// The bins of a curve that the time axis covers.
    fn range(&self, curve: &Curve) -> std::ops::Range<usize> {
        let first = curve.bins.partition_point(|bin| bin.t_s < self.window.0);
        let last = curve.bins.partition_point(|bin| bin.t_s <= self.window.1);
        first..last.max(first)
    }

    /// Least and greatest mean that is drawn, in the unit of the drawing.
    fn extremes(&self) -> (f64, f64) {
        let means = self.curves.iter().flat_map(|(_, curve)| &curve.bins[self.range(curve)]);
        let means =
            means.filter_map(|bin| bin.mean).filter(|mean| mean.is_finite()).map(|mean| mean * self.factor());
        means.fold((f64::INFINITY, 0.0), |(low, high), mean| (low.min(mean), high.max(mean)))
    }

    fn value_axis(&self) -> Scale {
        let (low, high) = self.extremes();
        match self.unit() {
            Unit::Percent => Scale::percent(high),
            Unit::Milliseconds | Unit::Seconds if low > 0.0 && high / low >= 10.0 => {
                Scale::log(low, high * 1.15)
            }
            Unit::Bytes => Scale::around(low, high, 5),
            Unit::Seconds
            | Unit::Milliseconds
            | Unit::BytesPerSecond
            | Unit::PerSecond
            | Unit::Count
            | Unit::Ratio => Scale::from_zero((high * 1.1).max(f64::MIN_POSITIVE), 5),
        }
    }

    fn items(&self) -> Vec<Item> {
        let item = |(place, (condition, curve)): (usize, &(ConditionId, &Curve))| {
            let mut curve = ThinnedCurve::new(curve, self.range(curve), self.factor());
            // Of several conditions single repetitions would be a thicket.
            curve.repetitions.clear();
            curve.spread.clear();
            Item {
                color: theme::GROUPS[place % theme::GROUPS.len()],
                dash: DASHES[place / theme::GROUPS.len() % DASHES.len()],
                name: condition_label(self.analysis, *condition),
                curve,
            }
        };
        self.curves.iter().enumerate().map(item).collect()
    }

    fn feet(&self, canvas: &Canvas, panel: &Panel, text: &Text) -> Result<()> {
        let Frame { left, right, bottom, .. } = panel.frame;
        panel.time_axis(canvas, right + RIGHT - 10, text)?;
        let name = match self.align {
            Event::Request => "figure.time_since_request",
            Event::Outage => "figure.time_since_outage",
            Event::Resume => "figure.time_since_resume",
            Event::End => "figure.time_since_end",
        };
        let middle = (left + right) / 2;
        let face = Type::label().color(theme::INK).centred();
        canvas.text(text.get(name), (middle, bottom + AXIS_NAME_BELOW), face)?;
        if self.layout != Layout::Whole {
            return Ok(());
        }
        // Where there is no room for the note it is left to the caption.
        let note = text.get("figure.note.overlay");
        if canvas.width(note, Type::label())? > right - left + 120 {
            return Ok(());
        }
        canvas.text(note, (middle, bottom + NOTE_BELOW), Type::label().centred())
    }
}

/// How lines of one colour differ.
const DASHES: [theme::Dash; 3] = [None, Some((45, 30)), Some((18, 24))];

fn has_value(curve: &Curve) -> bool {
    curve.bins.iter().any(|bin| bin.mean.is_some_and(f64::is_finite))
}

impl Figure for OverlayFigure<'_> {
    fn name(&self) -> String {
        let host = self
            .host()
            .zip(self.host)
            .map(|(host, id)| slug(&host.name, || format!("host{}", id.index() + 1)));
        let metric = slug(&self.metric.replace('.', "-"), || "quantity".to_owned());
        let parts = [Some("all".to_owned()), host, Some(metric)];
        parts.into_iter().flatten().collect::<Vec<_>>().join("-")
    }

    fn place(&self) -> Option<Place<'_>> {
        Some(Place::Across)
    }

    fn layout(&self) -> Layout {
        self.layout
    }

    fn description(&self, text: &Text) -> Description {
        let conditions = self.curves.len().to_string();
        Description::new("overlay", &[("quantity", &self.title(text)), ("conditions", &conditions)], text)
    }

    fn draw(&self, text: &Text) -> Result<String> {
        let title = self.title(text);
        let items = self.items();
        let is_whole = self.layout == Layout::Whole;
        let (width, height, ticks) = if is_whole {
            // In a column it is higher, for its width.
            let height = (self.width / 3).clamp(LOWER_PLOT_HEIGHT, PLOT_HEIGHT);
            (self.width, height, usize::try_from((self.width / 265).max(4))?)
        } else {
            (theme::PAIR_WIDTH, LOWER_PLOT_HEIGHT, 9)
        };
        let right = width - RIGHT;
        let entries = items.iter().map(|item| (Mark::Patches(vec![item.color]), item.name.clone()));
        let legend = Legend::new(entries.collect(), (10, right))?;
        let top = LEGEND_TOP + legend.height() + PLOT_BELOW_LEGEND;
        let edges = Edges { left: LEFT, right, top, bottom: top + height };
        let (x, y) = (Scale::time(self.window.0, self.window.1, ticks), self.value_axis());
        let frame = Frame::new(edges, (x.low, x.high), (y.position(y.low), y.position(y.high)));
        let unit = match self.unit() {
            Unit::Percent if curves::is_share_of_host(&self.metric) => "figure.unit.percent",
            Unit::Percent => "figure.unit.per_cent",
            Unit::Bytes => "figure.unit.bytes",
            Unit::BytesPerSecond => "figure.unit.rate",
            Unit::Milliseconds | Unit::Seconds => match y.spread {
                Spread::Linear => "figure.unit.milliseconds",
                Spread::Log => "figure.unit.milliseconds_log",
            },
            Unit::PerSecond => "figure.unit.per_second",
            Unit::Count | Unit::Ratio => "",
        };
        let panel = Panel { frame, x, y, items };
        let below = if is_whole { HEIGHT_BELOW } else { NOTE_BELOW - 30 };
        let size = (width, top + height + below);
        document(size, &title, text.get("figure.note.overlay"), |canvas| {
            let title = canvas.fit(
                &title,
                right - if is_whole { WIDEST_UNIT.min(width / 4) } else { 400 },
                Type::title(),
            )?;
            canvas.text(&title, (10, TITLE_Y), Type::title())?;
            if !unit.is_empty() {
                let after = 10 + canvas.width(&title, Type::title())? + 40;
                canvas.text(text.get(unit), (after, TITLE_Y), Type::label())?;
            }
            legend.draw(canvas, LEGEND_TOP)?;
            panel.draw(canvas, &Spans { migration: None, outage: None }, text)?;
            self.feet(canvas, &panel, text)
        })
    }
}
