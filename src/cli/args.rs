//! The command line. No logic here.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::campaign::dataset::Shard;
use crate::input::config::{AlignKey, LayoutTable};
use crate::input::folder::{self, FileList};
use crate::input::memory::Budget;
use crate::input::session::ConfigError;
use crate::show::report::{Detail, DocumentFormat};
use crate::show::text::Language;

/// Reads the logs of virtual machine migrations and benchmarks and writes reports: outages, durations,
/// costs and efficiencies, as documents and as data.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "Examples:
  stillstand report LOGS -o report     a report of a folder of logs
  stillstand init LOGS                 a campaign.toml for logs whose names say little
  stillstand inspect LOGS              what each file is, and how much of it can be read

Exit status: 0 success; 1 failure; 2 error in the command line or campaign.toml; \
3 success, but --strict found problems in the data; 4 verify found a difference or a limit was exceeded.")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read every log of a campaign and write a report folder (HTML, PDF, figures, tables, data)
    Report(ReportArgs),
    /// Print the numbers of a campaign on the terminal or as data, without figures
    Stats(StatsArgs),
    /// Measure every run of a campaign and keep what a report needs, and the aligned series, as a Parquet dataset
    Ingest(IngestArgs),
    /// Say what is there of a dataset, what is missing and what does not fit
    Dataset(DatasetArgs),
    /// Describe log files: format, period, gaps, rows read and lost, and each problem with its place
    Inspect(InspectArgs),
    /// Recompute a report or a dataset from its inputs and compare every output byte for byte
    Verify(VerifyArgs),
    /// Compare two campaigns, or two factor levels: difference, ratio, interval, significance
    Compare(CompareArgs),
    /// Recommend which VM to migrate first, with reasons
    Placement(PlacementArgs),
    /// Propose a campaign.toml for a folder of logs, for you to correct
    Init(InitArgs),
    /// Draw one quantity of all conditions as a figure for a paper (SVG)
    Figure(FigureArgs),
    /// List the log formats that stillstand reads
    Formats,
    /// List the numbers of a run: how data, limits and published figures call them, and how each is computed
    Metrics(MetricsArgs),
    /// Print the completions of a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page (roff)
    Man,
}

#[derive(Debug, Args)]
pub struct Common {
    /// Number of threads for reading files and drawing figures [default: all processors]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    #[command(flatten)]
    pub memory: MemoryArgs,
    /// Print only errors on stderr
    #[arg(long, short)]
    pub quiet: bool,
}

/// Which files are read.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Read only the files that FILE names, `-` for standard input: one path a line, or ended by NUL as `find -print0` writes
    /// them; all below the one CAMPAIGN, which is not searched
    #[arg(long, value_name = "FILE")]
    files_from: Option<PathBuf>,
}

impl ListArgs {
    /// The list of the files of the one campaign in `folders`; `None` where none is asked for.
    ///
    /// # Errors
    ///
    /// There are several campaigns or it is a dataset, to which no list belongs ([`ConfigError`]), or the list cannot be read.
    pub fn files(&self, folders: &[PathBuf]) -> anyhow::Result<Option<Arc<FileList>>> {
        let Some(from) = &self.files_from else { return Ok(None) };
        let wrong = |why: &str| ConfigError::new(format!("--files-from: {why}"));
        match folders {
            [one] if folder::is_dataset(one) => {
                Err(wrong("a dataset has no logs of which some could be chosen").into())
            }
            [_] => Ok(Some(Arc::new(FileList::read(from).context("--files-from")?))),
            _ => Err(wrong("a list is of the files of one campaign; give its folder alone").into()),
        }
    }

    pub fn is_given(&self) -> bool {
        self.files_from.is_some()
    }
}

/// How datasets are taken.
#[derive(Debug, Args)]
pub struct PartialArgs {
    /// Work on what is there of a dataset of which shards are missing; the data quality says so
    #[arg(long)]
    pub partial: bool,
}

/// A path without what changes nothing, so that `out/` is a link where `out` is one.
fn plain_path() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().map(|path| path.components().collect::<PathBuf>())
}

#[derive(Debug, Args)]
pub struct MemoryArgs {
    /// Memory that reading may take, such as 512M or 2G: fewer files are read at once, and runs that do not fit are an
    /// error, the largest first [default: three quarters of the machine's]
    #[arg(long = "memory", value_name = "SIZE")]
    wanted: Option<Budget>,
}

impl MemoryArgs {
    pub fn budget(&self) -> Budget {
        self.wanted.unwrap_or_else(Budget::of_machine)
    }
}

