//! pidstat: processes and their threads.

use std::fmt::Write;

use stillstand_parsers::{Clock, RowCount, Unit, parse};

use crate::common::{bytes, check, diagnostics, f64s, format, parse_text};

const LOCAL: &str = "note time-zone-unknown";

#[test]
fn a_process_is_per_cent_of_one_cpu() {
    let parsed = check("pidstat/valid/recorded-seconds.txt", &[]);
    assert_eq!(parsed.frame.clock, Clock::EpochSecondsAtArrival);
    assert_eq!(f64s(&parsed, "epoch_s"), [1_796_084_334.0, 1_796_084_335.0].map(Some));
    assert_eq!(f64s(&parsed, "process.init.cpu"), [0.0, 1.0].map(Some));
    assert_eq!(parsed.frame.unit("process.init.cpu"), Some(Unit::PercentOfOneCpu));
    for (name, notes) in
        [("us", [LOCAL].as_slice()), ("de", &["note decimal-comma", LOCAL]), ("iso", &[LOCAL])]
    {
        let parsed = check(&format!("pidstat/valid/recorded-{name}.txt"), notes);
        assert_eq!(f64s(&parsed, "process.init.cpu"), [0.0, 1.0].map(Some), "{name}");
        assert_eq!(f64s(&parsed, "local_s")[0], Some(1_796_087_934.0), "{name}");
    }
}

#[test]
fn threads_stand_beside_their_process() {
    let parsed = check("pidstat/valid/qemu-threads.txt", &[]);
    assert_eq!(f64s(&parsed, "process.qemu-system-x86.cpu"), [100.0, 180.0].map(Some));
    assert_eq!(f64s(&parsed, "process.qemu-system-x86/live_migration.cpu"), [0.0, 62.0].map(Some));
    assert_eq!(f64s(&parsed, "process.qemu-system-x86/CPU 0/KVM.cpu"), [90.0, 90.0].map(Some));
    let parsed = check("pidstat/valid/recorded-threads-seconds.txt", &[]);
    assert_eq!(f64s(&parsed, "process.bash/bash.cpu"), [0.0, 0.0].map(Some));
}

#[test]
fn processes_of_one_name_are_added() {
    let parsed = check("pidstat/valid/same-name.txt", &[]);
    assert_eq!(f64s(&parsed, "process.worker.cpu"), [3.75, 3.0].map(Some));
    assert_eq!(f64s(&parsed, "process.tmux: server.cpu"), [Some(4.0), None]);
}

#[test]
fn of_a_command_line_the_program_counts() {
    let parsed = check("pidstat/valid/recorded-everything.txt", &[]);
    assert_eq!(f64s(&parsed, "process.qemu-system-x86_64.cpu"), [0.0, 1.0].map(Some));
}

#[test]
fn what_is_no_sample_is_none() {
    let error = parse(format("pidstat"), &bytes("pidstat/invalid/recorded-boot.txt")).unwrap_err();
    assert!(error.diagnostics.iter().any(|found| found.code == "since-boot"), "{error:?}");
    let parsed = check("pidstat/invalid/cut.txt", &["warning 5 last-line-cut"]);
    assert_eq!(parsed.rows, RowCount { read: 1, lost: 1 });
    let parsed = check("pidstat/invalid/unreadable-processes.txt", &["warning 4:62 unreadable-value"]);
    assert_eq!(f64s(&parsed, "process.worker.cpu"), [None, Some(1.5)]);
    let parsed = check("pidstat/invalid/recorded-load.txt", &["warning 1 date-unknown"]);
    assert!(f64s(&parsed, "process.stress-ng-cpu.cpu").iter().flatten().any(|share| *share > 80.0));
}

#[test]
fn of_many_processes_those_that_did_most_have_columns() {
    let mut text = "# Time UID PID %usr %system %CPU CPU Command\n".to_owned();
    for number in 1..=40 {
        writeln!(text, "1796000000 0 {number} 0.00 0.00 {number}.00 1 p{number}").unwrap();
    }
    let parsed = parse_text(format("pidstat"), &text);
    assert_eq!(diagnostics(&parsed), ["note names-left-out"]);
    let has = |number: u32| parsed.frame.has(&format!("process.p{number}.cpu"));
    assert!((9..=40).all(has) && !(1..=8).any(has));
}
