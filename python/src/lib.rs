//! What the Python package `stillstand` is made of: functions over the library, as plain as they can be.
//!
//! The classes that people see are Python (`python/stillstand`). Here a log or an analysis becomes a dictionary of plain
//! values and of functions that know it. Columns go out through Arrow's C interface ([`arrow`]), without copying. Nothing
//! here holds the interpreter while it works.

mod analysis;
mod arguments;
mod arrow;
mod errors;
mod init;
mod reading;
