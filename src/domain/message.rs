//! One utterance in a conversation.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::domain::agent::Agent;
use crate::domain::article::Citation;
use crate::domain::id::{ConversationId, MessageId};
use crate::domain::personal_data::Masking;
use crate::domain::time::Timestamp;

/// Longest message taken, in bytes of UTF-8; the model reads the first 128 tokens of it.
pub const TEXT_BYTES_MAX: usize = 16 * 1024;

#[derive(Debug, Error, PartialEq, Eq)]
pub enum InvalidText {
    #[error("the text is empty; send at least one character that is not white space")]
    Empty,
    #[error("the text has {0} bytes; send at most {TEXT_BYTES_MAX}, in several messages if need be")]
    TooLong(usize),
    #[error(
        "the text holds the control character U+{code:04X} at byte {at}; remove it (line breaks and tabs are fine)"
    )]
    Control { code: u32, at: usize },
}

/// A message's text: trimmed, not empty, bounded, free of control characters but line breaks and tabs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(String);

impl Text {
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidText::Empty);
        }
        if text.len() > TEXT_BYTES_MAX {
            return Err(InvalidText::TooLong(text.len()));
        }
        match text
            .char_indices()
            .find(|(_, c)| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        {
            Some((at, c)) => Err(InvalidText::Control {
                code: u32::from(c),
                at,
            }),
            None => Ok(Self(text.to_owned())),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it may be kept. A mask may be some characters longer than what it stands for, and a text of the longest kind
    /// longer than was taken.
    pub fn masked(&self, masking: &Masking) -> Self {
        Self(masking.mask(&self.0))
    }

    /// False for a message of emoji, digits or punctuation alone: there is nothing in it to read.
    pub fn has_words(&self) -> bool {
        self.0.chars().any(char::is_alphabetic)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Sender {
    Customer,
    Bot,
    Agent(Agent),
    /// A marker such as "Ana joined": said by nobody.
    System,
}

impl Sender {
    /// A customer or an agent, and not what the bot or the system says by itself.
    pub fn is_person(&self) -> bool {
        match self {
            Self::Customer | Self::Agent(_) => true,
            Self::Bot | Self::System => false,
        }
    }

    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Bot => "bot",
            Self::Agent(_) => "agent",
            Self::System => "system",
        }
    }
}

/// Where the words of a bot message or of a suggested reply come from. The bot says only what the business wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Source {
    Article(Citation),
    CannedResponse {
        id: String,
    },
    /// A line of a flow, about what it has found; `reply` is `flow.reply`.
    Flow {
        reply: String,
    },
    /// What an agent answered in another conversation: suggested to agents, and never shown to customers.
    EarlierAnswer {
        conversation: ConversationId,
        message: MessageId,
    },
}

impl Source {
    /// `article#passage`, the canned response's id, or what else names it: equal for equal answers.
    pub fn key(&self) -> String {
        match self {
            Self::Article(citation) => format!("{}#{}", citation.article, citation.passage),
            Self::CannedResponse { id } => id.clone(),
            Self::Flow { reply } => reply.clone(),
            Self::EarlierAnswer { message, .. } => message.to_string(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub id: MessageId,
    /// 1, 2, 3 … within the conversation, without gaps.
    pub seq: u64,
    pub from: Sender,
    pub text: String,
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Answers to tap: each is sent as it stands, as the customer's next message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_bounded_and_clean() {
        assert_eq!(Text::parse("  hi \n").unwrap().as_str(), "hi");
        assert_eq!(Text::parse(" \t\n"), Err(InvalidText::Empty));
        assert_eq!(
            Text::parse(&"x".repeat(TEXT_BYTES_MAX + 1)),
            Err(InvalidText::TooLong(TEXT_BYTES_MAX + 1))
        );
        assert_eq!(Text::parse("a\0b"), Err(InvalidText::Control { code: 0, at: 1 }));
        assert!(!Text::parse("😡😡 123 !!!").unwrap().has_words());
    }
}
