//! What the words of a message say, in the wordings of all versions.
//!
//! * `xc_save` to Xen 4.0 writes about each round, with the percentages of it overwritten by backspaces:
//!   `Saving memory pages: iter 1   0%…\r 1: sent 29000, skipped 3768, delta 1700ms, dom0 62%, target 32%, sent
//!   558Mb/s, dirtied 115Mb/s 6000 pages`.
//! * libxc of Xen 4.1 to 4.5: `Saving memory: iter 1 (last sent 29000 skipped 3768): 1024/32768    3%`, where `last`
//!   is the round before; what is behind `delta` only when it is asked for details.
//! * libxc since 4.6: `Frames iteration 1 of 5: 1024/6000   17%`; XenServer: `Frames iteration 1: 1024 of 6000
//!   (17%)`, and JSON.

use crate::text::{float, unsigned};

/// A number as it stands there; empty where something else does.
pub(super) type Digits<'a> = &'a [u8];

/// What words say. Numbers are not read yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Message<'a> {
    /// A program begins that sends a VM, or receives one.
    Begins {
        incoming: bool,
        domain: Option<u64>,
        command: bool,
    },
    /// A round begins.
    Round {
        iteration: Digits<'a>,
    },
    /// What a round sent; from 1.
    Counts {
        iteration: Digits<'a>,
        sent: Digits<'a>,
        skipped: Option<Digits<'a>>,
    },
    /// What a round sent, without saying which.
    Stray,
    /// `delta`, `dom0`, `target`, `sent`, `dirtied`, and the pages that were dirtied.
    Figures {
        values: [Option<Digits<'a>>; 6],
    },
    LastRound,
    Progress(Progress<'a>),
    /// The VM is asked to suspend, or has.
    Suspend {
        domain: Option<u64>,
        done: bool,
    },
    Sent {
        pages: Digits<'a>,
    },
    /// The memory has been sent or received, or that failed.
    Saved {
        incoming: bool,
        exit: Option<Digits<'a>>,
        failed: bool,
    },
    /// The target has all of the VM.
    Transferred {
        incoming: bool,
    },
    /// The VM runs, on the target or again on the source.
    Runs {
        incoming: bool,
    },
    /// How it ended.
    Ended {
        failed: bool,
        domain: Option<u64>,
    },
    /// Something went wrong.
    Error,
    /// xend was started again.
    Restarted,
    /// Version of the Xen that the VM comes from.
    Version(&'a [u8]),
    /// emu-manager repeats what it has from xenguest, and adds how far it takes the migration to be.
    Repeated {
        iteration: Digits<'a>,
        sent: Digits<'a>,
        remaining: Digits<'a>,
        percent: Digits<'a>,
    },
}

/// How far a round has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress<'a> {
    pub incoming: bool,
    /// From 0.
    pub iteration: Option<Digits<'a>>,
    /// The number that the last round has, whichever it is.
    pub limit: Option<Digits<'a>>,
    /// Pages that the round before sent and skipped.
    pub last: Option<(Digits<'a>, Digits<'a>)>,
    /// Pages, of how many; none where the words should say it and do not.
    pub pages: Option<(Digits<'a>, Digits<'a>)>,
    pub percent: Option<Digits<'a>>,
    /// The messages are a choice: not every round is in the log.
    pub chosen: bool,
}

/// Whether [`read`] may know what the words begin with. Most words of a log begin nothing.
fn may_begin(words: &[&[u8]]) -> bool {
    match words {
        [[b'0'..=b'9', ..], second, ..] => matches!(*second, b"sent" | [b'(', b'/', ..]),
        [
            b"Saving"
            | b"delta"
            | b"sent"
            | b"Start"
            | b"Frames"
            | b"Frames:"
            | b"Checkpointed"
            | b"Reloading"
            | b"Domain"
            | b"Suspending"
            | b"waiting"
            | b"Total"
            | b"Save"
            | b"Restore"
            | b"Complete:"
            | b"[xc_save]:"
            | b"[xc_restore]:"
            | b"Xend"
            | b"from"
            | b"rem"
            | b"migration"
            | b"Migration"
            | b"**"
            | b"xc:"
            | b"libxl:"
            | b"libxl-save-helper:"
            | b"ERROR",
            ..,
        ] => true,
        _ => false,
    }
}

/// What the words begin with, and how many words that takes.
pub(super) fn read<'a>(words: &[&'a [u8]]) -> Option<(Message<'a>, usize)> {
    if !may_begin(words) {
        return None;
    }
    let domain = |word: &[u8]| unsigned(without(word, b"."));
    Some(match words {
        [b"Saving", b"memory", b"pages:", b"iter", iteration, ..] => (Message::Round { iteration }, 5),
        [b"delta", value, ..]
            if without(value, b",").ends_with(b"ms") || words.get(2).is_some_and(|word| *word == b"dom0") =>
        {
            figures(words)?
        }
        [number, b"sent", sent, b"skipped", skipped, ..] if is_ordinal(number) => {
            let (iteration, sent) = (without(number, b":"), without(sent, b","));
            (Message::Counts { iteration, sent, skipped: Some(without(skipped, b",")) }, 5)
        }
        [number, b"sent", sent, ..] if is_ordinal(number) => (
            Message::Counts { iteration: without(number, b":"), sent: without(sent, b","), skipped: None },
            3,
        ),
        [b"sent", _, b"skipped", _, ..] => (Message::Stray, 4),
        [b"Start", b"last", b"iteration", ..] => (Message::LastRound, 3),
        [b"Saving" | b"Frames" | b"Frames:" | b"Checkpointed" | b"Reloading", ..] => return progress(words),
        [b"Domain", b"now", word, ..] if word.starts_with(b"suspended") => {
            (Message::Suspend { domain: None, done: true }, 3)
        }
        [b"Domain", number, b"suspended.", ..] => {
            (Message::Suspend { domain: Some(domain(number)?), done: true }, 3)
        }
        [b"Suspending", number, b"...", ..] => {
            (Message::Suspend { domain: Some(domain(number)?), done: false }, 3)
        }
        [b"waiting", b"for", b"suspend", ..] => (Message::Suspend { domain: None, done: false }, 3),
        [b"Total", b"pages", b"sent=", pages, ..] => (Message::Sent { pages }, 4),
        [b"Save", b"exit", word, ..] if word.starts_with(b"rc=") => (exit(false, word), 3),
        [b"Restore", b"exit", b"with", word, ..] if word.starts_with(b"rc=") => (exit(true, word), 4),
        [number, program, rest @ ..] if is_emulator(number, program) => return emulator(rest),
        [b"Save", b"failed", b"on", b"domain", rest @ ..] => {
            let inside = |word: &[u8]| unsigned(word.strip_prefix(b"(")?.strip_suffix(b")")?);
            (Message::Ended { failed: true, domain: rest.iter().take(8).find_map(|word| inside(word)) }, 4)
        }
        [b"Save", b"failed", word, ..] if word.starts_with(b"(") => (saved(false, true), 3),
        [b"Restore", b"failed", word, ..] if word.starts_with(b"(") => (saved(true, true), 3),
        [b"Complete:", b"0/0", ..] => (saved(false, false), 2),
        [b"Restore", b"successful", ..] => (saved(true, false), 2),
        [b"[xc_save]:", _, _, number, ..] => {
            (Message::Begins { incoming: false, domain: unsigned(number), command: true }, 4)
        }
        [b"[xc_restore]:", ..] => (Message::Begins { incoming: true, domain: None, command: true }, 1),
        [b"Xend", b"Daemon", b"started", ..] => (Message::Restarted, 3),
        [b"from", b"Xen", version, ..] => (Message::Version(version), 3),
        [b"rem", remaining, b"sent", sent, b"iter", iteration, rest @ ..] => {
            let at = rest.windows(2).position(|two| two == [b"Progress".as_slice(), b"="])?;
            let percent = rest.get(at.saturating_add(2)).copied().unwrap_or_default();
            let [iteration, sent, remaining] = [iteration, sent, remaining].map(|word| without(word, b","));
            (Message::Repeated { iteration, sent, remaining, percent }, at.saturating_add(9))
        }
        [b"migration", ..] | [b"Migration", ..] | [b"**", ..] => return xl(words),
        [b"xc:" | b"libxl:" | b"libxl-save-helper:", b"error:", ..] => (Message::Error, 2),
        [b"ERROR", b"Internal", b"error:", ..] => (Message::Error, 3),
        _ => return None,
    })
}

