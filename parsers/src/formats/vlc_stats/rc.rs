//! The block that the command `stats` of the rc interface prints.
//!
//! ```text
//! +----[ begin of statistical info ]
//! +-[Incoming]
//! | input bytes read :      398 KiB
//! | input bitrate    :     1388 kb/s
//! | demux bytes read :      209 KiB
//! | demux bitrate    :      445 kb/s
//! |
//! +-[Video Decoding]
//! | video decoded    :      136
//! | frames displayed :       52
//! | frames lost      :        0
//! ```
//!
//! * The bracket at the end of the first line is missing before VLC 3; four lines of `Incoming` became six in
//!   1.1; VLC 4 adds late frames; 3.0 and 4 have no `Streaming`.
//! * Everything but the first and the last line is translated. An unknown label is taken by its place where
//!   the section has as many lines as it should.
//! * `kB` under an English label is 1000 bytes (before 1.1), `KiB` is 1024. Translations write all sorts of
//!   things for `KiB`, among them `kB`: that is taken as 1024.
//! * Prompts (`> `) and messages of VLC stand before and between the lines.

use super::counters::{Counter, Dump, Source};
use super::reader::Reader;
use crate::diagnostic::Place;
use crate::lines::Line;
use crate::shared::vlc_message::Message;
use crate::text::{unsigned, words};

pub(super) const BEGIN: &[u8] = b"+----[ begin of statistical info";
const END: &[u8] = b"+----[ end of statistical info";

/// Whether a line is what the rc interface or VLC says at its start.
pub(super) fn banner(text: &[u8]) -> bool {
    const STARTS: &[&[u8]] =
        &[b"Remote control interface initialized", b"status change: ( ", b"VLC media player "];
    let text = without_prompt(text);
    STARTS.iter().any(|start| text.starts_with(start)) || Message::read(text).is_some()
}

fn without_prompt(mut text: &[u8]) -> &[u8] {
    while let Some(rest) = text.strip_prefix(b"> ").or_else(|| text.strip_prefix(b"\r")) {
        text = rest;
    }
    text
}

/// What a label stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Counter(Counter),
    /// A moment, not a counter.
    BitRate,
}

use Meaning::{BitRate, Counter as Of};

/// The labels in English and German.
const LABELS: &[(&str, Meaning)] = &[
    ("input bytes read", Of(Counter::BytesRead)),
    ("Input Bytes gelesen", Of(Counter::BytesRead)),
    ("input bitrate", BitRate),
    ("Input Bitrate", BitRate),
    ("demux bytes read", Of(Counter::BytesDemuxed)),
    ("Demux Bytes gelesen", Of(Counter::BytesDemuxed)),
    ("demux bitrate", BitRate),
    ("Demux Bitrate", BitRate),
    ("demux corrupted", Of(Counter::DemuxCorrupted)),
    ("Demux beschädigt", Of(Counter::DemuxCorrupted)),
    ("discontinuities", Of(Counter::Discontinuities)),
    ("Abbrüche", Of(Counter::Discontinuities)),
    ("video decoded", Of(Counter::FramesDecoded)),
    ("Video dekodiert", Of(Counter::FramesDecoded)),
    ("frames displayed", Of(Counter::FramesDisplayed)),
    ("Frames angezeigt", Of(Counter::FramesDisplayed)),
    ("frames late", Of(Counter::FramesLate)),
    ("frames lost", Of(Counter::FramesLost)),
    ("Frames verloren", Of(Counter::FramesLost)),
    ("audio decoded", Of(Counter::BuffersDecoded)),
    ("Audio dekodiert", Of(Counter::BuffersDecoded)),
    ("buffers played", Of(Counter::BuffersPlayed)),
    ("Abgespielte Puffer", Of(Counter::BuffersPlayed)),
    ("buffers lost", Of(Counter::BuffersLost)),
    ("Verlorene Puffer", Of(Counter::BuffersLost)),
    ("packets sent", Of(Counter::PacketsSent)),
    ("bytes sent", Of(Counter::BytesSent)),
    ("sending bitrate", BitRate),
];

