//! What a campaign as a whole needs to know of a log: little enough to be kept for every file of it.

use std::collections::{BTreeMap, BTreeSet};

use stillstand_parsers::{Meaning, Parsed};

use crate::model::DOMAIN_0;

/// What is kept of a log that is dropped until its run is measured.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Digest {
    /// How many CPUs of its host it shows: those that have columns of their own, or what all domains used at a time.
    pub cpus_at_work: f64,
    /// Whether the domains of a Xen host include the VM in the first sample; `None` where it never is among them.
    pub vm_at_start: Option<bool>,
    /// Values of the measured column that has most of them.
    pub measured: usize,
    /// First and last time since 1970, where a row has one.
    pub span: Option<(f64, f64)>,
}

impl Digest {
    pub fn of(log: &Parsed) -> Self {
        let floats = log.frame.df.columns().iter().filter(|column| column.dtype().is_float());
        Self {
            cpus_at_work: cpus_at_work(log),
            vm_at_start: vm_at_start(log),
            span: span(log),
            measured: floats.map(|column| column.len() - column.null_count()).max().unwrap_or(0),
        }
    }
}

fn span(log: &Parsed) -> Option<(f64, f64)> {
    let columns = ["epoch_s", "time", "request_epoch_s"];
    let times = columns.into_iter().filter_map(|name| log.frame.f64s(name).ok());
    let times = times.flat_map(|times| times.iter().flatten().collect::<Vec<f64>>());
    times.fold(None, |span, t| {
        Some(span.map_or((t, t), |(first, last): (f64, f64)| (first.min(t), last.max(t))))
    })
}

/// Whether a log shows the domains of a Xen host.
pub fn has_domains(log: &Parsed) -> bool {
    matches!(log.format.meaning(), Meaning::Domains(_))
}

fn cpus_at_work(log: &Parsed) -> f64 {
    let is_single = |name: &str| {
        let number = name.strip_prefix("cpu").and_then(|rest| rest.split_once(" usage."));
        number.map(|(number, _)| number).filter(|number| number.parse::<u32>().is_ok()).map(str::to_owned)
    };
    let single: BTreeSet<String> =
        log.frame.columns.iter().filter_map(|column| is_single(&column.name)).collect();
    let mut by_sample: BTreeMap<u32, f64> = BTreeMap::new();
    if let (true, Ok(samples), Ok(used)) = (has_domains(log), log.frame.u32s("sample"), log.frame.f64s("cpu"))
    {
        for (sample, percent) in samples.iter().zip(used.iter()) {
            if let (Some(sample), Some(percent)) = (sample, percent) {
                *by_sample.entry(sample).or_default() += percent / 100.0;
            }
        }
    }
    by_sample.into_values().fold(single.len() as f64, f64::max)
}

fn vm_at_start(log: &Parsed) -> Option<bool> {
    let log = Some(log).filter(|log| has_domains(log))?;
    let (domains, present) = (log.frame.strs("domain").ok()?, log.frame.bools("present").ok()?);
    domains.iter().zip(present.iter()).find(|(domain, _)| *domain != Some(DOMAIN_0))?.1
}

#[cfg(test)]
mod tests {
    use super::*;
    fn shown(text: &str) -> f64 {
        let format = stillstand_parsers::detect(text.as_bytes()).unwrap();
        cpus_at_work(&stillstand_parsers::parse(format, text.as_bytes()).unwrap())
    }

    #[test]
    fn a_log_shows_at_least_so_many_cpus() {
        let dstat = "\"Dstat 0.7.0 CSV output\"\n\"epoch\",\"cpu0 usage\",,,\"cpu1 usage\",,\n\
                     \"epoch\",\"usr\",\"sys\",\"idl\",\"usr\",\"sys\",\"idl\"\n\
                     1564720000.1,1.0,2.0,97.0,1.0,2.0,97.0\n";
        assert_eq!(shown(dstat), 2.0);
        let xentop = "1264510980 vm: 80.0 131072 3.6 | Dom0: 75.0 1048576 28.6\n\
                      1264510981 vm: 10.0 131072 3.6 | Dom0: 5.0 1048576 28.6\n";
        assert!((shown(xentop) - 1.55).abs() < 1e-9);
    }
}
