//! No bytes make a parser panic, neither any at all nor damaged logs.

use proptest::prelude::*;
use stillstand_parsers::{FORMATS, detect, parse};

use crate::common;

/// Reads the bytes as everything and checks what holds for every result.
fn read_as_everything(bytes: &[u8]) {
    if let Ok(format) = detect(bytes) {
        assert!(FORMATS.iter().any(|info| info.format == format));
    }
    for info in FORMATS {
        match parse(info.format, bytes) {
            Ok(parsed) => {
                assert_eq!(parsed.format, info.format);
                assert_eq!(parsed.frame.height(), parsed.rows.read);
                assert_eq!(parsed.frame.df.width(), parsed.frame.columns.len());
                for found in &parsed.diagnostics {
                    assert!(!found.message.is_empty());
                    let text = found.text.as_deref().unwrap_or_default();
                    assert!(text.chars().count() <= 120 && !text.contains(char::is_control), "{text}");
                }
                let told = parsed.diagnostics.iter().any(|found| found.severity.name() != "note");
                assert!(parsed.rows.lost == 0 || told, "{} rows lost in silence", parsed.rows.lost);
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

/// Pieces of all formats: far more of them get somewhere than of random bytes.
fn scraps() -> impl Strategy<Value = Vec<u8>> {
    const SCRAPS: &[&[u8]] = &[
        b"\n",
        b"\r\n",
        b" ",
        b",",
        b":",
        b".",
        b"-",
        b"\"",
        b"#",
        b"|",
        b"0",
        b"9",
        b"1264510800",
        b"18446744073709551616",
        b"4294967295",
        b"9223372036854775807",
        b"1e308",
        b"inf",
        b"nan",
        b"no limit",
        b"n/a",
        b"\xff",
        b"\0",
        b"\x1b[0m",
        b"asam:",
        b" asam: 1.0 2 3.0",
        b" asam: - - -",
        b" | Dom0: 1.0 2 3.0\n",
        b" | Dom0:",
        b"      NAME  STATE   CPU(sec) CPU(%)     MEM(k) MEM(%)  MAXMEM(k) MAXMEM(%) VCPUS\n",
        b"   NAME(s)  STATE   CPU(sec) CPU(%)     MEM(k) MEM(%)  MAXMEM(k) MAXMEM(%) VCPUS\n",
        b"asam --b--- 1 0.0 2 3.0 4 5.0 1 1 7 8 1 0 9 10 0\n",
        b"x y -----r 1 0.0 2 3.0 no limit n/a 1 1 7 8 1 0 - - 11 12 0\n",
        b" r 1 0.0 2 3.0 no limit n/a 4294967296 1 7 8 1 0 - - 11 12 0\n",
        b" --b---",
        b"VCPUs(sec): 0: 200s\n",
        b"xentop - 14:00:00 Xen\n",
        b"web: - - -",
        b"# PING a b\n",
        b"# 1 packets transmitted, 1 received, 0% packet loss, time 0ms\n",
        b"1264510800.0 1 0.5\n",
        b".1 65535 0.5\n",
        b"14:00:00,000000000\n",
        b"23:59:59,999999999\n",
        b"00:00:00.0\n",
        b"Tue Jan 26 14:00:00 CET 2010\n",
        b"Di 31. Dez 23:59:60 MESZ 9999\n",
        b"26 Jan 262142 00:00:00\n",
        b"0:08.87 real, 0.04 user, 0.10 sys, 1% CPU Percentage\n",
        b"99999999999999999999:00 real\n",
        b"Command exited with non-zero status 9223372036854775807\n",
        b"Command terminated by signal 9223372036854775807\n",
        b"\"Dstat 0.7.0 CSV output\"\n",
        b"\"Host:\",\"h\"\n",
        b"\"Cmdline:\",\"dstat 4294967295\"\n",
        b"\"epoch\",\"net/total\",,\"x\"\n",
        b"\"epoch\",\"recv\",\"send\",\"y\"\n",
        b"1264510800.0,1.0,-4294967296.0,z\n",
        b"\"dool 1.3.1 CSV output\"\n",
        b"\"pcp-dstat 6.2.0 CSV Output\"\n",
        b"\"Cmd:\",\"dool -t\",\"Date:\",\"31 Dec 262142 23:59:59 CET\"\n",
        b"\"system\",\"net/eth0\",,\"most expensive\"\n",
        b"\"time\",\"recv\",\"send\",\"cpu process\"\n",
        b"31-12 23:59:59,1,2,a,b\n",
        b"Jan-01 00:00:00,1,2,a\n",
        b"total usage;;memory usage\n",
        b"usr;sys;used;free;buf;cach\n",
        b"1,5;2;3\n",
        b"\"local_s\",\"epoch_s\",\"net.received\"\n",
        b"\"segment\",\"segment\"\n",
        b"\"epoch\",\"epoch\"\n",
        b"1,2\n",
        b",,,\n",
    ];
    proptest::collection::vec(proptest::sample::select(SCRAPS), 0..60).prop_map(|scraps| scraps.concat())
}

fn fixtures() -> Vec<Vec<u8>> {
    let mut names = Vec::new();
    for info in FORMATS {
        for kind in ["valid", "invalid"] {
            let entries = std::fs::read_dir(common::folder().join(info.name).join(kind)).unwrap();
            names.extend(entries.map(|entry| entry.unwrap().path()));
        }
    }
    names.sort();
    names.into_iter().map(|name| std::fs::read(name).unwrap()).collect()
}

/// A fixture with some bytes changed, a part cut out, and cut off.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let changes = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    let cut = (any::<prop::sample::Index>(), any::<prop::sample::Index>());
    (proptest::sample::select(fixtures()), changes, cut, any::<prop::sample::Index>(), any::<bool>())
        .prop_map(|(mut bytes, changes, (from, to), end, cuts)| {
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if cuts {
                let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
                bytes.drain(from.min(to)..from.max(to));
                bytes.truncate(end.index(bytes.len() + 1));
            }
            bytes
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        read_as_everything(&bytes);
    }

    #[test]
    fn any_scraps(bytes in scraps()) {
        read_as_everything(&bytes);
    }

    #[test]
    fn any_damage(bytes in damaged()) {
        read_as_everything(&bytes);
    }
}