/// How tables and figures are arranged, and which conditions they show.
#[derive(Debug, Args)]
pub struct LayoutArgs {
    /// Rows of tables by factors: factors, or `benchmark`, `operation`, `vm`
    /// [default: benchmark,operation; of migrations a row a condition]
    #[arg(long, value_name = "FACTOR", value_delimiter = ',')]
    pub rows: Vec<String>,
    /// Columns of tables by factors [default: all factors that vary]
    #[arg(long, value_name = "FACTOR", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// Show only these levels of a factor; may be repeated
    #[arg(long = "where", value_name = "FACTOR=LEVEL,…", value_parser = levels)]
    pub shown: Vec<(String, Vec<String>)>,
}

fn levels(text: &str) -> Result<(String, Vec<String>), String> {
    let (factor, levels) = text.split_once('=').ok_or("expected FACTOR=LEVEL, such as mode=hvm")?;
    Ok((factor.to_owned(), levels.split(',').map(str::to_owned).collect()))
}

impl LayoutArgs {
    pub fn table(&self) -> LayoutTable {
        LayoutTable {
            rows: self.rows.clone(),
            columns: self.columns.clone(),
            shown: self.shown.iter().cloned().collect(),
        }
    }

    /// Whether nothing is arranged or chosen.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.columns.is_empty() && self.shown.is_empty()
    }
}

#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Folders with logs and optionally a campaign.toml, or datasets. Several folders are compared side by side; a folder
    /// that contains several campaigns gives one chapter for each
    #[arg(required = true, value_name = "CAMPAIGN")]
    pub campaigns: Vec<PathBuf>,
    /// Folder for the report; written completely or not at all
    #[arg(long, short, value_name = "OUT", value_parser = plain_path())]
    pub output: PathBuf,
    /// Which documents to write
    #[arg(long, value_delimiter = ',', default_value = "html,pdf")]
    pub format: Vec<DocumentFormat>,
    /// Also write each figure as PNG
    #[arg(long)]
    pub png: bool,
    /// How much the documents show; figures, tables and data of the folder are the same with each
    #[arg(long, value_enum, default_value_t)]
    pub detail: Detail,
    /// Language of the documents
    #[arg(long, default_value = "en")]
    pub lang: Language,
    /// Event at which the curves of all runs are aligned; several are shown one after another
    /// [default: from campaign.toml, else request]
    #[arg(long, value_name = "EVENT", value_delimiter = ',')]
    pub align: Vec<AlignKey>,
    #[command(flatten)]
    pub layout: LayoutArgs,
    /// Replace an existing report
    #[arg(long)]
    pub force: bool,
    /// Exit with status 3 if the data have a problem of severity error
    #[arg(long)]
    pub strict: bool,
    #[command(flatten)]
    pub list: ListArgs,
    #[command(flatten)]
    pub dataset: PartialArgs,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Args)]
pub struct StatsArgs {
    /// Folders with logs and optionally a campaign.toml, or datasets. Several folders are compared side by side; the
    /// campaigns in a folder above them are printed one after another
    #[arg(required = true, value_name = "CAMPAIGN")]
    pub campaigns: Vec<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t = StatsFormat::Table)]
    pub format: StatsFormat,
    /// Print every table, not only the answer
    #[arg(long)]
    pub full: bool,
    /// Language of tables
    #[arg(long, default_value = "en")]
    pub lang: Language,
    /// Event at which the curves of all runs are aligned; several are shown one after another
    /// [default: from campaign.toml, else request]
    #[arg(long, value_name = "EVENT", value_delimiter = ',')]
    pub align: Vec<AlignKey>,
    #[command(flatten)]
    pub layout: LayoutArgs,
    /// Exit with status 3 if the data have a problem of severity error
    #[arg(long)]
    pub strict: bool,
    #[command(flatten)]
    pub list: ListArgs,
    #[command(flatten)]
    pub dataset: PartialArgs,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatsFormat {
    /// Tables for the terminal
    Table,
    /// The summary.json of a report
    Json,
    /// One row per value: condition, metric, unit, repetition, value
    Csv,
    /// Tables in Markdown
    Markdown,
}

#[derive(Debug, Args)]
pub struct IngestArgs {
    /// Folders with logs and optionally a campaign.toml; each of several campaigns gets a dataset of its own, in a folder
    /// that is called like it
    #[arg(required = true, value_name = "CAMPAIGN")]
    pub campaigns: Vec<PathBuf>,
    /// Folder for the dataset, or one that is there, made of the same; a part of it is written completely or not at all
    #[arg(long, short, value_name = "DATASET", value_parser = plain_path())]
    pub output: PathBuf,
    /// Only this share of the runs, such as 3/16, so that several machines make one dataset, in any order
    #[arg(long, value_name = "I/N", default_value = "1/1")]
    pub shard: Shard,
    /// Event from which times are counted [default: from campaign.toml, else request]
    #[arg(long, value_name = "EVENT")]
    pub align: Option<AlignKey>,
    /// Replace an existing dataset that was made of other logs, with another configuration or version, or in other shards
    #[arg(long)]
    pub force: bool,
    /// Exit with status 3 if the data have a problem of severity error
    #[arg(long)]
    pub strict: bool,
    #[command(flatten)]
    pub list: ListArgs,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Args)]
