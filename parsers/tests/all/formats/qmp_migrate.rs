//! QEMU's machine protocol about migrations.

mod round_trip;

use stillstand_parsers::{Clock, Parsed, RowCount, Unit, parse};

use crate::common::{bytes, check, f64s, format, i64s, parse_text, strs, u32s};

/// `entry status` of each row.
fn rows(parsed: &Parsed) -> Vec<String> {
    let entries = strs(parsed, "entry").into_iter().zip(strs(parsed, "status"));
    entries.map(|(entry, status)| format!("{entry} {status}")).collect()
}

#[test]
fn a_whole_migration_as_a_recorder_writes_it() {
    let parsed = check("qmp-migrate/valid/recorder.qmp", &["note events-skipped"]);
    let expected = [
        "status none",
        "migrate null",
        "MIGRATION setup",
        "MIGRATION_PASS null",
        "MIGRATION active",
        "status active",
        "MIGRATION_PASS null",
        "STOP null",
        "MIGRATION completed",
        "status completed",
        "quit null",
        "SHUTDOWN null",
    ];
    assert_eq!(rows(&parsed), expected);
    assert_eq!(u32s(&parsed, "line"), [5, 8, 9, 11, 12, 14, 16, 17, 18, 20, 21, 23]);
    let time = f64s(&parsed, "time");
    // An answer has the recorder's time, an event QEMU's.
    assert_eq!(time[0], Some(1_795_262_345.100_4));
    assert_eq!(time[1], Some(1_795_262_345.123_456));
    assert_eq!(time[2], Some(1_795_262_345.123_9));
    assert_eq!(time[7], Some(1_795_262_355.000_8));
    assert_eq!(parsed.frame.clock, Clock::Epoch);
    assert_eq!(parsed.frame.unit("time"), Some(Unit::EpochSeconds));
    assert_eq!(i64s(&parsed, "iteration")[3..7], [Some(1), None, Some(1), Some(2)]);
    for (name, active, completed) in [
        ("total_time_s", Some(0.5), Some(9.917)),
        ("downtime_s", None, Some(0.041)),
        ("expected_downtime_s", Some(0.3), None),
        ("setup_time_s", Some(0.006), Some(0.006)),
        ("transferred_bytes", Some(61_865_984.0), Some(1_237_417_984.0)),
        ("remaining_bytes", Some(1_012_334_592.0), Some(0.0)),
        ("total_bytes", Some(1_074_536_448.0), Some(1_074_536_448.0)),
        ("normal_bytes", Some(61_440_000.0), Some(1_228_800_000.0)),
        ("page_bytes", Some(4096.0), Some(4096.0)),
        ("dirty_pages_per_s", Some(0.0), Some(1200.0)),
        ("throughput_bytes_per_s", Some(125_062_500.0), Some(124_781_250.0)),
    ] {
        let column = f64s(&parsed, name);
        assert_eq!((column[5], column[9]), (active, completed), "{name}");
        assert_eq!(column[1], None, "{name}");
    }
    assert_eq!(i64s(&parsed, "pages_normal")[5], Some(15_000));
    assert_eq!(i64s(&parsed, "pages_duplicate")[5], Some(120));
    assert_eq!(i64s(&parsed, "pages_skipped")[5], None);
    assert_eq!(parsed.version.as_deref(), Some("9.2.2"));
    assert_eq!(parsed.facts.text("last_status"), Some("completed"));
}

#[test]
fn answers_without_their_questions() {
    let parsed = check("qmp-migrate/valid/answers-only.json", &[]);
    assert_eq!(rows(&parsed), ["status none", "status setup", "status active", "status failed"]);
    assert_eq!(strs(&parsed, "error")[3], "Unable to write to socket: Broken pipe");
    assert_eq!(i64s(&parsed, "pages_skipped")[2], Some(3));
    assert_eq!((f64s(&parsed, "time"), parsed.frame.clock), (vec![None; 4], Clock::None));
}

#[test]
fn only_answers_about_a_migration_count() {
    let expected = ["note 5:1 no-throughput", "note other-messages"];
    let parsed = check("qmp-migrate/valid/uninteresting-answers.qmp", &expected);
    assert_eq!(rows(&parsed), ["status active", "status none"]);
    assert_eq!(f64s(&parsed, "throughput_bytes_per_s"), [None, None]);
    assert_eq!(parsed.version.as_deref(), Some("2.0.0"));
}

