use super::*;

fn name(name: &str) -> Key {
    Key::Name(name.to_owned())
}

fn told(column: &str) -> Option<(Key, Written)> {
    Some((name(column), Written::Time(TimeForm::Told)))
}

fn migrations() -> Migrations {
    Migrations {
        request: told("start"),
        end: told("end"),
        figures: vec![
            (Figure::Downtime, name("downtime_ms"), 1e-3),
            (Figure::Transferred, name("mib"), 1_048_576.0),
        ],
        success: Some(Success { column: name("ok"), values: None, failures: None }),
        factors: vec![("load".to_owned(), name("load"))],
        repetition: Some(name("run")),
        ..Migrations::default()
    }
}

const TABLE: &str = "load,run,start,end,downtime_ms,mib,ok\n\
    idle,1,1784063959.25,1784063968.5,41,812,yes\n\
    idle,2,1784064059.25,,,,no\n";

fn column(log: &Parsed, name: &str) -> Vec<Option<f64>> {
    log.frame.f64s(name).unwrap().iter().collect()
}

#[test]
fn a_row_is_a_migration() {
    let log = migrations().read(TABLE.as_bytes()).unwrap();
    assert_eq!(column(&log, "time"), [Some(1_784_063_959.25), Some(1_784_064_059.25)]);
    assert_eq!(column(&log, "duration_s"), [Some(9.25), None]);
    assert_eq!(column(&log, "downtime_s"), [Some(0.041), None]);
    assert_eq!(column(&log, "transferred_bytes"), [Some(812.0 * 1_048_576.0), None]);
    let succeeded: Vec<_> = log.frame.bools("succeeded").unwrap().iter().collect();
    assert_eq!(succeeded, [Some(true), Some(false)]);
    assert_eq!(log.frame.strs("factor.load").unwrap().get(1), Some("idle"));
    assert_eq!(log.frame.u32s("repetition").unwrap().get(1), Some(2));
    assert_eq!(log.facts.float("downtime_resolution_s"), Some(0.001));
}

#[test]
fn the_end_and_the_duration_give_the_request() {
    let figures = vec![(Figure::Duration, name("took"), 1.0)];
    let table = Migrations { request: None, end: told("end"), figures, ..Migrations::default() };
    let log = table.read(b"end,took\n1784063968.5,9.25\n").unwrap();
    assert_eq!(column(&log, "time"), [Some(1_784_063_959.25)]);
    let seconds = |column| Some((name(column), Written::Elapsed(TimeUnit::Seconds)));
    let table = Migrations { request: seconds("start"), end: seconds("end"), ..Migrations::default() };
    let log = table.read(b"start,end\n111.5,113.75\n").unwrap();
    assert_eq!((column(&log, "time"), column(&log, "duration_s")), (vec![None], vec![Some(2.25)]));
}

#[test]
fn what_is_damaged_is_said() {
    let table = "load,run,start,end,downtime_ms,mib,ok\n\
        ,1,1784063959.25,1784063968.5,41,812,yes\n\
        idle,x,1784063959.25,1784063968.5,41,812,yes\n\
        idle,3,1784063959.25,1784063951.5,41,812,yes\n\
        idle,7,1784063959.25,1784063968.5,41,812,yes\n";
    let log = migrations().read(table.as_bytes()).unwrap();
    assert_eq!((log.rows.read, log.rows.lost), (1, 3));
}

#[test]
fn a_cell_that_says_nothing_costs_no_other() {
    let table = "load,run,start,end,downtime_ms,mib,ok\n\
        idle,1,1784063959.25,1784063968.5,-41,812,yes\n\
        idle,2,soon,1784063968.5,41,812,yes\n\
        idle,3,1784063959.25,1784063968.5,abc,inf,yes\n\
        idle,4,1784063959.25,1784063968.5,n/a,812,yes\n\
        idle,5,1784063959.25,1784063968.5,-,812,yes\n\
        idle,6,1784063959.25,,NaN,,no\n\
        idle,7,1784063959.25,1784063968.5,41,812,yes\n";
    let log = migrations().read(table.as_bytes()).unwrap();
    assert_eq!((log.rows.read, log.rows.lost), (7, 0));
    let ms = Some(0.041);
    assert_eq!(column(&log, "downtime_s"), [None, ms, None, None, None, None, ms]);
    let took = Some(9.25);
    assert_eq!(column(&log, "duration_s"), [took, None, took, took, took, None, took]);
    let told: Vec<_> = log.diagnostics.iter().map(|found| (found.code, found.line)).collect();
    let expected = [
        ("value-impossible", Some(2)),
        ("value-unreadable", Some(3)),
        ("value-unreadable", Some(4)),
        ("value-unreadable", Some(4)),
        // That a migration that failed has no downtime is no news.
        ("values-missing", Some(5)),
    ];
    assert_eq!(told, expected);
    assert!(log.diagnostics.iter().any(|found| found.message.contains("in 2 of 7 rows")), "{told:?}");
    let lost = migrations().read(TABLE.replace("yes", "yes\nidle,3,soon,later,x,y,yes").as_bytes()).unwrap();
    assert_eq!((lost.rows.read, lost.rows.lost), (2, 1));
}

