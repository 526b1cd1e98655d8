//! Labelled paths → one regular expression that labels them the same way.
//!
//! Parts that only some paths have (the host) become optional. What stands between the parts is taken from
//! the paths. The parts themselves are first described by what they do not contain, so that further logs of
//! the same naming fit too; only where that is ambiguous are their values listed.

use std::collections::BTreeSet;

use super::parts::{Label, Part};
use super::tokens::Tokens;

/// One path with its parts from left to right.
#[derive(Debug, Clone)]
pub struct PathParts<'a> {
    pub path: &'a Tokens,
    pub parts: Vec<Part>,
}

/// How far values are listed one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Listed {
    Nothing,
    Sources,
    SourcesAndHosts,
    Everything,
}

pub const LISTED: [Listed; 4] =
    [Listed::Nothing, Listed::Sources, Listed::SourcesAndHosts, Listed::Everything];

/// The pattern; `None` if the parts do not stand in the same order everywhere.
pub fn pattern(files: &[PathParts<'_>], levels: &[String], listed: Listed) -> Option<String> {
    let order = order(files)?;
    let mut text = String::from("^");
    let mut index = 0;
    // The gap before each part, and the one behind the last.
    while index <= order.len() {
        let here = gap(files, index.checked_sub(1).map(|i| order[i]), order.get(index).copied());
        let Some(label) = order.get(index) else {
            text.push_str(&literals(&here?));
            break;
        };
        let part = part(files, *label, levels, listed);
        if files.iter().all(|file| has(file, *label)) {
            text.push_str(&format!("{}{part}", literals(&here?)));
            index += 1;
            continue;
        }
        // An optional part and the next one, which all paths have.
        let next = order.get(index + 1).copied();
        if next.is_some_and(|next| !files.iter().all(|file| has(file, next))) {
            return None;
        }
        let before = index.checked_sub(1).map(|i| order[i]);
        let (behind, without) = (gap(files, Some(*label), next)?, gap(files, before, next)?);
        text.push_str(&optional(&here?, &part, &behind, &without));
        if let Some(next) = next {
            text.push_str(&self::part(files, next, levels, listed));
        }
        if next.is_none() {
            break;
        }
        index += 2;
    }
    let extended = files.iter().filter(|file| file.path.stem < file.path.text.len()).count();
    text.push_str(match extended {
        0 => "$",
        n if n == files.len() => r"\.[^/.]+$",
        _ => r"(?:\.[^/.]+)?$",
    });
    Some(text)
}

fn has(file: &PathParts<'_>, label: Label) -> bool {
    file.parts.iter().any(|part| part.label == label)
}

/// The labels of all paths in their common order.
fn order(files: &[PathParts<'_>]) -> Option<Vec<Label>> {
    let labels = |file: &PathParts<'_>| file.parts.iter().map(|part| part.label).collect::<Vec<_>>();
    let mut order: Vec<Label> = files.iter().map(labels).max_by_key(Vec::len)?;
    // A part that the longest path lacks goes behind its left neighbour.
    for file in files {
        for (at, label) in labels(file).iter().enumerate() {
            if !order.contains(label) {
                let before = at.checked_sub(1).map(|at| labels(file)[at]);
                let place = before.map_or(Some(0), |b| order.iter().position(|l| *l == b).map(|p| p + 1))?;
                order.insert(place, *label);
            }
        }
    }
    let ordered = files.iter().all(|file| {
        let places: Vec<Option<usize>> =
            labels(file).iter().map(|label| order.iter().position(|l| l == label)).collect();
        places.windows(2).all(|pair| pair[0] < pair[1])
    });
    ordered.then_some(order)
}

/// What stands between two parts in the paths that have them side by side; `None` is an end of the path.
fn gap(files: &[PathParts<'_>], left: Option<Label>, right: Option<Label>) -> Option<BTreeSet<String>> {
    let found: BTreeSet<String> = files
        .iter()
        .filter_map(|file| {
            let at = match left {
                None => 0,
                Some(left) => file.parts.iter().position(|part| part.label == left)? + 1,
            };
            let start = at.checked_sub(1).map_or(0, |at| file.parts[at].range.end);
            let end = match (file.parts.get(at), right) {
                (None, None) => file.path.stem,
                (Some(part), Some(right)) if part.label == right => part.range.start,
                _ => return None,
            };
            Some(file.path.text[start..end].to_owned())
        })
        .collect();
    (!found.is_empty()).then_some(found)
}

/// `(?:a part)?b`, `a(?:part b)?` or, where neither fits, both ways written out.
fn optional(
    before: &BTreeSet<String>,
    part: &str,
    behind: &BTreeSet<String>,
    without: &BTreeSet<String>,
) -> String {
    let (a, b, c) = (literals(before), literals(behind), literals(without));
    if b == c {
        format!("(?:{a}{part})?{b}")
    } else if a == c {
        format!("{a}(?:{part}{b})?")
    } else {
        format!("(?:{a}{part}{b}|{c})")
    }
}

fn literals(found: &BTreeSet<String>) -> String {
    let escaped: Vec<String> =
        found.iter().filter(|text| !text.is_empty()).map(|text| escape(text)).collect();
    let maybe = if found.contains("") { "?" } else { "" };
    match escaped.as_slice() {
        [] => String::new(),
        [only] if maybe.is_empty() => only.clone(),
        _ => format!("(?:{}){maybe}", escaped.join("|")),
    }
}

/// Escapes only what means something in a regular expression; `regex::escape` also does so with `-`.
pub fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if r"\.+*?()|[]{}^$".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

fn part(files: &[PathParts<'_>], label: Label, levels: &[String], listed: Listed) -> String {
    let values = values(files, label);
    let list = |from: Listed| (listed >= from).then(|| alternatives(&values));
    let any = || class(files, label, &values);
    match label {
        Label::Repetition => r"(?<repetition>\d+)".to_owned(),
        Label::Source => format!("(?<source>{})", list(Listed::Sources).unwrap_or_else(any)),
        Label::Host => format!("(?<host>{})", list(Listed::SourcesAndHosts).unwrap_or_else(any)),
        Label::Level(index) => {
            let name = levels.get(index).map_or("load", String::as_str);
            format!("(?<{name}>{})", list(Listed::Everything).unwrap_or_else(any))
        }
        Label::Any(_) => any(),
    }
}

fn values<'a>(files: &[PathParts<'a>], label: Label) -> BTreeSet<&'a str> {
    let of = |file: &PathParts<'a>| {
        let part = file.parts.iter().find(|part| part.label == label)?;
        Some(&file.path.text[part.range.clone()])
    };
    files.iter().filter_map(of).collect()
}

