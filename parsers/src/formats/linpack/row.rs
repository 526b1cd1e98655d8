//! The lines of LINPACK's tables.

use crate::shared::benchmark::positive;
use crate::text::{split_once, unsigned, words};

/// A row of linpackc.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reps {
    pub reps: u64,
    pub time: f64,
    /// Share of the time that was spent on solving.
    solving: f64,
    pub kflops: f64,
}

impl Reps {
    pub fn read(text: &[u8]) -> Option<Self> {
        let words: Vec<&[u8]> = words(text).map(|(_, word)| word).collect();
        let [reps, time, factor, solve, overhead, kflops] = words.as_slice() else { return None };
        let share = |word: &[u8]| word.strip_suffix(b"%").and_then(positive);
        share(overhead)?;
        Some(Self {
            reps: unsigned(reps).filter(|reps| *reps > 0)?,
            time: positive(time)?,
            solving: (share(factor)? + share(solve)?) / 100.0,
            kflops: positive(kflops)?,
        })
    }

    /// Seconds of one solution: a repetition has two.
    #[expect(clippy::cast_precision_loss, reason = "repetitions are far below 2^53")]
    pub fn each(&self) -> Option<f64> {
        Some(self.time * self.solving / (2.0 * self.reps as f64)).filter(|each| each.is_finite())
    }
}

/// A row of Intel's table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Intel<'a> {
    pub order: f64,
    pub time: &'a [u8],
    pub gflops: &'a [u8],
    pub passed: bool,
}

impl<'a> Intel<'a> {
    pub fn read(text: &'a [u8]) -> Option<Self> {
        let words: Vec<&[u8]> = words(text).map(|(_, word)| word).collect();
        let [order, lda, _, time, gflops, _, _, check] = words.as_slice() else { return None };
        unsigned(lda)?;
        let passed = check.eq_ignore_ascii_case(b"pass");
        let failed = check.eq_ignore_ascii_case(b"fail");
        (passed || failed).then_some(Self { order: positive(order)?, time, gflops, passed })
    }
}

/// `n = 2000: 10 repetitions, 20.89 s`
#[derive(Clone, Copy, Debug)]
pub(super) struct Plain {
    pub order: f64,
    pub repetitions: u64,
    /// Of all repetitions.
    pub seconds: f64,
}

impl Plain {
    pub fn read(text: &[u8]) -> Option<Self> {
        let (order, rest) =
            split_once(text.strip_prefix(b"n")?.trim_ascii_start().strip_prefix(b"=")?, b':')?;
        let (repetitions, seconds) = split_once(rest, b',')?;
        let repetitions = repetitions.trim_ascii();
        let number =
            repetitions.strip_suffix(b"repetitions").or_else(|| repetitions.strip_suffix(b"repetition"))?;
        Some(Self {
            order: positive(order.trim_ascii())?,
            repetitions: unsigned(number.trim_ascii()).filter(|repetitions| *repetitions > 0)?,
            seconds: positive(seconds.trim_ascii().strip_suffix(b"s")?.trim_ascii())?,
        })
    }

    /// Seconds of one solution.
    #[expect(clippy::cast_precision_loss, reason = "repetitions are far below 2^53")]
    pub fn each(&self) -> f64 {
        self.seconds / self.repetitions as f64
    }
}

/// The width in `Array size 200 X 200.`; none inside if it cannot be read.
pub(super) fn array_size(text: &[u8]) -> Option<Option<f64>> {
    let rest = text.strip_prefix(b"Array size ")?;
    // STREAM, too, says what its arrays are.
    let (_, width) = words(rest).next()?;
    let cross = words(rest).nth(1).is_some_and(|(_, word)| word == b"X");
    cross.then(|| positive(width))
}

pub(super) fn is_reps_header(text: &[u8]) -> bool {
    let mut words = words(text).map(|(_, word)| word);
    [b"Reps".as_slice(), b"Time(s)", b"DGEFA", b"DGESL", b"OVERHEAD", b"KFLOPS"]
        .iter()
        .all(|title| words.next() == Some(title))
}

pub(super) fn is_intel_header(text: &[u8]) -> bool {
    let mut words = words(text).map(|(_, word)| word);
    [b"Size".as_slice(), b"LDA", b"Align.", b"Time(s)", b"GFlops", b"Residual", b"Residual(norm)"]
        .iter()
        .all(|title| words.next() == Some(title))
}

/// The number behind a title.
pub(super) fn count_behind(text: &[u8], title: &[u8]) -> Option<u64> {
    text.strip_prefix(title).and_then(|rest| unsigned(rest.trim_ascii()))
}

/// Whether the last number has this many decimals.
pub(super) fn has_decimals(text: &[u8], decimals: usize) -> bool {
    let after = memchr::memrchr(b'.', text).and_then(|at| text.get(at.saturating_add(1)..));
    after.is_some_and(|after| after.len() == decimals)
}

/// Rules, and lines that every run prints.
pub(super) fn is_decoration(text: &[u8]) -> bool {
    const USUAL: [&[u8]; 22] = [
        b"Memory required:",
        b"Machine precision:",
        b"Average rolled and unrolled performance:",
        b"Enter array size",
        b"Sample data file",
        b"CPU frequency:",
        b"Number of CPUs:",
        b"Number of cores:",
        b"Parameters are set to:",
        b"Number of tests:",
        b"Number of equations to solve",
        b"Leading dimension of array",
        b"Data alignment value",
        b"Maximum memory requested",
        b"Size   LDA    Align.  Average  Maximal",
        b"Residual checks PASSED",
        b"End of tests",
        b"Done:",
        b"#",
        b"===",
        b"Intel(R) LINPACK",
        b"Input data",
    ];
    let rule = text.iter().all(|byte| matches!(byte, b'-' | b'=' | b'*'));
    rule || USUAL.iter().any(|usual| text.starts_with(usual))
}
