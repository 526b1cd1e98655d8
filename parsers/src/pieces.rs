//! Logs of lines most of which are alike: read many lines at a time, and long ones in pieces beside each other.
//!
//! What a line means depends on the lines before it, but of nearly all lines in such a log no more than this: the columns
//! are those of the header, the time is not before that of the last row, the number is the next one. So there are two ways
//! to read a line, and both of them give the same:
//!
//! * a reader's [`line`](Reader::line) reads any line and knows everything before it;
//! * [`plain`](Reader::plain) reads as many plain lines as stand one behind the other, knowing only their
//!   [`Form`](Reader::Form) and nothing of what stands before them, and [`take`](Reader::take) appends them if they go on
//!   from where the reader is. If they do not they are read line by line.
//!
//! Plain lines can therefore be read anywhere in a log before the lines in front of them have been read: a long log is cut
//! into pieces at line ends, their plain lines are read in parallel, and then all pieces are taken in their order. How many
//! pieces there are depends on the size of the log alone, and what comes out on neither.

use rayon::prelude::*;

use crate::lines::{Line, Lines};
use crate::outcome::{Outcome, Unusable};

/// How a log is cut, and what is kept of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pieces {
    /// Bytes of a piece, about.
    pub size: usize,
    /// Values that are kept of columns which say nothing about when rows were recorded, and in which order.
    pub most: usize,
}

impl Default for Pieces {
    fn default() -> Self {
        Self { size: 256 << 10, most: usize::MAX }
    }
}

/// Pieces that are read before they are taken. A log of no more is read in one piece.
const WAVE: usize = 16;
/// Bytes that are read before they are taken where nothing is read in parallel: the cache holds them and their numbers.
const BLOCK: usize = 32 << 10;
/// Plain lines that often stand one behind the other.
const USUAL: usize = 64;
/// Fewer plain lines than that are not worth keeping.
const LEAST: u64 = 8;
/// After lines that are not plain so many more are read one by one at most before plain ones are tried again.
const PATIENCE: usize = 32;

/// The reader of a format, as a log of lines sees it.
pub(crate) trait Reader<'a> {
    /// What plain lines look like.
    type Form: Clone + Sync;
    /// The numbers of plain lines.
    type Batch: Default + Send;

    /// The form of plain lines from here on; none where all have to be looked at.
    fn form(&mut self) -> Option<Self::Form>;

    /// Reads plain lines from the beginning of the bytes on, as many as there are, into an empty batch. How many bytes and
    /// lines.
    fn plain(form: &Self::Form, bytes: &'a [u8], batch: &mut Self::Batch) -> (usize, u64);

    /// Appends the lines of a batch, of which the first has this number. If they do not go on from the lines before, or have
    /// another form than lines have here, it does nothing and says false.
    fn take(&mut self, form: &Self::Form, batch: &Self::Batch, first: u64) -> bool;

    /// Reads a line that is not blank.
    ///
    /// # Errors
    ///
    /// If nothing of the log can be used.
    fn line(&mut self, line: Line<'a>) -> Result<(), Unusable>;

    /// Empties a batch.
    fn clear(batch: &mut Self::Batch);

    /// What was read; of the log only what cannot be used at all is looked at again.
    ///
    /// # Errors
    ///
    /// If nothing of the log can be used.
    fn finish(self, bytes: &'a [u8]) -> Result<Outcome, Unusable>;
}

/// The beginning of a log that is going to be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start<'a> {
    /// Its first lines at least, without a byte order mark.
    pub bytes: &'a [u8],
    /// How many bytes it has.
    pub length: usize,
    /// See [`Pieces::most`].
    pub most: usize,
}

impl Start<'_> {
    /// Room for a column of which no more than [`Self::most`] values are kept, in a log of so many rows.
    pub fn room(self, rows: usize) -> usize {
        rows.min(self.most)
    }
}

/// A reader that holds nothing of the bytes of its log, so that they may come and go.
pub(crate) trait Passing {
    /// Reads the next bytes, up to a line end or the end of the log, behind so many lines; how many there are then.
    ///
    /// # Errors
    ///
    /// If nothing of the log can be used.
    fn read(&mut self, bytes: &[u8], before: u64, pieces: Pieces) -> Result<u64, Unusable>;

