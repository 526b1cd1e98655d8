use super::*;
use crate::declared::TimeForm;

fn name(name: &str) -> Key {
    Key::Name(name.to_owned())
}

/// `t`, `latency` in seconds, `status`.
fn probes() -> Probes {
    Probes {
        dated: Dated { time: Some((name("t"), TimeForm::Told)), ..Dated::default() },
        time_is_end: false,
        duration: Some((name("latency"), TimeUnit::Seconds)),
        success: Some(Success { column: name("status"), values: None, failures: None }),
        is_closed_loop: true,
    }
}

type Row = (Option<f64>, Option<f64>, bool);

fn rows(log: &Parsed) -> Vec<Row> {
    let column = |name: &str| match log.frame.f64s(name) {
        Ok(values) => values.iter().collect(),
        Err(_) => vec![None; log.frame.height()],
    };
    let worked = log.frame.bools("worked").unwrap();
    let times = column("epoch_s").into_iter().zip(column("duration_s"));
    times.zip(worked.iter()).map(|((time, took), worked)| (time, took, worked.unwrap())).collect()
}

fn codes(log: &Parsed) -> Vec<(&'static str, Option<u64>)> {
    log.diagnostics.iter().map(|found| (found.code, found.line)).collect()
}

fn check(table: &str, expected: &[Row]) {
    let log = probes().read(table.as_bytes()).unwrap();
    assert_eq!(rows(&log), expected, "{table}");
    assert_eq!(codes(&log), [], "{table}");
}

#[test]
fn any_delimiter_and_decimal_commas() {
    let expected =
        [(Some(1_700_000_000.305), Some(0.0101), true), (Some(1_700_000_001.422), Some(1.0015), false)];
    check(
        "t,host,operation,status,error,latency\n1700000000.305,a,get,success,,0.0101\n\
         1700000001.422,a,get,fail,\"Timeout, no \"\"answer\"\"\",1.0015\n",
        &expected,
    );
    check("t;status;latency\r\n1700000000,305;200;0,0101\r\n1700000001,422;000;1,0015\r\n", &expected);
    check(
        "\u{feff}t\tlatency\tstatus\n1700000000.305\t0.0101\tTrue\n1700000001.422\t1.0015\tFalse\n",
        &expected,
    );
    check("# t latency status\n\n1700000000.305 0.0101 1\n1700000001.422   1.0015 0\n", &expected);
    check(
        "{\"t\": 1700000000.305, \"latency\": 0.0101, \"status\": 200}\n\
         {\"t\": 1700000001.422, \"latency\": 1.0015, \"status\": 502}\n",
        &expected,
    );
    check(
        "[{\"t\": 1700000000305, \"latency\": 0.0101, \"status\": \"ok\"},\n\
          {\"t\": 1700000001422, \"latency\": 1.0015, \"status\": \"timeout\"}]\n",
        &expected,
    );
}

#[test]
fn times_of_all_kinds() {
    let read = |time: &str, form: TimeForm| {
        let table = format!("t,latency,status\n\"{time}\",0.1,ok\n");
        let log = Probes { dated: Dated { time: Some((name("t"), form)), ..Dated::default() }, ..probes() }
            .read(table.as_bytes());
        log.ok().map(|log| {
            let local = log.frame.f64s("local_s").ok().and_then(|times| times.get(0));
            (rows(&log)[0].0, local)
        })
    };
    let told = |time| read(time, TimeForm::Told);
    let epoch = Some((Some(1_700_000_000.5), None));
    for time in [
        "1700000000.5",
        "1700000000500",
        "1700000000500000",
        "1700000000500000000",
        "1.7000000005e9",
        "1700000000500.0",
    ] {
        assert_eq!(told(time), epoch, "{time}");
    }
    let wall = Some((Some(1_700_000_000.5), Some(1_700_000_000.5)));
    assert_eq!(told("2023-11-14T22:13:20.5Z"), wall);
    assert_eq!(told("2023-11-14T23:13:20.5+01:00").unwrap().0, Some(1_700_000_000.5));
    // Without a zone, its place is not known.
    assert_eq!(told("2023-11-14 22:13:20.5"), Some((None, Some(1_700_000_000.5))));
    let german = TimeForm::named("%d.%m.%Y %H:%M:%S%.f").unwrap();
    assert_eq!(read("14.11.2023 22:13:20.5", german), Some((None, Some(1_700_000_000.5))));
    let zoned = TimeForm::named("%d/%b/%Y:%H:%M:%S %z").unwrap();
    assert_eq!(read("14/Nov/2023:23:13:20 +0100", zoned), Some((Some(1_700_000_000.0), None)));
    assert_eq!(read("1700000000500", TimeForm::Since1970(TimeUnit::Milli)), epoch);
    // Seconds since a start have no place.
    for time in ["0.305", "12", "yesterday", "", "1e300"] {
        assert_eq!(told(time), None, "{time}");
    }
    assert_eq!(TimeForm::named("%Q"), None);
    assert_eq!(TimeForm::named("minutes"), None);
}

