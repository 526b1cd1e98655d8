//! A line of VLC's messages, as on stderr and in its log files; shared by the formats that meet them.
//!
//! ```text
//! [000055d0c5b1a1a0] main video output warning: picture is too late to be displayed (missing 450 ms)
//! [0x86e2958] main video output warning: late picture skipped (42387 > -27)
//! main warning: late picture skipped (934564310 > -802)
//! ```

use crate::text::{split_once, words};

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Message<'a> {
    /// Whether the address of the object that speaks stands before it.
    pub addressed: bool,
    /// Who speaks.
    speaker: &'a [u8],
    /// The text behind the colon.
    pub text: &'a [u8],
}

impl<'a> Message<'a> {
    /// Reads a line; none if it is no message of VLC.
    pub fn read(line: &'a [u8]) -> Option<Self> {
        let line = line.trim_ascii();
        let (addressed, rest) = match address(line) {
            Some(rest) => (true, rest),
            None if line.starts_with(b"[") => return None,
            None => (false, line),
        };
        let colon = memchr::memchr_iter(b':', rest).find(|at| rest.get(at + 1) == Some(&b' '))?;
        let (speaker, text) = rest.split_at(colon);
        let mut last: &[u8] = b"";
        let mut count = 0_usize;
        for (_, word) in words(speaker) {
            (last, count) = (word, count.saturating_add(1));
        }
        let level = matches!(last, b"debug" | b"warning" | b"error");
        let fits = count <= 6 && if addressed { count >= 1 } else { count >= 2 && level };
        fits.then_some(Self { addressed, speaker, text: text.get(2..).unwrap_or_default() })
    }

    /// Whether the core of VLC speaks, not one of its modules.
    pub fn is_core(&self) -> bool {
        self.speaker.starts_with(b"main ") || self.speaker.starts_with(b"core ")
    }
}

/// What stands behind `[` hexadecimal digits `] `.
fn address(line: &[u8]) -> Option<&[u8]> {
    let (address, rest) = split_once(line.strip_prefix(b"[")?, b']')?;
    let digits = address.strip_prefix(b"0x").unwrap_or(address);
    let hexadecimal = (6..=16).contains(&digits.len()) && digits.iter().all(u8::is_ascii_hexdigit);
    rest.strip_prefix(b" ").filter(|_| hexadecimal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_all_ages() {
        let read = |line: &'static str| Message::read(line.as_bytes()).map(|it| (it.addressed, it.text));
        assert_eq!(read("[0x86e2958] main video output warning: late"), Some((true, b"late".as_slice())));
        assert_eq!(
            read("[0000000000000301] main libvlc: Running vlc"),
            Some((true, b"Running vlc".as_slice()))
        );
        assert_eq!(read("main debug: TIMER x : y"), Some((false, b"TIMER x : y".as_slice())));
        assert_eq!(read("vout warning: late"), Some((false, b"late".as_slice())));
        for line in
            ["", ":", "warning: late", "main: late", "cc1: warning: late", "[mpeg4 @ 0xb51] main debug: x"]
        {
            assert_eq!(read(line), None, "{line}");
        }
        assert_eq!(read("[1264510800.123456] 64 bytes from 192.168.2.70: icmp_seq=1"), None);
    }
}
