//! Random packets, written as tcpdump writes them, are read back the same.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{START, f64s, format, strs, u32s};
use stillstand_parsers::{detect, parse};

/// A packet of UDP in Ethernet.
fn udp(from: [u8; 4], to: [u8; 4], ports: [u16; 2], carried: u16) -> Vec<u8> {
    let mut packet = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 5, 8, 0, 0x45, 0];
    packet.extend((28 + carried).to_be_bytes());
    packet.extend([0, 0, 0, 0, 64, 17, 0, 0]);
    packet.extend(from);
    packet.extend(to);
    ports.iter().for_each(|port| packet.extend(port.to_be_bytes()));
    packet.extend((8 + carried).to_be_bytes());
    packet.extend([0, 0]);
    packet
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pcap(
        packets in vec((0_u32..1_000_000, any::<[u8; 4]>(), any::<[u8; 4]>(), any::<[u16; 2]>(), 0_u16..1400), 1..30),
        big: bool,
        fine: bool,
    ) {
        let u32_of = |value: u32| if big { value.to_be_bytes() } else { value.to_le_bytes() };
        let u16_of = |value: u16| if big { value.to_be_bytes() } else { value.to_le_bytes() };
        let mut bytes = u32_of(if fine { 0xa1b2_3c4d } else { 0xa1b2_c3d4 }).to_vec();
        bytes.extend([u16_of(2), u16_of(4)].concat());
        for value in [0, 0, 64, 1] {
            bytes.extend(u32_of(value));
        }
        let start = u32::try_from(START).unwrap();
        for (at, (part, from, to, ports, carried)) in (0..).zip(&packets) {
            let packet = udp(*from, *to, *ports, *carried);
            let kept = u32::try_from(packet.len()).unwrap();
            for value in [start + at, if fine { part * 1000 } else { *part }, kept, kept + u32::from(*carried)] {
                bytes.extend(u32_of(value));
            }
            bytes.extend(packet);
        }
        prop_assert_eq!(detect(&bytes), Ok(format("pcap")));
        let parsed = parse(format("pcap"), &bytes).unwrap();
        prop_assert_eq!((parsed.rows.read, parsed.rows.lost), (packets.len(), 0));
        for (at, time) in f64s(&parsed, "epoch_s").into_iter().enumerate() {
            #[expect(clippy::cast_precision_loss, reason = "few")]
            let expected = f64::from(start) + at as f64 + f64::from(packets[at].0) / 1e6;
            prop_assert!((time.unwrap() - expected).abs() < 1e-6);
        }
        let text = |[a, b, c, d]: [u8; 4]| format!("{a}.{b}.{c}.{d}");
        prop_assert_eq!(strs(&parsed, "source"), packets.iter().map(|packet| text(packet.1)).collect::<Vec<_>>());
        prop_assert_eq!(strs(&parsed, "target"), packets.iter().map(|packet| text(packet.2)).collect::<Vec<_>>());
        prop_assert_eq!(u32s(&parsed, "payload"), packets.iter().map(|packet| u32::from(packet.4)).collect::<Vec<_>>());
        prop_assert_eq!(u32s(&parsed, "source_port"), packets.iter().map(|packet| u32::from(packet.3[0])).collect::<Vec<_>>());
    }
}
