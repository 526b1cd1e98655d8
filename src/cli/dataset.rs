//! `stillstand dataset`

use super::Ending;
use super::args::DatasetArgs;
use super::terminal::{print_text, safe};
use crate::campaign::dataset::{Dataset, Shard};
use crate::input::session;

pub fn run(args: &DatasetArgs) -> anyhow::Result<Ending> {
    let mut complete = true;
    let mut shown = Vec::new();
    for folder in &args.datasets {
        for folder in session::campaigns(folder)? {
            let dataset = Dataset::open(&folder)?;
            complete &= dataset.lacks().is_none();
            shown.push(text(&dataset));
        }
    }
    print_text(&safe(&shown.join("\n")))?;
    Ok(if complete { Ending::Done } else { Ending::Difference })
}

/// What is there, what is missing and what does not fit.
fn text(dataset: &Dataset) -> String {
    let of = &dataset.description;
    let there: Vec<Shard> = dataset.whole().map(|record| record.shard).collect();
    let runs: usize = dataset.whole().map(|record| record.runs).sum();
    let names = |shards: &[Shard]| shards.iter().map(Shard::to_string).collect::<Vec<_>>().join(", ");
    let mut text = format!("{}: {}\n", dataset.folder.display(), of.title);
    let mut line = |name: &str, value: String| {
        if !value.is_empty() {
            text.push_str(&format!("  {name:<13} {value}\n"));
        }
    };
    line("made of", of.path.clone());
    line("by version", format!("{}, schema {}", of.version, of.layout.schema));
    line("shards", format!("{} of {}", there.len(), of.shards));
    line("runs", format!("{runs} of {}", of.runs));
    line("missing", names(&dataset.missing()));
    for (name, why) in dataset.misfits() {
        line("does not fit", format!("{name} {why}"));
    }
    text
}
