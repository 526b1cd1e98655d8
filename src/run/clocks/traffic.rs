//! How far two hosts' clocks are apart, by the bytes that one sent and the other received.
//!
//! Each host adds up its bytes second by second, at instants of its own. By the right difference of the clocks
//! both totals are the same curve; between two readings neither is known better than a straight line.
//! Totals tell fractions of a second where rates cannot: on a plateau of the rate the total is exact at
//! every instant, not only at the readings.

use crate::run::align::Samples;
use crate::stats::{Curve, Line, Sample};

/// Part of the way from the ordinary rate to the highest one that a second of the burst has.
const BURST: f64 = 0.2;
/// Seconds before and after the burst that are compared too.
const MARGIN_S: f64 = 2.0;
/// The burst stands out from the seconds before the request by so many of their standard deviations, and
/// by so many bytes per second.
const STANDS_OUT: f64 = 10.0;
const LEAST_RATE: f64 = 1e5;
/// Part of the variation of what was received that what was sent must explain.
const EXPLAINED: f64 = 0.8;
/// Steps of the two searches, seconds.
const COARSE_S: f64 = 0.25;
const FINE_S: f64 = 0.02;

/// The receiver's clock less the sender's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lag {
    pub seconds: f64,
    /// Half-width of its 95 % interval.
    pub half_width: f64,
}

/// The lag of what was received behind what was sent, by their rates in bytes per second. All lags at which
/// the logs can show the same burst are tried, so clocks may be hours apart.
///
/// `None` where no burst after the request stands out, or nothing like it was received.
pub fn lag(sent: &Samples, received: &Samples) -> Option<Lag> {
    let (from, to) = burst(sent)?;
    let curve =
        |samples: &Samples| Curve::new(samples.t_s.iter().copied().zip(samples.values.iter().copied()));
    let (source, target) = (curve(sent)?, curve(received)?);
    let window = |lag: f64| {
        let t = target.t();
        t.partition_point(|t| *t < from + lag)..t.partition_point(|t| *t <= to + lag)
    };
    let rates = |lag: f64| {
        let t = target.t();
        Line::fit(window(lag).skip_while(|j| *j == 0).filter_map(|j| {
            let seconds = t[j] - t[j - 1];
            let received = target.total()[j] - target.total()[j - 1];
            Some((source.between(t[j - 1] - lag, t[j] - lag)? / seconds, received / seconds))
        }))
    };
    let steps = ((target.last() - from - (target.first() - to)) / COARSE_S).ceil().clamp(0.0, 1e6) as u32;
    let lags = (0..=steps).map(|step| target.first() - to + COARSE_S * f64::from(step));
    let coarse = lags
        .filter_map(|lag| Some((lag, rates(lag).filter(|fit| fit.slope > 0.0)?)))
        .filter(|(_, fit)| fit.n >= 0.8 * (to - from))
        .max_by(|a, b| a.1.explained_squares().total_cmp(&b.1.explained_squares()))?;
    if coarse.1.explained() < EXPLAINED || !(0.5..2.0).contains(&coarse.1.slope) {
        return None;
    }
    let totals = |lag: f64| {
        let at = |j: usize| Some((source.at(target.t()[j] - lag)?, target.total()[j]));
        Line::fit(window(lag).filter_map(at))
    };
    let misfit = |lag: f64| totals(lag).map_or(f64::INFINITY, |fit| fit.mean_squared_residual());
    let fine = (-75..=75).map(|step| coarse.0 + FINE_S * f64::from(step));
    let seconds = fine.min_by(|a, b| misfit(*a).total_cmp(&misfit(*b)))?;
    let (left, middle, right) = (misfit(seconds - FINE_S), misfit(seconds), misfit(seconds + FINE_S));
    let bend = left - 2.0 * middle + right;
    let shift = if bend > 0.0 && bend.is_finite() { 0.5 * (left - right) / bend } else { 0.0 };
    let rate = rates(seconds)?;
    let half_width = half_width(middle, rate.mean_square_x(), &[sent, received]);
    Some(Lag { seconds: seconds + shift.clamp(-0.5, 0.5) * FINE_S, half_width })
}

