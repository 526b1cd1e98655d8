//! Times in front of lines that lack their year or their day (`Nov 30 10:53:37 64 bytes from …`) get it from the logs around: those
//! of the same run, or of the folder where the run has none with dates.
//!
//! It counts only where one year or day is possible: the log has to be of the time of one of the others, give or take
//! a day for a year and an hour for a day. Of a year the zone does not matter; a day needs the offset from UTC that is declared. What is missing is said.

use std::collections::BTreeMap;

use stillstand_parsers::Parsed;
use stillstand_parsers::time::{Missing, Start};

use super::digest::Digest;
use super::load::LoadedFile;
use super::session::RunKey;
use crate::input::config::Config;
use crate::model::{Diagnostic, Severity};

/// How far a log may be from another one of its run: several hours for a year, whose zone may be unknown; an hour for a day.
const APART_S: [f64; 2] = [86_400.0, 3600.0];

/// First and last time of a log that has dates, and its name.
type Dated = (f64, f64, String);

/// Dates the logs that lack their year or day, as far as the others tell it.
pub fn complete(files: &mut [LoadedFile], config: &Config) {
    if !files.iter().flat_map(LoadedFile::logs).any(|log| log.missing().is_some()) {
        return;
    }
    let mut of_run: BTreeMap<RunKey, Vec<Dated>> = BTreeMap::new();
    for file in files.iter() {
        if let Some((first, last)) = file.digest.span {
            of_run.entry(file.file.run.clone()).or_default().push((first, last, file.file.relative.clone()));
        }
    }
    let of_folder: Vec<Dated> = of_run.values().flatten().cloned().collect();
    for file in files {
        let around = of_run.get(&file.file.run).unwrap_or(&of_folder);
        let LoadedFile { log, others, diagnostics, digest, .. } = file;
        let mut is_dated = false;
        for log in log.as_deref_mut().into_iter().chain(others) {
            let Some(missing) = log.missing() else { continue };
            match start(log, missing, around, config) {
                Ok((start, from)) => {
                    log.date(start);
                    is_dated = true;
                    tell(diagnostics, missing, Severity::Note, &format!("{from} shows which"));
                    match config.utc_offset_s {
                        Some(offset_s) => log.declare_utc_offset(offset_s),
                        None => tell(
                            diagnostics,
                            missing,
                            Severity::Warning,
                            "but they have no time zone either: declare `utc_offset` in campaign.toml",
                        ),
                    }
                }
                Err(why) => tell(diagnostics, missing, Severity::Warning, why),
            }
        }
        if let Some(log) = log.as_deref().filter(|_| is_dated) {
            *digest = Digest::of(log);
        }
    }
}

/// The only year or day that fits the logs around, and one that shows it; `Err` says what is missing.
fn start<'a>(
    log: &Parsed,
    missing: Missing,
    around: &'a [Dated],
    config: &Config,
) -> Result<(Start, &'a str), &'static str> {
    let (apart_s, offset_s) = match (missing, config.utc_offset_s) {
        (Missing::Year, offset_s) => (APART_S[0], offset_s.unwrap_or(0)),
        (Missing::Day, Some(offset_s)) => (APART_S[1], offset_s),
        (Missing::Day, None) => {
            return Err("declare `utc_offset` in campaign.toml, and other logs may tell it");
        }
    };
    if around.is_empty() {
        return Err("no other log has dates. Record them with dates: `ping -D`, `ts '%.s'`");
    }
    let mut found: Option<(Start, &str)> = None;
    for (first, last, name) in around {
        let offset_s = f64::from(offset_s);
        for start in log.starts_between(first + offset_s - apart_s, last + offset_s + apart_s) {
            match found {
                Some((known, _)) if known != start => {
                    return Err(
                        "the logs around are of several. Record this one with dates: `ping -D`, `ts '%.s'`",
                    );
                }
                Some(_) => {}
                None => found = Some((start, name)),
            }
        }
    }
    found.ok_or("none of the logs around is of that time")
}

/// Says with the warning of the parser what became of it.
fn tell(diagnostics: &mut [Diagnostic], missing: Missing, severity: Severity, what: &str) {
    for told in diagnostics.iter_mut().filter(|told| told.code == missing.code()) {
        told.severity = severity;
        told.message = format!("{}; {what}", told.message);
    }
}
