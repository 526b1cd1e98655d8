//! Logs whose times count from the start of a clock, such as that of a host, get their place from a log of the same run that has the
//! same clock beside the time of day: events of a script with a column `monotonic`. Those that count from an event get it from
//! that event. Logs of a tool that count from its own start get it from an event that is declared for them.
//!
//! The clock of a host goes on through all runs, but another host has another one: only logs of one run share an anchor.

use std::collections::BTreeMap;

use stillstand_parsers::declared::plain;
use stillstand_parsers::{Meaning, Parsed};

use super::config::{Config, nearest};
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

/// The events of a run: when each was, in plain words, and the log.
struct Happened {
    events: Vec<(String, f64)>,
    file: String,
}

/// Places the logs that have times by such a clock only.
pub fn place(files: &mut [LoadedFile], config: &Config) {
    let needs = |file: &LoadedFile| file.logs().any(Parsed::needs_clock_start);
    if !files.iter().any(needs) {
        return;
    }
    let mut anchors: BTreeMap<RunKey, Anchor> = BTreeMap::new();
    let mut happened: BTreeMap<RunKey, Happened> = BTreeMap::new();
    for file in files.iter() {
        if let Some((start_s, apart_s)) = file.log.as_deref().and_then(|log| log.clock_start()) {
            let anchor = Anchor { start_s, apart_s, file: file.file.relative.clone() };
            anchors.entry(file.file.run.clone()).or_insert(anchor);
        }
        if let Some(events) = events(file) {
            happened.entry(file.file.run.clone()).or_insert(events);
        }
    }
    for file in files.iter_mut() {
        let LoadedFile { file: name, log, others, digest, diagnostics, .. } = file;
        let declared = config.service_of(&name.relative).and_then(|logs| logs.since.as_deref());
        let is_first = log.is_some();
        for (number, log) in log.as_deref_mut().into_iter().chain(others).enumerate() {
            if !log.needs_clock_start() {
                continue;
            }
            let found = match log.facts.text("since").or(declared.filter(|_| log.counts_from_its_start())) {
                Some(event) => since_event(event, happened.get(&name.run)),
                None if log.counts_from_its_start() => Err(WITHOUT_START.to_owned()),
                None => by_anchor(anchors.get(&name.run)),
            };
            if let Ok((start_s, _)) = &found {
                log.declare_clock_start(*start_s);
                if number == 0 && is_first {
                    *digest = Digest::of(log);
                }
            }
            diagnostics.push(told(&name.relative, found));
        }
    }
}

/// What is said of a log that counts from a start.
fn told(file: &str, found: Start) -> Diagnostic {
    let (severity, code, message) = match found {
        Ok((_, message)) => (Severity::Note, "clock-anchored", message),
        Err(message) => (Severity::Warning, "clock-without-anchor", message),
    };
    Diagnostic { severity, code, file: Some(file.to_owned()), line: None, column: None, message, text: None }
}

/// The events that a file tells.
fn events(file: &LoadedFile) -> Option<Happened> {
    let log = file.log.as_deref().filter(|log| log.format.meaning() == Meaning::Events)?;
    let (times, texts) = (log.frame.f64s("time").ok()?, log.frame.strs("event").ok()?);
    let events = times.iter().zip(texts.iter()).filter_map(|(t, text)| Some((plain(text?), t?)));
    Some(Happened { events: events.collect(), file: file.file.relative.clone() })
}

/// What is said of a tool that counts from its own start.
const WITHOUT_START: &str = "its times count from the start of the tool, and nothing says when that was: it has no place beside the \
     migration. Let `ts '%.s'` (of moreutils) put a time in front of its lines, or its own option (`--timestamps` of iperf3, \
     `--progress-timestamp` of pgbench, `--log_unix_epoch=1` of fio), or declare [[service]] with `since`, an event of the run, in \
     campaign.toml";

/// When the clock started, and what is said of it; else why that is not known.
type Start = Result<(f64, String), String>;

fn by_anchor(anchor: Option<&Anchor>) -> Start {
    match anchor {
        Some(Anchor { start_s, apart_s, file }) if *apart_s <= APART_S => {
            let message = format!(
                "its times count from the start of a clock; {file} says when that was, to {apart_s:.3} s"
            );
            Ok((*start_s, message))
        }
        Some(anchor) => Err(format!(
            "its times count from the start of a clock, which {} gives as instants up to {:.1} s apart: they have no place",
            anchor.file, anchor.apart_s
        )),
        None => Err("its times count from the start of a clock, and no log of the run says when that was: declare one that has \
                     both as `[[events]]` with `monotonic` in campaign.toml"
            .to_owned()),
    }
}

fn since_event(event: &str, happened: Option<&Happened>) -> Start {
    let Some(Happened { events, file }) = happened else {
        return Err(format!(
            "its times count from the event `{event}`, and the run has no log of events with the time of day: declare one as \
             `[[events]]` in campaign.toml"
        ));
    };
    let wanted = plain(event);
    let mut times = events.iter().filter(|(text, _)| *text == wanted).map(|(_, t)| *t);
    match (times.next(), times.next()) {
        (Some(start_s), None) => {
            Ok((start_s, format!("its times count from the event `{event}`, which {file} tells")))
        }
        (Some(_), Some(_)) => Err(format!(
            "its times count from the event `{event}`, of which {file} has several: they have no place"
        )),
        (None, _) => {
            let mut known: Vec<&str> = events.iter().map(|(text, _)| text.as_str()).collect();
            known.dedup();
            let hint = nearest(&wanted, &known);
            Err(format!(
                "its times count from the event `{event}`, which {file} does not have; it has {}{}",
                known.join(", "),
                hint.replace('\n', ". ")
            ))
        }
    }
}
