//! How wide the columns of a table are in the PDF document.
//!
//! Widths are measured once in em and scale with the type. A table gets the largest type at which its columns fit; text
//! wraps before the type shrinks, numbers never wrap. A table that is too wide at the smallest size is set in parts below
//! each other, each with the first column.
//!
//! The typesetter could measure, too, but lays every text out for it, on every round: two thirds of the time of a document.

use std::sync::OnceLock;

use super::view::{Layout, Part, SpanView, TableView};
use crate::show::fonts;
use rustybuzz::ttf_parser::Tag;
use rustybuzz::{Direction, Face, Feature, ShapePlan, UnicodeBuffer, script};

/// Sizes of the type of tables, points.
const SIZES: [f64; 5] = [8.0, 7.5, 7.0, 6.5, 6.0];
/// What figures and tables have room for, points: an A4 page less its margins, as in `theme.typ`.
pub const MEASURE: f64 = 17.0 / 2.54 * 72.0;
/// Em up to which a text should not wrap.
const SINGLE: f64 = 14.0;
/// Em that a column of wrapped text should have.
const COMFORTABLE: f64 = 10.0;
/// Em that a heading takes before it wraps.
const WIDEST_HEADING: f64 = 9.0;
/// Em between columns, at least.
const COLUMN_GAP: f64 = 1.2;
/// Em between shaded cells.
const TILE_GAP: f64 = 0.12;
/// Em beside the numbers of shaded cells.
const TILE_INSET: f64 = 0.36;
/// Size of a second line in a cell, em.
const BELOW_SIZE: f64 = 0.82;
/// Em beside a heading of several columns.
const BESIDE_SPAN: f64 = 0.3;
/// What a table keeps free of its measure, em.
const SLACK: f64 = 0.1;
/// A word with fewer signs stays in one piece, as in `breaks.typ`.
const LONG: usize = 18;
/// A piece of a word with more signs breaks.
const LONGEST_PIECE: usize = 24;
/// Every so many signs.
const CHUNK: usize = 12;

/// How a table is set; without rows it has a line that says `empty`.
pub fn layout(table: &TableView, empty: &str) -> Layout {
    let fonts = TextFonts::get();
    let mut extents: Vec<Extent> =
        (0..table.columns.len()).map(|index| Extent::new(table, index, fonts)).collect();
    if let (true, Some(first)) = (table.rows.is_empty(), extents.first_mut()) {
        let empty = fonts.width(empty, Setting::default());
        first.least = first.least.max(empty);
        first.natural = first.natural.max(empty);
    }
    let gap = if is_shaded(table) { TILE_GAP } else { COLUMN_GAP };
    let all: Vec<usize> = (0..extents.len()).collect();
    let parts = match fit(&extents, gap) {
        Some((size, widths)) => vec![Part { columns: all, size, widths }],
        None => split(&extents, gap),
    };
    let wraps = |(column, width): (&usize, &f64)| *width < extents[*column].text - 0.01;
    let wrapped = parts.iter().any(|part| part.columns.iter().zip(&part.widths).any(wraps));
    Layout { parts, wrapped }
}

/// Whether the cells of a table are shaded: tiles with hardly a gap.
fn is_shaded(table: &TableView) -> bool {
    !table.legend.is_empty()
}

/// What a column takes, em.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Extent {
    least: f64,
    natural: f64,
    /// Of its cells alone.
    text: f64,
    numeric: bool,
}

