//! The outage by the clock inside the VM.

use super::{Doubt, fits_downtime, overlap};
use crate::model::{Method, Outage};
use crate::run::align::{GuestClock, Lines, around};
use crate::run::metrics::event::{self, Candidate, Choice};
use crate::stats::Sample;

/// What the clock inside the VM saw.
#[derive(Debug, Clone, PartialEq)]
pub struct GuestClockOutage {
    pub outage: Outage,
    /// Sum of all steps back, seconds; 0 for a clock that only goes forward.
    pub stepped_back_s: f64,
    /// 99th percentile of the ordinary steps, seconds.
    pub ordinary_step_s: f64,
    /// The steps forward that are no ordinary ones, each from stamp to stamp.
    pub extraordinary: Vec<[f64; 2]>,
    /// First and last stamp, seconds since the request; `None` for a log without a place.
    pub logged: Option<[f64; 2]>,
}

/// The steps forward between consecutive stamps of the clock inside the VM.
#[derive(Debug, Clone, PartialEq)]
pub struct Steps {
    /// 99th percentile (type 7) of all steps but the largest, seconds.
    pub ordinary_s: f64,
    /// Those of at least five ordinary ones and more than 0.1 s, each from stamp to stamp, in their order.
    pub extraordinary: Vec<[f64; 2]>,
}

/// What steps the clock inside the VM made over the whole log.
pub fn steps(clock: &GuestClock) -> Steps {
    let all = forward(clock);
    let largest = largest(all.iter().copied());
    let ordinary = all.iter().filter(|step| Some(**step) != largest).map(length).collect();
    let ordinary_s = Sample::new(ordinary).map_or(0.0, |sample| sample.quantile(0.99));
    let is_extraordinary = |step: &[f64; 2]| is_extraordinary(step, ordinary_s);
    Steps { ordinary_s, extraordinary: all.into_iter().filter(is_extraordinary).collect() }
}

fn is_extraordinary(step: &[f64; 2], ordinary_s: f64) -> bool {
    length(step) >= NO_STEP * ordinary_s && length(step) > MUCH_S
}

/// A step of less is none that stands out, seconds.
const MUCH_S: f64 = 0.1;

fn forward(clock: &GuestClock) -> Vec<[f64; 2]> {
    let pairs = clock.stamps_s.windows(2).map(|pair| [pair[0], pair[1]]);
    pairs.filter(|[from, to]| to >= from).collect()
}

fn length([from, to]: &[f64; 2]) -> f64 {
    to - from
}

/// Of equally large steps the first.
pub(super) fn largest(steps: impl Iterator<Item = [f64; 2]>) -> Option<[f64; 2]> {
    steps.reduce(|largest, step| if length(&step) > length(&largest) { step } else { largest })
}

/// The most by which a clock may go wrong, as a share: what NTP corrects without setting it.
const DRIFT: f64 = 500e-6;

/// A step up to so many ordinary ones is none at all.
pub(super) const NO_STEP: f64 = 5.0;

/// Which step is the outage, by the rule of [`event`], and what is doubtful about it.
///
/// A step before the request is the outage by a clock that is wrong where `silence`, the outage by ping, or
/// `still_s`, how long the VM stood still by the hypervisor, is as long. With `anywhere` time zero is known to be wrong, and
/// every step counts.
pub(super) fn choose(
    clock: &GuestClock,
    silence: Option<&Outage>,
    still_s: Option<f64>,
    anywhere: bool,
) -> (Option<[f64; 2]>, Option<Doubt<[f64; 2]>>) {
    let ordinary_s = steps(clock).ordinary_s;
    let candidates = forward(clock).into_iter().map(|step| Candidate {
        what: step,
        length: length(&step),
        over_s: (clock.aligned && !anywhere).then_some(step[1]),
        stands_out: is_extraordinary(&step, ordinary_s),
    });
    match event::choose(candidates, event::CLOCKS_S, ordinary_s) {
        Choice::Nothing => (None, None),
        Choice::Outage { what, before, .. } => {
            (Some(what), before.map(|before| Doubt::Another { outage: what, before }))
        }
        Choice::Before { what: step, stands_out, after, .. } => {
            let outage = of_step(clock, step, None).outage;
            let seen = silence.is_some_and(|silence| silence.estimate_s > 0.0 && overlap(silence, &outage));
            if !stands_out {
                (after, None)
            } else if seen
                || still_s.is_some_and(|still_s| still_s > MUCH_S && fits_downtime(&outage, still_s))
            {
                // Ping says whether time zero is in doubt; without it this is all there is to say so.
                (Some(step), silence.is_none().then_some(Doubt::TimeZero(step)))
            } else if silence.is_some() {
                // Ping was answered, or was silent for another time: this clock was set, or stands still with its VM.
                (after, None)
            } else {
                (None, Some(Doubt::Undecided(step)))
            }
        }
    }
}

