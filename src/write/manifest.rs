//! What came from what: the manifest of a report, and its verification.
//!
//! The manifest holds everything that decides the bytes of a report – the inputs by SHA-256, the
//! configuration, the options, the version – and the SHA-256 of every output. It holds no time of
//! day, no machine and no number of jobs, since these change nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::campaign::dataset::GENERATOR;
use crate::input::config::{AlignKey, CampaignFile, LayoutTable};
use crate::input::folder;
use crate::input::load::sha256_of;
use crate::model::VERSION;
use crate::show::report::{Detail, DocumentFormat};
use crate::show::text::Language;
use crate::write::attempt::Made;
use crate::write::output::{LARGEST_MANIFEST, MANIFEST};
use crate::write::present::{Entry, present};

/// `manifest.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    pub generator: String,
    pub version: String,
    pub schema: u32,
    /// What the folder is: no dataset.
    #[serde(default)]
    pub product: String,
    pub options: ReportOptions,
    /// The name of a portfolio; `null` where all campaigns stand side by side.
    #[serde(default)]
    pub portfolio: Option<String>,
    pub campaigns: Vec<CampaignManifest>,
    /// Relative path → SHA-256 of every other file of the report.
    pub outputs: BTreeMap<String, String>,
    /// Relative path → why this file could not be made.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub failed: BTreeMap<String, String>,
}

/// What one campaign of a report was made from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CampaignManifest {
    /// The folder as it was named on the command line.
    pub path: String,
    /// The title, which may come from the name of the folder.
    pub title: String,
    /// Its chapter in a portfolio.
    #[serde(default)]
    pub chapter: Option<String>,
    /// The dataset that stood for its logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<String>,
    /// The configuration in full, defaults as `null`.
    pub configuration: CampaignFile,
    /// Relative path → SHA-256; `null` for a file that could not be read.
    pub inputs: BTreeMap<String, Option<String>>,
}

/// The options of `report` that change its bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReportOptions {
    /// Empty: as the configuration says.
    pub align: Vec<AlignKey>,
    /// As the command line asks for; empty: as the configuration says.
    pub layout: LayoutTable,
    pub lang: Language,
    #[serde(default)]
    pub detail: Detail,
    pub formats: Vec<DocumentFormat>,
    /// Whether figures are also written as PNG.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub png: bool,
    /// Whether a dataset was taken of which parts are missing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
    /// Whether a list named the files that were read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub listed: bool,
}

impl Manifest {
    /// The manifest of a finished folder.
    pub fn new(
        options: ReportOptions,
        portfolio: Option<String>,
        campaigns: Vec<CampaignManifest>,
        made: &Made,
    ) -> Self {
        Self {
            generator: GENERATOR.to_owned(),
            version: VERSION.to_owned(),
            schema: super::json::SCHEMA,
            product: "report".to_owned(),
            options,
            portfolio,
            campaigns,
            outputs: made.outputs.clone(),
            failed: made.failed.clone(),
        }
    }

    /// Pretty-printed JSON with a line end.
    ///
    /// # Errors
    ///
    /// Never with this type; serde asks for it.
    pub fn to_json(&self) -> anyhow::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self).context(MANIFEST)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads the manifest of the report folder `out`, and its bytes.
    ///
    /// # Errors
    ///
    /// There is none, or it is not one of this program's.
    pub fn read(out: &Path) -> anyhow::Result<(Self, Vec<u8>)> {
        let path = out.join(MANIFEST);
        let no_report = || format!("{}: not a report folder, its {MANIFEST} cannot be read", out.display());
        ensure_written(out)?;
        // Not where a link leads: that is another folder's.
        let metadata = std::fs::symlink_metadata(&path).with_context(no_report)?;
        anyhow::ensure!(metadata.is_file(), "{}: it is no plain file", no_report());
        let bytes = folder::read(&path, LARGEST_MANIFEST).with_context(no_report)?;
        let manifest: Self = serde_json::from_slice(&bytes)
            .with_context(|| format!("{}: not a manifest of this version of stillstand", path.display()))?;
        if manifest.generator != GENERATOR {
            bail!("{}: written by {}, not by stillstand", path.display(), manifest.generator);
        }
        Ok((manifest, bytes))
    }
}

/// An error with the way out for what is plainly no folder that this program wrote.
fn ensure_written(out: &Path) -> anyhow::Result<()> {
    let shown = out.display();
    anyhow::ensure!(out.exists(), "{shown}: no such folder");
    if !out.is_dir() {
        let above = out.parent().filter(|above| above.join(MANIFEST).is_file());
        match above {
            Some(above) => bail!("{shown}: a file of a report; give its folder: {}", above.display()),
            None => bail!(
                "{shown}: a file; what is expected is a folder that `stillstand report` or `stillstand ingest` wrote"
            ),
        }
    }
    anyhow::ensure!(
        std::fs::symlink_metadata(out.join(MANIFEST)).is_ok(),
        "{shown}: not a report folder, it has no {MANIFEST}. Expected is a folder that `stillstand report` or `stillstand ingest` wrote; \
         `stillstand report {shown} -o OUT` makes a report of logs"
    );
    Ok(())
}

