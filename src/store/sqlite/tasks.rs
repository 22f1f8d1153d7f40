//! Tasks: written and ended with their turns, claimed with a lease in between.

use async_trait::async_trait;
use sqlx::sqlite::SqliteConnection;

use crate::domain::conversation::Conversation;
use crate::domain::id::{TaskId, WorkspaceId};
use crate::domain::task::{ClaimedTask, Task};
use crate::domain::time::Timestamp;
use crate::ports::{StoreError, Tasks};
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::rows::{self, integer, to_json};
use crate::store::sqlite::writer::Write;

/// A task with its JSON made beforehand.
pub(super) struct NewTask {
    id: TaskId,
    due_at: Timestamp,
    json: String,
}

impl NewTask {
    pub(super) fn new(task: &Task) -> Result<Self, StoreError> {
        Ok(Self {
            id: task.id.clone(),
            due_at: task.due_at,
            json: to_json("task", task)?,
        })
    }
}

/// In the transaction of the turn that wants it.
pub(super) async fn add(
    connection: &mut SqliteConnection,
    conversation: &Conversation,
    task: &NewTask,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO tasks (workspace, id, conversation, due_at, task) VALUES (?, ?, ?, ?, ?)")
        .bind(conversation.workspace.as_str())
        .bind(task.id.as_str())
        .bind(conversation.id.as_str())
        .bind(task.due_at.as_microsecond())
        .bind(task.json.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// In the transaction of the turn that it ends in. One that is gone already is no fault: its end came twice.
pub(super) async fn end(
    connection: &mut SqliteConnection,
    workspace: &WorkspaceId,
    task: &TaskId,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM tasks WHERE workspace = ? AND id = ?")
        .bind(workspace.as_str())
        .bind(task.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

#[async_trait]
impl Tasks for SqliteStore {
    async fn claim_tasks(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<ClaimedTask>, StoreError> {
        // Workers ask after every commit, and few commits have a task: so a reader answers first, and the writer is
        // troubled only where there is something to take.
        let waiting: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM tasks WHERE due_at <= ?1 AND (lease_until IS NULL OR lease_until <= ?1))",
        )
        .bind(now.as_microsecond())
        .fetch_one(&self.readers)
        .await?;
        if !waiting {
            return Ok(Vec::new());
        }
        self.submit(Claim {
            now,
            lease_until,
            limit,
        })
        .await
    }
}

struct Claim {
    now: Timestamp,
    lease_until: Timestamp,
    limit: usize,
}

#[async_trait]
impl Write for Claim {
    type Reply = Vec<ClaimedTask>;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Vec<ClaimedTask>, StoreError> {
        let due = sqlx::query(
            "SELECT workspace, conversation, task FROM tasks
             WHERE due_at <= ?1 AND (lease_until IS NULL OR lease_until <= ?1)
             ORDER BY due_at, rowid LIMIT ?2",
        )
        .bind(self.now.as_microsecond())
        .bind(integer(self.limit as u64))
        .fetch_all(&mut *connection)
        .await?;
        let claimed: Vec<ClaimedTask> = due.iter().map(rows::claimed_task).collect::<Result<_, _>>()?;
        for one in &claimed {
            sqlx::query("UPDATE tasks SET lease_until = ? WHERE workspace = ? AND id = ?")
                .bind(self.lease_until.as_microsecond())
                .bind(one.workspace.as_str())
                .bind(one.task.id.as_str())
                .execute(&mut *connection)
                .await?;
        }
        Ok(claimed)
    }
}
