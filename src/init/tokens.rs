//! Paths as tokens: words, numbers, and what stands between them.
//!
//! `run03_memtester/dstat-kirsche.csv` is `run`, `03`, `_`, `memtester`, `/`, `dstat`, `-`, `kirsche` and the
//! extension `.csv`. Letters and digits part also where nothing stands between them.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Letters.
    Word,
    /// Digits.
    Number,
    /// Anything else but `/`.
    Separator,
    /// One `/`.
    Folder,
}

/// A piece of a path; the range is in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    pub range: Range<usize>,
}

impl Token {
    pub fn is_name(&self) -> bool {
        matches!(self.kind, Kind::Word | Kind::Number)
    }
}

/// A path below the campaign folder and its tokens; the extension has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    pub text: String,
    pub tokens: Vec<Token>,
    /// Where the extension begins, with its dot.
    pub stem: usize,
}

impl Tokens {
    pub fn new(path: &str) -> Self {
        let stem = path.len() - extension(path).len();
        let mut tokens: Vec<Token> = Vec::new();
        for (at, character) in path[..stem].char_indices() {
            let kind = match character {
                '/' => Kind::Folder,
                c if c.is_ascii_digit() => Kind::Number,
                c if c.is_alphanumeric() => Kind::Word,
                _ => Kind::Separator,
            };
            let end = at + character.len_utf8();
            match tokens.last_mut().filter(|last| last.kind == kind && kind != Kind::Folder) {
                Some(last) => last.range.end = end,
                None => tokens.push(Token { kind, range: at..end }),
            }
        }
        Self { text: path.to_owned(), tokens, stem }
    }

    pub fn word(&self, token: &Token) -> String {
        self.text[token.range.clone()].to_lowercase()
    }

    /// The ranges at which `words`, joined by anything but `/` or by nothing, stand as whole tokens.
    pub fn find(&self, words: &[&str]) -> Vec<Range<usize>> {
        (0..self.tokens.len()).filter_map(|first| self.at(first, words)).collect()
    }

    fn at(&self, first: usize, words: &[&str]) -> Option<Range<usize>> {
        let mut end = None;
        let mut tokens = self.tokens.get(first..)?.iter().peekable();
        for (number, word) in words.iter().enumerate() {
            if number > 0 {
                tokens.next_if(|token| token.kind == Kind::Separator);
            }
            let token = tokens.next_if(|token| token.is_name() && self.word(token) == *word)?;
            end = Some(token.range.end);
        }
        Some(self.tokens.get(first)?.range.start..end?)
    }

    /// Where `name` stands with no letter or digit beside it; its own separators and digits count.
    pub fn find_name(&self, name: &str) -> Option<Range<usize>> {
        let lower = self.text.to_ascii_lowercase();
        let wanted = name.to_ascii_lowercase();
        let beside = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        (!wanted.is_empty()).then(|| lower[..self.stem].match_indices(&wanted))?.find_map(|(start, _)| {
            let end = start + wanted.len();
            let alone = beside(lower[..start].chars().next_back()) && beside(lower[end..].chars().next());
            alone.then_some(start..end)
        })
    }

    /// Whether the number at `index` is that of a measure, as in `10ms` or `512 MB`.
    pub fn is_measure(&self, index: usize) -> bool {
        let is_number = self.tokens.get(index).is_some_and(|token| token.kind == Kind::Number);
        let behind = self.tokens.iter().skip(index + 1);
        let mut behind = behind.skip_while(|token| self.text[token.range.clone()] == *" ");
        is_number && behind.next().is_some_and(|unit| unit.kind == Kind::Word && is_unit(&self.word(unit)))
    }

    /// Whether the number at `index` is part of a version, as in `v2.1`.
    pub fn is_version(&self, index: usize) -> bool {
        let is = |index: Option<usize>, fits: &dyn Fn(&Token) -> bool| {
            index.and_then(|index| self.tokens.get(index)).is_some_and(fits)
        };
        let is_point = |token: &Token| self.text[token.range.clone()] == *".";
        let is_number = |token: &Token| token.kind == Kind::Number;
        let beside = |near: Option<usize>, far: Option<usize>| is(near, &is_point) && is(far, &is_number);
        beside(index.checked_sub(1), index.checked_sub(2)) || beside(Some(index + 1), Some(index + 2))
    }

    /// Whether a part of the path is a measure such as `10ms`.
    pub fn is_measure_at(&self, range: &Range<usize>) -> bool {
        let number = self
            .tokens
            .iter()
            .position(|token| token.kind == Kind::Number && token.range.start == range.start);
        number.is_some_and(|index| {
            self.is_measure(index)
                && self
                    .tokens
                    .iter()
                    .all(|token| token.range.start >= range.end || token.range.end <= range.end)
        })
    }

