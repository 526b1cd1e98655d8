//! Which column of a table of requests says whether one worked, and by which values.
//!
//! Headings and values have to agree. A column that says so by its heading and by words or codes that are known comes first; what is
//! only likely (a message, 0 bytes, 0 ms) is used where nothing else says anything, and has to be looked at. Of several that say it the
//! first in which a request failed is used: a status of 200 beside an error is that of a proxy, or a default.

use stillstand_parsers::declared::Success;

use super::group::{Group, has_any};
use super::sheet::is_nothing;

/// Names of columns that say that a request worked, the plainest first.
const WORKED: [&[&str]; 17] = [
    &["ok"],
    &["success"],
    &["successful"],
    &["succeeded"],
    &["status"],
    &["status", "code"],
    &["http", "status"],
    &["http", "code"],
    &["response", "code"],
    &["code"],
    &["http"],
    &["result"],
    &["outcome"],
    &["erfolg"],
    &["erfolgreich"],
    &["ergebnis"],
    &["reachable"],
];
/// The same of names that other tables have as well: only beside a duration, or alone.
const ALIVE: [&str; 13] = [
    "up",
    "alive",
    "available",
    "healthy",
    "health",
    "state",
    "answered",
    "replied",
    "responded",
    "passed",
    "zustand",
    "erreichbar",
    "verfügbar",
];
/// Names of columns that say what went wrong, or that or how often something did.
const WENT_WRONG: [&str; 39] = [
    "error",
    "errors",
    "err",
    "errs",
    "fehler",
    "failed",
    "failure",
    "failures",
    "fail",
    "fails",
    "timeout",
    "timeouts",
    "timedout",
    "exception",
    "exceptions",
    "exit",
    "rc",
    "errno",
    "lost",
    "loss",
    "dropped",
    "drop",
    "drops",
    "missed",
    "refused",
    "unanswered",
    "unreachable",
    "down",
    "aborted",
    "verloren",
    "verlust",
    "fehlgeschlagen",
    "abgebrochen",
    "ausfall",
    "ausgefallen",
    "unerreichbar",
    "failing",
    "broken",
    "dead",
];
/// What such a column says where nothing did.
const NOTHING_WRONG: [&str; 10] =
    ["0", "false", "no", "nein", "n", "ok", "success", "no error", "kein", "keiner"];
/// Names of columns with a text of what came of a request.
const MESSAGES: [&str; 14] = [
    "message",
    "msg",
    "reason",
    "detail",
    "details",
    "meldung",
    "grund",
    "answer",
    "reply",
    "response",
    "antwort",
    "body",
    "output",
    "description",
];
/// Names of columns of what was received.
const AMOUNTS: [&str; 12] = [
    "bytes",
    "size",
    "length",
    "len",
    "received",
    "recv",
    "body",
    "content",
    "größe",
    "länge",
    "downloaded",
    "empfangen",
];
/// Names of codes, of which 0 may be success.
const CODES: [&str; 7] = ["status", "code", "result", "rc", "ret", "ergebnis", "zustand"];
/// Words for yes and no, which are also answers to other questions than whether a request worked.
const YES_OR_NO: [&str; 8] = ["true", "false", "yes", "no", "y", "n", "ja", "nein"];
/// Statuses of a service that is not there, or of a proxy that nobody is behind; curl writes 000 where nothing answered.
const USUAL_FAILURES: [&str; 5] = ["000", "500", "502", "503", "504"];
/// Texts in the place of durations that are those of outcomes.
const FEW: usize = 12;
/// One of so many requests worked at least, or the column is of something else.
const MOST_FAILED: usize = 10;

/// Which values say that a request worked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Those that are known.
    Usual,
    Succeeds(Vec<String>),
    /// All but these and nothing.
    Fails(Vec<String>),
}

impl Rule {
    fn says(&self, cell: &str) -> bool {
        let is_in = |values: &[String]| values.iter().any(|value| value.eq_ignore_ascii_case(cell));
        match self {
            Self::Usual => Success::usually(cell) == Some(true),
            Self::Succeeds(values) => is_in(values),
            Self::Fails(values) => !is_nothing(cell) && !is_in(values) && !is_zero_in(values, cell),
        }
    }
}

/// `0.0` where `0` is listed.
fn is_zero_in(values: &[String], cell: &str) -> bool {
    let is_zero = |text: &str| text.replace(',', ".").parse() == Ok(0.0);
    is_zero(cell) && values.iter().any(|value| is_zero(value))
}

/// Whether a request worked, by a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worked {
    pub column: usize,
    pub rule: Rule,
    pub why: Option<String>,
    /// What a person has to look at.
    pub check: Vec<String>,
    /// Whether heading and values say so, and it is not only likely.
    pub is_sure: bool,
}

