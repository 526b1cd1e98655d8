//! ping through gawk: `EPOCH.COUNTER SEQ RTT`.
//!
//! ```text
//! # PING 192.168.2.70 (192.168.2.70) 56(84) bytes of data.
//! 1264510800.0 1 0.412
//! 1264510800.1 2 0.398
//! # 500 packets transmitted, 494 received, 1% packet loss, time 99912ms
//! # rtt min/avg/max/mdev = 0.301/0.552/4.113/0.402 ms
//! ```
//!
//! Traps:
//!
//! * `.COUNTER` is not a fraction. It is the number of the reply modulo 100, counted from 0: `1264512345.7`
//!   and `1264512346.12` are the replies numbered 7 and 12. It says whether a *line* is missing, which is
//!   something else than an unanswered request: that is a hole in SEQ.
//! * EPOCH is the whole second in which gawk saw the line, not when the reply came.
//! * Sequence numbers wrap at 65536; `seq` goes on counting. (More than 32767 requests in a row without an
//!   answer, almost two hours at five a second, could not be told from replies out of order.)
//! * A file may hold several sessions; `session` numbers them from 0. A session ends with its summary; a
//!   killed ping has none, and then ping's header begins the next one, or counter and sequence that both
//!   start again.
//! * All requests may be unanswered: then there are only `#` lines, and the frame has no rows. That is data.
//! * Duplicates and replies out of order are kept.
//!
//! Absent on purpose: which requests were unanswered. That needs the interval and the number of requests.

mod comment;
mod plain;

use polars::prelude::{Float64Type, Int64Type, IntoSeries, UInt32Type};

use self::comment::Comment;
use crate::column::Values;
use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::format::{Description, Marks, Parse};
use crate::formats::ping::summary::Summary;
use crate::frame::{Clock, FrameBuilder, Unit};
use crate::head::Head;
use crate::lines::{Line, Lines};
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable, unusable};
use crate::part::{Part, consecutive};
use crate::pieces::{self, Batch, Passing, Start};
use crate::row_lines::LinesOfRows;
use crate::shared::sequence::{PERIOD, Seen, Step, Tally, Unwrap};
use crate::text::{float, split_once, unsigned, words};
use crate::time::epoch;

pub(crate) static DESCRIPTION: Description = Description {
    name: "ping-gawk",
    description: "replies to ping, one a line: arrival second and reply counter, sequence number, round trip time",
    written_by: "iputils ping through a gawk program",
    begins_with: "`# PING …` or lines EPOCH.COUNTER SEQ RTT",
    file_names: &["icmp"],
    clocks: &[Clock::EpochSecondsAtArrival],
    meaning: Meaning::Replies { resolution_s: 1.0 },
    marks: Marks::None,
    recognise,
    parse: Parse::Passing(begin),
};

fn recognise(head: &Head<'_>) -> bool {
    let mut replies = head.lines.iter().filter(|line| !line.text.starts_with(b"#"));
    match replies.next() {
        Some(line) => {
            let second = replies.next();
            Reply::read(line.text).is_ok() || second.is_some_and(|line| Reply::read(line.text).is_ok())
        }
        // Nobody answered: ping's own words are all there is.
        None => {
            let fits = |line: &Line<'_>| {
                matches!(comment::read(line.text), Comment::Header { .. } | Comment::Counts(_))
            };
            head.whole && head.lines.iter().any(fits)
        }
    }
}

/// A line of the log.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Reply {
    epoch: i64,
    counter: u32,
    /// As sent: 16 bits, unless the ping that wrote it counts further.
    seq: u32,
    rtt: Option<f64>,
    /// Whether the round trip time has as many decimals as ping prints for its size.
    rtt_whole: bool,
}

impl Reply {
    /// The position in the line and the word that is not as expected, if one is not.
    fn read(line: &[u8]) -> Result<Self, (usize, &[u8], &'static str)> {
        let mut words = words(line);
        let end = line.len();
        let (at, stamp) = words.next().ok_or((0, line, "EPOCH.COUNTER"))?;
        let (seconds, counter) = split_once(stamp, b'.')
            .and_then(|(seconds, counter)| Some((epoch::whole(seconds)?, counter)))
            .ok_or((at, stamp, "EPOCH.COUNTER"))?;
        let counter = unsigned(counter)
            .filter(|_| counter.len() <= 2)
            .and_then(|counter| u32::try_from(counter).ok())
            .ok_or((at, stamp, "a reply counter from 0 to 99 after the point"))?;
        let (at, word) = words.next().ok_or((end, b"".as_slice(), "a sequence number"))?;
        let seq =
            unsigned(word).and_then(|seq| u32::try_from(seq).ok()).ok_or((at, word, "a sequence number"))?;
        let (at, word) = words.next().ok_or((end, b"".as_slice(), "a round trip time in ms"))?;
        let rtt = float(word).filter(|rtt| *rtt >= 0.0).ok_or((at, word, "a round trip time in ms"))?;
        if let Some((at, word)) = words.next() {
            return Err((at, word, "the end of the line after the round trip time"));
        }
        Ok(Self { epoch: seconds, counter, seq, rtt: Some(rtt), rtt_whole: decimals_fit(word, rtt) })
    }
}

