//! The counter of the gawk'ed xentop: where in its first second it started, and xentop's true period.
//!
//! The log has a time only at its start, to a whole second, and xentop's period is a little more than it was
//! set to. Both can be found where the host itself was sampled: what dstat, say, shows of Domain-0's processors, second by
//! second with true times, is what xentop says of Domain-0, so the two curves must fall on each other. The
//! period is taken to be the same in all logs of a host; the start is each log's own.
//!
//! Deliberately absent: the counter itself as a time. Lines number the iterations (see the parser).

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use stillstand_parsers::{Domains, Meaning, Parsed};

use super::{DOMAIN_0, host_of};
use crate::input::config::Config;
use crate::input::load::LoadedFile;
use crate::input::session::RunKey;
use crate::model::curves::{CPU_IDLE, CPU_WAIT};
use crate::model::{Diagnostic, Estimate, Severity};
use crate::stats::{Curve, Line, t_quantile_975};

/// When xentop took its samples: iteration `k` at `start_epoch + start_s + k · period_s`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counter {
    /// Seconds from the whole second that the log begins with.
    pub start_s: f64,
    pub period_s: f64,
    pub basis: Basis,
}

/// What a counter's period rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// `xentop.period_s` in `campaign.toml`.
    Declared,
    /// Matched to the samples of the host.
    Estimated,
    /// Neither: `-d1` taken at its word.
    Assumed,
}

impl Counter {
    /// The counter of a log that nothing else is known of: it starts in the middle of its second.
    pub fn unmatched(config: &Config) -> Self {
        match config.file.xentop.period_s {
            Some(period_s) => Self { start_s: 0.5, period_s, basis: Basis::Declared },
            None => Self { start_s: 0.5, period_s: 1.0, basis: Basis::Assumed },
        }
    }
}

/// Grids that are searched, in thousandths of a second.
const PERIODS: std::ops::RangeInclusive<u32> = 980..=1100;
const PERIOD_STEP: usize = 2;
const STARTS: std::ops::RangeInclusive<u32> = 0..=1080;
const START_STEP: usize = 40;
/// Part of the variation of xentop's figures that those of the host must explain for a log to be used.
const EXPLAINED: f64 = 0.8;
/// Samples that a log must have.
const SAMPLES: f64 = 20.0;
/// Logs of a host below which their scatter says nothing of the uncertainty.
const LOGS: usize = 3;

/// The counters that were matched, by the path of the log.
#[derive(Debug, Default)]
pub struct Counters(BTreeMap<String, Counter>);

impl Counters {
    /// Matches each gawk'ed xentop log for which no period is declared, and says what was found.
    pub fn estimate(files: &[LoadedFile], config: &Config) -> (Self, Vec<Diagnostic>) {
        let (mut counters, mut diagnostics) = (Self::default(), Vec::new());
        if config.file.xentop.period_s.is_some() {
            return (counters, diagnostics);
        }
        let pairs = pairs(files);
        let mut formats: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (file, _, samples) in &pairs {
            formats.entry(host_of(file)).or_default().extend(samples.map(|log| log.format.name()));
        }
        let found: Vec<Option<Match>> =
            pairs.par_iter().map(|(_, xentop, samples)| Match::new(xentop, (*samples)?)).collect();
        let mut hosts: BTreeMap<&str, Vec<(&LoadedFile, Option<Match>)>> = BTreeMap::new();
        for ((file, ..), found) in pairs.into_iter().zip(found) {
            hosts.entry(host_of(file)).or_default().push((file, found));
        }
        for (host, logs) in hosts {
            let usable: Vec<&Match> = logs.iter().filter_map(|(_, found)| found.as_ref()).collect();
            let period = pooled(&usable).filter(|period| (period.value - 1.0).abs() > period.half_width);
            diagnostics.push(note(host, period, (usable.len(), logs.len()), &formats[host]));
            for (file, found) in period.iter().flat_map(|_| &logs) {
                let period_s = period.map_or(1.0, |period| period.value);
                let start_s = found.as_ref().map_or(0.5, |found| found.start(period_s));
                let counter = Counter { start_s, period_s, basis: Basis::Estimated };
                counters.0.insert(file.file.relative.clone(), counter);
            }
        }
        (counters, diagnostics)
    }

