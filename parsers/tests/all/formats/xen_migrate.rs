//! What Xen's tools say of a migration.

mod round_trip;

use stillstand_parsers::{Clock, Parsed, RowCount, detect};

use crate::common::{bytes, check, diagnostics, f64s, format, i64s, parse_text, strs, u32s};

/// `migration side entry status` of each row.
fn rows(parsed: &Parsed) -> Vec<String> {
    let [sides, entries, statuses] = ["side", "entry", "status"].map(|name| strs(parsed, name));
    let numbers = u32s(parsed, "migration");
    (0..numbers.len())
        .map(|row| format!("{} {} {} {}", numbers[row], sides[row], entries[row], statuses[row]))
        .collect()
}

/// The rows of rounds: iteration, pages sent, skipped and dirtied.
fn rounds(parsed: &Parsed) -> Vec<[Option<i64>; 4]> {
    let columns = ["iteration", "round_pages_sent", "round_pages_skipped", "round_pages_dirtied"]
        .map(|name| i64s(parsed, name));
    let entries = strs(parsed, "entry").into_iter().enumerate();
    let rounds = entries.filter(|(_, entry)| entry == "round");
    rounds.map(|(row, _)| columns.clone().map(|column| column[row])).collect()
}

/// The values of the rows of that entry.
fn of(parsed: &Parsed, entry: &str, name: &str) -> Vec<Option<f64>> {
    let entries = strs(parsed, "entry");
    let values = match parsed.frame.f64s(name) {
        Ok(_) => f64s(parsed, name),
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        Err(_) => i64s(parsed, name).into_iter().map(|value| value.map(|value| value as f64)).collect(),
    };
    entries.into_iter().zip(values).filter(|(it, _)| it == entry).map(|(_, value)| value).collect()
}

#[test]
fn the_course_of_xen_4_0() {
    let expected = ["note 3 time-zone-unknown", "note 18 dirtied-before"];
    let parsed = check("xen-migrate/valid/xend-4.0.log", &expected);
    let entries =
        ["migrate", "round", "round", "round", "last-round", "suspend", "STOP", "round", "sent", "saved"];
    assert_eq!(strs(&parsed, "entry"), entries);
    assert_eq!(strs(&parsed, "side"), ["source"; 10]);
    assert_eq!(i64s(&parsed, "domain"), [Some(4); 10]);
    assert_eq!(u32s(&parsed, "line"), [3, 6, 8, 9, 9, 12, 14, 18, 19, 22]);
    let first = [Some(1), Some(29_000), Some(3768), Some(6000)];
    let last = [Some(4), Some(120), Some(0), None];
    let expected = [
        first,
        [Some(2), Some(3500), Some(2500), Some(400)],
        [Some(3), Some(390), Some(10), Some(120)],
        last,
    ];
    assert_eq!(rounds(&parsed), expected);
    // 2012-03-09 13:37:10 and later, on the wall.
    let seconds = [10.0, 12.0, 12.0, 13.0, 13.0, 13.0, 13.0, 13.0, 13.0, 14.0];
    assert_eq!(f64s(&parsed, "local_s"), seconds.map(|second| Some(1_331_300_220.0 + second)));
    assert_eq!((f64s(&parsed, "time"), parsed.frame.clock), (vec![None; 10], Clock::None));
    for (name, expected) in [
        ("round_s", [Some(1.7), Some(0.2), Some(0.15), Some(0.005)]),
        // Decimal megabits.
        (
            "throughput_bytes_per_s",
            [Some(69_750_000.0), Some(71_625_000.0), Some(10_625_000.0), Some(98_250_000.0)],
        ),
        ("dirtied_bytes_per_s", [Some(14_375_000.0), Some(8_125_000.0), Some(3_250_000.0), None]),
        ("dirty_pages_per_s", [Some(6000.0 / 1.7), Some(2000.0), Some(800.0), None]),
        ("dom0_cpu_percent", [Some(62.0), Some(60.0), Some(2.0), Some(100.0)]),
        ("vm_cpu_percent", [Some(32.0), Some(44.0), Some(1.0), Some(0.0)]),
        // 29000 + 3768 pages: 128 MiB.
        ("total_bytes", [Some(134_217_728.0), None, None, None]),
        ("exit_status", [None; 4]),
    ] {
        assert_eq!(of(&parsed, "round", name), expected, "{name}");
    }
    assert_eq!(of(&parsed, "last-round", "iteration"), [Some(4.0)]);
    assert_eq!(of(&parsed, "sent", "transferred_bytes"), [Some(33_010.0 * 4096.0)]);
    assert_eq!(of(&parsed, "saved", "exit_status"), [Some(0.0)]);
    assert_eq!(parsed.facts.text("last_status"), Some("completed"));
    assert_eq!(parsed.facts.int("migrations"), Some(1));
}

