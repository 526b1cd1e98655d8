//! The text of the proposed `campaign.toml`, and what the terminal shows.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::evidence::{Evidence, Guess, Guessed, HostGuess, count};
use super::factors;
use super::questions::ANSWERED;
use super::strings::{key, literal, quoted};
use super::tables::Line;
use super::{Names, Proposal, Proposed};
use crate::input::config::RoleKey;

/// Longest line of a comment.
const WIDTH: usize = 100;

/// What was found, as a file and as lines for the terminal.
pub fn proposal(
    names: Option<&Names>,
    evidence: &Evidence,
    logs: usize,
    others: &[&str],
    proposed: &[Proposed<'_>],
) -> Proposal {
    let mut file = File::default();
    file.comment(&format!(
        "Proposed by `stillstand init` from the names and contents of {}. Values below a comment `guessed:` are \
         guesses: correct those that are wrong. Lines that begin with `# key =` are values that the logs do not \
         show. docs/campaign-toml.md explains every key.",
        count(logs, "log")
    ));
    file.line("");
    file.comment("Title of the report; without it the name of the folder.");
    file.line("# title = \"Live migration under load\"");
    file.line("");
    offset(&mut file, evidence);
    vm(&mut file, evidence);
    hosts(&mut file, evidence);
    runs(&mut file, names);
    naming(&mut file, names);
    intervals(&mut file, evidence);
    tables(&mut file, proposed);
    let check = proposed.iter().flat_map(to_check).chain(check(names, evidence)).collect();
    let mut found = found(names, evidence, logs, others);
    found.extend(proposed.iter().filter(|proposed| !proposed.is_off).map(in_use));
    Proposal { text: file.text, found, check }
}

/// What is declared of tables of no known format; as comments where a question is open that has to be answered before.
fn tables(file: &mut File, proposed: &[Proposed<'_>]) {
    for proposed in proposed {
        let declaration = &proposed.table.declaration;
        let (files, name) = (literal(&proposed.files), declaration.kind.name());
        file.line("");
        if proposed.is_off {
            file.comment(&format!(
                "{} may hold {}. To use this, correct it and take the `# ` away:",
                proposed.files(),
                declaration.what
            ));
            // What is said stands above, so that nothing but keys comes out of the comment.
            for line in &declaration.lines {
                if let Line::Said(text) = line {
                    file.comment(text);
                }
            }
            file.line(&format!("# [[{name}]]\n# files = {files}"));
            for line in &declaration.lines {
                match line {
                    Line::Said(_) => {}
                    Line::Key(key) => file.line(&format!("# {key}")),
                    Line::Off(key) => file.line(&format!("# # {key}")),
                }
            }
            continue;
        }
        file.line(&format!("[[{name}]]"));
        file.comment(&format!("guessed: {}, by headings and values {}.", proposed.files(), declaration.what));
        file.line(&format!("files = {files}"));
        for line in &declaration.lines {
            match line {
                Line::Said(text) => file.comment(text),
                Line::Key(key) => file.line(key),
                Line::Off(key) => file.line(&format!("# {key}")),
            }
        }
    }
}

impl Proposed<'_> {
    fn example(&self) -> &str {
        self.table.files.first().map_or("", String::as_str)
    }

    /// `probe.csv`, or `6 files such as idle/1/probe.csv`.
    fn files(&self) -> String {
        match self.table.files.len() {
            1 => self.example().to_owned(),
            several => format!("{} such as {}", count(several, "file"), self.example()),
        }
    }
}

/// What a table is used as, for the terminal.
fn in_use(proposed: &Proposed<'_>) -> String {
    let declaration = &proposed.table.declaration;
    format!("{}: {}, {}", declaration.kind.name(), proposed.files(), declaration.what)
}

/// What a person has to look at in a table, for the terminal.
fn to_check(proposed: &Proposed<'_>) -> Vec<String> {
    let declaration = &proposed.table.declaration;
    let of = |check: &String| format!("[[{}]] of {}: {check}", declaration.kind.name(), proposed.example());
    let off = proposed.is_off.then(|| {
        format!(
            "{}, of no known format, with a time: a [[{}]] table is proposed as a comment",
            proposed.files(),
            declaration.kind.name()
        )
    });
    off.into_iter().chain(declaration.check.iter().map(of)).collect()
}

#[derive(Default)]
struct File {
    text: String,
}

impl File {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// A comment, broken into lines.
    fn comment(&mut self, text: &str) {
        let mut line = String::from("#");
        let printable: String = text.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
        for word in printable.split(' ') {
            if line.chars().count() + 1 + word.chars().count() > WIDTH && line.len() > 1 {
                self.line(&line);
                line = String::from("#");
            }
            line.push(' ');
            line.push_str(word);
        }
        self.line(&line);
    }

    fn guess<T>(&mut self, guess: &Guess<T>, line: &str) {
        let is_answer = guess.evidence == ANSWERED;
        self.comment(&if is_answer {
            format!("{ANSWERED}.")
        } else {
            format!("guessed: {}", guess.evidence)
        });
        self.line(line);
    }

    /// A guess as `key = value`, or the reason why there is none above an example.
    fn guessed<T>(
        &mut self,
        guessed: &Guessed<T>,
        what: &str,
        key: &str,
        show: impl Fn(&T) -> String,
        example: &str,
    ) {
        match guessed {
            Ok(guess) => self.guess(guess, &format!("{key} = {}", show(&guess.value))),
            Err(why) => {
                self.comment(&format!("{what}: {why}."));
                self.line(&format!("# {key} = {example}"));
            }
        }
    }
}

fn offset(file: &mut File, evidence: &Evidence) {
    file.guessed(
        &evidence.utc_offset,
        "Offset of the local time in the VM from UTC",
        "utc_offset",
        |offset| quoted(offset),
        "\"+01:00\"",
    );
}

fn vm(file: &mut File, evidence: &Evidence) {
    file.line("\n[vm]");
    file.guessed(&evidence.vm, "Name of the VM that migrates", "name", |name| quoted(name), "\"vm\"");
    file.guessed(
        &evidence.memory_mib,
        "Memory of the VM in MiB",
        "memory_mib",
        |mib| format!("{mib}"),
        "1024",
    );
    file.comment("Seconds by which the VM's clock is ahead of the observer's; reports estimate it.");
    file.line("# clock_offset_s = 0.0");
}

fn role(role: RoleKey) -> &'static str {
    match role {
        RoleKey::Source => "source",
        RoleKey::Target => "target",
        RoleKey::Observer => "observer",
    }
}

