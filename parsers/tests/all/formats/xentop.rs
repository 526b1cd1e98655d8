//! xentop itself: iterations, domains, and everything that stands between them.

mod round_trip;

use stillstand_parsers::{Clock, Parsed, RowCount, Unit, parse};

use crate::common::{bools, bytes, check, f64s, format, strs, u32s};

/// Sample, domain, CPU; `None` for an absent domain, `Some(None)` for one without a value.
type Seen = (u32, String, Option<Option<f64>>);

fn seen(parsed: &Parsed) -> Vec<Seen> {
    let rows = u32s(parsed, "sample").into_iter().zip(strs(parsed, "domain"));
    rows.zip(bools(parsed, "present"))
        .zip(f64s(parsed, "cpu"))
        .map(|(((sample, domain), present), cpu)| (sample, domain, (present == Some(true)).then_some(cpu)))
        .collect()
}

fn row(sample: u32, domain: &str, cpu: Option<Option<f64>>) -> Seen {
    (sample, domain.to_owned(), cpu)
}

fn cpu(value: f64) -> Option<Option<f64>> {
    Some(Some(value))
}

const ABSENT: Option<Option<f64>> = None;
const NULL: Option<Option<f64>> = Some(None);

fn facts(parsed: &Parsed) -> [Option<i64>; 4] {
    ["samples", "domains", "name_truncated", "detail_lines"].map(|key| parsed.facts.int(key))
}

#[test]
fn seventeen_columns() {
    let said = ["note 2 first-sample", "note 10 no-earlier-sample"];
    let parsed = check("xentop/valid/seventeen-columns.txt", &said);
    assert_eq!(parsed.frame.clock, Clock::None);
    assert_eq!(
        seen(&parsed),
        [
            row(0, "asam", NULL),
            row(0, "Domain-0", NULL),
            row(1, "asam", cpu(12.3)),
            row(1, "Domain-0", cpu(7.1)),
            row(2, "asam", ABSENT),
            row(2, "Domain-0", cpu(8.2)),
            row(3, "asam", NULL),
            row(3, "Domain-0", cpu(6.0)),
        ]
    );
    assert_eq!(f64s(&parsed, "mem")[2..5], [Some(134_217_728.0), Some(536_870_912.0), None]);
    assert_eq!(f64s(&parsed, "mem_share")[2..5], [Some(3.7), Some(15.0), None]);
    assert_eq!(u32s(&parsed, "vcpus"), [1, 2, 1, 2, 2, 1, 2]);
    assert_eq!(f64s(&parsed, "net_tx")[2..7], [Some(112_640.0), Some(0.0), None, Some(0.0), Some(0.0)]);
    assert_eq!(f64s(&parsed, "net_rx")[2], Some(225_280.0));
    assert_eq!(f64s(&parsed, "vbd_read")[..2], [Some(6142.0), Some(0.0)]);
    assert_eq!(f64s(&parsed, "vbd_write")[..2], [Some(43_020.0), Some(0.0)]);
    assert_eq!(parsed.rows, RowCount { read: 8, lost: 0 });
    assert_eq!(facts(&parsed), [Some(4), Some(2), Some(0), Some(0)]);
    let units: Vec<_> = parsed.frame.columns.iter().map(|it| (it.name.as_str(), it.unit)).collect();
    assert_eq!(
        units,
        [
            ("sample", Unit::Count),
            ("domain", Unit::Text),
            ("present", Unit::Count),
            ("cpu", Unit::PercentOfOneCpu),
            ("mem", Unit::Bytes),
            ("mem_share", Unit::Percent),
            ("vcpus", Unit::Count),
            ("net_tx", Unit::Bytes),
            ("net_rx", Unit::Bytes),
            ("vbd_read", Unit::Count),
            ("vbd_write", Unit::Count),
        ]
    );
}

#[test]
fn full_names() {
    let parsed = check("xentop/valid/full-names.txt", &["note 2 first-sample"]);
    assert_eq!(seen(&parsed)[2], row(1, "Windows 7 (x)", cpu(198.5)));
    assert_eq!(facts(&parsed), [Some(2), Some(2), Some(0), Some(0)]);
}

