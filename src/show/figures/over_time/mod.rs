//! Mean curves of one condition against time: CPU, memory, network, round trips.
//!
//! From the top: what it shows and where; the curves' names; a strip that says when the migration
//! ran and when the service was out; the plot. All figures of a condition have the same time
//! axis, and its hosts the same value axis, so that figures side by side can be compared. The axis
//! ends some time after the migration and the outage ([`Spans::window`]); what was logged later is
//! in the data files.

mod shown;
mod topics;

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, Result};

use self::shown::{ShownCurve, covered, shown, values};
use self::topics::{OWN, TOPICS, Topic};
use super::figure::{Description, Figure, Layout, Place};
use super::kit::canvas::{Canvas, Edges, Frame, Pen, Type, document};
use super::kit::names::slug;
use super::kit::panel::{Item, Panel};
use super::kit::scale::{Scale, Spread};
use super::kit::spans::{Span, Spans};
use super::kit::theme::{self, Quantity};
use super::kit::thinned::ThinnedCurve;
use super::kit::units;
use crate::model::curves::{CURVES, DOMAIN_CPU};
use crate::model::{Analysis, ConditionId, Entries, Event, Host, HostId, Method, Role};
use crate::show::tables::MANY;
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

/// A topic in a condition, on one host or of the service.
pub struct OverTimeFigure<'a> {
    analysis: &'a Analysis,
    topic: &'static Topic,
    /// The only quantity that it shows, where the campaign alone knows it.
    own: Option<&'a str>,
    condition: ConditionId,
    /// What time zero is.
    align: Event,
    /// `None` for the service.
    host: Option<HostId>,
    /// What happened in the condition.
    spans: Spans,
    /// From when until when the time axis reaches, the same in all figures of the condition.
    covered: (f64, f64),
    /// Of all hosts: they share the value axis.
    curves: Arc<[ShownCurve<'a>]>,
}

impl<'a> OverTimeFigure<'a> {
    /// For each event and condition what was measured, by topic and host.
    pub fn list(analysis: &'a Analysis) -> Vec<Self> {
        let events = std::iter::once(analysis.campaign.align).chain(analysis.campaign.also_aligned.clone());
        let figures = |align| analysis.conditions.ids().flat_map(move |id| of_condition(analysis, id, align));
        events.flat_map(figures).collect()
    }
}

/// A topic, the only quantity of it where that is one of the campaign's own, and its curves on all hosts.
type Shown<'a> = (&'static Topic, Option<&'a str>, Arc<[ShownCurve<'a>]>);

/// The figures of a condition around an event.
fn of_condition(analysis: &Analysis, condition: ConditionId, align: Event) -> Vec<OverTimeFigure<'_>> {
    let spans = Spans::new(analysis, condition, align);
    let known = TOPICS.iter().map(|topic| (topic, None));
    let all = known.chain(own(analysis).into_iter().map(|metric| (&OWN, Some(metric))));
    let topics: Vec<Shown<'_>> = all
        .map(|(topic, own)| (topic, own, shown(topic, own, analysis, condition, align, &spans).into()))
        .collect();
    let Some(covered) = covered(topics.iter().flat_map(|(_, _, curves)| curves.iter())) else {
        return Vec::new();
    };
    let mut figures = Vec::new();
    for (topic, own, curves) in topics {
        let service = (topic.of_service || own.is_some()).then_some(None);
        let on_hosts = !topic.of_service || own.is_some();
        let hosts = analysis.campaign.hosts.ids().map(Some).filter(|_| on_hosts);
        let hosts: Vec<Option<HostId>> = service.into_iter().chain(hosts).collect();
        for host in hosts {
            if curves.iter().any(|shown| shown.is_of(analysis, host) && shown.is_drawn()) {
                let curves = Arc::clone(&curves);
                figures.push(OverTimeFigure {
                    analysis,
                    topic,
                    own,
                    condition,
                    align,
                    host,
                    spans,
                    covered,
                    curves,
                });
            }
        }
    }
    figures
}

/// The quantities with curves that only the campaign knows, in the order of their names.
fn own(analysis: &Analysis) -> Vec<&str> {
    let is_known = |metric: &str| CURVES.iter().any(|entry| entry.key.parameter(metric).is_some());
    let all: BTreeSet<&str> = analysis.curves.iter().map(|curve| curve.metric.as_str()).collect();
    all.into_iter().filter(|metric| !is_known(metric)).collect()
}

