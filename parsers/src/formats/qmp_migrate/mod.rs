//! `qmp-migrate`: what QEMU's machine protocol (QMP) says of a migration, in whatever it was wrapped.
//!
//! ```text
//! 1795262345.123456 -> {"execute": "migrate", "arguments": {"uri": "tcp:kirsche:4444"}}
//! 1795262345.124012 <- {"return": {}}
//! 1795262345.131002 <- {"timestamp": {"seconds": 1795262345, "microseconds": 130871}, "event": "MIGRATION", "data": {"status": "active"}}
//! 1795262345.224400 -> {"execute": "query-migrate"}
//! 1795262345.224913 <- {"return": {"status": "active", "total-time": 93, "ram": {"transferred": 4096, …}}}
//! ```
//!
//! A row is an answer to `query-migrate`, an event or a command that matters ([`message`]). The messages may
//! stand one on a line, on several lines, in an array, behind anything a logger writes, and may be printed by
//! Python instead of a JSON library ([`gather`], [`python`]). An answer may also be a member of somebody's own objects, with
//! the time beside it ([`wrapped`]).
//!
//! Traps:
//!
//! * `{"return": {}}` answers many commands, and `query-migrate` only before the first migration. Where the
//!   commands are in the log, an answer belongs to the command of its id, or to the oldest without an answer;
//!   where they are not, an empty answer is taken for `query-migrate`'s only if nothing speaks against it.
//! * libvirt's debug log repeats each message several times; one of them is taken.
//! * `downtime` is there only once the source has stopped for good.
//! * A log that was mailed is quoted and folded ([`mail`]). A damaged answer still uses up its command, so that the next
//!   answer is not taken for it.
//! * A target that was asked at the end answers without numbers: it is not another migration.
//! * Events have QEMU's own time, answers only that of the log around them.
//!
//! Absent on purpose: HMP commands through `human-monitor-command`; Proxmox' task log.

mod answer;
mod destination;
mod gather;
mod mail;
mod message;
mod python;
mod value;
mod wrapped;

use self::gather::{Gatherer, Piece};
use self::message::Reader;
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::lines::Lines;
use crate::meaning::{Hypervisor, Meaning, Rounds};
use crate::outcome::{Outcome, Unusable};

pub(crate) static DESCRIPTION: Description = Description {
    name: "qmp-migrate",
    description: "commands, events and answers of QEMU about a migration, as JSON of its machine protocol",
    written_by: "QEMU 0.14 to 10 through QMP: a recorder of the socket, virsh qemu-monitor-command, libvirt's debug \
                 log, programs that log query-migrate as JSON or as a Python dict",
    begins_with: "`{\"QMP\": …`, `{\"execute\": \"migrate\", …`, `{\"return\": {\"status\": \"active\", …`, also with a time before it",
    file_names: &["qmp", "migrate"],
    clocks: &[Clock::Epoch, Clock::None],
    meaning: Meaning::Hypervisor(Hypervisor {
        has_downtime: true,
        page_bytes: None,
        rounds: Rounds::Answers,
    }),
    marks: Marks::Anywhere(&[&QUOTED, &[MONITOR]]),
    recognise,
    parse: Parse::Whole(parse),
};

/// Keys that only QEMU's answers have.
const KEYS: [&[u8]; 6] = [
    b"dirty-sync-count",
    b"expected-downtime",
    b"setup-time",
    b"dirty-pages-rate",
    b"total-time",
    b"normal-bytes",
];

/// These, other keys of messages, and those of Python's dictionaries: every log has one.
const QUOTED: [&[u8]; 20] = [
    b"\"dirty-sync-count\"",
    b"\"expected-downtime\"",
    b"\"setup-time\"",
    b"\"dirty-pages-rate\"",
    b"\"total-time\"",
    b"\"normal-bytes\"",
    b"\"return\"",
    b"\"QMP\"",
    b"\"execute\"",
    b"\"event\"",
    b"'dirty-sync-count'",
    b"'expected-downtime'",
    b"'setup-time'",
    b"'dirty-pages-rate'",
    b"'total-time'",
    b"'normal-bytes'",
    b"'return'",
    b"'QMP'",
    b"'execute'",
    b"'event'",
];
/// What libvirt's log has before them.
const MONITOR: &[u8] = b"QEMU_MONITOR_";

fn recognise(head: &Head<'_>) -> bool {
    let mut events = [false; 2];
    let speaks = QUOTED.iter().any(|word| head.holds(word));
    // XenServer's emulators speak a dialect of QMP, which `xen-migrate` reads.
    let xen = |text: &[u8]| memchr::memmem::find(text, b"libempserver").is_some();
    for line in head.lines.iter().filter(|line| speaks && !xen(line.text)) {
        let text = line.text;
        if KEYS.iter().any(|key| quoted_key(text, key))
            || gather::begins_with_key(text, b"return")
            || gather::begins_with_key(text, b"QMP")
            || quoted_key(text, b"execute")
        {
            return true;
        }
        events[0] |= quoted_key(text, b"event");
        events[1] |= quoted_key(text, b"microseconds");
    }
    // libvirt writes much before its first monitor.
    let libvirt = gather::is_libvirt(head.text());
    events == [true; 2] || (libvirt && memchr::memmem::find(head.far(), MONITOR).is_some())
}

/// Whether the text holds `"key":` or `'key':`.
fn quoted_key(text: &[u8], key: &[u8]) -> bool {
    memchr::memmem::find_iter(text, key).any(|at| {
        let quote = at.checked_sub(1).and_then(|before| text.get(before)).copied();
        let after = text.get(at.saturating_add(key.len())..).unwrap_or_default();
        matches!(quote, Some(b'"' | b'\''))
            && after.split_first().is_some_and(|(close, rest)| {
                Some(*close) == quote && rest.trim_ascii_start().starts_with(b":")
            })
    })
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let log = mail::unmailed(bytes);
    let mut reader = Reader::new(&log);
    let mut gatherer = Gatherer::default();
    let mut sink = |piece: Piece<'_, '_>| reader.piece(piece);
    for line in Lines::new(&log) {
        gatherer.line(line, &mut sink);
    }
    gatherer.end(&mut sink);
    reader.finish(bytes)
}
