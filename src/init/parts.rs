//! Which parts of a path can be the source, the repetition and the host, and what is left for factors.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use stillstand_parsers::{Format, Meaning};

use super::tokens::{Kind, Tokens};
use super::{Log, LogKind};
use crate::input::numbers::BEFORE_REPETITION;

/// What a part of a path tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Label {
    /// A factor, by its number.
    Level(usize),
    Repetition,
    Source,
    Host,
    /// Dates and other text that differs without telling anything new, numbered from the left.
    Any(usize),
}

/// A labelled part of a path, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub label: Label,
    pub range: Range<usize>,
}

/// What people call the logs of a format, in words.
fn names_of(format: Format) -> Vec<Vec<&'static str>> {
    format.file_names().map(|name| name.split('-').collect()).collect()
}

/// For every log the parts of its path that can name its source, the most telling kind of name only.
///
/// That is a usual name of the log's format; else words that stand in every log of this format and in no
/// other one.
pub fn sources(logs: &[Log], paths: &[Tokens]) -> Vec<Vec<Range<usize>>> {
    let own = own_words(logs, paths);
    logs.iter()
        .zip(paths)
        .map(|(log, path)| {
            let usual =
                names_of(log.format).iter().map(|words| path.find(words)).find(|found| !found.is_empty());
            let own = runs_of(path, own.get(&log.kind()));
            match usual {
                // `http_probe` is one of a client, and `http` no host.
                Some(usual) if log.format.meaning() == Meaning::Requests => {
                    usual.into_iter().map(|range| widened(range, &own)).collect()
                }
                Some(usual) => usual,
                None => own,
            }
        })
        .collect()
}

/// A name of a source with the words of its own that stand around it.
fn widened(range: Range<usize>, own: &[Range<usize>]) -> Range<usize> {
    let around = own.iter().find(|own| own.start <= range.start && range.end <= own.end);
    around.cloned().unwrap_or(range)
}

/// The words that stand in every log of one kind, in none of another, and name no host.
fn own_words(logs: &[Log], paths: &[Tokens]) -> BTreeMap<LogKind, BTreeSet<String>> {
    let mut seen: BTreeMap<String, BTreeMap<LogKind, usize>> = BTreeMap::new();
    let mut total: BTreeMap<LogKind, usize> = BTreeMap::new();
    let hosts: BTreeSet<String> =
        logs.iter().filter_map(|log| log.host.as_deref().map(str::to_lowercase)).collect();
    for (log, path) in logs.iter().zip(paths) {
        *total.entry(log.kind()).or_default() += 1;
        let words: BTreeSet<String> =
            path.tokens.iter().filter(|t| t.kind == Kind::Word).map(|t| path.word(t)).collect();
        for word in words.into_iter().filter(|word| !hosts.contains(word)) {
            *seen.entry(word).or_default().entry(log.kind()).or_default() += 1;
        }
    }
    let mut own: BTreeMap<LogKind, BTreeSet<String>> = BTreeMap::new();
    for (word, kinds) in seen {
        if let (1, Some((kind, count))) = (kinds.len(), kinds.first_key_value())
            && total.len() > 1
            && total.get(kind) == Some(count)
        {
            own.entry(*kind).or_default().insert(word);
        }
    }
    own
}

/// The parts of a path that consist of `words`.
fn runs_of(path: &Tokens, words: Option<&BTreeSet<String>>) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut open = false;
    for token in &path.tokens {
        let is_one = token.kind == Kind::Word && words.is_some_and(|words| words.contains(&path.word(token)));
        match found.last_mut().filter(|_| open) {
            Some(last) if is_one => last.end = token.range.end,
            _ if is_one => found.push(token.range.clone()),
            _ => {}
        }
        open = is_one || (open && token.kind == Kind::Separator);
    }
    found
}

/// A way to say which number of a path is the repetition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selector {
    /// Behind a word such as `run`.
    Worded,
    /// Alone in its folder.
    Folder,
    FromLeft(usize),
    FromRight(usize),
    BeforeSource,
    AfterSource,
    /// Nowhere: logs of one kind and condition go on counting.
    Nowhere,
}

pub const SELECTORS: [Selector; 10] = [
    Selector::Worded,
    Selector::Folder,
    Selector::FromLeft(0),
    Selector::FromLeft(1),
    Selector::FromLeft(2),
    Selector::FromRight(0),
    Selector::FromRight(1),
    Selector::FromRight(2),
    Selector::BeforeSource,
    Selector::AfterSource,
];

