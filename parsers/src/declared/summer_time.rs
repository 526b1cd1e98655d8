//! Where the local times of a log are those of another offset from UTC from a row on.
//!
//! At the end of summer time the clock on the wall falls from a full hour to the one before, and its last hour is there twice; at its
//! beginning it jumps over one. Nothing in a local time says so but the row that follows. Absent on purpose: the dates of such
//! changes, which differ by country and year; between two instants alone they are only known to be possible.

use chrono::Datelike;

/// Seconds of an hour.
const HOUR_S: f64 = 3600.0;
/// Times that are further apart, seconds, say nothing of where an hour ends.
const COARSE_S: f64 = 60.0;

/// The rows from which on the clock shows another offset, and by how many seconds it was put forward. `times` are local, in the order
/// of the rows.
pub(super) fn changes(times: &[f64]) -> Vec<(usize, f64)> {
    let Some(first) = times.first() else { return Vec::new() };
    let mut steps: Vec<f64> =
        times.iter().zip(times.iter().skip(1)).map(|(one, next)| (next - one).abs()).collect();
    steps.sort_by(f64::total_cmp);
    let usual_s = steps.get(steps.len() / 2).copied().unwrap_or(f64::INFINITY);
    let near_s = (3.0 * usual_s).max(1.0);
    if near_s > COARSE_S {
        return Vec::new();
    }
    let is_full_hour = |time: f64| {
        let past = time.rem_euclid(HOUR_S);
        past.min(HOUR_S - past) <= near_s
    };
    let pairs = times.iter().zip(times.iter().skip(1)).enumerate();
    pairs
        .filter_map(|(row, (&one, &next))| {
            let forward_s = if next > one { HOUR_S } else { -HOUR_S };
            let is_hour = (next - one - forward_s).abs() <= near_s && is_full_hour(one) && is_full_hour(next);
            // A log of an hour that was appended to itself begins again.
            let begins_again = forward_s < 0.0 && (next - first).abs() <= near_s;
            (is_hour && !begins_again).then_some((row.saturating_add(1), forward_s))
        })
        .collect()
}

/// The months in which the clock on the wall is put somewhere.
const MONTHS: [u32; 5] = [3, 4, 9, 10, 11];
/// The last full hour of a Sunday at which it is.
const LATEST: f64 = 4.0;

/// By how many seconds the clock on the wall may have been put forward between two instants that it shows, nothing being known of what lies
/// between: in the nights to Sunday in which some country does so. `None` where it was not, or the times do not show it.
pub(super) fn may_change(from_s: f64, to_s: f64) -> Option<f64> {
    let between_s = to_s - from_s;
    let next_hour_s = (from_s / HOUR_S).floor() * HOUR_S + HOUR_S;
    let is_such = |at_s: f64| {
        let Some(at) = chrono::DateTime::from_timestamp(at_s as i64, 0) else { return false };
        let past_s = at_s.rem_euclid(24.0 * HOUR_S);
        at.weekday() == chrono::Weekday::Sun && MONTHS.contains(&at.month()) && past_s <= LATEST * HOUR_S
    };
    if (HOUR_S..2.0 * HOUR_S).contains(&between_s) {
        let mut hours = [next_hour_s, next_hour_s + HOUR_S].into_iter();
        return hours.any(|at_s| at_s + HOUR_S <= to_s && is_such(at_s)).then_some(HOUR_S);
    }
    let falls = (-HOUR_S..0.0).contains(&between_s) && to_s >= next_hour_s - HOUR_S && is_such(next_hour_s);
    falls.then_some(-HOUR_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_the_nights_in_which_some_clock_is_put_two_instants_leave_it_open() {
        // Sunday, 29 March 2026, and Sunday, 25 October 2026, both at 00:00; the days behind them; a Sunday in July.
        let (spring_s, fall_s, july_s) = (1_774_742_400.0, 1_792_886_400.0, 1_783_209_600.0);
        let at = |hour: f64, minute: f64| HOUR_S * hour + 60.0 * minute;
        let of = |day_s: f64, from: f64, to: f64| may_change(day_s + from, day_s + to);
        assert_eq!(of(spring_s, at(1.0, 59.0), at(3.0, 1.0)), Some(HOUR_S));
        assert_eq!(of(fall_s, at(2.0, 59.0), at(2.0, 1.0)), Some(-HOUR_S));
        assert_eq!(of(fall_s, at(2.0, 30.0), at(1.0, 59.0)), None, "an hour before is not there twice");
        assert_eq!(of(spring_s, at(1.0, 10.0), at(1.0, 50.0)), None);
        assert_eq!(of(spring_s, at(1.0, 59.0), at(4.0, 1.0)), None, "that is two hours");
        for day_s in [spring_s + at(24.0, 0.0), july_s] {
            assert_eq!(of(day_s, at(1.0, 59.0), at(3.0, 1.0)), None);
            assert_eq!(of(day_s, at(2.0, 59.0), at(2.0, 1.0)), None);
        }
        assert_eq!(of(spring_s, at(12.0, 59.0), at(14.0, 1.0)), None);
    }

    /// Seconds of a day by a clock that is put by `forward_s` when it shows `at_s`.
    fn log(from_s: f64, until_s: f64, step_s: f64, at_s: f64, forward_s: f64) -> Vec<f64> {
        let all = (0..).map(|row| from_s + step_s * f64::from(row)).take_while(|time| *time < until_s);
        all.map(|time| if time < at_s { time } else { time + forward_s }).collect()
    }

    #[test]
    fn an_hour_that_is_there_twice_or_left_out_is_found() {
        for (step_s, offset_s) in [(0.1, 0.03), (1.0, 0.0), (1.0, 0.7), (5.0, 2.5)] {
            for forward_s in [-HOUR_S, HOUR_S] {
                let times = log(9000.0 + offset_s, 12_600.0, step_s, 10_800.0, forward_s);
                let found = changes(&times);
                assert_eq!(found.len(), 1, "{step_s} {forward_s}: {found:?}");
                assert_eq!(found[0].1, forward_s);
                assert!(times[found[0].0 - 1] < 10_800.0 && times[found[0].0] - forward_s >= 10_800.0);
            }
        }
    }

    #[test]
    fn other_steps_are_none() {
        // A clock that was set, a break of an hour that begins at some time, an hour appended to itself, rows each hour.
        assert_eq!(changes(&log(9000.0, 12_600.0, 1.0, 10_000.0, -HOUR_S)), []);
        assert_eq!(changes(&log(9000.0, 12_600.0, 1.0, 10_000.0, HOUR_S)), []);
        assert_eq!(changes(&log(9000.0, 12_600.0, 1.0, 10_800.0, 1800.0)), []);
        let hour: Vec<f64> = log(7200.0, 10_800.0, 1.0, f64::INFINITY, 0.0);
        assert_eq!(changes(&[hour.clone(), hour].concat()), []);
        assert_eq!(changes(&log(0.0, 86_400.0, HOUR_S, f64::INFINITY, 0.0)), []);
        assert_eq!((changes(&[]), changes(&[1.0])), (Vec::new(), Vec::new()));
    }
}
