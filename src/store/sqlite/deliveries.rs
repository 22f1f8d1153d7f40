//! Webhook deliveries: written with their events, claimed with a lease, listed; attempts recorded.

use async_trait::async_trait;
use sqlx::sqlite::SqliteConnection;

use crate::domain::event::Event;
use crate::domain::id::{DeliveryId, EndpointId, WorkspaceId};
use crate::domain::time::Timestamp;
use crate::domain::webhook::{Attempt, Claimed, Delivery, DeliveryState, Endpoint, Selection, Verdict};
use crate::ports::{Deliveries, Page, StoreError};
use crate::store::paging::{delivery_cursor, page, parse_number_cursor};
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::endpoints::{self, AddEndpoint, ChangeEndpoint, RemoveEndpoint};
use crate::store::sqlite::events::{NewEvent, NewEvents};
use crate::store::sqlite::replays::{Replay, ReplayAll, SendTo};
use crate::store::sqlite::rows::{self, count, integer, one_more, to_json};
use crate::store::sqlite::writer::{News, Write};

/// What [`rows::delivery`] reads, of `deliveries d` and `events e`.
macro_rules! delivery_columns {
    () => {
        "d.workspace, d.id, d.endpoint, d.form, d.state, d.attempts, d.due_at, d.lease,
         e.position, e.id AS event_id, e.conversation, e.kind, e.at, e.data"
    };
}

pub(super) use delivery_columns;

/// Logs events that belong to no conversation, with a delivery of each for every endpoint that wants it; whether there is
/// any.
pub(super) async fn log(
    connection: &mut SqliteConnection,
    workspace: &WorkspaceId,
    new: &NewEvents,
) -> Result<bool, StoreError> {
    new.write(connection, workspace, None).await?;
    let endpoints = endpoints::of(&mut *connection, workspace).await?;
    add(connection, workspace, &endpoints, new).await
}

/// A delivery of each event for every endpoint that wants it, in the transaction that logged them; whether there is any.
pub(super) async fn add(
    connection: &mut SqliteConnection,
    workspace: &WorkspaceId,
    endpoints: &[Endpoint],
    new: &NewEvents,
) -> Result<bool, StoreError> {
    let mut wanted = Vec::new();
    for event in new.iter() {
        for endpoint in endpoints.iter().filter(|endpoint| endpoint.wants(event.kind)) {
            wanted.push((endpoint, event));
        }
    }
    write(connection, workspace, &wanted).await?;
    Ok(!wanted.is_empty())
}

/// In the transaction that logged the events.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    workspace: &WorkspaceId,
    wanted: &[(&Endpoint, &NewEvent)],
) -> Result<(), StoreError> {
    if wanted.is_empty() {
        return Ok(());
    }
    let rows = wanted.iter().map(|(endpoint, event)| {
        let id = DeliveryId::of(&event.id, &endpoint.id);
        let form = rows::form_column(&endpoint.form)?;
        Ok((id, &endpoint.id, &event.id, form, event.at.as_microsecond()))
    });
    let rows = rows.collect::<Result<Vec<_>, StoreError>>()?;
    sqlx::query(
        "INSERT INTO deliveries (workspace, id, endpoint, event, form, state, attempts, due_at, lease)
         SELECT $1, new.value ->> 0, new.value ->> 1, e.position, new.value ->> 3, 'pending', 0, new.value ->> 4, 0
         FROM json_each($2) new CROSS JOIN events e ON e.workspace = $1 AND e.id = new.value ->> 2
         ORDER BY new.key",
    )
    .bind(workspace.as_str())
    .bind(to_json("delivery", &rows)?)
    .execute(connection)
    .await?;
    Ok(())
}

#[async_trait]
impl Deliveries for SqliteStore {
    async fn add_endpoint(&self, endpoint: &Endpoint) -> Result<Endpoint, StoreError> {
        self.submit(AddEndpoint(endpoint.clone())).await
    }

    async fn endpoints(&self, workspace: &WorkspaceId) -> Result<Vec<Endpoint>, StoreError> {
        endpoints::of(&self.readers, workspace).await
    }

    async fn change_endpoint(&self, endpoint: &Endpoint) -> Result<(), StoreError> {
        self.submit(ChangeEndpoint(endpoint.clone())).await
    }

