//! What came from what: the manifest of a report, and its verification.
//!
//! The manifest holds everything that decides the bytes of a report – the inputs by SHA-256, the
//! configuration, the options, the version – and the SHA-256 of every output. It holds no time of
//! day, no machine and no number of jobs, since these change nothing.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use crate::input::config::{AlignKey, CampaignFile, LayoutTable};
use crate::input::load::sha256;
use crate::model::VERSION;
use crate::show::report::DocumentFormat;
use crate::show::text::Language;
use crate::write::output::{Folder, MANIFEST};

/// `manifest.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    pub generator: String,
    pub version: String,
    pub schema: u32,
    #[serde(default)]
    pub product: Product,
    pub options: ReportOptions,
    /// The name of a portfolio; `null` where all campaigns stand side by side.
    #[serde(default)]
    pub portfolio: Option<String>,
    pub campaigns: Vec<CampaignManifest>,
    /// Relative path → SHA-256 of every other file of the report.
    pub outputs: BTreeMap<String, String>,
}

/// What a folder holds that was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Product {
    #[default]
    Report,
    Dataset,
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
    pub formats: Vec<DocumentFormat>,
}

impl Manifest {
    /// The manifest of a finished folder.
    pub fn new(
        product: Product,
        options: ReportOptions,
        portfolio: Option<String>,
        campaigns: Vec<CampaignManifest>,
        folder: &Folder,
    ) -> Self {
        Self {
            generator: "stillstand".to_owned(),
            version: VERSION.to_owned(),
            schema: super::json::SCHEMA,
            product,
            options,
            portfolio,
            campaigns,
            outputs: folder.iter().map(|(path, bytes)| (path.clone(), sha256(bytes))).collect(),
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

    /// Reads the manifest of the report folder `out`.
    ///
    /// # Errors
    ///
    /// There is none, or it is not one of this program's.
    pub fn read(out: &Path) -> anyhow::Result<Self> {
        let path = out.join(MANIFEST);
        let bytes = std::fs::read(&path).with_context(|| {
            format!("{}: not a report folder, its {MANIFEST} cannot be read", out.display())
        })?;
        let manifest: Self = serde_json::from_slice(&bytes)
            .with_context(|| format!("{}: not a manifest of this version of stillstand", path.display()))?;
        if manifest.generator != "stillstand" {
            bail!("{}: written by {}, not by stillstand", path.display(), manifest.generator);
        }
        Ok(manifest)
    }
}

/// A difference that `verify` found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    InputChanged(String),
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
    Configuration,
    Campaigns,
    Version {
        written: String,
        running: String,
    },
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Difference::InputChanged(path) => write!(f, "input changed: {path}"),
            Difference::InputMissing(path) => write!(f, "input missing: {path}"),
            Difference::InputNew(path) => write!(f, "new input, not in the report: {path}"),
            Difference::OutputAltered(path) => write!(f, "output altered since it was written: {path}"),
            Difference::OutputMissing(path) => write!(f, "output missing: {path}"),
            Difference::OutputNotReproduced(path) => write!(f, "output not reproduced: {path}"),
            Difference::OutputNotWritten(path) => write!(f, "new output, not in the report: {path}"),
            Difference::Foreign(path) => write!(f, "not a file of the report: {path}"),
            Difference::Configuration => f.write_str("the configuration has changed"),
            Difference::Campaigns => f.write_str("the number of campaigns has changed"),
            Difference::Version { written, running } => {
                write!(f, "written by version {written}, recomputed by {running}")
            }
        }
    }
}

/// Compares the report folder `out` and its manifest with a recomputation.
pub fn compare(out: &Path, written: &Manifest, recomputed: &Manifest) -> Vec<Difference> {
    let mut found = Vec::new();
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
        inputs(before, now, &mut found);
    }
    for (path, hash) in &written.outputs {
        match std::fs::read(out.join(path)) {
            Err(_) => found.push(Difference::OutputMissing(path.clone())),
            Ok(bytes) if sha256(&bytes) != *hash => found.push(Difference::OutputAltered(path.clone())),
            Ok(_) => {}
        }
        if recomputed.outputs.get(path) != Some(hash) {
            found.push(Difference::OutputNotReproduced(path.clone()));
        }
    }
    let more = recomputed.outputs.keys().filter(|path| !written.outputs.contains_key(*path));
    found.extend(more.map(|path| Difference::OutputNotWritten(path.clone())));
    let mut present = Vec::new();
    list(out, "", &mut present);
    present.sort_unstable();
    present.retain(|path| path != MANIFEST && !written.outputs.contains_key(path));
    found.extend(present.into_iter().map(Difference::Foreign));
    found
}

fn inputs(written: &CampaignManifest, recomputed: &CampaignManifest, found: &mut Vec<Difference>) {
    let json = |manifest: &CampaignManifest| serde_json::to_value(&manifest.configuration).ok();
    if json(written) != json(recomputed) {
        found.push(Difference::Configuration);
    }
    for (path, hash) in &written.inputs {
        match recomputed.inputs.get(path) {
            None => found.push(Difference::InputMissing(path.clone())),
            Some(now) if now != hash => found.push(Difference::InputChanged(path.clone())),
            Some(_) => {}
        }
    }
    let new = recomputed.inputs.keys().filter(|path| !written.inputs.contains_key(*path));
    found.extend(new.map(|path| Difference::InputNew(path.clone())));
}

/// The relative paths of all files below a folder, as far as they can be listed.
fn list(folder: &Path, prefix: &str, into: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            list(&entry.path(), &format!("{name}/"), into);
        } else {
            into.push(name);
        }
    }
}
