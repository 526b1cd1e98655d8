//! A part: the tables of the runs of a shard, a group of rows at a time, so that memory does not grow with their number.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::Context;
use polars::prelude::{Column, DataFrame};
use sha2::{Digest, Sha256};

use super::MadePart;
use super::series::RunSeries;
use crate::campaign::dataset::{self, ID, Identity, Left, Quoted, Record, Shard, tables};
use crate::input::load::hex;
use crate::input::parquet::Writer;
use crate::input::session::SessionFile;
use crate::model::kept::bytes;
use crate::model::{Diagnostic, Event, Factors, PhaseKind, Run, Verdict, diagnostics};
use crate::run::bins::BinnedSamples;
use crate::run::measure::MeasuredRun;
use crate::write::attempt::{Hashed, Shelf};
use crate::write::frames::{self, column, levels, rename_factors};

/// So many runs, or as many as have so many rows of samples, are a group of rows.
const RUNS: usize = 128;
const SAMPLES: usize = 1 << 19;

/// A part in the making.
pub struct PartWriter<'a> {
    shard: Shard,
    factors: BTreeSet<String>,
    /// In the order of [`tables::OF_PART`].
    files: Vec<Writer<Hashed<'a>>>,
    pending: Pending,
    /// Of the campaign.
    events: Vec<Event>,
    diagnostics: Vec<Diagnostic>,
    runs: usize,
    kept: Sha256,
    quoted: Quoted,
}

/// Runs that are not written yet.
#[derive(Default)]
struct Pending {
    ids: Vec<String>,
    left: Vec<Left>,
    bins: Vec<Vec<BinnedSamples>>,
    series: RunSeries,
    /// How many rows of the series are of each run.
    rows: Vec<usize>,
}

impl<'a> PartWriter<'a> {
    pub fn new(
        shard: Shard,
        shelf: &'a dyn Shelf,
        factors: &BTreeSet<String>,
        events: &[Event],
    ) -> anyhow::Result<Self> {
        let mut files = Vec::new();
        let nothing = Pending::default();
        for (name, columns) in tables::OF_PART.iter().zip(nothing.tables(factors)) {
            let file = shelf.create(name).with_context(|| (*name).to_owned())?;
            files.push(Writer::new(Hashed::new(file), &DataFrame::new_infer_height(columns)?)?);
        }
        Ok(Self {
            shard,
            factors: factors.clone(),
            files,
            pending: nothing,
            events: events.to_vec(),
            diagnostics: Vec::new(),
            runs: 0,
            kept: Sha256::new(),
            quoted: Quoted::default(),
        })
    }

    pub fn add(&mut self, id: String, measured: MeasuredRun, series: RunSeries) -> anyhow::Result<()> {
        self.diagnostics.extend(measured.diagnostics.iter().cloned());
        self.diagnostics.extend(measured.at_events(self.events.iter().copied()));
        let (left, bins) = Left::of(measured);
        self.quoted.add(&left.run);
        self.runs += 1;
        let pending = &mut self.pending;
        pending.ids.push(id);
        pending.left.push(left);
        pending.bins.push(bins);
        pending.rows.push(series.len());
        pending.series.append(series);
        if pending.ids.len() >= RUNS || pending.series.len() >= SAMPLES { self.write() } else { Ok(()) }
    }

    /// Writes what is pending.
    fn write(&mut self) -> anyhow::Result<()> {
        let pending = std::mem::take(&mut self.pending);
        for left in &pending.left {
            self.kept.update(bytes(left));
        }
        for ((name, columns), file) in
            tables::OF_PART.iter().zip(pending.tables(&self.factors)).zip(&mut self.files)
        {
            if *name != tables::BINS {
                file.append(&mut DataFrame::new_infer_height(columns)?)
                    .with_context(|| (*name).to_owned())?;
                continue;
            }
            // A group for each event, of which a reader wants but one.
            for event in Event::ALL {
                let columns = pending.bins(*event);
                file.append(&mut DataFrame::new_infer_height(columns)?)
                    .with_context(|| (*name).to_owned())?;
            }
        }
        Ok(())
    }

    /// Ends all files, that of the runs last and with what the part is; returns their hashes by their names.
    pub fn finish(mut self, of: Identity, files: &[Arc<SessionFile>]) -> anyhow::Result<MadePart> {
        self.write()?;
        let mut made = BTreeMap::new();
        let mut writers = tables::OF_PART.into_iter().zip(self.files);
        let (_, runs) = writers.next().context("a part has runs")?;
        for (name, writer) in writers {
            made.insert(name.to_owned(), writer.finish(None).context(name)?.finish()?);
        }
        let record = Record {
            of,
            shard: self.shard,
            runs: self.runs,
            kept: hex(self.kept),
            tables: made.clone(),
            excerpts: self.quoted.read(files),
        };
        let hash = runs.finish(Some(serde_json::to_string(&record)?)).context(tables::RUNS)?.finish()?;
        made.insert(tables::RUNS.to_owned(), hash);
        Ok(MadePart { files: made, runs: self.runs, diagnostics: self.diagnostics })
    }
}

