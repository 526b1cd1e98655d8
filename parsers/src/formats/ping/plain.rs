//! Replies in which nothing needs a thought: the words of the reply before, and other numbers, of which those of the requests
//! rise.
//!
//! ```text
//! [1264510800.123456] 64 bytes from 192.168.2.70: icmp_seq=1 ttl=64 time=0.412 ms
//! ```

use memchr::memmem::find;

use super::Reader;
use super::event::{Event, Kind, Rtt};
use crate::digits::{eight_digits, few_digits, number_at};
use crate::shared::sequence::is_next;

const KEY: &[u8] = b"icmp_seq=";

/// What plain replies look like.
#[derive(Debug)]
pub(super) struct Form {
    /// Whether a time stamp stands before them.
    pub stamped: bool,
    /// What stands before the number.
    words: Vec<u8>,
}

impl Form {
    /// The form of a reply whose line is this, without its time stamp.
    pub fn of(event: &Event<'_>, text: &[u8], stamped: bool) -> Option<Self> {
        let plain = matches!(event.rtt, Rtt::Millis(_)) && event.kind == Kind::Reply && event.host.is_none();
        if !plain || event.tool.is_some() || event.left_over.is_some() || !event.whole {
            return None;
        }
        let (words, rest) = text.split_at_checked(find(text, KEY)?.checked_add(KEY.len())?)?;
        // No number may stand before this one, and the reader has seen the same words.
        let first = find(words, b"seq=").is_some_and(|at| at.checked_add(4) == Some(words.len()));
        let blank = words.len().checked_sub(KEY.len() + 1).and_then(|at| words.get(at)) == Some(&b' ');
        let known = first && blank && find(words, b"req=").is_none() && words.first()?.is_ascii_digit();
        let form = Self { stamped, words: words.to_vec() };
        let line = [rest, b"\n        "].concat();
        (known && number_and_time(&line).is_some()).then_some(form)
    }

    /// Whether it is that of a line.
    pub fn is_of(&self, text: &[u8], stamped: bool) -> bool {
        self.stamped == stamped && text.starts_with(&self.words)
    }
}

/// A reply as its line has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reply {
    /// 0 without a time stamp.
    pub epoch_s: f64,
    pub seq: u32,
    pub rtt: f64,
}

/// Whether the reply goes on from the one before.
#[inline]
pub(super) fn follows(before: &Reply, reply: &Reply) -> bool {
    is_next(before.seq, reply.seq) && before.epoch_s <= reply.epoch_s
}

/// The reply in the line at the beginning of the bytes, and how many bytes the line has.
#[inline]
pub(super) fn reply(form: &Form, bytes: &[u8]) -> Option<(Reply, usize)> {
    let (epoch_s, rest) = if form.stamped { stamp(bytes)? } else { (0.0, bytes) };
    let (words, rest) = rest.split_at_checked(form.words.len())?;
    if words != form.words {
        return None;
    }
    let (seq, rtt, rest) = number_and_time(rest)?;
    Some((Reply { epoch_s, seq, rtt }, bytes.len() - rest.len()))
}

/// `1 ttl=64 time=0.412 ms` and the end of the line: number, round trip time and what stands behind the line.
#[inline]
fn number_and_time(bytes: &[u8]) -> Option<(u32, f64, &[u8])> {
    let (seq, count) = few_digits(bytes)?;
    let rest = bytes.get(count..)?.strip_prefix(b" ttl=")?;
    let (_, count) = few_digits(rest)?;
    let rest = rest.get(count..)?.strip_prefix(b" time=")?;
    let (rtt, count) = number_at(rest)?;
    let rest = rest.get(count..)?.strip_prefix(b" ms\n")?;
    Some((u32::try_from(seq).ok()?, rtt, rest))
}

/// `[1264510800.123456] `: ten digits and six, which are exact in 53 bits.
#[inline]
#[expect(clippy::cast_precision_loss, reason = "not below 2^53")]
fn stamp(bytes: &[u8]) -> Option<(f64, &[u8])> {
    let (b"[", bytes) = bytes.split_first_chunk::<1>()? else { return None };
    let (seconds, bytes) = bytes.split_first_chunk::<8>()?;
    let ([a, b, b'.', c, d, e, f, g], bytes) = bytes.split_first_chunk::<8>()? else { return None };
    let ([h, b']', b' '], bytes) = bytes.split_first_chunk::<3>()? else { return None };
    // Without the point.
    let last = [*a, *b, *c, *d, *e, *f, *g, *h];
    let mantissa = eight_digits(seconds)? * 100_000_000 + eight_digits(&last)?;
    if mantissa > 1 << 53 {
        return None;
    }
    Some((mantissa as f64 / 1e6, bytes))
}

impl Reader {
    /// Takes replies of which the sequence numbers rise, if they go on so from the last one.
    pub(super) fn plain_replies(&mut self, form: &Form, replies: &[Reply], line: u64) -> Option<()> {
        let session = self.sessions.get_mut(self.current).filter(|_| self.part.is_none())?;
        let ahead = session.take(form, replies, line)?;
        self.numbers.append_same(session.number, replies.len());
        self.seqs.extend(replies.iter().map(|reply| reply.seq + ahead));
        if form.stamped {
            self.epochs.extend(replies.iter().map(|reply| reply.epoch_s));
            self.timed = true;
        } else {
            self.epochs.append_nulls(replies.len());
        }
        self.rtts.extend(replies.iter().map(|reply| reply.rtt));
        self.kinds.resize(self.kinds.len() + replies.len(), Kind::Reply);
        self.lines.push(line, replies.len());
        self.rows.read += replies.len();
        Some(())
    }
}
