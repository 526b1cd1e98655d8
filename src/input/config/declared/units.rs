//! The units of columns, as people write them.

use anyhow::bail;

use super::super::nearest::nearest;
use crate::model::Unit;

/// Each with the unit of the program, and how many of that it is. Of amounts a `/s` behind them makes rates.
const UNITS: [(&str, Unit, f64); 25] = [
    ("s", Unit::Seconds, 1.0),
    ("ms", Unit::Milliseconds, 1.0),
    ("us", Unit::Milliseconds, 1e-3),
    ("ns", Unit::Milliseconds, 1e-6),
    ("%", Unit::Percent, 1.0),
    ("B", Unit::Bytes, 1.0),
    ("kB", Unit::Bytes, 1e3),
    ("MB", Unit::Bytes, 1e6),
    ("GB", Unit::Bytes, 1e9),
    ("KiB", Unit::Bytes, 1_024.0),
    ("MiB", Unit::Bytes, 1_048_576.0),
    ("GiB", Unit::Bytes, 1_073_741_824.0),
    ("B/s", Unit::BytesPerSecond, 1.0),
    ("kB/s", Unit::BytesPerSecond, 1e3),
    ("MB/s", Unit::BytesPerSecond, 1e6),
    ("GB/s", Unit::BytesPerSecond, 1e9),
    ("KiB/s", Unit::BytesPerSecond, 1_024.0),
    ("MiB/s", Unit::BytesPerSecond, 1_048_576.0),
    ("GiB/s", Unit::BytesPerSecond, 1_073_741_824.0),
    ("kbit/s", Unit::BytesPerSecond, 125.0),
    ("Mbit/s", Unit::BytesPerSecond, 125e3),
    ("Gbit/s", Unit::BytesPerSecond, 125e6),
    ("1/s", Unit::PerSecond, 1.0),
    ("count", Unit::Count, 1.0),
    ("ratio", Unit::Ratio, 1.0),
];

/// The unit of that name, and how many of it one of the column is.
pub(super) fn named(name: &str, of: &str) -> anyhow::Result<(Unit, f64)> {
    let found = UNITS.iter().find(|(known, ..)| *known == name);
    let Some((_, unit, factor)) = found else {
        let known: Vec<&str> = UNITS.iter().map(|(known, ..)| *known).collect();
        bail!("{of}: unit = \"{name}\": expected {}{}", known.join(", "), nearest(name, &known));
    };
    Ok((*unit, *factor))
}

/// How many bytes one of a column is whose name ends in a unit: `transferred_mib`, `sent (MB)`.
pub(super) fn bytes_of_column(name: &str) -> Option<f64> {
    let name = name.trim_end_matches([')', ']', ' ']);
    let (before, word) = name.rsplit_once(['_', '(', '[', ' ', '.', '-'])?;
    let word = if word.eq_ignore_ascii_case("bytes") { "B" } else { word };
    let is_it =
        |(known, unit, _): &&(&str, Unit, f64)| *unit == Unit::Bytes && known.eq_ignore_ascii_case(word);
    UNITS.iter().find(is_it).map(|(.., factor)| *factor).filter(|_| !before.is_empty())
}
