//! A table with a row for each event of a migration.

use std::collections::BTreeSet;

use stillstand_parsers::declared::Mark;

use super::declaration::{Declaration, Kind};
use super::group::{Group, has_any};
use crate::init::strings::literal;

/// Names of columns of events.
const EVENTS: [&str; 14] = [
    "event", "events", "marker", "mark", "phase", "what", "action", "step", "stage", "ereignis", "aktion",
    "schritt", "marke", "zustand",
];
/// So many different texts are events of a script; more are messages of a program.
const MOST: usize = 60;

/// The declaration of a table of events; `None` of another. Where no word of it is known to be the request, it is one only `if_unknown`.
pub fn declare(group: &Group, if_unknown: bool) -> Option<Declaration> {
    let time = group.time()?;
    let event = group.columns().find(|column| {
        has_any(&group.words(*column), &EVENTS)
            && !group.is_number(*column)
            && group.values(*column).next().is_some()
    })?;
    let texts = texts(group, event);
    let is_known = texts.iter().any(|text| Mark::usually(text) == Some(Mark::Request));
    if (!is_known && !if_unknown) || texts.len() > MOST {
        return None;
    }
    let mut lines = Declaration::new(Kind::Events, "a row for each event of a migration");
    lines.time(group, &time);
    if let Some(monotonic) = group.monotonic() {
        lines.key("monotonic", &literal(group.name(monotonic)));
    }
    lines.key("event", &literal(group.name(event)));
    if is_known {
        return Some(lines);
    }
    let listed: Vec<String> = texts.iter().take(20).map(|text| format!("`{text}`")).collect();
    lines.said(&format!(
        "Not known: which of the events is the request of the migration. There are {}. To be filled in:",
        listed.join(", ")
    ));
    let first = texts.first().copied().unwrap_or_default();
    lines.off("words", &format!("{{ request = [{}] }}", literal(first)));
    lines.check.push("words: none of the events is known to be the request; fill it in".to_owned());
    Some(lines)
}

/// The different texts of a column.
pub fn texts(group: &Group, column: usize) -> Vec<&str> {
    group.values(column).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The column of events of a table that is one of them.
pub fn column(group: &Group) -> Option<usize> {
    group.columns().find(|column| has_any(&group.words(*column), &EVENTS) && !group.is_number(*column))
}

/// The events that stand once in each file, in the order of the first: those from which a clock can count.
pub fn starts(group: &Group) -> Vec<String> {
    let Some(column) = column(group) else { return Vec::new() };
    let of_file = |rows: &[Vec<String>]| -> Vec<String> {
        rows.iter().filter_map(|row| row.get(column)).cloned().collect()
    };
    let files: Vec<Vec<String>> = group.sheets.iter().map(|sheet| of_file(&sheet.rows)).collect();
    let once = |event: &&String| {
        files.iter().all(|events| events.iter().filter(|other| other == event).count() == 1)
    };
    files.first().into_iter().flatten().filter(once).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::super::group::group;
    use super::*;

    #[test]
    fn a_word_for_the_request_makes_it_one() {
        let table = |words: [&str; 2]| {
            let [first, second] = words;
            group(&[&format!(
                "t_monotonic,timestamp_unix,event\n1.5,1700000000.1,{first}\n2.5,1700000001.1,{second}\n"
            )])
        };
        let known = declare(&table(["Migration gestartet", "end"]), false).unwrap();
        assert_eq!(
            known.text("x"),
            "[[events]]\nfiles = 'x'\ntime = 'timestamp_unix'\nmonotonic = 't_monotonic'\nevent = 'event'\n"
        );
        let unknown = table(["kick off", "cutover"]);
        assert_eq!(declare(&unknown, false), None);
        let asked = declare(&unknown, true).unwrap();
        assert!(
            asked.lines.contains(&super::super::Line::Off("words = { request = ['cutover'] }".to_owned()))
        );
        assert_eq!(asked.check.len(), 1);
        crate::input::config::Config::parse(&asked.text("x")).unwrap();
    }

    #[test]
    fn a_clock_counts_from_what_happens_once() {
        let rows = "event,time\nrun_start,1700000000\nretry,1700000001\nretry,1700000002\nbenchmark_start,1700000003\n";
        assert_eq!(starts(&group(&[rows, rows])), ["run_start", "benchmark_start"]);
    }
}
