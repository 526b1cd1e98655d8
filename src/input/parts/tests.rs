//! The tests of benchmarks: a tool that was started again and again, with other settings or the same.

use std::collections::{BTreeMap, BTreeSet};

use stillstand_parsers::{Format, Parsed, Part};

use super::{Piece, several, with_log};
use crate::input::load::LoadedFile;
use crate::model::{Diagnostic, Factors};

/// Settings that differ between tests of one name in one file: with them in the name of a test each has one level.
pub(super) type Varied = BTreeSet<(Format, String, &'static str)>;

/// Which settings make conditions. What differs only between files is what the names of files are for.
pub(super) fn varied<'a>(files: impl Iterator<Item = &'a LoadedFile>) -> Varied {
    let mut varied = Varied::new();
    for log in files.filter_map(|file| file.log.as_deref()) {
        let mut levels: BTreeMap<(String, &'static str), BTreeSet<&str>> = BTreeMap::new();
        for part in &log.parts {
            for test in log.tests(&part.rows) {
                for (name, level) in &part.settings {
                    levels.entry((test.clone(), *name)).or_default().insert(level);
                }
            }
        }
        let several = levels.into_iter().filter(|(_, levels)| levels.len() > 1);
        varied.extend(several.map(|((test, name), _)| (log.format, test, name)));
    }
    varied
}

/// What tells the tests apart that are counted: tool and file, or only its kind where files go on counting.
type Track = (Format, Option<String>, Option<String>, String);

/// Each file of a run of nothing but benchmarks in its tests.
pub(super) fn split(
    files: Vec<LoadedFile>,
    varied: &Varied,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Piece> {
    let mut seen: BTreeMap<(Track, Factors, String), u32> = BTreeMap::new();
    let mut pieces = Vec::new();
    for file in files {
        let Some(log) = &file.log else {
            pieces.push(Piece { file, number: 1, levels: Factors::new() });
            continue;
        };
        let name = if file.file.names_repetition { file.file.relative.clone() } else { String::new() };
        let track: Track = (log.format, file.file.source.clone(), file.file.host.clone(), name);
        let mut found: BTreeMap<(Factors, u32), Vec<usize>> = BTreeMap::new();
        let whole = Part { rows: (0..log.frame.height()).collect(), ..Part::default() };
        let parts = if log.parts.is_empty() { std::slice::from_ref(&whole) } else { &log.parts };
        for part in parts {
            let tests = log.tests(&part.rows);
            let levels = levels(log, part, &tests, varied);
            let tests = tests.into_iter().collect::<Vec<_>>().join("\n");
            let number = seen.entry((track.clone(), levels.clone(), tests)).or_default();
            *number += 1;
            found.entry((levels, *number)).or_default().extend(&part.rows);
        }
        if found.len() > 1 {
            diagnostics.push(several(&file, log.parts.len(), "tests"));
        }
        for ((levels, number), mut rows) in found {
            rows.sort_unstable();
            let log = log.of_rows(&rows, log.facts.clone());
            pieces.push(Piece { file: with_log(&file, log), number, levels });
        }
    }
    pieces
}

fn levels(log: &Parsed, part: &Part, tests: &BTreeSet<String>, varied: &Varied) -> Factors {
    let varies =
        |name: &'static str| tests.iter().any(|test| varied.contains(&(log.format, test.clone(), name)));
    let settings = part.settings.iter().filter(|(name, _)| varies(name));
    settings.map(|(name, level)| ((*name).to_owned(), level.clone())).collect()
}
