//! What benchmarks measured as people read it: one unit for a quantity in a table, and decimals that suit a
//! column or a row.

use super::{plus_minus, shown_unit};
use crate::model::Unit;
use crate::show::tables::{Cell, Row, Table};
use crate::show::text::Text;

/// Factor from base units, and sign of the unit in which a quantity is shown.
pub type Scale = (f64, &'static str);

/// How a table shows its amounts.
pub struct Amounts<'a> {
    table: &'a Table,
    /// Of each unit that an amount has.
    scales: Vec<(Unit, Scale)>,
    /// Decimals of each column of one unit, where the same suit all its amounts.
    decimals: Vec<Option<usize>>,
}

impl<'a> Amounts<'a> {
    pub fn new(table: &'a Table) -> Self {
        let mut extents: Vec<(Unit, Extent)> = Vec::new();
        for (value, unit) in table.rows.iter().flat_map(|row| &row.cells).filter_map(amount) {
            match extents.iter_mut().find(|(known, _)| *known == unit) {
                Some((_, extent)) => *extent = extent.with(value),
                None => extents.push((unit, Extent::NONE.with(value))),
            }
        }
        let scales = extents.into_iter().map(|(unit, extent)| (unit, scale(extent, unit))).collect();
        let mut amounts = Self { table, scales, decimals: Vec::new() };
        let decimals = |(index, unit): (usize, Option<Unit>)| {
            let extent = Extent::of(table.rows.iter().filter_map(|row| row.cells.get(index)));
            Some(decimals(extent, amounts.scale(unit?))).filter(|_| extent.is_narrow())
        };
        amounts.decimals = table.columns.iter().map(|column| column.unit).enumerate().map(decimals).collect();
        amounts
    }

    /// How this table shows a quantity.
    pub fn scale(&self, unit: Unit) -> Scale {
        let known = self.scales.iter().find(|(known, _)| *known == unit);
        known.map_or_else(|| shown_unit(unit), |(_, scale)| *scale)
    }

    /// The amount in cell `index` of a row: in the unit of its column, else of its row, else with its own.
    pub fn cell(
        &self,
        row: &Row,
        index: usize,
        (value, sd): (f64, Option<f64>),
        unit: Unit,
        text: &Text,
    ) -> String {
        let (factor, sign) = self.scale(unit);
        let of_row = || decimals(Extent::of(&row.cells), (factor, sign));
        let decimals = self.decimals[index].unwrap_or_else(of_row);
        let shown = match sd {
            Some(sd) => plus_minus(value * factor, sd * factor, decimals, text),
            None => text.number(value * factor, decimals),
        };
        let told = self.table.columns[index].unit.is_some()
            || row.cells.iter().any(|cell| matches!(cell, Cell::Unit(_)));
        if told || sign.is_empty() { shown } else { format!("{shown} {sign}") }
    }
}

fn amount(cell: &Cell) -> Option<(f64, Unit)> {
    match cell {
        Cell::Amount { value, unit, .. } => Some((*value, *unit)),
        _ => None,
    }
}

/// Least and greatest size of the amounts that are not 0.
#[derive(Clone, Copy)]
struct Extent {
    least: f64,
    greatest: f64,
}

impl Extent {
    const NONE: Self = Self { least: f64::INFINITY, greatest: 0.0 };

    fn of<'a>(cells: impl IntoIterator<Item = &'a Cell>) -> Self {
        cells.into_iter().filter_map(amount).fold(Self::NONE, |extent, (value, _)| extent.with(value))
    }

    fn with(self, value: f64) -> Self {
        match value.abs() {
            0.0 => self,
            size => Self { least: self.least.min(size), greatest: self.greatest.max(size) },
        }
    }

    /// Whether the same decimals suit all.
    fn is_narrow(self) -> bool {
        self.greatest <= 100.0 * self.least
    }
}

/// Short times and fast rates get a unit that keeps their numbers short.
fn scale(extent: Extent, unit: Unit) -> Scale {
    match unit {
        _ if extent.greatest == 0.0 => shown_unit(unit),
        Unit::Seconds if extent.greatest < 1e-3 => (1e6, "µs"),
        Unit::Seconds if extent.greatest < 0.5 => (1e3, "ms"),
        Unit::PerSecond if extent.least >= 1e8 => (1e-9, "10⁹/s"),
        Unit::PerSecond if extent.least >= 1e5 => (1e-6, "10⁶/s"),
        _ => shown_unit(unit),
    }
}

/// Decimals that give the least amount four digits, unless that gives the greatest more than five. Of per cent two
/// at the most.
fn decimals(extent: Extent, (factor, sign): Scale) -> usize {
    let most = if sign == "%" { 2.0 } else { 6.0 };
    let places = |size: f64, digits: f64| (digits - 1.0 - (size * factor).log10().floor()).clamp(0.0, most);
    if extent.greatest == 0.0 {
        return 0;
    }
    places(extent.least, 4.0).min(places(extent.greatest, 5.0)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::text::Language;

    /// An amount by itself, in a table of nothing else.
    fn alone(value: f64, unit: Unit) -> String {
        let row = Row { cells: vec![Cell::Amount { value, sd: None, unit }], summary: false };
        let column = crate::show::tables::Column {
            key: String::new(),
            heading: crate::show::tables::Heading::Data(String::new()),
            unit: None,
        };
        let table =
            Table { id: String::new(), columns: vec![column], rows: vec![row], transposed: false, labels: 0 };
        let amounts = Amounts::new(&table);
        amounts.cell(&table.rows[0], 0, (value, None), unit, &Text::new(Language::En))
    }

    #[test]
    fn short_times_and_fast_rates_have_short_numbers() {
        assert_eq!(alone(21.42, Unit::Seconds), "21.42 s");
        assert_eq!(alone(0.0123, Unit::Seconds), "12.30 ms");
        assert_eq!(alone(0.000_078, Unit::Seconds), "78.00 µs");
        assert_eq!(alone(3.2e9, Unit::PerSecond), "3.200 10⁹/s");
        assert_eq!(alone(14_555e6, Unit::BytesPerSecond), "14555 MB/s");
    }

    #[test]
    fn numbers_are_no_more_precise_than_can_be_read() {
        assert_eq!(alone(0.0, Unit::Percent), "0 %");
        assert_eq!(alone(0.3417, Unit::Percent), "0.34 %");
        assert_eq!(alone(123_456.7, Unit::Count), "123457");
    }
}
