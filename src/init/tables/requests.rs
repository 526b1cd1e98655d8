//! A table with a row for each request: which column says whether it worked, and how long it took.

use stillstand_parsers::declared::{Success, TimeUnit};

use super::declaration::{Declaration, Kind};
use super::group::{Group, Time, has_any};
use super::rhythm::{Request, Rhythm, Slow, rhythm};
use super::sheet::is_nothing;
use crate::init::evidence::count;
use crate::init::strings::literal;

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
/// Names of columns that say what went wrong.
const WENT_WRONG: [&str; 10] =
    ["error", "err", "fehler", "failed", "failure", "timeout", "exception", "exit", "rc", "errno"];
/// What such a column says where nothing did.
const NOTHING_WRONG: [&str; 6] = ["0", "false", "no", "nein", "n", "ok"];

const UNITS: [(&str, TimeUnit, f64); 4] = [
    ("s", TimeUnit::Seconds, 1.0),
    ("ms", TimeUnit::Milli, 1e3),
    ("us", TimeUnit::Micro, 1e6),
    ("ns", TimeUnit::Nano, 1e9),
];

/// Whether a request worked, by a column.
struct Worked {
    column: usize,
    /// The values that say so, where they are not the usual ones.
    values: Option<Vec<String>>,
    why: Option<String>,
    /// What a person has to look at.
    check: Option<String>,
}

/// How long a request took, by a column.
struct Took {
    column: usize,
    unit: Unit,
}

/// In which unit.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Unit {
    /// As the end of the column's name says in the way that the program knows.
    ByName(f64),
    /// Declared.
    Declared(&'static str, f64, Option<Slow>),
    Unknown,
}

/// The declaration of a table of requests; `None` of another.
pub fn declare(group: &Group) -> Option<Declaration> {
    let time = group.time()?;
    let duration = group.duration();
    let worked = worked(group, duration.is_some());
    let numbers = group
        .columns()
        .filter(|column| Some(*column) != duration && *column != time.column && group.is_number(*column));
    if duration.is_none() && worked.is_none() || worked.is_none() && numbers.count() > 2 {
        return None;
    }
    let took = duration.map(|column| Took { column, unit: unit(group, &time, column) });
    let mut lines = Declaration::new(Kind::Probes, "a row for each request of a client");
    lines.time(group, &time);
    match &took {
        None => loop_of(&mut lines, group, &time, None),
        Some(Took { column, unit: Unit::ByName(per_second) }) => {
            lines.key("duration", &literal(group.name(*column)));
            loop_of(&mut lines, group, &time, Some((*column, *per_second)));
        }
        Some(Took { column, unit: Unit::Declared(unit, per_second, slow) }) => {
            lines.key("duration", &literal(group.name(*column)));
            if let Some(Slow { took_s, next_s }) = slow {
                lines.said(&format!(
                    "guessed: in {unit} the slowest request took {took_s:.3} s, and the next one came {next_s:.3} s after it was sent."
                ));
            }
            lines.key("duration_unit", &format!("\"{unit}\""));
            loop_of(&mut lines, group, &time, Some((*column, *per_second)));
        }
        Some(Took { column, unit: Unit::Unknown }) => {
            unknown_unit(&mut lines, group, &time, *column, worked.is_some())
        }
    }
    if let Some(Worked { column, values, why, check }) = worked {
        if let Some(why) = why {
            lines.said(&why);
        }
        lines.key("success", &literal(group.name(column)));
        if let Some(values) = values {
            let values: Vec<String> = values.iter().map(|value| literal(value)).collect();
            lines.key("succeeds", &format!("[{}]", values.join(", ")));
        }
        lines.check.extend(check);
    }
    targets(&mut lines, group);
    Some(lines)
}

