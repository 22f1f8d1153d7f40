//! Webhook deliveries and their attempts: looked at, sent again, and made to try an endpoint.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::event::{Event, EventData};
use crate::domain::id::{DeliveryId, EndpointId, EventId};
use crate::domain::time::Timestamp;
use crate::domain::webhook::{DeliveryState, Selection};
use crate::http::error::ApiError;
use crate::http::extract::{Command, Query, page_limit};
use crate::http::state::AppState;
use crate::http::views::{AttemptView, DeliveryView, ListView, PageView};
use crate::http::webhooks::{EmptyBody, drawn, find};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeliveriesQuery {
    state: Option<String>,
    cursor: Option<String>,
    limit: Option<u16>,
}

/// Deliveries of an endpoint, newest first
#[utoipa::path(get, path = "/v1/webhooks/{id}/deliveries", operation_id = "list_deliveries", tag = "webhooks",
    params(("id" = String, Path),
        ("state" = Option<String>, Query, description = "`pending`, `delivered` or `exhausted`; all by default"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("limit" = Option<u16>, Query, description = "1 to 200; 50 by default")),
    responses((status = 200, body = PageView<DeliveryView>)))]
pub(crate) async fn list(
    State(app): State<Arc<AppState>>,
    Path(id): Path<String>,
    Query(query): Query<DeliveriesQuery>,
) -> Result<Json<PageView<DeliveryView>>, ApiError> {
    let endpoint = find(&app, &EndpointId::parse(&id)?).await?;
    let state = query.state.as_deref().map(state).transpose()?;
    let (limit, cursor) = (page_limit(query.limit)?, query.cursor.as_deref());
    let store = &app.engine.store;
    let page = store
        .deliveries(&app.engine.workspace, &endpoint.id, state, cursor, limit)
        .await?;
    Ok(Json(PageView {
        data: page.items.iter().map(DeliveryView::from).collect(),
        next_cursor: page.next,
    }))
}

fn state(name: &str) -> Result<DeliveryState, ApiError> {
    DeliveryState::parse(name).ok_or_else(|| ApiError::Query(no_state(name)))
}

fn no_state(name: &str) -> String {
    let known = DeliveryState::ALL.map(DeliveryState::as_str).join(", ");
    format!("there is no state {name:?}; give one of {known}")
}

/// Attempts of a delivery, oldest first
#[utoipa::path(get, path = "/v1/deliveries/{id}/attempts", operation_id = "list_attempts", tag = "webhooks",
    params(("id" = String, Path)), responses((status = 200, body = ListView<AttemptView>)))]
pub(crate) async fn attempts(
    State(app): State<Arc<AppState>>,
    Path(id): Path<String>,
) -> Result<Json<ListView<AttemptView>>, ApiError> {
    let id = DeliveryId::parse(&id)?;
    let attempts = app.engine.store.attempts(&app.engine.workspace, &id).await?;
    let data = attempts.iter().map(AttemptView::from).collect();
    Ok(Json(ListView { data }))
}

/// Send a delivery again
///
/// At once, with a fresh schedule and the same `webhook-id`: a receiver that has it already knows it.
#[utoipa::path(post, path = "/v1/deliveries/{id}/replay", operation_id = "replay_delivery", tag = "webhooks",
    params(("id" = String, Path)), request_body = EmptyBody, responses((status = 200, body = DeliveryView)))]
pub(crate) async fn replay(
    State(app): State<Arc<AppState>>,
    Path(id): Path<String>,
    _: Command<EmptyBody>,
) -> Result<Json<DeliveryView>, ApiError> {
    let id = DeliveryId::parse(&id)?;
    let (engine, now) = (&app.engine, (app.engine.clock)());
    let delivery = engine.store.replay(&engine.workspace, &id, now).await?;
    Ok(Json(DeliveryView::from(&delivery)))
}

/// Which deliveries to send again: those for which all that is given holds; at least one thing has to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplayBody {
    /// `exhausted` for all that were given up; also `delivered` or `pending`.
    state: Option<String>,
    /// Only events of then or later.
    #[schema(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Only events before then.
    #[schema(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
}

impl ReplayBody {
    fn selection(&self) -> Result<Selection, ApiError> {
        let (from, to) = (self.from, self.to);
        if self.state.is_none() && from.is_none() && to.is_none() {
            let detail =
                "say what to send again: {\"state\": \"exhausted\"}, or \"from\" and \"to\", or all of them";
            return Err(ApiError::field("", detail));
        }
        if let (Some(from), Some(to)) = (from, to)
            && from >= to
        {
            return Err(ApiError::field(
                "/to",
                format!("{to} is not after `from`, {from}; exchange the two"),
            ));
        }
        let state = self.state.as_deref();
        let state = state
            .map(|name| DeliveryState::parse(name).ok_or_else(|| ApiError::field("/state", no_state(name))));
        Ok(Selection {
            state: state.transpose()?,
            from,
            to,
        })
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplayedView {
    /// How many deliveries are sent again.
    replayed: u64,
}

/// Send many deliveries of an endpoint again
///
/// All that failed, all of a time, or both; as when one is sent again, each under its own `webhook-id`, in the order of
/// the events. While the endpoint is disabled they wait.
#[utoipa::path(post, path = "/v1/webhooks/{id}/replay", operation_id = "replay_deliveries", tag = "webhooks",
    params(("id" = String, Path)), request_body = ReplayBody, responses((status = 200, body = ReplayedView)))]
pub(crate) async fn replay_all(
    State(app): State<Arc<AppState>>,
    Path(id): Path<String>,
    command: Command<ReplayBody>,
) -> Result<Json<ReplayedView>, ApiError> {
    let (id, selection) = (EndpointId::parse(&id)?, command.body.selection()?);
    let (engine, now) = (&app.engine, (app.engine.clock)());
    let replayed = engine
        .store
        .replay_all(&engine.workspace, &id, &selection, now)
        .await?;
    tracing::info!(endpoint = %id, replayed, "deliveries are sent again");
    Ok(Json(ReplayedView { replayed }))
}

/// Try an endpoint
///
/// Sends it a `webhook.test`, and nobody else: signed, repeated and listed among its deliveries like any other event,
/// whichever types it asked for.
#[utoipa::path(post, path = "/v1/webhooks/{id}/test", operation_id = "test_webhook", tag = "webhooks",
    params(("id" = String, Path)), request_body = EmptyBody, responses((status = 201, body = DeliveryView)))]
pub(crate) async fn test(
    State(app): State<Arc<AppState>>,
    Path(id): Path<String>,
    command: Command<EmptyBody>,
) -> Result<(StatusCode, Json<DeliveryView>), ApiError> {
    let endpoint = find(&app, &EndpointId::parse(&id)?).await?;
    if endpoint.disabled.is_some() {
        return Err(ApiError::EndpointDisabled);
    }
    let (engine, now) = (&app.engine, (app.engine.clock)());
    let event = Event {
        id: EventId::from_random(drawn(command.key.as_ref(), now)),
        at: now,
        data: EventData::WebhookTest {
            workspace: engine.workspace.clone(),
            endpoint_id: endpoint.id.clone(),
        },
    };
    let delivery = engine
        .store
        .send_to(&engine.workspace, &endpoint.id, &event)
        .await?;
    Ok((StatusCode::CREATED, Json(DeliveryView::from(&delivery))))
}
