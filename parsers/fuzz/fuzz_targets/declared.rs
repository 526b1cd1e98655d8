//! Tables whose columns are declared. The first two bytes choose what is declared, the others are the table.
#![no_main]

mod memory;

use libfuzzer_sys::fuzz_target;
use stillstand_parsers::declared::{Key, Probes, Success, TimeForm, TimeUnit};

const UNITS: [TimeUnit; 4] = [TimeUnit::Seconds, TimeUnit::Milli, TimeUnit::Micro, TimeUnit::Nano];

/// A column: by its name, as long as there is a bit for it, else by its number.
fn key(by_name: bool, name: &str, number: usize) -> Key {
    if by_name { Key::Name(name.to_owned()) } else { Key::Number(number) }
}

fn declared(choices: u16) -> Probes {
    let bit = |n: u16| choices >> n & 1 == 1;
    let unit = UNITS[usize::from(choices >> 12 & 3)];
    let time_form = match choices >> 4 & 3 {
        0 => TimeForm::Since1970(unit),
        1 => TimeForm::Strftime("%d.%m.%Y %H:%M:%S%.f".to_owned()),
        _ => TimeForm::Told,
    };
    Probes {
        time: key(bit(0), "time", 1),
        time_form,
        time_is_end: bit(1),
        duration: bit(2).then(|| (key(bit(0), "duration", 2), unit)),
        success: bit(3).then(|| Success {
            column: key(bit(0), "ok", 3),
            values: bit(6).then(|| vec!["200".to_owned()]),
        }),
        only: bit(7).then(|| (key(bit(0), "kind", 4), "GET".to_owned())).into_iter().collect(),
        delimiter: bit(8).then_some([b',', b';', b'\t', b' '][usize::from(choices >> 9 & 3)]),
        is_closed_loop: bit(11),
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((choices, table)) = data.split_first_chunk() else { return };
    let probes = declared(u16::from_le_bytes(*choices));
    memory::bounded(data, || drop(probes.read(table)));
});
