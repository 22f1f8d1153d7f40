//! Private notes: what staff write to each other beside a conversation. A note is no message: no customer sees it, no
//! model reads it, and no clock stops for it.

use serde::Serialize;

use crate::domain::agent::Agent;
use crate::domain::id::NoteId;
use crate::domain::time::Timestamp;
use crate::domain::turn::{Input, TurnRecord};

/// A note is a turn of its conversation, and is read out of it; nothing is stored twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    pub id: NoteId,
    pub agent: Agent,
    pub text: String,
    pub at: Timestamp,
    /// A supervisor's, for whoever holds the conversation.
    pub whisper: bool,
}

impl Note {
    /// `None` for a turn of anything else.
    pub fn of(record: &TurnRecord) -> Option<Self> {
        let Input::Note { agent, text, whisper } = &record.input else {
            return None;
        };
        let conversation = &record.conversation;
        Some(Self {
            id: conversation.id.note(conversation.version),
            agent: agent.clone(),
            text: text.as_str().to_owned(),
            at: conversation.updated_at,
            whisper: *whisper,
        })
    }
}
