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

/// A canned response as an agent can send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadyReply {
    pub id: String,
    /// What is not known stands as its placeholder: `{{customer.name}}`.
    pub text: String,
    pub locale: String,
    /// Whether agents alone may send it.
    pub for_agents: bool,
}

impl ReadyReply {
    /// How well it fits what somebody looks for, the smallest being the best: its id begins so, has all the words, or it
    /// has them together with its text. `None` where a word is missing. Capital letters do not matter.
    pub fn fits(&self, wanted: &str) -> Option<u8> {
        let (id, text) = (self.id.to_lowercase(), self.text.to_lowercase());
        let wanted = wanted.trim().to_lowercase();
        let mut words = wanted.split_whitespace();
        if id.starts_with(&wanted) {
            Some(0)
        } else if words.clone().all(|word| id.contains(word)) {
            Some(1)
        } else {
            words
                .all(|word| id.contains(word) || text.contains(word))
                .then_some(2)
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_before_texts_and_every_word_must_be_there() {
        let reply = ReadyReply {
            id: "refund.sent".to_owned(),
            text: "Your money is on its Way.".to_owned(),
            locale: "en".to_owned(),
            for_agents: true,
        };
        for (wanted, fits) in [
            ("", Some(0)),
            ("REF", Some(0)),
            ("sent refund", Some(1)),
            ("way sent", Some(2)),
            ("money back", None),
        ] {
            assert_eq!(reply.fits(wanted), fits, "{wanted}");
        }
    }
}