#[test]
fn a_log_copied_from_a_terminal() {
    let parsed = check("xen-migrate/valid/xend-copied.log", &["note 1 time-zone-unknown"]);
    let expected = [
        "0 source migrate active",
        "0 source round active",
        "0 source round active",
        "0 source saved completed",
    ];
    assert_eq!(rows(&parsed), expected);
    assert_eq!(u32s(&parsed, "line"), [1, 3, 8, 12]);
    let first = [Some(1), Some(29_000), Some(3768), Some(6000)];
    assert_eq!(rounds(&parsed), [first, [Some(2), Some(120), Some(0), Some(0)]]);
    assert_eq!(of(&parsed, "round", "dom0_cpu_percent"), [Some(62.0), Some(100.0)]);
    // `xc_save` alone, of Xen 2, which does not say how many pages were dirtied.
    let parsed = check("xen-migrate/valid/xc_save.txt", &[]);
    assert_eq!(
        rounds(&parsed),
        [[Some(1), Some(29_000), Some(3768), None], [Some(2), Some(120), Some(0), None]]
    );
    assert_eq!(of(&parsed, "round", "dirtied_bytes_per_s"), [Some(14_375_000.0), Some(0.0)]);
}

#[test]
fn two_migrations_at_once() {
    let expected = ["note 1 time-zone-unknown", "note 11 dirtied-before", "note 12 dirtied-before"];
    let parsed = check("xen-migrate/valid/xend-two-at-once.log", &expected);
    let numbers = [0, 0, 1, 1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 1];
    assert_eq!(u32s(&parsed, "migration"), numbers);
    assert_eq!(i64s(&parsed, "domain"), numbers.map(|number| Some(880 + i64::from(number))));
    assert_eq!(of(&parsed, "sent", "transferred_bytes"), [Some(16_399.0 * 4096.0), Some(33_010.0 * 4096.0)]);
    assert_eq!(of(&parsed, "round", "round_s").last(), Some(&Some(0.001)));
    // Without the names of threads it is told by the pages: a round sends or skips what the one before dirtied.
    let expected = ["note 1 time-zone-unknown", "note 10 dirtied-before"];
    let parsed = check("xen-migrate/valid/xend-same-process.log", &expected);
    assert_eq!(u32s(&parsed, "line"), [1, 2, 3, 4, 5, 5, 6, 7, 9, 10, 11, 12, 13, 14]);
    assert_eq!(u32s(&parsed, "migration"), [0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1]);
    assert_eq!(strs(&parsed, "entry")[4..8], ["round", "last-round", "suspend", "STOP"]);
    assert_eq!(of(&parsed, "round", "round_s")[2], Some(0.02));
    // As far as they fit.
    let expected = ["note 1 time-zone-unknown", "warning 5 migrations-mixed", "warning 6 migrations-mixed"];
    let parsed = check("xen-migrate/invalid/xend-mixed.log", &expected);
    assert_eq!(u32s(&parsed, "migration"), [0, 1, 0, 1, 1, 1, 0, 0]);
}