/// iputils prints three decimals below 1 ms, two below 10, one below 100, none above.
fn decimals_fit(word: &[u8], rtt: f64) -> bool {
    let decimals = split_once(word, b'.').map_or(0, |(_, decimals)| decimals.len());
    let expected = match rtt {
        rtt if rtt < 1.0 => 3,
        rtt if rtt < 10.0 => 2,
        rtt if rtt < 100.0 => 1,
        _ => 0,
    };
    decimals >= expected
}

/// What is known of the session that is being read.
#[derive(Debug, Default)]
struct Session {
    number: u32,
    /// Replies so far.
    replies: u64,
    /// The counter that the next reply should have; none before the first one.
    next_counter: Option<u32>,
    seqs: Unwrap,
    highest_seq: i64,
    seen: Seen,
    /// Its summary line has been read: whatever follows belongs to the next session.
    summed_up: bool,
}

struct Reader {
    session: Session,
    /// Whether anything of the current session has been seen.
    open: bool,
    epochs: Values<Int64Type>,
    counters: Values<UInt32Type>,
    seqs: Values<UInt32Type>,
    rtts: Values<Float64Type>,
    sessions: Values<UInt32Type>,
    lines: LinesOfRows,
    /// Where each session begins, in rows, and what it says of itself.
    parts: Vec<(usize, Part)>,
    rows: RowCount,
    diagnostics: Diagnostics,
    out_of_order: Tally,
    duplicates: Tally,
    other_comments: Tally,
    comments: u64,
    /// Values that are kept of columns that are no times and no numbers of requests.
    most: usize,
}

/// Reads a log; see the module.
fn begin(start: Start<'_>) -> Box<dyn Passing + Send> {
    let rows = start.length / 22 + 1;
    Box::new(Reader {
        session: Session::default(),
        open: false,
        epochs: Values::new("epoch", rows),
        counters: Values::new("counter", start.room(rows)).at_most(start.most),
        seqs: Values::new("seq", rows),
        rtts: Values::new("rtt", start.room(rows)).at_most(start.most),
        sessions: Values::new("session", rows),
        lines: LinesOfRows::default(),
        parts: vec![(0, Part::default())],
        rows: RowCount::default(),
        diagnostics: Diagnostics::default(),
        out_of_order: Tally::default(),
        duplicates: Tally::default(),
        other_comments: Tally::default(),
        comments: 0,
        most: start.most,
    })
}

impl<'a> pieces::Reader<'a> for Reader {
    type Form = ();
    type Batch = Batch<plain::Reply>;

    fn form(&mut self) -> Option<()> {
        Some(())
    }

    fn plain((): &(), bytes: &'a [u8], batch: &mut Batch<plain::Reply>) -> (usize, u64) {
        batch.read(bytes, plain::reply, plain::follows)
    }

    fn take(&mut self, (): &(), batch: &Batch<plain::Reply>, first: u64) -> bool {
        let taken = self.plain_replies(&batch.0).is_some();
        self.lines.push(first, if taken { batch.0.len() } else { 0 });
        taken
    }

    fn clear(batch: &mut Batch<plain::Reply>) {
        batch.0.clear();
    }

    fn line(&mut self, line: Line<'a>) -> Result<(), Unusable> {
        if line.text.starts_with(b"#") {
            self.comment(line);
        } else {
            self.reply(line);
        }
        Ok(())
    }

    fn finish(mut self, bytes: &'a [u8]) -> Result<Outcome, Unusable> {
        if self.rows.read == 0 && self.comments == 0 {
            let first = Lines::new(bytes).find(|line| !line.is_blank());
            let place = first.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            return Err(unusable(place, "lines EPOCH.COUNTER SEQ RTT", self.diagnostics));
        }
        self.end_session(Place::FILE);
        self.tallies();
        let mut facts = self.parts.first().map(|(_, first)| first.facts.clone()).unwrap_or_default();
        let mut parts = Vec::new();
        if self.session.number > 0 {
            facts.set_int("sessions", self.session.number.saturating_add(1));
            parts = consecutive(self.parts, self.rows.read);
        }
        let mut columns = FrameBuilder::default();
        columns.push(Unit::EpochSeconds, self.epochs.finish().into_series());
        columns.push_first(Unit::Count, self.counters.finish().into_series(), self.most);
        columns.push(Unit::Count, self.seqs.finish().into_series());
        columns.push_first(Unit::Milliseconds, self.rtts.finish().into_series(), self.most);
        columns.push(Unit::Count, self.sessions.finish().into_series());
        columns.set_places(self.lines);
        Ok(Outcome {
            version: None,
            columns,
            clock: Clock::EpochSecondsAtArrival,
            facts,
            parts,
            rows: self.rows,
            diagnostics: self.diagnostics,
        })
    }
}

