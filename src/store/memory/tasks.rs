//! Tasks and their leases of the store in memory.

use async_trait::async_trait;

use crate::domain::id::{TaskId, WorkspaceId};
use crate::domain::task::ClaimedTask;
use crate::domain::time::Timestamp;
use crate::domain::turn::Turn;
use crate::ports::{StoreError, Tasks};
use crate::store::memory::{MemoryStore, State};

/// A task with what only the store knows of it.
#[derive(Debug)]
pub(super) struct HeldTask {
    task: ClaimedTask,
    /// `None` when no worker has it.
    lease_until: Option<Timestamp>,
}

impl HeldTask {
    fn is(&self, workspace: &WorkspaceId, id: &TaskId) -> bool {
        self.task.workspace == *workspace && self.task.task.id == *id
    }

    fn is_free(&self, now: Timestamp) -> bool {
        self.task.task.due_at <= now && self.lease_until.is_none_or(|until| until <= now)
    }
}

#[async_trait]
impl Tasks for MemoryStore {
    async fn claim_tasks(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<ClaimedTask>, StoreError> {
        let mut state = self.state();
        let mut line: Vec<&mut HeldTask> = state.tasks.iter_mut().filter(|held| held.is_free(now)).collect();
        // Stable, so that of those due at the same time the first that was written comes first.
        line.sort_by_key(|held| held.task.task.due_at);
        let claimed = line.into_iter().take(limit).map(|held| {
            held.lease_until = Some(lease_until);
            held.task.clone()
        });
        Ok(claimed.collect())
    }
}

impl State {
    /// Takes away the task that ended in the turn, and adds those that it wants.
    pub(super) fn move_tasks(&mut self, turn: &Turn) {
        let conversation = &turn.conversation;
        if let Some(ended) = turn.input.task() {
            self.tasks.retain(|held| !held.is(&conversation.workspace, ended));
        }
        let new = turn.tasks.iter().map(|task| HeldTask {
            task: ClaimedTask {
                workspace: conversation.workspace.clone(),
                conversation: conversation.id.clone(),
                task: task.clone(),
            },
            lease_until: None,
        });
        self.tasks.extend(new);
    }
}
