//! Clocks → time relative to the migration request.
//!
//! Each source has its own clock: dstat stamps its rows with the host's time, the gawk'ed xentop
//! counts from a start it read once, the gawk'ed ping knows the whole second in which a reply came,
//! the loop in the VM prints times of day. This module puts all of one run on the axis *seconds
//! since the request* (the printed whole second; the true instant lies up to one resolution
//! later). It measures nothing; that is the work of [`crate::metrics`].
//!
//! Deliberately absent: estimating clock offsets and drifts. Offsets are taken as declared.

use stillstand_parsers::{Format, Parsed};

use crate::analysis::{Diagnostic, Migration, Severity, Status, Unit};
use crate::config::Config;
use crate::load::LoadedFile;
use crate::session::RunKey;

/// The domain that runs the hypervisor's tools; it never migrates.
pub const DOMAIN_0: &str = "Domain-0";

/// The logs of one run on one axis.
#[derive(Debug)]
pub struct AlignedRun {
    pub key: RunKey,
    /// Paths relative to the campaign folder, sorted.
    pub files: Vec<String>,
    pub migration: Migration,
    pub ping: Option<PingTimeline>,
    pub guest_clock: Option<GuestClock>,
    /// Resource series of the hosts; empty without a time zero.
    pub samples: Vec<Samples>,
    pub diagnostics: Vec<Diagnostic>,
}

/// One quantity of one host over time: the samples that exist, in ascending order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    pub host: Option<String>,
    pub metric: String,
    pub unit: Unit,
    /// Seconds since the request.
    pub t_s: Vec<f64>,
    pub values: Vec<f64>,
}

/// Requests and replies of one ping log.
#[derive(Debug, Clone, PartialEq)]
pub struct PingTimeline {
    pub file: String,
    /// Nominal time between two requests, seconds.
    pub interval_s: f64,
    /// Requests sent.
    pub sent: u32,
    /// Sequence number of the first request.
    pub first_seq: u32,
    /// Sequence numbers of the answered requests, ascending, each once.
    pub answered: Vec<u32>,
    /// Round trip time of each answered request, milliseconds; NaN-free.
    pub rtt_ms: Vec<f64>,
    pub duplicates: u32,
    /// Whether ping itself said how many requests it sent.
    pub has_summary: bool,
    /// When request 0 was or would have been sent, seconds since the run's request; `None`
    /// without a time zero.
    pub origin_s: Option<f64>,
    /// True mean time between two requests, seconds.
    pub period_s: f64,
}

impl PingTimeline {
    /// When a request was sent, seconds since the migration request.
    pub fn sent_at(&self, seq: u32) -> Option<f64> {
        Some(self.origin_s? + self.period_s * f64::from(seq))
    }
}

/// The stamps of the clock inside the VM.
#[derive(Debug, Clone, PartialEq)]
pub struct GuestClock {
    pub file: String,
    /// In the order of the log. Seconds since the request where `aligned`, else since midnight.
    pub stamps_s: Vec<f64>,
    pub aligned: bool,
}

/// Puts the files of one run on one axis.
pub fn align(key: RunKey, files: &[&LoadedFile], config: &Config) -> AlignedRun {
    let mut run = AlignedRun {
        key,
        files: files.iter().map(|f| f.file.relative.clone()).collect(),
        migration: Migration {
            request_epoch_s: None,
            request_resolution_s: 1.0,
            duration_s: None,
            user_s: None,
            system_s: None,
            status: Status::Unknown,
        },
        ping: None,
        guest_clock: None,
        samples: Vec::new(),
        diagnostics: Vec::new(),
    };
    let of = |format| {
        files.iter().filter_map(move |f| f.log.as_ref().filter(|l| l.format == format).map(|l| (*f, l)))
    };
    if let Some((_, log)) = run.only_one(of(Format::MigrationTime)) {
        run.migration = migration(log);
    }
    let request = run.migration.request_epoch_s;
    if let Some((file, log)) = run.only_one(of(Format::PingGawk)) {
        run.ping = ping(&file.file.relative, log, request, config);
        run.samples.extend(run.ping.as_ref().and_then(round_trips));
    }
    if let Some((file, log)) = run.only_one(of(Format::Zeit)) {
        run.guest_clock = guest_clock(&file.file.relative, log, request, config);
    }
    let Some(request) = request else {
        return run;
    };
    for (file, log) in of(Format::Dstat) {
        let zero = request + config.clock_offset_s(host_of(file));
        run.add(dstat(host_of(file), log, zero), file);
    }
    for (file, log) in of(Format::XentopGawk) {
        let zero = request + config.clock_offset_s(host_of(file));
        run.add(xentop(host_of(file), log, zero, config), file);
    }
    run
}

