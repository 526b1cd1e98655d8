//! How often the intervals of means and of ratios hold what was put in.

use rayon::prelude::*;
use stillstand::stats::{Sample, bootstrap_ratio_of_means, mean_ci95};
use stillstand_generator::noise::Noise;

/// How outages are spread over repetitions. Their mean is 1.
#[derive(Debug, Clone, Copy)]
pub enum Spread {
    /// Normal, standard deviation 0.15.
    Normal,
    /// The same in steps of 0.2, as ping counts them.
    Steps,
    /// One in five is three times as long as the others.
    Skewed,
}

impl Spread {
    pub const ALL: [(Spread, &'static str); 3] = [
        (Spread::Normal, "normal"),
        (Spread::Steps, "in steps of 0.2"),
        (Spread::Skewed, "one in five three times as long"),
    ];

    fn draw(self, noise: &mut Noise) -> f64 {
        match self {
            Spread::Normal => 1.0 + 0.15 * noise.normal(),
            // A length of so many steps and a fraction loses one more request with that fraction as chance.
            Spread::Steps => {
                let length = 1.0 + 0.15 * noise.normal();
                0.2 * noise.round(length / 0.2) as f64
            }
            Spread::Skewed => {
                let length = if noise.uniform(0.0, 1.0) < 0.2 { 3.0 } else { 1.0 };
                length / 1.4 * noise.uniform(0.95, 1.05)
            }
        }
    }

    fn sample(self, n: usize, noise: &mut Noise) -> Sample {
        Sample::new((0..n).map(|_| self.draw(noise)).collect()).expect("finite values")
    }
}

/// Share of the 95 % intervals of the mean of `n` values that hold the true mean.
pub fn of_mean(spread: Spread, n: usize, trials: u32) -> f64 {
    share(trials, |trial| {
        let sample = spread.sample(n, &mut Noise::new(&format!("mean/{spread:?}/{n}/{trial}")));
        mean_ci95(&sample).map(|interval| (interval.low, interval.high))
    })
}

/// The same for the bootstrap interval of the ratio of two means of `n` values each; the true one is 1.
pub fn of_ratio(spread: Spread, n: usize, trials: u32) -> f64 {
    share(trials, |trial| {
        let mut noise = Noise::new(&format!("ratio/{spread:?}/{n}/{trial}"));
        let (a, b) = (spread.sample(n, &mut noise), spread.sample(n, &mut noise));
        bootstrap_ratio_of_means(&a, &b, u64::from(trial), 1000).map(|interval| (interval.low, interval.high))
    })
}

fn share(trials: u32, interval: impl Fn(u32) -> Option<(f64, f64)> + Sync) -> f64 {
    let holds = |trial| interval(trial).is_some_and(|(low, high)| low <= 1.0 && 1.0 <= high);
    let held = (0..trials).into_par_iter().filter(|trial| holds(*trial)).count();
    held as f64 / f64::from(trials)
}