/// The pages that the round at the beginning of these words sends or skips, if that follows.
pub(super) fn pages_of(words: &[&[u8]]) -> Option<f64> {
    (0..words.len()).find_map(|at| match words.get(at..).and_then(read) {
        Some((Message::Counts { sent, skipped: Some(skipped), .. }, _)) => {
            Some(float(sent)? + float(skipped)?)
        }
        _ => None,
    })
}

/// What xl says.
fn xl<'a>(words: &[&'a [u8]]) -> Option<(Message<'a>, usize)> {
    Some(match words {
        [b"migration", b"target:", b"Ready", b"to", b"receive", ..] => {
            (Message::Begins { incoming: true, domain: None, command: true }, 5)
        }
        [b"migration", b"target:", b"Transfer", b"complete,", ..] => {
            (Message::Transferred { incoming: true }, 4)
        }
        [b"migration", b"sender:", b"Target", b"has", b"acknowledged", ..] => {
            (Message::Transferred { incoming: false }, 5)
        }
        [b"migration", b"target:", b"Domain", b"started", ..] => (Message::Runs { incoming: true }, 4),
        [b"migration", b"sender:", b"Resumed", b"OK.", ..] => (Message::Runs { incoming: false }, 4),
        [b"migration", b"target:", b"Failure,", ..]
        | [b"migration", b"target:", b"Domain", b"creation", b"failed", ..] => (Message::Error, 3),
        [b"migration", b"sender:", word, b"failed", ..] if word.starts_with(b"libxl_") => (Message::Error, 4),
        [b"Migration", b"successful.", ..] => (Message::Ended { failed: false, domain: None }, 2),
        [b"Migration", b"failed" | b"failed,", ..] => (Message::Ended { failed: true, domain: None }, 2),
        [b"**", b"Migration", b"failed", ..] => (Message::Ended { failed: true, domain: None }, 3),
        _ => return None,
    })
}

