//! The columns that are read back, both ways.

use anyhow::Context;
use polars::prelude::{Column, DataFrame, NamedFrom as _, Series};

use crate::campaign::benchmarks::Value;
use crate::input::load::PathAndHash;
use crate::model::kept::{self, Kept, shape};
use crate::model::{Diagnostic, Event, Means, Run, Unit};
use crate::run::bins::BinnedSamples;
use crate::run::clocks::RunOffsets;
use crate::run::measure::MeasuredRun;

/// The column with what is kept of each row.
pub const KEPT: &str = "kept";
/// The column that says of which run a row is.
pub const ID: &str = "run_id";

/// What is left of a run beside its bins.
#[derive(Debug)]
pub struct Left {
    pub run: Run,
    pub offsets: Option<RunOffsets>,
    pub time_zero_doubted: bool,
    pub diagnostics: Vec<Diagnostic>,
}

kept::kept!(Left { run, offsets, time_zero_doubted, diagnostics });

impl Left {
    /// What is left of a run, and its bins.
    pub fn of(measured: MeasuredRun) -> (Self, Vec<BinnedSamples>) {
        let MeasuredRun { run, bins, offsets, time_zero_doubted, diagnostics } = measured;
        (Self { run, offsets, time_zero_doubted, diagnostics }, bins)
    }

    pub(super) fn with(self, bins: Vec<BinnedSamples>) -> MeasuredRun {
        let Self { run, offsets, time_zero_doubted, diagnostics } = self;
        MeasuredRun { run, bins, offsets, time_zero_doubted, diagnostics }
    }
}

/// The shape of all that is kept.
pub(super) fn kept_shape() -> String {
    [shape::<Left>(), shape::<Value>(), shape::<Diagnostic>()].concat()
}

/// The column of what is kept of each row.
pub fn kept_column(rows: &[Vec<u8>]) -> Column {
    let rows: Vec<&[u8]> = rows.iter().map(Vec::as_slice).collect();
    Column::new(KEPT.into(), rows)
}

/// What was kept of each row of a frame; `None` of one that is damaged.
pub(super) fn kept_values<T: Kept>(frame: &DataFrame) -> anyhow::Result<Vec<T>> {
    let column = frame.column(KEPT)?.binary()?;
    let value = |bytes: Option<&[u8]>| kept::value(bytes?);
    column.iter().map(|bytes| value(bytes).context("what is kept of a row is damaged")).collect()
}

const HOST: &str = "host";
const METRIC: &str = "metric";
const UNIT: &str = "unit";
const ALIGN: &str = "align";
const FIRST: &str = "first_s";
const MEANS: &str = "means";

/// The bins of runs around one event: a row a quantity, with the mean of each second from `first_s` on, not a number where
/// there are no samples.
pub fn bins(runs: &[(&str, &[BinnedSamples])], event: Event) -> Vec<Column> {
    let each = runs.iter().flat_map(|(id, bins)| bins.iter().map(move |binned| (*id, binned)));
    let all: Vec<(&str, &BinnedSamples)> = each.filter(|(_, binned)| binned.align == event).collect();
    let texts = |of: fn(&BinnedSamples) -> Option<&str>| -> Vec<Option<&str>> {
        all.iter().map(|(_, binned)| of(binned)).collect()
    };
    let means = all.iter().map(|(_, binned)| Series::new("".into(), binned.means.seconds()));
    let means: Vec<Series> = means.collect();
    let means = match means.is_empty() {
        // The type of the list is that of its first.
        true => Column::new(MEANS.into(), [Series::new("".into(), [0.0])]).clear(),
        false => Column::new(MEANS.into(), means),
    };
    vec![
        Column::new(ID.into(), all.iter().map(|(id, _)| *id).collect::<Vec<_>>()),
        Column::new(ALIGN.into(), texts(|binned| Some(binned.align.name()))),
        Column::new(HOST.into(), texts(|binned| binned.host.as_deref())),
        Column::new(METRIC.into(), texts(|binned| Some(&binned.metric))),
        Column::new(UNIT.into(), texts(|binned| Some(binned.unit.name()))),
        Column::new(FIRST.into(), all.iter().map(|(_, binned)| binned.means.first()).collect::<Vec<_>>()),
        means,
    ]
}

/// The columns by which a group of bins is known, and all of them.
pub(super) const BINS_EVENT: [&str; 1] = [ALIGN];
pub(super) const BINS: [&str; 7] = [ID, ALIGN, HOST, METRIC, UNIT, FIRST, MEANS];

/// Whether a group of rows has bins around one of these events.
pub(super) fn is_around(frame: &DataFrame, events: &[Event]) -> anyhow::Result<bool> {
    let column = frame.column(ALIGN)?.str()?;
    Ok(column.iter().flatten().filter_map(Event::named).any(|event| events.contains(&event)))
}

/// No bin lies farther from time zero than this; what says so is damaged.
const FARTHEST: i64 = 1 << 32;

/// The bins of a frame, each with the id of its run.
pub(super) fn binned(frame: &DataFrame) -> anyhow::Result<Vec<(String, BinnedSamples)>> {
    let text = |name: &str| anyhow::Ok(frame.column(name)?.str()?.clone());
    let (ids, aligns, hosts) = (text(ID)?, text(ALIGN)?, text(HOST)?);
    let (metrics, units) = (text(METRIC)?, text(UNIT)?);
    let first = frame.column(FIRST)?.i64()?;
    let means = frame.column(MEANS)?.list()?;
    let row = |row: usize| -> Option<(String, BinnedSamples)> {
        let first = first.get(row).filter(|first| first.abs() <= FARTHEST)?;
        let values = means.get_as_series(row)?;
        let values: Vec<f64> = values.f64().ok()?.iter().map(|mean| mean.unwrap_or(f64::NAN)).collect();
        let binned = BinnedSamples {
            align: Event::named(aligns.get(row)?)?,
            host: hosts.get(row).map(str::to_owned),
            metric: metrics.get(row)?.to_owned(),
            unit: Unit::named(units.get(row)?)?,
            means: Means::new((first..).zip(values)),
        };
        Some((ids.get(row)?.to_owned(), binned))
    };
    (0..frame.height()).map(|number| row(number).context("a row of the bins is damaged")).collect()
}

const PATH: &str = "path";
const SHA256: &str = "sha256";

/// The files that were read, with their hashes; none of one that could not be.
pub fn inputs(files: &[PathAndHash]) -> Vec<Column> {
    vec![
        Column::new(PATH.into(), files.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>()),
        Column::new(SHA256.into(), files.iter().map(|(_, sha256)| sha256.as_deref()).collect::<Vec<_>>()),
    ]
}

/// The files of such a frame.
pub(super) fn files(frame: &DataFrame) -> anyhow::Result<Vec<PathAndHash>> {
    let (paths, hashes) = (frame.column(PATH)?.str()?, frame.column(SHA256)?.str()?);
    let rows = paths.iter().zip(hashes.iter());
    rows.map(|(path, sha256)| Ok((path.context("a path is missing")?.to_owned(), sha256.map(Into::into))))
        .collect()
}
