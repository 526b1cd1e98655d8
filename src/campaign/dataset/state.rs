//! What is there of a dataset, what is missing, and what does not belong to it.

use std::collections::BTreeSet;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};

use super::identity::{Description, Identity, Record, differences};
use super::{Shard, tables};
use crate::input::folder;
use crate::input::parquet::Reader;

/// A dataset as it lies there.
#[derive(Debug)]
pub struct Dataset {
    pub folder: PathBuf,
    pub description: Description,
    /// In their order.
    pub parts: Vec<Part>,
}

/// A folder that is called as one of a shard is.
#[derive(Debug)]
pub struct Part {
    pub shard: Shard,
    /// What it says of itself, or why it is no part of the dataset.
    pub record: Result<Record, String>,
}

impl Dataset {
    /// Looks what there is of the dataset in a folder. Of parts only what they say of themselves is read.
    ///
    /// # Errors
    ///
    /// It is no dataset, or one of another layout.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        let description = Description::read(folder)?;
        let identity = description.identity();
        let mut parts = Vec::new();
        for name in folder::folders(folder)? {
            let Some(shard) = Shard::of_folder(&name) else { continue };
            let record = record(&folder.join(name), shard, &identity).map_err(|error| format!("{error:#}"));
            parts.push(Part { shard, record });
        }
        parts.sort_by_key(|part| (part.shard.of() != description.shards, part.shard));
        Ok(Self { folder: folder.to_owned(), description, parts })
    }

    /// What the parts that are whole and belong to it say of themselves.
    pub fn whole(&self) -> impl Iterator<Item = &Record> {
        self.parts.iter().filter_map(|part| part.record.as_ref().ok())
    }

    /// The shards of which there is no such part.
    pub fn missing(&self) -> Vec<Shard> {
        let there: BTreeSet<Shard> = self.whole().map(|record| record.shard).collect();
        Shard::all(self.description.shards).filter(|shard| !there.contains(shard)).collect()
    }

    /// What is called a part of it and is none, and why.
    pub fn misfits(&self) -> impl Iterator<Item = (String, &str)> {
        self.parts.iter().filter_map(|part| Some((part.shard.folder(), part.record.as_ref().err()?.as_str())))
    }

    /// Says in one line what is missing, and what does not fit; `None` where all is there.
    pub fn lacks(&self) -> Option<String> {
        let misfits: Vec<String> = self.misfits().map(|(name, why)| format!("{name} {why}")).collect();
        let missing: Vec<String> = self.missing().iter().map(Shard::to_string).collect();
        let mut all = Vec::new();
        if !missing.is_empty() {
            all.push(format!("shards that are missing: {}", missing.join(", ")));
        }
        if !misfits.is_empty() {
            all.push(format!("what does not fit: {}", misfits.join("; ")));
        }
        (!all.is_empty()).then(|| all.join("; "))
    }

    /// The files of a part.
    pub(super) fn part(&self, shard: Shard) -> PathBuf {
        self.folder.join(shard.folder())
    }
}

/// What a part says of itself.
fn record(part: &Path, shard: Shard, identity: &Identity) -> anyhow::Result<Record> {
    let reader = open(&part.join(tables::RUNS))?;
    let note = reader.note().context("is not a part of a dataset: its runs do not say of which")?;
    let record: Record = serde_json::from_str(note).context("does not say in a known way what it is")?;
    let differing = differences(&record.of, identity);
    ensure!(differing.is_empty(), "was made of another campaign or in another way: {}", differing.join(", "));
    ensure!(record.shard == shard, "holds the shard {}", record.shard);
    for name in tables::OF_PART {
        if !part.join(name).is_file() {
            bail!("lacks its {name}");
        }
    }
    Ok(record)
}

/// A table that is read a group of rows at a time.
pub(super) fn open(table: &Path) -> anyhow::Result<Reader<impl Read + Seek + use<>>> {
    let what = || format!("{} cannot be read", table.display());
    Reader::open(folder::open(table).with_context(what)?).with_context(what)
}
