//! Labels: added, listed newest first, and changed.

use async_trait::async_trait;
use sqlx::sqlite::{SqliteConnection, SqliteExecutor};

use crate::domain::id::{LabelId, WorkspaceId};
use crate::domain::label::{Label, LabelChange, LabelState};
use crate::ports::{Labels, Page, StoreError};
use crate::store::paging::{numbered_page, parse_number_cursor};
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::rows::{count, from_json, integer, one_more, text, to_json};
use crate::store::sqlite::writer::Write;

const WHAT: &str = "label";

#[async_trait]
impl Labels for SqliteStore {
    async fn add_label(&self, workspace: &WorkspaceId, label: &Label) -> Result<Label, StoreError> {
        self.submit(AddLabel {
            workspace: workspace.clone(),
            label: label.clone(),
            json: to_json(WHAT, label)?,
        })
        .await
    }

    async fn labels(
        &self,
        workspace: &WorkspaceId,
        state: Option<LabelState>,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Label>, StoreError> {
        let below = integer(parse_number_cursor(cursor)?);
        // Two statements, so that each is answered from its own index.
        let query = match state {
            Some(state) => sqlx::query(
                "SELECT number, label FROM labels WHERE workspace = ? AND state = ? AND number < ?
                 ORDER BY number DESC LIMIT ?",
            )
            .bind(workspace.as_str())
            .bind(state.as_str()),
            None => sqlx::query(
                "SELECT number, label FROM labels WHERE workspace = ? AND number < ?
                 ORDER BY number DESC LIMIT ?",
            )
            .bind(workspace.as_str()),
        };
        let rows = query
            .bind(below)
            .bind(one_more(limit))
            .fetch_all(&self.readers)
            .await?;
        let found = rows
            .iter()
            .map(|row| Ok((count(row, "number")?, from_json(WHAT, text(row, "label")?)?)));
        let found = found.collect::<Result<Vec<(u64, Label)>, StoreError>>()?;
        Ok(numbered_page(found, limit))
    }

    async fn change_label(
        &self,
        workspace: &WorkspaceId,
        id: &LabelId,
        change: &LabelChange,
    ) -> Result<Label, StoreError> {
        self.submit(ChangeLabel {
            workspace: workspace.clone(),
            id: id.clone(),
            change: change.clone(),
        })
        .await
    }
}

async fn find(
    executor: impl SqliteExecutor<'_>,
    workspace: &WorkspaceId,
    id: &LabelId,
) -> Result<Label, StoreError> {
    let found: Option<String> = sqlx::query_scalar("SELECT label FROM labels WHERE workspace = ? AND id = ?")
        .bind(workspace.as_str())
        .bind(id.as_str())
        .fetch_optional(executor)
        .await?;
    from_json(WHAT, &found.ok_or(StoreError::NotFound("label"))?)
}

struct AddLabel {
    workspace: WorkspaceId,
    label: Label,
    json: String,
}

#[async_trait]
impl Write for AddLabel {
    type Reply = Label;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Label, StoreError> {
        sqlx::query(
            "INSERT INTO labels (workspace, id, conversation, state, label) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (workspace, id) DO NOTHING",
        )
        .bind(self.workspace.as_str())
        .bind(self.label.id.as_str())
        .bind(self.label.conversation.as_str())
        .bind(self.label.state.as_str())
        .bind(self.json.as_str())
        .execute(&mut *connection)
        .await?;
        find(connection, &self.workspace, &self.label.id).await
    }
}

struct ChangeLabel {
    workspace: WorkspaceId,
    id: LabelId,
    change: LabelChange,
}

#[async_trait]
impl Write for ChangeLabel {
    type Reply = Label;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Label, StoreError> {
        let mut label = find(&mut *connection, &self.workspace, &self.id).await?;
        label.change(&self.change);
        sqlx::query("UPDATE labels SET state = ?, label = ? WHERE workspace = ? AND id = ?")
            .bind(label.state.as_str())
            .bind(to_json(WHAT, &label)?)
            .bind(self.workspace.as_str())
            .bind(self.id.as_str())
            .execute(connection)
            .await?;
        Ok(label)
    }
}
