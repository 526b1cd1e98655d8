//! The headers of a packet: from whom to whom, by which protocol, and what little of the latter is needed.

use std::net::{Ipv4Addr, Ipv6Addr};

use pcap_parser::Linktype;

use crate::shared::packets::{Kind, Packet, mac};

/// Why the headers tell nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// A kind of network that is not known.
    Link(i32),
    /// Too little was kept, or lengths do not fit.
    Short,
}

const IPV4: u16 = 0x0800;
const ARP: u16 = 0x0806;
const RARP: u16 = 0x8035;
const IPV6: u16 = 0x86dd;
/// Tags of virtual networks, which stand before the type.
const TAGS: [u16; 3] = [0x8100, 0x88a8, 0x9100];
/// More tags than anybody uses.
const MOST_TAGS: usize = 4;
/// More headers of IPv6 than a packet has that is meant well.
const MOST_HEADERS: usize = 8;

/// Bytes that are taken from the front.
#[derive(Clone, Copy)]
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Unread> {
        let (front, rest) = self.0.split_first_chunk::<N>().ok_or(Unread::Short)?;
        self.0 = rest;
        Ok(*front)
    }

    fn u8(&mut self) -> Result<u8, Unread> {
        self.take::<1>().map(|[byte]| byte)
    }

    fn u16(&mut self) -> Result<u16, Unread> {
        self.take().map(u16::from_be_bytes)
    }

    fn skip(&mut self, count: usize) -> Result<(), Unread> {
        self.0 = self.0.get(count..).ok_or(Unread::Short)?;
        Ok(())
    }
}

/// Reads the headers of a packet with so many bytes on the wire.
pub(super) fn read(link: Linktype, data: &[u8], length: u32) -> Result<Packet, Unread> {
    let mut packet = Packet { length: Some(length), ..Packet::default() };
    let mut bytes = Bytes(data);
    let kind = match link.0 {
        // Ethernet.
        1 => {
            bytes.skip(6)?;
            packet.source_mac = Some(mac(bytes.take()?));
            bytes.u16()?
        }
        // Linux cooked, of `-i any`.
        113 => {
            bytes.skip(2)?;
            let hardware = bytes.u16()?;
            source_mac(&mut packet, hardware, bytes.u16()?.into(), bytes.take()?);
            bytes.u16()?
        }
        // The same of newer libpcap.
        276 => {
            let kind = bytes.u16()?;
            bytes.skip(6)?;
            let hardware = bytes.u16()?;
            bytes.skip(1)?;
            let count = bytes.u8()?;
            source_mac(&mut packet, hardware, count.into(), bytes.take()?);
            kind
        }
        // Loopback: the family in the order of the machine, or that of networks.
        0 | 108 => {
            let family: [u8; 4] = bytes.take()?;
            match family {
                [0, 0, 0, 2] | [2, 0, 0, 0] => IPV4,
                _ => IPV6,
            }
        }
        // Raw IP.
        12 | 14 | 101 | 228 | 229 => match bytes.0.first().map(|first| first >> 4) {
            Some(6) => IPV6,
            _ => IPV4,
        },
        other => return Err(Unread::Link(other)),
    };
    network(&mut packet, kind, bytes)?;
    Ok(packet)
}

fn source_mac(packet: &mut Packet, hardware: u16, count: usize, address: [u8; 8]) {
    let [a, b, c, d, e, f, ..] = address;
    // Of Ethernet, or of the loopback device.
    if (hardware == 1 || hardware == 772) && count == 6 {
        packet.source_mac = Some(mac([a, b, c, d, e, f]));
    }
}

/// What stands behind the type.
fn network(packet: &mut Packet, mut kind: u16, mut bytes: Bytes<'_>) -> Result<(), Unread> {
    for _ in 0..MOST_TAGS {
        if TAGS.contains(&kind) {
            bytes.skip(2)?;
            kind = bytes.u16()?;
        }
    }
    match kind {
        IPV4 => ipv4(packet, bytes),
        IPV6 => ipv6(packet, bytes),
        ARP | RARP => arp(packet, kind, bytes),
        other => {
            packet.protocol = Some(if other < 1536 { "802.3".to_owned() } else { format!("0x{other:04x}") });
            packet.source = packet.source_mac.clone();
            Ok(())
        }
    }
}

fn ipv4(packet: &mut Packet, mut bytes: Bytes<'_>) -> Result<(), Unread> {
    let whole = bytes;
    let first = bytes.u8()?;
    let header = usize::from(first & 0x0f).saturating_mul(4);
    if first >> 4 != 4 || header < 20 {
        return Err(Unread::Short);
    }
    bytes.skip(1)?;
    let total = usize::from(bytes.u16()?);
    bytes.skip(2)?;
    let fragment = bytes.u16()? & 0x1fff;
    bytes.skip(1)?;
    let protocol = bytes.u8()?;
    bytes.skip(2)?;
    packet.source = Some(Ipv4Addr::from(bytes.take::<4>()?).to_string());
    packet.target = Some(Ipv4Addr::from(bytes.take::<4>()?).to_string());
    // A card that cuts packets itself leaves the length open.
    let carried = (total > 0).then(|| total.saturating_sub(header));
    let inner = Bytes(whole.0.get(header..).unwrap_or_default());
    transport(packet, protocol, inner, carried, fragment > 0);
    Ok(())
}