/// A difference that `verify` found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    InputChanged(String),
    /// It was not read for the report, for lack of memory or because it could not be, and is now.
    InputUnread(String),
    InputMissing(String),
    InputNew(String),
    /// The file in the report folder is not the one that was written.
    OutputAltered(String),
    OutputMissing(String),
    /// The recomputation gives other bytes than were written.
    OutputNotReproduced(String),
    /// The recomputation gives a file that was not written.
    OutputNotWritten(String),
    /// A file in the report folder that the report did not write.
    Foreign(String),
    /// The manifest names a file that would lie outside of the report folder; it was not looked at.
    Outside(String),
    Configuration,
    Campaigns,
    /// A part of a dataset that is not there.
    ShardMissing(String),
    /// What is called a part of a dataset and does not belong to it, and why.
    Misfit(String),
    /// What else the manifest holds at a place is not what would be written.
    Manifest(String),
    Version {
        written: String,
        running: String,
    },
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Difference::InputChanged(path) => write!(f, "input changed: {path}"),
            Difference::InputUnread(path) => write!(f, "input that the report was made without: {path}"),
            Difference::InputMissing(path) => write!(f, "input missing: {path}"),
            Difference::InputNew(path) => write!(f, "new input, not in the report: {path}"),
            Difference::OutputAltered(path) => write!(f, "output altered since it was written: {path}"),
            Difference::OutputMissing(path) => write!(f, "output missing: {path}"),
            Difference::OutputNotReproduced(path) => write!(f, "output not reproduced: {path}"),
            Difference::OutputNotWritten(path) => write!(f, "new output, not in the report: {path}"),
            Difference::Foreign(path) => write!(f, "not a file of the report: {path}"),
            Difference::Outside(path) => write!(f, "not in the report folder, so not compared: {path}"),
            Difference::Manifest(place) => write!(f, "{MANIFEST} has another value: {place}"),
            Difference::Configuration => f.write_str("the configuration has changed"),
            Difference::ShardMissing(shard) => write!(f, "shard missing: {shard}"),
            Difference::Misfit(why) => f.write_str(why),
            Difference::Campaigns => f.write_str("the number of campaigns has changed"),
            Difference::Version { written, running } => {
                write!(f, "written by version {written}, recomputed by {running}")
            }
        }
    }
}

/// Compares the report folder `out` and its manifest, as it is there, with a recomputation. Nothing outside of the
/// folder is read.
///
/// # Errors
///
/// The folder cannot be listed.
pub fn compare(
    out: &Path,
    written: (&Manifest, &[u8]),
    recomputed: (&Manifest, &[u8]),
) -> anyhow::Result<Vec<Difference>> {
    let mut found = Vec::new();
    let bytes = (written.1, recomputed.1);
    let (written, recomputed) = (written.0, recomputed.0);
    if written.version != recomputed.version {
        found.push(Difference::Version {
            written: written.version.clone(),
            running: recomputed.version.clone(),
        });
    }
    if written.campaigns.len() != recomputed.campaigns.len() {
        found.push(Difference::Campaigns);
    }
    for (before, now) in written.campaigns.iter().zip(&recomputed.campaigns) {
        campaign(before, now, &mut found);
    }
    let entries = present(out).with_context(|| out.display().to_string())?;
    outputs(out, written, recomputed, &entries, &mut found);
    found.extend(rest(bytes.0, bytes.1, found.is_empty()));
    let foreign = entries.into_iter().map(|entry| entry.path);
    let foreign = foreign.filter(|path| path != MANIFEST && !written.outputs.contains_key(path));
    found.extend(foreign.map(Difference::Foreign));
    Ok(found)
}

fn outputs(
    out: &Path,
    written: &Manifest,
    recomputed: &Manifest,
    entries: &[Entry],
    found: &mut Vec<Difference>,
) {
    let files: BTreeSet<&str> =
        entries.iter().filter(|entry| entry.is_file).map(|entry| entry.path.as_str()).collect();
    for (path, hash) in &written.outputs {
        if !is_inside(path) {
            found.push(Difference::Outside(path.clone()));
            continue;
        }
        // Of links and what else may lie there only the name was looked at.
        let hashed = |path: &str| anyhow::Ok(sha256_of(folder::open(&out.join(path))?)?);
        match files.contains(path.as_str()).then(|| hashed(path)) {
            Some(Ok(there)) if there == *hash => {}
            Some(Ok(_)) => found.push(Difference::OutputAltered(path.clone())),
            Some(Err(_)) | None => found.push(Difference::OutputMissing(path.clone())),
        }
        if recomputed.outputs.get(path) != Some(hash) {
            found.push(Difference::OutputNotReproduced(path.clone()));
        }
    }
    let more = recomputed.outputs.keys().filter(|path| !written.outputs.contains_key(*path));
    found.extend(more.map(|path| Difference::OutputNotWritten(path.clone())));
}

