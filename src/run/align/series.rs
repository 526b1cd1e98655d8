//! The quantities of a declared table, on the axis of the run.

use stillstand_parsers::Parsed;

use super::resources::delay_s;
use super::service::tell_of_holes;
use super::{FileReport, Samples, ServiceLog, Tells};
use crate::input::config::{Kind, Quantities, Quantity, Service};
use crate::model::Severity;
use crate::model::curves::{COUNTERS, CURVES};

/// A table in which more than one of so many rows has the time of another is of several clients.
const OF_SEVERAL: usize = 10;

/// What a table says of a run.
pub(super) struct Read {
    pub samples: Vec<Samples>,
    /// Of the service, where a column is of it.
    pub service: Option<ServiceLog>,
}

/// Instant and value of each row that has one, in ascending order of time.
type Points = Vec<(f64, f64)>;

/// `zero` is the request by the clock of the log, `host` who wrote it.
pub(super) fn read(
    table: &Quantities,
    log: &Parsed,
    zero: f64,
    host: Option<&str>,
    report: &mut FileReport<'_>,
) -> Read {
    let resolution_s = log.facts.float("time_resolution_s").unwrap_or_default();
    let mut read = Read { samples: Vec::new(), service: None };
    let mut done: Option<f64> = None;
    for quantity in &table.all {
        let Some(points) = points(log, quantity, table.time_is_start, zero) else { continue };
        let is_counter = matches!(quantity.kind, Kind::Counter { .. });
        let (points, spans) = match quantity.kind {
            Kind::Gauge | Kind::Rate => (points, None),
            Kind::Counter { limit } => {
                let counted = counted(&points, limit);
                if counted.restarts > 0 {
                    let message = format!(
                        "{} began anew {} times: what it counted between the two readings is not known, and left out",
                        quantity.column, counted.restarts
                    );
                    report.add(Severity::Note, "counter-restarted", message);
                }
                if quantity.service == Some(Service::Operations) {
                    done = Some(counted.total);
                }
                (counted.rates, Some(counted.spans))
            }
        };
        if points.is_empty() {
            continue;
        }
        let is_doubtful = !is_counter && quantity.service.is_some() && only_rises(&points);
        if is_doubtful {
            let message = format!(
                "{} is declared as the throughput of the service, and only rises over its {} rows, as a counter does: what it did in \
                 a second is the difference of two rows. It is not taken for that; declare kind = \"counter\"",
                quantity.column,
                points.len()
            );
            report.add(Severity::Error, "looks-like-counter", message);
        }
        let is_twice = |pair: &&[(f64, f64)]| pair[0].0 == pair[1].0 && pair[0].1 != pair[1].1;
        let twice = points.windows(2).filter(is_twice).count();
        // Of times that are cut to the second two may be the same now and then.
        let is_of_several = quantity.service.is_some() && OF_SEVERAL * twice > points.len();
        if quantity.service.is_some() && twice > 0 {
            let (severity, what) = match is_of_several {
                true => (
                    Severity::Error,
                    "as where several clients write one table: it is not taken for the throughput of the service. Choose the rows of one \
                     with `where`, or add them up",
                ),
                false => {
                    (Severity::Warning, "of which the second is no part of the throughput of the service")
                }
            };
            let message = format!("{} has two values at a time ({twice} times), {what}", quantity.column);
            report.add(severity, "two-values-at-a-time", message);
        }
        let tells = if quantity.kind == Kind::Gauge { Tells::Instant } else { Tells::Mean };
        let (t_s, values): (Vec<f64>, Vec<f64>) = points.into_iter().unzip();
        let own = quantity.host.as_deref().or(host);
        // What is called as a host's is one's, of whichever.
        let is_of_hosts =
            CURVES.iter().chain(&COUNTERS).any(|entry| entry.key.parameter(&quantity.metric).is_some());
        let samples = Samples {
            host: own.or(is_of_hosts.then_some("host")).map(str::to_owned),
            metric: quantity.metric.clone(),
            unit: quantity.unit,
            tells,
            t_s,
            values,
        };
        let serves = match quantity.service {
            _ if is_doubtful || is_of_several => false,
            Some(Service::Throughput) => true,
            Some(Service::Operations) => {
                table.all.iter().all(|other| other.service != Some(Service::Throughput))
            }
            None => false,
        };
        if serves {
            read.service = ServiceLog::new(report.file, &samples, spans, resolution_s, table.service);
        }
        read.samples.push(samples);
    }
    if let Some(service) = &mut read.service {
        service.operations = done;
        service.lines = lines(log, zero);
        tell_of_holes(&service.intervals, report);
    }
    read
}

