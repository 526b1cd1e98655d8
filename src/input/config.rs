//! `campaign.toml` and its defaults: the file as people write it, validated into a [`Config`].
//!
//! Everything has a default or is inferred from the logs later; an unknown key is an error that
//! names the nearest known one. `docs/campaign-toml.md` explains every key.

mod benchmarks;
mod clock;
mod declared;
mod nearest;
mod ranges;

pub use benchmarks::{
    CacheTable, EfficiencyTable, IntervalOver, LayoutTable, MeasurementTable, ParallelTable, PlacementTable,
    TableDirection, TableUnit,
};
pub use clock::DeclaredClock;
pub use declared::{
    DeclaredTable, EventsTable, Kind, ProbesTable, Quantities, Quantity, RunsTable, SeriesTable, Service,
    ServiceWindows,
};

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};
use clap::ValueEnum as _;
use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::model::metrics;
use crate::model::{Bootstrap, Event, Factors, Provenance, Role, level_rank};
pub use nearest::nearest;

/// The name of the configuration file in a campaign folder.
pub const FILE_NAME: &str = "campaign.toml";

/// Whether a level is one that others are compared with unless something else is declared, whatever stands between its words.
pub fn is_reference_level(level: &str) -> bool {
    const LEVELS: [&str; 8] =
        ["none", "idle", "baseline", "no load", "noload", "unloaded", "ohne last", "leerlauf"];
    let plain = level.to_lowercase().replace(['-', '_'], " ");
    LEVELS.contains(&plain.as_str())
}

/// The configuration file as it is written. Field names are the keys of `campaign.toml`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CampaignFile {
    pub title: Option<String>,
    /// `recorded` (default), `reconstructed` or `illustrative`.
    pub provenance: Option<ProvenanceKey>,
    pub notice: Option<String>,
    /// Offset of the local times in the logs from UTC, such as `+01:00`.
    pub utc_offset: Option<String>,
    /// One event or several; the first is that of the figures, the others are shown beside it.
    pub align: AlignKeys,
    pub vm: VmTable,
    pub hosts: Vec<HostTable>,
    /// Factors that are the same for all runs.
    pub factors: BTreeMap<String, String>,
    /// Order of the levels of a factor in tables and figures.
    pub order: BTreeMap<String, Vec<String>>,
    /// The condition that others are compared with, by some of its factor levels.
    pub reference: BTreeMap<String, String>,
    pub naming: NamingTable,
    pub ping: PingTable,
    pub probes: Vec<ProbesTable>,
    pub events: Vec<EventsTable>,
    pub series: Vec<SeriesTable>,
    pub runs: Vec<RunsTable>,
    pub xentop: XentopTable,
    pub stream: StreamTable,
    pub bootstrap: BootstrapTable,
    pub efficiency: Vec<EfficiencyTable>,
    pub parallel: Option<ParallelTable>,
    pub caches: CacheTable,
    pub placement: Option<PlacementTable>,
    pub measurements: Vec<MeasurementTable>,
    pub layout: LayoutTable,
    pub published: Vec<PublishedTable>,
    pub limits: Vec<LimitTable>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProvenanceKey {
    Recorded,
    Reconstructed,
    Illustrative,
}