/// Where the selector finds the repetition among the numbers that have no part yet.
pub fn repetition(path: &Tokens, parts: &[Part], selector: Selector) -> Option<Range<usize>> {
    let free = |index: &usize| {
        let token = &path.tokens[*index];
        let is_count = token.range.len() <= 4 && !path.is_measure(*index) && !path.is_version(*index);
        token.kind == Kind::Number && is_count && !is_taken(parts, &token.range)
    };
    let mut numbers = (0..path.tokens.len()).filter(free);
    let source = parts.iter().find(|part| part.label == Label::Source).map(|part| part.range.start);
    let start = |index: usize| path.tokens[index].range.start;
    let index = match selector {
        Selector::Worded => numbers.find(|&index| word_before(path, index).is_some()),
        Selector::Folder => numbers.find(|&index| {
            let folder = |token: Option<&super::tokens::Token>| token.is_none_or(|t| t.kind == Kind::Folder);
            let first = word_before(path, index).unwrap_or(index);
            let before = first.checked_sub(1).and_then(|before| path.tokens.get(before));
            path.tokens.get(index + 1).is_some_and(|t| t.kind == Kind::Folder) && folder(before)
        }),
        Selector::FromLeft(n) => numbers.nth(n),
        Selector::FromRight(n) => numbers.rev().nth(n),
        Selector::BeforeSource => numbers.rev().find(|&index| source.is_some_and(|at| start(index) < at)),
        Selector::AfterSource => numbers.find(|&index| source.is_some_and(|at| start(index) > at)),
        Selector::Nowhere => None,
    }?;
    Some(path.tokens[index].range.clone())
}

/// The token with a word such as `run` just before the number at `index`.
fn word_before(path: &Tokens, index: usize) -> Option<usize> {
    let near = index.checked_sub(1)?;
    let before = match path.tokens.get(near)?.kind {
        Kind::Separator => near.checked_sub(1)?,
        _ => near,
    };
    let token = path.tokens.get(before)?;
    (token.kind == Kind::Word && BEFORE_REPETITION.contains(&path.word(token).as_str())).then_some(before)
}

/// The word such as `run` before the repetition at `range`.
pub fn prefix(path: &Tokens, range: &Range<usize>) -> Option<Range<usize>> {
    let index = path.tokens.iter().position(|token| token.range == *range)?;
    path.tokens.get(word_before(path, index)?).map(|token| token.range.clone())
}

pub fn is_taken(parts: &[Part], range: &Range<usize>) -> bool {
    parts.iter().any(|part| part.range.start < range.end && range.start < part.range.end)
}

/// Whether names with a separator between them are one thing: `cpu-burn` is, `017-memtester` and
/// `stream_memtester` may be two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joined {
    All,
    /// Words with words and numbers with numbers.
    Alike,
    Nothing,
}

/// What is left: names that belong together, with nothing recognised and no `/` between them.
pub fn chunks(
    path: &Tokens,
    parts: &[Part],
    literal: Option<&Range<usize>>,
    joined: Joined,
) -> Vec<Range<usize>> {
    let mut chunks: Vec<Range<usize>> = Vec::new();
    let mut open = false;
    let mut previous: Option<&super::tokens::Token> = None;
    for token in &path.tokens {
        let taken = is_taken(parts, &token.range) || literal == Some(&token.range);
        if let Some(before) =
            previous.filter(|before| before.range.end < token.range.start && token.is_name())
        {
            open &= match joined {
                Joined::All => true,
                Joined::Alike => before.kind == token.kind,
                Joined::Nothing => false,
            };
        }
        if token.is_name() {
            previous = Some(token);
        }
        if token.is_name() && !taken {
            match chunks.last_mut().filter(|_| open) {
                Some(last) => last.end = token.range.end,
                None => chunks.push(token.range.clone()),
            }
        }
        open = !taken && (token.is_name() || (open && token.kind == Kind::Separator));
    }
    chunks.into_iter().map(|chunk| with_bracket(&path.text, chunk)).collect()
}

/// A text with the bracket behind it that closes one in it: `writer (fast)`.
fn with_bracket(path: &str, chunk: Range<usize>) -> Range<usize> {
    let opens = [('(', ')'), ('[', ']')].into_iter().find(|(open, close)| {
        let count = |bracket: char| path[chunk.clone()].matches(bracket).count();
        count(*open) > count(*close) && path[chunk.end..].starts_with(*close)
    });
    chunk.start..chunk.end + opens.map_or(0, |(_, close)| close.len_utf8())
}

/// The parts into which a chunk falls when a host is cut out of it: host, rest. Shorter hosts first.
pub fn cuts(path: &Tokens, chunk: &Range<usize>) -> Vec<(Range<usize>, Option<Range<usize>>)> {
    let inside: Vec<Range<usize>> = path
        .tokens
        .iter()
        .filter(|t| t.is_name() && chunk.start <= t.range.start && t.range.end <= chunk.end)
        .map(|t| t.range.clone())
        .collect();
    let mut cuts: Vec<_> = inside
        .windows(2)
        .filter(|pair| pair[0].end < pair[1].start)
        .flat_map(|pair| {
            let (left, right) = (chunk.start..pair[0].end, pair[1].start..chunk.end);
            [(left.clone(), Some(right.clone())), (right, Some(left))]
        })
        .collect();
    cuts.push((chunk.clone(), None));
    cuts.sort_by_key(|(host, _)| host.len());
    cuts
}

