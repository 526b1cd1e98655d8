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
/// Bytes for each byte of the logs of a run of which the tables are kept until all of them are written.
pub const TABLES: u64 = 10;
/// What all else takes, programs and documents; of a small budget at most the half.
const ALL_ELSE: u64 = 256 << 20;

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
    /// Three quarters of what the machine has, or of what its group of processes may have; no limit where the system does
    /// not tell.
    pub fn of_machine() -> Self {
        let read = |path: &str| fs::read_to_string(path).ok();
        let total = read("/proc/meminfo").and_then(|text| total(&text));
        let group = read("/proc/self/cgroup").and_then(|text| {
            let limits = cgroup_files(&text).into_iter().filter_map(|file| read(&file));
            limits.filter_map(|limit| limit.trim().parse::<u64>().ok()).min()
        });
        total.into_iter().chain(group).min().map_or_else(Self::default, |bytes| Self(bytes / 4 * 3))
    }

    /// What there is for logs.
    pub fn room(self) -> Room {
        Room { budget: self, left: self.for_logs() }
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

/// A number of bytes in whole mebibytes, rounded up, as [`Budget`] reads it.
fn size(bytes: u64) -> String {
    format!("{}M", bytes.div_ceil(1 << 20))
}

/// The memory that is left for logs.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    budget: Budget,
    left: u64,
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
    /// Bytes of logs of which the rows may be kept, if so much of the room may go to them.
    pub fn of_rows(&self, most: u64) -> u64 {
        most.min(self.left / 4 / KEEPING)
    }

    /// Whether the room has a limit.
    pub fn is_limited(&self) -> bool {
        self.budget != Budget::default()
    }

    /// The largest log that can be read, in bytes.
    pub fn largest(&self) -> u64 {
        LARGEST.min(self.left / READING)
    }

    /// The memory that `bytes` of logs need, if it is there.
    ///
    /// # Errors
    ///
    /// It is not.
    pub fn fit(&self, bytes: u64, per_byte: u64) -> Result<u64, Beyond> {
        let need = bytes.saturating_mul(per_byte);
        if need <= self.left {
            return Ok(need);
        }
        let taken = self.budget.for_logs() - self.left;
        // For all that is to be done with it later, too.
        let enough = Budget::with_for_logs(bytes.saturating_mul(MEASURING + TABLES).saturating_add(taken));
        Err(Beyond(format!(
            "reading it takes about {} of memory, and of the {} that the program may take {} are left for it; it was \
             left out. `--memory {enough}` would do, or fewer or smaller files",
            size(need),
            self.budget,
            size(self.left),
        )))
    }

    /// `work` for every item, several at a time, as many as fit; the results are in the order of the items. `need` is what
    /// an item needs during the work, or why it is not to be done: then `refuse` makes the result. What results keep
    /// is taken from the room.
    pub fn each<T: Send + Sync, R: Send>(
        &mut self,
        items: Vec<T>,
        need: impl Fn(&Self, &T) -> Result<u64, Beyond>,
        work: impl Fn(T) -> R + Sync,
        refuse: impl Fn(T, Beyond) -> R,
        keeps: impl Fn(&R) -> u64,
    ) -> Vec<R> {
        let mut results = Vec::with_capacity(items.len());
        let mut items = items.into_iter().peekable();
        while let Some(first) = items.next() {
            let mut taken = match need(self, &first) {
                Ok(need) => need,
                Err(beyond) => {
                    results.push(refuse(first, beyond));
                    continue;
                }
            };
            let mut together = vec![first];
            while let Some(next) = items.peek()
                && let Ok(more) = need(self, next)
                && taken.saturating_add(more) <= self.left
            {
                taken = taken.saturating_add(more);
                together.extend(items.next());
            }
            let done: Vec<R> = together.into_par_iter().map(&work).collect();
            if self.is_limited() {
                self.left = self.left.saturating_sub(done.iter().map(&keeps).sum());
            }
            results.extend(done);
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

    /// Works on items of so many bytes, one byte of memory each, in a room of so many; gives which were done, with how many
    /// at the same time.
    fn done(room: u64, keeps: u64, items: &[u64]) -> Vec<Option<usize>> {
        let together = std::sync::Mutex::new((0, 0));
        let mut room = Room { budget: Budget(u64::MAX - 1), left: room };
        room.each(
            items.to_vec(),
            |room, bytes| room.fit(*bytes, 1),
            |bytes| {
                let mut now = together.lock().unwrap();
                now.0 += bytes;
                now.1 = now.1.max(now.0);
                drop(now);
                std::thread::yield_now();
                together.lock().unwrap().0 -= bytes;
                Some(usize::try_from(bytes).unwrap())
            },
            |_, _| None,
            |done| done.map_or(0, |_| keeps),
        )
    }

    #[test]
    fn what_does_not_fit_is_left_out_and_the_order_stays() {
        assert_eq!(done(10, 0, &[4, 11, 6, 5, 10]), [Some(4), None, Some(6), Some(5), Some(10)]);
        // What is kept leaves less for those that come later.
        assert_eq!(done(10, 2, &[4, 6, 6, 6, 6]), [Some(4), Some(6), Some(6), None, None]);
        assert_eq!(done(0, 0, &[0, 1]), [Some(0), None]);
        assert_eq!(done(10, 0, &[]), []);
    }

    #[test]
    fn the_budget_that_is_named_is_enough() {
        for budget in [1 << 20, 100 << 20, 4 << 30] {
            for bytes in [1 << 20, 100 << 20, 3 << 30] {
                let Err(Beyond(message)) = Budget(budget).room().fit(bytes, READING) else { continue };
                let named =
                    message.split('`').nth(1).and_then(|option| option.strip_prefix("--memory ")).unwrap();
                let enough: Budget = named.parse().unwrap();
                for per_byte in [READING, KEEPING, MEASURING, MEASURING + TABLES] {
                    assert!(enough.room().fit(bytes, per_byte).is_ok(), "{message}");
                }
            }
        }
    }
}
