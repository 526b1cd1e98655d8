//! Reproducible randomness.
//!
//! The numbers are taken from the ChaCha stream itself rather than through a distribution of the
//! `rand` crate, because only the stream is promised to stay the same from version to version.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of random numbers that is fixed by its name.
#[derive(Debug, Clone)]
pub struct Noise {
    rng: ChaCha8Rng,
}

impl Noise {
    /// The stream called `name`. Names up to 32 bytes long all give different streams.
    pub fn new(name: &str) -> Self {
        let mut seed = [0u8; 32];
        for (position, byte) in name.bytes().enumerate() {
            seed[position % 32] ^= byte;
        }
        Self { rng: ChaCha8Rng::from_seed(seed) }
    }

    /// Evenly distributed in `[low, high)`.
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        const STEPS: f64 = (1u64 << 53) as f64;
        low + (high - low) * ((self.rng.next_u64() >> 11) as f64 / STEPS)
    }

    /// Bell-shaped with mean 0 and standard deviation 1: the sum of twelve uniform numbers, which
    /// needs no logarithm and never exceeds 6.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform(0.0, 1.0)).sum::<f64>() - 6.0
    }

    /// A whole number whose expectation is `value`: rounded down or up by chance.
    pub fn round(&mut self, value: f64) -> u64 {
        (value.max(0.0) + self.uniform(0.0, 1.0)).floor() as u64
    }
}

/// A factor around 1 that drifts slowly, so that everything which depends on one cause (sender,
/// receiver and their processors on the pace of one transfer) goes up and down together.
#[derive(Debug, Clone)]
pub struct Wobble {
    start: f64,
    knots: Vec<f64>,
}

impl Wobble {
    /// Seconds between two knots.
    const STEP: f64 = 0.5;
    /// How much of a knot's deviation the next one keeps.
    const MEMORY: f64 = 0.6;
    /// Scales the innovations such that the knots have the standard deviation asked for:
    /// √(1 − MEMORY²).
    const INNOVATION: f64 = 0.8;

    /// Covers `[start, end]` seconds; outside, the first or last value holds.
    pub fn new(noise: &mut Noise, start: f64, end: f64, deviation: f64) -> Self {
        let count = ((end - start) / Self::STEP).ceil() as usize + 1;
        let mut current = noise.normal();
        let knots = (0..count)
            .map(|_| {
                current = Self::MEMORY * current + Self::INNOVATION * noise.normal();
                1.0 + deviation * current.clamp(-2.5, 2.5)
            })
            .collect();
        Self { start, knots }
    }

    /// The factor at time `t`.
    pub fn at(&self, t: f64) -> f64 {
        let last = self.knots.len() - 1;
        let position = ((t - self.start) / Self::STEP).clamp(0.0, last as f64);
        let left = position.floor() as usize;
        let right = (left + 1).min(last);
        let share = position - left as f64;
        self.knots[left] * (1.0 - share) + self.knots[right] * share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_fixes_the_stream() {
        let mut first = Noise::new("none1/ping");
        let mut again = Noise::new("none1/ping");
        let mut other = Noise::new("none2/ping");
        let value = first.uniform(0.0, 1.0);
        assert_eq!(value, again.uniform(0.0, 1.0));
        assert_ne!(value, other.uniform(0.0, 1.0));
    }

    #[test]
    fn the_moments_are_as_described() {
        let mut noise = Noise::new("moments");
        let values: Vec<f64> = (0..20_000).map(|_| noise.normal()).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / values.len() as f64;
        assert!(mean.abs() < 0.03, "mean {mean}");
        assert!((variance - 1.0).abs() < 0.05, "variance {variance}");
    }

    #[test]
    fn a_wobble_is_continuous_and_holds_its_ends() {
        let wobble = Wobble::new(&mut Noise::new("wobble"), 0.0, 10.0, 0.1);
        assert_eq!(wobble.at(-5.0), wobble.at(0.0));
        assert_eq!(wobble.at(99.0), wobble.at(10.0));
        assert!((wobble.at(2.4999) - wobble.at(2.5001)).abs() < 0.001);
    }
}