/// What the lines of a section mean: `(section, meanings)`. All sections of a number have different lengths.
const LAYOUTS: &[(usize, &[Meaning])] = &[
    (1, &[Of(Counter::BytesRead), BitRate, Of(Counter::BytesDemuxed), BitRate]),
    (
        1,
        &[
            Of(Counter::BytesRead),
            BitRate,
            Of(Counter::BytesDemuxed),
            BitRate,
            Of(Counter::DemuxCorrupted),
            Of(Counter::Discontinuities),
        ],
    ),
    (2, &[Of(Counter::FramesDecoded), Of(Counter::FramesDisplayed), Of(Counter::FramesLost)]),
    (
        2,
        &[
            Of(Counter::FramesDecoded),
            Of(Counter::FramesDisplayed),
            Of(Counter::FramesLate),
            Of(Counter::FramesLost),
        ],
    ),
    (3, &[Of(Counter::BuffersDecoded), Of(Counter::BuffersPlayed), Of(Counter::BuffersLost)]),
    (4, &[Of(Counter::PacketsSent), Of(Counter::BytesSent), BitRate]),
];

/// A line of a section.
#[derive(Clone, Copy, Debug)]
struct Entry<'a> {
    line: Line<'a>,
    meaning: Option<Meaning>,
    /// Whether the label is in English.
    english: bool,
    value: &'a [u8],
}

impl<'a> Entry<'a> {
    fn read(line: Line<'a>, text: &'a [u8]) -> Option<Self> {
        let colon = memchr::memrchr(b':', text)?;
        let (label, value) = text.split_at(colon);
        let label = label.strip_prefix(b"|").unwrap_or(label).trim_ascii();
        let known = LABELS.iter().find(|(known, _)| known.as_bytes() == label);
        // English labels begin with a small letter, German ones with a capital.
        let english = known.is_some_and(|(known, _)| known.starts_with(|first: char| first.is_lowercase()));
        let value = value.get(1..).unwrap_or_default();
        Some(Self { line, meaning: known.map(|(_, meaning)| *meaning), english, value })
    }
}

/// The block that is being read.
#[derive(Debug, Default)]
pub(super) struct Block<'a> {
    dump: Option<Dump>,
    /// Number of the section, from 1; 0 before the first.
    section: usize,
    entries: Vec<Entry<'a>>,
    told_translated: bool,
    told_unit: bool,
}

impl<'a> Block<'a> {
    /// Whether the line belongs to the rc interface.
    pub fn line(&mut self, line: Line<'a>, reader: &mut Reader) -> bool {
        let text = without_prompt(line.text.trim_ascii());
        if text.starts_with(BEGIN) {
            self.end(reader, false);
            self.dump = Some(Dump::new(Source::Rc, line.number));
        } else if text.starts_with(END) {
            self.end(reader, true);
        } else if text.starts_with(b"+-[") {
            self.section(line, reader);
        } else if text.starts_with(b"|") && self.dump.is_some() {
            self.entry(line, text, reader);
        } else if text.starts_with(b"status change: ( new input: ") {
            self.end(reader, false);
            reader.new_input();
        } else if text.starts_with(b"VLC media player ") && reader.version.is_none() {
            reader.version = version(text);
        } else {
            return false;
        }
        true
    }

    fn section(&mut self, line: Line<'a>, reader: &mut Reader) {
        if self.dump.is_none() {
            reader.diagnostics.warning("no-begin", Place::line(line.number, line.text), || {
                "statistics whose first line is missing; expected `+----[ begin of statistical info` before them"
                    .to_owned()
            });
            self.dump = Some(Dump::new(Source::Rc, line.number));
        }
        self.resolve(reader);
        self.section = self.section.saturating_add(1);
    }

    fn entry(&mut self, line: Line<'a>, text: &'a [u8], reader: &mut Reader) {
        if text.trim_ascii_end() == b"|" {
            return;
        }
        match Entry::read(line, text).filter(|_| line.terminated) {
            Some(entry) => self.entries.push(entry),
            None => reader.value_lost(line, "`| label : number` and a line end"),
        }
    }

