//! Flows: the steps of one routine request as the business wrote them, and where a conversation stands in one. What
//! follows from both, `triage::flow` knows.

use std::collections::BTreeMap;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::domain::entity::EntityKind;
use crate::domain::handoff::Reason;
use crate::domain::id::{QueueName, TaskId};
use crate::domain::intent::{Intent, ScoredIntent};
use crate::domain::lookup::LookupResult;

/// One routine request, as written. Its parts are numbered by their place; `line` counts from 1 in the file.
#[derive(Debug, Clone)]
pub struct Flow {
    pub id: String,
    /// What agents read in a handoff.
    pub title: String,
    /// A message that is surely one of these starts it.
    pub intents: Vec<Intent>,
    /// Slots that the same message has to fill: without them it is none of this flow's.
    pub needs: Vec<String>,
    pub slots: Vec<Slot>,
    pub steps: Vec<Step>,
    pub replies: Vec<FlowReply>,
    /// Hash of the file.
    pub version: String,
}

impl Flow {
    pub fn slot(&self, name: &str) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.name == name)
    }
}

/// Something to learn from the customer.
#[derive(Debug, Clone)]
pub struct Slot {
    pub name: String,
    pub fill: Fill,
    /// The whole value must match.
    pub pattern: Option<Regex>,
    /// The reply that asks for it.
    pub ask: String,
    /// The reply to a value of the kind that does not fit.
    pub invalid: Option<String>,
    /// How often it is asked for before a person takes over.
    pub tries: u32,
    /// Whether later flows of the conversation may take its value.
    pub remember: bool,
    pub line: u64,
}

/// How a slot finds its value in what the customer writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fill {
    Entity(EntityKind),
    /// Each value with the words that mean it.
    Choices(Vec<(String, Vec<String>)>),
    /// An expression for a list out of a lookup's result.
    Options(String),
    /// The whole message, once asked for.
    Text,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub deed: Deed,
    /// An expression; where it is false the step is passed over.
    pub condition: Option<String>,
    pub line: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// The slot is filled before the flow goes on.
    Ask {
        slot: String,
    },
    /// A code is sent and typed before the flow goes on.
    Verify {
        call: Call,
    },
    Lookup {
        call: Call,
        /// The name by which expressions and replies know the result.
        name: String,
        on: BTreeMap<String, Ending>,
    },
    /// The reply is answered with yes before the flow goes on; a no ends it.
    Confirm {
        reply: String,
    },
    Say {
        reply: String,
        buttons: Vec<String>,
    },
    HandOff {
        reason: Reason,
        queue: Option<QueueName>,
    },
    End,
}

/// A lookup by name, with an expression for each argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub lookup: String,
    pub with: BTreeMap<String, String>,
}

/// What an outcome other than `ok` leads to: a reply, and then the same question again, a person, or the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    pub say: Option<String>,
    /// The slot that is emptied and asked for anew.
    pub again: Option<String>,
    pub hand_off: Option<Reason>,
}

/// A line of the bot, in one locale; a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowReply {
    pub id: String,
    /// `None`: in whatever locale the business speaks.
    pub locale: Option<String>,
    pub text: String,
    pub line: u64,
}

/// A flow under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlowState {
    pub flow: String,
    /// [`Flow::version`]: where the file has changed meanwhile, the flow begins again with the slots that it still has.
    pub version: String,
    /// What started it.
    pub intent: ScoredIntent,
    /// Index of the step that is next, or waited at.
    pub step: usize,
    /// By slot. Of personal data that is masked the mask stands here.
    pub slots: BTreeMap<String, String>,
    /// By slot, what such a mask stands for, sealed. It goes with the flow.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sealed: BTreeMap<String, String>,
    /// By the name that the lookup's step gives them.
    pub results: BTreeMap<String, LookupResult>,
    /// How often each slot has been asked for; under `code` and `confirmation`, how often those.
    pub asked: BTreeMap<String, u32>,
    pub waits_for: Option<Wait>,
}

/// What has to come before the flow goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "of")]
pub enum Wait {
    /// The customer's value for this slot.
    Slot(String),
    /// The customer's yes or no.
    Confirmation,
    /// The code that was sent.
    Code,
    /// The result of this task.
    Task(TaskId),
}
