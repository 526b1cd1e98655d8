//! One job of fio.

use std::collections::BTreeMap;

use crate::shared::benchmark::{
    CPU, LATENCY, Measure, OPERATIONS, Results, Row, THROUGHPUT, positive, scaled,
};
use crate::shared::json::Node;

const DIRECTIONS: [&str; 3] = ["read", "write", "trim"];
/// The directions together, with `unified_rw_reporting`.
const UNIFIED: &str = "mixed";
const ALL_CLIENTS: &str = "All clients";
/// What tests of one name may be told differently, and the option that says so.
const SETTINGS: [(&str, &str); 4] =
    [("iodepth", "iodepth"), ("jobs", "numjobs"), ("read_percent", "rwmixread"), ("rate", "rate")];

/// What a figure is called, by version, and the factor of its unit.
type Names = &'static [(&'static str, f64)];

/// The levels of [`SETTINGS`].
pub(super) type Settings<'n> = [Option<&'n str>; SETTINGS.len()];

/// A job and what its document says of it.
pub(super) struct Job<'n, 'a> {
    node: &'n Node<'a>,
    test: String,
    worker: Option<String>,
    /// The block size as in the options, of all directions.
    size: Option<&'n str>,
    /// The options of the job, then those of all.
    options: [Option<&'n Node<'a>>; 2],
}

fn name<'n>(node: &'n Node<'_>) -> &'n str {
    node.get("jobname").and_then(Node::str).unwrap_or_default()
}

impl<'n, 'a> Job<'n, 'a> {
    /// All jobs of a document, copies of one numbered.
    pub fn all(entries: &'n [Node<'a>], document: &'n Node<'a>) -> Vec<Self> {
        let host = |job: &'n Node<'a>| job.get("hostname").and_then(Node::str);
        let group = |job: &'n Node<'a>| job.get("groupid").and_then(Node::count);
        let key = |job: &'n Node<'a>| (name(job), group(job), host(job));
        let mut copies: BTreeMap<_, usize> = BTreeMap::new();
        for entry in entries {
            let count = copies.entry(key(entry)).or_default();
            *count = count.saturating_add(1);
        }
        // What the sum over hosts is of, if they all have the same job.
        let mut names = entries.iter().map(name).filter(|name| *name != ALL_CLIENTS);
        let only = names.next().filter(|first| names.all(|other| other == *first));
        let mut seen: BTreeMap<_, usize> = BTreeMap::new();
        let jobs = entries.iter().map(|node| {
            let number = seen.entry(key(node)).or_default();
            *number = number.saturating_add(1);
            let is_sum = name(node) == ALL_CLIENTS && host(node).is_some();
            let worker = match (host(node), copies.get(&key(node)).copied()) {
                _ if is_sum => None,
                (Some(host), Some(2..)) => Some(format!("{host}/{number}")),
                (Some(host), _) => Some(host.to_owned()),
                (None, Some(2..)) => Some(number.to_string()),
                (None, _) => None,
            };
            let test = only.filter(|_| is_sum).unwrap_or_else(|| name(node)).to_owned();
            let options = [node.get("job options"), document.get("global options")];
            let size =
                options.into_iter().flatten().find_map(|options| options.get("bs").and_then(Node::str));
            Self { node, test, worker, size, options }
        });
        jobs.collect()
    }

    /// The name of its test.
    pub fn test(&self) -> &str {
        &self.test
    }

    /// Jobs of one group run together; in another group it is another run of them.
    pub fn group(&self) -> Option<u64> {
        self.node.get("groupid").and_then(Node::count)
    }

    /// What the test was told.
    pub fn settings(&self) -> Settings<'n> {
        SETTINGS.map(|(_, option)| self.option(option))
    }

    /// Begins its test.
    pub fn begin(&self, results: &mut Results) {
        results.begin_test(self.node.line);
        for (name, option) in SETTINGS {
            results.setting(name, self.option(option));
        }
    }

    fn option(&self, name: &str) -> Option<&'n str> {
        self.options.into_iter().flatten().find_map(|options| options.get(name)?.str())
    }

    /// Adds the rows of the job; returns how long it ran, in seconds.
    pub fn read(&self, results: &mut Results) -> f64 {
        let place = self.node.place();
        let error = self.node.get("error").and_then(Node::count).unwrap_or(0);
        if error != 0 {
            results.lost = results.lost.saturating_add(1);
            results.diagnostics.warning("job-failed", place, || {
                format!("the job `{}` ended with error {error}; its figures are left out", self.test)
            });
            return 0.0;
        }
        let active = |(at, operation): (usize, &'static str)| {
            let node = self.node.get(operation).filter(|node| node.whole)?;
            let runtime = node.get("runtime").and_then(Node::word).and_then(positive).unwrap_or(0.0);
            let does = |key: &str| {
                node.get(key).and_then(Node::word).is_some_and(|word| positive(word) != Some(0.0))
            };
            let active = runtime > 0.0 && (does("io_bytes") || does("iops") || does("total_ios"));
            active.then_some((at, operation, node, runtime))
        };
        let mut directions: Vec<_> = DIRECTIONS.into_iter().enumerate().filter_map(active).collect();
        // Beside its directions it is their sum.
        if directions.is_empty() {
            directions.extend(active((DIRECTIONS.len(), UNIFIED)));
        }
        if directions.is_empty() {
            // A cut document has one diagnostic for the whole.
            if self.node.whole {
                let what =
                    format!("the job `{}` ran for no time or did nothing; it has no result", self.test);
                results.unfinished(place, 1, what);
            }
            return 0.0;
        }
        for (at, operation, node, _) in &directions {
            self.direction(*at, operation, node, results);
        }
        let operation = match directions.as_slice() {
            [(_, operation, ..)] => operation,
            _ => UNIFIED,
        };
        self.cpu(operation, results);
        directions.iter().map(|(.., runtime)| runtime / 1000.0).fold(0.0, f64::max)
    }

    fn direction(&self, at: usize, operation: &'static str, node: &Node<'_>, results: &mut Results) {
        let size = self.size.and_then(|size| block_size(size, at));
        let mut push = |measure, statistic, figure: Option<f64>, line| {
            let (test, worker) = (self.test.clone(), self.worker.clone());
            results.rows.push(Row { test, operation, size, measure, statistic, value: figure, worker, line });
        };
        let figures: [(Measure, &str, Names); 3] = [
            (THROUGHPUT, "mean", &[("bw_bytes", 1.0), ("bw", 1024.0)]),
            (OPERATIONS, "mean", &[("iops", 1.0)]),
            (LATENCY, "mean", &[("lat_ns", 1e-9), ("lat", 1e-6), ("clat_ns", 1e-9), ("clat", 1e-6)]),
        ];
        let mut unreadable = Vec::new();
        for (measure, statistic, names) in figures {
            let found = names.iter().find_map(|(name, scale)| Some((node.get(name)?, *scale)));
            let Some((found, scale)) = found else {
                push(measure, statistic, None, node.line);
                unreadable.push((node, measure.metric));
                continue;
            };
            let found = found.get("mean").unwrap_or(found);
            let value = found.word().and_then(positive).map(|value| scaled(value, scale));
            push(measure, statistic, value, found.line);
            if value.is_none() {
                unreadable.push((found, measure.metric));
            }
        }
        for (node, metric) in unreadable {
            results.diagnostics.warning("unreadable-value", node.place(), || {
                format!("expected the {metric} of the job, a number of at least 0; the value is null")
            });
        }
    }

    /// The share of one CPU that the job took, by its process or all of its processes.
    fn cpu(&self, operation: &'static str, results: &mut Results) {
        let parts = ["usr_cpu", "sys_cpu"].map(|key| self.node.get(key));
        let [Some(user), Some(system)] = parts else { return };
        let [user_share, system_share] = [user, system].map(|node| node.word().and_then(positive));
        let value = user_share.zip(system_share).map(|(user, system)| user + system);
        if value.is_none() {
            results.diagnostics.warning("unreadable-value", user.place(), || {
                "expected two shares of a CPU; the value is null".to_owned()
            });
        }
        results.rows.push(Row {
            test: self.test.clone(),
            operation,
            size: self.size.and_then(|size| block_size(size, 0)),
            measure: CPU,
            statistic: "mean",
            value,
            worker: self.worker.clone(),
            line: user.line,
        });
    }
}

