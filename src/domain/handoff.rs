//! A handoff: the bot gives up, with a reason, and the case already triaged.

use serde::{Deserialize, Serialize};

use crate::domain::entity::Entity;
use crate::domain::id::QueueName;
use crate::domain::intent::ScoredIntent;
use crate::domain::message::Source;
use crate::domain::queue::Priority;
use crate::domain::sentiment::{SentimentLabel, Trend};
use crate::domain::time::Timestamp;

/// The closed list of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    Urgent,
    AskedForHuman,
    SensitiveTopic,
    NegativeSentiment,
    UnsupportedLanguage,
    Unavailable,
    OutOfScope,
    Policy,
    RepeatedFailure,
    TurnLimit,
    VerificationFailed,
    LookupFailed,
    LowConfidence,
    NoAnswer,
}

impl Reason {
    /// In order of weight: where several apply, the first is *the* reason.
    pub const ALL: [Self; 14] = [
        Self::Urgent,
        Self::AskedForHuman,
        Self::SensitiveTopic,
        Self::NegativeSentiment,
        Self::UnsupportedLanguage,
        Self::Unavailable,
        Self::OutOfScope,
        Self::Policy,
        Self::RepeatedFailure,
        Self::TurnLimit,
        Self::VerificationFailed,
        Self::LookupFailed,
        Self::LowConfidence,
        Self::NoAnswer,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Urgent => "urgent",
            Self::AskedForHuman => "asked_for_human",
            Self::SensitiveTopic => "sensitive_topic",
            Self::NegativeSentiment => "negative_sentiment",
            Self::UnsupportedLanguage => "unsupported_language",
            Self::Unavailable => "unavailable",
            Self::OutOfScope => "out_of_scope",
            Self::Policy => "policy",
            Self::RepeatedFailure => "repeated_failure",
            Self::TurnLimit => "turn_limit",
            Self::VerificationFailed => "verification_failed",
            Self::LookupFailed => "lookup_failed",
            Self::LowConfidence => "low_confidence",
            Self::NoAnswer => "no_answer",
        }
    }
}

/// A reply an agent may send as it is. `score` is 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuggestedReply {
    pub text: String,
    pub score: f32,
    pub source: Source,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArticleReference {
    pub id: String,
    pub title: String,
    pub score: f32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mood {
    pub label: SentimentLabel,
    pub negative: f32,
    pub trend: Trend,
}

/// Everything a person needs to take the conversation on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Handoff {
    /// The weightiest of `reasons`.
    pub reason: Reason,
    pub reasons: Vec<Reason>,
    pub queue: QueueName,
    pub priority: Priority,
    pub at: Timestamp,
    pub first_response_due: Timestamp,
    pub summary: String,
    /// ISO 639-1, where it is beyond doubt.
    #[serde(default)]
    pub language: Option<String>,
    pub intents: Vec<ScoredIntent>,
    /// `None` when the message could not be read.
    pub sentiment: Option<Mood>,
    pub entities: Vec<Entity>,
    pub suggested_replies: Vec<SuggestedReply>,
    pub articles: Vec<ArticleReference>,
}
