//! The published numbers of the study's service stream, and what was chosen where it gives only means
//! or nothing.

use crate::campaigns::testbed::REPETITIONS;
use crate::campaigns::testbed::conditions::Condition;

/// The numbers of one repetition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Repetition {
    /// Longest step of the VM's clock in seconds (published).
    pub clock_gap: f64,
    /// Duration of the migration process in hundredths of a second (published for `cpuburn`).
    pub duration_cs: u32,
    /// What the clients lost (published).
    pub linux: Losses,
    pub windows: Losses,
}

/// What a client did not show in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Losses {
    pub frames: u32,
    /// Audio buffers.
    pub buffers: u32,
}

/// The five repetitions of a condition.
///
/// The durations of `cpuburn` are published. Of memtester and netperf mean and standard deviation are
/// (27.55 and 0.36 s, 10.57 and 1.17 s); their five values are chosen to give them, slower where the
/// outage was longer. Of `none` and `iometer` nothing is: their values are near those of the service
/// ping.
pub fn repetitions(condition: Condition) -> [Repetition; REPETITIONS] {
    type Numbers = (f64, u32, (u32, u32), (u32, u32));
    let numbers: [Numbers; REPETITIONS] = match condition {
        Condition::None => [
            (1.14, 906, (5, 2), (9, 64)),
            (1.05, 901, (5, 3), (8, 65)),
            (0.82, 892, (38, 47), (13, 109)),
            (1.05, 899, (5, 2), (9, 64)),
            (1.49, 918, (24, 31), (9, 96)),
        ],
        Condition::Memtester => [
            (26.73, 2767, (591, 1136), (14, 215)),
            (30.36, 2804, (598, 1392), (13, 592)),
            (11.05, 2708, (316, 486), (14, 190)),
            (21.2, 2736, (596, 906), (12, 181)),
            (27.47, 2760, (601, 1217), (81, 432)),
        ],
        Condition::Netperf => [
            (17.11, 1062, (406, 630), (28, 532)),
            (28.24, 1211, (585, 1226), (28, 480)),
            (7.86, 932, (208, 349), (9, 336)),
            (21.45, 1126, (602, 979), (33, 624)),
            (8.67, 954, (196, 298), (13, 207)),
        ],
        Condition::Cpuburn => [
            (7.14, 1008, (165, 250), (14, 144)),
            (15.98, 1186, (429, 732), (19, 791)),
            (8.45, 972, (237, 358), (10, 184)),
            (8.33, 1230, (226, 337), (13, 116)),
            (8.57, 1175, (240, 366), (73, 238)),
        ],
        Condition::Iometer => [
            (2.66, 1266, (64, 90), (16, 156)),
            (2.58, 1261, (14, 18), (9, 80)),
            (1.22, 1209, (5, 2), (10, 65)),
            (1.01, 1193, (23, 26), (8, 93)),
            (1.08, 1201, (7, 2), (8, 64)),
        ],
    };
    let losses = |(frames, buffers)| Losses { frames, buffers };
    numbers.map(|(clock_gap, duration_cs, linux, windows)| Repetition {
        clock_gap,
        duration_cs,
        linux: losses(linux),
        windows: losses(windows),
    })
}
