//! VLC's counters, from all three places.

mod round_trip;

use stillstand_parsers::{Clock, Parsed, RowCount, Unit, parse};

use crate::common::{bytes, check, f64s, format, i64s, strs, u32s};

/// `[displayed, lost, decoded, played, lost, decoded]` of each row.
fn rows(parsed: &Parsed) -> Vec<[Option<i64>; 6]> {
    let names = [
        "frames_displayed",
        "frames_lost",
        "frames_decoded",
        "buffers_played",
        "buffers_lost",
        "buffers_decoded",
    ];
    let columns = names.map(|name| i64s(parsed, name));
    (0..parsed.frame.height()).map(|row| std::array::from_fn(|column| columns[column][row])).collect()
}

/// `[frames_lost, buffers_lost, frames_displayed, buffers_played]`.
fn totals(parsed: &Parsed) -> [Option<i64>; 4] {
    ["frames_lost", "buffers_lost", "frames_displayed", "buffers_played"].map(|name| parsed.facts.int(name))
}

#[test]
fn rc_of_vlc_3() {
    let parsed = check("vlc-stats/valid/rc-vlc3.txt", &[]);
    assert_eq!(
        rows(&parsed),
        [[52, 0, 136, 139, 0, 279].map(Some), [16, 0, 34, 55, 0, 111].map(Some)],
        "the third `stats` came when nothing was played any more"
    );
    assert_eq!(u32s(&parsed, "input"), [0, 1]);
    assert_eq!(u32s(&parsed, "line"), [4, 28]);
    assert_eq!(strs(&parsed, "place"), ["rc", "rc"]);
    assert_eq!(f64s(&parsed, "bytes_read"), [Some(398.0 * 1024.0), Some(186.0 * 1024.0)]);
    assert_eq!(f64s(&parsed, "bytes_demuxed"), [Some(209.0 * 1024.0), Some(89.0 * 1024.0)]);
    assert_eq!(i64s(&parsed, "demux_corrupted"), [Some(0); 2]);
    assert_eq!(i64s(&parsed, "discontinuities"), [Some(0); 2]);
    for name in ["packets_sent", "frames_late"] {
        assert_eq!(i64s(&parsed, name), [None; 2]);
    }
    assert_eq!(totals(&parsed), [0, 0, 68, 194].map(Some));
    assert_eq!((parsed.facts.int("dumps"), parsed.facts.int("inputs")), (Some(2), Some(2)));
    assert_eq!(parsed.facts.text("place"), Some("rc"));
    assert_eq!(parsed.frame.clock, Clock::None);
    assert_eq!(parsed.frame.unit("bytes_read"), Some(Unit::Bytes));
    assert_eq!(parsed.frame.unit("frames_lost"), Some(Unit::Count));
}

#[test]
fn rc_in_german_says_the_same() {
    let parsed = check("vlc-stats/valid/rc-vlc3-german.txt", &["note 6 translated-unit"]);
    let english = check("vlc-stats/valid/rc-vlc3.txt", &[]);
    assert!(parsed.frame.df.drop("line").unwrap().equals_missing(&english.frame.df.drop("line").unwrap()));
}

#[test]
fn lost_frames_of_a_vlc_that_was_stopped() {
    let parsed = check("vlc-stats/valid/rc-vlc3-stopped-twice.txt", &[]);
    assert_eq!(rows(&parsed), [[32, 19, 153, 180, 0, 361].map(Some)]);
    let parsed = check("vlc-stats/valid/status-vlc3-twice.xml", &[]);
    assert_eq!(rows(&parsed), [[26, 19, 141, 152, 0, 305].map(Some), [39, 39, 216, 229, 0, 460].map(Some)]);
    assert_eq!(u32s(&parsed, "input"), [0, 0]);
    assert_eq!(strs(&parsed, "place"), ["xml", "xml"]);
    assert_eq!(f64s(&parsed, "bytes_read"), [Some(407_664.0), Some(461_352.0)]);
    assert_eq!(totals(&parsed), [39, 0, 39, 229].map(Some), "the last dump of the input counts");
    assert_eq!(parsed.version.as_deref(), Some("3.0.24"));
}