/// The values one by one, longer ones first, so that none hides another that begins like it.
fn alternatives(values: &BTreeSet<&str>) -> String {
    let mut sorted: Vec<&str> = values.iter().copied().collect();
    sorted.sort_by_key(|value| std::cmp::Reverse(value.len()));
    sorted.into_iter().map(escape).collect::<Vec<_>>().join("|")
}

/// Text without the separators beside the part; lazy where the values hold such separators themselves.
fn class(files: &[PathParts<'_>], label: Label, values: &BTreeSet<&str>) -> String {
    let mut beside = BTreeSet::new();
    let mut digit_follows = false;
    for file in files {
        let Some(part) = file.parts.iter().find(|part| part.label == label) else { continue };
        let text = &file.path.text;
        beside.extend(text[..part.range.start].chars().next_back());
        let next = text[part.range.end..].chars().next();
        digit_follows |= next.is_some_and(|c| c.is_ascii_digit());
        beside.extend(next);
    }
    beside.remove(&'/');
    let lazy = beside.iter().any(|c| !c.is_alphanumeric() && values.iter().any(|value| value.contains(*c)));
    beside.retain(|c| !c.is_alphanumeric() && !values.iter().any(|value| value.contains(*c)));
    let not: String = beside
        .iter()
        .map(|c| if r"\]^-[&~".contains(*c) { format!(r"\{c}") } else { c.to_string() })
        .collect();
    match (digit_follows, lazy) {
        (true, _) if values.iter().all(|value| !value.contains(|c: char| c.is_ascii_digit())) => {
            format!(r"[^/\d{not}]+")
        }
        (true, _) => format!(r"[^/{not}]*?[^/\d{not}]"),
        (false, true) => format!("[^/{not}]+?"),
        (false, false) => format!("[^/{not}]+"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Paths with their parts in brackets: `[l:memtester][r:3]-[s:dstat]-[h:apfel].csv`.
    fn check(written: &[&str], expected: &str) {
        check_listed(written, Listed::Nothing, expected);
    }

    fn check_listed(written: &[&str], listed: Listed, expected: &str) {
        let read: Vec<(Tokens, Vec<Part>)> = written.iter().map(|text| read(text)).collect();
        let files: Vec<PathParts<'_>> =
            read.iter().map(|(path, parts)| PathParts { path, parts: parts.clone() }).collect();
        let pattern = pattern(&files, &["load".to_owned()], listed).unwrap();
        assert_eq!(pattern, expected);
        let regex = regex::Regex::new(&pattern).unwrap();
        for (path, parts) in &read {
            let captures = regex.captures(&path.text).unwrap_or_else(|| panic!("{}", path.text));
            for part in parts {
                let name = match part.label {
                    Label::Level(_) => "load",
                    Label::Repetition => "repetition",
                    Label::Source => "source",
                    Label::Host => "host",
                    Label::Any(_) => continue,
                };
                assert_eq!(captures.name(name).unwrap().range(), part.range, "{}", path.text);
            }
        }
    }

    fn read(written: &str) -> (Tokens, Vec<Part>) {
        let (mut text, mut parts) = (String::new(), Vec::new());
        for (number, piece) in written.split(['[', ']']).enumerate() {
            match piece.split_once(':').filter(|_| number % 2 == 1) {
                Some((label, value)) => {
                    let label = match label {
                        "l" => Label::Level(0),
                        "r" => Label::Repetition,
                        "s" => Label::Source,
                        "h" => Label::Host,
                        _ => Label::Any(0),
                    };
                    parts.push(Part { label, range: text.len()..text.len() + value.len() });
                    text.push_str(value);
                }
                None => text.push_str(piece),
            }
        }
        (Tokens::new(&text), parts)
    }

    #[test]
    fn parts_at_the_end_are_optional() {
        check(
            &["[r:3]_[l:memtester]_[s:dstat]_[h:apfel].csv", "[r:3]_[l:none]_[s:ping].log"],
            r"^(?<repetition>\d+)_(?<load>[^/_]+)_(?<source>[^/._]+)(?:_(?<host>[^/._]+))?\.[^/.]+$",
        );
    }

    #[test]
    fn parts_at_the_beginning_are_optional() {
        check(
            &["[h:kirsche].[s:xentop].[l:memtester].[r:3].log", "[s:ping].[l:none].[r:12].log"],
            r"^(?:(?<host>[^/.]+)\.)?(?<source>[^/.]+)\.(?<load>[^/.]+)\.(?<repetition>\d+)\.[^/.]+$",
        );
    }

    #[test]
    fn parts_in_the_middle_are_optional() {
        check(
            &["[s:dstat]_[h:kirsche]_r[r:3]_[l:memtester].txt", "[s:ping]_r[r:3]_[l:none].txt"],
            r"^(?<source>[^/_]+)(?:_(?<host>[^/_]+))?_r(?<repetition>\d+)_(?<load>[^/._]+)\.[^/.]+$",
        );
    }

    #[test]
    fn values_with_the_separator_in_them_are_lazy() {
        check(
            &["run[r:03]-[l:cpu-burn]/[s:dstat]-[h:node-7].csv", "run[r:3]-[l:none]/[s:ping]"],
            r"^run(?<repetition>\d+)-(?<load>[^/]+?)/(?<source>[^/\-]+)(?:-(?<host>[^/.]+?))?(?:\.[^/.]+)?$",
        );
    }

    #[test]
    fn values_are_listed_where_a_class_is_ambiguous() {
        let written = ["[l:none]-[s:dstat]-[h:apfel]-[r:3].csv", "[l:none]-[s:migration-time]-[r:3].csv"];
        check_listed(
            &written,
            Listed::Sources,
            r"^(?<load>[^/\-]+)-(?<source>migration-time|dstat)(?:-(?<host>[^/\-]+))?-(?<repetition>\d+)\.[^/.]+$",
        );
    }

    #[test]
    fn letters_end_where_digits_begin() {
        check(
            &["[a:2010-01-26]/[l:memtester][r:3]-[s:ping].log", "[a:2010-01-27]/[l:none][r:12]-[s:ping].log"],
            r"^[^/]+/(?<load>[^/\d]+)(?<repetition>\d+)-(?<source>[^/\-.]+)\.[^/.]+$",
        );
    }

    #[test]
    fn different_orders_have_no_pattern() {
        let read = [read("[r:3]_[l:none]"), read("[l:none]_[r:3]")];
        let files: Vec<PathParts<'_>> =
            read.iter().map(|(path, parts)| PathParts { path, parts: parts.clone() }).collect();
        assert_eq!(pattern(&files, &[], Listed::Nothing), None);
    }
}
