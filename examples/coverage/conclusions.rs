//! How far conclusions from few outages go: whether intervals hold what was put in, how often tests find
//! something where there is nothing, and how often where there is.

use rayon::prelude::*;
use stillstand::stats::{
    Bounds, Interval, Sample, Support, blocks, compare_positive, gehan, hodges_lehmann, holm, mann_kendall,
    mann_whitney, mean_ci95, mean_interval, median_interval, slow_first,
};
use stillstand_generator::noise::Noise;

/// How outages scatter over repetitions.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Standard deviation as a share of the mean.
    Normal(f64),
    /// Standard deviation of the logarithm.
    Lognormal(f64),
    /// One in five is three times as long as the others.
    Rare,
}

/// Outages of one condition as they are measured.
#[derive(Debug, Clone, Copy)]
pub struct Outages {
    pub shape: Shape,
    /// In s.
    pub mean: f64,
    /// Interval of ping in s, 0 for a method without steps.
    pub step: f64,
}

impl Outages {
    pub const fn of(shape: Shape, mean: f64, step: f64) -> Self {
        Self { shape, mean, step }
    }

    fn times(self, factor: f64) -> Self {
        Self { mean: self.mean * factor, ..self }
    }

    fn draw(&self, noise: &mut Noise) -> f64 {
        let length = self.mean
            * match self.shape {
                Shape::Normal(scatter) => 1.0 + scatter * noise.normal(),
                Shape::Lognormal(sigma) => (sigma * noise.normal() - 0.5 * sigma * sigma).exp(),
                Shape::Rare => {
                    let long = if noise.uniform(0.0, 1.0) < 0.2 { 3.0 } else { 1.0 };
                    long / 1.4 * noise.uniform(0.95, 1.05)
                }
            };
        // A length of so many steps and a fraction loses one more request with that fraction as chance.
        if self.step > 0.0 { self.step * noise.round(length / self.step) as f64 } else { length.max(0.0) }
    }

    fn values(&self, n: usize, noise: &mut Noise) -> Vec<f64> {
        (0..n).map(|_| self.draw(noise)).collect()
    }

    fn sample(&self, n: usize, noise: &mut Noise) -> Sample {
        Sample::new(self.values(n, noise)).expect("finite values")
    }

    /// All longer by the same, in s.
    fn shifted(&self, by: f64, n: usize, noise: &mut Noise) -> Sample {
        let exact = Self { step: 0.0, ..*self };
        let values = (0..n).map(|_| {
            let length = exact.draw(noise) + by;
            if self.step > 0.0 { self.step * noise.round(length / self.step) as f64 } else { length }
        });
        Sample::new(values.collect()).expect("finite values")
    }

    /// What a method states of an outage, the end of one in five of which was never seen.
    fn bounds(&self, noise: &mut Noise) -> Bounds {
        let length = self.draw(noise);
        if noise.uniform(0.0, 1.0) < 0.2 {
            return Bounds::new((length * noise.uniform(0.0, 1.0) - self.step).max(0.0), None);
        }
        Bounds::new((length - self.step).max(0.0), Some(length + self.step))
    }

    fn median(&self) -> f64 {
        match self.shape {
            Shape::Normal(_) => self.mean,
            Shape::Lognormal(sigma) => self.mean * (-0.5 * sigma * sigma).exp(),
            Shape::Rare => self.mean / 1.4,
        }
    }
}

/// What is simulated, with its name in the tables.
pub const OUTAGES: [(Outages, &str); 10] = [
    (Outages::of(Shape::Normal(0.15), 1.0, 0.0), "normal, s.d. 15 %"),
    (Outages::of(Shape::Normal(0.15), 1.0, 0.2), "the same in steps of 20 %"),
    (Outages::of(Shape::Lognormal(0.1), 1.0, 0.0), "lognormal, σ 0.1"),
    (Outages::of(Shape::Lognormal(0.25), 1.0, 0.0), "lognormal, σ 0.25"),
    (Outages::of(Shape::Lognormal(0.5), 1.0, 0.0), "lognormal, σ 0.5"),
    (Outages::of(Shape::Lognormal(1.0), 1.0, 0.0), "lognormal, σ 1"),
    (Outages::of(Shape::Normal(0.03 / 1.05), 1.05, 0.2), "1.05 ± 0.03 s, ping every 0.2 s"),
    (Outages::of(Shape::Normal(0.02 / 0.85), 0.85, 1.0), "0.85 ± 0.02 s, ping every 1 s"),
    (Outages::of(Shape::Rare, 1.0, 0.0), "one in five three times as long"),
    (Outages::of(Shape::Lognormal(1.0), 0.4, 0.2), "lognormal, σ 1, twice as long as a step"),
];

