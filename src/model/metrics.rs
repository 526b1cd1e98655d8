//! The numbers of a run: one entry for each.
//!
//! An entry says everything that is to be known of a number: its name and unit in data, how people read it, which
//! way is better, where its definition stands, and how it is taken from a run. Over the repetitions of a condition
//! it becomes a series; `summary.json`, CSV, TeX, tables, `compare`, limits and published figures follow from the
//! entry. Its words stand in `report-templates/text`: the label under `metric.KEY`, the definition where the
//! entry says.

use std::sync::LazyLock;

use super::{
    Direction, Event, Hypervisor, Key, Measurement, Method, Model, Outage, PingTimeline, Prediction, Range,
    Run, Stream, Throughput, Unit, Value,
};
use crate::stats::Bounds;

/// What is known of a number.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Its name in data.
    pub key: Key,
    /// `None` where each value has its own.
    pub unit: Option<Unit>,
    /// Decimals of a single value, in the unit in which people read it.
    pub decimals: u8,
    /// Which way is better.
    pub direction: Direction,
    pub range: Range,
    /// The method while whose outage goes on it grows: where that has no end in the log, it is at least so large.
    pub grows: Option<Method>,
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

    /// A number of a run with what its measuring leaves open.
    pub fn value(&self, run: &Run, estimate: f64) -> Value {
        let outage = match self.taken {
            Taken::Outage(method) => run.outage(method),
            Taken::Run(_) | Taken::Each(_) | Taken::Requests(_) | Taken::Measurement => {
                let outage = self.grows.and_then(|method| run.outage(method));
                let upper = (!outage.is_some_and(|outage| outage.censored)).then_some(estimate);
                return Value { estimate, within: Bounds { lower: estimate, upper } };
            }
        };
        outage.map_or_else(|| Value::exact(estimate), Outage::value)
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
        [&SERVICE[..], &THROUGHPUT, &outages, &MIGRATION, &STREAMS, &[RESULT], &PRECOPY].concat()
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

const SERVICE: [Metric; 3] = [
    Metric {
        key: Key("requests_failed"),
        unit: Some(Unit::Count),
        decimals: 0,
        direction: Direction::Lower,
        range: Range::Positive,
        grows: Some(Method::Probe),
        shown: Shown::Condition,
        definition: Definition::Shared("probe"),
        taken: Taken::Run(|run| run.probe.as_ref().map(|probe| f64::from(probe.failed))),
    },
    Metric {
        key: Key("requests_unanswered"),
        unit: Some(Unit::Count),
        decimals: 0,
        direction: Direction::Lower,
        range: Range::Positive,
        grows: Some(Method::Ping),
        shown: Shown::Overview("table.requests_unanswered_mean"),
        definition: Definition::Shared("ping"),
        taken: Taken::Run(|run| run.ping.as_ref().map(|ping| f64::from(ping.lost))),
    },
    Metric {
        key: Key("requests_late"),
        unit: Some(Unit::Percent),
        decimals: 2,
        direction: Direction::Lower,
        range: Range::Share,
        grows: None,
        shown: Shown::Condition,
        definition: Definition::Own,
        taken: Taken::Requests(late_percent),
    },
];

/// How much the service did, and what it lost.
const THROUGHPUT: [Metric; 8] = [
    Metric { key: Key("throughput_before"), ..RATE },
    Metric { key: Key("throughput_during"), ..RATE },
    Metric { key: Key("throughput_after"), ..RATE },
    Metric { key: Key("throughput_lowest"), ..RATE },
    Metric {
        key: Key("throughput_kept"),
        unit: Some(Unit::Percent),
        decimals: 1,
        taken: Taken::Run(|run| Some(100.0 * run.throughput.as_ref()?.kept?)),
        ..RATE
    },
    Metric {
        key: Key("throughput_recovery"),
        unit: Some(Unit::Seconds),
        decimals: 2,
        direction: Direction::Lower,
        taken: Taken::Run(|run| run.throughput.as_ref()?.recovery_s),
        ..RATE
    },
    Metric {
        key: Key("service_lost"),
        unit: Some(Unit::Seconds),
        decimals: 2,
        direction: Direction::Lower,
        taken: Taken::Run(|run| run.throughput.as_ref()?.lost_s),
        ..RATE
    },
    Metric {
        key: Key("operations_lost"),
        unit: Some(Unit::Count),
        direction: Direction::Lower,
        taken: Taken::Run(|run| {
            run.throughput.as_ref().filter(|of| of.unit == Unit::PerSecond).and_then(|of| of.lost)
        }),
        ..RATE
    },
];

const RATE: Metric = Metric {
    key: Key(""),
    unit: None,
    decimals: 0,
    direction: Direction::Higher,
    range: Range::Positive,
    grows: None,
    shown: Shown::Condition,
    definition: Definition::Shared("service_throughput"),
    taken: Taken::Measurement,
};

/// What of the throughput of a service has its unit, operations or bytes per second.
pub fn of_throughput(throughput: &Throughput) -> Vec<Measurement> {
    let mean = |level: Option<super::Level>| level.map(|level| level.mean);
    let values =
        [mean(Some(throughput.before)), mean(throughput.during), mean(throughput.after), throughput.lowest];
    let number = |(metric, value): (&Metric, Option<f64>)| {
        Some(Measurement { metric: metric.key.0.to_owned(), unit: throughput.unit, value: value? })
    };
    THROUGHPUT.iter().zip(values).filter_map(number).collect()
}

/// Of 100 requests sent from the migration request to its end, or until the service was back where that is later, how
/// many were answered more than one interval after they were sent. Whoever sends a request in each interval has sent
/// the next one by then; nothing finer than an interval is known of an outage by ping either.
///
/// `None` without a time zero or an end, and where the log gives no round trips.
fn late_percent(requests: &PingTimeline, run: &Run) -> Option<f64> {
    let end_s =
        [run.migration.duration_s, run.event_s(Event::Resume)].into_iter().flatten().reduce(f64::max)?;
    let meanwhile = |seq: u32| requests.sent_at(seq).is_some_and(|t| (0.0..=end_s).contains(&t));
    let sent = sent_within(requests, end_s)?;
    let answers = requests.answered.iter().zip(&requests.rtt_ms).filter(|(seq, _)| meanwhile(**seq));
    let round_trips: Vec<f64> = answers.filter_map(|(_, rtt)| *rtt).collect();
    let not_known = !requests.answered.is_empty() && requests.rtt_ms.iter().all(Option::is_none);
    if sent == 0 || not_known {
        return None;
    }
    let late = round_trips.iter().filter(|rtt| **rtt > 1000.0 * requests.interval_s).count();
    Some(100.0 * late as f64 / sent as f64)
}

/// How many requests were sent from the migration request to `end_s`, seconds after it. `None` without a time zero.
fn sent_within(requests: &PingTimeline, end_s: f64) -> Option<usize> {
    requests.origin_s?;
    let all = requests.first_seq..requests.first_seq.saturating_add(requests.sent);
    let mut lost = 0_usize;
    for row in requests.unanswered() {
        let until = |t_s| requests.unanswered_before(row, t_s).map(|n| n as usize);
        lost += until(end_s.next_up())?.saturating_sub(until(0.0)?);
    }
    let stamped = requests.answered.iter().filter(|seq| all.contains(seq));
    let stamped = stamped.filter_map(|seq| requests.sent_at(*seq));
    Some(lost + stamped.filter(|t| (0.0..=end_s).contains(t)).count())
}

fn outage(method: Method) -> Metric {
    let entry = method.entry();
    Metric {
        key: Key(entry.metric),
        unit: Some(Unit::Seconds),
        decimals: entry.decimals,
        direction: Direction::Lower,
        range: Range::Positive,
        grows: Some(method),
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
    range: Range::Positive,
    grows: None,
    shown: Shown::Overview("table.migration_duration_mean"),
    definition: Definition::Shared("duration"),
    taken: Taken::Run(|run| run.migration.duration_s),
}];

/// What media clients lost.
const STREAMS: [Metric; 3] = [
    Metric { key: Key(FRAMES_EXPECTED_LOST), grows: Some(Method::Ping), taken: Taken::Measurement, ..LOST },
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
    range: Range::Positive,
    grows: None,
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
    range: Range::Positive,
    grows: None,
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
        taken: Taken::Run(|run| Some(rounds(run)?.rounds_counted() as f64)),
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
        range: Range::Share,
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
        range: Range::Signed,
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
        range: Range::Signed,
        taken: Taken::Run(|run| error_percent(run, Model::WorkingSet)),
        ..PREDICTED
    },
];

