//! The cells of a row between delimiters, as CSV and its relatives write them.

use std::borrow::Cow;

/// The cells of a row; `None` where a text in quotes has no end. Between blanks there may be several.
pub(crate) fn read(text: &[u8], delimiter: u8, quote: u8) -> Option<Vec<Cow<'_, str>>> {
    let is_blank = delimiter == b' ';
    let text = if is_blank { text.trim_ascii() } else { text };
    let mut cells = Vec::new();
    let mut rest = text;
    loop {
        let start = if is_blank { rest.trim_ascii_start() } else { rest };
        let inside = start
            .trim_ascii_start()
            .strip_prefix(&[quote])
            .filter(|_| delimiter != b'\t' || start.starts_with(&[quote]));
        let after = match inside {
            Some(inside) => {
                let (cell, after) = quoted(inside, quote)?;
                cells.push(Cow::Owned(cell));
                after
            }
            None => start,
        };
        let end = after.iter().position(|byte| *byte == delimiter || (is_blank && *byte == b'\t'));
        let (cell, behind) = match end {
            Some(end) => (after.get(..end)?, after.get(end.saturating_add(1)..)),
            None => (after, None),
        };
        if inside.is_none() {
            cells.push(String::from_utf8_lossy(cell));
        }
        match behind {
            Some(behind) => rest = behind,
            None => return Some(cells),
        }
    }
}

/// The text up to the quote that ends it, and what stands behind that. Two quotes are one.
fn quoted(inside: &[u8], quote: u8) -> Option<(String, &[u8])> {
    let mut text = Vec::new();
    let mut rest = inside;
    loop {
        let end = memchr::memchr(quote, rest)?;
        let (before, behind) = rest.split_at_checked(end)?;
        text.extend_from_slice(before);
        let behind = behind.get(1..)?;
        match behind.strip_prefix(&[quote]) {
            Some(more) => {
                text.push(quote);
                rest = more;
            }
            None => return Some((String::from_utf8_lossy(&text).into_owned(), behind)),
        }
    }
}