impl AlignedRun {
    /// The first log of a kind of which a run has one; more are reported and left out.
    fn only_one<'a>(
        &mut self,
        mut logs: impl Iterator<Item = (&'a LoadedFile, &'a Parsed)>,
    ) -> Option<(&'a LoadedFile, &'a Parsed)> {
        let first = logs.next()?;
        for (file, log) in logs {
            let message = format!(
                "the run has a second {} log; {} is used, this one is left out",
                log.format.name(),
                first.0.file.relative
            );
            self.warn("second-log-of-its-kind", file, message);
        }
        Some(first)
    }

    /// Adds the series of one file unless the run has them already from another.
    fn add(&mut self, samples: Vec<Samples>, file: &LoadedFile) {
        let known = |s: &Samples| self.samples.iter().any(|k| k.host == s.host && k.metric == s.metric);
        if samples.iter().any(known) {
            let message = format!(
                "the run has a second log of this kind for host {}; this one is left out",
                host_of(file)
            );
            self.warn("second-log-of-its-kind", file, message);
            return;
        }
        self.samples.extend(samples);
    }

    fn warn(&mut self, code: &'static str, file: &LoadedFile, message: String) {
        self.diagnostics.push(Diagnostic {
            severity: Severity::Warning,
            code,
            file: Some(file.file.relative.clone()),
            line: None,
            column: None,
            message,
            text: None,
        });
    }
}

/// The host that a file's name gives, or what its log says of itself.
fn host_of(file: &LoadedFile) -> &str {
    file.file
        .host
        .as_deref()
        .or_else(|| file.log.as_ref().and_then(|log| log.facts.text("host")))
        .unwrap_or("host")
}

fn migration(log: &Parsed) -> Migration {
    let first = |column: &str| log.frame.f64s(column).ok()?.get(0);
    let duration_s = first("elapsed_s");
    let request_epoch_s = first("request_epoch_s");
    let exit_status = log.frame.i64s("exit_status").ok().and_then(|column| column.get(0));
    Migration {
        request_epoch_s,
        request_resolution_s: log.facts.float("request_resolution_s").unwrap_or(1.0),
        duration_s,
        user_s: first("user_s"),
        system_s: first("system_s"),
        status: match (duration_s, exit_status) {
            (_, Some(status)) if status != 0 => Status::Failed,
            (Some(_), _) => Status::Completed,
            (None, _) if request_epoch_s.is_some() => Status::Unfinished,
            (None, _) => Status::Unknown,
        },
    }
}

fn dstat(host: &str, log: &Parsed, zero: f64) -> Vec<Samples> {
    const QUANTITIES: [(&str, Unit); 12] = [
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
    ];
    let Ok(epochs) = log.frame.f64s("epoch_s") else {
        return Vec::new();
    };
    QUANTITIES
        .iter()
        .filter_map(|&(metric, unit)| {
            let values = log.frame.f64s(metric).ok()?;
            let pairs = epochs.iter().zip(values.iter()).filter_map(|(t, v)| Some((t? - zero, v?)));
            samples(host, metric.to_owned(), unit, pairs)
        })
        .collect()
}

