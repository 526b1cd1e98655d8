#![no_main]

use libfuzzer_sys::fuzz_target;
use stillstand_parsers::{Format, parse};

fuzz_target!(|data: &[u8]| {
    let _ = parse(Format::XenMigrate, data);
});
