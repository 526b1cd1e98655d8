//! `stillstand inspect`

pub mod declared;
mod inspection;
mod text;

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use stillstand_parsers as parsers;

use self::declared::Found;
use self::inspection::{HEAD, Inspection};
use super::Ending;
use super::args::{InspectArgs, InspectFormat};
use super::terminal::{print_data, print_styled, safe_line};
use crate::input::load::BEYOND_MEMORY;
use crate::input::memory::{READING, Room};
use crate::input::{folder, load, passing};

pub fn run(args: &InspectArgs) -> anyhow::Result<Ending> {
    // The files below folders are listed, those that are named are described.
    let (mut listed, mut described): (Vec<Inspection>, Vec<Inspection>) = (Vec::new(), Vec::new());
    let room = args.memory.budget().room();
    for path in &args.files {
        if path.is_dir() {
            let found: Vec<PathBuf> = folder::list(path)?.files.into_values().collect();
            listed.extend(inspect_all(found, room));
        } else {
            described.extend(inspect_all(vec![path.clone()], room));
        }
    }
    match args.format {
        InspectFormat::Json => {
            let all: Vec<&Inspection> = listed.iter().chain(&described).collect();
            let mut json = serde_json::to_vec_pretty(&all)?;
            json.push(b'\n');
            print_data(&json)?;
        }
        InspectFormat::Table => {
            let table = (!listed.is_empty()).then(|| text::table(&listed));
            let texts = table.into_iter().chain(described.iter().map(text::readable));
            print_styled(&texts.collect::<Vec<_>>().join("\n"))?;
        }
    }
    let all = || listed.iter().chain(&described);
    let mut beyond = all().filter(|inspection| inspection.has(BEYOND_MEMORY)).map(|one| one.file.as_str());
    if let Some(first) = beyond.next() {
        anyhow::bail!(
            "{}: memory has no room for {} of the files; what is listed of them says how much would do",
            safe_line(first),
            1 + beyond.count()
        );
    }
    // Not every file of a folder need be a log.
    let unusable = described.iter().filter(|inspection| inspection.format.is_none()).count();
    anyhow::ensure!(unusable == 0, "{unusable} of {} files could not be read", described.len());
    let none = described.is_empty() && listed.iter().all(|inspection| inspection.format.is_none());
    anyhow::ensure!(!none, "none of {} files could be read", listed.len());
    Ok(Ending::Done)
}

/// What there is to say of files, in their order.
fn inspect_all(paths: Vec<PathBuf>, room: Room) -> Vec<Inspection> {
    let sized: Vec<(PathBuf, u64)> = paths
        .into_par_iter()
        .map(|path| (load::unpacked_size(&path), path))
        .map(|(size, path)| (path, size))
        .collect();
    // What comes through a pipe has no size before it was read.
    let most = room.largest();
    let inspections = room.each(
        sized,
        |(_, size)| size.saturating_mul(READING),
        |(path, size)| {
            let work = size.saturating_mul(READING);
            let with = room.with(0, work);
            // What is too large for any budget says so itself.
            if with.fits() || size > folder::LARGEST {
                inspect(&path, most)
            } else {
                refused(&path, BEYOND_MEMORY, with.beyond("it has", size, work, with.enough()).to_string())
            }
        },
    );
    inspections.into_iter().flatten().collect()
}

fn refused(path: &Path, code: &'static str, message: String) -> Vec<Inspection> {
    let mut inspection = Inspection::of(path.display().to_string());
    inspection.refuse(code, None, message);
    vec![inspection]
}

/// What there is to say of a file of at most so many bytes: of several tools that wrote it, each by itself.
fn inspect(path: &Path, most: u64) -> Vec<Inspection> {
    let new = || Inspection::of(path.display().to_string());
    let refused = |code, message: String| refused(path, code, message);
    if let Ok(None) = declared::table(path)
        && let Some(log) = passing::survey(path, most, HEAD)
    {
        let mut inspection = new();
        inspection.fill(log);
        return vec![inspection];
    }
    let bytes = match folder::read_named(path, most) {
        Ok(bytes) => bytes,
        Err(error) => return refused("file-not-readable", format!("{error:#}")),
    };
    let bytes = match load::content(bytes) {
        Ok(bytes) => bytes,
        Err(error) => return refused("file-not-unpacked", format!("{error:#}")),
    };
    let mut wrong = None;
    let declared = match declared::read(path, &bytes) {
        Ok(Some(Found::Missing(missing))) => return refused("column-missing", missing),
        Ok(Some(Found::Table(log))) => Some(vec![*log]),
        Ok(None) => None,
        Err(error) => {
            wrong = Some(declared::unusable(&error));
            None
        }
    };
    let logs = match declared.map_or_else(|| parsers::survey(&bytes, HEAD), Ok) {
        Ok(logs) => logs,
        Err(error) => return refused("file-not-recognised", error.to_string()),
    };
    // What is said of the times of rows takes memory, too.
    drop(bytes);
    let of_log = |log: Result<parsers::Survey, parsers::ParseError>| {
        let mut inspection = new();
        inspection.diagnostics.extend(wrong.clone());
        match log {
            Ok(log) => inspection.fill(log),
            Err(error) => {
                inspection.refuse("file-unusable", error.line, error.to_string());
                inspection.diagnostics.extend(error.diagnostics);
            }
        }
        inspection
    };
    logs.into_iter().map(of_log).collect()
}
