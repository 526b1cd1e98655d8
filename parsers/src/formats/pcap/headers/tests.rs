use super::*;

const ETHERNET: Linktype = Linktype(1);

/// A frame of Ethernet of the VM's card with this type and content.
fn frame(kind: &[u8], content: &[u8]) -> Vec<u8> {
    [&[0xff; 6], [2, 0, 0, 0, 0, 5].as_slice(), kind, content].concat()
}

fn ipv4_of(protocol: u8, inner: &[u8]) -> Vec<u8> {
    let total = u16::try_from(20 + inner.len()).unwrap().to_be_bytes();
    let front = [0x45, 0, total[0], total[1], 0, 0, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 5, 10, 0, 0, 1];
    [front.as_slice(), inner].concat()
}

fn ends(packet: &Packet) -> (Option<&str>, Option<&str>, Option<&str>) {
    (packet.source.as_deref(), packet.target.as_deref(), packet.protocol.as_deref())
}

#[test]
fn headers_tell_from_whom_to_whom_and_what() {
    let echo = ipv4_of(1, &[0, 0, 0, 0, 0x12, 0x34, 0, 7, 9, 9]);
    let packet = read(ETHERNET, &frame(&[8, 0], &echo), 44).unwrap();
    assert_eq!(ends(&packet), (Some("10.0.0.5"), Some("10.0.0.1"), Some("icmp")));
    assert_eq!((packet.kind, packet.ident, packet.seq), (Some(Kind::Reply), Some(0x1234), Some(7)));
    assert_eq!((packet.source_mac.as_deref(), packet.length), (Some("02:00:00:00:00:05"), Some(44)));
    // Tags of virtual networks stand before the type.
    let tagged = [[0x81, 0].as_slice(), &[0, 42, 8, 0]].concat();
    assert_eq!(ends(&read(ETHERNET, &frame(&tagged, &echo), 48).unwrap()), ends(&packet));
    // Without a link.
    assert_eq!(ends(&read(Linktype(101), &echo, 30).unwrap()), ends(&packet));
    let cooked = [&[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 5, 0, 0, 8, 0], echo.as_slice()].concat();
    assert_eq!(read(Linktype(113), &cooked, 44).unwrap(), packet);
    let cooked2 = [&[8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 2, 0, 0, 0, 0, 5, 0, 0], echo.as_slice()].concat();
    assert_eq!(read(Linktype(276), &cooked2, 44).unwrap(), packet);
    for family in [[2, 0, 0, 0], [0, 0, 0, 2]] {
        let loopback = [&family, echo.as_slice()].concat();
        assert_eq!(ends(&read(Linktype(0), &loopback, 44).unwrap()), ends(&packet));
    }
    assert_eq!(read(Linktype(147), &echo, 30), Err(Unread::Link(147)));
}

#[test]
fn what_tcp_and_udp_carry_is_told_also_where_it_was_not_kept() {
    let tcp = [0x1f, 0x90, 0xc0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0x80, 0x18, 0, 0, 0, 0, 0, 0];
    let mut whole = ipv4_of(6, &[tcp.as_slice(), &[0; 12 + 100]].concat());
    let packet = read(ETHERNET, &frame(&[8, 0], &whole), 166).unwrap();
    assert_eq!((packet.source_port, packet.target_port, packet.flags), (Some(8080), Some(49152), Some(0x18)));
    assert_eq!(packet.payload, Some(100));
    whole.truncate(20 + 14);
    let cut = read(ETHERNET, &frame(&[8, 0], &whole), 166).unwrap();
    assert_eq!((cut.payload, cut.flags, cut.length), (packet.payload, packet.flags, Some(166)));
    // Ports alone were kept, then only addresses.
    whole.truncate(20 + 4);
    let cut = read(ETHERNET, &frame(&[8, 0], &whole), 166).unwrap();
    assert_eq!((cut.source_port, cut.flags, cut.payload), (Some(8080), None, None));
    whole.truncate(20);
    assert_eq!(ends(&read(ETHERNET, &frame(&[8, 0], &whole), 166).unwrap()), ends(&packet));
    whole.truncate(19);
    assert_eq!(read(ETHERNET, &frame(&[8, 0], &whole), 166), Err(Unread::Short));
    let udp = ipv4_of(17, &[0, 53, 0xc0, 0, 0, 40, 0, 0]);
    assert_eq!(read(ETHERNET, &frame(&[8, 0], &udp), 74).unwrap().payload, Some(32));
    // Cards that cut packets themselves leave the length 0.
    let mut offloaded = ipv4_of(6, &tcp);
    offloaded[2..4].copy_from_slice(&[0, 0]);
    assert_eq!(read(ETHERNET, &frame(&[8, 0], &offloaded), 65_000).unwrap().payload, None);
    // A later fragment begins with no header.
    let mut fragment = ipv4_of(17, &[0, 53, 0xc0, 0, 0, 40, 0, 0]);
    fragment[7] = 1;
    assert_eq!(read(ETHERNET, &frame(&[8, 0], &fragment), 74).unwrap().source_port, None);
}

