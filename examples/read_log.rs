//! Reads a ping log and prints its outage as an interval, with the parsers and the measuring of the library:
//!
//! ```sh
//! cargo run --release --example read_log -- parsers/fixtures/ping/valid/iputils-outage.txt
//! ```

use std::path::Path;

use anyhow::Context as _;
use stillstand::input::config::Config;
use stillstand::input::load::{self, LoadedFile};
use stillstand::input::session::{RunKey, SessionFile};
use stillstand::model::{Factors, Outage};
use stillstand::run::align::{Counters, align};
use stillstand::run::metrics::outage;
use stillstand_parsers as parsers;

fn main() -> anyhow::Result<()> {
    let path = std::env::args_os().nth(1).context("usage: read_log PING-LOG")?;
    println!("{}", interval(&longest_outage(Path::new(&path))?));
    Ok(())
}

/// The longest outage of a ping log. The log alone has no migration request, so every hole in it counts.
pub fn longest_outage(path: &Path) -> anyhow::Result<Outage> {
    // gzip and zstd are unpacked; the format follows from the content.
    let bytes = load::content(std::fs::read(path).with_context(|| path.display().to_string())?)?.bytes;
    let log = parsers::parse(parsers::detect(&bytes)?, &bytes)?;
    for diagnostic in &log.diagnostics {
        eprintln!("{}: {}", diagnostic.severity.name(), diagnostic.message);
    }
    // A campaign of one log: its path and configuration say nothing beyond it.
    let run = RunKey { factors: Factors::new().into(), repetition: 1 };
    let relative = path.display().to_string();
    let file = SessionFile {
        relative,
        path: path.to_owned(),
        run: run.clone(),
        names_repetition: true,
        source: None,
        host: None,
        declared: None,
    };
    let file = LoadedFile::of(file, Some(log));
    let aligned = align(run, &[&file], &Config::parse("")?, &Counters::default());
    let outages = outage::measure(&aligned).outages;
    outages.into_iter().next().context("not a ping log, or its interval is unknown")
}

/// The outage in words: estimate and bounds.
pub fn interval(outage: &Outage) -> String {
    let Outage { estimate_s, lower_s, .. } = outage;
    match outage.upper_s {
        Some(upper_s) => format!("out for {estimate_s:.2} s, between {lower_s:.2} and {upper_s:.2} s"),
        None => format!("out for at least {lower_s:.2} s: the log ends during the outage"),
    }
}
