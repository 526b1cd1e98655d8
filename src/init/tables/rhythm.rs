//! Whether a client waits for the answer before it asks again, by the rows of its log.
//!
//! A request that takes long delays the next one in a closed loop, and does not in an open one. In a closed loop it also shows
//! whether rows are stamped when a request is sent or when it is answered, and in which unit its duration is.

/// A request: when, in seconds, and how long it took in whichever unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Request {
    pub at_s: f64,
    pub took: Option<f64>,
}

/// What the rows show.
#[derive(Debug, Clone, PartialEq)]
pub enum Rhythm {
    /// The next request waits; whether the rows are stamped when a request is over.
    Closed { by_ends: bool, slow: Slow },
    /// It does not.
    Open(Slow),
}

/// The slowest request that shows it, seconds: how long it took, and when the next one came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slow {
    pub took_s: f64,
    pub next_s: f64,
}

/// Of so many of the slow requests it must be true.
const MOST: f64 = 0.8;

/// What the files show where durations are in a unit of which `per_second` are a second; `None` where no request was slow enough,
/// or they contradict each other.
pub fn rhythm(files: &[Vec<Request>], per_second: f64) -> Option<Rhythm> {
    let mut slow = 0_u32;
    let mut votes = [0_u32; 3];
    let mut slowest = Slow { took_s: 0.0, next_s: 0.0 };
    for file in files {
        let mut requests: Vec<Request> = file.clone();
        requests.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
        let usual = median(requests.windows(2).map(|pair| pair[1].at_s - pair[0].at_s).collect())?;
        // Whole seconds say no more than that.
        let coarse = if requests.iter().all(|request| request.at_s.fract() == 0.0) { 1.0 } else { 0.0 };
        for three in requests.windows(3) {
            let Some(took_s) = three[1].took.map(|took| took / per_second) else { continue };
            let (before_s, next_s) = (three[1].at_s - three[0].at_s, three[2].at_s - three[1].at_s);
            let tolerance = 0.05 * took_s + 0.02 + coarse;
            if took_s <= 2.0 * usual + 2.0 * tolerance {
                continue;
            }
            slow += 1;
            let as_long = |gap: f64| (took_s - tolerance..=took_s + 2.0 * usual + tolerance).contains(&gap);
            votes[0] += u32::from(as_long(next_s));
            votes[1] += u32::from(as_long(before_s));
            votes[2] += u32::from(next_s < took_s - tolerance && before_s < took_s - tolerance);
            if took_s > slowest.took_s {
                slowest = Slow { took_s, next_s };
            }
        }
    }
    let most =
        votes.into_iter().max().filter(|most| *most > 0 && f64::from(*most) >= MOST * f64::from(slow))?;
    match votes {
        [start, end, open] if open == most && open > start.max(end) => Some(Rhythm::Open(slowest)),
        [start, end, _] if start == most || end == most => {
            Some(Rhythm::Closed { by_ends: end > start, slow: slowest })
        }
        _ => None,
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Requests each 0.2 s, of which some from 5 s on take 1 s.
    fn open(slow: usize) -> Vec<Request> {
        let request = |n: usize| Request {
            at_s: 0.2 * n as f64,
            took: Some(if (25..25 + slow).contains(&n) { 1.0 } else { 0.012 }),
        };
        (0..100).map(request).collect()
    }

    /// Requests 50 ms after the answer to the one before, which during an outage of 3 s each wait for a second.
    fn closed(by_ends: bool, per_second: f64) -> Vec<Request> {
        let mut t = 0.0;
        let request = |n: usize| {
            let took_s = if (20..23).contains(&n) { 1.001 } else { 0.0101 };
            let at_s = if by_ends { t + took_s } else { t };
            t += took_s + 0.05;
            Request { at_s, took: Some(took_s * per_second) }
        };
        (0..60).map(request).collect()
    }

    #[test]
    fn slow_requests_show_the_loop() {
        assert!(
            matches!(rhythm(&[open(18)], 1.0), Some(Rhythm::Open(slow)) if (slow.next_s - 0.2).abs() < 1e-9)
        );
        let shown = |by_ends| rhythm(&[closed(by_ends, 1000.0), open(0)], 1000.0);
        assert!(
            matches!(shown(false), Some(Rhythm::Closed { by_ends: false, slow }) if slow.took_s == 1.001)
        );
        assert!(matches!(shown(true), Some(Rhythm::Closed { by_ends: true, .. })));
    }

    #[test]
    fn where_none_was_slow_or_they_contradict_nothing_is_shown() {
        assert_eq!(rhythm(&[open(0)], 1.0), None);
        assert_eq!(rhythm(&[open(0), Vec::new()], 1.0), None);
        assert_eq!(rhythm(&[open(3), closed(false, 1.0)], 1.0), None);
    }

    #[test]
    fn a_unit_of_a_closed_loop_is_one_that_fits() {
        let file = [closed(false, 1000.0)];
        assert!(matches!(rhythm(&file, 1000.0), Some(Rhythm::Closed { .. })));
        assert!(!matches!(rhythm(&file, 1.0), Some(Rhythm::Closed { .. })));
        assert_eq!(rhythm(&file, 1e6), None);
    }
}
