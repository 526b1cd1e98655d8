//! The output of ping as it is, of whatever ping.
//!
//! ```text
//! PING asam (192.168.2.70) 56(84) bytes of data.
//! [1264510800.123456] 64 bytes from 192.168.2.70: icmp_seq=1 ttl=64 time=0.412 ms
//! [1264510800.523456] no answer yet for icmp_seq=2
//!
//! --- asam ping statistics ---
//! 2 packets transmitted, 1 received, 50% packet loss, time 200ms
//! rtt min/avg/max/mdev = 0.412/0.412/0.412/0.000 ms
//! ```
//!
//! Every line about a request is a row, in the order of the file; `outcome` says what it tells. Whether a
//! request was answered is therefore a question to all rows of its number: `reply` (or `duplicate`, or
//! `damaged` where ping counts it as received) says yes, whatever stands beside it.
//!
//! Traps:
//!
//! * `no answer yet` is printed when the *next* request is sent. The reply may still come, and then it is a
//!   `reply`. The other pings' `timeout` is final for them, but a reply may follow as well.
//! * Numbers begin at 1 in iputils and at 0 elsewhere. They wrap at 65536; `seq` goes on counting. Windows
//!   has none: its requests are numbered from 1 in the order of their lines.
//! * A round trip time of `<1ms` says that it is between 0 and 1: the value is 0.5, never wrong by more.
//! * Only `-D` gives the lines a time. It is when the line was printed.
//! * `received` of Windows counts errors that other hosts sent. fping asks several hosts in turn, and each
//!   is a session. Where its output is a file hping's summary stands before its first line.
//!
//! Absent on purpose: which requests were unanswered. That needs the number of requests, and the interval.

mod event;
mod fping;
mod line;
mod plain;
mod session;
pub(super) mod summary;
mod windows;

use std::collections::HashMap;
use std::sync::Arc;

use polars::prelude::{ChunkFull, Float64Type, IntoSeries, NewChunkedArray, StringChunked, UInt32Type};

use self::event::{Content, Event, Kind, Rtt, Tool};
use self::plain::{Form, Reply};
use self::session::{Placed, Session};
use crate::column::Values;
use crate::diagnostic::{Diagnostics, Facts, Place, RowCount, excerpt};
use crate::format::{Description, Marks, Parse};
use crate::frame::{Clock, FrameBuilder, Unit};
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::pieces::{self, Batch, Passing, Start};
use crate::row_lines::LinesOfRows;
use crate::shared::sequence::Tally;

pub(crate) static DESCRIPTION: Description = Description {
    name: "ping",
    description: "the output of ping, a line for each reply and each request known to be unanswered",
    written_by: "ping of iputils, busybox, BSD, macOS, GNU inetutils and Windows; fping; hping3",
    begins_with: "`PING …`, `Pinging …`, or lines such as `64 bytes from …: icmp_seq=1 ttl=64 time=0.4 ms`",
    file_names: &["icmp"],
    clocks: &[Clock::Epoch, Clock::None],
    meaning: Meaning::Replies { resolution_s: 0.0 },
    marks: Marks::Head(&[
        b"seq=",
        b"icmp_seq",
        b"icmp_req=",
        b"PING",
        b"Pinging ",
        b"Ping ",
        b"xmt/rcv/%",
        b" : [",
        b"Reply from ",
        b"Antwort von ",
    ]),
    recognise,
    parse: Parse::Passing(begin),
};

fn recognise(head: &Head<'_>) -> bool {
    let mut proof = false;
    let mut known = 0_usize;
    for line in &head.lines {
        let content = line::read(line::stamp(line.text).1);
        proof |= content.is_proof();
        known += usize::from(content != Content::Unknown);
    }
    // Messages of other programs must not hide a log of which the rest is beyond doubt.
    proof && known.saturating_mul(2) >= head.lines.len()
}

#[derive(Debug, Default)]
struct Tallies {
    out_of_order: Tally,
    duplicates: Tally,
    below: Tally,
    unnumbered: Tally,
    time_went_back: Tally,
}

/// A script that starts a ping for each request makes at least so many sessions.
const SCRIPTED: usize = 3;