impl Reader {
    fn comment(&mut self, line: Line<'_>) {
        let place = Place::line(line.number, line.text);
        match comment::read(line.text) {
            Comment::Header { target } => {
                if self.open {
                    self.next_session(place);
                }
                self.comments += 1;
                self.fact(|facts| facts.set_text("target", target));
            }
            Comment::Counts(summary) => {
                self.comments += 1;
                self.session.summed_up = true;
                self.summary(place, &summary);
            }
            Comment::Rtt(times) => self.fact(|facts| times.set_facts(facts)),
            Comment::Nothing => {}
            Comment::Other => self.other_comments.add(line.number),
        }
        self.open = true;
    }

    fn fact(&mut self, set: impl FnOnce(&mut Facts)) {
        if let Some((_, session)) = self.parts.last_mut() {
            set(&mut session.facts);
        }
    }

    fn summary(&mut self, place: Place<'_>, summary: &Summary) {
        self.fact(|facts| {
            summary.set_facts(facts);
            place.line.into_iter().for_each(|line| facts.set_line(line, &Summary::FACTS));
        });
        // `received` leaves out duplicates, the lines do not.
        let expected = summary.received.saturating_add(summary.duplicates.unwrap_or(0));
        let replies = self.session.replies;
        if replies != expected {
            self.diagnostics.warning("replies-missing", place, || {
                format!(
                    "ping counts {expected} replies, duplicates included, but there are {replies} readable \
                     lines of replies in this session; both numbers are kept"
                )
            });
        }
    }

    fn next_session(&mut self, place: Place<'_>) {
        self.end_session(place);
        let number = self.session.number.saturating_add(1);
        self.session = Session { number, ..Session::default() };
        self.open = false;
        self.parts.push((self.rows.read, Part { line: place.line, ..Part::default() }));
        self.diagnostics.note("another-session", place, || {
            format!("session {number} begins here, a part of its own; facts describe session 0")
        });
    }

    fn end_session(&mut self, place: Place<'_>) {
        if !self.session.summed_up {
            let number = self.session.number;
            self.diagnostics.note("no-summary", Place { text: None, ..place }, || {
                format!(
                    "session {number} ends without ping's summary: ping was killed, so the number of requests \
                     after the last reply is unknown"
                )
            });
        }
    }

    fn reply(&mut self, line: Line<'_>) {
        let mut reply = match Reply::read(line.text) {
            Ok(reply) => reply,
            Err((position, found, expected)) => {
                self.unreadable(line, position, found, expected);
                return;
            }
        };
        let last = self.session.seqs.last_sent();
        let starts_again = reply.counter == 0 && last.is_some_and(|last| reply.seq <= 1 && last > 1);
        let wrapped = last.is_some_and(|last| i64::from(last) >= PERIOD / 2);
        // Where the sequence may have wrapped, a 1 says nothing unless the counter starts again as well.
        let unexpected = self.session.next_counter != Some(0);
        if self.session.summed_up || (starts_again && (!wrapped || unexpected)) {
            self.next_session(Place::line(line.number, line.text));
        }
        if !line.terminated && !reply.rtt_whole {
            reply.rtt = None;
            self.diagnostics.warning("last-line-cut", Place::line(line.number, line.text), || {
                "the last line has no end and its round trip time may lack digits: the reply is kept, its \
                 round trip time is null"
                    .to_owned()
            });
        }
        self.open = true;
        self.counter(line, reply.counter);
        let place = Place::line(line.number, line.text);
        let mut step = self.session.seqs.next(reply.seq);
        if step == Step::Restart {
            let next_counter = self.session.next_counter;
            self.next_session(place);
            (self.open, self.session.next_counter) = (true, next_counter);
            step = self.session.seqs.next(reply.seq);
        }
        let seq = match step {
            Step::To(seq) => seq,
            Step::TooFar(last) => {
                self.rows.lost += 1;
                self.diagnostics.warning("sequence-jump", place, || {
                    format!(
                        "the sequence number jumps from {last}: nobody can have sent all the requests between them, so \
                         that they are not taken for lost; the line is left out"
                    )
                });
                return;
            }
            // A session takes its first number, whatever it is.
            Step::TooLarge | Step::Restart => {
                self.rows.lost += 1;
                self.diagnostics.warning("sequence-too-large", place, || {
                    "the sequence number does not fit in 32 bits; the line is left out".to_owned()
                });
                return;
            }
        };
        self.order(line, seq);
        self.rows.read += 1;
        self.session.replies += 1;
        self.lines.push(line.number, 1);
        self.epochs.append_value(reply.epoch);
        self.counters.append_value(reply.counter);
        self.seqs.append_value(seq);
        match reply.rtt {
            Some(rtt) => self.rtts.append_value(rtt),
            None => self.rtts.append_null(),
        }
        self.sessions.append_value(self.session.number);
    }

