//! What a message says: a command, an answer, an event, or the answer alone without its `return`.

use super::answer;
use super::destination::{capability, destination};
use super::gather::{Cut, Message, Piece, begins_with_key, near};
use super::python::to_json;
use super::value::{self, Object, Value};
use super::wrapped::{self, Wrapped};
use crate::diagnostic::Place;
use crate::outcome::{Outcome, Unusable};
use crate::shared::hypervisor::{Field, Observation, STATUS, Table, reading_of_whole};
use crate::time::stamp::Stamp;

/// Commands that are rows.
const COMMANDS: [&str; 6] = ["migrate", "migrate_cancel", "migrate-incoming", "stop", "cont", "quit"];

/// Events that are rows.
const EVENTS: [&str; 9] = [
    "STOP",
    "RESUME",
    "MIGRATION",
    "MIGRATION_PASS",
    "SHUTDOWN",
    "RESET",
    "POWERDOWN",
    "GUEST_PANICKED",
    "UNPLUG_PRIMARY",
];

/// Commands without an answer that are remembered.
const PENDING: usize = 256;

/// What an answer is an answer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Query,
    Migrate,
    Else,
    /// The commands are not in the log.
    Unknown,
}

/// A command without an answer yet.
#[derive(Debug)]
struct Pending {
    /// libvirt's name of the connection.
    monitor: Option<Vec<u8>>,
    id: Option<Value<'static>>,
    asked: Asked,
}

/// The code of answers inside of other objects.
const WRAPPED: &str = "answers-wrapped";

#[derive(Debug, Default)]
pub(super) struct Reader {
    table: Table,
    /// The log holds commands.
    commands: bool,
    pending: Vec<Pending>,
    /// The next empty answer is to the command that opens a connection.
    greeted: bool,
    /// The state of a migration is known: from here on `query-migrate` always has one.
    begun: bool,
    /// The last answer was of a source that has completed.
    completed: bool,
    first_monitor: Option<Vec<u8>>,
    events_skipped: u64,
    others: u64,
}

impl Reader {
    pub fn new(bytes: &[u8]) -> Self {
        let commands = ["\"execute\"", "'execute'"];
        let commands = commands.iter().any(|key| memchr::memmem::find(bytes, key.as_bytes()).is_some());
        Self { commands, ..Self::default() }
    }

    pub fn piece(&mut self, piece: Piece<'_, '_>) {
        match piece {
            Piece::Message(mut message) => {
                let object = message.object.take();
                self.message(&message, object);
            }
            Piece::Headless(line) => {
                self.table.lost = self.table.lost.saturating_add(1);
                self.table.diagnostics.warning(
                    "message-without-beginning",
                    Place::line(line.number, line.text),
                    || {
                        "expected the beginning of a message before its members; what is here is left out"
                            .to_owned()
                    },
                );
            }
            Piece::Other(line) => {
                let place = Place::line(line.number, line.text);
                self.table.heading(line.number, line.text);
                self.table.diagnostics.note("other-output", place, || {
                    "a line that is no message of QMP; it is not used".to_owned()
                });
            }
        }
    }

    fn message(&mut self, message: &Message<'_, '_>, object: Option<Object<'_>>) {
        let place = Place::cell(message.line.number, message.start, message.text);
        let value = || match message.cut {
            None => read(message.text),
            Some(_) => {
                serde_json::from_slice::<serde_json::Value>(&to_json(message.text)).ok().map(Value::from)
            }
        };
        let Some(Value::Object(object)) = object.map(Value::Object).or_else(value) else {
            self.lose(message);
            return;
        };
        let used = self.object(message, &object);
        match message.cut {
            Some(_) if used => self.table.diagnostics.warning(cut_code(message), place, || {
                "expected the rest of this message; its last member is left out, what stands before it is kept"
                    .to_owned()
            }),
            Some(_) => self.lose(message),
            None if !used => self.others = self.others.saturating_add(1),
            None => {}
        }
    }

