//! `info migrate` of QEMU's monitor.

mod round_trip;

use stillstand_parsers::{Clock, Parsed, detect};

use crate::common::{bytes, check, f64s, format, i64s, parse_text, strs, u32s};

/// `entry status` of each row.
fn rows(parsed: &Parsed) -> Vec<String> {
    let entries = strs(parsed, "entry").into_iter().zip(strs(parsed, "status"));
    entries.map(|(entry, status)| format!("{entry} {status}")).collect()
}

#[test]
fn recorded_answers() {
    for (name, status) in [
        ("7.2-active", "active"),
        ("7.2-pre-switchover", "pre-switchover"),
        ("10.0-before", "none"),
        ("10.0-completed", "completed"),
        ("10.0-failed", "failed"),
        ("10.0-target", "active"),
    ] {
        let unknown: &[&str] = if status == "completed" { &["note 1 return-path-unknown"] } else { &[] };
        let parsed = check(&format!("hmp-migrate/valid/recorded-{name}.txt"), unknown);
        assert_eq!(rows(&parsed), [format!("status {status}")], "{name}");
    }
    let parsed = check("hmp-migrate/valid/recorded-10.0-failed.txt", &[]);
    assert_eq!(strs(&parsed, "error"), ["Unable to write to socket: Connection reset by peer"]);
    assert_eq!(f64s(&parsed, "total_time_s"), [Some(0.0)]);
}

/// When the downtime ends hangs on a capability.
#[test]
fn the_return_path_is_as_the_monitor_says() {
    let completed = "(qemu) info migrate\nMigration status: completed\ntotal time: 5927 ms\ndowntime: 483 ms\n\
                     transferred ram: 883709 kbytes\n(qemu) \n";
    for (before, state) in [
        ("", None),
        ("(qemu) info migrate_capabilities\nxbzrle: off\nreturn-path: on\nmultifd: off\n", Some("on")),
        ("(qemu) info migrate_capabilities\r\nreturn-path: off\r\n", Some("off")),
        ("(qemu) migrate_set_capability return-path on\n", Some("on")),
        ("(qemu) migrate_set_capability multifd on\n", None),
        ("xbzrle: off\nreturn-path: on\n", Some("on")),
    ] {
        let parsed = parse_text(format("hmp-migrate"), &format!("{before}{completed}"));
        assert_eq!(parsed.facts.text("return_path"), state, "{before}");
        let told = parsed.diagnostics.iter().filter(|found| found.code == "return-path-unknown").count();
        assert_eq!(told, usize::from(state.is_none()), "{before}");
    }
    // 2.x listed all capabilities in each answer, before there was this one.
    assert_eq!(
        check("hmp-migrate/valid/2.x.txt", &["note 9 no-throughput"]).facts.text("return_path"),
        Some("off")
    );
}

#[test]
fn a_recorded_socket_with_its_echo() {
    let parsed = check("hmp-migrate/valid/recorded-7.2-socket.raw", &[]);
    let all = rows(&parsed);
    assert_eq!((all.first().map(String::as_str), all.last().map(String::as_str)), SOCKET_ENDS);
    assert!(all.iter().any(|row| row == "migrate null"), "{all:?}");
    assert_eq!(parsed.version.as_deref(), Some("7.2.22"));
}

const SOCKET_ENDS: (Option<&str>, Option<&str>) = (Some("status none"), Some("status completed"));

#[test]
fn two_answers_of_2_x() {
    let parsed = check("hmp-migrate/valid/2.x.txt", &["note 9 no-throughput"]);
    assert_eq!(rows(&parsed), ["migrate null", "status active", "status completed", "quit null"]);
    assert_eq!(u32s(&parsed, "line"), [1, 2, 18, 33]);
    for (name, active, completed) in [
        ("total_time_s", Some(5.003), Some(33.011)),
        ("expected_downtime_s", Some(0.03), None),
        ("downtime_s", None, Some(0.018)),
        ("setup_time_s", Some(0.003), Some(0.003)),
        ("transferred_bytes", Some(167_778_304.0), Some(1_096_943_616.0)),
        ("remaining_bytes", Some(908_042_240.0), Some(0.0)),
        ("normal_bytes", Some(167_411_712.0), Some(1_096_310_784.0)),
        ("throughput_bytes_per_s", None, Some(33_555_000.0)),
        ("dirty_pages_per_s", Some(350.0), None),
        ("page_bytes", None, None),
    ] {
        let column = f64s(&parsed, name);
        assert_eq!((column[1], column[2]), (active, completed), "{name}");
    }
    assert_eq!(i64s(&parsed, "pages_skipped")[1], Some(12));
    assert_eq!(i64s(&parsed, "iteration")[2], Some(4));
}

