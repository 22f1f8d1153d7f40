//! The agents' waiting line.

use serde::{Deserialize, Serialize};

use crate::domain::handoff::Fallback;
use crate::domain::id::QueueName;
use crate::domain::intent::Intent;
use crate::domain::time::Timestamp;

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

    /// The next higher one; `urgent` stays.
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

/// How many wait for an agent in one queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingLine {
    pub queue: QueueName,
    pub waiting: u64,
    /// Since when the first of them has waited.
    pub oldest: Timestamp,
}

/// A queue as the policy has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueProfile {
    pub name: QueueName,
    pub intents: Vec<Intent>,
    /// An agent needs all of them.
    pub skills: Vec<String>,
    /// ISO 639-1; an agent needs one of them.
    pub languages: Vec<String>,
    /// The name of its calendar; `None`: always open.
    pub hours: Option<String>,
    /// Whether it is open now.
    pub open: bool,
    /// What becomes of its handoffs while nobody is there.
    pub fallback: Fallback,
}
