//! Answers inside of objects that programs write around them.
//!
//! ```text
//! [{"t_monotonic": 7995.07, "query_migrate": {}}, {"t_monotonic": 7995.27, "query_migrate": {"status": "active", "ram": {…}}}]
//! {"ts": 1712345678.25, "vm": "a", "info": {"status": "completed", "total-time": 6770, "ram": {…}}}
//! ```
//!
//! The time is a member beside the answer or farther outwards, the nearest first, that holds a time since 1970 by its size or
//! is written as date and time of day. A clock that counts from somewhere else is no time until another log of the run ties it to one.

use super::answer;
use super::value::{Object, Value};
use crate::time::epoch;
use crate::time::stamp::{self, Stamp};
use crate::time::unit::TimeUnit;

/// An answer, and the time beside it.
pub(super) struct Wrapped<'a> {
    pub info: &'a Object<'a>,
    pub stamp: Option<Stamp>,
    /// Seconds by a clock that counts from somewhere else, by the name of a member beside the answer or farther outwards.
    pub monotonic_s: Option<f64>,
}

/// So deep an answer is looked for.
const DEEPEST: usize = 6;

/// Words in the names of members that hold a time.
const TIMES: [&str; 8] = ["time", "ts", "timestamp", "epoch", "unix", "date", "now", "clock"];

/// The first answer in an object that is none itself.
pub(super) fn find<'a>(object: &'a Object<'a>) -> Option<Wrapped<'a>> {
    within(object, DEEPEST)
}

fn within<'a>(object: &'a Object<'a>, depth: usize) -> Option<Wrapped<'a>> {
    let depth = depth.checked_sub(1)?;
    let found = object.sorted().into_iter().find_map(|(key, value)| {
        let info = value.as_object()?;
        // Before the first migration there is nothing to say.
        let is_empty = info.is_empty() && key.to_ascii_lowercase().contains("migrat");
        let whole = info.get("status").and_then(Value::as_str).is_some() && answer::is_about_migration(info);
        if is_empty || whole {
            Some(Wrapped { info, stamp: None, monotonic_s: None })
        } else {
            within(info, depth)
        }
    })?;
    Some(Wrapped {
        stamp: found.stamp.or_else(|| time(object)),
        monotonic_s: found.monotonic_s.or_else(|| monotonic(object)),
        ..found
    })
}

/// The time by a clock of the host that was never set, in a member that is called so.
fn monotonic(object: &Object<'_>) -> Option<f64> {
    let is_called_so = |key: &str| key.to_ascii_lowercase().contains("monotonic");
    let numbers = object.sorted().into_iter().filter_map(|(key, value)| Some((key, value.as_number()?)));
    let (key, value) = { numbers }.find(|(key, _)| is_called_so(key))?;
    let unit = TimeUnit::of_column(&key).unwrap_or(TimeUnit::Seconds);
    Some(value.as_f64()? / unit.per_second()).filter(|seconds| seconds.is_finite())
}

/// The time that a member of the object holds.
fn time(object: &Object<'_>) -> Option<Stamp> {
    let is_time = |key: &str| {
        let key = key.to_ascii_lowercase();
        key.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| TIMES.contains(&word))
    };
    object.sorted().into_iter().filter(|(key, _)| is_time(key)).find_map(|(_, value)| match value {
        Value::Number(number) => {
            let digits = number.to_string();
            let seconds = || epoch::seconds(digits.as_bytes()).map(|(seconds, _)| seconds);
            epoch::any_unit(digits.as_bytes()).or_else(seconds).map(Stamp::Epoch)
        }
        Value::Text(text) => stamp::alone(text),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(json: &str) -> Option<(Option<String>, Option<f64>)> {
        let value = serde_json::from_str::<serde_json::Value>(json).ok().map(Value::from);
        let Some(Value::Object(object)) = value else { return None };
        let Wrapped { info, stamp, .. } = find(&object)?;
        let status = info.get("status").and_then(Value::as_str).map(str::to_owned);
        Some((status, stamp.and_then(Stamp::epoch_s)))
    }

    #[test]
    fn answers_are_found_at_any_depth_with_the_nearest_time() {
        let active = Some("active".to_owned());
        for (json, expected) in [
            (r#"{"t_monotonic": 7995.1, "query_migrate": {}}"#, Some((None, None))),
            (
                r#"{"ts": 1712345678.25, "info": {"status": "active", "total-time": 3}}"#,
                Some((active.clone(), Some(1_712_345_678.25))),
            ),
            (
                r#"{"epoch_ms": 1712345678250, "vm": {"name": "a", "qmp": {"status": "active", "ram": {"transferred": 1}}}}"#,
                Some((active.clone(), Some(1_712_345_678.25))),
            ),
            (
                r#"{"timestamp": "2024-04-05T19:34:38.25Z", "x": {"elapsed_time": 4, "m": {"status": "active", "total-time": 3}}}"#,
                Some((active, Some(1_712_345_678.25))),
            ),
            (r#"{"status": "ok", "ram": {"total": 3}}"#, None),
            (r#"{"vm": {"status": "running", "running": true}}"#, None),
            (r#"{"empty": {}}"#, None),
        ] {
            assert_eq!(found(json), expected, "{json}");
        }
    }
}