struct Reader {
    sessions: Vec<Session>,
    /// The session that lines without a host belong to.
    current: usize,
    /// Sessions of fping that have not been summed up.
    hosts: HashMap<Box<[u8]>, usize>,
    /// hping printed the first line of a record, and whether it is a duplicate.
    part: Option<bool>,
    numbers: Values<UInt32Type>,
    seqs: Values<UInt32Type>,
    epochs: Values<Float64Type>,
    rtts: Values<Float64Type>,
    kinds: Vec<Kind>,
    /// From which line each row is.
    lines: LinesOfRows,
    timed: bool,
    /// What plain replies look like, once one was seen.
    form: Option<Arc<Form>>,
    rows: RowCount,
    diagnostics: Diagnostics,
    tallies: Tallies,
    /// Values that are kept of columns that are no times and no numbers of requests.
    most: usize,
}

/// Reads a log; see the module.
fn begin(start: Start<'_>) -> Box<dyn Passing + Send> {
    let rows = start.length / 60 + 1;
    Box::new(Reader {
        sessions: Vec::new(),
        current: 0,
        hosts: HashMap::new(),
        part: None,
        numbers: Values::new("session", rows),
        seqs: Values::new("seq", rows),
        epochs: Values::new("epoch_s", rows),
        rtts: Values::new("rtt", start.room(rows)).at_most(start.most),
        kinds: Vec::with_capacity(rows),
        lines: LinesOfRows::default(),
        timed: false,
        form: None,
        rows: RowCount::default(),
        diagnostics: Diagnostics::default(),
        tallies: Tallies::default(),
        most: start.most,
    })
}

impl<'a> pieces::Reader<'a> for Reader {
    type Form = Arc<Form>;
    type Batch = Batch<Reply>;

    fn form(&mut self) -> Option<Arc<Form>> {
        self.form.clone()
    }

    fn plain(form: &Arc<Form>, bytes: &'a [u8], batch: &mut Batch<Reply>) -> (usize, u64) {
        batch.read(bytes, |bytes| plain::reply(form, bytes), plain::follows)
    }

    fn take(&mut self, form: &Arc<Form>, batch: &Batch<Reply>, first: u64) -> bool {
        self.plain_replies(form, &batch.0, first).is_some()
    }

    fn clear(batch: &mut Batch<Reply>) {
        batch.0.clear();
    }

    fn line(&mut self, line: Line<'a>) -> Result<(), Unusable> {
        let (epoch, text) = line::stamp(line.text);
        let part = self.part.take();
        match line::read(text) {
            Content::Event(mut event) => {
                if part == Some(true) && event.kind == Kind::Reply {
                    event.kind = Kind::Duplicate;
                }
                if !self.form.as_ref().is_some_and(|form| form.is_of(text, epoch.is_some())) {
                    self.form = Form::of(&event, text, epoch.is_some()).map(Arc::new).or(self.form.take());
                }
                if epoch.is_some() {
                    event.tool = event.tool.or(Some(Tool::Iputils));
                }
                self.event(line, epoch, event);
            }
            Content::Header { target, tool } => {
                if !self.sessions.get(self.current).is_some_and(|session| session.takes_header(tool)) {
                    self.begin(line.number);
                }
                self.session(line.number, |session| session.begin(target, tool));
            }
            Content::Banner { tool } => {
                if self.sessions.get(self.current).is_some_and(Session::is_over) {
                    self.begin(line.number);
                }
                self.session(line.number, |session| session.sum_up(tool));
            }
            Content::Counts(summary) => {
                self.session(line.number, |session| session.counts(summary, line.number))
            }
            Content::Times(times) => self.session(line.number, |session| session.times(times)),
            Content::HostCounts { host, summary, times } => {
                let index = self.of_host(host, line.number);
                self.hosts.remove(host);
                if let Some(session) = self.sessions.get_mut(index) {
                    session.counts(summary, line.number);
                    session.times(times);
                }
            }
            Content::Unnumbered => self.tallies.unnumbered.add(line.number),
            Content::Message => {
                let place = Place::line(line.number, line.text);
                self.diagnostics.note("message", place, || {
                    "a message that is not about a single request; it is not used".to_owned()
                });
            }
            Content::WrongData => self.wrong_data(line),
            Content::Part { duplicate } => self.part = Some(duplicate),
            Content::Remark => {}
            Content::Unknown => self.unreadable(line),
        }
        Ok(())
    }