impl Extent {
    fn new(table: &TableView, index: usize, fonts: &TextFonts) -> Self {
        let column = &table.columns[index];
        let semi_bold = Setting { semi_bold: true, tabular: false };
        let unit = column.unit.as_deref().map_or(0.0, |unit| fonts.width(unit, semi_bold));
        let heading_least = fonts.widest(pieces(&column.heading), semi_bold).max(unit);
        let heading = heading_least.max(fonts.width(&column.heading, semi_bold).min(WIDEST_HEADING));
        // What stands above several columns is theirs together.
        let above = table.above.iter().filter_map(|line| above(line, index));
        let above =
            above.map(|span| (fonts.width(&span.text, semi_bold) + BESIDE_SPAN) / span.columns.max(1) as f64);
        let above_least = above.fold(0.0, f64::max);

        let (mut natural, mut least, mut below): (f64, f64, f64) = (0.0, 0.0, 0.0);
        for row in &table.rows {
            let Some(cell) = row.cells.get(index) else { continue };
            let setting = Setting { semi_bold: row.summary && index == 0, tabular: column.numeric };
            natural = natural.max(fonts.width(&cell.text, setting));
            if !column.numeric {
                least = least.max(fonts.widest(pieces(&cell.text), setting));
            }
            if let Some(text) = &cell.below {
                below =
                    below.max(BELOW_SIZE * fonts.width(text, Setting { semi_bold: false, tabular: true }));
            }
        }
        let natural = natural.max(below);
        let least = if column.numeric { natural } else { least.min(natural) };
        let beside = match (is_shaded(table), column.numeric) {
            (true, true) => 2.0 * TILE_INSET,
            (true, false) => TILE_INSET,
            (false, _) => 0.0,
        };
        Self {
            least: least.max(heading_least).max(above_least) + beside,
            natural: natural.max(heading).max(above_least) + beside,
            text: natural + beside,
            numeric: column.numeric,
        }
    }

    /// What a column should have lest the type is made smaller.
    fn decent(&self) -> f64 {
        match self.numeric {
            true => self.least,
            false if self.text <= SINGLE => self.least.max(self.text),
            false => self.least.max(COMFORTABLE),
        }
    }
}

/// What a line of headings above columns has over one of them.
fn above(line: &[SpanView], index: usize) -> Option<&SpanView> {
    let mut end = 0;
    line.iter().find(|span| {
        end += span.columns;
        index < end
    })
}

/// Column widths in em that take no more than `room`; `None` if that cannot be. Columns keep what they ask for while there
/// is room; then long texts wrap, and a text four times as long as another gets a column twice as wide.
fn share(extents: &[Extent], room: f64) -> Option<Vec<f64>> {
    let sum = |of: &dyn Fn(&Extent) -> f64| extents.iter().map(of).sum::<f64>();
    if sum(&|it| it.natural) <= room {
        return Some(extents.iter().map(|it| it.natural).collect());
    }
    if sum(&|it| it.least) > room {
        return None;
    }
    let decent = sum(&Extent::decent) <= room;
    let floor = |it: &Extent| if decent { it.decent() } else { it.least };
    let at = |scale: f64, it: &Extent| {
        let floor = floor(it);
        (scale * it.natural.sqrt()).clamp(floor, floor.max(it.natural))
    };
    let (mut low, mut high) = (0.0, sum(&|it| it.natural.sqrt()));
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        if sum(&|it| at(middle, it)) <= room {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(extents.iter().map(|it| at(low, it)).collect())
}

/// Size and column widths, or `None` if the columns do not fit at any size.
fn fit(extents: &[Extent], gap: f64) -> Option<(f64, Vec<f64>)> {
    let gaps = gap * extents.len().saturating_sub(1) as f64;
    let mut last = None;
    for size in SIZES {
        let Some(widths) = share(extents, MEASURE / size - gaps - SLACK) else { continue };
        let decent = extents.iter().zip(&widths).all(|(it, width)| *width > it.decent() - 0.01);
        last = Some((size, widths));
        if decent {
            break;
        }
    }
    last
}

/// Columns that fit beside the first one, part by part: as many parts as needed, evenly filled.
fn split(extents: &[Extent], gap: f64) -> Vec<Part> {
    let others: Vec<usize> = (1..extents.len()).collect();
    for parts in 2..=others.len() {
        let set = |columns: &[usize]| {
            let columns: Vec<usize> = std::iter::once(0).chain(columns.iter().copied()).collect();
            let of_part: Vec<Extent> = columns.iter().map(|index| extents[*index]).collect();
            fit(&of_part, gap).map(|(size, widths)| Part { columns, size, widths })
        };
        if let Some(parts) = others.chunks(others.len().div_ceil(parts)).map(set).collect() {
            return parts;
        }
    }
    // A first column as wide as the page, or a number without end: as small as it must be.
    let widths: Vec<f64> = extents.iter().map(|it| it.least).collect();
    let gaps = gap * extents.len().saturating_sub(1) as f64;
    let smallest = SIZES[SIZES.len() - 1];
    let size = (MEASURE / (widths.iter().sum::<f64>() + gaps + SLACK)).min(smallest);
    vec![Part { columns: (0..extents.len()).collect(), size, widths }]
}

/// The words of a text, and the parts of those that may break.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || c == '\u{ad}')
        .flat_map(|word| if word.chars().count() < LONG { vec![word] } else { parts(word) })
}

