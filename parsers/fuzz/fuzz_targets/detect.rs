#![no_main]

mod memory;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    memory::bounded(data, || drop(stillstand_parsers::detect(data)));
});
