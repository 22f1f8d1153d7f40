//! API keys: who may call, and as what. Only the SHA-256 of a key is ever kept.

use serde::{Deserialize, Serialize};

use crate::domain::id::{KeyId, WorkspaceId};
use crate::domain::time::Timestamp;

/// What a key may do. Customers carry no key: they hold a signed visitor token for one conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// One human agent; acts only under the name of the key.
    Agent,
    /// The company's own system or an external desk: opens conversations, acts for named agents.
    Integrator,
    /// Everything, webhooks and their secrets included.
    Admin,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Agent, Self::Integrator, Self::Admin];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Integrator => "integrator",
            Self::Admin => "admin",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    pub id: KeyId,
    pub workspace: WorkspaceId,
    /// For [`Role::Agent`] also the agent's id.
    pub name: String,
    pub role: Role,
    /// Lower-case hexadecimal SHA-256 of the key itself.
    pub sha256: String,
    pub created_at: Timestamp,
}
