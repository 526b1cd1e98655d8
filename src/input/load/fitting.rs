//! Every file of a session, read: all of them where memory has room, else those of the smallest runs.
//!
//! What is left out is whole runs, the largest, and as few as the budget allows: without one of its logs a run would be
//! measured in another way than the others, and with a larger budget nothing is left out that fits into a smaller one.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;
use stillstand_parsers as parsers;
use stillstand_parsers::{Family, Parsed};

use super::{LoadedFile, LoadedTable, head, is_needed, is_needed_whole, load_one, load_table, unpacked_size};
use crate::input::config::Config;
use crate::input::folder::LARGEST;
use crate::input::memory::{KEEPING, MEASURING, READING, Room};
use crate::input::session::{RunKey, Session, SessionFile};

/// What is to be kept of files.
#[derive(Debug, Clone, Copy)]
pub enum Keeping {
    /// All rows, of files that are no runs yet.
    All,
    /// What runs are measured by.
    Runs {
        /// The rows of the first files up to so many bytes, besides those that are needed before runs are measured.
        rows: u64,
    },
}

impl Keeping {
    /// Bytes for each byte of a log for as long as it is worked on.
    fn work(self) -> u64 {
        match self {
            Self::All => READING,
            Self::Runs { .. } => MEASURING,
        }
    }
}

/// What is read or left out as a whole.
struct Whole {
    what: What,
    /// Bytes, unpacked.
    size: u64,
    /// Of memory while it is worked on.
    work: u64,
}

enum What {
    /// Files, by their numbers in the session.
    Run(Vec<usize>),
    Table(usize),
}

impl Whole {
    fn new(what: What, size: u64, keeping: Keeping) -> Self {
        Self { what, size, work: size.saturating_mul(keeping.work()) }
    }
}

/// The files and tables of a session, each read or left out, in its order.
struct Reading<'a> {
    session: &'a Session,
    sizes: Vec<u64>,
    /// Of which the rows stay, whatever they are.
    kept: Vec<bool>,
    keeping: Keeping,
    progress: &'a (dyn Fn() + Sync),
    files: Vec<Option<LoadedFile>>,
    tables: Vec<Option<LoadedTable>>,
}

/// Reads every file and table of the session for which `room` has a place, and drops the rows that need not be kept, as far
/// as [`Digest`](crate::input::digest::Digest) says of them what the campaign as a whole needs. Which these are depends on
/// nothing but the files and the budget. `progress` is called once per file, from any thread.
pub fn load(
    session: &Session,
    keeping: Keeping,
    room: &mut Room,
    progress: &(dyn Fn() + Sync),
) -> (Vec<LoadedFile>, Vec<LoadedTable>) {
    // What is too large to be read at all takes nothing.
    let size = |path: &Path| Some(unpacked_size(path)).filter(|size| *size <= LARGEST).unwrap_or_default();
    let sizes: Vec<u64> = session.files.par_iter().map(|file| size(&file.path)).collect();
    let tables = session.tables.iter().enumerate();
    let tables = tables.map(|(n, table)| Whole::new(What::Table(n), size(&table.path), keeping));
    let mut wholes: Vec<Whole> = runs(session, &sizes, keeping).into_iter().chain(tables).collect();
    wholes.sort_by_key(|whole| whole.size);
    let all = wholes.iter().fold(*room, with_all);
    let ends = sizes.iter().scan(0u64, |sum, size| {
        *sum = sum.saturating_add(*size);
        Some(*sum)
    });
    let most = match keeping {
        Keeping::All => u64::MAX,
        Keeping::Runs { rows, .. } if all.fits() => rows,
        // Rows that need not stay never cost a place.
        Keeping::Runs { .. } => 0,
    };
    let kept = ends.map(|end| end <= most).collect();
    let mut reading = Reading {
        session,
        kept,
        keeping,
        progress,
        files: sizes.iter().map(|_| None).collect(),
        tables: session.tables.iter().map(|_| None).collect(),
        sizes,
    };
    let mut begun = 0;
    while begun < wholes.len() {
        let together = together(&wholes[begun..], *room);
        let these = begun..begun + together;
        // The rows of one that is too large for its worst case may still be such as are dropped.
        let fits = room.with(0, wholes[begun].work).fits();
        let keeps = if fits { reading.read(&wholes[these.clone()], *room) } else { 0 };
        let with = wholes[these.clone()].iter().fold(room.with(keeps, 0), |room, one| room.with(0, one.work));
        if !fits || !with.fits() {
            reading.refuse(&wholes, begun, *room, fits.then_some(keeps));
            break;
        }
        *room = with;
        begun = these.end;
    }
    (reading.files.into_iter().flatten().collect(), reading.tables.into_iter().flatten().collect())
}

fn runs(session: &Session, sizes: &[u64], keeping: Keeping) -> Vec<Whole> {
    if matches!(keeping, Keeping::All) {
        let files = sizes.iter().enumerate();
        return files.map(|(n, size)| Whole::new(What::Run(vec![n]), *size, keeping)).collect();
    }
    let mut runs: BTreeMap<&RunKey, Vec<usize>> = BTreeMap::new();
    for (number, file) in session.files.iter().enumerate() {
        runs.entry(&file.run).or_default().push(number);
    }
    let size = |files: &[usize]| files.iter().map(|n| sizes[*n]).fold(0, u64::saturating_add);
    runs.into_values()
        .map(|files| {
            let size = size(&files);
            Whole::new(What::Run(files), size, keeping)
        })
        .collect()
}