#[test]
fn no_downtime_is_longer_than_its_migration() {
    let table = "load,run,start,end,downtime_ms,mib,ok\n\
        idle,1,1784063959,1784063968,9800,812,yes\n\
        idle,2,1784063959,1784063968,41000,812,yes\n\
        idle,3,1784063959,1784063968,42000,812,yes\n\
        idle,4,1784063959,,42000,812,yes\n";
    let log = migrations().read(table.as_bytes()).unwrap();
    assert_eq!(column(&log, "downtime_s"), [Some(9.8), None, None, Some(42.0)], "times are whole seconds");
    let told: Vec<_> = log.diagnostics.iter().map(|found| (found.code, found.line)).collect();
    assert_eq!(told, [("value-impossible", Some(3)), ("values-missing", Some(5))]);
}

/// Code, line and message.
type Told = (&'static str, Option<u64>, String);

fn statuses(success: Success, words: &[&str]) -> (Vec<Option<bool>>, Vec<Told>) {
    let rows: String = words
        .iter()
        .enumerate()
        .map(|(run, word)| format!("idle,{run},1784063959.25,1784063968.5,41,812,{word}\n"))
        .collect();
    let table = Migrations { success: Some(success), ..migrations() };
    let log = table.read(format!("load,run,start,end,downtime_ms,mib,ok\n{rows}").as_bytes()).unwrap();
    assert_eq!((log.rows.read, log.rows.lost), (words.len(), 0));
    let told = log.diagnostics.iter().map(|found| (found.code, found.line, found.message.to_string()));
    (log.frame.bools("succeeded").unwrap().iter().collect(), told.collect())
}

#[test]
fn a_status_that_says_nothing_is_no_failure() {
    let words = ["yes", "", "n/a", "-", "none", "NaN", "FAILED", "Unknown"];
    let known = [Some(true), None, None, None, None, None, Some(false), None];
    let usual = Success { column: name("ok"), values: None, failures: None };
    let listed = |text: &str| Some(vec![text.to_owned()]);
    for success in [
        usual.clone(),
        Success { values: listed("yes"), ..usual.clone() },
        Success { failures: listed("failed"), ..usual.clone() },
    ] {
        let (succeeded, told) = statuses(success, &words);
        assert_eq!(succeeded, known);
        let [(code, line, message)] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!((*code, *line), ("values-missing", Some(3)), "once, where it stands first");
        assert!(message.contains("in 6 of 8 rows"), "{message}");
    }
    // Where nothing is what says it, it does.
    let (succeeded, told) = statuses(Success { values: listed(""), ..usual }, &["", "error"]);
    assert_eq!((succeeded, told), (vec![Some(true), Some(false)], Vec::new()));
}

#[test]
fn a_status_that_is_not_known_is_told_with_its_line() {
    let usual = Success { column: name("ok"), values: None, failures: None };
    let (succeeded, told) = statuses(usual.clone(), &["yes", "perhaps", "running", "perhaps", "completed"]);
    assert_eq!(succeeded, [Some(true), None, None, None, Some(true)]);
    let told: Vec<_> = told.iter().map(|(code, line, _)| (*code, *line)).collect();
    assert_eq!(told, [("success-unknown", Some(3)), ("success-unknown", Some(4))]);
    let listed = |text: &str| Some(vec![text.to_owned()]);
    let values = Success { values: listed("yes"), ..usual.clone() };
    let (succeeded, told) = statuses(values, &["yes", "perhaps", "completed", "failed"]);
    assert_eq!(succeeded, [Some(true), Some(false), Some(false), Some(false)]);
    let places: Vec<_> = told.iter().map(|(code, line, _)| (*code, *line)).collect();
    assert_eq!(places, [("success-unlisted", Some(3)), ("success-unlisted", Some(4))]);
    assert!(told[1].2.contains("usually says that one completed"), "{}", told[1].2);
    let failures = Success { failures: listed("broken"), ..usual };
    let (succeeded, told) = statuses(failures, &["yes", "broken", "error", "fine"]);
    assert_eq!(succeeded, [Some(true), Some(false), Some(true), Some(true)]);
    let places: Vec<_> = told.iter().map(|(code, line, _)| (*code, *line)).collect();
    assert_eq!(places, [("success-unlisted", Some(4))]);
}
