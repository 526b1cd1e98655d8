//! The work of the commands without the terminal: what a program calls that has this one inside, such as the Python
//! package.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::ValueEnum;
use stillstand_parsers as parsers;
use stillstand_parsers::{DetectError, ParseError, Parsed};

use super::inspect::declared::{self, Found};
use super::{in_pool, report, stats, within_memory};
use crate::campaign::driver::{Options, Progress};
use crate::campaign::portfolio::{self, Analysed};
use crate::input::config::LayoutTable;
use crate::input::memory::Budget;
use crate::input::{folder, load, passing};
use crate::model::Analysis;
use crate::show::figures::{self, Place};
use crate::show::report::compose::{self, Scope};
use crate::show::report::view::TableView;
use crate::show::report::{Detail, format};
use crate::show::tables;
use crate::show::text::{Language, Text};
use crate::write::manifest::ReportOptions;
use crate::write::output;

/// Why nothing of a log can be used.
#[derive(Debug)]
pub struct Unreadable {
    pub message: String,
    pub line: Option<u64>,
    /// What stands there, shortened.
    pub text: Option<String>,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Unreadable {}

impl From<anyhow::Error> for Unreadable {
    fn from(error: anyhow::Error) -> Self {
        Self { message: format!("{error:#}"), line: None, text: None }
    }
}

impl From<ParseError> for Unreadable {
    fn from(error: ParseError) -> Self {
        Self { message: error.to_string(), line: error.line, text: error.found }
    }
}

impl From<DetectError> for Unreadable {
    fn from(error: DetectError) -> Self {
        let message = error.to_string();
        let text = match error {
            DetectError::Unknown { first_line, nearest: _ } => Some(first_line),
            DetectError::TerminalTable { evidence } => Some(evidence.to_owned()),
            DetectError::Empty | DetectError::Binary { .. } | DetectError::Ambiguous { .. } => None,
        };
        Self { message, line: None, text }
    }
}

/// Every log that a file holds, unpacked if it is gzip or zstd. A `campaign.toml` above it may declare its columns.
///
/// # Errors
///
/// It cannot be read, or nothing of it can be used.
pub fn read(path: &Path) -> Result<Vec<Parsed>, Unreadable> {
    // A long log of one tool is parsed while it is read from the disk.
    if matches!(declared::table(path), Ok(None))
        && let Some(log) = in_own_pool(|| Ok(passing::survey(path, folder::LARGEST, usize::MAX)))?
    {
        return Ok(vec![log.log]);
    }
    let bytes = folder::read_named(path, folder::LARGEST)?;
    let load::Content { bytes, damage } = load::content(bytes)?;
    let told = |logs: Vec<Parsed>| with_damage(logs, damage.as_deref());
    in_own_pool(|| match declared::read(path, &bytes) {
        Ok(Some(Found::Table(log))) => Ok(told(usable(vec![log.map(|survey| survey.log)])?)),
        Ok(Some(Found::Missing(message))) => Err(Unreadable { message, line: None, text: None }),
        Ok(None) => Ok(told(usable(parsers::read(&bytes)?)?)),
        Err(error) => {
            let mut logs = usable(parsers::read(&bytes)?)?;
            logs.iter_mut().for_each(|log| log.diagnostics.insert(0, declared::unusable(&error)));
            Ok(told(logs))
        }
    })
}

/// Says with the first log that the file was damaged.
fn with_damage(mut logs: Vec<Parsed>, damage: Option<&str>) -> Vec<Parsed> {
    if let (Some(damage), Some(first)) = (damage, logs.first_mut()) {
        first.diagnostics.insert(0, load::damaged(damage));
    }
    logs
}

/// [`read`] for the bytes of a file.
///
/// # Errors
///
/// Those of [`read`].
pub fn read_bytes(bytes: &[u8]) -> Result<Vec<Parsed>, Unreadable> {
    let unpacked = load::unpacked(bytes)?;
    let content = unpacked.as_ref().map_or(bytes, |content| &content.bytes);
    let damage = unpacked.as_ref().and_then(|content| content.damage.as_deref());
    in_own_pool(|| Ok(with_damage(usable(parsers::read(content)?)?, damage)))
}

/// Threads that end with the work: those of a pool for the whole process would be missing after a fork.
fn in_own_pool<T: Send>(work: impl FnOnce() -> Result<T, Unreadable> + Send) -> Result<T, Unreadable> {
    in_pool(None, || Ok(work()))?
}

/// The logs of a file that can be used; what is wrong with the others is said with the first.
fn usable(logs: Vec<Result<Parsed, ParseError>>) -> Result<Vec<Parsed>, Unreadable> {
    let (mut read, mut unusable) = (Vec::new(), Vec::new());
    for log in logs {
        match log {
            Ok(log) => read.push(log),
            Err(error) => unusable.push(error),
        }
    }
    let Some(first) = read.first_mut() else {
        let error = unusable.into_iter().next();
        return Err(error.map_or_else(|| DetectError::Empty.into(), Unreadable::from));
    };
    first.diagnostics.extend(unusable.into_iter().map(|error| parsers::Diagnostic {
        severity: parsers::Severity::Error,
        code: "file-unusable",
        line: error.line,
        column: None,
        message: error.to_string(),
        text: error.found,
    }));
    Ok(read)
}

/// How campaigns are to be read, in the words of the command line. What is empty is as without the option.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub align: Vec<String>,
    pub layout: LayoutTable,
    pub memory: Option<String>,
}