fn ipv6(packet: &mut Packet, mut bytes: Bytes<'_>) -> Result<(), Unread> {
    if bytes.u8()? >> 4 != 6 {
        return Err(Unread::Short);
    }
    bytes.skip(3)?;
    let total = usize::from(bytes.u16()?);
    let mut next = bytes.u8()?;
    bytes.skip(1)?;
    packet.source = Some(Ipv6Addr::from(bytes.take::<16>()?).to_string());
    packet.target = Some(Ipv6Addr::from(bytes.take::<16>()?).to_string());
    let mut carried = (total > 0).then_some(total);
    let mut is_fragment = false;
    for _ in 0..MOST_HEADERS {
        let before = bytes.0.len();
        let skipped = match next {
            // Options for each hop, a route, options for the target.
            0 | 43 | 60 => option(&mut bytes).map(|kind| next = kind),
            44 => fragment(&mut bytes).map(|(kind, is_later)| {
                next = kind;
                is_fragment |= is_later;
            }),
            _ => break,
        };
        if skipped.is_err() {
            // What it carries was not kept; from whom to whom it is, was.
            bytes = Bytes(&[]);
            break;
        }
        let skipped = before.saturating_sub(bytes.0.len());
        carried = carried.map(|carried| carried.saturating_sub(skipped));
    }
    transport(packet, next, bytes, carried, is_fragment);
    Ok(())
}

fn option(bytes: &mut Bytes<'_>) -> Result<u8, Unread> {
    let next = bytes.u8()?;
    let length = usize::from(bytes.u8()?).saturating_add(1).saturating_mul(8);
    bytes.skip(length.saturating_sub(2))?;
    Ok(next)
}

fn fragment(bytes: &mut Bytes<'_>) -> Result<(u8, bool), Unread> {
    let next = bytes.u8()?;
    bytes.skip(1)?;
    let place = bytes.u16()?;
    bytes.skip(4)?;
    Ok((next, place >> 3 > 0))
}

/// What IP carries; where that was not kept, its protocol is all. A later fragment has no header.
fn transport(
    packet: &mut Packet,
    protocol: u8,
    bytes: Bytes<'_>,
    carried: Option<usize>,
    is_later_fragment: bool,
) {
    let name = match protocol {
        1 => "icmp",
        6 => "tcp",
        17 => "udp",
        58 => "icmpv6",
        132 => "sctp",
        _ => "",
    };
    packet.protocol = Some(if name.is_empty() { format!("ip-{protocol}") } else { name.to_owned() });
    if is_later_fragment {
        return;
    }
    // What was not kept of these is not told; all before it is.
    let kept = match protocol {
        1 => icmp(packet, bytes, [8, 0]),
        58 => icmp(packet, bytes, [128, 129]),
        6 => tcp(packet, bytes, carried),
        17 => udp(packet, bytes),
        _ => Ok(()),
    };
    kept.unwrap_or_default();
}

fn icmp(packet: &mut Packet, mut bytes: Bytes<'_>, [request, reply]: [u8; 2]) -> Result<(), Unread> {
    let kind = bytes.u8()?;
    bytes.skip(3)?;
    if kind == request || kind == reply {
        packet.kind = Some(if kind == request { Kind::Request } else { Kind::Reply });
        packet.ident = Some(bytes.u16()?.into());
        packet.seq = Some(bytes.u16()?.into());
    } else if request == 128 && kind == 136 {
        // A neighbour advertisement that nobody asked for tells of its own address.
        let [flags, ..] = bytes.take::<4>()?;
        if flags & 0x40 == 0 {
            packet.kind = Some(Kind::Announcement);
            packet.source = Some(Ipv6Addr::from(bytes.take::<16>()?).to_string());
        }
    }
    Ok(())
}

fn tcp(packet: &mut Packet, mut bytes: Bytes<'_>, carried: Option<usize>) -> Result<(), Unread> {
    packet.source_port = Some(bytes.u16()?.into());
    packet.target_port = Some(bytes.u16()?.into());
    bytes.skip(8)?;
    let header = usize::from(bytes.u8()? >> 4).saturating_mul(4);
    packet.flags = Some(bytes.u8()?.into());
    packet.payload = carried.and_then(|carried| u32::try_from(carried.checked_sub(header)?).ok());
    Ok(())
}

fn udp(packet: &mut Packet, mut bytes: Bytes<'_>) -> Result<(), Unread> {
    packet.source_port = Some(bytes.u16()?.into());
    packet.target_port = Some(bytes.u16()?.into());
    packet.payload = bytes.u16()?.checked_sub(8).map(u32::from);
    Ok(())
}

fn arp(packet: &mut Packet, kind: u16, mut bytes: Bytes<'_>) -> Result<(), Unread> {
    packet.protocol = Some(if kind == ARP { "arp" } else { "rarp" }.to_owned());
    bytes.skip(6)?;
    let operation = bytes.u16()?;
    let hardware = mac(bytes.take()?);
    let source: [u8; 4] = bytes.take()?;
    bytes.skip(6)?;
    let target: [u8; 4] = bytes.take()?;
    // RARP knows no address of IP yet: QEMU writes that of the card, for the switches.
    let is_rarp = kind == RARP || matches!(operation, 3 | 4);
    if is_rarp {
        packet.kind = Some(Kind::Announcement);
        packet.source = Some(hardware.clone());
    } else {
        packet.kind = (source == target).then_some(Kind::Announcement);
        packet.source = Some(Ipv4Addr::from(source).to_string());
        packet.target = Some(Ipv4Addr::from(target).to_string());
    }
    packet.source_mac = Some(hardware);
    Ok(())
}

#[cfg(test)]
mod tests;
