//! The store's part in suggested replies: what agents were shown and took, what they answered, and what else a customer
//! has had with the business. What becomes of suggestions is written by [`crate::ports::Conversations::commit`].

use async_trait::async_trait;

use crate::domain::conversation::Conversation;
use crate::domain::handoff::EarlierConversation;
use crate::domain::id::{ConversationId, MessageId, WorkspaceId};
use crate::domain::suggestion::{Answer, Meaning, Shown, Used};
use crate::ports::StoreError;

#[async_trait]
pub trait Suggestions: Send + Sync {
    /// In the place of what was shown before. The commit of an agent's message takes it away.
    async fn show(
        &self,
        workspace: &WorkspaceId,
        conversation: &ConversationId,
        shown: &Shown,
    ) -> Result<(), StoreError>;

    async fn shown(
        &self,
        workspace: &WorkspaceId,
        conversation: &ConversationId,
    ) -> Result<Option<Shown>, StoreError>;

    /// Of suggestions with these keys, by key and intent; those never shown to anybody are left out.
    async fn uses(&self, workspace: &WorkspaceId, keys: &[String]) -> Result<Vec<Used>, StoreError>;

    /// What agents answered, the newest first.
    async fn answers(&self, workspace: &WorkspaceId, limit: usize) -> Result<Vec<Answer>, StoreError>;

    /// Writes down the meanings of questions, by the message that answered. Unknown ones are passed over.
    async fn understand(
        &self,
        workspace: &WorkspaceId,
        meanings: &[(MessageId, Meaning)],
    ) -> Result<(), StoreError>;

    /// Other conversations of the same customer, the newest first; none where the customer has no id.
    async fn earlier(
        &self,
        conversation: &Conversation,
        limit: usize,
    ) -> Result<Vec<EarlierConversation>, StoreError>;
}
