//! Webhook endpoints: reading them, and the writes that add, change, disable and remove one.

use async_trait::async_trait;
use sqlx::SqliteExecutor;
use sqlx::sqlite::SqliteConnection;

use crate::domain::id::{EndpointId, WorkspaceId};
use crate::domain::webhook::Endpoint;
use crate::ports::StoreError;
use crate::store::sqlite::rows;
use crate::store::sqlite::writer::Write;

/// What [`rows::endpoint`] reads of `endpoints`.
macro_rules! endpoint_columns {
    () => {
        "workspace, id AS endpoint, url, events, form AS wanted_form, secret, previous_secret,
         previous_secret_expires_at, disabled, created_at"
    };
}

pub(super) use endpoint_columns;

/// In the order in which they were made.
pub(super) async fn of(
    executor: impl SqliteExecutor<'_>,
    workspace: &WorkspaceId,
) -> Result<Vec<Endpoint>, StoreError> {
    let found = sqlx::query(concat!(
        "SELECT ",
        endpoint_columns!(),
        " FROM endpoints WHERE workspace = ? ORDER BY created_at, id"
    ))
    .bind(workspace.as_str())
    .fetch_all(executor)
    .await?;
    found.iter().map(rows::endpoint).collect()
}

pub(super) struct AddEndpoint(pub(super) Endpoint);

#[async_trait]
impl Write for AddEndpoint {
    /// What is stored under the id now.
    type Reply = Endpoint;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Endpoint, StoreError> {
        let endpoint = &self.0;
        sqlx::query(
            "INSERT INTO endpoints
                 (workspace, id, url, events, form, secret, previous_secret, previous_secret_expires_at, disabled,
                  created_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (workspace, id) DO NOTHING",
        )
        .bind(endpoint.workspace.as_str())
        .bind(endpoint.id.as_str())
        .bind(endpoint.url.as_str())
        .bind(rows::kinds(endpoint)?)
        .bind(rows::form_column(&endpoint.form)?)
        .bind(endpoint.secret.as_str())
        .bind(endpoint.previous_secret.as_deref())
        .bind(endpoint.previous_secret_expires_at.map(|at| at.as_microsecond()))
        .bind(endpoint.disabled.as_deref())
        .bind(endpoint.created_at.as_microsecond())
        .execute(&mut *connection)
        .await?;
        one(connection, &endpoint.workspace, &endpoint.id).await
    }
}

/// The one with this id.
pub(super) async fn one(
    connection: &mut SqliteConnection,
    workspace: &WorkspaceId,
    id: &EndpointId,
) -> Result<Endpoint, StoreError> {
    let all = of(connection, workspace).await?;
    all.into_iter().find(|known| known.id == *id).ok_or(NO_ENDPOINT)
}

pub(super) const NO_ENDPOINT: StoreError = StoreError::NotFound("webhook endpoint");

pub(super) struct ChangeEndpoint(pub(super) Endpoint);

#[async_trait]
impl Write for ChangeEndpoint {
    type Reply = ();

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        let endpoint = &self.0;
        let done = sqlx::query(
            "UPDATE endpoints
             SET url = ?, events = ?, form = ?, secret = ?, previous_secret = ?, previous_secret_expires_at = ?,
                 disabled = ?
             WHERE workspace = ? AND id = ?",
        )
        .bind(endpoint.url.as_str())
        .bind(rows::kinds(endpoint)?)
        .bind(rows::form_column(&endpoint.form)?)
        .bind(endpoint.secret.as_str())
        .bind(endpoint.previous_secret.as_deref())
        .bind(endpoint.previous_secret_expires_at.map(|at| at.as_microsecond()))
        .bind(endpoint.disabled.as_deref())
        .bind(endpoint.workspace.as_str())
        .bind(endpoint.id.as_str())
        .execute(connection)
        .await?;
        rows::changed_one(&done, NO_ENDPOINT)
    }
}

pub(super) struct RemoveEndpoint {
    pub(super) workspace: WorkspaceId,
    pub(super) id: EndpointId,
}

#[async_trait]
impl Write for RemoveEndpoint {
    type Reply = ();

    /// The schema removes its deliveries and their attempts.
    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        let done = sqlx::query("DELETE FROM endpoints WHERE workspace = ? AND id = ?")
            .bind(self.workspace.as_str())
            .bind(self.id.as_str())
            .execute(connection)
            .await?;
        rows::changed_one(&done, NO_ENDPOINT)
    }
}

/// The endpoint takes no more, and nothing is left pending for it. False where it was disabled before.
pub(super) async fn disable(
    connection: &mut SqliteConnection,
    workspace: &WorkspaceId,
    id: &EndpointId,
    reason: &str,
) -> Result<bool, StoreError> {
    let done =
        sqlx::query("UPDATE endpoints SET disabled = ? WHERE workspace = ? AND id = ? AND disabled IS NULL")
            .bind(reason)
            .bind(workspace.as_str())
            .bind(id.as_str())
            .execute(&mut *connection)
            .await?;
    sqlx::query(
        "UPDATE deliveries SET state = 'exhausted' WHERE workspace = ? AND endpoint = ? AND state = 'pending'",
    )
    .bind(workspace.as_str())
    .bind(id.as_str())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}
