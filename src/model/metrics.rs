//! The numbers of a run: one entry for each.
//!
//! An entry says everything that is to be known of a number: its name and unit in data, how people read it, which
//! way is better, where its definition stands, and how it is taken from a run. Over the repetitions of a condition
//! it becomes a series; `summary.json`, CSV, TeX, tables, `compare`, limits and published figures follow from the
//! entry. Its words stand in `report-templates/text`: the label under `metric.KEY`, the definition where the
//! entry says.

use std::sync::LazyLock;

use super::{
    Direction, Hypervisor, Key, Measurement, Method, Model, PingTimeline, Prediction, Run, Stream, Unit,
};

/// What is known of a number.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Its name in data.
    pub key: Key,
    /// `None` where each member of a family has its own.
    pub unit: Option<Unit>,
    /// Decimals of a single value, in the unit in which people read it.
    pub decimals: u8,
    /// Which way is better.
    pub direction: Direction,
    pub shown: Shown,
    pub definition: Definition,
    pub taken: Taken,
}

/// Where documents show a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// In the table of each condition, and its mean in that of all conditions under this heading (a text key).
    Overview(&'static str),
    /// In the table of each condition.
    Condition,
    /// In a table made for it.
    Elsewhere,
}

/// Which text says how a number is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Definition {
    /// An entry of the glossary of its own, in every report that has the number; it is named for it.
    Own,
    /// An entry of the glossary that is of more than this number.
    Shared(&'static str),
    /// The caption of the table that shows it, by its key.
    Caption(&'static str),
}

/// How a number is taken from a run.
#[derive(Debug, Clone, Copy)]
pub enum Taken {
    /// The outage by a method, where the run's flags leave it one.
    Outage(Method),
    /// Read off the run, which has it among its parts.
    Run(fn(&Run) -> Option<f64>),
    /// The same for each member of a family: parameter and value.
    Each(fn(&Run) -> Vec<(&str, f64)>),
    /// Computed while the run is measured, when every request of ping is still known. `runs[]` of `summary.json` has
    /// it among its `numbers`.
    Requests(fn(&PingTimeline, &Run) -> Option<f64>),
    /// Found among the run's measurements, where what read the logs has put it.
    Measurement,
}

impl Metric {
    /// The numbers that a run has of this entry, each with its name: at most one unless it is a family.
    pub fn take(&self, run: &Run) -> Vec<Measurement> {
        let plain = |value: Option<f64>| value.map(|value| self.number("", value)).into_iter().collect();
        match self.taken {
            Taken::Outage(method) => {
                plain(run.outage(method).filter(|_| run.trusts(method)).map(|outage| outage.estimate_s))
            }
            Taken::Run(take) => plain(take(run)),
            Taken::Each(take) => {
                take(run).into_iter().map(|(parameter, value)| self.number(parameter, value)).collect()
            }
            Taken::Requests(_) | Taken::Measurement => {
                let mine = |number: &&Measurement| series_entry(&number.metric).key == self.key;
                run.measurements.iter().chain(&run.numbers).filter(mine).cloned().collect()
            }
        }
    }

    /// A number of this entry, of a family that of a parameter.
    fn number(&self, parameter: &str, value: f64) -> Measurement {
        Measurement { metric: self.key.with(parameter), unit: self.unit.unwrap_or(Unit::Count), value }
    }

    /// The key of its label.
    pub fn label(&self) -> String {
        let key = if self.key == RESULT.key { "benchmark_figure".to_owned() } else { self.key.in_texts() };
        format!("metric.{key}")
    }

    /// The key of the text that defines it.
    pub fn definition(&self) -> String {
        match self.definition {
            Definition::Own => format!("definition.{}.text", self.key.in_texts()),
            Definition::Shared(name) => format!("definition.{name}.text"),
            Definition::Caption(key) => key.to_owned(),
        }
    }
}

/// Every number of a run, in the order of reports.
pub fn metrics() -> &'static [Metric] {
    static METRICS: LazyLock<Vec<Metric>> = LazyLock::new(|| {
        let outages = Method::ALL.map(outage);
        [&SERVICE[..], &outages, &MIGRATION, &STREAMS, &[RESULT], &PRECOPY].concat()
    });
    &METRICS
}

/// The entry of a name; `None` where no number is called so. The results of benchmarks under load are not among
/// them: only the logs know how they are called.
pub fn find(name: &str) -> Option<&'static Metric> {
    metrics().iter().find(|metric| metric.key != RESULT.key && metric.key.parameter(name).is_some())
}

