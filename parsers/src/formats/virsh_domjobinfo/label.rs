//! Labels of `virsh domjobinfo` and the values behind them.

use std::borrow::Cow;

use crate::shared::hypervisor::Field;
use crate::text::{split_once, words};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    JobType,
    Operation,
    Error,
    Figure(Field, Of),
    Unused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Ms,
    Size,
    Rate,
    Count,
    Bytes,
    PagesPerSecond,
}

/// English, German where there is a translation.
const LABELS: [(&str, &str, Label); 39] = [
    ("Job type", "Job-Typ", Label::JobType),
    ("Operation", "", Label::Operation),
    ("Error message", "", Label::Error),
    ("Time elapsed", "Verstrichene Zeit", Label::Figure(Field::TotalTime, Of::Ms)),
    ("Total downtime", "", Label::Figure(Field::Downtime, Of::Ms)),
    ("Expected downtime", "Voraussichtliche Ausfallzeit", Label::Figure(Field::ExpectedDowntime, Of::Ms)),
    ("Setup time", "", Label::Figure(Field::SetupTime, Of::Ms)),
    ("Memory processed", "Benutzter Speicher", Label::Figure(Field::Transferred, Of::Size)),
    ("Memory remaining", "Verbleibender Speicher", Label::Figure(Field::Remaining, Of::Size)),
    ("Memory total", "Gesamter Speicher", Label::Figure(Field::Total, Of::Size)),
    ("Memory bandwidth", "", Label::Figure(Field::Throughput, Of::Rate)),
    ("Normal data", "Normale Daten", Label::Figure(Field::NormalBytes, Of::Size)),
    ("Normal pages", "Normale Seiten", Label::Figure(Field::PagesNormal, Of::Count)),
    ("Constant pages", "Ständige Seiten", Label::Figure(Field::PagesDuplicate, Of::Count)),
    ("Page size", "", Label::Figure(Field::PageBytes, Of::Bytes)),
    ("Dirty rate", "", Label::Figure(Field::DirtyPages, Of::PagesPerSecond)),
    ("Iteration", "", Label::Figure(Field::Iteration, Of::Count)),
    ("Time elapsed w/o network", "", Label::Unused),
    ("Time remaining", "Verbleibende Zeit", Label::Unused),
    ("Data processed", "Verarbeitete Daten", Label::Unused),
    ("Data remaining", "Verbleibende Daten", Label::Unused),
    ("Data total", "Gesamte Daten", Label::Unused),
    ("Data bandwidth", "", Label::Unused),
    ("File processed", "Verarbeitete Datei", Label::Unused),
    ("File remaining", "Verbleibende Datei", Label::Unused),
    ("File total", "Datei gesamt", Label::Unused),
    ("File bandwidth", "", Label::Unused),
    ("Downtime w/o network", "", Label::Unused),
    ("Postcopy requests", "", Label::Unused),
    ("Compression cache", "Kompressions-Cache", Label::Unused),
    ("Compressed data", "Komprimierte Daten", Label::Unused),
    ("Compressed pages", "Komprimierte Seiten", Label::Unused),
    ("Compression cache misses", "Kompressions-Cache Fehler", Label::Unused),
    ("Compression overflows", "Kompressions Überlauf", Label::Unused),
    ("Auto converge throttle", "", Label::Unused),
    ("Temporary disk space use", "", Label::Unused),
    ("Temporary disk space total", "", Label::Unused),
    ("Disk processed", "", Label::Unused),
    ("Disk remaining", "", Label::Unused),
];

/// `Job type` in the other languages that libvirt 9 speaks.
const TRANSLATED: [&str; 23] = [
    "কৰ্মৰ প্ৰকৃতি:",
    "কর্মের প্রকৃতি:",
    "Typ úlohy:",
    "Tipo de trabajo:",
    "જોબ પ્રકાર:",
    "कार्य प्रकार:",
    "ジョブタイプ:",
    "ಕಾರ್ಯದ ಬಗೆ:",
    "작업 유형:",
    "ജോലി തരം:",
    "जॉब प्रकार:",
    "Taak type:",
    "କାର୍ଯ୍ୟ ପ୍ରକାର:",
    "ਜੌਬ ਕਿਸਮ:",
    "Typ zadania:",
    "tipo de trabalho:",
    "Тип задания:",
    "Jobbtyp:",
    "பணி வகை:",
    "జాబ్ రకము:",
    "Тип завдання:",
    "Kiểu công việc ",
    "任务类型：",
];

/// Types of jobs in English and German, and what QEMU calls that.
const JOB_TYPES: [(&str, &str, &str); 6] = [
    ("None", "Kein", "none"),
    ("Bounded", "Gebunden", "active"),
    ("Unbounded", "Unbegrenzt", "active"),
    ("Completed", "", "completed"),
    ("Failed", "Fehlgeschlagen", "failed"),
    ("Cancelled", "", "cancelled"),
];