/// The unit of a duration is filled in by whoever knows it. Until then it is not used, or, where nothing else says which requests
/// worked, the table is not.
fn unknown_unit(lines: &mut Declaration, group: &Group, time: &Time, column: usize, has_success: bool) {
    let name = group.name(column);
    let mut values: Vec<f64> = group.numbers(column).unwrap_or_default().into_iter().flatten().collect();
    values.sort_by(f64::total_cmp);
    let median = values.get(values.len() / 2).copied().unwrap_or_default();
    let (least, most) =
        (values.first().copied().unwrap_or_default(), values.last().copied().unwrap_or_default());
    let likely = if median < 0.5 { "s" } else { "ms" };
    let instead = if has_success {
        "Until it is filled in durations are not used"
    } else {
        "Until it is filled in the table is not used"
    };
    lines.said(&format!(
        "The unit of `{name}` stands nowhere, and its values ({least} to {most}) may be in several. {instead}; \"{likely}\" is likely:"
    ));
    lines.check.push(format!("the unit of `{name}`: fill in duration_unit, \"s\" or \"ms\""));
    let open = rhythm(&requests(group, time, column), 1.0);
    let open = matches!(open, Some(Rhythm::Open(_))) && likely == "s";
    let mut line = |key: &str, value: &str| {
        if has_success { lines.off(key, value) } else { lines.key(key, value) }
    };
    line("duration", &literal(name));
    line("duration_unit", &format!("\"{likely}\""));
    if open {
        line("loop", "\"open\"");
        lines.said("(In seconds, slow requests did not delay the next one: an open loop.)");
    }
    lines.is_open |= !has_success;
}

fn loop_of(lines: &mut Declaration, group: &Group, time: &Time, took: Option<(usize, f64)>) {
    let shown = took.and_then(|(column, per_second)| rhythm(&requests(group, time, column), per_second));
    let is_end = group.is_end(time.column);
    match shown {
        Some(Rhythm::Closed { by_ends, slow: Slow { took_s, next_s } }) => {
            let stamped = if by_ends {
                "was stamped so long after the one before".to_owned()
            } else {
                format!("and the next one came {next_s:.3} s after it was sent")
            };
            lines.said(&format!(
                "guessed: a request took {took_s:.3} s, {stamped}: each waits for the one before."
            ));
            lines.key("loop", "\"closed\"");
            if by_ends || is_end {
                lines.key("time_is", if by_ends { "\"end\"" } else { "\"start\"" });
            }
        }
        Some(Rhythm::Open(Slow { took_s, next_s })) => {
            lines.said(&format!(
                "guessed: a request took {took_s:.3} s, and the next one came {next_s:.3} s after it: none waits for the one before."
            ));
            lines.key("loop", "\"open\"");
            if is_end {
                lines.key("time_is", "\"end\"");
            }
        }
        None => {
            lines.said(
                "Not shown by the rows: whether a request waits for the answer to the one before (\"closed\", the default) or not.",
            );
            lines.off("loop", "\"open\"");
            lines.check.push(
                "loop: no slow request shows whether the next one waits for it; closed by default".to_owned(),
            );
            if is_end {
                lines.key("time_is", "\"end\"");
            }
        }
    }
}

fn requests(group: &Group, time: &Time, column: usize) -> Vec<Vec<Request>> {
    let of_sheet = |(times, sheet): (Vec<Option<f64>>, &super::sheet::Sheet)| {
        let rows = times.into_iter().zip(&sheet.rows);
        rows.filter_map(|(at_s, row)| {
            let took = row.get(column).filter(|cell| !is_nothing(cell)).and_then(|cell| sheet.number(cell));
            Some(Request { at_s: at_s?, took })
        })
        .collect()
    };
    group.times(time).into_iter().zip(&group.sheets).map(of_sheet).collect()
}

/// The unit of a duration by the name of its column, else the only one in which the rows are those of a client that waits.
fn unit(group: &Group, time: &Time, column: usize) -> Unit {
    let per_second = |unit: TimeUnit| UNITS.into_iter().find(|(_, known, _)| *known == unit);
    if let Some((.., per_second)) = TimeUnit::of_column(group.name(column)).and_then(per_second) {
        return Unit::ByName(per_second);
    }
    let by_word = group.words(column).last().and_then(|word| TimeUnit::named(word)).and_then(per_second);
    if let Some((unit, _, per_second)) = by_word {
        return Unit::Declared(unit, per_second, None);
    }
    let requests = requests(group, time, column);
    let mut fitting =
        UNITS.into_iter().filter_map(|(unit, _, per_second)| match rhythm(&requests, per_second) {
            Some(Rhythm::Closed { slow, .. }) => Some(Unit::Declared(unit, per_second, Some(slow))),
            Some(Rhythm::Open(_)) | None => None,
        });
    match (fitting.next(), fitting.next()) {
        (Some(unit), None) => unit,
        _ => Unit::Unknown,
    }
}

