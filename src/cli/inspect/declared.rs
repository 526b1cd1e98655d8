//! Tables whose columns the `campaign.toml` of a folder above declares.

use std::path::Path;

use stillstand_parsers::{Diagnostic, Frame, ParseError, Severity, Survey};

use super::inspection::HEAD;
use crate::input::config::{Config, DeclaredTable, FILE_NAME};
use crate::input::folder;
use crate::input::session::{LARGEST_CONFIG, without_compression};

/// What was found of a file by the next `campaign.toml` above it.
pub enum Found {
    /// It is one of the tables that are declared there.
    Table(Box<Result<Survey, ParseError>>),
    /// It is one, but a column is missing: what to say of it.
    Missing(String),
}

/// What the next `campaign.toml` above a file declares it to be, and the offset of local times there.
type Declared = (DeclaredTable, Option<i32>);

/// `None` where no `campaign.toml` is above the file, or declares it; `Err` where it cannot be read.
pub fn table(path: &Path) -> anyhow::Result<Option<Declared>> {
    let Ok(path) = std::path::absolute(path) else { return Ok(None) };
    let mut above = path.ancestors().skip(1);
    let Some(campaign) = above.find(|folder| folder.join(FILE_NAME).is_file()) else { return Ok(None) };
    let text = folder::text_inside(campaign, FILE_NAME, LARGEST_CONFIG)?.unwrap_or_default();
    let config = Config::parse(&text)?;
    let Some(relative) = path.strip_prefix(campaign).ok().and_then(Path::to_str) else { return Ok(None) };
    let relative = relative.replace('\\', "/");
    let name = without_compression(&relative);
    let table = config.declared.into_iter().find(|table| table.files.is_match(name));
    Ok(table.map(|table| (table, config.utc_offset_s)))
}

/// Reads the bytes of a file as the [`table`] that it is declared to be.
pub fn read(path: &Path, bytes: &[u8]) -> anyhow::Result<Option<Found>> {
    let Some((table, utc_offset_s)) = table(path)? else { return Ok(None) };
    let found = match table.read(bytes) {
        Ok(Ok(mut log)) => {
            if let Some(offset_s) = utc_offset_s {
                log.declare_utc_offset(offset_s);
            }
            let frame = &log.frame;
            let (df, columns) = (frame.df.head(Some(HEAD)), frame.columns.clone());
            let head = Frame { df, columns, clock: frame.clock, lines: frame.lines.clone() };
            Found::Table(Box::new(Ok(Survey { log, head })))
        }
        Ok(Err(error)) => Found::Table(Box::new(Err(error))),
        Err(missing) => Found::Missing(missing),
    };
    Ok(Some(found))
}

/// Says that the `campaign.toml` above a file was not used, by the error of [`read`].
pub fn unusable(error: &anyhow::Error) -> Diagnostic {
    let lines = format!("{error:#}");
    let first = lines.lines().next().unwrap_or_default();
    Diagnostic {
        severity: Severity::Warning,
        code: "campaign-toml-wrong",
        line: None,
        column: None,
        message: format!("the campaign.toml above cannot be used: {first}"),
        text: None,
    }
}
