//! Agents: always people. The machine is the bot.

use serde::{Deserialize, Serialize};

use crate::domain::id::AgentId;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    pub id: AgentId,
    /// What the customer reads; empty when the business shows no names.
    #[serde(default)]
    pub name: String,
}
