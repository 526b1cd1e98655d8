//! How a migration ended.

use super::data::names;

/// How a migration ended, as far as anything says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Completed,
    Failed,
    Cancelled,
    Unfinished,
    /// Nothing tells how migrations of its kind end.
    Unknown,
    /// Where it is told how migrations end, it is not of this one, or in words that nobody knows: it may have completed or not, and is in
    /// no mean.
    Unclear,
}

impl Status {
    /// Whether a migration is known not to have completed.
    pub fn is_failure(self) -> bool {
        match self {
            Status::Failed | Status::Cancelled | Status::Unfinished => true,
            Status::Completed | Status::Unknown | Status::Unclear => false,
        }
    }
}

names!(Status, "status", {
    Self::Completed => "completed",
    Self::Failed => "failed",
    Self::Cancelled => "cancelled",
    Self::Unfinished => "unfinished",
    Self::Unknown => "unknown",
    Self::Unclear => "unclear",
});
