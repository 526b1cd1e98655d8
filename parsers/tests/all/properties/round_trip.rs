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
    fn dool(rows in vec((0_u32..1 << 28, 0_u32..1 << 28), 2..20), bytes: bool, start in 0_i64..4_000_000_000) {
        // Any second of the years 1970 to 2096, at the turn of a year as well.
        let local = |second: i64| chrono::DateTime::from_timestamp(second + 3600, 0).unwrap();
        let option = if bytes { " --bytes" } else { "" };
        let date = local(start).format("%d %b %Y %H:%M:%S");
        let mut text = format!(
            "\"dool 1.3.1 CSV output\"\n\"Host:\",\"h\"\n\"Cmdline:\",\"dool -t -n{option}\",,,,\"Date:\",\"{date} CET\"\n\
             \"system\",\"net/eth0\",\n\"time\",\"recv\",\"send\"\n"
        );
        let factor = if bytes { 1 } else { 8 };
        let mut seconds = Vec::new();
        let mut received = vec![None];
        for (second, (recv, send)) in (start..).zip(&rows) {
            let time = local(second).format("%b-%d %H:%M:%S");
            writeln!(text, "{time},{},{}", u64::from(*recv) * factor, u64::from(*send) * factor).unwrap();
            seconds.push(printed(&second.to_string()));
            received.push(Some(f64::from(*recv)));
        }
        received.remove(1);
        let parsed = read(Format::Dstat, &text);
        prop_assert_eq!(f64s(&parsed, "epoch_s"), seconds);
        prop_assert_eq!(f64s(&parsed, "net.received"), received);
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
    fn xentop(
        samples in vec((vec(proptest::option::of((1_u32..4000, 0_u64..1 << 34)), 3), 1_u32..4000), 1..20),
        wide: bool, repeated: bool,
    ) {
        let names = ["a", "b (old) c", "Domain-0", "no limit"];
        let sectors = if wide { " 5 6" } else { "" };
        let header = "NAME STATE CPU(sec) CPU(%) MEM(k) MEM(%) MAXMEM(k) MAXMEM(%) VCPUS NETS NETTX(k)\n";
        let mut text = String::new();
        let mut expected = Vec::new();
        for (sample, (vms, dom0)) in (0_u32..).zip(&samples) {
            let rows = [vms[0], vms[1], Some((*dom0, 524_288)), vms[2]];
            text += header;
            for (index, (name, values)) in names.iter().zip(rows).enumerate() {
                let Some((cpu, kib)) = values else { continue };
                let limit = if index == 2 { "no limit n/a" } else { "9 1.0" };
                let cpu = format!("{}.{}", cpu / 10, cpu % 10);
                // A header for every row only where that is not ambiguous.
                if repeated && samples.len() == 1 && !text.ends_with(header) {
                    text += header;
                }
                writeln!(text, "  {name} --b-p- 7 {cpu} {kib} 2.5 {limit} 2 1 {kib} 4 1 0 8 9{sectors} 0").unwrap();
                expected.push((sample, (*name).to_owned(), printed(&cpu), printed(&(kib * 1024).to_string())));
            }
        }
        // One domain alone in every sample is read by its name.
        let lonely = samples.iter().all(|(vms, _)| vms.iter().all(Option::is_none));
        let parsed = read(Format::Xentop, &text);
        prop_assert!(!lonely || strs(&parsed, "domain").iter().all(|name| name == "Domain-0"));
        let mut rows: Vec<_> = u32s(&parsed, "sample")
            .into_iter()
            .zip(strs(&parsed, "domain"))
            .zip(f64s(&parsed, "cpu").into_iter().zip(f64s(&parsed, "net_tx")))
            .zip(bools(&parsed, "present"))
            .filter(|(_, present)| *present == Some(true))
            .map(|(((sample, name), (cpu, sent)), _)| (sample, name, cpu, sent))
            .collect();
        rows.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        expected.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        prop_assert_eq!(rows, expected);
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
    fn ping(lines in vec((1_u32..400, 0_u32..2_000_000, 0_u8..4), 1..300), start in 1_u32..200_000, stamped: bool, kind in 0_u8..4) {
        let header = ["PING asam (192.168.2.70) 56(84) bytes of data.", "PING asam (192.168.2.70): 56 data bytes",
            "PING asam (192.168.2.70): 56 data bytes", "HPING asam (eth0 192.168.2.70): icmp mode set, 28 headers + 0 data bytes"];
        let mut text = format!("{}\n", header[usize::from(kind)]);
        let mut seq = start % 65_536;
        let mut expected = Vec::new();
        for (index, (step, rtt, outcome)) in (0_i64..).zip(&lines) {
            let epoch = format!("{}.{index:06}", START + index);
            if stamped {
                write!(text, "[{epoch}] ").unwrap();
            }
            let (rtt, sent) = (format!("{}.{:03}", rtt / 1000, rtt % 1000), seq % 65_536);
            let outcome = match (kind, outcome) {
                (0, 1) => {
                    writeln!(text, "no answer yet for icmp_seq={sent}").unwrap();
                    "no-answer-yet"
                }
                (0, 2) => {
                    writeln!(text, "From 192.168.2.1 icmp_seq={sent} Destination Host Unreachable").unwrap();
                    "unreachable"
                }
                (1, 1) => {
                    writeln!(text, "Request timeout for icmp_seq {sent}").unwrap();
                    "timeout"
                }
                (0 | 1, _) => {
                    writeln!(text, "64 bytes from 192.168.2.70: icmp_seq={sent} ttl=64 time={rtt} ms").unwrap();
                    "reply"
                }
                (2, _) => {
                    writeln!(text, "64 bytes from 192.168.2.70: seq={sent} ttl=64 time={rtt} ms").unwrap();
                    "reply"
                }
                _ => {
                    writeln!(text, "len=28 ip=192.168.2.70 ttl=64 id=43189 icmp_seq={sent} rtt={rtt} ms").unwrap();
                    "reply"
                }
            };
            let epoch = printed(&epoch).filter(|_| stamped);
            expected.push((epoch, seq, printed(&rtt).filter(|_| outcome == "reply"), outcome.to_owned()));
            seq += step;
        }
        let parsed = read(Format::Ping, &text);
        let rows: Vec<_> = f64s(&parsed, "epoch_s")
            .into_iter()
            .zip(u32s(&parsed, "seq"))
            .zip(f64s(&parsed, "rtt"))
            .zip(strs(&parsed, "outcome"))
            .map(|(((epoch, seq), rtt), outcome)| (epoch, seq, rtt, outcome))
            .collect();
        prop_assert_eq!(rows, expected);
    }

    #[test]
    fn zeit(start in 0_u64..86_400, steps in vec(1_u64..30_000_000_000_000, 1..100),
            separator in proptest::sample::select(vec![",", ".", ":", ""])) {
        let (hour, minute, second) = (start / 3600, start / 60 % 60, start % 60);
        let mut text = format!("Di 26. Jan {hour:02}:{minute:02}:{second:02} CET 2010\n");
        let mut nanos = start * 1_000_000_000;
        let mut expected = Vec::new();
        for step in steps {
            nanos += step;
            let seconds = nanos / 1_000_000_000;
            let (of_day, fraction) = (seconds % 86_400, nanos % 1_000_000_000);
            writeln!(text, "{:02}:{:02}:{:02}{separator}{fraction:09}", of_day / 3600, of_day / 60 % 60, of_day % 60).unwrap();
            expected.push(printed(&format!("{seconds}.{fraction:09}")));
        }
        prop_assert_eq!(f64s(&read(Format::Zeit, &text), "time_s"), expected);
    }

    #[test]
    fn zeit_since_1970(start in 100_000_000_000_000_000_u64..9_000_000_000_000_000_000, steps in vec(0_u64..30_000_000_000_000, 3..100),
                       separator in proptest::sample::select(vec![",", ".", ":", ""]), header: bool) {
        let mut text = if header { "Di 26. Jan 14:00:00 CET 2010\n".to_owned() } else { String::new() };
        let mut nanos = start;
        let mut expected = Vec::new();
        for step in steps {
            nanos += step;
            let (seconds, fraction) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
            writeln!(text, "{seconds}{separator}{fraction:09}").unwrap();
            expected.push(printed(&format!("{seconds}.{fraction:09}")));
        }
        prop_assert_eq!(f64s(&read(Format::Zeit, &text), "epoch_s"), expected);
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
    fn migration_time_of_other_kinds(epoch in 100_000_000_i64..99_999_999_999, millis in 0_u32..3_000_000, user in 0_u32..10_000,
                                     percent in 0_u32..400, kind in 0_u8..4) {
        let hundredths = |value: u32| format!("{}.{:02}", value / 100, value % 100);
        let centis = millis / 10;
        let clock = format!("{}:{}", centis / 6000, format_args!("{:02}.{:02}", centis % 6000 / 100, centis % 100));
        let bash = |millis: u32| format!("{}m{}.{:03}s", millis / 60_000, millis % 60_000 / 1000, millis % 1000);
        let times = match kind {
            0 => format!(
                "{}user 0.10system {clock}elapsed {percent}%CPU (0avgtext+0avgdata 4096maxresident)k\n\
                 0inputs+0outputs (0major+123minor)pagefaults 0swaps\n",
                hundredths(user)
            ),
            1 => format!(
                "\tCommand being timed: \"xm migrate\"\n\tUser time (seconds): {}\n\tSystem time (seconds): 0.10\n\
                 \tPercent of CPU this job got: {percent}%\n\
                 \tElapsed (wall clock) time (h:mm:ss or m:ss): {clock}\n\tSwaps: 0\n\tExit status: 0\n",
                hundredths(user)
            ),
            2 => format!("real {}\nuser {}\nsys 0.10\n", hundredths(centis), hundredths(user)),
            _ => format!("\nreal\t{}\nuser\t{}\nsys\t0m0.100s\n", bash(millis), bash(user * 10)),
        };
        let parsed = read(Format::MigrationTime, &format!("{epoch}\n{times}"));
        let seconds = if kind == 3 { f64::from(millis) / 1000.0 } else { f64::from(centis) / 100.0 };
        prop_assert!((f64s(&parsed, "elapsed_s")[0].unwrap() - seconds).abs() < 1e-9);
        prop_assert!((f64s(&parsed, "user_s")[0].unwrap() - f64::from(user) / 100.0).abs() < 1e-9);
        prop_assert_eq!(f64s(&parsed, "system_s"), [Some(0.1)]);
        prop_assert_eq!(f64s(&parsed, "cpu_percent"), [Some(f64::from(percent)).filter(|_| kind < 2)]);
        prop_assert_eq!(i64s(&parsed, "exit_status"), [Some(0).filter(|_| kind < 2)]);
    }

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

    #[test]
    fn qmp_migrate(
        // No more remains than there is.
        polls in vec((1_u64 << 40..1 << 53, 0_u64..1 << 40, 0_u32..1 << 30, 0_u32..10_000), 1..12),
        pretty: bool, python: bool, stamped: bool,
    ) {
        let mut text = String::new();
        for (poll, (total, remaining, time, pass)) in (0_i64..).zip(&polls) {
            let separator = if pretty { "\n  " } else { " " };
            let mut message = format!(
                "{{\"return\": {{\"status\": \"active\",{separator}\"total-time\": {time},{separator}\"ram\": \
                 {{\"total\": {total},{separator}\"remaining\": {remaining}, \"dirty-sync-count\": {pass}}}}}}}"
            );
            if python {
                message = message.replace('"', "'");
            }
            let stamp = if stamped { format!("{}.25 <- ", START + poll) } else { String::new() };
            writeln!(text, "{stamp}{message}").unwrap();
        }
        let parsed = read(Format::QmpMigrate, &text);
        let column = |value: fn(&(u64, u64, u32, u32)) -> String| -> Vec<_> {
            polls.iter().map(|poll| printed(&value(poll))).collect()
        };
        prop_assert_eq!(f64s(&parsed, "total_bytes"), column(|poll| poll.0.to_string()));
        prop_assert_eq!(f64s(&parsed, "remaining_bytes"), column(|poll| poll.1.to_string()));
        let passes: Vec<_> = polls.iter().map(|poll| Some(i64::from(poll.3))).collect();
        prop_assert_eq!(i64s(&parsed, "iteration"), passes);
        for (seconds, poll) in f64s(&parsed, "total_time_s").into_iter().zip(&polls) {
            prop_assert!((seconds.unwrap() * 1000.0 - f64::from(poll.2)).abs() < 1e-3);
        }
        let times = f64s(&parsed, "time");
        prop_assert_eq!(times.iter().flatten().count(), if stamped { polls.len() } else { 0 });
    }

    #[test]
    fn hmp_migrate(answers in vec((0_u64..1 << 40, 0_u32..1 << 30, 0_u32..10_000), 1..12), prompt: bool, crlf: bool) {
        let mut text = String::new();
        for (kib, time, pass) in &answers {
            let prompt = if prompt { "(qemu) info migrate\nglobals:\nstore-global-state: on\n" } else { "" };
            writeln!(text, "{prompt}Migration status: active\ntotal time: {time} ms").unwrap();
            writeln!(text, "remaining ram: {kib} kbytes\ndirty sync count: {pass}").unwrap();
        }
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let parsed = read(Format::HmpMigrate, &text);
        let expected: Vec<_> = answers.iter().map(|answer| printed(&(answer.0 * 1024).to_string())).collect();
        prop_assert_eq!(f64s(&parsed, "remaining_bytes"), expected);
        let passes: Vec<_> = answers.iter().map(|answer| Some(i64::from(answer.2))).collect();
        prop_assert_eq!(i64s(&parsed, "iteration"), passes);
    }

    #[test]
    fn virsh_domjobinfo(outputs in vec((0_u32..1_024_000, 0_u32..1 << 30), 1..12), german: bool) {
        let mut text = String::new();
        for (second, (size, pages)) in (0_i64..).zip(&outputs) {
            let size = format!("{}.{:03}", size / 1000, size % 1000);
            if german {
                let size = size.replace('.', ",");
                writeln!(text, "{}\nJob-Typ:          Unbegrenzt  ", START + second).unwrap();
                writeln!(text, "Gesamter Speicher: {size} MiB\nNormale Seiten:   {pages:<12}\n").unwrap();
            } else {
                writeln!(text, "{}\nJob type:         Unbounded   ", START + second).unwrap();
                writeln!(text, "Memory total:     {size} MiB\nNormal pages:     {pages:<12}\n").unwrap();
            }
        }
        let parsed = read(Format::VirshDomjobinfo, &text);
        for (bytes, (size, _)) in f64s(&parsed, "total_bytes").into_iter().zip(&outputs) {
            prop_assert!((bytes.unwrap() - f64::from(*size) * 1048.576).abs() < 1e-6 * (1.0 + bytes.unwrap()));
        }
        let pages: Vec<_> = outputs.iter().map(|output| Some(i64::from(output.1))).collect();
        prop_assert_eq!(i64s(&parsed, "pages_normal"), pages);
        prop_assert_eq!(f64s(&parsed, "time").iter().flatten().count(), outputs.len());
    }

    #[test]
    fn linpack(trials in vec((1_u32..100_000, 0_u32..10_000_000, 0_u32..100_000_000), 1..12)) {
        let mut text = "Size   LDA    Align. Time(s)    GFlops   Residual     Residual(norm) Check\n".to_owned();
        let mut expected = Vec::new();
        for (order, millis, rate) in &trials {
            let [time, rate] = [format!("{}.{:03}", millis / 1000, millis % 1000), format!("{}.{:04}", rate / 10_000, rate % 10_000)];
            writeln!(text, "{order:<6} {order:<6} 4      {time:<10} {rate:<8} 9.394430e-13 3.203742e-02   pass").unwrap();
            expected.extend([printed(&time), printed(&rate).map(|rate| rate * 1e9)]);
        }
        let parsed = read(Format::Linpack, &text);
        prop_assert_eq!(f64s(&parsed, "value"), expected);
        let sizes: Vec<_> = trials.iter().flat_map(|trial| [Some(f64::from(trial.0)); 2]).collect();
        prop_assert_eq!(f64s(&parsed, "size"), sizes);
    }

    #[test]
    fn ramspeed(blocks in vec((0_usize..4, 0_u32..12, 0_u32..100_000_000), 1..20), binary: bool) {
        let (unit, scale) = if binary { ("Mb/s", 1_048_576.0) } else { ("MB/s", 1e6) };
        let mut text = "RAMspeed/SMP (Linux) v3.5.0 by Rhett M. Hollander and Paul V. Bolotoff, 2002-09\n\n".to_owned();
        let mut expected = Vec::new();
        for (kind, power, rate) in &blocks {
            let kind = ["INTEGER ", "FL-POINT", "MMX     ", "SSE     "][*kind];
            let rate = format!("{}.{:02}", rate / 100, rate % 100);
            let size = 1_u32 << power;
            writeln!(text, "{kind} & READING  {size:8} Kb block: {rate} {unit}").unwrap();
            expected.push((Some(f64::from(size) * 1024.0), printed(&rate).map(|rate| rate * scale)));
        }
        let parsed = read(Format::Ramspeed, &text);
        let found: Vec<_> = f64s(&parsed, "size").into_iter().zip(f64s(&parsed, "value")).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn fio(jobs in vec((1_u64..1 << 45, 1.0..1e7, 1.0..1e10, 1_u32..1_000_000, any::<bool>()), 1..8), old: bool, one_line: bool) {
        let mut expected = Vec::new();
        let entries = jobs.iter().map(|(bandwidth, iops, latency, runtime, reads)| {
            let latency = printed(&format!("{latency:.6}")).unwrap();
            let (kind, other) = if *reads { ("read", "write") } else { ("write", "read") };
            let (rate, lat, per_second) = if old { ("bw", "lat", 1e6) } else { ("bw_bytes", "lat_ns", 1e9) };
            let factor = if old { 1024.0 } else { 1.0 };
            expected.push((kind.to_owned(), printed(&bandwidth.to_string()).map(|rate| rate * factor)));
            expected.push((kind.to_owned(), printed(&format!("{iops:.6}"))));
            expected.push((kind.to_owned(), Some(latency / per_second)));
            format!(
                "{{\n\"jobname\" : \"j\",\n\"groupid\" : 0,\n\"error\" : 0,\n\"{kind}\" : {{\n\"io_bytes\" : 1,\n\"{rate}\" : {bandwidth},\n\
                 \"iops\" : {iops:.6},\n\"runtime\" : {runtime},\n\"{lat}\" : {{ \"min\" : 1, \"mean\" : {latency:.6} }}\n}},\n\
                 \"{other}\" : {{ \"io_bytes\" : 0, \"{rate}\" : 0, \"iops\" : 0.0, \"runtime\" : 0 }}\n}}"
            )
        });
        let entries: Vec<_> = entries.collect();
        let mut text = format!("{{\n\"fio version\" : \"fio-3.33\",\n\"jobs\" : [\n{}\n]\n}}\n", entries.join(",\n"));
        if one_line {
            text = text.replace('\n', "");
        }
        let parsed = read(Format::Fio, &text);
        prop_assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        let found: Vec<_> = strs(&parsed, "operation").into_iter().zip(f64s(&parsed, "value")).collect();
        prop_assert_eq!(found, expected);
        let workers: Vec<_> = (1..=jobs.len())
            .flat_map(|job| vec![if jobs.len() == 1 { "null".to_owned() } else { job.to_string() }; 3])
            .collect();
        prop_assert_eq!(strs(&parsed, "worker"), workers);
    }

    #[test]
    fn iperf3(tests in vec((0.0..1e12, 0.0..1e12, 0_u32..1 << 31, vec(1.0..1e12, 2..4)), 1..5), reverse: bool, one_line: bool) {
        let mut text = String::new();
        let mut expected = Vec::new();
        for (sent, received, retransmits, streams) in &tests {
            let (streams, parts): (Vec<_>, Vec<_>) = streams.iter().map(|rate| {
                let stream = format!("{{ \"sender\": {{ \"bits_per_second\": {rate} }}, \"receiver\": {{ \"bits_per_second\": {rate} }} }}");
                (stream, [Some(rate / 8.0); 2])
            }).unzip();
            expected.extend(parts.concat());
            expected.extend([Some(sent / 8.0), Some(f64::from(*retransmits)), Some(received / 8.0)]);
            let document = format!(
                "{{\n\"start\": {{\n\"connected\": [],\n\"test_start\": {{ \"protocol\": \"TCP\", \"reverse\": {} }}\n}},\n\
                 \"intervals\": [{{ \"sum\": {{ \"bits_per_second\": 1 }} }}],\n\"end\": {{\n\"streams\": [{}],\n\
                 \"sum_sent\": {{ \"bits_per_second\": {sent}, \"retransmits\": {retransmits} }},\n\
                 \"sum_received\": {{ \"bits_per_second\": {received} }}\n}}\n}}",
                u8::from(reverse), streams.join(", ")
            );
            text += if one_line { document.replace('\n', "") } else { document }.as_str();
            text += "\n";
        }
        let parsed = read(Format::Iperf3, &text);
        prop_assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        prop_assert_eq!(f64s(&parsed, "value"), expected);
        let name = if reverse { "tcp-receive" } else { "tcp-send" };
        prop_assert!(strs(&parsed, "test").iter().all(|found| found == name));
    }

    #[test]
    fn stream(runs in vec(vec((0_u32..100_000_000, vec(0_u32..1_000_000_000, 3)), 4), 1..4), elements in 1_u32..1 << 31, crlf: bool) {
        let mut text = String::new();
        let mut expected = Vec::new();
        for kernels in &runs {
            writeln!(text, "STREAM version $Revision: 5.10 $\nThis system uses 8 bytes per array element.").unwrap();
            writeln!(text, "Array size = {elements} (elements), Offset = 0 (elements)").unwrap();
            writeln!(text, "Function    Best Rate MB/s  Avg time     Min time     Max time").unwrap();
            for (title, (rate, times)) in ["Copy:", "Scale:", "Add:", "Triad:"].iter().zip(kernels) {
                let rate = format!("{}.{}", rate / 10, rate % 10);
                expected.push(printed(&rate).map(|rate| rate * 1e6));
                write!(text, "{title:<12}{rate:>11}").unwrap();
                for time in times {
                    let time = format!("{}.{:06}", time / 1_000_000, time % 1_000_000);
                    write!(text, "  {time:>11}").unwrap();
                    expected.push(printed(&time));
                }
                text += "\n";
            }
            text += "Solution Validates: avg error less than 1.000000e-13 on all three arrays\n";
        }
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let parsed = read(Format::Stream, &text);
        prop_assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        prop_assert_eq!(f64s(&parsed, "value"), expected);
        let size = Some(f64::from(elements) * 8.0);
        prop_assert!(f64s(&parsed, "size").iter().all(|found| *found == size));
        let samples = u32s(&parsed, "sample");
        prop_assert_eq!(samples.iter().max().copied(), u32::try_from(runs.len() - 1).ok());
    }

    #[test]
    fn sysbench(runs in vec((vec(1_u32..1_000_000_000, 4), vec(1_u32..10_000_000, 3)), 1..5), old: bool) {
        let hundredths = |value: u32| format!("{}.{:02}", value / 100, value % 100);
        let mut text = String::new();
        let mut expected = Vec::new();
        for (n, latencies) in &runs {
            let [operations, rate] = [hundredths(n[0]), hundredths(n[1])];
            let time = format!("{}.{:04}", n[2] / 10_000, n[2] % 10_000);
            let [mean, max, rank] = [0, 1, 2].map(|at| hundredths(latencies[at]));
            if old {
                writeln!(text, "sysbench 0.4.12:  multi-threaded system evaluation benchmark\n\nDoing memory operations speed test").unwrap();
                writeln!(text, "Memory block size: 1K\n\nMemory operations type: read\n\nOperations performed: 9 ({operations} ops/sec)").unwrap();
                writeln!(text, "\n1.00 MB transferred ({rate} MB/sec)\n\nTest execution summary:").unwrap();
                writeln!(text, "    total time:     {time}s\n    total number of events:  {}", n[3]).unwrap();
                writeln!(text, "         avg:  {mean}ms\n         max:  {max}ms\n         approx.  95 percentile:  {rank}ms").unwrap();
            } else {
                writeln!(text, "sysbench 1.0.20 (using system LuaJIT 2.1.0-beta3)\n\nRunning memory speed test with the following options:").unwrap();
                writeln!(text, "  block size: 1KiB\n  operation: read\n\nTotal operations: 9 ({operations} per second)").unwrap();
                writeln!(text, "\n1.00 MiB transferred ({rate} MiB/sec)\n\nGeneral statistics:").unwrap();
                writeln!(text, "    total time:     {time}s\n    total number of events:  {}\n\nLatency (ms):", n[3]).unwrap();
                writeln!(text, "         avg:  {mean}\n         max:  {max}\n         95th percentile:  {rank}").unwrap();
            }
            let seconds = |millis: &str| printed(&format!("{millis}e-3"));
            expected.extend([printed(&operations), printed(&rate).map(|rate| rate * 1_048_576.0), printed(&time)]);
            expected.extend([printed(&n[3].to_string()), seconds(&mean), seconds(&max), seconds(&rank)]);
        }
        let parsed = read(Format::Sysbench, &text);
        prop_assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        prop_assert_eq!(f64s(&parsed, "value"), expected);
        prop_assert!(strs(&parsed, "test").iter().all(|found| found == "memory-read"));
        prop_assert!(f64s(&parsed, "size").iter().all(|size| *size == Some(1024.0)));
    }

    #[test]
    fn xend_save(mut rounds in vec((0_u32..1 << 20, 0_u32..1 << 20, 1_u32..100_000, 0_u32..1 << 20, 0_u32..800), 1..30),
                 copied: bool, crlf: bool) {
        // The VM has as many pages as any round sends.
        rounds[0].1 = 1 << 20;
        let mut text = String::new();
        let megabits = |pages: u32, ms: u32| u64::from(pages) * 4096 / (u64::from(ms) * 125);
        for (round, (sent, skipped, ms, dirtied, cpu)) in (1..).zip(&rounds) {
            let (time, overwritten) = (format!("2012-03-09 13:37:{:02}", round % 60), if copied { "\n" } else { "\x08\x08\x08\x08 95%\r" });
            write!(text, "[{time} xend 3113] INFO (XendCheckpoint:498) Saving memory pages: iter {round}   0%{overwritten} ").unwrap();
            write!(text, "{round}: sent {sent}, skipped {skipped}, delta {ms}ms, dom0 {cpu}%, target 0%, ").unwrap();
            writeln!(text, "sent {}Mb/s, dirtied {}Mb/s {dirtied} pages", megabits(*sent, *ms), megabits(*dirtied, *ms)).unwrap();
        }
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let parsed = read(Format::XenMigrate, &text);
        let whole = |value: fn(&(u32, u32, u32, u32, u32)) -> u32| -> Vec<_> {
            rounds.iter().map(|round| Some(i64::from(value(round)))).collect()
        };
        prop_assert_eq!(i64s(&parsed, "round_pages_sent"), whole(|round| round.0));
        prop_assert_eq!(i64s(&parsed, "round_pages_skipped"), whole(|round| round.1));
        prop_assert_eq!(i64s(&parsed, "round_pages_dirtied"), whole(|round| round.3));
        let seconds: Vec<_> = rounds.iter().map(|round| Some(f64::from(round.2) / 1000.0)).collect();
        prop_assert_eq!(f64s(&parsed, "round_s"), seconds);
        let cpu: Vec<_> = rounds.iter().map(|round| Some(f64::from(round.4))).collect();
        prop_assert_eq!(f64s(&parsed, "dom0_cpu_percent"), cpu);
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        let rates: Vec<_> = rounds.iter().map(|round| Some(megabits(round.0, round.2) as f64 * 125_000.0)).collect();
        prop_assert_eq!(f64s(&parsed, "throughput_bytes_per_s"), rates);
        prop_assert!(parsed.diagnostics.iter().all(|found| found.severity.name() == "note"), "{:?}", parsed.diagnostics);
    }

    #[test]
    fn xl_migrate(rounds in vec((vec(0_u32..=100, 1..5), 1_u32..1 << 30), 1..6), new: bool, stamped: bool, overwritten: bool) {
        let mut text = String::from("migration target: Ready to receive domain.\n");
        let mut expected = Vec::new();
        for (round, (percents, total)) in rounds.iter().enumerate() {
            let mut percents = percents.clone();
            percents.sort_unstable();
            for percent in percents {
                let done = u64::from(*total) * u64::from(percent) / 100;
                let what = if new { format!("Frames iteration {round} of 5") } else { format!("Saving memory: iter {round} (last sent 7 skipped 8)") };
                if overwritten && !stamped {
                    write!(text, "xc: {what}: {done}/{total}  {percent:3}%\r").unwrap();
                } else {
                    let stamp = if stamped { format!("{START}.25 ") } else { String::new() };
                    writeln!(text, "{stamp}xc: progress: {what}: {done}/{total}  {percent:3}%").unwrap();
                }
                let done = i64::try_from(done).unwrap();
                expected.push((i64::try_from(round).unwrap() + 1, done, i64::from(*total), f64::from(percent)));
            }
        }
        text += "\nMigration successful.\n";
        let parsed = read(Format::XenMigrate, &text);
        let [round, done, total] = ["iteration", "progress_pages", "progress_of_pages"].map(|name| i64s(&parsed, name));
        let percent = f64s(&parsed, "progress_percent");
        let entries = strs(&parsed, "entry").into_iter().enumerate().filter(|(_, entry)| entry == "status");
        let found: Vec<_> = entries.map(|(at, _)| (round[at].unwrap(), done[at].unwrap(), total[at].unwrap(), percent[at].unwrap())).collect();
        prop_assert_eq!(found, expected);
        prop_assert!(u32s(&parsed, "migration").iter().all(|number| *number == 0));
        let told = strs(&parsed, "entry").iter().filter(|entry| *entry == "round").count();
        prop_assert_eq!(told, if new { 0 } else { rounds.len() - 1 });
        prop_assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    }
}
