//! What the tools of sysstat share: the line that begins a report and its date ([`banner`]), when its lines were written
//! ([`times`], [`stamp`]), tables under a line of names ([`table`]), reports for people ([`report`]) and those in JSON ([`json`]).

pub(crate) mod banner;
pub(crate) mod json;
pub(crate) mod report;
pub(crate) mod stamp;
pub(crate) mod table;
pub(crate) mod times;

use crate::diagnostic::{Diagnostics, Place};
use crate::shared::host::number::Seen;

/// Says what was seen in numbers.
pub(crate) fn tell(seen: Seen, diagnostics: &mut Diagnostics) {
    if seen.comma {
        diagnostics.note("decimal-comma", Place::FILE, || {
            "numbers have decimal commas, by the locale; they are read as such".to_owned()
        });
    }
    if seen.unit {
        diagnostics.note("human-units", Place::FILE, || {
            "numbers have units, by --human: they are rounded to one decimal of their unit".to_owned()
        });
    }
}
