//! A format has all that belongs to it. Each test here names the place that lacks something.
//!
//! The tables of the documentation are made of the descriptions: `UPDATE_TABLES=1 cargo test -p stillstand-parsers table`
//! writes them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use stillstand_parsers::{Benchmark, Clock, FORMATS, Format, Meaning, parse};

use crate::common;

/// A path in the repository.
fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The folder of a format, and the module of its tests.
fn module(format: Format) -> String {
    format.name().replace('-', "_")
}

/// The names in a folder; none if there is no such folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Fails with everything that is missing, a line each.
fn none_missing(missing: &[String]) {
    assert!(missing.is_empty(), "\n{}\n", missing.join("\n"));
}

#[test]
fn every_folder_of_a_format_is_in_the_table() {
    let folder = root("parsers/src/formats");
    let folders = names(&folder).into_iter().filter(|name| folder.join(name).is_dir());
    let listed: BTreeSet<String> = FORMATS.iter().map(|format| module(*format)).collect();
    let missing: Vec<String> = folders
        .filter(|name| !listed.contains(name))
        .map(|name| {
            format!(
                "parsers/src/formats/{name}/: no format of FORMATS in parsers/src/formats/mod.rs is called `{}`; add \
                 `mod {name};` and `Format::new(&{name}::DESCRIPTION)`, and let the name in its description be that \
                 of the folder",
                name.replace('_', "-")
            )
        })
        .collect();
    none_missing(&missing);
    for format in FORMATS {
        let own = folder.join(module(*format));
        assert!(own.is_dir(), "{format}: its folder must be parsers/src/formats/{}/", module(*format));
    }
}

#[test]
fn names_are_different_and_plain() {
    let mut seen = BTreeSet::new();
    for format in FORMATS {
        assert!(seen.insert(format.name()), "two formats of FORMATS are called `{format}`");
        let plain =
            |name: &str| name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        let mut own = BTreeSet::new();
        for name in format.file_names() {
            assert!(plain(name), "{format}: file name `{name}` must be words in lower case joined by `-`");
            assert!(
                own.insert(name),
                "{format}: its file names hold `{name}` twice, or its own name or first word"
            );
        }
    }
}

#[test]
fn descriptions_are_sentences() {
    for format in FORMATS {
        for (what, text) in [
            ("description", format.description()),
            ("written_by", format.written_by()),
            ("begins_with", format.begins_with()),
        ] {
            assert!(!text.trim().is_empty(), "{format}: `{what}` of its description is empty");
            assert!(!text.contains('\n'), "{format}: `{what}` of its description has several lines");
        }
        assert!(!format.clocks().is_empty(), "{format}: `clocks` of its description is empty");
        assert!(!format.description().contains('|'), "{format}: `description` must fit a cell of a table");
    }
}

#[test]
fn every_format_has_fixtures_tests_and_a_page() {
    let mut missing = Vec::new();
    let tests = fs::read_to_string(root("parsers/tests/all/formats/mod.rs")).unwrap();
    for format in FORMATS {
        let module = module(*format);
        for kind in ["valid", "invalid"] {
            let folder = format!("parsers/fixtures/{format}/{kind}");
            if names(&root(&folder)).is_empty() {
                missing.push(format!(
                    "{folder}/: no examples; put logs there, `valid` if nothing in them is lost"
                ));
            }
        }
        if !root(&format!("docs/formats/{format}.md")).is_file() {
            missing.push(format!("docs/formats/{format}.md: the page of the format is missing"));
        }
        if !root(&format!("parsers/tests/all/formats/{module}.rs")).is_file() {
            missing.push(format!(
                "parsers/tests/all/formats/{module}.rs: the tests of its fixtures are missing"
            ));
        } else if !tests.contains(&format!("mod {module};")) {
            missing.push(format!("parsers/tests/all/formats/mod.rs: add `mod {module};`"));
        }
    }
    none_missing(&missing);
}

/// What is for no format of the table.
#[test]
fn nothing_is_left_of_a_format_that_went() {
    let known: BTreeSet<&str> = FORMATS.iter().map(|format| format.name()).collect();
    let fixtures = names(&root("parsers/fixtures")).into_iter();
    let unknown: Vec<String> = fixtures
        .filter(|name| !known.contains(name.as_str()))
        .map(|name| format!("parsers/fixtures/{name}/: no format is called so"))
        .collect();
    none_missing(&unknown);
}

/// The frames of the valid fixtures of a format, by file name.
fn frames(format: Format) -> BTreeMap<String, stillstand_parsers::Parsed> {
    let folder = common::folder().join(format.name()).join("valid");
    let read = |name: String| {
        let bytes = fs::read(folder.join(&name)).unwrap();
        let parsed = parse(format, &bytes).unwrap_or_else(|error| panic!("{format}/valid/{name}: {error}"));
        (name, parsed)
    };
    names(&folder).into_iter().map(read).collect()
}

#[test]
fn examples_show_the_clocks_of_a_description() {
    let mut missing = Vec::new();
    for format in FORMATS {
        let frames = frames(*format);
        for (name, parsed) in &frames {
            let clock = parsed.frame.clock;
            if !format.clocks().contains(&clock) {
                missing.push(format!(
                    "{format}: `clocks` of its description lacks {clock:?}, which valid/{name} has"
                ));
            }
        }
        for clock in format.clocks() {
            if frames.values().all(|parsed| parsed.frame.clock != *clock) {
                missing.push(format!(
                    "{format}: `clocks` of its description has {clock:?}, none of its valid fixtures"
                ));
            }
        }
    }
    none_missing(&missing);
}

