//! ping's requests and replies, and when each request was sent.

use std::collections::BTreeMap;

use stillstand_parsers::Parsed;

use super::{Samples, Told};
use crate::analysis::{Severity, Unit};
use crate::config::Config;

/// Requests and replies of one ping log.
#[derive(Debug, Clone, PartialEq)]
pub struct PingTimeline {
    /// Path relative to the campaign folder.
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

    /// The round trip times over the instants at which their requests were sent; `None` without a
    /// time zero or a reply.
    pub(super) fn round_trips(&self) -> Option<Samples> {
        let t_s = self.answered.iter().map(|&seq| self.sent_at(seq)).collect::<Option<Vec<f64>>>()?;
        (!t_s.is_empty()).then(|| Samples {
            host: None,
            metric: "ping.rtt".to_owned(),
            unit: Unit::Milliseconds,
            t_s,
            values: self.rtt_ms.clone(),
        })
    }
}

/// A reply: sequence number, whole second of its arrival, round trip in milliseconds.
type Reply = (u32, i64, f64);

/// The requests and replies of a gawk'ed ping log. `zero` is the migration request by the
/// observer's clock.
///
/// `None` when the log tells neither a reply nor how many requests were sent, or not how often.
pub(super) fn timeline(
    log: &Parsed,
    zero: Option<f64>,
    config: &Config,
    told: &mut Told<'_>,
) -> Option<PingTimeline> {
    let (session, mut replies) = session(log, zero, told)?;
    // The summary that the parser gives is that of the first session.
    let summary = |name| log.facts.int(name).filter(|_| session == 0).and_then(|n| u32::try_from(n).ok());
    let transmitted = summary("transmitted");
    let total = replies.len();
    // The first answer to a request counts; later ones are duplicates.
    replies.sort_by_key(|(seq, ..)| *seq);
    replies.dedup_by_key(|(seq, ..)| *seq);
    // iputils and most others number from 1, some from 0.
    let first_seq = replies.first().map_or(1, |(first, ..)| (*first).min(1));
    let seen = replies.last().map_or(0, |(last, ..)| (last - first_seq).saturating_add(1));
    let sent = transmitted.unwrap_or(seen).max(seen);
    if sent == 0 {
        return None;
    }
    if replies.is_empty() {
        told.tell(
            Severity::Warning,
            "no-reply",
            format!("none of {sent} requests was answered: the outage is at least as long as the log"),
        );
    }
    let (origin, slope) = send_times(&replies);
    let by_summary = match (summary("time_ms"), transmitted) {
        (Some(time_ms), Some(n)) if n > 1 => Some(f64::from(time_ms) / 1000.0 / f64::from(n - 1)),
        _ => None,
    };
    let interval_s = config.file.ping.interval_s.or_else(|| slope.or(by_summary).map(nominal_interval));
    let Some(interval_s) = interval_s else {
        let message = "the time between requests is unknown: declare ping.interval_s in campaign.toml";
        told.tell(Severity::Error, "ping-interval-unknown", message.to_owned());
        return None;
    };
    Some(PingTimeline {
        file: told.file.to_owned(),
        interval_s,
        sent,
        first_seq,
        duplicates: u32::try_from(total - replies.len()).unwrap_or(u32::MAX),
        origin_s: zero.and_then(|zero| Some(origin? - zero)),
        period_s: slope.unwrap_or(interval_s),
        answered: replies.iter().map(|(seq, ..)| *seq).collect(),
        rtt_ms: replies.iter().map(|(.., rtt)| *rtt).collect(),
    })
}

/// The replies of the session during which the request came; without a time zero, or where it came
/// in none, those of the longest session. Other sessions are told and left out.
fn session(log: &Parsed, zero: Option<f64>, told: &mut Told<'_>) -> Option<(u32, Vec<Reply>)> {
    let frame = &log.frame;
    let (epochs, seqs, rtts) = (frame.i64s("epoch").ok()?, frame.u32s("seq").ok()?, frame.f64s("rtt").ok()?);
    let numbers = frame.u32s("session").ok()?;
    let rows = numbers.iter().zip(seqs.iter()).zip(epochs.iter()).zip(rtts.iter());
    let mut sessions: BTreeMap<u32, Vec<Reply>> = BTreeMap::new();
    for (((number, seq), epoch), rtt) in rows {
        if let (Some(number), Some(seq), Some(epoch), Some(rtt)) = (number, seq, epoch, rtt) {
            sessions.entry(number).or_default().push((seq, epoch, rtt));
        }
    }
    if sessions.len() < 2 {
        return Some(sessions.pop_first().unwrap_or_default());
    }
    let covers = |replies: &[Reply]| {
        let (Some(first), Some(last)) = (replies.first(), replies.last()) else { return false };
        zero.is_some_and(|zero| first.1 as f64 <= zero && zero <= last.1 as f64 + 1.0)
    };
    let count = sessions.len();
    let chosen = sessions.into_iter().max_by_key(|(_, replies)| (covers(replies), replies.len()))?;
    told.tell(
        Severity::Warning,
        "several-sessions",
        format!("ping was started {count} times; session {} is used, the others are left out", chosen.0 + 1),
    );
    Some(chosen)
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
