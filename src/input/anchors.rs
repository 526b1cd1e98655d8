//! Logs whose times count from the start of a clock, such as that of a host, get their place from a log of the same run that has the
//! same clock beside the time of day: events of a script with a column `monotonic`.
//!
//! The clock of a host goes on through all runs, but another host has another one: only logs of one run share an anchor.

use std::collections::BTreeMap;

use super::digest::Digest;
use super::load::LoadedFile;
use super::session::RunKey;
use crate::model::{Diagnostic, Severity};

/// How far the starts that the rows of an anchor tell may lie from each other, seconds. Beyond that its clock was set meanwhile, or
/// the two columns are not of one instant.
const APART_S: f64 = 1.0;

/// Where the clock of a run started, and the log that tells.
struct Anchor {
    start_s: f64,
    apart_s: f64,
    file: String,
}

/// Places the logs that have times by such a clock only.
pub fn place(files: &mut [LoadedFile]) {
    let needs = |file: &LoadedFile| file.log.as_ref().is_some_and(|log| log.needs_clock_start());
    if !files.iter().any(needs) {
        return;
    }
    let mut anchors: BTreeMap<RunKey, Anchor> = BTreeMap::new();
    for file in files.iter() {
        if let Some((start_s, apart_s)) = file.log.as_ref().and_then(|log| log.clock_start()) {
            let anchor = Anchor { start_s, apart_s, file: file.file.relative.clone() };
            anchors.entry(file.file.run.clone()).or_insert(anchor);
        }
    }
    for file in files.iter_mut().filter(|file| needs(file)) {
        let (severity, code, message) = match anchors.get(&file.file.run) {
            Some(anchor) if anchor.apart_s <= APART_S => {
                if let Some(log) = &mut file.log {
                    log.declare_clock_start(anchor.start_s);
                    file.digest = Digest::of(log);
                }
                let message = format!(
                    "its times count from the start of a clock; {} says when that was, to {:.3} s",
                    anchor.file, anchor.apart_s
                );
                (Severity::Note, "clock-anchored", message)
            }
            Some(anchor) => {
                let message = format!(
                    "its times count from the start of a clock, which {} gives as instants up to {:.1} s apart: they have no \
                     place",
                    anchor.file, anchor.apart_s
                );
                (Severity::Warning, "clock-without-anchor", message)
            }
            None => {
                let message = "its times count from the start of a clock, and no log of the run says when that was: declare one \
                               that has both as `[[events]]` with `monotonic` in campaign.toml"
                    .to_owned();
                (Severity::Warning, "clock-without-anchor", message)
            }
        };
        let file_name = Some(file.file.relative.clone());
        file.diagnostics.push(Diagnostic {
            severity,
            code,
            file: file_name,
            line: None,
            column: None,
            message,
            text: None,
        });
    }
}
