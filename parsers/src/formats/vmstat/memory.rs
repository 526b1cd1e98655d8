//! Memory, in a unit that only its values show.

use crate::diagnostic::{Diagnostics, Place};
use crate::frame::Unit;
use crate::shared::host::samples::{Moment, Samples};

/// A page has so many KiB on nearly all machines, and a multiple of them on others.
const PAGE_KIB: f64 = 4.0;

/// Amounts until it is known whether they are KiB.
#[derive(Debug, Default)]
pub(super) struct Memory {
    values: Vec<(Moment, &'static str, f64)>,
    /// One that is no number of pages.
    odd: Option<f64>,
}

impl Memory {
    pub fn push(&mut self, moment: Moment, name: &'static str, value: Option<f64>) {
        let Some(value) = value else { return };
        if value % PAGE_KIB != 0.0 {
            self.odd.get_or_insert(value);
        }
        self.values.push((moment, name, value));
    }

    /// Sets them, if they are KiB.
    pub fn finish(&mut self, samples: &mut Samples, diagnostics: &mut Diagnostics) {
        if let Some(odd) = self.odd {
            diagnostics.warning("memory-unit", Place::FILE, || {
                format!(
                    "memory is not in KiB, of which every amount is a number of pages, and {odd} is none: vmstat was run with \
                     -S and does not say the unit; memory is left out"
                )
            });
            return;
        }
        for (moment, name, kib) in self.values.drain(..) {
            // A second value of a time was told with the others of its row.
            let _ = samples.set(moment, name, Unit::Bytes, kib * 1024.0);
        }
    }
}
