//! The agents' desk of the store in memory.

use std::cmp::Reverse;

use async_trait::async_trait;

use crate::domain::conversation::{Conversation, Owner};
use crate::domain::id::{AgentId, ConversationId, WorkspaceId};
use crate::domain::listing::Wanted;
use crate::domain::message::{Message, Sender};
use crate::domain::note::Note;
use crate::ports::{Desk, Page, StoreError};
use crate::store::memory::MemoryStore;
use crate::store::paging::{ListPlace, page};

#[async_trait]
impl Desk for MemoryStore {
    async fn list(
        &self,
        workspace: &WorkspaceId,
        wanted: &Wanted,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Conversation>, StoreError> {
        let below = ListPlace::parse(cursor)?;
        let state = self.state();
        let mut found: Vec<&Conversation> = state
            .conversations
            .values()
            .map(|history| &history.conversation)
            .filter(|conversation| conversation.workspace == *workspace && wanted.includes(conversation))
            .filter(|conversation| ListPlace::of(conversation) < below)
            .collect();
        found.sort_by_key(|conversation| Reverse(ListPlace::of(conversation)));
        let found = found.into_iter().cloned().collect();
        Ok(page(found, limit, ListPlace::cursor))
    }

    async fn newest_messages(
        &self,
        workspace: &WorkspaceId,
        conversations: &[ConversationId],
    ) -> Result<Vec<(ConversationId, Message)>, StoreError> {
        let state = self.state();
        let newest = |id: &ConversationId| {
            let said = by_a_person(&state.history(workspace, id)?.messages)?;
            Some((id.clone(), said.clone()))
        };
        Ok(conversations.iter().filter_map(newest).collect())
    }

    async fn unanswered(
        &self,
        workspace: &WorkspaceId,
        holders: &[AgentId],
    ) -> Result<Vec<(ConversationId, AgentId)>, StoreError> {
        let state = self.state();
        let histories = state.conversations.values();
        let waiting = histories.filter_map(|history| {
            let conversation = &history.conversation;
            let (holder, _) = conversation.burden()?;
            let held = conversation.workspace == *workspace
                && matches!(conversation.owner, Owner::Agent { .. })
                && holders.contains(holder);
            let newest = by_a_person(&history.messages).filter(|_| held)?;
            (newest.from == Sender::Customer).then(|| (conversation.id.clone(), holder.clone()))
        });
        Ok(waiting.collect())
    }

    async fn notes(
        &self,
        workspace: &WorkspaceId,
        conversation: &ConversationId,
    ) -> Result<Vec<Note>, StoreError> {
        let state = self.state();
        let history = state.history(workspace, conversation);
        let turns = history.into_iter().flat_map(|history| &history.turns);
        Ok(turns.filter_map(Note::of).collect())
    }
}

/// The newest that a person wrote, customer or agent.
fn by_a_person(messages: &[Message]) -> Option<&Message> {
    messages.iter().rfind(|message| message.from.is_person())
}