#[test]
fn failures_and_restarts() {
    let parsed = check("xen-migrate/valid/xend-failed.log", &["note 1 time-zone-unknown"]);
    let expected = [
        "0 source migrate active",
        "0 source status active",
        "0 source saved failed",
        "0 source end failed",
        "1 source migrate active",
        "1 source round active",
        "1 source saved completed",
    ];
    assert_eq!(rows(&parsed), expected);
    assert_eq!(i64s(&parsed, "exit_status"), [None, None, Some(1), None, None, None, Some(0)]);
    let error = "ERROR Internal error: Error when writing to state file (4a) (errno 104)";
    assert_eq!(strs(&parsed, "error"), ["null", "null", error, error, "null", "null", "null"]);
    assert_eq!(f64s(&parsed, "local_s")[1], Some(1_504_782_639.945));
    let parsed =
        check("xen-migrate/valid/xend-restarted.log", &["note 1 time-zone-unknown", "note 2 no-end"]);
    assert_eq!(u32s(&parsed, "migration"), [0, 0, 1, 1, 1]);
    assert_eq!(i64s(&parsed, "domain")[3], Some(1));
}

#[test]
fn xl_of_4_4_counts_rounds_from_0() {
    let parsed = check("xen-migrate/valid/xl-4.4.txt", &["note 13 above-100", "note 18 dirtied-before"]);
    let expected = [
        "0 target migrate-incoming active",
        "0 source migrate active",
        "0 source status active",
        "0 target status active",
        "0 source status active",
        "0 source round active",
        "0 source status active",
        "0 source status active",
        "0 source last-round null",
        "0 source round active",
        "0 source status active",
        "0 source round active",
        "0 source sent null",
        "0 target transferred null",
        "0 source transferred null",
        "0 target RESUME null",
        "0 source end completed",
    ];
    assert_eq!(rows(&parsed), expected);
    let first = [Some(1), Some(29_000), Some(3768), Some(6000)];
    // Of the last round only the duration is told.
    assert_eq!(
        rounds(&parsed),
        [first, [Some(2), Some(3500), Some(2500), Some(400)], [Some(3), None, None, None]]
    );
    assert_eq!(of(&parsed, "round", "total_bytes"), [Some(134_217_728.0), None, None]);
    let iterations = [Some(1.0), None, Some(1.0), Some(2.0), Some(2.0), Some(3.0)];
    assert_eq!(of(&parsed, "status", "iteration"), iterations);
    let pages = [1024.0, 26_624.0, 32_768.0, 0.0, 32_800.0, 0.0].map(Some);
    assert_eq!(of(&parsed, "status", "progress_pages"), pages);
    assert_eq!(of(&parsed, "status", "progress_of_pages"), [Some(32_768.0); 6]);
    assert_eq!(of(&parsed, "status", "progress_percent"), [3.0, 81.0, 100.0, 0.0, 100.0, 0.0].map(Some));
    // A time alone on a line is that of the row that follows.
    assert_eq!(f64s(&parsed, "time")[..2], [Some(1_795_262_345.25), None]);
}

#[test]
fn xl_since_4_6_overwrites_its_lines() {
    let parsed = check("xen-migrate/valid/xl-4.17.txt", &[]);
    assert_eq!(parsed.version.as_deref(), Some("4.17"));
    let iterations = [1, 1, 2, 2, 6].map(|round| Some(f64::from(round)));
    assert_eq!(of(&parsed, "status", "iteration"), iterations);
    assert_eq!(of(&parsed, "status", "progress_pages"), [1024.0, 32_768.0, 0.0, 6000.0, 120.0].map(Some));
    assert_eq!(
        of(&parsed, "status", "progress_of_pages"),
        [32_768.0, 32_768.0, 6000.0, 6000.0, 120.0].map(Some)
    );
    let expected = [
        "0 source STOP null",
        "0 source status active",
        "0 source saved completed",
        "0 target saved null",
        "0 target transferred null",
        "0 source transferred null",
        "0 target RESUME null",
        "0 source end completed",
    ];
    assert_eq!(rows(&parsed)[6..], expected);
    assert_eq!(i64s(&parsed, "domain")[2..], [Some(6); 12]);
    assert_eq!(u32s(&parsed, "line")[2..8], [9, 9, 10, 10, 11, 11]);
}

