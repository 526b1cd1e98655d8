//! Whatever time is written, in whatever way, is read back; and no bytes make anything panic.

use chrono::{DateTime, Datelike as _, FixedOffset, TimeZone as _, Timelike as _};
use proptest::prelude::*;

use super::*;
use crate::time::stamp::Stamp;

/// Months and days of some languages, from January and Monday on.
const LANGUAGES: [([&str; 12], [&str; 7]); 4] = [
    (
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
        ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    ),
    (
        ["Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"],
        ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"],
    ),
    (
        ["janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
        ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."],
    ),
    (
        ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"],
        ["lun", "mar", "mié", "jue", "vie", "sáb", "dom"],
    ),
];

/// An instant from 2001 to 2096, and an offset in quarters of an hour.
fn instants() -> impl Strategy<Value = DateTime<FixedOffset>> {
    (1_000_000_000_i64..4_000_000_000, 0_u32..1_000_000_000, -48_i32..=56).prop_filter_map(
        "an instant",
        |(seconds, nanos, quarters)| {
            FixedOffset::east_opt(quarters * 900)?.timestamp_opt(seconds, nanos).single()
        },
    )
}

fn nanos_of(time: DateTime<FixedOffset>) -> i64 {
    time.timestamp_nanos_opt().unwrap()
}

proptest! {
    #[test]
    fn iso_stamps_come_back(time in instants(), digits in 0_usize..=9, form in 0_usize..8) {
        let separator = if form & 1 == 0 { " " } else { "T" };
        let mark = if form & 2 == 0 { "." } else { "," };
        let fraction = format!("{:09}", time.nanosecond());
        let fraction = if digits == 0 { String::new() } else { format!("{mark}{}", &fraction[..digits]) };
        let offset = if form & 4 == 0 { "%:z" } else { " %z" };
        let offset = time.format(offset).to_string();
        let text = format!("{}{fraction}{offset}", time.format(&format!("%Y-%m-%d{separator}%H:%M:%S")));
        let cut = 10_i64.pow(9 - digits as u32);
        let nanos = nanos_of(time) / cut * cut;
        let found = stamp::alone(text.as_bytes());
        prop_assert_eq!(found.and_then(Stamp::epoch_s), seconds(nanos), "{}", text);
        let wall = nanos + i64::from(time.offset().local_minus_utc()) * NANOS;
        prop_assert_eq!(found.and_then(Stamp::local_s), seconds(wall), "{}", text);
    }

    #[test]
    fn lines_of_date_come_back(time in instants(), language in 0_usize..4, form in 0_usize..4) {
        let (months, days) = LANGUAGES[language];
        let month = months[time.month0() as usize];
        let weekday = days[time.weekday().num_days_from_monday() as usize];
        let (day, year, zone) = (time.day(), time.year(), time.format("%z").to_string());
        let clock = time.format("%H:%M:%S");
        let text = match form {
            0 => format!("{weekday} {month} {day:>2} {clock} {zone} {year}"),
            1 => format!("{weekday} {day}. {month} {clock} {zone} {year}"),
            2 => format!("{weekday}, {day} {month} {year}, {clock} {zone}"),
            _ => format!("{day:02} {month} {year} {clock} {zone}"),
        };
        let found = date::read(text.as_bytes()).unwrap();
        prop_assert_eq!(found.date, time.date_naive(), "{}", text);
        prop_assert_eq!(found.time.seconds, time.num_seconds_from_midnight(), "{}", text);
        prop_assert_eq!(found.zone().offset_s(), Some(time.offset().local_minus_utc()), "{}", text);
        let (leading, rest) = stamp::read(text.as_bytes()).unwrap();
        prop_assert_eq!((leading.epoch_s(), rest), (Some(time.timestamp() as f64), b"".as_slice()), "{}", text);
    }

    #[test]
    fn seconds_since_1970_come_back(time in instants()) {
        let nanos = nanos_of(time);
        let nearest = seconds(nanos);
        let texts = [format!("{}.{:09}", nanos / NANOS, nanos % NANOS), nanos.to_string()];
        for text in texts {
            prop_assert_eq!(stamp::alone(text.as_bytes()).and_then(Stamp::epoch_s), nearest, "{}", text);
            let exact = exact::Exact::read(text.as_bytes());
            prop_assert_eq!(exact.map(|exact| exact.nanos), Some(nanos), "{}", text);
        }
        for (unit, size) in [(1_000_000_i64, 1e3), (1000, 1e6)] {
            let text = (nanos / unit).to_string();
            let expected = Some((nanos / unit) as f64 / size);
            prop_assert_eq!(stamp::alone(text.as_bytes()).and_then(Stamp::epoch_s), expected, "{}", text);
        }
    }

    #[test]
    fn rows_without_a_year_come_back(time in instants(), later in 0_i64..20_000_000, form in 0_usize..3) {
        let date = time.format("%d %b %Y %H:%M:%S %z").to_string();
        let row = time.checked_add_signed(chrono::TimeDelta::seconds(later / 2)).unwrap();
        let form = ["%d-%m %H:%M:%S", "%b-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S"][form];
        let text = row.format(form).to_string();
        let mut calendar = yearless::Calendar::of(&date).unwrap();
        let local = yearless::read(text.as_bytes()).and_then(|local| calendar.place(local)).unwrap();
        let offset = calendar.zone.offset_s().unwrap();
        prop_assert_eq!(local - f64::from(offset), row.timestamp() as f64, "{} {}", date, text);
    }

    #[test]
    fn durations_come_back(hours in 0_u64..100, minutes in 0_u64..60, hundredths in 0_u64..6000) {
        let (whole, part) = (hundredths / 100, hundredths % 100);
        let expected = Some((hours * 60 + minutes) as f64 * 60.0 + hundredths as f64 / 100.0);
        for mark in ['.', ','] {
            let clock = format!("{hours}:{minutes:02}:{whole:02}{mark}{part:02}");
            prop_assert_eq!(duration::clock(clock.as_bytes()), expected, "{}", clock);
            let units = format!("{hours}h{minutes}m{whole}{mark}{part:02}s");
            prop_assert_eq!(duration::units(units.as_bytes()), expected, "{}", units);
        }
    }

    #[test]
    fn no_bytes_panic(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..60),
            "([0-9]{1,5}|[A-Z]{1,4}|Jan|mar|M\u{e4}r|Di|[-+:.,TZ \\[\\]hms]){0,16}".prop_map(String::into_bytes),
        ],
        offset in any::<i32>(),
    ) {
        let stamps = [stamp::alone(&bytes), stamp::anywhere(&bytes), stamp::leading(&bytes).map(|(it, _)| it)];
        for stamp in stamps.into_iter().flatten() {
            let _ = (stamp.epoch_s(), stamp.local_s(), stamp.unplaced().and_then(zone::Zone::complaint));
        }
        let _ = (date::read(&bytes), date::leading(&bytes), exact::Exact::read(&bytes), daytime::leading(&bytes));
        let _ = (yearless::syslog(&bytes), epoch::seconds(&bytes), epoch::any_unit(&bytes));
        let _ = (duration::seconds(&bytes), duration::clock(&bytes), duration::units(&bytes));
        let text = String::from_utf8_lossy(&bytes);
        let _ = (utc_offset_s(&text), midnight_s(&text), wall_time_of_day_s(&text), written_offset(offset));
        if let (Some(mut calendar), Some(local)) = (yearless::Calendar::of(&text), yearless::read(&bytes)) {
            let _ = calendar.place(local);
        }
    }
}
