//! What a tool says of each interval is a log of the service beside a migration. Where no log of its condition tells of a migration
//! it is of no use: results of benchmarks are what stands at the end of their logs.

use std::collections::BTreeSet;
use std::sync::Arc;

use stillstand_parsers::{Meaning, Parsed};

use super::digest::Digest;
use super::load::LoadedFile;
use crate::model::{Diagnostic, Factors, Severity};

/// Leaves out such logs in conditions without a migration.
pub fn settle(files: &mut [LoadedFile]) {
    let logs = |file: &LoadedFile| -> Vec<Meaning> {
        let told = file.logs().filter(|log| log.format.meaning() != Meaning::Request || tells_request(log));
        told.map(|log| log.format.meaning()).collect()
    };
    // A table of migrations says itself of which conditions its rows are.
    if files.iter().flat_map(logs).any(|meaning| meaning == Meaning::Migrations) {
        return;
    }
    let migrating = files.iter().filter(|file| logs(file).into_iter().any(is_of_migration));
    let migrating: BTreeSet<Arc<Factors>> = migrating.map(|file| file.file.run.factors.clone()).collect();
    for file in files.iter_mut().filter(|file| !migrating.contains(&file.file.run.factors)) {
        file.others.retain(|log| !is_work(log));
        let Some(log) = file.log.take_if(|log| is_work(log)) else { continue };
        file.dropped = false;
        let told = left_out(file, &log);
        file.log = (!file.others.is_empty()).then(|| Box::new(file.others.remove(0)));
        file.digest = file.log.as_deref().map(Digest::of).unwrap_or_default();
        if file.log.is_none() {
            file.diagnostics.push(told);
        }
    }
}

fn is_work(log: &Parsed) -> bool {
    log.format.meaning() == Meaning::Work
}

/// Whether the log of a command's times says when it was started, as those of migrations do. What it says of itself stays when its
/// rows are dropped.
pub fn tells_request(log: &Parsed) -> bool {
    log.facts.float("request_resolution_s").is_some()
}

/// Whether such a log says when a migration was requested, or how it went.
fn is_of_migration(meaning: Meaning) -> bool {
    match meaning {
        Meaning::Hypervisor(_) | Meaning::Events | Meaning::Migrations | Meaning::Request => true,
        Meaning::HostSamples
        | Meaning::Domains(_)
        | Meaning::Replies { .. }
        | Meaning::Requests
        | Meaning::Packets
        | Meaning::Quantities
        | Meaning::Work
        | Meaning::GuestClock
        | Meaning::Stream
        | Meaning::Messages
        | Meaning::Benchmark(_) => false,
    }
}

fn left_out(file: &LoadedFile, log: &Parsed) -> Diagnostic {
    let name = log.format.name();
    Diagnostic {
        severity: Severity::Warning,
        code: "intervals-without-migration",
        file: Some(file.file.relative.clone()),
        line: None,
        column: None,
        message: format!(
            "the file is {name}: what was done in each interval, which counts beside a migration; no log of the condition tells of \
             one, and it is not used. As the result of a benchmark what the tool says at its end is read (of iperf3 the output of \
             `-J`, of fio that of `--output-format=json`)"
        ),
        text: None,
    }
}
