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

    /// The columns of all places, whose names and whether they count things `fields` says.
    pub fn columns<'a>(
        fields: impl Iterator<Item = (&'static str, bool)>,
        rows: impl Iterator<Item = &'a Self>,
    ) -> Vec<Series> {
        let rows: Vec<&Self> = rows.collect();
        let known = rows.iter().fold(0, |known, row| known | row.known);
        let is_known = |place: usize| known >> place & 1 == 1;
        let columns = fields.enumerate().map(|(place, (name, whole))| {
            if is_known(place) {
                Column::new(name, whole, rows.len())
            } else {
                let kind = if whole { DataType::Int64 } else { DataType::Float64 };
                Column::Nulls(Series::full_null(name.into(), rows.len(), &kind))
            }
        });
        let mut columns: Vec<Column> = columns.collect();
        for some in rows.chunks(AT_ONCE) {
            for (place, column) in columns.iter_mut().enumerate().filter(|(place, _)| is_known(*place)) {
                column.extend(some.iter().map(|row| row.get(place)));
            }
        }
        columns.into_iter().map(Column::finish).collect()
    }
}

/// So many rows become columns before the next ones: the cache holds them.
const AT_ONCE: usize = 64;

/// A column of values that count things, or measure them.
pub(crate) fn column(name: &str, whole: bool, values: impl Iterator<Item = Option<f64>>) -> Series {
    let mut column = Column::new(name, whole, values.size_hint().0);
    column.extend(values);
    column.finish()
}

enum Column {
    Whole(Values<Int64Type>),
    Measured(Values<Float64Type>),
    Nulls(Series),
}

impl Column {
    fn new(name: &str, whole: bool, rows: usize) -> Self {
        if whole { Self::Whole(Values::new(name, rows)) } else { Self::Measured(Values::new(name, rows)) }
    }

    #[expect(clippy::cast_possible_truncation, reason = "counts below 2^63")]
    fn extend(&mut self, new: impl Iterator<Item = Option<f64>>) {
        match self {
            Self::Whole(values) => {
                new.for_each(|value| values.append_option(value.map(|value| value as i64)));
            }
            Self::Measured(values) => new.for_each(|value| values.append_option(value)),
            Self::Nulls(_) => {}
        }
    }

    fn finish(self) -> Series {
        match self {
            Self::Whole(values) => values.finish().into_series(),
            Self::Measured(values) => values.finish().into_series(),
            Self::Nulls(nulls) => nulls,
        }
    }
}