/// xentop's counter is a clock only at its start, and there to a whole second: iteration `k` was
/// taken at about `start + 0.5 + k · period`. Which iteration a figure belongs to is the parser's
/// knowledge.
fn xentop(host: &str, log: &Parsed, zero: f64, config: &Config) -> Vec<Samples> {
    let Some(start) = log.facts.int("start_epoch") else {
        return Vec::new();
    };
    let period = config.file.xentop.period_s.unwrap_or(1.0);
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
                let t = start as f64 + 0.5 + f64::from(iteration?) * period - zero;
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

fn ping(file: &str, log: &Parsed, request: Option<f64>, config: &Config) -> Option<PingTimeline> {
    let frame = &log.frame;
    let (epochs, seqs, rtts) = (frame.i64s("epoch").ok()?, frame.u32s("seq").ok()?, frame.f64s("rtt").ok()?);
    let rows = seqs.iter().zip(epochs.iter()).zip(rtts.iter());
    let mut replies: Vec<(u32, i64, f64)> = rows.filter_map(|((s, e), r)| Some((s?, e?, r?))).collect();
    let total = replies.len();
    // The first answer to a request counts; later ones are duplicates.
    replies.sort_by_key(|(seq, ..)| *seq);
    replies.dedup_by_key(|(seq, ..)| *seq);
    let (first, last) = (replies.first()?.0, replies.last()?.0);
    // iputils and most others number from 1, some from 0.
    let first_seq = first.min(1);
    let transmitted = log.facts.int("transmitted").and_then(|n| u32::try_from(n).ok());
    let seen = (last - first_seq).saturating_add(1);
    let (origin, slope) = send_times(&replies);
    let interval_s = config.file.ping.interval_s.or_else(|| slope.map(nominal_interval))?;
    Some(PingTimeline {
        file: file.to_owned(),
        interval_s,
        sent: transmitted.unwrap_or(seen).max(seen),
        first_seq,
        duplicates: u32::try_from(total - replies.len()).unwrap_or(u32::MAX),
        has_summary: transmitted.is_some(),
        origin_s: request.and_then(|zero| Some(origin? - zero)),
        period_s: slope.unwrap_or(interval_s),
        answered: replies.iter().map(|(seq, ..)| *seq).collect(),
        rtt_ms: replies.iter().map(|(.., rtt)| *rtt).collect(),
    })
}

/// The round trip times over the instants at which their requests were sent.
fn round_trips(timeline: &PingTimeline) -> Option<Samples> {
    let t_s = timeline.answered.iter().map(|&seq| timeline.sent_at(seq)).collect::<Option<Vec<f64>>>()?;
    Some(Samples {
        host: None,
        metric: "ping.rtt".to_owned(),
        unit: Unit::Milliseconds,
        t_s,
        values: timeline.rtt_ms.clone(),
    })
}

/// When request 0 was sent (Unix seconds) and the time between requests, from replies
/// `(seq, whole second of arrival, round trip in ms)` sorted by `seq`.
///
/// The period is the least-squares slope of the seconds over the sequence numbers. Then every
/// reply bounds the origin: it arrived within its second, so
/// `second − rtt − period · seq ≤ origin < second + 1 − rtt − period · seq`. The middle of what all
/// replies allow is good to a fraction of the period although each stamp is good to a second. Late
/// replies and clock steps can contradict; then the median of the single bounds decides.
fn send_times(replies: &[(u32, i64, f64)]) -> (Option<f64>, Option<f64>) {
    let n = replies.len() as f64;
    let Some(&(_, epoch_0, _)) = replies.first() else {
        return (None, None);
    };
    let y = |&(_, epoch, rtt): &(u32, i64, f64)| (epoch - epoch_0) as f64 - rtt / 1000.0;
    let mean_x = replies.iter().map(|r| f64::from(r.0)).sum::<f64>() / n;
    let mean_y = replies.iter().map(y).sum::<f64>() / n;
    let sxx: f64 = replies.iter().map(|r| (f64::from(r.0) - mean_x).powi(2)).sum();
    let sxy: f64 = replies.iter().map(|r| (f64::from(r.0) - mean_x) * (y(r) - mean_y)).sum();
    let slope = sxy / sxx;
    if !(slope.is_finite() && slope > 0.0) {
        return (None, None);
    }
    let mut lower: Vec<f64> = replies.iter().map(|r| y(r) - slope * f64::from(r.0)).collect();
    lower.sort_by(f64::total_cmp);
    let (least, greatest) = (lower[0], lower[lower.len() - 1]);
    let origin =
        if greatest <= least + 1.0 { (greatest + least + 1.0) / 2.0 } else { lower[lower.len() / 2] + 0.5 };
    (Some(epoch_0 as f64 + origin), Some(slope))
}

/// The interval that was asked for: the measured one snapped to a round value within 5 %.
fn nominal_interval(measured_s: f64) -> f64 {
    const ROUND: [f64; 11] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0];
    ROUND
        .into_iter()
        .find(|round| (measured_s / round - 1.0).abs() < 0.05)
        .unwrap_or_else(|| (measured_s * 1000.0).round() / 1000.0)
}

