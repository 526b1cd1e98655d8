//! Tables of no known format among the files: which there are, what would be declared of them, and what they then hold.
//!
//! A heading tells what a column is, its values whether they can be that. What is certain enough is declared and read, so that
//! the tables take part in how the files are named; what leaves a question that decides whether a table says anything true stays
//! a comment.

mod declaration;
mod events;
mod files;
mod group;
mod quantities;
mod requests;
mod rhythm;
mod sheet;
mod success;
mod undated;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::Context;

pub use self::declaration::{Declaration, Line};
pub use self::files::pattern;
use self::group::{Group, has_any};
use self::sheet::Sheet;
use crate::input::config::Config;
use crate::input::load::{self, Keeping, LoadedFile};
use crate::input::memory::Room;
use crate::input::session::{Session, SessionFile, without_compression};

/// Files that would be declared by one table.
#[derive(Debug)]
pub struct Table {
    /// Paths below the folder, without the ending of compressed files.
    pub files: Vec<String>,
    pub declaration: Declaration,
}

/// What was found among files that are no logs.
#[derive(Debug, Default)]
pub struct Found {
    pub tables: Vec<Table>,
    /// Why others are none, a line each.
    pub refused: Vec<String>,
}

/// The tables among files that are no logs.
pub fn find(others: &[LoadedFile]) -> Found {
    let groups = groups(others);
    let first_events = groups.iter().find(|(group, _)| events::declare(group, false).is_some());
    let since = first_events.map(|(group, _)| events::starts(group)).unwrap_or_default();
    let is_tied =
        groups.iter().any(|(group, _)| group.monotonic().is_some() && events::declare(group, true).is_some());
    let mut tables: Vec<Table> = Vec::new();
    let mut refused = Vec::new();
    for (group, is_of_client) in groups {
        let declaration = if is_of_migrations(&group) {
            None
        } else {
            events::declare(&group, false)
                .or_else(|| requests::declare(&group))
                .or_else(|| events::declare(&group, true))
                .or_else(|| quantities::declare(&group, &since, is_tied))
        };
        let Some(declaration) = declaration else {
            refused.extend(undated::refused(&group));
            continue;
        };
        // What differs in columns that nobody needs is one table.
        match tables.iter_mut().find(|table| !is_of_client && table.declaration == declaration) {
            Some(same) => same.files.extend(group.files),
            None => tables.push(Table { files: group.files, declaration }),
        }
    }
    for table in &mut tables {
        table.files.sort();
    }
    tables.sort_by(|a, b| (a.declaration.kind, &a.files).cmp(&(b.declaration.kind, &b.files)));
    Found { tables, refused }
}

/// Each with whether it is of one client of several.
fn groups(others: &[LoadedFile]) -> Vec<(Group, bool)> {
    let mut groups: BTreeMap<Vec<String>, Vec<(String, Sheet)>> = BTreeMap::new();
    for file in others {
        let sheet = load::head(&file.file.path)
            .ok()
            .and_then(|head| Sheet::read(&head, head.len() as u64 >= file.size));
        if let Some(sheet) = sheet {
            let name = without_compression(&file.file.relative).to_owned();
            groups.entry(sheet.heading.clone()).or_default().push((name, sheet));
        }
    }
    let of_heading = |files| {
        let clients = by_client(files);
        let several = clients.len() > 1;
        clients.into_iter().filter_map(move |files| Some((Group::new(files)?, several)))
    };
    groups.into_values().flat_map(of_heading).collect()
}

/// Clients of one program write tables of the same columns: `http.csv` and `tcp.csv` beside each other are of two, unless they are of
/// hosts, which the naming finds.
fn by_client(files: Vec<(String, Sheet)>) -> Vec<Vec<(String, Sheet)>> {
    let is_of_requests = files.first().is_some_and(|(_, first)| {
        let group = Group::new(vec![(String::new(), first.clone())]);
        group.is_some_and(|group| requests::declare(&group).is_some())
    });
    let mut by_name: BTreeMap<String, Vec<(String, Sheet)>> = BTreeMap::new();
    for (path, sheet) in &files {
        let name = path.rsplit_once('/').map_or(path.as_str(), |(_, name)| name);
        by_name.entry(name.to_owned()).or_default().push((path.clone(), sheet.clone()));
    }
    let counts: Vec<usize> = by_name.values().map(Vec::len).collect();
    let is_in_each =
        counts.len() > 1 && counts.iter().all(|count| *count > 1 && Some(count) == counts.first());
    if is_of_requests && is_in_each { by_name.into_values().collect() } else { vec![files] }
}

/// Whether a row is a migration, with its figures: its columns are not those of one.
fn is_of_migrations(group: &Group) -> bool {
    const WORDS: [&str; 4] = ["downtime", "migration", "iteration", "repetition"];
    const APART_S: f64 = 20.0;
    let named =
        group.columns().any(|column| has_any(&group.words(column), &WORDS) && group.is_number(column));
    let apart = |times: &Vec<Option<f64>>| {
        let known: Vec<f64> = times.iter().flatten().copied().collect();
        known.windows(2).all(|pair| (pair[1] - pair[0]).abs() >= APART_S)
    };
    named && group.time().is_some_and(|time| group.times(&time).iter().all(apart))
}

/// The files of those tables that leave no question open, read as they would be declared, each with the number of its table.
///
/// # Errors
///
/// A declaration is not valid, which is a mistake in it.
pub fn read(
    session: &Session,
    tables: &[Table],
    room: &mut Room,
) -> anyhow::Result<Vec<(usize, LoadedFile)>> {
    let mut read = Vec::new();
    for (number, table) in tables.iter().enumerate().filter(|(_, table)| !table.declaration.is_open) {
        let names: Vec<&str> = table.files.iter().map(String::as_str).collect();
        let text = table.declaration.text(&files::listed(&names));
        let config = Config::parse(&text).with_context(|| {
            format!("what is proposed for {} is invalid; this is a bug in stillstand", names.join(", "))
        })?;
        let is_one = |file: &&Arc<SessionFile>| names.contains(&without_compression(&file.relative));
        let of_table = session.files.iter().filter(is_one);
        let files = of_table
            .map(|file| Arc::new(SessionFile { declared: Some(0), ..SessionFile::clone(file) }))
            .collect();
        let session = Session {
            path: session.path.clone(),
            config,
            config_text: text,
            files,
            tables: Vec::new(),
            diagnostics: Vec::new(),
            factors: BTreeSet::new(),
        };
        let loaded = load::load(&session, Keeping::All, room, &|| {}).0;
        read.extend(loaded.into_iter().map(|file| (number, file)));
    }
    Ok(read)
}
