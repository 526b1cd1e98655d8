//! Tables whose columns are declared. The first two bytes choose what is declared, the others are the table.
#![no_main]

mod memory;

use libfuzzer_sys::fuzz_target;
use stillstand_parsers::Unit;
use stillstand_parsers::declared::{
    Column, Dated, Events, Figure, Key, Long, Migrations, Probes, Series, Success, TimeForm, TimeUnit, Written,
};

const UNITS: [TimeUnit; 4] = [TimeUnit::Seconds, TimeUnit::Milli, TimeUnit::Micro, TimeUnit::Nano];

/// What two bytes choose.
#[derive(Clone, Copy)]
struct Choices(u16);

impl Choices {
    fn bit(self, n: u16) -> bool {
        self.0 >> n & 1 == 1
    }

    fn unit(self) -> TimeUnit {
        UNITS[usize::from(self.0 >> 12 & 3)]
    }

    /// A column: by its name, as long as there is a bit for it, else by its number.
    fn key(self, name: &str, number: usize) -> Key {
        if self.bit(0) { Key::Name(name.to_owned()) } else { Key::Number(number) }
    }

    fn time_form(self) -> TimeForm {
        match self.0 >> 4 & 3 {
            0 => TimeForm::Since1970(self.unit()),
            1 => TimeForm::Strftime("%d.%m.%Y %H:%M:%S%.f".to_owned()),
            _ => TimeForm::Told,
        }
    }

    fn dated(self) -> Dated {
        // One of two clocks, or both.
        let has_time = !self.bit(1) || self.bit(2);
        Dated {
            time: has_time.then(|| (self.key("time", 1), self.time_form())),
            monotonic: self.bit(1).then(|| (self.key("up", 2), self.unit())),
            only: self.bit(7).then(|| (self.key("kind", 4), "GET".to_owned())).into_iter().collect(),
            delimiter: self.bit(8).then_some([b',', b';', b'\t', b' '][usize::from(self.0 >> 9 & 3)]),
        }
    }

    fn success(self) -> Option<Success> {
        self.bit(3).then(|| Success {
            column: self.key("ok", 3),
            values: self.bit(6).then(|| vec!["200".to_owned()]),
            failures: self.bit(5).then(|| vec!["0".to_owned()]),
        })
    }

    fn probes(self) -> Probes {
        Probes {
            dated: Dated { time: Some((self.key("time", 1), self.time_form())), monotonic: None, ..self.dated() },
            time_is_end: self.bit(1),
            duration: self.bit(2).then(|| (self.key("duration", 2), self.unit())),
            success: self.success(),
            is_closed_loop: self.bit(11),
        }
    }

    fn events(self) -> Events {
        Events { dated: self.dated(), event: self.key("event", 3), words: Vec::new() }
    }

    fn series(self) -> Series {
        let column = |key, name: &str| Column { key, name: name.to_owned(), unit: Unit::Count, factor: 1024.0, less: None };
        let long = self.bit(6).then(|| Long { name: self.key("name", 3), value: self.key("value", 2) });
        let columns = match long {
            Some(_) => ["cpu", "mem"].map(|name| column(Key::Name(name.to_owned()), name)),
            None => [column(self.key("cpu", 2), "cpu"), column(self.key("mem", 3), "mem")],
        };
        let since = self.bit(3).then(|| "start".to_owned());
        Series { dated: self.dated(), since, columns: columns.into(), long }
    }

    fn migrations(self) -> Migrations {
        let written = || match self.bit(1) {
            true => Written::Elapsed(self.unit()),
            false => Written::Time(self.time_form()),
        };
        Migrations {
            request: self.bit(2).then(|| (self.key("time", 1), written())),
            end: self.bit(6).then(|| (self.key("end", 2), written())),
            figures: vec![(Figure::Duration, self.key("duration", 2), 1e-3)],
            success: self.success(),
            factors: vec![("load".to_owned(), self.key("kind", 4))],
            repetition: self.bit(11).then(|| self.key("run", 5)),
            ..Migrations::default()
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((choices, table)) = data.split_first_chunk() else { return };
    let choices = Choices(u16::from_le_bytes(*choices));
    memory::bounded(data, || match choices.0 >> 14 {
        0 => drop(choices.probes().read(table)),
        1 => drop(choices.events().read(table)),
        2 => drop(choices.series().read(table)),
        _ => drop(choices.migrations().read(table)),
    });
});