impl Wanted {
    /// The same, understood.
    ///
    /// # Errors
    ///
    /// A word is none of those that there are: what is wrong with it.
    pub fn options(&self) -> Result<Options, String> {
        let memory = match &self.memory {
            Some(size) => size.parse().map_err(|expected| format!("memory: `{size}`: {expected}"))?,
            None => Budget::of_machine(),
        };
        let align = self.align.iter().map(|event| word("align", event)).collect::<Result<_, _>>()?;
        // A report may follow, which quotes the lines that numbers are from.
        Ok(Options { align, layout: self.layout.clone(), memory, excerpts: true, ..Options::default() })
    }
}

/// The value of an option by its name.
///
/// # Errors
///
/// There is no such value; the message lists those that there are.
pub fn word<T: ValueEnum>(option: &str, name: &str) -> Result<T, String> {
    T::from_str(name, false).map_err(|_| {
        let known = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let known: Vec<String> = known.map(|value| value.get_name().to_owned()).collect();
        format!("{option}: there is no `{name}`; there are {}", known.join(", "))
    })
}

/// Analyses campaigns as `stats` and `report` do.
///
/// # Errors
///
/// Those of [`portfolio::analyse`], and logs that memory has no room for.
pub fn analyse(folders: &[PathBuf], options: &Options, jobs: Option<u16>) -> anyhow::Result<Analysed> {
    let analysed = in_pool(jobs, || portfolio::analyse(folders, options, &Progress::UNSEEN))?;
    within_memory(&analysed.diagnostics())?;
    Ok(analysed)
}

/// The `summary.json` of an analysis.
///
/// # Errors
///
/// An index of the analysis points at nothing, which would be a mistake in the program.
pub fn summary(analysed: &Analysed) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stats::write_json(analysed, &mut bytes)?;
    Ok(bytes)
}

/// Writes the report of an analysis into the folder `out`; returns what was done besides.
///
/// # Errors
///
/// Those of [`output::write`]; or a file of the report could not be made, whose rest is in its place.
pub fn write_report(
    analysed: &Analysed,
    options: &ReportOptions,
    out: &Path,
    force: bool,
    jobs: Option<u16>,
) -> anyhow::Result<Vec<String>> {
    let mut told = output::prepare(out, force)?;
    let write =
        || output::write(out, force, |shelf| report::make(analysed, options, shelf, &Progress::UNSEEN));
    let ((made, _), more) = in_pool(jobs, write)?;
    told.extend(more);
    report::all_made(&made.failed, out)?;
    Ok(told)
}

/// The answer of an analysis: what `stats` prints.
#[derive(Debug)]
pub struct Answer {
    pub title: String,
    /// A warning that must not be missed.
    pub notice: Option<String>,
    pub sentences: Vec<String>,
    /// The conditions, if there are any with runs.
    pub table: Option<TableView>,
    /// The figure of all conditions as SVG.
    pub figure: Option<String>,
}

/// What there is to say at first of each campaign, or of all that stand side by side.
///
/// # Errors
///
/// A figure cannot be drawn, which would be a mistake in the program.
pub fn answers(analysed: &Analysed, language: Language) -> anyhow::Result<Vec<Answer>> {
    let text = Text::new(language);
    analysed.outcomes().map(|outcome| answer(&outcome.analysis, &text)).collect()
}

fn answer(analysis: &Analysis, text: &Text) -> anyhow::Result<Answer> {
    let document = compose::document(analysis, &[], Scope::Campaign, Detail::Standard, text);
    let sentences = stats::findings(&document.sections, false).into_iter().map(str::to_owned).collect();
    let answer = tables::condensed(tables::answer(analysis));
    let caption = || text.get("caption.answer").to_owned();
    let table = (!answer.rows.is_empty()).then(|| format::table(&answer, caption(), text));
    let figures = figures::list(analysis)?;
    let overview = figures.iter().find(|listed| listed.figure.place() == Some(Place::Overview));
    let figure =
        overview.map(|listed| listed.draw(text)).transpose().context("the figure of all conditions")?;
    Ok(Answer { title: document.title, notice: document.notice, sentences, table, figure })
}
