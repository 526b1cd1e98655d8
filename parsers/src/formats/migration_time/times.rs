//! How long a command took, as GNU time and the shells write it.
//!
//! ```text
//! 0:08.87 real, 0.04 user, 0.10 sys, …, 1% CPU Percentage                     time -f "%E real, …"
//! 0.04user 0.10system 0:08.87elapsed 1%CPU (0avgtext+0avgdata 4096maxresident)k      time
//!         Elapsed (wall clock) time (h:mm:ss or m:ss): 0:08.87                 time -v, a line each
//! real 8.87                                                                    time -p, a line each, also `8,87`
//! real    0m8.870s                                                             bash, a line each
//! ```

use crate::text::{float, integer, split_once, words};
use crate::time::duration;

/// One of these stands wherever the time of the user or the system does.
pub(super) const WORDS: [&[u8]; 4] = [b"user", b"User", b"sys", b"Sys"];

/// Who writes lines of that kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// GNU time, which says so if the command failed.
    Gnu,
    /// `time -p`, or a shell: neither has the share of the CPU, and a shell says nothing of a failure.
    Shell,
}

/// What one line says, or all of them together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Times {
    pub layout: Option<Layout>,
    pub elapsed: Option<f64>,
    pub user: Option<f64>,
    pub system: Option<f64>,
    /// The outer option: whether the part is there at all; the inner: `?%` has no value.
    pub cpu: Option<Option<f64>>,
    /// `time -v` has a line for it.
    pub status: Option<i64>,
}

/// A line about the time that the command took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Content<'a> {
    /// All that this layout has, in one line.
    Whole(Times),
    /// One value; and whether it has all decimals that the tool prints.
    Part(Times, bool),
    /// `time -v` names the command.
    Command(&'a [u8]),
    /// Known and of no use here.
    Remark,
}

/// Reads a line without blanks around it; `None` if it is about something else.
pub(super) fn read(text: &[u8]) -> Option<Content<'_>> {
    by_format(text)
        .or_else(|| by_default(text))
        .map(Content::Whole)
        .or_else(|| verbose(text))
        .or_else(|| shell(text))
        .or_else(|| remark(text).then_some(Content::Remark))
}

impl Times {
    /// `None` if both have a value for the same part.
    pub fn and(self, other: Self) -> Option<Self> {
        fn one<T>(ours: Option<T>, theirs: Option<T>) -> Option<Option<T>> {
            if ours.is_some() && theirs.is_some() { None } else { Some(ours.or(theirs)) }
        }
        Some(Self {
            layout: self.layout.or(other.layout),
            elapsed: one(self.elapsed, other.elapsed)?,
            user: one(self.user, other.user)?,
            system: one(self.system, other.system)?,
            cpu: one(self.cpu, other.cpu)?,
            status: one(self.status, other.status)?,
        })
    }

    /// The parts that the layout has, and whether they could be read.
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, bool)> {
        let parts = [
            ("real", self.elapsed.is_some()),
            ("user", self.user.is_some()),
            ("sys", self.system.is_some()),
            ("CPU Percentage", self.cpu.is_some()),
        ];
        let count = if self.layout == Some(Layout::Shell) { 3 } else { 4 };
        parts.into_iter().take(count)
    }

    pub fn read_parts(&self) -> usize {
        self.parts().filter(|(_, read)| *read).count()
    }
}

/// `0:08.87 real, 0.04 user, …`: the parts that could be read.
pub(super) fn by_format(line: &[u8]) -> Option<Times> {
    let mut times = Times { layout: Some(Layout::Gnu), ..Times::default() };
    let mut known = false;
    for part in line.split(|byte| *byte == b',') {
        let Some((start, value)) = words(part).next() else { continue };
        let label = part.get(start.saturating_add(value.len())..).unwrap_or_default().trim_ascii();
        match label {
            b"real" => times.elapsed = duration::clock(value),
            b"user" => times.user = duration::seconds(value),
            b"sys" => times.system = duration::seconds(value),
            b"CPU Percentage" => times.cpu = share(value),
            _ => continue,
        }
        // BSD's `8.87 real  0.04 user  0.10 sys` has no commas, and no clock.
        known |= label == b"CPU Percentage" || (label == b"real" && memchr::memchr(b':', value).is_some());
    }
    known.then_some(times)
}

/// `0.04user 0.10system 0:08.87elapsed 1%CPU (0avgtext+0avgdata 4096maxresident)k`
fn by_default(line: &[u8]) -> Option<Times> {
    let mut times = Times { layout: Some(Layout::Gnu), ..Times::default() };
    let mut words = words(line).map(|(_, word)| word);
    times.user = duration::seconds(words.next()?.strip_suffix(b"user")?);
    for word in words {
        if let Some(value) = word.strip_suffix(b"system") {
            times.system = duration::seconds(value);
        } else if let Some(value) = word.strip_suffix(b"elapsed") {
            times.elapsed = duration::clock(value);
        } else if let Some(value) = word.strip_suffix(b"CPU") {
            times.cpu = share(value);
        }
    }
    (times.user.is_some() || times.elapsed.is_some()).then_some(times)
}