    /// The end of a section: what its lines mean.
    fn resolve(&mut self, reader: &mut Reader) {
        let layout = LAYOUTS
            .iter()
            .find(|(section, meanings)| *section == self.section && meanings.len() == self.entries.len())
            .map(|(_, meanings)| *meanings)
            .filter(|meanings| {
                let mut pairs = self.entries.iter().zip(*meanings);
                // Beside a label that is not translated an unknown one is something new, not a translation.
                pairs.all(|(entry, meaning)| match entry.meaning {
                    Some(Of(_)) => entry.meaning == Some(*meaning) && !entry.english,
                    Some(BitRate) => *meaning == BitRate,
                    None => true,
                })
            });
        let mut entries = std::mem::take(&mut self.entries);
        for (place, entry) in entries.drain(..).enumerate() {
            let by_place = layout.and_then(|meanings| meanings.get(place)).copied();
            match entry.meaning.or(by_place) {
                Some(Of(counter)) => self.value(counter, entry, reader),
                Some(BitRate) => {}
                None => reader.diagnostics.warning(
                    "unknown-label",
                    Place::line(entry.line.number, entry.line.text),
                    || "expected one of the known labels, or as many lines as this section has; the value is not used".to_owned(),
                ),
            }
            if entry.meaning.is_none() && by_place.is_some() && !self.told_translated {
                self.told_translated = true;
                let place = Place::line(entry.line.number, entry.line.text);
                reader.diagnostics.note("translated-labels", place, || {
                    "labels in another language; they are taken by their place in the statistics".to_owned()
                });
            }
        }
        self.entries = entries;
    }

    fn value(&mut self, counter: Counter, entry: Entry<'a>, reader: &mut Reader) {
        let Some(dump) = &mut self.dump else { return };
        let mut words = words(entry.value);
        let number = words.next().and_then(|(_, word)| unsigned(word));
        let unit = words.next().map(|(_, unit)| unit);
        let bytes = matches!(counter, Counter::BytesRead | Counter::BytesDemuxed | Counter::BytesSent);
        let Some(number) = number.filter(|_| bytes == unit.is_some() && words.next().is_none()) else {
            reader.value_lost(entry.line, "a whole number, with a unit where it counts bytes");
            return;
        };
        let place = Place::line(entry.line.number, entry.line.text);
        let scale = match unit {
            None => 1,
            Some(b"kB") if entry.english => 1000,
            Some(unit) => {
                let clear = unit == b"KiB" || unit == b"Kio" || unit == "КиБ".as_bytes();
                if !clear && !self.told_unit {
                    self.told_unit = true;
                    reader.diagnostics.note("translated-unit", place, || {
                        "a translated unit; it is taken for 1024 bytes, as VLC counts since 1.1".to_owned()
                    });
                }
                1024
            }
        };
        dump.reach(entry.line.number);
        if !dump.set(counter, number.saturating_mul(scale)) {
            reader.diagnostics.warning("second-value", place, || {
                "a second value of this counter in the same statistics; the first is used".to_owned()
            });
        }
    }

    /// The end of the block; `whole` if its last line is there.
    pub fn end(&mut self, reader: &mut Reader, whole: bool) {
        self.resolve(reader);
        self.section = 0;
        let Some(dump) = self.dump.take() else { return };
        if !whole {
            let place = Place { line: Some(dump.line), ..Place::FILE };
            reader.diagnostics.warning("dump-cut", place, || {
                "expected `+----[ end of statistical info ]` behind this one; counters that are missing are null"
                    .to_owned()
            });
        }
        reader.dump(dump);
    }
}

/// `VLC media player 2.0.5 Twoflower (…)`, also with a hyphen before the number.
fn version(text: &[u8]) -> Option<String> {
    words(text)
        .map(|(_, word)| word)
        .find(|word| word.first().is_some_and(u8::is_ascii_digit))
        .map(|word| String::from_utf8_lossy(word).into_owned())
}
