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
    let inspections: Vec<Inspection> = args.files.iter().map(|path| inspect(path)).collect();
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

fn inspect(path: &Path) -> Inspection {
    let mut inspection = Inspection::of(path.display().to_string());
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            inspection.refuse("file-not-readable", None, format!("the file cannot be read: {error}"));
            return inspection;
        }
    };
    let bytes = match load::content(bytes) {
        Ok(bytes) => bytes,
        Err(error) => {
            inspection.refuse("file-not-unpacked", None, format!("{error:#}"));
            return inspection;
        }
    };
    let format = match parsers::detect(&bytes) {
        Ok(format) => format,
        Err(error) => {
            inspection.refuse("file-not-recognised", None, error.to_string());
            return inspection;
        }
    };
    match parsers::parse(format, &bytes) {
        Ok(parsed) => inspection.fill(parsed),
        Err(error) => {
            inspection.refuse("file-unusable", error.line, error.to_string());
            inspection.diagnostics.extend(error.diagnostics);
        }
    }
    inspection
}
