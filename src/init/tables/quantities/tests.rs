use super::super::group::group;
use super::*;

fn check(text: &str, expected: &[&str]) -> Declaration {
    let declaration = declare(&group(&[text]), &[], false).unwrap();
    let all = declaration.text("x");
    if !declaration.is_open {
        crate::input::config::Config::parse(&all).unwrap_or_else(|error| panic!("{all}: {error:#}"));
    }
    for part in expected {
        assert!(all.contains(part), "{part}: {all}");
    }
    declaration
}

#[test]
fn units_and_counters_of_headings() {
    check(
        "free_bytes,t,cpu_percent,sent_bytes_total,rx_mib_per_s,note\n3000000000,1700000000,12,5,1,a\n3000000001,1700000001,13,9,2,b\n\
         2900000000,1700000002,9,9,2,c\n",
        &[
            "time = 't'",
            "own.free_bytes\", unit = \"B\" }",
            "own.cpu_percent\", unit = \"%\" }",
            "net.sent\", unit = \"B\", kind = \"counter\"",
            "net.received\", unit = \"MiB/s\" }",
        ],
    );
    let units = ["ops_s", "kb_s", "mbit_s", "lag", "wait_ms", "queue ratio", "Last_Prozent", "cpu"];
    let found: Vec<Option<&str>> = units.into_iter().map(unit).collect();
    assert_eq!(
        found,
        [Some("1/s"), Some("kB/s"), Some("Mbit/s"), None, Some("ms"), Some("ratio"), Some("%"), None]
    );
}

#[test]
fn psutil_is_of_a_host() {
    let all = check(
        "timestamp,cpu_percent,mem_used_bytes,mem_percent,bytes_sent,bytes_recv,disk_read_bytes,disk_write_bytes,ctx\n\
         1700000000,5,900,1,10,20,30,40,1\n1700000001,5,800,1,11,21,31,41,2\n1700000002,5,950,1,12,22,32,42,0\n",
        &[
            "'cpu_percent', metric = \"own.cpu_percent\", unit = \"%\" }",
            "'mem_used_bytes', metric = \"mem.used\", unit = \"B\" }",
            "'bytes_sent', metric = \"net.sent\", unit = \"B\", kind = \"counter\" }",
            "'bytes_recv', metric = \"net.received\", unit = \"B\", kind = \"counter\" }",
            "'disk_read_bytes', metric = \"disk.read\", unit = \"B\", kind = \"counter\" }",
            "'disk_write_bytes', metric = \"disk.written\", unit = \"B\", kind = \"counter\" }",
        ],
    );
    assert!(!all.is_open && all.check[0].contains("`ctx`"), "{all:?}");
    // Of a program nobody knows what it sends.
    check(
        "timestamp,bytes_sent,orders\n1700000000,5,1\n1700000001,6,1\n1700000002,7,1\n",
        &["'bytes_sent', metric = \"own.bytes_sent\", unit = \"B\", kind = \"counter\" }"],
    );
}

/// A table with so many rows, a second apart.
fn rows(heading: &str, count: u32, row: impl Fn(u32) -> String) -> String {
    let rows: String = (0..count).map(|n| format!("{},{}\n", 1_700_000_000 + n, row(n))).collect();
    format!("timestamp,{heading}\n{rows}")
}

#[test]
fn a_counter_may_be_full_or_begin_anew() {
    let sent = |n: u64| (n * 400_000_000 + 7) % 4_294_967_296;
    check(
        &rows("mem_percent,bytes_sent", 25, |n| format!("45,{}", sent(u64::from(n)))),
        &["'bytes_sent', metric = \"net.sent\", unit = \"B\", kind = \"counter\", bits = 32 }"],
    );
    check(
        &rows("mem_percent,bytes_sent", 25, |n| format!("45,{}", n % 15 * 1000)),
        &["'bytes_sent', metric = \"net.sent\", unit = \"B\", kind = \"counter\" }"],
    );
    // What falls now and then is none.
    check(
        &rows("mem_percent,bytes_sent", 25, |n| format!("45,{}", n % 5 * 1000)),
        &["'bytes_sent', metric = \"own.bytes_sent\", unit = \"B\" }"],
    );
}

#[test]
fn a_counter_may_be_full_many_times() {
    let sent = |n: u64| (n * 900_000_000 + 7) % 4_294_967_296;
    check(
        &rows("mem_percent,bytes_sent", 60, |n| format!("45,{}", sent(u64::from(n)))),
        &["'bytes_sent', metric = \"net.sent\", unit = \"B\", kind = \"counter\", bits = 32 }"],
    );
}

