//! A file of libpcap: packets of Ethernet with their headers, in µs.

/// From whom a packet is, and to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    ToVm,
    FromVm,
}

/// What a packet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// An echo request to the VM, or the reply of it, with its number.
    Echo(u16),
    /// A segment of a connection between the client's port and that of the VM's service, with so many bytes and these flags.
    Segment { port: u16, flags: u8, bytes: u16 },
    /// RARP, as QEMU announces the card of a VM.
    Announcement,
}

/// A packet: seconds since 1970, and what it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Packet {
    pub at: f64,
    pub way: Way,
    pub what: What,
}

/// The address of the VM in such a file.
pub const VM: [u8; 4] = [10, 0, 0, 5];
const CLIENT: [u8; 4] = [10, 0, 0, 1];
const SERVICE: u16 = 8080;

/// Writes the packets in their order.
pub fn write(packets: &[Packet]) -> Vec<u8> {
    let mut out = 0xa1b2_c3d4_u32.to_le_bytes().to_vec();
    out.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128, 0, 0, 0, 1, 0, 0, 0]);
    for packet in packets {
        let (kept, length) = frame(packet);
        let micros = (packet.at * 1e6).floor() as u64;
        for value in [(micros / 1_000_000) as u32, (micros % 1_000_000) as u32, kept.len() as u32, length] {
            out.extend(value.to_le_bytes());
        }
        out.extend(kept);
    }
    out
}

/// The headers, and how long the packet is.
fn frame(packet: &Packet) -> (Vec<u8>, u32) {
    let card = |way| if way == Way::ToVm { [2, 0, 0, 0, 0, 1] } else { [2, 0, 0, 0, 0, 5] };
    let mut out = card(if packet.way == Way::ToVm { Way::FromVm } else { Way::ToVm }).to_vec();
    out.extend(card(packet.way));
    let (protocol, inner, carried) = match packet.what {
        What::Announcement => {
            out.extend([0x80, 0x35, 0, 1, 8, 0, 6, 4, 0, 3]);
            for part in [card(packet.way).as_slice(), &[0; 4], &card(packet.way), &[0; 4]] {
                out.extend(part);
            }
            return (out, 60);
        }
        What::Echo(number) => {
            let kind = if packet.way == Way::ToVm { 8 } else { 0 };
            let [high, low] = number.to_be_bytes();
            (1, vec![kind, 0, 0, 0, 0x11, 0x22, high, low], 56)
        }
        What::Segment { port, flags, bytes } => {
            let ports = if packet.way == Way::ToVm { [port, SERVICE] } else { [SERVICE, port] };
            let mut inner: Vec<u8> = ports.iter().flat_map(|port| port.to_be_bytes()).collect();
            inner.extend([0, 0, 0, 1, 0, 0, 0, 1, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
            (6, inner, bytes)
        }
    };
    let total = 20 + inner.len() as u16 + carried;
    let [high, low] = total.to_be_bytes();
    out.extend([8, 0, 0x45, 0, high, low, 0, 0, 0, 0, 64, protocol, 0, 0]);
    let (from, to) = if packet.way == Way::ToVm { (CLIENT, VM) } else { (VM, CLIENT) };
    out.extend(from);
    out.extend(to);
    out.extend(inner);
    (out, 14 + u32::from(total))
}
