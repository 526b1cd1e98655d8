//! Which words cannot stand in a text, found out in one pass for any number of words.

/// A place for every two bytes, as far as they are ASCII.
const PLACES: usize = 1 << 14;

/// Which two bytes stand beside each other in a text, from every second byte on: a word in it has all of its pairs from its
/// first byte on there, or all from its second.
#[derive(Debug)]
pub(crate) struct Pairs(Box<[bool; PLACES]>);

impl Pairs {
    pub fn of(text: &[u8]) -> Self {
        let mut pairs = Box::new([false; PLACES]);
        for pair in text.as_chunks::<2>().0 {
            if let Some(found) = pairs.get_mut(Self::place(*pair)) {
                *found = true;
            }
        }
        Self(pairs)
    }

    fn place(pair: [u8; 2]) -> usize {
        let pair = u16::from_le_bytes(pair);
        usize::from((pair & 0x7f) | (pair >> 1 & 0x3f80))
    }

    /// Whether the word may be in the text; it may be even if it is not.
    pub fn may_hold(&self, word: &[u8]) -> bool {
        let all = |word: &[u8]| {
            word.as_chunks::<2>().0.iter().all(|pair| self.0.get(Self::place(*pair)) == Some(&true))
        };
        all(word) || all(word.get(1..).unwrap_or_default())
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
