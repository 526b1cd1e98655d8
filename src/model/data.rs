//! The model as data: what the derives of [`serde::Serialize`] cannot know.
//!
//! The types of the model serialise themselves, field by field, and `summary.json` is what comes of it. From here come
//! the names of variants, intervals as two numbers, and shapes that the fields of a struct do not show. Absent on
//! purpose: rounding, and the names behind indices. An index is marked by the name of its newtype, and the serializer
//! that writes a report puts there what it points at; any other serializer writes the index.

use serde::ser::{Serialize, Serializer};

use crate::stats::{Interval, LinearFit};

/// The name of a newtype around the index of a condition, for which its factors are written.
pub const CONDITION: &str = "Condition";

/// The name of a newtype around the index of a condition, for which its level of [`CONTEXT_FACTOR`] is written.
pub const CONTEXT: &str = "Context";

/// The name of a newtype around the index of a run, for which its identifier is written.
pub const RUN: &str = "Run";

/// The name of a newtype around a number that is written with all its digits: an epoch with microseconds has sixteen.
pub const EXACT: &str = "Exact";

/// The factor that says what ran at the same time.
pub const CONTEXT_FACTOR: &str = "context";

/// What an enum is called in data, from one table: `name` and `named`, its serialisation both ways, and, with a family, `label`, the key of
/// its text in reports, which is the family and the name.
macro_rules! names {
    ($type:ident, $family:literal, { $(Self::$variant:ident => $name:literal),+ $(,)? }) => {
        impl $type {
            /// The key of its text in reports.
            pub fn label(&self) -> &'static str {
                match self { $(Self::$variant => concat!($family, ".", $name)),+ }
            }
        }
        crate::model::data::names!($type, { $(Self::$variant => $name),+ });
    };
    ($type:ident, { $(Self::$variant:ident => $name:literal),+ $(,)? }) => {
        impl $type {
            /// In the order in which they are declared.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The short name in data.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// What has this name in data.
            pub fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }
        }
        crate::model::data::by_name!($type);
        crate::model::kept::by_place!($type);

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = String::deserialize(deserializer)?;
                let unknown = || serde::de::Error::custom(format!("there is no `{name}`"));
                Self::named(&name).ok_or_else(unknown)
            }
        }
    };
}

/// Serialises types as what their `name` says.
macro_rules! by_name {
    ($($type:ty),+) => {
        $(impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        })+
    };
}

/// Serialises values as an object, where a derive would not do: `fields!(serializer, { start_s: self.from.at_s() })`.
macro_rules! fields {
    ($serializer:expr, { $($key:ident: $value:expr),+ $(,)? }) => {{
        use serde::ser::SerializeStruct as _;
        let mut object = $serializer.serialize_struct("", [$(stringify!($key)),+].len())?;
        $(object.serialize_field(stringify!($key), &$value)?;)+
        object.end()
    }};
}

/// Serialises an interval as its two ends.
macro_rules! ends {
    ($($name:ident: $low:ident, $high:ident;)+) => {
        $(pub fn $name<S: Serializer>(
            interval: &(impl Copy + Into<Option<Interval>>),
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            let interval: Option<Interval> = (*interval).into();
            fields!(serializer, { $low: interval.map(|i| i.low), $high: interval.map(|i| i.high) })
        })+
    };
}

pub(crate) use {by_name, fields, names};

ends! {
    ratio_ci95: ratio_ci95_low, ratio_ci95_high;
    difference_ci95: difference_ci95_low, difference_ci95_high;
    expected: expected_low, expected_high;
}

/// A number that is written with all its digits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exact(pub Option<f64>);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(EXACT, &self.0)
    }
}

/// A straight line with the ends of the interval of its slope.
pub fn line<S: Serializer>(fit: &LinearFit, serializer: S) -> Result<S::Ok, S::Error> {
    fields!(serializer, {
        levels: fit.levels,
        n: fit.points,
        intercept: fit.intercept,
        slope: fit.slope,
        slope_ci95_low: fit.slope_ci95.map(|interval| interval.low),
        slope_ci95_high: fit.slope_ci95.map(|interval| interval.high),
        r_squared: fit.r_squared,
        lack_of_fit_p: fit.lack_of_fit_p,
        largest_miss: fit.largest_miss,
    })
}
