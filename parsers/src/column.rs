//! A column of numbers that grows in place: values one by one or many at a time, and which of them are null. Of a column that
//! only is to be shown no more than the first values are kept.

use polars::prelude::{ChunkedArray, PlSmallStr, PolarsNumericType};
use polars::utils::arrow::bitmap::Bitmap;

/// The values of a column so far.
#[derive(Debug)]
pub(crate) struct Values<T: PolarsNumericType> {
    name: PlSmallStr,
    values: Vec<T::Native>,
    /// A bit for each value that is null, as far as the last of them.
    nulls: Vec<u64>,
    /// So many values are kept, of all that come.
    most: usize,
}

impl<T: PolarsNumericType> Values<T> {
    /// With room for so many.
    pub fn new(name: impl Into<PlSmallStr>, capacity: usize) -> Self {
        Self { name: name.into(), values: Vec::with_capacity(capacity), nulls: Vec::new(), most: usize::MAX }
    }

    /// Keeps no more than so many values.
    pub fn at_most(self, most: usize) -> Self {
        Self { most, ..self }
    }

    #[inline]
    pub fn append_value(&mut self, value: T::Native) {
        if self.values.len() < self.most {
            self.values.push(value);
        }
    }

    #[inline]
    pub fn append_null(&mut self) {
        let row = self.values.len();
        if row >= self.most {
            return;
        }
        self.values.push(T::Native::default());
        if row / 64 >= self.nulls.len() {
            self.nulls.resize(row / 64 + 1, 0);
        }
        if let Some(nulls) = self.nulls.get_mut(row / 64) {
            *nulls |= 1 << (row % 64);
        }
    }

    pub fn append_nulls(&mut self, count: usize) {
        let count = count.min(self.room());
        self.values.reserve(count);
        (0..count).for_each(|_| self.append_null());
    }

    #[inline]
    pub fn append_option(&mut self, value: Option<T::Native>) {
        match value {
            Some(value) => self.append_value(value),
            None => self.append_null(),
        }
    }

    fn room(&self) -> usize {
        self.most.saturating_sub(self.values.len())
    }

    #[inline]
    pub fn extend(&mut self, values: impl Iterator<Item = T::Native>) {
        match self.room() {
            0 => {}
            room if self.most < usize::MAX => self.values.extend(values.take(room)),
            _ => self.values.extend(values),
        }
    }

    /// The same value many times.
    pub fn append_same(&mut self, value: T::Native, count: usize) {
        self.extend(std::iter::repeat_n(value, count));
    }

    pub fn finish(self) -> ChunkedArray<T> {
        let rows = self.values.len();
        let valid = self.nulls.iter().flat_map(|nulls| (!nulls).to_le_bytes());
        let valid = valid.chain(std::iter::repeat(u8::MAX)).take(rows.div_ceil(8));
        let valid = (!self.nulls.is_empty()).then(|| Bitmap::from_u8_vec(valid.collect(), rows));
        ChunkedArray::from_vec_validity(self.name, self.values, valid)
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::UInt32Type;

    use super::*;

    #[test]
    fn nulls_stay_where_they_are() {
        let mut column = Values::<UInt32Type>::new("n", 0);
        column.append_nulls(2);
        column.append_same(7, 2);
        column.append_option(None);
        column.extend([1, 2].into_iter());
        let finished: Vec<Option<u32>> = column.finish().iter().collect();
        assert_eq!(finished, [None, None, Some(7), Some(7), None, Some(1), Some(2)]);
        let mut first = Values::<UInt32Type>::new("n", 0).at_most(3);
        first.append_nulls(2);
        first.extend([1, 2].into_iter());
        first.append_value(3);
        assert_eq!(first.finish().iter().collect::<Vec<_>>(), [None, None, Some(1)]);
        let mut whole = Values::<UInt32Type>::new("n", 2);
        whole.append_value(3);
        assert_eq!(whole.finish().null_count(), 0);
    }
}
