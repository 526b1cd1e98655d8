//! The clock inside the VM: where its times of day lie on the axis of the run.

use stillstand_parsers::time::midnight_s;
use stillstand_parsers::{Parsed, RowLines};

use super::FileReport;
use crate::model::Severity;

/// The stamps of the clock inside the VM.
#[derive(Debug, Clone, PartialEq)]
pub struct GuestClock {
    /// Path relative to the campaign folder.
    pub file: String,
    /// In the order of the log. Seconds since the request where `aligned`, else since
    /// midnight or 1970.
    pub stamps_s: Vec<f64>,
    /// Their lines.
    pub lines: RowLines,
    pub aligned: bool,
    /// The zone was chosen such that the request lies in the log: the stamps are known only modulo half an
    /// hour.
    pub zone_fitted: bool,
    /// What the last digit of a stamp stands for, seconds.
    pub resolution_s: f64,
}

/// The stamps of a zeit log. `zero` is the request by the guest's clock. `None` without a stamp.
pub(super) fn read(log: &Parsed, zero: Option<f64>, report: &mut FileReport<'_>) -> Option<GuestClock> {
    let resolution_s = log.facts.float("resolution_s").unwrap_or(0.0);
    if let Ok(epochs) = log.frame.f64s("epoch_s") {
        // `date +%s.%N` needs neither date nor zone.
        let origin = zero.unwrap_or(0.0);
        let stamps_s: Vec<f64> = epochs.iter().flatten().map(|stamp| stamp - origin).collect();
        return (!stamps_s.is_empty()).then(|| GuestClock {
            file: report.file.to_owned(),
            stamps_s,
            lines: lines(log, "epoch_s"),
            aligned: zero.is_some(),
            zone_fitted: false,
            resolution_s,
        });
    }
    let mut stamps_s: Vec<f64> = log.frame.f64s("time_s").ok()?.iter().flatten().collect();
    let (first, last) = (*stamps_s.first()?, *stamps_s.last()?);
    let found = zero.and_then(|zero| Some((zero, midnight(log, (first, last), zero, report)?)));
    let origin = found.map(|(zero, midnight)| midnight.unix_s - zero);
    if let Some(origin) = origin {
        stamps_s.iter_mut().for_each(|stamp| *stamp += origin);
    }
    Some(GuestClock {
        file: report.file.to_owned(),
        stamps_s,
        lines: lines(log, "time_s"),
        aligned: origin.is_some(),
        resolution_s,
        zone_fitted: found.is_some_and(|(_, midnight)| midnight.fitted),
    })
}

/// The lines of the rows that have a stamp.
fn lines(log: &Parsed, column: &str) -> RowLines {
    let Ok(stamps) = log.frame.f64s(column) else { return RowLines::default() };
    let stamped = stamps.iter().zip(log.frame.every_line());
    stamped.filter_map(|(stamp, line)| stamp.map(|_| line)).collect()
}

/// The midnight from which stamps count, and whether it was fitted to the request.
#[derive(Debug, Clone, Copy)]
struct Midnight {
    unix_s: f64,
    fitted: bool,
}

/// The midnight from which the stamps count.
///
/// From the date in the log and its offset from UTC (declared, or that of the zone the log names),
/// if that puts the request inside the log or at most a minute beside it. Else the only multiple of
/// half an hour that does, since local times differ from UTC by such multiples.
fn midnight(
    log: &Parsed,
    (first, last): (f64, f64),
    request: f64,
    report: &mut FileReport<'_>,
) -> Option<Midnight> {
    const BESIDE_S: f64 = 60.0;
    let fits = |midnight: &f64| (midnight + first - BESIDE_S..=midnight + last + BESIDE_S).contains(&request);
    let midnight = log.facts.text("date").and_then(midnight_s);
    let stated =
        midnight.zip(log.facts.int("utc_offset_s")).map(|(midnight, offset)| (midnight - offset) as f64);
    if let Some(stated) = stated.filter(fits) {
        return Some(Midnight { unix_s: stated, fitted: false });
    }
    let day = (request / 86_400.0).floor() * 86_400.0;
    let mut fitting = (-100..=100).map(|half_hours| day + f64::from(half_hours) * 1800.0).filter(fits);
    let only = fitting.next().filter(|_| fitting.next().is_none());
    if stated.is_some() && only.is_some() {
        let message = "by its date and offset from UTC the log would not hold the request; another offset does and \
                       is used: check utc_offset";
        report.add(Severity::Warning, "guest-zone-differs", message.to_owned());
    }
    only.map(|unix_s| Midnight { unix_s, fitted: true })
}
