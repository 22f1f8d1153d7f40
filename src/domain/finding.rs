//! What is found in a text that an agent is about to send.

use serde::{Deserialize, Serialize};

/// What a finding means for sending the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It should not be sent so.
    Block,
    /// It deserves a second look.
    #[default]
    Warn,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Warn => "warn",
        }
    }
}

/// Something to look at again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// `forbidden_promise`, `tone`, `personal_data` or `unfilled_variable`.
    pub rule: &'static str,
    pub severity: Severity,
    /// What the agent reads.
    pub message: String,
    /// The place in UTF-16 code units, as a browser counts.
    pub start: usize,
    pub end: usize,
}
