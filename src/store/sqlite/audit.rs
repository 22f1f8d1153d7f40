//! The audit log: rows are added and read, never changed.

use async_trait::async_trait;
use sqlx::sqlite::SqliteConnection;

use crate::domain::audit::{AuditEntry, LoggedAudit};
use crate::domain::id::WorkspaceId;
use crate::ports::{Audit, Page, StoreError};
use crate::store::paging::{audit_cursor, page, parse_number_cursor};
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::rows::{self, integer, one_more, to_json};
use crate::store::sqlite::writer::Write;

#[async_trait]
impl Audit for SqliteStore {
    async fn audit(&self, workspace: &WorkspaceId, entry: &AuditEntry) -> Result<(), StoreError> {
        self.submit(AddEntry {
            workspace: workspace.clone(),
            detail: to_json("audit entry", &entry.detail)?,
            entry: entry.clone(),
        })
        .await
    }

    async fn audit_log(
        &self,
        workspace: &WorkspaceId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<LoggedAudit>, StoreError> {
        let below = parse_number_cursor(cursor)?;
        let found = sqlx::query(
            "SELECT position, at, actor, action, target, detail, address FROM audit
             WHERE workspace = ? AND position < ? ORDER BY position DESC LIMIT ?",
        )
        .bind(workspace.as_str())
        .bind(integer(below))
        .bind(one_more(limit))
        .fetch_all(&self.readers)
        .await?;
        let found: Vec<LoggedAudit> = found.iter().map(rows::logged_audit).collect::<Result<_, _>>()?;
        Ok(page(found, limit, audit_cursor))
    }
}

struct AddEntry {
    workspace: WorkspaceId,
    /// JSON.
    detail: String,
    entry: AuditEntry,
}

#[async_trait]
impl Write for AddEntry {
    type Reply = ();

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        let entry = &self.entry;
        sqlx::query(
            "INSERT INTO audit (workspace, at, actor, action, target, detail, address) VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(self.workspace.as_str())
        .bind(entry.at.as_microsecond())
        .bind(entry.actor.as_str())
        .bind(entry.action.as_str())
        .bind(entry.target.as_str())
        .bind(self.detail.as_str())
        .bind(entry.address.as_deref())
        .execute(connection)
        .await?;
        Ok(())
    }
}
