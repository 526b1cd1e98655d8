//! In which lines of a log the rows of its frame stand.
//!
//! Rows that follow each other in lines that follow each other are noted as one run, by its first row and its first
//! line: a log of plain rows costs one entry, however long it is. A frame that has a column `line` needs no such map.
//!
//! A parser says it with one call for each row, or for many plain ones ([`LinesOfRows::push`]), and one at its end
//! (`FrameBuilder::set_lines` or `set_places`). That none forgets it is tested over all fixtures.

/// The lines of rows that are appended one behind the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LinesOfRows {
    /// The first row of each run, and its line.
    runs: Vec<(usize, u64)>,
    rows: usize,
}

impl LinesOfRows {
    /// So many more rows, of lines from `first` on.
    #[inline]
    pub fn push(&mut self, first: u64, rows: usize) {
        if self.next() != Some(first) && rows > 0 {
            self.runs.push((self.rows, first));
        }
        self.rows = self.rows.saturating_add(rows);
    }

    /// The line that goes on from the last row.
    fn next(&self) -> Option<u64> {
        let (row, line) = self.runs.last()?;
        Some(line.saturating_add(wide(self.rows.saturating_sub(*row))))
    }

    /// The line of a row.
    fn get(&self, row: usize) -> Option<u64> {
        if row >= self.rows {
            return None;
        }
        let behind = self.runs.partition_point(|(first, _)| *first <= row);
        let (first, line) = self.runs.get(behind.checked_sub(1)?)?;
        Some(line.saturating_add(wide(row.saturating_sub(*first))))
    }

    fn each(&self) -> impl Iterator<Item = u64> {
        let ends = self.runs.iter().skip(1).map(|(first, _)| *first).chain(std::iter::once(self.rows));
        self.runs.iter().zip(ends).flat_map(|((row, line), end)| {
            let rows = wide(end.saturating_sub(*row));
            *line..line.saturating_add(rows)
        })
    }

    /// Those of some rows, in that order.
    fn of_rows(&self, rows: &[usize]) -> Self {
        let mut taken = Self::default();
        rows.iter().for_each(|row| taken.push(self.get(*row).unwrap_or(0), 1));
        taken
    }
}

impl FromIterator<u64> for LinesOfRows {
    fn from_iter<I: IntoIterator<Item = u64>>(lines: I) -> Self {
        let mut all = Self::default();
        lines.into_iter().for_each(|line| all.push(line, 1));
        all
    }
}

fn wide(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// In which lines the rows of a frame begin and end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowLines {
    first: Option<LinesOfRows>,
    last: Option<LinesOfRows>,
}

impl RowLines {
    pub(crate) fn set_first(&mut self, lines: LinesOfRows) {
        self.first = Some(lines);
    }

    pub(crate) fn set_last(&mut self, lines: LinesOfRows) {
        self.last = Some(lines);
    }

    /// The line, from 1, in which a row begins; none where that is not known.
    #[must_use]
    pub fn first(&self, row: usize) -> Option<u64> {
        self.first.as_ref()?.get(row)
    }

    /// The line in which a row of several lines ends.
    #[must_use]
    pub fn last(&self, row: usize) -> Option<u64> {
        self.last.as_ref()?.get(row)
    }

    /// The line in which each row begins, where they are known.
    pub(crate) fn each(&self) -> Option<impl Iterator<Item = u64>> {
        self.first.as_ref().map(LinesOfRows::each)
    }

    /// Those of some rows, in that order.
    pub(crate) fn of_rows(&self, rows: &[usize]) -> Self {
        let taken = |lines: &Option<LinesOfRows>| lines.as_ref().map(|lines| lines.of_rows(rows));
        Self { first: taken(&self.first), last: taken(&self.last) }
    }
}

/// Those of rows that begin in these lines.
impl FromIterator<u64> for RowLines {
    fn from_iter<I: IntoIterator<Item = u64>>(lines: I) -> Self {
        Self { first: Some(lines.into_iter().collect()), last: None }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// What is noted in runs is what a plain list holds.
        #[test]
        fn every_row_has_its_line(pushes in proptest::collection::vec((1_u64..9, 0_usize..5), 0..40)) {
            let mut lines = LinesOfRows::default();
            let mut list: Vec<u64> = Vec::new();
            for (first, rows) in pushes {
                lines.push(first, rows);
                list.extend((first..).take(rows));
            }
            prop_assert_eq!(lines.each().collect::<Vec<_>>(), list.clone());
            let got: Vec<_> = (0..=list.len()).map(|row| lines.get(row)).collect();
            let expected: Vec<_> = list.iter().copied().map(Some).chain([None]).collect();
            prop_assert_eq!(got, expected);
            let odd: Vec<usize> = (0..list.len()).rev().step_by(2).collect();
            let taken: Vec<u64> = odd.iter().map(|row| list[*row]).collect();
            prop_assert_eq!(lines.of_rows(&odd), taken.into_iter().collect::<LinesOfRows>());
        }
    }

    #[test]
    fn rows_of_lines_one_behind_the_other_are_one_run() {
        let mut lines = LinesOfRows::default();
        lines.push(5, 1000);
        lines.push(1005, 1);
        lines.push(1006, 500);
        assert_eq!(lines.runs, [(0, 5)]);
        lines.push(1506, 0);
        lines.push(1508, 1);
        assert_eq!(lines.runs, [(0, 5), (1501, 1508)]);
    }
}
