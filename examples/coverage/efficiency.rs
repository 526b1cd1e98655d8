//! How often the intervals of efficiencies hold what was put in: values with a known ratio through the
//! program's own quantities and comparisons.

use rayon::prelude::*;
use stillstand::campaign::efficiency::{Measured, Place, cells, efficiencies};
use stillstand::input::config::Config;
use stillstand::model::{Bootstrap, Condition, Direction, Entries, Factors, Unit};
use stillstand_generator::noise::Noise;

/// What the repetitions of a study are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Study {
    /// Each repetition scatters by 3 % on the machine, by 6 % in the VM.
    Independent,
    /// The same, and what each round finds on the machine changes both sides by 10 %.
    Rounds,
    /// The same, compared in pairs.
    Paired,
    /// A VM that is slow by a third in one repetition of ten.
    Stalls,
}

impl Study {
    pub const ALL: [(Study, &'static str); 4] = [
        (Study::Independent, "independent"),
        (Study::Rounds, "rounds differ, not paired"),
        (Study::Paired, "rounds differ, paired"),
        (Study::Stalls, "one in ten stalls"),
    ];

    fn config(self) -> Config {
        let paired = self == Study::Paired;
        let text = format!(
            "[[efficiency]]\nname = \"against native\"\nbaseline = {{ mode = \"native\" }}\npaired = {paired}\n"
        );
        Config::parse(&text).expect("a valid configuration")
    }

    /// What the machine and the VM measure in one repetition; the means of both have the ratio `ratio`.
    fn repetition(self, ratio: f64, is_time: bool, noise: &mut Noise) -> [f64; 2] {
        let round =
            if matches!(self, Study::Rounds | Study::Paired) { 1.0 + 0.1 * noise.normal() } else { 1.0 };
        let slow = if is_time { 1.5 } else { 2.0 / 3.0 };
        let stall = match self {
            Study::Stalls if noise.uniform(0.0, 1.0) < 0.1 => slow,
            _ => 1.0,
        };
        let mean_stall = if self == Study::Stalls { 0.9 + 0.1 * slow } else { 1.0 };
        let native = 1000.0 * round * (1.0 + 0.03 * noise.normal());
        [native, 1000.0 * ratio * stall / mean_stall * round * (1.0 + 0.06 * noise.normal())]
    }
}

/// Share of the intervals that hold the true efficiency, of studies with `n` repetitions; and their mean width.
/// Every other study measures times.
pub fn coverage(study: Study, n: u32, trials: u32) -> (f64, f64) {
    let config = study.config();
    let condition =
        |mode: &str| Condition::new(mode.to_owned(), Factors::from([("mode".to_owned(), mode.to_owned())]));
    let conditions = [condition("native"), condition("vm")];
    let one = |trial: u32| {
        let mut noise = Noise::new(&format!("efficiency/{study:?}/{n}/{trial}"));
        let truth = noise.uniform(0.1, 1.1);
        let is_time = trial % 2 == 1;
        let mut values = Vec::new();
        for repetition in 1..=n {
            let ratio = if is_time { 1.0 / truth } else { truth };
            for (condition, value) in conditions.ids().zip(study.repetition(ratio, is_time, &mut noise)) {
                let (unit, direction) = match is_time {
                    true => (Unit::Seconds, Direction::Lower),
                    false => (Unit::PerSecond, Direction::Higher),
                };
                let file = format!("{}/{repetition}", condition.index());
                let place = Place { condition, repetition, vm: None, file };
                let (benchmark, operation) = ("simulated".to_owned(), "run".to_owned());
                values.push((
                    place,
                    Measured {
                        benchmark,
                        operation,
                        size: None,
                        vm: None,
                        unit,
                        direction,
                        value,
                        line: None,
                    },
                ));
            }
        }
        let mut told = Vec::new();
        let quantities = cells(values, &conditions, &mut told);
        let resampling = Bootstrap { seed: u64::from(trial), resamples: 1000 };
        let found = efficiencies(&quantities, &conditions, &config.file.efficiency, resampling, &mut told);
        let interval = found.first().and_then(|efficiency| efficiency.ci95)?;
        Some((interval.low <= truth && truth <= interval.high, (interval.high - interval.low) / truth))
    };
    let found: Vec<(bool, f64)> = (0..trials).into_par_iter().filter_map(one).collect();
    let held = found.iter().filter(|(held, _)| *held).count();
    let width = found.iter().map(|(_, width)| width).sum::<f64>() / found.len() as f64;
    (held as f64 / f64::from(trials), width)
}
