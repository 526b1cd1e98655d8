//! A campaign folder as a sorted list of files, each with the run that its path names.
//!
//! Only names and paths are looked at here; what a file holds is decided by its bytes, in
//! [`crate::input::load`], and what of a folder is read at all in [`crate::input::folder`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use anyhow::Context;
use regex::{Captures, Regex};
use stillstand_parsers::FORMATS;

use crate::input::config::{self, Config, DeclaredTable};
use crate::input::folder::{self, FileList, Listing};
use crate::model::diagnostics::campaign_diagnostic;
use crate::model::{Diagnostic, Factors, Severity};

/// The files of one campaign.
#[derive(Debug)]
pub struct Session {
    /// The folder as the user named it.
    pub path: PathBuf,
    pub config: Config,
    /// The text of `campaign.toml`; empty without one.
    pub config_text: String,
    /// Sorted by relative path.
    pub files: Vec<Arc<SessionFile>>,
    /// The plain tables of measurements that the configuration declares.
    pub tables: Vec<SessionTable>,
    /// Files that belong to no run.
    pub diagnostics: Vec<Diagnostic>,
    /// The levels of all files.
    pub factors: BTreeSet<Arc<Factors>>,
}

/// A plain table of measurements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionTable {
    /// Path below the campaign folder, with `/` on every system.
    pub relative: String,
    pub path: PathBuf,
}

/// One log file and what its name says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionFile {
    /// Path below the campaign folder, with `/` on every system.
    pub relative: String,
    /// Where the file is.
    pub path: PathBuf,
    pub run: RunKey,
    /// Whether the repetition is that of its name; of another it is 1, and that of its parts their number.
    pub names_repetition: bool,
    /// The kind of log by its name, such as `dstat`; a hint for messages only.
    pub source: Option<String>,
    pub host: Option<String>,
    /// Of a table whose columns are declared: which of [`Config::declared`] it is.
    pub declared: Option<usize>,
}

/// The group of a pattern that names the host.
const HOST: &str = "host";
/// The code of files whose name belongs to no run.
const WITHOUT_RUN: &str = "file-without-run";
/// The largest `campaign.toml` in bytes; one that people write has some thousand.
pub const LARGEST_CONFIG: u64 = 1 << 20;

/// What tells runs apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunKey {
    /// Shared by all files of the condition: there are few of these, and many files.
    pub factors: Arc<Factors>,
    pub repetition: u32,
}

/// The name of a folder, also of one that was named `.` or `..`.
pub fn folder_name(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let name = path.file_name().or_else(|| absolute.file_name());
    name.map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// `<load><repetition>-<source>[-<host>].<ext>`, then the same with folders in place of the
/// first hyphens: `<load>/<repetition>/<source>…` and `<load><repetition>/<source>…`.
static DEFAULT_NAMINGS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let names = FORMATS.iter().flat_map(|format| format.file_names());
    let mut of_several_words: Vec<&str> = names.filter(|name| name.contains('-')).collect();
    of_several_words.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let known = of_several_words.join("|");
    let rest = format!(r"(?<source>{known}|[^-/.]+)(?:-(?<host>[^/]+?))?(?:\.[^/.]*)?$");
    [
        format!(r"^(?:.*/)?(?<load>[^/]*?[^/\d_-])[_-]?(?<repetition>\d+)-{rest}"),
        format!(r"^(?:.*/)?(?<load>[^/]+)/(?:run|rep|repetition)?[_-]?(?<repetition>\d+)/{rest}"),
        format!(r"^(?:.*/)?(?<load>[^/]*?[^/\d_-])[_-]?(?<repetition>\d+)/{rest}"),
    ]
    .iter()
    .filter_map(|pattern| Regex::new(pattern).ok())
    .collect()
});

impl Session {
    /// The relative paths of files that belong to no run, of those that may be read.
    pub fn other_files(&self) -> impl Iterator<Item = &str> {
        let others = self.diagnostics.iter().filter(|told| told.code != folder::NOT_READ);
        others.filter_map(|told| told.file.as_deref())
    }

