//! The audit log: who did what to the installation, and when. No password, token or customer's word is ever in it.

use serde_json::Value;

use crate::domain::time::Timestamp;

#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    pub at: Timestamp,
    /// `account:` and a login, `key:` and a key's id, or `system`; `unknown` for a sign-in that failed.
    pub actor: String,
    /// What was done: the operation of the API, or `session.created` and its like.
    pub action: String,
    /// What it was done to: a path, or `account:` and a login; may be empty.
    pub target: String,
    /// What else there is to say; an object.
    pub detail: Value,
    /// Where the request came from.
    pub address: Option<String>,
}

/// An entry with its place in the log; a later one has a higher number.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedAudit {
    pub position: u64,
    pub entry: AuditEntry,
}
