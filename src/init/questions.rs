//! What neither names nor contents tell, asked where a person is there to answer.
//!
//! A question that is left open (Enter) changes nothing: then all is as without anybody to ask. Nothing is asked that the logs
//! tell, nor what reports estimate better than people remember, such as the offsets of clocks.

use std::collections::BTreeSet;

use regex::Regex;
use stillstand_parsers::FORMATS;
use stillstand_parsers::time::utc_offset_s;

use super::evidence::{Evidence, Guess, NO_ROLE};
use super::factors;
use super::naming::apply;
use super::{Log, Names};
use crate::input::config::RoleKey;

/// Somebody to ask.
pub trait Asks {
    /// The place of one of `options`; `None` where the question is left open, which does what `open` says.
    fn choose(&mut self, question: &str, options: &[String], open: &str) -> Option<usize>;

    /// A word that `check` has nothing against; `None` where the question is left open, which does what `open` says.
    fn word(
        &mut self,
        question: &str,
        open: &str,
        check: &dyn Fn(&str) -> Result<(), String>,
    ) -> Option<String>;
}

/// What stands where a value would say from what it was guessed.
pub const ANSWERED: &str = "answered, when init asked";

/// More levels than these fill the terminal.
const MOST_LEVELS: usize = 20;

/// What the parts of the names mean.
pub(super) fn of_names(names: &mut Names, logs: &[Log], asks: &mut dyn Asks) {
    numbers(names, logs, asks);
    if !names.count() {
        signs(names, logs, asks);
    }
    unnamed(names, logs, asks);
    reference(names, asks);
}

/// Whether numbers that may be conditions are repetitions.
fn numbers(names: &mut Names, logs: &[Log], asks: &mut dyn Asks) {
    let Some(doubt) = &names.doubt else { return };
    let doubt = doubt.split_once(". If they are").map_or(doubt.as_str(), |(first, _)| first);
    let question = format!("What are the numbers in the names? {doubt}.");
    let options = ["repetitions of one condition", "different conditions"].map(str::to_owned);
    let answer = asks.choose(&question, &options, "they are taken for repetitions, and reports warn");
    // The way the names are read by default, said as a pattern.
    let rest = format!(r"(?<source>{}[^/.-]+)(?:-(?<host>[^/]+?))?(?:\.[^/.]*)?$", sources(logs));
    match (answer, &names.pattern) {
        (Some(0), Some(_)) => names.doubt = None,
        (Some(0), None) => {
            let pattern = format!(r"^(?:.*/)?(?<load>[^/]*?[^/\d_-])[_-]?(?<repetition>\d+)-{rest}");
            let before = names.assigned.clone();
            if names.read_by(logs, pattern, vec!["load".to_owned()]) {
                // A pattern that means something else is none.
                if names.assigned != before {
                    names.pattern = None;
                    names.assigned = before;
                    names.sort_in(logs);
                }
                names.doubt = None;
            }
        }
        (Some(_), Some(pattern)) => {
            let pattern = pattern.replace("(?<repetition>", "(?<number>");
            let factors = names.order.iter().cloned().chain(["number".to_owned()]).collect();
            names.read_by(logs, pattern, factors);
        }
        (Some(_), None) => {
            names.read_by(logs, format!(r"^(?:.*/)?(?<load>[^/-]+)-{rest}"), vec!["load".to_owned()]);
        }
        (None, _) => {}
    }
}

/// The names of sources with a hyphen in them that the files have, such as `migration-time|`.
fn sources(logs: &[Log]) -> String {
    let is_there = |name: &&str| name.contains('-') && logs.iter().any(|log| log.relative.contains(name));
    let mut names: Vec<&str> =
        FORMATS.iter().flat_map(|format| format.file_names()).filter(is_there).collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names.into_iter().map(|name| format!("{name}|")).collect()
}

/// Whether a factor with levels such as a, b, c or 1, 2, 3 counts repetitions, where nothing else does.
fn signs(names: &mut Names, logs: &[Log], asks: &mut dyn Asks) {
    for factor in names.order.clone() {
        let Some(levels) = names.factors.get(&factor).filter(|levels| counts(levels)) else { continue };
        let question = format!("What are {} in the names?", factors::in_order(levels).join(", "));
        let options = ["the repetition".to_owned(), "a setting that differs".to_owned()];
        if asks.choose(&question, &options, "it is taken for a setting") != Some(0) {
            continue;
        }
        let Some(pattern) = &names.pattern else { return };
        let is_number = levels.iter().all(|level| level.parse::<u32>().is_ok());
        // Letters cannot be counted; without them the logs of a condition go on counting in the order of their names.
        let group = if is_number { "(?<repetition>" } else { "(?:" };
        let pattern = pattern.replace(&format!("(?<{factor}>"), group);
        let others = names.order.iter().filter(|other| **other != factor).cloned().collect();
        names.read_by(logs, pattern, others);
        return;
    }
}

/// Whether levels look as if they counted.
fn counts(levels: &BTreeSet<String>) -> bool {
    let is_sign = |level: &String| {
        let mut signs = level.chars();
        let is_letter = signs.next().is_some_and(char::is_alphabetic) && signs.next().is_none();
        is_letter || (level.len() <= 2 && level.parse::<u32>().is_ok())
    };
    levels.len() > 1 && levels.iter().all(is_sign)
}

