//! `ping -i 0.2 -c 500 HOST` (iputils of 2007 to 2010) as a gawk program condensed it.
//!
//! A reply becomes `EPOCH.COUNTER SEQ RTT`: the whole second in which it arrived, the number of the
//! reply modulo 100 (not a decimal fraction), the sequence number of the request and the round trip
//! time in ms. Requests without a reply leave no line. ping's own header and summary become lines
//! that begin with `#`.
//!
//! The details are those of iputils: round trip times have fewer decimals the longer they are and
//! are cut, not rounded; the loss is cut to whole per cent; mean and deviation are computed in whole
//! microseconds; `time` runs from the first request to the last. Limits: no duplicates, no errors, and
//! replies that arrive before the next request is sent (else iputils would add `pipe N`).

/// A session of ping.
#[derive(Debug, Clone)]
pub struct Session<'a> {
    /// The address, which is also the name that was given.
    pub host: &'a str,
    /// Number of requests.
    pub sent: u64,
    /// Milliseconds from the first request to the last.
    pub time_ms: u64,
    pub replies: Vec<Reply>,
}

/// An answered request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reply {
    /// Second since 1970 in which the reply arrived.
    pub epoch: i64,
    /// `icmp_seq`, counted from 1.
    pub sequence: u32,
    pub rtt_us: u64,
}

/// Writes the whole file.
pub fn write(session: &Session<'_>) -> Vec<u8> {
    let Session { host, sent, time_ms, replies } = session;
    let mut text = format!("# PING {host} ({host}) 56(84) bytes of data.\n");
    for (number, reply) in replies.iter().enumerate() {
        let rtt = milliseconds(reply.rtt_us);
        text += &format!("{}.{} {} {rtt}\n", reply.epoch, number % 100, reply.sequence);
    }
    let received = replies.len() as u64;
    let loss = (sent.saturating_sub(received) * 100).checked_div(*sent).unwrap_or(0);
    text.push_str(&format!(
        "# --- {host} ping statistics ---\n\
         # {sent} packets transmitted, {received} received, {loss}% packet loss, time {time_ms}ms\n"
    ));
    if let Some(summary) = summary(replies) {
        text.push_str("# ");
        text.push_str(&summary);
    }
    text.into_bytes()
}

/// A round trip time as a reply line shows it: three significant digits above 1 ms, cut.
pub(super) fn milliseconds(us: u64) -> String {
    let (whole, rest) = (us / 1000, us % 1000);
    match us {
        100_000.. => format!("{whole}"),
        10_000.. => format!("{whole}.{}", rest / 100),
        1_000.. => format!("{whole}.{:02}", rest / 10),
        _ => format!("{whole}.{rest:03}"),
    }
}

/// The last line; ping leaves it out when nothing was received.
pub(super) fn summary(replies: &[Reply]) -> Option<String> {
    let times = || replies.iter().map(|reply| reply.rtt_us);
    let (min, max) = (times().min()?, times().max()?);
    let count = replies.len() as u64;
    let mean = times().sum::<u64>() / count;
    let mean_square = times().map(|time| time * time).sum::<u64>() / count;
    let deviation = mean_square.saturating_sub(mean * mean).isqrt();
    let [min, mean, max, deviation] =
        [min, mean, max, deviation].map(|us| format!("{}.{:03}", us / 1000, us % 1000));
    Some(format!("rtt min/avg/max/mdev = {min}/{mean}/{max}/{deviation} ms\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_times_lose_decimals_as_they_grow() {
        let cases = [(345, "0.345"), (7, "0.007"), (1_234, "1.23"), (12_399, "12.3"), (123_999, "123")];
        for (us, expected) in cases {
            assert_eq!(milliseconds(us), expected);
        }
    }

    #[test]
    fn the_counter_counts_replies_modulo_100_and_the_summary_is_right() {
        let replies = (0..=101)
            .map(|number| Reply {
                epoch: 1_264_512_345,
                sequence: if number == 101 { 105 } else { number + 1 },
                rtt_us: if number == 101 { 1_500 } else { 300 },
            })
            .collect();
        let bytes = write(&Session { host: "192.168.2.70", sent: 105, time_ms: 20_801, replies });
        let text = String::from_utf8(bytes).expect("text");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "# PING 192.168.2.70 (192.168.2.70) 56(84) bytes of data.");
        assert_eq!(lines[1], "1264512345.0 1 0.300");
        assert_eq!(lines[100], "1264512345.99 100 0.300");
        assert_eq!(lines[101], "1264512345.0 101 0.300");
        assert_eq!(lines[102], "1264512345.1 105 1.50");
        assert_eq!(lines[103], "# --- 192.168.2.70 ping statistics ---");
        // 3 of 105 are 2.86 %, cut to 2.
        assert_eq!(lines[104], "# 105 packets transmitted, 102 received, 2% packet loss, time 20801ms");
        // Mean ⌊31800 ÷ 102⌋ = 311 µs, mean square ⌊11340000 ÷ 102⌋ = 111176, √(111176 − 311²) = 120.
        assert_eq!(lines[105], "# rtt min/avg/max/mdev = 0.300/0.311/1.500/0.120 ms");
    }

    #[test]
    fn without_replies_there_is_no_rtt_line() {
        let text = write(&Session { host: "h", sent: 2, time_ms: 200, replies: Vec::new() });
        assert!(text.ends_with(b"# 2 packets transmitted, 0 received, 100% packet loss, time 200ms\n"));
    }
}
