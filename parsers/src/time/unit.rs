//! Parts of a second, as people call them.

/// Parts of a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUnit {
    /// Seconds.
    Seconds,
    /// Thousandths.
    Milli,
    /// Millionths.
    Micro,
    /// Billionths.
    Nano,
}

impl TimeUnit {
    /// `s`, `ms`, `us` or `µs`, `ns`, and their words.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name.trim().to_lowercase().as_str() {
            "s" | "sec" | "secs" | "second" | "seconds" => Some(Self::Seconds),
            "ms" | "msec" | "millis" | "millisecond" | "milliseconds" => Some(Self::Milli),
            "us" | "µs" | "μs" | "usec" | "micros" | "microsecond" | "microseconds" => Some(Self::Micro),
            "ns" | "nsec" | "nanos" | "nanosecond" | "nanoseconds" => Some(Self::Nano),
            _ => None,
        }
    }

    /// What the name of a column ends in: `latency_ms`, `latency (ms)`, `latency[ms]`, `latency.ms`.
    #[must_use]
    pub fn of_column(name: &str) -> Option<Self> {
        let name = name.trim_end_matches([')', ']', ' ']);
        let (before, word) = name.rsplit_once(['_', '(', '[', ' ', '.', '-', '/'])?;
        Self::named(word).filter(|_| !before.is_empty())
    }

    pub(crate) fn per_second(self) -> f64 {
        match self {
            Self::Seconds => 1.0,
            Self::Milli => 1e3,
            Self::Micro => 1e6,
            Self::Nano => 1e9,
        }
    }
}
