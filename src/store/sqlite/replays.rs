//! Deliveries sent because somebody asks for it: again, one or many, and tests of an endpoint.

use async_trait::async_trait;
use sqlx::sqlite::SqliteConnection;

use crate::domain::event::Event;
use crate::domain::id::{DeliveryId, EndpointId, WorkspaceId};
use crate::domain::time::Timestamp;
use crate::domain::webhook::{Delivery, DeliveryState, Selection};
use crate::ports::StoreError;
use crate::store::sqlite::deliveries::{self, delivery_columns};
use crate::store::sqlite::endpoints;
use crate::store::sqlite::events::NewEvents;
use crate::store::sqlite::rows;
use crate::store::sqlite::writer::{News, Write};

pub(super) struct Replay {
    pub(super) workspace: WorkspaceId,
    pub(super) id: DeliveryId,
    pub(super) now: Timestamp,
}

#[async_trait]
impl Write for Replay {
    type Reply = Delivery;

    /// Ends any lease: the result of an attempt that still runs belongs to the schedule before.
    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Delivery, StoreError> {
        sqlx::query(
            "UPDATE deliveries SET state = 'pending', attempts = 0, due_at = ?, lease_until = NULL
             WHERE workspace = ? AND id = ?",
        )
        .bind(self.now.as_microsecond())
        .bind(self.workspace.as_str())
        .bind(self.id.as_str())
        .execute(&mut *connection)
        .await?;
        let found = one(connection, &self.workspace, &self.id).await?;
        found.ok_or(StoreError::NotFound("delivery"))
    }
}

async fn one(
    connection: &mut SqliteConnection,
    workspace: &WorkspaceId,
    id: &DeliveryId,
) -> Result<Option<Delivery>, StoreError> {
    let row = sqlx::query(concat!(
        "SELECT ",
        delivery_columns!(),
        " FROM deliveries d JOIN events e ON e.position = d.event WHERE d.workspace = ? AND d.id = ?",
    ))
    .bind(workspace.as_str())
    .bind(id.as_str())
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(rows::delivery).transpose()
}

pub(super) struct ReplayAll {
    pub(super) workspace: WorkspaceId,
    pub(super) endpoint: EndpointId,
    pub(super) selection: Selection,
    pub(super) now: Timestamp,
}

#[async_trait]
impl Write for ReplayAll {
    type Reply = u64;

    /// All due at the same time, and so claimed in the order of their events.
    async fn apply(&self, connection: &mut SqliteConnection) -> Result<u64, StoreError> {
        endpoints::one(connection, &self.workspace, &self.endpoint).await?;
        let Selection { state, from, to } = &self.selection;
        let done = sqlx::query(
            "UPDATE deliveries SET state = 'pending', attempts = 0, due_at = ?1, lease_until = NULL
             WHERE workspace = ?2 AND endpoint = ?3 AND (?4 IS NULL OR state = ?4)
               AND EXISTS (SELECT 1 FROM events e WHERE e.position = deliveries.event
                           AND (?5 IS NULL OR e.at >= ?5) AND (?6 IS NULL OR e.at < ?6))",
        )
        .bind(self.now.as_microsecond())
        .bind(self.workspace.as_str())
        .bind(self.endpoint.as_str())
        .bind(state.map(DeliveryState::as_str))
        .bind(from.map(|from| from.as_microsecond()))
        .bind(to.map(|to| to.as_microsecond()))
        .execute(connection)
        .await?;
        Ok(done.rows_affected())
    }
}

pub(super) struct SendTo {
    pub(super) workspace: WorkspaceId,
    pub(super) endpoint: EndpointId,
    pub(super) event: Event,
}

#[async_trait]
impl Write for SendTo {
    type Reply = Delivery;

    fn news(&self, _written: &Delivery) -> News {
        News::Work
    }

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Delivery, StoreError> {
        let endpoint = endpoints::one(connection, &self.workspace, &self.endpoint).await?;
        let id = DeliveryId::of(&self.event.id, &endpoint.id);
        if let Some(known) = one(connection, &self.workspace, &id).await? {
            return Ok(known);
        }
        let taken: bool =
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM events WHERE workspace = ? AND id = ?)")
                .bind(self.workspace.as_str())
                .bind(self.event.id.as_str())
                .fetch_one(&mut *connection)
                .await?;
        if taken {
            return Err(StoreError::KeyReused);
        }
        let events = NewEvents::new(std::slice::from_ref(&self.event))?;
        events.write(connection, &self.workspace, None).await?;
        let wanted: Vec<_> = events.iter().map(|event| (&endpoint, event)).collect();
        deliveries::write(connection, &self.workspace, &wanted).await?;
        let written = one(connection, &self.workspace, &id).await?;
        written.ok_or(StoreError::NotFound("delivery"))
    }
}
