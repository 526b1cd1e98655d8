//! The serializer between the model and JSON.
//!
//! Numbers are rounded as in all data files, and `null` where they are not finite; a number marked [`data::EXACT`]
//! keeps all its digits. Where the model marks an index, what it points at is written: a condition as its factors, a
//! run as its identifier. Everything else passes through to the serializer below, whose format this one does not know.

use serde::Serialize;
use serde::ser::{
    Error, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::super::number::round;
use crate::model::{Analysis, data};

/// Around a serializer, or around one of its compounds.
pub(super) struct Data<'a, S> {
    inner: S,
    /// What marked indices point into.
    analysis: &'a Analysis,
}

impl<'a, S> Data<'a, S> {
    pub(super) fn new(inner: S, analysis: &'a Analysis) -> Self {
        Self { inner, analysis }
    }

    fn part<'v, T: ?Sized>(&self, value: &'v T) -> Part<'a, 'v, T> {
        Part { value, analysis: self.analysis }
    }
}

/// A value inside of another, which must pass through the same serializer.
struct Part<'a, 'v, T: ?Sized> {
    value: &'v T,
    analysis: &'a Analysis,
}

impl<T: ?Sized + Serialize> Serialize for Part<'_, '_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(Data::new(serializer, self.analysis))
    }
}

/// What a marked index points at.
fn pointed_at<'l, T, E: Error>(
    list: &'l [T],
    mark: &str,
    index: &(impl Serialize + ?Sized),
) -> Result<&'l T, E> {
    let index = serde_json::to_value(index).ok().and_then(|index| usize::try_from(index.as_u64()?).ok());
    index.and_then(|index| list.get(index)).ok_or_else(|| E::custom(format!("{mark} points at nothing")))
}

/// Values that pass through as they are.
macro_rules! pass {
    ($($method:ident($type:ty);)+) => {
        $(fn $method(self, value: $type) -> Result<Self::Ok, Self::Error> {
            self.inner.$method(value)
        })+
    };
}

