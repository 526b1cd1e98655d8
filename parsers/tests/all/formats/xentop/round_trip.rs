//! Random values, written as the tool writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{bools, f64s, format, printed, read_whole, strs, u32s};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn xentop(
        samples in vec((vec(proptest::option::of((1_u32..4000, 0_u64..1 << 34)), 3), 1_u32..4000), 1..20),
        wide: bool, repeated: bool,
    ) {
        let names = ["a", "b (old) c", "Domain-0", "no limit"];
        let sectors = if wide { " 5 6" } else { "" };
        let header = "NAME STATE CPU(sec) CPU(%) MEM(k) MEM(%) MAXMEM(k) MAXMEM(%) VCPUS NETS NETTX(k)\n";
        let mut text = String::new();
        let mut expected = Vec::new();
        for (sample, (vms, dom0)) in (0_u32..).zip(&samples) {
            let rows = [vms[0], vms[1], Some((*dom0, 524_288)), vms[2]];
            text += header;
            for (index, (name, values)) in names.iter().zip(rows).enumerate() {
                let Some((cpu, kib)) = values else { continue };
                let limit = if index == 2 { "no limit n/a" } else { "9 1.0" };
                let cpu = format!("{}.{}", cpu / 10, cpu % 10);
                // A header for every row only where that is not ambiguous.
                if repeated && samples.len() == 1 && !text.ends_with(header) {
                    text += header;
                }
                writeln!(text, "  {name} --b-p- 7 {cpu} {kib} 2.5 {limit} 2 1 {kib} 4 1 0 8 9{sectors} 0").unwrap();
                expected.push((sample, (*name).to_owned(), printed(&cpu), printed(&(kib * 1024).to_string())));
            }
        }
        // One domain alone in every sample is read by its name.
        let lonely = samples.iter().all(|(vms, _)| vms.iter().all(Option::is_none));
        let parsed = read_whole(format("xentop"), &text);
        prop_assert!(!lonely || strs(&parsed, "domain").iter().all(|name| name == "Domain-0"));
        let mut rows: Vec<_> = u32s(&parsed, "sample")
            .into_iter()
            .zip(strs(&parsed, "domain"))
            .zip(f64s(&parsed, "cpu").into_iter().zip(f64s(&parsed, "net_tx")))
            .zip(bools(&parsed, "present"))
            .filter(|(_, present)| *present == Some(true))
            .map(|(((sample, name), (cpu, sent)), _)| (sample, name, cpu, sent))
            .collect();
        rows.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        expected.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        prop_assert_eq!(rows, expected);
    }
}
