//! xentop through gawk: the groups of the VM and the samples they belong to.

mod round_trip;
mod simulation;

use stillstand_parsers::{Clock, Parsed, RowCount, Unit, parse};

use crate::common::{bools, bytes, check, f64s, format, i64s, strs, u32s};

/// Sample, domain, CPU; `None` for an absent domain, `Some(None)` for one without a value.
type Seen = (u32, String, Option<Option<f64>>);

fn seen(parsed: &Parsed) -> Vec<Seen> {
    let samples = u32s(parsed, "sample");
    let domains = strs(parsed, "domain");
    let present = bools(parsed, "present");
    let cpu = f64s(parsed, "cpu");
    samples
        .into_iter()
        .zip(domains)
        .zip(present)
        .zip(cpu)
        .map(|(((sample, domain), present), cpu)| (sample, domain, (present == Some(true)).then_some(cpu)))
        .collect()
}

fn vm(parsed: &Parsed) -> Vec<(u32, Option<Option<f64>>)> {
    let of_vm = |(_, domain, _): &Seen| domain != "Domain-0";
    seen(parsed).into_iter().filter(of_vm).map(|(sample, _, cpu)| (sample, cpu)).collect()
}

fn dom0(parsed: &Parsed) -> Vec<(u32, Option<Option<f64>>)> {
    let of_dom0 = |(_, domain, _): &Seen| domain == "Domain-0";
    seen(parsed).into_iter().filter(of_dom0).map(|(sample, _, cpu)| (sample, cpu)).collect()
}

const ABSENT: Option<Option<f64>> = None;
const NULL: Option<Option<f64>> = Some(None);

fn cpu(value: f64) -> Option<Option<f64>> {
    Some(Some(value))
}

#[test]
fn ordinary_lines() {
    let parsed = check("xentop-gawk/valid/ordinary.test", &["note 1 first-sample"]);
    assert_eq!(parsed.frame.clock, Clock::Counter);
    assert_eq!(parsed.rows, RowCount { read: 8, lost: 0 });
    let domain = |sample, name: &str, cpu| (sample, name.to_owned(), cpu);
    assert_eq!(
        seen(&parsed),
        [
            domain(0, "asam", NULL),
            domain(0, "Domain-0", NULL),
            domain(1, "asam", cpu(12.3)),
            domain(1, "Domain-0", cpu(7.1)),
            domain(2, "asam", ABSENT),
            domain(2, "Domain-0", cpu(8.2)),
            domain(3, "asam", ABSENT),
            domain(3, "Domain-0", cpu(6.0)),
        ]
    );
    let epochs: Vec<_> = (0..8).map(|row| Some(1_264_510_800 + row / 2)).collect();
    assert_eq!(i64s(&parsed, "epoch"), epochs);
    assert_eq!(f64s(&parsed, "mem")[2..5], [Some(134_217_728.0), Some(536_870_912.0), None]);
    assert_eq!(f64s(&parsed, "mem_share")[2..5], [Some(3.7), Some(15.0), None]);
    assert_eq!(parsed.frame.unit("cpu"), Some(Unit::PercentOfOneCpu));
    assert_eq!(parsed.frame.unit("mem"), Some(Unit::Bytes));
    assert_eq!(parsed.facts.text("vm"), Some("asam"));
    let facts = ["start_epoch", "samples", "corrections"].map(|key| parsed.facts.int(key));
    assert_eq!(facts, [Some(1_264_510_800), Some(4), Some(0)]);
}

#[test]
fn the_target_host() {
    let expected = ["note 1 first-sample", "note 3 no-earlier-sample"];
    let parsed = check("xentop-gawk/valid/target.test", &expected);
    assert_eq!(vm(&parsed), [(0, ABSENT), (1, ABSENT), (2, NULL), (3, cpu(98.5))]);
    assert_eq!(parsed.facts.int("corrections"), Some(0));
}

#[test]
fn a_renamed_vm_lags_by_one_sample_until_it_vanishes() {
    let expected = ["note 1 first-sample", "note 3 vm-renamed", "note 6 vm-vanished"];
    let parsed = check("xentop-gawk/valid/renamed.test", &expected);
    assert_eq!(
        vm(&parsed),
        [(0, NULL), (1, cpu(12.3)), (2, cpu(20.2)), (3, cpu(20.3)), (4, ABSENT), (5, ABSENT), (6, ABSENT)]
    );
    let dom0_cpu = [NULL, cpu(7.1), cpu(30.2), cpu(30.3), cpu(30.4), cpu(7.5), cpu(7.6)];
    assert_eq!(dom0(&parsed), (0..).zip(dom0_cpu).collect::<Vec<_>>());
    // Two increments in sample 2, none in sample 4.
    assert_eq!(parsed.facts.int("corrections"), Some(2));
    let epochs = i64s(&parsed, "epoch");
    assert_eq!(epochs[4], Some(1_264_510_803), "sample 2 is printed with the group of the next line");
    assert_eq!(epochs[8], None, "nothing was printed for the VM in sample 4");
}

