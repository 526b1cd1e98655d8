//! A message as a tree, whose texts are parts of the log where they can be, all of them UTF-8.
//!
//! Nearly all messages are plain: JSON on one line, without a backslash or a letter that is not ASCII. These are read in
//! one pass, which also finds where they end. For all others serde_json knows what is JSON, and it reads every number that
//! is not whole.

use std::borrow::Cow;

use serde_json::Number;

use crate::text::{first_byte, leading_whole, lossy};

/// What is deeper is no plain message.
const DEEPEST: usize = 16;

/// Room for as many members as nearly all objects have.
const USUAL: usize = 24;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, [u8]>),
    Array(Vec<Self>),
    Object(Object<'a>),
}

/// Members in the order of the text. Of several with one key the last counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Object<'a>(Vec<(Cow<'a, [u8]>, Value<'a>)>);

impl<'a> Value<'a> {
    /// Of an object.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_object()?.get(key)
    }

    pub fn as_object(&self) -> Option<&Object<'a>> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }

    pub fn as_array(&self) -> Option<&[Self]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    pub fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { std::str::from_utf8(text).ok() } else { None }
    }

    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    pub fn as_number(&self) -> Option<&Number> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }

    /// With texts of its own.
    pub fn detached(&self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Text(text) => Value::Text(Cow::Owned(text.to_vec())),
            Self::Array(items) => Value::Array(items.iter().map(Self::detached).collect()),
            Self::Object(Object(members)) => {
                let own = |(key, value): &(Cow<'_, [u8]>, Self)| (Cow::Owned(key.to_vec()), value.detached());
                Value::Object(Object(members.iter().map(own).collect()))
            }
        }
    }
}

impl<'a> Object<'a> {
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        self.0.iter().rev().find(|(known, _)| **known == *key.as_bytes()).map(|(_, value)| value)
    }

    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn keys(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(|(key, _)| &**key)
    }

    /// The members that count, by their keys.
    pub fn sorted(&self) -> Vec<(Cow<'_, str>, &Value<'a>)> {
        let mut members: Vec<_> = self.0.iter().rev().map(|(key, value)| (lossy(key), value)).collect();
        members.sort_by(|(one, _), (other, _)| one.cmp(other));
        members.dedup_by(|(one, _), (other, _)| one == other);
        members
    }
}

impl PartialEq for Object<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.sorted() == other.sorted()
    }
}

impl From<serde_json::Value> for Value<'static> {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(value),
            serde_json::Value::Number(number) => Self::Number(number),
            serde_json::Value::String(text) => Self::Text(Cow::Owned(text.into_bytes())),
            serde_json::Value::Array(items) => Self::Array(items.into_iter().map(Self::from).collect()),
            serde_json::Value::Object(members) => {
                let member = |(key, value): (String, _)| (Cow::Owned(key.into_bytes()), Self::from(value));
                Self::Object(Object(members.into_iter().map(member).collect()))
            }
        }
    }
}

/// The plain message at the beginning of the text, and where it ends; none if what stands there is another, or none.
pub(super) fn plain(text: &[u8]) -> Option<(Object<'_>, usize)> {
    let rest = text.strip_prefix(b"{")?;
    let mut reader = Reader { rest, before: text };
    let object = reader.object(0)?;
    Some((object, text.len() - reader.rest.len()))
}

struct Reader<'a> {
    rest: &'a [u8],
    /// The same with the last byte that [`Self::next`] gave.
    before: &'a [u8],
}