impl<'a, S: Serializer> Serializer for Data<'a, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Data<'a, S::SerializeSeq>;
    type SerializeTuple = Data<'a, S::SerializeTuple>;
    type SerializeTupleStruct = Data<'a, S::SerializeTupleStruct>;
    type SerializeTupleVariant = Data<'a, S::SerializeTupleVariant>;
    type SerializeMap = Data<'a, S::SerializeMap>;
    type SerializeStruct = Data<'a, S::SerializeStruct>;
    type SerializeStructVariant = Data<'a, S::SerializeStructVariant>;

    fn serialize_f64(self, value: f64) -> Result<S::Ok, S::Error> {
        match round(value) {
            Some(value) => self.inner.serialize_f64(value),
            None => self.inner.serialize_none(),
        }
    }

    fn serialize_f32(self, value: f32) -> Result<S::Ok, S::Error> {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let Analysis { conditions, runs, .. } = self.analysis;
        match name {
            data::EXACT => value.serialize(self.inner),
            data::CONDITION => {
                pointed_at::<_, S::Error>(conditions, name, value)?.factors.serialize(self.inner)
            }
            data::CONTEXT => {
                let factors = &pointed_at::<_, S::Error>(conditions, name, value)?.factors;
                factors.get(data::CONTEXT_FACTOR).serialize(self.inner)
            }
            data::RUN => pointed_at::<_, S::Error>(runs, name, value)?.id.serialize(self.inner),
            _ => {
                let part = self.part(value);
                self.inner.serialize_newtype_struct(name, &part)
            }
        }
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<S::Ok, S::Error> {
        let part = self.part(value);
        self.inner.serialize_some(&part)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let part = self.part(value);
        self.inner.serialize_newtype_variant(name, index, variant, &part)
    }

    pass! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_i128(i128);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_u128(u128);
        serialize_char(char);
        serialize_str(&str);
        serialize_bytes(&[u8]);
        serialize_unit_struct(&'static str);
    }

    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.inner.serialize_none()
    }

    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.inner.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
    ) -> Result<S::Ok, S::Error> {
        self.inner.serialize_unit_variant(name, index, variant)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        Ok(Data::new(self.inner.serialize_seq(length)?, self.analysis))
    }

    fn serialize_tuple(self, length: usize) -> Result<Self::SerializeTuple, S::Error> {
        Ok(Data::new(self.inner.serialize_tuple(length)?, self.analysis))
    }

    fn serialize_tuple_struct(
        self,
        name: &'static str,
        length: usize,
    ) -> Result<Self::SerializeTupleStruct, S::Error> {
        Ok(Data::new(self.inner.serialize_tuple_struct(name, length)?, self.analysis))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        let inner = self.inner.serialize_tuple_variant(name, index, variant, length)?;
        Ok(Data::new(inner, self.analysis))
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        Ok(Data::new(self.inner.serialize_map(length)?, self.analysis))
    }

    fn serialize_struct(self, name: &'static str, length: usize) -> Result<Self::SerializeStruct, S::Error> {
        Ok(Data::new(self.inner.serialize_struct(name, length)?, self.analysis))
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        let inner = self.inner.serialize_struct_variant(name, index, variant, length)?;
        Ok(Data::new(inner, self.analysis))
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

/// The compounds, of which every value passes through the same serializer.
macro_rules! compounds {
    ($($of:ident: $method:ident($($key:ident)?);)+) => {
        $(impl<S: $of> $of for Data<'_, S> {
            type Ok = S::Ok;
            type Error = S::Error;

            fn $method<T: ?Sized + Serialize>(
                &mut self,
                $($key: &'static str,)?
                value: &T,
            ) -> Result<(), S::Error> {
                let part = self.part(value);
                self.inner.$method($($key,)? &part)
            }

            fn end(self) -> Result<S::Ok, S::Error> {
                self.inner.end()
            }
        })+
    };
}

compounds! {
    SerializeSeq: serialize_element();
    SerializeTuple: serialize_element();
    SerializeTupleStruct: serialize_field();
    SerializeTupleVariant: serialize_field();
    SerializeStruct: serialize_field(key);
    SerializeStructVariant: serialize_field(key);
}

impl<S: SerializeMap> SerializeMap for Data<'_, S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), S::Error> {
        self.inner.serialize_key(key)
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), S::Error> {
        let part = self.part(value);
        self.inner.serialize_value(&part)
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.inner.end()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::Context;
    use crate::model::data::Exact;
    use crate::model::example::analysis;
    use crate::model::{ConditionId, RunId};

    fn written(value: &impl Serialize) -> Result<String, String> {
        let mut bytes = Vec::new();
        let mut json = serde_json::Serializer::new(&mut bytes);
        value.serialize(Data::new(&mut json, &analysis())).map_err(|error| error.to_string())?;
        Ok(String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn numbers_are_rounded_however_deep_they_lie() {
        let dust = 3.0 * 0.2;
        let deep = BTreeMap::from([("a", vec![(1, Some(dust)), (2, None)])]);
        assert_eq!(written(&deep).unwrap(), r#"{"a":[[1,0.6],[2,null]]}"#);
        assert_eq!(written(&[f64::NAN, f64::INFINITY, -0.0, 1e-9]).unwrap(), "[null,null,-0.0,1e-9]");
        assert_eq!(written(&0.1f32).unwrap(), "0.10000000149");
    }

    #[test]
    fn everything_else_passes_through() {
        #[derive(Serialize)]
        struct Nothing;
        #[derive(Serialize)]
        struct One(Option<bool>);
        #[derive(Serialize)]
        struct Two(i8, f64);
        #[derive(Serialize)]
        enum Any {
            Nothing,
            One(f64),
            Two(u64, f64),
            Named { text: &'static str, c: char },
        }
        let any = [Any::Nothing, Any::One(0.5), Any::Two(u64::MAX, 0.5), Any::Named { text: "0.10", c: 'x' }];
        let all = (Nothing, One(Some(true)), One(None), Two(-1, 0.5), any, (), BTreeMap::from([(7, 1u8)]));
        assert_eq!(written(&all).unwrap(), serde_json::to_string(&all).unwrap());
    }

    #[test]
    fn an_epoch_keeps_its_microseconds() {
        assert_eq!(written(&Exact(Some(1_264_540_000.123_456))).unwrap(), "1264540000.123456");
        assert_eq!(written(&[1_264_540_000.123_456]).unwrap(), "[1264540000.12]");
        assert_eq!(written(&[Exact(None), Exact(Some(f64::NAN))]).unwrap(), "[null,null]");
    }

    #[test]
    fn indices_become_names() {
        assert_eq!(written(&[ConditionId::new(1)]).unwrap(), r#"[{"load":"memtester","service":"ping"}]"#);
        assert_eq!(written(&RunId::new(4)).unwrap(), r#""memtester-2""#);
        assert_eq!(written(&Context(ConditionId::new(0))).unwrap(), "null");
        assert_eq!(written(&RunId::new(400)).unwrap_err(), "Run points at nothing");
    }
}