/// The pieces of a long word that stay together: up to the end of a row of punctuation, and no longer than a line takes.
fn parts(word: &str) -> Vec<&str> {
    const MARKS: &str = "/\\_.,:;=&?|@\u{2013}-";
    let mut pieces = Vec::new();
    let mut rest = word;
    while !rest.is_empty() {
        let marks = rest.find(|c| MARKS.contains(c)).unwrap_or(rest.len());
        let end = rest[marks..].find(|c| !MARKS.contains(c)).map_or(rest.len(), |after| marks + after);
        let (piece, after) = rest.split_at(end);
        match piece.chars().count() > LONGEST_PIECE {
            true => pieces.extend(chunks(piece)),
            false => pieces.push(piece),
        }
        rest = after;
    }
    pieces
}

fn chunks(text: &str) -> impl Iterator<Item = &str> {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).step_by(CHUNK).collect();
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([text.len()]).collect();
    starts.into_iter().zip(ends).map(|(start, end)| &text[start..end])
}

/// How a text is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Setting {
    semi_bold: bool,
    /// All digits are equally wide.
    tabular: bool,
}

/// The fonts of the document, ready to measure with.
struct TextFonts {
    regular: TextFont,
    semi_bold: TextFont,
    /// For the signs that the others lack.
    other: TextFont,
}

impl TextFonts {
    fn get() -> &'static Self {
        static FONTS: OnceLock<TextFonts> = OnceLock::new();
        FONTS.get_or_init(|| Self {
            regular: TextFont::new(fonts::REGULAR),
            semi_bold: TextFont::new(fonts::SEMI_BOLD),
            other: TextFont::new(fonts::OTHER),
        })
    }

    fn widest<'a>(&self, texts: impl Iterator<Item = &'a str>, setting: Setting) -> f64 {
        texts.map(|text| self.width(text, setting)).fold(0.0, f64::max)
    }

    /// Width of a text, em; of several lines the widest.
    fn width(&self, text: &str, setting: Setting) -> f64 {
        let font = if setting.semi_bold { &self.semi_bold } else { &self.regular };
        let line = |line: &str| {
            let mut width = 0.0;
            let mut rest = line;
            while let Some(first) = rest.chars().next() {
                let known = font.has(first);
                let end = rest.find(|c| font.has(c) != known).unwrap_or(rest.len());
                let (run, after) = rest.split_at(end);
                let font = if known { font } else { &self.other };
                width += font.width(run, setting.tabular);
                rest = after;
            }
            width
        };
        text.split('\n').map(line).fold(0.0, f64::max)
    }
}

/// A font with its plans for proportional and for tabular digits.
struct TextFont {
    face: Option<Face<'static>>,
    plans: [Option<ShapePlan>; 2],
}

impl TextFont {
    fn new(bytes: &'static [u8]) -> Self {
        let face = Face::from_slice(bytes, 0);
        let plan = |tabular: bool| {
            let features = features(tabular);
            let face = face.as_ref()?;
            Some(ShapePlan::new(face, Direction::LeftToRight, Some(script::LATIN), None, &features))
        };
        let plans = [plan(false), plan(true)];
        Self { face, plans }
    }

    fn has(&self, sign: char) -> bool {
        self.face.as_ref().is_some_and(|face| face.glyph_index(sign).is_some())
    }

    /// Width of a text whose signs it has, em.
    fn width(&self, text: &str, tabular: bool) -> f64 {
        let (Some(face), Some(plan)) = (&self.face, &self.plans[usize::from(tabular)]) else { return 0.0 };
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.set_direction(Direction::LeftToRight);
        buffer.set_script(script::LATIN);
        let glyphs = rustybuzz::shape_with_plan(face, plan, buffer);
        let advance: i64 = glyphs.glyph_positions().iter().map(|glyph| i64::from(glyph.x_advance)).sum();
        advance as f64 / f64::from(face.units_per_em())
    }
}

