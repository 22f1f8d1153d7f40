//! What people set while the server runs, of the store in memory.

use async_trait::async_trait;

use crate::domain::bot::{BotSetting, Changed};
use crate::domain::id::WorkspaceId;
use crate::domain::intent::Intent;
use crate::domain::turn::Turn;
use crate::ports::{Settings, StoreError};
use crate::store::memory::{MemoryStore, State};

#[async_trait]
impl Settings for MemoryStore {
    async fn bot(&self, workspace: &WorkspaceId) -> Result<BotSetting, StoreError> {
        Ok(self.state().bot(workspace))
    }

    async fn set_bot(
        &self,
        workspace: &WorkspaceId,
        enabled: bool,
        intents_off: &[Intent],
        changed: &Changed,
    ) -> Result<BotSetting, StoreError> {
        let mut state = self.state();
        let setting = state.bot(workspace).set(enabled, intents_off, changed);
        state.bots.insert(workspace.clone(), setting.clone());
        Ok(setting)
    }
}

impl State {
    fn bot(&self, workspace: &WorkspaceId) -> BotSetting {
        self.bots.get(workspace).cloned().unwrap_or_default()
    }

    /// Refused where somebody has set the bot's switch since the turn was decided.
    pub(super) fn check_switch(&self, turn: &Turn) -> Result<(), StoreError> {
        let now = self.bot(&turn.conversation.workspace).switch.number;
        if now == turn.switch.number {
            Ok(())
        } else {
            Err(StoreError::Conflict)
        }
    }
}
