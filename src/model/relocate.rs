//! An analysis becomes part of another: its entries come after those of the other, and its files lie in a folder.
//!
//! Whatever holds an id or the path of a file implements [`Relocate`] beside its definition, and names all of its
//! fields there: a new field does not compile until someone has said whether it moves.

use super::{Analysis, Id};

/// How far the entries of an analysis move, and where its files are then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relocation {
    /// How many entries of each list come before its own.
    pub conditions: usize,
    pub runs: usize,
    pub series: usize,
    pub benchmarks: usize,
    pub efficiency: usize,
    pub parallel: usize,
    /// What its files were relative to, as the paths of the whole name it.
    pub folder: String,
}

impl Relocation {
    /// To the end of another analysis.
    pub fn after(others: &Analysis, folder: String) -> Self {
        Self {
            conditions: others.conditions.len(),
            runs: others.runs.len(),
            series: others.series.len(),
            benchmarks: others.benchmarks.len(),
            efficiency: others.efficiency.len(),
            parallel: others.parallel.len(),
            folder,
        }
    }

    /// The entries stay where they are, the files get a folder.
    pub fn into_folder(folder: String) -> Self {
        Self { conditions: 0, runs: 0, series: 0, benchmarks: 0, efficiency: 0, parallel: 0, folder }
    }

    /// Puts the folder before the path of a file.
    pub fn path(&self, path: &mut String) {
        *path = format!("{}/{path}", self.folder);
    }
}

/// What holds ids or paths of files.
pub trait Relocate {
    fn relocate(&mut self, to: &Relocation);
}

/// The entries of a list of an analysis.
pub trait Listed {
    /// How many entries of the list come before those that move.
    fn before(to: &Relocation) -> usize;
}

impl<T: Listed> Relocate for Id<T> {
    fn relocate(&mut self, to: &Relocation) {
        *self = Self::new(self.index() + T::before(to));
    }
}

impl<T: Relocate> Relocate for Vec<T> {
    fn relocate(&mut self, to: &Relocation) {
        self.iter_mut().for_each(|entry| entry.relocate(to));
    }
}

