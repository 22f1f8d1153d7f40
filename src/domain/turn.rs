//! Inputs and turns: everything that can change a conversation, and all that one of them changes.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::domain::agent::Agent;
use crate::domain::bot::BotSwitch;
use crate::domain::conversation::Conversation;
use crate::domain::csat::Rating;
use crate::domain::event::Event;
use crate::domain::handoff::Reason;
use crate::domain::id::{AgentId, QueueName, Resolution, TaskId};
use crate::domain::identity::CodeDigest;
use crate::domain::lookup::LookupResult;
use crate::domain::message::{Message, Text};
use crate::domain::personal_data::Masking;
use crate::domain::reading::Reading;
use crate::domain::standing::{Standing, Waited};
use crate::domain::suggestion::{Feedback, Suggested};
use crate::domain::task::Task;
use crate::domain::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Input {
    /// A conversation is opened and nothing said yet.
    Opened,
    CustomerMessage {
        text: Text,
    },
    AgentMessage {
        agent: Agent,
        text: Text,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        suggested: Option<Suggested>,
    },
    AgentAction {
        agent: Agent,
        action: AgentAction,
    },
    /// Staff write to each other: nothing of the conversation changes.
    Note {
        agent: Agent,
        text: Text,
        /// For its holder alone to heed.
        whisper: bool,
    },
    Rated {
        rating: Rating,
    },
    /// Routing holds the waiting conversation out to an agent.
    Offered {
        agent: Agent,
    },
    /// The agent who holds it is not there since `since`, for longer than the business lets a customer wait for them.
    AgentGone {
        agent: Agent,
        since: Timestamp,
    },
    /// What a lookup came to.
    LookupDone {
        task: TaskId,
        result: LookupResult,
    },
    /// A one-time code is on its way, or could not be sent. The field `customer` of `result` says who gets it.
    CodeSent {
        task: TaskId,
        result: LookupResult,
        digest: CodeDigest,
    },
    TimerFired {
        task: TaskId,
    },
}

impl Input {
    /// The task that this is the end of.
    pub fn task(&self) -> Option<&TaskId> {
        match self {
            Self::LookupDone { task, .. } | Self::CodeSent { task, .. } | Self::TimerFired { task } => {
                Some(task)
            }
            Self::Opened
            | Self::CustomerMessage { .. }
            | Self::AgentMessage { .. }
            | Self::AgentAction { .. }
            | Self::Note { .. }
            | Self::Rated { .. }
            | Self::Offered { .. }
            | Self::AgentGone { .. } => None,
        }
    }

    /// The agent whose work this is, and whether it ends their part in the conversation.
    pub fn work(&self) -> Option<(&AgentId, bool)> {
        match self {
            Self::AgentMessage { agent, .. } => Some((&agent.id, false)),
            Self::AgentAction { agent, action } => action.ends_work().map(|ends| (&agent.id, ends)),
            Self::Opened
            | Self::CustomerMessage { .. }
            | Self::Note { .. }
            | Self::Rated { .. }
            | Self::Offered { .. }
            | Self::AgentGone { .. }
            | Self::LookupDone { .. }
            | Self::CodeSent { .. }
            | Self::TimerFired { .. } => None,
        }
    }

    /// As it may be kept: every text that somebody wrote, without the personal data that is masked.
    pub fn masked(&self, masking: &Masking) -> Self {
        match self {
            Self::CustomerMessage { text } => Self::CustomerMessage {
                text: text.masked(masking),
            },
            Self::AgentMessage {
                agent,
                text,
                suggested,
            } => Self::AgentMessage {
                agent: agent.clone(),
                text: text.masked(masking),
                suggested: suggested.as_ref().map(|suggested| suggested.masked(masking)),
            },
            Self::Note { agent, text, whisper } => Self::Note {
                agent: agent.clone(),
                text: text.masked(masking),
                whisper: *whisper,
            },
            Self::Rated { rating } => Self::Rated {
                rating: Rating {
                    score: rating.score,
                    comment: masking.mask(&rating.comment),
                },
            },
            Self::LookupDone { .. }
            | Self::CodeSent { .. }
            | Self::TimerFired { .. }
            | Self::Opened
            | Self::Offered { .. }
            | Self::AgentGone { .. }
            | Self::AgentAction { .. } => self.clone(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "name")]
pub enum AgentAction {
    Claim,
    /// Back to the queue it came from.
    Release,
    Transfer {
        queue: QueueName,
    },
    /// Held out to another agent, and back in its queue if they do not take it.
    TransferToAgent {
        to: Agent,
    },
    Resolve,
    /// With the reason, one of the policy's.
    ResolveAs {
        resolution: Resolution,
    },
    /// A supervisor takes it, from whoever has it.
    TakeOver,
    /// Back to the bot.
    HandBack,
    /// Takes what is offered.
    Accept,
    Decline,
    /// Put off until a time, or until the customer writes.
    Snooze {
        until: Timestamp,
    },
}

impl AgentAction {
    /// Whether it lets the conversation go; `None` for what is no work on it.
    fn ends_work(&self) -> Option<bool> {
        match self {
            Self::Claim | Self::TakeOver | Self::Accept | Self::Snooze { .. } => Some(false),
            Self::Release
            | Self::Transfer { .. }
            | Self::TransferToAgent { .. }
            | Self::Resolve
            | Self::ResolveAs { .. }
            | Self::HandBack => Some(true),
            Self::Decline => None,
        }
    }
}

/// What the turn did, in one word; `reason` only with a handoff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "name", content = "reason")]
pub enum Action {
    Answer,
    /// The bot needs the customer to say more.
    Ask,
    /// "Did you mean A or B?"
    Clarify,
    Handoff(Reason),
    /// A task is under way; its result is the next turn, and says what there is to say.
    Wait,
    /// The bot ends the conversation.
    Close,
    /// Recorded for whoever holds the conversation; the bot says nothing or that a person is on the way.
    Relay,
    /// The owner or the status changed, by an agent's action.
    Transition,
    /// Written down, nothing else: opened, rated.
    Record,
}

impl Action {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Ask => "ask",
            Self::Clarify => "clarify",
            Self::Handoff(_) => "handoff",
            Self::Wait => "wait",
            Self::Close => "close",
            Self::Relay => "relay",
            Self::Transition => "transition",
            Self::Record => "record",
        }
    }
}

