use super::*;
use crate::declared::{TimeForm, TimeUnit};

fn name(name: &str) -> Key {
    Key::Name(name.to_owned())
}

fn column(key: &str, factor: f64) -> Column {
    Column { key: name(key), name: format!("x.{key}"), unit: Unit::Count, factor, less: None }
}

fn wide() -> Series {
    Series {
        dated: Dated { time: Some((name("t"), TimeForm::Told)), ..Dated::default() },
        columns: vec![column("cpu", 1.0), column("mem", 1024.0)],
        ..Series::default()
    }
}

type Row = (Option<f64>, Option<f64>, Option<f64>);

fn rows(log: &Parsed) -> Vec<Row> {
    let column = |name: &str| log.frame.f64s(name).unwrap().iter().collect::<Vec<_>>();
    let times = column("time").into_iter().zip(column("x.cpu"));
    times.zip(column("x.mem")).map(|((t, cpu), mem)| (t, cpu, mem)).collect()
}

fn codes(log: &Parsed) -> Vec<(&'static str, Option<u64>)> {
    log.diagnostics.iter().map(|found| (found.code, found.line)).collect()
}

#[test]
fn a_row_has_a_value_of_each_quantity() {
    let t = 1_700_000_000.5;
    let expected = [(Some(t), Some(12.5), Some(4096.0)), (Some(t + 1.0), None, Some(5120.0))];
    for table in [
        "t,cpu,mem\n1700000000.5,12.5,4\n1700000001.5,,5\n",
        "mem;t;x;cpu\n4;1700000000,5;a;12,5 %\n5;1700000001,5;b;null\n",
        "{\"t\": 1700000000.5, \"cpu\": 12.5, \"mem\": 4}\n{\"t\": 1700000001.5, \"cpu\": null, \"mem\": 5}\n",
    ] {
        let log = wide().read(table.as_bytes()).unwrap();
        assert_eq!(rows(&log), expected, "{table}");
        assert_eq!((log.rows.read, log.rows.lost), (2, 0), "{table}");
        // That a cell is empty is told with its line.
        let told: Vec<&str> = log.diagnostics.iter().map(|found| found.code).collect();
        assert_eq!(told, ["values-missing"], "{table}");
        assert_eq!(log.diagnostics[0].line, log.frame.line(1), "{table}");
    }
}

#[test]
fn a_bad_cell_costs_itself_and_a_bad_row_the_row() {
    let table = "t,cpu,mem\n1700000000,x,4\nsoon,1,4\n1700000002,y,z\n1700000003,1,4\n1700000004,1";
    let log = wide().read(table.as_bytes()).unwrap();
    assert_eq!(rows(&log).len(), 2);
    assert_eq!((log.rows.read, log.rows.lost), (2, 3));
    let mut told = codes(&log);
    told.sort_unstable();
    assert_eq!(
        told,
        [
            ("last-line-cut", Some(6)),
            ("time-unreadable", Some(3)),
            ("value-unreadable", Some(2)),
            ("value-unreadable", Some(4))
        ]
    );
    let missing = Series { columns: vec![column("cpuu", 1.0)], ..wide() }.read(table.as_bytes());
    assert!(matches!(missing, Err(DeclaredError::Column(missing)) if missing.known == ["t", "cpu", "mem"]));
}

#[test]
fn a_row_has_one_value_and_says_of_what() {
    let long = Series { long: Some(Long { name: name("metric"), value: name("value") }), ..wide() };
    let table = "metric,t,value\ncpu,1700000000,1\nmem,1700000000,4\nvus,1700000000,7\ncpu,1700000001,2\n";
    let log = long.read(table.as_bytes()).unwrap();
    let t = 1_700_000_000.0;
    assert_eq!(
        rows(&log),
        [(Some(t), Some(1.0), None), (Some(t), None, Some(4096.0)), (Some(t + 1.0), Some(2.0), None)]
    );
    assert_eq!(codes(&log), []);
    let only_one = long.read(b"metric,t,value\ncpu,1700000000,1\nmemory,1700000000,4\n").unwrap();
    assert_eq!(codes(&only_one), [("series-name-missing", None)]);
    assert!(
        only_one.diagnostics[0].message.contains("`mem`")
            && only_one.diagnostics[0].message.contains("memory")
    );
    let none = long.read(b"metric,t,value\nCPU,1700000000,1\n");
    assert!(matches!(none, Err(DeclaredError::Column(missing)) if missing.known == ["CPU"]));
}

