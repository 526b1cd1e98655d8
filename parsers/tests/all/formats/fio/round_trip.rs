//! Random values, written as the tool writes them, are read back the same.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{f64s, format, printed, read_whole, strs};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fio(jobs in vec((1_u64..1 << 45, 1.0..1e7, 1.0..1e10, 1_u32..1_000_000, any::<bool>()), 1..8), old: bool, one_line: bool) {
        let mut expected = Vec::new();
        let entries = jobs.iter().map(|(bandwidth, iops, latency, runtime, reads)| {
            let latency = printed(&format!("{latency:.6}")).unwrap();
            let (kind, other) = if *reads { ("read", "write") } else { ("write", "read") };
            let (rate, lat, per_second) = if old { ("bw", "lat", 1e6) } else { ("bw_bytes", "lat_ns", 1e9) };
            let factor = if old { 1024.0 } else { 1.0 };
            expected.push((kind.to_owned(), printed(&bandwidth.to_string()).map(|rate| rate * factor)));
            expected.push((kind.to_owned(), printed(&format!("{iops:.6}"))));
            expected.push((kind.to_owned(), Some(latency / per_second)));
            format!(
                "{{\n\"jobname\" : \"j\",\n\"groupid\" : 0,\n\"error\" : 0,\n\"{kind}\" : {{\n\"io_bytes\" : 1,\n\"{rate}\" : {bandwidth},\n\
                 \"iops\" : {iops:.6},\n\"runtime\" : {runtime},\n\"{lat}\" : {{ \"min\" : 1, \"mean\" : {latency:.6} }}\n}},\n\
                 \"{other}\" : {{ \"io_bytes\" : 0, \"{rate}\" : 0, \"iops\" : 0.0, \"runtime\" : 0 }}\n}}"
            )
        });
        let entries: Vec<_> = entries.collect();
        let mut text = format!("{{\n\"fio version\" : \"fio-3.33\",\n\"jobs\" : [\n{}\n]\n}}\n", entries.join(",\n"));
        if one_line {
            text = text.replace('\n', "");
        }
        let parsed = read_whole(format("fio"), &text);
        prop_assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        let found: Vec<_> = strs(&parsed, "operation").into_iter().zip(f64s(&parsed, "value")).collect();
        prop_assert_eq!(found, expected);
        let workers: Vec<_> = (1..=jobs.len())
            .flat_map(|job| vec![if jobs.len() == 1 { "null".to_owned() } else { job.to_string() }; 3])
            .collect();
        prop_assert_eq!(strs(&parsed, "worker"), workers);
    }
}