impl Figure for OverTimeFigure<'_> {
    fn name(&self) -> String {
        let host = self.host().map(|(id, host)| slug(&host.name, || format!("host{}", id.index() + 1)));
        let event = (!self.is_first_event()).then_some(match self.align {
            Event::Request => "at-request",
            Event::Outage => "at-outage",
            Event::Resume => "at-resume",
            Event::End => "at-end",
        });
        let condition = self.analysis.conditions[self.condition].id.as_str();
        let own = self.own.map(|metric| slug(metric, || self.topic.slug.to_owned()));
        let what = own.as_deref().unwrap_or(self.topic.slug);
        let parts = [Some(condition), host.as_deref(), Some(what), event];
        parts.into_iter().flatten().collect::<Vec<_>>().join("-")
    }

    fn place(&self) -> Option<Place<'_>> {
        Some(match (self.is_first_event(), self.host) {
            (false, _) => Place::Aligned(self.condition, self.align),
            (true, None) => Place::Service(self.condition),
            (true, Some(_)) => Place::Hosts(self.condition),
        })
    }

    fn layout(&self) -> Layout {
        if self.topic.of_service {
            Layout::Whole
        } else {
            Layout::Half { row: self.topic.slug, host: self.host }
        }
    }

    fn description(&self, text: &Text) -> Description {
        let condition = condition_label(self.analysis, self.condition);
        let host = self.host().map(|(_, host)| host);
        let role = match host.map(|host| host.role) {
            Some(Role::Source) => "report.role_source",
            Some(Role::Target) => "report.role_target",
            Some(Role::Observer) | None => "report.role_observer",
        };
        let mut name = host.map(|host| host.name.clone()).unwrap_or_default();
        if self.own.is_some() && !name.is_empty() {
            name = format!(", {name}");
        }
        let metric = self.own.unwrap_or_default();
        let values = [
            ("condition", condition.as_str()),
            ("host", name.as_str()),
            ("role", text.get(role)),
            ("metric", metric),
        ];
        Description::new(self.topic.key, &values, text)
    }

    fn draw(&self, text: &Text) -> Result<String> {
        Drawing { figure: self, text }.draw()
    }
}

impl<'a> OverTimeFigure<'a> {
    fn host(&self) -> Option<(HostId, &'a Host)> {
        let id = self.host?;
        Some((id, self.analysis.campaign.hosts.entry(id)?))
    }

    fn is_first_event(&self) -> bool {
        self.align == self.analysis.campaign.align
    }

    fn width(&self) -> i32 {
        if self.topic.of_service { theme::FULL_WIDTH } else { theme::PAIR_WIDTH }
    }

    fn time_axis(&self) -> Scale {
        let (low, high) = self.covered;
        let half_bin = if low < high { 0.0 } else { 0.5 };
        Scale::time(low - half_bin, high + half_bin, if self.topic.of_service { 18 } else { 8 })
    }

    /// What it shows.
    fn title(&self, text: &Text) -> String {
        text.fill(self.topic.title, &[("metric", self.own.unwrap_or_default())])
    }

    /// The text key of the unit in which it shows it.
    fn unit(&self) -> &'static str {
        let own = self.own.and_then(|_| self.curves.first());
        own.map_or(self.topic.unit, |shown| units::name_of_curves(shown.curve.unit))
    }

    /// The curves that are drawn.
    fn drawn(&self) -> impl Iterator<Item = &ShownCurve<'a>> {
        self.curves.iter().filter(|shown| shown.is_of(self.analysis, self.host) && shown.is_drawn())
    }

    /// The title of round trips says what their only curve is.
    fn has_legend(&self) -> bool {
        !self.topic.of_service
    }

    /// By how much the rows below a missing legend move up.
    fn raised(&self) -> i32 {
        if self.has_legend() { 0 } else { MIGRATION_Y - LEGEND_Y }
    }
}

/// A figure as it is drawn in a language.
struct Drawing<'a> {
    figure: &'a OverTimeFigure<'a>,
    text: &'a Text,
}

