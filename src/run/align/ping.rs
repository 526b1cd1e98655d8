//! ping's requests and replies, and when each request was sent.

use std::collections::BTreeMap;

use stillstand_parsers::Parsed;

use super::closed_loop::{self, Waiter};
use super::{FileReport, Samples, Tells, observer_clock};
use crate::input::config::Config;
use crate::model::curves::PING_RTT;
use crate::model::{PingTimeline, Severity, SpanError};

/// The round trip times over the instants at which their requests were sent; `None` without a
/// time zero or a reply.
pub(super) fn round_trips(timeline: &PingTimeline) -> Option<Samples> {
    let timed = timeline.answered.iter().zip(&timeline.rtt_ms);
    let (t_s, values): (Vec<f64>, Vec<f64>) =
        timed.filter_map(|(&seq, rtt)| Some((timeline.sent_at(seq)?, (*rtt)?))).unzip();
    (!t_s.is_empty()).then(|| Samples {
        host: None,
        metric: PING_RTT.name().to_owned(),
        unit: PING_RTT.unit,
        tells: Tells::Request,
        t_s,
        values,
    })
}

/// An answer to a request.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Reply {
    seq: u32,
    /// Unix seconds of its arrival, down to the log's resolution; `None` where the log has no times.
    arrival_s: Option<f64>,
    rtt_ms: Option<f64>,
    /// 0 where it is not known.
    line: u64,
}

