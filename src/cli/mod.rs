//! The commands: each a thin module that calls the library and prints.

mod args;
mod ask;
mod compare;
mod dataset;
mod figure;
mod formats;
mod ingest;
mod init;
mod inspect;
pub mod library;
mod metrics;
mod placement;
mod progress;
mod report;
mod shell;
mod show;
mod signals;
mod stats;
mod terminal;
mod verify;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anstyle::AnsiColor;
use anyhow::Context;
use clap::Parser;

use self::args::{Cli, Command, Common};
use self::progress::Steps;
use self::terminal::{safe, safe_line, say, say_as};
use crate::campaign::driver::{self, Options, Outcome, Progress};
use crate::campaign::portfolio::{self, Analysed};
use crate::input::load::{BEYOND_MEMORY, by_path};
use crate::input::session::ConfigError;
use crate::model::diagnostics;
use crate::model::{Diagnostic, Severity};
use crate::write::attempt::{Made, Making, Shelf};
use crate::write::manifest::{CampaignManifest, Manifest, ReportOptions};
use crate::write::output::MANIFEST;

/// How a command ended that did its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Done,
    /// `--strict` and a data problem of severity error.
    DataProblems,
    /// `verify` found a difference, or a limit was exceeded.
    Difference,
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    ExitCode::from(run(std::env::args_os()))
}

/// Runs the program: parses a command line, of which the first word is the program's own name, runs the command, prints an
/// error. Returns the exit status.
pub fn run(command_line: impl IntoIterator<Item = OsString>) -> u8 {
    let cli = match Cli::try_parse_from(command_line) {
        Ok(cli) => cli,
        Err(answer) => return answered(&answer),
    };
    signals::watch();
    let ended = match cli.command {
        Command::Report(args) => in_pool(args.common.jobs, || report::run(&args)),
        Command::Stats(args) => in_pool(args.common.jobs, || stats::run(&args)),
        Command::Ingest(args) => in_pool(args.common.jobs, || ingest::run(&args)),
        Command::Dataset(args) => dataset::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Verify(args) => in_pool(args.common.jobs, || verify::run(&args)),
        Command::Compare(args) => in_pool(args.common.jobs, || compare::run(&args)),
        Command::Placement(args) => in_pool(args.common.jobs, || placement::run(&args)),
        Command::Init(args) => in_pool(args.common.jobs, || init::run(&args)),
        Command::Figure(args) => in_pool(args.common.jobs, || figure::run(&args)),
        Command::Formats => formats::run(),
        Command::Completions { shell } => shell::completions(shell),
        Command::Man => shell::man(),
        Command::Metrics(args) => metrics::run(&args),
    };
    match ended {
        Ok(Ending::Done) => 0,
        Ok(Ending::DataProblems) => 3,
        Ok(Ending::Difference) => 4,
        Err(error) => {
            say_as("error", AnsiColor::Red, format!("{error:#}"));
            if error.is::<ConfigError>() { 2 } else { 1 }
        }
    }
}

/// Prints what the command line asked of the program itself, or what is wrong with it.
fn answered(answer: &clap::Error) -> u8 {
    let text = answer.render().to_string();
    if safe(&text) != text {
        // It quotes what was typed.
        say(text);
        return 2;
    }
    let printed = answer.print().err().filter(|error| error.kind() != io::ErrorKind::BrokenPipe);
    match (answer.use_stderr(), printed) {
        (true, _) => 2,
        (false, None) => 0,
        (false, Some(error)) => {
            say_as("error", AnsiColor::Red, format!("cannot write: {error}"));
            1
        }
    }
}

/// More threads than any machine has work for spin and wait for each other; the result is the same with fewer.
const MOST_JOBS: u16 = 256;
/// Bytes of stack for each thread, of which only what is used takes memory: the typesetter nests deep.
const STACK: usize = 16 << 20;

/// Runs `work` in a pool of `jobs` threads; everything parallel below happens there.
fn in_pool<T: Send>(jobs: Option<u16>, work: impl FnOnce() -> anyhow::Result<T> + Send) -> anyhow::Result<T> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(jobs.map_or(0, |jobs| usize::from(jobs.min(MOST_JOBS))))
        .stack_size(STACK)
        .build()
        .context("cannot start threads")?
        .install(work)
}

/// Tells what the writer did besides writing.
fn tell(told: &[String], common: &Common) {
    told.iter().filter(|_| !common.quiet).for_each(|line| say(format!("note: {line}")));
}

