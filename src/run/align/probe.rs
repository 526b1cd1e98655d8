//! The requests of a client, of a declared table or of a load generator, on the axis of the run.

use stillstand_parsers::Parsed;
use stillstand_parsers::declared::PROBES;

use super::{FileReport, Samples, Tells};
use crate::model::Severity;
use crate::model::curves::PROBE_LATENCY;
use crate::stats::Sample;

/// What a client asked of the service in a run, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbeLog {
    /// Path relative to the campaign folder.
    pub file: String,
    /// Whether each request waits for the answer to the one before.
    pub is_closed: bool,
    /// Ordered by their starts.
    pub requests: Vec<ProbeRequest>,
    /// Median time from the start of a request to that of the next, seconds.
    pub interval_s: f64,
    /// By how much a time between a start and an end may be wrong, seconds: as coarse as the log writes them.
    pub resolution_s: f64,
    /// Whether it says which requests worked.
    pub tells_success: bool,
    /// Whether the times are seconds since the migration request, and not since the first request.
    pub has_place: bool,
}

/// One request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProbeRequest {
    /// When it was sent.
    pub from_s: f64,
    /// When it was over: answered, refused or given up. Infinite where the log does not tell that of a failed one.
    pub until_s: f64,
    pub worked: bool,
    /// How long it took, as the log says.
    pub duration_s: Option<f64>,
    /// Its line; 0 where it is not known.
    pub line: u64,
}

/// A row of the log.
struct Row {
    time_s: f64,
    duration_s: Option<f64>,
    worked: bool,
    line: u64,
}

/// The requests of a log. `zero` is the migration request by the client's clock.
///
/// `None` where none of them has a place in time, or none ever worked.
pub(super) fn requests(log: &Parsed, zero: Option<f64>, report: &mut FileReport<'_>) -> Option<ProbeLog> {
    let is_closed = log.facts.text("loop") == Some("closed");
    let is_end = log.facts.text("time_is") == Some("end");
    let fact = |name: &str| log.facts.float(name);
    // Times in front of the lines may be coarser than those of the tool.
    let time_s = fact("time_resolution_s")?.max(fact("stamp_resolution_s").unwrap_or(0.0));
    let resolution_s = time_s + fact("duration_resolution_s").unwrap_or(0.0);
    let rows = rows(log);
    // What has no start was told where starts are looked for.
    if rows.is_empty() && log.needs_clock_start() {
        return None;
    }
    if rows.is_empty() {
        let message =
            "its times are local and nothing says how far from UTC: declare `utc_offset` in campaign.toml";
        report.add(Severity::Error, "probe-without-place", message.to_owned());
        return None;
    }
    let axis_s = zero.unwrap_or(rows[0].time_s);
    let mut requests = if is_end { by_ends(&rows, is_closed) } else { by_starts(&rows, is_closed) };
    let untold = rows.len() - requests.len();
    if untold > 0 {
        let message = format!(
            "{untold} requests have no duration, and nothing else says when they began or ended; they are left out"
        );
        report.add(Severity::Warning, "probe-without-duration", message);
    }
    for request in &mut requests {
        request.from_s -= axis_s;
        request.until_s -= axis_s;
    }
    requests.sort_by(|a, b| a.from_s.total_cmp(&b.from_s));
    if !requests.iter().any(|request| request.worked) {
        let message = format!(
            "none of {} requests worked: nothing shows that the service was there to be lost. Where they did, \
             `succeeds` in campaign.toml has to list the values that say so",
            requests.len()
        );
        report.add(Severity::Error, "probe-never-worked", message);
        return None;
    }
    // How a tool asks is known of it; several of its loops may be under way.
    if is_closed && log.format == PROBES {
        overlapping(&requests, resolution_s, report);
    }
    let intervals = requests.windows(2).map(|pair| pair[1].from_s - pair[0].from_s).collect();
    let interval_s = Sample::new(intervals).map_or(0.0, |sample| sample.median());
    Some(ProbeLog {
        file: report.file.to_owned(),
        is_closed,
        requests,
        interval_s,
        resolution_s,
        tells_success: log.facts.text("success") != Some("not told"),
        has_place: zero.is_some(),
    })
}

