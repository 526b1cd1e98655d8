//! Published of each benchmark: pages of all iterations with their relative standard deviation, of the first, of
//! those between (their mean), of the last, and how many iterations there were. And how the repetitions share them,
//! which is invented.

/// Of every load.
pub const REPETITIONS: usize = 5;

/// A benchmark, four processes of which run in four VMs; one of them migrates.
#[derive(Debug, Clone, Copy)]
pub struct Benchmark {
    pub name: &'static str,
    pub memory_pages: u64,
    /// As printed, except for the number of iterations, which is that of those between and two more.
    pub total: i64,
    pub relative_deviation_pct: i64,
    pub first: i64,
    pub middle: i64,
    pub last: i64,
    pub iterations: i64,

    /// How many iterations between the first and the last each repetition has, and the pages of all of them.
    pub middle_rounds: [usize; REPETITIONS],
    pub middle_sums: [i64; REPETITIONS],
    /// Pages that each repetition prints as its sum, where these are not the pages of its iterations.
    pub printed_totals: Option<[u64; REPETITIONS]>,
    /// Relative deviation of the first iteration. Where little is skipped there is little room.
    pub first_deviation: f64,
    /// How many times as much the second iteration sends as those behind it: the first one takes longest.
    pub second_share: f64,
}

/// As printed: FT's numbers do not fit each other, HPL's total is 727 more than the other four numbers give.
pub const BENCHMARKS: [Benchmark; 5] = [
    Benchmark {
        name: "CG.B.4",
        memory_pages: 131_072,
        total: 149_951,
        relative_deviation_pct: 6,
        first: 130_017,
        middle: 675,
        last: 1_040,
        iterations: 30,
        middle_rounds: [28; REPETITIONS],
        middle_sums: [12_620, 34_140, 10_370, 21_140, 16_200],
        printed_totals: None,
        first_deviation: 0.002,
        second_share: 1.6,
    },
    Benchmark {
        name: "EP.B.4",
        memory_pages: 131_072,
        total: 138_941,
        relative_deviation_pct: 4,
        first: 130_656,
        middle: 283,
        last: 359,
        iterations: 30,
        middle_rounds: [28; REPETITIONS],
        middle_sums: [4_000, 17_460, 2_600, 9_330, 6_240],
        printed_totals: None,
        first_deviation: 0.0007,
        second_share: 2.0,
    },
    Benchmark {
        name: "FT.B.4",
        memory_pages: 131_072,
        total: 470_278,
        relative_deviation_pct: 8,
        first: 41_334,
        middle: 36_256,
        last: 66_385,
        iterations: 24,
        middle_rounds: [22; REPETITIONS],
        middle_sums: [755_600, 899_600, 740_760, 812_600, 779_600],
        printed_totals: Some([443_890, 534_370, 434_460, 479_700, 458_970]),
        first_deviation: 0.02,
        second_share: 1.2,
    },
    Benchmark {
        name: "LU.B.4",
        memory_pages: 131_072,
        total: 189_551,
        relative_deviation_pct: 6,
        first: 120_910,
        middle: 2_108,
        last: 9_617,
        iterations: 30,
        middle_rounds: [28; REPETITIONS],
        middle_sums: [51_110, 78_230, 48_300, 61_850, 55_630],
        printed_totals: None,
        first_deviation: 0.004,
        second_share: 2.0,
    },
    Benchmark {
        name: "HPL",
        memory_pages: 131_072,
        total: 833_263,
        relative_deviation_pct: 7,
        first: 46_390,
        middle: 25_859,
        last: 62_094,
        iterations: 30,
        // A mean over repetitions of unequal length is the only way to have all printed numbers.
        middle_rounds: [28, 29, 28, 27, 28],
        middle_sums: [770_357, 792_822, 690_357, 640_000, 730_359],
        printed_totals: None,
        first_deviation: 0.02,
        second_share: 1.2,
    },
];

/// An idle VM. Nothing is published of these but Dom0's share of the CPU and that there were several sizes.
#[derive(Debug, Clone, Copy)]
pub struct Idle {
    pub name: &'static str,
    pub memory_mib: u64,
}

pub const IDLE: [Idle; 4] = [
    Idle { name: "idle-128MB", memory_mib: 128 },
    Idle { name: "idle-256MB", memory_mib: 256 },
    Idle { name: "idle-512MB", memory_mib: 512 },
    Idle { name: "idle-1024MB", memory_mib: 1024 },
];