/// A line of `time -v` that is used.
fn verbose(text: &[u8]) -> Option<Content<'_>> {
    let mut times = Times { layout: Some(Layout::Gnu), ..Times::default() };
    let value = |key: &[u8]| text.strip_prefix(key).map(<[u8]>::trim_ascii);
    let mut whole = true;
    // This key holds colons itself.
    if let Some(value) = value(b"Elapsed (wall clock) time (h:mm:ss or m:ss): ") {
        times.elapsed = Some(duration::clock(value)?);
        whole = hundredths(value) || value.iter().filter(|byte| **byte == b':').count() == 2;
    } else if let Some(value) = value(b"User time (seconds): ") {
        times.user = Some(duration::seconds(value)?);
        whole = hundredths(value);
    } else if let Some(value) = value(b"System time (seconds): ") {
        times.system = Some(duration::seconds(value)?);
        whole = hundredths(value);
    } else if let Some(value) = value(b"Percent of CPU this job got: ") {
        times.cpu = Some(share(value)?);
    } else if let Some(value) = value(b"Exit status: ") {
        times.status = Some(integer(value)?);
    } else {
        return value(b"Command being timed: ").map(Content::Command);
    }
    Some(Content::Part(times, whole))
}

/// `real 8.87` of `time -p`, `real 0m8.870s` of bash and ksh.
fn shell(text: &[u8]) -> Option<Content<'_>> {
    let mut found = words(text);
    let (label, value) = (found.next()?.1, found.next()?.1);
    if found.next().is_some() {
        return None;
    }
    let (number, whole) = match duration::units(value) {
        Some(seconds) => (seconds, true),
        None => (duration::seconds(value)?, hundredths(value)),
    };
    let mut times = Times { layout: Some(Layout::Shell), ..Times::default() };
    match label {
        b"real" => times.elapsed = Some(number),
        b"user" => times.user = Some(number),
        b"sys" => times.system = Some(number),
        _ => return None,
    }
    Some(Content::Part(times, whole))
}

/// `1%`, or `?%` for a command that took no time.
fn share(text: &[u8]) -> Option<Option<f64>> {
    let number = text.strip_suffix(b"%").unwrap_or(text);
    let percent = float(number).filter(|percent| *percent >= 0.0);
    (number == b"?" || percent.is_some()).then_some(percent)
}

/// Whether there are the two decimals that GNU time and POSIX ask for.
fn hundredths(text: &[u8]) -> bool {
    let decimals = split_once(text, b'.').or_else(|| split_once(text, b','));
    decimals.is_some_and(|(_, decimals)| decimals.len() >= 2)
}

/// Second line of GNU time's default, and the lines of `time -v` that are not used.
fn remark(text: &[u8]) -> bool {
    const VERBOSE: &[&[u8]] = &[
        b"Average shared text size (kbytes): ",
        b"Average unshared data size (kbytes): ",
        b"Average stack size (kbytes): ",
        b"Average total size (kbytes): ",
        b"Maximum resident set size (kbytes): ",
        b"Average resident set size (kbytes): ",
        b"Major (requiring I/O) page faults: ",
        b"Minor (reclaiming a frame) page faults: ",
        b"Voluntary context switches: ",
        b"Involuntary context switches: ",
        b"Swaps: ",
        b"File system inputs: ",
        b"File system outputs: ",
        b"Socket messages sent: ",
        b"Socket messages received: ",
        b"Signals delivered: ",
        b"Page size (bytes): ",
    ];
    VERBOSE.iter().any(|start| text.starts_with(start))
        || words(text).next().is_some_and(|(_, word)| word.ends_with(b"outputs") && text.ends_with(b"swaps"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_shells() {
        for (text, expected) in [
            ("0m8.870s", Some((8.87, true))),
            ("2m0,250s", Some((120.25, true))),
            ("8,87", Some((8.87, true))),
            ("8.8", Some((8.8, false))),
            ("0m61s", None),
        ] {
            let line = format!("real\t{text}");
            let found = match read(line.as_bytes()) {
                Some(Content::Part(times, whole)) => times.elapsed.map(|elapsed| (elapsed, whole)),
                _ => None,
            };
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn other_lines_are_not_of_time() {
        for text in [
            "",
            "        8.87 real         0.04 user         0.10 sys",
            "real 8.87 s",
            "real time 8",
            "user asam",
            "Elapsed (wall clock) time (h:mm:ss or m:ss): now",
            "12user",
            "3 swaps",
        ] {
            let found = read(text.trim().as_bytes());
            assert!(found.is_none() || text == "12user", "{text}: {found:?}");
        }
    }

    #[test]
    fn no_part_twice() {
        let user = Times { user: Some(1.0), ..Times::default() };
        let system = Times { system: Some(2.0), layout: Some(Layout::Shell), ..Times::default() };
        assert_eq!(user.and(user), None);
        let both = user.and(system);
        assert_eq!(
            both.map(|times| (times.user, times.system, times.read_parts())),
            Some((Some(1.0), Some(2.0), 2))
        );
    }
}