    fn finish(mut self, bytes: &'a [u8]) -> Result<Outcome, Unusable> {
        if self.rows.read == 0 && !self.sessions.iter().any(|session| session.header || session.has_summary())
        {
            let first = Lines::new(bytes).find(|line| !line.is_blank());
            let place = first.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            return Err(unusable(place, "the output of ping", self.diagnostics));
        }
        for session in &self.sessions {
            session.check(&mut self.diagnostics);
        }
        self.tallies.report(&mut self.diagnostics);
        let mut facts = Facts::default();
        if let Some(first) = self.sessions.first() {
            first.set_facts(&mut facts);
        }
        if self.sessions.len() > 1 {
            facts.set_int("sessions", self.sessions.len());
        }
        // Nearly every log has nothing but replies, and strings are made much faster of one.
        let kinds = self.kinds.get(..self.most).unwrap_or(&self.kinds);
        let replies = kinds.iter().all(|kind| *kind == Kind::Reply);
        let outcomes = if replies {
            StringChunked::full("outcome".into(), Kind::Reply.name(), kinds.len())
        } else {
            StringChunked::from_iter_values("outcome".into(), kinds.iter().map(|kind| kind.name()))
        };
        let numbers = self.numbers.finish();
        let mut rows_of: Vec<Vec<usize>> = vec![Vec::new(); self.sessions.len()];
        let several = self.sessions.len() > 1;
        for (row, number) in numbers.iter().enumerate().take(if several { usize::MAX } else { 0 }) {
            let index = number.and_then(|number| usize::try_from(number).ok());
            if let Some(rows) = index.and_then(|index| rows_of.get_mut(index)) {
                rows.push(row);
            }
        }
        let sessions = self.sessions.iter().zip(rows_of);
        // A script that starts a ping for each request writes one log of one service.
        let scripted = self.sessions.len() >= SCRIPTED && self.sessions.iter().all(Session::is_one_request);
        let parts = if self.sessions.len() > 1 && !scripted {
            sessions.map(|(session, rows)| session.part(rows)).collect()
        } else {
            Vec::new()
        };
        let mut columns = FrameBuilder::default();
        columns.push(Unit::Count, numbers.into_series());
        columns.push(Unit::Count, self.seqs.finish().into_series());
        columns.push(Unit::EpochSeconds, self.epochs.finish().into_series());
        columns.push_first(Unit::Milliseconds, self.rtts.finish().into_series(), self.most);
        columns.push_first(Unit::Text, outcomes.into_series(), self.most);
        columns.set_lines(self.lines);
        Ok(Outcome {
            parts,
            version: None,
            columns,
            clock: if self.timed { Clock::Epoch } else { Clock::None },
            facts,
            rows: self.rows,
            diagnostics: self.diagnostics,
        })
    }
}

impl Reader {
    /// Makes a new session the current one.
    fn begin(&mut self, line: u64) {
        let number = u32::try_from(self.sessions.len()).unwrap_or(u32::MAX);
        if number > 0 {
            self.diagnostics.note("another-session", Place { line: Some(line), ..Place::FILE }, || {
                format!("session {number} begins here, a part of its own; facts describe session 0")
            });
        }
        self.current = self.sessions.len();
        self.sessions.push(Session::new(number, line));
    }

    /// Does something to the current session; there is one afterwards.
    fn session(&mut self, line: u64, change: impl FnOnce(&mut Session)) {
        if self.sessions.is_empty() {
            self.begin(line);
        }
        if let Some(session) = self.sessions.get_mut(self.current) {
            change(session);
        }
    }

    /// The session of a host that fping asks.
    fn of_host(&mut self, host: &[u8], line: u64) -> usize {
        if let Some(index) = self.hosts.get(host) {
            return *index;
        }
        self.begin(line);
        self.session(line, |session| session.begin(host, Some(Tool::Fping)));
        self.hosts.insert(host.into(), self.current);
        self.current
    }

    /// What becomes of an event in the current session.
    fn place(&mut self, event: &Event<'_>, line: u64) -> Option<Placed> {
        self.sessions.get_mut(self.current).map(|session| session.place(event, line))
    }