/// Why an input changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("the conversation is resolved; it reopens when the customer writes")]
    Resolved,
    #[error("you hold this conversation already")]
    AlreadyYours,
    #[error("agent {0} holds this conversation; ask for a transfer")]
    HeldBy(AgentId),
    #[error("claim the conversation first")]
    NotClaimed,
    #[error("there is no queue named {0}; knowledge/policy.yml lists the queues")]
    UnknownQueue(QueueName),
    #[error(
        "suggestion {0:?} was not offered for this conversation; take the id of one that its suggestions list"
    )]
    UnknownSuggestion(String),
    #[error("there is no resolution named {0}; `resolutions` in knowledge/policy.yml lists them")]
    UnknownResolution(Resolution),
    #[error("no agent holds this conversation; without `whisper` it is a note for whoever comes")]
    NobodyHolds,
    #[error("the conversation is not in a queue")]
    NotWaiting,
    #[error("agent {0} is being asked already")]
    OfferedTo(AgentId),
    #[error("this conversation is not offered to you, or not any more; claim it if it still waits")]
    NotOffered,
    #[error("a conversation is snoozed until a time that is still to come, at most {0} days away")]
    SnoozeTime(i64),
    #[error("it was handed back {0} times and came back each time; resolve it or transfer it")]
    ComesBack(u32),
}

/// One rule that was considered, with what it looked at and whether it applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TraceStep {
    pub rule: String,
    pub inputs: Value,
    pub fired: bool,
}

/// Every rule considered, in order; enough, with the reading and the conversation before, to decide again.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Trace {
    /// Hash of the policy and replies decided under.
    pub policy: String,
    pub steps: Vec<TraceStep>,
}

/// All that one input changes. The store writes it in one transaction, or not at all: messages, the conversation
/// where `before` and `epoch_before` still hold, events with a delivery for each endpoint that wants them, and tasks.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    pub action: Action,
    /// The version this was decided on.
    pub before: u64,
    /// The epoch this was decided under.
    pub epoch_before: u64,
    /// As it is afterwards; its version is `before + 1`.
    pub conversation: Conversation,
    pub messages: Vec<Message>,
    pub events: Vec<Event>,
    /// To be done when this is on disk. A turn whose input ends a task takes that task away in the same transaction.
    pub tasks: Vec<Task>,
    /// Of an agent's message.
    pub feedback: Feedback,
    pub input: Input,
    pub reading: Option<Reading>,
    /// How the line stood, where it was asked.
    pub standing: Option<Standing>,
    /// What the bot might do when this was decided.
    pub switch: BotSwitch,
    /// Somebody's wait ends with this turn: an agent has taken the conversation out of a queue.
    pub waited: Option<Waited>,
    pub trace: Trace,
}

impl Turn {
    /// Sealed values that no flow has taken are not kept: the reading says no more than the masks.
    pub fn drop_unused_seals(&mut self) {
        let progress = &self.conversation.progress;
        let flows = progress.flow.iter().chain(&progress.paused);
        let of_flows = flows.flat_map(|state| state.sealed.values());
        let of_tasks = self.tasks.iter().flat_map(Task::sealed);
        let taken: Vec<&String> = of_flows.chain(of_tasks).collect();
        let Some(reading) = &mut self.reading else { return };
        let of_clauses = reading
            .clauses
            .iter_mut()
            .map(|clause| &mut clause.reading.entities);
        for entity in std::iter::once(&mut reading.entities).chain(of_clauses).flatten() {
            if entity
                .sealed
                .as_ref()
                .is_some_and(|sealed| !taken.contains(&sealed))
            {
                entity.sealed = None;
            }
        }
    }
}

/// A committed turn as the store remembers it, to answer a repeated request, to explain and to replay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TurnRecord {
    pub action: Action,
    pub conversation: Conversation,
    pub messages: Vec<Message>,
    /// What was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Task>,
    pub input: Input,
    pub reading: Option<Reading>,
    /// With it, the reading and the conversation before, the same can be decided again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
    #[serde(default, skip_serializing_if = "BotSwitch::is_untouched")]
    pub switch: BotSwitch,
    pub trace: Trace,
}

impl From<Turn> for TurnRecord {
    fn from(turn: Turn) -> Self {
        Self {
            action: turn.action,
            conversation: Conversation {
                messages: Vec::new(),
                earlier: Vec::new(),
                ..turn.conversation
            },
            messages: turn.messages,
            tasks: turn.tasks,
            input: turn.input,
            reading: turn.reading,
            standing: turn.standing,
            switch: turn.switch,
            trace: turn.trace,
        }
    }
}

impl From<&Turn> for TurnRecord {
    fn from(turn: &Turn) -> Self {
        Self::from(turn.clone())
    }
}