/// As the document sets its text.
fn features(tabular: bool) -> Vec<Feature> {
    let mut features = vec![Feature::new(Tag::from_bytes(b"calt"), 0, ..)];
    if tabular {
        features.push(Feature::new(Tag::from_bytes(b"tnum"), 1, ..));
    }
    features
}

/// As many words of a text as a line has room for, which is so many em wide.
pub fn one_line(text: &str, room: f64) -> String {
    let fonts = TextFonts::get();
    let fits = |text: &str| fonts.width(text, Setting::default()) <= room;
    // No line has room for more.
    if text.len() < 1000 && fits(text) {
        return text.to_owned();
    }
    let mut shown = String::new();
    for word in text.split(' ').take(200) {
        let longer = if shown.is_empty() { word.to_owned() } else { format!("{shown} {word}") };
        if !shown.is_empty() && !fits(&format!("{longer} …")) {
            break;
        }
        shown = longer;
    }
    format!("{shown} …")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(least: f64, natural: f64, numeric: bool) -> Extent {
        Extent { least, natural, text: natural, numeric }
    }

    #[test]
    fn a_text_is_as_wide_as_its_signs() {
        let fonts = TextFonts::get();
        let width = |text, tabular| fonts.width(text, Setting { semi_bold: false, tabular });
        // All digits are equally wide, if they are told to be.
        assert!((width("111", true) - width("000", true)).abs() < 1e-9);
        assert!(width("111", false) < width("000", false));
        assert!((width("00000", true) - 5.0 * width("0", true)).abs() < 1e-9);
        // Signs that only the second font has take their room, too.
        assert!(width("данные", false) > 2.0);
        assert_eq!(width("", false), 0.0);
        assert!((width("a\nlonger", false) - width("longer", false)).abs() < 1e-9);
    }

    #[test]
    fn long_words_break_after_their_marks_and_at_last_anywhere() {
        let pieces = |text| pieces(text).collect::<Vec<_>>();
        assert_eq!(pieces("two words"), ["two", "words"]);
        assert_eq!(
            pieces("none1-migration-time-kirsche.log"),
            ["none1-", "migration-", "time-", "kirsche.", "log"]
        );
        let endless = "x".repeat(30);
        assert_eq!(pieces(&endless), [&endless[..12], &endless[..12], &endless[..6]]);
        assert_eq!(pieces("äöüäöüäöüäöüäöüäöüäöüäöüäöü").concat().chars().count(), 27);
    }

    #[test]
    fn columns_keep_what_they_ask_for_while_there_is_room() {
        let columns = [extent(2.0, 5.0, false), extent(3.0, 3.0, true)];
        assert_eq!(share(&columns, 8.0).unwrap(), [5.0, 3.0]);
        assert_eq!(share(&columns, 4.9), None);
        // A text four times as long gets twice as much.
        let texts = [extent(1.0, 400.0, false), extent(1.0, 100.0, false)];
        let widths = share(&texts, 60.0).unwrap();
        assert!((widths[0] - 40.0).abs() < 1e-6 && (widths[1] - 20.0).abs() < 1e-6, "{widths:?}");
    }

    #[test]
    fn what_is_too_wide_is_set_smaller_and_then_in_parts() {
        let numbers = |count: usize, em: f64| vec![extent(em, em, true); count];
        let (size, _) = fit(&numbers(10, 4.0), COLUMN_GAP).unwrap();
        assert_eq!(size, 8.0);
        let (size, _) = fit(&numbers(12, 4.5), COLUMN_GAP).unwrap();
        assert!(size < 8.0, "{size}");
        assert_eq!(fit(&numbers(20, 4.5), COLUMN_GAP), None);
        let parts = split(&numbers(20, 4.5), COLUMN_GAP);
        assert_eq!(parts.len(), 2);
        assert!(parts.iter().all(|part| part.columns[0] == 0));
        let shown: usize = parts.iter().map(|part| part.columns.len() - 1).sum();
        assert_eq!(shown, 19);
        // As small as it must be.
        let endless = split(&[extent(900.0, 900.0, true)], COLUMN_GAP);
        assert!(endless[0].size * 900.0 <= MEASURE, "{endless:?}");
    }
}