/// The column that says whether requests worked; `time` and `duration` are those of when they were and how long they took.
pub fn find(group: &Group, time: usize, duration: Option<usize>) -> Option<Worked> {
    let columns: Vec<usize> =
        group.columns().filter(|column| *column != time && Some(*column) != duration).collect();
    let plain = plain(group, &columns, duration.is_some());
    let known = |column: &usize| by_usual_status(group, *column).or_else(|| by_known(group, *column));
    let mut sure: Vec<Worked> = plain.iter().filter_map(known).collect();
    // A status or a number of errors is also one of other things.
    let Some(duration) = duration else { return sure.into_iter().next() };
    let named = |column: &&usize| has_any(&group.words(**column), &WENT_WRONG);
    sure.extend(columns.iter().filter(named).filter_map(|column| by_nothing_wrong(group, *column)));
    let others = columns.iter().filter(|column| !plain.contains(column) && !named(column));
    sure.extend(others.filter_map(|column| by_words(group, *column)));
    if let Some(best) = best(group, &sure) {
        return Some(best);
    }
    let by_most = plain.iter().find_map(|column| by_most(group, *column));
    let by_most = by_most.map(|worked| Worked { is_sure: true, ..worked });
    let by_duration = || by_text(group, duration).or_else(|| by_zero(group, duration));
    let by_message = || columns.iter().find_map(|column| by_message(group, *column));
    let by_amount = || columns.iter().find_map(|column| by_amount(group, *column));
    by_most.or_else(by_duration).or_else(by_message).or_else(by_amount)
}

/// The columns whose names say that a request worked. `http_ok` and `reply.ok` are like `ok`; an `exit_code` is 0 where a `code` is 200.
fn plain(group: &Group, columns: &[usize], has_duration: bool) -> Vec<usize> {
    let is_alone = columns.iter().filter(|column| group.is_number(**column)).count() <= 1;
    let alive = ALIVE.iter().map(std::slice::from_ref).filter(|_| has_duration || is_alone);
    let names = WORKED.into_iter().chain(alive);
    let mut found: Vec<usize> = Vec::new();
    for known in names {
        let is_it = |words: &[String]| {
            let end = words.len().saturating_sub(known.len());
            words[end..].iter().map(String::as_str).eq(known.iter().copied())
                || *known == [words.concat().as_str()]
        };
        let is_it = |column: &&usize| {
            let words = group.words(**column);
            is_it(&words) && !has_any(&words, &WENT_WRONG)
        };
        found.extend(columns.iter().find(is_it).filter(|column| !found.contains(column)));
    }
    found
}

/// The first in which requests failed, without a question if possible; with what the others say otherwise.
fn best(group: &Group, all: &[Worked]) -> Option<Worked> {
    let fails = |of: &Worked| group.cells(of.column).any(|cell| !of.rule.says(cell));
    let with_failures = || all.iter().filter(|of| fails(of));
    let first = with_failures().find(|of| of.check.is_empty()).or_else(|| with_failures().next());
    let mut best = first.or_else(|| all.iter().find(|of| of.check.is_empty())).or(all.first())?.clone();
    for other in all.iter().filter(|other| other.column != best.column) {
        let both = group.cells(best.column).zip(group.cells(other.column));
        let against = both.filter(|(own, its)| best.rule.says(own) && !other.rule.says(its)).count();
        if against > 0 {
            best.check.push(format!(
                "`{}` says that {against} requests failed which worked by `{}`",
                group.name(other.column),
                group.name(best.column)
            ));
        }
    }
    Some(best)
}

/// Statuses of HTTP among which redirections or refusals are usual, such as 302 of a page that wants a login: whoever sends them is there,
/// and what failed are errors of the server and answers that did not come.
fn by_usual_status(group: &Group, column: usize) -> Option<Worked> {
    let counts = group.counts(column);
    let status = |text: &str| text.parse::<f64>().ok().filter(|status| status.fract() == 0.0);
    let is_one = |text: &&str| {
        is_nothing(text)
            || status(text).is_some_and(|status| status <= 0.0 || (100.0..600.0).contains(&status))
    };
    let is_other = |text: &str| status(text).is_some_and(|status| (300.0..500.0).contains(&status));
    let others: usize = counts.iter().filter(|(text, _)| is_other(text)).map(|(_, count)| count).sum();
    // What stands in the middle alone may be what a proxy says while nobody is behind it.
    let end = (group.rows() / 10).max(1);
    let cells: Vec<&str> = group.cells(column).collect();
    let is_spread = cells.iter().take(end).any(|text| is_other(text))
        && cells.iter().rev().take(end).any(|text| is_other(text));
    let is_usual = 2 * others > group.rows() || (MOST_FAILED * others >= group.rows() && is_spread);
    if !counts.keys().all(is_one) || !is_usual {
        return None;
    }
    let is_failure =
        |text: &str| status(text).is_some_and(|status| status <= 0.0 || (500.0..600.0).contains(&status));
    let mut fails: Vec<String> = USUAL_FAILURES.iter().map(|text| (*text).to_owned()).collect();
    fails.extend(counts.keys().filter(|text| is_failure(text)).map(|text| (*text).to_owned()));
    fails.sort();
    fails.dedup();
    let name = group.name(column);
    Some(Worked {
        column,
        rule: Rule::Fails(fails),
        why: Some(format!(
            "guessed: {others} of {} rows have a status from 300 to 499, so that it is a usual answer; errors of the server failed.",
            group.rows()
        )),
        check: vec![format!(
            "`{name}`: statuses from 300 to 499 are taken for answers, those from 500 on and 000 for failures"
        )],
        is_sure: true,
    })
}

