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

/// Logs what [`NewEvents::json`] gives as the parameter of this name; `$1` is the workspace and `$2` the conversation.
macro_rules! insert_events {
    ($list:literal) => {
        concat!(
            "INSERT INTO events (workspace, id, conversation, kind, at, data)
             SELECT $1, value ->> 0, $2, value ->> 1, value ->> 2, value -> 3 FROM json_each(",
            $list,
            ") ORDER BY key"
        )
    };
}

pub(super) use insert_events;

/// Events with their JSON made beforehand.
pub(super) struct NewEvents {
    events: Vec<NewEvent>,
    json: String,
}

/// What tells who wants it.
pub(super) struct NewEvent {
    pub(super) id: EventId,
    pub(super) kind: EventKind,
    pub(super) at: Timestamp,
}

impl NewEvents {
    pub(super) fn new(events: &[Event]) -> Result<Self, StoreError> {
        let rows: Vec<_> = events
            .iter()
            .map(|event| {
                let (id, kind) = (event.id.as_str(), event.data.kind().as_str());
                (id, kind, event.at.as_microsecond(), &event.data)
            })
            .collect();
        let json = to_json("event", &rows)?;
        let events = events.iter().map(|event| NewEvent {
            id: event.id.clone(),
            kind: event.data.kind(),
            at: event.at,
        });
        Ok(Self {
            events: events.collect(),
            json,
        })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &NewEvent> {
        self.events.iter()
    }

    /// A list of lists: id, kind, microseconds, data.
    pub(super) fn json(&self) -> &str {
        &self.json
    }

    /// Into the log.
    pub(super) async fn write(
        &self,
        connection: &mut SqliteConnection,
        workspace: &WorkspaceId,
        conversation: Option<&ConversationId>,
    ) -> Result<(), StoreError> {
        sqlx::query(insert_events!("$3"))
            .bind(workspace.as_str())
            .bind(conversation.map(ConversationId::as_str))
            .bind(self.json())
            .execute(connection)
            .await?;
        Ok(())
    }
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
                 WHERE workspace = ? AND conversation = ? AND position > ? ORDER BY position LIMIT ? + 0",
            )
            .bind(workspace.as_str())
            .bind(conversation.as_str()),
            None => sqlx::query(
                "SELECT position, id AS event_id, conversation, kind, at, data FROM events
                 WHERE workspace = ? AND position > ? ORDER BY position LIMIT ? + 0",
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
