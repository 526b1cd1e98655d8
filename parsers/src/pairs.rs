//! Which words cannot stand in a text, found out in one pass for any number of words.

/// Which two bytes stand beside each other anywhere in a text: a word of which two do not is not in it.
pub(crate) struct Pairs(Vec<bool>);

impl Pairs {
    pub fn of(text: &[u8]) -> Self {
        let mut pairs = vec![false; 1 << 16];
        for pair in text.windows(2) {
            if let Some(found) = pairs.get_mut(Self::index(pair)) {
                *found = true;
            }
        }
        Self(pairs)
    }

    fn index(pair: &[u8]) -> usize {
        match *pair {
            [first, second] => usize::from(u16::from_le_bytes([first, second])),
            _ => 0,
        }
    }

    /// Whether the word may be in the text; it may be even if it is not.
    pub fn may_hold(&self, word: &[u8]) -> bool {
        word.windows(2).all(|pair| self.0.get(Self::index(pair)) == Some(&true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_other_pairs_is_not_there() {
        let pairs = Pairs::of(b"info migrate");
        assert!(pairs.may_hold(b"migrate") && pairs.may_hold(b"info"));
        assert!(!pairs.may_hold(b"seq=") && !pairs.may_hold(b"informed"));
    }
}