/// The rows that have a time since 1970, in their order.
fn rows(log: &Parsed) -> Vec<Row> {
    let frame = &log.frame;
    let (Ok(times), Ok(durations), Ok(worked)) =
        (frame.f64s("epoch_s"), frame.f64s("duration_s"), frame.bools("worked"))
    else {
        return Vec::new();
    };
    let rows = times.iter().zip(durations.iter()).zip(worked.iter()).zip(frame.every_line());
    rows.filter_map(|(((time_s, duration_s), worked), line)| {
        Some(Row { time_s: time_s?, duration_s, worked: worked?, line })
    })
    .collect()
}

/// Rows that are stamped when they are sent. In a closed loop a request whose duration nobody tells was over when the
/// next one was sent; a failed one of an open loop at some time.
fn by_starts(rows: &[Row], is_closed: bool) -> Vec<ProbeRequest> {
    let next = rows.iter().skip(1).map(Some).chain([None]);
    let request = |(row, next): (&Row, Option<&Row>)| {
        let told = row.duration_s.map(|duration| row.time_s + duration);
        let by_next = || next.filter(|_| is_closed).map(|next| next.time_s.max(row.time_s));
        let until_s = told.or_else(by_next).or((!row.worked).then_some(f64::INFINITY))?;
        let Row { worked, duration_s, line, .. } = *row;
        Some(ProbeRequest { from_s: row.time_s, until_s, worked, duration_s, line })
    };
    rows.iter().zip(next).filter_map(request).collect()
}

/// Rows that are stamped when they are over. In a closed loop a request whose duration nobody tells was sent after the
/// one before was over.
fn by_ends(rows: &[Row], is_closed: bool) -> Vec<ProbeRequest> {
    let before = std::iter::once(None).chain(rows.iter().map(Some));
    let request = |(row, before): (&Row, Option<&Row>)| {
        let told = row.duration_s.map(|duration| row.time_s - duration);
        let by_before = || before.filter(|_| is_closed).map(|before| before.time_s.min(row.time_s));
        let from_s = told.or_else(by_before)?;
        let Row { worked, duration_s, line, .. } = *row;
        Some(ProbeRequest { from_s, until_s: row.time_s, worked, duration_s, line })
    };
    rows.iter().zip(before).filter_map(request).collect()
}

/// Says where a closed loop is none.
fn overlapping(requests: &[ProbeRequest], resolution_s: f64, report: &mut FileReport<'_>) {
    // A clock that is read twice differs by less.
    let is_early = |pair: &&[ProbeRequest]| {
        pair[0].until_s.is_finite() && pair[1].from_s < pair[0].until_s - resolution_s - 0.001
    };
    let early = requests.windows(2).filter(is_early).count();
    if early > requests.len() / 100 {
        let message = format!(
            "{early} of {} requests were sent before the one before was over, but a closed loop is assumed: declare loop = \"open\" \
             where several may be under way, or time_is = \"end\" where the time is that of the answer",
            requests.len()
        );
        report.add(Severity::Warning, "probe-overlaps", message);
    }
}

/// How long requests took that worked, over their starts; `None` without a time zero or a duration.
pub(super) fn latencies(log: &ProbeLog) -> Option<Samples> {
    let worked = log.requests.iter().filter(|request| log.has_place && request.worked);
    let (t_s, values): (Vec<f64>, Vec<f64>) =
        worked.filter_map(|request| Some((request.from_s, 1000.0 * request.duration_s?))).unzip();
    (!t_s.is_empty()).then(|| Samples {
        host: None,
        metric: PROBE_LATENCY.name().to_owned(),
        unit: PROBE_LATENCY.unit,
        tells: Tells::Request,
        t_s,
        values,
    })
}