#[test]
fn a_header_for_every_domain() {
    let said = ["note 2 first-sample", "note 10 no-earlier-sample"];
    let parsed = check("xentop/valid/header-per-domain.txt", &said);
    // asam appears and sorts before Domain-0: it begins the third iteration.
    let domains = ["Domain-0", "nuc", "asam"];
    let values = [
        [NULL, NULL, ABSENT],
        [cpu(7.0), cpu(4.0), ABSENT],
        [cpu(7.1), cpu(5.0), NULL],
        [cpu(7.2), ABSENT, cpu(9.0)],
    ];
    let expected: Vec<Seen> = (0..)
        .zip(values)
        .flat_map(|(sample, values)| {
            domains.into_iter().zip(values).map(move |(name, cpu)| row(sample, name, cpu))
        })
        .collect();
    assert_eq!(seen(&parsed), expected);
}

#[test]
fn without_headers() {
    let parsed = check("xentop/valid/no-headers.txt", &[]);
    assert_eq!(seen(&parsed)[2..4], [row(1, "asam", cpu(2.0)), row(1, "Domain-0", cpu(7.1))]);
    assert_eq!(seen(&parsed)[4..], [row(2, "asam", ABSENT), row(2, "Domain-0", cpu(7.2))]);
}

#[test]
fn details_are_counted_and_not_read() {
    let parsed = check("xentop/valid/details.txt", &[]);
    assert_eq!(parsed.version.as_deref(), Some("4.1.2"));
    assert_eq!(facts(&parsed), [Some(2), Some(3), Some(0), Some(27)]);
    assert_eq!(seen(&parsed)[5], row(1, "tap", cpu(0.5)));
    // A dash says that there are no counters.
    assert_eq!(f64s(&parsed, "vbd_read"), [Some(6142.0), Some(0.0), None, Some(6142.0), Some(0.0), None]);
}

#[test]
fn states_with_blanks() {
    let parsed = check("xentop/valid/states-with-blanks.txt", &[]);
    assert_eq!(seen(&parsed), [row(0, "Domain-0", cpu(0.3)), row(0, "asam", cpu(0.5))]);
}

#[test]
fn names_that_are_cut() {
    let parsed = check("xentop/valid/names-cut.txt", &["note names-cut"]);
    assert_eq!(parsed.facts.int("name_truncated"), Some(1));
    let said = ["warning 3 same-name", "warning 7 same-name", "note names-cut"];
    let parsed = check("xentop/invalid/same-name.txt", &said);
    assert_eq!(strs(&parsed, "domain")[..3], ["benchmark-", "benchmark-#2", "Domain-0"]);
    assert_eq!(f64s(&parsed, "cpu"), [1.0, 3.0, 7.0, 2.0, 4.0, 7.1].map(Some));
}

#[test]
fn messages_among_the_rows() {
    let parsed = check("xentop/invalid/stderr.txt", &["warning 5 line-unreadable"]);
    // Whether asam was there in the second iteration is not known.
    assert_eq!(
        seen(&parsed),
        [
            row(0, "asam", cpu(1.0)),
            row(0, "Domain-0", cpu(7.0)),
            row(1, "Domain-0", cpu(7.1)),
            row(2, "asam", cpu(2.0)),
            row(2, "Domain-0", cpu(7.2)),
        ]
    );
    assert_eq!(parsed.rows, RowCount { read: 5, lost: 1 });
}

#[test]
fn a_killed_writer() {
    let parsed = check("xentop/invalid/cut-in-a-number.txt", &["warning 5 last-line-cut"]);
    assert_eq!(seen(&parsed)[2..], [row(1, "asam", cpu(2.0))]);
    assert_eq!(f64s(&parsed, "mem")[2], None, "131072 may lack digits");
    let parsed = check("xentop/invalid/cut-in-the-name.txt", &["warning 6 last-line-cut"]);
    assert_eq!(parsed.rows, RowCount { read: 3, lost: 1 });
    assert_eq!(f64s(&parsed, "vbd_write")[2], Some(43_020.0));
}

#[test]
fn cells_that_are_no_numbers() {
    let said =
        ["warning 2:32 cell-unreadable", "warning 3:45 cell-unreadable", "warning 5:80 cell-unreadable"];
    let parsed = check("xentop/invalid/bad-cells.txt", &said);
    assert_eq!(seen(&parsed)[0], row(0, "asam", NULL));
    assert_eq!(f64s(&parsed, "mem")[1], None);
    assert_eq!(u32s(&parsed, "vcpus"), [1, 2, 2]);
}

#[test]
fn nothing_usable() {
    let error = parse(format("xentop"), &bytes("xentop/invalid/header-only.txt")).unwrap_err();
    assert_eq!(error.line, Some(1));
    assert!(error.to_string().contains("17 or 19 columns"), "{error}");
}