/// The word without this at its end.
fn without<'a>(word: &'a [u8], end: &[u8]) -> &'a [u8] {
    word.strip_suffix(end).unwrap_or(word)
}

/// Whether the word is `13:`.
fn is_ordinal(word: &[u8]) -> bool {
    matches!(word, [b'0'..=b'9', .., b':'])
}

fn saved<'a>(incoming: bool, failed: bool) -> Message<'a> {
    Message::Saved { incoming, exit: None, failed }
}

fn exit(incoming: bool, word: &[u8]) -> Message<'_> {
    let status = word.get(3..).unwrap_or_default();
    Message::Saved { incoming, exit: Some(status), failed: status != b"0" }
}

/// Whether a process of XCP-ng's that migrates is named, as forkexecd does: `25928 (/usr/lib64/xen/bin/emu-manager`.
fn is_emulator(number: &[u8], program: &[u8]) -> bool {
    const PROGRAMS: [&[u8]; 2] = [b"emu-manager", b"xenguest"];
    let ends = |name: &&[u8]| program.strip_suffix(b")").unwrap_or(program).ends_with(name);
    unsigned(number).is_some() && program.starts_with(b"(/") && PROGRAMS.iter().any(ends)
}

/// `… -mode hvm...) exited with code 2`; by a signal `killed by signal 9`, `exited with signal: SIGKILL`, `stopped with signal: SIGSTOP`.
fn emulator<'a>(rest: &[&'a [u8]]) -> Option<(Message<'a>, usize)> {
    const BY_ITSELF: [&[u8]; 3] = [b"exited", b"with", b"code"];
    const BY_SIGNAL: [[&[u8]; 3]; 3] =
        [[b"killed", b"by", b"signal"], [b"exited", b"with", b"signal:"], [b"stopped", b"with", b"signal:"]];
    let is_by_signal = |three: &[&[u8]]| BY_SIGNAL.iter().any(|words| three == words);
    let at = rest.windows(3).position(|three| three == BY_ITSELF || is_by_signal(three))?;
    let (before, end) = rest.split_at_checked(at)?;
    let (end, status) = (end.get(..3)?, end.get(3)?);
    let exit = if is_by_signal(end) {
        None
    } else {
        unsigned(status)?;
        Some(*status)
    };
    let incoming = before.iter().any(|word| memchr::memmem::find(word, b"restore").is_some());
    let failed = exit.is_none_or(|code| code != b"0");
    Some((Message::Saved { incoming, exit, failed }, at.saturating_add(6)))
}

