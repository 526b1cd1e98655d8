//! Replies in which nothing needs a thought: numbers and nothing else, one counter after the other, sequence numbers that
//! rise.

use crate::digits::{Cursor, Decimal, Stops, Whole};
use crate::shared::sequence::is_next;

/// A reply as its line has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reply {
    pub epoch: i64,
    pub counter: u32,
    pub seq: u32,
    pub rtt: f64,
}

/// Plain replies.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub replies: Vec<Reply>,
    stops: Stops,
}

impl Batch {
    /// Reads replies; how many bytes and lines they are.
    pub fn read(&mut self, bytes: &[u8]) -> (usize, u64) {
        let Self { replies, stops } = self;
        let mut before: Option<Reply> = None;
        stops.each_line(bytes, |cursor| {
            let reply = reply(cursor)?;
            let follows = before.is_none_or(|before| {
                let counter = if before.counter == 99 { 0 } else { before.counter + 1 };
                reply.counter == counter && is_next(before.seq, reply.seq)
            });
            before = Some(reply);
            follows.then(|| replies.push(reply))
        })
    }
}

#[inline]
fn reply(cursor: &mut Cursor<'_>) -> Option<Reply> {
    let Whole { value: epoch, digits: 9..=11, stop: b'.' } = cursor.whole()? else { return None };
    let Whole { value: counter, digits: 1 | 2, stop: b' ' } = cursor.whole()? else { return None };
    let Whole { value: seq, digits: 1..=5, stop: b' ' } = cursor.whole()? else { return None };
    let Decimal { value: rtt, stop: b'\n', .. } = cursor.decimal()? else { return None };
    let (counter, seq) = (u32::try_from(counter).ok()?, u32::try_from(seq).ok()?);
    Some(Reply { epoch: i64::try_from(epoch).ok()?, counter, seq, rtt })
}