/// The size of a direction out of `4k` or `4k,64k,4k`. A range has none.
fn block_size(sizes: &str, direction: usize) -> Option<f64> {
    let sizes: Vec<&str> = sizes.split(',').collect();
    // What is left out is as the one before it.
    // The directions together have one size only if it is that of all.
    if direction >= DIRECTIONS.len() && sizes.iter().any(|size| Some(size) != sizes.first()) {
        return None;
    }
    let size = sizes.get(direction).or(sizes.last()).filter(|size| !size.is_empty()).or(sizes.first())?;
    let size = size.trim().to_ascii_lowercase();
    let digits = size.trim_end_matches(|character: char| character.is_ascii_alphabetic());
    let scale = match size.get(digits.len()..)? {
        "" | "b" => 1.0,
        "k" | "kb" => 1024.0,
        "m" | "mb" => 1_048_576.0,
        "g" | "gb" => 1_073_741_824.0,
        _ => return None,
    };
    positive(digits.as_bytes()).map(|size| size * scale)
}

#[cfg(test)]
mod tests {
    use super::block_size;

    #[test]
    fn block_sizes() {
        assert_eq!(block_size("4k", 0), Some(4096.0));
        assert_eq!(block_size("4096", 2), Some(4096.0));
        assert_eq!(block_size("4k,64K", 0), Some(4096.0));
        assert_eq!((block_size("4k,64K", 1), block_size("4k,64K", 2)), (Some(65_536.0), Some(65_536.0)));
        assert_eq!((block_size("4k-64k", 0), block_size("4ki", 0)), (None, None));
    }
}