/// Analyses the campaigns in `folders` with a progress bar: side by side, or each for itself where a folder holds
/// several.
fn analyse(folders: &[PathBuf], options: &Options, common: &Common) -> anyhow::Result<Analysed> {
    watched(common, |progress| portfolio::analyse(folders, options, progress))
}

/// Analyses the campaigns in `folders` side by side with a progress bar.
fn side_by_side(folders: &[PathBuf], options: &Options, common: &Common) -> anyhow::Result<Outcome> {
    watched(common, |progress| driver::run(folders, options, progress))
}

/// How the command line wants campaigns to be read; what else there is to want is added by each command.
fn options(common: &Common) -> Options {
    Options { memory: common.memory.budget(), ..Options::default() }
}

fn watched<T>(common: &Common, work: impl FnOnce(&Progress<'_>) -> T) -> T {
    let steps = Steps::new(common.quiet);
    let done = work(&Progress { begin: &|work, more| steps.begin(work, more), step: &|| steps.step() });
    steps.clear();
    done
}

/// Lets `make` make an output on a shelf, and adds its manifest; returns what was made and the bytes of the manifest.
fn with_manifest(
    (shelf, progress): (&dyn Shelf, &Progress<'_>),
    analysed: &Analysed,
    options: &ReportOptions,
    make: impl FnOnce(&Making<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<(Made, Vec<u8>)> {
    let making = Making::watched(shelf, progress);
    make(&making)?;
    let made = making.finish()?;
    let campaigns = analysed.chapters.iter().flat_map(|chapter| {
        chapter.outcome.campaigns.iter().map(|input| CampaignManifest {
            path: input.path.display().to_string(),
            title: input.title.clone(),
            chapter: analysed.portfolio.is_some().then(|| chapter.name.clone()),
            dataset: input.dataset.clone(),
            configuration: input.config.file.clone(),
            inputs: by_path(&input.files),
        })
    });
    let portfolio = analysed.portfolio.clone();
    let manifest = Manifest::new(options.clone(), portfolio, campaigns.collect(), &made);
    let bytes = manifest.to_json()?;
    shelf.create(MANIFEST).and_then(|mut file| file.write_all(&bytes)).context(MANIFEST)?;
    Ok((made, bytes))
}

/// How many data problems of each severity are printed one by one on the terminal.
const SHOWN: usize = 10;

/// Prints the data problems on stderr: errors and warnings one by one, notes as a number.
fn print_problems(all: &[Diagnostic], common: &Common) {
    if common.quiet {
        return;
    }
    let groups = diagnostics::grouped(all);
    for (severity, color) in [(Severity::Error, AnsiColor::Red), (Severity::Warning, AnsiColor::Yellow)] {
        let name = severity.name();
        let of_severity = || groups.iter().filter(|group| group.first.severity == severity);
        for group in of_severity().take(SHOWN) {
            let more = if group.more > 0 { format!(" (and {} more)", group.more) } else { String::new() };
            say_as(name, color, safe_line(&format!("{}{more}", diagnostics::line(group.first))));
        }
        let more = of_severity().count().saturating_sub(SHOWN);
        if more > 0 {
            say_as(name, color, format!("{more} more; a report lists them all"));
        }
    }
    let notes = all.iter().filter(|d| d.severity == Severity::Note).count();
    if notes > 0 {
        let noun = if notes == 1 { "note" } else { "notes" };
        say(format!("note: {notes} {noun} on the data; a report lists them all"));
    }
}

/// Prints what is wrong with the data and which limits are exceeded, and says how to end for it.
///
/// # Errors
///
/// Logs were left out because memory has no room for them: then the numbers are not those of the campaign.
fn conclude<'a>(
    all: &[Diagnostic],
    exceeded: impl Iterator<Item = &'a String>,
    strict: bool,
    common: &Common,
) -> anyhow::Result<Ending> {
    print_problems(all, common);
    let printed = exceeded.map(say).count();
    within_memory(all)?;
    if printed > 0 {
        return Ok(Ending::Difference);
    }
    let bad = strict && all.iter().any(|d| d.severity == Severity::Error);
    Ok(if bad { Ending::DataProblems } else { Ending::Done })
}

/// An error for logs that were left out because memory has no room for them.
fn within_memory(all: &[Diagnostic]) -> anyhow::Result<()> {
    let mut beyond = all.iter().filter(|d| d.code == BEYOND_MEMORY);
    let Some(first) = beyond.next() else { return Ok(()) };
    let more = match beyond.count() {
        0 => String::new(),
        more => format!(" (and {more} more files)"),
    };
    anyhow::bail!("the numbers are incomplete: {}{more}", safe_line(&diagnostics::line(first)))
}