#[test]
fn rc_of_vlc_1() {
    let parsed = check("vlc-stats/valid/rc-vlc1.txt", &[]);
    assert_eq!(rows(&parsed), [[2511, 5, 2528, 4939, 2, 4941].map(Some)]);
    assert_eq!(f64s(&parsed, "bytes_read"), [Some(6_719_000.0)]);
    assert_eq!(f64s(&parsed, "bytes_sent"), [Some(7000.0)]);
    assert_eq!(i64s(&parsed, "packets_sent"), [Some(12)]);
    assert_eq!(i64s(&parsed, "demux_corrupted"), [None]);
    assert_eq!(parsed.version.as_deref(), Some("1.0.2"));
}

#[test]
fn late_frames_of_vlc_4() {
    let parsed = check("vlc-stats/valid/rc-vlc4.txt", &[]);
    assert_eq!(i64s(&parsed, "frames_late"), [Some(44)]);
    assert_eq!(i64s(&parsed, "frames_lost"), [Some(5)]);
}

#[test]
fn labels_of_any_language_are_taken_by_their_place() {
    let parsed = check("vlc-stats/valid/rc-french.txt", &["note 3 translated-labels"]);
    assert_eq!(rows(&parsed), [[52, 7, 136, 139, 4, 279].map(Some)]);
    assert_eq!(f64s(&parsed, "bytes_read"), [Some(398.0 * 1024.0)]);
    assert_eq!(i64s(&parsed, "discontinuities"), [Some(3)]);
}

#[test]
fn counters_start_again_with_the_next_input() {
    let parsed = check("vlc-stats/valid/rc-two-inputs.txt", &[]);
    assert_eq!(u32s(&parsed, "input"), [0, 0, 1]);
    assert_eq!(totals(&parsed), [10, 2, 2618, 5077].map(Some));
    let parsed = check("vlc-stats/valid/rc-announced.txt", &[]);
    assert_eq!(u32s(&parsed, "input"), [0, 1], "told by VLC, not by the counters");
    assert_eq!(totals(&parsed), [6, 2, 2549, 5018].map(Some));
}

#[test]
fn stderr_behind_a_long_log() {
    let parsed = check("vlc-stats/valid/stderr.txt", &[]);
    let row = |[displayed, lost, played, missed]: [i64; 4]| {
        [Some(displayed), Some(lost), None, Some(played), Some(missed), None]
    };
    assert_eq!(rows(&parsed), [row([2511, 4, 4941, 2]), row([3511, 14, 5941, 0])]);
    assert_eq!(u32s(&parsed, "input"), [0, 1], "each is the end of an input, though the counters grow");
    assert_eq!(f64s(&parsed, "bytes_read"), [Some(407_664.0), Some(1_407_664.0)]);
    assert_eq!(f64s(&parsed, "bytes_demuxed"), [Some(399_000.0), Some(1_399_000.0)]);
    assert_eq!(totals(&parsed), [18, 2, 6022, 10_882].map(Some));
    assert_eq!(parsed.facts.text("place"), Some("stderr"));
    assert_eq!(parsed.version.as_deref(), Some("0.8.6h"));
}

#[test]
fn stderr_ends_the_input_that_rc_was_asked_about() {
    let parsed = check("vlc-stats/valid/stderr-and-rc.txt", &[]);
    assert_eq!(strs(&parsed, "place"), ["rc", "stderr", "rc"]);
    assert_eq!(u32s(&parsed, "input"), [0, 0, 1]);
    assert_eq!(totals(&parsed), [15, 5, 5110, 9978].map(Some));
    assert_eq!(parsed.facts.text("place"), Some("mixed"));
}