#[cfg(test)]
mod tests {
    use stillstand_parsers::declared::PROBES;

    use super::*;

    fn log(path: &str, format: &str) -> Log {
        let format = stillstand_parsers::format_named(format).unwrap();
        Log { relative: path.to_owned(), format, table: None, host: None, span: None }
    }

    fn found(logs: &[Log]) -> Vec<Vec<String>> {
        let paths: Vec<Tokens> = logs.iter().map(|log| Tokens::new(&log.relative)).collect();
        sources(logs, &paths)
            .into_iter()
            .zip(logs)
            .map(|(ranges, log)| ranges.into_iter().map(|range| log.relative[range].to_owned()).collect())
            .collect()
    }

    #[test]
    fn usual_names_tell_the_source() {
        let logs = [
            log("memtester3-migration-time.test", "migration-time"),
            log("memtester3-xentop-kirsche.test", "xentop-gawk"),
            log("ping3-ping.test", "ping-gawk"),
        ];
        assert_eq!(found(&logs), [vec!["migration-time"], vec!["xentop"], vec!["ping", "ping"]]);
    }

    #[test]
    fn a_client_has_its_own_word_before_its_usual_name() {
        let probe = |path: &str| Log { relative: path.to_owned(), format: PROBES, ..log("x", "ping-gawk") };
        let logs = [
            probe("idle/1/http_probe.csv"),
            probe("busy/2/http_probe.csv"),
            log("idle/1/client1_sockperf.log", "sockperf-log"),
            log("busy/2/client2_sockperf.log", "sockperf-log"),
        ];
        assert_eq!(
            found(&logs),
            [vec!["http_probe"], vec!["http_probe"], vec!["sockperf"], vec!["sockperf"]]
        );
    }

    #[test]
    fn else_words_of_their_own_do() {
        let logs = [
            log("none3.host.load.apfel.csv", "dstat"),
            log("cpu3.host.load.kirsche.csv", "dstat"),
            log("none3.echo.csv", "ping-gawk"),
        ];
        assert_eq!(found(&logs), [vec!["host.load"], vec!["host.load"], vec!["echo"]]);
    }

    fn check(path: &str, selector: Selector, expected: Option<&str>) {
        let found = repetition(&Tokens::new(path), &[], selector);
        assert_eq!(found.map(|range| path[range].to_owned()).as_deref(), expected, "{path}");
    }

    #[test]
    fn selectors_choose_a_number() {
        check("vm128/run-03/ping7.log", Selector::Worded, Some("03"));
        check("vm128/run-03/ping7.log", Selector::Folder, Some("03"));
        check("vm128/run-03/ping7.log", Selector::FromLeft(0), Some("128"));
        check("vm128/run-03/ping7.log", Selector::FromRight(0), Some("7"));
        check("memtester/3/ping.log", Selector::Folder, Some("3"));
        check("memtester3/ping.log", Selector::Folder, None);
        check("12345/ping.log", Selector::FromLeft(0), None);
    }

    #[test]
    fn what_is_left_falls_into_chunks() {
        let text = "stream/cpu-burn_3_dstat_apfel.csv";
        let path = Tokens::new(text);
        let part = |label, word: &str| {
            let start = text.find(word).unwrap();
            Part { label, range: start..start + word.len() }
        };
        let parts = [part(Label::Repetition, "3"), part(Label::Source, "dstat")];
        let chunks: Vec<&str> =
            chunks(&path, &parts, None, Joined::All).into_iter().map(|range| &text[range]).collect();
        assert_eq!(chunks, ["stream", "cpu-burn", "apfel"]);
    }

    #[test]
    fn separators_join_more_or_less() {
        let text = "017-cpu-burn-node7.csv";
        let found = |joined| {
            let chunks = chunks(&Tokens::new(text), &[], None, joined);
            chunks.into_iter().map(|range| &text[range]).collect::<Vec<_>>()
        };
        assert_eq!(found(Joined::All), ["017-cpu-burn-node7"]);
        assert_eq!(found(Joined::Alike), ["017", "cpu-burn-node7"]);
        assert_eq!(found(Joined::Nothing), ["017", "cpu", "burn", "node7"]);
    }

    #[test]
    fn a_host_can_be_cut_off_either_end() {
        let text = "cpu-burn-node7.csv";
        let cut: Vec<(&str, Option<&str>)> = cuts(&Tokens::new(text), &(0..14))
            .into_iter()
            .map(|(host, rest)| (&text[host], rest.map(|rest| &text[rest])))
            .collect();
        assert!(
            cut.contains(&("node7", Some("cpu-burn"))) && cut.contains(&("cpu", Some("burn-node7"))),
            "{cut:?}"
        );
    }
}
