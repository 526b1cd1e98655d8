//! Replies in which nothing needs a thought: numbers and nothing else, one counter after the other, sequence numbers that
//! rise.

use crate::digits::{eight_digits, few_digits, number_at};
use crate::shared::sequence::is_next;
use crate::time::daytime::two_digits;

/// A reply as its line has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reply {
    pub epoch: i64,
    pub counter: u32,
    pub seq: u32,
    pub rtt: f64,
}

/// Whether the reply goes on from the one before.
#[inline]
pub(super) fn follows(before: &Reply, reply: &Reply) -> bool {
    let counter = if before.counter == 99 { 0 } else { before.counter + 1 };
    reply.counter == counter && is_next(before.seq, reply.seq)
}

/// The reply in the line at the beginning of the bytes, and how many bytes the line has.
#[inline]
pub(super) fn reply(bytes: &[u8]) -> Option<(Reply, usize)> {
    let (seconds, rest) = bytes.split_first_chunk::<8>()?;
    let ([tens, ones, b'.'], rest) = rest.split_first_chunk::<3>()? else { return None };
    let last = two_digits(*tens, *ones)?;
    let epoch = i64::try_from(eight_digits(seconds)?).ok()? * 100 + i64::from(last);
    let (counter, rest) = match rest {
        [ones, b' ', rest @ ..] => (two_digits(b'0', *ones)?, rest),
        [tens, ones, b' ', rest @ ..] => (two_digits(*tens, *ones)?, rest),
        _ => return None,
    };
    let (seq, count) = few_digits(rest)?;
    let rest = rest.get(count..)?.strip_prefix(b" ")?;
    let (rtt, count) = number_at(rest)?;
    let rest = rest.get(count..)?.strip_prefix(b"\n")?;
    Some((Reply { epoch, counter, seq: u32::try_from(seq).ok()?, rtt }, bytes.len() - rest.len()))
}
