//! The event log: read by those who follow it, written with turns.

use async_trait::async_trait;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::watch;

use crate::domain::event::{Event, EventKind, LoggedEvent};
use crate::domain::id::{ConversationId, EventId, WorkspaceId};
use crate::domain::time::Timestamp;
use crate::ports::{EventLog, StoreError};
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::rows::{self, integer, to_json};

/// An event with its JSON made beforehand.
pub(super) struct NewEvent {
    pub(super) id: EventId,
    pub(super) kind: EventKind,
    pub(super) at: Timestamp,
    data: String,
}

impl NewEvent {
    pub(super) fn new(event: &Event) -> Result<Self, StoreError> {
        Ok(Self {
            id: event.id.clone(),
            kind: event.data.kind(),
            at: event.at,
            data: to_json("event", &event.data)?,
        })
    }
}

/// The position it got.
pub(super) async fn add(
    connection: &mut SqliteConnection,
    workspace: &WorkspaceId,
    conversation: Option<&ConversationId>,
    event: &NewEvent,
) -> Result<i64, StoreError> {
    let done = sqlx::query(
        "INSERT INTO events (workspace, id, conversation, kind, at, data) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(workspace.as_str())
    .bind(event.id.as_str())
    .bind(conversation.map(ConversationId::as_str))
    .bind(event.kind.as_str())
    .bind(event.at.as_microsecond())
    .bind(event.data.as_str())
    .execute(connection)
    .await?;
    Ok(done.last_insert_rowid())
}

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
