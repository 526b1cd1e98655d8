//! What `query-migrate` answers: `MigrationInfo` with its `MigrationStats`, of QEMU 0.14 to 10.

use serde_json::Number;

use super::value::{Object, Value};
use crate::diagnostic::{Diagnostics, Place};
use crate::shared::hypervisor::{
    Field, Observation, Reading, is_status, reading, reading_of, reading_of_whole,
};

/// Members of an answer, and the base units in their unit.
const OF_JOB: [(&str, Field, f64); 5] = [
    ("total-time", Field::TotalTime, 0.001),
    ("downtime", Field::Downtime, 0.001),
    ("expected-downtime", Field::ExpectedDowntime, 0.001),
    ("setup-time", Field::SetupTime, 0.001),
    ("postcopy-blocktime", Field::PostcopyBlocktime, 0.001),
];

/// The same of its member `ram`. mbps are decimal megabits.
const OF_RAM: [(&str, Field, f64); 15] = [
    ("transferred", Field::Transferred, 1.0),
    ("remaining", Field::Remaining, 1.0),
    ("total", Field::Total, 1.0),
    ("normal-bytes", Field::NormalBytes, 1.0),
    ("normal", Field::PagesNormal, 1.0),
    ("duplicate", Field::PagesDuplicate, 1.0),
    ("skipped", Field::PagesSkipped, 1.0),
    ("page-size", Field::PageBytes, 1.0),
    ("dirty-sync-count", Field::Iteration, 1.0),
    ("dirty-pages-rate", Field::DirtyPages, 1.0),
    ("mbps", Field::Throughput, 125_000.0),
    ("precopy-bytes", Field::PrecopyBytes, 1.0),
    ("downtime-bytes", Field::DowntimeBytes, 1.0),
    ("postcopy-bytes", Field::PostcopyBytes, 1.0),
    ("postcopy-requests", Field::PostcopyRequests, 1.0),
];

/// What `query-migrate` may say without a migration.
const IDLE: [&[u8]; 3] = [b"blocked", b"blocked-reasons", b"socket-address"];

/// Whether an object is an answer to `query-migrate`: `query-status`, too, has a `status`.
pub(super) fn is_about_migration(object: &Object<'_>) -> bool {
    let status = object.get("status").and_then(Value::as_str);
    let ram =
        object.get("ram").is_some_and(|ram| ram.get("transferred").is_some() || ram.get("mbps").is_some());
    let time = object.contains_key("total-time") || object.contains_key("setup-time");
    let idle = !object.is_empty() && object.keys().all(|key| IDLE.contains(&key));
    let known = status.is_some_and(|status| is_status(status.as_bytes())) && !object.contains_key("running");
    known || ram || time || idle || object.contains_key("expected-downtime")
}

/// Fills the row of an answer. What a `whole` answer does not have has not happened.
pub(super) fn observation(
    mut row: Observation,
    info: &Object<'_>,
    whole: bool,
    place: Place<'_>,
    log: &mut Diagnostics,
) -> Observation {
    match info.get("status").and_then(Value::as_str) {
        Some(status) => row.set_status(status.as_bytes(), place, log),
        None if whole && info.keys().all(|key| IDLE.contains(&key)) => {
            row.set_status(b"none", place, log);
        }
        None if whole => log.warning("status-missing", place, || {
            "expected the status of the migration; it is null".to_owned()
        }),
        None => {}
    }
    for (key, field, scale) in OF_JOB {
        figure(&mut row, field, info.get(key), scale, place, log);
    }
    let ram = info.get("ram");
    for (key, field, scale) in OF_RAM {
        figure(&mut row, field, ram.and_then(|ram| ram.get(key)), scale, place, log);
    }
    row.error = info.get("error-desc").and_then(Value::as_str).map(str::to_owned);
    row
}

pub(super) fn figure(
    row: &mut Observation,
    field: Field,
    value: Option<&Value<'_>>,
    scale: f64,
    place: Place<'_>,
    log: &mut Diagnostics,
) {
    match value {
        None | Some(Value::Null) => {}
        Some(Value::Number(number)) => match number.as_u64() {
            Some(number) => row.take(field, reading_of_whole(number, scale), place, log),
            None => match number.as_f64().filter(|number| *number >= 0.0) {
                Some(number) => row.take(field, reading_of(number, scale), place, log),
                None => row.put(field, number.to_string().as_bytes(), scale, place, log),
            },
        },
        // Some programs put separators between thousands.
        Some(Value::Text(text)) => {
            let digits: Vec<u8> = text.iter().copied().filter(|byte| *byte != b',').collect();
            row.take(field, reading(&digits, scale), place, log);
        }
        Some(_) => row.take(field, Reading::Unreadable, place, log),
    }
}

/// QEMU's own time of an event, which is -1 where it did not know it.
#[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^53")]
pub(super) fn timestamp(stamp: &Value<'_>) -> Option<f64> {
    let part = |key: &str| {
        stamp.get(key).and_then(Value::as_number).and_then(Number::as_i64).filter(|part| *part >= 0)
    };
    let microseconds = part("microseconds").filter(|part| *part < 1_000_000)?;
    Some(part("seconds")? as f64 + microseconds as f64 / 1e6)
}

/// The version that QEMU greets with.
pub(super) fn version(greeting: &Value<'_>) -> Option<String> {
    let qemu = greeting.get("version")?.get("qemu")?;
    let part = |key: &str| qemu.get(key).and_then(Value::as_number).and_then(Number::as_u64);
    Some(format!("{}.{}.{}", part("major")?, part("minor")?, part("micro")?))
}
