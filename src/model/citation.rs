//! Which lines of which file hold a number of a run.

use std::borrow::Cow;

/// The paths of what a run says of pre-copy, which are also names of series.
pub const PRECOPY_PAGES: &str = "precopy.pages_total";
pub const PRECOPY_ROUNDS: &str = "precopy.rounds";

/// A number of a run, and the lines that hold it. Small, since a run has some dozen and a campaign thousands of runs: no
/// text of the log, and the file by its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// The path of the number in `runs[]` of `summary.json`; an entry of a list is named by its `method`, `client` or
    /// `kind`: `migration.duration_s`, `outages.ping`.
    pub number: Cow<'static, str>,
    /// Its place among [`super::Run::source_files`].
    pub source: usize,
    /// The first and the last line, from 1, of the file as it is unpacked.
    pub lines: [u64; 2],
}
