//! How a migration ended.

use super::data::names;

/// How a migration ended, as far as anything says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Completed,
    Failed,
    Cancelled,
    Unfinished,
    Unknown,
}

names!(Status, "status", {
    Self::Completed => "completed",
    Self::Failed => "failed",
    Self::Cancelled => "cancelled",
    Self::Unfinished => "unfinished",
    Self::Unknown => "unknown",
});
