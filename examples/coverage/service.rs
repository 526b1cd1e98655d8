//! Clients of a service whose outage is known, through the program: how often the bounds by probe hold it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rayon::prelude::*;
use stillstand::input::config::Config;
use stillstand::input::load::LoadedFile;
use stillstand::input::session::{RunKey, SessionFile};
use stillstand::model::{Method, Outage};
use stillstand::run::align::{Counters, align};
use stillstand::run::metrics::outage;
use stillstand_generator::SampleFile;
use stillstand_generator::simulation::service::{Client, Served, declared, serve};
use stillstand_parsers::Meaning;

/// What was made of the runs of a client.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    pub runs: u32,
    /// Of these, the bounds hold the truth.
    pub held: u32,
    pub below: u32,
    pub above: u32,
    /// Upper less lower bound of each run that has both, estimate less truth, and how far off start and end are; seconds.
    pub widths: Vec<f64>,
    pub errors: Vec<f64>,
    pub places: Vec<f64>,
}

impl Tally {
    /// Share of the runs whose bounds hold the truth.
    pub fn coverage(&self) -> f64 {
        f64::from(self.held) / f64::from(self.runs)
    }

    /// Adds a run whose outage went from one instant to the other.
    pub fn add(&mut self, [lost, back]: [f64; 2], outage: Option<&Outage>) {
        const EXACT: f64 = 1e-6;
        let truth = back - lost;
        self.runs += 1;
        let Some(outage) = outage else { return };
        let below = truth < outage.lower_s - EXACT;
        let above = outage.upper_s.is_some_and(|upper| truth > upper + EXACT);
        self.below += u32::from(below);
        self.above += u32::from(above);
        self.held += u32::from(!below && !above);
        self.widths.extend(outage.upper_s.map(|upper| upper - outage.lower_s));
        self.errors.push(outage.estimate_s - truth);
        let ends = [(outage.start_s, lost), (outage.end_s, back)];
        self.places.extend(ends.into_iter().filter_map(|(at, truth)| Some((at? - truth).abs())));
    }
}

/// The runs of a client, by their numbers.
pub fn tally(client: &Client, numbers: std::ops::Range<u32>) -> Tally {
    let config = Config::parse(&declared(client)).expect("a declared table");
    let outages: Vec<(Served, Option<Outage>)> = numbers
        .into_par_iter()
        .map(|number| {
            let served = serve(client, number);
            let outage = measure(&served.files, &config, Method::Probe);
            (served, outage)
        })
        .collect();
    let mut tally = Tally::default();
    for (served, outage) in &outages {
        tally.add([served.lost, served.back], outage.as_ref());
    }
    tally
}

/// The outage by a method that the program reads off these logs.
pub fn measure(files: &[SampleFile], config: &Config, method: Method) -> Option<Outage> {
    let files: Vec<LoadedFile> = files
        .iter()
        .map(|file| {
            let declared = (file.name == "probe.csv").then_some(0);
            let log = match declared.and_then(|number| config.declared.get(number)) {
                Some(table) => table.read(&file.bytes).expect("its columns").ok(),
                // Of a tool with results and intervals these.
                None => {
                    let logs = stillstand_parsers::read(&file.bytes).unwrap_or_default();
                    logs.into_iter().flatten().max_by_key(|log| log.format.meaning() == Meaning::Work)
                }
            };
            assert!(log.is_some(), "{} cannot be read: {}", file.name, String::from_utf8_lossy(&file.bytes));
            let run = RunKey { factors: BTreeMap::new().into(), repetition: 1 };
            let file = SessionFile {
                path: PathBuf::from(&file.name),
                relative: file.name.clone(),
                run,
                names_repetition: true,
                source: None,
                host: None,
                declared,
            };
            LoadedFile::of(file, log)
        })
        .collect();
    let key = RunKey { factors: BTreeMap::new().into(), repetition: 1 };
    let run = align(key, &files.iter().collect::<Vec<_>>(), config, &Counters::default());
    let measured = outage::measure(&run);
    measured.outages.into_iter().find(|outage| outage.method == method)
}