/// `delta 1700ms, dom0 62%, target 32%, sent 558Mb/s, dirtied 115Mb/s 6000 pages`, as far as it goes. Xen 2 does not
/// say the pages.
fn figures<'a>(words: &[&'a [u8]]) -> Option<(Message<'a>, usize)> {
    const NAMES: [(&[u8], &[u8]); 5] =
        [(b"delta", b"ms"), (b"dom0", b"%"), (b"target", b"%"), (b"sent", b"Mb/s"), (b"dirtied", b"Mb/s")];
    let mut values = [None; 6];
    let mut used = 0_usize;
    for ((name, unit), place) in NAMES.into_iter().zip(&mut values) {
        let [word, value, ..] = words.get(used..)? else { break };
        if *word != name {
            break;
        }
        *place = Some(without(value, b",").strip_suffix(unit).unwrap_or(b""));
        used = used.saturating_add(2);
    }
    if values[4].is_some()
        && let [pages, b"pages", ..] = words.get(used..)?
    {
        values[5] = Some(pages);
        used = used.saturating_add(2);
    }
    (used > 0).then_some((Message::Figures { values }, used))
}

fn progress<'a>(words: &[&'a [u8]]) -> Option<(Message<'a>, usize)> {
    let (mut found, mut used) = match words {
        [b"Saving", b"domain", number, b"type", ..] => {
            let domain = unsigned(without(number, b","));
            return Some((Message::Begins { incoming: false, domain, command: false }, 4));
        }
        [b"Saving", b"to", b"migration", b"stream", ..] => {
            return Some((Message::Begins { incoming: false, domain: None, command: true }, 4));
        }
        [b"Saving", b"memory:", b"iter", iteration, b"(last", b"sent", sent, b"skipped", skipped, ..] => {
            let last = Some((*sent, without(without(skipped, b":"), b")")));
            (Progress { iteration: Some(iteration), last, ..Progress::default() }, 9)
        }
        [b"Saving", b"memory:", b"iter", iteration, ..] => {
            (Progress { iteration: Some(iteration), ..Progress::default() }, 4)
        }
        [b"Frames", b"iteration", iteration, b"of", limit, ..] => {
            let limit = Some(without(limit, b":"));
            (Progress { iteration: Some(iteration), limit, ..Progress::default() }, 5)
        }
        [b"Frames", b"iteration", iteration, ..] => {
            let iteration = Some(without(iteration, b":"));
            (Progress { iteration, chosen: true, ..Progress::default() }, 3)
        }
        [b"Frames:", ..] => (Progress::default(), 1),
        [b"Frames", b"verify:", ..] => (Progress::default(), 2),
        [b"Checkpointed", b"save:", ..] => (Progress::default(), 2),
        [b"Reloading", b"memory", b"pages:", pages, ..] if pages.contains(&b'/') => {
            (Progress { incoming: true, ..Progress::default() }, 3)
        }
        _ => return None,
    };
    match words.get(used..)? {
        [done, b"of", total, rest @ ..] => {
            found.pages = Some((done, total));
            used = used.saturating_add(3);
            found.percent = rest.first().and_then(|word| word.strip_prefix(b"(")?.strip_suffix(b"%)"));
        }
        [pages, rest @ ..] if pages.contains(&b'/') => {
            found.pages = crate::text::split_once(pages, b'/');
            used = used.saturating_add(1);
            found.percent = rest.first().and_then(|word| word.strip_suffix(b"%"));
        }
        _ => {}
    }
    used = used.saturating_add(usize::from(found.percent.is_some()));
    Some((Message::Progress(found), used))
}

