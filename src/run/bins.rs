//! The samples of a run → bins of one second around an event, of which the curves of a condition are made.

use std::collections::BTreeMap;

use crate::model::{Event, Means, Unit};
use crate::run::align::{Samples, Tells};
use crate::stats::Sample;

/// Curves cover at most this many bins on either side of time zero (one day), whatever a wrong
/// clock claims.
const MOST_BINS: f64 = 86_400.0;

/// A row tells of at most this many bins: a delay of more is a log that hardly has rows.
const MOST_PER_ROW: f64 = 60.0;

/// One quantity of one run in bins of one second.
#[derive(Debug, Clone, PartialEq)]
pub struct BinnedSamples {
    /// What time zero is.
    pub align: Event,
    /// `None` for a quantity of the service.
    pub host: Option<String>,
    pub metric: String,
    pub unit: Unit,
    /// Bin k holds `[k − 0.5, k + 0.5)` seconds from time zero.
    pub means: Means,
}

/// The series of a run in bins around an event that happened at `zero_s`, seconds since the request.
pub fn binned(all: &[Samples], align: Event, zero_s: f64) -> Vec<BinnedSamples> {
    let series = |samples: &Samples| BinnedSamples {
        align,
        host: samples.host.clone(),
        metric: samples.metric.clone(),
        unit: samples.unit,
        means: Means::new(bins(samples, zero_s)),
    };
    all.iter().map(series).collect()
}

fn bins(samples: &Samples, zero_s: f64) -> Vec<(i64, f64)> {
    let mut bins: BTreeMap<i64, (f64, u32)> = BTreeMap::new();
    let rows = bins_of_row(samples);
    for (t, value) in samples.t_s.iter().zip(&samples.values) {
        let last = (t - zero_s + 0.5).floor();
        for before in 0..rows {
            let k = last - f64::from(before);
            if k.abs() <= MOST_BINS {
                let (sum, n) = bins.entry(k as i64).or_default();
                *sum += value;
                *n += 1;
            }
        }
    }
    bins.into_iter().map(|(k, (sum, n))| (k, sum / f64::from(n))).collect()
}

/// How many bins a row tells of: that of its stamp, and where the tool took a sample every two seconds or less often, those
/// before it up to the row before. A round trip is one of an instant.
fn bins_of_row(samples: &Samples) -> u32 {
    if samples.tells == Tells::Request {
        return 1;
    }
    let steps = samples.t_s.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let delay_s = Sample::new(steps).map_or(1.0, |steps| steps.median());
    delay_s.round().clamp(1.0, MOST_PER_ROW) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(zero_s: f64, t_s: &[f64], values: &[f64]) -> Vec<(i64, f64)> {
        let samples = Samples {
            host: None,
            metric: "ping.rtt".to_owned(),
            unit: Unit::Milliseconds,
            tells: Tells::Request,
            t_s: t_s.to_vec(),
            values: values.to_vec(),
        };
        bins(&samples, zero_s)
    }

    #[test]
    fn bins_are_centred_on_whole_seconds_and_gaps_stay_gaps() {
        let bins = around(0.0, &[-0.5, 0.0, 0.499, 0.5, 3.0], &[1.0, 2.0, 6.0, 10.0, 20.0]);
        assert_eq!(bins, [(0, 3.0), (1, 10.0), (3, 20.0)]);
    }

    #[test]
    fn a_row_of_a_slow_tool_fills_the_bins_since_the_row_before() {
        let of_host = |t_s: &[f64], values: &[f64]| {
            let samples = Samples {
                host: Some("a".to_owned()),
                metric: "net.sent".to_owned(),
                unit: Unit::BytesPerSecond,
                tells: Tells::Mean,
                t_s: t_s.to_vec(),
                values: values.to_vec(),
            };
            bins(&samples, 0.0)
        };
        let two = of_host(&[0.2, 2.2, 4.2], &[1.0, 2.0, 3.0]);
        assert_eq!(two, [(-1, 1.0), (0, 1.0), (1, 2.0), (2, 2.0), (3, 3.0), (4, 3.0)]);
        // Rows that are missing leave a hole.
        let hole = of_host(&[5.0, 10.0, 15.0, 30.0], &[1.0, 2.0, 3.0, 4.0]);
        let seconds: Vec<i64> = hole.iter().map(|(k, _)| *k).collect();
        assert_eq!(seconds, (1..=15).chain(26..=30).collect::<Vec<i64>>());
        assert_eq!(of_host(&[0.0, 1.02, 2.04], &[1.0, 2.0, 3.0]), [(0, 1.0), (1, 2.0), (2, 3.0)]);
    }

    #[test]
    fn another_time_zero_shifts_the_bins() {
        assert_eq!(around(7.0, &[7.2, 8.2], &[1.0, 2.0]), [(0, 1.0), (1, 2.0)]);
    }

    #[test]
    fn a_wrong_clock_does_not_fill_the_memory() {
        assert_eq!(around(0.0, &[0.0, 1e15], &[1.0, 2.0]), [(0, 1.0)]);
    }
}
