//! Random values, written as the tool writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{format, i64s, read_whole, u32s};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn vlc_stats(dumps in vec((vec(0_u32..100_000, 8), 0_usize..3, any::<bool>()), 1..8)) {
        let mut text = String::new();
        let mut expected = Vec::new();
        for (n, place, bracket) in &dumps {
            match place {
                0 => {
                    let bracket = if *bracket { " ]" } else { "" };
                    write!(text, "+----[ begin of statistical info{bracket}\n+-[Incoming]\n| input bytes read : {:8} KiB\n\
                        | input bitrate    :      455 kb/s\n| demux bytes read : {:8} KiB\n| demux bitrate    :      336 kb/s\n|\n\
                        +-[Video Decoding]\n| video decoded    :    {:5}\n| frames displayed :    {:5}\n\
                        | frames lost      :    {:5}\n|\n+-[Audio Decoding]\n| audio decoded    :    {:5}\n\
                        | buffers played   :    {:5}\n| buffers lost     :    {:5}\n|\n+----[ end of statistical info ]\n",
                        n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7]).unwrap();
                }
                1 => write!(text, "Input : 1 ({} bytes) - 0.1 kB/s - Demux : 1 ({} bytes) - 0.1 kB/s\n\
                        - Vout : {}/{} - Aout : {}/{} - Sout : 0.0\n", n[0], n[1], n[3], n[4], n[6], n[7])
                    .map(|()| text = text.replace("\n- Vout", "\n - Vout")).unwrap(),
                _ => {
                    let tags = ["readbytes", "demuxreadbytes", "decodedvideo", "displayedpictures", "lostpictures",
                        "decodedaudio", "playedabuffers", "lostabuffers"];
                    text += "<root><stats>\n";
                    let order: Vec<usize> = if *bracket { (0..8).collect() } else { (0..8).rev().collect() };
                    for at in order {
                        writeln!(text, "<{0}>{1}</{0}>", tags[at], n[at]).unwrap();
                    }
                    text += "</stats></root>\n";
                }
            }
            expected.push([n[3], n[4], n[6], n[7]].map(|value| Some(i64::from(value))));
        }
        let parsed = read_whole(format("vlc-stats"), &text);
        let columns = ["frames_displayed", "frames_lost", "buffers_played", "buffers_lost"].map(|name| i64s(&parsed, name));
        let rows: Vec<_> = (0..dumps.len()).map(|row| [0, 1, 2, 3].map(|column| columns[column][row])).collect();
        prop_assert_eq!(rows, expected);
        let inputs = u32s(&parsed, "input");
        prop_assert!(inputs.windows(2).all(|pair| pair[1] == pair[0] || pair[1] == pair[0] + 1));
        prop_assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    }
}