const PAGES: Metric = Metric {
    key: Key(""),
    unit: Some(Unit::Count),
    decimals: 0,
    direction: Direction::Lower,
    range: Range::Positive,
    grows: None,
    shown: Shown::Condition,
    definition: Definition::Caption("caption.precopy"),
    taken: Taken::Measurement,
};

const PREDICTED: Metric = Metric {
    key: Key(""),
    unit: Some(Unit::Seconds),
    decimals: 2,
    direction: Direction::Neither,
    range: Range::Positive,
    grows: None,
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
    use crate::model::SpanError;

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
    fn requests_are_counted_as_one_by_one_and_billions_at_once() {
        let answered = vec![3, 4, 9, 10, 11, 57];
        let mut requests = PingTimeline {
            lines: stillstand_parsers::RowLines::default(),
            summary_line: None,
            file: String::new(),
            wait_s: None,
            refused: Vec::new(),
            stamped: true,
            interval_s: 0.2,
            sent: 100,
            first_seq: 2,
            rtt_ms: vec![None; answered.len()],
            // Two stamps lie on another side of the window than the pace would have them.
            sent_s: vec![-0.4, -0.2, -0.1, 1.0, 1.2, 10.5],
            answered,
            duplicates: 0,
            origin_s: Some(-1.0),
            period_s: 0.2,
            span_error: SpanError::default(),
        };
        for end_s in [0.0, 0.9, 1.0, 10.4, 10.5, 50.0] {
            let within = |seq: &u32| requests.sent_at(*seq).is_some_and(|t| (0.0..=end_s).contains(&t));
            assert_eq!(sent_within(&requests, end_s), Some((2..102).filter(within).count()), "{end_s}");
        }
        requests.sent = 4_000_000_000;
        assert_eq!(sent_within(&requests, 10.0), Some(45));
    }

    /// A request each 0.2 s from 1 s before the migration request on, 100 in all, each answered in so many ms; the
    /// migration takes 10 s.
    fn late(rtt_ms: impl Fn(u32) -> Option<f64>) -> Option<f64> {
        let answered: Vec<u32> = (0..100).filter(|seq| rtt_ms(*seq).is_some()).collect();
        let requests = PingTimeline {
            lines: stillstand_parsers::RowLines::default(),
            summary_line: None,
            file: String::new(),
            wait_s: None,
            refused: Vec::new(),
            stamped: true,
            interval_s: 0.2,
            sent: 100,
            first_seq: 0,
            rtt_ms: answered.iter().map(|seq| rtt_ms(*seq).filter(|rtt| *rtt > 0.0)).collect(),
            sent_s: answered.iter().map(|seq| -1.0 + 0.2 * f64::from(*seq)).collect(),
            answered,
            duplicates: 0,
            origin_s: Some(-1.0),
            period_s: 0.2,
            span_error: SpanError::default(),
        };
        let mut run = crate::model::example::analysis().runs[0].clone();
        run.outages.clear();
        run.migration.duration_s = Some(9.9);
        late_percent(&requests, &run)
    }

    #[test]
    fn late_is_what_was_answered_after_the_next_request_was_due() {
        // 50 requests are sent from 0 to 9.8 s: 5 to 54.
        assert_eq!(late(|_| Some(0.4)), Some(0.0));
        assert_eq!(late(|seq| Some(if (10..15).contains(&seq) { 200.1 } else { 200.0 })), Some(10.0));
        // Before the request and after the end; and what was never answered is not late.
        assert_eq!(late(|seq| Some(if (5..55).contains(&seq) { 0.4 } else { 900.0 })), Some(0.0));
        assert_eq!(
            late(|seq| (!(20..30).contains(&seq)).then_some(if seq == 30 { 350.0 } else { 0.4 })),
            Some(2.0)
        );
        assert_eq!(late(|seq| (!(5..55).contains(&seq)).then_some(0.4)), Some(0.0));
        // A log without round trips does not tell it.
        assert_eq!(late(|_| Some(0.0)), None);
    }

    #[test]
    fn only_results_of_loads_and_throughputs_have_units_of_their_own() {
        for metric in metrics() {
            let own = metric.key == RESULT.key || THROUGHPUT[..4].iter().any(|of| of.key == metric.key);
            assert_eq!(metric.unit.is_none(), own, "{:?}", metric.key);
        }
    }
}
