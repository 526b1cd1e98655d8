//! What is known of one ping while it is read.

use super::event::{Event, Kind, Tool};
use super::plain::{Form, Reply};
use super::summary::{Summary, Times};
use crate::diagnostic::{Diagnostics, Facts, Place};
use crate::part::Part;
use crate::shared::sequence::{PERIOD, Seen, Step, Unwrap};

/// A repeated first number is a new beginning if the numbers had come this far.
const FAR: u32 = 2;

/// Windows waits so long for an answer before it sends the next request, unless `-w` says otherwise, which is
/// not in the log, and sends the next one so long after an answer.
const WINDOWS_WAIT_S: f64 = 4.0;
const WINDOWS_INTERVAL_S: f64 = 1.0;

/// One ping, or with fping its requests to one host.
#[derive(Debug, Default)]
pub(super) struct Session {
    pub number: u32,
    /// Where it begins.
    pub first_line: u64,
    pub header: bool,
    tool: Option<Tool>,
    target: Option<Box<[u8]>>,
    /// Lines about requests so far, and where the last one was.
    events: u64,
    last_line: u64,
    /// Rows of the frame that ping counts as replies, and how many of them came again.
    counted: u64,
    duplicates: u64,
    /// Windows counts an error that another host sent as a reply.
    errors: u64,
    seqs: Unwrap,
    seen: Seen,
    lowest: Option<u32>,
    highest: u32,
    /// Time stamp of the last line.
    last_epoch: Option<f64>,
    summary: Option<(Summary, u64)>,
    times: Option<Times>,
    /// The summary has begun: requests that follow belong to the next session.
    summing_up: bool,
    /// ping6 of BSD does not mark duplicates.
    unmarked: bool,
    /// hping's summary comes first where its output is not a terminal.
    summary_first: bool,
    /// Requests of Windows so far.
    unnumbered: u32,
}

/// What becomes of a line about a request.
pub(super) enum Placed {
    Row {
        seq: u32,
        kind: Kind,
        out_of_order: bool,
    },
    TooLarge,
    /// Nobody can have sent all the requests between this one and the last, which had this number.
    TooFar(i64),
    /// The numbers go on from one that went too far: this is the first of another session.
    Restart,
}

impl Session {
    pub fn new(number: u32, line: u64) -> Self {
        Self { number, first_line: line, last_line: line, ..Self::default() }
    }

    /// Whether nothing has been seen of it but perhaps hping's summary.
    pub fn takes_header(&self, tool: Option<Tool>) -> bool {
        let hping = tool == Some(Tool::Hping) && self.summary_first;
        !self.header && self.events == 0 && (!self.summing_up || hping)
    }

    pub fn begin(&mut self, target: &[u8], tool: Option<Tool>) {
        self.header = true;
        self.tool = tool;
        self.target = Some(target.into());
        // From here on requests are expected again.
        self.summing_up = false;
    }

    pub fn sum_up(&mut self, tool: Option<Tool>) {
        self.summing_up = true;
        self.summary_first = tool == Some(Tool::Hping) && !self.header && self.events == 0;
    }

    /// Whether it sent one request and no more, by its own account or by its lines.
    pub fn is_one_request(&self) -> bool {
        match &self.summary {
            Some((summary, _)) => {
                summary.transmitted == 1 && self.highest <= self.lowest.unwrap_or(self.highest)
            }
            None => self.events > 0 && self.lowest == Some(self.highest),
        }
    }

    pub fn has_summary(&self) -> bool {
        self.summary.is_some()
    }

    /// Whether its summary has begun, so that what follows belongs to another one.
    pub fn is_over(&self) -> bool {
        self.summing_up
    }

    pub fn counts(&mut self, summary: Summary, line: u64) {
        self.summing_up = true;
        self.summary.get_or_insert((summary, line));
    }

    pub fn times(&mut self, times: impl Into<Option<Times>>) {
        self.times = self.times.or(times.into());
    }

    /// Whether the time stamp is earlier than the last one.
    pub fn goes_back(&mut self, epoch: Option<f64>) -> bool {
        let back = epoch.zip(self.last_epoch).is_some_and(|(epoch, last)| epoch < last);
        self.last_epoch = epoch.or(self.last_epoch);
        back
    }

    /// Whether the event is the first of another ping, of which the beginning is missing.
    pub fn starts_again(&self, event: &Event<'_>) -> bool {
        // Where the numbers may have wrapped, the first one is not one that was seen.
        let first = |seq: u32| seq <= 1 && self.highest >= seq.saturating_add(FAR) && self.seen.contains(seq);
        event.kind == Kind::Reply
            && !self.unmarked
            && event.tool != Some(Tool::Bsd)
            && event.number.and_then(|number| self.seqs.peek(number)).is_some_and(first)
    }

    /// The number of the request, counting on, and what the line means for it.
    pub fn place(&mut self, event: &Event<'_>, line: u64) -> Placed {
        self.last_line = line;
        self.unmarked |= event.tool == Some(Tool::Bsd) && event.kind == Kind::Reply;
        // Until a reply says `seq=`, `: 56 data bytes` may be either busybox or BSD.
        self.tool = self.tool.or(event.tool);
        self.events = self.events.saturating_add(1);
        let sent = event.number.unwrap_or_else(|| self.unnumbered.saturating_add(1));
        if event.number.is_none() {
            self.unnumbered = sent;
        }
        let seq = match self.seqs.next(sent) {
            Step::To(seq) => seq,
            Step::TooLarge => return Placed::TooLarge,
            Step::TooFar(last) => return Placed::TooFar(last),
            Step::Restart => return Placed::Restart,
        };
        self.lowest = Some(self.lowest.map_or(seq, |lowest| lowest.min(seq)));
        let answers = matches!(event.kind, Kind::Reply | Kind::Duplicate | Kind::Damaged) && event.counted;
        let again = answers && !self.seen.insert(seq);
        let kind = if again && event.kind == Kind::Reply { Kind::Duplicate } else { event.kind };
        let out_of_order = kind == Kind::Reply && seq < self.highest;
        if answers {
            self.highest = self.highest.max(seq);
            self.counted = self.counted.saturating_add(1);
            self.duplicates = self.duplicates.saturating_add(u64::from(kind == Kind::Duplicate));
        }
        self.errors = self.errors.saturating_add(u64::from(kind == Kind::Unreachable));
        Placed::Row { seq, kind, out_of_order }
    }

