//! Canned responses: lines the business wrote once, for the bot to say or an agent to send.

use serde::{Deserialize, Serialize};

use crate::domain::intent::Intent;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    Bot,
    Agent,
    Both,
}

/// A canned response that is near to what a customer wrote.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplyHit {
    pub id: String,
    /// Likeness of the customer's words to its title and text, -1 to 1.
    pub meaning: f32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CannedResponse {
    pub id: String,
    pub title: String,
    pub locale: String,
    pub speaker: Speaker,
    /// Intents for which it is suggested to agents.
    pub intents: Vec<Intent>,
    /// A template: `{{ customer.name }}` and the like.
    pub text: String,
}