/// The requests and replies of a ping log, plain or gawk'ed. `zero` is the migration request by the
/// observer's clock.
///
/// `None` when the log tells neither a reply nor how many requests were sent, or not how often.
pub(super) fn timeline(
    log: &Parsed,
    resolution_s: f64,
    zero: Option<f64>,
    config: &Config,
    report: &mut FileReport<'_>,
) -> Option<PingTimeline> {
    let Session { number, sent: looped, mut replies } = session(log, zero, report)?;
    // The summary that the parser gives is that of the first session.
    let summary = |name| {
        let of_session = log.facts.int(name).filter(|_| number == Some(0));
        of_session.and_then(|n| u32::try_from(n).ok())
    };
    let transmitted = summary("transmitted").or(looped);
    let total = replies.len();
    // The first answer to a request counts; later ones are duplicates.
    replies.sort_by_key(|reply| reply.seq);
    replies.dedup_by_key(|reply| reply.seq);
    // iputils and most others number from 1, some from 0.
    let least = replies.first().map_or(1, |reply| reply.seq);
    let first_seq = match looped {
        Some(_) => 0,
        None => summary("first_seq").map_or(least.min(1), |first| first.min(least)),
    };
    let last = replies.last().map(|last| last.seq).max(number.and_then(|number| last_request(log, number)));
    let seen = last.map_or(0, |last| last.saturating_sub(first_seq).saturating_add(1));
    let sent = transmitted.unwrap_or(seen).max(seen);
    if sent == 0 {
        return None;
    }
    if replies.is_empty() {
        report.add(
            Severity::Warning,
            "no-reply",
            format!("none of {sent} requests was answered: the outage is at least as long as the log"),
        );
    }
    let declared_s = config.file.ping.interval_s;
    let stamps: Vec<(u32, f64)> = replies.iter().filter_map(|reply| reply.sent_s(resolution_s)).collect();
    let waiter = Waiter::of(log, looped.is_some());
    let pace = waiter.and_then(|waiter| waiter.pace(&stamps, declared_s, report));
    let line = if pace.is_none() { send_times(&replies, resolution_s) } else { None };
    let by_summary = match (summary("time_ms"), transmitted) {
        (Some(time_ms), Some(n)) if n > 1 => Some(f64::from(time_ms) / 1000.0 / f64::from(n - 1)),
        _ => None,
    };
    let measured = pace.map(|pace| pace.interval_s).or(line.map(|line| line.period_s)).or(by_summary);
    let declared_s = declared_s.filter(|declared_s| {
        // What stamps show is no matter of opinion.
        let shown_s = line.map(|line| line.period_s).filter(|shown_s| !(0.8..1.25).contains(&(declared_s / shown_s)));
        if let Some(shown_s) = shown_s {
            let message = format!(
                "campaign.toml declares {declared_s} s between two requests, the stamps of the log show {shown_s:.3} s: the \
                 latter are used"
            );
            report.add(Severity::Warning, "ping-interval-contradicted", message);
        }
        shown_s.is_none()
    });
    let Some(interval_s) = declared_s.or_else(|| measured.map(nominal_interval)) else {
        let message = "the time between requests is unknown: declare ping.interval_s in campaign.toml";
        report.add(Severity::Error, "ping-interval-unknown", message.to_owned());
        return None;
    };
    let period_s = measured.unwrap_or(interval_s);
    // Of a ping that waits all requests that were answered have a time, or none is used.
    let waited = pace.is_some() && !stamps.is_empty() && stamps.len() == replies.len();
    let origin = match stamps.first().filter(|_| waited) {
        Some((seq, sent_s)) => Some(sent_s - period_s * f64::from(*seq)),
        None => line.map(|line| line.origin_s),
    };
    if zero.is_some() && origin.is_none() && !replies.is_empty() {
        let message = "the log has no times, so its outage has no place: run ping with -D";
        report.add(Severity::Warning, "ping-without-times", message.to_owned());
    }
    let origin_s = zero.and_then(|zero| Some(origin? - zero));
    let axis_s = origin_s.and(zero).or(origin).unwrap_or(0.0);
    let sent_s = match pace {
        Some(_) if waited => stamps.iter().map(|(_, sent_s)| sent_s - axis_s).collect(),
        Some(pace) => {
            let answered: Vec<_> = replies.iter().map(|reply| (reply.seq, reply.rtt_ms)).collect();
            closed_loop::sent_times(first_seq, &answered, pace)
        }
        None => sent_times(&replies, line, resolution_s == 0.0, period_s).map(|sent| sent - axis_s).collect(),
    };
    let mut span_error = match line {
        Some(line) if resolution_s > 0.0 => line.span_error,
        None if waited => SpanError { fixed_s: resolution_s, per_request_s: 0.0 },
        Some(_) | None => SpanError::default(),
    };
    if let Some(line) = line {
        if resolution_s == 0.0 {
            span_error.fixed_s += observer_clock::set_back_s(&stamps, report);
        }
        // What was sent after the last answer has no stamp, and another pace where nobody answers.
        let unseen =
            last.zip(replies.last()).map_or(0, |(last, reply)| last.max(first_seq + sent - 1) - reply.seq);
        if let Some(own_s) = by_summary.filter(|_| unseen <= sent / 50) {
            span_error.per_request_s += observer_clock::contradiction_s(line.period_s, own_s, sent, report);
        }
    }
    Some(PingTimeline {
        file: report.file.to_owned(),
        lines: replies.iter().map(|reply| reply.line).collect(),
        summary_line: log.facts.line("transmitted").filter(|_| number == Some(0)),
        interval_s,
        wait_s: pace.map(|pace| pace.wait_s),
        refused: if pace.is_some() && !waited { refused(log, number) } else { Vec::new() },
        stamped: waited || (resolution_s == 0.0 && line.is_some()),
        sent,
        first_seq,
        duplicates: u32::try_from(total - replies.len()).unwrap_or(u32::MAX),
        origin_s,
        period_s,
        sent_s,
        span_error,
        answered: replies.iter().map(|reply| reply.seq).collect(),
        rtt_ms: replies.iter().map(|reply| reply.rtt_ms).collect(),
    })
}

impl Reply {
    /// Its number and when it was sent, by a stamp that was cut down to `resolution_s`; `None` without one.
    fn sent_s(&self, resolution_s: f64) -> Option<(u32, f64)> {
        Some((self.seq, self.arrival_s? + resolution_s / 2.0 - self.rtt_ms? / 1000.0))
    }
}

