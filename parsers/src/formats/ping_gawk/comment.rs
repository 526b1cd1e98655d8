//! What ping itself says, in the lines that begin with `#`.
//!
//! ```text
//! # PING asam (192.168.2.70) 56(84) bytes of data.
//! # --- asam ping statistics ---
//! # 500 packets transmitted, 494 received, +1 duplicates, +6 errors, 1% packet loss, time 99912ms
//! # rtt min/avg/max/mdev = 0.301/0.552/4.113/0.402 ms, pipe 2
//! ```

use crate::formats::ping::summary::{Summary, Times, counts, times};
use crate::text::words;

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
    Rtt(Times),
    /// Anything else.
    Other,
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
    counts(text).map(Comment::Counts).or_else(|| times(text).map(Comment::Rtt)).unwrap_or(Comment::Other)
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
                duplicates: Some(1),
                errors: Some(6),
                loss_percent: Some(1.0),
                time_ms: Some(99_912),
            })
        );
        assert_eq!(
            read(b"# rtt min/avg/max/mdev = 0.301/0.552/4.113/0.402 ms, pipe 2"),
            Comment::Rtt(Times { min: 0.301, avg: 0.552, max: 4.113, mdev: Some(0.402) })
        );
        for other in ["# 500 packets transmitted", "# rtt min/avg/max/mdev = 1/2/3 ms", "# From x"] {
            assert_eq!(read(other.as_bytes()), Comment::Other, "{other}");
        }
    }
}