/// What comes of trials, each with noise of its own, in their order.
fn trials<T: Send>(name: &str, number: u32, trial: impl Fn(&mut Noise) -> T + Sync) -> Vec<T> {
    (0..number).into_par_iter().map(|i| trial(&mut Noise::new(&format!("{name}/{i}")))).collect()
}

fn share(name: &str, number: u32, trial: impl Fn(&mut Noise) -> bool + Sync) -> f64 {
    let found = trials(name, number, trial).into_iter().filter(|found| *found).count();
    found as f64 / f64::from(number)
}

/// How often an interval holds the truth.
#[derive(Debug, Clone, Copy)]
pub struct Held {
    /// Share of the samples that have an interval.
    pub stated: f64,
    /// Of these, the share whose interval holds the truth.
    pub share: f64,
    /// Their median width as a share of the truth; infinite without an end.
    pub width: f64,
}

fn held(truth: f64, intervals: Vec<Option<Interval>>) -> Held {
    let all = intervals.len() as f64;
    let stated: Vec<Interval> = intervals.into_iter().flatten().collect();
    let number = stated.len() as f64;
    let holds = |i: &&Interval| i.low <= truth + 1e-9 && truth <= i.high + 1e-9;
    let share = stated.iter().filter(holds).count() as f64 / number;
    let mut widths: Vec<f64> = stated.iter().map(|i| (i.high - i.low) / truth).collect();
    widths.sort_by(f64::total_cmp);
    Held { stated: number / all, share, width: widths.get(widths.len() / 2).copied().unwrap_or(f64::NAN) }
}

/// The interval of the mean of `n` outages; the same by Student's t alone.
pub fn of_mean(outages: Outages, n: usize, number: u32) -> (Held, Held) {
    let support = Support::POSITIVE.in_steps(outages.step);
    let intervals = trials(&format!("mean/{n}"), number, |noise| {
        let sample = outages.sample(n, noise);
        (mean_interval(&sample, support), mean_ci95(&sample))
    });
    let (ours, student) = intervals.into_iter().unzip();
    (held(outages.mean, ours), held(outages.mean, student))
}

/// The interval of the ratio of two means, that of `b` half as long again as that of `a`; both have the same step.
pub fn of_ratio(a: Outages, b: Outages, (n_a, n_b): (usize, usize), number: u32) -> Held {
    let (ratio, b) = (1.5 * b.mean / a.mean, b.times(1.5));
    let intervals = trials(&format!("ratio/{n_a}/{n_b}"), number, |noise| {
        let (first, second) = (a.sample(n_a, noise), b.sample(n_b, noise));
        compare_positive(&first, &second, a.step, 0.95)?.interval
    });
    held(ratio, intervals)
}

/// The interval of the shift between two groups, the second half as long again.
pub fn of_shift(outages: Outages, n: usize, number: u32) -> Held {
    let scale = outages.mean;
    let intervals = trials(&format!("shift/{n}"), number, |noise| {
        let (a, b) = (outages.sample(n, noise), outages.shifted(0.5 * scale, n, noise));
        hodges_lehmann(&a, &b, outages.step).interval
    });
    held(0.5 * scale, intervals)
}

/// The interval of the median of outages one in five of which lasts beyond the end of its log.
pub fn of_median(outages: Outages, n: usize, number: u32) -> Held {
    let median = outages.median();
    let intervals = trials(&format!("median/{n}"), number, |noise| {
        let bounds: Vec<Bounds> = (0..n).map(|_| outages.bounds(noise)).collect();
        let found = median_interval(&bounds)?.bounds;
        Some(Interval::new(found.lower, found.upper.unwrap_or(f64::INFINITY)))
    });
    held(median, intervals)
}

/// What is tested.
#[derive(Debug, Clone, Copy)]
pub enum Test {
    /// Two conditions by the ratio of their means.
    Ratio,
    /// Two conditions by the ranks of their outages.
    Ranks,
    /// The same where one in five lasts beyond the end of its log.
    OpenEnds,
    /// The first repetitions of five conditions together.
    SlowFirst,
    /// The repetitions of one condition in the order of time.
    Trend,
    /// Two sessions of one condition, half of the repetitions each.
    Sessions,
}

