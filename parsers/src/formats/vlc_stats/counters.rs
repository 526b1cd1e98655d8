//! The counters of one dump, and the columns they become.

use polars::prelude::{
    Float64Chunked, Int64Chunked, IntoSeries, NewChunkedArray, Series, StringChunked, UInt32Chunked,
};

use crate::frame::{FrameBuilder, Unit};

/// What VLC counts. The discriminant is the place in [`COUNTERS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counter {
    FramesDisplayed,
    FramesLost,
    FramesLate,
    FramesDecoded,
    BuffersPlayed,
    BuffersLost,
    BuffersDecoded,
    DemuxCorrupted,
    Discontinuities,
    PacketsSent,
    BytesRead,
    BytesDemuxed,
    BytesSent,
}

/// A counter's column and its tag in status.xml.
pub(super) struct Info {
    pub counter: Counter,
    pub name: &'static str,
    pub tag: &'static [u8],
    pub unit: Unit,
}

const fn info(counter: Counter, name: &'static str, tag: &'static [u8], unit: Unit) -> Info {
    Info { counter, name, tag, unit }
}

pub(super) static COUNTERS: [Info; 13] = [
    info(Counter::FramesDisplayed, "frames_displayed", b"displayedpictures", Unit::Count),
    info(Counter::FramesLost, "frames_lost", b"lostpictures", Unit::Count),
    info(Counter::FramesLate, "frames_late", b"latepictures", Unit::Count),
    info(Counter::FramesDecoded, "frames_decoded", b"decodedvideo", Unit::Count),
    info(Counter::BuffersPlayed, "buffers_played", b"playedabuffers", Unit::Count),
    info(Counter::BuffersLost, "buffers_lost", b"lostabuffers", Unit::Count),
    info(Counter::BuffersDecoded, "buffers_decoded", b"decodedaudio", Unit::Count),
    info(Counter::DemuxCorrupted, "demux_corrupted", b"demuxcorrupted", Unit::Count),
    info(Counter::Discontinuities, "discontinuities", b"demuxdiscontinuity", Unit::Count),
    info(Counter::PacketsSent, "packets_sent", b"sentpackets", Unit::Count),
    info(Counter::BytesRead, "bytes_read", b"readbytes", Unit::Bytes),
    info(Counter::BytesDemuxed, "bytes_demuxed", b"demuxreadbytes", Unit::Bytes),
    info(Counter::BytesSent, "bytes_sent", b"sentbytes", Unit::Bytes),
];

/// Where a dump was printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Rc,
    Stderr,
    Xml,
}

impl Source {
    pub fn name(self) -> &'static str {
        match self {
            Self::Rc => "rc",
            Self::Stderr => "stderr",
            Self::Xml => "xml",
        }
    }
}

/// The counters at one moment.
#[derive(Clone, Debug)]
pub(super) struct Dump {
    pub source: Source,
    /// The line on which it begins, and the last that has a counter.
    pub line: u64,
    last_line: u64,
    values: [Option<u64>; COUNTERS.len()],
}

impl Dump {
    pub fn new(source: Source, line: u64) -> Self {
        Self { source, line, last_line: line, values: [None; COUNTERS.len()] }
    }

    pub fn get(&self, counter: Counter) -> Option<u64> {
        self.values.get(counter as usize).copied().flatten()
    }

    /// Sets a counter that has no value yet; says whether it had none.
    pub fn set(&mut self, counter: Counter, value: u64) -> bool {
        match self.values.get_mut(counter as usize) {
            Some(slot @ None) => {
                *slot = Some(value);
                true
            }
            _ => false,
        }
    }

    /// It goes on to this line.
    pub fn reach(&mut self, line: u64) {
        self.last_line = line;
    }

    pub fn is_empty(&self) -> bool {
        self.values.iter().all(Option::is_none)
    }

    /// Whether a counter is smaller than in `earlier`: counters only grow as long as the input is the same.
    /// Bytes are rounded in some places and not in others, so they only count within one place.
    pub fn is_behind(&self, earlier: &Self) -> bool {
        COUNTERS.iter().any(|info| {
            let comparable = info.unit == Unit::Count || self.source == earlier.source;
            let pair = self.get(info.counter).zip(earlier.get(info.counter));
            comparable && pair.is_some_and(|(now, before)| now < before)
        })
    }
}

/// One row a dump: `input`, `line`, `place`, then every counter.
pub(super) fn columns(dumps: &[(u32, Dump)], columns: &mut FrameBuilder) {
    let inputs = UInt32Chunked::from_iter_values("input".into(), dumps.iter().map(|(input, _)| *input));
    columns.push(Unit::Count, inputs.into_series());
    let lines = dumps.iter().map(|(_, dump)| u32::try_from(dump.line).unwrap_or(u32::MAX));
    columns.push(Unit::Count, UInt32Chunked::from_iter_values("line".into(), lines).into_series());
    columns.set_ends(dumps.iter().map(|(_, dump)| dump.last_line).collect());
    let places = dumps.iter().map(|(_, dump)| dump.source.name());
    columns.push(Unit::Text, StringChunked::from_iter_values("place".into(), places).into_series());
    for info in &COUNTERS {
        let values = dumps.iter().map(|(_, dump)| dump.get(info.counter));
        columns.push(info.unit, series(info, values));
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody plays 2^53 bytes")]
fn series(info: &Info, values: impl Iterator<Item = Option<u64>>) -> Series {
    if info.unit == Unit::Bytes {
        let values = values.map(|value| value.map(|value| value as f64));
        Float64Chunked::from_iter_options(info.name.into(), values).into_series()
    } else {
        let values = values.map(|value| value.and_then(|value| i64::try_from(value).ok()));
        Int64Chunked::from_iter_options(info.name.into(), values).into_series()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (place, info) in COUNTERS.iter().enumerate() {
            assert_eq!(info.counter as usize, place, "{}", info.name);
        }
    }
}