impl Drawing<'_> {
    fn draw(&self) -> Result<String> {
        let width = self.figure.width();
        let panels = self.panels();
        let bottom = panels.last().context("there is nothing to draw")?.frame.bottom;
        let title = format!("{}: {}", self.figure.title(self.text), self.place());
        let description = [self.span_labels().join("; "), self.note()].join(". ");
        document((width, bottom + HEIGHT_BELOW), &title, &description, |canvas| {
            self.heading(canvas, panels[0].y.spread)?;
            self.strip(canvas, &panels[0].frame)?;
            for (index, panel) in panels.iter().enumerate() {
                let legend_y = if index == 0 { LEGEND_Y } else { panel.frame.top - PANEL_GAP / 2 + 10 };
                if self.figure.has_legend() {
                    panel.legend(canvas, legend_y, self.text)?;
                }
                panel.draw(canvas, &self.figure.spans, self.text)?;
            }
            self.feet(canvas, &panels)
        })
    }

    /// The panels that have curves, from top to bottom.
    fn panels(&self) -> Vec<Panel> {
        let figure = self.figure;
        let topic = figure.topic;
        let mut numbers: Vec<usize> = figure.drawn().map(ShownCurve::panel).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let count = i32::try_from(numbers.len()).unwrap_or(1).max(1);
        let height = (topic.height - (count - 1) * PANEL_GAP) / count;
        let time = figure.time_axis();
        let mut top = PLOT_TOP - figure.raised();
        let mut panels = Vec::new();
        for number in numbers {
            let y = (topic.axis)(values(&figure.curves, number, count > 1));
            let edges = Edges { left: topic.left, right: figure.width() - RIGHT, top, bottom: top + height };
            let frame = Frame::new(edges, (time.low, time.high), (y.position(y.low), y.position(y.high)));
            let items = figure.drawn().filter(|shown| shown.panel() == number).map(|shown| Item {
                color: shown.quantity.color(),
                dash: shown.quantity.dash(),
                name: self.name(shown),
                curve: ThinnedCurve::new(shown.curve, shown.range.clone(), shown.factor()),
            });
            panels.push(Panel { frame, x: time.clone(), items: items.collect(), y });
            top += height + PANEL_GAP;
        }
        panels
    }

    /// The condition, and the host with its role.
    fn place(&self) -> String {
        let condition = condition_label(self.figure.analysis, self.figure.condition);
        match self.figure.host() {
            None => condition,
            Some((_, host)) => {
                let role = match host.role {
                    Role::Source => "figure.role.source",
                    Role::Target => "figure.role.target",
                    Role::Observer => "figure.role.observer",
                };
                format!("{condition}, {} ({})", host.name, self.text.get(role))
            }
        }
    }

    fn name(&self, shown: &ShownCurve) -> String {
        let domain = DOMAIN_CPU.key.parameter(&shown.curve.metric).unwrap_or_default();
        if shown.quantity == Quantity::OtherVm {
            return domain.to_owned();
        }
        self.text.fill(shown.quantity.name(), &[("name", domain)])
    }

    /// What it shows on the left, where on the right.
    fn heading(&self, canvas: &Canvas, spread: Spread) -> Result<()> {
        let unit = self.figure.unit();
        let unit = match spread {
            Spread::Linear => unit.to_owned(),
            Spread::Log => format!("{unit}_log"),
        };
        let (left, right) = (10, self.figure.width() - RIGHT);
        let what = canvas.fit(&self.figure.title(self.text), right / 2, Type::title())?;
        canvas.text(&what, (left, TITLE_Y), Type::title())?;
        let after = left + canvas.width(&what, Type::title())? + 40;
        let unit = self.text.get(&unit);
        canvas.text(unit, (after, TITLE_Y), Type::label())?;
        let room = right - after - canvas.width(unit, Type::label())? - 80;
        let place = canvas.fit(&self.place(), room, Type::label())?;
        canvas.text(&place, (right, TITLE_Y), Type::label().color(theme::INK).right())
    }

    /// When the migration ran and when the service was out, above the plot on its time axis.
    fn strip(&self, canvas: &Canvas, frame: &Frame) -> Result<()> {
        let labels = self.span_labels();
        let Spans { migration, outage } = self.figure.spans;
        let raised = self.figure.raised();
        let migration = migration.map(|span| (span, Quantity::Migration, MIGRATION_Y - raised));
        let outage = outage.map(|(_, span)| (span, Quantity::Outage(Method::Ping), OUTAGE_Y - raised));
        for ((span, quantity, y), label) in migration.into_iter().chain(outage).zip(labels) {
            bar(canvas, frame, &span, quantity, y, &label)?;
        }
        Ok(())
    }

    fn span_labels(&self) -> Vec<String> {
        let seconds = |span: &Span| self.text.number(span.length, if span.length < 9.95 { 2 } else { 1 });
        let Spans { migration, outage } = self.figure.spans;
        let migration =
            migration.map(|span| self.text.fill("figure.span.migration", &[("seconds", &seconds(&span))]));
        let outage = outage
            .map(|(method, span)| self.text.fill(method.entry().texts.span, &[("seconds", &seconds(&span))]));
        migration.into_iter().chain(outage).collect()
    }

    /// Ticks and name of the time axis, and the note.
    fn feet(&self, canvas: &Canvas, panels: &[Panel]) -> Result<()> {
        let Some(panel) = panels.last() else { return Ok(()) };
        let Frame { left, right, bottom, .. } = panel.frame;
        panel.time_axis(canvas, right + RIGHT - 10, self.text)?;
        let name = match self.figure.align {
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
            let OverTimeFigure { analysis, host, curves, .. } = self.figure;
            let here = curves.iter().filter(|shown| shown.is_of(analysis, *host));
            here.flat_map(ShownCurve::bins).filter(|bin| bin.mean.is_some())
        };
        let n = bins().map(|bin| bin.n).max().unwrap_or(0);
        let many = self.figure.drawn().any(|shown| shown.curve.repetitions.len() > MANY);
        let key = match (n, bins().any(|bin| bin.ci95.is_some())) {
            (1, _) => "figure.note.single",
            (_, true) if many => "figure.note.band_many",
            (_, false) if many => "figure.note.no_band_many",
            (_, true) => "figure.note.band",
            (_, false) => "figure.note.no_band",
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
