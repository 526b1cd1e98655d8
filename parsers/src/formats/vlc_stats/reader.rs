//! The dumps of a log, each with the input it belongs to, and what follows for the log as a whole.

use super::counters::{self, COUNTERS, Counter, Dump, Source};
use crate::diagnostic::{Diagnostics, Facts, Place, RowCount};
use crate::frame::{Clock, FrameBuilder};
use crate::lines::{Line, Lines};
use crate::outcome::{Outcome, Unusable, unusable};

/// Collects the rows and knows which input they belong to.
#[derive(Debug, Default)]
pub(super) struct Reader {
    dumps: Vec<(u32, Dump)>,
    input: u32,
    /// The counters of this input are final: whatever comes belongs to the next one.
    closed: bool,
    pub version: Option<String>,
    pub rows: RowCount,
    pub diagnostics: Diagnostics,
}

impl Reader {
    /// Takes over a finished dump.
    pub fn dump(&mut self, dump: Dump) {
        if dump.is_empty() {
            self.rows.lost += 1;
            self.diagnostics.warning("empty-dump", Place { line: Some(dump.line), ..Place::FILE }, || {
                "statistics without any readable counter; they are left out".to_owned()
            });
            return;
        }
        if let Some((_, last)) = self.dumps.last()
            && (self.closed || dump.is_behind(last))
        {
            self.input = self.input.saturating_add(1);
        }
        self.closed = dump.source == Source::Stderr;
        self.rows.read += 1;
        self.dumps.push((self.input, dump));
    }

    /// VLC says that it plays something else from here on.
    pub fn new_input(&mut self) {
        self.closed |= !self.dumps.is_empty();
    }

    pub fn value_lost(&mut self, line: Line<'_>, what: &'static str) {
        self.diagnostics.warning("unreadable-value", Place::line(line.number, line.text), || {
            format!("expected {what}; the value is null")
        });
    }

    pub fn finish(mut self, bytes: &[u8]) -> Result<Outcome, Unusable> {
        if self.dumps.is_empty() {
            let first = Lines::new(bytes).find(|line| !line.is_blank());
            let place = first.map_or(Place::FILE, |line| Place::line(line.number, line.text));
            let expected = "statistics: `+----[ begin of statistical info`, ` - Vout : N/N - Aout : N/N`, or \
                            `<stats>` with counters; was `stats` ever asked for?";
            return Err(unusable(place, expected, self.diagnostics));
        }
        let facts = self.facts();
        let mut columns = FrameBuilder::default();
        counters::columns(&self.dumps, &mut columns);
        Ok(Outcome {
            parts: Vec::new(),
            version: self.version,
            columns,
            clock: Clock::None,
            facts,
            rows: self.rows,
            diagnostics: self.diagnostics,
        })
    }

    fn facts(&mut self) -> Facts {
        let mut facts = Facts::default();
        let first = self.dumps.first().map(|(_, dump)| dump.source);
        let same = self.dumps.iter().all(|(_, dump)| Some(dump.source) == first);
        let place = first.filter(|_| same).map_or("mixed", Source::name);
        facts.set_text("place", place.as_bytes());
        facts.set_int("dumps", self.dumps.len());
        facts.set_int("inputs", u64::from(self.input) + 1);
        for counter in
            [Counter::FramesDisplayed, Counter::FramesLost, Counter::BuffersPlayed, Counter::BuffersLost]
        {
            let Some(name) = COUNTERS.get(counter as usize).map(|info| info.name) else { continue };
            match self.total(counter) {
                Ok(total) => facts.set_int(name, total),
                Err(line) => {
                    self.diagnostics.warning("no-total", Place { line: Some(line), ..Place::FILE }, || {
                        format!("the last statistics of an input have no `{name}`; its total is unknown")
                    })
                }
            }
        }
        facts
    }

    /// Sum over the inputs of what the last dump of each says; the line of one that says nothing.
    fn total(&self, counter: Counter) -> Result<u64, u64> {
        let mut total = 0_u64;
        let mut rest = self.dumps.iter().peekable();
        while let Some((input, dump)) = rest.next() {
            if rest.peek().is_none_or(|(next, _)| next != input) {
                total = total.saturating_add(dump.get(counter).ok_or(dump.line)?);
            }
        }
        Ok(total)
    }
}
