#![no_main]

mod memory;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use stillstand_parsers::{FORMATS, Format, format_named, parse};

/// The format that `FORMAT` names; without it all of them.
static READ_AS: LazyLock<Vec<Format>> = LazyLock::new(|| match std::env::var("FORMAT") {
    Ok(name) => vec![format_named(&name).unwrap_or_else(|| panic!("FORMAT: no format is called {name}"))],
    Err(_) => FORMATS.to_vec(),
});

fuzz_target!(|data: &[u8]| {
    for format in READ_AS.iter() {
        memory::bounded(data, || drop(parse(*format, data)));
    }
});