/// Columns and facts without which a frame does not mean what its description says. Of several in one string any will
/// do.
fn needed(meaning: Meaning) -> (&'static [&'static str], &'static [&'static str]) {
    match meaning {
        Meaning::HostSamples => (&["epoch_s", "cpu.user|mem.used|net.received|process.worker.cpu"], &[]),
        Meaning::Domains(_) => (&["sample", "domain", "present", "cpu", "mem"], &[]),
        Meaning::Replies { .. } => (&["epoch|epoch_s", "seq", "rtt"], &[]),
        Meaning::Packets => (&["epoch_s", "source", "target", "kind", "seq"], &["time_resolution_s"]),
        Meaning::Requests => (&["epoch_s|local_s", "duration_s", "worked"], &["time_is", "loop"]),
        Meaning::Events => (&["time|local_s", "event", "mark"], &[]),
        Meaning::Quantities => (&["time|local_s|monotonic_s"], &[]),
        Meaning::Work => (&["epoch_s|local_s|elapsed_s", "length_s", "rate", "test"], &["time_from"]),
        Meaning::Migrations => (&["time|local_s|duration_s|downtime_s|outage_s|transferred_bytes"], &[]),
        Meaning::GuestClock => (&["epoch_s|time_s"], &[]),
        Meaning::Request => (&["request_epoch_s"], &[]),
        Meaning::Hypervisor(_) => (&["time", "local_s", "entry", "status", "error", "iteration"], &[]),
        Meaning::Stream => (&[], &["frames_displayed", "frames_lost", "buffers_played", "buffers_lost"]),
        Meaning::Messages => (&[], &[]),
        Meaning::Benchmark(Benchmark::Rows { .. }) => {
            (&["test", "operation", "metric", "statistic", "size", "value", "level", "line"], &[])
        }
        Meaning::Benchmark(Benchmark::Network) => {
            (&["test", "side", "throughput", "transactions_per_s"], &[])
        }
        Meaning::Benchmark(Benchmark::Levels) => (
            &["level", "name", "step", "spec_bytes", "iops", "throughput", "response_ms", "cpu_percent"],
            &[],
        ),
    }
}

#[test]
fn examples_have_what_their_meaning_needs() {
    let mut missing = Vec::new();
    for format in FORMATS {
        let meaning = format.meaning();
        let (columns, facts) = needed(meaning);
        let frames = frames(*format);
        for any in columns {
            if !any.split('|').any(|name| frames.values().any(|parsed| parsed.frame.has(name))) {
                missing.push(format!(
                    "{format}: its meaning is {meaning:?}, but no valid fixture has a column {any}"
                ));
            }
        }
        for name in facts {
            if frames.values().all(|parsed| parsed.facts.get(name).is_none()) {
                missing.push(format!(
                    "{format}: its meaning is {meaning:?}, but no valid fixture has a fact {name}"
                ));
            }
        }
    }
    none_missing(&missing);
}

/// What the documentation calls a clock.
fn clock(clock: Clock) -> &'static str {
    match clock {
        Clock::Epoch => "seconds since 1970",
        Clock::EpochSecondsAtArrival => "second of arrival",
        Clock::Counter => "a counter",
        Clock::TimeOfDay => "time of day",
        Clock::None => "none",
    }
}

const BEGIN: &str = "<!-- The table of formats: made of their descriptions by the tests of the parsers. -->";
const END: &str = "<!-- End of the table of formats. -->";

/// Compares the table in a document, or puts it in.
fn check_table(document: &str, heading: &str, row: impl Fn(Format) -> String) {
    let path = root(document);
    let text = fs::read_to_string(&path).unwrap();
    let rows: Vec<String> = FORMATS.iter().map(|format| row(*format)).collect();
    let table = format!("{BEGIN}\n\n{heading}\n{}\n\n{END}", rows.join("\n"));
    let start = text.find(BEGIN).unwrap_or_else(|| panic!("{document}: lacks the line `{BEGIN}`"));
    let end = text.find(END).unwrap_or_else(|| panic!("{document}: lacks the line `{END}`")) + END.len();
    if text[start..end] == table {
        return;
    }
    if std::env::var_os("UPDATE_TABLES").is_some() {
        fs::write(&path, format!("{}{table}{}", &text[..start], &text[end..])).unwrap();
        return;
    }
    let missing: Vec<&str> = rows.iter().map(String::as_str).filter(|row| !text.contains(row)).collect();
    panic!(
        "{document}: the table of formats is not that of the descriptions; lines that are missing:\n{}\nWrite it anew \
         with UPDATE_TABLES=1 cargo test -p stillstand-parsers table",
        missing.join("\n")
    );
}

#[test]
fn the_readme_lists_the_formats() {
    check_table("README.md", "| format | what it is |\n| --- | --- |", |format| {
        format!("| [{format}](docs/formats/{format}.md) | {} |", format.description())
    });
}

#[test]
fn the_documentation_lists_the_formats() {
    let heading = "| format | what it holds | recorded by | time |\n| --- | --- | --- | --- |";
    check_table("docs/formats/README.md", heading, |format| {
        let clocks: Vec<&str> = format.clocks().iter().map(|each| clock(*each)).collect();
        let family = format.meaning().family().name();
        format!(
            "| [{format}]({format}.md) | {} | {family} | {} |",
            format.description(),
            clocks.join(", or ")
        )
    });
}
