//! API keys: who may call, and as what. Only the SHA-256 of a key is ever kept.

use crate::domain::id::{KeyId, WorkspaceId};
use crate::domain::role::Role;
use crate::domain::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    pub id: KeyId,
    pub workspace: WorkspaceId,
    /// Where [`Role::acts_as_agent`] also the agent's id.
    pub name: String,
    pub role: Role,
    /// Lower-case hexadecimal SHA-256 of the key itself.
    pub sha256: String,
    pub created_at: Timestamp,
}
