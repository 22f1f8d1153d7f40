//! Tasks: written and ended with their turns, claimed with a lease in between.

use async_trait::async_trait;
use sqlx::sqlite::SqliteConnection;

use crate::domain::id::TaskId;
use crate::domain::task::ClaimedTask;
use crate::domain::time::Timestamp;
use crate::domain::turn::Turn;
use crate::ports::{StoreError, Tasks};
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::rows::{self, integer, to_json};
use crate::store::sqlite::writer::Write;

/// The task that ends with a turn goes, one that is gone already being no fault: its end came twice. Then those come that
/// the turn wants: one that is to be done again may keep its id. The parameters are [`NewTasks::ended`] and
/// [`NewTasks::json`]; `$1` is the workspace and `$2` the conversation.
macro_rules! move_tasks {
    ($ended:literal, $list:literal) => {
        concat!(
            "DELETE FROM tasks WHERE workspace = $1 AND id = ",
            $ended,
            "; INSERT INTO tasks (workspace, id, conversation, due_at, task)
               SELECT $1, value ->> 0, $2, value ->> 1, value -> 2 FROM json_each(",
            $list,
            ") ORDER BY key"
        )
    };
}

pub(super) use move_tasks;

/// What a turn does to the tasks, with its JSON made beforehand.
pub(super) struct NewTasks {
    ended: Option<TaskId>,
    json: String,
    is_empty: bool,
}

impl NewTasks {
    pub(super) fn of(turn: &Turn) -> Result<Self, StoreError> {
        let rows: Vec<_> = turn
            .tasks
            .iter()
            .map(|task| (task.id.as_str(), task.due_at.as_microsecond(), task))
            .collect();
        Ok(Self {
            ended: turn.input.task().cloned(),
            json: to_json("task", &rows)?,
            is_empty: turn.tasks.is_empty(),
        })
    }

    pub(super) fn ended(&self) -> Option<&str> {
        self.ended.as_ref().map(TaskId::as_str)
    }

    /// A list of lists: id, microseconds, task.
    pub(super) fn json(&self) -> &str {
        &self.json
    }

    /// Whether the turn wants none.
    pub(super) fn is_empty(&self) -> bool {
        self.is_empty
    }
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
             ORDER BY due_at, rowid LIMIT ?2 + 0",
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
