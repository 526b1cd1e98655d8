//! Which words cannot stand in a text, found out in one pass for any number of words.

/// The bits of two bytes that count: all, as far as they are ASCII.
const BITS: u16 = 0x7f7f;

/// Which two bytes stand beside each other anywhere in a text: a word of which two do not is not in it.
#[derive(Debug)]
pub(crate) struct Pairs(Box<[bool; 1 << 15]>);

impl Pairs {
    pub fn of(text: &[u8]) -> Self {
        let mut pairs = Self(Box::new([false; 1 << 15]));
        let mut rest = text;
        while let Some(eight) = rest.first_chunk::<8>() {
            let eight = u64::from_le_bytes(*eight) & 0x7f7f_7f7f_7f7f_7f7f;
            for place in 0..7 {
                pairs.note((eight >> (8 * place)) & u64::from(BITS));
            }
            rest = rest.get(7..).unwrap_or_default();
        }
        for (first, second) in rest.iter().zip(rest.iter().skip(1)) {
            pairs.note(u64::from(u16::from_le_bytes([*first, *second]) & BITS));
        }
        pairs
    }

    #[inline]
    fn note(&mut self, pair: u64) {
        #[expect(clippy::cast_possible_truncation, reason = "15 bits")]
        if let Some(found) = self.0.get_mut(pair as usize) {
            *found = true;
        }
    }

    /// Whether the word may be in the text; it may be even if it is not.
    pub fn may_hold(&self, word: &[u8]) -> bool {
        let holds = |pair| self.0.get(usize::from(u16::from_le_bytes(pair) & BITS)) == Some(&true);
        word.iter().zip(word.iter().skip(1)).all(|(first, second)| holds([*first, *second]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_other_pairs_is_not_there() {
        for text in [b"info migrate".as_slice(), b" info migrate"] {
            let pairs = Pairs::of(text);
            for word in [b"migrate".as_slice(), b"info", b"o", b"fo", b"o m", b"", b"info migrate"] {
                assert!(pairs.may_hold(word));
            }
            assert!(!pairs.may_hold(b"seq=") && !pairs.may_hold(b"informed"));
        }
        assert!(Pairs::of("作业类型".as_bytes()).may_hold("类型".as_bytes()));
    }
}