    async fn remove_endpoint(&self, workspace: &WorkspaceId, id: &EndpointId) -> Result<(), StoreError> {
        self.submit(RemoveEndpoint {
            workspace: workspace.clone(),
            id: id.clone(),
        })
        .await
    }

    async fn claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
        per_endpoint: usize,
    ) -> Result<Vec<Claimed>, StoreError> {
        let claim = Claim {
            now,
            lease_until,
            limit,
            per_endpoint,
        };
        // The worker asks after every commit, and few commits have a delivery: so a reader answers first, and the writer
        // is troubled only where there is something to take.
        if claim.due(&mut *self.readers.acquire().await?).await?.is_empty() {
            return Ok(Vec::new());
        }
        self.submit(claim).await
    }

    async fn record(
        &self,
        claimed: &Claimed,
        attempt: &Attempt,
        verdict: &Verdict,
    ) -> Result<(), StoreError> {
        let (claimed, attempt, verdict) = (claimed.clone(), attempt.clone(), verdict.clone());
        self.submit(Record {
            claimed,
            attempt,
            verdict,
        })
        .await
    }

    async fn deliveries(
        &self,
        workspace: &WorkspaceId,
        endpoint: &EndpointId,
        state: Option<DeliveryState>,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Delivery>, StoreError> {
        let below = parse_number_cursor(cursor)?;
        let found = sqlx::query(concat!(
            "SELECT ",
            delivery_columns!(),
            " FROM deliveries d JOIN events e ON e.position = d.event
             WHERE d.workspace = ?1 AND d.endpoint = ?2 AND d.event < ?3 AND (?4 IS NULL OR d.state = ?4)
             ORDER BY d.event DESC LIMIT ?5",
        ))
        .bind(workspace.as_str())
        .bind(endpoint.as_str())
        .bind(integer(below))
        .bind(state.map(DeliveryState::as_str))
        .bind(one_more(limit))
        .fetch_all(&self.readers)
        .await?;
        let found = found.iter().map(rows::delivery).collect::<Result<_, _>>()?;
        Ok(page(found, limit, delivery_cursor))
    }

    async fn attempts(&self, workspace: &WorkspaceId, id: &DeliveryId) -> Result<Vec<Attempt>, StoreError> {
        let found = sqlx::query(
            "SELECT delivery, at, status, error, duration_ms FROM attempts
             WHERE workspace = ? AND delivery = ? ORDER BY lease",
        )
        .bind(workspace.as_str())
        .bind(id.as_str())
        .fetch_all(&self.readers)
        .await?;
        found.iter().map(rows::attempt).collect()
    }

    async fn replay(
        &self,
        workspace: &WorkspaceId,
        id: &DeliveryId,
        now: Timestamp,
    ) -> Result<Delivery, StoreError> {
        self.submit(Replay {
            workspace: workspace.clone(),
            id: id.clone(),
            now,
        })
        .await
    }

    async fn replay_all(
        &self,
        workspace: &WorkspaceId,
        endpoint: &EndpointId,
        selection: &Selection,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        self.submit(ReplayAll {
            workspace: workspace.clone(),
            endpoint: endpoint.clone(),
            selection: selection.clone(),
            now,
        })
        .await
    }

    async fn send_to(
        &self,
        workspace: &WorkspaceId,
        endpoint: &EndpointId,
        event: &Event,
    ) -> Result<Delivery, StoreError> {
        self.submit(SendTo {
            workspace: workspace.clone(),
            endpoint: endpoint.clone(),
            event: event.clone(),
        })
        .await
    }
}

struct Claim {
    now: Timestamp,
    lease_until: Timestamp,
    limit: usize,
    per_endpoint: usize,
}

#[async_trait]
impl Write for Claim {
    type Reply = Vec<Claimed>;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Vec<Claimed>, StoreError> {
        let mut claimed = self.due(connection).await?;
        for one in &mut claimed {
            one.lease += 1;
            sqlx::query("UPDATE deliveries SET lease = ?, lease_until = ? WHERE workspace = ? AND id = ?")
                .bind(integer(one.lease))
                .bind(self.lease_until.as_microsecond())
                .bind(one.delivery.workspace.as_str())
                .bind(one.delivery.id.as_str())
                .execute(&mut *connection)
                .await?;
        }
        Ok(claimed)
    }
}

