//! Private notes on the wire. Never shown to customers.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::note::Note;
use crate::domain::time::Timestamp;
use crate::http::views::{AgentView, Viewer};

/// What staff write to each other beside a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoteView {
    id: String,
    agent: AgentView,
    text: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// A supervisor's, for whoever holds the conversation.
    whisper: bool,
}

impl From<&Note> for NoteView {
    fn from(note: &Note) -> Self {
        Self {
            id: note.id.to_string(),
            agent: AgentView::new(&note.agent, Viewer::Staff),
            text: note.text.clone(),
            at: note.at,
            whisper: note.whisper,
        }
    }
}