/// Words that are known; those that are not are failures.
fn by_known(group: &Group, column: usize) -> Option<Worked> {
    let counts = group.counts(column);
    let says = |text: &str| Success::usually(text);
    let some_worked = counts.keys().any(|text| says(text) == Some(true));
    let is_unknown = |text: &str| says(text).is_none();
    // Numbers that happen to be 1 or 200 are none.
    let is_count = group.is_number(column) && group.values(column).any(is_unknown);
    if !some_worked || is_count {
        return None;
    }
    if let Some(worked) = by_code(group, column) {
        return Some(worked);
    }
    let unknown: Vec<String> = counts
        .iter()
        .filter(|(text, _)| is_unknown(text))
        .map(|(text, n)| format!("`{text}` ({n})"))
        .collect();
    let name = group.name(column);
    let check = (!unknown.is_empty()).then(|| {
        let listed: Vec<&str> = unknown.iter().take(5).map(String::as_str).collect();
        format!(
            "`{name}`: {} and the like count as failed; succeeds would list what worked",
            listed.join(", ")
        )
    });
    let check = check.into_iter().collect();
    Some(Worked { column, rule: Rule::Usual, why: None, check, is_sure: true })
}

/// A code of 0 and 1 of which nearly all are 0: that of programs, for which 0 is success.
fn by_code(group: &Group, column: usize) -> Option<Worked> {
    let counts = group.counts(column);
    let is_code =
        has_any(&group.words(column), &CODES) && counts.keys().all(|text| matches!(*text, "0" | "1"));
    let zeros = counts.get("0").copied().unwrap_or_default();
    let name = group.name(column);
    (is_code && 2 * zeros > group.rows()).then(|| {
        likely(
            column,
            Rule::Succeeds(vec!["0".to_owned()]),
            format!("guessed: most rows, {zeros} of {}, have 0, as programs say success.", group.rows()),
            format!("`{name}`: `0` is taken for what says that a request worked, and `1` for a failure"),
        )
    })
}

/// A column that is empty, 0 or false where a request worked.
fn by_nothing_wrong(group: &Group, column: usize) -> Option<Worked> {
    let counts = group.counts(column);
    // What only rises counts all that went wrong so far, and what is no whole number is an amount: `down_mbps`.
    let numbers = flat(group, column).unwrap_or_default();
    if counts.len() > 2 && group.rises(column) || numbers.iter().any(|number| number.fract() != 0.0) {
        return None;
    }
    let is_it =
        |text: &&str| is_nothing(text) || NOTHING_WRONG.iter().any(|known| text.eq_ignore_ascii_case(known));
    let worked: Vec<String> =
        counts.keys().filter(|text| is_it(text)).map(|text| (*text).to_owned()).collect();
    let rows: usize = worked.iter().filter_map(|text| counts.get(text.as_str())).sum();
    if MOST_FAILED * rows < group.rows() {
        return None;
    }
    let why = format!(
        "guessed: `{}` says what went wrong, so that these values are those of requests that worked.",
        group.name(column)
    );
    (!worked.is_empty()).then_some(Worked {
        column,
        rule: Rule::Succeeds(worked),
        why: Some(why),
        check: Vec::new(),
        is_sure: true,
    })
}

/// A column of any name with nothing but words that are known for what comes of requests.
fn by_words(group: &Group, column: usize) -> Option<Worked> {
    let counts = group.counts(column);
    let is_word = |text: &&str| {
        let is_other = YES_OR_NO.iter().any(|word| word.eq_ignore_ascii_case(text));
        !is_other && text.parse::<f64>().is_err() && Success::usually(text).is_some()
    };
    let some_worked = counts.keys().any(|text| Success::usually(text) == Some(true));
    let why = format!("guessed: `{}` has words for what comes of a request.", group.name(column));
    (some_worked && counts.keys().all(is_word)).then_some(Worked {
        column,
        rule: Rule::Usual,
        why: Some(why),
        check: Vec::new(),
        is_sure: true,
    })
}