#[test]
fn a_clock_may_count_from_an_event() {
    let series = Series {
        dated: Dated { monotonic: Some((name("elapsed_ms"), TimeUnit::Milli)), ..Dated::default() },
        since: Some("benchmark_start".to_owned()),
        columns: vec![column("cpu", 1.0)],
        ..Series::default()
    };
    let mut log = series.read(b"elapsed_ms,cpu\n500,1\n1500,2\nx,3\n").unwrap();
    assert!(log.needs_clock_start());
    assert_eq!((log.facts.text("since"), log.rows.lost), (Some("benchmark_start"), 1));
    log.declare_clock_start(1_700_000_000.0);
    assert_eq!(log.frame.times().unwrap(), [Some(1_700_000_000.5), Some(1_700_000_001.5)]);
}

#[test]
fn what_no_quantity_of_the_unit_can_be_is_left_out_and_told() {
    let of = |name: &str, unit: Unit, factor: f64| Column {
        key: self::name(name),
        name: format!("x.{name}"),
        unit,
        factor,
        less: None,
    };
    let host = Column { name: "cpu.user".to_owned(), ..of("cpu", Unit::Percent, 1.0) };
    let series = Series { columns: vec![host, of("mem", Unit::Bytes, 1_073_741_824.0)], ..wide() };
    let log =
        series.read(b"t,cpu,mem\n1700000000,12,4294967296\n1700000001,-40,4\n1700000002,1e308,4\n").unwrap();
    let column = |name: &str| log.frame.f64s(name).unwrap().iter().collect::<Vec<_>>();
    assert_eq!(column("cpu.user"), [Some(12.0), None, None]);
    let four = Some(4.0 * 1_073_741_824.0);
    assert_eq!(column("x.mem"), [None, four, four]);
    assert_eq!(codes(&log), [("value-impossible", Some(2)), ("value-impossible", Some(3))]);
    assert!(log.diagnostics[1].message.contains("2 values"), "{:?}", log.diagnostics);
}

#[test]
fn rows_that_are_there_again_count_once() {
    let once = "1700000000.5,12,4\n1700000001.5,12,5\n1700000002.5,13,4\n";
    let expected = rows(&wide().read(format!("t,cpu,mem\n{once}").as_bytes()).unwrap());
    let twice: String = once.lines().map(|line| format!("{line}\n{line}\n")).collect();
    for (table, line) in
        [(format!("{once}{once}"), 5), (twice, 3), (format!("{once}t,cpu,mem\n{once}{once}"), 6)]
    {
        let log = wide().read(format!("t,cpu,mem\n{table}").as_bytes()).unwrap();
        assert_eq!(rows(&log), expected, "{table}");
        assert_eq!(codes(&log), [("rows-told-again", Some(line))], "{table}");
        assert_eq!(log.rows.read, 3);
    }
    // The same values at another time, or others at the same, are no copies.
    let log = wide().read(b"t,cpu,mem\n1700000000,12,4\n1700000001,12,4\n1700000001,12,5\n").unwrap();
    assert_eq!((log.rows.read, codes(&log)), (3, Vec::new()));
}

#[test]
fn that_rows_are_out_of_order_is_told() {
    let log = wide()
        .read(b"t,cpu,mem\n1700000001,12,4\n1700000003,13,4\n1700000002,14,4\n1700000000,15,4\n")
        .unwrap();
    assert_eq!(codes(&log), [("rows-out-of-order", Some(4))]);
    assert!(log.diagnostics.iter().any(|found| found.message.starts_with("2 rows")));
}

#[test]
fn values_of_a_second_may_be_the_same() {
    let long = Series { long: Some(Long { name: name("what"), value: name("n") }), ..wide() };
    let of = |what: &str| format!("{what},1700000000,1\n{what},1700000000,1\n{what},1700000001,1\n");
    let log = long.read(format!("what,t,n\n{}{}", of("cpu"), of("mem")).as_bytes()).unwrap();
    assert_eq!((log.rows.read, codes(&log)), (6, Vec::new()));
    let again = long.read(format!("what,t,n\n{0}{0}", of("cpu")).as_bytes()).unwrap();
    assert_eq!(again.rows.read, 3, "{:?}", codes(&again));
}

#[test]
fn what_failed_is_taken_off() {
    let done = Column { less: Some(name("failed")), ..column("asked", 1.0) };
    let table = Series { columns: vec![done, column("users", 1.0)], ..wide() };
    let rows = "asked,failed,users\n100,0,5\n100,40,6\n100,100.2,7\n100,,8\n";
    let stamped: String = rows
        .lines()
        .enumerate()
        .map(
            |(row, line)| {
                if row == 0 { format!("t,{line}\n") } else { format!("{},{line}\n", 1_784_063_959 + row) }
            },
        )
        .collect();
    let log = table.read(stamped.as_bytes()).unwrap();
    let values = |name: &str| log.frame.f64s(name).unwrap().iter().collect::<Vec<_>>();
    assert_eq!(values("x.asked"), [Some(100.0), Some(60.0), Some(0.0), None]);
    assert_eq!(values("x.users"), [Some(5.0), Some(6.0), Some(7.0), Some(8.0)]);
}
