//! What a message says.

use crate::text::{integer, unsigned};

/// How lateness is written behind the beginning of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lateness {
    /// `N` microseconds.
    Micros,
    /// `N` microseconds, negative if late.
    NegativeMicros,
    /// `N` milliseconds.
    Millis,
    /// Not at all.
    Untold,
}

/// A kind of event.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// As in the column `event`.
    pub name: &'static str,
    /// The fact that counts it.
    pub fact: &'static str,
    /// The text up to the number, and what must stand behind it.
    text: (&'static [u8], &'static [u8]),
    lateness: Lateness,
}

const fn kind(
    name: &'static str,
    fact: &'static str,
    text: (&'static [u8], &'static [u8]),
    lateness: Lateness,
) -> Kind {
    Kind { name, fact, text, lateness }
}

pub(super) static KINDS: [Kind; 11] = [
    kind(
        "late_picture_skipped",
        "events_late_picture_skipped",
        (b"late picture skipped (", b""),
        Lateness::Micros,
    ),
    kind(
        "picture_too_late",
        "events_picture_too_late",
        (b"picture is too late to be displayed (missing ", b""),
        Lateness::Millis,
    ),
    kind(
        "picture_displayed_late",
        "events_picture_displayed_late",
        (b"picture might be displayed late (missing ", b""),
        Lateness::Millis,
    ),
    kind(
        "late_frames_dropping",
        "events_late_frames_dropping",
        (b"More than ", b"late frames, dropping frame"),
        Lateness::Untold,
    ),
    kind(
        "late_video_dropping",
        "events_late_video_dropping",
        (b"more than ", b"of late video -> dropping frame"),
        Lateness::Untold,
    ),
    kind("playback_late", "events_playback_late", (b"playback too late (", b"up-sampling"), Lateness::Micros),
    kind(
        "playback_too_late",
        "events_playback_too_late",
        (b"playback way too late (", b"flushing buffers"),
        Lateness::Micros,
    ),
    kind(
        "buffer_too_late",
        "events_buffer_too_late",
        (b"buffer too late (", b"dropped"),
        Lateness::NegativeMicros,
    ),
    kind("buffer_late", "events_buffer_late", (b"buffer too late ", b"up-sampling"), Lateness::Untold),
    kind(
        "pts_out_of_range",
        "events_pts_out_of_range",
        (b"PTS is out of range (", b"dropping buffer"),
        Lateness::Micros,
    ),
    kind(
        "audio_drift",
        "events_audio_drift",
        (b"audio drift is too big (", b"dropping buffer"),
        Lateness::Untold,
    ),
];

/// Whether a picture that was lost is spoken of anywhere.
pub(super) fn present(bytes: &[u8]) -> bool {
    let texts = KINDS.iter().take(2).map(|kind| kind.text.0);
    texts.into_iter().any(|text| memchr::memmem::find(bytes, text).is_some())
}

/// An event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    pub kind: &'static Kind,
    pub lateness_ms: Option<f64>,
    /// There should be a lateness, but it cannot be read.
    pub unreadable: bool,
}

impl Event {
    /// Reads the text of a message; none if it is about something else.
    #[expect(clippy::cast_precision_loss, reason = "microseconds of less than 285 years are exact")]
    pub fn read(text: &[u8]) -> Option<Self> {
        let has = |what: &[u8]| memchr::memmem::find(text, what).is_some();
        let kind = KINDS.iter().find(|kind| {
            let (start, behind) = kind.text;
            text.starts_with(start) && (behind.is_empty() || has(behind))
        })?;
        let rest = text.get(kind.text.0.len()..).unwrap_or_default();
        let end = rest.iter().position(|byte| matches!(byte, b' ' | b')'));
        let number = end.and_then(|end| rest.get(..end)).and_then(signed);
        let scale = match kind.lateness {
            Lateness::Micros => 1000.0,
            Lateness::NegativeMicros => -1000.0,
            Lateness::Millis => 1.0,
            Lateness::Untold => {
                return Some(Self { kind, lateness_ms: None, unreadable: false });
            }
        };
        let lateness_ms = number.map(|number| number as f64 / scale);
        Some(Self { kind, lateness_ms, unreadable: number.is_none() })
    }
}

/// Digits, perhaps with a sign.
fn signed(text: &[u8]) -> Option<i64> {
    match text.strip_prefix(b"-") {
        Some(digits) => unsigned(digits).and_then(|value| i64::try_from(value).ok()).map(|value| -value),
        None => integer(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_all_kinds() {
        let read =
            |text: &str| Event::read(text.as_bytes()).map(|event| (event.kind.name, event.lateness_ms));
        for (text, expected) in [
            ("late picture skipped (42387 > -27)", Some(("late_picture_skipped", Some(42.387)))),
            ("late picture skipped (5139873 > -1948 )", Some(("late_picture_skipped", Some(5139.873)))),
            (
                "late picture skipped (1206918740647492)",
                Some(("late_picture_skipped", Some(1_206_918_740_647.492))),
            ),
            ("late picture skipped (-9392 > -10257)", Some(("late_picture_skipped", Some(-9.392)))),
            ("picture is too late to be displayed (missing 450 ms)", Some(("picture_too_late", Some(450.0)))),
            ("picture might be displayed late (missing 19 ms)", Some(("picture_displayed_late", Some(19.0)))),
            ("More than 11 late frames, dropping frame", Some(("late_frames_dropping", None))),
            (
                "more than 5 seconds of late video -> dropping frame (computer too slow ?)",
                Some(("late_video_dropping", None)),
            ),
            ("buffer too late (-59840 us): dropped", Some(("buffer_too_late", Some(59.84)))),
            ("buffer too late  (61000), up-sampling", Some(("buffer_late", None))),
            ("playback too late (103140): up-sampling", Some(("playback_late", Some(103.14)))),
            ("playback way too late (204102): flushing buffers", Some(("playback_too_late", Some(204.102)))),
            ("playback too early (-103140): down-sampling", None),
            ("PTS is out of range (-9103), dropping buffer", Some(("pts_out_of_range", Some(-9.103)))),
            ("audio drift is too big (145702), dropping buffer", Some(("audio_drift", None))),
            ("audio drift is too big (-192000), clearing out", None),
            ("audio output is starving (212675), playing silence", None),
            ("picture is too late", None),
            ("late picture skipped", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        assert!(Event::read(b"late picture skipped (12").is_some_and(|event| event.unreadable));
    }
}
