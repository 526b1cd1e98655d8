//! The cells of one row: where they begin and end, without copying them.
//!
//! Three things put cells in the wrong place, and can be undone:
//!
//! * A spreadsheet makes all rows as wide as the widest: empty cells at the end are dropped.
//! * pcp-dstat has no rates in its first row, and of a group that consists of a total alone it then writes
//!   nothing, not even the commas within: one empty cell stands for the whole group.
//! * Text cells are not quoted and may hold commas. Where one column alone is text, what is too much is its.

use memchr::memchr_iter;

use super::header::unquoted;

/// Where the cells of the row in hand begin and end.
#[derive(Debug)]
pub(super) struct Row {
    separator: u8,
    bounds: Vec<(usize, usize)>,
    spare: Vec<(usize, usize)>,
}

impl Row {
    pub fn new(separator: u8) -> Self {
        Self { separator, bounds: Vec::new(), spare: Vec::new() }
    }

    pub fn separator(&self) -> u8 {
        self.separator
    }

    pub fn len(&self) -> usize {
        self.bounds.len()
    }

    /// Takes a line that should have so many cells.
    pub fn split(&mut self, text: &[u8], expected: usize) {
        self.bounds.clear();
        let mut start = 0;
        for end in memchr_iter(self.separator, text).chain([text.len()]) {
            self.bounds.push((start, end));
            start = end.saturating_add(1);
        }
        while self.bounds.len() > expected && self.bounds.last().is_some_and(|(start, end)| start == end) {
            self.bounds.pop();
        }
    }

    /// Gives groups for which one empty cell stands all their cells. Whether that makes the row fit.
    pub fn spread(&mut self, widths: &[usize]) -> bool {
        self.spare.clear();
        let mut cells = self.bounds.iter();
        for width in widths {
            let Some((start, end)) = cells.next().copied() else { return false };
            self.spare.push((start, end));
            for _ in 1..*width {
                let cell = if start == end { Some((start, end)) } else { cells.next().copied() };
                self.spare.extend(cell);
            }
        }
        let fits = cells.next().is_none() && self.spare.len() == widths.iter().sum::<usize>();
        if fits {
            std::mem::swap(&mut self.bounds, &mut self.spare);
        }
        fits
    }

    /// Gives a row of which nothing but one cell has a value all cells. Whether it is such a row.
    pub fn pad(&mut self, expected: usize) -> bool {
        let filled = self.bounds.iter().filter(|(start, end)| start < end).count();
        let empty = filled <= 1 && self.bounds.len() > 1;
        if let Some((_, end)) = self.bounds.last().copied().filter(|_| empty) {
            self.bounds.resize(expected, (end, end));
        }
        empty
    }

    /// Makes one cell of those from `index` on that are too many.
    pub fn join(&mut self, index: usize, expected: usize) {
        let extra = self.bounds.len().saturating_sub(expected);
        let last = index.saturating_add(extra);
        let Some((_, end)) = self.bounds.get(last).copied() else { return };
        if let Some(cell) = self.bounds.get_mut(index) {
            cell.1 = end;
        }
        self.bounds.drain(index.saturating_add(1)..=last);
    }

    /// A cell without blanks and quotes, and where it begins.
    pub fn cell<'a>(&self, text: &'a [u8], index: usize) -> (usize, &'a [u8]) {
        let (start, end) = self.bounds.get(index).copied().unwrap_or_default();
        let cell = text.get(start..end).unwrap_or_default();
        let blank = cell.len().saturating_sub(cell.trim_ascii_start().len());
        (start.saturating_add(blank), unquoted(cell))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(row: &Row, text: &str) -> Vec<String> {
        let cell = |index| String::from_utf8_lossy(row.cell(text.as_bytes(), index).1).into_owned();
        (0..row.len()).map(cell).collect()
    }

    #[test]
    fn empty_groups_of_pcp() {
        let text = ",,9342700,6691368,836,4350752";
        let mut row = Row::new(b',');
        row.split(text.as_bytes(), 11);
        assert!(row.spread(&[5, 2, 4]));
        assert_eq!(cells(&row, text).join("|"), "|||||||9342700|6691368|836|4350752");
        // A group in which only one value is missing is not empty; a shorter one does not fit.
        row.split(b",1,2,3", 5);
        assert!(!row.spread(&[3, 2]));
        row.split(b"1,2", 5);
        assert!(!row.spread(&[3, 2]));
        row.split(b"", 5);
        assert!(!row.spread(&[]));
    }

    #[test]
    fn commas_in_text() {
        let text = "1.0,java, -jar x / 3%,2.0,,";
        let mut row = Row::new(b',');
        row.split(text.as_bytes(), 3);
        row.join(1, 3);
        assert_eq!(cells(&row, text), ["1.0", "java, -jar x / 3%", "2.0"]);
        row.split(b"a,b,c,d", 3);
        row.join(2, 3);
        assert_eq!(cells(&row, "a,b,c,d"), ["a", "b", "c,d"]);
        row.join(9, 1);
        assert_eq!(row.len(), 3);
    }
}