    /// Lists the campaign at `path`, or of it what a list names, and reads its configuration.
    ///
    /// # Errors
    ///
    /// The folder cannot be read, its `campaign.toml` is wrong or the list names what is not below it ([`ConfigError`]), or
    /// there is no file that belongs to a run.
    pub fn open(path: &Path, list: Option<&FileList>) -> anyhow::Result<Self> {
        is_folder(path)?;
        let config_path = path.join(config::FILE_NAME);
        let config_text = folder::text_inside(path, config::FILE_NAME, LARGEST_CONFIG)
            .map_err(|error| ConfigError(format!("{}: {error:#}", config_path.display())))?
            .unwrap_or_default();
        let listing = match list {
            Some(list) => folder::select(path, list).map_err(|error| ConfigError(format!("{error:#}")))?,
            None => folder::list(path)?,
        };
        let session = Self::with_listing(path, config_text, listing)?;
        anyhow::ensure!(
            !session.files.is_empty() || !session.tables.is_empty(),
            "{}: no log file found whose name shows its run. Expected names like \
             `memtester3-xentop-kirsche.test` (<load><repetition>-<source>[-<host>].<ext>), folders like \
             `memtester/3/`, or a `naming.pattern` in {}{}",
            path.display(),
            config::FILE_NAME,
            session.left_over()
        );
        Ok(session)
    }

    /// Lists the campaign at `path` as if `config_text` were its `campaign.toml`.
    ///
    /// # Errors
    ///
    /// The folder cannot be read, or the configuration is wrong ([`ConfigError`]).
    pub fn with_config(path: &Path, config_text: String) -> anyhow::Result<Self> {
        Self::with_listing(path, config_text, folder::list(path)?)
    }

    fn with_listing(path: &Path, config_text: String, listing: Listing) -> anyhow::Result<Self> {
        let config = Config::parse(&config_text)
            .map_err(|error| ConfigError(format!("{}: {error:#}", path.join(config::FILE_NAME).display())))?;
        let Listing { files: paths, diagnostics } = listing;
        let mut session = Self {
            path: path.to_owned(),
            config,
            config_text,
            files: Vec::new(),
            tables: Vec::new(),
            diagnostics,
            factors: BTreeSet::new(),
        };
        for (relative, path) in paths {
            session.place(relative, path);
        }
        let is_used = |number: usize| session.files.iter().any(|file| file.declared == Some(number));
        let without = session.config.declared.iter().enumerate().filter(|(number, _)| !is_used(*number));
        let told = without.map(|(_, table)| unused(table.files.as_str(), table.kind()));
        let names: Vec<&str> = session.files.iter().map(|file| without_compression(&file.relative)).collect();
        let without = session.config.services.iter();
        let without = without.filter(|logs| !names.iter().any(|name| logs.files.is_match(name)));
        let of_service = without.map(|logs| unused(logs.files.as_str(), "service"));
        let told: Vec<Diagnostic> = told.chain(of_service).collect();
        session.diagnostics.extend(told);
        Ok(session)
    }

    /// Lists every file of a folder, whatever its name; all are of one run without a name.
    ///
    /// # Errors
    ///
    /// The folder cannot be read.
    pub fn without_names(path: &Path) -> anyhow::Result<Self> {
        is_folder(path)?;
        let Listing { files: paths, diagnostics } = folder::list(path)?;
        let none = Arc::new(Factors::new());
        let files = paths
            .into_iter()
            .map(|(relative, path)| {
                Arc::new(SessionFile {
                    relative,
                    path,
                    run: RunKey { factors: Arc::clone(&none), repetition: 0 },
                    names_repetition: true,
                    source: None,
                    host: None,
                    declared: None,
                })
            })
            .collect();
        let config = Config::parse("")?;
        let (config_text, tables) = (String::new(), Vec::new());
        let factors = BTreeSet::new();
        Ok(Self { path: path.to_owned(), config, config_text, files, tables, diagnostics, factors })
    }

    fn place(&mut self, relative: String, path: PathBuf) {
        if self.config.file.measurements.iter().any(|table| table.file == relative) {
            self.tables.push(SessionTable { relative, path });
            return;
        }
        let name = without_compression(&relative);
        let declared = self.config.declared.iter().position(|table| table.files.is_match(name));
        // A pattern with names in it names the run, too, unless all it names is the host.
        let table = declared.and_then(|number| self.config.declared.get(number));
        let names_run = |table: &&DeclaredTable| {
            table.is_of_runs() || table.files.capture_names().flatten().any(|group| group != HOST)
        };
        let own = table.filter(names_run).map(|table| &table.files);
        let told = table.and_then(|table| Some(table.files.captures(name)?.name(HOST)?.as_str().to_owned()));
        let placed = match own.or(self.config.naming.as_ref()) {
            Some(pattern) => pattern.captures(name).map(|captures| (captures, pattern)),
            None => DEFAULT_NAMINGS.iter().find_map(|p| p.captures(name).map(|captures| (captures, p))),
        }
        .and_then(|(captures, pattern)| file_of(&relative, path, &captures, pattern, &self.config))
        .map(|file| {
            let host = table.and_then(|table| table.host.clone()).or(told).or(file.host);
            SessionFile { declared, host, ..file }
        });
        match placed {
            Some(mut file) => {
                match self.factors.get(&file.run.factors) {
                    Some(known) => file.run.factors = Arc::clone(known),
                    None => drop(self.factors.insert(Arc::clone(&file.run.factors))),
                }
                self.files.push(Arc::new(file));
            }
            None => self.diagnostics.push(Diagnostic {
                severity: Severity::Note,
                code: WITHOUT_RUN,
                file: Some(relative),
                line: None,
                column: None,
                message: "the name does not tell to which run the file belongs; it was not read".to_owned(),
                text: None,
            }),
        }
    }

