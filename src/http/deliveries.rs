//! Webhook deliveries and their attempts: looked at, and sent again.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;

use crate::domain::id::{DeliveryId, EndpointId};
use crate::domain::webhook::DeliveryState;
use crate::http::error::ApiError;
use crate::http::extract::{Command, Query, page_limit};
use crate::http::state::AppState;
use crate::http::views::{AttemptView, DeliveryView, ListView, PageView};
use crate::http::webhooks::{EmptyBody, find};

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
    DeliveryState::parse(name).ok_or_else(|| {
        let known = DeliveryState::ALL.map(DeliveryState::as_str).join(", ");
        ApiError::Query(format!("there is no state {name:?}; give one of {known}"))
    })
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
