//! What comes of a task, or of routing, is an input like any other.

use async_trait::async_trait;

use crate::domain::id::{ConversationId, WorkspaceId};
use crate::domain::turn::Input;
use crate::engine::{Engine, EngineError, Target};
use crate::ports::{Inbox, StoreError};

#[async_trait]
impl Inbox for Engine {
    /// In the task's own workspace, even where the server has been given another name since.
    async fn deliver(
        &self,
        workspace: &WorkspaceId,
        conversation: &ConversationId,
        input: &Input,
    ) -> Result<(), StoreError> {
        let engine = Self {
            workspace: workspace.clone(),
            ..self.clone()
        };
        let target = Target::Existing(conversation.clone());
        match engine.receive(&target, input, None).await {
            Ok(_) => Ok(()),
            Err(EngineError::NotFound) => Err(StoreError::NotFound("conversation")),
            // Trying again later is right, and the worker does.
            Err(EngineError::Contended) => Err(StoreError::Conflict),
            // An offer to make of a conversation that has moved on, or one to bring back.
            Err(EngineError::Refused(_)) if input.task().is_none() => Err(StoreError::Conflict),
            // No decision refuses the end of a task: one that nobody waits for is written down.
            Err(EngineError::Refused(refusal)) => Err(StoreError::Corrupt {
                what: "task",
                problem: refusal.to_string(),
            }),
            Err(EngineError::Store(error)) => Err(error),
        }
    }
}
