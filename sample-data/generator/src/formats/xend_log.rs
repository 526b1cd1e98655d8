//! `xend.log` of Xen 3: what xend says while it migrates a VM, and what `xc_save` tells it of the pages.
//!
//! `xc_save` prints to a terminal in mind: it overwrites the progress of an iteration with backspaces, and the
//! beginning of the line, after a carriage return, with the iteration's figures. xend waits for the end of the
//! line, so that a record has all of it and the time when the iteration was over. What follows from the program:
//!
//! - The progress is looked at once in 1024 sent pages and printed when it has grown by five or more. An
//!   iteration that sends less shows `0%` only.
//! - Before the last iteration the VM is suspended. The figures of the one before stand in a record of their own,
//!   behind what xend said meanwhile, and their time has the suspension in it.
//! - The pages dirtied in an iteration are those that the next one sends or skips, because they have been dirtied
//!   again; the last iteration skips nothing and repeats the figure of the one before.
//! - Shares and rates lose what is behind the decimal point; Mb/s are 10⁶ bits.

use chrono::DateTime;

/// Bytes of a page.
const PAGE: u64 = 4096;
/// Pages that are sent between two looks at the progress.
const BATCH: u64 = 1024;
/// Places in xend's source of what `xc_save` said to it, on standard error and on standard output.
const SAID: &str = "XendCheckpoint:351";
const ASKED: &str = "XendCheckpoint:322";

/// One round over the memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Iteration {
    pub sent: u64,
    pub skipped: u64,
    /// Milliseconds since the figures of the iteration before.
    pub time_ms: u64,
    /// How many of them Dom0 and the VM were running.
    pub dom0_ms: u64,
    pub target_ms: u64,
    /// Pages dirtied since the iteration before.
    pub dirtied: u64,
}

impl Iteration {
    /// The figures from the time on.
    fn statistics(&self) -> String {
        let time = self.time_ms.max(1);
        let rate = |pages: u64| pages * PAGE / (time * 125);
        format!(
            "delta {time}ms, dom0 {}%, target {}%, sent {}Mb/s, dirtied {}Mb/s {} pages",
            self.dom0_ms * 100 / time,
            self.target_ms * 100 / time,
            rate(self.sent),
            rate(self.dirtied),
            self.dirtied
        )
    }
}

/// A live migration that completed, as its source tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Save {
    /// Number and name of the VM.
    pub domain: u32,
    pub name: String,
    pub memory_pages: u64,
    /// Two at least.
    pub iterations: Vec<Iteration>,
    /// How much of the time of the last but one iteration it took to suspend the VM.
    pub suspended_ms: u64,
    /// Pages sent, as printed at the end.
    pub total: u64,
}

/// A record of the log; the message may have several lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Milliseconds since the migration began.
    pub at_ms: u64,
    pub level: &'static str,
    /// Where in xend's source.
    pub place: &'static str,
    pub message: String,
}

impl Record {
    pub fn new(at_ms: u64, level: &'static str, place: &'static str, message: impl Into<String>) -> Self {
        Self { at_ms, level, place, message: message.into() }
    }
}

/// All records of a migration.
pub fn records(save: &Save) -> Vec<Record> {
    let Save { domain, name, memory_pages, iterations, suspended_ms, total } = save;
    let command = format!("[xc_save]: /usr/lib/xen/bin/xc_save 22 {domain} 0 0 1");
    // To map the VM's memory takes a moment.
    let mut now = 180;
    let mut records = vec![
        Record::new(0, "DEBUG", "XendCheckpoint:110", command),
        Record::new(now, "INFO", SAID, "Had 0 unexplained entries in p2m table"),
    ];
    for (index, iteration) in iterations.iter().enumerate() {
        let begun = now;
        now += iteration.time_ms;
        let round = round(index + 1, iteration);
        let to_go = iterations.len() - index;
        if to_go == 2 {
            let paused = (now - suspended_ms).max(begun);
            records.push(Record::new(paused, "INFO", SAID, format!("{round}Start last iteration")));
            records.extend(suspension(*domain, name, paused, now));
            records.push(Record::new(now, "INFO", SAID, "SUSPEND shinfo 0009f1c2"));
            records.push(Record::new(now, "INFO", SAID, iteration.statistics()));
        } else {
            records.push(Record::new(now, "INFO", SAID, format!("{round}{}", iteration.statistics())));
        }
    }
    let factor = *total as f64 / *memory_pages as f64;
    records.push(Record::new(now, "INFO", SAID, format!("Total pages sent= {total} ({factor:.2}x)")));
    records.push(Record::new(now, "INFO", SAID, "(of which 0 were fixups)"));
    records.push(Record::new(now, "INFO", SAID, "All memory is saved"));
    records.push(Record::new(now + 40, "INFO", SAID, "Save exit rc=0"));
    let destroy = format!("XendDomainInfo.destroyDomain({domain})");
    records.push(Record::new(now + 60, "DEBUG", "XendDomainInfo:1897", destroy));
    records
}