#[test]
fn the_layout_since_10_1() {
    let parsed = check("hmp-migrate/valid/10.1.txt", &["note 6 sizes-rounded"]);
    assert_eq!(rows(&parsed), ["status active", "status failed"]);
    for (name, value) in [
        ("total_time_s", 3.04),
        ("setup_time_s", 0.004),
        ("expected_downtime_s", 0.3),
        ("throughput_bytes_per_s", 1_313_750.0),
        ("page_bytes", 4096.0),
        ("total_bytes", 4.02 * 1_073_741_824.0),
        ("transferred_bytes", 1_048_576_000.0),
        ("remaining_bytes", 2_684_354_560.0),
        ("dirty_pages_per_s", 4.0),
    ] {
        assert_eq!(f64s(&parsed, name)[0], Some(value), "{name}");
    }
    assert_eq!((i64s(&parsed, "iteration")[0], i64s(&parsed, "pages_duplicate")[0]), (Some(2), Some(41_195)));
    assert_eq!(strs(&parsed, "error")[1], "Unable to write to socket: Broken pipe");
    let parsed = check("hmp-migrate/valid/10.1-development.txt", &["note 1 return-path-unknown"]);
    assert_eq!(f64s(&parsed, "remaining_bytes"), [Some(2_136_404.0 * 1024.0)]);
    assert_eq!(
        (f64s(&parsed, "downtime_s"), f64s(&parsed, "dirty_pages_per_s")),
        (vec![Some(0.145)], vec![Some(278_378.0)])
    );
}

#[test]
fn times_are_put_before_answers_or_lines() {
    let parsed = check("hmp-migrate/valid/again-and-again.txt", &[]);
    assert_eq!(rows(&parsed), ["status active", "status completed"]);
    assert_eq!(f64s(&parsed, "time"), [Some(1_795_262_345.25), Some(1_795_262_346.25)]);
    assert_eq!(parsed.frame.clock, Clock::Epoch);
    let parsed = check("hmp-migrate/valid/stamped-lines.txt", &[]);
    assert_eq!(f64s(&parsed, "time"), [Some(1_795_262_345.25), Some(1_795_262_346.25)]);
    let parsed = check("hmp-migrate/invalid/local-times.txt", &["warning 2 time-zone-unknown"]);
    assert_eq!((f64s(&parsed, "time"), f64s(&parsed, "local_s")), (vec![None], vec![Some(1_795_262_345.0)]));
}

#[test]
fn an_empty_answer_is_one_before_the_first_migration() {
    let parsed = check("hmp-migrate/valid/nothing-yet.txt", &[]);
    let expected = ["status none", "status active", "migrate_cancel null", "status cancelled"];
    assert_eq!(
        (rows(&parsed), parsed.version.as_deref()),
        (expected.map(String::from).to_vec(), Some("1.1.2"))
    );
}

#[test]
fn damaged_answers() {
    let parsed = check("hmp-migrate/invalid/cut.txt", &["warning 4 last-line-cut"]);
    assert_eq!(
        (f64s(&parsed, "transferred_bytes"), f64s(&parsed, "remaining_bytes")),
        (vec![Some(904_918_016.0)], vec![None])
    );
    let parsed = check("hmp-migrate/invalid/cut-10.1.txt", &["warning 2 last-line-cut"]);
    assert_eq!(
        (f64s(&parsed, "setup_time_s"), f64s(&parsed, "expected_downtime_s")),
        (vec![Some(0.004)], vec![None])
    );
    let expected = ["warning 3 underflow", "warning 4 value-unreadable", "warning 5 value-unreadable"];
    let parsed = check("hmp-migrate/invalid/underflow.txt", &expected);
    assert_eq!(
        (f64s(&parsed, "remaining_bytes"), f64s(&parsed, "total_time_s")),
        (vec![None], vec![Some(0.02)])
    );
    let expected = ["warning 3 status-missing", "warning 6 unknown-status"];
    let parsed = check("hmp-migrate/invalid/status-missing.txt", &expected);
    assert_eq!(rows(&parsed), ["status active", "status null", "status melted"]);
    assert_eq!(detect(&bytes("hmp-migrate/invalid/underflow.txt")), Ok(format("hmp-migrate")));
}