#[test]
fn messages_of_several_lines() {
    let parsed = check("qmp-migrate/valid/pretty.json", &[]);
    assert_eq!(rows(&parsed), ["status active", "status completed"]);
    assert_eq!(f64s(&parsed, "time"), [Some(1_795_262_345.25), Some(1_795_262_346.5)]);
    assert_eq!(f64s(&parsed, "remaining_bytes"), [Some(8192.0), None]);
    assert_eq!(f64s(&parsed, "downtime_s"), [None, Some(0.012)]);
    let parsed = check("qmp-migrate/valid/array.json", &[]);
    assert_eq!(rows(&parsed), ["STOP null", "RESUME null", "status cancelled"]);
    assert_eq!(f64s(&parsed, "time"), [Some(1_795_262_345.5), None, None]);
}

#[test]
fn libvirt_repeats_messages() {
    let parsed = check("qmp-migrate/valid/libvirt-debug.log", &[]);
    assert_eq!(rows(&parsed), ["migrate null", "MIGRATION active", "status active"]);
    let time = [1_795_262_345.1, 1_795_262_345.199, 1_795_262_345.501].map(Some);
    assert_eq!(f64s(&parsed, "time"), time);
    assert_eq!(f64s(&parsed, "throughput_bytes_per_s")[2], Some(1_000_000.0));
    let parsed = check("qmp-migrate/invalid/two-monitors.log", &["warning 2 several-monitors"]);
    assert_eq!((rows(&parsed), u32s(&parsed, "line")), (vec!["status none".to_owned()], vec![4]));
}

#[test]
fn what_python_prints() {
    let parsed = check("qmp-migrate/valid/python-dict.log", &["note other-messages"]);
    assert_eq!(rows(&parsed), ["status active", "status completed"]);
    assert_eq!(f64s(&parsed, "time"), [Some(1_795_262_345.25), None]);
    assert_eq!(f64s(&parsed, "normal_bytes"), [Some(61_440.0), None]);
    assert_eq!(f64s(&parsed, "throughput_bytes_per_s")[0], Some(0.329_76 * 125_000.0));
    assert_eq!(f64s(&parsed, "total_bytes")[1], Some(270_000_000.0));
    let expected = ["warning 1 time-zone-unknown"];
    let parsed = check("qmp-migrate/invalid/wall-clock.log", &expected);
    assert_eq!(f64s(&parsed, "time"), [None, Some(1_795_262_346.0)]);
    assert_eq!(f64s(&parsed, "local_s"), [Some(1_795_262_345.25), None]);
    let expected =
        ["warning 1 message-without-beginning", "note 5 other-output", "warning 6:11 last-line-cut"];
    let parsed = check("qmp-migrate/invalid/middle-of-a-dict.log", &expected);
    assert_eq!((rows(&parsed), parsed.rows), (vec!["status null".to_owned()], RowCount { read: 1, lost: 1 }));
    assert_eq!(i64s(&parsed, "pages_duplicate"), [Some(183)]);
}

#[test]
fn cut_messages_keep_what_is_whole() {
    let parsed = check("qmp-migrate/invalid/cut.qmp", &["warning 4:22 last-line-cut"]);
    assert_eq!(rows(&parsed), ["migrate null", "status active"]);
    assert_eq!(f64s(&parsed, "total_bytes")[1], Some(1_074_536_448.0));
    assert_eq!(f64s(&parsed, "remaining_bytes")[1], None);
    let expected =
        ["warning 1:22 message-cut", "warning 3:22 message-cut", "warning 5:22 message-unreadable"];
    let parsed = check("qmp-migrate/invalid/cut-in-the-middle.qmp", &expected);
    assert_eq!(rows(&parsed), ["status active", "STOP null", "RESUME null"]);
    assert_eq!(parsed.rows, RowCount { read: 3, lost: 2 });
}

#[test]
fn values_that_cannot_be() {
    let expected = [
        "warning 1:1 underflow",
        "warning 1:1 underflow",
        "warning 1:1 value-unreadable",
        "warning 2:1 unknown-status",
        "warning 2:1 value-unreadable",
    ];
    let parsed = check("qmp-migrate/invalid/underflow.json", &expected);
    assert_eq!(rows(&parsed), ["status active", "status exploded"]);
    assert_eq!(f64s(&parsed, "remaining_bytes"), [None, None]);
    assert_eq!(f64s(&parsed, "total_bytes"), [Some(1_048_576.0), None]);
}

