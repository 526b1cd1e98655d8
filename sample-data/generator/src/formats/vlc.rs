//! Statistics of VLC media player 1.0, at the two places where it tells them.
//!
//! VLC counts for each input what its decoders and outputs did, and starts again with the next one.
//! Limits: a client that plays and does not stream, and labels in English.

pub mod http;
pub mod rc;

/// The counters of one input.
///
/// A picture that is decoded is either displayed or lost, as long as it is not still waiting. An audio
/// buffer counts as played when the decoder hands it to the output; those that the output then drops
/// are counted as lost in addition.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Statistics {
    pub read_bytes: u64,
    /// In bytes per µs, as all rates of VLC.
    pub input_rate: f32,
    pub demuxed_bytes: u64,
    pub demux_rate: f32,
    pub decoded_video: u32,
    pub displayed_frames: u32,
    pub lost_frames: u32,
    pub decoded_audio: u32,
    pub played_buffers: u32,
    pub lost_buffers: u32,
}
