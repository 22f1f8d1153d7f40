//! A handoff: the bot gives up, with a reason, and the case already triaged.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::article::Citation;
use crate::domain::conversation::{Conversation, Status};
use crate::domain::entity::Entity;
use crate::domain::id::{ConversationId, MessageId, QueueName, TaskId};
use crate::domain::intent::{Intent, ScoredIntent};
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

/// A reply an agent may send as it is. `score` is 0 to 1: the chance that it is the right one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuggestedReply {
    /// [`Source::key`]: by this the agent's message says what it was made of.
    #[serde(default)]
    pub id: String,
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

/// One reason in words, with the figures that its rule looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    pub reason: Reason,
    pub text: String,
}

/// What the bot did before it gave up.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Tried {
    /// Passages that it answered with, in the order it gave them.
    pub articles: Vec<Citation>,
    /// Requests that it began, the present one first.
    pub flows: Vec<TriedFlow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TriedFlow {
    pub flow: String,
    pub title: String,
    pub state: FlowStage,
    /// What the customer has said already, by slot.
    pub known: BTreeMap<String, String>,
    pub lookups: Vec<TriedLookup>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowStage {
    UnderWay,
    Paused,
    Ended,
}

impl FlowStage {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnderWay => "under_way",
            Self::Paused => "paused",
            Self::Ended => "ended",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriedLookup {
    /// By which the flow knows the result.
    pub name: String,
    pub outcome: String,
    /// Why it is unavailable; empty otherwise.
    pub problem: String,
}

/// Another conversation with the same customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EarlierConversation {
    pub id: ConversationId,
    /// When it was opened.
    pub at: Timestamp,
    /// What it was about, as far as the bot or its handoff says.
    pub intent: Option<Intent>,
    /// `open`, or `resolved`.
    pub status: Status,
    /// Who had it last: `bot`, `queue` or `agent`.
    pub owner: String,
    /// 1 to 5.
    pub rating: Option<u8>,
}

impl From<&Conversation> for EarlierConversation {
    fn from(conversation: &Conversation) -> Self {
        let handed_off = conversation
            .handoff
            .as_ref()
            .and_then(|handoff| handoff.intents.first());
        let last_flow = conversation.progress.last_flow.as_ref();
        let scored = handed_off.or(last_flow.map(|flow| &flow.intent));
        Self {
            id: conversation.id.clone(),
            at: conversation.created_at,
            intent: scored.map(|scored| scored.name.clone()),
            status: conversation.status,
            owner: conversation.owner.as_str().to_owned(),
            rating: conversation.rating.as_ref().map(|rating| rating.score),
        }
    }
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
    /// Every reason in words, in the order of `reasons`.
    #[serde(default)]
    pub why: Vec<Why>,
    #[serde(default)]
    pub tried: Tried,
    /// The newest first; empty for customers whose id is not known.
    #[serde(default)]
    pub earlier_conversations: Vec<EarlierConversation>,
    /// ISO 639-1, where it is beyond doubt.
    #[serde(default)]
    pub language: Option<String>,
    pub intents: Vec<ScoredIntent>,
    /// `None` when the message could not be read.
    pub sentiment: Option<Mood>,
    pub entities: Vec<Entity>,
    pub suggested_replies: Vec<SuggestedReply>,
    pub articles: Vec<ArticleReference>,
    /// Left by a customer who came when nobody was there.
    #[serde(default)]
    pub contact: Option<Contact>,
}

/// What becomes of a handoff while nobody is there to take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fallback {
    /// The customer waits in the queue, and is told until when.
    #[default]
    Wait,
    /// And is asked for an e-mail address or a number, and what it is about.
    Message,
    /// And is asked for a number to be called on.
    Callback,
    /// The bot goes on where it can; a person takes over when they are there again.
    Bot,
}

impl Fallback {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wait => "wait",
            Self::Message => "message",
            Self::Callback => "callback",
            Self::Bot => "bot",
        }
    }
}

/// How to get back to a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// An e-mail address or a telephone number, as it was written.
    pub value: String,
    /// To be called back rather than written to.
    pub callback: bool,
    /// The message it came with.
    pub message: MessageId,
}

/// A question for a [`Contact`] that is not answered yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactAsked {
    pub callback: bool,
    pub times: u32,
}

/// A handoff that waits for the queue to open, with the bot going on meanwhile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deferred {
    pub handoff: Handoff,
    /// Fires when it opens.
    pub timer: TaskId,
}