/// Requests that an error came back for, ascending: their ping did not wait for them as long as for one that
/// nothing came back for.
fn refused(log: &Parsed, session: Option<u32>) -> Vec<u32> {
    let frame = &log.frame;
    let (Ok(sessions), Ok(seqs), Ok(outcomes)) =
        (frame.u32s("session"), frame.u32s("seq"), frame.strs("outcome"))
    else {
        return Vec::new();
    };
    let rows = sessions.iter().zip(seqs.iter()).zip(outcomes.iter());
    let of_session =
        rows.filter(|((number, _), outcome)| *number == session && *outcome == Some("unreachable"));
    let mut refused: Vec<u32> = of_session.filter_map(|((_, seq), _)| seq).collect();
    refused.sort_unstable();
    refused.dedup();
    refused
}

/// The requests of one ping.
#[derive(Debug, Default)]
struct Session {
    /// `None` for all sessions of a script that starts a ping for each request.
    number: Option<u32>,
    /// How many requests such a script sent.
    sent: Option<u32>,
    replies: Vec<Reply>,
}

/// A script that starts a ping for each request makes at least so many sessions.
const SCRIPTED: usize = 3;

/// The replies of the session during which the request came; without a time zero, or where it came
/// in none, those of the longest session. Other sessions are reported and left out.
///
/// Many sessions of one request each are one ping of a script, whose requests are numbered by session.
fn session(log: &Parsed, zero: Option<f64>, report: &mut FileReport<'_>) -> Option<Session> {
    let mut sessions: BTreeMap<u32, Vec<Reply>> = BTreeMap::new();
    for (number, reply) in replies(log)? {
        sessions.entry(number).or_default().push(reply);
    }
    if let Some(sent) = scripted(log) {
        let numbered = |(number, replies): (u32, Vec<Reply>)| {
            replies.into_iter().map(move |reply| Reply { seq: number, ..reply })
        };
        let replies = sessions.into_iter().flat_map(numbered).collect();
        return Some(Session { number: None, sent: Some(sent), replies });
    }
    let of = |(number, replies)| Session { number: Some(number), sent: None, replies };
    if sessions.len() < 2 {
        return Some(of(sessions.pop_first().unwrap_or_default()));
    }
    let covers = |replies: &[Reply]| {
        let mut arrivals = replies.iter().filter_map(|reply| reply.arrival_s);
        let (Some(first), Some(zero)) = (arrivals.next(), zero) else { return false };
        first <= zero && zero <= arrivals.next_back().unwrap_or(first) + 1.0
    };
    let count = sessions.len();
    let chosen = sessions.into_iter().max_by_key(|(_, replies)| (covers(replies), replies.len()))?;
    report.add(
        Severity::Warning,
        "several-sessions",
        format!("ping was started {count} times; session {} is used, the others are left out", chosen.0 + 1),
    );
    Some(of(chosen))
}

/// How many requests a script sent that starts a ping for each: there are many sessions, and none has rows of more than
/// one request. `None` for any other log.
fn scripted(log: &Parsed) -> Option<u32> {
    let sessions = log.facts.int("sessions").and_then(|n| u32::try_from(n).ok())?;
    if (sessions as usize) < SCRIPTED || log.facts.int("transmitted") != Some(1) {
        return None;
    }
    let (numbers, seqs) = (log.frame.u32s("session").ok()?, log.frame.u32s("seq").ok()?);
    let mut first: BTreeMap<u32, u32> = BTreeMap::new();
    let mut rows = numbers.iter().flatten().zip(seqs.iter().flatten());
    rows.all(|(number, seq)| *first.entry(number).or_insert(seq) == seq).then_some(sessions)
}

