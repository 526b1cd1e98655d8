//! The resource series of the hosts and of domains under Xen.

use std::collections::BTreeMap;

use stillstand_parsers::Parsed;

use super::{Counter, FileReport};
use crate::input::config::Config;
use crate::model::curves::{self, CurveMetric};
use crate::model::{Severity, Unit};
use crate::stats::Sample;

/// What a sample tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tells {
    /// The instant, as of memory.
    Instant,
    /// The mean over the time since the sample before.
    Mean,
    /// A single request.
    Request,
}

impl Tells {
    /// Of the samples that tools take of hosts: memory is that of an instant, all else is counted.
    pub fn of_host(unit: Unit) -> Self {
        if unit == Unit::Bytes { Self::Instant } else { Self::Mean }
    }
}

/// One quantity of one host over time: the samples that exist, in ascending order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    /// `None` for a quantity of the service.
    pub host: Option<String>,
    pub metric: String,
    pub unit: Unit,
    pub tells: Tells,
    /// Seconds since the request.
    pub t_s: Vec<f64>,
    pub values: Vec<f64>,
}

/// The usual time between two rows; 0 for fewer than two.
pub(super) fn delay_s(times: impl Iterator<Item = f64>) -> f64 {
    let times: Vec<f64> = times.collect();
    let steps = times.windows(2).map(|pair| pair[1] - pair[0]).filter(|step| *step > 0.0).collect();
    Sample::new(steps).map_or(0.0, |steps| steps.median())
}

/// The series of a host that its own samples give. `zero` is the request by the host's clock.
///
/// A file to which several recordings were appended holds other runs too: only the recording during
/// which the request came is used.
pub(super) fn host_samples(host: &str, log: &Parsed, zero: f64, report: &mut FileReport<'_>) -> Vec<Samples> {
    const QUANTITIES: [CurveMetric; 16] = [
        curves::CPU_USER,
        curves::CPU_SYSTEM,
        curves::CPU_IDLE,
        curves::CPU_WAIT,
        curves::CPU_HARDIRQ,
        curves::CPU_SOFTIRQ,
        curves::MEM_USED,
        curves::MEM_BUFFERS,
        curves::MEM_CACHE,
        curves::MEM_FREE,
        curves::NET_RECEIVED,
        curves::NET_SENT,
        curves::LOOPBACK,
        curves::DISK_READ,
        curves::DISK_WRITTEN,
        curves::DISK_UTIL,
    ];
    let Ok(epochs) = log.frame.f64s("epoch_s") else {
        return Vec::new();
    };
    let segments: Vec<u32> = log
        .frame
        .u32s("segment")
        .map(|column| column.iter().map(Option::unwrap_or_default).collect())
        .unwrap_or_default();
    let stamps: Vec<Option<f64>> = epochs.iter().collect();
    let wanted = recording(&segments, &stamps, zero);
    if wanted.is_some() {
        let message = "the file holds several recordings; the one of this run's request is used".to_owned();
        report.add(Severity::Note, "other-recordings", message);
    }
    if stamps.iter().all(Option::is_none) && (log.frame.has("local_s") || log.missing().is_some()) {
        let message =
            "its times are local and nothing says how far from UTC: declare `utc_offset` in campaign.toml";
        report.add(Severity::Error, "samples-without-place", message.to_owned());
    }
    let belongs = |row: usize| wanted.is_none() || segments.get(row).copied() == wanted;
    let of = |quantity: &CurveMetric, column: &str, name: &str| {
        let values = log.frame.f64s(column).ok()?;
        let rows = stamps.iter().zip(values.iter()).enumerate().filter(|(row, _)| belongs(*row));
        let pairs = rows.filter_map(|(_, (t, v))| Some(((*t)? - zero, v?)));
        samples(host, quantity, name, pairs)
    };
    let plain = QUANTITIES.iter().filter_map(|quantity| of(quantity, quantity.name(), ""));
    let processes = log.frame.columns.iter().filter_map(|column| {
        let name = curves::PROCESS_CPU.key.parameter(&column.name)?;
        of(&curves::PROCESS_CPU, &column.name, name)
    });
    plain.chain(processes).collect()
}