/// When each row was written, and its line.
fn lines(log: &Parsed, zero: f64) -> Vec<(f64, u64)> {
    let Ok(times) = log.frame.f64s("time") else { return Vec::new() };
    let rows = times.iter().zip(log.frame.every_line());
    let mut lines: Vec<(f64, u64)> = rows.filter_map(|(t, line)| Some((t? - zero, line))).collect();
    lines.sort_by(|a, b| a.0.total_cmp(&b.0));
    lines
}

/// The rows of a quantity; `None` without any. Where rows are stamped at the start of what they tell of, that was over at the next
/// one.
fn points(log: &Parsed, quantity: &Quantity, time_is_start: bool, zero: f64) -> Option<Points> {
    let (times, values) = (log.frame.f64s("time").ok()?, log.frame.f64s(&quantity.column).ok()?);
    let rows = times.iter().zip(values.iter());
    let mut points: Points = rows.filter_map(|(t, value)| Some((t? - zero, value?))).collect();
    points.retain(|(t, value)| t.is_finite() && value.is_finite());
    // A clock may be set back while it logs; the order of the log is kept among equals.
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    if time_is_start && quantity.kind == Kind::Rate {
        let delay_s = delay_s(points.iter().map(|(t, _)| *t));
        let ends: Vec<f64> = points.iter().skip(1).map(|(t, _)| *t).collect();
        for (place, point) in points.iter_mut().enumerate() {
            let next = ends.get(place).copied();
            point.0 = next.unwrap_or(point.0 + delay_s);
        }
    }
    Some(points).filter(|points| !points.is_empty())
}

/// From so many rows on nothing that varies only rises.
const RISING: usize = 20;

/// Whether the values are those of a counter: none is below the one before, and most are above it.
fn only_rises(points: &Points) -> bool {
    let pairs = || points.windows(2);
    let rises = pairs().filter(|pair| pair[0].1 < pair[1].1).count();
    points.len() >= RISING && pairs().all(|pair| pair[0].1 <= pair[1].1) && 2 * rises > points.len()
}

/// What a counter counted.
struct Counted {
    /// The rate since the reading before, at each reading.
    rates: Points,
    /// From when to when each of these goes.
    spans: Vec<[f64; 2]>,
    restarts: usize,
    /// By its last reading, with what it had counted before it began anew.
    total: f64,
}