/// Every answer in the log with the number of its session, in the order of the log.
fn replies(log: &Parsed) -> Option<Vec<(u32, Reply)>> {
    let frame = &log.frame;
    let (seqs, rtts) = (frame.u32s("seq").ok()?, frame.f64s("rtt").ok()?);
    let numbers = frame.u32s("session").ok()?;
    let arrivals: Vec<Option<f64>> = match frame.i64s("epoch") {
        Ok(seconds) => seconds.iter().map(|second| second.map(|s| s as f64)).collect(),
        Err(_) => frame.f64s("epoch_s").ok()?.iter().collect(),
    };
    // A gawk'ed log has nothing but replies.
    let is_answer: Vec<bool> = match frame.strs("outcome") {
        Ok(outcomes) => {
            outcomes.iter().map(|outcome| matches!(outcome, Some("reply" | "duplicate"))).collect()
        }
        Err(_) => vec![true; frame.height()],
    };
    let lines = frame.every_line();
    let rows = numbers.iter().zip(seqs.iter()).zip(arrivals).zip(rtts.iter()).zip(is_answer).zip(lines);
    let answers = rows.filter_map(|(((((number, seq), arrival_s), rtt_ms), is_answer), line)| {
        is_answer.then_some(())?;
        Some((number?, Reply { seq: seq?, arrival_s, rtt_ms, line }))
    });
    Some(answers.collect())
}

/// The number of the last request of a session of which the log says anything: a ping that was killed
/// leaves no summary, but may have said that it got no answer yet.
fn last_request(log: &Parsed, session: u32) -> Option<u32> {
    let frame = &log.frame;
    let (sessions, seqs) = (frame.u32s("session").ok()?, frame.u32s("seq").ok()?);
    let outcomes = frame.strs("outcome").ok()?;
    let rows = sessions.iter().zip(seqs.iter()).zip(outcomes.iter());
    // The number of a damaged answer may be part of the damage.
    let in_session = rows.filter(|((number, _), outcome)| {
        *number == Some(session) && outcome.is_some_and(|outcome| outcome != "damaged")
    });
    in_session.filter_map(|((_, seq), _)| seq).max()
}

/// When the answered requests were sent: as stamped where the stamps are exact, else by the line;
/// without one in multiples of the period.
fn sent_times(
    replies: &[Reply],
    line: Option<Line>,
    exact: bool,
    period_s: f64,
) -> impl Iterator<Item = f64> {
    replies.iter().map(move |reply| {
        let stamp = reply.arrival_s.zip(reply.rtt_ms).filter(|_| exact && line.is_some());
        let by_line = line.map_or(0.0, |line| line.origin_s) + period_s * f64::from(reply.seq);
        stamp.map_or(by_line, |(arrival_s, rtt_ms)| arrival_s - rtt_ms / 1000.0)
    })
}

/// Requests sent at a steady pace.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Line {
    /// When request 0 was sent, Unix seconds.
    origin_s: f64,
    /// Time between two requests.
    period_s: f64,
    span_error: SpanError,
}