#[test]
fn what_is_counted_in_each_row_is_no_counter() {
    for name in ["requests", "errors", "operations", "count"] {
        let declared = check(&rows(&format!("{name},x_percent"), 5, |n| format!("{},1", 500 + n)), &[name]);
        assert!(!declared.text("x").contains("counter"), "{declared:?}");
    }
    check(&rows("total_requests", 5, |n| (500 * n).to_string()), &["kind = \"counter\""]);
}

#[test]
fn what_was_asked_and_failed_was_not_done() {
    let locust = |failed: &dyn Fn(u32) -> u32| {
        let all = rows("User Count,Requests/s,Failures/s", 12, |n| format!("50,100,{}", failed(n)));
        check(&all, &["'Requests/s'"])
    };
    let away = locust(&|n| if (4..7).contains(&n) { 100 } else { 0 });
    assert!(away.text("x").contains("service = \"throughput\", less = 'Failures/s' }"), "{away:?}");
    assert!(
        away.check.iter().any(|check| check.contains("`Failures/s` is taken off `Requests/s`")),
        "{away:?}"
    );
    // Where nothing failed there is nothing to take off, and more cannot have failed than was asked.
    assert!(!locust(&|_| 0).text("x").contains("less"));
    assert!(!locust(&|n| 60 * n).text("x").contains("less"));
}

#[test]
fn what_a_service_did_is_its_throughput() {
    for name in ["requests_per_second", "ops_per_sec", "tps", "qps", "req/s"] {
        let all = check(
            &rows(&format!("{name},errors"), 5, |n| format!("{},0", 500 + n % 2)),
            &["service = \"throughput\" }"],
        );
        assert!(
            all.check.iter().any(|check| check.starts_with(&format!("`{name}` is taken for"))),
            "{all:?}"
        );
    }
    // All that it did so far.
    check(
        &rows("ops", 25, |n| (500 * n).to_string()),
        &["'ops', metric = \"own.ops\", unit = \"count\", kind = \"counter\", service = \"throughput\" }"],
    );
    check(
        &rows("reads_per_s,total_ops_per_s,write_ops_per_s", 5, |n| format!("1,{n},2")),
        &["'total_ops_per_s', metric = \"own.total_ops_per_s\", unit = \"1/s\", service"],
    );
    let unclear = check(&rows("get_ops_per_s,put_ops_per_s", 5, |n| format!("{n},2")), &["'put_ops_per_s'"]);
    assert!(unclear.check.iter().any(|check| check.contains("`put_ops_per_s` may each be")), "{unclear:?}");
    assert!(!unclear.text("x").contains("service"), "{unclear:?}");
    for other in ["errors_per_second", "disk_ops_per_s", "iops", "packets_per_s"] {
        let declared = declare(&group(&[&rows(&format!("{other},a"), 5, |n| format!("{n},2"))]), &[], false);
        assert!(!declared.unwrap().text("x").contains("service"), "{other}");
    }
}

#[test]
fn a_time_in_each_row_may_be_that_of_a_request() {
    let told = |name: &str| {
        let declared = check(&rows(name, 25, |n| (10 + n % 3).to_string()), &[name]);
        declared.check.iter().any(|check| check.contains("declare the table as [[probes]]"))
    };
    assert!(told("ms") && told("wait_ms"));
    assert!(!told("p99_ms") && !told("avg_wait_ms"));
}

#[test]
fn a_clock_that_nothing_ties_leaves_a_question() {
    let elapsed = check(
        "elapsed_sec;ops;p99_us\n1;5;7\n2;6;8\n3;5;7\n",
        &["elapsed = 'elapsed_sec'", "since = ", "unit = \"1/s\"", "unit = \"us\""],
    );
    assert!(elapsed.is_open);
    let known = declare(&group(&["uptime_s,x_percent\n1,5\n2,6\n3,5\n"]), &[], true).unwrap();
    assert!(!known.is_open && known.text("x").contains("monotonic = 'uptime_s'"));
}

#[test]
fn what_has_no_clock_or_no_number_is_no_table() {
    for text in ["a,b\n1,2\n3,4\n5,6\n", "time,name\n1700000000,x\n1700000001,y\n1700000002,z\n"] {
        assert_eq!(declare(&group(&[text]), &[], false), None, "{text}");
    }
}
