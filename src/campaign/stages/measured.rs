//! What is left of each run once it is measured.

use super::Surveyed;
use super::surveyed::RunFiles;
use crate::campaign::benchmarks::Value;
use crate::input::config::Config;
use crate::input::load::{LoadedFile, again};
use crate::input::memory::MEASURING;
use crate::model::{Condition, Diagnostic, Host, Run};
use crate::run::align::{AlignedRun, align};
use crate::run::measure::{MeasuredRun, measure};

/// What the caller keeps of each run besides its numbers: its aligned series are dropped after this call.
pub type Keep<'a, K> = &'a (dyn Fn(&Run, &AlignedRun, &Config) -> K + Sync);

/// In: the files of each run. Out: their numbers; nothing of the logs.
pub struct Measured {
    pub hosts: Vec<Host>,
    pub vm: Option<String>,
    pub conditions: Vec<Condition>,
    pub results: Option<Vec<Value>>,
    /// Ordered by condition, then repetition.
    pub runs: Vec<MeasuredRun>,
    pub diagnostics: Vec<Diagnostic>,
}

impl Measured {
    /// Aligns and measures one run after the other, several at a time, as many as fit into memory. `keep` sees the series
    /// of each before they are dropped; what it returns comes in the order of the runs.
    pub fn measure<K: Send>(surveyed: Surveyed, config: &Config, keep: Keep<'_, K>) -> (Self, Vec<K>) {
        let Surveyed { hosts, vm, counters, conditions, results, runs, room, mut diagnostics } = surveyed;
        let size = |run: &RunFiles| {
            let logs = run.files.iter().filter(|file| file.log.is_some());
            logs.map(|file| file.size).fold(0, u64::saturating_add)
        };
        let one = |RunFiles { key, condition, files }: RunFiles| {
            let mut files: Vec<LoadedFile> = files.into_iter().map(|file| again(file, config)).collect();
            let mut aligned = align(key, &files.iter().collect::<Vec<_>>(), config, &counters);
            let mut measured = measure(&aligned, (condition, &conditions[condition]), &hosts, config);
            measured.diagnostics.append(&mut aligned.diagnostics);
            for file in &mut files {
                measured.diagnostics.append(&mut file.diagnostics);
            }
            let kept = keep(&measured.run, &aligned, config);
            (measured, kept)
        };
        let mut all: Vec<(MeasuredRun, K)> = room.each(runs, |run| size(run).saturating_mul(MEASURING), one);
        all.sort_by_key(|(measured, _)| (measured.run.condition, measured.run.repetition));
        let (mut runs, kept): (Vec<MeasuredRun>, Vec<K>) = all.into_iter().unzip();
        for measured in &mut runs {
            diagnostics.append(&mut measured.diagnostics);
        }
        (Self { hosts, vm, conditions, results, runs, diagnostics }, kept)
    }
}