/// The line through replies, sorted by their numbers, whose arrivals are known down to `resolution_s`
/// (0: exactly).
///
/// The period is the least-squares slope of the arrivals over the sequence numbers. Then every reply
/// bounds the origin: it arrived within its stamp's resolution r, so
/// `stamp − rtt − period · seq ≤ origin < stamp + r − rtt − period · seq`. The middle of what all
/// replies allow is good to a fraction of the period although each stamp may be good to a second
/// only. Jitter, a period that is slightly off and clock steps can contradict; then the median of
/// the single bounds decides, and the contradiction is how far off a line the requests were.
fn send_times(replies: &[Reply], resolution_s: f64) -> Option<Line> {
    let timed: Vec<(f64, f64)> = replies
        .iter()
        .filter_map(|reply| Some((f64::from(reply.seq), reply.arrival_s? - reply.rtt_ms? / 1000.0)))
        .collect();
    let &(_, start) = timed.first()?;
    let n = timed.len() as f64;
    let mean_x = timed.iter().map(|(x, _)| x).sum::<f64>() / n;
    let mean_y = timed.iter().map(|(_, y)| y - start).sum::<f64>() / n;
    let sxx: f64 = timed.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    let sxy: f64 = timed.iter().map(|(x, y)| (x - mean_x) * (y - start - mean_y)).sum();
    let slope = sxy / sxx;
    if !(slope.is_finite() && slope > 0.0) {
        return None;
    }
    let mut lower: Vec<f64> = timed.iter().map(|(x, y)| y - start - slope * x).collect();
    lower.sort_by(f64::total_cmp);
    let (least, greatest) = (lower[0], lower[lower.len() - 1]);
    let contradiction = (greatest - least - resolution_s).max(0.0);
    let origin = if contradiction > 0.0 {
        lower[lower.len() / 2] + resolution_s / 2.0
    } else {
        (greatest + least + resolution_s) / 2.0
    };
    let squares: f64 = lower.iter().map(|residual| (residual + slope * mean_x - mean_y).powi(2)).sum();
    // Stamps that are all cut by the same part of a second scatter less than they are wrong.
    let deviation = (squares / n).sqrt().max(resolution_s / 12_f64.sqrt());
    let span_error = SpanError { fixed_s: contradiction, per_request_s: 3.0 * deviation / sxx.sqrt() };
    Some(Line { origin_s: start + origin, period_s: slope, span_error })
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

    fn replies(resolution_s: f64, lost: std::ops::Range<u32>) -> Vec<Reply> {
        let (origin, period) = (1_264_512_345.37, 0.2003);
        let stamp = |t: f64| if resolution_s > 0.0 { (t / resolution_s).floor() * resolution_s } else { t };
        let sent = (1..=500).filter(|seq| !lost.contains(seq));
        sent.map(|seq| Reply {
            seq,
            arrival_s: Some(stamp(origin + period * f64::from(seq) + 0.0004)),
            rtt_ms: Some(0.4),
            line: u64::from(seq),
        })
        .collect()
    }

    #[test]
    fn whole_seconds_of_many_replies_give_the_send_times_to_a_fraction() {
        let line = send_times(&replies(1.0, 200..240), 1.0).unwrap();
        assert!((line.origin_s - 1_264_512_345.37).abs() < 0.1, "{line:?}");
        assert!((line.period_s - 0.2003).abs() < line.span_error.per_request_s, "{line:?}");
        assert!(line.span_error.per_request_s < 0.0005 && line.span_error.fixed_s < 0.01, "{line:?}");
        assert_eq!(nominal_interval(line.period_s), 0.2);
    }

    #[test]
    fn exact_stamps_give_them_exactly() {
        let line = send_times(&replies(0.0, 200..240), 0.0).unwrap();
        assert!((line.origin_s - 1_264_512_345.37).abs() < 1e-5, "{line:?}");
        assert!((line.period_s - 0.2003).abs() < 1e-8, "{line:?}");
    }

    #[test]
    fn one_reply_gives_no_period() {
        assert_eq!(send_times(&replies(1.0, 2..501), 1.0), None);
        assert_eq!(send_times(&[], 1.0), None);
    }

    #[test]
    fn unusual_intervals_stay_what_they_are() {
        assert_eq!(nominal_interval(0.3333), 0.333);
    }

    #[test]
    fn of_a_killed_ping_the_requests_without_an_answer_yet_were_sent() {
        let mut log = "PING asam (192.168.2.70) 56(84) bytes of data.\n".to_owned();
        for seq in 1..=20 {
            let t = 1_264_510_800.0 + 0.2 * f64::from(seq);
            log += &match seq {
                1..=12 => format!("[{t:.6}] 64 bytes from 192.168.2.70: icmp_seq={seq} ttl=64 time=0.4 ms\n"),
                _ => format!("[{t:.6}] no answer yet for icmp_seq={seq}\n"),
            };
        }
        let parsed =
            stillstand_parsers::parse(stillstand_parsers::format_named("ping").unwrap(), log.as_bytes())
                .unwrap();
        let mut found = Vec::new();
        let mut report = FileReport { into: &mut found, file: "ping" };
        let timeline =
            timeline(&parsed, 0.0, Some(1_264_510_801.0), &Config::parse("").unwrap(), &mut report).unwrap();
        assert_eq!((timeline.sent, timeline.answered.len()), (20, 12));
        assert_eq!(timeline.sent_at(12), Some(timeline.sent_s[11]));
    }
}
