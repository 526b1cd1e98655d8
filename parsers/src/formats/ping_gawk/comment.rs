//! What ping itself says, in the lines that begin with `#`.
//!
//! ```text
//! # PING asam (192.168.2.70) 56(84) bytes of data.
//! # --- asam ping statistics ---
//! # 500 packets transmitted, 494 received, +1 duplicates, +6 errors, 1% packet loss, time 99912ms
//! # rtt min/avg/max/mdev = 0.301/0.552/4.113/0.402 ms, pipe 2
//! ```

use crate::text::{float, unsigned, words};

/// A line beginning with `#`.
#[derive(Debug, PartialEq)]
pub(super) enum Comment<'a> {
    /// `PING name …`: a session begins.
    Header { target: &'a [u8] },
    /// `--- name ping statistics ---`, or the blank line before it.
    Nothing,
    /// `N packets transmitted, …`.
    Counts(Summary),
    /// `rtt min/avg/max/mdev = …`, in ms.
    Rtt([f64; 4]),
    /// Anything else.
    Other,
}

/// The line with the counts.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Summary {
    pub transmitted: u64,
    /// Without duplicates.
    pub received: u64,
    pub duplicates: u64,
    pub errors: Option<u64>,
    pub loss_percent: Option<f64>,
    pub time_ms: Option<u64>,
}

/// Reads a line with or without its `#`.
pub(super) fn read(line: &[u8]) -> Comment<'_> {
    let text = line.trim_ascii().strip_prefix(b"#").unwrap_or(line).trim_ascii();
    if let Some(rest) = text.strip_prefix(b"PING ") {
        return words(rest).next().map_or(Comment::Other, |(_, target)| Comment::Header { target });
    }
    if text.is_empty() || (text.starts_with(b"--- ") && text.ends_with(b" ping statistics ---")) {
        return Comment::Nothing;
    }
    counts(text).map(Comment::Counts).or_else(|| rtt(text).map(Comment::Rtt)).unwrap_or(Comment::Other)
}

fn counts(text: &[u8]) -> Option<Summary> {
    let mut summary = Summary::default();
    let mut transmitted = None;
    let mut received = None;
    for part in text.split(|byte| *byte == b',') {
        let part = part.trim_ascii();
        let mut words = words(part);
        let (_, first) = words.next()?;
        let (_, second) = words.next()?;
        let number = unsigned(first.strip_prefix(b"+").unwrap_or(first));
        match second {
            b"packets" => transmitted = Some(number?),
            b"received" => received = Some(number?),
            b"duplicates" => summary.duplicates = number?,
            b"errors" => summary.errors = number,
            b"packet" => {
                summary.loss_percent =
                    first.strip_suffix(b"%").and_then(float).filter(|loss| (0.0..=100.0).contains(loss));
            }
            _ if first == b"time" => summary.time_ms = second.strip_suffix(b"ms").and_then(unsigned),
            _ => {}
        }
    }
    summary.transmitted = transmitted?;
    summary.received = received?;
    Some(summary)
}

fn rtt(text: &[u8]) -> Option<[f64; 4]> {
    let values = text.strip_prefix(b"rtt min/avg/max/mdev = ")?;
    let (_, values) = words(values).next()?;
    let mut out = [0.0; 4];
    let mut parts = values.split(|byte| *byte == b'/');
    for slot in &mut out {
        *slot = float(parts.next()?)?;
    }
    parts.next().is_none().then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_ping_says() {
        assert_eq!(
            read(b"# PING asam (192.168.2.70) 56(84) bytes of data."),
            Comment::Header { target: b"asam" }
        );
        assert_eq!(read(b"#--- asam ping statistics ---"), Comment::Nothing);
        assert_eq!(read(b"#"), Comment::Nothing);
        assert_eq!(
            read(
                b"# 500 packets transmitted, 494 received, +1 duplicates, +6 errors, 1% packet loss, time 99912ms"
            ),
            Comment::Counts(Summary {
                transmitted: 500,
                received: 494,
                duplicates: 1,
                errors: Some(6),
                loss_percent: Some(1.0),
                time_ms: Some(99_912),
            })
        );
        assert_eq!(
            read(b"# rtt min/avg/max/mdev = 0.301/0.552/4.113/0.402 ms, pipe 2"),
            Comment::Rtt([0.301, 0.552, 4.113, 0.402])
        );
        for other in ["# 500 packets transmitted", "# rtt min/avg/max/mdev = 1/2/3 ms", "# From x"] {
            assert_eq!(read(other.as_bytes()), Comment::Other, "{other}");
        }
    }
}
