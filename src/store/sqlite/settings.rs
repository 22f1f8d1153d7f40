//! What people set while the server runs: the bot's switch, and whether a turn was decided under it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use sqlx::sqlite::{SqliteConnection, SqliteExecutor};

use crate::domain::bot::{BotSetting, Changed};
use crate::domain::id::WorkspaceId;
use crate::domain::intent::Intent;
use crate::ports::{Settings, StoreError};
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::rows::{from_json, integer, to_json};
use crate::store::sqlite::writer::Write;

/// The name of the bot's switch in table `settings`.
const BOT: &str = "bot";

/// The number of the switch in force; `$1` is the workspace, and the name is [`BOT`].
macro_rules! switch_number {
    () => {
        "COALESCE((SELECT number FROM settings WHERE workspace = $1 AND name = 'bot'), 0)"
    };
}

pub(super) use switch_number;

const WHAT: &str = "setting of the bot";

/// The switches as they were read or set last, as every turn needs one. One that is behind does no harm: a turn decided
/// under it is a conflict, which has it forgotten.
#[derive(Debug, Default)]
pub(super) struct Switches(Mutex<HashMap<WorkspaceId, BotSetting>>);

impl Switches {
    fn known(&self, workspace: &WorkspaceId) -> Option<BotSetting> {
        self.all().get(workspace).cloned()
    }

    /// Unless a newer one is known.
    fn remember(&self, workspace: &WorkspaceId, setting: &BotSetting) {
        let mut all = self.all();
        let known = all.entry(workspace.clone()).or_default();
        if known.switch.number < setting.switch.number {
            *known = setting.clone();
        }
    }

    pub(super) fn forget(&self, workspace: &WorkspaceId) {
        self.all().remove(workspace);
    }

    fn all(&self) -> MutexGuard<'_, HashMap<WorkspaceId, BotSetting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Settings for SqliteStore {
    async fn bot(&self, workspace: &WorkspaceId) -> Result<BotSetting, StoreError> {
        if let Some(known) = self.switches.known(workspace) {
            return Ok(known);
        }
        let setting = bot(&self.readers, workspace).await?;
        self.switches.remember(workspace, &setting);
        Ok(setting)
    }

    async fn set_bot(
        &self,
        workspace: &WorkspaceId,
        enabled: bool,
        intents_off: &[Intent],
        changed: &Changed,
    ) -> Result<BotSetting, StoreError> {
        let set = SetBot {
            workspace: workspace.clone(),
            enabled,
            intents_off: intents_off.to_vec(),
            changed: changed.clone(),
        };
        let setting = self.submit(set).await?;
        self.switches.remember(workspace, &setting);
        Ok(setting)
    }
}

async fn bot(executor: impl SqliteExecutor<'_>, workspace: &WorkspaceId) -> Result<BotSetting, StoreError> {
    let setting: Option<String> =
        sqlx::query_scalar("SELECT setting FROM settings WHERE workspace = ? AND name = ?")
            .bind(workspace.as_str())
            .bind(BOT)
            .fetch_optional(executor)
            .await?;
    setting.map_or(Ok(BotSetting::default()), |setting| from_json(WHAT, &setting))
}

struct SetBot {
    workspace: WorkspaceId,
    enabled: bool,
    intents_off: Vec<Intent>,
    changed: Changed,
}

#[async_trait]
impl Write for SetBot {
    type Reply = BotSetting;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<BotSetting, StoreError> {
        let before = bot(&mut *connection, &self.workspace).await?;
        let setting = before.set(self.enabled, &self.intents_off, &self.changed);
        sqlx::query("INSERT OR REPLACE INTO settings (workspace, name, number, setting) VALUES (?, ?, ?, ?)")
            .bind(self.workspace.as_str())
            .bind(BOT)
            .bind(integer(setting.switch.number))
            .bind(to_json(WHAT, &setting)?)
            .execute(connection)
            .await?;
        Ok(setting)
    }
}
