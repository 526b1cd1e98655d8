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

impl Status {
    /// Whether a migration is known not to have completed.
    pub fn is_failure(self) -> bool {
        match self {
            Status::Failed | Status::Cancelled | Status::Unfinished => true,
            Status::Completed | Status::Unknown => false,
        }
    }
}

names!(Status, "status", {
    Self::Completed => "completed",
    Self::Failed => "failed",
    Self::Cancelled => "cancelled",
    Self::Unfinished => "unfinished",
    Self::Unknown => "unknown",
});
