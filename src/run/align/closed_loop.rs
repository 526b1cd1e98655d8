//! Pings that wait for an answer before they send the next request: Windows, a scripted loop of `ping -c 1`, fping and
//! busybox where they are told to wait for longer than their interval.
//!
//! Their unanswered requests are further apart than their answered ones: five that Windows gave up after 4 s each are
//! 20 s, not 5. How long such a ping waits is measured where the log has times, from answered neighbours; else it is what
//! the tool does unless told otherwise. Without either nothing but the number of requests is known.

use stillstand_parsers::Parsed;

use super::FileReport;
use crate::model::Severity;
use crate::stats::Sample;

/// A steady ping's requests may be delayed by so much of an interval without its being one that waits.
const WAITS_FROM: f64 = 1.25;

/// How a ping that waits spaces its requests.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pace {
    /// After an answered request, seconds.
    pub interval_s: f64,
    /// After an unanswered one.
    pub wait_s: f64,
}

/// Who may have waited.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Waiter {
    /// A tool that always does, for so long after an answered and after an unanswered request.
    Always { interval_s: f64, wait_s: f64 },
    /// A script that starts a ping for each request.
    Script,
    /// A tool that does if it is told to wait for longer than its interval.
    IfTold,
}

impl Waiter {
    /// By what a log says of its tool; `None` for one that sends at a steady pace.
    pub fn of(log: &Parsed, is_script: bool) -> Option<Self> {
        let facts = &log.facts;
        match (facts.float("interval_s"), facts.float("wait_s"), facts.text("tool")) {
            _ if is_script => Some(Self::Script),
            (Some(interval_s), Some(wait_s), _) => Some(Self::Always { interval_s, wait_s }),
            (_, _, Some("fping" | "busybox")) => Some(Self::IfTold),
            _ => None,
        }
    }

    /// The pace by when answered requests were sent (number, seconds), which are in their order and none where the log
    /// has no times. `declared_s` is the declared interval. `None` where the pace is steady or not known.
    pub fn pace(
        self,
        sent: &[(u32, f64)],
        declared_s: Option<f64>,
        report: &mut FileReport<'_>,
    ) -> Option<Pace> {
        let pairs = || sent.windows(2).map(|pair| (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1));
        let median = |values: Vec<f64>| Sample::new(values).map(|sample| sample.median());
        let measured_s = median(pairs().filter(|(n, _)| *n == 1).map(|(_, s)| s).collect());
        let usual_s = match self {
            Self::Always { interval_s, .. } => Some(interval_s),
            Self::Script | Self::IfTold => None,
        };
        let interval_s = measured_s.or(declared_s).or(usual_s)?;
        let holes: Vec<f64> =
            pairs().filter(|(n, _)| *n > 1).map(|(n, s)| (s - interval_s) / f64::from(n - 1)).collect();
        let all_wait = holes.iter().all(|wait_s| *wait_s > WAITS_FROM * interval_s);
        let waited_s = median(holes);
        let wait_s = match self {
            Self::Always { wait_s, .. } => match waited_s.filter(|waited_s| *waited_s > 0.0) {
                Some(waited_s) => waited_s,
                None => {
                    assumed(wait_s, report);
                    wait_s
                }
            },
            Self::Script => waited_s.unwrap_or(interval_s).max(interval_s),
            Self::IfTold => waited_s.filter(|_| all_wait)?,
        };
        Some(Pace { interval_s: declared_s.unwrap_or(interval_s), wait_s })
    }
}

/// A log without times does not show for how long its ping waited.
fn assumed(wait_s: f64, report: &mut FileReport<'_>) {
    let message = format!(
        "this ping waits for an answer before it sends the next request, {wait_s} s unless it was told otherwise, which \
         the log does not show: bounds of outages rest on that. A time in front of each line would show it"
    );
    report.add(Severity::Note, "ping-wait-assumed", message);
}

/// When the answered requests were sent, from the first request on, without a time in the log: each after its
/// predecessor by the pace. An answered one is followed after an interval, or when its answer came; after an
/// unanswered one of those before `answered[index]` the wait is the longest there can be, so that no bound is too low.
pub(super) fn sent_times(first_seq: u32, answered: &[(u32, Option<f64>)], pace: Pace) -> Vec<f64> {
    let (mut next, mut t) = (first_seq, 0.0);
    let longest_s = pace.wait_s.max(pace.interval_s);
    answered
        .iter()
        .map(|&(seq, rtt_ms)| {
            t += f64::from(seq.saturating_sub(next)) * longest_s;
            let sent_s = t;
            t += pace.interval_s.max(rtt_ms.unwrap_or(0.0) / 1000.0);
            next = seq.saturating_add(1);
            sent_s
        })
        .collect()
}
