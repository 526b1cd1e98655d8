//! The classic output of `netperf -t UDP_STREAM`, netperf 2.4.
//!
//! netperf sends from the machine on which it runs and prints there; the second row of figures is
//! what the other end received.

/// Result of one test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UdpStream<'a> {
    /// Address of the receiver.
    pub to: &'a str,
    pub socket_bytes: u64,
    pub message_bytes: u64,
    pub seconds: f64,
    /// Messages sent.
    pub sent: u64,
    /// Messages that arrived.
    pub received: u64,
}

/// Writes the whole output.
pub fn write(test: &UdpStream<'_>) -> Vec<u8> {
    let UdpStream { to, socket_bytes, message_bytes, seconds, sent, received } = *test;
    let throughput = |messages: u64| (messages * message_bytes * 8) as f64 / seconds / 1e6;
    format!(
        "UDP UNIDIRECTIONAL SEND TEST from 0.0.0.0 (0.0.0.0) port 0 AF_INET to {to} ({to}) port 0 AF_INET\n\
         Socket  Message  Elapsed      Messages                \n\
         Size    Size     Time         Okay Errors   Throughput\n\
         bytes   bytes    secs            #      #   10^6bits/sec\n\
         \n\
         {socket_bytes:>6}  {message_bytes:>6}   {seconds:<7.2}   {sent:>7} {errors:>6}    {out:>7.2}\n\
         {socket_bytes:>6}           {seconds:<7.2}   {received:>7}           {arrived:>7.2}\n\
         \n",
        errors = 0,
        out = throughput(sent),
        arrived = throughput(received),
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_stand_where_netperf_puts_them() {
        let bytes = write(&UdpStream {
            to: "192.168.0.1",
            socket_bytes: 129_024,
            message_bytes: 65_507,
            seconds: 2.0,
            sent: 3_673,
            received: 3_670,
        });
        let text = String::from_utf8(bytes).expect("text");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[5], "129024   65507   2.00         3673      0     962.43");
        assert_eq!(lines[6], "129024           2.00         3670            961.64");
    }
}