    /// Takes replies of which the counters follow each other and the numbers rise, if they go on so from the last one.
    fn plain_replies(&mut self, replies: &[plain::Reply]) -> Option<()> {
        let (first, last) = replies.first().zip(replies.last())?;
        let session = &mut self.session;
        if session.summed_up || session.next_counter != Some(first.counter) {
            return None;
        }
        let begins = session.seqs.follows(first.seq).filter(|seq| i64::from(*seq) > session.highest_seq)?;
        let ahead = begins.checked_sub(first.seq)?;
        let ends = last.seq.checked_add(ahead)?;
        session.seqs.go_on(last.seq, ends);
        session.seen.insert_new(replies.iter().map(|reply| reply.seq + ahead));
        session.highest_seq = i64::from(ends);
        session.next_counter = Some((last.counter + 1) % 100);
        session.replies = session.replies.saturating_add(u64::try_from(replies.len()).unwrap_or(u64::MAX));
        self.open = true;
        self.rows.read += replies.len();
        self.epochs.extend(replies.iter().map(|reply| reply.epoch));
        self.counters.extend(replies.iter().map(|reply| reply.counter));
        self.seqs.extend(replies.iter().map(|reply| reply.seq + ahead));
        self.rtts.extend(replies.iter().map(|reply| reply.rtt));
        self.sessions.append_same(self.session.number, replies.len());
        Some(())
    }

    fn unreadable(&mut self, line: Line<'_>, position: usize, found: &[u8], expected: &'static str) {
        self.rows.lost += 1;
        // The line was written, so the counter goes on; without this the next line would be reported too.
        self.session.next_counter = self.session.next_counter.map(|counter| (counter + 1) % 100);
        if line.terminated {
            let place = Place::cell(line.number, position, line.text);
            let found = crate::diagnostic::excerpt(found);
            self.diagnostics.warning("line-unreadable", place, || {
                format!("expected {expected}, found `{found}`; the line is left out")
            });
        } else {
            self.diagnostics.warning("last-line-cut", Place::line(line.number, line.text), || {
                format!(
                    "the last line is incomplete, expected {expected}: its writer was stopped in the middle \
                     of it; the line is left out"
                )
            });
        }
    }

    fn counter(&mut self, line: Line<'_>, counter: u32) {
        let expected = self.session.next_counter.unwrap_or(0);
        if counter != expected {
            let missing = (counter + 100 - expected % 100) % 100;
            self.diagnostics.warning("counter-break", Place::cell(line.number, 0, line.text), || {
                format!(
                    "the reply counter is {counter}, expected {expected}: {missing} lines of replies (or that \
                     and a multiple of 100) are missing here, or another session begins; their sequence \
                     numbers look unanswered"
                )
            });
        }
        self.session.next_counter = Some((counter + 1) % 100);
    }

    fn order(&mut self, line: Line<'_>, seq: u32) {
        if !self.session.seen.insert(seq) {
            self.duplicates.add(line.number);
        } else if i64::from(seq) < self.session.highest_seq {
            self.out_of_order.add(line.number);
        }
        self.session.highest_seq = self.session.highest_seq.max(i64::from(seq));
    }

    fn tallies(&mut self) {
        let Self { duplicates, out_of_order, other_comments, diagnostics, .. } = self;
        if duplicates.count > 0 {
            diagnostics.note("duplicate-replies", duplicates.place(), || {
                format!("{} replies came again with the same sequence number; all are kept", duplicates.count)
            });
        }
        if out_of_order.count > 0 {
            diagnostics.note("replies-out-of-order", out_of_order.place(), || {
                format!("{} replies came after a later one; they are kept where they are", out_of_order.count)
            });
        }
        if other_comments.count > 0 {
            diagnostics.note("other-comments", other_comments.place(), || {
                format!(
                    "{} lines beginning with # say something else; they are not used",
                    other_comments.count
                )
            });
        }
    }
}
