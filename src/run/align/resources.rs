//! The resource series of the hosts: dstat and xentop.

use std::collections::BTreeMap;

use stillstand_parsers::Parsed;

use super::{Counter, Told};
use crate::input::config::Config;
use crate::model::{Severity, Unit};

/// One quantity of one host over time: the samples that exist, in ascending order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    /// `None` for a quantity of the service.
    pub host: Option<String>,
    pub metric: String,
    pub unit: Unit,
    /// Seconds since the request.
    pub t_s: Vec<f64>,
    pub values: Vec<f64>,
}

/// What the interface `lo` received, which is what it sent.
pub const LOOPBACK: &str = "net.lo.received";

/// The series of a dstat log. `zero` is the request by the host's clock.
///
/// A file to which several recordings were appended holds other runs too: only the recording during
/// which the request came is used.
pub(super) fn dstat(host: &str, log: &Parsed, zero: f64, told: &mut Told<'_>) -> Vec<Samples> {
    const QUANTITIES: [(&str, Unit); 13] = [
        ("cpu.user", Unit::Percent),
        ("cpu.system", Unit::Percent),
        ("cpu.idle", Unit::Percent),
        ("cpu.wait", Unit::Percent),
        ("cpu.hardirq", Unit::Percent),
        ("cpu.softirq", Unit::Percent),
        ("mem.used", Unit::Bytes),
        ("mem.buffers", Unit::Bytes),
        ("mem.cache", Unit::Bytes),
        ("mem.free", Unit::Bytes),
        ("net.received", Unit::BytesPerSecond),
        ("net.sent", Unit::BytesPerSecond),
        (LOOPBACK, Unit::BytesPerSecond),
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
        told.tell(Severity::Note, "other-recordings", message);
    }
    let belongs = |row: usize| wanted.is_none() || segments.get(row).copied() == wanted;
    QUANTITIES
        .iter()
        .filter_map(|&(metric, unit)| {
            let values = log.frame.f64s(metric).ok()?;
            let rows = stamps.iter().zip(values.iter()).enumerate().filter(|(row, _)| belongs(*row));
            let pairs = rows.filter_map(|(_, (t, v))| Some(((*t)? - zero, v?)));
            samples(host, metric.to_owned(), unit, pairs)
        })
        .collect()
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
pub(super) fn xentop_gawk(
    host: &str,
    log: &Parsed,
    zero: f64,
    counter: Counter,
    config: &Config,
) -> Vec<Samples> {
    match log.facts.int("start_epoch") {
        Some(start) => xentop(host, log, start as f64 + counter.start_s - zero, counter.period_s, config),
        None => Vec::new(),
    }
}

/// xentop's own output tells no time at all. Testbeds start its recorder together with dstat's: its
/// first iteration is taken for the first row of the dstat log of the same host, if there is one.
pub(super) fn raw_xentop(
    host: &str,
    log: &Parsed,
    dstat: Option<&Parsed>,
    zero: f64,
    config: &Config,
    told: &mut Told<'_>,
) -> Vec<Samples> {
    let first = dstat.and_then(|dstat| dstat.frame.f64s("epoch_s").ok()?.iter().flatten().next());
    let Some(first) = first else {
        let message = format!(
            "xentop's own output has no times, and there is no dstat log of host {host} to start it with: it has \
             no place in the run; `inspect` shows it"
        );
        told.tell(Severity::Warning, "log-without-times", message);
        return Vec::new();
    };
    let message = "xentop's own output has no times: its first iteration is taken for the first row of dstat on the \
                   same host";
    told.tell(Severity::Warning, "start-taken-from-dstat", message.to_owned());
    xentop(host, log, first - zero, Counter::unmatched(config).period_s, config)
}

/// The series of all domains; iteration `k` was taken `k` periods after `start_s` (seconds since the
/// request).
fn xentop(host: &str, log: &Parsed, start_s: f64, period: f64, config: &Config) -> Vec<Samples> {
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
        for (column, metric, unit, divisor) in
            [("cpu", "cpu", Unit::Percent, f64::from(cpus)), ("mem", "mem", Unit::Bytes, 1.0)]
        {
            let Ok(values) = frame.f64s(column) else { continue };
            let rows = iterations.iter().zip(domains.iter()).zip(values.iter());
            let pairs = rows.filter_map(|((iteration, domain), value)| {
                let t = start_s + f64::from(iteration?) * period;
                (domain == Some(name)).then_some((t, value? / divisor))
            });
            all.extend(samples(host, format!("domain.{name}.{metric}"), unit, pairs));
        }
    }
    all
}

/// `None` when there is no sample at all.
fn samples(
    host: &str,
    metric: String,
    unit: Unit,
    pairs: impl Iterator<Item = (f64, f64)>,
) -> Option<Samples> {
    let mut pairs: Vec<(f64, f64)> = pairs.filter(|(t, v)| t.is_finite() && v.is_finite()).collect();
    if pairs.is_empty() {
        return None;
    }
    // A host's clock may be set back while it logs; the order of the log is kept among equals.
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (t_s, values) = pairs.into_iter().unzip();
    Some(Samples { host: Some(host.to_owned()), metric, unit, t_s, values })
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
