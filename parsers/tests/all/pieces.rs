//! A log that is read in pieces beside each other gives what it gives in one, wherever it is cut and whatever is wrong with it.
//! Where it is only surveyed, too, all at once or while it comes.

use proptest::prelude::*;
use stillstand_parsers::{
    Format, Frame, ParseError, Parsed, Survey, Surveyor, parse, parse_in_pieces, survey,
};

use crate::common;

/// Of each format that is read in pieces a log, whose lines are repeated to have many that are alike.
const LOGS: [&str; 7] = [
    "dstat/valid/appended.csv",
    "dstat/valid/interfaces.csv",
    "dstat/valid/local-time.csv",
    "ping/valid/iputils-stamped.txt",
    "ping-gawk/valid/two-sessions.test",
    "zeit/valid/midnight.log",
    "zeit/valid/epoch.log",
];

/// The text of a frame, with every digit of every number.
fn all(frame: &Frame) -> String {
    let column = |name: &str| {
        let floats = frame.f64s(name).map(|values| format!("{:?}", values.iter().collect::<Vec<_>>()));
        floats
            .or_else(|_| frame.i64s(name).map(|values| format!("{:?}", values.iter().collect::<Vec<_>>())))
            .or_else(|_| frame.u32s(name).map(|values| format!("{:?}", values.iter().collect::<Vec<_>>())))
            .or_else(|_| frame.strs(name).map(|values| format!("{:?}", values.iter().collect::<Vec<_>>())))
            .unwrap_or_default()
    };
    let columns = frame.columns.iter().map(|known| format!("{known:?} {}", column(&known.name)));
    columns.collect::<Vec<_>>().join("\n")
}

fn told(read: &Result<Parsed, ParseError>) -> String {
    match read {
        Ok(log) => format!(
            "{:?} {:?} {:?} {:?} {:?} {:#?}\n{}",
            log.version,
            log.facts,
            log.parts,
            log.rows,
            log.frame.clock,
            log.diagnostics,
            all(&log.frame)
        ),
        Err(error) => format!("{error:?}"),
    }
}

/// What is done to a line: nothing, as for most, or damage.
fn damaged(line: &str, kind: u8) -> String {
    match kind {
        0 => String::new(),
        1 => format!("{line}{line}"),
        2 => line.replace('1', "999999999999999999999"),
        3 => line.replace('\n', "\r\n"),
        4 => line.chars().take(line.len() / 2).collect::<String>() + "\n",
        5 => line.replace(['.', ','], ""),
        6 => format!("\n{line}"),
        7 => line.replace('2', "0"),
        _ => line.to_owned(),
    }
}

/// Lines with stamps, counters and numbers that go on, as the tools write them.
fn regular(log: &str, lines: usize) -> String {
    let line = |n: usize| match log.split('/').next() {
        Some("dstat") => format!(
            "{}.0{},0.5,0.2,99.1,0.1,0.0,0.1,104857600.0,1.0,2.0,3.0,{n}.0,7\n",
            1_264_510_900 + n,
            n % 10
        ),
        Some("ping") => format!(
            "[{}.123456] 64 bytes from 192.168.2.70: icmp_seq={} ttl=64 time=0.{n} ms\n",
            1_795_262_400 + n,
            n + 9
        ),
        Some("ping-gawk") => format!("{}.{} {} 0.4{n}\n", 1_264_511_000 + n, n % 100, n + 1),
        _ => format!("14:0{}:{:02},012345678\n", n / 60 % 10, n % 60),
    };
    (0..lines).map(line).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn pieces_give_what_the_whole_gives(
        log in 0..LOGS.len(),
        repeat in 1_usize..12,
        more in 0_usize..120,
        damage in proptest::collection::vec(0_u8..60, 1..60),
        size in 1_usize..600,
    ) {
        let name = LOGS[log];
        let bytes = common::bytes(name);
        let text = String::from_utf8_lossy(&bytes).repeat(repeat) + &regular(name, more);
        let lines = text.split_inclusive('\n').zip(damage.iter().cycle());
        let text: String = lines.map(|(line, kind)| damaged(line, *kind)).collect();
        let format: Format = common::format(name.split('/').next().unwrap());
        let whole = parse(format, text.as_bytes());
        prop_assert_eq!(told(&parse_in_pieces(format, text.as_bytes(), size)), told(&whole));
    }
}

/// Rows of a survey.
const ROWS: usize = 3;
/// Bytes at least by which it is known what a log is that comes in parts.
const BEGINNING: usize = 70_000;

/// Where the line ends in which so many bytes do.
fn line_end(text: &[u8], size: usize) -> usize {
    let behind = text.get(size..).unwrap_or_default();
    behind.iter().position(|byte| *byte == b'\n').map_or(text.len(), |end| size + end + 1)
}

/// The survey of a log that comes in parts of about these sizes.
fn in_parts(text: &[u8], sizes: &[usize]) -> Option<Survey> {
    let (beginning, mut rest) = text.split_at(line_end(text, BEGINNING));
    let mut surveyor = Surveyor::begin(beginning, text.len(), ROWS)?;
    surveyor.read(beginning)?;
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (part, behind) = rest.split_at(line_end(rest, *size));
        surveyor.read(part)?;
        rest = behind;
    }
    surveyor.finish()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_log_that_comes_gives_what_it_gives_at_once(
        log in 0..LOGS.len(),
        damage in proptest::collection::vec(0_u8..250, 100..1000),
        sizes in proptest::collection::vec(1_usize..200_000, 1..6),
        damaged_from in 70_usize..4000,
    ) {
        let name = LOGS[log];
        let text = String::from_utf8_lossy(&common::bytes(name)).into_owned() + &regular(name, 8000);
        let damage = std::iter::repeat_n(&u8::MAX, damaged_from).chain(damage.iter().cycle());
        let text: String =
            text.split_inclusive('\n').zip(damage).map(|(line, kind)| damaged(line, *kind)).collect();
        let logs = survey(text.as_bytes(), ROWS).unwrap();
        // One in which ping did not write each line is searched for other tools as a whole.
        if let Some(parts) = in_parts(text.as_bytes(), &sizes) {
            prop_assert_eq!(logs.len(), 1);
            let whole = logs.into_iter().next().unwrap().unwrap();
            prop_assert_eq!(all(&parts.head), all(&whole.head));
            prop_assert_eq!(parts.log.frame.every_line(), whole.log.frame.every_line());
            prop_assert_eq!(told(&Ok(parts.log)), told(&Ok(whole.log)));
        } else {
            prop_assert!(name.starts_with("ping"));
        }
    }
}

#[test]
fn a_survey_has_the_first_rows_and_all_times() {
    for name in LOGS {
        let bytes = common::bytes(name);
        let whole = parse(common::format(name.split('/').next().unwrap()), &bytes).unwrap();
        let surveyed = survey(&bytes, ROWS).unwrap().remove(0).unwrap();
        assert_eq!(surveyed.log.diagnostics, whole.diagnostics, "{name}");
        assert_eq!((surveyed.log.rows, &surveyed.log.facts), (whole.rows, &whole.facts), "{name}");
        assert_eq!(surveyed.log.frame.times(), whole.frame.times(), "{name}");
        let head = Frame { df: whole.frame.df.head(Some(ROWS)), ..whole.frame };
        assert_eq!(all(&surveyed.head), all(&head), "{name}");
    }
}
