//! What ping sent in a run, and what came back.
//!
//! Needed while a run is measured; of it, a [`super::Ping`] is left.

use stillstand_parsers::RowLines;

/// Requests and replies of one ping log.
#[derive(Debug, Clone, PartialEq)]
pub struct PingTimeline {
    /// Path relative to the campaign folder.
    pub file: String,
    /// Nominal time between two requests, seconds; of a ping that waits for its answers between an answered request and
    /// the next.
    pub interval_s: f64,
    /// Of a ping that waits for an answer before it sends the next request: how long after an unanswered one the
    /// next follows, seconds. `None` for one that sends at a steady pace.
    pub wait_s: Option<f64>,
    /// Of such a ping whose log has no times: the unanswered requests that an error came back for, ascending. The next one
    /// may have followed after an interval.
    pub refused: Vec<u32>,
    /// Requests sent.
    pub sent: u32,
    /// Sequence number of the first request.
    pub first_seq: u32,
    /// Sequence numbers of the answered requests, ascending, each once.
    pub answered: Vec<u32>,
    /// The lines of the answers to them, in their order.
    pub lines: RowLines,
    /// The line in which ping sums up.
    pub summary_line: Option<u64>,
    /// Round trip time of each answered request, milliseconds, where the log has it.
    pub rtt_ms: Vec<Option<f64>>,
    pub duplicates: u32,
    /// When request 0 was or would have been sent, seconds since the run's request; `None`
    /// without a time zero.
    pub origin_s: Option<f64>,
    /// True mean time between two requests, seconds.
    pub period_s: f64,
    /// When each answered request was sent: on the axis of the run, without a time zero since request 0.
    pub sent_s: Vec<f64>,
    /// Whether these are the stamps of single replies, and not of a line through whole seconds.
    pub stamped: bool,
    /// By how much the time between two of these may be wrong.
    pub span_error: SpanError,
}

/// How wrong a time between two requests may be that was read off a line through whole seconds: by a
/// part that is always there, and one that grows with the number of requests between.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SpanError {
    pub fixed_s: f64,
    pub per_request_s: f64,
}

impl PingTimeline {
    /// When a request was sent, seconds since the migration request: of an answered one as its stamp says. Of any other
    /// as a steady pace would have it: through its answered neighbours where their stamps are known, else over the
    /// whole log.
    pub fn sent_at(&self, seq: u32) -> Option<f64> {
        let steady_s = self.origin_s? + self.period_s * f64::from(seq);
        Some(match self.answered.binary_search(&seq) {
            Ok(index) => self.sent_s[index],
            Err(next) if self.stamped => self.between(seq, next).unwrap_or(steady_s),
            Err(_) => steady_s,
        })
    }

    /// How long after an unanswered request the next one follows, seconds.
    pub fn lost_interval_s(&self) -> f64 {
        self.wait_s.unwrap_or(self.interval_s)
    }

    /// How long so many unanswered requests from `first` on take until the next one follows, seconds.
    pub fn lost_s(&self, first: u32, requests: u32) -> f64 {
        let end = first.saturating_add(requests);
        let until = |seq: u32| self.refused.partition_point(|refused| *refused < seq);
        let refused = u32::try_from(until(end).saturating_sub(until(first))).unwrap_or(requests);
        f64::from(requests.saturating_sub(refused)) * self.lost_interval_s()
            + f64::from(refused) * self.interval_s
    }

    /// The unanswered requests in rows: the first of each, and the first after it.
    pub fn unanswered(&self) -> impl Iterator<Item = (u32, u32)> {
        let end = self.first_seq.saturating_add(self.sent);
        let mut next = self.first_seq;
        self.answered.iter().copied().chain(std::iter::once(end)).filter_map(move |seq| {
            let from = std::mem::replace(&mut next, seq.saturating_add(1));
            (from < seq).then_some((from, seq))
        })
    }

    /// How many of the unanswered requests `from..to`, which are in a row, were sent before an instant. They are counted
    /// and not gone through: a log may claim any number of them. `None` without a time zero.
    pub fn unanswered_before(&self, (from, to): (u32, u32), t_s: f64) -> Option<u32> {
        let (mut low, mut high) = (from, to.max(from));
        while low < high {
            let middle = low + (high - low) / 2;
            if self.sent_at(middle)? < t_s {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Some(low - from)
    }

    /// The place of an unanswered request by the last answered one before it and by the first after it, which is
    /// number `next` among the answered. `None` without either.
    fn between(&self, seq: u32, next: usize) -> Option<f64> {
        let answered = |index: usize| Some((*self.answered.get(index)?, *self.sent_s.get(index)?));
        let before = next.checked_sub(1).and_then(answered);
        let after = answered(next);
        match (before, after, self.wait_s) {
            // The first goes out as after any answer.
            (Some((last, sent_s)), after, Some(wait_s)) => {
                let at = sent_s + self.interval_s + wait_s * f64::from((seq - last).saturating_sub(1));
                Some(after.map_or(at, |(_, back_s)| at.min(back_s)))
            }
            (None, Some((first, sent_s)), wait_s) => {
                Some(sent_s - wait_s.unwrap_or(self.period_s) * f64::from(first - seq))
            }
            (Some((last, from_s)), Some((back, to_s)), None) => {
                Some(from_s + (to_s - from_s) * f64::from(seq - last) / f64::from(back - last))
            }
            (Some((last, sent_s)), None, None) => Some(sent_s + self.period_s * f64::from(seq - last)),
            (None, None, _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Requests 1 to 3 and 7, stamped, every 0.2 s but for a pause of 0.5 s before request 3.
    fn requests(wait_s: Option<f64>) -> PingTimeline {
        PingTimeline {
            lines: stillstand_parsers::RowLines::default(),
            summary_line: None,
            file: String::new(),
            interval_s: 0.2,
            wait_s,
            refused: Vec::new(),
            sent: 9,
            first_seq: 0,
            answered: vec![1, 2, 3, 7],
            rtt_ms: vec![Some(0.4); 4],
            duplicates: 0,
            origin_s: Some(0.0),
            period_s: 0.2,
            sent_s: vec![0.2, 0.4, 1.1, 1.9],
            stamped: true,
            span_error: SpanError::default(),
        }
    }

    #[test]
    fn unanswered_requests_lie_between_their_neighbours() {
        let near = |requests: &PingTimeline, seq, expected: f64| {
            let at = requests.sent_at(seq).unwrap();
            assert!((at - expected).abs() < 1e-9, "{seq}: {at}");
        };
        let steady = requests(None);
        for (seq, expected) in [(0, 0.0), (4, 1.3), (5, 1.5), (6, 1.7), (8, 2.1)] {
            near(&steady, seq, expected);
        }
        let mut by_line = steady.clone();
        by_line.stamped = false;
        near(&by_line, 5, 1.0);
        let mut waits = requests(Some(2.0));
        waits.sent_s[3] = 7.3;
        for (seq, expected) in [(4, 1.3), (5, 3.3), (6, 5.3), (8, 7.5)] {
            near(&waits, seq, expected);
        }
        assert_eq!(PingTimeline { origin_s: None, ..steady }.sent_at(5), None);
        // What an error came back for was not waited for.
        waits.refused = vec![5];
        assert!((waits.lost_s(4, 3) - 4.2).abs() < 1e-9, "{}", waits.lost_s(4, 3));
    }
}
