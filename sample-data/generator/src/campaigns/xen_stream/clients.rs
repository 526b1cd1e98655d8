//! The service stream: what the two clients counted while they showed the film.
//!
//! VLC in the VM sends 25 frames and 46.875 audio buffers (AAC, 1024 samples at 48 kHz) a second to a
//! group address. It stands with the VM and sends late or not at all what was due meanwhile. What
//! arrives late is lost (published); what was due in the outage and is not counted as lost never
//! arrived, or was thrown away before it was decoded. The film is as long as the recording.

use super::published::Losses;
use crate::campaigns::testbed::run::Run;
use crate::formats::vlc::http::{self, Status};
use crate::formats::vlc::{Statistics, rc};
use crate::migration::MB;
use crate::noise::Noise;

/// Rate of the stream in MB/s: 2.1 Mbit/s, as the film has, in a transport stream.
pub const RATE: f64 = 0.2625;
/// Frames and audio buffers of the film a second.
const FRAMES: f64 = 25.0;
const BUFFERS: f64 = 46.875;

/// The replies of the Linux client on the observer. It was asked at the end, or twice: before the
/// request for migration as well.
pub fn linux(run: &Run, losses: Losses, asked_twice: bool) -> Vec<u8> {
    let mut noise = run.plan.noise("vlc/linux");
    let last = film(run, losses, &mut noise);
    let first = asked_twice.then(|| statistics(3.2, 0.0, Losses::default(), &mut noise));
    rc::write(&first.into_iter().chain([last]).collect::<Vec<_>>())
}

/// The status of the Windows client on the laptop at the end.
pub fn windows(run: &Run, losses: Losses) -> Vec<u8> {
    const VIDEO: [(&str, &str); 5] = [
        ("Type", "Video"),
        ("Codec", "h264"),
        ("Resolution", "640x360"),
        ("Display resolution", "640x360"),
        ("Frame rate", "25"),
    ];
    const AUDIO: [(&str, &str); 4] =
        [("Type", "Audio"), ("Codec", "mp4a"), ("Channels", "Stereo"), ("Sample rate", "48000 Hz")];
    let mut noise = run.plan.noise("vlc/windows");
    http::write(&Status {
        title: "udp://@239.255.2.70:1234",
        time: run.plan.parameters.seconds - 1,
        streams: &[&VIDEO, &AUDIO],
        statistics: film(run, losses, &mut noise),
    })
}

/// A client's counters at the end of the film.
fn film(run: &Run, losses: Losses, noise: &mut Noise) -> Statistics {
    let outage = run.migration.phases.outage;
    statistics(f64::from(run.plan.parameters.seconds), outage.resumed - outage.stopped, losses, noise)
}

/// The counters after so many seconds of the film, `outage` of which nothing was sent.
fn statistics(seconds: f64, outage: f64, losses: Losses, noise: &mut Noise) -> Statistics {
    /// A datagram holds seven packets of the transport stream.
    const PACKET: u64 = 188;
    const DATAGRAM: u64 = 7 * PACKET;
    /// What is left of the transport stream without its headers.
    const PAYLOAD: f64 = 0.955;

    // A client shows nothing before the first key frame.
    let waited = noise.uniform(0.1, 0.45);
    let count = |rate: f64, seconds: f64| (rate * seconds).round() as u32;
    let displayed_frames = count(FRAMES, seconds - waited) - count(FRAMES, outage).max(losses.frames);
    let played_buffers =
        count(BUFFERS, seconds - waited) - count(BUFFERS, outage).saturating_sub(losses.buffers);
    let read_bytes = RATE * MB * (waited + f64::from(played_buffers) / BUFFERS);
    let input_rate = RATE * noise.uniform(0.96, 1.04);
    Statistics {
        read_bytes: (read_bytes as u64).next_multiple_of(DATAGRAM),
        input_rate: input_rate as f32,
        demuxed_bytes: ((PAYLOAD * read_bytes) as u64).next_multiple_of(PACKET),
        demux_rate: (PAYLOAD * input_rate) as f32,
        decoded_video: displayed_frames + losses.frames + noise.uniform(0.0, 5.0) as u32,
        displayed_frames,
        lost_frames: losses.frames,
        decoded_audio: played_buffers,
        played_buffers,
        lost_buffers: losses.buffers,
    }
}
