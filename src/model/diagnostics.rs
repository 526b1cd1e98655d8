//! Order and wording of diagnostics, for the terminal and the reports alike.

use std::collections::BTreeMap;
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

/// Groups sorted diagnostics for people: errors and warnings with the same message, notes of the
/// same kind. Data files list every single one.
pub fn grouped(diagnostics: &[Diagnostic]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut known = BTreeMap::new();
    for diagnostic in diagnostics {
        let message = (diagnostic.severity != Severity::Note).then_some(diagnostic.message.as_str());
        let next = groups.len();
        match *known.entry((diagnostic.severity, diagnostic.code, message)).or_insert(next) {
            place if place < next => groups[place].more += 1,
            _ => groups.push(Group { first: diagnostic, more: 0 }),
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
