//! Tables whose columns are declared, whatever is in them: nothing panics, every row is read or told to be lost, and memory is
//! bounded by the table.

use proptest::prelude::*;
use stillstand_parsers::declared::{
    Column, Dated, DeclaredError, Events, Figure, Key, Long, Migrations, Probes, Series, Success, TimeForm,
    TimeUnit, Written,
};
use stillstand_parsers::{Parsed, Unit};

fn name(name: &str) -> Key {
    Key::Name(name.to_owned())
}

fn dated() -> Dated {
    Dated { time: Some((name("t"), TimeForm::Told)), ..Dated::default() }
}

/// A way to read a table.
type Read = Box<dyn Fn(&[u8]) -> Result<Parsed, DeclaredError>>;

/// Each kind of table, with one that it reads.
fn kinds() -> Vec<(&'static str, Read, &'static str)> {
    let column = |key: Key, name: &str| Column {
        key,
        name: name.to_owned(),
        unit: Unit::Count,
        factor: 2.0,
        less: None,
    };
    let probes = Probes {
        dated: dated(),
        time_is_end: false,
        duration: Some((name("ms"), TimeUnit::Milli)),
        success: Some(Success { column: name("ok"), values: None, failures: None }),
        is_closed_loop: true,
    };
    let events = Events {
        dated: Dated { monotonic: Some((name("up"), TimeUnit::Seconds)), ..dated() },
        event: name("event"),
        words: Vec::new(),
    };
    let columns = vec![column(name("cpu"), "a.cpu"), column(name("mem"), "a.mem")];
    let wide = Series { dated: dated(), columns: columns.clone(), ..Series::default() };
    let long = Series {
        dated: dated(),
        columns,
        long: Some(Long { name: name("what"), value: name("value") }),
        ..Series::default()
    };
    let bare = Series {
        dated: Dated { monotonic: Some((Key::Number(1), TimeUnit::Seconds)), ..Dated::default() },
        columns: vec![column(Key::Number(1), "a.n")],
        ..Series::default()
    };
    let told = |column: &str| Some((name(column), Written::Time(TimeForm::Told)));
    let migrations = Migrations {
        request: told("start"),
        end: told("end"),
        figures: vec![(Figure::Downtime, name("ms"), 1e-3)],
        success: Some(Success { column: name("ok"), values: None, failures: None }),
        factors: vec![("load".to_owned(), name("load"))],
        repetition: Some(name("run")),
        ..Migrations::default()
    };
    let one = Migrations { figures: vec![(Figure::Duration, Key::Number(1), 1.0)], ..Migrations::default() };
    vec![
        (
            "probes",
            Box::new(move |bytes| probes.read(bytes)),
            "t,ms,ok\n1700000000.5,12,200\n1700000001.5,,timeout\n",
        ),
        (
            "events",
            Box::new(move |bytes| events.read(bytes)),
            "t;up;event\n1700000000,5;7,25;start\n1700000009;16;end\n",
        ),
        ("wide", Box::new(move |bytes| wide.read(bytes)), "t,cpu,mem\n1700000000,1.5,4096\n1700000001,,\n"),
        (
            "long",
            Box::new(move |bytes| long.read(bytes)),
            "what,t,value\ncpu,1700000000,7\nmem,1700000000,8\nvus,1700000000,9\n",
        ),
        ("bare", Box::new(move |bytes| bare.read(bytes)), "1\n2\n3\n"),
        (
            "migrations",
            Box::new(move |bytes| migrations.read(bytes)),
            "load,run,start,end,ms,ok\nidle,1,1700000000,1700000009,41,yes\n",
        ),
        ("durations", Box::new(move |bytes| one.read(bytes)), "1\n2\n3\n"),
    ]
}

/// Every row of the frame was read, and every column is as long.
fn is_whole(kind: &str, log: &Parsed) {
    assert_eq!(log.frame.height(), log.rows.read, "{kind}");
    assert!(log.frame.has("line"), "{kind}");
    for column in log.frame.df.columns() {
        assert_eq!(column.len(), log.rows.read, "{kind}: {}", column.name());
    }
}

#[test]
fn each_kind_reads_its_table() {
    for (kind, read, table) in kinds() {
        let log = read(table.as_bytes()).unwrap_or_else(|error| panic!("{kind}: {error}"));
        is_whole(kind, &log);
        assert_eq!(log.rows.lost, 0, "{kind}");
    }
}

#[test]
fn memory_is_bounded_by_the_table() {
    for (kind, read, table) in kinds() {
        let (heading, rows) = table.split_once('\n').unwrap();
        // Just behind where a vector has doubled.
        for n in [1_100, 33_000] {
            let bytes = format!("{heading}\n{}", rows.repeat(n));
            let taken = allocation_counter::measure(|| drop(read(bytes.as_bytes()))).bytes_max;
            let most = (1 << 20) + 160 * bytes.len() as u64;
            assert!(taken <= most, "{kind}: {taken} bytes for {}", bytes.len());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for (kind, read, table) in kinds() {
            if let Ok(log) = read(&bytes) {
                is_whole(kind, &log);
            }
            let behind = [table.as_bytes(), &bytes].concat();
            if let Ok(log) = read(&behind) {
                is_whole(kind, &log);
            }
        }
    }

    /// Damage in a table costs the rows in which it is, or those that a quote takes with it.
    #[test]
    fn damage_is_counted(place in 0_usize..10_000, with in "[ -~\n\t\"]{0,4}") {
        for (kind, read, table) in kinds() {
            let (heading, rows) = table.split_once('\n').unwrap();
            let mut text = rows.repeat(20);
            let at = place % text.len();
            text.replace_range(at..=at, &with);
            let bytes = format!("{heading}\n{text}");
            if let Ok(log) = read(bytes.as_bytes()) {
                is_whole(kind, &log);
                let told = !log.diagnostics.is_empty();
                prop_assert!(log.rows.lost == 0 || told, "{}: {} rows lost in silence", kind, log.rows.lost);
            }
        }
    }
}
