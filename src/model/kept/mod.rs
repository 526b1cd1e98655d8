//! Values as bytes and back, without loss: what is left of a run once its logs are gone, in a dataset.
//!
//! The types of the model serialise as `summary.json` has them, for people: rounded by its writer, with names for
//! indices, and without what only the program needs. Here nothing is lost, and floats keep their bits. The bytes are the
//! program's own: the fields in their order, nothing between them. They can be read where [`shape`] is the same,
//! which whoever writes them puts beside them; so a field that is added, removed or moved is noticed without a number that
//! somebody has to raise.
//!
//! Reading takes no more memory than there are bytes and never panics: damage is `None`.

mod fields;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use super::Id;

/// A value that can be written as bytes and read again.
pub trait Kept: Sized {
    /// Adds what the bytes consist of: names of fields and their types.
    fn shape(into: &mut String);

    fn write(&self, to: &mut Vec<u8>);

    /// Takes the value off the front of `from`; `None` where there is none.
    fn read(from: &mut &[u8]) -> Option<Self>;
}

/// What the bytes of a value consist of.
pub fn shape<T: Kept>() -> String {
    let mut shape = String::new();
    T::shape(&mut shape);
    shape
}

/// A value as bytes.
pub fn bytes<T: Kept>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.write(&mut bytes);
    bytes
}

/// The value of [`bytes`]; `None` unless they are those of one value and no more.
pub fn value<T: Kept>(mut bytes: &[u8]) -> Option<T> {
    let value = T::read(&mut bytes)?;
    bytes.is_empty().then_some(value)
}

/// The shape of a field, by the way to it.
pub fn shape_of<S, T: Kept>(_: fn(&S) -> &T, into: &mut String) {
    T::shape(into);
}

/// Keeps structs field by field: `kept!(Stream { client, lost_frames })`. A field that is forgotten does not compile.
macro_rules! kept {
    ($($type:ident { $($field:ident),+ $(,)? })+) => {$(
        impl $crate::model::kept::Kept for $type {
            fn shape(into: &mut String) {
                into.push_str(concat!(stringify!($type), "{"));
                $(
                    into.push_str(concat!(stringify!($field), ":"));
                    $crate::model::kept::shape_of(|of: &Self| &of.$field, into);
                    into.push(',');
                )+
                into.push('}');
            }

            fn write(&self, to: &mut Vec<u8>) {
                let Self { $($field),+ } = self;
                $($crate::model::kept::Kept::write($field, to);)+
            }

            fn read(from: &mut &[u8]) -> Option<Self> {
                Some(Self { $($field: $crate::model::kept::Kept::read(from)?),+ })
            }
        }
    )+};
}

/// Keeps an enum without fields by the place of its variant in `ALL`, and has their names in its shape.
macro_rules! by_place {
    ($type:ident) => {
        impl $crate::model::kept::Kept for $type {
            fn shape(into: &mut String) {
                let names: Vec<&str> = Self::ALL.iter().map(|variant| variant.name()).collect();
                into.push_str(&format!("{}({})", stringify!($type), names.join("|")));
            }

            fn write(&self, to: &mut Vec<u8>) {
                let place = Self::ALL.iter().position(|variant| variant == self);
                to.push(place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX));
            }

            fn read(from: &mut &[u8]) -> Option<Self> {
                let place: u8 = $crate::model::kept::Kept::read(from)?;
                Self::ALL.get(usize::from(place)).copied()
            }
        }
    };
}

pub(crate) use {by_place, kept};

/// Takes so many bytes off the front.
fn take<const N: usize>(from: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = from.split_first_chunk::<N>()?;
    *from = rest;
    Some(*first)
}

macro_rules! numbers {
    ($($type:ty),+) => {$(
        impl Kept for $type {
            fn shape(into: &mut String) {
                into.push_str(stringify!($type));
            }

            fn write(&self, to: &mut Vec<u8>) {
                to.extend_from_slice(&self.to_le_bytes());
            }

            fn read(from: &mut &[u8]) -> Option<Self> {
                take(from).map(<$type>::from_le_bytes)
            }
        }
    )+};
}

numbers!(u8, u32, u64, i64, f64);

impl Kept for bool {
    fn shape(into: &mut String) {
        into.push_str("bool");
    }

    fn write(&self, to: &mut Vec<u8>) {
        u8::from(*self).write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        match u8::read(from)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Kept for usize {
    fn shape(into: &mut String) {
        u64::shape(into);
    }

    fn write(&self, to: &mut Vec<u8>) {
        (*self as u64).write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        u64::read(from)?.try_into().ok()
    }
}

impl<T> Kept for Id<T> {
    fn shape(into: &mut String) {
        u64::shape(into);
    }

    fn write(&self, to: &mut Vec<u8>) {
        self.index().write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        usize::read(from).map(Self::new)
    }
}

/// Writes a text.
fn write_text(text: &str, to: &mut Vec<u8>) {
    text.len().write(to);
    to.extend_from_slice(text.as_bytes());
}

/// Takes a text off the front.
fn read_text<'a>(from: &mut &'a [u8]) -> Option<&'a str> {
    let length = usize::read(from)?;
    let (text, rest) = from.split_at_checked(length)?;
    *from = rest;
    std::str::from_utf8(text).ok()
}

impl Kept for String {
    fn shape(into: &mut String) {
        into.push_str("text");
    }

    fn write(&self, to: &mut Vec<u8>) {
        write_text(self, to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        read_text(from).map(str::to_owned)
    }
}

/// One of the names that the program itself gives; each is held once, as long as the program runs.
impl Kept for &'static str {
    fn shape(into: &mut String) {
        String::shape(into);
    }

