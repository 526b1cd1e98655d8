//! Tables whose columns somebody has declared: what people write themselves has no format, but its columns have a meaning.
//!
//! | part | what |
//! | --- | --- |
//! | `table` | bytes → rows: delimited text, or JSON objects, with only the columns that were asked for |
//! | `dated` | when a row was, by which clocks, and which rows count |
//! | `summer_time` | where local times are of another offset from UTC from a row on |
//! | `value` | cells → numbers, times, and what stands for nothing |
//! | `success` | whether something worked, by the text of a cell |
//! | `probes` | a row for each request to a service |
//! | `events` | a row for each event of a migration |
//! | `series` | quantities over time: a row for each instant, or for each value |
//! | `migrations` | a row for each migration |
//!
//! Nothing is guessed that changes a number: a unit stands in the name of its column or is declared, a time is one
//! since 1970 or of a calendar, and a column that is not there is an error. The delimiter is told by the first line,
//! since only one makes the declared columns of it.
//!
//! Absent on purpose: recognising such tables. The same columns may mean anything.

mod dated;
mod events;
mod migrations;
mod probes;
mod series;
mod success;
mod summer_time;
mod table;
mod value;

pub use dated::Dated;
pub use events::{EVENTS, Events, Mark, plain};
pub use migrations::{Figure, MIGRATIONS, Migrations, Written};
pub use probes::{PROBES, Probes};
pub use series::{Column, Long, SERIES, Series};
pub use success::Success;
pub use table::{Key, MissingColumn};
pub use value::TimeForm;

pub use crate::time::unit::TimeUnit;

use crate::parsed::ParseError;

/// Why a declared table was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeclaredError {
    /// A column that was declared is not there.
    #[error(transparent)]
    Column(#[from] MissingColumn),
    /// Nothing in it can be used.
    #[error(transparent)]
    Unusable(#[from] ParseError),
}