    /// A message that cannot be used.
    fn lose(&mut self, message: &Message<'_, '_>) {
        // An answer that cannot be read was one nevertheless: the next is to the next command.
        if [b"return".as_slice(), b"error"].iter().any(|key| begins_with_key(message.text, key)) {
            self.asked(message, None);
        }
        self.table.lost = self.table.lost.saturating_add(1);
        let place = Place::cell(message.line.number, message.start, message.text);
        self.table.diagnostics.warning(cut_code(message), place, || {
            "expected a whole message of QMP, JSON or as Python prints it; it is left out".to_owned()
        });
    }

    /// Notes whether the downtime ends when the target has loaded everything.
    fn return_path(&mut self, capabilities: Option<&Value<'_>>) {
        if let Some(state) = capabilities.and_then(|all| capability(all, "return-path")) {
            self.table.facts.set_text("return_path", if state { b"on".as_slice() } else { b"off" });
        }
    }

    /// Says whether the message is one of QMP's.
    fn object(&mut self, message: &Message<'_, '_>, object: &Object<'_>) -> bool {
        let text = |key: &str| object.get(key).and_then(Value::as_str);
        if let Some(command) = text("execute").or_else(|| text("exec-oob")) {
            let arguments = object.get("arguments").filter(|_| command == "migrate");
            if let Some(destination) = arguments.and_then(destination) {
                self.table.destination(destination.as_bytes());
            }
            let arguments = object.get("arguments").filter(|_| command == "migrate-set-capabilities");
            self.return_path(arguments.and_then(|arguments| arguments.get("capabilities")));
            self.command(message, command, object.get("id"));
        } else if let Some(greeting) = object.get("QMP") {
            self.greeted = true;
            self.pending.clear();
            self.table.version = answer::version(greeting).or(self.table.version.take());
        } else if let Some(event) = text("event") {
            self.event(message, event, object);
        } else if let Some(answer) = object.get("return") {
            let asked = self.asked(message, object.get("id"));
            self.return_path(Some(answer));
            self.answer(message, asked, answer, object.contains_key("id"));
        } else if let Some(error) = object.get("error").filter(|error| error.get("desc").is_some()) {
            let asked = self.asked(message, object.get("id"));
            self.error(message, asked, error);
        } else if object.is_empty() {
            if message.cut.is_some() || !message.is_alone() {
                return false;
            }
            self.empty(message, Asked::Unknown, false);
        } else if answer::is_about_migration(object) {
            self.status(message, object);
        } else {
            return self.wrapped(message, object);
        }
        true
    }

    /// An answer inside of an object of somebody's own, which may have the time beside it.
    fn wrapped(&mut self, message: &Message<'_, '_>, object: &Object<'_>) -> bool {
        let Some(Wrapped { info, stamp, monotonic_s }) = wrapped::find(object) else { return false };
        let stamp = stamp.or(message.stamp);
        if self.table.diagnostics.count(WRAPPED) == 0 {
            self.table.diagnostics.note(WRAPPED, Place::line(message.line.number, message.text), || {
                "answers of query-migrate inside of other objects; what else these hold is not used"
                    .to_owned()
            });
        }
        let before = self.table.rows.len();
        let message = Message {
            line: message.line,
            start: message.start,
            end: message.end,
            text: message.text,
            object: None,
            stamp,
            last: false,
            cut: message.cut,
        };
        if info.is_empty() {
            if !self.begun {
                self.observe(&message, info);
            }
        } else {
            self.status(&message, info);
        }
        for row in self.table.rows.iter_mut().skip(before) {
            row.monotonic_s = monotonic_s;
        }
        true
    }

    fn command(&mut self, message: &Message<'_, '_>, command: &str, id: Option<&Value<'_>>) {
        let monitor = self.monitor(message);
        let asked = match command {
            "query-migrate" => Asked::Query,
            "migrate" => Asked::Migrate,
            _ => Asked::Else,
        };
        self.greeted = false;
        if self.pending.len() >= PENDING {
            self.pending.remove(0);
        }
        self.pending.push(Pending { monitor, id: id.map(Value::detached), asked });
        if let Some(entry) = COMMANDS.into_iter().find(|known| *known == command) {
            self.push(Observation::new(message.line.number, message.stamp, entry).until(message.end));
        }
    }

