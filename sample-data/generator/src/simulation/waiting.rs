//! Pings that wait for an answer before they send the next request.

use std::fmt::Write as _;

use super::{PingForm, REQUEST, Truth};
use crate::noise::Noise;

/// Windows sends so long after an answered request, and gives one up after so long.
pub(super) const WINDOWS_INTERVAL: f64 = 1.0;
const WINDOWS_WAIT: f64 = 4.0;
/// `ping -c 1 -W 2` gives up after so long; the script then sleeps as after an answer.
const SCRIPT_WAIT: f64 = 2.0;

/// The log of such a ping: of Windows without any times, or of a script with microseconds.
pub(super) fn ping(truth: &Truth, noise: &mut Noise) -> Vec<u8> {
    let wait = match truth.form {
        PingForm::WholeSeconds => WINDOWS_WAIT,
        PingForm::Stamped => SCRIPT_WAIT + truth.interval,
    };
    let mut requests = Vec::new();
    let mut t = noise.uniform(-5.3, -4.9);
    while t < truth.end {
        let rtt = 0.0004 * noise.uniform(0.8, 2.0);
        let answered = !truth.stands_still(t + rtt * noise.uniform(0.3, 0.7));
        let next =
            t + if answered { truth.interval } else { wait } + truth.interval * noise.uniform(0.0, 0.002);
        // What had not been given up when the log ends is not in it.
        if answered || next < truth.end {
            requests.push((t, answered.then_some(rtt)));
        }
        t = next;
    }
    match truth.form {
        PingForm::WholeSeconds => windows(&requests),
        PingForm::Stamped => script(&requests),
    }
}

/// When a request was sent, and its round trip if it was answered.
type Request = (f64, Option<f64>);

fn windows(requests: &[Request]) -> Vec<u8> {
    let received = requests.iter().filter(|(_, rtt)| rtt.is_some()).count();
    let (sent, lost) = (requests.len(), requests.len() - received);
    let mut text = "Pinging 192.168.2.70 with 32 bytes of data:\r\n".to_owned();
    for (_, rtt) in requests {
        text += if rtt.is_some() {
            "Reply from 192.168.2.70: bytes=32 time<1ms TTL=64\r\n"
        } else {
            "Request timed out.\r\n"
        };
    }
    let percent = 100 * lost / sent.max(1);
    text += "\r\nPing statistics for 192.168.2.70:\r\n";
    text +=
        &format!("    Packets: Sent = {sent}, Received = {received}, Lost = {lost} ({percent}% loss),\r\n");
    text.into_bytes()
}

fn script(requests: &[Request]) -> Vec<u8> {
    let mut text = String::new();
    for (t, rtt) in requests {
        text += "PING 192.168.2.70 (192.168.2.70) 56(84) bytes of data.\n";
        let (received, loss) = match rtt {
            Some(rtt) => {
                let us = REQUEST * 1_000_000 + ((t + rtt) * 1e6).round() as i64;
                let ms = rtt * 1000.0;
                // Writing into a string does not fail.
                let _ = writeln!(
                    text,
                    "[{}.{:06}] 64 bytes from 192.168.2.70: icmp_seq=1 ttl=64 time={ms:.3} ms",
                    us.div_euclid(1_000_000),
                    us.rem_euclid(1_000_000)
                );
                (1, 0)
            }
            None => (0, 100),
        };
        text += &format!(
            "\n--- 192.168.2.70 ping statistics ---\n1 packets transmitted, {received} received, {loss}% packet loss, time 0ms\n\n"
        );
    }
    text.into_bytes()
}
