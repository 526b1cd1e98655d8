//! One file per format.

mod benchmark;
pub(crate) mod dstat;
pub(crate) mod fio;
pub(crate) mod hmp_migrate;
mod hypervisor;
pub(crate) mod iometer;
pub(crate) mod iperf3;
mod json;
pub(crate) mod linpack;
pub(crate) mod migration_time;
pub(crate) mod netperf;
pub(crate) mod ping;
pub(crate) mod ping_gawk;
pub(crate) mod qmp_migrate;
pub(crate) mod ramspeed;
mod sequence;
pub(crate) mod stream;
pub(crate) mod sysbench;
pub(crate) mod virsh_domjobinfo;
pub(crate) mod vlc_log;
mod vlc_message;
pub(crate) mod vlc_stats;
pub(crate) mod xen_migrate;
pub(crate) mod xentop;
pub(crate) mod xentop_gawk;
pub(crate) mod zeit;

use crate::diagnostic::{Diagnostics, Facts, ParseError, Parsed, Place, RowCount, excerpt};
use crate::format::Format;
use crate::frame::{Clock, FrameBuilder};

/// What a parser has in its hands at the end of a log.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub format: Format,
    pub version: Option<String>,
    pub columns: FrameBuilder,
    pub clock: Clock,
    pub facts: Facts,
    pub rows: RowCount,
    pub diagnostics: Diagnostics,
}

impl Outcome {
    pub fn into_parsed(self) -> Result<Parsed, ParseError> {
        let Self { format, version, columns, clock, facts, rows, diagnostics } = self;
        match columns.finish(clock) {
            Ok(frame) => {
                let diagnostics = diagnostics.finish();
                Ok(Parsed { format, version, frame, facts, rows, diagnostics })
            }
            Err(error) => {
                let expected =
                    format!("columns that fit together; this is a mistake in the parser ({error})");
                Err(unusable(format, Place::FILE, expected, diagnostics))
            }
        }
    }
}

/// The error for a log in which nothing can be used.
pub(crate) fn unusable(
    format: Format,
    place: Place<'_>,
    expected: impl Into<String>,
    diagnostics: Diagnostics,
) -> ParseError {
    ParseError {
        format,
        line: place.line,
        expected: expected.into(),
        found: place.text.map(excerpt),
        diagnostics: diagnostics.finish(),
    }
}
