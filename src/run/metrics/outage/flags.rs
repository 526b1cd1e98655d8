//! The contradictions and oddities of one run.

use super::by_guest::{self, GuestClockOutage, NO_STEP};
use super::{Measured, overlap};
use crate::model::{Flag, FlagCode, Method, Migration, Outage};
use crate::run::metrics::event;

/// What a reader must know of the outages of a run.
pub fn flags(migration: &Migration, measured: &Measured) -> Vec<Flag> {
    let Measured { outages, ping, guest, doubts, .. } = measured;
    let (ping, guest) = (ping.as_ref(), guest.as_ref());
    let mut flags = Vec::new();
    let mut flag = |code, values: &[(&'static str, f64)]| flags.push(Flag { code, values: values.to_vec() });
    let seen_by_ping = outages.iter().find(|outage| outage.method == Method::Ping);
    let interval_s = ping.map_or(0.0, |ping| ping.interval_s);
    if let (Some(network), Some(guest)) = (seen_by_ping, guest) {
        let figures = [("ping_s", network.estimate_s), ("guest_clock_s", guest.outage.estimate_s)];
        // A step no larger than a few ordinary ones is none at all.
        let still = guest.outage.estimate_s <= NO_STEP * guest.ordinary_step_s;
        if still && network.lower_s > guest.outage.estimate_s {
            if logged_during(guest, network) {
                flag(FlagCode::GuestClockStopped, &figures);
            }
        } else if !overlap(network, &guest.outage) && meet(network, &guest.outage, interval_s) {
            flag(FlagCode::MethodsDisagree, &figures);
        }
    }
    if let Some(guest) = guest.filter(|guest| guest.stepped_back_s > 0.0) {
        flag(FlagCode::GuestClockStepsBack, &[("seconds", guest.stepped_back_s)]);
    }
    if let Some([from, to]) = guest.and_then(|guest| jump(seen_by_ping, interval_s, guest)) {
        flag(FlagCode::GuestClockJumps, &[("seconds", to - from), ("at_s", from)]);
    }
    // A clock that was set forward looks like an outage: it alone says nothing of the service.
    if let (Some(outage), Some(duration)) = (seen_by_ping, migration.duration_s)
        && outage.lower_s > duration
    {
        flag(
            FlagCode::OutageLongerThanMigration,
            &[("outage_s", outage.shown_s()), ("duration_s", duration)],
        );
    }
    if let Some(ping) = ping.filter(|ping| seen_by_ping.is_some() && ping.lost > ping.longest_gap_lost) {
        flag(FlagCode::ScatteredLoss, &[("requests", f64::from(ping.lost - ping.longest_gap_lost))]);
    }
    flags.extend(doubts.iter().cloned());
    flags
}

/// The largest step of the guest's clock that is no outage: ping was answered all the while. That needs a place
/// for the outage; ping's is good to one interval on either side.
///
/// Where no step lies in ping's hole but the largest is as long as the hole, that is the outage by a clock
/// that is wrong, and no jump.
fn jump(network: Option<&Outage>, interval_s: f64, guest: &GuestClockOutage) -> Option<[f64; 2]> {
    let network = network.filter(|_| guest.outage.start_s.is_some())?;
    let (start, end) = (network.start_s? - interval_s, network.end_s? + interval_s);
    let (outside, inside): (Vec<[f64; 2]>, Vec<[f64; 2]>) =
        guest.extraordinary.iter().partition(|[from, to]| *to < start || *from > end);
    let jump = by_guest::largest(outside.into_iter())?;
    (!inside.is_empty() || !overlap(network, &guest.outage)).then_some(jump)
}

/// Whether the clock in the VM was logged before the network was silent and afterwards: one that stands still with its VM
/// goes on where it stopped. Where one of the two has no place, it is taken to have been.
fn logged_during(guest: &GuestClockOutage, network: &Outage) -> bool {
    let Some(([first, last], start)) = guest.logged.zip(network.start_s) else { return true };
    first <= start + event::CLOCKS_S && start < last
}

/// Whether two outages can be the same event: they have an instant in common, each end of which is good to
/// `blur_s` and to what two clocks leave open. Where one has no place nothing speaks against it.
pub fn meet(a: &Outage, b: &Outage, blur_s: f64) -> bool {
    let (Some(a_start), Some(b_start)) = (a.start_s, b.start_s) else { return true };
    let slack_s = event::CLOCKS_S + blur_s;
    let end = |outage: &Outage| outage.end_s.unwrap_or(f64::INFINITY) + slack_s;
    a_start <= end(b) && b_start <= end(a)
}
