//! The two lines that VLC 0.8.5 to 1.1 prints on stderr at the end of an input.

use super::counters::{Counter, Dump, Source};
use super::reader::Reader;
use crate::diagnostic::Place;
use crate::lines::Line;
use crate::text::{split_once, unsigned, words};

/// How the second line begins.
pub(super) const VOUT: &[u8] = b" - Vout : ";
/// What stands in the second line.
pub(super) const LABEL: &[u8] = b"Vout :";
const INPUT: &[u8] = b"Input : ";

/// Whether a line is the second one, whole.
pub(super) fn vout(text: &[u8]) -> bool {
    part(text, LABEL).and_then(fraction).is_some() && part(text, b"Aout :").and_then(fraction).is_some()
}

/// The first word after `label`.
fn part<'a>(text: &'a [u8], label: &[u8]) -> Option<&'a [u8]> {
    let at = memchr::memmem::find(text, label)?;
    let rest = text.get(at.saturating_add(label.len())..)?;
    words(rest).next().map(|(_, word)| word)
}

/// `N/N`.
fn fraction(word: &[u8]) -> Option<(u64, u64)> {
    let (before, after) = split_once(word, b'/')?;
    Some((unsigned(before)?, unsigned(after)?))
}

/// `N (N bytes)` after `label`: the bytes.
fn bytes(text: &[u8], label: &[u8]) -> Option<u64> {
    let at = memchr::memmem::find(text, label)?;
    let mut words = words(text.get(at.saturating_add(label.len())..)?);
    unsigned(words.next()?.1)?;
    unsigned(words.next()?.1.strip_prefix(b"(")?)
}

/// The two lines, the first of which has perhaps been read.
#[derive(Debug, Default)]
pub(super) struct Pair {
    first: Option<Dump>,
}

impl Pair {
    /// Whether the line is one of the two.
    pub fn line(&mut self, line: Line<'_>, reader: &mut Reader) -> bool {
        let text = line.text;
        if text.starts_with(INPUT) && memchr::memmem::find(text, b" - Demux : ").is_some() {
            self.end(reader);
            let mut dump = Dump::new(Source::Stderr, line.number);
            for (label, counter) in
                [(b"Input :".as_slice(), Counter::BytesRead), (b"Demux :", Counter::BytesDemuxed)]
            {
                match bytes(text, label) {
                    Some(value) => {
                        dump.set(counter, value);
                    }
                    None => reader.value_lost(line, "`N (N bytes)` after `Input :` and `Demux :`"),
                }
            }
            self.first = Some(dump);
            return true;
        }
        if !text.starts_with(VOUT) {
            return false;
        }
        let mut dump = self.first.take().unwrap_or_else(|| Dump::new(Source::Stderr, line.number));
        for (label, next, good, lost) in [
            (LABEL, b" - Aout :", Counter::FramesDisplayed, Counter::FramesLost),
            (b"Aout :", b" - Sout :", Counter::BuffersPlayed, Counter::BuffersLost),
        ] {
            // A number at the end of a line that is cut off is perhaps not all of it.
            let whole = line.terminated || memchr::memmem::find(text, next).is_some();
            match part(text, label).and_then(fraction).filter(|_| whole) {
                Some((count, missed)) => {
                    dump.set(good, count);
                    dump.set(lost, missed);
                }
                None => reader.value_lost(line, "`N/N` after `Vout :` and `Aout :`"),
            }
        }
        dump.reach(line.number);
        reader.dump(dump);
        true
    }

    /// No second line follows.
    pub fn end(&mut self, reader: &mut Reader) {
        if let Some(dump) = self.first.take() {
            reader.rows.lost += 1;
            let place = Place { line: Some(dump.line), ..Place::FILE };
            reader.diagnostics.warning("dump-cut", place, || {
                "expected a line ` - Vout : N/N - Aout : N/N - …` behind this one; the statistics are left out"
                    .to_owned()
            });
        }
    }
}
