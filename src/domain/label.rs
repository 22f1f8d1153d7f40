//! Labels: what people say of how the bot read a message, so that the next model reads it better.

use serde::{Deserialize, Serialize};

use crate::domain::agent::Agent;
use crate::domain::id::{ConversationId, LabelId, MessageId};
use crate::domain::intent::Intent;
use crate::domain::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Right,
    Wrong,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Wrong => "wrong",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelState {
    /// Somebody has yet to say what is right.
    Open,
    /// Ready to be learned from, where it has an intent.
    Done,
}

impl LabelState {
    pub const ALL: [Self; 2] = [Self::Open, Self::Done];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Label {
    pub id: LabelId,
    pub conversation: ConversationId,
    /// The customer's.
    pub message: MessageId,
    /// What the customer wrote, as it is kept.
    pub text: String,
    /// What the bot took it for.
    pub predicted: Option<Intent>,
    /// How sure it was, 0 to 1.
    pub confidence: Option<f32>,
    pub verdict: Verdict,
    /// What it really is.
    pub intent: Option<Intent>,
    pub comment: String,
    pub by: Agent,
    pub at: Timestamp,
    pub state: LabelState,
}

/// What a supervisor says of a label; what is `None` stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelChange {
    pub intent: Option<Intent>,
    pub state: Option<LabelState>,
}

impl Label {
    pub fn change(&mut self, change: &LabelChange) {
        if let Some(intent) = &change.intent {
            self.intent = Some(intent.clone());
        }
        if let Some(state) = change.state {
            self.state = state;
        }
    }
}