#[test]
fn a_declared_offset_places_local_times() {
    let mut log = probes().read(b"t,latency,status\n2023-11-14 23:13:20.5,0.1,ok\n").unwrap();
    assert_eq!((rows(&log)[0].0, log.frame.clock), (None, Clock::None));
    log.declare_utc_offset(3600);
    assert_eq!((rows(&log)[0].0, log.frame.clock), (Some(1_700_000_000.5), Clock::Epoch));
}

#[test]
fn words_that_say_whether_it_worked() {
    let usual = Success { column: name("x"), values: None, failures: None };
    for worked in ["200", "204", "OK", "Success", "true", "1", "200.0"] {
        assert_eq!(usual.says(worked), Some(true), "{worked}");
    }
    for failed in ["000", "0", "502", "301", "Timeout", "fail", "False", "connection refused"] {
        assert_eq!(usual.says(failed), Some(false), "{failed}");
    }
    for unknown in ["", "maybe", "2", "700"] {
        assert_eq!(usual.says(unknown), None, "{unknown}");
    }
    let listed = Success { values: Some(vec![String::new(), "200".to_owned()]), ..usual };
    assert_eq!((listed.says(""), listed.says("reset by peer")), (Some(true), Some(false)));
}

#[test]
fn less_than_nothing_is_how_long_nobody_answered() {
    let table = "t,latency,status\n1700000000,0.1,ok\n1700000001,-1,timeout\n1700000002,-1.0,fail\n1700000003,-2,fail\n";
    let log = probes().read(table.as_bytes()).unwrap();
    let failed = |at| (Some(at), None, false);
    let worked = (Some(1_700_000_000.0), Some(0.1), true);
    assert_eq!(rows(&log), [worked, failed(1_700_000_001.0), failed(1_700_000_002.0)]);
    assert_eq!(codes(&log), [("duration-unreadable", Some(5))]);
    let alone = Probes { success: None, ..probes() };
    let log = alone.read(table.as_bytes()).unwrap();
    assert_eq!(rows(&log), [worked, failed(1_700_000_001.0), failed(1_700_000_002.0)]);
}

#[test]
fn words_in_german() {
    for (word, expected) in [("Erfolg", true), ("ja", true), ("Fehler", false), ("nein", false)] {
        assert_eq!(Success::usually(word), Some(expected), "{word}");
    }
}

#[test]
fn damage_costs_its_row_and_is_located() {
    let table = "t,latency,status\n1700000000,0.1,ok\nsoon,0.1,ok\n1700000002,-1,ok\n1700000003,0.1,perhaps\n1700000004\n\
                 t,latency,status\n1700000005,nan,fail\n1700000006,0.1,o";
    let log = probes().read(table.as_bytes()).unwrap();
    let failed = |at, took| (Some(at), took, false);
    assert_eq!(
        rows(&log),
        [
            (Some(1_700_000_000.0), Some(0.1), true),
            failed(1_700_000_003.0, Some(0.1)),
            failed(1_700_000_005.0, None)
        ]
    );
    assert_eq!((log.rows.read, log.rows.lost), (3, 4));
    assert_eq!(
        codes(&log),
        [
            ("time-unreadable", Some(3)),
            ("duration-unreadable", Some(4)),
            ("success-unknown", Some(5)),
            ("row-short", Some(6)),
            ("last-line-cut", Some(9)),
        ]
    );
    assert!(log.diagnostics[0].text.as_deref() == Some("soon"), "{:?}", log.diagnostics[0]);
}

