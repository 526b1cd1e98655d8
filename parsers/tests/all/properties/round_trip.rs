//! Random values, written as the tool writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;
use stillstand_parsers::{Format, Parsed, detect, parse};

use crate::common::{bools, f64s, i64s, strs, u32s};

const START: i64 = 1_264_510_800;

/// The text must be recognised, and read without a loss.
fn read(format: Format, text: &str) -> Parsed {
    assert_eq!(detect(text.as_bytes()), Ok(format), "{text}");
    let parsed = parse(format, text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(parsed.rows.lost, 0, "{:#?}\n{text}", parsed.diagnostics);
    parsed
}

/// As Python 2 prints a float.
fn python(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.1}") } else { format!("{value:.3}") }
}

/// What a reader of the printed number sees.
fn printed(text: &str) -> Option<f64> {
    text.parse().ok()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn dstat(rows in vec((vec(0.0..100.0, 6), vec(0_u64..1 << 40, 4), vec(0.0..1.25e9, 2)), 1..20), crlf: bool) {
        let mut text = String::from("\"Dstat 0.7.0 CSV output\"\n\"Host:\",\"h\",,,,\"User:\",\"u\"\n\n");
        text += "\"net/total\",,\"total cpu usage\",,,,,,\"epoch\",\"memory usage\",,,\n";
        text += "\"recv\",\"send\",\"usr\",\"sys\",\"idl\",\"wai\",\"hiq\",\"siq\",\"epoch\",\"used\",\"buff\",\"cach\",\"free\"\n";
        let mut expected = vec![Vec::new(); 13];
        for (second, (cpu, memory, network)) in (0_i32..).zip(&rows) {
            let mut cells: Vec<String> = network.iter().chain(cpu).map(|value| python(*value)).collect();
            cells.push(format!("{}.{:03}", START + i64::from(second), second));
            cells.extend(memory.iter().map(|bytes| format!("{bytes}.0")));
            for (index, cell) in cells.iter().enumerate() {
                let since_boot = second == 0 && index < 8;
                expected[index].push(printed(cell).filter(|_| !since_boot));
            }
            writeln!(text, "{}", cells.join(",")).unwrap();
        }
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let parsed = read(Format::Dstat, &text);
        let names = ["net.received", "net.sent", "cpu.user", "cpu.system", "cpu.idle", "cpu.wait", "cpu.hardirq",
            "cpu.softirq", "epoch_s", "mem.used", "mem.buffers", "mem.cache", "mem.free"];
        for (name, expected) in names.iter().zip(&expected) {
            prop_assert_eq!(&f64s(&parsed, name), expected, "{}", name);
        }
    }

    #[test]
    fn an_overflow_of_dstat(rate in 0_u32..1_250_000_000, python_adds: bool) {
        let rate = f64::from(rate);
        let missing = if python_adds { 2_147_483_648.0 } else { 4_294_967_296.0 };
        let text = format!(
            "\"Dstat 0.7.0 CSV output\"\n\"epoch\",\"net/total\",\n\"epoch\",\"recv\",\"send\"\n\
             1264510800.0,0.0,0.0\n1264510801.0,{},0.0\n",
            python(rate - missing)
        );
        let parsed = read(Format::Dstat, &text);
        prop_assert_eq!(f64s(&parsed, "net.received"), [None, Some(rate)]);
    }

    #[test]
    fn xentop_gawk(samples in vec((proptest::option::of((1_u32..4000, 0_u64..1 << 24, 0_u32..1000)), 1_u32..4000), 3..20)) {
        // Isolated absences mean something else and have their own tests.
        let present = samples[0].0;
        let mut text = String::new();
        let mut cpu = Vec::new();
        let mut memory = Vec::new();
        for (second, (vm, dom0)) in (0_i64..).zip(&samples) {
            let vm = if present.is_some() { vm.or(present) } else { None };
            let tenths = |value: u32| format!("{}.{}", value / 10, value % 10);
            let group = vm.map_or("- - -".to_owned(), |(cpu, kib, share)| {
                format!("{} {kib} {}", tenths(cpu), tenths(share))
            });
            writeln!(text, "{} vm-1: {group} | Dom0: {} 524288 15.0", START + second, tenths(*dom0)).unwrap();
            cpu.extend([vm.and_then(|(cpu, ..)| printed(&tenths(cpu))), printed(&tenths(*dom0))]);
            memory.extend([vm.and_then(|(_, kib, _)| printed(&(kib * 1024).to_string())), Some(536_870_912.0)]);
        }
        // The name sorts after Domain-0, but a first line with the VM shows that xentop has it before.
        let text = text.replace("vm-1", "a-vm");
        let parsed = read(Format::XentopGawk, &text);
        prop_assert_eq!(f64s(&parsed, "cpu"), cpu);
        prop_assert_eq!(f64s(&parsed, "mem"), memory);
        let numbers: Vec<u32> = (0..u32::try_from(samples.len()).unwrap()).flat_map(|sample| [sample; 2]).collect();
        prop_assert_eq!(u32s(&parsed, "sample"), numbers);
        prop_assert_eq!(bools(&parsed, "present")[0], Some(present.is_some()));
        prop_assert_eq!(&strs(&parsed, "domain")[..2], ["a-vm", "Domain-0"]);
    }

    #[test]
    fn ping_gawk(replies in vec((1_u32..400, 0_u32..2_000_000), 1..400), start in 0_u32..200_000) {
        let mut text = String::from("# PING asam (192.168.2.70) 56(84) bytes of data.\n");
        let mut seq = start % 65_536;
        let first = seq;
        let mut expected = Vec::new();
        for (index, (step, rtt)) in replies.iter().enumerate() {
            let rtt = format!("{}.{:03}", rtt / 1000, rtt % 1000);
            writeln!(text, "{}.{} {} {rtt}", START + i64::from(seq / 5), index % 100, seq % 65_536).unwrap();
            expected.push((Some(START + i64::from(seq / 5)), seq, printed(&rtt)));
            seq += step;
        }
        let transmitted = seq - first;
        writeln!(text, "# {transmitted} packets transmitted, {} received, 0% packet loss, time 1ms", replies.len()).unwrap();
        let parsed = read(Format::PingGawk, &text);
        let rows: Vec<_> = i64s(&parsed, "epoch")
            .into_iter()
            .zip(u32s(&parsed, "seq"))
            .zip(f64s(&parsed, "rtt"))
            .map(|((epoch, seq), rtt)| (epoch, seq, rtt))
            .collect();
        prop_assert_eq!(rows, expected);
        prop_assert_eq!(parsed.facts.int("transmitted"), Some(i64::from(transmitted)));
        prop_assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    }

    #[test]
    fn zeit(start in 0_u64..86_400, steps in vec(1_u64..30_000_000_000_000, 1..100), point: bool) {
        let (hour, minute, second) = (start / 3600, start / 60 % 60, start % 60);
        let mut text = format!("Di 26. Jan {hour:02}:{minute:02}:{second:02} CET 2010\n");
        let mut nanos = start * 1_000_000_000;
        let mut expected = Vec::new();
        for step in steps {
            nanos += step;
            let seconds = nanos / 1_000_000_000;
            let separator = if point { '.' } else { ',' };
            let (of_day, fraction) = (seconds % 86_400, nanos % 1_000_000_000);
            writeln!(text, "{:02}:{:02}:{:02}{separator}{fraction:09}", of_day / 3600, of_day / 60 % 60, of_day % 60).unwrap();
            expected.push(printed(&format!("{seconds}.{fraction:09}")));
        }
        prop_assert_eq!(f64s(&read(Format::Zeit, &text), "time_s"), expected);
    }

    #[test]
    fn migration_time(epoch in 100_000_000_i64..99_999_999_999, centis in 0_u32..1_000_000, user in 0_u32..10_000,
                      percent in 0_u32..400, status in proptest::option::of(1_u8..)) {
        let hundredths = |value: u32| format!("{}.{:02}", value / 100, value % 100);
        let (minutes, seconds) = (centis / 6000, centis % 6000);
        let elapsed = if minutes < 60 {
            format!("{minutes}:{:02}.{:02}", seconds / 100, seconds % 100)
        } else {
            format!("{}:{:02}:{:02}", minutes / 60, minutes % 60, seconds / 100)
        };
        let whole = if minutes < 60 { f64::from(centis) / 100.0 } else { f64::from(centis / 100) };
        let failed = status.map(|status| format!("Command exited with non-zero status {status}\n")).unwrap_or_default();
        let text = format!(
            "{epoch}\n{failed}{elapsed} real, {} user, 0.10 sys, 0 KB unshared Data, \
             0 Average Total memory use, {percent}% CPU Percentage\n",
            hundredths(user)
        );
        let parsed = read(Format::MigrationTime, &text);
        prop_assert_eq!(f64s(&parsed, "request_epoch_s"), [printed(&epoch.to_string())]);
        prop_assert!((f64s(&parsed, "elapsed_s")[0].unwrap() - whole).abs() < 1e-9);
        prop_assert_eq!(f64s(&parsed, "user_s"), [printed(&hundredths(user))]);
        prop_assert_eq!(f64s(&parsed, "cpu_percent"), [Some(f64::from(percent))]);
        prop_assert_eq!(i64s(&parsed, "exit_status"), [Some(i64::from(status.unwrap_or(0)))]);
    }

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
        let parsed = read(Format::VlcStats, &text);
        let columns = ["frames_displayed", "frames_lost", "buffers_played", "buffers_lost"].map(|name| i64s(&parsed, name));
        let rows: Vec<_> = (0..dumps.len()).map(|row| [0, 1, 2, 3].map(|column| columns[column][row])).collect();
        prop_assert_eq!(rows, expected);
        let inputs = u32s(&parsed, "input");
        prop_assert!(inputs.windows(2).all(|pair| pair[1] == pair[0] || pair[1] == pair[0] + 1));
        prop_assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    }

    #[test]
    fn netperf(tests in vec((0_usize..3, 0_usize..6, vec(0_u32..200_000, 4), vec(0_u32..10_000_000, 2)), 1..8), wrapped: bool) {
        const UNITS: [(&str, f64); 6] = [("10^9bits", 125e6), ("10^6bits", 125e3), ("10^3bits", 125.0),
            ("GBytes", 1_073_741_824.0), ("MBytes", 1_048_576.0), ("KBytes", 1024.0)];
        let hundredths = |value: u32| format!("{}.{:02}", value / 100, value % 100);
        let mut text = String::new();
        let mut expected = Vec::new();
        for (kind, unit, n, rates) in &tests {
            let (unit, scale) = UNITS[*unit];
            let banner = ["UDP UNIDIRECTIONAL SEND TEST", "TCP STREAM TEST", "TCP REQUEST/RESPONSE TEST"][*kind];
            let gap = if wrapped { "\n  " } else { " " };
            writeln!(text, "{banner} from 0.0.0.0 (0.0.0.0) port 0 AF_INET{gap}to 10.0.0.7 (10.0.0.7) port 0 AF_INET").unwrap();
            let [first, second] = [0, 1].map(|at| hundredths(rates[at]));
            let value = |text: &str| printed(text).map(|value| value * scale);
            match kind {
                0 => {
                    writeln!(text, "bytes   bytes    secs            #      #   {unit}/sec\n").unwrap();
                    writeln!(text, "{:6}  {:6}   {:<7}   {:7} {:6}    {first:>7}", n[0], n[1], "60.00", n[2], n[3]).unwrap();
                    writeln!(text, "{:6}           {:<7}   {:7}           {second:>7}\n", n[0], "60.00", n[2]).unwrap();
                    expected.extend([(value(&first), None), (value(&second), None)]);
                }
                1 => {
                    writeln!(text, "bytes  bytes   bytes    secs.    {unit}/sec  \n").unwrap();
                    writeln!(text, "{:6} {:6} {:6}    {:<6}   {first:>7}   ", n[0], n[1], n[2], "60.00").unwrap();
                    expected.push((value(&first), None));
                }
                _ => {
                    text += "bytes  Bytes  bytes    bytes   secs.    per sec   \n\n";
                    writeln!(text, "{:<6} {:<6} {:<6}   {:<6}  {:<6}   {first:>7}   \n{:<6} {:<6}", n[0], n[1], n[2], n[3], "60.00", n[0], n[1]).unwrap();
                    expected.push((None, printed(&first)));
                }
            }
        }
        let parsed = read(Format::Netperf, &text);
        let rows: Vec<_> = f64s(&parsed, "throughput").into_iter().zip(f64s(&parsed, "transactions_per_s")).collect();
        prop_assert_eq!(rows, expected);
        prop_assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    }

    #[test]
    fn iometer(rows in vec((0_usize..4, "[A-Za-z0-9:\", ,]{0,12}", vec(0_u32..100_000_000, 4), any::<bool>()), 1..12),
               spec in "[A-Za-z0-9;% ,]{1,12}", new: bool, crlf: bool) {
        let spec = format!("s{}e", spec.trim());
        let titles = if new { "MBps (Binary),MBps (Decimal)" } else { "MBps" };
        let mut text = format!(
            "'Test Type,Test Description\n0,t\n'Time Stamp\n2010-01-26 14:00:05:123\n'Access specifications\n\
             'Access specification name,default assignment\n{spec},0\n'size,% of size,% reads,% random,delay,burst,align,reply\n\
             8192,100,80,80,0,1,0,0\n'End access specifications\n'Results\n'Target Type,Target Name,Access Specification Name,\
             # Managers,# Workers,# Disks,IOps,{titles},Average Response Time,Errors,% CPU Utilization\n"
        );
        let mut expected = Vec::new();
        for (level, name, n, known) in &rows {
            let level = ["ALL", "MANAGER", "WORKER", "DISK"][*level];
            let name = format!("n{}e", name.trim());
            let number = |value: u32| format!("{}.{:04}", value / 10_000, value % 10_000);
            let decimal = if new { "7," } else { "" };
            let cpu = if *known { number(n[3]) } else { "-1".to_owned() };
            writeln!(text, "{level},{name},{spec},,1,,{},{},{decimal}{},0,{cpu}", number(n[0]), number(n[1]), number(n[2])).unwrap();
            expected.push((name, printed(&number(n[0])), printed(&number(n[1])).map(|value| value * 1_048_576.0),
                printed(&number(n[2])), known.then(|| printed(&cpu)).flatten()));
        }
        text += "'Time Stamp\n2010-01-26 14:01:05:456\n";
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let parsed = read(Format::Iometer, &text);
        prop_assert!(parsed.diagnostics.is_empty(), "{:?}\n{}", parsed.diagnostics, text);
        let [iops, throughput, response, cpu] =
            ["iops", "throughput", "response_ms", "cpu_percent"].map(|name| f64s(&parsed, name));
        let found: Vec<_> = strs(&parsed, "name").into_iter().enumerate()
            .map(|(at, name)| (name, iops[at], throughput[at], response[at], cpu[at])).collect();
        prop_assert_eq!(found, expected);
        prop_assert!(strs(&parsed, "access_spec").iter().all(|found| *found == spec));
        prop_assert!(f64s(&parsed, "spec_bytes").iter().all(|size| *size == Some(8192.0)));
    }

    #[test]
    fn vlc_log(events in vec((0_usize..4, -10_000_000_i32..10_000_000, 0_usize..3), 1..40)) {
        let mut text = String::new();
        let mut expected = Vec::new();
        for (kind, number, speaker) in &events {
            let speaker = ["[00000299] main video output warning: ", "[000055617f9bd4f0] main audio output warning: ", "main warning: "][*speaker];
            let late = f64::from(*number);
            let (said, name, lateness) = match kind {
                0 => (format!("late picture skipped ({number} > -27)"), "late_picture_skipped", Some(late / 1000.0)),
                1 => (format!("picture is too late to be displayed (missing {number} ms)"), "picture_too_late", Some(late)),
                2 => (format!("buffer too late ({number} us): dropped"), "buffer_too_late", Some(late / -1000.0)),
                _ => (format!("More than {number} late frames, dropping frame"), "late_frames_dropping", None),
            };
            writeln!(text, "{speaker}{said}").unwrap();
            expected.push((name.to_owned(), lateness));
        }
        let parsed = read(Format::VlcLog, &text);
        let found: Vec<_> = strs(&parsed, "event").into_iter().zip(f64s(&parsed, "lateness_ms")).collect();
        prop_assert_eq!(found, expected);
        prop_assert_eq!(parsed.facts.int("events"), i64::try_from(events.len()).ok());
    }
}