impl Claim {
    /// Looks only at the head of each endpoint's line, so that a long backlog of one costs the others nothing.
    /// What is under a lease stands at the head too and takes its place there.
    async fn due(&self, connection: &mut SqliteConnection) -> Result<Vec<Claimed>, StoreError> {
        let due = sqlx::query(concat!(
            "SELECT ",
            delivery_columns!(),
            ", p.url, p.events, p.form AS wanted_form, p.secret, p.previous_secret, p.previous_secret_expires_at,
               p.disabled, p.created_at
             FROM endpoints p
             JOIN deliveries d ON d.rowid IN (
                 SELECT rowid FROM deliveries
                 WHERE workspace = p.workspace AND endpoint = p.id AND state = 'pending' AND due_at <= ?1
                 ORDER BY due_at, event LIMIT ?2 + 0)
             JOIN events e ON e.position = d.event
             WHERE p.disabled IS NULL AND (d.lease_until IS NULL OR d.lease_until <= ?1)
             ORDER BY d.due_at, d.event LIMIT ?3 + 0",
        ))
        .bind(self.now.as_microsecond())
        .bind(integer(self.per_endpoint as u64))
        .bind(integer(self.limit as u64))
        .fetch_all(connection)
        .await?;
        due.iter()
            .map(|row| {
                let (delivery, endpoint) = (rows::delivery(row)?, rows::endpoint(row)?);
                Ok(Claimed {
                    delivery,
                    endpoint,
                    lease: count(row, "lease")?,
                })
            })
            .collect()
    }
}

struct Record {
    claimed: Claimed,
    attempt: Attempt,
    verdict: Verdict,
}

#[async_trait]
impl Write for Record {
    type Reply = ();

    /// One that is disabled may be news to the others.
    fn news(&self, (): &()) -> News {
        match self.verdict {
            Verdict::Disable(_) => News::Work,
            Verdict::Delivered | Verdict::Retry(_) | Verdict::Exhausted => News::None,
        }
    }

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        self.settle(connection).await?;
        self.add_attempt(connection).await?;
        let Delivery {
            workspace, endpoint, ..
        } = &self.claimed.delivery;
        if let Verdict::Disable(reason) = &self.verdict {
            let news = endpoints::disable(connection, workspace, endpoint, reason).await?;
            if news {
                let event = Event::disabled(workspace, endpoint, reason, self.attempt.at);
                log(connection, workspace, &NewEvents::new(&[event])?).await?;
            }
        }
        Ok(())
    }
}

impl Record {
    /// A retry leaves the state as it is: `exhausted` when the endpoint was disabled while the attempt ran.
    async fn settle(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        let (state, due_at) = match &self.verdict {
            Verdict::Delivered => (Some(DeliveryState::Delivered), None),
            Verdict::Retry(due_at) => (None, Some(due_at.as_microsecond())),
            Verdict::Exhausted | Verdict::Disable(_) => (Some(DeliveryState::Exhausted), None),
        };
        let done = sqlx::query(
            "UPDATE deliveries
             SET attempts = attempts + 1, lease_until = NULL, state = COALESCE(?, state), due_at = COALESCE(?, due_at)
             WHERE workspace = ? AND id = ? AND lease = ? AND lease_until IS NOT NULL",
        )
        .bind(state.map(DeliveryState::as_str))
        .bind(due_at)
        .bind(self.claimed.delivery.workspace.as_str())
        .bind(self.claimed.delivery.id.as_str())
        .bind(integer(self.claimed.lease))
        .execute(connection)
        .await?;
        rows::changed_one(&done, StoreError::LeaseLost)
    }

    async fn add_attempt(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO attempts (workspace, delivery, lease, at, status, error, duration_ms)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(self.claimed.delivery.workspace.as_str())
        .bind(self.claimed.delivery.id.as_str())
        .bind(integer(self.claimed.lease))
        .bind(self.attempt.at.as_microsecond())
        .bind(self.attempt.status)
        .bind(self.attempt.error.as_str())
        .bind(integer(self.attempt.duration_ms))
        .execute(connection)
        .await?;
        Ok(())
    }
}