#[test]
fn status_of_vlc_1_with_decimal_commas_on_one_line() {
    let parsed = check("vlc-stats/valid/status-vlc1-one-line.xml", &[]);
    assert_eq!(rows(&parsed), [[467, 27, 466, 528, 3, 528].map(Some)], "more displayed than decoded");
    assert_eq!(f64s(&parsed, "bytes_read"), [Some(1_498_004.0)]);
}

#[test]
fn status_of_a_stopped_vlc_has_no_row() {
    let parsed = check("vlc-stats/valid/status-stopped.xml", &["note 7 nothing-played"]);
    assert_eq!(rows(&parsed), [[Some(25), Some(1), None, Some(120), Some(0), None]]);
    assert_eq!(parsed.rows, RowCount { read: 1, lost: 0 });
}

#[test]
fn a_cut_number_is_no_number() {
    let expected = [
        "warning 26 dump-cut",
        "warning 26 no-total",
        "warning 26 no-total",
        "warning 26 no-total",
        "warning 38 unreadable-value",
    ];
    let parsed = check("vlc-stats/invalid/rc-cut.txt", &expected);
    assert_eq!(rows(&parsed)[1], [Some(2511), None, Some(2528), None, None, None]);
    assert_eq!(totals(&parsed), [None, None, Some(2511), None], "not those of the earlier statistics");
    let expected = ["warning 4 no-total", "warning 4 no-total", "warning 5 unreadable-value"];
    let parsed = check("vlc-stats/invalid/stderr-cut.txt", &expected[..]);
    assert_eq!(rows(&parsed)[1], [Some(3511), Some(14), None, None, None, None]);
    let expected = [
        "warning 2 dump-cut",
        "warning 2 no-total",
        "warning 6 unreadable-value",
        "warning 7 unreadable-value",
    ];
    let parsed = check("vlc-stats/invalid/status-cut.xml", &expected);
    assert_eq!(rows(&parsed), [[Some(25), Some(5), None, None, Some(7), None]]);
}

#[test]
fn parts_of_statistics_are_missing() {
    let expected = ["warning 1 no-begin"];
    let bytes = bytes("vlc-stats/invalid/rc-no-begin.txt");
    let format = format("vlc-stats");
    let parsed = parse(format, &bytes).unwrap();
    assert_eq!(crate::common::diagnostics(&parsed)[0], expected[0]);
    assert_eq!(rows(&parsed)[0], [2511, 5, 2528, 4939, 2, 4941].map(Some), "the labels are known");
    let parsed = check("vlc-stats/invalid/rc-no-end.txt", &["warning 1 dump-cut"]);
    assert_eq!(parsed.frame.height(), 2);
    let parsed = check("vlc-stats/invalid/stderr-no-second-line.txt", &["warning 3 dump-cut"]);
    assert_eq!(parsed.rows, RowCount { read: 1, lost: 1 });
}

#[test]
fn what_cannot_be_told_is_not_guessed() {
    let expected = ["warning 13 unknown-label", "warning 14 unreadable-value", "warning 20 second-value"];
    let parsed =
        check("vlc-stats/invalid/rc-odd-line.txt", &[&["warning 1 no-total"], &expected[..]].concat());
    assert_eq!(rows(&parsed), [[Some(2511), None, Some(2528), Some(4939), Some(2), Some(4941)]]);
    let name = "vlc-stats/invalid/rc-french-with-a-line-missing.txt";
    let expected = [
        "warning 1 no-total",
        "warning 1 no-total",
        "note 3 translated-labels",
        "warning 11 unknown-label",
        "warning 12 unknown-label",
    ];
    let parsed = check(name, &expected);
    assert_eq!(rows(&parsed), [[None, None, None, Some(139), Some(4), Some(279)]]);
}

#[test]
fn a_session_without_statistics_is_an_error() {
    let text = b"VLC media player 1.0.2 Goldeneye\nRemote control interface initialized.\n> quit\n";
    let error = parse(format("vlc-stats"), text).unwrap_err();
    assert_eq!(error.line, Some(1));
    assert!(error.to_string().contains("was `stats` ever asked for?"), "{error}");
}
