//! `nping`: requests and their answers as nping prints them, over TCP, UDP, ICMP or ARP.
//!
//! ```text
//! Starting Nping 0.7.93 ( https://nmap.org/nping ) at 2026-12-01 06:16 UTC
//! SENT (0.0121s) TCP 127.0.0.1:54705 > 127.0.0.1:17841 S ttl=64 id=62224 iplen=40  seq=3044056759 win=1480
//! RCVD (0.0125s) TCP 127.0.0.1:17841 > 127.0.0.1:54705 SA ttl=64 id=0 iplen=44  seq=389243355 win=65495 <mss 65495>
//! SENT (0.2125s) ICMP [127.0.0.1 > 127.0.0.1 Echo request (type=8/code=0) id=36018 seq=1] IP [ttl=64 id=42061 iplen=28 ]
//! SENT (0.0016s) Starting TCP Handshake > 127.0.0.1:17841
//! RCVD (0.0016s) Handshake with 127.0.0.1:17841 completed
//!
//! Max rtt: 0.045ms | Min rtt: 0.022ms | Avg rtt: 0.030ms
//! Raw packets sent: 4 (160B) | Rcvd: 4 (176B) | Lost: 0 (0.00%)
//! ```
//!
//! Traps:
//!
//! * Seconds count from the start of nping, whose date is told to the minute. They get their place from an event `nping started` of a
//!   script, or from a time in front of every line.
//! * An answer is that to the last request that it fits and that has none: by the sequence number of an echo, else by address and
//!   port. Numbers of echoes may repeat, and skip some.
//! * A packet of TCP that is sent again, since nobody took up the connection, answers no other request.
//! * As nping counts: any packet of the target is an answer, also that a port is closed; a handshake that is refused is a failure, and
//!   so is what another host says (`Host unreachable`).
//! * A request without an answer has failed, unless its answer may be in a damaged line, or the log ends behind it.
//! * Several runs in a file each count from their own start: only the first is read.
//!
//! Absent on purpose: the echo mode; `-H` and `-q`, which leave requests out; the times of the summary.

mod line;

use std::collections::BTreeMap;

use self::line::{Answer, Event, Verdict};
use crate::diagnostic::Place;
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable};
use crate::shared::requests::{Manner, Moment, Request, Requests};
use crate::text::{unsigned, words};

pub(crate) static DESCRIPTION: Description = Description {
    name: "nping",
    description: "requests over TCP, UDP, ICMP or ARP and their answers, by the time since the start of nping",
    written_by: "nping 0.5 to 0.7 of Nmap",
    begins_with: "`Starting Nping 0.7.93 ( https://nmap.org/nping ) at …`, with `SENT (0.0121s) …` below",
    file_names: &[],
    clocks: &[Clock::None, Clock::Epoch],
    meaning: Meaning::Requests,
    marks: Marks::Head(&[b"SENT ("]),
    recognise,
    parse: Parse::Whole(parse),
};

const EXPECTED: &str = "lines of nping such as `SENT (0.0121s) TCP …`; -q and -H leave them out";

fn recognise(head: &Head<'_>) -> bool {
    head.lines.iter().any(|line| matches!(Event::read(line.text), Some(Some(Event::Sent { .. }))))
}

/// A request, and what came of it.
#[derive(Debug)]
struct Sent {
    line: u64,
    at_s: f64,
    /// When it was over, and whether it worked.
    over: Option<(f64, bool)>,
    /// Whether its answer may be there and cannot be read.
    is_open: bool,
}

/// Requests of one number or port.
#[derive(Debug, Default)]
struct Conversation<'a> {
    waiting: Waiting,
    latest: usize,
    /// The number of the last packet of TCP that came.
    number: Option<&'a [u8]>,
}

/// Requests that wait for an answer, the last one on top. Those that have one are taken off when they come up.
type Waiting = Vec<usize>;

#[derive(Debug, Default)]
struct Reader<'a> {
    requests: Requests,
    sent: Vec<Sent>,
    of_all: Waiting,
    of_host: BTreeMap<&'a [u8], Waiting>,
    of_key: BTreeMap<(&'a [u8], &'a [u8]), Conversation<'a>>,
    unexpected: u64,
    /// Whether the last line about a request was damaged: what comes may be its answer.
    is_behind_damage: bool,
    runs: u32,
    version: Option<String>,
    /// Requests, as the summary counts them.
    told: Option<u64>,
}