fn hosts(file: &mut File, evidence: &Evidence) {
    for host in &evidence.hosts {
        file.line("\n[[hosts]]");
        file.line(&format!("name = {}", quoted(&host.name)));
        file.guess(&host.role, &format!("role = \"{}\"", role(host.role.value)));
        file.guessed(&host.cpus, "Number of CPUs", "cpus", u32::to_string, "1");
        file.comment("Seconds by which this host's clock is ahead of the observer's; reports estimate it.");
        file.line("# clock_offset_s = 0.0");
    }
    if !evidence.hosts.iter().any(|host| host.role.value == RoleKey::Observer) {
        file.line("");
        file.comment("No log names the observer, the host that runs ping or another client. To declare it:");
        file.line("# [[hosts]]\n# name = \"observer\"\n# role = \"observer\"");
    }
}

fn runs(file: &mut File, names: Option<&Names>) {
    file.line("");
    file.comment("Factors that are the same in all runs, and therefore not in the names. For example:");
    file.line("# [factors]\n# service = \"ping\"");
    let Some(names) = names else { return };
    if names.factors.values().any(|levels| levels.len() > 1) {
        file.line("\n[order]");
        file.comment("guessed: possible references first, then by name.");
    }
    for (factor, levels) in names.factors.iter().filter(|(_, levels)| levels.len() > 1) {
        let levels: Vec<String> = factors::in_order(levels).iter().map(|level| quoted(level)).collect();
        file.line(&format!("{} = [{}]", key(factor), levels.join(", ")));
    }
    reference(file, names);
}