impl Test {
    pub const ALL: [(Test, &'static str); 6] = [
        (Test::Ratio, "ratio of means"),
        (Test::Ranks, "ranks"),
        (Test::OpenEnds, "ranks, one in five open"),
        (Test::SlowFirst, "slow first repetitions"),
        (Test::Trend, "trend"),
        (Test::Sessions, "sessions"),
    ];

    /// p where something is longer by `factor`: the second condition, the first repetitions, the last repetition (those
    /// between in proportion) or the second session.
    fn p(self, outages: Outages, n: usize, factor: f64, noise: &mut Noise) -> f64 {
        let longer = outages.times(factor);
        match self {
            Test::Ratio => {
                let (a, b) = (outages.sample(n, noise), longer.sample(n, noise));
                compare_positive(&a, &b, outages.step, 0.95).map_or(1.0, |test| test.p_value)
            }
            Test::Ranks => mann_whitney(&outages.sample(n, noise), &longer.sample(n, noise)),
            Test::OpenEnds => {
                let mut side = |outages: Outages| (0..n).map(|_| outages.bounds(noise)).collect::<Vec<_>>();
                gehan(&side(outages), &side(longer))
            }
            Test::SlowFirst => {
                let mut condition = || [longer.values(1, noise), outages.values(n - 1, noise)].concat();
                slow_first(&[(); 5].map(|()| condition()))
            }
            Test::Trend => {
                let at = |i: usize| outages.times(1.0 + (factor - 1.0) * i as f64 / (n - 1) as f64);
                mann_kendall(&(0..n).map(|i| at(i).draw(noise)).collect::<Vec<_>>())
            }
            Test::Sessions => blocks(&[outages.values(n / 2, noise), longer.values(n - n / 2, noise)], SEED),
        }
    }

    /// How often p is below 5 %.
    pub fn finds(self, outages: Outages, n: usize, factor: f64, number: u32) -> f64 {
        share(&format!("{self:?}/{n}"), number, |noise| self.p(outages, n, factor, noise) < 0.05)
    }
}

const SEED: u64 = 20_100_126;

/// Five conditions, the first of which the others are compared with: what is found, and whether anything is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Findings {
    /// The outage of a condition is longer or shorter: p below 5 % after Holm's correction over the four comparisons.
    pub differs: bool,
    /// A ratio whose interval of 1 − 5 % ⁄ 4 excludes 1.
    pub ratio: bool,
    /// First repetitions are slower, over all conditions.
    pub slow_first: bool,
    /// A condition has a trend: p below 5 % after Holm's correction over the five.
    pub trend: bool,
    /// The sessions of a condition differ, likewise.
    pub sessions: bool,
}

impl Findings {
    pub const KINDS: [&'static str; 6] =
        ["a condition differs", "a ratio is not 1", "slow first", "a trend", "sessions differ", "anything"];

    fn flags(self) -> [bool; 6] {
        let any = self.differs || self.ratio || self.slow_first || self.trend || self.sessions;
        [self.differs, self.ratio, self.slow_first, self.trend, self.sessions, any]
    }

    /// Of conditions with `n` repetitions each, all in the order of time.
    fn of(conditions: &[Vec<f64>], step: f64) -> Self {
        let Some((reference, others)) = conditions.split_first() else { return Self::default() };
        let sample = |values: &[f64]| Sample::new(values.to_vec()).expect("finite values");
        let confidence = 1.0 - 0.05 / others.len() as f64;
        let tests: Vec<_> = others
            .iter()
            .filter_map(|other| compare_positive(&sample(reference), &sample(other), step, confidence))
            .collect();
        let found = |p: Vec<f64>| holm(&p).into_iter().any(|p| p < 0.05);
        let halves = |values: &Vec<f64>| {
            let (first, second) = values.split_at(values.len() / 2);
            blocks(&[first.to_vec(), second.to_vec()], SEED)
        };
        Self {
            differs: found(tests.iter().map(|test| test.p_value).collect()),
            ratio: tests.iter().any(|test| test.interval.is_some_and(|i| i.low > 1.0 || i.high < 1.0)),
            slow_first: slow_first(conditions) < 0.05,
            trend: found(conditions.iter().map(|values| mann_kendall(values)).collect()),
            sessions: found(conditions.iter().map(halves).collect()),
        }
    }
}

/// Share of campaigns of five equal conditions in which something is found, for each of [`Findings::KINDS`].
pub fn of_campaigns(outages: Outages, n: usize, number: u32) -> [f64; 6] {
    let found = trials(&format!("campaign/{n}"), number, |noise| {
        let conditions: Vec<Vec<f64>> = (0..5).map(|_| outages.values(n, noise)).collect();
        Findings::of(&conditions, outages.step).flags()
    });
    let mut shares = [0.0; 6];
    for flags in found {
        for (share, found) in shares.iter_mut().zip(flags) {
            *share += f64::from(u8::from(found)) / f64::from(number);
        }
    }
    shares
}