    /// The counter of a log.
    pub(super) fn of(&self, file: &LoadedFile, config: &Config) -> Counter {
        self.0.get(&file.file.relative).copied().unwrap_or_else(|| Counter::unmatched(config))
    }
}

/// Each gawk'ed xentop log with the samples of the same run and host.
fn pairs(files: &[LoadedFile]) -> Vec<(&LoadedFile, &Parsed, Option<&Parsed>)> {
    let of = |meaning: Meaning| {
        let logs = files.iter().filter_map(|file| Some((file, file.log.as_deref()?)));
        logs.filter(move |(_, log)| log.format.meaning() == meaning)
    };
    let mut samples: BTreeMap<(&RunKey, &str), &Parsed> = BTreeMap::new();
    for (file, log) in of(Meaning::HostSamples) {
        samples.entry((&file.file.run, host_of(file))).or_insert(log);
    }
    of(Meaning::Domains(Domains::OneByCounter))
        .map(|(file, log)| (file, log, samples.get(&(&file.file.run, host_of(file))).copied()))
        .collect()
}

/// `formats` are those of the samples that the logs were matched with.
fn note(
    host: &str,
    period: Option<Estimate>,
    (usable, logs): (usize, usize),
    formats: &BTreeSet<&str>,
) -> Diagnostic {
    let samples = match formats.iter().copied().collect::<Vec<_>>().join(" and ") {
        names if names.is_empty() => "samples of the host".to_owned(),
        names => names,
    };
    let (code, message) = match period {
        Some(Estimate { value, half_width }) => (
            "xentop-period-estimated",
            format!(
                "xentop's period on host {host} is {value:.3} ± {half_width:.3} s: there Domain-0's CPU by xentop falls \
                 on that by {samples}, in {usable} of {logs} logs; their samples are placed by it, and each log's start \
                 within its second by the same match. Declare another with xentop.period_s"
            ),
        ),
        None => (
            "xentop-period-assumed",
            format!(
                "xentop's period on host {host} is taken for 1 s: it is not declared, and {usable} of {logs} logs that \
                 {samples} could be matched with do not show clearly that it is another. Late samples may stand a little \
                 too early. Declare it with xentop.period_s"
            ),
        ),
    };
    Diagnostic { severity: Severity::Note, code, file: None, line: None, column: None, message, text: None }
}

/// How well one log fits the samples of its host: the residual for each period and start of the grids.
struct Match {
    /// Samples compared.
    n: f64,
    /// By period, then start: logarithm of the mean squared residual.
    residuals: Vec<Vec<f64>>,
}

fn periods() -> impl Iterator<Item = f64> {
    PERIODS.step_by(PERIOD_STEP).map(|ms| f64::from(ms) / 1000.0)
}

fn starts() -> impl Iterator<Item = f64> {
    STARTS.step_by(START_STEP).map(|ms| f64::from(ms) / 1000.0)
}

impl Match {
    /// `None` where a log lacks what is compared, or where no period brings the two together.
    fn new(xentop: &Parsed, samples: &Parsed) -> Option<Self> {
        let start = xentop.facts.int("start_epoch")? as f64;
        let busy = busy(samples, start)?;
        let used = used(xentop)?;
        let compare = |period: f64, start: f64| {
            let pairs = used.iter().filter_map(|(k, percent)| {
                let t = start + k * period;
                Some((busy.between(t - period, t)? / period, *percent))
            });
            Line::fit(pairs)
        };
        let fits: Vec<Vec<Option<Line>>> =
            periods().map(|period| starts().map(|start| compare(period, start)).collect()).collect();
        let best = fits
            .iter()
            .flatten()
            .flatten()
            .min_by(|a, b| a.mean_squared_residual().total_cmp(&b.mean_squared_residual()))?;
        if best.n < SAMPLES || best.explained() < EXPLAINED || best.slope <= 0.0 {
            return None;
        }
        // A perfect match would have the logarithm −∞.
        let floor = 1e-6 * best.variance();
        let logarithm =
            |fit: &Option<Line>| fit.map_or(f64::INFINITY, |fit| fit.mean_squared_residual().max(floor).ln());
        let residuals = fits.iter().map(|row| row.iter().map(logarithm).collect()).collect();
        Some(Self { n: best.n, residuals })
    }