    /// See [`Reader::finish`].
    ///
    /// # Errors
    ///
    /// If nothing of the log can be used.
    fn finish(self: Box<Self>, bytes: &[u8]) -> Result<Outcome, Unusable>;
}

impl<R: for<'a> Reader<'a>> Passing for R {
    fn read(&mut self, bytes: &[u8], before: u64, pieces: Pieces) -> Result<u64, Unusable> {
        read(self, bytes, before, pieces)
    }

    fn finish(self: Box<Self>, bytes: &[u8]) -> Result<Outcome, Unusable> {
        Reader::finish(*self, bytes)
    }
}

/// Plain lines of a reader that knows of each whether it follows the one before.
#[derive(Debug)]
pub(crate) struct Batch<T>(pub Vec<T>);

impl<T> Default for Batch<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Batch<T> {
    /// Reads lines as long as each follows the one before; how many bytes and lines they are. `line` gives the one at the
    /// beginning of the bytes and how many bytes it has.
    #[inline]
    pub fn read<'a>(
        &mut self,
        bytes: &'a [u8],
        line: impl Fn(&'a [u8]) -> Option<(T, usize)>,
        follows: impl Fn(&T, &T) -> bool,
    ) -> (usize, u64) {
        // Room for a few at once: not one by one, each time anew.
        self.0.reserve(USUAL);
        let (mut used, mut lines) = (0_usize, 0);
        while let Some((next, length)) = bytes.get(used..).and_then(&line) {
            if self.0.last().is_some_and(|before| !follows(before, &next)) {
                break;
            }
            self.0.push(next);
            used += length;
            lines += 1;
        }
        (used, lines)
    }
}

/// Reads a whole log.
///
/// # Errors
///
/// If nothing of it can be used.
pub(crate) fn parse<'a, R: Reader<'a>>(
    mut reader: R,
    bytes: &'a [u8],
    pieces: Pieces,
) -> Result<Outcome, Unusable> {
    read(&mut reader, bytes, 0, pieces)?;
    reader.finish(bytes)
}

/// Reads all lines, behind so many others; how many there are then.
///
/// # Errors
///
/// The first that a line has.
fn read<'a, R: Reader<'a>>(
    reader: &mut R,
    bytes: &'a [u8],
    before: u64,
    pieces: Pieces,
) -> Result<u64, Unusable> {
    let mut place = Place { rest: bytes, lines: before };
    if bytes.len() <= pieces.size.saturating_mul(WAVE) {
        one_by_one(reader, &mut place, bytes.len())?;
        return Ok(place.lines);
    }
    // Batches that have been taken, whose memory is used again.
    let mut spare: Vec<R::Batch> = Vec::new();
    while !place.rest.is_empty() {
        let Some(form) = reader.form() else {
            one_by_one(reader, &mut place, pieces.size)?;
            continue;
        };
        let mut rest = place.rest;
        let mut wave = Vec::with_capacity(WAVE);
        while !rest.is_empty() && wave.len() < WAVE {
            let (piece, behind) = cut(rest, pieces.size);
            wave.push(piece);
            rest = behind;
        }
        spare.resize_with(wave.len(), R::Batch::default);
        let read: Vec<Vec<Segment<R::Batch>>> = wave
            .into_par_iter()
            .zip(spare.par_drain(..))
            .map(|(piece, batch)| segments::<R>(&form, piece, batch))
            .collect();
        for segments in read {
            let mut largest = None;
            for segment in segments {
                match segment {
                    Segment::Plain { bytes, lines, batch } => {
                        if reader.take(&form, &batch, place.lines.saturating_add(1)) {
                            place.skip(bytes, lines);
                        } else {
                            one_by_one(reader, &mut place, bytes)?;
                        }
                        largest.get_or_insert(batch);
                    }
                    Segment::Odd { bytes } => odd(reader, &mut place, bytes)?,
                }
            }
            spare.extend(largest);
        }
    }
    Ok(place.lines)
}

/// What is left of a log.
struct Place<'a> {
    rest: &'a [u8],
    /// Lines before it.
    lines: u64,
}