/// Sizes; libvirt's units are binary.
const UNITS: [(&[u8], f64); 7] = [
    (b"B", 1.0),
    (b"KiB", 1024.0),
    (b"MiB", 1_048_576.0),
    (b"GiB", 1_073_741_824.0),
    (b"TiB", 1_099_511_627_776.0),
    (b"PiB", 1_125_899_906_842_624.0),
    (b"EiB", 1_152_921_504_606_846_976.0),
];

/// One of these stands in every output: the label of the type of the job, in any language.
pub(super) const MARKS: [&[u8]; TRANSLATED.len() + 2] = {
    let mut marks = [b"Job type".as_slice(); TRANSLATED.len() + 2];
    marks[1] = b"Job-Typ";
    let mut at = 0;
    while at < TRANSLATED.len() {
        marks[at + 2] = TRANSLATED[at].as_bytes();
        at += 1;
    }
    marks
};

/// The label of a line, and what stands behind it.
pub(super) fn read(line: &[u8]) -> Option<(Label, &[u8])> {
    let (label, value) = split_once(line.trim_ascii(), b':')?;
    let english = || LABELS.iter().find(|(english, ..)| english.as_bytes() == label);
    let german = || LABELS.iter().find(|(_, german, _)| german.as_bytes() == label);
    let found = english().or_else(german).filter(|_| !label.is_empty())?;
    Some((found.2, value.trim_ascii()))
}

/// Whether an output in a language that is not read begins here.
pub(super) fn is_translated(line: &[u8]) -> bool {
    TRANSLATED.iter().any(|label| line.starts_with(label.as_bytes()))
}

/// A type of job in QEMU's words.
pub(super) fn status(word: &[u8]) -> Option<&'static [u8]> {
    JOB_TYPES
        .iter()
        .find(|(english, german, _)| {
            !word.is_empty() && (english.as_bytes() == word || german.as_bytes() == word)
        })
        .map(|(.., status)| status.as_bytes())
}

/// Whether a job is a migration; libvirt before 3.7 does not say.
pub(super) fn is_migration(operation: &[u8]) -> bool {
    matches!(operation, b"Outgoing migration" | b"Incoming migration" | b"Unknown" | b"Unbekannt")
}

#[derive(Debug, PartialEq)]
pub(super) enum Value<'a> {
    Read { digits: Cow<'a, [u8]>, scale: f64, has_unit: bool },
    Unreadable,
}

/// A number and its unit.
pub(super) fn value(of: Of, text: &[u8]) -> Value<'_> {
    let mut words = words(text).map(|(_, word)| word);
    let digits = words.next().unwrap_or_default();
    let unit = words.next();
    let size = |unit: &[u8]| UNITS.iter().find(|(known, _)| *known == unit).map(|(_, scale)| *scale);
    let scale = match (of, unit) {
        (Of::Ms, Some(b"ms")) => Some(0.001),
        (Of::Size, Some(unit)) => size(unit),
        (Of::Rate, Some(unit)) => unit.strip_suffix(b"/s").and_then(size),
        (Of::Bytes, Some(b"bytes")) | (Of::PagesPerSecond, Some(b"pages/s")) | (Of::Count, None) => Some(1.0),
        _ => None,
    };
    let Some(scale) = scale.filter(|_| words.next().is_none()) else { return Value::Unreadable };
    // virsh prints no separators between thousands: a comma is a decimal one.
    let digits = match memchr::memchr(b',', digits) {
        Some(_) => digits.iter().map(|byte| if *byte == b',' { b'.' } else { *byte }).collect(),
        None => Cow::Borrowed(digits),
    };
    Value::Read { digits, scale, has_unit: unit.is_some() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_in_two_languages() {
        let elapsed = Label::Figure(Field::TotalTime, Of::Ms);
        for line in ["Time elapsed:     12           ms", "Verstrichene Zeit: 12           ms"] {
            assert_eq!(read(line.as_bytes()), Some((elapsed, b"12           ms".as_slice())));
        }
        assert_eq!(read(b": x"), None);
        assert!(is_translated("任务类型：       无".as_bytes()));
    }

    #[test]
    fn values_need_their_unit() {
        let read =
            |digits: &'static [u8], scale| Value::Read { digits: digits.into(), scale, has_unit: true };
        assert_eq!(value(Of::Size, b"1,163 GiB"), read(b"1.163", 1_073_741_824.0));
        assert_eq!(value(Of::Rate, b"112.345 MiB/s"), read(b"112.345", 1_048_576.0));
        assert_eq!(value(Of::Ms, b"300          ms"), read(b"300", 0.001));
        for (of, text) in [(Of::Size, "1.163 G"), (Of::Rate, "1 MiB"), (Of::Ms, "300"), (Of::Count, "3 ms")] {
            assert_eq!(value(of, text.as_bytes()), Value::Unreadable, "{text}");
        }
    }
}