#[test]
fn commands_that_qemu_refuses() {
    let expected = ["warning 3:22 command-failed", "warning 4:22 command-failed"];
    let parsed = check("qmp-migrate/invalid/refused.qmp", &expected);
    assert_eq!(rows(&parsed), ["migrate null", "status failed"]);
    let error = "Failed to connect to '192.168.0.2:4444': Connection refused";
    assert_eq!(strs(&parsed, "error"), ["null", error]);
    let nothing = bytes("qmp-migrate/invalid/nothing-about-migration.qmp");
    let error = parse(format("qmp-migrate"), &nothing).unwrap_err().to_string();
    assert!(error.contains("was `query-migrate` ever asked?"), "{error}");
}

#[test]
fn recorded_migrations() {
    let parsed = check("qmp-migrate/valid/recorded-10.0-completed.qmp", &["note events-skipped"]);
    let all = rows(&parsed);
    assert_eq!(all.iter().filter(|row| *row == "STOP null").count(), 1);
    let status = strs(&parsed, "status");
    let last = status.iter().rposition(|status| status == "completed").unwrap();
    assert!(f64s(&parsed, "downtime_s")[last].is_some() && f64s(&parsed, "total_time_s")[last].is_some());
    assert!(f64s(&parsed, "time").iter().all(Option::is_some));
    assert_eq!(parsed.version.as_deref(), Some("10.0.2"));
    let parsed = check("qmp-migrate/valid/recorded-7.2-polled.qmp", POLLED);
    assert_eq!(rows(&parsed).iter().filter(|row| *row == "migrate null").count(), 1);
    assert_eq!(parsed.facts.text("last_status"), Some("completed"));
    let parsed = check("qmp-migrate/valid/recorded-7.2-failed.qmp", &["note events-skipped"]);
    assert_eq!(parsed.facts.text("last_status"), Some("failed"));
    let errors = strs(&parsed, "error");
    assert!(errors.iter().any(|error| error.contains("Connection reset by peer")), "{errors:?}");
    let parsed = check("qmp-migrate/valid/recorded-10.0-target.qmp", &[]);
    let expected = [
        "migrate-incoming null",
        "MIGRATION setup",
        "MIGRATION active",
        "RESUME null",
        "MIGRATION completed",
        "status completed",
    ];
    assert_eq!(rows(&parsed), expected);
}

#[test]
fn the_only_answer_of_a_target_tells_how_long_processes_waited() {
    let name = "qmp-migrate/valid/target-of-a-script.log";
    let parsed = crate::common::read(name);
    assert_eq!(rows(&parsed), ["status completed"]);
    assert_eq!(
        (f64s(&parsed, "postcopy_blocktime_s"), f64s(&parsed, "total_time_s")),
        (vec![Some(0.008)], vec![None])
    );
    assert_eq!(
        stillstand_parsers::detect(&crate::common::bytes(name)),
        Ok(stillstand_parsers::format_named("qmp-migrate").unwrap())
    );
}

const POLLED: &[&str] = &["note events-skipped"];

#[test]
fn the_return_path_is_as_it_was_set_or_answered() {
    let end = "{\"execute\": \"query-migrate\"}\n{\"return\": {\"status\": \"completed\", \"downtime\": 14, \"total-time\": 67}}\n";
    let list = |state: bool| {
        format!(
            "[{{\"state\": false, \"capability\": \"xbzrle\"}}, {{\"state\": {state}, \"capability\": \"return-path\"}}]"
        )
    };
    let query =
        |answer: &str| format!("{{\"execute\": \"query-migrate-capabilities\"}}\n{{\"return\": {answer}}}\n");
    let set = |capabilities: &str| {
        format!(
            "{{\"execute\": \"migrate-set-capabilities\", \"arguments\": {{\"capabilities\": {capabilities}}}}}\n{{\"return\": {{}}}}\n"
        )
    };
    for (before, state) in [
        (String::new(), None),
        (query("[]"), None),
        (query(&list(true)), Some("on")),
        (query(&list(false)), Some("off")),
        (query(&list(false)) + &set(&list(true)), Some("on")),
    ] {
        let parsed = parse_text(format("qmp-migrate"), &(before.clone() + end));
        assert_eq!(parsed.facts.text("return_path"), state, "{before}");
    }
}