/// The value of `"key": ` in the JSON of an emulator. It must have an end.
pub(super) fn member<'a>(json: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let at = memchr::memmem::find_iter(json, key).find(|at| {
        let quoted = |at: usize| json.get(at) == Some(&b'"');
        at.checked_sub(1).is_some_and(quoted) && quoted(at.saturating_add(key.len()))
    })?;
    let rest = json.get(at.saturating_add(key.len()).saturating_add(1)..)?.trim_ascii_start();
    let value = rest.strip_prefix(b":")?.trim_ascii_start();
    if let Some(inside) = value.strip_prefix(b"\"") {
        return crate::text::split_once(inside, b'"').map(|(text, _)| text);
    }
    let end = value.iter().position(|byte| matches!(byte, b',' | b'}') || byte.is_ascii_whitespace())?;
    value.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<(Message<'_>, usize)> {
        let words: Vec<_> =
            text.as_bytes().split(u8::is_ascii_whitespace).filter(|it| !it.is_empty()).collect();
        read(&words)
    }

    #[test]
    fn rounds() {
        let (iteration, sent) = (b"13".as_slice(), b"42".as_slice());
        let skipped = Some(b"7".as_slice());
        assert_eq!(
            parsed("13: sent 42, skipped 7, x"),
            Some((Message::Counts { iteration, sent, skipped }, 5))
        );
        assert_eq!(parsed("13: sent 42,"), Some((Message::Counts { iteration, sent, skipped: None }, 3)));
        let mut values = [b"4".as_slice(), b"100", b"0", b"344", b"1572", b"192"].map(Some);
        let all = "delta 4ms, dom0 100%, target 0%, sent 344Mb/s, dirtied 1572Mb/s 192 pages";
        assert_eq!(parsed(all), Some((Message::Figures { values }, 12)));
        values[5] = None;
        let of_xen_2 = "delta 4ms, dom0 100%, target 0%, sent 344Mb/s, dirtied 1572Mb/s";
        assert_eq!(parsed(of_xen_2), Some((Message::Figures { values }, 10)));
        let values = [Some(b"".as_slice()), Some(b"1"), None, None, None, None];
        assert_eq!(parsed("delta 4, dom0 1%, sent 344Mb/s"), Some((Message::Figures { values }, 4)));
        assert_eq!(parsed("delta"), None);
    }

    #[test]
    fn progress_of_all_versions() {
        let pages = Some((b"1024".as_slice(), b"6000".as_slice()));
        let (iteration, percent) = (Some(b"1".as_slice()), Some(b"17".as_slice()));
        let progress = Progress { iteration, pages, percent, ..Progress::default() };
        let last = Some((b"29000".as_slice(), b"3768".as_slice()));
        for (text, expected, used) in [
            (
                "Saving memory: iter 1 (last sent 29000 skipped 3768): 1024/6000   17%",
                Progress { last, ..progress },
                11,
            ),
            ("Frames iteration 1 of 5: 1024/6000   17%", Progress { limit: Some(b"5"), ..progress }, 7),
            ("Frames iteration 1: 1024 of 6000 (17%)", Progress { chosen: true, ..progress }, 7),
            ("Frames: 1024/6000  17%", Progress { iteration: None, ..progress }, 3),
            (
                "Reloading memory pages: 1024/6000  17%",
                Progress { iteration: None, incoming: true, ..progress },
                5,
            ),
        ] {
            assert_eq!(parsed(text), Some((Message::Progress(expected), used)), "{text}");
        }
        assert_eq!(parsed("Reloading memory pages:   0%"), None);
    }

    #[test]
    fn members_of_json() {
        let json = br#"{ "event" : "MIGRATION", "data": {"sent": 356352,"remaining": -1,"iteration": 0}}"#;
        assert_eq!(member(json, b"event"), Some(b"MIGRATION".as_slice()));
        assert_eq!(member(json, b"remaining"), Some(b"-1".as_slice()));
        assert_eq!(member(json, b"status"), None);
        assert_eq!(member(br#"{"sent": 35"#, b"sent"), None);
    }
}