pub struct DatasetArgs {
    /// Dataset folders, or a folder above several
    #[arg(required = true, value_name = "DATASET")]
    pub datasets: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct InspectArgs {
    /// Log files, or folders: of the files below a folder a table says what each is
    #[arg(required = true, value_name = "FILE|DIR")]
    pub files: Vec<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t = InspectFormat::Table)]
    pub format: InspectFormat,
    #[command(flatten)]
    pub memory: MemoryArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum InspectFormat {
    Table,
    Json,
}

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Report or dataset folder
    pub report: PathBuf,
    /// Campaign folder, once per campaign of the report, or the folder above them all [default: the paths in
    /// the manifest]
    #[arg(long, value_name = "CAMPAIGN")]
    pub campaign: Vec<PathBuf>,
    #[command(flatten)]
    pub list: ListArgs,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Args)]
pub struct CompareArgs {
    /// Reference: the folder of a campaign or dataset, or FOLDER:factor=level for a part of it
    pub a: String,
    /// What is compared with the reference, in the same form
    pub b: String,
    /// What has another name in B: `load:cpu=CPU hog` for a level of the factor load, `load=workload` for a factor; may
    /// be repeated
    #[arg(long, value_name = "FACTOR:LEVEL=LEVEL")]
    pub map: Vec<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t = StatsFormat::Table)]
    pub format: StatsFormat,
    /// Language of tables
    #[arg(long, default_value = "en")]
    pub lang: Language,
    #[command(flatten)]
    pub dataset: PartialArgs,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Args)]
pub struct PlacementArgs {
    /// Folder with measurements and a campaign.toml, or a dataset
    pub campaign: PathBuf,
    /// CPU that the VMs may use in total, per cent of the host [default: from campaign.toml, else 65]
    #[arg(long, value_name = "PERCENT")]
    pub threshold: Option<f64>,
    /// Output format
    #[arg(long, value_enum, default_value_t = PlacementFormat::Table)]
    pub format: PlacementFormat,
    /// Language of the table
    #[arg(long, default_value = "en")]
    pub lang: Language,
    #[command(flatten)]
    pub dataset: PartialArgs,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Args)]
pub struct FigureArgs {
    /// Folders with logs and optionally a campaign.toml, or datasets; several are put side by side
    #[arg(required = true, value_name = "CAMPAIGN")]
    pub campaigns: Vec<PathBuf>,
    /// What to draw: a quantity over time such as `net.sent` or `ping.rtt`, `migration_duration`, or an outage such
    /// as `outage_ping`
    #[arg(long)]
    pub metric: String,
    /// The host by its name or role (source, target, observer), where several have the quantity
    #[arg(long)]
    pub host: Option<String>,
    /// Draw only these levels of a factor; may be repeated
    #[arg(long = "where", value_name = "FACTOR=LEVEL,…", value_parser = levels)]
    pub shown: Vec<(String, Vec<String>)>,
    /// Event at which the curves of all runs are aligned [default: from campaign.toml, else request]
    #[arg(long, value_name = "EVENT")]
    pub align: Option<AlignKey>,
    /// Width of the figure on paper, in millimetres, such as that of a column; its text keeps its size
    #[arg(long, value_name = "MM", value_parser = clap::value_parser!(u16).range(40..=500))]
    pub width: Option<u16>,
    /// Size of its text in points, such as that of the captions of the paper [default: 8]
    #[arg(long, value_name = "PT", requires = "width", value_parser = clap::value_parser!(u16).range(5..=24))]
    pub font_size: Option<u16>,
    /// Output file: SVG, or by its ending .png or .pdf; `-` for stdout
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long)]
    pub force: bool,
    /// Language of the figure
    #[arg(long, default_value = "en")]
    pub lang: Language,
    #[command(flatten)]
    pub dataset: PartialArgs,
    #[command(flatten)]
    pub common: Common,
}

impl FigureArgs {
    pub fn layout(&self) -> LayoutTable {
        LayoutTable { shown: self.shown.iter().cloned().collect(), ..LayoutTable::default() }
    }
}

#[derive(Debug, Args)]
pub struct MetricsArgs {
    /// Language of labels and definitions
    #[arg(long, default_value = "en")]
    pub lang: Language,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlacementFormat {
    Table,
    Json,
}

#[derive(Debug, Args)]
pub struct InitArgs {
    /// Folder with the logs
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Replace an existing campaign.toml
    #[arg(long)]
    pub force: bool,
    /// Output file; `-` for stdout [default: campaign.toml in the folder]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Ask nothing, also on a terminal: leave open what the logs do not tell
    #[arg(long, short)]
    pub yes: bool,
    #[command(flatten)]
    pub common: Common,
}
