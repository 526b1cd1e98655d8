//! Replies to the command `stats` of the remote control interface (`rc`), which people speak over a
//! terminal or a socket.
//!
//! Lines end with a carriage return as well. The interface confirms each command in a line of its
//! own. kB are 1000 bytes, and kb/s 1000 bits per second; from VLC 1.1 on the former are KiB, and two
//! lines about damaged input follow the rates.

use super::Statistics;

/// Writes the replies to one `stats` after the other.
pub fn write(replies: &[Statistics]) -> Vec<u8> {
    replies.iter().map(reply).collect::<String>().into_bytes()
}

fn reply(statistics: &Statistics) -> String {
    let Statistics { decoded_video, displayed_frames, lost_frames, .. } = statistics;
    let Statistics { decoded_audio, played_buffers, lost_buffers, .. } = statistics;
    [
        "+----[ begin of statistical info ]".to_owned(),
        "+-[Incoming]".to_owned(),
        format!("| input bytes read : {:8.0} kB", kilo(statistics.read_bytes)),
        format!("| input bitrate    :   {:6.0} kb/s", kilobits(statistics.input_rate)),
        format!("| demux bytes read : {:8.0} kB", kilo(statistics.demuxed_bytes)),
        format!("| demux bitrate    :   {:6.0} kb/s", kilobits(statistics.demux_rate)),
        "|".to_owned(),
        "+-[Video Decoding]".to_owned(),
        format!("| video decoded    :    {decoded_video:5}"),
        format!("| frames displayed :    {displayed_frames:5}"),
        format!("| frames lost      :    {lost_frames:5}"),
        "|".to_owned(),
        "+-[Audio Decoding]".to_owned(),
        format!("| audio decoded    :    {decoded_audio:5}"),
        format!("| buffers played   :    {played_buffers:5}"),
        format!("| buffers lost     :    {lost_buffers:5}"),
        "|".to_owned(),
        "+-[Streaming]".to_owned(),
        format!("| packets sent     :    {:5}", 0),
        format!("| bytes sent       : {:8.0} kB", 0.0),
        format!("| sending bitrate  :   {:6.0} kb/s", 0.0),
        "|".to_owned(),
        "+----[ end of statistical info ]".to_owned(),
        "stats: returned 0 (no error)".to_owned(),
    ]
    .map(|line| line + "\r\n")
    .concat()
}

fn kilo(bytes: u64) -> f32 {
    bytes as f32 / 1000.0
}

fn kilobits(bytes_per_us: f32) -> f32 {
    bytes_per_us * 8000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_has_its_numbers_in_columns() {
        let statistics = Statistics {
            read_bytes: 15_234_567,
            input_rate: 0.2656,
            displayed_frames: 1_466,
            lost_frames: 5,
            lost_buffers: 1_392,
            ..Statistics::default()
        };
        let text = String::from_utf8(write(&[statistics])).expect("text");
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(lines.len(), 25);
        assert_eq!(lines[0], "+----[ begin of statistical info ]");
        assert_eq!(lines[2], "| input bytes read :    15235 kB");
        assert_eq!(lines[3], "| input bitrate    :     2125 kb/s");
        assert_eq!(lines[9], "| frames displayed :     1466");
        assert_eq!(lines[10], "| frames lost      :        5");
        assert_eq!(lines[15], "| buffers lost     :     1392");
        assert_eq!(lines[24], "");
    }
}