impl From<ProvenanceKey> for Provenance {
    fn from(key: ProvenanceKey) -> Self {
        match key {
            ProvenanceKey::Recorded => Provenance::Recorded,
            ProvenanceKey::Reconstructed => Provenance::Reconstructed,
            ProvenanceKey::Illustrative => Provenance::Illustrative,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum AlignKey {
    /// The migration request.
    Request,
    /// The start of the outage.
    Outage,
    /// The resumption of the service.
    Resume,
    /// The end of the migration process.
    End,
}

/// One event or a list of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "OneOrMany", into = "Vec<AlignKey>")]
pub struct AlignKeys(pub Vec<AlignKey>);

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl TryFrom<OneOrMany> for AlignKeys {
    type Error = String;

    fn try_from(names: OneOrMany) -> Result<Self, String> {
        let names = match names {
            OneOrMany::One(name) => vec![name],
            OneOrMany::Many(names) => names,
        };
        let key = |name: &String| {
            let unknown = "expected one of `request`, `outage`, `resume`, `end`";
            AlignKey::from_str(name, false).map_err(|_| format!("unknown event `{name}`, {unknown}"))
        };
        names.iter().map(key).collect::<Result<_, _>>().map(Self)
    }
}

impl From<AlignKeys> for Vec<AlignKey> {
    fn from(keys: AlignKeys) -> Self {
        keys.0
    }
}

/// The first event, and the others in their order, each once; the request without any.
pub fn events(keys: &[AlignKey]) -> (Event, Vec<Event>) {
    let mut events: Vec<Event> = Vec::new();
    for event in keys.iter().map(|key| Event::from(*key)) {
        if !events.contains(&event) {
            events.push(event);
        }
    }
    let mut events = events.into_iter();
    (events.next().unwrap_or(Event::Request), events.collect())
}

impl From<AlignKey> for Event {
    fn from(key: AlignKey) -> Self {
        match key {
            AlignKey::Request => Event::Request,
            AlignKey::Outage => Event::Outage,
            AlignKey::Resume => Event::Resume,
            AlignKey::End => Event::End,
        }
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VmTable {
    pub name: Option<String>,
    pub memory_mib: Option<f64>,
    /// Seconds by which the VM's clock is ahead of the observer's.
    pub clock_offset_s: f64,
    /// Parts per million by which it runs faster.
    pub clock_drift_ppm: f64,
    /// The instant for which the offset holds, such as `2010-01-26T14:03:12+01:00`.
    pub clock_offset_at: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostTable {
    pub name: String,
    pub role: RoleKey,
    pub cpus: Option<u32>,
    /// Seconds by which the host's clock is ahead of the observer's.
    #[serde(default)]
    pub clock_offset_s: f64,
    /// Parts per million by which it runs faster.
    #[serde(default)]
    pub clock_drift_ppm: f64,
    /// The instant for which the offset holds, such as `2010-01-26T14:03:12+01:00`.
    pub clock_offset_at: Option<String>,
}

impl HostTable {
    fn clock(&self) -> anyhow::Result<(String, DeclaredClock)> {
        let at = self.clock_offset_at.as_deref();
        let of = format!("host `{}`", self.name);
        let clock = DeclaredClock::new(&of, self.clock_offset_s, self.clock_drift_ppm, at)?;
        Ok((self.name.clone(), clock))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RoleKey {
    Source,
    Target,
    Observer,
}

impl From<RoleKey> for Role {
    fn from(key: RoleKey) -> Self {
        match key {
            RoleKey::Source => Role::Source,
            RoleKey::Target => Role::Target,
            RoleKey::Observer => Role::Observer,
        }
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NamingTable {
    /// A regular expression over the path below the campaign folder, with the named groups
    /// `repetition`, `source` and `host`, all optional, and one per factor. Without a repetition the parts of files are counted.
    pub pattern: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PingTable {
    pub interval_s: Option<f64>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct XentopTable {
    /// True time between two iterations of `xentop -d1`, where it is known.
    pub period_s: Option<f64>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StreamTable {
    /// Frames per second of the film, to say how many should be lost in an outage.
    pub frame_rate: Option<f64>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BootstrapTable {
    pub seed: Option<u64>,
    pub resamples: Option<u32>,
}

/// A published figure to check the recomputation against.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedTable {
    /// A series, such as `outage_ping`.
    pub metric: String,
    pub statistic: Statistic,
    /// The VM of a benchmark's result; without it the sum or the mean over all VMs.
    pub vm: Option<String>,
    /// The unit in which it is stated; the base unit without it.
    pub unit: Option<TableUnit>,
    /// Factor levels that select the condition.
    #[serde(default, rename = "where")]
    pub condition: BTreeMap<String, String>,
    /// The figure as it was printed, as a string: its decimals are its precision.
    pub stated: String,
    pub note: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Statistic {
    Mean,
    Sd,
    Median,
    Min,
    Max,
    /// Over several VMs.
    Sum,
}

impl Statistic {
    pub fn name(self) -> &'static str {
        match self {
            Statistic::Mean => "mean",
            Statistic::Sd => "sd",
            Statistic::Median => "median",
            Statistic::Min => "min",
            Statistic::Max => "max",
            Statistic::Sum => "sum",
        }
    }
}

/// A bound on a series; exceeding it ends the program with exit status 4.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitTable {
    pub metric: String,
    pub statistic: Statistic,
    #[serde(default, rename = "where")]
    pub condition: BTreeMap<String, String>,
    /// The largest value that is accepted.
    pub at_most: f64,
}

/// The validated configuration of one campaign.
#[derive(Debug, Clone)]
pub struct Config {
    pub file: CampaignFile,
    pub naming: Option<Regex>,
    pub utc_offset_s: Option<i32>,
    pub align: Event,
    pub also_aligned: Vec<Event>,
    pub bootstrap: Bootstrap,
    pub layout: LayoutTable,
    pub vm_clock: DeclaredClock,
    /// The tables whose columns are declared, in the order in which they are asked whether a file is theirs.
    pub declared: Vec<DeclaredTable>,
    /// By the names of the declared hosts.
    host_clocks: BTreeMap<String, DeclaredClock>,
}

impl Config {
    /// Reads and validates the text of a `campaign.toml`; `""` gives the defaults.
    ///
    /// # Errors
    ///
    /// A syntax error, an unknown key (with the nearest known one) or a value that makes no sense.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let file: CampaignFile = toml::from_str(text).map_err(explain)?;
        let naming = file.naming.pattern.as_deref().map(naming_pattern).transpose()?;
        let utc_offset_s = file.utc_offset.as_deref().map(utc_offset).transpose()?;
        ranges::check(&file, text)?;
        let host_clocks = file.hosts.iter().map(HostTable::clock).collect::<anyhow::Result<_>>()?;
        let mut names: Vec<&str> = file.hosts.iter().map(|host| host.name.as_str()).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            bail!("host `{}` is declared twice", twice[0]);
        }
        for published in &file.published {
            // A benchmark's operation has a dot; which there are only the logs know.
            if !published.metric.contains('.') {
                known_metric(&published.metric)?;
            }
            ensure!(
                is_plain_number(&published.stated),
                "published {}: stated = \"{}\" is not a plain decimal number",
                published.metric,
                published.stated
            );
        }
        for limit in &file.limits {
            known_metric(&limit.metric)?;
        }
        let mut comparisons: Vec<&str> = file.efficiency.iter().map(|table| table.name.as_str()).collect();
        comparisons.sort_unstable();
        if let Some(twice) = comparisons.windows(2).find(|pair| pair[0] == pair[1]) {
            bail!("efficiency `{}` is declared twice", twice[0]);
        }
        for table in &file.efficiency {
            ensure!(
                !table.baseline.is_empty(),
                "efficiency `{}`: baseline names no factor level",
                table.name
            );
        }
        for table in &file.measurements {
            let unknown =
                matches!(table.unit, TableUnit::Percent | TableUnit::Count) && table.direction.is_none();
            ensure!(!unknown, "measurements of {}: `direction` must say which values are better", table.file);
        }
        let vm = &file.vm;
        let vm_clock =
            DeclaredClock::new("vm", vm.clock_offset_s, vm.clock_drift_ppm, vm.clock_offset_at.as_deref())?;
        let (align, also_aligned) = events(&file.align.0);
        let bootstrap = Bootstrap {
            seed: file.bootstrap.seed.unwrap_or(20_100_126),
            resamples: file.bootstrap.resamples.unwrap_or(10_000),
        };
        ensure!(
            bootstrap.resamples <= MOST_RESAMPLES,
            "bootstrap.resamples: at most {MOST_RESAMPLES}; more make no interval better, and each takes its time"
        );
        let layout = file.layout.clone();
        let probes = file.probes.iter().map(ProbesTable::declared);
        let events = file.events.iter().map(EventsTable::declared);
        let series = file.series.iter().map(SeriesTable::declared);
        let runs = file.runs.iter().map(RunsTable::declared);
        let declared = probes.chain(events).chain(series).chain(runs).collect::<anyhow::Result<_>>()?;
        Ok(Self {
            file,
            naming,
            utc_offset_s,
            align,
            also_aligned,
            bootstrap,
            layout,
            vm_clock,
            declared,
            host_clocks,
        })
    }

    /// The events at which curves are aligned, the main one first.
    pub fn events(&self) -> impl Iterator<Item = Event> {
        std::iter::once(self.align).chain(self.also_aligned.iter().copied())
    }

    /// Whether the campaign asks what benchmarks say, not what migrations do.
    pub fn is_of_benchmarks(&self) -> bool {
        let file = &self.file;
        !file.efficiency.is_empty() || file.parallel.is_some() || !file.measurements.is_empty()
    }

    /// What the levels of a factor are sorted by before their names.
    pub fn level_order(&self, factor: &str, level: &str) -> (usize, u64) {
        level_rank(self.file.order.get(factor), level)
    }

    /// The factors in the order in which names of files tell them, which is how people read them; then the
    /// declared ones.
    pub fn factor_order(&self) -> Vec<String> {
        let named = self.naming.iter().flat_map(Regex::capture_names).flatten();
        let mut order: Vec<String> = Vec::new();
        for name in named.map(str::to_owned).chain(self.file.factors.keys().cloned()) {
            if !order.contains(&name) {
                order.push(name);
            }
        }
        order
    }

    /// The declared host of that name.
    pub fn host(&self, name: &str) -> Option<&HostTable> {
        self.file.hosts.iter().find(|host| host.name == name)
    }

    /// Seconds by which the clock of a host is ahead of the observer's at an instant (Unix seconds), as
    /// declared.
    pub fn clock_offset_s(&self, host: &str, at: f64) -> f64 {
        self.host_clocks.get(host).map_or(0.0, |clock| clock.offset_s(at))
    }

    /// The same for who wrote a log of the service or of anything else: a declared host, the VM, else the observer.
    pub fn offset_of_log(&self, writer: Option<&str>, at: f64) -> f64 {
        match writer {
            Some(name) if self.host(name).is_some() => self.clock_offset_s(name, at),
            Some(name) if self.file.vm.name.as_deref() == Some(name) => self.vm_clock.offset_s(at),
            _ => self.offset_of_role(Role::Observer, at),
        }
    }

    /// The same for the first host of a role; 0 without one.
    pub fn offset_of_role(&self, role: Role, at: f64) -> f64 {
        let host = self.file.hosts.iter().find(|host| Role::from(host.role) == role);
        host.map_or(0.0, |host| self.clock_offset_s(&host.name, at))
    }
}

/// Resamples beyond which the third digit of an interval no longer changes.
const MOST_RESAMPLES: u32 = 1_000_000;

/// Whether a condition has all the levels that a `where` names.
pub fn selects(condition: &BTreeMap<String, String>, factors: &Factors) -> bool {
    condition.iter().all(|(name, level)| factors.get(name) == Some(level))
}

fn naming_pattern(pattern: &str) -> anyhow::Result<Regex> {
    Regex::new(pattern).with_context(|| format!("naming.pattern is not a regular expression: {pattern}"))
}

/// Fails for a metric that is no series, naming the nearest that is.
fn known_metric(metric: &str) -> anyhow::Result<()> {
    if metrics::find(metric).is_some() {
        return Ok(());
    }
    let known: Vec<&str> = metrics::metrics().iter().map(|entry| entry.key.0).collect();
    bail!("there is no metric `{metric}`; `stillstand metrics` lists them{}", nearest(metric, &known))
}

/// Digits with at most one point, perhaps a sign: a figure as it is printed.
fn is_plain_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    all_digits(whole) && all_digits(fraction)
}

/// `+01:00`, `-0330`, `Z` or `UTC` as seconds east of Greenwich.
fn utc_offset(text: &str) -> anyhow::Result<i32> {
    stillstand_parsers::time::utc_offset_s(text)
        .with_context(|| format!("utc_offset = \"{text}\": expected a form like +01:00"))
}

/// Adds the nearest known key to serde's message about an unknown one.
fn explain(error: toml::de::Error) -> anyhow::Error {
    let message = error.message().to_owned();
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let hint = match (message.starts_with("unknown "), quoted.split_first()) {
        (true, Some((unknown, known))) => nearest(unknown, known),
        _ => String::new(),
    };
    anyhow::anyhow!("{}{hint}", error.to_string().trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        format!("{:#}", Config::parse(text).unwrap_err())
    }

    #[test]
    fn an_empty_file_is_the_default() {
        let config = Config::parse("").unwrap();
        assert_eq!(config.align, Event::Request);
        assert_eq!(config.bootstrap.resamples, 10_000);
    }

    #[test]
    fn an_unknown_key_names_the_nearest() {
        let message = error("titel = \"x\"");
        assert!(message.contains("titel") && message.contains("Did you mean `title`?"), "{message}");
        let message = error("[[hosts]]\nname = \"a\"\nrole = \"source\"\ncpu = 2");
        assert!(message.contains("Did you mean `cpus`?") && message.contains("line 4"), "{message}");
        let message = error("[[hosts]]\nname = \"a\"\nrole = \"sorce\"");
        assert!(message.contains("Did you mean `source`?"), "{message}");
        let message = error("provenance = \"ilustrative\"");
        assert!(message.contains("Did you mean `illustrative`?"), "{message}");
    }

    #[test]
    fn curves_are_aligned_at_one_event_or_several() {
        let events = |text: &str| {
            let config = Config::parse(text).unwrap();
            (config.align, config.also_aligned)
        };
        assert_eq!(events("align = \"resume\""), (Event::Resume, vec![]));
        assert_eq!(
            events("align = [\"request\", \"resume\", \"request\"]"),
            (Event::Request, vec![Event::Resume])
        );
        assert!(error("align = \"resme\"").contains("Did you mean `resume`?"));
    }

    #[test]
    fn senseless_values_are_refused() {
        assert!(error("utc_offset = \"noon\"").contains("+01:00"));
        assert!(error("[naming]\npattern = \"(\"").contains("regular expression"));
        assert!(error("[bootstrap]\nresamples = 4294967295").contains("at most 1000000"));
        let nested = "[".repeat(20_000);
        assert!(!error(&format!("a = {nested}")).is_empty(), "deep nesting is an error");
        let host = "[[hosts]]\nname = \"a\"\nrole = \"source\"\n";
        assert!(error(&format!("{host}{host}")).contains("twice"));
        let published = |metric: &str, stated: &str| {
            error(&format!(
                "[[published]]\nmetric = \"{metric}\"\nstatistic = \"mean\"\nstated = \"{stated}\""
            ))
        };
        assert!(published("outage_ping", "x").contains("stated"));
        assert!(published("outage_ping", "8.87e1").contains("stated"));
        assert!(published("outage_pin", "1.0").contains("Did you mean `outage_ping`?"));
    }

    #[test]
    fn offsets_are_seconds_east() {
        assert_eq!(utc_offset("+01:00").unwrap(), 3600);
        assert_eq!(utc_offset("-03:30").unwrap(), -12_600);
        assert_eq!(utc_offset("UTC").unwrap(), 0);
    }
}
