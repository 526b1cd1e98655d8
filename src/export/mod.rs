//! The analysis as data: `summary.json`, CSV, TeX and Parquet.
//!
//! The wire types are versioned by [`SCHEMA`] and apart from the domain types, so that either can
//! change without the other. Numbers are rounded to twelve significant digits: 3 × 0.2 s is
//! written `0.6`, and the last bit of a sum never tells machines apart.

mod curves;
mod json;
mod tables;

pub use curves::{curve_id, curve_parquet};
pub use json::{comparisons_json, placement_json, portfolio_json, summary_json};
pub use tables::{series_csv, table_csv, table_tex};

use crate::analysis::{Event, Method, Provenance, Role, Status, Unit};
use crate::stats::Interval;

/// Version of the JSON schema.
pub const SCHEMA: u32 = 1;

/// A number as it is written.
fn round(value: f64) -> Option<f64> {
    if !value.is_finite() {
        return None;
    }
    format!("{value:.11e}").parse().ok()
}

fn round_option(value: Option<f64>) -> Option<f64> {
    value.and_then(round)
}

fn ends(interval: Option<Interval>) -> (Option<f64>, Option<f64>) {
    (round_option(interval.map(|i| i.low)), round_option(interval.map(|i| i.high)))
}

/// The short name of a unit in data.
pub fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Seconds => "s",
        Unit::Milliseconds => "ms",
        Unit::Percent => "percent",
        Unit::Bytes => "bytes",
        Unit::BytesPerSecond => "bytes_per_s",
        Unit::PerSecond => "per_s",
        Unit::Count => "count",
        Unit::Ratio => "ratio",
    }
}

/// The name of a method in data.
pub fn method_name(method: Method) -> &'static str {
    match method {
        Method::Ping => "ping",
        Method::PingReplyGap => "ping-reply-gap",
        Method::GuestClock => "guest-clock",
        Method::Hypervisor => "hypervisor",
    }
}

/// The name of a status in data.
pub fn status_name(status: Status) -> &'static str {
    match status {
        Status::Completed => "completed",
        Status::Failed => "failed",
        Status::Cancelled => "cancelled",
        Status::Unfinished => "unfinished",
        Status::Unknown => "unknown",
    }
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Source => "source",
        Role::Target => "target",
        Role::Observer => "observer",
    }
}

fn provenance_name(provenance: Provenance) -> &'static str {
    match provenance {
        Provenance::Recorded => "recorded",
        Provenance::Reconstructed => "reconstructed",
        Provenance::Illustrative => "illustrative",
    }
}

fn event_name(event: Event) -> &'static str {
    match event {
        Event::Request => "request",
        Event::Outage => "outage",
        Event::Resume => "resume",
        Event::End => "end",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_without_binary_dust() {
        assert_eq!(round(3.0 * 0.2), Some(0.6));
        assert_eq!(round(f64::NAN), None);
    }
}
