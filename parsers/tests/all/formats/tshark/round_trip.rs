//! Random packets, written as tshark writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{START, f64s, format, printed, read_whole, strs, u32s};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tshark(
        packets in vec((0_u32..1_000_000_000, any::<[u8; 4]>(), any::<[u8; 4]>(), any::<[u16; 2]>(), 0_u32..65536, proptest::option::of(0_u32..256)), 1..20),
        separator in prop_oneof![Just('\t'), Just(','), Just(';'), Just('|')],
        quote in prop_oneof![Just(""), Just("\""), Just("'")],
        crlf: bool,
    ) {
        let address = |[a, b, c, d]: [u8; 4]| format!("{a}.{b}.{c}.{d}");
        let names = ["frame.time_epoch", "ip.src", "ip.dst", "tcp.srcport", "tcp.dstport", "tcp.len", "tcp.flags"];
        let write = |cells: Vec<String>| {
            let quoted: Vec<_> = cells.iter().map(|cell| if cell.is_empty() { String::new() } else { format!("{quote}{cell}{quote}") }).collect();
            quoted.join(&separator.to_string())
        };
        let mut text = write(names.map(str::to_owned).to_vec()) + "\n";
        for (at, packet) in (START..).zip(&packets) {
            let flags = packet.5.map_or_else(String::new, |flags| format!("0x{flags:04x}"));
            let cells = vec![
                format!("{at}.{:09}", packet.0), address(packet.1), address(packet.2),
                packet.3[0].to_string(), packet.3[1].to_string(), packet.4.to_string(), flags,
            ];
            writeln!(text, "{}", write(cells)).unwrap();
        }
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let parsed = read_whole(format("tshark"), &text);
        let times: Vec<_> = (START..).zip(&packets).map(|(at, packet)| printed(&format!("{at}.{:09}", packet.0))).collect();
        prop_assert_eq!(f64s(&parsed, "epoch_s"), times);
        prop_assert_eq!(strs(&parsed, "source"), packets.iter().map(|packet| address(packet.1)).collect::<Vec<_>>());
        prop_assert_eq!(strs(&parsed, "target"), packets.iter().map(|packet| address(packet.2)).collect::<Vec<_>>());
        prop_assert_eq!(u32s(&parsed, "target_port"), packets.iter().map(|packet| u32::from(packet.3[1])).collect::<Vec<_>>());
        prop_assert_eq!(u32s(&parsed, "payload"), packets.iter().map(|packet| packet.4).collect::<Vec<_>>());
        let flags: Vec<Option<u32>> = parsed.frame.u32s("flags").unwrap().iter().collect();
        prop_assert_eq!(flags, packets.iter().map(|packet| packet.5).collect::<Vec<_>>());
    }
}
