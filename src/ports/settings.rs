//! The store's part in what people set while the server runs. What the operator writes in files is not kept here.

use async_trait::async_trait;

use crate::domain::bot::{BotSetting, Changed};
use crate::domain::id::WorkspaceId;
use crate::domain::intent::Intent;
use crate::ports::StoreError;

#[async_trait]
pub trait Settings: Send + Sync {
    /// As it was set last.
    async fn bot(&self, workspace: &WorkspaceId) -> Result<BotSetting, StoreError>;

    /// Sets it anew and gives what is there now. In force for every turn that is committed after this: one that was decided
    /// under the setting before is a `Conflict`, and its input is decided again.
    async fn set_bot(
        &self,
        workspace: &WorkspaceId,
        enabled: bool,
        intents_off: &[Intent],
        changed: &Changed,
    ) -> Result<BotSetting, StoreError>;
}
