//! Reading conversations, their messages and turns, and the waiting line; committing is handed to the writer.

use async_trait::async_trait;
use sqlx::sqlite::SqliteExecutor;

use crate::domain::conversation::{Conversation, RECENT_MESSAGES};
use crate::domain::id::{ConversationId, QueueName, WorkspaceId};
use crate::domain::message::Message;
use crate::domain::standing::Place;
use crate::domain::turn::{Turn, TurnRecord};
use crate::ports::{Committed, Conversations, Idempotency, Page, StoreError, WaitingLine};
use crate::store::paging::{QueuePlace, page};
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::commit::{self, CommitTurn};
use crate::store::sqlite::rows::{self, from_json, integer, one_more};
use crate::store::sqlite::waits;

#[async_trait]
impl Conversations for SqliteStore {
    async fn load(
        &self,
        workspace: &WorkspaceId,
        id: &ConversationId,
    ) -> Result<Option<Conversation>, StoreError> {
        // One row, so that state and messages are of the same version, and come in one piece: the messages as a list of
        // JSON, the oldest first. `+ 0`, here and wherever it happens often: SQLite makes a new plan for each value that is
        // bound to a bare LIMIT, which costs more than the query.
        let row: Option<(String, String)> = sqlx::query_as(
            "SELECT state,
                 (SELECT '[' || COALESCE(GROUP_CONCAT(message, ',' ORDER BY seq), '') || ']' FROM
                      (SELECT message, seq FROM messages WHERE workspace = $1 AND conversation = $2
                       ORDER BY seq DESC LIMIT $3 + 0))
             FROM conversations WHERE workspace = $1 AND id = $2",
        )
        .bind(workspace.as_str())
        .bind(id.as_str())
        .bind(integer(RECENT_MESSAGES as u64))
        .fetch_optional(&self.readers)
        .await?;
        let Some((state, messages)) = row else {
            return Ok(None);
        };
        let mut conversation: Conversation = from_json("conversation", &state)?;
        conversation.messages = from_json("message", &messages)?;
        Ok(Some(conversation))
    }

    async fn commit(&self, turn: &Turn, key: Option<&Idempotency>) -> Result<Committed, StoreError> {
        let outcome = self.submit(CommitTurn::new(turn, key)?).await;
        if matches!(outcome, Err(StoreError::Conflict)) {
            self.switches.forget(&turn.conversation.workspace);
        }
        Ok(outcome?.committed)
    }

    async fn recall(&self, key: &Idempotency) -> Result<Option<TurnRecord>, StoreError> {
        commit::recall(&mut *self.readers.acquire().await?, key).await
    }

    async fn turns(
        &self,
        workspace: &WorkspaceId,
        id: &ConversationId,
    ) -> Result<Vec<TurnRecord>, StoreError> {
        let records: Vec<String> = sqlx::query_scalar(
            "SELECT record FROM turns WHERE workspace = ? AND conversation = ? ORDER BY version",
        )
        .bind(workspace.as_str())
        .bind(id.as_str())
        .fetch_all(&self.readers)
        .await?;
        records.iter().map(|record| from_json("turn", record)).collect()
    }

    async fn messages(
        &self,
        workspace: &WorkspaceId,
        id: &ConversationId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError> {
        let messages: Vec<String> = sqlx::query_scalar(
            "SELECT message FROM messages WHERE workspace = ? AND conversation = ? AND seq > ? ORDER BY seq LIMIT ? + 0",
        )
        .bind(workspace.as_str())
        .bind(id.as_str())
        .bind(integer(after))
        .bind(integer(limit as u64))
        .fetch_all(&self.readers)
        .await?;
        messages
            .iter()
            .map(|message| from_json("message", message))
            .collect()
    }

    async fn queue(
        &self,
        workspace: &WorkspaceId,
        queue: Option<&QueueName>,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Conversation>, StoreError> {
        let behind = QueuePlace::parse(cursor)?;
        let states: Vec<String> = sqlx::query_scalar(
            "SELECT state FROM conversations
             WHERE workspace = ?1 AND waiting_since IS NOT NULL AND (?2 IS NULL OR queue = ?2)
               AND (-priority, waiting_since, id) > (?3, ?4, ?5)
             ORDER BY priority DESC, waiting_since, id LIMIT ?6",
        )
        .bind(workspace.as_str())
        .bind(queue.map(QueueName::as_str))
        .bind(behind.order)
        .bind(behind.since)
        .bind(behind.id)
        .bind(one_more(limit))
        .fetch_all(&self.readers)
        .await?;
        let waiting = states
            .iter()
            .map(|state| from_json("conversation", state))
            .collect::<Result<_, _>>()?;
        Ok(page(waiting, limit, QueuePlace::cursor))
    }

    async fn place(&self, waiting: &Conversation) -> Result<Option<Place>, StoreError> {
        waits::place(&mut *self.readers.acquire().await?, waiting).await
    }

    async fn waiting_lines(&self, workspace: &WorkspaceId) -> Result<Vec<WaitingLine>, StoreError> {
        waiting_lines(&self.readers, workspace).await
    }
}

/// By name.
pub(super) async fn waiting_lines(
    executor: impl SqliteExecutor<'_>,
    workspace: &WorkspaceId,
) -> Result<Vec<WaitingLine>, StoreError> {
    let lines = sqlx::query(
        "SELECT queue, COUNT(*) AS waiting, MIN(waiting_since) AS oldest FROM conversations
         WHERE workspace = ? AND waiting_since IS NOT NULL GROUP BY queue ORDER BY queue",
    )
    .bind(workspace.as_str())
    .fetch_all(executor)
    .await?;
    lines.iter().map(rows::waiting_line).collect()
}
