//! Alerts: a figure of the whole business that has gone beyond what its people want. Must not know how it is measured.

use serde::{Deserialize, Serialize};

use crate::domain::id::WorkspaceId;
use crate::domain::time::Timestamp;

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Of customers' messages, 0 to 1: those that are unhappy with the company.
    NegativeShare,
    /// Of customers' messages, 0 to 1: those that are not what the bot is there for.
    OutOfScopeShare,
    /// Of customers' messages, 0 to 1: those that could not be read.
    UnavailableShare,
    /// How many wait for an agent.
    Waiting,
    /// How long the first of them has waited, in minutes.
    OldestWait,
}

impl Measure {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NegativeShare => "negative_share",
            Self::OutOfScopeShare => "out_of_scope_share",
            Self::UnavailableShare => "unavailable_share",
            Self::Waiting => "waiting",
            Self::OldestWait => "oldest_wait",
        }
    }

    /// Of customers' messages, rather than of those who wait.
    pub fn is_share(self) -> bool {
        match self {
            Self::NegativeShare | Self::OutOfScopeShare | Self::UnavailableShare => true,
            Self::Waiting | Self::OldestWait => false,
        }
    }
}

/// One that is raised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// As the policy calls it.
    pub name: String,
    pub measure: Measure,
    /// What was measured when it was raised.
    pub value: f64,
    /// The value that it is above.
    pub above: f64,
    pub since: Timestamp,
}

/// The `data` of `alert.raised` and `alert.cleared`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AlertTold {
    pub workspace: WorkspaceId,
    pub name: String,
    pub measure: Measure,
    /// What was measured when it was raised, or when it was cleared; `null` where there was too little to measure.
    pub value: Option<f64>,
    pub above: f64,
    /// When it was raised.
    pub since: Timestamp,
}
