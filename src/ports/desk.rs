//! The store's part in the agents' desk: which conversations there are, what was said last in them, and the notes beside
//! them. What changes any of it is written by [`crate::ports::Conversations::commit`].

use async_trait::async_trait;

use crate::domain::conversation::Conversation;
use crate::domain::id::{AgentId, ConversationId, WorkspaceId};
use crate::domain::listing::Wanted;
use crate::domain::message::Message;
use crate::domain::note::Note;
use crate::ports::{Page, StoreError};

#[async_trait]
pub trait Desk: Send + Sync {
    /// The one that changed last first. Their `messages` are empty. One that changes between two pages may be on both, or
    /// on neither.
    async fn list(
        &self,
        workspace: &WorkspaceId,
        wanted: &Wanted,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Conversation>, StoreError>;

    /// The newest message of each that a person wrote, customer or agent: what the bot and the system say of the line
    /// would hide what it is about. Those without one are left out.
    async fn newest_messages(
        &self,
        workspace: &WorkspaceId,
        conversations: &[ConversationId],
    ) -> Result<Vec<(ConversationId, Message)>, StoreError>;

    /// The open conversations that one of these agents holds and has not put off, and in which the customer was the last
    /// person who wrote; each with its holder, in no order.
    async fn unanswered(
        &self,
        workspace: &WorkspaceId,
        holders: &[AgentId],
    ) -> Result<Vec<(ConversationId, AgentId)>, StoreError>;

    /// Oldest first.
    async fn notes(
        &self,
        workspace: &WorkspaceId,
        conversation: &ConversationId,
    ) -> Result<Vec<Note>, StoreError>;
}