/// The condition that others are compared with: active where its name tells it, else an example.
fn reference(file: &mut File, names: &Names) {
    let varying: Vec<_> = names.factors.iter().filter(|(_, levels)| levels.len() > 1).collect();
    if varying.is_empty() {
        return;
    }
    file.line("");
    if !names.reference.is_empty() {
        file.line("[reference]");
        file.comment(&format!("{ANSWERED}."));
        for (factor, level) in &names.reference {
            file.line(&format!("{} = {}", key(factor), quoted(level)));
        }
        return;
    }
    if let ([(factor, level)], 1) = (names.references().as_slice(), varying.len()) {
        file.line("[reference]");
        file.comment("guessed: from its name.");
        file.line(&format!("{} = {}", key(factor), quoted(level)));
        return;
    }
    file.comment(
        "The condition that the others are compared with; one level of every factor that varies. Without it there \
         are no comparisons, unless a single condition has a level called none, idle or baseline.",
    );
    file.line("# [reference]");
    for (factor, levels) in varying {
        let first = factors::in_order(levels).into_iter().next().unwrap_or_default();
        file.line(&format!("# {} = {}", key(factor), quoted(&first)));
    }
}

fn naming(file: &mut File, names: Option<&Names>) {
    file.line("");
    match names {
        None => {
            file.comment(
                "The names of the files do not show which logs belong to one run: no number in them counts \
                 repetitions. Rename the files, for example to load/repetition/source-host.csv, or describe their \
                 paths with a regular expression that has the groups repetition, source, host and load:",
            );
            file.line("# [naming]");
            file.line(r"# pattern = '^(?<load>[^/]+)/(?<repetition>\d+)/(?<source>[^/.-]+)(?:-(?<host>[^/.]+))?\.[^/.]+$'");
        }
        Some(Names { pattern: None, placed, logs, .. }) => {
            file.comment(&format!(
                "The default naming fits {placed} of {}, so there is no pattern. Where it is wrong:",
                count(*logs, "log")
            ));
            file.line("# [naming]");
            file.line(r"# pattern = '^(?<load>[^/\d]+)(?<repetition>\d+)-(?<source>[^/.-]+)(?:-(?<host>[^/.]+))?\.[^/.]+$'");
        }
        Some(names @ Names { pattern: Some(pattern), .. }) => {
            file.line("[naming]");
            let mut text = format!("guessed: fits {} of {}", names.placed, count(names.logs, "log"));
            if let Some(left_out) = &names.left_out {
                let _ = write!(text, ", not `{left_out}`");
            }
            let _ = write!(
                text,
                ". Groups other than repetition, source and host are factors; rename them freely."
            );
            if !names.count() {
                text.push_str(
                    " No number in the names counts repetitions: logs of one kind and condition go on counting, in the \
                     order of their names.",
                );
            }
            file.comment(&text);
            file.line(&format!("pattern = {}", literal(pattern)));
        }
    }
}

fn intervals(file: &mut File, evidence: &Evidence) {
    let seconds = |interval: &f64| format!("{interval:?}");
    if evidence.has_ping {
        file.line("\n[ping]");
        file.guessed(&evidence.ping_interval, "Seconds between two requests", "interval_s", seconds, "0.2");
    }
    if evidence.has_xentop {
        file.line("\n[xentop]");
        file.comment(
            "True seconds between two samples of xentop: a little more than its -d, so that the difference \
             accumulates over a run. By default matched to dstat where possible, else 1.0.",
        );
        file.line("# period_s = 1.02");
    }
}

/// What was found, for the terminal.
fn found(names: Option<&Names>, evidence: &Evidence, logs: usize, others: &[&str]) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(names) = names {
        let runs: usize = names.conditions.values().map(BTreeSet::len).sum();
        let what = if names.count() { "run" } else { "condition" };
        lines.push(format!("{} of {}", count(logs, "log"), count(runs, what)));
        for (factor, levels) in &names.factors {
            lines.push(format!("{factor}: {}", factors::in_order(levels).join(", ")));
        }
        let counted = if names.count() { repetitions(names) } else { "not in the names".to_owned() };
        lines.push(format!("repetitions: {counted}"));
    } else {
        lines.push(count(logs, "log"));
    }
    let host = |host: &HostGuess| match &host.cpus {
        Ok(cpus) => {
            format!("{} ({}, {})", host.name, role(host.role.value), count(cpus.value as usize, "CPU"))
        }
        Err(_) => format!("{} ({})", host.name, role(host.role.value)),
    };
    if !evidence.hosts.is_empty() {
        lines.push(format!("hosts: {}", evidence.hosts.iter().map(host).collect::<Vec<_>>().join(", ")));
    }
    lines.extend(evidence.vm.iter().map(|vm| format!("VM: {}", vm.value)));
    lines.extend(evidence.ping_interval.iter().map(|interval| format!("ping: every {} s", interval.value)));
    lines.extend(evidence.utc_offset.iter().map(|offset| format!("offset from UTC: {}", offset.value)));
    match names {
        Some(Names { pattern: None, .. }) => lines.push("naming: default".to_owned()),
        Some(Names { pattern: Some(pattern), placed, logs, .. }) => {
            lines.push(format!("naming: {pattern} fits {placed} of {}", count(*logs, "log")));
        }
        None => {}
    }
    if let Some(first) = others.first() {
        let more = if others.len() > 1 { ", …" } else { "" };
        lines.push(format!("not in a known format: {} ({first}{more})", count(others.len(), "file")));
    }
    lines
}

