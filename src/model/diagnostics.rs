//! Order and wording of diagnostics, for the terminal and the reports alike.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::model::{Diagnostic, Severity};

/// Most severe first, then by file, line and code.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| {
        (a.severity, &a.file, a.line, a.column, a.code, &a.message)
            .cmp(&(b.severity, &b.file, b.line, b.column, b.code, &b.message))
    });
}

/// One about the campaign as a whole, which has no place in a file.
pub fn campaign_diagnostic(severity: Severity, code: &'static str, message: String) -> Diagnostic {
    Diagnostic { severity, code, file: None, line: None, column: None, message, text: None }
}

/// Where it is: `file:line:column`, as compilers write it; empty for the campaign as a whole.
pub fn place(diagnostic: &Diagnostic) -> String {
    let mut place = diagnostic.file.clone().unwrap_or_default();
    for number in
        [diagnostic.line, diagnostic.column.filter(|_| diagnostic.line.is_some())].into_iter().flatten()
    {
        let _ = write!(place, ":{number}");
    }
    place
}

/// Diagnostics that say the same of several places, told once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<'a> {
    pub first: &'a Diagnostic,
    /// How many more there are.
    pub more: usize,
}

/// More different messages of one kind than these are told as one.
const MANY: usize = 12;

/// Groups sorted diagnostics for people: errors and warnings with the same message, notes of the
/// same kind, and what is of the same kind where there are many messages of it. Data files list every single one.
pub fn grouped(diagnostics: &[Diagnostic]) -> Vec<Group<'_>> {
    let mut messages: BTreeMap<(Severity, &str), BTreeSet<&str>> = BTreeMap::new();
    for diagnostic in diagnostics {
        messages.entry((diagnostic.severity, diagnostic.code)).or_default().insert(&diagnostic.message);
    }
    let is_told_once = |diagnostic: &Diagnostic| {
        let kind = (diagnostic.severity, diagnostic.code);
        diagnostic.severity == Severity::Note || messages.get(&kind).is_some_and(|all| all.len() > MANY)
    };
    let mut places: BTreeMap<(Severity, &str, &str), usize> = BTreeMap::new();
    let mut groups: Vec<Group<'_>> = Vec::new();
    for diagnostic in diagnostics {
        let message = if is_told_once(diagnostic) { "" } else { diagnostic.message.as_str() };
        let place = places.entry((diagnostic.severity, diagnostic.code, message)).or_insert(groups.len());
        match groups.get_mut(*place) {
            Some(group) => group.more += 1,
            None => groups.push(Group { first: diagnostic, more: 0 }),
        }
    }
    groups
}

/// One line of plain text.
pub fn line(diagnostic: &Diagnostic) -> String {
    let place = place(diagnostic);
    let separator = if place.is_empty() { "" } else { ": " };
    let text = diagnostic.text.as_ref().map(|text| format!(": `{text}`")).unwrap_or_default();
    format!("{place}{separator}{}{text}", diagnostic.message)
}
