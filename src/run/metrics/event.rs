//! Which event of a log is the outage: one rule for all methods.
//!
//! The outage is the longest event that is over at or after the request, less what the clocks leave open. The request
//! counts from the earliest instant that its stamp allows, so that its resolution hides no outage.
//!
//! An event before the request is no outage of this migration where the clocks are right. Where nothing after the
//! request stands out and one before does, either the clocks are wrong or it is another outage: that is
//! decided by what other sources saw, and else not at all.

/// Clocks that agree to so many seconds are taken for right, as everywhere ([`crate::run::clocks`]).
pub const CLOCKS_S: f64 = 0.5;

/// The part of the migration, which took so long, that a log leaves out that shows the service `from_s` to `until_s`: one rule for all that
/// ask the service or count its work. `None` where it shows it from the request to the end. Where the log ends with the migration, what
/// came at the end of that, as an outage does, was not seen; so it has to go on for a step of its own, and what clocks leave open.
pub fn left_out(
    [from_s, until_s]: [f64; 2],
    slack_s: f64,
    step_s: f64,
    duration_s: Option<f64>,
) -> Option<[f64; 2]> {
    let slack_s = slack_s + step_s;
    let is_part = from_s > slack_s || duration_s.is_some_and(|duration| until_s < duration + slack_s);
    is_part.then_some([from_s, until_s])
}

/// Something in a log that may be the outage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate<T> {
    pub what: T,
    /// How long it is, in whatever unit the candidates share.
    pub length: f64,
    /// The latest instant at which it was over, seconds since the request; `None` where the log has no place on the axis.
    pub over_s: Option<f64>,
    /// Whether it is more than what the log shows all the time.
    pub stands_out: bool,
}

/// What the rule makes of the candidates of a log.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Choice<T> {
    /// There is no candidate.
    Nothing,
    /// The outage, the longest event before the request where that stands out and is as long or longer, and what else there is.
    Outage { what: T, before: Option<T>, others: Others },
    /// Nothing that stands out is over after the request, and one before it, `what`, is longer than all that is: `after`, beside which
    /// there are `others`.
    Before { what: T, stands_out: bool, after: Option<T>, others: Others },
}

/// The other events of a log.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Others {
    /// How many before the request are longer than half of the outage, whether or not they stand out.
    pub before: usize,
    /// How many such are over after the request and stand out.
    pub after: usize,
    /// How long these are together.
    pub after_length: f64,
}

/// Chooses among the candidates; of equally long ones the first. What ends `slack_s` seconds before the request may
/// have ended after it. What is shorter than another by less than `similar` is as long.
pub fn choose<T: Copy>(
    candidates: impl IntoIterator<Item = Candidate<T>>,
    slack_s: f64,
    similar: f64,
) -> Choice<T> {
    let (after, before): (Vec<_>, Vec<_>) =
        candidates.into_iter().partition(|candidate| candidate.over_s.is_none_or(|over| over >= -slack_s));
    let rival = longest(before.iter().copied().filter(|candidate| candidate.stands_out));
    let chosen = after.iter().enumerate().reduce(|a, b| if b.1.length > a.1.length { b } else { a });
    let others = |place: usize, outage: &Candidate<T>| {
        let rest = after.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, other)| other);
        let is_alike = |other: &Candidate<T>| 2.0 * other.length > outage.length;
        let away: Vec<f64> =
            rest.filter(|other| other.stands_out && is_alike(other)).map(|other| other.length).collect();
        Others {
            before: before.iter().filter(|other| is_alike(other)).count(),
            after: away.len(),
            after_length: away.iter().fold(0.0, |sum, length| sum + length),
        }
    };
    match (chosen, longest(before.iter().copied())) {
        (after, Some(before))
            if after.is_none_or(|(_, after)| !after.stands_out && before.length > after.length) =>
        {
            Choice::Before {
                what: before.what,
                stands_out: before.stands_out,
                after: after.map(|(_, after)| after.what),
                others: after.map(|(place, after)| others(place, after)).unwrap_or_default(),
            }
        }
        (None, _) => Choice::Nothing,
        (Some((place, outage)), _) => {
            let as_long = |candidate: &Candidate<T>| candidate.length + similar >= outage.length;
            Choice::Outage {
                what: outage.what,
                before: rival.filter(as_long).map(|before| before.what),
                others: others(place, outage),
            }
        }
    }
}

fn longest<T: Copy>(candidates: impl IntoIterator<Item = Candidate<T>>) -> Option<Candidate<T>> {
    candidates.into_iter().reduce(|a, b| if b.length > a.length { b } else { a })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(candidates: &[(f64, f64, bool)]) -> Choice<usize> {
        let candidate = |(what, &(over_s, length, stands_out))| Candidate {
            what,
            length,
            over_s: Some(over_s),
            stands_out,
        };
        choose(candidates.iter().enumerate().map(candidate), CLOCKS_S, 0.2)
    }

    #[test]
    fn the_longest_that_ends_after_the_request_is_the_outage() {
        let with = |what, before, others| Choice::Outage { what, before, others };
        let one = Others { before: 1, ..Others::default() };
        let outage = |what, before: Option<usize>| {
            with(what, before, if before.is_some() { one } else { Others::default() })
        };
        assert_eq!(of(&[]), Choice::Nothing);
        let others = Others { before: 0, after: 1, after_length: 3.0 };
        assert_eq!(of(&[(2.0, 1.0, true), (9.0, 3.0, true), (20.0, 3.0, true)]), with(1, None, others));
        // It may have begun before; what ended up to half a second before may have ended after.
        assert_eq!(of(&[(2.6, 3.0, true)]), outage(0, None));
        assert_eq!(of(&[(-0.4, 3.0, true)]), outage(0, None));
        // Longer or as long ones before are told, shorter ones and such as happen all the time are not.
        assert_eq!(of(&[(-3.0, 4.0, true), (9.0, 3.0, true)]), outage(1, Some(0)));
        assert_eq!(of(&[(-3.0, 2.9, true), (9.0, 3.0, true)]), outage(1, Some(0)));
        assert_eq!(of(&[(-3.0, 2.0, true), (9.0, 3.0, true)]), with(1, None, one));
        assert_eq!(of(&[(-3.0, 1.4, true), (9.0, 3.0, true)]), outage(1, None));
        // That is counted: what happens all the time need not be the work of the migration.
        let often = Others { before: 2, ..Others::default() };
        assert_eq!(of(&[(-3.0, 4.0, false), (-9.0, 2.9, false), (9.0, 3.0, true)]), with(2, None, often));
    }

    #[test]
    fn what_is_over_before_the_request_is_no_outage() {
        let with = |what, stands_out, after, others| Choice::Before { what, stands_out, after, others };
        let before = |what, stands_out, after| with(what, stands_out, after, Others::default());
        assert_eq!(of(&[(-3.0, 2.0, true), (-9.0, 3.0, true)]), before(1, true, None));
        let one = Others { before: 1, ..Others::default() };
        assert_eq!(of(&[(-3.0, 2.0, true), (9.0, 0.2, false)]), with(0, true, Some(1), one));
        let by_chance = Choice::Outage { what: 1, before: None, others: one };
        assert_eq!(of(&[(-3.0, 0.2, false), (9.0, 0.2, false)]), by_chance);
        assert_eq!(of(&[(-3.0, 0.2, false)]), before(0, false, None));
    }
}
