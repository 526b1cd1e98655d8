//! One pause of the VM that explains what two observers saw of it.
//!
//! Published are, for each run, how many requests of a ping sent every 0.2 s stayed unanswered and
//! the longest step of a clock inside the VM. Both follow from one pause of the VM, each with its own
//! resolution: k unanswered requests mean an outage of (k − 1) to (k + 1) intervals, and a step of the
//! clock is the pause plus the part of an ordinary step on both sides. Where the two numbers differ by
//! more than that, something came between the pause and the observer, and there are two such things:
//!
//! - *The clock says more than ping* (memtester 1: 17.8 s against 16.4 s). The kernel answers requests
//!   as soon as the VM runs, but the loop that writes the clock is a process like any other and waits
//!   for a processor that the load has taken. Ping shows the pause; the clock's next stamp comes late.
//! - *Ping says more than the clock* (memtester 2: 16.6 s against 16.34 s). The VM runs, but the bridge
//!   of the target does not deliver to it yet. The clock shows the pause; the network comes back late.
//!
//! [`Outage::fit`] takes the smallest such difference that the two numbers allow. Where only the clock
//! was published, [`Outage::by_clock`] takes the pause that the clock shows.

use crate::noise::Noise;

/// What the observers are to see, and about when.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observed {
    /// The VM stops just before the first request sent at or after this time.
    pub not_before: f64,
    /// Unanswered requests, at least one.
    pub unanswered: usize,
    /// Longest step of the clock in the VM in seconds.
    pub clock_gap: f64,
    /// Ordinary step of that clock in seconds.
    pub clock_step: f64,
}

/// A pause of the VM and its consequences, in seconds since the request for migration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outage {
    /// The VM stops.
    pub stopped: f64,
    /// The VM runs again.
    pub resumed: f64,
    /// Requests are answered again; not before `resumed`.
    pub reachable: f64,
    /// Last stamp of the VM's clock before the pause.
    pub last_stamp: f64,
    /// First stamp afterwards.
    pub next_stamp: f64,
}

impl Outage {
    /// Bounds in seconds of the sum of the two times from the stop to the first unanswered request
    /// and from the last one to the return of the network. Each is less than an interval, with a
    /// margin for the way of a packet and for unsteady sending.
    const SLACK: (f64, f64) = (0.05, 0.33);
    const MARGIN: (f64, f64) = (0.02, 0.18);

    /// The outage that gives what was observed when requests are sent at the times `requests`.
    ///
    /// # Panics
    ///
    /// If `requests` does not reach to the end of the outage.
    pub fn fit(observed: &Observed, requests: &[f64], noise: &mut Noise) -> Self {
        let first = requests.partition_point(|&sent| sent < observed.not_before);
        let first_lost = requests[first];
        let last_lost = requests[first + observed.unanswered - 1];
        let before_stop = observed.clock_step * noise.uniform(0.2, 0.8);
        let after_resume = observed.clock_step * noise.uniform(0.2, 0.8);
        let pause_by_clock = observed.clock_gap - before_stop - after_resume;

        let slack_by_clock = pause_by_clock - (last_lost - first_lost);
        let slack = slack_by_clock.clamp(Self::SLACK.0, Self::SLACK.1);
        let lead = noise
            .uniform(Self::MARGIN.0.max(slack - Self::MARGIN.1), Self::MARGIN.1.min(slack - Self::MARGIN.0));
        let stopped = first_lost - lead;
        let reachable = last_lost + slack - lead;
        let last_stamp = stopped - before_stop;
        Self {
            stopped,
            resumed: reachable.min(stopped + pause_by_clock),
            reachable,
            last_stamp,
            next_stamp: last_stamp + observed.clock_gap,
        }
    }

    /// The outage that starts at `stopped` and gives the longest step of the clock that was observed.
    pub fn by_clock(stopped: f64, clock_gap: f64, clock_step: f64, noise: &mut Noise) -> Self {
        let last_stamp = stopped - clock_step * noise.uniform(0.2, 0.8);
        let next_stamp = last_stamp + clock_gap;
        let resumed = next_stamp - clock_step * noise.uniform(0.2, 0.8);
        Self { stopped, resumed, reachable: resumed, last_stamp, next_stamp }
    }

    /// Whether a request sent at `t` stays without an answer.
    pub fn swallows(&self, t: f64) -> bool {
        (self.stopped..self.reachable).contains(&t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(unanswered: usize, clock_gap: f64, clock_step: f64) -> (Outage, usize) {
        let requests: Vec<f64> = (0..500).map(|number| -5.0 + 0.2 * f64::from(number)).collect();
        let observed = Observed { not_before: 7.5, unanswered, clock_gap, clock_step };
        let outage = Outage::fit(&observed, &requests, &mut Noise::new("outage"));
        let lost = requests.iter().filter(|&&t| outage.swallows(t)).count();
        assert!((outage.next_stamp - outage.last_stamp - clock_gap).abs() < 1e-9);
        assert!(outage.resumed <= outage.reachable);
        (outage, lost)
    }

    #[test]
    fn agreeing_observers_see_the_same_pause() {
        let (outage, lost) = fit(4, 0.86, 0.02);
        assert_eq!(lost, 4);
        assert_eq!(outage.resumed, outage.reachable);
        assert!(outage.next_stamp - outage.resumed < 0.02);
    }

    #[test]
    fn a_starved_clock_comes_late() {
        let (outage, lost) = fit(82, 17.8, 0.15);
        assert_eq!(lost, 82);
        assert_eq!(outage.resumed, outage.reachable);
        assert!(outage.next_stamp - outage.resumed > 1.0);
    }

    #[test]
    fn a_late_network_comes_after_the_clock() {
        let (outage, lost) = fit(83, 16.34, 0.15);
        assert_eq!(lost, 83);
        assert!(outage.reachable - outage.resumed > 0.1);
        assert!(outage.next_stamp - outage.resumed < 0.15);
    }

    #[test]
    fn the_clock_alone_gives_a_pause_that_is_a_little_shorter() {
        let outage = Outage::by_clock(7.5, 1.14, 0.02, &mut Noise::new("outage"));
        assert!((outage.next_stamp - outage.last_stamp - 1.14).abs() < 1e-9);
        assert!((1.1..1.14).contains(&(outage.resumed - outage.stopped)));
    }
}