/// The entry of a series: where no other number is called so, that of results of benchmarks under load.
pub fn series_entry(name: &str) -> &'static Metric {
    static RESULTS: Metric = RESULT;
    find(name).unwrap_or(&RESULTS)
}

/// The numbers that are computed from the requests of ping while a run is measured.
pub fn from_requests(requests: &PingTimeline, run: &Run) -> Vec<Measurement> {
    let number = |metric: &Metric| match metric.taken {
        Taken::Requests(take) => Some(metric.number("", take(requests, run)?)),
        Taken::Outage(_) | Taken::Run(_) | Taken::Each(_) | Taken::Measurement => None,
    };
    metrics().iter().filter_map(number).collect()
}

/// How long the migration took.
pub const MIGRATION_DURATION: &str = "migration_duration";
/// How many frames of a film its clients should have lost, by its rate and the outage.
pub const FRAMES_EXPECTED_LOST: &str = "frames_expected_lost";
pub const PAGES_TOTAL: &str = "precopy.pages_total";
pub const PAGES_FIRST: &str = "precopy.pages_first";
pub const PAGES_MIDDLE_MEAN: &str = "precopy.pages_middle_mean";
pub const PAGES_LAST: &str = "precopy.pages_last";
pub const ROUNDS: &str = "precopy.rounds";
pub const AMPLIFICATION: &str = "precopy.amplification";
pub const WASTED: &str = "precopy.wasted";

const SERVICE: [Metric; 1] = [Metric {
    key: Key("requests_unanswered"),
    unit: Some(Unit::Count),
    decimals: 0,
    direction: Direction::Lower,
    shown: Shown::Overview("table.requests_unanswered_mean"),
    definition: Definition::Shared("ping"),
    taken: Taken::Run(|run| run.ping.as_ref().map(|ping| f64::from(ping.lost))),
}];

fn outage(method: Method) -> Metric {
    let entry = method.entry();
    Metric {
        key: Key(entry.metric),
        unit: Some(Unit::Seconds),
        decimals: entry.decimals,
        direction: Direction::Lower,
        shown: if entry.for_service { Shown::Overview(entry.texts.mean) } else { Shown::Condition },
        definition: Definition::Shared(entry.texts.definition),
        taken: Taken::Outage(method),
    }
}

const MIGRATION: [Metric; 1] = [Metric {
    key: Key(MIGRATION_DURATION),
    unit: Some(Unit::Seconds),
    decimals: 2,
    direction: Direction::Lower,
    shown: Shown::Overview("table.migration_duration_mean"),
    definition: Definition::Shared("duration"),
    taken: Taken::Run(|run| run.migration.duration_s),
}];

/// What media clients lost.
const STREAMS: [Metric; 3] = [
    Metric { key: Key(FRAMES_EXPECTED_LOST), taken: Taken::Measurement, ..LOST },
    Metric {
        key: Key("lost_frames.<client>"),
        taken: Taken::Each(|run| per_client(run, |stream| stream.lost_frames)),
        ..LOST
    },
    Metric {
        key: Key("lost_buffers.<client>"),
        taken: Taken::Each(|run| per_client(run, |stream| stream.lost_buffers)),
        ..LOST
    },
];

const LOST: Metric = Metric {
    key: Key(""),
    unit: Some(Unit::Count),
    decimals: 0,
    direction: Direction::Lower,
    shown: Shown::Condition,
    definition: Definition::Shared("streams"),
    taken: Taken::Measurement,
};

fn per_client(run: &Run, count: fn(&Stream) -> Option<i64>) -> Vec<(&str, f64)> {
    run.streams.iter().filter_map(|stream| Some((stream.client.as_str(), count(stream)? as f64))).collect()
}

/// What a benchmark measured that ran as load, for example `netperf.TCP_STREAM.receiver`.
const RESULT: Metric = Metric {
    key: Key("<benchmark.figure>"),
    unit: None,
    decimals: 2,
    direction: Direction::Neither,
    shown: Shown::Condition,
    definition: Definition::Shared("loads"),
    taken: Taken::Measurement,
};