impl<'a> Reader<'a> {
    /// The next byte that is no blank.
    fn next(&mut self) -> Option<u8> {
        loop {
            let (byte, rest) = self.rest.split_first()?;
            (self.before, self.rest) = (self.rest, rest);
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(*byte);
            }
        }
    }

    fn value(&mut self, depth: usize) -> Option<Value<'a>> {
        let byte = self.next()?;
        let from = self.before;
        Some(match byte {
            b'"' => Value::Text(Cow::Borrowed(self.string()?)),
            b'{' if depth < DEEPEST => Value::Object(self.object(depth + 1)?),
            b'[' if depth < DEEPEST => Value::Array(self.array(depth + 1)?),
            b'0'..=b'9' | b'-' => Value::Number(self.number(from)?),
            b't' => self.word(b"rue", Value::Bool(true))?,
            b'f' => self.word(b"alse", Value::Bool(false))?,
            b'n' => self.word(b"ull", Value::Null)?,
            _ => return None,
        })
    }

    /// What follows its brace.
    fn object(&mut self, depth: usize) -> Option<Object<'a>> {
        let mut members = Vec::with_capacity(USUAL);
        let mut byte = self.next()?;
        while byte != b'}' || !members.is_empty() {
            if byte != b'"' {
                return None;
            }
            let key = Cow::Borrowed(self.string()?);
            if self.next()? != b':' {
                return None;
            }
            members.push((key, self.value(depth)?));
            match self.next()? {
                b'}' => break,
                b',' => byte = self.next()?,
                _ => return None,
            }
        }
        Some(Object(members))
    }

    /// What follows its bracket.
    fn array(&mut self, depth: usize) -> Option<Vec<Value<'a>>> {
        let first = self.rest;
        if self.next()? == b']' {
            return Some(Vec::new());
        }
        self.rest = first;
        let mut items = Vec::new();
        loop {
            items.push(self.value(depth)?);
            match self.next()? {
                b']' => return Some(items),
                b',' => {}
                _ => return None,
            }
        }
    }

    /// What follows its quote.
    fn string(&mut self) -> Option<&'a [u8]> {
        const ONES: u64 = 0x0101_0101_0101_0101;
        let zeros = |bytes: u64| bytes.wrapping_sub(ONES) & !bytes;
        let flags = |bytes: u64| {
            zeros(bytes ^ (ONES * 0x22))
                | zeros(bytes ^ (ONES * 0x5c))
                | (bytes.wrapping_sub(ONES * 0x20) & !bytes)
                | bytes
        };
        let end = first_byte(self.rest, flags, |byte| {
            !matches!(byte, b' '..=b'~') || matches!(byte, b'"' | b'\\')
        })?;
        let (text, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest.strip_prefix(b"\"")?;
        Some(text)
    }

    /// The number at the beginning of `from`.
    fn number(&mut self, from: &'a [u8]) -> Option<Number> {
        if let Some((number, count)) = leading_whole(from)
            && let Some(rest) = from.get(count..)
            && matches!(rest, [b',' | b'}' | b']' | b' ', ..])
            && (count == 1 || !from.starts_with(b"0"))
        {
            self.rest = rest;
            return Some(number.into());
        }
        let of_number = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
        let end = from.iter().position(|byte| !of_number(byte))?;
        let (digits, rest) = from.split_at_checked(end)?;
        self.rest = rest;
        serde_json::from_slice(digits).ok()
    }

    fn word(&mut self, rest: &[u8], value: Value<'a>) -> Option<Value<'a>> {
        self.rest = self.rest.strip_prefix(rest)?;
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// What is read is what serde_json reads.
        #[test]
        fn plain_messages_are_json(
            text in "\\{(\"[a-c]\" ?: ?(-?[0-9]{1,20}(\\.[0-9]{1,20})?(e-?[0-9]{1,3})?|true|null|\"[a-z\\\\é\\t]{0,9}\"|\\[(1|\\{\\})?(, ?2)?\\]|\\{(\"d\":1)?\\}),?){0,3}\\}[ x}]?",
        ) {
            let mut known = serde_json::Deserializer::from_str(&text).into_iter::<serde_json::Value>();
            let first = known.next().and_then(Result::ok);
            if let Some((object, end)) = plain(text.as_bytes()) {
                prop_assert_eq!(Some(Value::Object(object)), first.map(Value::from), "{}", text);
                prop_assert_eq!(end, known.byte_offset());
            } else {
                let odd = |c: char| matches!(c, '\\' | 'é' | '\t');
                prop_assert!(first.is_none() || text.contains(odd), "{}", text);
            }
        }
    }
}
