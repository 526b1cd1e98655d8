//! What ping sent in a run, and what came back.
//!
//! Needed while a run is measured; of it, a [`super::Ping`] is left.

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
    /// When a request was sent, seconds since the migration request: of an answered one as its stamp says,
    /// of any other as a steady pace would have it.
    pub fn sent_at(&self, seq: u32) -> Option<f64> {
        let steady_s = self.origin_s? + self.period_s * f64::from(seq);
        Some(self.answered.binary_search(&seq).map_or(steady_s, |index| self.sent_s[index]))
    }
}
