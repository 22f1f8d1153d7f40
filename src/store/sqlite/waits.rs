//! The waiting line as facts: who stands before a place, and how long the newest have waited. Waits are written with the
//! turn that ends them.

use sqlx::sqlite::SqliteConnection;

use crate::domain::conversation::{Conversation, Owner};
use crate::domain::id::WorkspaceId;
use crate::domain::standing::{Place, WAITS_KEPT, Waited, expected_wait};
use crate::domain::time::Duration;
use crate::ports::StoreError;
use crate::store::paging::QueuePlace;
use crate::store::sqlite::rows::integer;

/// In the transaction of the turn in which the wait ends; those that are no longer looked at go.
pub(super) async fn add(
    connection: &mut SqliteConnection,
    workspace: &WorkspaceId,
    waited: &Waited,
) -> Result<(), StoreError> {
    let micros = i64::try_from(waited.time.as_micros()).unwrap_or(i64::MAX);
    sqlx::query("INSERT INTO waits (workspace, queue, waited) VALUES (?, ?, ?)")
        .bind(workspace.as_str())
        .bind(waited.queue.as_str())
        .bind(micros)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "DELETE FROM waits WHERE workspace = ?1 AND queue = ?2 AND number NOT IN
             (SELECT number FROM waits WHERE workspace = ?1 AND queue = ?2 ORDER BY number DESC LIMIT ?3 + 0)",
    )
    .bind(workspace.as_str())
    .bind(waited.queue.as_str())
    .bind(integer(WAITS_KEPT as u64))
    .execute(connection)
    .await?;
    Ok(())
}

/// `None` for a conversation that waits for nobody.
pub(super) async fn place(
    connection: &mut SqliteConnection,
    waiting: &Conversation,
) -> Result<Option<Place>, StoreError> {
    let (Owner::Queue { queue, .. }, Some(own)) = (&waiting.owner, QueuePlace::of(waiting)) else {
        return Ok(None);
    };
    let ahead: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM conversations
         WHERE workspace = ?1 AND queue = ?2 AND waiting_since IS NOT NULL
           AND (-priority, waiting_since, id) < (?3, ?4, ?5)",
    )
    .bind(waiting.workspace.as_str())
    .bind(queue.as_str())
    .bind(own.order)
    .bind(own.since)
    .bind(own.id)
    .fetch_one(&mut *connection)
    .await?;
    let newest: Vec<i64> = sqlx::query_scalar(
        "SELECT waited FROM waits WHERE workspace = ? AND queue = ? ORDER BY number DESC LIMIT ? + 0",
    )
    .bind(waiting.workspace.as_str())
    .bind(queue.as_str())
    .bind(integer(WAITS_KEPT as u64))
    .fetch_all(connection)
    .await?;
    Ok(Some(Place {
        ahead: u32::try_from(ahead).unwrap_or(u32::MAX),
        expected_wait: expected_wait(newest.into_iter().map(Duration::from_micros).collect()),
    }))
}
