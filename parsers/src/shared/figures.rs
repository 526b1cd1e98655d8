//! The numbers of a row, of which many may be missing, and the columns that they become.

use polars::prelude::{DataType, Float64Type, Int64Type, IntoSeries, Series};

use crate::column::Values;

/// The figures of a row, by their place: no more than 32.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Figures<const COUNT: usize> {
    values: [f64; COUNT],
    /// A bit for each that is known.
    known: u32,
}

impl<const COUNT: usize> Figures<COUNT> {
    pub const NONE: Self = Self { values: [0.0; COUNT], known: 0 };

    pub fn get(&self, place: usize) -> Option<f64> {
        self.values.get(place).copied().filter(|_| self.known >> place & 1 == 1)
    }

    pub fn set(&mut self, place: usize, figure: Option<f64>) {
        if let Some(value) = self.values.get_mut(place) {
            *value = figure.unwrap_or_default();
            self.known = self.known & !(1 << place) | u32::from(figure.is_some()) << place;
        }
    }

    /// Whether any is known.
    pub fn any(&self) -> bool {
        self.known != 0
    }

    /// A column of a place, of all rows.
    pub fn column<'a>(
        (name, whole): (&str, bool),
        place: usize,
        rows: impl Iterator<Item = &'a Self> + Clone,
    ) -> Series {
        if rows.clone().all(|row| row.known >> place & 1 == 0) {
            let kind = if whole { DataType::Int64 } else { DataType::Float64 };
            return Series::full_null(name.into(), rows.count(), &kind);
        }
        column(name, whole, rows.map(|row| row.get(place)))
    }
}

/// A column of values that count things, or measure them.
pub(crate) fn column(name: &str, whole: bool, values: impl Iterator<Item = Option<f64>>) -> Series {
    if whole {
        let mut column = Values::<Int64Type>::new(name, values.size_hint().0);
        #[expect(clippy::cast_possible_truncation, reason = "counts below 2^63")]
        values.for_each(|value| column.append_option(value.map(|value| value as i64)));
        column.finish().into_series()
    } else {
        let mut column = Values::<Float64Type>::new(name, values.size_hint().0);
        values.for_each(|value| column.append_option(value));
        column.finish().into_series()
    }
}
