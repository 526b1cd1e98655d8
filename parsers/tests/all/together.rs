//! Several tools that were run at once on one host agree about its CPU and its network.
//!
//! What they leave open: each samples once a second at instants of its own, so that of the time that two of them have in common one may
//! tell up to a second more or less at either end: two seconds of 100 per cent, over all seconds. Besides, some round a
//! share to whole per cent, and user is the sum of two of them.

use stillstand_parsers::Parsed;

use crate::common::{f64s, read};

/// Logs that were recorded at once, seconds that their clock is ahead of UTC where it does not say, and by how much numbers may
/// be rounded.
const LOGS: [(&str, i32, f64); 7] = [
    ("sar/valid/recorded-together.txt", 3600, 0.01),
    ("sadf/valid/recorded-together.csv", 0, 0.01),
    ("mpstat/valid/recorded-together.txt", 3600, 0.01),
    ("vmstat/valid/recorded-together.txt", 0, 1.0),
    ("iostat/valid/recorded-together.txt", 0, 0.01),
    ("dstat/valid/recorded-together.csv", 0, 0.01),
    ("collectl/valid/recorded-together.txt", 0, 2.0),
];

/// The same of the network, for the tools that log it, and bytes per second.
const OF_NETWORK: [(&str, i32, f64); 3] = [
    ("sar/valid/recorded-together-network.txt", 3600, 10.24),
    ("sadf/valid/recorded-together-network.csv", 0, 10.24),
    ("dstat/valid/recorded-together-network.csv", 0, 1.0),
];

fn pairs(parsed: &Parsed, name: &str) -> Vec<(f64, f64)> {
    let times = f64s(parsed, "epoch_s");
    // dool leaves out what it has since the machine was started.
    times
        .into_iter()
        .zip(f64s(parsed, name))
        .filter_map(|(time, value)| Some((time.unwrap(), value?)))
        .collect()
}

/// Reads the logs, and compares the means of the quantities, which are at most so large, over the time that all logs have in common.
fn agree<const N: usize>(
    logs: [(&'static str, i32, f64); N],
    quantities: &[&str],
    most: f64,
) -> [(&'static str, Parsed, f64); N] {
    let logs = logs.map(|(name, offset_s, rounding)| {
        let mut parsed = read(name);
        if offset_s != 0 {
            parsed.declare_utc_offset(offset_s);
        }
        (name, parsed, rounding)
    });
    for quantity in quantities {
        let series: Vec<_> =
            logs.iter().map(|(name, parsed, rounding)| (*name, pairs(parsed, quantity), *rounding)).collect();
        let first = series.iter().map(|(_, pairs, _)| pairs[0].0).fold(f64::MIN, f64::max);
        let last = series.iter().map(|(_, pairs, _)| pairs.last().unwrap().0).fold(f64::MAX, f64::min);
        assert!(last - first > 50.0, "they have {} s in common", last - first);
        let means: Vec<(&str, f64, f64)> = series
            .iter()
            .map(|(name, pairs, rounding)| {
                let common: Vec<f64> = pairs
                    .iter()
                    .filter(|(time, _)| (first..=last).contains(time))
                    .map(|(_, value)| *value)
                    .collect();
                (*name, common.iter().sum::<f64>() / common.len() as f64, *rounding)
            })
            .collect();
        let ends = 2.0 * most / (last - first);
        for (name, mean, rounding) in &means {
            for (other, of_other, its_rounding) in &means {
                let open = ends + rounding + its_rounding;
                assert!(
                    (mean - of_other).abs() <= open,
                    "{quantity}: {mean} by {name}, {of_other} by {other}"
                );
            }
        }
    }
    logs
}

#[test]
fn tools_that_were_run_at_once_agree_about_the_cpu() {
    let logs = agree(LOGS, &["cpu.user", "cpu.system", "cpu.idle"], 100.0);
    // What agrees was no constant.
    let system = pairs(&logs[0].1, "cpu.system");
    let largest = system.iter().map(|(_, value)| *value).fold(f64::MIN, f64::max);
    let smallest = system.iter().map(|(_, value)| *value).fold(f64::MAX, f64::min);
    assert!(largest - smallest > 10.0, "{smallest} {largest}");
}

#[test]
fn tools_that_were_run_at_once_agree_about_the_network() {
    // iperf3 sent up to 160 Mbit/s, six seconds at a time.
    let logs = agree(OF_NETWORK, &["net.sent", "net.received"], 25e6);
    let sent = pairs(&logs[0].1, "net.sent");
    let (busy, all) = (sent.iter().filter(|(_, rate)| *rate > 4e6).count(), sent.len());
    assert!(busy > 20 && all - busy > 10, "{busy} of {all}");
}
