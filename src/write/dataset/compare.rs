//! A dataset as it lies there beside one that was made again.

use std::collections::BTreeMap;

use anyhow::Context;
use serde_json::Value;

use super::{MadePart, Whole};
use crate::campaign::dataset::{self, Dataset, Shard};
use crate::input::folder::{self, MANIFEST};
use crate::input::load::{PathAndHash, by_path, sha256, sha256_of};
use crate::write::manifest::{self, Difference};
use crate::write::present::present;

/// What differs between a dataset and what is made of its inputs now: the files above its parts, and the hashes of those of
/// each part that is there.
///
/// # Errors
///
/// The folder cannot be listed, or the table of inputs is damaged.
pub fn compare(
    dataset: &Dataset,
    inputs: &[PathAndHash],
    whole: &Whole,
    parts: &BTreeMap<Shard, MadePart>,
) -> anyhow::Result<Vec<Difference>> {
    let mut found = Vec::new();
    let (written, running) = (&dataset.description, &whole.description);
    if written.version != running.version {
        let (written, running) = (written.version.clone(), running.version.clone());
        found.push(Difference::Version { written, running });
    }
    if written.configuration != running.configuration {
        found.push(Difference::Configuration);
    }
    let before = by_path(&dataset::inputs(dataset)?);
    manifest::inputs(&before, &by_path(inputs), &mut found);
    let entries = present(&dataset.folder).with_context(|| dataset.folder.display().to_string())?;
    let there = |path: &str| -> Option<String> {
        let is_file = entries.iter().any(|entry| entry.path == path && entry.is_file);
        is_file.then(|| sha256_of(folder::open(&dataset.folder.join(path)).ok()?).ok()).flatten()
    };
    let of_parts = parts.iter().flat_map(|(shard, part)| {
        let recorded = dataset.whole().find(|record| record.shard == *shard);
        part.files.iter().map(move |(name, hash)| {
            let written = recorded.and_then(|record| record.tables.get(name));
            (format!("{}/{name}", shard.folder()), written, hash.clone())
        })
    });
    let above = whole.files.iter().filter(|(name, _)| *name != MANIFEST);
    let above = above.map(|(name, bytes)| (name.clone(), written.outputs.get(name), sha256(bytes)));
    for (path, written, recomputed) in above.chain(of_parts) {
        match there(&path) {
            None => found.push(Difference::OutputMissing(path)),
            Some(there) if written.is_some_and(|written| *written != there) => {
                found.push(Difference::OutputAltered(path));
            }
            Some(there) if there != recomputed => found.push(Difference::OutputNotReproduced(path)),
            Some(_) => {}
        }
    }
    found.extend(dataset.missing().into_iter().map(|shard| Difference::ShardMissing(shard.to_string())));
    found.extend(dataset.misfits().map(|(name, why)| Difference::Misfit(format!("{name} {why}"))));
    let is_of_part =
        |path: &str| path.split_once('/').is_some_and(|(part, _)| Shard::of_folder(part).is_some());
    let expected = |path: &str| {
        whole.files.contains_key(path)
            || parts.iter().any(|(shard, part)| {
                path.strip_prefix(&format!("{}/", shard.folder()))
                    .is_some_and(|name| part.files.contains_key(name))
            })
            || (is_of_part(path) && dataset.misfits().any(|(name, _)| path.starts_with(&format!("{name}/"))))
    };
    let foreign = entries.iter().filter(|entry| !expected(&entry.path));
    found.extend(foreign.map(|entry| Difference::Foreign(entry.path.clone())));
    found.extend(of_manifest(dataset, whole)?);
    Ok(found)
}

/// What the manifest says otherwise beside versions, configuration and outputs, which are compared by themselves.
fn of_manifest(dataset: &Dataset, whole: &Whole) -> anyhow::Result<Vec<Difference>> {
    let parsed = |value: Value| match value {
        Value::Object(mut object) => {
            for key in ["version", "configuration", "outputs"] {
                object.remove(key);
            }
            Value::Object(object)
        }
        other => other,
    };
    let mut places = Vec::new();
    let written = parsed(serde_json::to_value(&dataset.description)?);
    manifest::differing("", &written, &parsed(serde_json::to_value(&whole.description)?), &mut places);
    Ok(places.into_iter().map(Difference::Manifest).collect())
}