/// Whether a path leads to a place below the folder that it starts from.
fn is_inside(path: &str) -> bool {
    let parts = |part| matches!(part, std::path::Component::Normal(_));
    !path.is_empty() && !path.contains('\\') && Path::new(path).components().all(parts)
}

/// What the manifest holds beside versions, inputs, configurations and outputs, which are compared by themselves; also keys
/// that this version does not know. Where nothing else differs, every byte counts.
fn rest(written: &[u8], recomputed: &[u8], all_else_is_equal: bool) -> Vec<Difference> {
    let parsed = |bytes| -> Option<Value> {
        let mut value: Value = serde_json::from_slice(bytes).ok()?;
        let object = value.as_object_mut()?;
        object.remove("version");
        object.remove("outputs");
        for campaign in object.get_mut("campaigns")?.as_array_mut()? {
            let campaign = campaign.as_object_mut()?;
            campaign.remove("inputs");
            campaign.remove("configuration");
        }
        Some(value)
    };
    let mut places = Vec::new();
    match (parsed(written), parsed(recomputed)) {
        (Some(written), Some(recomputed)) => differing("", &written, &recomputed, &mut places),
        _ => places.push("/".to_owned()),
    }
    if places.is_empty() && all_else_is_equal && written != recomputed {
        places.push("it says the same in other bytes".to_owned());
    }
    places.into_iter().map(Difference::Manifest).collect()
}

/// Where two values differ, as a path such as `campaigns/0/title`.
pub(super) fn differing(place: &str, a: &Value, b: &Value, places: &mut Vec<String>) {
    let below = |key: &str| if place.is_empty() { key.to_owned() } else { format!("{place}/{key}") };
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys {
                match (a.get(key), b.get(key)) {
                    (Some(a), Some(b)) => differing(&below(key), a, b, places),
                    _ => places.push(below(key)),
                }
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                differing(&below(&index.to_string()), a, b, places);
            }
        }
        _ if a == b => {}
        _ => places.push(place.to_owned()),
    }
}

fn campaign(written: &CampaignManifest, recomputed: &CampaignManifest, found: &mut Vec<Difference>) {
    let json = |manifest: &CampaignManifest| serde_json::to_value(&manifest.configuration).ok();
    if json(written) != json(recomputed) {
        found.push(Difference::Configuration);
    }
    inputs(&written.inputs, &recomputed.inputs, found);
}

/// Relative path → SHA-256; none of an unreadable file.
pub(super) type Inputs = BTreeMap<String, Option<String>>;

/// Compares what was read.
pub(super) fn inputs(written: &Inputs, recomputed: &Inputs, found: &mut Vec<Difference>) {
    for (path, hash) in written {
        match recomputed.get(path) {
            None => found.push(Difference::InputMissing(path.clone())),
            Some(Some(_)) if hash.is_none() => found.push(Difference::InputUnread(path.clone())),
            Some(now) if now != hash => found.push(Difference::InputChanged(path.clone())),
            Some(_) => {}
        }
    }
    let new = recomputed.keys().filter(|path| !written.contains_key(*path));
    found.extend(new.map(|path| Difference::InputNew(path.clone())));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_folder_are_known() {
        for path in ["report.html", "figures/a.svg", "a..b"] {
            assert!(is_inside(path), "{path}");
        }
        for path in ["", "/etc/passwd", "../x", "a/../../x", "./x", "C:\\x"] {
            assert!(!is_inside(path), "{path}");
        }
    }

    #[test]
    fn every_key_of_a_manifest_counts() {
        let places = |a: &str, b: &str| rest(a.as_bytes(), b.as_bytes(), true);
        let manifest = |place: &str| vec![Difference::Manifest(place.to_owned())];
        let base = r#"{"schema": 1, "campaigns": [{"title": "a", "inputs": {}}]}"#;
        assert_eq!(places(base, base), []);
        assert_eq!(places(&base.replace('1', "2"), base), manifest("schema"));
        assert_eq!(places(&base.replace("\"a\"", "\"b\""), base), manifest("campaigns/0/title"));
        assert_eq!(places(&base.replace("{}", "{}, \"new\": 1"), base), manifest("campaigns/0/new"));
        assert_eq!(places(&format!("{base} "), base), manifest("it says the same in other bytes"));
    }
}
