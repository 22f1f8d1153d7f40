//! What people set while the server runs: the bot's switch, and whether a turn was decided under it.

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

const WHAT: &str = "setting of the bot";

/// Whether the bot's switch is still the one with this number.
pub(super) async fn is_current(
    connection: &mut SqliteConnection,
    workspace: &str,
    number: u64,
) -> Result<bool, StoreError> {
    let now: Option<i64> = sqlx::query_scalar("SELECT number FROM settings WHERE workspace = ? AND name = ?")
        .bind(workspace)
        .bind(BOT)
        .fetch_optional(connection)
        .await?;
    Ok(now.unwrap_or(0) == integer(number))
}

#[async_trait]
impl Settings for SqliteStore {
    async fn bot(&self, workspace: &WorkspaceId) -> Result<BotSetting, StoreError> {
        bot(&self.readers, workspace).await
    }

    async fn set_bot(
        &self,
        workspace: &WorkspaceId,
        enabled: bool,
        intents_off: &[Intent],
        changed: &Changed,
    ) -> Result<BotSetting, StoreError> {
        self.submit(SetBot {
            workspace: workspace.clone(),
            enabled,
            intents_off: intents_off.to_vec(),
            changed: changed.clone(),
        })
        .await
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