#[test]
fn xl_fails_in_several_ways() {
    let parsed = check("xen-migrate/valid/xl-failed.txt", &[]);
    let expected = [
        "0 target migrate-incoming active",
        "0 source status active",
        "0 source saved failed",
        "0 source end failed",
        "1 target migrate-incoming active",
        "1 source status active",
        "1 source RESUME null",
        "1 source end failed",
    ];
    assert_eq!(rows(&parsed), expected);
    let errors = strs(&parsed, "error");
    assert_eq!(errors[3], "xc: error: Save failed (104 = Connection reset by peer): Internal error");
    assert_eq!(errors[7], "migration target: Domain creation failed (code -3).");
    let times = [5.0, 5.0, 6.0, 7.0, 65.0, 65.0, 66.0, 66.0].map(|second| Some(1_795_262_340.0 + second));
    assert_eq!((f64s(&parsed, "time"), parsed.frame.clock), (times.to_vec(), Clock::Epoch));
    let parsed = check("xen-migrate/valid/xl-handshake.txt", &[]);
    assert_eq!(strs(&parsed, "error")[1], "** Migration failed during final handshake **");
}

#[test]
fn xenserver_tells_pages() {
    let parsed = check("xen-migrate/valid/xenserver-with-years.log", &["note 6 no-end"]);
    let expected = [
        "0 source status active",
        "0 source status active",
        "0 source status active",
        "1 source status active",
        "0 source status active",
        "0 source suspend null",
        "0 source saved completed",
    ];
    assert_eq!(rows(&parsed), expected);
    let domains = [1, 1, 1, 2, 1, 1, 1].map(Some);
    assert_eq!(i64s(&parsed, "domain"), domains);
    let sent = [None, Some(204_800), Some(225_280), Some(1024), Some(262_400), None, None];
    let sent = sent.map(|pages: Option<i32>| pages.map(|pages| f64::from(pages) * 4096.0));
    assert_eq!(f64s(&parsed, "transferred_bytes"), sent);
    // -1 is not known.
    assert_eq!(f64s(&parsed, "remaining_bytes"), [None, None, None, None, Some(12_288.0), None, None]);
    assert_eq!(i64s(&parsed, "iteration"), [Some(1), Some(1), Some(1), Some(1), Some(5), None, None]);
    assert_eq!(of(&parsed, "status", "progress_percent"), [Some(78.0), Some(78.0), Some(86.0), None, None]);
    let times = [5.25, 5.3, 5.75, 6.0, 6.25, 6.5, 7.0].map(|second| Some(1_795_262_340.0 + second));
    assert_eq!(f64s(&parsed, "time"), times);
    // syslog's own times have no year.
    let expected = ["warning 1 year-unknown", "note 6 no-end"];
    let parsed = check("xen-migrate/invalid/xenserver.log", &expected);
    assert_eq!((f64s(&parsed, "time"), f64s(&parsed, "local_s")), (vec![None; 7], vec![None; 7]));
    assert_eq!(f64s(&parsed, "transferred_bytes"), sent);
    let expected = ["warning 1 underflow", "note 1 no-end", "warning 2 row-unreadable"];
    let parsed = check("xen-migrate/invalid/json-without-round.log", &expected);
    assert_eq!(parsed.rows, RowCount { read: 1, lost: 1 });
    assert_eq!(f64s(&parsed, "remaining_bytes"), [None]);
}

#[test]
fn cut_logs_keep_what_is_whole() {
    let expected = ["note 1 time-zone-unknown", "warning 2 last-line-cut", "note 2 no-end"];
    let parsed = check("xen-migrate/invalid/cut.log", &expected);
    assert_eq!(rounds(&parsed), [[Some(1), Some(29_000), Some(3768), None]]);
    assert_eq!(of(&parsed, "round", "dirtied_bytes_per_s"), [Some(14_375_000.0)]);
    let parsed = check("xen-migrate/invalid/cut-progress.txt", &["warning 2 last-line-cut", "note 2 no-end"]);
    assert_eq!(i64s(&parsed, "progress_pages"), [Some(1024), None]);
    assert_eq!(i64s(&parsed, "iteration"), [Some(1), Some(1)]);
    let parsed = check("xen-migrate/invalid/cut-json.log", &["note 1 no-end", "warning 2 last-line-cut"]);
    assert_eq!(parsed.rows, RowCount { read: 1, lost: 1 });
    // The end of a file is not always the end of a line.
    let parsed = parse_text(
        format("xen-migrate"),
        "migration target: Ready to receive domain.\nMigration successful.",
    );
    assert_eq!(diagnostics(&parsed), [""; 0]);
}

