//! The agents' waiting line.

use serde::{Deserialize, Serialize};

/// Higher is sooner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Normal,
    High,
    Urgent,
}

impl Priority {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }

    /// One up; the highest stays.
    pub fn raised(self) -> Self {
        match self {
            Self::Normal => Self::High,
            Self::High | Self::Urgent => Self::Urgent,
        }
    }

    /// For sorting in a store: 0 is `normal`.
    pub fn rank(self) -> i64 {
        match self {
            Self::Normal => 0,
            Self::High => 1,
            Self::Urgent => 2,
        }
    }
}
