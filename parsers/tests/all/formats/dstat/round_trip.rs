//! Random values, written as the tool writes them, are read back the same.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{START, f64s, format, printed, python, read_whole};

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
        let parsed = read_whole(format("dstat"), &text);
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
        let parsed = read_whole(format("dstat"), &text);
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
        let parsed = read_whole(format("dstat"), &text);
        prop_assert_eq!(f64s(&parsed, "net.received"), [None, Some(rate)]);
    }
}
