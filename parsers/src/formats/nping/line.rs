//! A line about a packet.

use crate::text::{float, words};

/// What a line tells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Event<'a> {
    Sent {
        at_s: f64,
        /// Of the target.
        host: &'a [u8],
        /// The number of an echo, or the port.
        key: &'a [u8],
    },
    Received {
        at_s: f64,
        answer: Answer<'a>,
    },
}

/// A packet that came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Answer<'a> {
    /// Who sent it.
    pub host: &'a [u8],
    /// Of which request it is, where it says so.
    pub key: Option<&'a [u8]>,
    /// That of a packet of TCP.
    pub number: Option<&'a [u8]>,
    /// Whether it has the number of an echo.
    pub is_echo: bool,
    pub verdict: Verdict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Answered,
    /// A handshake was refused.
    Refused,
}

impl<'a> Event<'a> {
    /// The outer none is for a line about something else; the inner one for a damaged line.
    pub fn read(text: &'a [u8]) -> Option<Option<Self>> {
        let (is_sent, rest) = match (text.strip_prefix(b"SENT ("), text.strip_prefix(b"RCVD (")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => return None,
        };
        Some(Self::packet(is_sent, rest))
    }

    fn packet(is_sent: bool, rest: &'a [u8]) -> Option<Self> {
        let end = memchr::memmem::find(rest, b"s) ")?;
        let at_s = float(rest.get(..end)?).filter(|at_s| *at_s >= 0.0)?;
        let rest = rest.get(end..)?.strip_prefix(b"s) ")?;
        let words: Vec<&[u8]> = words(rest).map(|(_, word)| word).collect();
        if is_sent {
            let (host, key) = target(&words)?;
            Some(Self::Sent { at_s, host, key })
        } else {
            Some(Self::Received { at_s, answer: Answer::read(&words)? })
        }
    }
}

/// To whom a request went.
fn target<'a>(words: &[&'a [u8]]) -> Option<(&'a [u8], &'a [u8])> {
    match words {
        [b"TCP" | b"UDP", _, b">", to, ..] => with_port(to),
        [b"ICMP" | b"ICMPv6", _, b">", to, ..] => Some((to, echo(words).unwrap_or_default())),
        [b"Starting", b"TCP", b"Handshake", b">", to, ..] => with_port(to),
        [b"UDP", b"packet", b"with", _, b"bytes", b"to", to, ..] => with_port(to),
        [b"ARP" | b"RARP", b"who", b"has" | b"is", host, ..] => {
            Some((host.strip_suffix(b"?").unwrap_or(host), b""))
        }
        _ => None,
    }
}

impl<'a> Answer<'a> {
    fn read(words: &[&'a [u8]]) -> Option<Self> {
        let of_port = |(host, port): (&'a [u8], &'a [u8]), verdict| Self {
            host,
            key: Some(port),
            number: None,
            is_echo: false,
            verdict,
        };
        let answered = |from| of_port(from, Verdict::Answered);
        match words {
            [b"TCP" | b"UDP", from, b">", _, ..] => {
                with_port(from).map(answered).map(|answer| Self { number: echo(words), ..answer })
            }
            [b"ICMP" | b"ICMPv6", from, b">", _, ..] => {
                let host = from.strip_prefix(b"[").unwrap_or(from);
                // What answers no echo quotes a request, and nping does not print which.
                let is_reply = words.contains(&b"reply".as_slice());
                let number = echo(words).filter(|_| is_reply);
                let key = number.or(is_reply.then_some(b"".as_slice()));
                Some(Self { host, key, number: None, is_echo: number.is_some(), verdict: Verdict::Answered })
            }
            [b"Handshake", b"with", from, ..] if words.last() == Some(&b"completed".as_slice()) => {
                with_port(from).map(answered)
            }
            [b"Possible", b"TCP", b"RST", b"received", b"from", from, ..] => {
                with_port(from).map(|from| of_port(from, Verdict::Refused))
            }
            [b"UDP", b"packet", b"with", _, b"bytes", b"from", from, ..] => with_port(from).map(answered),
            [b"ARP" | b"RARP", b"reply", host, b"is", b"at", _, ..] => {
                Some(Self { host, key: None, number: None, is_echo: false, verdict: Verdict::Answered })
            }
            _ => None,
        }
    }
}

/// `10.0.0.1:80`.
fn with_port(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memrchr(b':', text)?;
    let (host, port) = text.split_at_checked(at)?;
    let port = port.strip_prefix(b":")?;
    let is_port = !port.is_empty() && port.iter().all(u8::is_ascii_digit);
    (is_port && !host.is_empty()).then_some((host, port))
}

/// The number of an echo, `seq=4]`, or of a packet of TCP.
fn echo<'a>(words: &[&'a [u8]]) -> Option<&'a [u8]> {
    let number = words.iter().find_map(|word| word.strip_prefix(b"seq="))?;
    Some(number.strip_suffix(b"]").unwrap_or(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_kinds_of_packets() {
        let sent = |line: &str| match Event::read(line.as_bytes()) {
            Some(Some(Event::Sent { host, key, .. })) => {
                format!("{} {}", String::from_utf8_lossy(host), String::from_utf8_lossy(key))
            }
            other => format!("{other:?}"),
        };
        for (line, expected) in [
            ("SENT (0.0071s) UDP 10.0.0.1:53 > 10.0.0.2:9999 ttl=64 id=59583 iplen=28 ", "10.0.0.2 9999"),
            (
                "SENT (0.0420s) ICMP 10.0.0.1 > 10.0.0.2 Echo request (type=8/code=0) ttl=64 id=1 iplen=28",
                "10.0.0.2 ",
            ),
            ("SENT (0.0015s) Starting TCP Handshake > vm:80 (10.0.0.2:80)", "vm 80"),
            ("SENT (0.0015s) UDP packet with 4 bytes to 10.0.0.2:53", "10.0.0.2 53"),
            ("SENT (0.0179s) ARP who has 10.0.0.2? Tell 10.0.0.1", "10.0.0.2 "),
        ] {
            assert_eq!(sent(line), expected, "{line}");
        }
        let damaged = [
            "SENT (0.0x79s) ARP who has 10.0.0.2? Tell 10.0.0.1",
            "RCVD (0.1s) TCP 10.0.0.2",
            "RCVD (0.1s) ",
        ];
        for line in damaged {
            assert_eq!(Event::read(line.as_bytes()), Some(None), "{line}");
        }
        assert_eq!(Event::read(b"Max rtt: N/A"), None);
    }
}
