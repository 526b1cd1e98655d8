//! What Python prints, as JSON; and what is left of a message without its end, closed.
//!
//! `{'blocked': False, u'total-time': 44028L, 'x': None,}` becomes
//! `{"blocked": false, "total-time": 44028, "x": null}`. JSON stays what it is.

/// Translates a message. Where it is not closed, its last, unfinished member is left out.
pub(super) fn to_json(text: &[u8]) -> Vec<u8> {
    let mut out = Output::default();
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        rest = match byte {
            b'"' | b'\'' => out.string(*byte, after),
            b'{' | b'[' | b'(' => {
                out.open(if *byte == b'{' { b'}' } else { b']' });
                after
            }
            b'}' | b']' | b')' => {
                out.close();
                after
            }
            b',' => {
                out.safe();
                out.json.push(b',');
                after
            }
            byte if byte.is_ascii_alphabetic() => out.word(rest),
            byte if byte.is_ascii_digit() => {
                let end = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
                let (digits, after) = rest.split_at_checked(end).unwrap_or((rest, b""));
                out.json.extend_from_slice(digits);
                // Python 2 marks long numbers.
                after.strip_prefix(b"L").unwrap_or(after)
            }
            byte => {
                out.json.push(*byte);
                after
            }
        };
    }
    out.finish()
}

#[derive(Default)]
struct Output {
    json: Vec<u8>,
    /// What closes the brackets that are open.
    open: Vec<u8>,
    /// Up to here everything is finished, with this many brackets open.
    safe: (usize, usize),
}

impl Output {
    fn safe(&mut self) {
        self.safe = (self.json.len(), self.open.len());
    }

    fn open(&mut self, closing: u8) {
        self.json.push(if closing == b'}' { b'{' } else { b'[' });
        self.open.push(closing);
        self.safe();
    }

    fn close(&mut self) {
        let end = self.json.trim_ascii_end();
        if let Some(before) = end.strip_suffix(b",") {
            self.json.truncate(before.len());
        }
        if let Some(closing) = self.open.pop() {
            self.json.push(closing);
            self.safe();
        }
    }

    /// A word up to the next byte that is none; a prefix of a string (`u'…'`) is left out.
    fn word<'a>(&mut self, text: &'a [u8]) -> &'a [u8] {
        let end = text.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(text.len());
        let (word, rest) = text.split_at_checked(end).unwrap_or((text, b""));
        let string = matches!(rest.first(), Some(b'"' | b'\''));
        match word {
            b"True" => self.json.extend_from_slice(b"true"),
            b"False" => self.json.extend_from_slice(b"false"),
            b"None" => self.json.extend_from_slice(b"null"),
            b"u" | b"b" | b"r" if string => {}
            // An exponent is lower case and has digits around it; `L` is handled with the digits.
            _ => self.json.extend_from_slice(word),
        }
        rest
    }

    /// A string up to its quote, which is behind the text that is returned.
    fn string<'a>(&mut self, quote: u8, mut rest: &'a [u8]) -> &'a [u8] {
        self.json.push(b'"');
        while let Some((byte, after)) = rest.split_first() {
            rest = after;
            match byte {
                byte if *byte == quote => {
                    self.json.push(b'"');
                    return rest;
                }
                b'"' => self.json.extend_from_slice(b"\\\""),
                b'\n' => {
                    // Ends with its line; the message is damaged and JSON says so.
                    self.json.push(b'\n');
                    return rest;
                }
                b'\\' => rest = self.escape(quote, rest),
                byte => self.json.push(*byte),
            }
        }
        rest
    }

    fn escape<'a>(&mut self, quote: u8, rest: &'a [u8]) -> &'a [u8] {
        let Some((byte, after)) = rest.split_first() else { return rest };
        match byte {
            b'\'' => self.json.push(b'\''),
            b'x' if quote == b'\'' || after.len() >= 2 => {
                self.json.extend_from_slice(b"\\u00");
            }
            byte => self.json.extend_from_slice(&[b'\\', *byte]),
        }
        after
    }

    fn finish(mut self) -> Vec<u8> {
        if !self.open.is_empty() {
            let (length, depth) = self.safe;
            self.json.truncate(length);
            self.open.truncate(depth);
            self.json.extend(self.open.iter().rev());
        }
        self.json
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(text: &str) -> String {
        String::from_utf8(to_json(text.as_bytes())).unwrap()
    }

    #[test]
    fn python_becomes_json() {
        let python =
            "{'blocked': False, u'total': 44028L, 'x': None, 'l': (1, 2.5e3,), 's': 'it\\'s \"so\"',}";
        let json = r#"{"blocked": false, "total": 44028, "x": null, "l": [1, 2.5e3], "s": "it's \"so\""}"#;
        assert_eq!(translated(python), json);
        assert_eq!(translated(json), json);
    }

    #[test]
    fn a_message_without_its_end_loses_its_last_member() {
        for (cut, json) in [
            (r#"{"return": {"status": "active", "total-ti"#, r#"{"return": {"status": "active"}}"#),
            (r#"{"return": {"ram": {"total": 12"#, r#"{"return": {"ram": {}}}"#),
            (r#"{"return": {"ram": {"total": 1}"#, r#"{"return": {"ram": {"total": 1}}}"#),
            (r#"{"return": {"a": [1, 2"#, r#"{"return": {"a": [1]}}"#),
            ("{", "{}"),
        ] {
            assert_eq!(translated(cut), json);
        }
    }
}
