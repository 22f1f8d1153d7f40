//! Reading the event log; events are written with their turn.

use async_trait::async_trait;
use tokio::sync::watch;

use crate::domain::event::LoggedEvent;
use crate::domain::id::{ConversationId, WorkspaceId};
use crate::ports::{EventLog, StoreError};
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::rows::{self, integer};

#[async_trait]
impl EventLog for SqliteStore {
    async fn events(
        &self,
        workspace: &WorkspaceId,
        conversation: Option<&ConversationId>,
        position: u64,
        limit: usize,
    ) -> Result<Vec<LoggedEvent>, StoreError> {
        // Two statements, so that each is answered from its own index.
        let query = match conversation {
            Some(conversation) => sqlx::query(
                "SELECT position, id AS event_id, conversation, kind, at, data FROM events
                 WHERE workspace = ? AND conversation = ? AND position > ? ORDER BY position LIMIT ?",
            )
            .bind(workspace.as_str())
            .bind(conversation.as_str()),
            None => sqlx::query(
                "SELECT position, id AS event_id, conversation, kind, at, data FROM events
                 WHERE workspace = ? AND position > ? ORDER BY position LIMIT ?",
            )
            .bind(workspace.as_str()),
        };
        let found = query
            .bind(integer(position))
            .bind(integer(limit as u64))
            .fetch_all(&self.readers)
            .await?;
        found.iter().map(rows::logged_event).collect()
    }

    fn position(&self) -> watch::Receiver<u64> {
        self.position.clone()
    }
}