    /// libvirt's name of the connection that the message is of.
    fn monitor(&mut self, message: &Message<'_, '_>) -> Option<Vec<u8>> {
        let prefix = near(message.line.text.get(..message.start)?);
        let mut signs = memchr::memchr_iter(b'=', prefix).filter_map(|at| at.checked_sub(3));
        let from = signs.find_map(|at| prefix.get(at..).filter(|from| from.starts_with(b"mon=")))?;
        let name = crate::text::words(from).next()?.1.to_vec();
        match &self.first_monitor {
            None => self.first_monitor = Some(name.clone()),
            Some(first) if *first != name => {
                let place = Place { line: Some(message.line.number), ..Place::FILE };
                if self.table.facts.get("monitors").is_none() {
                    self.table.facts.set_text("monitors", b"several");
                    self.table.diagnostics.warning("several-monitors", place, || {
                        "the log is of more than one VM from here on; nothing in the rows tells which"
                            .to_owned()
                    });
                }
            }
            Some(_) => {}
        }
        Some(name)
    }

    /// What this is the answer to.
    fn asked(&mut self, message: &Message<'_, '_>, id: Option<&Value<'_>>) -> Asked {
        let monitor = self.monitor(message);
        let of_monitor = |pending: &Pending| pending.monitor == monitor;
        let found = self
            .pending
            .iter()
            .position(|pending| of_monitor(pending) && id.is_some() && pending.id.as_ref() == id)
            .or_else(|| self.pending.iter().position(|pending| of_monitor(pending) && id.is_none()));
        match found {
            Some(index) => self.pending.remove(index).asked,
            None if self.commands => Asked::Else,
            None => Asked::Unknown,
        }
    }

    fn answer(&mut self, message: &Message<'_, '_>, asked: Asked, answer: &Value<'_>, has_id: bool) {
        let Value::Object(info) = answer else { return };
        match asked {
            _ if info.is_empty() => self.empty(message, asked, has_id),
            // The command may have been sent before the log begins.
            _ if asked == Asked::Query || answer::is_about_migration(info) => self.status(message, info),
            _ => {}
        }
    }

    /// An answer without content: before the first migration that of `query-migrate`.
    fn empty(&mut self, message: &Message<'_, '_>, asked: Asked, has_id: bool) {
        let greeted = std::mem::take(&mut self.greeted);
        let alone = asked == Asked::Unknown && !self.commands && !has_id && !greeted && !self.begun;
        if asked == Asked::Query && self.begun {
            // Since a migration began, `query-migrate` has more to say.
            let place = Place::cell(message.line.number, message.start, message.text);
            self.table.diagnostics.warning("answer-of-another-command", place, || {
                "expected the state of the migration; this empty answer is to another command, and that to \
                 `query-migrate` is missing"
                    .to_owned()
            });
        } else if asked == Asked::Query || alone {
            self.observe(message, &Object::default());
        }
    }

    fn status(&mut self, message: &Message<'_, '_>, info: &Object<'_>) {
        self.begun |= info.contains_key("status");
        let status = info.get("status").and_then(Value::as_str);
        let has_numbers = info.contains_key("total-time") || info.contains_key("ram");
        if self.completed && !has_numbers && status == Some("completed") {
            // A source that has told its numbers goes on telling them. How long processes of the VM waited for their
            // pages only the target knows.
            let place = Place::cell(message.line.number, message.start, message.text);
            if let Some(row) = self.table.rows.last_mut() {
                let waited = info.get("postcopy-blocktime");
                answer::figure(
                    row,
                    Field::PostcopyBlocktime,
                    waited,
                    0.001,
                    place,
                    &mut self.table.diagnostics,
                );
            }
            self.table.diagnostics.note("answer-of-target", place, || {
                "an answer of the target, which has no numbers of the migration; it is not used".to_owned()
            });
            return;
        }
        self.completed = has_numbers && status == Some("completed");
        self.observe(message, info);
    }

