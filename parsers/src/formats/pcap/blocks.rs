//! The blocks of pcapng: what tells of an interface, packets, and much that is of no use here.

use pcap_parser::traits::PcapNGPacketBlock;
use pcap_parser::{
    Block, EnhancedPacketBlock, InterfaceDescriptionBlock, Linktype, parse_block_be, parse_block_le,
};

use super::{ORDERS, Raw, Reader, is_section};
use crate::diagnostic::Place;

/// What a block tells of an interface.
#[derive(Clone, Copy)]
struct Interface {
    link: Linktype,
    /// Units of its times in a second; `None` for a number that cannot be one.
    per_second: Option<u64>,
    offset_s: i64,
}

/// The shortest block: what it is, how long, and again how long.
const SHORTEST: usize = 12;

/// Reads a capture made of blocks. A damaged block is left out where its length, which is written before and behind it, says where
/// the next one begins.
pub(super) fn read(reader: &mut Reader, bytes: &[u8]) {
    let mut interfaces: Vec<Interface> = Vec::new();
    let (mut at, mut is_big) = (0, false);
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        if is_section(rest) {
            // Interfaces are numbered anew.
            is_big = rest.get(8..12) == ORDERS.get(1).map(<[u8; 4]>::as_slice);
            interfaces.clear();
        }
        let Some(length) = length(rest, is_big) else {
            return reader.cut_block(at, rest, is_big);
        };
        let Some(block) = rest.get(..length) else { return };
        let read = if is_big { parse_block_be(block) } else { parse_block_le(block) };
        match read {
            Ok((_, Block::InterfaceDescription(block))) => interfaces.push(interface(&block)),
            Ok((_, Block::EnhancedPacket(block))) => packet(reader, &block, &interfaces, at),
            Ok((_, Block::SimplePacket(block))) => {
                let link = interfaces.first().map_or(Linktype::ETHERNET, |first| first.link);
                let raw = Raw { epoch_s: None, link, data: block.packet_data(), length: block.origlen };
                reader.packet(&raw, at);
            }
            Ok(_) => {}
            Err(_) => reader.damaged_block(at),
        }
        at = at.saturating_add(length);
    }
}

/// How many bytes the block has with which these begin; `None` where its end is not there.
fn length(rest: &[u8], is_big: bool) -> Option<usize> {
    let number = |from: usize| {
        let bytes = <[u8; 4]>::try_from(rest.get(from..from.checked_add(4)?)?).ok()?;
        let number = if is_big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) };
        usize::try_from(number).ok()
    };
    let length = number(4).filter(|length| *length >= SHORTEST && length % 4 == 0)?;
    (number(length.checked_sub(4)?)? == length).then_some(length)
}

fn interface(block: &InterfaceDescriptionBlock<'_>) -> Interface {
    // A power of ten, or of two where the highest bit says so.
    let power = u32::from(block.if_tsresol & 0x7f);
    let per_second = match block.if_tsresol & 0x80 {
        0 => 10_u64.checked_pow(power),
        _ => 1_u64.checked_shl(power),
    };
    Interface { link: block.linktype, per_second, offset_s: block.ts_offset() }
}

fn packet(reader: &mut Reader, block: &EnhancedPacketBlock<'_>, interfaces: &[Interface], at: usize) {
    let interface = usize::try_from(block.if_id).ok().and_then(|number| interfaces.get(number));
    let epoch_s = interface.and_then(|interface| {
        let per_second = interface.per_second?;
        let units = (u64::from(block.ts_high) << 32) | u64::from(block.ts_low);
        let whole = i64::try_from(units / per_second).ok()?.checked_add(interface.offset_s)?;
        #[expect(clippy::cast_precision_loss, reason = "the fraction is rounded to what a number can hold")]
        let seconds = whole as f64 + (units % per_second) as f64 / per_second as f64;
        #[expect(clippy::cast_precision_loss, reason = "a power of ten or of two")]
        let resolution_s = 1.0 / per_second as f64;
        reader.resolution_s = reader.resolution_s.max(resolution_s);
        Some(seconds)
    });
    let link = interface.map_or(Linktype::ETHERNET, |interface| interface.link);
    reader.packet(&Raw { epoch_s, link, data: block.packet_data(), length: block.origlen }, at);
}

impl Reader {
    /// The last block is not whole, or its length is damaged.
    fn cut_block(&mut self, at: usize, rest: &[u8], is_big: bool) {
        let told = rest.get(4..8).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
        let told =
            told.map(|bytes| if is_big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) });
        let is_cut = told.is_none_or(|told| {
            (SHORTEST..=super::LONGEST as usize).contains(&(told as usize)) && told as usize > rest.len()
        });
        if !is_cut {
            return self.damaged(at, rest.len());
        }
        self.lost = self.lost.saturating_add(1);
        let left = rest.len();
        self.diagnostics.warning("last-packet-cut", Place::FILE, || {
            format!(
                "expected a whole block at byte {at}, found {left} bytes of it: the capture was stopped while it was written, or copied too \
                 early; it is left out"
            )
        });
    }

    /// A block whose length fits and whose content does not.
    fn damaged_block(&mut self, at: usize) {
        self.lost = self.lost.saturating_add(1);
        self.diagnostics.warning("block-damaged", Place::FILE, || {
            format!("expected a block of pcapng at byte {at}, found one that does not fit its own lengths; it is left out")
        });
    }
}