/// The names of factors that have none.
fn unnamed(names: &mut Names, logs: &[Log], asks: &mut dyn Asks) {
    for factor in names.order.clone() {
        let Some(levels) = names.factors.get(&factor).filter(|_| factor.starts_with("factor")) else {
            continue;
        };
        let (Some(pattern), true) = (&names.pattern, levels.len() > 1) else { continue };
        let levels = factors::in_order(levels);
        let shown = levels.iter().take(MOST_LEVELS).map(String::as_str).collect::<Vec<_>>().join(", ");
        let taken = &names.order;
        let check = |word: &str| {
            let may_begin = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            let is_word = may_begin && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if !is_word {
                return Err("a name of letters, digits and _ is needed, such as vm_memory_mb".to_owned());
            }
            let is_taken =
                ["repetition", "source", "host"].contains(&word) || taken.iter().any(|known| known == word);
            if is_taken { Err(format!("{word} is the name of something else")) } else { Ok(()) }
        };
        let question = format!("What do these name: {shown}? A word, such as vm_memory_mb");
        let Some(word) = asks.word(&question, &format!("it is called {factor}"), &check) else { continue };
        let pattern = pattern.replace(&format!("(?<{factor}>"), &format!("(?<{word}>"));
        let order =
            names.order.iter().map(|known| if *known == factor { word.clone() } else { known.clone() });
        let order = order.collect();
        names.read_by(logs, pattern, order);
    }
}

/// The condition that the others are compared with, where no name says it.
fn reference(names: &mut Names, asks: &mut dyn Asks) {
    let varying: Vec<(String, Vec<String>)> = names
        .factors
        .iter()
        .filter(|(_, levels)| levels.len() > 1)
        .map(|(factor, levels)| (factor.clone(), factors::in_order(levels)))
        .collect();
    let is_clear = varying.len() == 1 && names.references().len() == 1;
    if varying.is_empty() || is_clear || varying.iter().any(|(_, levels)| levels.len() > MOST_LEVELS) {
        return;
    }
    let mut reference = Vec::new();
    for (factor, levels) in varying {
        let question = format!("Which {factor} are the others compared with?");
        let Some(chosen) = asks.choose(&question, &levels, "nothing is compared") else { return };
        reference.extend(levels.into_iter().nth(chosen).map(|level| (factor, level)));
    }
    names.reference = reference;
}

/// What the contents of the logs leave open.
pub(super) fn of_evidence(evidence: &mut Evidence, asks: &mut dyn Asks) {
    role(evidence, RoleKey::Source, "Which host has the VM before the migration (the source)?", asks);
    role(evidence, RoleKey::Target, "Which host has the VM after the migration (the target)?", asks);
    if evidence.utc_offset.is_err() && evidence.needs_offset {
        let check = |word: &str| match utc_offset_s(word) {
            Some(_) => Ok(()),
            None => Err("a form like +01:00, or UTC, is needed".to_owned()),
        };
        let question = "In which zone are the local times of the logs? Its offset from UTC, such as +01:00";
        if let Some(offset) = asks.word(question, "they stay without a zone", &check) {
            evidence.utc_offset = Ok(answered(offset));
        }
    }
    if evidence.vm.is_err() && !evidence.vms.is_empty() {
        let question = "Which VM migrates?";
        let chosen = asks.choose(question, &evidence.vms, "no VM is named");
        if let Some(vm) = chosen.and_then(|chosen| evidence.vms.get(chosen)) {
            evidence.vm = Ok(answered(vm.clone()));
        }
    }
    let has_xentop = evidence.has_xentop;
    for host in evidence.hosts.iter_mut().filter(|host| has_xentop && host.role.value != RoleKey::Observer) {
        if host.cpus.is_ok() {
            continue;
        }
        let check = |word: &str| match word.parse::<u32>() {
            Ok(1..=65_536) => Ok(()),
            _ => Err("a number is needed".to_owned()),
        };
        let question = format!("How many CPUs has {}?", host.name);
        let cpus = asks.word(&question, "1 is assumed", &check).and_then(|word| word.parse::<u32>().ok());
        if let Some(cpus) = cpus {
            host.cpus = Ok(answered(cpus));
        }
    }
}

/// Which host has a role, where no host is known to have it and there are some of which nothing is known.
fn role(evidence: &mut Evidence, role: RoleKey, question: &str, asks: &mut dyn Asks) {
    if evidence.hosts.iter().any(|host| host.role.value == role) {
        return;
    }
    let open = |host: &&mut super::evidence::HostGuess| host.role.evidence == NO_ROLE;
    let unknown: Vec<String> = evidence.hosts.iter_mut().filter(open).map(|host| host.name.clone()).collect();
    if unknown.is_empty() {
        return;
    }
    let chosen = asks.choose(question, &unknown, "none of these");
    let name = chosen.and_then(|chosen| unknown.get(chosen));
    if let Some(host) = evidence.hosts.iter_mut().find(|host| Some(&host.name) == name) {
        host.role = answered(role);
    }
    evidence.hosts.sort_by_key(|host| (host.role.value as u8, host.name.clone()));
}

fn answered<T>(value: T) -> Guess<T> {
    Guess { value, evidence: ANSWERED.to_owned() }
}

impl Names {
    /// Reads the names by another pattern, unless it fits fewer of them; says whether it does.
    fn read_by(&mut self, logs: &[Log], pattern: String, factors: Vec<String>) -> bool {
        let Ok(regex) = Regex::new(&pattern) else { return false };
        let assigned: Vec<_> = logs.iter().map(|log| apply(&regex, &factors, &log.relative)).collect();
        if assigned.iter().flatten().count() < self.placed {
            return false;
        }
        self.pattern = Some(pattern);
        self.order = factors;
        self.assigned = assigned;
        self.doubt = None;
        self.sort_in(logs);
        true
    }
}
