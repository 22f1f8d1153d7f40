//! Conversations in a list on the wire, as a desk shows them. Never shown to customers.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::conversation::Conversation;
use crate::domain::id::ConversationId;
use crate::domain::message::Message;
use crate::domain::time::Timestamp;
use crate::http::views::Viewer;
use crate::http::views::conversation::{ClockView, OwnerView, clocks};
use crate::http::views::handoff::{CustomerView, MoodView};

/// How much of a message a list has, in characters.
const SHOWN_CHARS_MAX: usize = 140;

/// What was said last, by conversation.
pub(crate) type Newest = HashMap<ConversationId, Message>;

/// The newest message of a conversation that a person wrote.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LastMessageView {
    /// `customer` or `agent`.
    from: &'static str,
    /// At most 140 characters of it.
    text: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

impl From<&Message> for LastMessageView {
    fn from(message: &Message) -> Self {
        let mut text: String = message.text.chars().take(SHOWN_CHARS_MAX).collect();
        if text.len() < message.text.len() {
            // The sign takes the place of a character.
            text.pop();
            text.push('…');
        }
        Self {
            from: message.from.as_str(),
            text,
            at: message.at,
        }
    }
}

/// What a list shows of each conversation beside who has it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GlanceView {
    #[serde(skip_serializing_if = "Option::is_none")]
    last_message: Option<LastMessageView>,
    /// As the newest message was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    mood: Option<MoodView>,
    /// What a person owes the customer now.
    clocks: Vec<ClockView>,
    /// ISO 639-1, where it is beyond doubt.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
}

impl GlanceView {
    pub(crate) fn new(conversation: &Conversation, newest: &Newest) -> Self {
        Self {
            last_message: newest.get(&conversation.id).map(LastMessageView::from),
            mood: conversation.mood().as_ref().map(MoodView::from),
            clocks: clocks(&conversation.clocks),
            language: conversation.language().map(str::to_owned),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationItemView {
    id: String,
    /// `open` or `resolved`.
    status: &'static str,
    #[serde(flatten)]
    owner: OwnerView,
    customer: CustomerView,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// `seq` of the newest message; 0 when there is none.
    last_seq: u64,
    /// The weightiest reason of the newest handoff.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// As the agent said it who resolved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution: Option<String>,
    #[serde(flatten)]
    glance: GlanceView,
}

impl ConversationItemView {
    pub(crate) fn new(conversation: &Conversation, newest: &Newest) -> Self {
        let handoff = conversation.handoff.as_ref();
        Self {
            id: conversation.id.to_string(),
            status: conversation.status.as_str(),
            owner: OwnerView::with_priority(conversation),
            customer: CustomerView::new(&conversation.customer, Viewer::Staff),
            created_at: conversation.created_at,
            updated_at: conversation.updated_at,
            last_seq: conversation.last_seq,
            reason: handoff.map(|handoff| handoff.reason.as_str()),
            resolution: conversation.resolution.as_ref().map(ToString::to_string),
            glance: GlanceView::new(conversation, newest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::Sender;

    fn shown(text: &str) -> String {
        let id = ConversationId::from_random([1; 16]).message(1);
        LastMessageView::from(&Message {
            id,
            seq: 1,
            from: Sender::Customer,
            text: text.to_owned(),
            at: Timestamp::UNIX_EPOCH,
            source: None,
            buttons: Vec::new(),
        })
        .text
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let fits = "ä".repeat(SHOWN_CHARS_MAX);
        assert_eq!(shown(&fits), fits);
        let cut = shown(&format!("{fits}!"));
        assert_eq!(cut.chars().count(), SHOWN_CHARS_MAX);
        assert!(cut.ends_with("ä…"), "{cut}");
    }
}
