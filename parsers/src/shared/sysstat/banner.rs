//! The line that begins a report: `Linux 6.1.0-13-amd64 (kirsche)  11/30/2026  _x86_64_  (2 CPU)`.
//!
//! The date is that of the locale. `11/30/26` has the month first in the United States and in the locale `C`, the day in
//! France and Britain: which it is shows a number above 12 anywhere in the log, a clock of twelve hours, or another
//! language. Where nothing shows it the log has no date: it is never guessed.

use chrono::NaiveDate;

use crate::lines::Lines;
use crate::text::{unsigned, words};

/// What the line says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Banner<'a> {
    pub host: Option<&'a [u8]>,
    pub cpus: Option<u64>,
    /// As it is written.
    pub date: Option<&'a [u8]>,
}

/// Whether day or month stands first in a date between slashes; none if nothing shows it.
pub(crate) type MonthFirst = Option<bool>;

const SECONDS_OF_DAY: i64 = 86_400;

/// What a line says, if it is such a line.
pub(crate) fn read(line: &[u8]) -> Option<Banner<'_>> {
    let mut words = words(line).map(|(_, word)| word);
    let system = words.next()?;
    if !matches!(system, b"Linux" | b"Linux-restart") {
        return None;
    }
    let mut banner = Banner::default();
    while let Some(word) = words.next() {
        match word {
            [b'(', count @ ..] if banner.host.is_some() => {
                let is_count = words.next().is_some_and(|word| word.starts_with(b"CPU"));
                banner.cpus = unsigned(count).filter(|_| is_count);
            }
            [b'(', host @ .., b')'] => banner.host = Some(host),
            _ if banner.host.is_some() && banner.date.is_none() && numbers(word).is_some() => {
                banner.date = Some(word);
            }
            _ => {}
        }
    }
    banner.host.map(|_| banner)
}

/// The three numbers of a date, and what stands between them.
fn numbers(word: &[u8]) -> Option<([u32; 3], u8)> {
    let mut numbers = [0_u32; 3];
    let mut parts = word.split(|byte| !byte.is_ascii_digit()).filter(|part| !part.is_empty());
    for number in &mut numbers {
        *number = unsigned(parts.next()?).and_then(|number| u32::try_from(number).ok())?;
    }
    let between = word.iter().find(|byte| !byte.is_ascii_digit())?;
    parts.next().is_none().then_some((numbers, *between))
}

/// Whole seconds from 1970 to the midnight of a date on somebody's wall. None if it is no date, or may be two.
pub(crate) fn midnight_s(date: &[u8], month_first: MonthFirst) -> Option<i64> {
    let ([a, b, c], between) = numbers(date)?;
    let (year, month, day) = if a > 31 {
        (a, b, c)
    } else {
        let (month, day) = match (between, own_order(a, b).or(month_first)) {
            // Only slashes stand in dates that begin with the month.
            (b'/', Some(true)) => (a, b),
            (b'/', None) if a == b => (a, b),
            (b'/', None) => return None,
            _ => (b, a),
        };
        (if c < 100 { c.checked_add(2000)? } else { c }, month, day)
    };
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    (1970..=2262).contains(&year).then(|| date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp())
}

/// Whether it is a date, if one that may be two.
pub(crate) fn is_date(date: &[u8]) -> bool {
    midnight_s(date, Some(true)).is_some() || midnight_s(date, Some(false)).is_some()
}

/// What two numbers show by themselves.
fn own_order(a: u32, b: u32) -> MonthFirst {
    match (a > 12, b > 12) {
        (true, false) => Some(false),
        (false, true) => Some(true),
        (true, true) | (false, false) => None,
    }
}

