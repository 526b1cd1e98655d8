//! What ping counts and measures itself, at its end.
//!
//! ```text
//! 500 packets transmitted, 494 received, +1 duplicates, +6 errors, 1% packet loss, time 99912ms
//! 500 Pakete übertragen, 494 empfangen, 1,2% Paketverlust, Zeit 99912ms
//! 4 packets transmitted, 4 packets received, 0.0% packet loss
//! 10.0.0.1 : xmt/rcv/%loss = 10/7/30%, min/avg/max = 0.012/0.043/0.058
//!     Packets: Sent = 4, Received = 3, Lost = 1 (25% loss),
//! rtt min/avg/max/mdev = 0.301/0.552/4.113/0.402 ms, pipe 2
//! round-trip min/avg/max/stddev = 0.301/0.552/4.113/0.402 ms
//!     Minimum = 0ms, Maximum = 16ms, Average = 5ms
//! ```

use crate::diagnostic::Facts;
use crate::text::{float, split_once, unsigned, words};

/// The line with the counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::formats) struct Summary {
    pub transmitted: u64,
    /// Without duplicates.
    pub received: u64,
    /// None if the tool does not count them.
    pub duplicates: Option<u64>,
    pub errors: Option<u64>,
    pub loss_percent: Option<f64>,
    pub time_ms: Option<u64>,
}

/// The line with the round trip times, in ms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::formats) struct Times {
    pub min: f64,
    pub avg: f64,
    pub max: f64,
    /// Standard deviation; none if the tool does not give it.
    pub mdev: Option<f64>,
}

impl Summary {
    /// The facts that it gives.
    pub const FACTS: [&str; 6] =
        ["transmitted", "received", "duplicates", "errors", "loss_percent", "time_ms"];

    pub fn set_facts(&self, facts: &mut Facts) {
        facts.set_int("transmitted", self.transmitted);
        facts.set_int("received", self.received);
        if let Some(duplicates) = self.duplicates {
            facts.set_int("duplicates", duplicates);
        }
        if let Some(errors) = self.errors {
            facts.set_int("errors", errors);
        }
        if let Some(loss) = self.loss_percent {
            facts.set_float("loss_percent", loss);
        }
        if let Some(time) = self.time_ms {
            facts.set_int("time_ms", time);
        }
    }
}

impl Times {
    pub fn set_facts(&self, facts: &mut Facts) {
        facts.set_float("rtt_min_ms", self.min);
        facts.set_float("rtt_avg_ms", self.avg);
        facts.set_float("rtt_max_ms", self.max);
        if let Some(mdev) = self.mdev {
            facts.set_float("rtt_mdev_ms", mdev);
        }
    }
}

/// The counts of every ping of Unix, in English or German.
pub(in crate::formats) fn counts(text: &[u8]) -> Option<Summary> {
    let mut summary = Summary { duplicates: Some(0), ..Summary::default() };
    let mut transmitted = None;
    let mut received = None;
    for part in parts(text) {
        let mut words = words(part).map(|(_, word)| word);
        let (first, second, last) = (words.next()?, words.next()?, words.last());
        let number = unsigned(first.strip_prefix(b"+").unwrap_or(first));
        match last.unwrap_or(second) {
            // hping2 and 3 misspell it.
            b"transmitted" | b"tramitted" | b"\xc3\xbcbertragen" => transmitted = Some(number?),
            b"received" | b"empfangen" => received = Some(number?),
            b"duplicates" | b"Duplikate" => summary.duplicates = Some(number?),
            b"errors" | b"Fehler" => summary.errors = number,
            b"loss" | b"Paketverlust" => summary.loss_percent = first.strip_suffix(b"%").and_then(percent),
            _ if matches!(first, b"time" | b"Zeit") => {
                summary.time_ms = second.strip_suffix(b"ms").and_then(unsigned);
            }
            _ => {}
        }
    }
    summary.transmitted = transmitted?;
    summary.received = received?;
    Some(summary)
}