#[test]
fn damaged_rounds() {
    let expected = [
        "warning 1 rounds-missing",
        "warning 1 value-unreadable",
        "warning 1 underflow",
        "note 1 time-zone-unknown",
        "warning 2 rounds-missing",
        "warning 2 underflow",
        "warning 3 rate-contradicted",
        "warning 4 value-unreadable",
        "warning 4 round-incomplete",
        "warning 5 row-unreadable",
        "warning 6 row-unreadable",
        "warning 7 round-incomplete",
        "warning 8 rounds-mixed",
        "warning 9 value-unreadable",
    ];
    let parsed = check("xen-migrate/invalid/damaged.log", &expected);
    assert_eq!(parsed.rows, RowCount { read: 7, lost: 2 });
    let expected = [
        [Some(3), Some(29_000), Some(3768), Some(6000)],
        [Some(6), Some(600_000), Some(0), Some(60_000)],
        [Some(7), Some(600_000), Some(0), Some(60_000)],
        [Some(8), None, Some(0), None],
        [Some(9), Some(5), None, None],
        [Some(4), Some(5), Some(1), Some(0)],
    ];
    assert_eq!(rounds(&parsed), expected);
    // 600000 pages in 20 s are 983 Mb/s; the log says -91 and 112.
    let rates = [Some(69_750_000.0), None, None, None, None, Some(20_375_000.0)];
    assert_eq!(of(&parsed, "round", "throughput_bytes_per_s"), rates);
    assert_eq!(
        (of(&parsed, "saved", "exit_status"), parsed.facts.text("last_status")),
        (vec![None], Some("active"))
    );
    let expected = [
        "warning 2 row-unreadable",
        "warning 3 rounds-missing",
        "warning 3 value-unreadable",
        "note 4 above-100",
        "warning 6 round-incomplete",
    ];
    let parsed = check("xen-migrate/invalid/damaged-progress.txt", &expected);
    assert_eq!(of(&parsed, "status", "progress_of_pages"), [Some(32_768.0), None, Some(100.0)]);
    assert_eq!(of(&parsed, "status", "progress_percent"), [Some(100.0), Some(0.0), Some(120.0)]);
}

#[test]
fn it_is_known_by_what_xen_says() {
    // xend's log of much else before.
    let mut log = String::new();
    for second in 0..60 {
        log += &format!(
            "[2012-03-09 13:36:{second:02} xend 3113] DEBUG (XendDomainInfo:2270) Storing\n(vm (name asam))\n"
        );
    }
    assert!(detect(log.as_bytes()).is_err());
    log += &String::from_utf8(bytes("xen-migrate/valid/xend-4.0.log")).unwrap();
    assert_eq!(detect(log.as_bytes()), Ok(format("xen-migrate")));
    assert_eq!(parse_text(format("xen-migrate"), &log).rows, RowCount { read: 10, lost: 0 });
    // The duration of the command is told: that is what such a log is for.
    let timed = "1264510805\nmigration target: Ready to receive domain.\nMigration successful.\n0:08.87 real, 0.04 user, 0.10 sys, \
                 0 KB unshared Data, 0 Average Total memory use, 1% CPU Percentage\n";
    assert_eq!(detect(timed.as_bytes()), Ok(format("migration-time")));
    // XenServer's emulators speak a dialect of QMP.
    let emulator = "2026-11-21T11:59:05+00:00 kirsche xenguest-1-emp[1]: libempserver:debug: got { \"execute\" : \"migrate_progress\" }\n";
    assert_eq!(detect(emulator.as_bytes()), Ok(format("xen-migrate")));
    let error = stillstand_parsers::parse(format("xen-migrate"), emulator.as_bytes()).unwrap_err();
    assert!(error.to_string().contains("Saving memory pages: iter 1"), "{error}");
}
