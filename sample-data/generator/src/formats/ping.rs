//! `ping -D -i 0.2 HOST` of iputils as it prints: a line for each reply, stamped when it was printed.

use super::ping_gawk::{Reply, milliseconds, summary};

/// A reply, and when it was printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamped {
    /// Microseconds since 1970.
    pub epoch_us: i64,
    pub sequence: u32,
    pub rtt_us: u64,
    /// Not the first answer to its request.
    pub duplicate: bool,
}

/// A session of ping.
#[derive(Debug, Clone)]
pub struct Session<'a> {
    pub host: &'a str,
    /// Number of requests.
    pub sent: u64,
    /// Milliseconds from the first request to the last.
    pub time_ms: u64,
    /// In the order of their arrival.
    pub replies: Vec<Stamped>,
}

/// Writes the whole file.
pub fn write(session: &Session<'_>) -> Vec<u8> {
    let Session { host, sent, time_ms, replies } = session;
    let mut text = format!("PING {host} ({host}) 56(84) bytes of data.\n");
    for reply in replies {
        let (seconds, us) = (reply.epoch_us.div_euclid(1_000_000), reply.epoch_us.rem_euclid(1_000_000));
        text.push_str(&format!(
            "[{seconds}.{us:06}] 64 bytes from {host}: icmp_seq={} ttl=64 time={} ms{}\n",
            reply.sequence,
            milliseconds(reply.rtt_us),
            if reply.duplicate { " (DUP!)" } else { "" },
        ));
    }
    let duplicates = replies.iter().filter(|reply| reply.duplicate).count() as u64;
    let received = replies.len() as u64 - duplicates;
    let loss = (sent.saturating_sub(received) * 100).checked_div(*sent).unwrap_or(0);
    let told = if duplicates > 0 { format!("+{duplicates} duplicates, ") } else { String::new() };
    text.push_str(&format!(
        "\n--- {host} ping statistics ---\n\
         {sent} packets transmitted, {received} received, {told}{loss}% packet loss, time {time_ms}ms\n"
    ));
    let times: Vec<Reply> =
        replies.iter().map(|r| Reply { epoch: 0, sequence: r.sequence, rtt_us: r.rtt_us }).collect();
    if let Some(summary) = summary(&times) {
        text.push_str(&summary);
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_have_stamps_and_the_summary_counts_duplicates_apart() {
        let reply = Stamped { epoch_us: 1_264_512_345_000_123, sequence: 1, rtt_us: 412, duplicate: false };
        let replies = vec![reply, Stamped { duplicate: true, ..reply }];
        let text =
            String::from_utf8(write(&Session { host: "h", sent: 2, time_ms: 200, replies })).expect("text");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "[1264512345.000123] 64 bytes from h: icmp_seq=1 ttl=64 time=0.412 ms");
        assert_eq!(lines[2], "[1264512345.000123] 64 bytes from h: icmp_seq=1 ttl=64 time=0.412 ms (DUP!)");
        assert_eq!(lines[5], "2 packets transmitted, 1 received, +1 duplicates, 50% packet loss, time 200ms");
        assert_eq!(lines[6], "rtt min/avg/max/mdev = 0.412/0.412/0.412/0.000 ms");
    }
}