/// The seconds after the request in which much was sent, with a margin; by the sender's clock, which is the
/// one that stamped the request.
fn burst(sent: &Samples) -> Option<(f64, f64)> {
    let rows = || sent.t_s.iter().copied().zip(sent.values.iter().copied());
    let quiet = Sample::new(rows().skip(1).filter(|(t, _)| *t < 0.0).map(|(_, rate)| rate).collect())?;
    let peak = rows().filter(|(t, _)| *t >= 0.0).map(|(_, rate)| rate).max_by(f64::total_cmp)?;
    let height = peak - quiet.mean();
    if height < LEAST_RATE || height < STANDS_OUT * quiet.sd()? {
        return None;
    }
    let high = || rows().filter(|(t, rate)| *t >= 0.0 && *rate > quiet.mean() + BURST * height);
    Some((high().next()?.0 - MARGIN_S, high().next_back()?.0 + MARGIN_S))
}

/// A misfit of the totals by one residual shifts the curve by residual ÷ rate. Residuals of neighbouring
/// seconds hang together – most come from the ends of the burst, which lie inside of a second – so their number
/// does not make the shift surer: three times the root mean square residual, as if there were but one.
/// A host that stamps whole seconds adds up to one second.
fn half_width(mean_squared_residual: f64, mean_squared_rate: f64, logs: &[&Samples]) -> f64 {
    /// What readings may be late.
    const TICK_S: f64 = 0.02;
    let whole = |samples: &&&Samples| {
        let steps = samples.t_s.windows(2).map(|pair| pair[1] - pair[0]);
        steps.clone().count() > 0 && steps.into_iter().all(|step| (step - step.round()).abs() < 1e-6)
    };
    // A second is uniform: its standard deviation is √(1 ⁄ 12).
    let stamps = 1.96 * (logs.iter().filter(whole).count() as f64 / 12.0).sqrt();
    let misfit = 3.0 * (mean_squared_residual / mean_squared_rate).sqrt();
    (misfit.powi(2) + stamps.powi(2) + TICK_S.powi(2)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Unit;

    /// Bytes per second of a burst from 0.7 to 8.3 s after the request with a pause in it, as a host reads
    /// them that counts its seconds from `phase` on and whose clock is `ahead`.
    fn host(phase: f64, ahead: f64, background: f64) -> Samples {
        let total = |t: f64| {
            let flown = |from: f64, to: f64, rate: f64| rate * (t.clamp(from, to) - from);
            flown(0.7, 6.4, 2.4e7) + flown(6.6, 7.9, 2.2e7) + flown(7.9, 8.3, 6e7) + background * (t + 60.0)
        };
        let t_s: Vec<f64> = (-5..50).map(|k| f64::from(k) + phase).collect();
        let values = t_s.iter().map(|t| total(*t) - total(t - 1.0)).collect();
        Samples {
            host: None,
            metric: "net".to_owned(),
            unit: Unit::BytesPerSecond,
            tells: crate::run::align::Tells::Mean,
            // No reading is quite punctual.
            t_s: (0..).zip(&t_s).map(|(k, t)| t + ahead + 0.001 * f64::from(k % 5)).collect(),
            values,
        }
    }

    #[test]
    fn the_lag_is_found_to_fractions_of_a_second_and_over_hours() {
        for ahead in [0.0, 3.0, -47.3, 3600.0, -7200.5] {
            for phase in [0.0, 0.17, 0.5, 0.83] {
                let lag = lag(&host(0.31, 0.0, 2e3), &host(phase, ahead, 3e3)).unwrap();
                assert!((lag.seconds - ahead).abs() < lag.half_width, "{ahead} {phase}: {lag:?}");
                assert!(lag.half_width < 0.4, "{ahead} {phase}: {lag:?}");
            }
        }
    }

    #[test]
    fn whole_seconds_are_known_no_better() {
        let mut coarse = [host(0.31, 0.0, 2e3), host(0.83, 3.0, 2e3)];
        coarse.iter_mut().flat_map(|samples| &mut samples.t_s).for_each(|t| *t = t.floor());
        let lag = lag(&coarse[0], &coarse[1]).unwrap();
        assert!((lag.seconds - 3.0).abs() < lag.half_width && lag.half_width > 0.7, "{lag:?}");
    }

    #[test]
    fn without_a_burst_there_is_no_lag() {
        let mut quiet = host(0.31, 0.0, 2e3);
        quiet.values.iter_mut().enumerate().for_each(|(i, v)| *v = 2e3 + 500.0 * (i % 3) as f64);
        assert_eq!(lag(&quiet, &host(0.1, 0.0, 2e3)), None);
        assert_eq!(lag(&host(0.1, 0.0, 2e3), &quiet), None);
    }
}