#[test]
fn texts_with_delimiters_and_line_ends() {
    let mut failed = probes();
    failed.success = Some(Success { column: name("ok"), values: None, failures: None });
    // Without quotes, right where a request failed: only one way to join the cells can be read.
    let table = "t,error,latency,ok\n1700000000,,0.1,1\n1700000001,HTTPError(a, b),5.0,0\n1700000002,\"a\nb, c\",5.0,0\n\
                 1700000003,,0.1,1\n";
    let log = failed.read(table.as_bytes()).unwrap();
    assert_eq!(
        rows(&log),
        [
            (Some(1_700_000_000.0), Some(0.1), true),
            (Some(1_700_000_001.0), Some(5.0), false),
            (Some(1_700_000_002.0), Some(5.0), false),
            (Some(1_700_000_003.0), Some(0.1), true),
        ]
    );
    assert_eq!(codes(&log), [("row-joined", Some(3))]);
    // Here two ways differ.
    let log = failed.read(b"t,what,latency,ok,error\n1700000000,,0.1,1,\n1700000001,x,5,1,0,1\n").unwrap();
    assert_eq!(codes(&log), [("row-long", Some(3))]);
    // A quote that is never closed costs its own line.
    let log = failed.read(b"t,error,latency,ok\n1700000000,\",0.1,1\n1700000001,,0.1,1\n").unwrap();
    assert_eq!((log.rows.read, codes(&log)), (1, vec![("quote-open", Some(2))]));
}

#[test]
fn a_column_that_is_not_there_is_an_error() {
    let missing = |table: &str| match probes().read(table.as_bytes()) {
        Err(DeclaredError::Column(missing)) => missing.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        missing("t;lat;status\n1700000000;1;ok\n"),
        "there is no column `latency`; there are t, lat, status"
    );
    assert!(missing("t,latency,latency,status\n").starts_with("two columns are called `latency`"));
    assert_eq!(
        missing("{\"t\": 1, \"took\": {\"ms\": 2}}\n"),
        "there is no column `latency`; there are t, took.ms"
    );
    assert!(matches!(probes().read(b""), Err(DeclaredError::Unusable(_))));
    let none = probes().read(b"t,latency,status\n0.1,0.1,ok\n").unwrap_err();
    assert!(none.to_string().contains("none of 1 can"), "{none}");
}

#[test]
fn columns_by_number_need_no_heading_and_other_rows_are_left_out() {
    let mut table = probes();
    table.dated.time = Some((Key::Number(1), TimeForm::Told));
    table.success = Some(Success { column: Key::Number(2), values: None, failures: None });
    table.duration = Some((Key::Number(3), TimeUnit::Milli));
    let log = table.read(b"1700000000123 200 12.3\n1700000001123 000 1000 timed out\n").unwrap();
    assert_eq!(
        rows(&log),
        [(Some(1_700_000_000.123), Some(0.0123), true), (Some(1_700_000_001.123), Some(1.0), false)]
    );
    table.dated.only = vec![(Key::Number(4), "get".to_owned())];
    let log = table.read(b"time,code,ms,what\n1700000000,200,1,get\n1700000001,200,x,put\n").unwrap();
    assert_eq!((rows(&log).len(), codes(&log).len()), (1, 0));
}

#[test]
fn how_coarse_the_times_are() {
    let resolution = |times: &[&str]| {
        let rows = times.iter().map(|time| format!("{time},0.0123,ok\n"));
        let table = format!("t,latency,status\n{}", rows.collect::<String>());
        let log = probes().read(table.as_bytes()).unwrap();
        (log.facts.float("time_resolution_s").unwrap(), log.facts.float("duration_resolution_s").unwrap())
    };
    assert_eq!(resolution(&["1700000000", "1700000001"]), (1.0, 0.0001));
    assert_eq!(resolution(&["1700000000123", "1700000001456"]), (0.001, 0.0001));
    assert_eq!(resolution(&["1700000000.123456", "1700000001.654321"]), (0.0, 0.0001));
    // Answers of some milliseconds beside time limits of whole seconds.
    let rows = [("0.00453", "ok"), ("0.00031", "ok"), ("1.00000", "fail"), ("0.00424", "ok")];
    let rows = rows.map(|(latency, status)| format!("1700000000.5,{latency},{status}\n")).concat();
    let table = format!("t,latency,status\n{rows}");
    assert_eq!(probes().read(table.as_bytes()).unwrap().facts.float("duration_resolution_s"), Some(0.0));
}