    /// Takes plain replies in lines from this one on, if they go on from the last reply: how far their numbers have gone
    /// ahead of those on the wire. Otherwise nothing.
    pub fn take(&mut self, form: &Form, replies: &[Reply], line: u64) -> Option<u32> {
        let (first, last) = replies.first().zip(replies.last())?;
        let begins = self.seqs.follows(first.seq).filter(|seq| *seq > self.highest)?;
        let back = form.stamped && self.last_epoch.is_some_and(|last| first.epoch_s < last);
        let ahead = begins.checked_sub(first.seq).filter(|_| !self.summing_up && !back)?;
        let ends = last.seq.checked_add(ahead)?;
        let count = u64::try_from(replies.len()).unwrap_or(u64::MAX);
        self.last_line = line.saturating_add(count).saturating_sub(1);
        self.tool = self.tool.or(form.stamped.then_some(Tool::Iputils));
        self.events = self.events.saturating_add(count);
        self.seqs.go_on(last.seq, ends);
        self.lowest = Some(self.lowest.map_or(begins, |lowest| lowest.min(begins)));
        self.seen.insert_new(replies.iter().map(|reply| reply.seq + ahead));
        self.highest = ends;
        self.counted = self.counted.saturating_add(count);
        self.last_epoch = form.stamped.then_some(last.epoch_s).or(self.last_epoch);
        Some(ahead)
    }

    /// A line that should have been about a request that has no number.
    pub fn skip(&mut self) {
        if self.tool == Some(Tool::Windows) {
            self.unnumbered = self.unnumbered.saturating_add(1);
        }
    }

    /// Which program wrote it, where that is known.
    fn stated_tool(&self) -> Option<Tool> {
        // The header with a colon, and replies that do not say `seq=`.
        self.tool.or((self.header && self.events > 0).then_some(Tool::Bsd))
    }

    /// The number of the first request.
    fn first_seq(&self) -> Option<u32> {
        if self.lowest == Some(0) {
            return Some(0);
        }
        // So many before the first line of a log are of a part of it that is missing.
        if let Some(lowest) = self.lowest.filter(|lowest| i64::from(*lowest) > PERIOD) {
            return Some(lowest);
        }
        self.stated_tool().map(|tool| u32::from(matches!(tool, Tool::Iputils | Tool::Windows)))
    }

    /// It, and which rows of the frame are its own.
    pub fn part(&self, rows: Vec<usize>) -> Part {
        let mut facts = Facts::default();
        self.set_facts(&mut facts);
        let target = self.target.as_ref().map(|target| String::from_utf8_lossy(target).trim().to_owned());
        let settings = target.map(|target| ("target", target)).into_iter().collect();
        Part { line: Some(self.first_line), rows, facts, settings }
    }

    pub fn set_facts(&self, facts: &mut Facts) {
        if let Some(target) = &self.target {
            facts.set_text("target", target);
        }
        if let Some(tool) = self.stated_tool() {
            facts.set_text("tool", tool.name().as_bytes());
        }
        if let Some(first) = self.first_seq() {
            facts.set_int("first_seq", first);
        }
        if self.stated_tool() == Some(Tool::Windows) {
            facts.set_float("wait_s", WINDOWS_WAIT_S);
            facts.set_float("interval_s", WINDOWS_INTERVAL_S);
        }
        if let Some((summary, line)) = &self.summary {
            summary.set_facts(facts);
            facts.set_line(*line, &Summary::FACTS);
        }
        // hping has no replies and yet times, of zero.
        if let Some(times) = self.times.filter(|_| self.counted > 0 || self.tool != Some(Tool::Hping)) {
            times.set_facts(facts);
        }
    }

    /// Compares the lines with ping's own counts.
    pub fn check(&self, diagnostics: &mut Diagnostics) {
        let number = self.number;
        let Some((summary, line)) = &self.summary else {
            let line = (self.last_line > 0).then_some(self.last_line);
            diagnostics.note("no-summary", Place { line, ..Place::FILE }, || {
                format!(
                    "session {number} ends without ping's summary: ping was killed, so the number of requests \
                     after the last line is unknown"
                )
            });
            return;
        };
        let replies = match self.tool {
            Some(Tool::Fping) => self.counted.saturating_sub(self.duplicates),
            _ => self.counted,
        };
        let most =
            if self.tool == Some(Tool::Windows) { replies.saturating_add(self.errors) } else { replies };
        let expected = summary.received.saturating_add(summary.duplicates.unwrap_or(0));
        if !(replies..=most).contains(&expected) {
            let place = Place { line: Some(*line), ..Place::FILE };
            diagnostics.warning("replies-missing", place, || {
                format!(
                    "ping counts {expected} replies, duplicates included, but there are {replies} readable lines \
                     of replies in session {number}; both numbers are kept"
                )
            });
        }
    }
}
