//! Sequence numbers of 16 bits that go on counting, and tallies of what is seen too often to list.

use crate::diagnostic::Place;

/// Sequence numbers of ICMP echo have 16 bits.
pub(crate) const PERIOD: i64 = 65_536;

/// Turns the numbers on the wire into numbers that do not wrap.
#[derive(Debug, Default)]
pub(crate) struct Unwrap {
    /// Number that was sent and unwrapped number of the last one.
    last: Option<(u32, i64)>,
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

    /// The same, and the next number is brought near to this one.
    pub fn next(&mut self, sent: u32) -> Option<u32> {
        let unwrapped = self.peek(sent)?;
        self.last = Some((sent, i64::from(unwrapped)));
        Some(unwrapped)
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