    /// A part of the path with the measure behind it, if there is one: `ping 10ms`.
    pub fn with_measure(&self, range: &Range<usize>) -> Range<usize> {
        let behind = self.tokens.iter().position(|token| token.range.start >= range.end);
        let number = behind.and_then(|index| {
            let is_separator = self.tokens.get(index)?.kind == Kind::Separator;
            Some(if is_separator { index + 1 } else { index })
        });
        let number = number.filter(|index| self.is_measure(*index));
        let unit =
            number.and_then(|index| self.tokens.get(index..)?.iter().find(|token| token.kind == Kind::Word));
        unit.map_or(range.clone(), |unit| range.start..unit.range.end)
    }

    /// Dates, with or without a time of day, and seconds since 1970.
    pub fn dates(&self) -> Vec<Range<usize>> {
        static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
            let day = r"(?:19|20)\d\d[-_.]?[01]\d[-_.]?[0-3]\d";
            let time = r"[-_.T]?[0-2]\d[-_.:h]?[0-5]\d(?:[-_.:m]?[0-5]\d)?";
            Regex::new(&format!(r"{day}(?:{time})?|1\d{{9}}")).ok()
        });
        let Some(date) = DATE.as_ref() else { return Vec::new() };
        let stem = &self.text[..self.stem];
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        date.find_iter(stem)
            .map(|found| found.range())
            .filter(|range| {
                !digit(stem[..range.start].chars().next_back()) && !digit(stem[range.end..].chars().next())
            })
            .collect()
    }
}

/// Whether a word is a unit of time, size or rate.
fn is_unit(word: &str) -> bool {
    const UNITS: [&str; 22] = [
        "ns", "us", "ms", "sec", "min", "hz", "khz", "mhz", "ghz", "kb", "mb", "gb", "tb", "kib", "mib",
        "gib", "kbit", "mbit", "gbit", "mbps", "gbps", "pct",
    ];
    UNITS.contains(&word)
}

/// The extension with its dot; empty without one. Digits alone are none: `memtester.3` is repetition 3.
fn extension(path: &str) -> &str {
    const KNOWN: [&str; 17] = [
        "log", "txt", "test", "csv", "tsv", "out", "dat", "data", "raw", "res", "result", "err", "xml",
        "json", "jsonl", "ndjson", "html",
    ];
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rfind('.') {
        Some(dot) if KNOWN.contains(&name[dot + 1..].to_ascii_lowercase().as_str()) => &name[dot..],
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: &[&str]) {
        let tokens = Tokens::new(path);
        let found: Vec<&str> = tokens.tokens.iter().map(|token| &path[token.range.clone()]).collect();
        assert_eq!(found, expected, "{path}");
    }

    #[test]
    fn letters_digits_and_separators_part() {
        check(
            "run03_memtester/dstat-kirsche.csv",
            &["run", "03", "_", "memtester", "/", "dstat", "-", "kirsche"],
        );
        check("3__größe.xentop", &["3", "__", "größe", ".", "xentop"]);
        check("kirsche.xentop.memtester.3", &["kirsche", ".", "xentop", ".", "memtester", ".", "3"]);
    }

    #[test]
    fn words_are_found_as_whole_tokens() {
        let found = |path: &str, words: &[&str]| {
            Tokens::new(path).find(words).into_iter().map(|range| path[range].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found("a3-migration-time.log", &["migration", "time"]), ["migration-time"]);
        assert_eq!(found("Ping3-ping.log", &["ping"]), ["Ping", "ping"]);
        assert_eq!(found("shipping3.log", &["ping"]), [""; 0]);
    }

    #[test]
    fn names_of_hosts_keep_their_digits_and_hyphens() {
        let found = |path: &str, name: &str| Tokens::new(path).find_name(name);
        assert_eq!(found("dstat_node-7_3.csv", "node-7"), Some(6..12));
        assert_eq!(found("dstat_node-77_3.csv", "node-7"), None);
        assert_eq!(found("dstat.Kirsche.csv", "kirsche"), Some(6..13));
    }

    #[test]
    fn measures_and_versions_count_nothing() {
        let path = "mem 512MB/ping 10 ms-v2.1/run 3";
        let tokens = Tokens::new(path);
        let numbers = |fits: &dyn Fn(usize) -> bool| {
            let all = tokens.tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Number);
            all.filter(|(index, _)| fits(*index))
                .map(|(_, token)| &path[token.range.clone()])
                .collect::<Vec<_>>()
        };
        assert_eq!(numbers(&|index| tokens.is_measure(index)), ["512", "10"]);
        assert_eq!(numbers(&|index| tokens.is_version(index)), ["2", "1"]);
        assert_eq!(&path[tokens.with_measure(&(10..14))], "ping 10 ms");
        assert_eq!(&path[tokens.with_measure(&(0..3))], "mem 512MB");
        assert_eq!(&path[tokens.with_measure(&(26..29))], "run");
    }

    #[test]
    fn dates_are_no_numbers() {
        let found = |path: &str| {
            Tokens::new(path).dates().into_iter().map(|r| path[r].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found("2010-01-26/memtester3-ping.log"), ["2010-01-26"]);
        assert_eq!(found("memtester_3_20100126-153000_ping.log"), ["20100126-153000"]);
        assert_eq!(found("1264516190-ping.log"), ["1264516190"]);
        assert_eq!(found("memtester201001261-ping.log"), [""; 0]);
    }
}
