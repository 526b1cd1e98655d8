//! Lines in which nothing needs a thought: one group of a VM, and that of Dom0, whole.
//!
//! ```text
//! 1264510801 asam: 12.3 131072 3.7 | Dom0: 7.1 524288 15.0
//! 1264510802 asam: - - - | Dom0: 8.2 524288 15.0
//! ```

use crate::digits::{eight_digits, number_at};
use crate::text::end_of_word;
use crate::time::daytime::two_digits;

/// A line as it stands there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plain<'a> {
    pub text: &'a [u8],
    pub epoch: i64,
    pub name: &'a [u8],
    /// Per cent of one CPU, KiB, per cent of the host's memory; none of a VM that is absent.
    pub vm: Option<[f64; 3]>,
    pub dom0: [f64; 3],
}

impl<'a> Plain<'a> {
    /// The line at the beginning of the bytes, and how many bytes it has.
    #[inline]
    pub fn read(bytes: &'a [u8]) -> Option<(Self, usize)> {
        let (seconds, rest) = bytes.split_first_chunk::<8>()?;
        let ([tens, ones, b' '], rest) = rest.split_first_chunk::<3>()? else { return None };
        let epoch = i64::try_from(eight_digits(seconds)?).ok()? * 100 + i64::from(two_digits(*tens, *ones)?);
        let (word, rest) = rest.split_at_checked(end_of_word(rest, |byte| byte.is_ascii_whitespace()))?;
        let name = word.strip_suffix(b":").filter(|name| !name.is_empty())?;
        let (vm, rest) = match rest.strip_prefix(b" - - -") {
            Some(rest) => (None, rest),
            None => values(rest).map(|(values, rest)| (Some(values), rest))?,
        };
        let (dom0, rest) = values(rest.strip_prefix(b" | Dom0:")?)?;
        let rest = rest.strip_prefix(b"\n")?;
        let length = bytes.len() - rest.len();
        let text = bytes.get(..length - 1)?;
        Some((Self { text, epoch, name, vm, dom0 }, length))
    }
}

/// ` 12.3 131072 3.7`, and what follows.
#[inline]
fn values(bytes: &[u8]) -> Option<([f64; 3], &[u8])> {
    let mut rest = bytes;
    let mut values = [0.0; 3];
    for value in &mut values {
        let (number, length) = number_at(rest.strip_prefix(b" ")?)?;
        *value = number;
        rest = rest.get(length + 1..)?;
    }
    Some((values, rest))
}