impl Pending {
    /// The columns of all tables, in the order of [`tables::OF_PART`]; of the bins those of no event.
    fn tables(&self, factors: &BTreeSet<String>) -> [Vec<Column>; 6] {
        let factors: BTreeSet<&str> = factors.iter().map(String::as_str).collect();
        let whole = |rows: Vec<usize>, columns: Vec<Column>| self.of_runs(&rows, columns, &factors);
        let each = |count: fn(&Run) -> usize| -> Vec<usize> {
            self.left
                .iter()
                .enumerate()
                .flat_map(|(place, left)| std::iter::repeat_n(place, count(&left.run)))
                .collect()
        };
        let of_series = self
            .rows
            .iter()
            .enumerate()
            .flat_map(|(place, rows)| std::iter::repeat_n(place, *rows))
            .collect();
        [
            whole(each(|_| 1), self.runs()),
            whole(
                each(|run| run.outages.len()),
                frames::outage_columns(self.all_runs().flat_map(|run| &run.outages)),
            ),
            whole(each(|run| rounds(run).len()), self.rounds()),
            whole(each(|run| run.milestones.len()), self.events()),
            dataset::bins(&[], Event::Request),
            whole(of_series, self.series.columns()),
        ]
    }

    fn all_runs(&self) -> impl Iterator<Item = &Run> + Clone {
        self.left.iter().map(|left| &left.run)
    }

    /// The columns of a table behind those that say of which run each row is.
    fn of_runs(&self, places: &[usize], own: Vec<Column>, factors: &BTreeSet<&str>) -> Vec<Column> {
        let runs = || places.iter().map(|place| &self.left[*place].run);
        let factors_of = places.iter().map(|place| -> &Factors { &self.left[*place].run.factors });
        let mut columns =
            vec![column(ID, places.iter().map(|place| self.ids[*place].as_str()).collect::<Vec<_>>())];
        columns.extend(levels(factors, factors_of));
        columns.extend([
            column("run", runs().map(|run| run.id.as_str()).collect::<Vec<_>>()),
            column("repetition", runs().map(|run| run.repetition).collect::<Vec<_>>()),
        ]);
        columns.extend(own);
        rename_factors(&mut columns, factors.len());
        columns
    }

    /// The numbers of each run, what is flagged, and what is kept of it.
    fn runs(&self) -> Vec<Column> {
        let all = || self.all_runs();
        let phase = |name: &str, kind: PhaseKind| {
            let length =
                |run: &Run| run.phases.iter().find(|phase| phase.kind == kind).map(|phase| phase.length_s());
            column(name, all().map(length).collect::<Vec<_>>())
        };
        let joined = |parts: Vec<String>| parts.join("; ");
        let flags =
            all().map(|run| joined(run.flags.iter().map(|flag| flag.code.name().to_owned()).collect()));
        let contradicted = all().map(|run| {
            let checks = run.checks.iter().filter(|check| check.verdict == Verdict::Contradicted);
            joined(checks.map(|check| check.kind.name().to_owned()).collect())
        });
        let problems =
            self.left.iter().map(|left| joined(left.diagnostics.iter().map(diagnostics::line).collect()));
        let mut columns = frames::run_columns(all());
        columns.extend([
            phase("precopy_s", PhaseKind::PreCopy),
            phase("stop_and_copy_s", PhaseKind::StopAndCopy),
            phase("activation_s", PhaseKind::Activation),
            column("flags", flags.collect::<Vec<_>>()),
            column("contradicted", contradicted.collect::<Vec<_>>()),
            column("problems", problems.collect::<Vec<_>>()),
            column("files", all().map(|run| run.source_files.join("\n")).collect::<Vec<_>>()),
            dataset::kept_column(&self.left.iter().map(bytes).collect::<Vec<_>>()),
        ]);
        columns
    }

    /// What each round of pre-copy sent.
    fn rounds(&self) -> Vec<Column> {
        let all: Vec<_> = self.all_runs().flat_map(rounds).collect();
        vec![
            column("round", all.iter().map(|round| round.number).collect::<Vec<_>>()),
            column("pages_sent", all.iter().map(|round| round.pages_sent).collect::<Vec<_>>()),
            column("bytes_sent", all.iter().map(|round| round.bytes_sent).collect::<Vec<_>>()),
            column("pages_skipped", all.iter().map(|round| round.pages_skipped).collect::<Vec<_>>()),
            column("pages_dirtied", all.iter().map(|round| round.pages_dirtied).collect::<Vec<_>>()),
            column("duration_s", all.iter().map(|round| round.duration_s).collect::<Vec<_>>()),
        ]
    }

    /// What happened when, by whom it is known.
    fn events(&self) -> Vec<Column> {
        let all: Vec<_> = self.all_runs().flat_map(|run| &run.milestones).collect();
        vec![
            column("event", all.iter().map(|event| event.kind.name()).collect::<Vec<_>>()),
            column("number", all.iter().map(|event| event.kind.number()).collect::<Vec<_>>()),
            column("evidence", all.iter().map(|event| event.evidence.name()).collect::<Vec<_>>()),
            column("earliest_s", all.iter().map(|event| event.earliest_s).collect::<Vec<_>>()),
            column("latest_s", all.iter().map(|event| event.latest_s).collect::<Vec<_>>()),
        ]
    }

    /// The bins around an event.
    fn bins(&self, event: Event) -> Vec<Column> {
        let all: Vec<(&str, &[BinnedSamples])> =
            self.ids.iter().map(String::as_str).zip(self.bins.iter().map(Vec::as_slice)).collect();
        dataset::bins(&all, event)
    }
}

fn rounds(run: &Run) -> &[crate::model::PrecopyRound] {
    run.hypervisor.as_ref().map(|account| account.rounds.as_slice()).unwrap_or_default()
}