/// With all that a whole can take.
fn with_all(room: Room, whole: &Whole) -> Room {
    room.with(whole.size.saturating_mul(KEEPING), whole.work)
}

/// How many of the first wholes fit whatever they are; at least one.
fn together(wholes: &[Whole], room: Room) -> usize {
    let rooms = wholes.iter().scan(room, |room, whole| {
        *room = with_all(*room, whole);
        Some(*room)
    });
    rooms.take_while(Room::fits).count().max(1)
}

impl Reading<'_> {
    /// Reads wholes, several files at a time; gives what they keep.
    fn read(&mut self, wholes: &[Whole], room: Room) -> u64 {
        let config = &self.session.config;
        let all: u64 = wholes.iter().map(|whole| whole.size).fold(0, u64::saturating_add);
        let beside = room.with(all.saturating_mul(KEEPING), 0);
        let numbers: Vec<usize> = wholes.iter().flat_map(Whole::files).copied().collect();
        let read = beside.each(
            numbers,
            |number| self.sizes[*number].saturating_mul(READING),
            |number| {
                let mut loaded = load_one(&self.session.files[number], config, None);
                loaded.size = self.sizes[number];
                if !self.kept[number] {
                    loaded.drop_rows(config);
                }
                (self.progress)();
                (number, loaded)
            },
        );
        let mut keeps: u64 = 0;
        for (number, file) in read {
            keeps = keeps.saturating_add(file.keeps());
            self.files[number] = Some(file);
        }
        for (number, size) in wholes.iter().filter_map(Whole::table) {
            keeps = keeps.saturating_add(size.saturating_mul(KEEPING));
            self.tables[number] = Some(load_table(&self.session.tables[number], size));
        }
        keeps
    }

    /// Leaves out all wholes from `first` on, of which is known what it keeps if it was read.
    fn refuse(&mut self, wholes: &[Whole], first: usize, room: Room, known: Option<u64>) {
        let all = wholes.iter().enumerate().skip(first).fold(room, |room, (place, whole)| {
            let keeps = known.filter(|_| place == first).unwrap_or_else(|| self.foreseen(whole));
            room.with(keeps, whole.work)
        });
        for whole in wholes.iter().skip(first) {
            let whose = match &whole.what {
                What::Run(_) if matches!(self.keeping, Keeping::Runs { .. }) => "its run has",
                What::Run(_) | What::Table(_) => "it has",
            };
            let beyond = room.beyond(whose, whole.size, whole.work, all.enough());
            for number in whole.files() {
                if self.files[*number].is_none() {
                    (self.progress)();
                }
                let file = LoadedFile::of(self.session.files[*number].clone(), None);
                let size = self.sizes[*number];
                self.files[*number] = Some(LoadedFile { size, ..file }.refused(&beyond));
            }
            if let Some((number, size)) = whole.table() {
                let relative = self.session.tables[number].relative.clone();
                let bytes = Err(beyond.into());
                self.tables[number] = Some(LoadedTable { relative, sha256: None, size, bytes });
            }
        }
    }

    /// About what a whole would keep, by the beginnings of its files.
    fn foreseen(&self, whole: &Whole) -> u64 {
        let config = &self.session.config;
        let seen: Vec<Seen> =
            whole.files().iter().map(|n| seen(&self.session.files[*n], self.sizes[*n], config)).collect();
        // By the times of several parts all files of a run may have to be parted.
        let in_parts = seen.iter().any(|seen| seen.has_parts);
        let of_file = |(number, seen): (&usize, &Seen)| {
            let number = *number;
            let names = self.session.files[number].names_repetition;
            let stays = self.kept[number] || seen.rows_stay || (seen.is_log && (in_parts || !names));
            if stays { self.sizes[number].saturating_mul(KEEPING) } else { 0 }
        };
        let table = whole.table().map_or(0, |(_, size)| size.saturating_mul(KEEPING));
        whole.files().iter().zip(&seen).map(of_file).fold(table, u64::saturating_add)
    }
}

impl Whole {
    fn files(&self) -> &[usize] {
        match &self.what {
            What::Run(files) => files,
            What::Table(_) => &[],
        }
    }

    fn table(&self) -> Option<(usize, u64)> {
        match self.what {
            What::Run(_) => None,
            What::Table(number) => Some((number, self.size)),
        }
    }
}

/// What the beginning of a file tells of it.
#[derive(Default)]
struct Seen {
    is_log: bool,
    /// Its rows are needed before runs are measured.
    rows_stay: bool,
    /// It has several parts, or may have.
    has_parts: bool,
}

fn seen(file: &SessionFile, size: u64, config: &Config) -> Seen {
    let Ok(head) = head(&file.path) else { return Seen::default() };
    let all = head.len() as u64 >= size;
    let declared = file.declared.and_then(|number| config.declared.get(number));
    let logs = match declared {
        Some(table) => table.read(&head).map(|log| vec![log]).unwrap_or_default(),
        None => parsers::read(&head).unwrap_or_default(),
    };
    let is_one = logs.len() == 1;
    let logs: Vec<Parsed> = logs.into_iter().flatten().collect();
    let may_go_on = |log: &Parsed| {
        let family = log.format.meaning().family();
        !all && matches!(family, Family::Service | Family::Hypervisor)
    };
    let has_parts = logs.iter().any(|log| log.parts.len() > 1 || may_go_on(log));
    Seen {
        is_log: !logs.is_empty(),
        rows_stay: !is_one || has_parts || logs.iter().any(|log| is_needed(log, config)),
        has_parts: has_parts || logs.iter().any(|log| is_needed_whole(log.format, config)),
    }
}
