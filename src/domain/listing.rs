//! Which conversations a list is to have. Knows nothing of pages, or of how they are stored.

use serde::Deserialize;

use crate::domain::conversation::{Conversation, Status};
use crate::domain::id::AgentId;

/// Who has a conversation, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnerKind {
    Bot,
    Queue,
    Agent,
}

impl OwnerKind {
    pub const ALL: [Self; 3] = [Self::Bot, Self::Queue, Self::Agent];

    /// As [`crate::domain::conversation::Owner::as_str`] has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Queue => "queue",
            Self::Agent => "agent",
        }
    }
}

/// What is `None` is not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub status: Option<Status>,
    pub owner: Option<OwnerKind>,
    /// Who holds it, or held it when it was resolved.
    pub agent: Option<AgentId>,
}

impl Wanted {
    pub fn statuses(&self) -> Vec<Status> {
        self.status
            .map_or_else(|| vec![Status::Open, Status::Resolved], |status| vec![status])
    }

    /// None where an agent is asked for and another owner.
    pub fn owners(&self) -> Vec<OwnerKind> {
        let held = |kind: &OwnerKind| self.agent.is_none() || *kind == OwnerKind::Agent;
        let asked_for = |kind: &OwnerKind| self.owner.is_none_or(|owner| owner == *kind);
        let kinds = OwnerKind::ALL.into_iter();
        kinds.filter(held).filter(asked_for).collect()
    }

    pub fn includes(&self, conversation: &Conversation) -> bool {
        let holder = conversation.agent().map(|agent| &agent.id);
        let owner = conversation.owner.as_str();
        self.statuses().contains(&conversation.status)
            && self.owners().iter().any(|kind| kind.as_str() == owner)
            && self.agent.as_ref().is_none_or(|agent| Some(agent) == holder)
    }
}
