//! What a caller may do, whether it is a person who signed in or a key.

use serde::{Deserialize, Serialize};

/// Customers have none: they hold a signed visitor token for one conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// One human agent; acts only under the own name.
    Agent,
    /// An agent who also sees to the others: agents, queues, the bot.
    Supervisor,
    /// The company's own system or an external desk: opens conversations, acts for named agents. Keys only.
    Integrator,
    /// Everything: accounts, keys, webhooks and their secrets included.
    Admin,
    /// Reads everything and changes nothing.
    Auditor,
}

impl Role {
    pub const ALL: [Self; 5] = [
        Self::Agent,
        Self::Supervisor,
        Self::Integrator,
        Self::Admin,
        Self::Auditor,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Supervisor => "supervisor",
            Self::Integrator => "integrator",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// Whether a person can have it.
    pub fn is_for_people(self) -> bool {
        self != Self::Integrator
    }

    /// Whether whoever has it acts under the own name unless they give another's, and so needs an agent's id for a name.
    pub fn acts_as_agent(self) -> bool {
        matches!(self, Self::Agent | Self::Supervisor)
    }
}
