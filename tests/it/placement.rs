//! Which VM to migrate first.

use std::path::Path;

use crate::{stdout, stillstand};

#[test]
fn the_study_s_order_comes_out_with_its_reasons() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/cpu-cap");
    let path = path.to_str().unwrap();
    let json = stdout(&["placement", path, "--quiet", "--format", "json"]);
    let placement: serde_json::Value = serde_json::from_str(&json).unwrap();
    let order = placement["order"].as_array().unwrap();
    let vms: Vec<&str> = order.iter().map(|vm| vm["vm"].as_str().unwrap()).collect();
    assert_eq!(vms, ["livermore-loops", "linpack", "dhrystone"]);
    assert!(order[1]["reason"].as_str().unwrap().contains("dhrystone within the uncertainty"));
    let table = stdout(&["placement", path, "--quiet", "--threshold", "320"]);
    assert!(table.contains("none has to move") && table.contains("livermore-loops"), "{table}");
}

#[test]
fn migrations_of_one_campaign_are_ordered_by_their_durations() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/xen-live-migration");
    let table = stdout(&["placement", path.to_str().unwrap(), "--quiet"]);
    let first = table.find("none").unwrap();
    assert!(first < table.find("memtester").unwrap(), "{table}");
}

#[test]
fn without_migrations_there_is_no_order() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/qemu-efficiency");
    let output = stillstand(&["placement", path.to_str().unwrap(), "--quiet"], &[]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && error.contains("[placement]"), "{error}");
}
