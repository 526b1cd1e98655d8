//! A table with a row for each request: which column says whether it worked, and how long it took.

use stillstand_parsers::declared::TimeUnit;

use super::declaration::{Declaration, Kind};
use super::group::{Group, Time, has_any};
use super::rhythm::{Request, Rhythm, Slow, rhythm};
use super::sheet::is_nothing;
use super::success::{self, Rule, Worked};
use crate::init::evidence::count;
use crate::init::strings::literal;

const UNITS: [(&str, TimeUnit, f64); 4] = [
    ("s", TimeUnit::Seconds, 1.0),
    ("ms", TimeUnit::Milli, 1e3),
    ("us", TimeUnit::Micro, 1e6),
    ("ns", TimeUnit::Nano, 1e9),
];

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
    let (duration, worked) = duration_and_success(group, &time);
    let is_sure = worked.as_ref().is_some_and(|worked| worked.is_sure);
    let numbers = group
        .columns()
        .filter(|column| Some(*column) != duration && *column != time.column && group.is_number(*column));
    if duration.is_none() && worked.is_none() || !is_sure && numbers.count() > 2 {
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
    match worked {
        Some(worked) => success_of(&mut lines, group, worked),
        None => without_success(&mut lines, group, &time, duration),
    }
    targets(&mut lines, group);
    Some(lines)
}

/// A column that is called as a unit, as `ms` is, is a duration only where another one says whether requests worked.
fn duration_and_success(group: &Group, time: &Time) -> (Option<usize>, Option<Worked>) {
    if let Some(column) = group.duration() {
        return (Some(column), success::find(group, time.column, Some(column)));
    }
    let by_unit = group.called_as_unit().filter(|column| *column != time.column);
    let with_unit = by_unit.and_then(|column| {
        let worked = success::find(group, time.column, Some(column)).filter(|worked| worked.is_sure)?;
        Some((Some(column), Some(worked)))
    });
    with_unit.unwrap_or_else(|| (None, success::find(group, time.column, None)))
}

fn success_of(lines: &mut Declaration, group: &Group, worked: Worked) {
    let Worked { column, rule, why, check, .. } = worked;
    if let Some(why) = why {
        lines.said(&why);
    }
    lines.key("success", &literal(group.name(column)));
    let listed = |values: Vec<String>| {
        let values: Vec<String> = values.iter().map(|value| literal(value)).collect();
        format!("[{}]", values.join(", "))
    };
    match rule {
        Rule::Usual => {}
        Rule::Succeeds(values) => lines.key("succeeds", &listed(values)),
        Rule::Fails(values) => lines.key("fails", &listed(values)),
    }
    lines.check.extend(check);
}

/// That nothing says which requests failed, with the columns that might.
fn without_success(lines: &mut Declaration, group: &Group, time: &Time, duration: Option<usize>) {
    const LISTED: usize = 6;
    let is_other = |column: &usize| *column != time.column && Some(*column) != duration;
    let mut names: Vec<String> =
        group.columns().filter(is_other).map(|column| format!("`{}`", group.name(column))).collect();
    let more = if names.len() > LISTED { ", …" } else { "" };
    names.truncate(LISTED);
    // −1 is how nothing is written, too.
    let empty = duration.map_or(0, |column| {
        let unanswered = group.readable(column).into_iter().filter(|number| *number == -1.0).count();
        group.cells(column).filter(|cell| is_nothing(cell)).count() + unanswered
    });
    let answers = match empty {
        0 => "every row counts as an answer".to_owned(),
        empty => format!(
            "every row with a duration counts as an answer, and those without, or with -1 ({empty} of {}), as failed",
            group.rows()
        ),
    };
    let zeros = duration
        .map_or(0, |column| group.readable(column).into_iter().filter(|number| *number == 0.0).count());
    let zeros = if zeros > 0 { format!(", also the {zeros} that took 0") } else { String::new() };
    let unused = match names.as_slice() {
        [] => "There is no other column".to_owned(),
        names => format!("Not used: {}{more}", names.join(", ")),
    };
    let rest = format!(
        "column is known to say whether a request worked: {answers}{zeros}. {unused}. If one tells failures, declare it as `success`; \
         else an outage shows only where requests took long or none were sent"
    );
    lines.said(&format!("No {rest}."));
    lines.check.push(format!("no {rest}"));
}

