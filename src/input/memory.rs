//! How much memory reading may take, and what of a campaign is read at once so that it takes no more.
//!
//! What a file needs is foreseen, from its bytes, unpacked, and what was measured of many logs
//! (`docs/performance.md`); nothing is asked of the system while it works. So what is read, what is read at the same
//! time and what is refused depends on the files and the budget only, not on threads or on what else runs.
//!
//! Deliberately absent: a limit that ends the program. A log that needs much more than all that were measured still gets
//! it.

use std::fmt;
use std::fs;
use std::path::Path;
use std::str::FromStr;

use rayon::prelude::*;

use super::folder::LARGEST;

/// Bytes of memory for each byte of a log while it is read.
pub const READING: u64 = 16;
/// Bytes for each byte of a log of which the rows are kept.
pub const KEEPING: u64 = 6;
/// Bytes for each byte of the logs of a run while it is aligned and measured.
pub const MEASURING: u64 = 16;
/// What all else takes, programs and documents; of a small budget at most the half.
const ALL_ELSE: u64 = 256 << 20;

/// What of an address space is used without being memory.
const SET_ASIDE: u64 = 256 << 20;

/// The most memory that the program may take, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget(u64);

impl Default for Budget {
    /// No limit.
    fn default() -> Self {
        Self(u64::MAX)
    }
}

impl Budget {
    /// Three quarters of what the machine has, or of what this process or its group may have; no limit where the system
    /// does not tell.
    pub fn of_machine() -> Self {
        let read = |path: &str| fs::read_to_string(path).ok();
        let total = read("/proc/meminfo").and_then(|text| total(&text));
        let group = read("/proc/self/cgroup").and_then(|text| {
            let limits = cgroup_files(&text).into_iter().filter_map(|file| read(&file));
            limits.filter_map(|limit| limit.trim().parse::<u64>().ok()).min()
        });
        let process = read("/proc/self/limits").and_then(|text| address_space(&text));
        total
            .into_iter()
            .chain(group)
            .chain(process)
            .min()
            .map_or_else(Self::default, |bytes| Self(bytes / 4 * 3))
    }

    /// What there is for logs.
    pub fn room(self) -> Room {
        Room { budget: self, logs: self.for_logs(), kept: 0, work: 0 }
    }

    fn for_logs(self) -> u64 {
        match self.0 {
            u64::MAX => u64::MAX,
            bytes => bytes - ALL_ELSE.min(bytes / 2),
        }
    }

    /// The least budget with so much for logs.
    fn with_for_logs(bytes: u64) -> Self {
        Self(bytes.saturating_add(ALL_ELSE.min(bytes)))
    }
}

/// The memory of the machine, by `/proc/meminfo`.
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}

/// The limit of `ulimit -v`, by `/proc/self/limits`; some of it goes to the program itself and to what threads set aside.
fn address_space(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    let bytes = line.split_whitespace().next()?.parse::<u64>().ok()?;
    Some(bytes.saturating_sub(SET_ASIDE).max(1))
}

/// The files with the limits of the control groups of a process and of those above them, by its `/proc/self/cgroup`.
fn cgroup_files(groups: &str) -> Vec<String> {
    let mut files = Vec::new();
    for line in groups.lines() {
        let mut fields = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (fields.next(), fields.next()) else { continue };
        // Version 2 has one tree without a name, version 1 one for each controller.
        let (root, file) = match controllers {
            "" => ("/sys/fs/cgroup", "memory.max"),
            _ if controllers.split(',').any(|name| name == "memory") => {
                ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
            }
            _ => continue,
        };
        let above = Path::new(path).ancestors().filter_map(Path::to_str);
        files.extend(above.map(|group| format!("{root}{}/{file}", group.trim_end_matches('/'))));
    }
    files
}

impl FromStr for Budget {
    type Err = String;

    /// A number of bytes, or of K, M, G or T of them: `512M`, `1.5G`, `2GiB`. Each is 1024 of the one before.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "expected a size such as 512M or 2G".to_owned();
        let lower = text.trim().to_ascii_lowercase();
        let number = lower.trim_end_matches(|sign: char| sign.is_ascii_alphabetic());
        let exponent = match lower.get(number.len()..).unwrap_or_default() {
            "" | "b" => 0,
            "k" | "kb" | "kib" => 1,
            "m" | "mb" | "mib" => 2,
            "g" | "gb" | "gib" => 3,
            "t" | "tb" | "tib" => 4,
            _ => return Err(wrong()),
        };
        let number: f64 = number.trim().parse().map_err(|_| wrong())?;
        let bytes = number * 1024_f64.powi(exponent);
        // Beyond this there is no machine, and numbers of bytes are no longer exact.
        if !(1.0..=2_f64.powi(53)).contains(&bytes) {
            return Err(wrong());
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
        Ok(Self(bytes as u64))
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&size(self.0))
    }
}

/// A number of bytes in whole mebibytes, below some in kibibytes, rounded up, as [`Budget`] reads it.
fn size(bytes: u64) -> String {
    if bytes < 10 << 20 {
        format!("{}K", bytes.div_ceil(1 << 10))
    } else {
        format!("{}M", bytes.div_ceil(1 << 20))
    }
}

/// The memory that there is for logs, and what of it is spoken for.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    budget: Budget,
    logs: u64,
    /// What stays in memory.
    kept: u64,
    /// What the largest piece of work takes besides.
    work: u64,
}

/// Something that does not fit, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beyond(String);

impl fmt::Display for Beyond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Beyond {}

impl Room {
    /// The largest log that can be read, in bytes.
    pub fn largest(&self) -> u64 {
        LARGEST.min(self.logs / READING)
    }