/// Of several recordings the one in which `zero` lies, else the nearest; `None` for a single one.
fn recording(segments: &[u32], stamps: &[Option<f64>], zero: f64) -> Option<u32> {
    let mut spans: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    for (segment, stamp) in segments.iter().zip(stamps) {
        if let Some(t) = stamp {
            let span = spans.entry(*segment).or_insert((*t, *t));
            *span = (span.0.min(*t), span.1.max(*t));
        }
    }
    if spans.len() < 2 {
        return None;
    }
    let distance = |(first, last): (f64, f64)| (first - zero).max(zero - last).max(0.0);
    spans.into_iter().min_by(|a, b| distance(a.1).total_cmp(&distance(b.1))).map(|(segment, _)| segment)
}

/// xentop's counter is a clock only at its start, and there to a whole second: iteration `k` was
/// taken at about `start + start_s + k · period`. Which iteration a figure belongs to is the parser's
/// knowledge.
pub(super) fn domains_by_counter(
    host: &str,
    log: &Parsed,
    zero: f64,
    counter: Counter,
    config: &Config,
) -> Vec<Samples> {
    match log.facts.int("start_epoch") {
        Some(start) => domains(host, log, start as f64 + counter.start_s - zero, counter.period_s, config),
        None => Vec::new(),
    }
}

/// xentop's own output has no time at all. Testbeds start its recorder together with that of the host's samples: its
/// first iteration is taken for the first row of the latter, if there is one.
pub(super) fn domains_without_times(
    host: &str,
    log: &Parsed,
    samples: Option<&Parsed>,
    zero: f64,
    config: &Config,
    report: &mut FileReport<'_>,
) -> Vec<Samples> {
    let first =
        samples.and_then(|log| Some((log.frame.f64s("epoch_s").ok()?.iter().flatten().next()?, log.format)));
    let Some((first, format)) = first else {
        let message = format!(
            "xentop's own output has no times, and there is no dstat log of host {host} to start it with: it has \
             no place in the run; `inspect` shows it"
        );
        report.add(Severity::Warning, "log-without-times", message);
        return Vec::new();
    };
    let message = format!(
        "xentop's own output has no times: its first iteration is taken for the first row of {format} on the same host"
    );
    report.add(Severity::Warning, "start-taken-from-dstat", message);
    domains(host, log, first - zero, Counter::unmatched(config).period_s, config)
}

/// The series of all domains; iteration `k` was taken `k` periods after `start_s` (seconds since the
/// request).
fn domains(host: &str, log: &Parsed, start_s: f64, period: f64, config: &Config) -> Vec<Samples> {
    let cpus = config.host(host).and_then(|h| h.cpus).unwrap_or(1);
    let frame = &log.frame;
    let (Ok(iterations), Ok(domains)) = (frame.u32s("sample"), frame.strs("domain")) else {
        return Vec::new();
    };
    let mut names: Vec<&str> = domains.iter().flatten().collect();
    names.sort_unstable();
    names.dedup();
    let mut all = Vec::new();
    for name in names {
        for (column, quantity, divisor) in
            [("cpu", curves::DOMAIN_CPU, f64::from(cpus)), ("mem", curves::DOMAIN_MEM, 1.0)]
        {
            let Ok(values) = frame.f64s(column) else { continue };
            let rows = iterations.iter().zip(domains.iter()).zip(values.iter());
            let pairs = rows.filter_map(|((iteration, domain), value)| {
                let t = start_s + f64::from(iteration?) * period;
                (domain == Some(name)).then_some((t, value? / divisor))
            });
            all.extend(samples(host, &quantity, name, pairs));
        }
    }
    all
}

/// Of a quantity, of a family that of a domain or process; `None` when there is no sample at all.
fn samples(
    host: &str,
    quantity: &CurveMetric,
    domain: &str,
    pairs: impl Iterator<Item = (f64, f64)>,
) -> Option<Samples> {
    let mut pairs: Vec<(f64, f64)> = pairs.filter(|(t, v)| t.is_finite() && v.is_finite()).collect();
    if pairs.is_empty() {
        return None;
    }
    // A host's clock may be set back while it logs; the order of the log is kept among equals.
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (t_s, values) = pairs.into_iter().unzip();
    let metric = quantity.key.with(domain);
    let (unit, tells) = (quantity.unit, Tells::of_host(quantity.unit));
    Some(Samples { host: Some(host.to_owned()), metric, unit, tells, t_s, values })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_recordings_the_one_of_the_request_counts() {
        let segments = [0, 0, 1, 1, 2];
        let stamps = [Some(10.0), Some(20.0), Some(100.0), Some(110.0), None];
        assert_eq!(recording(&segments, &stamps, 105.0), Some(1));
        assert_eq!(recording(&segments, &stamps, 5.0), Some(0));
        assert_eq!(recording(&segments[..2], &stamps[..2], 5.0), None);
    }
}