/// The part of the migration, which took so long, that the log leaves out, as of ping ([`super::bounds::left_out`]), where no step
/// stands out in the rest. What ping saw begin and the clock did not see end is the VM that was lost.
pub(super) fn left_out(
    clock: &GuestClock,
    step: [f64; 2],
    silence: Option<&Outage>,
    duration_s: Option<f64>,
) -> Option<[f64; 2]> {
    let (first, last) = (*clock.stamps_s.first().filter(|_| clock.aligned)?, *clock.stamps_s.last()?);
    // A clock that stands still with its VM ends as much too early.
    let still_s = silence.map_or(0.0, |silence| silence.estimate_s);
    let slack_s = event::CLOCKS_S + steps(clock).ordinary_s + still_s;
    let left_out = first > slack_s || duration_s.is_some_and(|duration| last < duration - slack_s);
    let lost = silence.is_some_and(|silence| silence.censored);
    let stands_out = is_extraordinary(&step, steps(clock).ordinary_s);
    (left_out && !lost && !stands_out).then_some([first, last])
}

/// Largest step between two consecutive stamps. It is the estimate and, but for the error of the clock,
/// the upper bound, since the VM ran at both stamps. The step less the longest other one is the lower
/// bound. Where the clock is aligned, the rule of [`event`] says which steps count.
///
/// `silence` is the outage by ping: if that log ends in it and the clock shows nothing later, the
/// standstill may have lasted on, and there is no upper bound.
///
/// `None` for fewer than two usable stamps, and where a step before the request may be the outage or not.
pub fn guest_clock(clock: &GuestClock, silence: Option<&Outage>) -> Option<GuestClockOutage> {
    choose(clock, silence, None, false).0.map(|step| of_step(clock, step, silence))
}

/// The outage by the largest step of all, wherever it lies; `None` where none stands out.
pub(super) fn anywhere(clock: &GuestClock) -> Option<Outage> {
    let largest = largest(steps(clock).extraordinary.into_iter())?;
    Some(of_step(clock, largest, None).outage)
}

/// The lines of the two stamps of a step.
pub(super) fn lines(clock: &GuestClock, step: [f64; 2]) -> Option<Lines> {
    let place = clock.stamps_s.windows(2).position(|pair| *pair == step)?;
    around([clock.lines.first(place)?, clock.lines.first(place + 1)?])
}

/// The outage where it is this step.
pub(super) fn of_step(clock: &GuestClock, largest: [f64; 2], silence: Option<&Outage>) -> GuestClockOutage {
    let stepped_back_s = clock.stamps_s.windows(2).map(|pair| (pair[0] - pair[1]).max(0.0)).sum();
    let all = forward(clock);
    let step = length(&largest);
    let ordinary = Sample::new(all.iter().filter(|pair| **pair != largest).map(length).collect());
    let ordinary_step_s = ordinary.as_ref().map_or(0.0, |sample| sample.quantile(0.99));
    let longest_other_s = ordinary.as_ref().map_or(0.0, Sample::max);
    let error_s = step * DRIFT + clock.resolution_s;
    let shortest = if step <= NO_STEP * ordinary_step_s { 0.0 } else { step - longest_other_s - error_s };
    let last = clock.stamps_s.last().filter(|_| clock.aligned);
    let censored = silence
        .filter(|silence| silence.censored)
        .and_then(|silence| Some(*last? <= silence.start_s? + silence.estimate_s))
        .unwrap_or(false);
    let place = |t: f64| clock.aligned.then_some(t);
    GuestClockOutage {
        outage: Outage {
            method: Method::GuestClock,
            estimate_s: step,
            lower_s: shortest.max(0.0),
            upper_s: (!censored).then_some(step + error_s),
            start_s: place(largest[0]),
            end_s: place(largest[1]).filter(|_| !censored),
            censored,
            source_file: clock.file.clone(),
        },
        stepped_back_s,
        ordinary_step_s,
        extraordinary: steps(clock).extraordinary,
        logged: clock.stamps_s.first().zip(last).map(|(first, last)| [*first, *last]),
    }
}