/// A counter that falls is full where it has a limit and falls from its upper half to its lower half; else it was started anew, and
/// what it counted meanwhile is not known.
fn counted(points: &Points, limit: Option<f64>) -> Counted {
    let mut counted = Counted { rates: Points::new(), spans: Vec::new(), restarts: 0, total: 0.0 };
    let mut before: Option<(f64, f64)> = None;
    for &(t, reading) in points {
        if let Some((from, last)) = before {
            let full = limit.filter(|limit| last > limit / 2.0 && last < *limit && reading < limit / 2.0);
            let more = match full {
                _ if reading >= last => Some(reading - last),
                Some(limit) => Some(limit - last + reading),
                None => None,
            };
            match more {
                None => {
                    counted.restarts += 1;
                    counted.total += last;
                }
                Some(_) if reading < last => counted.total += limit.unwrap_or_default(),
                Some(_) => {}
            }
            // Two readings at the same time are one.
            if t <= from {
                before = Some((from, reading));
                continue;
            }
            if let Some(more) = more {
                counted.rates.push((t, more / (t - from)));
                counted.spans.push([from, t]);
            }
        }
        before = Some((t, reading));
    }
    counted.total += before.map_or(0.0, |(_, reading)| reading);
    counted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(readings: &[f64], limit: Option<f64>) -> (Vec<f64>, usize, f64) {
        let points = (0..).map(f64::from).zip(readings.iter().copied()).collect();
        let counted = counted(&points, limit);
        assert_eq!(counted.rates.len(), counted.spans.len());
        (counted.rates.iter().map(|(_, rate)| *rate).collect(), counted.restarts, counted.total)
    }

    #[test]
    fn a_counter_becomes_a_rate() {
        assert_eq!(rates(&[5.0, 8.0, 8.0, 18.0], None), (vec![3.0, 0.0, 10.0], 0, 18.0));
        // Begun anew: nobody knows how far it had come.
        assert_eq!(rates(&[5.0, 8.0, 2.0, 4.0], None), (vec![3.0, 2.0], 1, 12.0));
        // Full.
        assert_eq!(rates(&[240.0, 250.0, 4.0], Some(256.0)), (vec![10.0, 10.0], 0, 260.0));
        // Begun anew long before it was full.
        assert_eq!(rates(&[50.0, 60.0, 4.0], Some(256.0)), (vec![10.0], 1, 64.0));
    }

    #[test]
    fn what_only_rises_looks_like_a_counter() {
        let points = |value: &dyn Fn(f64) -> f64, rows: u32| -> Points {
            (0..rows).map(f64::from).map(|t| (t, value(t))).collect()
        };
        assert!(only_rises(&points(&|t| 500.0 * t, 20)));
        // It stands still while the service is out.
        assert!(only_rises(&points(&|t| if t < 20.0 { 500.0 * t } else { 9500.0 }, 30)));
        assert!(!only_rises(&points(&|t| 500.0 * t, 19)), "a rate may rise for a while");
        assert!(!only_rises(&points(&|_| 500.0, 30)));
        assert!(!only_rises(&points(&|t| if t == 25.0 { 0.0 } else { 500.0 + t }, 30)));
    }

    #[test]
    fn the_time_between_two_readings_counts() {
        let counted = counted(&vec![(0.0, 0.0), (2.0, 10.0), (2.0, 12.0), (12.0, 112.0)], None);
        assert_eq!(counted.rates, [(2.0, 5.0), (12.0, 10.0)]);
        assert_eq!(counted.spans, [[0.0, 2.0], [2.0, 12.0]]);
    }

    proptest::proptest! {
        /// Whatever a counter goes through, its rates are those of what was counted, and never negative.
        #[test]
        fn no_rate_is_invented(steps in proptest::collection::vec((0_u32..1000, 1_u32..50, proptest::bool::weighted(0.1)), 1..80)) {
            let (mut t, mut reading) = (0.0, 0.0);
            let mut points = vec![(t, reading)];
            let mut expected = Vec::new();
            for (more, dt, restarts) in steps {
                t += f64::from(dt) / 10.0;
                let from = reading;
                reading = if restarts { f64::from(more) / 2.0 } else { reading + f64::from(more) };
                points.push((t, reading));
                if reading >= from {
                    expected.push((t, (reading - from) / (f64::from(dt) / 10.0)));
                }
            }
            let counted = counted(&points, None);
            proptest::prop_assert_eq!(counted.rates.len(), expected.len());
            for (found, expected) in counted.rates.iter().zip(&expected) {
                proptest::prop_assert!((found.0 - expected.0).abs() < 1e-9 && found.1 >= 0.0);
                proptest::prop_assert!((found.1 - expected.1).abs() < 1e-6 * (1.0 + expected.1));
            }
        }
    }
}
