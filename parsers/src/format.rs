//! A format and what is known about it.
//!
//! Everything that the program, its documentation and its tests know about a format stands in the [`Description`] in
//! the format's own folder. A [`Format`] is a handle on one; which there are is the table's to say
//! ([`crate::FORMATS`]).

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::frame::Clock;
use crate::head::Head;
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable};
use crate::pieces::{Passing, Pieces, Start};

/// All about a format: how it is described, what its frames mean, and the functions that read it.
pub(crate) struct Description {
    /// Short stable name, the same in messages, docs and data, and in the names of its fixtures and its page. The
    /// folder of the format has it with `_` for `-`.
    pub name: &'static str,
    /// What is in such a file, in one sentence.
    pub description: &'static str,
    /// The tools and versions that write it.
    pub written_by: &'static str,
    /// How such a file begins, for a person whose file was not recognised.
    pub begins_with: &'static str,
    /// What people call such files beside the format's name, the most telling first: words in lower case, joined by `-`. The
    /// first word of the format's name is one of them, the last unless it is listed.
    pub file_names: &'static [&'static str],
    /// The clocks that its frames can have.
    pub clocks: &'static [Clock],
    /// What its columns mean for a run.
    pub meaning: Meaning,
    /// What tells without asking the format that a file is not its own.
    pub marks: Marks,
    /// Whether a file is of this format. Strict: a wrong yes would produce numbers that look plausible.
    pub recognise: fn(&Head<'_>) -> bool,
    /// Reads the bytes of a file, which has no byte order mark.
    pub parse: Parse,
}

/// Words of which every file of a format has one.
pub(crate) enum Marks {
    /// There are no such words.
    None,
    /// In the lines by which it is recognised.
    Head(&'static [&'static [u8]]),
    /// In these or farther behind: several lists.
    Anywhere(&'static [&'static [&'static [u8]]]),
    /// It is no text, and recognised by its first bytes alone.
    Binary,
}

/// How a format is read.
pub(crate) enum Parse {
    /// In one piece.
    Whole(fn(&[u8]) -> Result<Outcome, Unusable>),
    /// In pieces that are cut in this way.
    Lines(fn(&[u8], Pieces) -> Result<Outcome, Unusable>),
    /// The same, and no piece is needed after it was read.
    Passing(fn(Start<'_>) -> Box<dyn Passing + Send>),
}

/// A format of log files. Two are equal if they have the same name.
#[derive(Clone, Copy)]
pub struct Format(&'static Description);

impl Format {
    pub(crate) const fn new(description: &'static Description) -> Self {
        Self(description)
    }

    pub(crate) fn recognises(self, head: &Head<'_>) -> bool {
        let may_be = match &self.0.marks {
            Marks::None | Marks::Anywhere(_) | Marks::Binary => true,
            Marks::Head(marks) => marks.iter().any(|mark| head.holds(mark)),
        };
        may_be && (self.0.recognise)(head)
    }

    /// Words of which every file of this format has one.
    pub(crate) fn marks(self) -> &'static Marks {
        &self.0.marks
    }

    pub(crate) fn read(self, bytes: &[u8], pieces: Pieces) -> Result<Outcome, Unusable> {
        match self.0.parse {
            Parse::Whole(parse) => parse(bytes),
            Parse::Lines(parse) => parse(bytes, pieces),
            Parse::Passing(begin) => {
                let mut log = begin(Start { bytes, length: bytes.len(), most: pieces.most });
                log.read(bytes, 0, pieces)?;
                log.finish(bytes)
            }
        }
    }

    /// Begins to read a log of which no line is needed once it was read; none if the format needs all of it at once.
    pub(crate) fn begin(self, start: Start<'_>) -> Option<Box<dyn Passing + Send>> {
        match self.0.parse {
            Parse::Whole(_) | Parse::Lines(_) => None,
            Parse::Passing(begin) => Some(begin(start)),
        }
    }

    /// Short stable name, e.g. `xentop-gawk`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// What is in such a file, in one sentence.
    #[must_use]
    pub fn description(self) -> &'static str {
        self.0.description
    }

    /// The tools and versions that write it.
    #[must_use]
    pub fn written_by(self) -> &'static str {
        self.0.written_by
    }

    /// How such a file begins, for a person whose file was not recognised.
    #[must_use]
    pub fn begins_with(self) -> &'static str {
        self.0.begins_with
    }

    /// What its columns mean for a run.
    #[must_use]
    pub fn meaning(self) -> Meaning {
        self.0.meaning
    }

    /// The clocks that its frames can have.
    #[must_use]
    pub fn clocks(self) -> &'static [Clock] {
        self.0.clocks
    }

    /// What people call such files, the most telling name first: its own name, usual ones, and the first word of its
    /// own. Words are joined by `-`.
    pub fn file_names(self) -> impl Iterator<Item = &'static str> {
        let first = self.name().split('-').next();
        let first = first.filter(|first| *first != self.name() && !self.0.file_names.contains(first));
        std::iter::once(self.name()).chain(self.0.file_names.iter().copied()).chain(first)
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Format {}

impl Ord for Format {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name().cmp(other.name())
    }
}

impl PartialOrd for Format {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Format {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Format").field(&self.name()).finish()
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
