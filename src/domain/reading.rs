//! A reading: all that the model and the search said of one message.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::domain::article::ArticleHit;
use crate::domain::canned_response::ReplyHit;
use crate::domain::entity::{Entity, EntityKind};
use crate::domain::intent::ScoredIntent;
use crate::domain::moment::{self, DateOrder, Moment};
use crate::domain::sentiment::Sentiment;

/// `code` is ISO 639-1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Language {
    pub code: String,
    pub confidence: f32,
}

/// Why a part of the engine could not read the message. It ends in a handoff, never in silence.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "detail")]
pub enum Fault {
    #[error("the classifier's pool is full")]
    Overloaded,
    #[error("the classifier has stopped")]
    Stopped,
    #[error("the classifier did not answer in time")]
    TimedOut,
    #[error("the classifier failed: {0}")]
    Classifier(String),
    #[error("the knowledge search failed: {0}")]
    Search(String),
}

/// What the classifier alone says of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Classification {
    /// All intents of the model, most probable first.
    pub intents: Vec<ScoredIntent>,
    pub sentiment: Sentiment,
    /// Unit length; as many numbers as the model's `embedding` output has.
    pub embedding: Vec<f32>,
    /// `None` when the text is too short to tell.
    pub language: Option<Language>,
    pub entities: Vec<Entity>,
    /// Name, version and first digits of the hash of the model that read it.
    pub model: String,
}

/// Empty intents and no sentiment with a `fault`: nothing could be read.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Reading {
    /// The five most probable, best first.
    pub intents: Vec<ScoredIntent>,
    pub sentiment: Option<Sentiment>,
    pub language: Option<Language>,
    pub entities: Vec<Entity>,
    pub hits: Vec<ArticleHit>,
    /// Canned responses that agents may be offered, the nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replies: Vec<ReplyHit>,
    pub model: Option<String>,
    pub fault: Option<Fault>,
    /// Where the message asks for several things, each of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clauses: Vec<Clause>,
}

/// A part of a message that asks for something of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clause {
    pub text: String,
    /// Its intents, entities and hits; the rest is said of the whole message.
    pub reading: Reading,
}

/// How many intents a reading keeps.
const INTENTS_KEPT: usize = 5;

impl Reading {
    pub fn new(classification: Classification, hits: Vec<ArticleHit>) -> Self {
        let mut intents = classification.intents;
        intents.truncate(INTENTS_KEPT);
        Self {
            intents,
            sentiment: Some(classification.sentiment),
            language: classification.language,
            entities: classification.entities,
            hits,
            replies: Vec::new(),
            model: Some(classification.model),
            fault: None,
            clauses: Vec::new(),
        }
    }

    /// Says of the days and times in `text` what they mean for a message written at `now`, by the clock on the
    /// business's wall, where that is beyond doubt.
    pub fn resolve_moments(&mut self, text: &str, now: DateTime, order: Option<DateOrder>) {
        let toward = moment::toward(text);
        for entity in &mut self.entities {
            if matches!(
                entity.kind,
                EntityKind::Date | EntityKind::Time | EntityKind::DateTime
            ) {
                let moment = Moment::parse(&entity.value);
                entity.resolved = moment.and_then(|moment| moment.resolve(now, toward, order));
            }
        }
    }

    pub fn failed(fault: Fault) -> Self {
        Self {
            fault: Some(fault),
            ..Self::default()
        }
    }

    pub fn top(&self) -> Option<&ScoredIntent> {
        self.intents.first()
    }
}
