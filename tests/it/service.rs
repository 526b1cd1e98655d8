//! The recorded campaign of a service and its hosts: what the program says of each run beside what a script of its own says.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::summary;

/// What `testbed/check_service.py` says of each run, by load and repetition; `None` without Python.
fn checked(root: &Path) -> Option<Vec<Value>> {
    let script = root.join("testbed/check_service.py");
    let folder = root.join("sample-data/qemu-service");
    let output = Command::new("python3").arg(script).arg(folder).arg("--json").output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value}"))
}

fn by<'a>(run: &'a Value, method: &str) -> &'a Value {
    let mut all = run["outages"].as_array().unwrap().iter();
    all.find(|outage| outage["method"] == method).unwrap_or_else(|| panic!("{}: no {method}", run["id"]))
}

#[test]
fn every_observer_of_the_service_agrees_with_the_independent_check() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Some(checked) = checked(root) else {
        println!("not tested: there is no python3 here");
        return;
    };
    let summary = summary(&root.join("sample-data/qemu-service"));
    let runs = summary["runs"].as_array().unwrap();
    assert_eq!((runs.len(), checked.len()), (15, 15));
    for run in runs {
        let name = format!("{}{}", run["factors"]["load"].as_str().unwrap(), run["repetition"]);
        let check = checked.iter().find(|check| check["run"] == name.as_str()).unwrap();
        let silence = |of: &str| number(&check[of]["to_s"]) - number(&check[of]["from_s"]);
        let still = silence("vm");
        // Whoever asks from outside cannot be away for less time than the VM stood still.
        for method in ["probe", "ping", "packet-gap", "throughput"] {
            let outage = by(run, method);
            assert!(number(&outage["upper_s"]) >= still - 0.01, "{name} {method}: {outage} {still}");
        }
        // Packets come back at once: the VM's own time is in the bounds, and so is the silence less the pace of ping, 0.056 s, and how much that varies.
        for (method, of) in [("ping", "ping"), ("packet-gap", "capture")] {
            let outage = by(run, method);
            let (lower, upper) = (number(&outage["lower_s"]), number(&outage["upper_s"]));
            assert!(lower <= still + 0.03, "{name} {method}: {outage} {still}");
            assert!(lower <= silence(of) && silence(of) - 0.08 <= upper, "{name} {method}: {outage}");
        }
        let probe = by(run, "probe");
        assert!((number(&probe["upper_s"]) - silence("probe-open")).abs() < 0.02, "{name}: {probe}");
        let throughput = &run["throughput"];
        let lost = number(&throughput["lost_s"]) - number(&check["iperf3-tcp"]["lacked_s"]);
        assert!(lost.abs() < 0.5, "{name}: {throughput} {check}");
        if let Some(back) = check["iperf3-tcp"]["back_s"].as_f64() {
            // Both go by half seconds that begin at different times.
            assert!((number(&throughput["recovery_s"]) - back).abs() < 0.6, "{name}: {throughput} {check}");
        }
        let contradicted =
            run["checks"].as_array().unwrap().iter().filter(|one| one["verdict"] == "contradicted");
        let contradicted: Vec<&str> = contradicted.filter_map(|one| one["code"].as_str()).collect();
        // The clock of the guest stands still, and QEMU's downtime ends when all is sent.
        assert_eq!(contradicted, ["ping-matches-guest-clock", "downtime-matches-events"], "{name}");
    }
}

#[test]
fn five_tools_on_one_machine_complete_each_other() {
    let summary = summary(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/qemu-service"));
    let curves = summary["curves"].as_array().unwrap();
    let has = |metric: &str| {
        curves.iter().filter(|curve| curve["metric"] == metric && curve["host"] == "testbed").count()
    };
    for metric in ["cpu.user", "cpu.system", "mem.used", "net.sent", "process.qemu-system-x86.cpu"] {
        assert_eq!(has(metric), 3, "{metric}");
    }
}