    /// How many files there were, for the message that none of them could be placed.
    fn left_over(&self) -> String {
        let unread = self.diagnostics.iter().find(|d| d.code != WITHOUT_RUN);
        if let Some(Diagnostic { file: Some(file), message, .. }) = unread {
            return format!("; {file}: {message}");
        }
        match self.diagnostics.first().and_then(|d| d.file.as_deref()) {
            Some(first) => format!("; {} file(s) fit neither, for example {first}", self.diagnostics.len()),
            None => "; the folder is empty".to_owned(),
        }
    }
}

/// The campaigns in a folder: the folder itself, unless it has no `campaign.toml` and folders below it
/// have, or hold the logs of the same runs; then those, sorted by path. A dataset is a campaign, and a folder of nothing
/// but datasets holds these.
///
/// # Errors
///
/// The folder cannot be listed.
pub fn campaigns(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !folder.is_dir() || folder.join(config::FILE_NAME).exists() || folder::is_output(folder) {
        return Ok(vec![folder.to_owned()]);
    }
    let (mut found, mut datasets) = (Vec::new(), Vec::new());
    below(folder, &mut found, &mut datasets)?;
    if found.is_empty() && !datasets.is_empty() && folder::list(folder)?.files.is_empty() {
        found = datasets;
    }
    if found.is_empty() {
        found = of_equal_names(folder)?;
    }
    found.sort();
    Ok(if found.is_empty() { vec![folder.to_owned()] } else { found })
}

/// The folders right below `folder`, if two of them hold the log of the same kind from the same host of the same run:
/// one campaign has but one. Logs that do not name their host may lie in a folder for each host, and tell nothing.
fn of_equal_names(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let session = Session::with_config(folder, String::new())?;
    let mut known: BTreeMap<(&RunKey, &Option<String>, &str), &str> = BTreeMap::new();
    let mut tops = BTreeSet::new();
    let mut twice = false;
    for file in &session.files {
        // Logs right in the folder make it a campaign.
        let Some((top, _)) = file.relative.split_once('/') else { return Ok(Vec::new()) };
        tops.insert(top);
        if let Some(host) = &file.host {
            let first = known.entry((&file.run, &file.source, host)).or_insert(top);
            twice |= *first != top;
        }
    }
    Ok(if twice { tops.into_iter().map(|top| folder.join(top)).collect() } else { Vec::new() })
}

/// Folders below `folder` that hold a `campaign.toml`, and datasets; a campaign's own folders are not searched.
fn below(folder: &Path, found: &mut Vec<PathBuf>, datasets: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry.with_context(|| folder.display().to_string())?;
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        if folder::is_output(&entry.path()) {
            datasets.extend(folder::is_dataset(&entry.path()).then(|| entry.path()));
            continue;
        }
        if entry.path().join(config::FILE_NAME).exists() {
            found.push(entry.path());
        } else {
            // One that cannot be listed is named when its campaign is.
            let _ = below(&entry.path(), found, datasets);
        }
    }
    Ok(())
}

/// The command line is right, but `campaign.toml` is not: exit status 2.
#[derive(Debug)]
pub struct ConfigError(String);