    /// For each period of the grid, n · ln(mean squared residual) at the best start: minus twice the
    /// logarithm of the likelihood of equal, independent errors.
    fn profile(&self) -> impl Iterator<Item = f64> {
        let least = |row: &Vec<f64>| row.iter().copied().fold(f64::INFINITY, f64::min);
        self.residuals.iter().map(move |row| self.n * least(row))
    }

    /// The best start for a period.
    fn start(&self, period: f64) -> f64 {
        let nearest = periods()
            .zip(&self.residuals)
            .min_by(|a, b| (a.0 - period).abs().total_cmp(&(b.0 - period).abs()));
        let row = nearest.map_or(&[][..], |(_, row)| row);
        starts().zip(row).min_by(|a, b| a.1.total_cmp(b.1)).map_or(0.5, |(start, _)| start)
    }
}

/// The period that suits all logs of a host best, with the half-width of its 95 % interval by the jackknife
/// (Efron and Tibshirani, 1993, chapter 11): t(0.975; n − 1) · √((n − 1) ⁄ n · Σ (p₍ᵢ₎ − mean)²), at least half
/// a step of the grid. `None` for fewer than three logs, and where the best period is the end of the grid.
fn pooled(logs: &[&Match]) -> Option<Estimate> {
    let n = logs.len();
    if n < LOGS {
        return None;
    }
    let profiles: Vec<Vec<f64>> = logs.iter().map(|log| log.profile().collect()).collect();
    let without = |left_out: Option<usize>| {
        let used = profiles.iter().enumerate().filter(|(i, _)| Some(*i) != left_out);
        let mut sum = vec![0.0; periods().count()];
        for (_, profile) in used {
            sum.iter_mut().zip(profile).for_each(|(sum, value)| *sum += value);
        }
        lowest(&sum)
    };
    let value = without(None)?;
    let values: Vec<f64> = (0..n).map(|left_out| without(Some(left_out))).collect::<Option<_>>()?;
    let mean = values.iter().sum::<f64>() / n as f64;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    let half_width = t_quantile_975(n - 1) * ((n - 1) as f64 / n as f64 * squares).sqrt();
    Some(Estimate { value, half_width: half_width.max(PERIOD_STEP as f64 / 2000.0) })
}

/// The period at the lowest value, by a parabola through it and its neighbours.
fn lowest(sum: &[f64]) -> Option<f64> {
    let (at, _) = sum.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1))?;
    let (left, middle, right) = (*sum.get(at.checked_sub(1)?)?, sum[at], *sum.get(at + 1)?);
    let bend = left - 2.0 * middle + right;
    let shift = if bend > 0.0 && bend.is_finite() { 0.5 * (left - right) / bend } else { 0.0 };
    Some(periods().nth(at)? + shift * PERIOD_STEP as f64 / 1000.0)
}

/// Domain-0's processors at work by the samples of the host, per cent × seconds added up, over seconds since `start`.
fn busy(samples: &Parsed, start: f64) -> Option<Curve> {
    let frame = &samples.frame;
    let (stamps, idle) = (frame.f64s("epoch_s").ok()?, frame.f64s(CPU_IDLE.name()).ok()?);
    let wait: Vec<Option<f64>> =
        frame.f64s(CPU_WAIT.name()).map_or_else(|_| vec![None; idle.len()], |wait| wait.iter().collect());
    let rows = stamps.iter().zip(idle.iter()).zip(wait);
    let rates = rows.filter_map(|((t, idle), wait)| Some((t? - start, 100.0 - idle? - wait.unwrap_or(0.0))));
    Curve::new(rates)
}

