//! Intents: what a customer wants, as the model names it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A label of the model, `track_order` for example. A business may train its own, so the list is open.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Intent(String);

impl Intent {
    pub const OUT_OF_SCOPE: &'static str = "out_of_scope";
    pub const HUMAN_AGENT: &'static str = "human_agent";
    pub const GOODBYE: &'static str = "goodbye";
    pub const AFFIRM: &'static str = "affirm";
    pub const DENY: &'static str = "deny";

    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is(&self, name: &str) -> bool {
        self.0 == name
    }
}

impl fmt::Display for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An intent with the calibrated probability, 0 to 1, that it is right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoredIntent {
    pub name: Intent,
    pub confidence: f32,
}