impl Place<'_> {
    fn skip(&mut self, bytes: usize, lines: u64) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
        self.lines = self.lines.saturating_add(lines);
    }
}

/// Lines of a piece.
enum Segment<B> {
    Plain { bytes: usize, lines: u64, batch: B },
    Odd { bytes: usize },
}

/// The bytes as far as the end of the line in which the `size`th byte is, and the others.
fn cut(bytes: &[u8], size: usize) -> (&[u8], &[u8]) {
    let behind = bytes.get(size.saturating_sub(1)..).unwrap_or_default();
    let end = memchr::memchr(b'\n', behind).map(|at| at.saturating_add(size.max(1)));
    bytes.split_at_checked(end.unwrap_or(bytes.len())).unwrap_or((bytes, b""))
}

/// How many bytes the next so many lines have.
fn bytes_of_lines(bytes: &[u8], lines: usize) -> usize {
    let ends = memchr::memchr_iter(b'\n', bytes);
    ends.take(lines).last().filter(|_| lines > 0).map_or(bytes.len(), |end| end.saturating_add(1))
}

/// What a piece holds by itself; the batch gives its memory.
fn segments<'a, R: Reader<'a>>(
    form: &R::Form,
    piece: &'a [u8],
    mut batch: R::Batch,
) -> Vec<Segment<R::Batch>> {
    let mut found: Vec<Segment<R::Batch>> = Vec::new();
    let (mut at, mut patience) = (0_usize, 1);
    while let Some(rest) = piece.get(at..).filter(|rest| !rest.is_empty()) {
        R::clear(&mut batch);
        let (bytes, lines) = R::plain(form, rest, &mut batch);
        let odd = if lines >= LEAST {
            patience = 1;
            found.push(Segment::Plain { bytes, lines, batch: std::mem::take(&mut batch) });
            0
        } else {
            let more = bytes_of_lines(rest.get(bytes..).unwrap_or_default(), patience);
            patience = (patience * 2).min(PATIENCE);
            bytes.saturating_add(more)
        };
        at = at.saturating_add(bytes.max(odd));
        match found.last_mut() {
            _ if odd == 0 => {}
            Some(Segment::Odd { bytes }) => *bytes = bytes.saturating_add(odd),
            _ => found.push(Segment::Odd { bytes: odd }),
        }
    }
    found
}

/// Reads the next so many bytes, up to a line end, without any of them having been read in advance.
fn one_by_one<'a, R: Reader<'a>>(
    reader: &mut R,
    place: &mut Place<'a>,
    bytes: usize,
) -> Result<(), Unusable> {
    let (mut all, behind) = cut(place.rest, bytes);
    let mut batch = R::Batch::default();
    let mut patience = 1;
    while !all.is_empty() {
        let (block, _) = cut(all, BLOCK);
        let mut taken = 0;
        if let Some(form) = reader.form() {
            R::clear(&mut batch);
            let (used, lines) = R::plain(&form, block, &mut batch);
            if lines > 0 && reader.take(&form, &batch, place.lines.saturating_add(1)) {
                place.skip(used, lines);
                taken = used;
                patience = 1;
            }
        }
        if taken < block.len() {
            let left = all.get(taken..).unwrap_or_default();
            let size = bytes_of_lines(left, patience);
            patience = (patience * 2).min(PATIENCE);
            odd(reader, place, size)?;
            taken = taken.saturating_add(size);
        }
        all = all.get(taken..).unwrap_or_default();
    }
    place.rest = behind;
    Ok(())
}

/// Reads the next so many bytes, up to a line end, line by line.
fn odd<'a, R: Reader<'a>>(reader: &mut R, place: &mut Place<'a>, bytes: usize) -> Result<(), Unusable> {
    let text = place.rest.get(..bytes).unwrap_or(place.rest);
    let mut lines = Lines::after(text, place.lines);
    for line in lines.by_ref().filter(|line| !line.is_blank()) {
        reader.line(line)?;
    }
    place.lines = lines.number();
    place.rest = place.rest.get(bytes..).unwrap_or_default();
    Ok(())
}
