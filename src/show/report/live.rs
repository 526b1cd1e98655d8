//! What the script of the page draws: curves of conditions and of their repetitions, and when runs were out.
//!
//! Numbers have four digits, times are seconds, values are in the unit in which figures show them. The page reads
//! the same without: all of it is in `data/` and `summary.json`.

use std::io::Write as _;

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde::Serialize;

use crate::model::curves::CURVES;
use crate::model::{Analysis, Curve, CurveMetric, Entries, Role, Run, Unit};
use crate::show::figures::of_curves;
use crate::show::tables::labels::condition_label;
use crate::show::text::Text;

/// So many numbers of a campaign go into the page at most, some hundred kilobytes. Repetitions are left out first.
const MOST_VALUES: usize = 300_000;
/// And so many repetitions of a condition.
const MOST_REPETITIONS: usize = 40;
/// Of a long log the first so many seconds from the window on.
const MOST_BINS: usize = 2_000;
/// What is shown before the request, and behind the last event, seconds.
const BEFORE_S: f64 = 30.0;
const BEHIND_S: f64 = 60.0;

/// The data of one campaign.
#[derive(Debug, Clone, Serialize)]
pub struct Live {
    title: String,
    conditions: Vec<String>,
    runs: Vec<LiveRun>,
    quantities: Vec<Quantity>,
}

#[derive(Debug, Clone, Serialize)]
struct LiveRun {
    id: String,
    /// A place in `conditions`.
    condition: usize,
    repetition: u32,
    duration: Option<f64>,
    outages: Vec<LiveOutage>,
}

#[derive(Debug, Clone, Serialize)]
struct LiveOutage {
    method: String,
    start: f64,
    /// `None` where the log ended in it.
    end: Option<f64>,
}

/// A quantity of a host or of the service, aligned at the campaign's first event.
#[derive(Debug, Clone, Serialize)]
struct Quantity {
    /// `net.sent@kirsche`.
    key: String,
    label: String,
    /// The host with its role; empty for the service.
    host: String,
    /// Charts of a run show those of a kind together: `cpu`, `mem`.
    kind: String,
    unit: &'static str,
    curves: Vec<LiveCurve>,
}

impl Quantity {
    /// What a reader asks for first: what the service did, then the hosts in the order of everywhere, then anything else.
    fn place(&self) -> (u8, usize) {
        let metric = self.key.split('@').next().unwrap_or_default();
        let is_it = |entry: &CurveMetric| entry.name() == metric || entry.key.parameter(metric).is_some();
        match (CURVES.iter().position(is_it), self.host.is_empty()) {
            (Some(known), true) => (0, known),
            (None, true) if metric.ends_with(".throughput") => (1, 0),
            (Some(known), false) => (2, known),
            (None, _) => (3, 0),
        }
    }
}

#[derive(Debug, Clone, Serialize)]
struct LiveCurve {
    condition: usize,
    /// The second of the first value; one value a second.
    from: f64,
    mean: Vec<Option<f64>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    low: Vec<Option<f64>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    high: Vec<Option<f64>>,
    repetitions: Vec<(u32, Vec<Option<f64>>)>,
}

impl Live {
    /// `None` where nothing was measured over time.
    pub fn new(analysis: &Analysis, text: &Text) -> Option<Self> {
        let align = analysis.campaign.align;
        let windows: Vec<(f64, f64)> = analysis
            .conditions
            .ids()
            .map(|id| {
                let runs = || analysis.runs.iter().filter(|run| run.condition == id);
                (-BEFORE_S, runs().filter_map(last_event_s).fold(0.0, f64::max) + BEHIND_S)
            })
            .collect();
        let curves: Vec<(&Curve, std::ops::Range<usize>)> = analysis
            .curves
            .iter()
            .filter(|curve| curve.align == align)
            .map(|curve| (curve, within(curve, windows[curve.condition.index()])))
            .filter(|(curve, bins)| curve.bins[bins.clone()].iter().any(|bin| bin.mean.is_some()))
            .collect();
        let bins: usize = curves.iter().map(|(_, bins)| bins.len()).sum();
        let each = MOST_VALUES / bins.max(1);
        let (intervals, repetitions) = (each >= 3, each.saturating_sub(3).min(MOST_REPETITIONS));
        let mut quantities: Vec<Quantity> = Vec::new();
        for (curve, bins) in
            curves.into_iter().take(if each == 0 { MOST_VALUES / MOST_BINS } else { usize::MAX })
        {
            let key = match &curve.host {
                Some(host) => format!("{}@{host}", curve.metric),
                None => curve.metric.clone(),
            };
            let live = live(curve, bins, intervals, repetitions);
            match quantities.iter_mut().find(|quantity| quantity.key == key) {
                Some(quantity) => quantity.curves.push(live),
                None => quantities.push(Quantity {
                    key,
                    label: text.curve(&curve.metric),
                    host: host(analysis, curve, text),
                    kind: curve.metric.split('.').next().unwrap_or_default().to_owned(),
                    unit: unit(curve.unit),
                    curves: vec![live],
                }),
            }
        }
        quantities.sort_by_key(Quantity::place);
        let runs = analysis.runs.iter().filter(|run| {
            let mut first = analysis.conditions[run.condition].runs.iter().take(MOST_REPETITIONS);
            first.any(|id| analysis.runs[*id].id == run.id)
        });
        (!quantities.is_empty()).then(|| Self {
            title: analysis.campaign.title.clone(),
            conditions: analysis.conditions.ids().map(|id| condition_label(analysis, id)).collect(),
            runs: runs.map(|run| live_run(run, text)).collect(),
            quantities,
        })
    }
}

