//! Identifiers. Only the rim makes new conversations, endpoints and keys; everything inside a conversation
//! (messages, events) is numbered, so that deciding stays pure and replaying gives the same ids.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::domain::time::Timestamp;

/// Why a text is not an identifier.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{0:?} is not a valid {1}: {2}")]
pub struct InvalidId(pub String, pub &'static str, pub &'static str);

macro_rules! identifier {
    ($name:ident, $what:literal, $(#[$doc:meta])*) => {
        identifier!($name, $what, 80, $(#[$doc])*);
    };
    ($name:ident, $what:literal, $longest:literal, $(#[$doc:meta])*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            #[doc = concat!("Accepts 1 to ", $longest, " characters out of `a-z A-Z 0-9 _ -`.")]
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
                let problem = if text.is_empty() || text.len() > $longest {
                    Some(concat!("give 1 to ", $longest, " characters"))
                } else if !text.chars().all(allowed) {
                    Some("use letters, digits, _ and - only")
                } else {
                    None
                };
                match problem {
                    Some(problem) => Err(InvalidId(text.to_owned(), $what, problem)),
                    None => Ok(Self(text.to_owned())),
                }
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier!(WorkspaceId, "workspace id", /// One business served, `default` for example; the first part of every key in the store.
);
identifier!(ConversationId, "conversation id", /// `conv_` and 32 hexadecimal digits.
);
identifier!(MessageId, "message id", /// `msg_`, the conversation's digits, `_` and the message's number in it.
);
identifier!(NoteId, "note id", /// `note_`, the conversation's digits, `_` and the number of the turn that it is.
);
identifier!(EventId, "event id", /// `evt_`, the conversation's digits, `_` and the event's number in it, or digits of its own; also the `webhook-id`.
);
identifier!(TaskId, "task id", /// `task_`, the conversation's digits, `_` and the task's number in it; also the `Idempotency-Key` of a lookup.
);
identifier!(EndpointId, "webhook endpoint id", /// `ep_` and 32 hexadecimal digits.
);
identifier!(DeliveryId, "delivery id", /// `dlv_` and what makes the pair of event and endpoint unique.
);
identifier!(LabelId, "label id", /// `lbl_` and 32 hexadecimal digits.
);
identifier!(KeyId, "API key id", /// `key_` and 16 hexadecimal digits.
);
identifier!(AgentId, "agent id", /// A human agent, as the business calls them.
);
identifier!(QueueName, "queue name", /// A waiting line of the agents, `orders` for example.
);
identifier!(Resolution, "resolution", /// Why an agent ended a conversation, `solved` for example: one that the policy lists.
);
identifier!(Tier, "tier", 40, /// What a customer is worth to the company, in a word of its own: `gold`, for example.
);

impl ConversationId {
    /// `random` is 16 bytes from the rim (a UUIDv7, so that ids sort by age).
    pub fn from_random(random: [u8; 16]) -> Self {
        Self(format!("conv_{}", hex::encode(random)))
    }

    fn digits(&self) -> &str {
        self.0.strip_prefix("conv_").unwrap_or(&self.0)
    }

    pub fn message(&self, seq: u64) -> MessageId {
        MessageId(format!("msg_{}_{seq}", self.digits()))
    }

    /// `version` is that of the conversation after the note.
    pub fn note(&self, version: u64) -> NoteId {
        NoteId(format!("note_{}_{version}", self.digits()))
    }

    pub fn task(&self, number: u64) -> TaskId {
        TaskId(format!("task_{}_{number}", self.digits()))
    }

    pub fn event(&self, number: u64) -> EventId {
        EventId(format!("evt_{}_{number}", self.digits()))
    }
}

impl EndpointId {
    pub fn from_random(random: [u8; 16]) -> Self {
        Self(format!("ep_{}", hex::encode(random)))
    }
}

impl EventId {
    /// Of an event that belongs to no conversation.
    pub fn from_random(random: [u8; 16]) -> Self {
        Self(format!("evt_{}", hex::encode(random)))
    }

    /// Of what happens to an endpoint, which it does once at a time. Half of its digits are enough to tell it, and leave
    /// room for those of whoever the event is delivered to.
    pub fn of_endpoint(endpoint: &EndpointId, at: Timestamp) -> Self {
        let digits = endpoint.0.strip_prefix("ep_").unwrap_or(&endpoint.0);
        let half = digits.get(digits.len() / 2..).unwrap_or(digits);
        Self(format!("evt_{half}_{}", at.as_microsecond()))
    }
}

impl KeyId {
    pub fn from_random(random: [u8; 8]) -> Self {
        Self(format!("key_{}", hex::encode(random)))
    }
}

impl LabelId {
    pub fn from_random(random: [u8; 16]) -> Self {
        Self(format!("lbl_{}", hex::encode(random)))
    }
}

impl DeliveryId {
    /// One delivery for each pair of event and endpoint, so that writing it twice cannot make two.
    pub fn of(event: &EventId, endpoint: &EndpointId) -> Self {
        let event = event.0.strip_prefix("evt_").unwrap_or(&event.0);
        let endpoint = endpoint.0.strip_prefix("ep_").unwrap_or(&endpoint.0);
        Self(format!("dlv_{event}_{endpoint}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_conversation_are_numbered() {
        let id = ConversationId::from_random([7; 16]);
        assert_eq!(id.as_str(), "conv_07070707070707070707070707070707");
        assert_eq!(id.message(3).as_str(), "msg_07070707070707070707070707070707_3");
        assert_eq!(id.event(9).as_str(), "evt_07070707070707070707070707070707_9");
    }

    #[test]
    fn bad_ids_are_refused_with_the_reason() {
        assert!(ConversationId::parse("").is_err());
        assert!(QueueName::parse(&"x".repeat(80)).is_ok());
        assert!(QueueName::parse(&"x".repeat(81)).is_err());
        assert!(Tier::parse(&"x".repeat(40)).is_ok());
        let long = Tier::parse(&"x".repeat(41)).unwrap_err().to_string();
        assert!(
            long.ends_with("is not a valid tier: give 1 to 40 characters"),
            "{long}"
        );
        let error = AgentId::parse("ana maria").unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"ana maria\" is not a valid agent id: use letters, digits, _ and - only"
        );
    }
}
