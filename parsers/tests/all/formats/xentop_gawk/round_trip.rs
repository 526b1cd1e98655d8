//! Random values, written as the tool writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{START, bools, f64s, format, printed, read_whole, strs, u32s};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn xentop_gawk(samples in vec((proptest::option::of((1_u32..4000, 0_u64..1 << 24, 0_u32..1000)), 1_u32..4000), 3..20)) {
        // Isolated absences mean something else and have their own tests.
        let present = samples[0].0;
        let mut text = String::new();
        let mut cpu = Vec::new();
        let mut memory = Vec::new();
        for (second, (vm, dom0)) in (0_i64..).zip(&samples) {
            let vm = if present.is_some() { vm.or(present) } else { None };
            let tenths = |value: u32| format!("{}.{}", value / 10, value % 10);
            let group = vm.map_or("- - -".to_owned(), |(cpu, kib, share)| {
                format!("{} {kib} {}", tenths(cpu), tenths(share))
            });
            writeln!(text, "{} vm-1: {group} | Dom0: {} 524288 15.0", START + second, tenths(*dom0)).unwrap();
            cpu.extend([vm.and_then(|(cpu, ..)| printed(&tenths(cpu))), printed(&tenths(*dom0))]);
            memory.extend([vm.and_then(|(_, kib, _)| printed(&(kib * 1024).to_string())), Some(536_870_912.0)]);
        }
        // The name sorts after Domain-0, but a first line with the VM shows that xentop has it before.
        let text = text.replace("vm-1", "a-vm");
        let parsed = read_whole(format("xentop-gawk"), &text);
        prop_assert_eq!(f64s(&parsed, "cpu"), cpu);
        prop_assert_eq!(f64s(&parsed, "mem"), memory);
        let numbers: Vec<u32> = (0..u32::try_from(samples.len()).unwrap()).flat_map(|sample| [sample; 2]).collect();
        prop_assert_eq!(u32s(&parsed, "sample"), numbers);
        prop_assert_eq!(bools(&parsed, "present")[0], Some(present.is_some()));
        prop_assert_eq!(&strs(&parsed, "domain")[..2], ["a-vm", "Domain-0"]);
    }
}
