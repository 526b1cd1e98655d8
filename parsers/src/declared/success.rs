//! Whether something worked, by the text of a cell.

use super::table::Key;
use super::value;

/// Which column says whether a request worked, or a migration completed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Success {
    /// The column.
    pub column: Key,
    /// The values that say that it did, all others saying that it did not; the usual ones are known without it.
    pub values: Option<Vec<String>>,
    /// In their place the values that say that it did not, all others saying that it did.
    pub failures: Option<Vec<String>>,
}

/// What the status of a migration usually says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Whether it completed.
    Known(bool),
    /// It stands for no value.
    Nothing,
    /// It is no word that is known.
    Unknown,
}

/// Words for a request that worked, as [`folded`] writes them.
const WORKED: [&str; 18] = [
    "ok",
    "success",
    "successful",
    "successfully",
    "succeeded",
    "true",
    "yes",
    "y",
    "pass",
    "passed",
    "up",
    "reply",
    "answered",
    "ja",
    "erfolg",
    "erfolgreich",
    "✓",
    "✔",
];
/// Words for one that did not.
const FAILED: [&str; 39] = [
    "fail",
    "failed",
    "failure",
    "error",
    "err",
    "errored",
    "false",
    "no",
    "n",
    "down",
    "lost",
    "timeout",
    "timedout",
    "refused",
    "connectionrefused",
    "reset",
    "connectionreset",
    "unreachable",
    "noanswer",
    "unanswered",
    "aborted",
    "abort",
    "dropped",
    "exception",
    "crashed",
    "killed",
    "notok",
    "nok",
    "ko",
    "unsuccessful",
    "nosuccess",
    "nein",
    "fehler",
    "fehlgeschlagen",
    "zeitüberschreitung",
    "erfolglos",
    "nichterfolgreich",
    "✗",
    "✘",
];
/// More words for a migration that completed.
const COMPLETED: [&str; 9] = [
    "completed",
    "complete",
    "done",
    "finished",
    "migrated",
    "abgeschlossen",
    "vollständig",
    "fertig",
    "erledigt",
];
/// More words for one that did not.
const NOT_COMPLETED: [&str; 20] = [
    "cancelled",
    "canceled",
    "cancel",
    "incomplete",
    "notcompleted",
    "uncompleted",
    "unfinished",
    "notfinished",
    "interrupted",
    "rolledback",
    "rollback",
    "abgebrochen",
    "abbruch",
    "gescheitert",
    "noncomplete",
    "didnotconverge",
    "notconverged",
    "neverfinished",
    "nevercompleted",
    "postcopyfailed",
];
/// What an exit status is called.
const EXITS: [&str; 6] = ["exitstatus", "exitcode", "exited", "exit", "returncode", "rc"];
/// Words that say that a fate is not known.
const NOT_TOLD: [&str; 8] =
    ["unknown", "undefined", "unbekannt", "nottold", "notavailable", "missing", "ka", "keineangabe"];

impl Success {
    /// Whether a request with such a value worked. `None` where nothing is known of it. A cell that says nothing is a failure where
    /// only these are listed: nobody answered.
    pub(super) fn says(&self, value: &str) -> Option<bool> {
        let other = || self.unlisted().map(|other| other && !value::is_nothing(value));
        self.lists(value).or_else(other).or_else(|| Self::usually(value))
    }

