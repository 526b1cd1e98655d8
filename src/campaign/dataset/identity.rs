//! What a dataset is made from, and whether a part belongs to it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::rows::kept_shape;
use super::{SCHEMA, Shard, tables};
use crate::input::folder::{self, LARGEST_MANIFEST, MANIFEST};
use crate::input::load::sha256;
use crate::model::{Event, Excerpts, Factors, Host, VERSION};

/// `manifest.json` of a dataset: what decides its bytes, and what the survey of the campaign found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Description {
    pub generator: String,
    pub version: String,
    pub product: String,
    pub layout: Layout,
    /// Of how many parts it is.
    pub shards: u32,
    /// From which event the times of `samples` are counted.
    pub align: Event,
    /// The folder of the campaign as it was named by whoever began the dataset.
    pub path: String,
    pub title: String,
    /// The text of `campaign.toml`.
    pub configuration: String,
    /// The VM that migrates.
    pub vm: Option<String>,
    pub hosts: Vec<Host>,
    /// Every condition, in the order of reports.
    pub conditions: Vec<Factors>,
    /// Whether what benchmarks say is what the campaign asks for.
    pub of_benchmarks: bool,
    /// How many there are in all parts.
    pub runs: usize,
    /// Whether a list named the files that were read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub listed: bool,
    /// Relative path → SHA-256 of the files beside it.
    pub outputs: BTreeMap<String, String>,
}

/// How the files are to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    pub schema: u32,
    /// A hash of the shape of what is kept.
    pub kept: String,
}

impl Layout {
    /// That of this program.
    pub fn present() -> Self {
        let mut kept = sha256(kept_shape().as_bytes());
        kept.truncate(SHOWN);
        Self { schema: SCHEMA, kept }
    }
}

/// So much of a hash is shown.
const SHOWN: usize = 16;

/// What all parts of a dataset have in common, by name.
pub type Identity = BTreeMap<String, String>;

/// In what two parts or datasets differ, in words: what is there, and what would belong to it.
pub fn differences(there: &Identity, here: &Identity) -> Vec<String> {
    let shown = |of: &Identity, name: &String| {
        let text = of.get(name).map_or("none", String::as_str);
        text.chars().take(60).collect::<String>()
    };
    let mut names: Vec<&String> = there.keys().chain(here.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let differing = names.into_iter().filter(|name| there.get(*name) != here.get(*name));
    differing
        .map(|name| format!("{name} ({} there, {} here)", shown(there, name), shown(here, name)))
        .collect()
}

/// What the program puts first into a manifest, and `product` of a dataset.
pub const GENERATOR: &str = "stillstand";
pub const PRODUCT: &str = "dataset";

impl Description {
    /// What its parts must have in common with it. Where the campaign lay does not matter: machines may have it elsewhere.
    pub fn identity(&self) -> Identity {
        let hash = |text: &str| {
            let mut hash = sha256(text.as_bytes());
            hash.truncate(SHOWN);
            hash
        };
        let output = |name: &str| {
            let hash = self.outputs.get(name).map_or("", String::as_str);
            hash.get(..SHOWN).unwrap_or(hash).to_owned()
        };
        let survey = (&self.vm, &self.hosts, &self.conditions, self.of_benchmarks, self.runs);
        let survey = format!("{survey:?} {} {}", output(tables::RESULTS), output(tables::DIAGNOSTICS));
        let all = [
            ("version", self.version.clone()),
            ("layout", format!("{} {}", self.layout.schema, self.layout.kept)),
            ("shards", self.shards.to_string()),
            ("times from", self.align.name().to_owned()),
            ("title", self.title.clone()),
            ("configuration", hash(&self.configuration)),
            ("inputs", output(tables::INPUTS)),
            ("survey", hash(&survey)),
        ];
        all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
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

    /// Reads that of the dataset in a folder.
    ///
    /// # Errors
    ///
    /// There is none, it is not one of this program's, or it is of another layout: the message says how to make it anew.
    pub fn read(dataset: &Path) -> anyhow::Result<Self> {
        let path = dataset.join(MANIFEST);
        let what = || path.display().to_string();
        ensure!(
            path.is_file(),
            "{}: not a dataset, it has no {MANIFEST}; `stillstand ingest LOGS -o DATASET` writes one",
            dataset.display()
        );
        let bytes = folder::read(&path, LARGEST_MANIFEST).with_context(what)?;
        let value: Value = serde_json::from_slice(&bytes).with_context(what)?;
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        ensure!(text("generator") == Some(GENERATOR), "{}: not written by stillstand", what());
        ensure!(
            text("product") == Some(PRODUCT),
            "{}: not the manifest of a dataset, but of a report: `stillstand verify {}` checks it",
            what(),
            dataset.display()
        );
        let layout = value.get("layout").and_then(|layout| Layout::deserialize(layout).ok());
        if layout.as_ref() != Some(&Layout::present()) {
            let version = text("version").unwrap_or("unknown");
            bail!(
                "{}: a dataset of another layout, written by version {version}; this is version {VERSION}. Make it anew: \
                 stillstand ingest {} -o {} --force",
                dataset.display(),
                campaigns(&value),
                dataset.display()
            );
        }
        serde_json::from_value(value).with_context(what)
    }
}

/// The campaigns that a manifest of any layout names.
fn campaigns(manifest: &Value) -> String {
    let path = |of: &Value| of.get("path").and_then(Value::as_str).map(str::to_owned);
    let several = manifest.get("campaigns").and_then(Value::as_array).into_iter().flatten().filter_map(path);
    let all: Vec<String> = path(manifest).into_iter().chain(several).collect();
    if all.is_empty() { "LOGS".to_owned() } else { all.join(" ") }
}

/// What the `runs` of a part say of it in their footer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The dataset that it is a part of.
    pub of: Identity,
    pub shard: Shard,
    pub runs: usize,
    /// SHA-256 of what is kept of its runs, one after the other.
    pub kept: String,
    /// SHA-256 of its other files, by their names.
    pub tables: BTreeMap<String, String>,
    /// The lines that a page of its runs may quote.
    pub excerpts: Excerpts,
}
