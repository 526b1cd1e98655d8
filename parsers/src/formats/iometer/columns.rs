//! The numbers of a row: which columns of the file they stand in, and which of the frame they become.

use super::row::{Cells, NUMBERS};
use crate::frame::Unit;
use crate::shared::figures::Figures;

/// A number.
pub(super) struct Value {
    /// The column of the frame.
    pub name: &'static str,
    /// Columns of the file, the best first, and what one of their unit is in ours.
    sources: &'static [(&'static str, f64)],
    pub unit: Unit,
    /// Whether it becomes an integer.
    pub whole: bool,
}

const fn value(
    name: &'static str,
    unit: Unit,
    whole: bool,
    sources: &'static [(&'static str, f64)],
) -> Value {
    Value { name, sources, unit, whole }
}

const fn count(name: &'static str, sources: &'static [(&'static str, f64)]) -> Value {
    value(name, Unit::Count, true, sources)
}

const fn rate(name: &'static str, sources: &'static [(&'static str, f64)]) -> Value {
    value(name, Unit::Count, false, sources)
}

const fn milliseconds(name: &'static str, sources: &'static [(&'static str, f64)]) -> Value {
    value(name, Unit::Milliseconds, false, sources)
}

const fn percent(name: &'static str, sources: &'static [(&'static str, f64)]) -> Value {
    value(name, Unit::Percent, false, sources)
}

const MIB: f64 = 1_048_576.0;

pub(super) static VALUES: [Value; 32] = [
    count("managers", &[("# Managers", 1.0)]),
    count("workers", &[("# Workers", 1.0)]),
    count("disks", &[("# Disks", 1.0)]),
    rate("iops", &[("IOps", 1.0)]),
    rate("read_iops", &[("Read IOps", 1.0)]),
    rate("write_iops", &[("Write IOps", 1.0)]),
    rate("mbps", &[("MBps (Binary)", 1.0), ("MiBps (Binary)", 1.0), ("MBps", 1.0)]),
    value(
        "throughput",
        Unit::BytesPerSecond,
        false,
        &[("MBps (Binary)", MIB), ("MiBps (Binary)", MIB), ("MBps", MIB), ("MBps (Decimal)", 1e6)],
    ),
    value(
        "read_throughput",
        Unit::BytesPerSecond,
        false,
        &[
            ("Read MBps (Binary)", MIB),
            ("Read MiBps (Binary)", MIB),
            ("Read MBps", MIB),
            ("Read MBps (Decimal)", 1e6),
        ],
    ),
    value(
        "write_throughput",
        Unit::BytesPerSecond,
        false,
        &[
            ("Write MBps (Binary)", MIB),
            ("Write MiBps (Binary)", MIB),
            ("Write MBps", MIB),
            ("Write MBps (Decimal)", 1e6),
        ],
    ),
    rate("transactions_per_s", &[("Transactions per Second", 1.0)]),
    rate("connections_per_s", &[("Connections per Second", 1.0)]),
    milliseconds("response_ms", &[("Average Response Time", 1.0)]),
    milliseconds("read_response_ms", &[("Average Read Response Time", 1.0)]),
    milliseconds("write_response_ms", &[("Average Write Response Time", 1.0)]),
    milliseconds("max_response_ms", &[("Maximum Response Time", 1.0)]),
    milliseconds("max_read_response_ms", &[("Maximum Read Response Time", 1.0)]),
    milliseconds("max_write_response_ms", &[("Maximum Write Response Time", 1.0)]),
    count("errors", &[("Errors", 1.0)]),
    count("read_errors", &[("Read Errors", 1.0)]),
    count("write_errors", &[("Write Errors", 1.0)]),
    value("bytes_read", Unit::Bytes, false, &[("Bytes Read", 1.0)]),
    value("bytes_written", Unit::Bytes, false, &[("Bytes Written", 1.0)]),
    count("reads", &[("Read I/Os", 1.0)]),
    count("writes", &[("Write I/Os", 1.0)]),
    count("queue_depth", &[("Queue Depth", 1.0)]),
    percent("cpu_percent", &[("% CPU Utilization", 1.0)]),
    percent("cpu_user_percent", &[("% User Time", 1.0)]),
    percent("cpu_privileged_percent", &[("% Privileged Time", 1.0)]),
    percent("cpu_dpc_percent", &[("% DPC Time", 1.0)]),
    percent("cpu_interrupt_percent", &[("% Interrupt Time", 1.0)]),
    rate("interrupts_per_s", &[("Interrupts per Second", 1.0)]),
];

/// A row may be so many columns short or shifted: those of the CPU and the network.
const MAY_LACK: usize = 14;

/// The numbers of a row, in the order of [`VALUES`].
pub(super) type Numbers = Figures<{ VALUES.len() }>;

/// Where the numbers stand in a results block.
#[derive(Clone, Debug)]
pub(super) struct Header {
    /// Index of the column and factor, in the order of [`VALUES`].
    places: [Option<(usize, f64)>; VALUES.len()],
    /// The column of the CPU utilisation.
    pub cpu: Option<usize>,
    /// Number of columns that have a name.
    pub named: usize,
    /// Number of columns with those that a spreadsheet added at the end.
    pub padded: usize,
}

impl Header {
    pub fn read(cells: &Cells<'_>) -> Self {
        let padded = cells.len();
        let named = (0..padded).rev().find(|at| !cells.get(*at).is_empty()).map_or(0, |at| at + 1);
        let find = |name: &str| (0..named).find(|at| cells.get(*at).eq_ignore_ascii_case(name.as_bytes()));
        let places = std::array::from_fn(|at| {
            let sources = VALUES.get(at).map_or([].as_slice(), |value| value.sources);
            sources.iter().find_map(|(name, factor)| find(name).map(|at| (at, *factor)))
        });
        Self { places, cpu: find("% CPU Utilization"), named, padded }
    }

    /// How many columns the numbers are shifted to the right (positive) or to the left against this header;
    /// none if the row does not fit it.
    pub fn shift(&self, cells: &Cells<'_>, level: &str) -> Option<isize> {
        if level == "PROCESSOR" {
            return self.processor_shift(cells);
        }
        let more = isize::try_from(cells.len()).ok()?.checked_sub(isize::try_from(self.named).ok()?)?;
        let padded = cells.len() == self.padded;
        let lacks = more < 0 && more.unsigned_abs() <= MAY_LACK;
        let first = if padded || lacks { 0 } else { more };
        [first, more].into_iter().find(|shift| *shift >= 0 && cells.fits(*shift))
    }

    /// A processor has numbers from its utilisation on. 1.1.0 added three columns to the titles and forgot
    /// them in these rows, so neither end of the row tells where it is.
    fn processor_shift(&self, cells: &Cells<'_>) -> Option<isize> {
        let first = (NUMBERS - 1..cells.len()).find(|at| !cells.get(*at).is_empty());
        let Some(first) = first else { return Some(0) };
        let shift = isize::try_from(first).ok()?.checked_sub(isize::try_from(self.cpu?).ok()?)?;
        let numbers = (first..cells.len()).all(|at| cells.is_empty(at) || cells.is_number(at));
        Some(shift).filter(|shift| numbers && shift.unsigned_abs() <= MAY_LACK)
    }

    /// Index and factor of each number that the file has.
    pub fn places(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        self.places.iter().enumerate().filter_map(|(value, place)| place.map(|(at, by)| (value, at, by)))
    }
}
