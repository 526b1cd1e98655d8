//! What the numbers and texts of `campaign.toml` may be: what is beyond is a slip of the pen, and would be drawn, counted
//! and averaged.

use std::ops::RangeInclusive;

use anyhow::ensure;

use super::CampaignFile;

/// Characters of a text. A notice has some hundred.
const LONGEST_TEXT: usize = 10_000;
/// A time between two of something, in seconds: from a microsecond to a day.
const PERIOD_S: RangeInclusive<f64> = 1e-6..=86_400.0;
/// A span of time, in seconds; clocks that were never set are off by half a century.
const SPAN_S: RangeInclusive<f64> = -1e10..=1e10;
/// A size in KiB or MiB.
const SIZE: RangeInclusive<f64> = 1e-3..=1e12;
/// CPUs, cores, vCPUs.
const CPUS: RangeInclusive<f64> = 1.0..=65_536.0;
/// Any value of a series or a benchmark.
const VALUE: RangeInclusive<f64> = -1e18..=1e18;
const SHARE: RangeInclusive<f64> = 0.0..=1.0;

/// # Errors
///
/// A number is not in the range of its key, or a text is too long.
pub(super) fn check(file: &CampaignFile, text: &str) -> anyhow::Result<()> {
    for (key, value, range) in numbers(file) {
        let (least, most) = (range.start(), range.end());
        ensure!(range.contains(&value), "{key} = {value}: expected a number from {least} to {most}");
    }
    // A text cannot be longer than the file.
    if text.len() > LONGEST_TEXT
        && let Ok(all) = toml::from_str::<toml::Table>(text)
        && let Some((key, length)) = too_long("", &toml::Value::Table(all))
    {
        anyhow::bail!("{key} has {length} characters; the longest text that is taken has {LONGEST_TEXT}");
    }
    Ok(())
}

/// Every number that has no whole type of its own, with its key.
fn numbers(file: &CampaignFile) -> Vec<(String, f64, RangeInclusive<f64>)> {
    let mut all: Vec<(String, f64, RangeInclusive<f64>)> = Vec::new();
    let mut add = |key: &str, value: Option<f64>, range: &RangeInclusive<f64>| {
        all.extend(value.map(|value| (key.to_owned(), value, range.clone())));
    };
    add("vm.memory_mib", file.vm.memory_mib, &SIZE);
    add("vm.clock_offset_s", Some(file.vm.clock_offset_s), &SPAN_S);
    for host in &file.hosts {
        add(&format!("host `{}`: cpus", host.name), host.cpus.map(f64::from), &CPUS);
        add(&format!("host `{}`: clock_offset_s", host.name), Some(host.clock_offset_s), &SPAN_S);
    }
    add("ping.interval_s", file.ping.interval_s, &PERIOD_S);
    add("xentop.period_s", file.xentop.period_s, &PERIOD_S);
    add("stream.frame_rate", file.stream.frame_rate, &(1e-3..=1e6));
    add("caches.l1_kib", file.caches.l1_kib, &SIZE);
    add("caches.l2_kib", file.caches.l2_kib, &SIZE);
    for series in &file.series {
        let of = format!("series of '{}'", series.files);
        add(&format!("{of}: before_s"), series.before_s, &PERIOD_S);
        add(&format!("{of}: after_s"), series.after_s, &(0.0..=86_400.0));
        add(&format!("{of}: outage_share"), series.outage_share, &(0.001..=0.999));
    }
    for logs in &file.service {
        let of = format!("service of '{}'", logs.files);
        add(&format!("{of}: before_s"), logs.before_s, &PERIOD_S);
        add(&format!("{of}: after_s"), logs.after_s, &(0.0..=86_400.0));
        add(&format!("{of}: outage_share"), logs.outage_share, &(0.001..=0.999));
    }
    for limit in &file.limits {
        add(&format!("limit of {}: at_most", limit.metric), Some(limit.at_most), &VALUE);
    }
    for table in &file.efficiency {
        add(&format!("efficiency `{}`: loss", table.name), Some(table.loss), &SHARE);
    }
    if let Some(parallel) = &file.parallel {
        add("parallel.vcpus", Some(f64::from(parallel.vcpus)), &CPUS);
        add("parallel.cores", parallel.cores.map(f64::from), &CPUS);
        // The largest by the smallest.
        add("parallel.uneven", Some(parallel.uneven), &(1.0..=1e6));
    }
    if let Some(placement) = &file.placement {
        add("placement.threshold_percent", Some(placement.threshold_percent), &(0.0..=1e6));
        add("placement.time_uncertainty_s", placement.time_uncertainty_s, &(0.0..=1e10));
    }
    all
}

/// The first text that is too long, by its key, with its characters.
fn too_long(key: &str, value: &toml::Value) -> Option<(String, usize)> {
    let below = |name: &str| if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") };
    match value {
        toml::Value::String(text) => {
            let length = text.chars().count();
            (length > LONGEST_TEXT).then(|| (key.to_owned(), length))
        }
        toml::Value::Array(values) => values.iter().find_map(|value| too_long(key, value)),
        toml::Value::Table(table) => table.iter().find_map(|(name, value)| too_long(&below(name), value)),
        toml::Value::Integer(_)
        | toml::Value::Float(_)
        | toml::Value::Boolean(_)
        | toml::Value::Datetime(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::input::config::Config;

    #[test]
    fn no_number_is_beyond_what_it_can_be() {
        let host = "[[hosts]]\nname = \"a\"\nrole = \"source\"\n";
        let tables: &[(&str, &str, &[&str])] = &[
            ("[vm]\n", "memory_mib", &["0", "-5"]),
            ("[vm]\n", "clock_offset_s", &[]),
            (host, "cpus", &["0", "4294967295"]),
            (host, "clock_offset_s", &[]),
            ("[ping]\n", "interval_s", &["0", "-1"]),
            ("[xentop]\n", "period_s", &["0"]),
            ("[stream]\n", "frame_rate", &["0"]),
            ("[caches]\n", "l1_kib", &["0"]),
            ("[[limits]]\nmetric = \"outage_ping\"\nstatistic = \"max\"\n", "at_most", &[]),
            ("[[efficiency]]\nname = \"x\"\nbaseline = { a = \"b\" }\n", "loss", &["1.1", "-0.1"]),
            ("[parallel]\nfactor = \"a\"\nsingle = \"b\"\nvcpus = 1\n", "uneven", &["0.5"]),
            ("[placement]\n", "threshold_percent", &["-1"]),
            ("[placement]\n", "time_uncertainty_s", &["-1"]),
        ];
        for (table, key, values) in tables {
            let floats = if *key == "cpus" { &[][..] } else { &["nan", "inf", "-inf", "1e300"][..] };
            for value in values.iter().chain(floats) {
                let text = format!("{table}{key} = {value}\n");
                let error = format!("{:#}", Config::parse(&text).unwrap_err());
                assert!(error.contains(key) && error.contains("expected a number from"), "{text}{error}");
            }
        }
    }

    #[test]
    fn a_text_is_no_book() {
        let title = |length: usize| Config::parse(&format!("title = \"{}\"", "x".repeat(length)));
        assert!(title(10_000).is_ok());
        let error = title(900_000).unwrap_err().to_string();
        assert!(error.starts_with("title has 900000 characters"), "{error}");
        let note = format!(
            "[[published]]\nmetric = \"outage_ping\"\nstatistic = \"mean\"\nstated = \"1\"\nnote = \"{}\"",
            "x".repeat(20_000)
        );
        assert!(Config::parse(&note).unwrap_err().to_string().starts_with("published.note has"));
    }
}
