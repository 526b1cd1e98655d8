//! A declared offset from UTC wins over what a log says.

use polars::prelude::{Float64Chunked, IntoColumn, NewChunkedArray};

use super::{written_offset, zone};
use crate::diagnostic::{Diagnostic, Severity};
use crate::frame::{Clock, Column, Unit};
use crate::meaning::Meaning;
use crate::parsed::Parsed;

impl Parsed {
    /// Places the local times of the log `offset_s` seconds east of UTC, whatever zone it names, if any.
    ///
    /// Local are times of day, and those in the column `local_s`: what was written as a date and a time of day. The fact
    /// `utc_offset_s` or the column of seconds since 1970 follow the declared offset afterwards. Warnings that asked for
    /// one are gone; a log that names another one gets the warning `zone-overruled`.
    pub fn declare_utc_offset(&mut self, offset_s: i32) {
        let named = match self.frame.clock {
            Clock::TimeOfDay => {
                let named = self.facts.int("utc_offset_s");
                self.facts.set_int("utc_offset_s", offset_s);
                named
            }
            Clock::Epoch | Clock::EpochSecondsAtArrival | Clock::Counter | Clock::None => {
                self.place(offset_s)
            }
        };
        let answered = [zone::AMBIGUOUS, zone::UNKNOWN, "time-zone-unknown"];
        self.diagnostics.retain(|found| !answered.contains(&found.code));
        let named = named.and_then(|named| i32::try_from(named).ok()).filter(|named| *named != offset_s);
        if let Some(named) = named {
            self.diagnostics.push(Diagnostic {
                severity: Severity::Warning,
                code: "zone-overruled",
                line: None,
                column: None,
                message: format!(
                    "the log says that its times are {} from UTC; utc_offset = {} is declared and counts",
                    written_offset(named),
                    written_offset(offset_s)
                ),
                text: None,
            });
        }
    }

    /// Computes the column of seconds since 1970 anew, as far as times are local. An offset, in seconds, that the log
    /// gives and that is another.
    #[expect(clippy::cast_possible_truncation, reason = "the difference of two columns is an offset")]
    fn place(&mut self, offset_s: i32) -> Option<i64> {
        let local_s: Vec<Option<f64>> = self.frame.f64s("local_s").ok()?.iter().collect();
        if local_s.iter().all(Option::is_none) {
            return None;
        }
        let known = self.frame.columns.iter().find(|column| column.unit == Unit::EpochSeconds);
        let known = known.map(|column| column.name.clone());
        let name = known.clone().unwrap_or_else(|| "epoch_s".to_owned());
        let old: Vec<Option<f64>> = match self.frame.f64s(&name) {
            Ok(times) => times.iter().collect(),
            Err(_) => vec![None; local_s.len()],
        };
        let offset = f64::from(offset_s);
        let pairs = || local_s.iter().zip(&old);
        let times = pairs().map(|(local, old)| local.map(|local| local - offset).or(*old));
        let times = Float64Chunked::from_iter_options(name.as_str().into(), times);
        // It is as long as the others, so that this does not fail.
        if self.frame.df.with_column(times.into_column()).is_ok() && known.is_none() {
            self.frame.columns.push(Column { name, unit: Unit::EpochSeconds });
        }
        // Where a format has times to the whole second, its local ones are such; so are those of hosts' tools without a fraction.
        let of_host = self.format.meaning() == Meaning::HostSamples;
        let whole = self.format.clocks().contains(&Clock::EpochSecondsAtArrival)
            || of_host && local_s.iter().flatten().all(|local| local.fract() == 0.0);
        self.frame.clock = if whole { Clock::EpochSecondsAtArrival } else { Clock::Epoch };
        let mut offsets = pairs().filter_map(|(local, old)| Some(((*local)? - (*old)?).round()));
        offsets.find(|other| *other != offset).map(|other| other as i64)
    }
}