impl<T: Relocate> Relocate for Option<T> {
    fn relocate(&mut self, to: &Relocation) {
        self.iter_mut().for_each(|entry| entry.relocate(to));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::example::with_time_lines;
    use crate::model::*;
    use crate::stats::Interval;

    /// An analysis in which every list has an entry with ids and files.
    fn full() -> Analysis {
        let mut analysis = with_time_lines();
        let (condition, run) = (Id::new(1), Id::new(4));
        let file = || "a.log".to_owned();
        let first = &mut analysis.runs[0];
        first.source_files.push(file());
        first.streams.push(Stream {
            client: "linux".to_owned(),
            lost_frames: None,
            lost_buffers: None,
            displayed_frames: None,
            played_buffers: None,
            source_file: file(),
        });
        let (expected, verdict) = (Interval::new(0.0, 0.1), Verdict::Holds);
        let counted = Counted {
            host: "kirsche".to_owned(),
            counter: "net.sent".to_owned(),
            source_file: file(),
            bytes: 1.0,
            uncertainty_bytes: 1.0,
            surplus: 0.0,
            expected,
            verdict,
        };
        first.transfer = Some(Transfer {
            status: Status::Completed,
            source_file: file(),
            told_bytes: 1.0,
            counted: vec![counted],
            pages: None,
        });
        analysis.comparisons.push(Comparison {
            metric: "outage_ping".to_owned(),
            a: Id::new(0),
            b: condition,
            ratio: None,
            ratio_ci95: None,
            difference: None,
            difference_ci95: None,
            dominance: None,
            p_value: None,
            p_adjusted: None,
            test: None,
        });
        analysis.convergence.push(Convergence {
            condition,
            runs: 3,
            completed: 3,
            dirtied_bytes_per_s: None,
            sent_bytes_per_s: None,
            ratio: None,
            converges: None,
            typical: Some(run),
        });
        let points = vec![SweepPoint {
            condition,
            number: 1.0,
            values: Vec::new(),
            without_end: 0,
            mean: None,
            ci95: None,
        }];
        let lines = vec![SweepLine { level: String::new(), points, fit: None }];
        let unit = Unit::Seconds;
        analysis.sweeps.push(Sweep {
            factor: "rate".to_owned(),
            metric: "outage_ping".to_owned(),
            unit,
            lines,
        });
        let (benchmark, operation, direction) = ("fio".to_owned(), "read".to_owned(), Direction::Lower);
        let reading = Reading { repetition: 1, size: None, value: 1.0, source_file: file(), line: None };
        analysis.benchmarks.push(Benchmark {
            benchmark: benchmark.clone(),
            condition,
            vm: None,
            operation: operation.clone(),
            unit,
            direction,
            readings: vec![reading],
            value: 1.0,
            sd: None,
            ci95: None,
        });
        analysis.efficiency.push(Efficiency {
            of: Id::new(0),
            baseline: Some(Id::new(0)),
            comparison: "native".to_owned(),
            value: 1.0,
            baseline_value: None,
            efficiency: None,
            ci95: None,
            n_value: 1,
            n_baseline: 1,
        });
        analysis.parallel.push(Parallel {
            benchmark: benchmark.clone(),
            condition,
            operation,
            unit,
            direction,
            values: Vec::new(),
            sum: 0.0,
            mean: 0.0,
            jain_fairness: None,
            max_over_min: None,
            versus_single: None,
            expected: None,
            versus_expected: None,
        });
        let grid = |content| Grid {
            content,
            row_names: Vec::new(),
            column_names: Vec::new(),
            rows: Vec::new(),
            columns: Vec::new(),
        };
        let comparison = || "native".to_owned();
        analysis.grids = vec![
            grid(Content::Values { benchmark, cells: vec![Some(Id::new(0)), None] }),
            grid(Content::Efficiency { comparison: comparison(), cells: vec![None, Some(Id::new(0))] }),
            grid(Content::Series { metric: "outage_ping".to_owned(), cells: vec![Some(Id::new(0)), None] }),
        ];
        let (factor, level) = ("rate".to_owned(), String::new());
        let conditions = vec![condition];
        analysis.findings = vec![
            Finding::LeastEfficient { comparison: comparison(), efficiency: Id::new(0) },
            Finding::LosesMore {
                comparison: comparison(),
                loss: 0.1,
                quantities: 1,
                worse: vec![Id::new(0)],
                uncertain: 0,
            },
            Finding::Uneven { ratio: 2.0, operations: vec![Id::new(0)] },
            Finding::RoundTripsRaised { condition, ratio: 2.0 },
            Finding::MethodsDisagree { run, ping_s: 1.0, guest_clock_s: 2.0 },
            Finding::PrecopyLimit { factor, level, last: condition, conditions, completed: 0, runs: 3 },
            Finding::Amplified { conditions: vec![(condition, 2.0)] },
        ];
        let message = "a row is damaged".to_owned();
        let diagnostic = diagnostics::campaign_diagnostic(Severity::Warning, "row-not-read", message);
        analysis.diagnostics.push(Diagnostic { file: Some(file()), ..diagnostic });
        analysis
    }

    /// The number of every id in the text of an analysis.
    fn numbers(text: &str) -> Vec<usize> {
        let digits = |at: usize| text[at + 1..].chars().take_while(char::is_ascii_digit).collect::<String>();
        text.match_indices('#').filter_map(|(at, _)| digits(at).parse().ok()).collect()
    }

    #[test]
    fn every_id_and_every_file_moves() {
        let mut analysis = full();
        let before = format!("{analysis:?}");
        let to = Relocation {
            conditions: 1000,
            runs: 2000,
            series: 6000,
            benchmarks: 3000,
            efficiency: 4000,
            parallel: 5000,
            folder: "other".to_owned(),
        };
        analysis.relocate(&to);
        let after = format!("{analysis:?}");
        assert_eq!(numbers(&before).len(), numbers(&after).len());
        assert!(numbers(&before).iter().all(|number| *number < 1000), "{before}");
        assert!(numbers(&after).iter().all(|number| *number >= 1000), "{after}");
        for file in ["a.log", "a.qmp"] {
            let (found, moved) = (format!("\"{file}\""), format!("\"other/{file}\""));
            assert!(!after.contains(&found), "{after}");
            assert_eq!(before.matches(&found).count(), after.matches(&moved).count());
        }
        let files = ["source_file: ", "file: "].map(|field| (field, after.matches(field).count()));
        for (field, count) in files {
            let moved = [format!("{field}\"other/"), format!("{field}Some(\"other/"), format!("{field}None")];
            assert_eq!(moved.iter().map(|text| after.matches(text).count()).sum::<usize>(), count, "{field}");
        }
    }
}
