//! Tasks: what must happen outside because of a turn. They are written in the turn's transaction and done afterwards,
//! by a worker that may die at any point; what comes of one is the next input.

use serde::{Deserialize, Serialize};

use crate::domain::id::{ConversationId, TaskId, WorkspaceId};
use crate::domain::lookup::LookupRequest;
use crate::domain::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Also the key by which the company's system knows a repeated request (`Idempotency-Key`).
    pub id: TaskId,
    /// When it is to be done, at the earliest.
    pub due_at: Timestamp,
    pub work: Work,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Work {
    /// Its result comes back as `LookupDone`.
    Lookup { request: LookupRequest },
    /// The worker draws the code and adds it as the argument `code`; the result comes back as `CodeSent`.
    SendCode { request: LookupRequest },
    /// Nothing but to come back as `TimerFired`.
    Timer,
}

impl Task {
    /// The sealed values that go out with it.
    pub fn sealed(&self) -> impl Iterator<Item = &String> {
        let request = match &self.work {
            Work::Lookup { request } | Work::SendCode { request } => Some(request),
            Work::Timer => None,
        };
        request.into_iter().flat_map(|request| request.sealed.values())
    }
}

/// A task that a worker holds until its lease runs out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedTask {
    pub workspace: WorkspaceId,
    pub conversation: ConversationId,
    pub task: Task,
}