/// What the rounds of pre-copy sent, as the hypervisor reports it, and what models make of it.
const PRECOPY: [Metric; 15] = [
    Metric { key: Key(PAGES_TOTAL), taken: Taken::Run(|run| rounds(run)?.pages_total()), ..PAGES },
    Metric { key: Key(PAGES_FIRST), taken: Taken::Run(|run| rounds(run)?.pages_first()), ..PAGES },
    Metric {
        key: Key(PAGES_MIDDLE_MEAN),
        taken: Taken::Run(|run| rounds(run)?.pages_middle_mean()),
        ..PAGES
    },
    Metric { key: Key(PAGES_LAST), taken: Taken::Run(|run| rounds(run)?.pages_last()), ..PAGES },
    Metric {
        key: Key(ROUNDS),
        direction: Direction::Neither,
        taken: Taken::Run(|run| Some(rounds(run)?.rounds.len() as f64)),
        ..PAGES
    },
    Metric {
        key: Key(AMPLIFICATION),
        unit: Some(Unit::Ratio),
        decimals: 2,
        taken: Taken::Run(|run| rounds(run)?.amplification()),
        ..PAGES
    },
    Metric {
        key: Key(WASTED),
        unit: Some(Unit::Percent),
        decimals: 2,
        taken: Taken::Run(|run| Some(100.0 * rounds(run)?.wasted()?)),
        ..PAGES
    },
    Metric {
        key: Key("precopy.dirtied_per_sent"),
        unit: Some(Unit::Ratio),
        decimals: 2,
        definition: Definition::Shared("convergence"),
        taken: Taken::Run(|run| rounds(run)?.dirtied_per_sent()),
        ..PAGES
    },
    Metric {
        key: Key("precopy.working_set"),
        unit: Some(Unit::Bytes),
        decimals: 2,
        direction: Direction::Neither,
        definition: Definition::Caption("caption.predictions"),
        taken: Taken::Run(|run| rounds(run)?.working_set_bytes()),
        ..PAGES
    },
    Metric {
        key: Key("precopy.predicted_duration"),
        taken: Taken::Run(|run| Some(predicted(run, Model::Standard)?.duration_s)),
        ..PREDICTED
    },
    Metric {
        key: Key("precopy.predicted_downtime"),
        taken: Taken::Run(|run| Some(predicted(run, Model::Standard)?.downtime_s)),
        ..PREDICTED
    },
    Metric {
        key: Key("precopy.prediction_error"),
        unit: Some(Unit::Percent),
        taken: Taken::Run(|run| error_percent(run, Model::Standard)),
        ..PREDICTED
    },
    Metric {
        key: Key("precopy.predicted_duration_ws"),
        taken: Taken::Run(|run| Some(predicted(run, Model::WorkingSet)?.duration_s)),
        ..PREDICTED
    },
    Metric {
        key: Key("precopy.predicted_downtime_ws"),
        taken: Taken::Run(|run| Some(predicted(run, Model::WorkingSet)?.downtime_s)),
        ..PREDICTED
    },
    Metric {
        key: Key("precopy.prediction_error_ws"),
        unit: Some(Unit::Percent),
        taken: Taken::Run(|run| error_percent(run, Model::WorkingSet)),
        ..PREDICTED
    },
];

const PAGES: Metric = Metric {
    key: Key(""),
    unit: Some(Unit::Count),
    decimals: 0,
    direction: Direction::Lower,
    shown: Shown::Condition,
    definition: Definition::Caption("caption.precopy"),
    taken: Taken::Measurement,
};

const PREDICTED: Metric = Metric {
    key: Key(""),
    unit: Some(Unit::Seconds),
    decimals: 2,
    direction: Direction::Neither,
    shown: Shown::Elsewhere,
    definition: Definition::Caption("caption.predictions"),
    taken: Taken::Measurement,
};

/// The account of a hypervisor that reports its rounds.
fn rounds(run: &Run) -> Option<&Hypervisor> {
    run.hypervisor.as_ref().filter(|account| !account.rounds.is_empty())
}

fn predicted(run: &Run, model: Model) -> Option<Prediction> {
    rounds(run)?.predicted(model)
}

fn error_percent(run: &Run, model: Model) -> Option<f64> {
    predicted(run, model)?.error_percent(run.migration.duration_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_once_and_lead_back_to_their_entry() {
        for (place, metric) in metrics().iter().enumerate() {
            let name = metric.key.with("x");
            let found = metrics().iter().position(|other| other.key == series_entry(&name).key);
            assert_eq!(found, Some(place), "{name}");
        }
        assert_eq!(find("outage_pin").map(|metric| metric.key), None);
        assert_eq!(series_entry("netperf.TCP_STREAM.receiver").key, RESULT.key);
    }

    #[test]
    fn only_results_of_loads_have_units_of_their_own() {
        for metric in metrics() {
            assert_eq!(metric.unit.is_none(), metric.key == RESULT.key, "{:?}", metric.key);
        }
    }
}
