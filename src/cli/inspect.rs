//! `stillstand inspect`

mod inspection;
mod text;

use std::path::Path;

use stillstand_parsers as parsers;

use self::inspection::Inspection;
use super::args::{InspectArgs, InspectFormat};
use super::{Ending, print};
use crate::input::load;

pub fn run(args: &InspectArgs) -> anyhow::Result<Ending> {
    let inspections: Vec<Inspection> = args.files.iter().flat_map(|path| inspect(path)).collect();
    let output = match args.format {
        InspectFormat::Json => {
            let mut json = serde_json::to_vec_pretty(&inspections)?;
            json.push(b'\n');
            json
        }
        InspectFormat::Table => {
            inspections.iter().map(text::readable).collect::<Vec<_>>().join("\n").into_bytes()
        }
    };
    print(&output)?;
    let unusable = inspections.iter().filter(|inspection| inspection.format.is_none()).count();
    anyhow::ensure!(unusable == 0, "{unusable} of {} files could not be read", inspections.len());
    Ok(Ending::Done)
}

/// What there is to say of a file: of several tools that wrote it, each by itself.
fn inspect(path: &Path) -> Vec<Inspection> {
    let new = || Inspection::of(path.display().to_string());
    let refused = |code, message: String| {
        let mut inspection = new();
        inspection.refuse(code, None, message);
        vec![inspection]
    };
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => return refused("file-not-readable", format!("the file cannot be read: {error}")),
    };
    let bytes = match load::content(bytes) {
        Ok(bytes) => bytes,
        Err(error) => return refused("file-not-unpacked", format!("{error:#}")),
    };
    let logs = match parsers::read(&bytes) {
        Ok(logs) => logs,
        Err(error) => return refused("file-not-recognised", error.to_string()),
    };
    let of_log = |log: Result<parsers::Parsed, parsers::ParseError>| {
        let mut inspection = new();
        match log {
            Ok(parsed) => inspection.fill(parsed),
            Err(error) => {
                inspection.refuse("file-unusable", error.line, error.to_string());
                inspection.diagnostics.extend(error.diagnostics);
            }
        }
        inspection
    };
    logs.into_iter().map(of_log).collect()
}