fn worked(group: &Group, has_duration: bool) -> Option<Worked> {
    // `http_ok` and `reply.ok` are like `ok`; an `exit_code` is 0 where a `code` is 200.
    let plain = WORKED.iter().filter_map(|known| {
        let is_it = |words: &[String]| {
            let end = words.len().saturating_sub(known.len());
            words[end..].iter().map(String::as_str).eq(known.iter().copied())
                || *known == [words.concat().as_str()]
        };
        group.columns().find(|column| {
            let words = group.words(*column);
            is_it(&words) && !has_any(&words, &WENT_WRONG)
        })
    });
    let plain: Vec<usize> = plain.collect();
    let known = plain.iter().find_map(|column| by_known(group, *column));
    let by_errors = || {
        let named = |column: &usize| has_any(&group.words(*column), &WENT_WRONG);
        group.columns().filter(named).find_map(|column| by_nothing_wrong(group, column))
    };
    let by_most = || plain.iter().find_map(|column| by_most(group, *column));
    // A status or a number of errors is also one of other things.
    known.or_else(|| has_duration.then(by_errors)?).or_else(|| has_duration.then(by_most)?)
}

/// Words that are known; those that are not are failures.
fn by_known(group: &Group, column: usize) -> Option<Worked> {
    let counts = group.counts(column);
    let says = |text: &str| Success::usually(text);
    let (all, known) = counts.iter().fold((0, 0), |(all, known), (text, count)| {
        (all + count, known + if says(text).is_some() { *count } else { 0 })
    });
    let some_worked = counts.keys().any(|text| says(text) == Some(true));
    // Numbers that happen to be 1 or 200 are none.
    let is_count = group.is_number(column) && known < all;
    if !some_worked || is_count {
        return None;
    }
    let unknown: Vec<String> = counts
        .iter()
        .filter(|(text, _)| says(text).is_none())
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
    Some(Worked { column, values: None, why: None, check })
}

/// A column that is empty, 0 or false where a request worked.
fn by_nothing_wrong(group: &Group, column: usize) -> Option<Worked> {
    let counts = group.counts(column);
    let is_it =
        |text: &&str| is_nothing(text) || NOTHING_WRONG.iter().any(|known| text.eq_ignore_ascii_case(known));
    let worked: Vec<String> =
        counts.keys().filter(|text| is_it(text)).map(|text| (*text).to_owned()).collect();
    let name = group.name(column);
    let why = format!(
        "guessed: `{name}` says what went wrong, so that these values are those of requests that worked."
    );
    (!worked.is_empty()).then_some(Worked { column, values: Some(worked), why: Some(why), check: None })
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
    Some(Worked {
        column,
        values: Some(vec![(*text).to_owned()]),
        why: Some(format!("guessed: the text of most rows, {most} of {}.", group.rows())),
        check: Some(format!("`{name}`: `{text}` is taken for what says that a request worked")),
    })
}