/// Iterations with Domain-0's CPU by xentop.
fn used(xentop: &Parsed) -> Option<Vec<(f64, f64)>> {
    let frame = &xentop.frame;
    let (samples, domains) = (frame.u32s("sample").ok()?, frame.strs("domain").ok()?);
    let cpu = frame.f64s("cpu").ok()?;
    let rows = samples.iter().zip(domains.iter()).zip(cpu.iter());
    Some(
        rows.filter(|((_, domain), _)| *domain == Some(DOMAIN_0))
            .filter_map(|((k, _), percent)| Some((f64::from(k?), percent?)))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Per cent × seconds that Domain-0 has worked until `t`: six rounds of a migration, each run's its own.
    fn worked(t: f64, run: u32) -> f64 {
        let round = |number: u32| {
            let from = 5.2 + (4.3 + 0.37 * f64::from(run)) * f64::from(number);
            45.0 * (t.clamp(from, from + 3.1) - from)
        };
        3.0 * t + (0..6).map(round).sum::<f64>()
    }

    /// The logs of a host with one CPU: xentop's k-th sample `start + k · period` seconds after a whole second.
    fn logs(period: f64, start: f64, run: u32) -> (Parsed, Parsed) {
        let parse = |text: String| {
            let format = stillstand_parsers::detect(text.as_bytes()).unwrap();
            stillstand_parsers::parse(format, text.as_bytes()).unwrap()
        };
        let busy = |from: f64, to: f64| (worked(to, run) - worked(from, run)) / (to - from);
        let mut xentop = String::new();
        for k in 0..50 {
            let t = start + period * f64::from(k);
            let percent = busy(t - period, t);
            xentop +=
                &format!("{} vm: 1.0 131072 3.6 | Dom0: {percent:.1} 1048576 28.6\n", 1_264_510_980 + k);
        }
        let mut dstat = "\"Dstat 0.7.0 CSV output\"\n\"epoch\",\"total cpu usage\",,\n\
                         \"epoch\",\"usr\",\"sys\",\"idl\"\n"
            .to_owned();
        for k in 0..55 {
            let t = f64::from(k) - 0.63;
            dstat += &format!("{:.3},0.0,0.0,{:.3}\n", 1_264_510_980.0 + t, 100.0 - busy(t - 1.0, t));
        }
        (parse(xentop), parse(dstat))
    }

    fn matches(period: f64, logs_of_host: u32) -> Vec<Match> {
        (0..logs_of_host)
            .map(|run| {
                let (xentop, dstat) = logs(period, 0.1 + 0.3 * f64::from(run), run);
                Match::new(&xentop, &dstat).unwrap()
            })
            .collect()
    }

    #[test]
    fn period_and_starts_come_back() {
        for truth in [1.0, 1.012, 1.03, 1.07] {
            let matches = matches(truth, 3);
            let period = pooled(&matches.iter().collect::<Vec<_>>()).unwrap();
            assert!((period.value - truth).abs() <= period.half_width.max(0.004), "{truth}: {period:?}");
            for (run, found) in (0..).zip(&matches) {
                let start = 0.1 + 0.3 * f64::from(run);
                assert!((found.start(truth) - start).abs() <= 0.25, "{truth}: {}", found.start(truth));
            }
        }
    }

    #[test]
    fn two_logs_and_quiet_ones_tell_nothing() {
        assert_eq!(pooled(&matches(1.03, 2).iter().collect::<Vec<_>>()), None);
        let (xentop, _) = logs(1.03, 0.1, 0);
        let (_, other) = logs(1.03, 0.1, 400);
        assert!(Match::new(&xentop, &other).is_none());
    }
}
