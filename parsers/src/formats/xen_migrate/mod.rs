//! `xen-migrate`: what Xen's tools say of a migration.
//!
//! ```text
//! [2012-03-09 13:37:12 xend 3113] INFO (XendCheckpoint:498) Saving memory pages: iter 1   0%…\r 1: sent 29000, …
//! xc: progress: Saving memory: iter 1 (last sent 29000 skipped 3768): 1024/32768    3%
//! xc: progress: Frames iteration 1 of 5: 1024/6000   17%
//! Migration successful.
//! ```
//!
//! Read from xend's log, from the output of `xl migrate`, from syslog of XenServer and XCP-ng, and from the output of
//! `xc_save` itself: one format, because xend of Xen 4.1 and later logs what xl shows. A row is an event, a round, or
//! one account of how far a round has come. The wordings are in [`message`], what stands before them in [`record`],
//! which of several migrations is meant in [`jobs`]; [`reader`] and [`rounds`] make rows of it.
//!
//! Traps:
//!
//! * A line holds `\r` and `\b`; copied from a terminal it is several lines.
//! * xend writes when a line is complete. A message about a round has the time of its end.
//! * The round after `Start last iteration` is sent while the VM is suspended, and repeats what was dirtied before.
//! * Rounds count from 1 to Xen 4.0 and from 0 since. Here from 1.
//! * On a 32-bit Dom0 the rates overflow: they are compared with the pages and the duration.
//! * The duration of the outage is nowhere in it.
//!
//! Absent on purpose: what the restoring side of xend says but its beginning and its end; libxl's debugging messages.

mod jobs;
mod message;
mod reader;
mod record;
mod rounds;
mod row;

use self::reader::Reader;
use self::record::{Records, Writer};
use crate::format::{Description, Marks, Parse};
use crate::formats::migration_time;
use crate::frame::Clock;
use crate::head::Head;
use crate::meaning::{Hypervisor, Meaning, Rounds};
use crate::outcome::{Outcome, Unusable};
use crate::text::end_of_word;

pub(crate) static DESCRIPTION: Description = Description {
    name: "xen-migrate",
    description: "what Xen's tools say of a migration: rounds, pages sent and dirtied, suspension, outcome",
    written_by: "xend and xc_save of Xen 2 to 4.4 (xend.log), xl migrate of Xen 4.1 and later, xenguest and emu-manager of \
                 XenServer and XCP-ng (syslog)",
    begins_with: "xend's log with `Saving memory pages: iter 1`, or `migration target: Ready to receive domain.`, \
                  `xc: progress: Frames iteration 0 of 5: …`",
    file_names: &["xend", "xl", "xen", "migrate"],
    clocks: &[Clock::Epoch, Clock::None],
    meaning: Meaning::Hypervisor(Hypervisor {
        has_downtime: false,
        page_bytes: Some(4096),
        rounds: Rounds::Rows,
    }),
    marks: Marks::Anywhere(&[&OWN, &LATER]),
    recognise,
    parse: Parse::Whole(parse),
};

/// What a log begins with that tells of little else.
const OWN: [&[u8]; 8] = [
    b"Saving memory pages: iter ",
    b"Saving memory: iter ",
    b"Frames iteration ",
    b"xc: progress: ",
    b"xc: Frames: ",
    b"migration target: Ready to receive",
    b"Saving to migration stream",
    b"libempserver:",
];
/// What tells of a migration somewhere behind the beginning of a log that tells of much else.
const LATER: [&[u8]; 5] = [
    b"Saving memory pages: iter ",
    b"Saving memory: iter ",
    b"[xc_save]: ",
    b"Frames iteration ",
    b"libempserver:",
];

fn recognise(head: &Head<'_>) -> bool {
    let holds = |text: &[u8], words: &[u8]| memchr::memmem::find(text, words).is_some();
    let found = OWN.iter().any(|words| head.holds(words)) || {
        let general = |line: &crate::lines::Line<'_>| record::head(line.text).0.writer != Writer::Terminal;
        head.lines.first().is_some_and(general) && LATER.iter().any(|words| holds(head.far(), words))
    };
    // `time xl migrate`, whose duration is what counts.
    found && !migration_time::recognise(head)
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader::default();
    let mut words = Vec::new();
    for record in Records::new(bytes) {
        words.clear();
        let mut rest = record.message;
        while !rest.is_empty() {
            rest = behind_erased(rest);
            let end = end_of_word(rest, |byte| byte.is_ascii_whitespace() || byte == 0x08);
            let (word, behind) = rest.split_at_checked(end).unwrap_or((rest, b""));
            if !word.is_empty() {
                words.push(word);
            }
            rest = behind.get(1..).unwrap_or_default();
        }
        reader.record(&record, &mut words);
    }
    reader.finish(bytes)
}

/// What stands behind the percentages at the beginning of which each erases the one before and is erased itself: `␈␈␈␈  5%` eight bytes
/// at a time, as long as another follows.
fn behind_erased(text: &[u8]) -> &[u8] {
    let mut rest = text;
    while let Some(([0x08, 0x08, 0x08, 0x08, _, _, _, b'%'], behind @ [0x08, 0x08, 0x08, 0x08, ..])) =
        rest.split_first_chunk::<8>()
    {
        rest = behind;
    }
    rest
}