proptest::proptest! {
    /// No bytes make it panic, and every row is read or counted.
    #[test]
    fn no_table_panics(text in "([t,;\"\\n #{}:0-9.a-z]{0,40}\n){0,8}", tail in "[\\PC\\n]{0,80}") {
        for table in [format!("t,latency,status\n{text}{tail}"), text, tail] {
            if let Ok(log) = probes().read(table.as_bytes()) {
                proptest::prop_assert_eq!(log.rows.read, log.frame.height());
            }
        }
    }
}

#[test]
fn requests_that_are_there_again_count_once() {
    let request = |n: u32| format!("{}.{:03},0.0101,200\n", 1_700_000_000 + n / 5, n % 5 * 200 + 3);
    let once: String = (0..20).map(request).collect();
    let twice: String = once.lines().map(|line| format!("{line}\n{line}\n")).collect();
    let expected = rows(&probes().read(format!("t,latency,status\n{once}").as_bytes()).unwrap());
    for (table, line) in [(format!("{once}{once}"), 22), (twice, 3)] {
        let log = probes().read(format!("t,latency,status\n{table}").as_bytes()).unwrap();
        assert_eq!(rows(&log), expected, "{table}");
        assert_eq!(codes(&log), [("rows-told-again", Some(line))], "{table}");
    }
}

#[test]
fn requests_of_a_second_may_look_the_same() {
    let second = |n: u32| format!("{},0.01,200\n", 1_700_000_000 + n).repeat(5);
    let once: String = (0..4).map(second).collect();
    let log = probes().read(format!("t,latency,status\n{once}").as_bytes()).unwrap();
    assert_eq!((log.rows.read, codes(&log)), (20, Vec::new()));
    // Behind each other they are a copy: as often as in one of both they were sent.
    let log = probes().read(format!("t,latency,status\n{once}{once}").as_bytes()).unwrap();
    assert_eq!((log.rows.read, codes(&log)), (20, vec![("rows-told-again", Some(22))]));
    // Several clients in one log, of which some requests look alike.
    let several = "1700000000.001,0.01,200\n1700000000.001,0.02,200\n1700000000.001,0.01,200\n1700000000.002,0.03,200\n\
                   1700000000.002,0.04,200\n";
    let log = probes().read(format!("t,latency,status\n{several}").as_bytes()).unwrap();
    assert_eq!((log.rows.read, codes(&log)), (5, Vec::new()));
}

#[test]
fn values_that_fail_are_listed_where_all_others_work() {
    let table = |column: &str| Probes {
        success: Some(Success {
            column: name(column),
            values: None,
            failures: Some(vec!["0".to_owned(), "timeout".to_owned()]),
        }),
        ..probes()
    };
    let t = 1_700_000_000.5;
    let log = table("bytes")
        .read(b"t,latency,bytes\n1700000000.5,0.01,512\n1700000001.5,0.5,0\n1700000002.5,0.5,\n")
        .unwrap();
    assert_eq!(
        rows(&log),
        [(Some(t), Some(0.01), true), (Some(t + 1.0), Some(0.5), false), (Some(t + 2.0), Some(0.5), false)]
    );
    // A word in the place of the duration of a request that failed costs not the failure.
    let log = probes().read(b"t,latency,status\n1700000000.5,0.01,200\n1700000001.5,timeout,000\n").unwrap();
    assert_eq!(
        (rows(&log), codes(&log)),
        (vec![(Some(t), Some(0.01), true), (Some(t + 1.0), None, false)], Vec::new())
    );
    // What stands for a failure in the place of the duration is none.
    let log = table("latency")
        .read(b"t,latency\n1700000000.5,0.01\n1700000001.5,0.000\n1700000002.5,Timeout\n1700000003.5,\n")
        .unwrap();
    let failed = |seconds: f64| (Some(t + seconds), None, false);
    assert_eq!(rows(&log), [(Some(t), Some(0.01), true), failed(1.0), failed(2.0), failed(3.0)]);
    assert_eq!(codes(&log), []);
}