/// `1 to 5`, `1 to 5 (memtester 4 of them)`.
fn repetitions(names: &Names) -> String {
    let all: BTreeSet<u32> = names.conditions.values().flatten().copied().collect();
    let range = match (all.first(), all.last()) {
        (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
        (Some(only), _) => only.to_string(),
        _ => "none".to_owned(),
    };
    let most = names.conditions.values().map(BTreeSet::len).max().unwrap_or(0);
    let fewer: Vec<String> = names
        .conditions
        .iter()
        .filter(|(_, repetitions)| repetitions.len() < most)
        .map(|(levels, repetitions)| format!("{} {}", levels.join(" "), repetitions.len()))
        .collect();
    if fewer.is_empty() { range } else { format!("{range} (fewer: {})", fewer.join(", ")) }
}

/// What a person has to look at, for the terminal.
fn check(names: Option<&Names>, evidence: &Evidence) -> Vec<String> {
    let mut lines = Vec::new();
    match names {
        None => lines.push(
            "naming: the names do not show which logs belong to one run; reports need a naming.pattern or other \
             names"
                .to_owned(),
        ),
        Some(names) => {
            if let Some(left_out) = &names.left_out {
                lines.push(format!(
                    "{} fit no run, for example {left_out}",
                    count(names.logs - names.placed, "log")
                ));
            }
            lines.extend(names.doubt.iter().map(|doubt| format!("naming: {doubt}")));
            if !names.count() {
                lines.push("naming: logs of one kind and condition go on counting as its repetitions".to_owned());
            }
            if names.doubles > 0 && names.count() {
                let doubles = count(names.doubles, "log");
                lines.push(format!("naming: {doubles} would be the second of their kind in their run"));
            }
            if names.apart > 0 && names.count() {
                let apart = count(names.apart, "run");
                lines.push(format!("naming: {apart} would have logs whose times do not overlap"));
            }
            let varying = names.factors.values().filter(|levels| levels.len() > 1).count();
            let is_answered = !names.reference.is_empty();
            if !is_answered && varying > 1 || (!is_answered && varying == 1 && names.references().len() != 1) {
                lines.push("reference: the condition to compare with is not clear".to_owned());
            }
            for factor in names.factors.keys().filter(|factor| factor.starts_with("factor")) {
                lines.push(format!("{factor}: rename this group of naming.pattern"));
            }
        }
    }
    for host in &evidence.hosts {
        match &host.cpus {
            Ok(cpus) => lines.push(format!("cpus of {}: {} ({})", host.name, cpus.value, cpus.evidence)),
            Err(_) if host.role.value == RoleKey::Observer => {}
            Err(why) => lines.push(format!("cpus of {}: {why}", host.name)),
        }
        if host.role.value == RoleKey::Observer {
            lines.push(format!("role of {}: {}", host.name, host.role.evidence));
        }
    }
    if let Err(why) = &evidence.utc_offset
        && evidence.needs_offset
    {
        lines.push(format!("utc_offset: {why}"));
    }
    if evidence.has_xentop {
        lines.push("xentop.period_s: by default matched to dstat where possible, else 1.0 s".to_owned());
    }
    lines.push(
        "clock_offset_s of hosts and VM: by default 0 s; reports estimate it where possible".to_owned(),
    );
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_broken_and_never_end_early() {
        let mut file = File::default();
        file.comment(&format!("{} evil\n[hosts]", "word ".repeat(40)));
        assert!(
            file.text.lines().all(|line| line.starts_with("# ") && line.chars().count() <= WIDTH),
            "{}",
            file.text
        );
    }
}