/// A guess that a person has to look at.
fn likely(column: usize, rule: Rule, why: String, check: String) -> Worked {
    Worked { column, rule, why: Some(why), check: vec![check], is_sure: false }
}

/// A text that most rows have: more requests work than fail.
fn by_most(group: &Group, column: usize) -> Option<Worked> {
    let counts = group.counts(column);
    let (text, most) =
        counts.iter().filter(|(text, _)| !is_nothing(text)).max_by_key(|(_, count)| **count)?;
    if group.is_number(column) || 2 * most <= group.rows() {
        return None;
    }
    let name = group.name(column);
    Some(likely(
        column,
        Rule::Succeeds(vec![(*text).to_owned()]),
        format!("guessed: the text of most rows, {most} of {}.", group.rows()),
        format!("`{name}`: `{text}` is taken for what says that a request worked"),
    ))
}

/// A message that stands in few rows says what went wrong, one that stands in most is that of an answer.
fn by_message(group: &Group, column: usize) -> Option<Worked> {
    let counts = group.counts(column);
    if !has_any(&group.words(column), &MESSAGES) || group.is_number(column) || counts.len() < 2 {
        return None;
    }
    let nothing: Vec<String> =
        counts.keys().filter(|text| is_nothing(text)).map(|text| (*text).to_owned()).collect();
    let empty: usize = nothing.iter().filter_map(|text| counts.get(text.as_str())).sum();
    if 2 * empty <= group.rows() {
        return by_most(group, column);
    }
    let name = group.name(column);
    Some(likely(
        column,
        Rule::Succeeds(nothing),
        format!("guessed: `{name}` is empty in {empty} of {} rows.", group.rows()),
        format!("`{name}`: a request with a text in it is taken for one that failed"),
    ))
}

/// Nothing was received of some requests, and something of most.
fn by_amount(group: &Group, column: usize) -> Option<Worked> {
    let words = group.words(column);
    if !has_any(&words, &AMOUNTS) || has_any(&words, &["sent", "request", "gesendet"]) {
        return None;
    }
    let numbers = flat(group, column)?;
    let zeros = numbers.iter().filter(|number| **number == 0.0).count();
    if zeros == 0 || 2 * zeros >= numbers.len() || numbers.iter().any(|number| *number < 0.0) {
        return None;
    }
    let name = group.name(column);
    Some(likely(
        column,
        Rule::Fails(vec!["0".to_owned()]),
        format!("guessed: `{name}` is 0 in {zeros} of {} rows.", group.rows()),
        format!("`{name}`: a request of which it is 0 is taken for one that failed"),
    ))
}

/// A text in the place of how long a request took.
fn by_text(group: &Group, duration: usize) -> Option<Worked> {
    let texts = group.texts_among_numbers(duration, FEW)?;
    let name = group.name(duration);
    let listed: Vec<String> = texts.iter().map(|text| format!("`{text}`")).collect();
    let why = format!("guessed: {} stands in `{name}` where others have a time.", listed.join(", "));
    let check = format!("`{name}`: a request with {} in it is taken for one that failed", listed.join(", "));
    (!texts.is_empty()).then(|| likely(duration, Rule::Fails(texts), why, check))
}

/// Requests that took no time at all, far below all others: that is how some clients write what nobody answered.
fn by_zero(group: &Group, duration: usize) -> Option<Worked> {
    let mut numbers = flat(group, duration)?;
    let all = numbers.len();
    numbers.retain(|number| *number != 0.0);
    numbers.sort_by(f64::total_cmp);
    let zeros = all - numbers.len();
    let (least, median) = (*numbers.first()?, *numbers.get(numbers.len() / 2)?);
    let is_apart = least >= 5.0 * step(group, duration) && least >= median / 10.0;
    let name = group.name(duration);
    (zeros > 0 && 2 * zeros < all && is_apart).then(|| {
        likely(
            duration,
            Rule::Fails(vec!["0".to_owned()]),
            format!(
                "guessed: `{name}` is 0 in {zeros} of {} rows and at least {least} in all others.",
                group.rows()
            ),
            format!("`{name}`: a request that took 0 is taken for one that failed"),
        )
    })
}

fn flat(group: &Group, column: usize) -> Option<Vec<f64>> {
    Some(group.numbers(column)?.into_iter().flatten().collect())
}

/// The last decimal place in which numbers are written.
fn step(group: &Group, column: usize) -> f64 {
    let decimals =
        |text: &str| text.rsplit_once(['.', ',']).map_or(0, |(_, digits)| digits.trim_end_matches('%').len());
    let most = group.values(column).map(decimals).max().unwrap_or_default();
    10_f64.powi(-i32::try_from(most).unwrap_or(i32::MAX))
}