/// All campaigns as the page carries them: JSON, deflated, as base64.
///
/// # Errors
///
/// None with these types.
pub fn packed(all: &impl Serialize) -> Result<String> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&serde_json::to_vec(all)?)?;
    Ok(STANDARD.encode(encoder.finish()?))
}

fn live_run(run: &Run, text: &Text) -> LiveRun {
    let outages = run.outages.iter().filter_map(|outage| {
        let method = text.get(outage.method.entry().texts.name).to_owned();
        Some(LiveOutage {
            method,
            start: digits(outage.start_s?)?,
            end: outage.end_s.filter(|_| !outage.censored).and_then(digits),
        })
    });
    LiveRun {
        id: run.id.clone(),
        condition: run.condition.index(),
        repetition: run.repetition,
        duration: run.migration.duration_s.and_then(digits),
        outages: outages.collect(),
    }
}

/// When the last thing that is known of a run happened, seconds since the request.
fn last_event_s(run: &Run) -> Option<f64> {
    let outages = run.outages.iter().filter_map(|outage| outage.end_s);
    outages.chain(run.migration.duration_s).filter(|end| end.is_finite()).reduce(f64::max)
}

/// The bins of a curve in a window.
fn within(curve: &Curve, (from, until): (f64, f64)) -> std::ops::Range<usize> {
    let first = curve.bins.partition_point(|bin| bin.t_s < from);
    let last = curve.bins.partition_point(|bin| bin.t_s <= until);
    first..last.clamp(first, first + MOST_BINS)
}

fn live(curve: &Curve, bins: std::ops::Range<usize>, intervals: bool, repetitions: usize) -> LiveCurve {
    let factor = of_curves(curve.unit);
    let shown = |value: Option<f64>| value.and_then(|value| digits(value * factor));
    let of = &curve.bins[bins.clone()];
    let has_interval = intervals && of.iter().any(|bin| bin.ci95.is_some());
    let end = |side: fn(crate::stats::Interval) -> f64| -> Vec<Option<f64>> {
        if !has_interval {
            return Vec::new();
        }
        of.iter().map(|bin| shown(bin.ci95.map(side))).collect()
    };
    let traces = curve.repetitions.iter().take(repetitions);
    let traces =
        traces.map(|trace| (trace.repetition, curve.values(trace, bins.clone()).map(shown).collect()));
    LiveCurve {
        condition: curve.condition.index(),
        from: of.first().map_or(0.0, |bin| bin.t_s),
        mean: of.iter().map(|bin| shown(bin.mean)).collect(),
        low: end(|interval| interval.low),
        high: end(|interval| interval.high),
        repetitions: traces.collect(),
    }
}

/// With four digits, by way of text: the same on every machine.
fn digits(value: f64) -> Option<f64> {
    format!("{value:.3e}").parse().ok().filter(|value: &f64| value.is_finite())
}

fn host(analysis: &Analysis, curve: &Curve, text: &Text) -> String {
    let Some(name) = &curve.host else { return String::new() };
    let role = analysis.campaign.hosts.iter().find(|host| host.name == *name).map(|host| match host.role {
        Role::Source => "figure.role.source",
        Role::Target => "figure.role.target",
        Role::Observer => "figure.role.observer",
    });
    role.map_or_else(|| name.clone(), |role| format!("{name} ({})", text.get(role)))
}

/// The sign of the unit of [`of_curves`].
fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Percent => "%",
        Unit::Bytes => "MiB",
        Unit::BytesPerSecond => "MB/s",
        Unit::Milliseconds | Unit::Seconds => "ms",
        Unit::PerSecond => "1/s",
        Unit::Count | Unit::Ratio => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::example::analysis;
    use crate::show::text::Language;

    #[test]
    fn numbers_have_four_digits() {
        assert_eq!([1234.56, -0.000_123_456, 0.0].map(digits), [Some(1235.0), Some(-0.000_123_5), Some(0.0)]);
        assert_eq!([f64::NAN, f64::INFINITY].map(digits), [None, None]);
    }

    #[test]
    fn a_page_carries_what_was_measured_over_time() {
        let analysis = analysis();
        let live = Live::new(&analysis, &Text::new(Language::En)).unwrap();
        assert_eq!(live.runs.len(), analysis.runs.len());
        assert_eq!(live.conditions.len(), analysis.conditions.len());
        let curves = live.quantities.iter().flat_map(|quantity| &quantity.curves);
        assert!(curves.clone().count() > 4);
        for curve in curves {
            assert!(curve.repetitions.iter().all(|(_, values)| values.len() == curve.mean.len()));
            assert!(curve.low.is_empty() || curve.low.len() == curve.mean.len());
        }
        let packed = STANDARD.decode(packed(&[live]).unwrap()).unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut flate2::read::DeflateDecoder::new(&packed[..]), &mut text)
            .unwrap();
        assert!(text.contains("\"quantities\""), "{text}");
    }

    #[test]
    fn without_curves_there_is_nothing_to_draw() {
        let mut analysis = analysis();
        analysis.curves.clear();
        assert!(Live::new(&analysis, &Text::new(Language::En)).is_none());
    }
}
