//! Paths → one regular expression that fits them and no other file, and says nothing of runs: that is what names are for.

use std::collections::BTreeSet;

use regex::Regex;

use crate::init::pattern::escape;

/// The plainest expression that fits all `files` and none of the `others`: how their names end, how they begin, their folder, a word
/// that only they have; else their list.
pub fn pattern(files: &[&str], others: &[&str]) -> String {
    let fits = |pattern: &String| {
        Regex::new(pattern).is_ok_and(|regex| {
            files.iter().all(|file| regex.is_match(file)) && !others.iter().any(|other| regex.is_match(other))
        })
    };
    let candidates = same_name(files)
        .into_iter()
        .chain(ends(files))
        .chain(beginnings(files))
        .chain(folders(files))
        .chain(words(files));
    candidates.into_iter().find(fits).unwrap_or_else(|| listed(files))
}

/// The paths one by one.
pub fn listed(files: &[&str]) -> String {
    let paths: Vec<String> = files.iter().map(|file| escape(file)).collect();
    format!("^(?:{})$", paths.join("|"))
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn ending_of(path: &str) -> &str {
    let name = name_of(path);
    name.rfind('.').map_or("", |dot| &name[dot..])
}

/// Whether a word begins at a place of a text.
fn begins(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    let here = text[at..].chars().next();
    here.is_some_and(char::is_alphabetic) && before.is_none_or(|before| !before.is_alphabetic())
}

/// Whether a word is over at a place of a text.
fn is_over(text: &str, at: usize) -> bool {
    text[at..].chars().next().is_none_or(|c| !c.is_alphabetic())
}

/// `/events\.csv$`, where all names are the same. One that lies in no folder has its run in its name.
fn same_name(files: &[&str]) -> Option<String> {
    let name = files.first().map(|file| name_of(file))?;
    let is_same = files.iter().all(|file| name_of(file) == name && file.contains('/'));
    is_same.then(|| format!("/{}$", escape(name)))
}

/// Letters of a word that is no letter of a list: `host-a.csv` is none of `a`.
const WORD: usize = 3;

/// `-events\.csv$`, by what all names end in, the shortest first; it begins where a word does, so that no other ends alike by chance.
fn ends(files: &[&str]) -> Vec<String> {
    let Some(first) = files.first() else { return Vec::new() };
    let dot = first.len() - ending_of(first).len();
    let is_common = |at: usize| {
        files.iter().all(|file| file.ends_with(&first[at..]) && begins(file, file.len() - (first.len() - at)))
    };
    let places = first.char_indices().map(|(at, _)| at).filter(|at| *at < dot && begins(first, *at));
    let mut places: Vec<usize> = places.filter(|at| is_common(*at)).collect();
    places.reverse();
    let (words, letters): (Vec<usize>, Vec<usize>) = places
        .into_iter()
        .partition(|at| first[*at..dot].chars().filter(|c| c.is_alphabetic()).count() >= WORD);
    let anchored = |at: usize| {
        let before = |file: &&str| file[..file.len() - (first.len() - at)].chars().next_back();
        let separator = before(first);
        let begin = match separator {
            _ if files.iter().any(|file| before(file) != separator) => r"(?:^|[^\p{L}])".to_owned(),
            None => "^".to_owned(),
            Some(c) if c.is_alphanumeric() => r"(?:^|[^\p{L}])".to_owned(),
            Some(c) => escape(&c.to_string()),
        };
        format!("{begin}{}$", escape(&first[at..]))
    };
    words.into_iter().chain(letters).map(anchored).collect()
}

/// `^http_`, by what all names begin with, the shortest first; with the ending where they have the same.
fn beginnings(files: &[&str]) -> Vec<String> {
    let names: Vec<&str> = files.iter().map(|file| name_of(file)).collect();
    let Some(first) = names.first() else { return Vec::new() };
    let is_common = |at: usize| names.iter().all(|name| name.starts_with(&first[..at]) && is_over(name, at));
    let begin = if files.iter().all(|file| !file.contains('/')) { "^" } else { "(?:^|/)" };
    let ending = ending_of(first);
    let end = if names.iter().all(|name| ending_of(name) == ending) { escape(ending) } else { String::new() };
    let places = first.char_indices().map(|(at, _)| at).filter(|at| *at > 0 && is_over(first, *at));
    let words = places.filter(|at| first[..*at].ends_with(char::is_alphabetic) && is_common(*at));
    // With what stands behind the word, where that is the same everywhere.
    let with_separator = |at: usize| {
        let next = first[at..].chars().next().filter(|c| !c.is_alphanumeric() && *c != '.');
        next.map(|c| at + c.len_utf8())
            .filter(|at| names.iter().all(|name| name.starts_with(&first[..*at])))
            .unwrap_or(at)
    };
    let texts: Vec<String> = words.map(|at| escape(&first[..with_separator(at)])).collect();
    let plain = texts.iter().map(|text| format!("{begin}{text}"));
    plain.chain(texts.iter().map(|text| format!("{begin}{text}[^/]*{end}$"))).collect()
}

/// `(?:^|/)client/`, by a folder in which all of them are.
fn folders(files: &[&str]) -> Vec<String> {
    let of = |file: &&str| -> BTreeSet<String> {
        let mut parts: Vec<&str> = file.split('/').collect();
        parts.pop();
        parts.into_iter().map(str::to_owned).collect()
    };
    let mut common = files.first().map(of).unwrap_or_default();
    for file in files {
        let of_file = of(file);
        common.retain(|folder| of_file.contains(folder));
    }
    common.into_iter().map(|folder| format!("(?:^|/){}/", escape(&folder))).collect()
}

/// `(?:^|[^\p{L}])http(?:[^\p{L}]|$)`, by a word that all names have.
fn words(files: &[&str]) -> Vec<String> {
    let of = |file: &&str| -> BTreeSet<String> {
        let name = name_of(file);
        let stem = &name[..name.len() - ending_of(name).len()];
        stem.split(|c: char| !c.is_alphabetic())
            .filter(|word| word.chars().count() > 1)
            .map(str::to_owned)
            .collect()
    };
    let mut common = files.first().map(of).unwrap_or_default();
    for file in files {
        let of_file = of(file);
        common.retain(|word| of_file.contains(word));
    }
    common.into_iter().map(|word| format!(r"(?:^|[^\p{{L}}]){word}(?:[^\p{{L}}][^/]*)?$")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plainest_that_fits_no_other() {
        for (files, others, expected) in [
            (&["idle/1/events.csv", "busy/2/events.csv"][..], &["idle/1/probe.csv"][..], r"/events\.csv$"),
            (&["idle1-events.csv", "busy2-events.csv"], &["idle1-http.csv"], r"-events\.csv$"),
            (&["idle/1events.csv", "busy/2-events.csv"], &["x.csv"], r"(?:^|[^\p{L}])events\.csv$"),
            (&["idle/1/host-a.csv", "busy/2/host-a.csv"], &["idle/1/x.csv"], r"/host-a\.csv$"),
            (&["idle1-host-a.csv", "busy2-host-a.csv"], &["idle1-x.csv"], r"-host-a\.csv$"),
            (&["idle1-a.csv", "busy2-a.csv"], &["idle1-data.csv"], r"-a\.csv$"),
            (
                &["idle1-events.csv", "busy2-events.csv"],
                &["idle1-no-events.csv", "x.events.csv"],
                r"^(?:idle1-events\.csv|busy2-events\.csv)$",
            ),
            (&["http_busy_3.csv", "http_idle_1.csv"], &["events_busy_3.csv"], "^http_"),
            (&["a/http-1.csv", "a/http-2.csv"], &["a/events-1.csv"], "(?:^|/)http-"),
            (&["http1.csv", "http2.csv"], &["http1.log"], r"^http[^/]*\.csv$"),
            (&["client/a1.csv", "client/b1.csv"], &["a1.csv"], "(?:^|/)client/"),
            (
                &["busy_http_1.csv", "idle_http_2.csv"],
                &["busy_host_1.csv"],
                r"(?:^|[^\p{L}])http(?:[^\p{L}][^/]*)?$",
            ),
            (&["größe.csv"], &["probe.csv"], r"^größe\.csv$"),
        ] {
            let found = pattern(files, others);
            assert_eq!(found, expected);
            let regex = Regex::new(&found).unwrap();
            assert!(
                files.iter().all(|file| regex.is_match(file))
                    && !others.iter().any(|other| regex.is_match(other))
            );
        }
    }
}