    /// What the declared values say of one of them; `None` where they are not declared, or it is none of them.
    pub(super) fn lists(&self, value: &str) -> Option<bool> {
        let listed = |values: Option<&Vec<String>>| {
            values.is_some_and(|values| values.iter().any(|known| is_same(known, value)))
        };
        match (listed(self.values.as_ref()), listed(self.failures.as_ref())) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        }
    }

    /// What those say that are not listed, where some are.
    pub(super) fn unlisted(&self) -> Option<bool> {
        match (&self.values, &self.failures) {
            (Some(_), _) => Some(false),
            (None, Some(_)) => Some(true),
            (None, None) => None,
        }
    }

    /// What a value usually says where no values are declared: whether a request worked. `None` where nothing is known of it.
    #[must_use]
    pub fn usually(value: &str) -> Option<bool> {
        Self::by_word(value).or_else(|| {
            // A status of HTTP: an answer by a proxy that nobody is behind is none.
            let status = value::number(value, false).filter(|status| (100.0..600.0).contains(status))?;
            Some((200.0..300.0).contains(&status))
        })
    }

    /// The same of a migration, of which an exit status may tell: no number but 0 and 1 is known, those being no and yes.
    pub(super) fn of_migration(value: &str) -> Fate {
        let word = folded(value);
        let is_one_of = |words: &[&str]| words.contains(&word.as_str());
        if value::is_nothing(value) || is_one_of(&NOT_TOLD) {
            return Fate::Nothing;
        }
        let more = || match (is_one_of(&COMPLETED), is_one_of(&NOT_COMPLETED)) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        };
        Self::by_word(value)
            .or_else(more)
            .or_else(|| Self::by_exit(value))
            .or_else(|| Self::before_its_reason(value))
            .map_or(Fate::Unknown, Fate::Known)
    }

    /// `exit 1`, `rc=0`: an exit status that is called one.
    fn by_exit(value: &str) -> Option<bool> {
        let word = folded(value);
        let number = EXITS.iter().find_map(|name| word.strip_prefix(name))?;
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| number.bytes().all(|byte| byte == b'0'))
    }

    /// `failed: the target died`: a word that is known, and why. What was completed with a remark need not have been.
    fn before_its_reason(value: &str) -> Option<bool> {
        let (word, _) = value.split_once(':')?;
        match Self::of_migration(word) {
            Fate::Known(false) if word.chars().any(char::is_alphabetic) => Some(false),
            Fate::Known(_) | Fate::Nothing | Fate::Unknown => None,
        }
    }

    fn by_word(value: &str) -> Option<bool> {
        let word = folded(value);
        let is_one_of = |words: &[&str]| words.contains(&word.as_str());
        if is_one_of(&WORKED) {
            return Some(true);
        }
        if is_one_of(&FAILED) {
            return Some(false);
        }
        // Yes and no as numbers, also as what wrote a table with gaps has them: 1.0. curl writes 000 where nothing answered.
        match value::number(value, true)? {
            1.0 => Some(true),
            0.0 | -1.0 => Some(false),
            _ => None,
        }
    }
}

/// A word in whichever way it is written: `TIMED_OUT`, `timed-out`, `Timed out!` and `TimedOut` are one.
fn folded(text: &str) -> String {
    let is_kept = |c: &char| c.is_alphanumeric() || !c.is_ascii();
    text.chars().filter(is_kept).flat_map(char::to_lowercase).collect()
}

/// Whether a cell is the declared text, or the number that it is: a client that writes 0 for what it did not get may write 0.0.
fn is_same(declared: &str, cell: &str) -> bool {
    let number = |text| value::number(text, true);
    declared.to_lowercase() == cell.to_lowercase()
        || number(declared).zip(number(cell)).is_some_and(|(a, b)| a == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_known_in_whichever_way_it_is_written() {
        for list in [&WORKED[..], &FAILED[..], &COMPLETED[..], &NOT_COMPLETED[..], &NOT_TOLD[..]] {
            for word in list {
                assert_eq!(folded(word), *word, "the list has it as it is compared");
                let upper = word.to_uppercase();
                let dotted = format!("{word}.");
                for written in [*word, &upper, &dotted] {
                    assert_eq!(Success::of_migration(written), Success::of_migration(word), "{written}");
                    assert_ne!(Success::of_migration(written), Fate::Unknown, "{written}");
                }
            }
        }
        for failed in
            ["TIMED_OUT", "timed-out", "Timed out", "TimedOut", "0", "0.0", "000", "-1", "rolled back"]
        {
            assert_eq!(Success::of_migration(failed), Fate::Known(false), "{failed}");
        }
        for failed in [
            "fail: target died",
            "FAILED: postcopy: network down",
            "did not converge",
            "post-copy-failed",
            "never finished",
            "non-complete",
            "exit 1",
            "rc=137",
            "exit code: 2",
        ] {
            assert_eq!(Success::of_migration(failed), Fate::Known(false), "{failed}");
        }
        for completed in
            ["COMPLETED", "Completed", "1", "1.0", "Abgeschlossen", "OK", "exit 0", "rc=0", "exit status 0"]
        {
            assert_eq!(Success::of_migration(completed), Fate::Known(true), "{completed}");
        }
        for nothing in
            ["", "-", "--", "–", "—", "n/a", "N/A", "NA", "NaN", "None", "null", "?", "Unknown", "not told"]
        {
            assert_eq!(Success::of_migration(nothing), Fate::Nothing, "{nothing}");
        }
        // Exit statuses, and what is under way.
        for unknown in [
            "running",
            "active",
            "perhaps",
            "200",
            "255",
            "137",
            "2",
            "completed: with errors",
            "exit",
            "0:35",
            "12:00",
        ] {
            assert_eq!(Success::of_migration(unknown), Fate::Unknown, "{unknown}");
        }
    }

    #[test]
    fn no_word_says_two_things() {
        let all = || [&WORKED[..], &FAILED[..], &COMPLETED[..], &NOT_COMPLETED[..], &NOT_TOLD[..]].concat();
        let mut words = all();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), all().len());
    }
}
