//! The cells of a line.
//!
//! Iometer quotes nothing: a name with a comma has two cells. Only the names, at the beginning of a row, can
//! hold commas, so that the columns behind them are counted from the right.

use crate::digits::number_at;
use crate::text::float;

/// Index of the first column behind the names.
pub(super) const NUMBERS: usize = 3;

/// The levels of results. None of them may be added to another one.
pub(super) const LEVELS: [&str; 6] = ["ALL", "MANAGER", "PROCESSOR", "WORKER", "DISK", "NETWORK"];

/// The level of a row; none if the line is no row.
pub(super) fn level(text: &[u8], separator: u8) -> Option<&'static str> {
    let first = text.split(|byte| *byte == separator).next()?.trim_ascii();
    LEVELS.into_iter().find(|level| level.as_bytes() == first)
}

/// A line cut at its separators.
#[derive(Debug)]
pub(super) struct Cells<'a> {
    text: &'a [u8],
    separator: u8,
    /// Where each cell begins and ends.
    places: Vec<(usize, usize)>,
    /// The cells that are plain numbers, as most are. They are read where they are cut, and looked at more than once.
    numbers: Vec<Option<f64>>,
}

impl<'a> Cells<'a> {
    pub fn new(separator: u8) -> Self {
        Self { text: b"", separator, places: Vec::new(), numbers: Vec::new() }
    }

    /// Cuts the next line.
    pub fn cut(&mut self, text: &'a [u8]) {
        self.text = text;
        self.places.clear();
        self.numbers.clear();
        let mut rest = Some(text);
        while let Some(cell) = rest {
            let start = text.len().saturating_sub(cell.len());
            let ends = |rest: &[u8]| rest.first().is_none_or(|byte| *byte == self.separator);
            let bare = ends(cell);
            let number = if bare { None } else { number_at(cell) };
            let number = number.filter(|(_, length)| cell.get(*length..).is_some_and(ends));
            let length = match number {
                Some((_, length)) => length,
                None if bare => 0,
                None => memchr::memchr(self.separator, cell).unwrap_or(cell.len()),
            };
            self.places.push((start, start.saturating_add(length)));
            self.numbers.push(number.map(|(number, _)| number));
            rest = cell.get(length.saturating_add(1)..);
        }
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// A cell without the blanks, and without the quotes a spreadsheet put around it.
    pub fn get(&self, at: usize) -> &'a [u8] {
        self.range(at, at)
    }

    pub fn is_empty(&self, at: usize) -> bool {
        self.is_bare(at) || (self.numbers.get(at).copied().flatten().is_none() && self.get(at).is_empty())
    }

    /// The text from one cell to another, with the separators between them.
    pub fn range(&self, from: usize, to: usize) -> &'a [u8] {
        let ends = self.places.get(from).zip(self.places.get(to));
        let text = ends.and_then(|((start, _), (_, end))| self.text.get(*start..*end)).unwrap_or_default();
        let text = text.trim_ascii();
        let quoted =
            (self.separator == b';').then(|| text.strip_prefix(b"\"")?.strip_suffix(b"\"")).flatten();
        quoted.unwrap_or(text)
    }

    /// The byte at which a cell begins, from 0.
    pub fn position(&self, at: usize) -> usize {
        self.places.get(at).map_or(0, |(start, _)| *start)
    }

    /// Whether nothing at all stands in a cell.
    fn is_bare(&self, at: usize) -> bool {
        self.places.get(at).is_some_and(|(start, end)| start == end)
    }

    /// A number, with a decimal comma where commas do not separate.
    pub fn number(&self, at: usize) -> Option<f64> {
        let plain = self.numbers.get(at).copied().flatten();
        plain.or_else(|| if self.is_bare(at) { None } else { number(self.get(at), self.separator) })
    }

    /// Whether a cell is a number, or what some compilers print for one that is none: `-1.#IND`.
    pub fn is_number(&self, at: usize) -> bool {
        self.number(at).is_some() || (!self.is_bare(at) && self.get(at).windows(2).any(|pair| pair == b".#"))
    }

    /// Whether everything behind the names is a number, or empty.
    pub fn fits(&self, shift: isize) -> bool {
        let Some(first) = NUMBERS.checked_add_signed(shift) else { return false };
        let mut numbers = 0_usize;
        let all = (first..self.len()).all(|at| {
            let number = self.is_number(at);
            numbers = numbers.saturating_add(usize::from(number));
            number || self.is_empty(at)
        });
        all && numbers > 0
    }

    /// The last cell of the names.
    pub fn last_name(shift: isize) -> usize {
        (NUMBERS - 1).saturating_add_signed(shift.max(0))
    }
}

/// See [`Cells::number`].
fn number(text: &[u8], separator: u8) -> Option<f64> {
    if separator == b',' {
        return float(text);
    }
    let mut point = [0_u8; 40];
    let point = point.get_mut(..text.len())?;
    point.copy_from_slice(text);
    if let Some(comma) = point.iter_mut().find(|byte| **byte == b',') {
        *comma = b'.';
    }
    float(point)
}

/// Name and access specification out of the text that holds both; none if it is not clear where the one
/// ends and the other begins.
pub(super) fn names<'a>(
    both: &'a [u8],
    separator: u8,
    specs: impl Iterator<Item = &'a [u8]>,
) -> Option<(&'a [u8], &'a [u8])> {
    let split = |length: usize| {
        let end = both.len().checked_sub(length)?;
        let name = both.get(..end)?.strip_suffix(&[separator])?;
        Some((name.trim_ascii(), both.get(end..)?))
    };
    let mut separators = memchr::memchr_iter(separator, both);
    let one = (separators.next(), separators.next());
    if let (Some(at), None) = one {
        return split(both.len().checked_sub(at.saturating_add(1))?);
    }
    // No specification: the text ends with its separator.
    if both.last() == Some(&separator) {
        return split(0);
    }
    let fits = |spec: &&[u8]| both.strip_suffix(*spec).is_some_and(|name| name.last() == Some(&separator));
    specs.filter(fits).max_by_key(|spec| spec.len()).and_then(|spec| split(spec.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_commas() {
        let specs = [b"8K, mixed".as_slice(), b"mixed", b"x"];
        let read = |both: &'static str| names(both.as_bytes(), b',', specs.iter().copied());
        assert_eq!(read("C:,x"), Some((b"C:".as_slice(), b"x".as_slice())));
        assert_eq!(read("C: \"a,b\",x"), Some((b"C: \"a,b\"".as_slice(), b"x".as_slice())));
        assert_eq!(read("C:,8K, mixed"), Some((b"C:".as_slice(), b"8K, mixed".as_slice())));
        assert_eq!(read("a,b,"), Some((b"a,b".as_slice(), b"".as_slice())));
        assert_eq!(read("a,b,unknown"), None);
        assert_eq!(read("alone"), None);
    }

    #[test]
    fn decimal_commas_only_where_commas_do_not_separate() {
        assert_eq!((number(b"1,5", b';'), number(b"1,5", b',')), (Some(1.5), None));
        assert_eq!(number(b"1,5,5", b';'), None);
        assert_eq!(number(&[b'1'; 41], b';'), None);
    }
}
