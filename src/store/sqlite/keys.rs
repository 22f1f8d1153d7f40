//! API keys; only the hash of a key is ever here.

use async_trait::async_trait;
use sqlx::sqlite::SqliteConnection;

use crate::domain::api_key::ApiKey;
use crate::domain::id::{KeyId, WorkspaceId};
use crate::ports::{ApiKeys, StoreError};
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::rows;
use crate::store::sqlite::writer::Write;

#[async_trait]
impl ApiKeys for SqliteStore {
    async fn add_key(&self, key: &ApiKey) -> Result<(), StoreError> {
        self.submit(AddKey(key.clone())).await
    }

    async fn key(&self, sha256: &str) -> Result<Option<ApiKey>, StoreError> {
        let row = sqlx::query(
            "SELECT workspace, id, name, role, sha256, created_at FROM api_keys WHERE sha256 = ?",
        )
        .bind(sha256)
        .fetch_optional(&self.readers)
        .await?;
        row.as_ref().map(rows::api_key).transpose()
    }

    async fn keys(&self, workspace: &WorkspaceId) -> Result<Vec<ApiKey>, StoreError> {
        let found = sqlx::query(
            "SELECT workspace, id, name, role, sha256, created_at FROM api_keys
             WHERE workspace = ? ORDER BY created_at, id",
        )
        .bind(workspace.as_str())
        .fetch_all(&self.readers)
        .await?;
        found.iter().map(rows::api_key).collect()
    }

    async fn revoke_key(&self, workspace: &WorkspaceId, id: &KeyId) -> Result<(), StoreError> {
        self.submit(RevokeKey {
            workspace: workspace.clone(),
            id: id.clone(),
        })
        .await
    }
}

struct AddKey(ApiKey);

#[async_trait]
impl Write for AddKey {
    type Reply = ();

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        let key = &self.0;
        sqlx::query(
            "INSERT INTO api_keys (workspace, id, name, role, sha256, created_at) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT DO NOTHING",
        )
        .bind(key.workspace.as_str())
        .bind(key.id.as_str())
        .bind(key.name.as_str())
        .bind(key.role.as_str())
        .bind(key.sha256.as_str())
        .bind(key.created_at.as_microsecond())
        .execute(connection)
        .await?;
        Ok(())
    }
}

struct RevokeKey {
    workspace: WorkspaceId,
    id: KeyId,
}

#[async_trait]
impl Write for RevokeKey {
    type Reply = ();

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        let done = sqlx::query("DELETE FROM api_keys WHERE workspace = ? AND id = ?")
            .bind(self.workspace.as_str())
            .bind(self.id.as_str())
            .execute(connection)
            .await?;
        rows::changed_one(&done, StoreError::NotFound("API key"))
    }
}
