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
        b"PING a (b) 56(84) bytes of data.\n",
        b"PING a (b): 56 data bytes\n",
        b"[1264510800.5] ",
        b"64 bytes from b: icmp_seq=1 ttl=64 time=0.5 ms\n",
        b"64 bytes from b: icmp_seq=65535 ttl=64 time=0.5 ms (DUP!)\n",
        b"64 bytes from b: seq=4294967295 ttl=64",
        b" time=1e308 ms (truncated)",
        b"no answer yet for icmp_seq=2\n",
        b"wrong data byte #16\n",
        b"--- a ping statistics ---\n",
        b"--- a hping statistic ---\n",
        b"HPING a (b c): S set, 40 headers + 0 data bytes\n",
        b"DUP! len=46 ip=1.2.3.4 ttl=64\n",
        b"seq=0 rtt=588.3 ms\n",
        b"a : [4294967295], 64 bytes, 0.5 ms (x)\n",
        b"a : [0], timed out (x)\n",
        b"a : xmt/rcv/%loss = 0/18446744073709551615/0%\n",
        b"Pinging a with 32 bytes of data:\r\n",
        b"Reply from a: bytes=32 time<1ms TTL=1\r\n",
        b"Request timed out.\r\n",
        b"Packets: Sent = 0, Received = 0, Lost = 18446744073709551615\r\n",
        b"14:00:00,000000000\n",
        b"23:59:59,999999999\n",
        b"23:59:59:9\n",
        b"12:00:00\n",
        b"99999999999.999999999\n",
        b"99999999999999999999\n",
        b"00:00:00.0\n",
        b"Tue Jan 26 14:00:00 CET 2010\n",
        b"Di 31. Dez 23:59:60 MESZ 9999\n",
        b"26 Jan 262142 00:00:00\n",
        b"0:08.87 real, 0.04 user, 0.10 sys, 1% CPU Percentage\n",
        b"99999999999999999999:00 real\n",
        b"0.04user 0.10system 0:08.87elapsed ?%CPU (0avgtext+0avgdata 1maxresident)k\n",
        b"\tElapsed (wall clock) time (h:mm:ss or m:ss): 9:59:59\n",
        b"\tExit status: 9223372036854775807\n",
        b"real 8.87\n",
        b"user\t18446744073709551615m0,000000000s\n",
        b"sys 0.1",
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
        b"+----[ begin of statistical info\n",
        b"+----[ end of statistical info ]\n",
        b"+-[Incoming]\n",
        b"+-[x]\n",
        b"| input bytes read : 18446744073709551615 KiB\n",
        b"| frames lost      :        5\n",
        b"| trames perdues   :        5\n",
        b"status change: ( new input: x )\n",
        b"Input : 310 (407664 bytes) - 0.0 kB/s - Demux : 1 (2 bytes) - 0.0 kB/s\n",
        b" - Vout : 18446744073709551615/4 - Aout : 4941/2 - Sout : 0.0\n",
        b"<stats>",
        b"<lostpictures>1</lostpictures>",
        b"<readbytes>1e18</readbytes>",
        b"</stats>",
        b"[0x86e2958] main video output warning: ",
        b"-- logger module started --\n",
        b"VLC media player 2.0.5 Twoflower\n",
        b"late picture skipped (-9223372036854775808 > -27)\n",
        b"picture is too late to be displayed (missing 450 ms)\n",
        b"buffer too late (",
        b"UDP UNIDIRECTIONAL SEND TEST from a (b) port 0 AF_INET to\n",
        b"MIGRATED TCP STREAM TEST\n",
        b"TCP REQUEST/RESPONSE TEST to h\n",
        b"bytes   bytes    secs            #      #   10^6bits/sec\n",
        b"bytes  bytes   bytes    secs.    MBytes  /s  % S\n",
        b"109568   65507   75.00       47310      0     330.57\n",
        b"109568           75.00       46127            322.31\n",
        b" 87380  16384  -1    10.00       941.28   12.50    -1.00    2.175   -1.000\n",
        b"16384  87380 \n",
        b"'Test Type,Test Description\n",
        b"'Test Type;Test Description;;\n",
        b"'Time Stamp\n",
        b"2010-01-26 14:00:05:123\n",
        b"'Access specification name,default assignment\n",
        b"8K, mixed,0\n",
        b"'size,% of size,% reads,% random,delay,burst,align,reply\n",
        b"8192,100,80,80,0,1,0,0\n",
        b"'Results\n",
        b"'Target Type,Target Name,Access Specification Name,IOps,MBps,% CPU Utilization\n",
        b"'Target Type,Target Name,Access Specification Name,# Workers,IOps,Errors\n",
        b"ALL,All,8K, mixed,-1,2.5,1e300\n",
        b"DISK,C:,x,1,2,3\n",
        b"PROCESSOR,CPU 0,,,,,,5\n",
        b"WORKER;W;x;1,5;2;\n",
        b"{\"return\": ",
        b"{\"execute\": \"query-migrate\", \"id\": 1}\n",
        b"{\"QMP\": {}}",
        b"{\"status\": \"active\", \"ram\": {\"remaining\": 18446744073709551612, \"total\": -1}}",
        b"{u'status': 'x', 'total-time': 3L, 'ram': {",
        b"'normal-bytes': '61,440',\n",
        b"{\"timestamp\": {\"seconds\": 9223372036854775807, \"microseconds\": 1}, \"event\": \"STOP\"}\n",
        b"{\n",
        b"}\n",
        b"}",
        b"\\",
        b"2026-11-21 11:59:05,250 +0100 ",
        b"Sat Nov 21 11:59:05 CET 2026\n",
        b"QEMU_MONITOR_RECV_REPLY: mon=0x1 reply=",
        b"(qemu) info migrate\n",
        b"(qemu) ",
        b"info m\x1b[K\x1b[D\x1b[D",
        b"globals:\n",
        b"Migration status: failed (x)\n",
        b"Status: \t\tactive\n",
        b"total time: 5 ms\n",
        b"remaining ram: 18446744073709551612 kbytes\n",
        b"Time (ms): \t\ttotal=1, setup=",
        b"  Sizes: \t\tpagesize=4 KiB, total=1e+03 GiB\n",
        b"    transferred=1, remain=,\n",
        b"Job type:         Unbounded   \n",
        b"Operation:        Backup\n",
        b"Memory total:     1,5 EiB\n",
        b"Jobbtyp:",
        b"Iteration:        9\n",
        b"Array size 18446744073709551615 X 200.\n",
        b"    Reps Time(s) DGEFA   DGESL  OVERHEAD    KFLOPS\n",
        b"    8192  11.24  85.70%   3.70%  10.60%  1120228.904\n",
        b"       0   0.00  0%   0%  100%  inf\n",
        b"Size   LDA    Align. Time(s)    GFlops   Residual     Residual(norm) Check\n",
        b"1000   1000   4      0.035      1e308  9.394430e-13 3.203742e-02   pass\n",
        b"Number of tests: 18446744073709551615\n",
        b"Number of trials to run                     : 18446744073709551615 18446744073709551615\n",
        b"n = 2000: 0 repetitions, 20.89 s\n",
        b"RAMspeed (Linux) v2.6.0 by Rhett M. Hollander\n",
        b"INTEGER & WRITING         1 Kb block: 4869.96 MB/s\n",
        b"SSE (nt)  Copy:      1e308 Mb/s  [NTA prefetch]\n",
        b"FL-POINT BatchRun   AVERAGE:      1.0 MB/s\n",
        b"18446744073709551615-benchmark INTmem BatchRun mode\n",
        b"{\n\"fio version\" : \"fio-3.33\",\n\"jobs\" : [",
        b"{ \"jobname\" : \"x\", \"groupid\" : 0, \"error\" : 0, \"read\" : { \"runtime\" : 1, \"iops\" : 1e308, ",
        b"\"bw\" : 1e308, \"lat\" : { \"mean\" : -nan } }, \"usr_cpu\" : 1, \"sys_cpu\" : inf }",
        b"\"job options\" : { \"bs\" : \"9223372036854775807g,,\" }",
        b"{ \"start\": { \"connected\": [], \"test_start\": { \"protocol\": \"UDP\", \"reverse\": 1 } }, \"end\": {",
        b"\"streams\": [{ \"udp\": { \"sender\": false } }, { \"sender\": { \"sender\": true } }],",
        b"\"sum\": { \"bits_per_second\": 1e308, \"lost_packets\": -1 }",
        b"\"intervals\": [[{",
        b"\"error\": \"interrupt \\u00",
        b"]",
        b"[",
        b"STREAM version $Revision: 5.10 $\n",
        b"Array size = 18446744073709551615 (elements), Offset = 0 (elements)\n",
        b"This system uses 18446744073709551615 bytes per array element.\n",
        b"Function    Best Rate MB/s  Avg time     Min time     Max time\n",
        b"Copy:           1e308     0.0 0.1 0.2\n",
        b"Triad:          1.0     0.0 0.1",
        b"Failed Validation on array a[]\n",
        b"sysbench 1.0.20 (using system LuaJIT 2.1.0-beta3)\n",
        b"Doing random r/w test\n",
        b"Block size 18446744073709551615Gb\n",
        b"    read, MiB/s:                  1e308\n",
        b"    total time:                          2.0002s\n",
        b"         avg:                                    0.00\n",
        b"   approx. 95 percentile: 1e308ms\n",
        b"1.0 MB transferred (1e308 Tb/sec)\n",
        b"FATAL: x\n",
        b"[2012-03-09 13:37:12 xend 3113] INFO (XendCheckpoint:498) ",
        b"[2017-09-07 11:10:39,284 1771 9] INFO (X:1) Thread-888:",
        b"Nov 21 11:59:05 kirsche xenguest-1-emp[17946]: ",
        b"Saving memory pages: iter 1   0%\x08\x08\x08\x08  5%\r ",
        b"Saving memory pages: iter 18446744073709551615 ",
        b"1: sent 29000, skipped 3768, ",
        b"2: sent 18446744073709551615, skipped -1, ",
        b"delta 0ms, dom0 62%, target -3%, sent 558Mb/s, dirtied 115Mb/s 6000 pages\n",
        b"delta 18446744073709551615ms, dom0",
        b"Start last iteration\n",
        b"Total pages sent= 9223372036854775807 (1.01x)\n",
        b"Save exit rc=-9223372036854775808\n",
        b"Save failed on domain asam (880) - resuming.\n",
        b"[xc_save]: xc_save 22 4 0 0 1\n",
        b"xc: progress: Saving memory: iter 1 (last sent 1 skipped 2): 0/0    0%\n",
        b"Frames iteration 18446744073709551615 of 5: 9/1  900%\r",
        b"Frames iteration 1: 115712 of 237432 (48%)\n",
        b"{ \"event\" : \"MIGRATION\", \"data\": {\"sent\": 356352,\"remaining\": -1,\"iteration\": 0}}\n",
        b"rem -1, sent 345088, iter 0, not waiting. Progress = 23\n",
        b"Domain now suspended: 0/0\n",
        b"migration target: Ready to receive domain.\n",
        b"Migration failed, resuming at sender.\n",
        b"Xend Daemon started\n",
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