/// Reads the log; see the module.
fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut reader = Reader::default();
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        reader.line(line);
    }
    let version = reader.version.take();
    reader.finish().map(|outcome| Outcome { version, ..outcome })
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: Line<'a>) {
        if let Some(rest) = line.text.strip_prefix(b"Starting Nping ") {
            self.runs = self.runs.saturating_add(1);
            let version = words(rest).next().map(|(_, word)| String::from_utf8_lossy(word).into_owned());
            self.version = self.version.take().or(version);
            return;
        }
        let is_later = self.runs > 1;
        match Event::read(line.text) {
            None if !is_later => self.summary(line.text),
            None => {}
            Some(_) if is_later => {
                self.requests.lost = self.requests.lost.saturating_add(1);
                self.requests.diagnostics.warning("other-run", Place::line(line.number, line.text), || {
                    "of a second run of nping, which counts from its own start; it is left out".to_owned()
                });
            }
            Some(Some(Event::Sent { at_s, host, key })) => self.sent(line, at_s, host, key),
            Some(Some(Event::Received { at_s, answer })) if line.terminated => self.received(at_s, &answer),
            Some(None | Some(Event::Received { .. })) => {
                self.requests.lose(line, "`SENT (0.0121s) TCP 10.0.0.1:54705 > 10.0.0.2:80 …`, or `RCVD`");
                if line.text.starts_with(b"SENT") {
                    self.is_behind_damage = true;
                } else if let Some(at) = top(&mut self.of_all, &self.sent) {
                    // It may be the answer to the last request.
                    self.sent.get_mut(at).into_iter().for_each(|sent| sent.is_open = true);
                }
            }
        }
    }

    /// `Raw packets sent: 4 (160B) | …`, `TCP connection attempts: 4 | …`.
    fn summary(&mut self, text: &[u8]) {
        for title in [b"Raw packets sent: ".as_slice(), b"TCP connection attempts: ", b"UDP packets sent: "] {
            let count = text.strip_prefix(title).and_then(|rest| words(rest).next());
            self.told = self.told.or(count.and_then(|(_, word)| unsigned(word)));
        }
    }

    fn sent(&mut self, line: Line<'a>, at_s: f64, host: &'a [u8], key: &'a [u8]) {
        let at = self.sent.len();
        self.is_behind_damage = false;
        self.sent.push(Sent { line: line.number, at_s, over: None, is_open: false });
        self.of_all.push(at);
        self.of_host.entry(host).or_default().push(at);
        let conversation = self.of_key.entry((host, key)).or_default();
        conversation.waiting.push(at);
        conversation.latest = at;
    }

    fn received(&mut self, at_s: f64, answer: &Answer<'a>) {
        if self.is_behind_damage && !answer.is_echo {
            self.unexpected = self.unexpected.saturating_add(1);
            return;
        }
        let of_host = self.of_host.get_mut(answer.host);
        let is_target = of_host.is_some();
        let found = match (answer.key, of_host) {
            (Some(key), _) if is_target => {
                let conversation = self.of_key.get_mut(&(answer.host, key));
                conversation.and_then(|conversation| conversation.answered(answer, &self.sent))
            }
            (_, Some(waiting)) => top(waiting, &self.sent),
            // What others say is of any request.
            (_, None) => top(&mut self.of_all, &self.sent),
        };
        let worked = match answer.verdict {
            Verdict::Answered => is_target,
            Verdict::Refused => false,
        };
        match found.and_then(|at| self.sent.get_mut(at)) {
            Some(sent) if at_s >= sent.at_s => sent.over = Some((at_s, worked)),
            Some(_) | None => self.unexpected = self.unexpected.saturating_add(1),
        }
    }

    fn finish(mut self) -> Result<Outcome, Unusable> {
        // Without a summary nping was stopped, perhaps before an answer.
        if self.told.is_none()
            && let Some(last) = self.sent.last_mut().filter(|last| last.over.is_none())
        {
            last.is_open = true;
        }
        let open = self.sent.iter().filter(|sent| sent.is_open && sent.over.is_none()).count();
        if open > 0 {
            self.requests.diagnostics.note("requests-open", Place::FILE, || {
                format!(
                    "whether {open} requests were answered is not known: the line that may say so is damaged, or the log ends before it; \
                     they are left out"
                )
            });
        }
        if self.unexpected > 0 {
            let count = self.unexpected;
            self.requests.diagnostics.note("unexpected-answers", Place::FILE, || {
                format!(
                    "{count} packets came that answer no request, or one that was answered; they are not used"
                )
            });
        }
        let seen = u64::try_from(self.sent.len()).unwrap_or(u64::MAX);
        if let Some(told) = self.told.filter(|told| *told > seen && self.requests.lost == 0) {
            self.requests.lost = self.requests.lost.saturating_add(1);
            self.requests.diagnostics.warning("requests-missing", Place::FILE, || {
                format!("the summary counts {told} requests, the log has {seen}: lines are missing")
            });
        }
        let rows = self.sent.iter().filter(|sent| sent.over.is_some() || !sent.is_open).map(|sent| Request {
            line: sent.line,
            moment: Moment::SinceStart(sent.at_s),
            duration_s: sent.over.map(|(over_s, _)| over_s - sent.at_s),
            worked: sent.over.is_some_and(|(_, worked)| worked),
        });
        self.requests.rows = rows.collect();
        self.requests.facts.set_text("since", b"nping started");
        let manner = Manner {
            time_is_end: false,
            is_closed_loop: false,
            time_resolution_s: 1e-4,
            duration_resolution_s: 2e-4,
        };
        self.requests.finish(manner, EXPECTED)
    }
}

impl<'a> Conversation<'a> {
    /// The request that a packet answers. One that TCP sends again answers none.
    fn answered(&mut self, answer: &Answer<'a>, sent: &[Sent]) -> Option<usize> {
        let is_again = answer.number.is_some() && answer.number == self.number;
        let is_over = sent.get(self.latest).is_some_and(|latest| latest.over.is_some());
        self.number = answer.number;
        if is_again && is_over { None } else { top(&mut self.waiting, sent) }
    }
}

/// The last request that waits; those above it are answered and taken off.
fn top(waiting: &mut Waiting, sent: &[Sent]) -> Option<usize> {
    while let Some(at) = waiting.last() {
        if sent.get(*at).is_some_and(|sent| sent.over.is_none() && !sent.is_open) {
            return Some(*at);
        }
        waiting.pop();
    }
    None
}
