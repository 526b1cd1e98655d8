//! Benchmarks of native and virtual systems: logs → quantities → efficiency.
//!
//! [`readings`] knows what each format measures and names its operations; [`cells`] puts the values of
//! one quantity of one condition together; [`compare`] sets conditions against their baselines and
//! several VMs against one; [`suspicious`] finds data that look copied.
//!
//! Absent on purpose: comparing benchmarks with each other. A quantity is only ever compared with
//! the same quantity of another condition.

mod cells;
mod compare;
mod readings;
mod suspicious;

pub use cells::{Place, by_repetition, cells};
pub use compare::{efficiencies, parallel};
pub use readings::{Measured, is_result, readings};
pub use suspicious::suspicious;
