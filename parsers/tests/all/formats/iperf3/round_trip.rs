//! Random values, written as the tool writes them, are read back the same.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{f64s, format, read_whole, strs};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn iperf3(tests in vec((0.0..1e12, 0.0..1e12, 0_u32..1 << 31, vec(1.0..1e12, 2..4)), 1..5), reverse: bool, one_line: bool) {
        let mut text = String::new();
        let mut expected = Vec::new();
        for (sent, received, retransmits, streams) in &tests {
            let (streams, parts): (Vec<_>, Vec<_>) = streams.iter().map(|rate| {
                let stream = format!("{{ \"sender\": {{ \"bits_per_second\": {rate} }}, \"receiver\": {{ \"bits_per_second\": {rate} }} }}");
                (stream, [Some(rate / 8.0); 2])
            }).unzip();
            expected.extend(parts.concat());
            expected.extend([Some(sent / 8.0), Some(f64::from(*retransmits)), Some(received / 8.0)]);
            let document = format!(
                "{{\n\"start\": {{\n\"connected\": [],\n\"test_start\": {{ \"protocol\": \"TCP\", \"reverse\": {} }}\n}},\n\
                 \"intervals\": [{{ \"sum\": {{ \"bits_per_second\": 1 }} }}],\n\"end\": {{\n\"streams\": [{}],\n\
                 \"sum_sent\": {{ \"bits_per_second\": {sent}, \"retransmits\": {retransmits} }},\n\
                 \"sum_received\": {{ \"bits_per_second\": {received} }}\n}}\n}}",
                u8::from(reverse), streams.join(", ")
            );
            text += if one_line { document.replace('\n', "") } else { document }.as_str();
            text += "\n";
        }
        let parsed = read_whole(format("iperf3"), &text);
        prop_assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        prop_assert_eq!(f64s(&parsed, "value"), expected);
        let name = if reverse { "tcp-receive" } else { "tcp-send" };
        prop_assert!(strs(&parsed, "test").iter().all(|found| found == name));
    }
}