impl ConfigError {
    pub fn new(message: String) -> Self {
        Self(message)
    }
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

/// What is declared of files that there are not.
fn unused(files: &str, table: &str) -> Diagnostic {
    let message = format!(
        "`files = '{files}'` of [[{table}]] in {} fits no file of the campaign, by its path below the folder",
        config::FILE_NAME
    );
    campaign_diagnostic(Severity::Warning, "declared-without-file", message)
}

/// A path without the ending of a compressed file.
pub fn without_compression(path: &str) -> &str {
    [".gz", ".zst"].iter().find_map(|ending| path.strip_suffix(ending)).unwrap_or(path)
}

/// A question for the folder beside a missing one that is called most like it; empty where none is.
fn nearest(missing: &Path) -> String {
    let above = missing.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let wanted = folder_name(missing);
    let beside = std::fs::read_dir(above).into_iter().flatten().flatten();
    let folders = beside.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let mut names: Vec<(f64, String)> = folders
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .map(|name| (strsim::jaro_winkler(&wanted, &name), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .collect();
    names.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let path = |name: &String| missing.with_file_name(name);
    names.first().map_or_else(String::new, |(_, name)| format!("; did you mean {}?", path(name).display()))
}

fn is_folder(path: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(path.exists(), "{}: no such folder{}", path.display(), nearest(path));
    anyhow::ensure!(path.is_dir(), "{}: a campaign is a folder, this is a file", path.display());
    Ok(())
}

fn file_of(
    relative: &str,
    path: PathBuf,
    captures: &Captures<'_>,
    pattern: &Regex,
    config: &Config,
) -> Option<SessionFile> {
    let group =
        |name: &str| captures.name(name).map(|m| m.as_str().to_owned()).filter(|text| !text.is_empty());
    let named = group("repetition");
    let names_repetition = named.is_some();
    let repetition = named.map_or(Some(1), |digits| digits.parse().ok())?;
    let mut factors: BTreeMap<String, String> = config.file.factors.clone();
    for name in pattern.capture_names().flatten() {
        if !matches!(name, "repetition" | "source" | "host") {
            factors.insert(name.to_owned(), group(name)?);
        }
    }
    Some(SessionFile {
        relative: relative.to_owned(),
        path,
        run: RunKey { factors: Arc::new(factors), repetition },
        names_repetition,
        source: group("source"),
        host: group("host"),
        declared: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(relative: &str, config: &str) -> Option<(String, u32, Option<String>, Option<String>)> {
        let mut session = Session {
            path: PathBuf::new(),
            config: Config::parse(config).unwrap(),
            config_text: String::new(),
            files: Vec::new(),
            tables: Vec::new(),
            diagnostics: Vec::new(),
            factors: BTreeSet::new(),
        };
        session.place(relative.to_owned(), PathBuf::new());
        let file = SessionFile::clone(&*session.files.pop()?);
        Some((file.run.factors["load"].clone(), file.run.repetition, file.source, file.host))
    }

    fn check(relative: &str, load: &str, repetition: u32, source: &str, host: Option<&str>) {
        let expected = Some((load.to_owned(), repetition, Some(source.to_owned()), host.map(str::to_owned)));
        assert_eq!(place(relative, ""), expected, "{relative}");
    }

    #[test]
    fn default_names_tell_load_repetition_source_and_host() {
        check("memtester3-xentop-kirsche.test", "memtester", 3, "xentop", Some("kirsche"));
        check("memtester3-migration-time.test", "memtester", 3, "migration-time", None);
        check("none12-ping.test", "none", 12, "ping", None);
        check("none12-ping-gawk-asam.test", "none", 12, "ping-gawk", Some("asam"));
        check("none12-ping-gawky.test", "none", 12, "ping", Some("gawky"));
        check("deep/er/cpu-burn-2-dstat-node-7.csv", "cpu-burn", 2, "dstat", Some("node-7"));
        check("memtester/3/dstat-apfel.csv", "memtester", 3, "dstat", Some("apfel"));
        check("memtester/run-3/ping.log", "memtester", 3, "ping", None);
        check("memtester3/zeit.log", "memtester", 3, "zeit", None);
        check("none1-dstat-kirsche.test.gz", "none", 1, "dstat", Some("kirsche"));
    }

    #[test]
    fn other_names_belong_to_no_run() {
        assert_eq!(place("notes.txt", ""), None);
        assert_eq!(place("memtester-ping.test", ""), None);
        assert_eq!(place("memtester99999999999-ping.test", ""), None);
    }

    #[test]
    fn a_pattern_of_the_configuration_replaces_the_default() {
        let config = r#"naming.pattern = '^(?<load>\w+)\.r(?<repetition>\d+)\.(?<source>\w+)'"#;
        let expected = Some(("mem".to_owned(), 4, Some("ping".to_owned()), None));
        assert_eq!(place("mem.r4.ping.txt", config), expected);
        assert_eq!(place("memtester3-ping.test", config), None);
    }
}
