//! JSON with positions, as far as it goes.
//!
//! Benchmarks write one document at their end. A document that is cut or damaged keeps what stands before
//! the damage; a word that JSON does not know (`nan`, `-inf`) stays a word. Lines around the documents are
//! handed on.

use crate::diagnostic::Place;
use crate::lines::Line;
use crate::text::unsigned;

/// Deeper than any benchmark writes.
const DEPTH: usize = 64;
/// As much of a line as a diagnostic may quote. All of it for every value would take forever where a
/// document is one line.
const QUOTED: usize = 512;

/// A value and where it stands.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    pub line: u64,
    /// The byte in the line, from 0.
    pub column: usize,
    /// Its beginning, at most to the end of the line.
    pub text: &'a [u8],
    pub value: Value<'a>,
    /// Whether its end is there.
    pub whole: bool,
}

#[derive(Debug)]
pub(crate) enum Value<'a> {
    /// A number, `true`, `false`, `null`, or whatever else stands without quotes.
    Word(&'a [u8]),
    Text(String),
    Array(Vec<Node<'a>>),
    Object(Vec<(String, Node<'a>)>),
}

/// Why a document was not read to its end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trouble<'a> {
    /// The file ends before it.
    Cut,
    /// Something else than expected stands here.
    Broken(Place<'a>),
}

/// What a file is made of.
#[derive(Debug)]
pub(crate) enum Piece<'a> {
    Document(Node<'a>, Option<Trouble<'a>>),
    /// A line, or a part of one, outside of any document.
    Other(Line<'a>),
}

impl<'a> Node<'a> {
    pub fn place(&self) -> Place<'a> {
        Place::cell(self.line, self.column, self.text)
    }

    pub fn get(&self, key: &str) -> Option<&Node<'a>> {
        match &self.value {
            Value::Object(members) => members.iter().find(|(name, _)| name == key).map(|(_, node)| node),
            _ => None,
        }
    }

    pub fn items(&self) -> &[Node<'a>] {
        match &self.value {
            Value::Array(items) => items,
            _ => &[],
        }
    }

    pub fn str(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What stands here without quotes.
    pub fn word(&self) -> Option<&'a [u8]> {
        match self.value {
            Value::Word(word) => Some(word),
            _ => None,
        }
    }

    pub fn count(&self) -> Option<u64> {
        self.word().and_then(unsigned)
    }
}

/// What stands in the line from its first document on, if one begins it: also the first of an array, `[{`, or the next,
/// `},{` and `,{`.
pub(crate) fn document(line: &[u8]) -> Option<&[u8]> {
    let at = line
        .iter()
        .position(|byte| !matches!(byte, b'[' | b']' | b'}' | b',') && !byte.is_ascii_whitespace())?;
    line.get(at..).filter(|rest| rest.starts_with(b"{"))
}

/// Cuts `bytes` into documents, which begin a line or follow one another in it, also in an array, and other lines. What is in `unused` is read over and not
/// kept: a figure per second and stream is much for a long test.
pub(crate) fn read<'a>(bytes: &'a [u8], unused: &'static [&'static str], mut sink: impl FnMut(Piece<'a>)) {
    let mut reader = Reader {
        bytes,
        at: 0,
        line: 1,
        line_start: 0,
        trouble: None,
        unused,
        is_unused: false,
        in_array: false,
    };
    while let Some(byte) = reader.peek() {
        if byte == b'{' {
            let node = reader.value(0);
            let trouble = reader.trouble.take();
            if let Some(node) = node {
                sink(Piece::Document(node, trouble));
            }
            match trouble {
                Some(Trouble::Cut) => return,
                Some(Trouble::Broken(_)) => reader.skip_to_document(),
                None => {}
            }
        } else if reader.is_between(byte) {
            reader.at = reader.at.saturating_add(1);
        } else {
            let text = reader.rest_of_line();
            let end = reader.at.saturating_add(text.len());
            let terminated = bytes.get(end) == Some(&b'\n');
            let text = text.trim_ascii_end();
            if !text.is_empty() {
                sink(Piece::Other(Line { number: reader.line, text, terminated }));
            }
            reader.next_line();
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
    line_start: usize,
    trouble: Option<Trouble<'a>>,
    unused: &'static [&'static str],
    is_unused: bool,
    /// The documents are those of an array.
    in_array: bool,
}

impl<'a> Reader<'a> {
    fn rest_of_line(&self) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        rest.get(..end).unwrap_or(rest)
    }

    fn next_line(&mut self) {
        self.at = self.at.saturating_add(self.rest_of_line().len()).saturating_add(1);
        self.line = self.line.saturating_add(1);
        self.line_start = self.at;
    }

    /// To the next line that begins with a document.
    fn skip_to_document(&mut self) {
        self.next_line();
        while self.at < self.bytes.len() {
            let line = self.rest_of_line();
            let unindented = line.first().is_some_and(|byte| !byte.is_ascii_whitespace());
            if let Some(document) = document(line).filter(|_| unindented) {
                self.at = self.at.saturating_add(line.len().saturating_sub(document.len()));
                return;
            }
            self.next_line();
        }
    }

    /// Whether the byte begins an array of documents, parts or ends them.
    fn is_between(&mut self, byte: u8) -> bool {
        let rest = self.bytes.get(self.at.saturating_add(1)..).unwrap_or_default();
        let next = rest.iter().find(|byte| !byte.is_ascii_whitespace());
        let between = match byte {
            b'[' => next == Some(&b'{'),
            b',' => self.in_array && next == Some(&b'{'),
            b']' => self.in_array,
            _ => false,
        };
        self.in_array = match byte {
            b'[' => between,
            b']' => false,
            _ => self.in_array,
        };
        between
    }

    fn peek(&mut self) -> Option<u8> {
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => self.next_line(),
                b' ' | b'\t' | b'\r' => self.at = self.at.saturating_add(1),
                _ => return Some(*byte),
            }
        }
        None
    }

    fn node(&self, start: usize, line: u64, column: usize, value: Value<'a>) -> Node<'a> {
        let rest = self.bytes.get(start..).unwrap_or_default();
        let rest = rest.get(..QUOTED).unwrap_or(rest);
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let text = rest.get(..end).unwrap_or(rest).trim_ascii_end();
        Node { line, column, text, value, whole: self.trouble.is_none() }
    }

    fn broken(&mut self) {
        let column = self.at.saturating_sub(self.line_start);
        let place = Place::cell(self.line, column, self.rest_of_line().trim_ascii_end());
        self.trouble.get_or_insert(Trouble::Broken(place));
    }

    fn cut(&mut self) {
        self.trouble.get_or_insert(Trouble::Cut);
    }

    /// The value that begins here; none if there is no beginning.
    fn value(&mut self, depth: usize) -> Option<Node<'a>> {
        let Some(byte) = self.peek() else {
            self.cut();
            return None;
        };
        let (start, line) = (self.at, self.line);
        let column = start.saturating_sub(self.line_start);
        let value = match byte {
            b'{' | b'[' if depth >= DEPTH => {
                self.broken();
                return None;
            }
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => Value::Text(self.string()?),
            _ => Value::Word(self.word()?),
        };
        Some(self.node(start, line, column, value))
    }

    fn object(&mut self, depth: usize) -> Value<'a> {
        self.at = self.at.saturating_add(1);
        let mut members = Vec::new();
        loop {
            match self.peek() {
                None => self.cut(),
                Some(b'}') => {
                    self.at = self.at.saturating_add(1);
                    break;
                }
                Some(b',') => {
                    self.at = self.at.saturating_add(1);
                    continue;
                }
                Some(b'"') => {
                    let Some(key) = self.string() else { break };
                    match self.peek() {
                        Some(b':') => self.at = self.at.saturating_add(1),
                        Some(_) => self.broken(),
                        None => self.cut(),
                    }
                    if self.trouble.is_none() {
                        let was_unused = self.is_unused;
                        self.is_unused = was_unused || self.unused.contains(&key.as_str());
                        let node = self.value(depth.saturating_add(1)).filter(|_| !self.is_unused);
                        members.extend(node.map(|node| (key, node)));
                        self.is_unused = was_unused;
                    }
                }
                Some(_) => self.broken(),
            }
            if self.trouble.is_some() {
                break;
            }
        }
        Value::Object(members)
    }

    fn array(&mut self, depth: usize) -> Value<'a> {
        self.at = self.at.saturating_add(1);
        let mut items = Vec::new();
        loop {
            match self.peek() {
                None => self.cut(),
                Some(b']') => {
                    self.at = self.at.saturating_add(1);
                    break;
                }
                Some(b',') => {
                    self.at = self.at.saturating_add(1);
                    continue;
                }
                Some(b'}' | b':') => self.broken(),
                Some(_) => items.extend(self.value(depth.saturating_add(1)).filter(|_| !self.is_unused)),
            }
            if self.trouble.is_some() {
                break;
            }
        }
        Value::Array(items)
    }

    /// A text in quotes, which ends on its line.
    fn string(&mut self) -> Option<String> {
        let text = self.bytes.get(self.at..).unwrap_or_default();
        let inside = text.get(1..).unwrap_or_default();
        // Nearly all texts are what stands between the quotes.
        let end = memchr::memchr3(b'"', b'\\', b'\n', inside).filter(|end| inside.get(*end) == Some(&b'"'));
        if let Some(plain) = end.and_then(|end| inside.get(..end)) {
            self.at = self.at.saturating_add(plain.len()).saturating_add(2);
            return Some(String::from_utf8_lossy(plain).into_owned());
        }
        let mut out = Vec::new();
        let mut at = 1_usize;
        loop {
            let Some(byte) = text.get(at).filter(|byte| **byte != b'\n') else {
                if at < text.len() {
                    self.broken();
                } else {
                    self.cut();
                }
                return None;
            };
            at = at.saturating_add(1);
            match byte {
                b'"' => break,
                b'\\' => at = at.saturating_add(escape(text.get(at..).unwrap_or_default(), &mut out)),
                _ => out.push(*byte),
            }
        }
        self.at = self.at.saturating_add(at);
        Some(String::from_utf8_lossy(&out).into_owned())
    }

    fn word(&mut self) -> Option<&'a [u8]> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b",:[]{}\"".contains(byte);
        let Some(end) = rest.iter().position(ends) else {
            // Its last digits may be missing.
            self.at = self.bytes.len();
            self.cut();
            return None;
        };
        let word = rest.get(..end).filter(|word| !word.is_empty());
        if word.is_none() {
            self.broken();
        }
        self.at = self.at.saturating_add(end);
        word
    }
}

/// What stands behind a backslash; says how many bytes it takes.
fn escape(text: &[u8], out: &mut Vec<u8>) -> usize {
    match text {
        [b'n', ..] => out.push(b'\n'),
        [b't', ..] => out.push(b'\t'),
        [b'r' | b'b' | b'f', ..] => out.push(b' '),
        [b'u', digits @ ..] => {
            let digits = digits.get(..4).and_then(|digits| std::str::from_utf8(digits).ok());
            let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
            let character = code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
            out.extend(character.to_string().bytes());
            return if code.is_some() { 5 } else { 1 };
        }
        [b'\n', ..] | [] => return 0,
        [other, ..] => out.push(*other),
    }
    1
}