/// The parts between commas. A comma with a digit behind it is a decimal comma.
fn parts(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = (0..text.len()).find(|at| {
            text.get(*at) == Some(&b',') && !text.get(at.saturating_add(1)).is_some_and(u8::is_ascii_digit)
        });
        let (part, after) = text.split_at_checked(end.unwrap_or(text.len()))?;
        rest = after.get(1..);
        Some(part.trim_ascii())
    })
    .filter(|part| !part.is_empty())
}

/// A percentage with a decimal point or comma. hping has more replies than requests, and so less than none
/// lost, if there are duplicates: no percentage.
fn percent(digits: &[u8]) -> Option<f64> {
    let value = match split_once(digits, b',') {
        Some((whole, fraction)) => {
            let scale = 10_f64.powi(i32::try_from(fraction.len()).ok()?);
            float(whole)? + float(fraction)? / scale
        }
        None => float(digits)?,
    };
    (0.0..=100.0).contains(&value).then_some(value)
}

/// The round trip times of every ping of Unix.
pub(in crate::formats) fn times(text: &[u8]) -> Option<Times> {
    let rest = text.strip_prefix(b"rtt ").or_else(|| text.strip_prefix(b"round-trip "))?;
    let mut words = words(rest).map(|(_, word)| word);
    let labels = words.next()?;
    if words.next()? != b"=" {
        return None;
    }
    let with_deviation = match labels {
        b"min/avg/max" => false,
        b"min/avg/max/mdev" | b"min/avg/max/stddev" | b"min/avg/max/std-dev" => true,
        _ => return None,
    };
    slashes(words.next()?, with_deviation)
}

/// `0.301/0.552/4.113`, with a fourth value or without.
pub(super) fn slashes(text: &[u8], with_deviation: bool) -> Option<Times> {
    let mut values = text.split(|byte| *byte == b'/').map(float);
    let (min, avg, max) = (values.next()??, values.next()??, values.next()??);
    let mdev = if with_deviation { Some(values.next()??) } else { None };
    values.next().is_none().then_some(Times { min, avg, max, mdev })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_all_tools() {
        let counted = |text: &str| {
            counts(text.as_bytes()).map(|found| {
                let Summary { transmitted, received, duplicates, errors, loss_percent, time_ms } = found;
                (transmitted, received, duplicates, errors, loss_percent, time_ms)
            })
        };
        for (text, expected) in [
            (
                "500 packets transmitted, 494 received, +1 duplicates, +2 corrupted, +6 errors, 1.2% packet loss, time 99912ms",
                (500, 494, Some(1), Some(6), Some(1.2), Some(99_912)),
            ),
            (
                "500 Pakete übertragen, 494 empfangen, +1 Duplikate,+2 beschädigt, +6 Fehler, 1,25% Paketverlust, Zeit 99912ms",
                (500, 494, Some(1), Some(6), Some(1.25), Some(99_912)),
            ),
            (
                "5 packets transmitted, 4 packets received, +3 duplicates, 20.0% packet loss",
                (5, 4, Some(3), None, Some(20.0), None),
            ),
            ("1 packets tramitted, 2 packets received, -100% packet loss", (1, 2, Some(0), None, None, None)),
        ] {
            assert_eq!(counted(text), Some(expected), "{text}");
        }
        for text in ["", "5 packets transmitted", "x packets transmitted, 5 received", "500 packets, 1% loss"]
        {
            assert_eq!(counted(text), None, "{text}");
        }
    }

    #[test]
    fn times_of_all_tools() {
        let read =
            |text: &str| times(text.as_bytes()).map(|found| (found.min, found.avg, found.max, found.mdev));
        let expected = Some((0.25, 0.5, 4.125, Some(0.375)));
        assert_eq!(read("rtt min/avg/max/mdev = 0.25/0.5/4.125/0.375 ms, pipe 2"), expected);
        assert_eq!(read("round-trip min/avg/max/stddev = 0.25/0.5/4.125/0.375 ms"), expected);
        assert_eq!(read("round-trip min/avg/max/std-dev = 0.25/0.5/4.125/0.375 ms"), expected);
        assert_eq!(read("round-trip min/avg/max = 0.25/0.5/4.125 ms"), Some((0.25, 0.5, 4.125, None)));
        for text in ["rtt min/avg/max/mdev = 1/2/3 ms", "rtt min/avg/max = 1/2/3/4 ms", "rtt min = 1 ms"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
