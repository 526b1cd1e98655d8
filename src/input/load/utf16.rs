//! Texts in UTF-16, as PowerShell writes them: as UTF-8 they are logs like any other.

/// How texts of Windows begin that have two bytes for each sign.
const LITTLE: [u8; 2] = [0xff, 0xfe];
const BIG: [u8; 2] = [0xfe, 0xff];

pub(super) fn is_utf16(bytes: &[u8]) -> bool {
    utf16(bytes).is_some()
}

/// So many bytes show whether a text is in UTF-16.
pub(super) const SHOWS_UTF16: usize = 64;

/// How a unit of a text in UTF-16 is read.
type Unit = fn([u8; 2]) -> u16;

/// How the units of a text in UTF-16 are read, and how many of them are no text: one that says so by its first two bytes; else one in
/// which, as logs begin with Latin letters and digits, every other byte is zero.
fn utf16(bytes: &[u8]) -> Option<(Unit, usize)> {
    match bytes.get(..2)? {
        mark if mark == LITTLE => return Some((u16::from_le_bytes, 1)),
        mark if mark == BIG => return Some((u16::from_be_bytes, 1)),
        _ => {}
    }
    let (pairs, _) = bytes.get(..bytes.len().min(SHOWS_UTF16))?.as_chunks::<2>();
    let is_text = |byte: u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    let all = |is: fn(&[u8; 2]) -> (u8, u8)| {
        pairs.len() >= 4 && pairs.iter().map(is).all(|(letter, zero)| is_text(letter) && zero == 0)
    };
    if all(|pair| (pair[0], pair[1])) {
        return Some((u16::from_le_bytes, 0));
    }
    all(|pair| (pair[1], pair[0])).then_some((u16::from_be_bytes, 0))
}

/// A text in UTF-8; what was UTF-16 becomes that, line by line.
pub(super) fn in_utf8(bytes: Vec<u8>) -> Vec<u8> {
    let Some((unit, mark)) = utf16(&bytes) else { return bytes };
    let (pairs, _) = bytes.as_chunks();
    let signs = char::decode_utf16(pairs.iter().skip(mark).map(|pair| unit(*pair)));
    signs.map(|sign| sign.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>().into_bytes()
}
