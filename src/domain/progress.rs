//! What the bot remembers of a conversation while it has it. Must not know how a conversation changes hands.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::article::ArticleHit;
use crate::domain::flow::FlowState;
use crate::domain::handoff::{ContactAsked, Deferred};
use crate::domain::id::TaskId;
use crate::domain::intent::{Intent, ScoredIntent};
use crate::domain::sentiment::Sentiment;

/// How many moods are remembered for the trend.
const MOODS_KEPT: usize = 8;

/// Of how many messages it is remembered what was read of them.
const HEARD_KEPT: usize = 12;

/// "Did you mean A or B?", asked and not yet answered. The hits were found for the question itself, so that
/// the answer can be given when the customer says no more than "the first one".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clarification {
    pub options: Vec<Intent>,
    pub hits: Vec<ArticleHit>,
}

/// Short messages in a row, to be answered as one when the customer pauses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gathering {
    /// Fires when the customer has paused long enough; each further message has another one take its place.
    pub timer: TaskId,
    /// `seq` of the first of them.
    pub from: u64,
}

/// What was read of a message, as far as a summary of the conversation needs it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// Of the message.
    pub seq: u64,
    pub intent: Option<ScoredIntent>,
    /// The probability of `negative`.
    pub negative: f32,
    /// Values of the entities in it.
    pub entities: Vec<String>,
}

/// A flow that ended, and what had started it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EndedFlow {
    pub flow: String,
    pub intent: ScoredIntent,
}

/// What the bot remembers since it last took the conversation over.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Customer messages taken.
    pub turns: u32,
    /// Times in a row that the bot did not help.
    pub failures: u32,
    /// Whether "did you mean" has been asked: it is asked once.
    pub clarified: bool,
    pub clarification: Option<Clarification>,
    /// [`crate::domain::message::Source::key`] of the newest answer.
    pub last_answer: Option<String>,
    /// Probabilities of `negative`, newest last.
    pub moods: Vec<f32>,
    /// The whole of the newest.
    #[serde(default)]
    pub mood: Option<Sentiment>,
    /// In which the customer writes (ISO 639-1), where that is beyond doubt.
    #[serde(default)]
    pub language: Option<String>,
    /// Whether a waiting customer has been told that a person is on the way.
    pub told_waiting: bool,
    /// What was read of the newest messages, oldest first.
    #[serde(default)]
    pub heard: Vec<Heard>,
    /// Whether a waiting customer has been told that nobody has come in time.
    #[serde(default)]
    pub told_unaccepted: bool,
    #[serde(default)]
    pub flow: Option<FlowState>,
    /// Flows that wait for the present one to end, the next one last: interrupted by a question about something else, or
    /// asked for in the same message.
    #[serde(default)]
    pub paused: Vec<FlowState>,
    /// Messages that the bot has not answered yet because more may follow.
    #[serde(default)]
    pub gathering: Option<Gathering>,
    /// The flow that ended last, so that "and the other one?" means something.
    #[serde(default)]
    pub last_flow: Option<EndedFlow>,
    /// Values that flows said are worth keeping, by slot: nobody is asked twice.
    #[serde(default)]
    pub remembered: BTreeMap<String, String>,
    /// A waiting customer has been asked how to get back to them.
    #[serde(default)]
    pub contact: Option<ContactAsked>,
    /// A handoff that the bot holds back until people are there.
    #[serde(default)]
    pub deferred: Option<Deferred>,
}

impl Progress {
    pub fn feel(&mut self, negative: f32) {
        self.moods.push(negative);
        if self.moods.len() > MOODS_KEPT {
            self.moods.remove(0);
        }
    }

    pub fn hear(&mut self, heard: Heard) {
        self.heard.push(heard);
        if self.heard.len() > HEARD_KEPT {
            self.heard.remove(0);
        }
    }
}