fn guest_clock(file: &str, log: &Parsed, request: Option<f64>, config: &Config) -> Option<GuestClock> {
    let mut stamps_s: Vec<f64> = log.frame.f64s("time_s").ok()?.iter().flatten().collect();
    if stamps_s.is_empty() {
        return None;
    }
    let origin = request.and_then(|zero| Some(guest_midnight(log, &stamps_s, zero, config)? - zero));
    if let Some(origin) = origin {
        stamps_s.iter_mut().for_each(|stamp| *stamp += origin);
    }
    Some(GuestClock { file: file.to_owned(), stamps_s, aligned: origin.is_some() })
}

/// Unix seconds of the midnight from which the stamps count.
///
/// From the date in the log and the offset from UTC (declared, or that of the zone the log names).
/// Where one of them is unknown: the only multiple of half an hour that puts the request inside
/// the log, since local times differ from UTC by such multiples.
fn guest_midnight(log: &Parsed, stamps: &[f64], request: f64, config: &Config) -> Option<f64> {
    let offset =
        config.utc_offset_s.map(f64::from).or_else(|| log.facts.int("utc_offset_s").map(|s| s as f64));
    let date = log.facts.text("date").and_then(|date| date.parse::<chrono::NaiveDate>().ok());
    if let (Some(offset), Some(date)) = (offset, date) {
        let midnight = date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
        return Some(midnight as f64 - offset);
    }
    let (first, last) = (*stamps.first()?, *stamps.last()?);
    let day = (request / 86_400.0).floor() * 86_400.0;
    let mut fitting = (-100..=100)
        .map(|half_hours| day + f64::from(half_hours) * 1800.0)
        .filter(|midnight| (midnight + first..=midnight + last).contains(&request));
    let only = fitting.next()?;
    fitting.next().is_none().then_some(only)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_seconds_of_many_replies_give_the_send_times_to_a_fraction() {
        let (origin, period) = (1_264_512_345.37, 0.2003);
        let replies: Vec<(u32, i64, f64)> = (1..=500)
            .filter(|seq| !(200..240).contains(seq))
            .map(|seq| (seq, (origin + period * f64::from(seq) + 0.0004).floor() as i64, 0.4))
            .collect();
        let (found, slope) = send_times(&replies);
        assert!((found.unwrap() - origin).abs() < 0.1, "{found:?}");
        assert!((slope.unwrap() - period).abs() < 0.0005, "{slope:?}");
        assert_eq!(nominal_interval(slope.unwrap()), 0.2);
    }

    #[test]
    fn one_reply_gives_no_period() {
        assert_eq!(send_times(&[(1, 1_264_512_345, 0.4)]), (None, None));
        assert_eq!(send_times(&[]), (None, None));
    }

    #[test]
    fn unusual_intervals_stay_what_they_are() {
        assert_eq!(nominal_interval(0.3333), 0.333);
    }
}
