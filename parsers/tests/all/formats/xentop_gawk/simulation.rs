//! The gawk program itself, so that parsing can be shown to undo it: samples of xentop → what gawk prints →
//! parse → the same samples.

use proptest::prelude::*;
use stillstand_parsers::parse;

use super::{ABSENT, NULL, Seen, seen};
use crate::common::format;

/// Where the VM stands in a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Vm {
    /// `asam`, before Domain-0.
    Early,
    /// `migrating-asam`, after it.
    Late,
    Absent,
}
use Vm::{Absent, Early, Late};

/// A row of xentop: name and CPU(%).
type Row = (&'static str, f64);

/// What xentop shows: the CPU of a domain that it has not seen before is 0.0.
fn xentop(vms: &[Vm]) -> Vec<Vec<Row>> {
    let mut before = Absent;
    let mut samples = Vec::new();
    for (index, vm) in vms.iter().enumerate() {
        let number = f64::from(u32::try_from(index).unwrap());
        let first = index == 0;
        let cpu = if first || before == Absent { 0.0 } else { number + 0.1 };
        let mut rows = vec![("Domain-0", if first { 0.0 } else { number + 0.2 }), ("another", 1.5)];
        match vm {
            Early => rows.push(("asam", cpu)),
            Late => rows.push(("migrating-asam", cpu)),
            Absent => {}
        }
        rows.sort_by_key(|(name, _)| name.to_ascii_lowercase());
        samples.push(rows);
        before = *vm;
    }
    samples
}

/// The gawk program, word for word.
fn gawk(samples: &[Vec<Row>]) -> String {
    let mut epoch = 1_264_510_800_u64;
    let mut seen = false;
    let mut out = String::new();
    for (name, cpu) in samples.iter().flatten() {
        if name.contains("asam") {
            out += &format!("{epoch} asam: {cpu:.1} 131072 3.7");
            epoch += 1;
            seen = true;
        }
        if name.contains("Domain") {
            if !seen {
                out += &format!("{epoch} asam: - - -");
                epoch += 1;
            }
            out += &format!(" | Dom0: {cpu:.1} 524288 15.0\n");
            seen = false;
        }
    }
    out
}

/// What the frame should hold.
fn expected(samples: &[Vec<Row>]) -> Vec<Seen> {
    let value = |cpu: f64| if cpu == 0.0 { NULL } else { Some(Some(cpu)) };
    let mut rows = Vec::new();
    for (number, sample) in (0..).zip(samples) {
        let vm = sample.iter().find(|(name, _)| name.contains("asam"));
        rows.push((number, "asam".to_owned(), vm.map_or(ABSENT, |(_, cpu)| value(*cpu))));
        let dom0 = sample.iter().find(|(name, _)| *name == "Domain-0").map_or(ABSENT, |(_, cpu)| value(*cpu));
        rows.push((number, "Domain-0".to_owned(), dom0));
    }
    rows
}

fn undone(vms: &[Vm]) {
    let samples = xentop(vms);
    let text = gawk(&samples);
    let parsed = parse(format("xentop-gawk"), text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(seen(&parsed), expected(&samples), "{vms:?}\n{text}");
    assert_eq!(parsed.rows.lost, 0);
    assert_eq!(parsed.facts.int("samples"), i64::try_from(vms.len()).ok());
    // The increments that are not one for a sample, counted where they were made.
    let mut corrections = 0;
    for (index, vm) in vms.iter().enumerate() {
        let after_late = index.checked_sub(1).map(|before| vms[before]) == Some(Late);
        let dash = *vm != Early && !after_late;
        let increments = i64::from(dash) + i64::from(*vm != Absent);
        corrections += (increments - 1).abs();
    }
    assert_eq!(parsed.facts.int("corrections"), Some(corrections), "{vms:?}\n{text}");
}

#[test]
fn all_that_a_migration_does() {
    for vms in [
        // On the source: renamed, then gone; it fails; it fails and is tried again.
        [Early, Early, Early, Late, Late, Late, Absent, Absent].as_slice(),
        &[Early, Late, Absent, Absent],
        &[Early, Early, Late, Late, Early, Early],
        &[Early, Late, Early],
        &[Early, Late, Early, Late, Late, Absent, Absent, Absent],
        // Without a new name, as other versions of Xen do it.
        &[Early, Early, Absent, Absent],
        &[Early, Early, Early],
        // On the target; and from there back again.
        &[Absent, Absent, Absent, Early, Early],
        &[Absent, Early, Early],
        &[Absent, Absent, Early, Late, Late, Absent, Absent, Early],
        &[Absent, Absent],
        &[Absent, Early, Late, Late],
        // On a target that gives the VM its name when it is activated.
        &[Absent, Absent, Absent, Late, Late, Early, Early],
        &[Absent, Absent, Late, Early],
        &[Absent, Absent, Late, Late],
        // The log begins or ends in the middle of it.
        &[Late, Late, Late, Absent, Absent],
        &[Late, Absent, Absent, Absent],
        &[Late, Late, Early, Early],
        &[Late, Early, Early],
        &[Late, Late, Late],
        &[Late],
        &[Early, Early, Late],
        &[Early, Late, Late],
        &[Early],
        &[Absent],
    ] {
        undone(vms);
    }
}

#[test]
fn a_log_that_ends_as_the_renamed_vm_vanishes() {
    // The last sample printed nothing about the VM, so nothing is claimed about it.
    let samples = xentop(&[Early, Early, Late, Late, Absent]);
    let parsed = parse(format("xentop-gawk"), gawk(&samples).as_bytes()).unwrap();
    let mut rows = expected(&samples);
    rows.remove(8);
    assert_eq!(seen(&parsed), rows);
    assert!(parsed.diagnostics.iter().any(|found| found.code == "last-sample-unknown"));
}

/// Sequences that can be told apart: an absence lasts three samples at least, a name changes only while the VM
/// is there, and a VM that appears after Domain-0 gets its own name before it vanishes again.
fn histories() -> impl Strategy<Value = Vec<Vm>> {
    let step = (any::<bool>(), 1_usize..5);
    (0..3_u8, proptest::collection::vec(step, 1..8)).prop_map(|(start, steps)| {
        let mut vm = [Early, Late, Absent][usize::from(start)];
        let mut before = vm;
        let mut vms = Vec::new();
        for (choice, length) in steps {
            let length = if vm == Absent { length + 2 } else { length };
            vms.extend(std::iter::repeat_n(vm, length));
            let after = match (vm, choice) {
                (Early | Absent, false) => Late,
                (Late, _) if before == Absent => Early,
                (Late, false) | (Absent, true) => Early,
                (Early | Late, true) => Absent,
            };
            before = std::mem::replace(&mut vm, after);
        }
        vms
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parsing_undoes_gawk(vms in histories()) {
        undone(&vms);
    }
}