#[test]
fn two_groups_end_the_lag() {
    let expected = ["note 1 first-sample", "note 2 vm-renamed", "note 4 vm-named-back"];
    let parsed = check("xentop-gawk/valid/named-back.test", &expected);
    assert_eq!(vm(&parsed), [(0, NULL), (1, cpu(20.1)), (2, cpu(20.2)), (3, cpu(12.3)), (4, cpu(12.4))]);
    assert_eq!(parsed.facts.int("corrections"), Some(1));
}

#[test]
fn a_log_may_begin_or_end_with_the_vm_renamed() {
    let expected = ["note 1 vm-renamed", "note 1 first-sample", "note 4 vm-vanished"];
    let parsed = check("xentop-gawk/valid/begins-renamed.test", &expected);
    assert_eq!(vm(&parsed), [(0, NULL), (1, cpu(20.1)), (2, ABSENT), (3, ABSENT), (4, ABSENT)]);

    let expected = ["note 1 first-sample", "note 2 vm-renamed"];
    let parsed = check("xentop-gawk/valid/ends-renamed.test", &expected);
    assert_eq!(vm(&parsed), [(0, NULL), (1, cpu(20.1))]);
    assert_eq!(parsed.facts.int("samples"), Some(2));
}

#[test]
fn a_name_that_sorts_after_domain_0() {
    let expected =
        ["note 1 vm-after-dom0", "note 1 first-sample", "note 4 epoch-corrected", "note 4 no-earlier-sample"];
    let parsed = check("xentop-gawk/valid/sorts-after-dom0.test", &expected);
    assert_eq!(vm(&parsed), [(0, ABSENT), (1, ABSENT), (2, NULL), (3, cpu(20.3)), (4, cpu(20.4))]);
}

#[test]
fn two_rows_of_one_sample() {
    let expected = ["note 1 first-sample", "warning 2 group-left-out"];
    let parsed = check("xentop-gawk/invalid/two-groups.test", &expected);
    assert_eq!(vm(&parsed), [(0, NULL), (1, cpu(12.1)), (2, cpu(12.2))]);
    assert_eq!(parsed.rows, RowCount { read: 6, lost: 1 });
    assert_eq!(parsed.facts.int("corrections"), Some(1));
}

#[test]
fn junk() {
    let expected = [
        "note 1 first-sample",
        "warning 2:23 cell-unreadable",
        "warning 2:32 cell-unreadable",
        "warning 3 line-unreadable",
        "warning 4 text-left-over",
        "warning 4:42 cell-unreadable",
        "warning 5:52 cell-unreadable",
        "warning 6 no-dom0",
    ];
    let parsed = check("xentop-gawk/invalid/junk.test", &expected);
    assert_eq!(vm(&parsed), [(0, NULL), (1, cpu(12.1)), (2, cpu(12.2)), (3, cpu(12.3)), (4, cpu(12.4))]);
    assert_eq!(dom0(&parsed), [(0, NULL), (1, cpu(7.1)), (2, NULL), (3, cpu(7.3))]);
    assert_eq!(parsed.rows, RowCount { read: 9, lost: 1 });
}

#[test]
fn a_killed_writer() {
    let expected = ["note 1 first-sample", "warning 3 last-line-cut"];
    let parsed = check("xentop-gawk/invalid/cut.test", &expected);
    assert_eq!(vm(&parsed), [(0, NULL), (1, cpu(12.1)), (2, cpu(12.2))]);
    // `1310` may have been 131072.
    assert_eq!(f64s(&parsed, "mem")[4], None);
}

#[test]
fn missing_lines_leave_a_hole_in_the_samples() {
    let expected = ["note 1 first-sample", "warning 2:1 lines-missing", "warning 4:1 epoch-jump"];
    let parsed = check("xentop-gawk/invalid/lines-missing.test", &expected);
    assert_eq!(vm(&parsed), [(0, NULL), (3, cpu(12.1)), (4, cpu(12.2)), (5, cpu(12.3))]);
    assert_eq!(parsed.rows, RowCount { read: 8, lost: 2 });
}

#[test]
fn nothing_usable() {
    let error = parse(format("xentop-gawk"), &bytes("xentop-gawk/invalid/not-a-group.test")).unwrap_err();
    assert_eq!(error.line, Some(1));
    assert!(error.to_string().contains("Dom0"), "{error}");
}

#[test]
fn an_unreadable_line_is_counted_once() {
    let text = "1264510800 asam: 0.0 131072 3.7 | Dom0: 0.0 524288 15.0\n\
                \u{1}\u{2}\n\
                1264510802 asam: 12.3 131072 3.7 | Dom0: 7.1 524288 15.0\n";
    let parsed = crate::common::parse_text(format("xentop-gawk"), text);
    assert_eq!(parsed.rows, RowCount { read: 4, lost: 1 });
    assert_eq!(vm(&parsed), [(0, NULL), (2, cpu(12.3))]);
    assert_eq!(parsed.diagnostics[1].text.as_deref(), Some("\\u{1}\\u{2}"));
}
