//! Log files of virtualisation testbeds as typed columns.
//!
//! Bytes go in, a [`Frame`] and a list of [`Diagnostic`]s come out:
//!
//! ```
//! let log = b"Tue Jan 26 14:00:00 CET 2010\n14:00:00,100000000\n14:00:00,120000000\n";
//! let format = stillstand_parsers::detect(log)?;
//! let parsed = stillstand_parsers::parse(format, log)?;
//! assert_eq!(parsed.format.name(), "zeit");
//! assert_eq!(parsed.frame.f64s("time_s")?.get(1), Some(50_400.12));
//! assert_eq!(parsed.facts.text("date"), Some("2010-01-26"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The flow inside: [`detect()`] looks at the first lines and asks every format of the one table
//! ([`FORMATS`]) whether they are its own; [`parse()`] hands the bytes to the parser of that format.
//! A parser walks over the lines (`lines`), reads numbers and times from bytes (`text`, [`time`]), appends to
//! typed column builders (`frame`) and notes what it could not use or had to repair (`diagnostic`).
//!
//! A format is a folder in `formats/` whose description says everything that the rest of a program has to know about
//! it; what its columns are good for is its [`Meaning`].
//!
//! What holds for every parser:
//!
//! * A damaged log still yields data. [`ParseError`] means that nothing in it could be used.
//! * Nothing is lost silently: every row or cell that is missing from the frame although the log has
//!   something in its place has a diagnostic and is counted in [`RowCount`].
//! * A missing value is null, never 0.
//! * No bytes make a parser panic.
//!
//! Absent on purpose: files, clocks, the environment and printing. The same bytes always give the same
//! result. Nothing here aligns clocks, averages, or decides what an outage is.

#![warn(missing_docs)]

mod column;
pub mod declared;
mod detect;
mod diagnostic;
mod digits;
mod format;
mod formats;
mod frame;
mod head;
mod lines;
mod meaning;
mod outcome;
mod pairs;
mod parsed;
mod part;
mod peel;
mod pieces;
mod read;
mod row_lines;
mod shared;
mod split;
mod surveyor;
mod text;
pub mod time;

pub use detect::{DetectError, Near, detect, detect_all};
pub use diagnostic::{Diagnostic, Fact, Facts, RowCount, Severity, excerpt};
pub use format::Format;
pub use formats::{FORMATS, format_named};
pub use frame::{Clock, Column, Frame, FrameError, Unit};
pub use meaning::{Benchmark, Domains, Family, Hypervisor, Meaning, Rounds, Size};
#[doc(hidden)]
pub use parsed::parse_in_pieces;
pub use parsed::{ParseError, Parsed, Survey, parse};
pub use part::Part;
pub use read::{read, survey};
pub use row_lines::RowLines;
pub use surveyor::Surveyor;
