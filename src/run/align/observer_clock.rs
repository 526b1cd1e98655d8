//! The clock that stamped ping's replies: whether it was set while ping ran, and whether ping itself measured another
//! time.
//!
//! Requests follow each other at a steady pace, so that a stamp that is too early for its number shows a clock that was set
//! back. One that is too late shows a clock that was set ahead, or a ping that was held up: nothing tells the two apart.

use super::FileReport;
use crate::model::Severity;
use crate::stats::Sample;

/// What is less than this is no step, seconds.
const STEP_S: f64 = 0.1;
/// Requests may be early or late by this part of the time between them.
const UNSTEADY: f64 = 0.1;
/// Ping's own time may differ by so much from that of the stamps: seconds, and a share of it.
const OWN_TIME_S: f64 = 1.0;
const OWN_TIME: f64 = 0.02;

/// By how many seconds the clock was set back in all while ping ran; what was found is reported. `sent` is when answered
/// requests were sent by their stamps, by number.
pub(super) fn set_back_s(sent: &[(u32, f64)], report: &mut FileReport<'_>) -> f64 {
    let pairs = || sent.windows(2).map(|pair| (f64::from(pair[1].0 - pair[0].0), pair[1].1 - pair[0].1));
    let steps = Sample::new(pairs().filter(|(n, _)| *n == 1.0).map(|(_, s)| s).collect());
    let Some(period_s) = steps.map(|steps| steps.median()).filter(|period| *period > 0.0) else { return 0.0 };
    let (mut back_s, mut ahead_s) = (0.0, 0.0);
    for (n, seconds) in pairs() {
        let expected_s = n * period_s;
        let off_s = seconds - expected_s;
        let allowed_s = (UNSTEADY * expected_s + period_s / 2.0).max(STEP_S);
        if off_s < -allowed_s {
            back_s -= off_s;
        } else if off_s > allowed_s.max(5.0 * period_s) {
            ahead_s += off_s;
        }
    }
    if back_s > 0.0 {
        let message = format!(
            "the clock that stamped the replies was set back by {back_s:.2} s in all while ping ran: bounds of outages are \
             wider by as much, and places after it are wrong"
        );
        report.add(Severity::Warning, "ping-clock-stepped", message);
    }
    if ahead_s > 0.0 {
        let message = format!(
            "stamps are up to {ahead_s:.2} s later than a steady pace has them: ping was held up, or the clock that \
             stamped the replies was set ahead; the upper bound of an outage allows for it"
        );
        report.add(Severity::Note, "ping-late", message);
    }
    back_s
}

/// By how much the time between two requests by ping's own time differs from that by the stamps, seconds, where the
/// two contradict each other, which is reported; `requests` were sent.
pub(super) fn contradiction_s(period_s: f64, own_s: f64, requests: u32, report: &mut FileReport<'_>) -> f64 {
    let total = |period_s: f64| period_s * f64::from(requests.saturating_sub(1));
    let off_s = (total(period_s) - total(own_s)).abs();
    if off_s <= OWN_TIME_S.max(OWN_TIME * total(own_s)) {
        return 0.0;
    }
    let message = format!(
        "by the stamps {requests} requests took {:.2} s, by ping's own time {:.2} s: the clock that stamped them was set or \
         runs wrong; bounds of outages allow for both",
        total(period_s),
        total(own_s)
    );
    report.add(Severity::Warning, "ping-time-differs", message);
    (period_s - own_s).abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sent: &[(u32, f64)]) -> (f64, Vec<&'static str>) {
        let mut into = Vec::new();
        let back_s = set_back_s(sent, &mut FileReport { into: &mut into, file: "ping" });
        (back_s, into.into_iter().map(|diagnostic| diagnostic.code).collect())
    }

    #[test]
    fn a_clock_that_is_set_back_is_found_and_a_steady_one_is_not() {
        let steady = |seq: u32| 0.2 * f64::from(seq) + if seq.is_multiple_of(3) { 0.015 } else { 0.0 };
        let with = |after: f64| -> Vec<(u32, f64)> {
            let sent = (0..200).filter(|seq| !(80..90).contains(seq));
            sent.map(|seq| (seq, steady(seq) + if seq >= 90 { after } else { 0.0 })).collect()
        };
        assert_eq!(found(&with(0.0)), (0.0, vec![]));
        let (back_s, codes) = found(&with(-1.5));
        assert!((back_s - 1.5).abs() < 0.05 && codes == ["ping-clock-stepped"], "{back_s} {codes:?}");
        assert_eq!(found(&with(3.0)), (0.0, vec!["ping-late"]));
        assert_eq!(found(&[]), (0.0, vec![]));
    }

    #[test]
    fn pings_own_time_may_contradict_the_stamps() {
        let mut into = Vec::new();
        let mut report = FileReport { into: &mut into, file: "ping" };
        assert_eq!(contradiction_s(0.2, 0.2004, 500, &mut report), 0.0);
        assert!((contradiction_s(0.2, 0.25, 500, &mut report) - 0.05).abs() < 1e-12);
        assert_eq!(into.len(), 1);
    }
}