/// What a log shows of the order of its dates.
pub(crate) fn month_first(bytes: &[u8]) -> MonthFirst {
    let dates = Lines::new(bytes).filter_map(|line| match read(line.text) {
        Some(banner) => banner.date,
        // That of JSON, and those of iostat.
        None => {
            let at = memchr::memchr(b'/', line.text)?;
            let digits = line.text.get(..at)?.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
            line.text.get(at.checked_sub(digits)?..)?.split(|byte| !matches!(byte, b'/' | b'0'..=b'9')).next()
        }
    });
    let of_numbers = |date: &[u8]| {
        let (numbers, between) = numbers(date)?;
        let [a, b, _] = numbers;
        own_order(a, b).filter(|_| between == b'/')
    };
    let head = bytes.get(..64 * 1024).unwrap_or(bytes);
    let holds = |words: &[u8]| memchr::memmem::find(head, words).is_some();
    if let Some(order) = dates.filter_map(of_numbers).next() {
        return Some(order);
    }
    if holds(b" AM ")
        || holds(b" PM ")
        || holds(b" AM\n")
        || holds(b" PM\n")
        || holds(b" AM\"")
        || holds(b" PM\"")
    {
        return Some(true);
    }
    // Countries whose words or decimals are others put the day first.
    let decimals = |between: u8| {
        head.split(u8::is_ascii_whitespace).any(|word| {
            matches!(word, [whole @ .., mark, b'0'..=b'9', b'0'..=b'9']
                if *mark == between && !whole.is_empty() && whole.iter().all(u8::is_ascii_digit))
        })
    };
    (decimals(b',') && !decimals(b'.')).then_some(false)
}

/// The second of a day as a whole number of them since a midnight, nearest to what came before: a time that is more than an
/// hour before it is of the next day.
pub(crate) fn running_on(last_s: i64, of_day_s: i64) -> i64 {
    const BACK_S: i64 = 3600;
    let days = last_s
        .saturating_sub(BACK_S)
        .saturating_sub(of_day_s)
        .saturating_add(SECONDS_OF_DAY - 1)
        .div_euclid(SECONDS_OF_DAY);
    days.saturating_mul(SECONDS_OF_DAY).saturating_add(of_day_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOV_30: i64 = 1_795_996_800;

    #[test]
    fn lines_of_all_versions() {
        let line = b"Linux 6.1.0-13-amd64 (kirsche) \t11/30/2026 \t_x86_64_\t(2 CPU)";
        let expected =
            Banner { host: Some(b"kirsche".as_slice()), cpus: Some(2), date: Some(b"11/30/2026".as_slice()) };
        assert_eq!(read(line), Some(expected));
        let old = read(b"Linux 2.6.18-8.el5 (kirsche)  11/30/26").unwrap();
        assert_eq!((old.cpus, old.date), (None, Some(b"11/30/26".as_slice())));
        assert_eq!(read(b"Linux is (not) one"), Some(Banner { host: Some(b"not"), ..Banner::default() }));
        assert_eq!((read(b"Linux"), read(b"06:42:09 PM CPU")), (None, None));
    }

    #[test]
    fn dates_of_all_locales() {
        for (date, month_first) in [
            ("11/30/26", None),
            ("11/30/2026", Some(false)),
            ("30/11/2026", None),
            ("30.11.2026", None),
            ("2026-11-30", None),
            ("2026/11/30", None),
            ("30-11-2026", None),
            ("2026年11月30日", None),
        ] {
            assert_eq!(midnight_s(date.as_bytes(), month_first), Some(NOV_30), "{date}");
        }
        let first_of_december = NOV_30 + 86_400;
        assert_eq!(midnight_s(b"12/01/26", Some(true)), Some(first_of_december));
        assert_eq!(midnight_s(b"01/12/26", Some(false)), Some(first_of_december));
        assert_eq!(midnight_s(b"01.12.26", Some(true)), Some(first_of_december));
        for date in ["12/01/26", "13/13/26", "30", "30/11", "31/11/2026", "", "1/2/3/4"] {
            assert_eq!(midnight_s(date.as_bytes(), None), None, "{date}");
        }
    }

    #[test]
    fn a_log_shows_the_order_of_its_dates() {
        let line = |date: &str| format!("Linux 6.1.0 (kirsche) \t{date} \t_x86_64_\t(2 CPU)\n");
        for (text, expected) in [
            (line("12/01/26"), None),
            (line("12/01/26") + &line("12/14/26"), Some(true)),
            (line("12/01/2026") + "\n01:18:53 AM CPU\n", Some(true)),
            (line("01/12/2026") + "\n01:18:53 all 9,00 0,00\n", Some(false)),
            (line("01.12.2026"), None),
        ] {
            assert_eq!(month_first(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn times_run_on_over_midnight() {
        for (last, of_day, expected) in [
            (86_399, 0, 86_400),
            (86_400, 1, 86_401),
            (600, 46_800, 46_800),
            (3600, 1, 1),
            (600, 85_800, -600),
            (7201, 3600, 90_000),
        ] {
            assert_eq!(running_on(last, of_day), expected, "{last} {of_day}");
        }
    }
}