    fn event(&mut self, line: Line<'_>, epoch: Option<f64>, mut event: Event<'_>) {
        let place = Place::line(line.number, line.text);
        if !line.terminated && !event.whole {
            if !event.number_whole {
                self.unreadable(line);
                return;
            }
            event.rtt = Rtt::None;
            event.left_over = None;
            self.diagnostics.warning("last-line-cut", place, || {
                "the last line has no end and its round trip time may lack digits: the row is kept, its round \
                 trip time is null"
                    .to_owned()
            });
        }
        if let Some(host) = event.host {
            self.current = self.of_host(host, line.number);
        }
        let over = |session: &Session| session.is_over() || session.starts_again(&event);
        if self.sessions.get(self.current).is_none_or(over) {
            self.begin(line.number);
        }
        let mut placed = self.place(&event, line.number);
        if matches!(placed, Some(Placed::Restart)) {
            self.begin(line.number);
            placed = self.place(&event, line.number);
        }
        let (Some(placed), Some(session)) = (placed, self.sessions.get_mut(self.current)) else { return };
        match placed {
            Placed::Row { seq, kind, out_of_order } => {
                if session.goes_back(epoch) {
                    self.tallies.time_went_back.add(line.number);
                }
                if kind == Kind::Duplicate {
                    self.tallies.duplicates.add(line.number);
                }
                if out_of_order {
                    self.tallies.out_of_order.add(line.number);
                }
                self.numbers.append_value(session.number);
                self.seqs.append_value(seq);
                self.epochs.append_option(epoch);
                self.timed |= epoch.is_some();
                self.kinds.push(kind);
                self.lines.push(line.number, 1);
                self.rows.read += 1;
                self.rest_of_row(line, &event);
            }
            Placed::TooFar(last) => {
                self.rows.lost += 1;
                self.diagnostics.warning("sequence-jump", place, || {
                    format!(
                        "the sequence number jumps from {last}: nobody can have sent all the requests between them, so \
                         that they are not taken for lost; the line is left out"
                    )
                });
            }
            // A session takes its first number, whatever it is.
            Placed::TooLarge | Placed::Restart => {
                self.rows.lost += 1;
                self.diagnostics.warning("sequence-too-large", place, || {
                    "the sequence number does not fit in 32 bits; the line is left out".to_owned()
                });
            }
        }
    }

    /// The round trip time, and what stands behind it.
    fn rest_of_row(&mut self, line: Line<'_>, event: &Event<'_>) {
        let place = Place::line(line.number, line.text);
        let rtt = match event.rtt {
            Rtt::Millis(rtt) => Some(rtt),
            Rtt::Below(limit) => {
                self.tallies.below.add(line.number);
                Some(limit / 2.0)
            }
            Rtt::None => None,
            Rtt::Unreadable => {
                self.diagnostics.warning("cell-unreadable", place, || {
                    "expected a round trip time in ms; it is null".to_owned()
                });
                None
            }
        };
        self.rtts.append_option(rtt);
        if let Some(words) = event.left_over {
            let words = excerpt(words);
            self.diagnostics.warning("text-left-over", place, || {
                format!("expected the end of the line, found `{words}`; the row is kept without it")
            });
        }
    }

    fn wrong_data(&mut self, line: Line<'_>) {
        match self.kinds.last_mut() {
            Some(kind @ (Kind::Reply | Kind::Duplicate | Kind::Damaged)) => *kind = Kind::Damaged,
            Some(Kind::Unreachable | Kind::Timeout | Kind::NoAnswerYet) | None => self.unreadable(line),
        }
    }

    fn unreadable(&mut self, line: Line<'_>) {
        self.rows.lost += 1;
        // Where requests have no numbers, a reply that cannot be read still had one.
        if windows::may_be_reply(line.text)
            && let Some(session) = self.sessions.get_mut(self.current)
        {
            session.skip();
        }
        let place = Place::line(line.number, line.text);
        if line.terminated {
            self.diagnostics.warning("line-unreadable", place, || {
                "expected a line of ping about a request, or its beginning or summary; the line is left out"
                    .to_owned()
            });
        } else {
            self.diagnostics.warning("last-line-cut", place, || {
                "the last line is incomplete: its writer was stopped in the middle of it; the line is left out"
                    .to_owned()
            });
        }
    }
}

impl Tallies {
    fn report(&self, diagnostics: &mut Diagnostics) {
        let mut note = |code: &'static str, tally: &Tally, words: &str| {
            if tally.count > 0 {
                diagnostics.note(code, tally.place(), || format!("{} {words}", tally.count));
            }
        };
        note(
            "duplicate-replies",
            &self.duplicates,
            "replies came again with the same sequence number; all are kept",
        );
        note(
            "replies-out-of-order",
            &self.out_of_order,
            "replies came after a later one; they are kept where they are",
        );
        note(
            "rtt-below",
            &self.below,
            "round trip times are given as below a limit, such as `<1ms`; the value is half of the limit",
        );
        note(
            "errors-without-number",
            &self.unnumbered,
            "ICMP errors do not say which request they are about; they have no row, the request is unanswered \
             like any other without a reply",
        );
        note(
            "clock-stepped-back",
            &self.time_went_back,
            "time stamps are earlier than the one before them; they are kept",
        );
    }
}
