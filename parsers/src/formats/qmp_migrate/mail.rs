//! Logs that went through a mail: quoted by `> `, and folded as quoted-printable, where a line that ends in `=` goes on in the
//! next and `=3D` is a `=`.
//!
//! Lines keep their numbers: what a folded line goes on in becomes blank.

use std::borrow::Cow;

use crate::lines::Lines;

/// The log as it was before it was mailed.
pub(super) fn unmailed(bytes: &[u8]) -> Cow<'_, [u8]> {
    let quoted = is_quoted(bytes);
    let folded = is_folded(bytes, quoted);
    if !quoted && !folded {
        return Cow::Borrowed(bytes);
    }
    let mut out = Vec::with_capacity(bytes.len());
    // Line ends that are owed for lines that were joined to the one before.
    let mut owed = 0_usize;
    for line in Lines::new(bytes) {
        let text = if quoted { unquoted(line.text) } else { line.text };
        match text.strip_suffix(b"=").filter(|_| folded && line.terminated) {
            Some(before) => {
                decode(before, folded, &mut out);
                owed = owed.saturating_add(1);
            }
            None => {
                decode(text, folded, &mut out);
                let ends = owed.saturating_add(usize::from(line.terminated));
                out.extend(std::iter::repeat_n(b'\n', ends));
                owed = 0;
            }
        }
    }
    Cow::Owned(out)
}

/// Whether all lines are quoted, less the words above them.
fn is_quoted(bytes: &[u8]) -> bool {
    let lines = || Lines::new(bytes).filter(|line| !line.is_blank());
    let quoted = lines().filter(|line| line.text.starts_with(b">")).count();
    quoted > 1 && quoted.saturating_mul(10) >= lines().count().saturating_mul(9)
}

fn unquoted(mut text: &[u8]) -> &[u8] {
    while let Some(rest) = text.strip_prefix(b">") {
        text = rest.strip_prefix(b" ").unwrap_or(rest);
    }
    text
}

/// Whether a line breaks within a message and goes on in the next one.
fn is_folded(bytes: &[u8], quoted: bool) -> bool {
    let mut after: Option<&[u8]> = None;
    for line in Lines::new(bytes) {
        let text = if quoted { unquoted(line.text) } else { line.text };
        if after.is_some_and(|before| before.contains(&b'{') || before.contains(&b'"')) && !text.is_empty() {
            return true;
        }
        after = text.strip_suffix(b"=").filter(|_| line.terminated);
    }
    false
}

/// Appends the text, with what `=3D` stands for in its place.
fn decode(text: &[u8], folded: bool, out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        let coded = after.get(..2).filter(|_| folded && *byte == b'=').and_then(hexadecimal);
        // A line end in the middle of a line would shift the numbers of all that follow.
        match coded.filter(|coded| *coded != b'\n') {
            Some(coded) => {
                out.push(coded);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push(*byte);
                rest = after;
            }
        }
    }
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let upper = digits.iter().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(byte));
    u8::from_str_radix(std::str::from_utf8(digits).ok().filter(|_| upper)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_joined_and_keep_their_numbers() {
        for (mailed, log) in [
            ("{\"a\": \"ST=\nOP\"}\nx=3Dy\n", "{\"a\": \"STOP\"}\n\nx=y\n"),
            ("> {\"a\": 1}\n> > {\"b\": 2}\n", "{\"a\": 1}\n{\"b\": 2}\n"),
            ("> {\"a\": \"ST=\r\n> OP\"}\r\n", "{\"a\": \"STOP\"}\n\n"),
            // What is no mail stays as it is.
            ("x = \n{\"a\": \"=3D\"}\n", "x = \n{\"a\": \"=3D\"}\n"),
            ("> {\"execute\": 1}\n< {\"return\": 1}\n", "> {\"execute\": 1}\n< {\"return\": 1}\n"),
            ("===\n{\"a\": 1}\n", "===\n{\"a\": 1}\n"),
        ] {
            assert_eq!(String::from_utf8_lossy(&unmailed(mailed.as_bytes())), log, "{mailed}");
        }
    }
}