    /// With something more that stays in memory, and takes so much while it is worked on.
    #[must_use]
    pub fn with(self, kept: u64, work: u64) -> Self {
        Self { kept: self.kept.saturating_add(kept), work: self.work.max(work), ..self }
    }

    /// Whether all of it fits.
    pub fn fits(&self) -> bool {
        self.kept.saturating_add(self.work) <= self.logs
    }

    /// The least budget that all of it fits into.
    pub fn enough(&self) -> Budget {
        Budget::with_for_logs(self.kept.saturating_add(self.work))
    }

    /// Why something of `bytes` does not fit that takes so much while it is worked on; `whose` says what has so many bytes, and
    /// `enough` is the budget for all that was left out.
    pub fn beyond(&self, whose: &str, bytes: u64, work: u64, enough: Budget) -> Beyond {
        Beyond(format!(
            "{whose} {} of logs and takes about {} of memory, more than is left of the {} that the program may \
             take; it was left out. `--memory {enough}` would do for all, or fewer or smaller files",
            size(bytes),
            size(work),
            self.budget,
        ))
    }

    /// `work` for every item, several at a time, as many as fit beside what is kept, and at least one; the results are in the
    /// order of the items. `takes` is what an item takes during the work.
    pub fn each<T: Send + Sync, R: Send>(
        &self,
        items: Vec<T>,
        takes: impl Fn(&T) -> u64,
        work: impl Fn(T) -> R + Sync,
    ) -> Vec<R> {
        let left = self.logs.saturating_sub(self.kept);
        let mut results = Vec::with_capacity(items.len());
        let mut items = items.into_iter().peekable();
        while let Some(first) = items.next() {
            let mut taken = takes(&first);
            let mut together = vec![first];
            while let Some(next) = items.next_if(|next| taken.saturating_add(takes(next)) <= left) {
                taken = taken.saturating_add(takes(&next));
                together.push(next);
            }
            results.extend(together.into_par_iter().map(&work).collect::<Vec<R>>());
        }
        results
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_numbers_of_units() {
        let parsed = |text: &str| text.parse::<Budget>().ok().map(|Budget(bytes)| bytes);
        for (text, bytes) in [
            ("4096", 4096),
            ("1k", 1 << 10),
            ("512M", 512 << 20),
            ("1.5G", 3 << 29),
            ("2GiB", 2 << 30),
            ("1 tb", 1 << 40),
        ] {
            assert_eq!(parsed(text), Some(bytes), "{text}");
        }
        for text in ["", "M", "0", "-1G", "1X", "1MM", "nan", "inf", "1e400", "9999999T"] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }

    #[test]
    fn the_machine_and_its_groups_say_what_there_is() {
        assert_eq!(total("MemFree: 1 kB\nMemTotal:       16 kB\n"), Some(16 << 10));
        assert_eq!(total("MemTotal:       many kB\n"), None);
        let limits = "Limit   Soft Limit  Hard Limit  Units\nMax address space         1073741824           unlimited bytes\n";
        assert_eq!(address_space(limits), Some(768 << 20));
        assert_eq!(address_space("Max address space   unlimited  unlimited bytes\n"), None);
        let two = cgroup_files("0::/user.slice/a\n");
        assert_eq!(
            two,
            [
                "/sys/fs/cgroup/user.slice/a/memory.max",
                "/sys/fs/cgroup/user.slice/memory.max",
                "/sys/fs/cgroup/memory.max"
            ]
        );
        let one = cgroup_files("9:cpu,cpuacct:/x\n8:memory:/\nbroken\n");
        assert_eq!(one, ["/sys/fs/cgroup/memory/memory.limit_in_bytes"]);
    }

    /// The most bytes at the same time of items with so many each, in a room of so many of which so many are kept.
    fn most_at_a_time(logs: u64, kept: u64, items: &[u64]) -> u64 {
        let now_and_most = std::sync::Mutex::new((0, 0));
        let room = Room { budget: Budget(u64::MAX - 1), logs, kept, work: 0 };
        let done = room.each(
            items.to_vec(),
            |bytes| *bytes,
            |bytes| {
                let mut now = now_and_most.lock().unwrap();
                *now = (now.0 + bytes, now.1.max(now.0 + bytes));
                drop(now);
                std::thread::yield_now();
                now_and_most.lock().unwrap().0 -= bytes;
                bytes
            },
        );
        assert_eq!(done, items, "each once, in their order");
        now_and_most.into_inner().unwrap().1
    }

    #[test]
    fn as_much_is_done_at_the_same_time_as_fits() {
        assert!(most_at_a_time(10, 0, &[4, 6, 5, 10, 1]) <= 10);
        assert!(most_at_a_time(10, 6, &[4, 3, 2, 1, 1]) <= 4);
        // Whether something fits at all was asked before.
        assert_eq!(most_at_a_time(10, 0, &[11, 1]), 11);
        assert_eq!(most_at_a_time(0, 0, &[]), 0);
    }

    #[test]
    fn the_budget_that_is_named_is_enough() {
        for budget in [1 << 20, 100 << 20, 4 << 30] {
            for (kept, work) in [(0, 1 << 20), (3 << 20, 100 << 20), (5 << 30, 1), (0, 3 << 30)] {
                let with = Budget(budget).room().with(kept, work);
                let Beyond(message) = with.beyond("it has", work / MEASURING, work, with.enough());
                let named =
                    message.split('`').nth(1).and_then(|option| option.strip_prefix("--memory ")).unwrap();
                let enough: Budget = named.parse().unwrap();
                assert!(enough.room().with(kept, work).fits(), "{message}");
                let Budget(bytes) = enough;
                let less = Budget(bytes - (2 << 20).min(bytes - 1));
                assert!(!less.room().with(kept, work).fits(), "no more than is needed: {message}");
            }
        }
    }
}