    fn write(&self, to: &mut Vec<u8>) {
        write_text(self, to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
        let name = read_text(from)?;
        let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = names.get(name) {
            return Some(known);
        }
        let name: &'static str = Box::leak(name.to_owned().into_boxed_str());
        names.insert(name);
        Some(name)
    }
}

impl Kept for Cow<'static, str> {
    fn shape(into: &mut String) {
        String::shape(into);
    }

    fn write(&self, to: &mut Vec<u8>) {
        write_text(self, to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        <&'static str>::read(from).map(Cow::Borrowed)
    }
}

impl<T: Kept> Kept for Option<T> {
    fn shape(into: &mut String) {
        into.push('?');
        T::shape(into);
    }

    fn write(&self, to: &mut Vec<u8>) {
        self.is_some().write(to);
        if let Some(value) = self {
            value.write(to);
        }
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        match bool::read(from)? {
            true => T::read(from).map(Some),
            false => Some(None),
        }
    }
}

/// Writes a number of values, and them.
fn write_all<'a, T: Kept + 'a>(all: impl ExactSizeIterator<Item = &'a T>, to: &mut Vec<u8>) {
    all.len().write(to);
    all.for_each(|value| value.write(to));
}

/// As many values as a number says; more than there are bytes are damage.
fn read_all<T: Kept, All: FromIterator<T>>(from: &mut &[u8]) -> Option<All> {
    let length = usize::read(from).filter(|length| *length <= from.len())?;
    (0..length).map(|_| T::read(from)).collect()
}

impl<T: Kept> Kept for Vec<T> {
    fn shape(into: &mut String) {
        into.push('*');
        T::shape(into);
    }

    fn write(&self, to: &mut Vec<u8>) {
        write_all(self.iter(), to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        read_all(from)
    }
}

impl<T: Kept + Ord> Kept for BTreeSet<T> {
    fn shape(into: &mut String) {
        Vec::<T>::shape(into);
    }

    fn write(&self, to: &mut Vec<u8>) {
        write_all(self.iter(), to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        read_all(from)
    }
}

impl<K: Kept + Ord, V: Kept> Kept for BTreeMap<K, V> {
    fn shape(into: &mut String) {
        Vec::<(K, V)>::shape(into);
    }

    fn write(&self, to: &mut Vec<u8>) {
        self.len().write(to);
        for (key, value) in self {
            key.write(to);
            value.write(to);
        }
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        read_all::<(K, V), Self>(from)
    }
}

impl<A: Kept, B: Kept> Kept for (A, B) {
    fn shape(into: &mut String) {
        into.push('(');
        A::shape(into);
        into.push(',');
        B::shape(into);
        into.push(')');
    }

    fn write(&self, to: &mut Vec<u8>) {
        self.0.write(to);
        self.1.write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Some((A::read(from)?, B::read(from)?))
    }
}

impl<A: Kept, B: Kept, C: Kept> Kept for (A, B, C) {
    fn shape(into: &mut String) {
        into.push('(');
        A::shape(into);
        into.push(',');
        B::shape(into);
        into.push(',');
        C::shape(into);
        into.push(')');
    }

    fn write(&self, to: &mut Vec<u8>) {
        self.0.write(to);
        self.1.write(to);
        self.2.write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Some((A::read(from)?, B::read(from)?, C::read(from)?))
    }
}

impl<T: Kept> Kept for [T; 2] {
    fn shape(into: &mut String) {
        into.push('2');
        T::shape(into);
    }

    fn write(&self, to: &mut Vec<u8>) {
        self.iter().for_each(|value| value.write(to));
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Some([T::read(from)?, T::read(from)?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Run, Status, Unit, example};

    #[test]
    fn every_bit_of_a_float_stays() {
        let odd =
            [0.1, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE / 2.0, 1e300 / 3.0];
        let signalling = f64::from_bits(0x7ff0_0000_dead_beef);
        for number in odd.into_iter().chain([signalling]) {
            let again: f64 = value(&bytes(&number)).unwrap();
            assert_eq!(again.to_bits(), number.to_bits());
        }
    }

    #[test]
    fn runs_come_back_as_they_were_and_no_damage_panics() {
        let runs = example::with_time_lines().runs;
        assert!(runs.iter().any(|run| !run.milestones.is_empty() && run.hypervisor.is_some()));
        for run in runs {
            let kept = bytes(&run);
            assert_eq!(value::<Run>(&kept).as_ref(), Some(&run));
            for end in 0..kept.len() {
                assert_eq!(value::<Run>(&kept[..end]), None, "{end}");
            }
            // Any other byte is another run, or none.
            for place in 0..kept.len() {
                let mut damaged = kept.clone();
                damaged[place] = 0xff;
                let _ = value::<Run>(&damaged);
            }
        }
    }

    #[test]
    fn a_shape_tells_fields_types_and_names() {
        assert_eq!(shape::<Option<Vec<(String, f64)>>>(), "?*(text,f64)");
        let unit = shape::<Unit>();
        assert!(unit.starts_with("Unit(s|ms|") && shape::<Status>() != unit, "{unit}");
        let run = shape::<Run>();
        assert!(run.contains("repetition:u32,") && run.contains(&unit), "{run}");
    }

    #[test]
    fn a_length_that_cannot_be_takes_no_memory() {
        assert_eq!(value::<Vec<u8>>(&bytes(&u64::MAX)), None);
        assert_eq!(value::<String>(&bytes(&u64::MAX)), None);
    }
}