#[test]
fn version_six_and_its_options() {
    let inner = [128, 0, 0, 0, 0, 1, 0, 2];
    let mut front = vec![0x60, 0, 0, 0, 0, 16, 0, 64];
    front.extend([0; 15]);
    front.push(1);
    front.extend([0; 15]);
    front.push(2);
    let options = [58, 0, 0, 0, 0, 0, 0, 0];
    let packet = read(Linktype(229), &[front.as_slice(), &options, &inner].concat(), 56).unwrap();
    assert_eq!(ends(&packet), (Some("::1"), Some("::2"), Some("icmpv6")));
    assert_eq!((packet.kind, packet.seq), (Some(Kind::Request), Some(2)));
    // An advertisement nobody asked for names its own address.
    front[6] = 58;
    let own = [&[136, 0, 0, 0, 0x20, 0, 0, 0], [0xfe; 16].as_slice()].concat();
    let packet = read(Linktype(229), &[front.as_slice(), &own].concat(), 64).unwrap();
    assert_eq!(packet.kind, Some(Kind::Announcement));
    assert_eq!(packet.source.as_deref(), Some("fefe:fefe:fefe:fefe:fefe:fefe:fefe:fefe"));
    let asked = [&[136, 0, 0, 0, 0x60, 0, 0, 0], [0xfe; 16].as_slice()].concat();
    assert_eq!(read(Linktype(229), &[front.as_slice(), &asked].concat(), 64).unwrap().kind, None);
}

#[test]
fn who_tells_unasked_where_it_is() {
    let arp = |operation: u8, source: [u8; 4], target: [u8; 4]| {
        let front = [0, 1, 8, 0, 6, 4, 0, operation, 2, 0, 0, 0, 0, 5];
        [front.as_slice(), &source, &[0; 6], &target].concat()
    };
    let own = [10, 0, 0, 5];
    let packet = read(ETHERNET, &frame(&[8, 6], &arp(1, own, own)), 42).unwrap();
    assert_eq!((packet.kind, packet.source.as_deref()), (Some(Kind::Announcement), Some("10.0.0.5")));
    let asks = read(ETHERNET, &frame(&[8, 6], &arp(1, own, [10, 0, 0, 1])), 42).unwrap();
    assert_eq!((asks.kind, ends(&asks)), (None, (Some("10.0.0.5"), Some("10.0.0.1"), Some("arp"))));
    // QEMU's: it knows the card alone.
    let packet = read(ETHERNET, &frame(&[0x80, 0x35], &arp(3, [0; 4], [0; 4])), 60).unwrap();
    assert_eq!(
        (packet.kind, ends(&packet)),
        (Some(Kind::Announcement), (Some("02:00:00:00:00:05"), None, Some("rarp")))
    );
    // Bridges talk, too.
    let packet = read(ETHERNET, &frame(&[0, 39], &[0x42, 0x42, 3]), 60).unwrap();
    assert_eq!(ends(&packet), (Some("02:00:00:00:00:05"), None, Some("802.3")));
    let packet = read(ETHERNET, &frame(&[0x88, 0xcc], &[]), 60).unwrap();
    assert_eq!(packet.protocol.as_deref(), Some("0x88cc"));
}