    fn observe(&mut self, message: &Message<'_, '_>, info: &Object<'_>) {
        let place = Place::cell(message.line.number, message.start, message.text);
        let whole = message.cut.is_none();
        let row = Observation::new(message.line.number, message.stamp, STATUS).until(message.end);
        let row = answer::observation(row, info, whole, place, &mut self.table.diagnostics);
        self.push(row);
    }

    fn error(&mut self, message: &Message<'_, '_>, asked: Asked, error: &Value<'_>) {
        let place = Place::cell(message.line.number, message.start, message.text);
        let words = error.get("desc").and_then(Value::as_str).unwrap_or_default().to_owned();
        self.table
            .diagnostics
            .warning("command-failed", place, || format!("QEMU refused a command: {words}"));
        if asked == Asked::Migrate {
            let mut row = Observation::new(message.line.number, message.stamp, STATUS).until(message.end);
            row.set_status(b"failed", place, &mut self.table.diagnostics);
            row.error = Some(words);
            self.push(row);
        }
    }

    fn event(&mut self, message: &Message<'_, '_>, event: &str, object: &Object<'_>) {
        self.monitor(message);
        let Some(entry) = EVENTS.into_iter().find(|known| *known == event) else {
            self.events_skipped = self.events_skipped.saturating_add(1);
            return;
        };
        let place = Place::cell(message.line.number, message.start, message.text);
        let time = object.get("timestamp").and_then(answer::timestamp).map(Stamp::Epoch);
        let mut row = Observation::new(message.line.number, time.or(message.stamp), entry).until(message.end);
        let data = |key: &str| object.get("data").and_then(|data| data.get(key));
        if let Some(status) = data("status").and_then(Value::as_str).filter(|_| entry == "MIGRATION") {
            row.set_status(status.as_bytes(), place, &mut self.table.diagnostics);
            self.begun = true;
        }
        if let Some(pass) = data("pass").and_then(Value::as_number).and_then(serde_json::Number::as_u64) {
            row.take(Field::Iteration, reading_of_whole(pass, 1.0), place, &mut self.table.diagnostics);
        }
        self.push(row);
    }

    fn push(&mut self, row: Observation) {
        self.table.rows.push(row);
    }

    pub fn finish(mut self, bytes: &[u8]) -> Result<Outcome, Unusable> {
        let diagnostics = &mut self.table.diagnostics;
        if self.events_skipped > 0 {
            let count = self.events_skipped;
            diagnostics.note("events-skipped", Place::FILE, || {
                format!("{count} events that do not tell how a migration went; they are not used")
            });
        }
        if self.others > 0 {
            let count = self.others;
            diagnostics.note("other-messages", Place::FILE, || {
                format!("{count} objects that are no message of QMP about a migration; they are not used")
            });
        }
        let expected =
            "a command, an event or an answer of QMP about a migration; was `query-migrate` ever asked?";
        self.table.finish(bytes, expected)
    }
}

fn cut_code(message: &Message<'_, '_>) -> &'static str {
    match message.cut {
        Some(Cut::AtEnd) => "last-line-cut",
        Some(Cut::Before) => "message-cut",
        None => "message-unreadable",
    }
}

/// JSON, or what Python prints. Bytes that are no UTF-8 can only be in strings that are not used.
fn read(text: &[u8]) -> Option<Value<'_>> {
    let json = |text: &[u8]| serde_json::from_slice::<serde_json::Value>(text).ok().map(Value::from);
    if let Some((object, _)) = value::plain(text).filter(|(_, end)| *end == text.len()) {
        return Some(Value::Object(object));
    }
    json(text)
        .or_else(|| json(&to_json(text)))
        .or_else(|| json(String::from_utf8_lossy(&to_json(text)).as_bytes()))
}
