//! The campaigns against their promises: the files in the repository are those that the generator
//! writes, the published numbers come back from their bytes, and every peculiarity is where the
//! README says. Reads the files with a few lines of its own, not with the parsers.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod cpu_cap;
mod hypervisor_sweep;
mod xen_efficiency;
mod xen_live_migration;
mod xen_precopy;
mod xen_stream;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use stillstand_generator::SampleFile;

/// Files of a campaign's folder that people write.
const BY_HAND: [&str; 2] = ["README.md", "campaign.toml"];

/// A campaign's folder holds what was generated and nothing else but what people write.
fn check_repository(campaign: &str, generated: &[SampleFile], limit: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(campaign);
    for file in generated {
        let committed = fs::read(folder.join(&file.name)).unwrap_or_default();
        assert!(committed == file.bytes, "{} differs: run the generator", file.name);
    }
    for name in names(&folder, "") {
        let known = BY_HAND.contains(&name.as_str()) || generated.iter().any(|file| name == file.name);
        assert!(known, "{name} is left over");
    }
    let size: usize = generated.iter().map(|file| file.bytes.len()).sum();
    assert!(size < limit, "{size} bytes");
}

/// The files of a folder and of those in it, by their path below it, which `above` begins.
fn names(folder: &Path, above: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = format!("{above}{}", entry.file_name().into_string().expect("a plain name"));
        if entry.file_type().expect("a kind").is_dir() {
            found.extend(names(&entry.path(), &format!("{name}/")));
        } else {
            found.push(name);
        }
    }
    found
}

/// The text of every file by its name.
fn texts(files: Vec<SampleFile>) -> BTreeMap<String, String> {
    files.into_iter().map(|file| (file.name, String::from_utf8(file.bytes).expect("a log is text"))).collect()
}

/// Seconds since midnight of a stamp of the VM's clock.
fn time_of_day(stamp: &str) -> f64 {
    let cells: Vec<f64> =
        stamp.split(':').map(|cell| cell.replace(',', ".").parse().expect("a number")).collect();
    cells[0] * 3600.0 + cells[1] * 60.0 + cells[2]
}

/// The steps of the VM's clock in seconds, each with the stamps before and after it.
fn steps(zeit: &str) -> Vec<(f64, [&str; 2])> {
    let stamps: Vec<&str> = zeit.lines().skip(1).filter(|line| line.len() == 18).collect();
    stamps
        .windows(2)
        .map(|pair| {
            let step = time_of_day(pair[1]) - time_of_day(pair[0]);
            (step.rem_euclid(86_400.0), [pair[0], pair[1]])
        })
        .collect()
}

fn largest_step(zeit: &str) -> (f64, [&str; 2]) {
    steps(zeit).into_iter().max_by(|a, b| a.0.total_cmp(&b.0)).expect("at least two stamps")
}

/// Duration of the migration process in seconds.
fn duration(migration_time: &str) -> f64 {
    let (minutes, rest) = migration_time[11..].split_once(':').expect("minutes");
    let seconds = rest.split(' ').next().expect("seconds");
    minutes.parse::<f64>().expect("a number") * 60.0 + seconds.parse::<f64>().expect("a number")
}
