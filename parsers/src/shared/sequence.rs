//! Sequence numbers of 16 bits that go on counting, and tallies of what is seen too often to list.

use std::collections::HashMap;

use crate::diagnostic::Place;

/// Sequence numbers of ICMP echo have 16 bits.
pub(crate) const PERIOD: i64 = 65_536;

/// More requests than that without a line about any of them are not taken for lost: numbers of 16 bits cannot go so far,
/// and a larger one is damaged or of something else.
const FARTHEST: i64 = PERIOD;
/// So near to a number that went too far, the next one goes on from it.
const NEAR: u32 = 1000;

/// Turns the numbers on the wire into numbers that do not wrap.
#[derive(Debug, Default)]
pub(crate) struct Unwrap {
    /// Number that was sent and unwrapped number of the last one.
    last: Option<(u32, i64)>,
    /// The last number, if it went too far.
    strayed: Option<u32>,
}

/// What a number means behind the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The number, counting on.
    To(u32),
    /// It does not fit in 32 bits.
    TooLarge,
    /// It is so far from the last one that nobody can have sent all between, which was this.
    TooFar(i64),
    /// So was the one before, and it goes on from there: another series begins.
    Restart,
}

impl Unwrap {
    /// The last number as it was sent.
    pub fn last_sent(&self) -> Option<u32> {
        self.last.map(|(sent, _)| sent)
    }

    /// Adds the multiple of 65536 that brings the number nearest to the one before. Numbers above 16 bits
    /// come from a tool that does not wrap. `None` if the result does not fit in 32 bits.
    pub fn peek(&self, sent: u32) -> Option<u32> {
        let number = i64::from(sent);
        let unwrapped = match self.last {
            Some((last_sent, last)) if number < PERIOD && i64::from(last_sent) < PERIOD => {
                let step = (number - i64::from(last_sent)).rem_euclid(PERIOD);
                let step = if step >= PERIOD / 2 { step - PERIOD } else { step };
                let near = last.saturating_add(step);
                // Before the first wrap there is nothing to go back behind.
                if near < 0 { number } else { near }
            }
            _ => number,
        };
        u32::try_from(unwrapped).ok()
    }

    /// The number counting on, if what was sent is soon after the last number and both have 16 bits, so that there is
    /// nothing to think about.
    pub fn follows(&self, sent: u32) -> Option<u32> {
        let (last_sent, last) = self.last?;
        let unwrapped = last.checked_add(i64::from(sent) - i64::from(last_sent))?;
        u32::try_from(unwrapped).ok().filter(|_| is_next(last_sent, sent) && i64::from(last_sent) < PERIOD)
    }

    /// Goes on to a number that follows without anything to think about between.
    pub fn go_on(&mut self, sent: u32, unwrapped: u32) {
        self.strayed = None;
        self.last = Some((sent, i64::from(unwrapped)));
    }

    /// The same, and the next number is brought near to this one.
    pub fn next(&mut self, sent: u32) -> Step {
        let Some(unwrapped) = self.peek(sent) else { return Step::TooLarge };
        let last = self.last.map(|(_, last)| last);
        if let Some(last) = last.filter(|last| (i64::from(unwrapped) - last).abs() > FARTHEST) {
            let goes_on = self.strayed.is_some_and(|from| from < sent && sent - from <= NEAR);
            self.strayed = Some(sent);
            return if goes_on { Step::Restart } else { Step::TooFar(last) };
        }
        self.strayed = None;
        self.last = Some((sent, i64::from(unwrapped)));
        Step::To(unwrapped)
    }
}

/// A set of sequence numbers. They come nearly in order, so the set remembers them 64 at a time and has those around
/// the last one at hand; however far apart numbers are, each takes little memory.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// The numbers around the last one: which 64, and a bit for each.
    block: u32,
    bits: u64,
    /// All the others.
    others: HashMap<u32, u64>,
}

/// Whether a number of 16 bits comes so soon after another one that nothing has wrapped or gone back.
#[inline]
pub(crate) fn is_next(last: u32, sent: u32) -> bool {
    i64::from(sent) < PERIOD && last < sent && sent - last <= NEAR
}

impl Seen {
    /// Adds numbers that are not in the set.
    #[inline]
    pub fn insert_new(&mut self, numbers: impl Iterator<Item = u32>) {
        for number in numbers {
            if number / 64 == self.block {
                self.bits |= 1 << (number % 64);
            } else {
                self.insert(number);
            }
        }
    }

    /// Adds a number. Whether it is new.
    pub fn insert(&mut self, number: u32) -> bool {
        let (block, bit) = (number / 64, 1_u64 << (number % 64));
        if block != self.block {
            let bits = self.others.remove(&block).unwrap_or(0);
            self.others
                .insert(std::mem::replace(&mut self.block, block), std::mem::replace(&mut self.bits, bits));
        }
        let new = self.bits & bit == 0;
        self.bits |= bit;
        new
    }

    pub fn contains(&self, number: u32) -> bool {
        let (block, bit) = (number / 64, 1_u64 << (number % 64));
        let bits = if block == self.block { Some(&self.bits) } else { self.others.get(&block) };
        bits.is_some_and(|bits| bits & bit != 0)
    }
}

/// How often something was seen, and where first.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub count: u64,
    first: Option<u64>,
}

impl Tally {
    pub fn add(&mut self, line: u64) {
        self.count = self.count.saturating_add(1);
        self.first.get_or_insert(line);
    }

    pub fn place(&self) -> Place<'static> {
        Place { line: self.first, ..Place::FILE }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    proptest::proptest! {
        #[test]
        fn seen_is_a_set(numbers in proptest::collection::vec(0_u32..400, 0..200)) {
            let (mut seen, mut set) = (Seen::default(), HashSet::new());
            for number in numbers {
                proptest::prop_assert_eq!(seen.contains(number), set.contains(&number));
                proptest::prop_assert_eq!(seen.insert(number), set.insert(number));
            }
        }
    }
}
