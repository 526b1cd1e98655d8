//! Benchmarks of native and virtual systems: logs → quantities → efficiency.
//!
//! `readings` knows what each format measures and names its operations, `table` reads plain tables of
//! measurements; `cells` puts the values of one quantity of one condition together; `compare` sets
//! conditions against their baselines and several VMs against one; `suspicious` finds data that look
//! copied; `findings` says what it all means, `grid` arranges it in rows and columns, and `series` makes it
//! comparable as numbers of migrations are.
//!
//! Absent on purpose: comparing benchmarks with each other. A quantity is only ever compared with
//! the same quantity of another condition.

mod cells;
mod compare;
mod findings;
mod grid;
mod readings;
mod series;
mod suspicious;
pub mod table;

pub use cells::{Place, by_repetition, cells};
pub use compare::{efficiencies, parallel};
pub use findings::find;
pub use grid::{grids, of_migrations, selected};
pub use readings::{Measured, is_result, may_be_result, readings};
pub use series::{quantities, series};
pub use suspicious::{copied_logs, suspicious};