/// The unit of a duration is filled in by whoever knows it. Until then it is not used, or, where nothing else says which requests
/// worked, the table is not.
fn unknown_unit(lines: &mut Declaration, group: &Group, time: &Time, column: usize, has_success: bool) {
    let name = group.name(column);
    let mut values = group.readable(column);
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

    /// What is declared of the success of requests that took 11 ms and on to 20, of which the last two failed.
    fn success(heading: &str, row: impl Fn(u32, bool) -> String) -> String {
        let rows = (0..10).map(|n| format!("17000000{:02},{},{}\n", 2 * n, 11 + n, row(n, n < 8)));
        let table = format!("ts,latency_ms,{heading}\n{}", rows.collect::<String>());
        let keys = declared(&table).unwrap_or_else(|| panic!("{table}")).0;
        keys.lines()
            .filter(|key| key.starts_with("succ") || key.starts_with("fails"))
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn each_way_to_write_a_failure_is_known() {
        let by = |heading: &str, worked: &str, failed: &str| {
            success(heading, |_, is_ok| if is_ok { worked } else { failed }.to_owned())
        };
        for name in ["errors", "failures", "lost", "timeouts", "err", "dropped", "down"] {
            assert_eq!(by(name, "0", "1"), format!("success = '{name}' succeeds = ['0']"));
        }
        for (name, worked, failed) in [("up", "1", "0"), ("alive", "True", "False"), ("state", "UP", "DOWN")]
        {
            assert_eq!(by(name, worked, failed), format!("success = '{name}'"));
        }
        assert_eq!(by("x", "reply", "timeout"), "success = 'x'");
        assert_eq!(by("message", "", "connection refused"), "success = 'message' succeeds = ['']");
        assert_eq!(by("message", "Hello", "connection refused"), "success = 'message' succeeds = ['Hello']");
        assert_eq!(by("bytes", "512", "0"), "success = 'bytes' fails = ['0']");
        // Of two the one that knows of failures.
        assert_eq!(by("status,error", "200,", "200,timeout"), "success = 'error' succeeds = ['']");
        assert_eq!(by("http,err", "200,", ",ConnectTimeout"), "success = 'err' succeeds = ['']");
        assert_eq!(by("ok,errors", "1,0", "0,1"), "success = 'ok'");
        // What is counted since the start says of no request that it failed.
        assert_eq!(success("errors", |n, is_ok| if is_ok { 0 } else { n }.to_string()), "");
        for (name, worked, failed) in
            [("cached", "1", "0"), ("reused", "true", "false"), ("attempts", "1", "2")]
        {
            assert_eq!(by(name, worked, failed), "", "{name}");
        }
    }

    #[test]
    fn a_failure_in_the_place_of_the_duration() {
        let by = |failed: &str| {
            let row = |n: u32| if n < 8 { format!("{}.4", 11 + n) } else { failed.to_owned() };
            let rows: String = (0..10).map(|n| format!("17000000{:02},{}\n", 2 * n, row(n))).collect();
            declared(&format!("ts,latency_ms\n{rows}")).unwrap().0
        };
        let declared = |fails: &str| {
            format!("time = 'ts'\nduration = 'latency_ms'\nsuccess = 'latency_ms'\nfails = ['{fails}']\n")
        };
        assert_eq!((by("0.0"), by("0")), (declared("0"), declared("0")));
        assert_eq!(by("timeout"), declared("timeout"));
        // -1 and nothing are known, and 0 beside others that are as short is a short time.
        for failed in ["-1", ""] {
            assert!(!by(failed).contains("success"), "{failed}");
        }
        let rows: String = (0..10).map(|n| format!("17000000{n:02},{}\n", n % 3)).collect();
        let declaration = declare(&group(&[&format!("ts,latency_ms\n{rows}")])).unwrap();
        assert!(
            declaration.check.iter().any(|check| check.contains("also the 4 that took 0")),
            "{declaration:?}"
        );
    }

    #[test]
    fn without_a_column_of_success_it_is_told_what_counts() {
        let table = "ts,latency_ms,size,attempts\n1700000000,12,5,1\n1700000001,13,5,2\n1700000002,,5,2\n";
        let declaration = declare(&group(&[table])).unwrap();
        let told = "no column is known to say whether a request worked: every row with a duration counts as an answer, and those without, or \
                    with -1 (1 of 3), as failed. Not used: `size`, `attempts`";
        assert!(declaration.check.iter().any(|check| check.starts_with(told)), "{declaration:?}");
        let is_said = |line: &super::super::Line| matches!(line, super::super::Line::Said(text) if text.starts_with("No column is known to say"));
        assert!(declaration.lines.iter().any(is_said), "{declaration:?}");
    }

    #[test]
    fn a_unit_is_a_duration_beside_a_success() {
        check(
            "time,ms,failed\n1700000000,12,0\n1700000001,13,1\n1700000002,11,0\n",
            "time = 'time'\nduration = 'ms'\nduration_unit = \"ms\"\nsuccess = 'failed'\nsucceeds = ['0']\n",
            "loop = \"open\"\n",
        );
        assert_eq!(declared("time,ms\n1700000000,12\n1700000001,13\n1700000002,11\n"), None);
        // Milliseconds and a number: `rt` is the time of a response.
        check(
            "ts,n,rt,http,err\n1700000000100,0,0.0113,200,\n1700000000200,1,0.0185,200,\n1700000000300,2,1.0,,ConnectTimeout\n",
            "time = 'ts'\nsuccess = 'err'\nsucceeds = ['']\n",
            "duration = 'rt'\nduration_unit = \"s\"\n",
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

    #[test]
    fn a_status_that_is_usual_is_an_answer() {
        let by = |usual: &str, rare: &str| {
            let row = |n: u32| {
                format!("{},{},5\n", 1_700_000_000 + n, if (30..35).contains(&n) { rare } else { usual })
            };
            let rows: String = (0..60).map(row).collect();
            declared(&format!("ts,status_code,latency_ms\n{rows}")).unwrap().0
        };
        for (usual, rare) in [("302", "503"), ("404", "000"), ("302", "0")] {
            let text = by(usual, rare);
            assert!(
                text.contains("'500', '502', '503', '504']") && text.contains(&format!("'{rare}'")),
                "{usual} {rare}: {text}"
            );
        }
        // What is rare beside 200 is none, and what a proxy says meanwhile.
        assert!(!by("200", "404").contains("fails"));
        let text = by("200", "503");
        assert!(!text.contains("fails"), "{text}");
    }
}
