//! The command line. No logic here.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::input::config::{AlignKey, LayoutTable};
use crate::show::report::DocumentFormat;
use crate::show::text::Language;

/// Turns the logs of a virtualisation testbed into answers: outages, migration durations,
/// resource curves, as reports and as data.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, arg_required_else_help = true)]
#[command(
    after_help = "Exit status: 0 done; 1 it could not be done; 2 the command line or campaign.toml is \
wrong; 3 done, but --strict found data problems; 4 verify found a difference or a limit was exceeded."
)]
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
    /// Write the parsed and aligned series as a Parquet dataset, partitioned by factor and repetition
    Ingest(IngestArgs),
    /// Say what each file is, how much of it could be read, and what is wrong with it and where
    Inspect(InspectArgs),
    /// Recompute a report or a dataset from its inputs and say whether every output is the same, byte for byte
    Verify(VerifyArgs),
    /// Put two campaigns, or two factor levels, side by side: difference, ratio, interval, significance
    Compare(CompareArgs),
    /// Say which VM to migrate first, and why
    Placement(PlacementArgs),
    /// Look at a folder of logs and write the campaign.toml that describes it, for you to correct
    Init(InitArgs),
    /// List the formats that are read
    Formats,
}

#[derive(Debug, Args)]
pub struct Common {
    /// How many things to do at a time: files to read, figures to draw [default: all processors]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Only errors on stderr
    #[arg(long, short)]
    pub quiet: bool,
}

/// How tables and figures of benchmarks are arranged.
#[derive(Debug, Args)]
pub struct LayoutArgs {
    /// What rows of benchmark tables are told apart by: factors, or `benchmark`, `operation`, `vm`
    /// [default: benchmark,operation]
    #[arg(long, value_name = "FACTOR", value_delimiter = ',')]
    pub rows: Vec<String>,
    /// What their columns are told apart by [default: all factors that vary]
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
}

#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Folders with logs, and perhaps a campaign.toml; several stand side by side. Of a folder above
    /// several each gets a chapter of its own
    #[arg(required = true, value_name = "CAMPAIGN")]
    pub campaigns: Vec<PathBuf>,
    /// Folder to write the report into; appears whole or not at all
    #[arg(long, short, value_name = "OUT")]
    pub output: PathBuf,
    /// Which documents to write
    #[arg(long, value_delimiter = ',', default_value = "html,pdf")]
    pub format: Vec<DocumentFormat>,
    /// Language of the documents
    #[arg(long, default_value = "en")]
    pub lang: Language,
    /// Event at which the curves of all runs are aligned; several are shown one after another
    /// [default: as in campaign.toml, else request]
    #[arg(long, value_name = "EVENT", value_delimiter = ',')]
    pub align: Vec<AlignKey>,
    #[command(flatten)]
    pub layout: LayoutArgs,
    /// Replace an existing report
    #[arg(long)]
    pub force: bool,
    /// Exit with status 3 when there is a data problem of severity error
    #[arg(long)]
    pub strict: bool,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Args)]
pub struct StatsArgs {
    /// Folders with logs, and perhaps a campaign.toml; several stand side by side. Of a folder above
    /// several each is told for itself
    #[arg(required = true, value_name = "CAMPAIGN")]
    pub campaigns: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = StatsFormat::Table)]
    pub format: StatsFormat,
    /// Language of tables
    #[arg(long, default_value = "en")]
    pub lang: Language,
    /// Event at which the curves of all runs are aligned; several are shown one after another
    /// [default: as in campaign.toml, else request]
    #[arg(long, value_name = "EVENT", value_delimiter = ',')]
    pub align: Vec<AlignKey>,
    #[command(flatten)]
    pub layout: LayoutArgs,
    /// Exit with status 3 when there is a data problem of severity error
    #[arg(long)]
    pub strict: bool,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatsFormat {
    /// Tables for reading
    Table,
    /// The summary.json of a report
    Json,
    /// One row a value: condition, metric, unit, repetition, value
    Csv,
    /// Tables in Markdown
    Markdown,
}

#[derive(Debug, Args)]
pub struct IngestArgs {
    /// Folders with logs, and perhaps a campaign.toml; of a folder above several each gets a folder of its own
    #[arg(required = true, value_name = "CAMPAIGN")]
    pub campaigns: Vec<PathBuf>,
    /// Folder to write the dataset into; appears whole or not at all
    #[arg(long, short, value_name = "DATASET")]
    pub output: PathBuf,
    /// Event that times are counted from [default: as in campaign.toml, else request]
    #[arg(long, value_name = "EVENT")]
    pub align: Option<AlignKey>,
    /// Replace an existing dataset
    #[arg(long)]
    pub force: bool,
    /// Exit with status 3 when there is a data problem of severity error
    #[arg(long)]
    pub strict: bool,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Args)]
pub struct InspectArgs {
    /// Log files
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = InspectFormat::Table)]
    pub format: InspectFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum InspectFormat {
    Table,
    Json,
}

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Report folder
    pub report: PathBuf,
    /// Campaign folder, once for each campaign of the report, or the folder above them all [default:
    /// where they were]
    #[arg(long, value_name = "CAMPAIGN")]
    pub campaign: Vec<PathBuf>,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Args)]
pub struct CompareArgs {
    /// What is compared against: a campaign folder, or FOLDER:factor=level for part of one
    pub a: String,
    /// What is compared
    pub b: String,
    /// How to print
    #[arg(long, value_enum, default_value_t = StatsFormat::Table)]
    pub format: StatsFormat,
    /// Language of tables
    #[arg(long, default_value = "en")]
    pub lang: Language,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Args)]
pub struct PlacementArgs {
    /// Folder with what was measured, and a campaign.toml
    pub campaign: PathBuf,
    /// Per cent of the host that the VMs may use together [default: as in campaign.toml, else 65]
    #[arg(long, value_name = "PERCENT")]
    pub threshold: Option<f64>,
    /// How to print
    #[arg(long, value_enum, default_value_t = PlacementFormat::Table)]
    pub format: PlacementFormat,
    /// Language of the table
    #[arg(long, default_value = "en")]
    pub lang: Language,
    #[command(flatten)]
    pub common: Common,
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
    /// Where to write; `-` is stdout [default: campaign.toml in the folder]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub common: Common,
}