/// What an iteration prints before its time.
fn round(number: usize, iteration: &Iteration) -> String {
    let Iteration { sent, skipped, .. } = iteration;
    let mut text = format!("Saving memory pages: iter {number}   0%");
    let mut shown = 0;
    for batch in 1..sent.div_ceil(BATCH) {
        let share = batch * BATCH * 100 / sent;
        if share >= shown + 5 {
            text += &format!("\u{8}\u{8}\u{8}\u{8}{share:3}%");
            shown = share;
        }
    }
    text + &format!("\r {number}: sent {sent}, skipped {skipped}, ")
}

/// What xend says while the VM stops.
fn suspension(domain: u32, name: &str, from: u64, to: u64) -> Vec<Record> {
    let shut_down = format!("Domain has shutdown: name=migrating-{name} id={domain} reason=suspend.");
    let middle = from + (to - from) / 2;
    vec![
        Record::new(from, "DEBUG", ASKED, "suspend"),
        Record::new(from, "DEBUG", "XendCheckpoint:113", "In saveInputHandler suspend"),
        Record::new(from, "DEBUG", "XendCheckpoint:115", format!("Suspending {domain} ...")),
        Record::new(from, "DEBUG", "XendDomainInfo:1137", "XendDomainInfo.handleShutdownWatch"),
        Record::new(middle, "INFO", "XendDomainInfo:1293", shut_down),
        Record::new(to, "INFO", "XendCheckpoint:120", format!("Domain {domain} suspended.")),
        Record::new(to, "DEBUG", "XendCheckpoint:129", "Written done"),
    ]
}

/// What became of the log on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    /// The file itself.
    Plainly,
    /// Through a terminal or an editor: carriage returns have become ends of lines, backspaces are gone.
    AsText,
}

/// Writes records in the order of their time; `started` is in milliseconds since 1970 in local time.
pub fn write(started: i64, pid: u32, mut records: Vec<Record>, copied: Copied) -> Vec<u8> {
    records.sort_by_key(|record| record.at_ms);
    let mut text = String::new();
    for Record { at_ms, level, place, message } in &records {
        let stamp = DateTime::from_timestamp_millis(started + *at_ms as i64).unwrap_or_default();
        let stamp = stamp.format("%Y-%m-%d %H:%M:%S");
        text += &format!("[{stamp} {pid}] {level} ({place}) {message}\n");
    }
    match copied {
        Copied::Plainly => text.into_bytes(),
        Copied::AsText => text.replace('\r', "\n").replace('\u{8}', "").into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn save() -> Save {
        let first = Iteration {
            sent: 28_847,
            skipped: 3921,
            time_ms: 1702,
            dom0_ms: 1056,
            target_ms: 546,
            dirtied: 6036,
        };
        let second =
            Iteration { sent: 3462, skipped: 2574, time_ms: 201, dom0_ms: 121, target_ms: 89, dirtied: 40 };
        let last = Iteration { sent: 40, skipped: 0, time_ms: 2, dom0_ms: 2, target_ms: 0, dirtied: 40 };
        Save {
            domain: 4,
            name: "vm".to_owned(),
            memory_pages: 32_768,
            iterations: vec![first, second, last],
            suspended_ms: 50,
            total: 32_349,
        }
    }

    fn messages(copied: Copied) -> Vec<String> {
        let bytes = write(1_243_245_600_000, 3127, records(&save()), copied);
        String::from_utf8(bytes).expect("text").split('\n').map(str::to_owned).collect()
    }

    #[test]
    fn figures_are_those_of_the_program() {
        let lines = messages(Copied::Plainly);
        assert!(lines[2].starts_with(
            "[2009-05-25 10:00:01 3127] INFO (XendCheckpoint:351) Saving memory pages: iter 1   0%\u{8}\u{8}\u{8}\u{8}  7%"
        ));
        // As a real log has them for these pages and this time.
        assert!(lines[2].ends_with(
            "\r 1: sent 28847, skipped 3921, delta 1702ms, dom0 62%, target 32%, sent 555Mb/s, dirtied 116Mb/s 6036 pages"
        ), "{}", lines[2]);
        assert!(lines[3].ends_with("\r 2: sent 3462, skipped 2574, Start last iteration"), "{}", lines[3]);
        assert!(lines[12].contains(") delta 201ms, dom0 60%, target 44%, sent 564Mb/s, "), "{}", lines[12]);
        assert!(lines[13].contains("iter 3   0%\r 3: sent 40, skipped 0, delta 2ms, "), "{}", lines[13]);
        assert!(lines[14].ends_with(") Total pages sent= 32349 (0.99x)"), "{}", lines[14]);
    }

    #[test]
    fn a_text_has_neither_backspaces_nor_carriage_returns() {
        let lines = messages(Copied::AsText);
        assert!(lines[2].contains("iter 1   0%  7% 14%"), "{}", lines[2]);
        assert!(lines[3].starts_with(" 1: sent 28847, "), "{}", lines[3]);
        assert!(lines.iter().all(|line| !line.contains(['\u{8}', '\r'])));
    }
}