/// Whoever asks several says which: an outage of one is none of the others.
fn targets(lines: &mut Declaration, group: &Group) {
    const WORDS: [&str; 7] = ["host", "url", "target", "server", "endpoint", "node", "ziel"];
    for column in group.columns().filter(|column| has_any(&group.words(*column), &WORDS)) {
        let counts = group.counts(column);
        if let (2..=20, Some((first, _))) = (counts.len(), counts.iter().find(|(text, _)| !is_nothing(text)))
        {
            let name = group.name(column);
            lines.said(&format!(
                "All of {} in `{name}` count together. Only one of them:",
                count(counts.len(), "value")
            ));
            lines.off("where", &format!("{{ {} = {} }}", crate::init::strings::key(name), literal(first)));
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::group::group;
    use super::*;

    /// The keys that are declared, and those that are not yet.
    fn declared(text: &str) -> Option<(String, String)> {
        let declaration = declare(&group(&[text]))?;
        let all = declaration.text("x");
        crate::input::config::Config::parse(&all).unwrap_or_else(|error| panic!("{all}: {error:#}"));
        let off = declaration.lines.iter().filter_map(|line| match line {
            super::super::Line::Off(key) => Some(format!("{key}\n")),
            super::super::Line::Said(_) | super::super::Line::Key(_) => None,
        });
        let keys = all.lines().skip(2).map(|line| format!("{line}\n"));
        Some((keys.collect(), off.collect()))
    }

    fn check(text: &str, keys: &str, off: &str) {
        assert_eq!(declared(text), Some((keys.to_owned(), off.to_owned())), "{text}");
    }

    #[test]
    fn the_columns_of_requests() {
        check(
            "t,ok,rtt_us\n1700000000.1,1,900\n1700000000.2,0,\n1700000000.3,1,901\n",
            "time = 't'\nduration = 'rtt_us'\nsuccess = 'ok'\n",
            "loop = \"open\"\n",
        );
        check(
            "epoch_ms,responseTimeMs,responseCode\n1700000000100,12,200\n1700000000200,13,000\n1700000000300,14,502\n",
            "time = 'epoch_ms'\nduration = 'responseTimeMs'\nduration_unit = \"ms\"\nsuccess = 'responseCode'\n",
            "loop = \"open\"\n",
        );
        check(
            "ts,latency_ms,exit_code,http.ok\n1700000000,12,0,true\n1700000001,13,28,false\n",
            "time = 'ts'\nduration = 'latency_ms'\nsuccess = 'http.ok'\n",
            "loop = \"open\"\n",
        );
        check(
            "ts,latency_ms,exit_code\n1700000000,12,0\n1700000001,13,28\n",
            "time = 'ts'\nduration = 'latency_ms'\nsuccess = 'exit_code'\nsucceeds = ['0']\n",
            "loop = \"open\"\n",
        );
        check(
            "ts,latency_ms,error\n1700000000,12,\n1700000001,13,timeout\n1700000002,14,null\n",
            "time = 'ts'\nduration = 'latency_ms'\nsuccess = 'error'\nsucceeds = ['', 'null']\n",
            "loop = \"open\"\n",
        );
        check(
            "ts,latency_ms,failed\n1700000000,12,false\n1700000001,13,true\n",
            "time = 'ts'\nduration = 'latency_ms'\nsuccess = 'failed'\nsucceeds = ['false']\n",
            "loop = \"open\"\n",
        );
        check(
            "ts;latenz_ms;Status\n1700000000;12,5;gut\n1700000001;1;schlecht\n1700000002;1;gut\n",
            "time = 'ts'\nduration = 'latenz_ms'\nsuccess = 'Status'\nsucceeds = ['gut']\n",
            "loop = \"open\"\n",
        );
    }

    #[test]
    fn a_unit_that_nothing_shows_is_left_open() {
        check(
            "t,latency,status\n1700000000.0,0.0101,ok\n1700000000.2,1.0,timeout\n1700000000.4,1.0,timeout\n1700000000.6,0.01,ok\n\
             1700000000.8,0.0102,ok\n1700000001.0,0.0099,ok\n",
            "time = 't'\nsuccess = 'status'\n",
            "duration = 'latency'\nduration_unit = \"s\"\nloop = \"open\"\n",
        );
        let declaration = declare(&group(&["t,latency\n1700000000.0,10\n1700000000.2,11\n"])).unwrap();
        assert!(declaration.is_open, "{declaration:?}");
        // A client that waits shows it.
        check(
            "t,latency\n1700000000.0,10\n1700000000.1,10\n1700000000.2,2000\n1700000002.29,10\n1700000002.39,11\n",
            "time = 't'\nduration = 'latency'\nduration_unit = \"ms\"\nloop = \"closed\"\n",
            "",
        );
    }

    #[test]
    fn what_is_none_of_requests() {
        for text in [
            "t,avg_latency_ms,p99_latency_ms,ops\n1700000000,1,2,3\n1700000001,1,2,3\n",
            "t,status,remaining_mb\n1700000000,active,5\n1700000001,completed,0\n",
            "t,ok,failed\n1700000000,37,0\n1700000001,42,1\n",
            "t,errors\n1700000000,0\n1700000001,0\n",
            "name,latency_ms\na,1\nb,2\n",
        ] {
            assert_eq!(declared(text), None, "{text}");
        }
    }
}
