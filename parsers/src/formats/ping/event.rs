//! What one line of a ping can be, whichever program wrote it, and the words that several of them share.

use memchr::memmem::find;

use super::summary::{Summary, Times};
use crate::text::{float, unsigned};

/// The programs that are distinguished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    Iputils,
    Busybox,
    /// BSD, macOS and GNU inetutils, which write the same.
    Bsd,
    Windows,
    Fping,
    Hping,
}

impl Tool {
    pub fn name(self) -> &'static str {
        match self {
            Self::Iputils => "iputils",
            Self::Busybox => "busybox",
            Self::Bsd => "bsd",
            Self::Windows => "windows",
            Self::Fping => "fping",
            Self::Hping => "hping3",
        }
    }
}

/// What became of a request, as far as one line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Reply,
    Duplicate,
    Damaged,
    Unreachable,
    Timeout,
    NoAnswerYet,
}

impl Kind {
    /// As in the column `outcome`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Duplicate => "duplicate",
            Self::Damaged => "damaged",
            Self::Unreachable => "unreachable",
            Self::Timeout => "timeout",
            Self::NoAnswerYet => "no-answer-yet",
        }
    }
}

/// A round trip time as it is printed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rtt {
    None,
    Millis(f64),
    /// `<1ms`
    Below(f64),
    Unreadable,
}

/// A line about one request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Event<'a> {
    pub kind: Kind,
    /// None if the tool does not number its requests.
    pub number: Option<u32>,
    pub rtt: Rtt,
    pub tool: Option<Tool>,
    /// Of fping, which asks several hosts at once.
    pub host: Option<&'a [u8]>,
    /// Whether ping counts it among the replies received.
    pub counted: bool,
    /// Whether the line has the end that the tool gives it.
    pub whole: bool,
    /// Whether something follows the number, which therefore has all its digits.
    pub number_whole: bool,
    /// What follows although nothing should.
    pub left_over: Option<&'a [u8]>,
}

impl Event<'_> {
    pub fn new(kind: Kind, number: Option<u32>) -> Self {
        let counted = matches!(kind, Kind::Reply | Kind::Duplicate);
        Self {
            kind,
            number,
            rtt: Rtt::None,
            tool: None,
            host: None,
            counted,
            whole: true,
            number_whole: true,
            left_over: None,
        }
    }
}

/// What a line says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content<'a> {
    /// A ping begins. Where `tool` is none it is one of those that write `: 56 data bytes`.
    Header {
        target: &'a [u8],
        tool: Option<Tool>,
    },
    Event(Event<'a>),
    /// `--- HOST ping statistics ---`
    Banner {
        tool: Option<Tool>,
    },
    Counts(Summary),
    Times(Times),
    /// fping's counts, of one host.
    HostCounts {
        host: &'a [u8],
        summary: Summary,
        times: Option<Times>,
    },
    /// An ICMP error that does not say which request it is about.
    Unnumbered,
    /// A message about something else than a request.
    Message,
    /// The content of the reply in the line before is not what was sent.
    WrongData,
    /// First line of one of hping's records of several lines.
    Part {
        duplicate: bool,
    },
    /// Known and without a value.
    Remark,
    Unknown,
}

impl Content<'_> {
    /// Whether only a ping writes such a line.
    pub fn is_proof(&self) -> bool {
        match self {
            Self::Header { .. } | Self::HostCounts { .. } => true,
            // fping tells of duplicates even where it is to be quiet, and then of nothing else.
            Self::Event(Event { host: Some(_), kind: Kind::Duplicate, .. }) => false,
            Self::Event(event) => event.number.is_some() || event.rtt != Rtt::None,
            _ => false,
        }
    }
}

/// The number of a request.
pub(super) fn number(digits: &[u8]) -> Option<u32> {
    unsigned(digits).and_then(|number| u32::try_from(number).ok())
}

/// `time=0.412`, `time<1ms`, `Zeit=16ms`; and whether the unit is part of the word.
pub(super) fn time(word: &[u8]) -> Option<(Rtt, bool)> {
    let value = [b"time".as_slice(), b"Zeit"].iter().find_map(|key| word.strip_prefix(*key))?;
    let (sign, digits) = value.split_first()?;
    let (digits, unit) = digits.strip_suffix(b"ms").map_or((digits, false), |digits| (digits, true));
    let millis = float(digits).filter(|millis| *millis >= 0.0);
    let rtt = match (sign, millis) {
        (b'=', Some(millis)) => Rtt::Millis(millis),
        (b'<', Some(millis)) => Rtt::Below(millis),
        (b'=' | b'<', None) => Rtt::Unreadable,
        _ => return None,
    };
    Some((rtt, unit))
}

/// Whether the words are those of an ICMP error about a request.
pub(super) fn reports_error(text: &[u8]) -> bool {
    const ERRORS: &[&[u8]] = &[
        b"nreachable",
        b"nicht erreichbar",
        b"exceeded",
        b"prohibited",
        b"rohibited",
        b"ommunication administratively",
        b"frag needed",
        b"Frag needed",
        b"acket filtered",
        b"arameter problem",
        b"during transit",
        b"(BAD CHECKSUM)",
    ];
    ERRORS.iter().any(|words| find(text, words).is_some())
}
