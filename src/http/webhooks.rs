//! Webhook endpoints: where events are sent, which, and signed with what secret.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::domain::event::EventKind;
use crate::domain::id::EndpointId;
use crate::domain::time::{Duration, Timestamp};
use crate::domain::webhook::{Endpoint, Form, Format, Payload};
use crate::entropy;
use crate::http::access::Access;
use crate::http::auth::Caller;
use crate::http::error::ApiError;
use crate::http::extract;
use crate::http::extract::Command;
use crate::http::state::AppState;
use crate::http::views::{EndpointView, ListView};
use crate::ports::{Idempotency, StoreError};

/// How long the secret before a rotation signs along, in hours: time to give receivers the new one.
const OVERLAP_HOURS: i64 = 24;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndpointBody {
    url: String,
    /// Types of the events to send; all when left out or empty.
    #[serde(default)]
    events: Vec<String>,
    #[serde(default)]
    payload: PayloadName,
    #[serde(default)]
    format: FormatName,
}

/// How much of each event is sent.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PayloadName {
    /// All of it.
    #[default]
    Full,
    /// Of `data` the ids, `epoch`, `queue`, `priority`, `reason` and `links`: no text of customers. Fetch the rest.
    Thin,
}

/// What each event is wrapped in. Both are signed alike.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FormatName {
    /// `type`, `timestamp` and `data`, by Standard Webhooks.
    #[default]
    Standard,
    /// CloudEvents 1.0, structured mode (`application/cloudevents+json`); `id` is the `webhook-id`.
    CloudEvents,
}

impl From<PayloadName> for Payload {
    fn from(name: PayloadName) -> Self {
        match name {
            PayloadName::Full => Self::Full,
            PayloadName::Thin => Self::Thin,
        }
    }
}

/// A cloud event says where it comes from: this server, as it is reached now, and the workspace.
fn format(name: FormatName, app: &AppState) -> Format {
    match name {
        FormatName::Standard => Format::Standard,
        FormatName::CloudEvents => {
            let base = &app.engine.in_service.parts().policy.base_url;
            Format::CloudEvents {
                source: format!("{base}/workspaces/{}", app.engine.workspace),
            }
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndpointChange {
    url: Option<String>,
    events: Option<Vec<String>>,
    /// For events from now on: what is on its way stays as it is.
    payload: Option<PayloadName>,
    /// As `payload`.
    format: Option<FormatName>,
    /// `true` stops sending; `false` starts again, also after the server stopped it.
    disabled: Option<bool>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmptyBody {}

/// Register an endpoint
///
/// The answer holds the secret that its signatures are checked with.
#[utoipa::path(post, path = "/v1/webhooks", operation_id = "create_webhook", tag = "webhooks",
    request_body = EndpointBody, responses((status = 201, body = EndpointView)))]
pub(crate) async fn create(
    State(app): State<Arc<AppState>>,
    command: Command<EndpointBody>,
) -> Result<(StatusCode, Json<EndpointView>), ApiError> {
    (app.check_url)(&command.body.url).map_err(ApiError::WebhookUrl)?;
    let now = (app.engine.clock)();
    let asked = Endpoint {
        workspace: app.engine.workspace.clone(),
        id: EndpointId::from_random(drawn(command.key.as_ref(), now)),
        url: command.body.url,
        events: event_kinds(&command.body.events)?,
        form: Form {
            payload: command.body.payload.into(),
            format: format(command.body.format, &app),
        },
        secret: format!("whsec_{}", STANDARD.encode(entropy::bytes::<32>())),
        previous_secret: None,
        previous_secret_expires_at: None,
        disabled: None,
        created_at: now,
    };
    let kept = app.engine.store.add_endpoint(&asked).await?;
    if (&kept.url, &kept.events, &kept.form) != (&asked.url, &asked.events, &asked.form) {
        return Err(StoreError::KeyReused.into());
    }
    Ok((StatusCode::CREATED, Json(EndpointView::with_secret(&kept))))
}

/// For an id. With an idempotency key it follows from the key, so that a repeated request finds what it made.
pub(crate) fn drawn(key: Option<&Idempotency>, now: Timestamp) -> [u8; 16] {
    let Some(key) = key else {
        return entropy::uuid_v7(u64::try_from(now.as_millisecond()).unwrap_or_default());
    };
    let digest = Sha256::digest(format!("{}\n{}\n{}", key.workspace, key.scope, key.key));
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    id
}

fn event_kinds(names: &[String]) -> Result<Vec<EventKind>, ApiError> {
    let kind = |(index, name): (usize, &String)| {
        EventKind::parse(name).ok_or_else(|| {
            ApiError::field(
                format!("/events/{index}"),
                format!(
                    "there is no event type {name:?}; give some of {}",
                    EventKind::ALL.map(EventKind::as_str).join(", ")
                ),
            )
        })
    };
    names.iter().enumerate().map(kind).collect()
}

/// All endpoints, without their secrets
#[utoipa::path(get, path = "/v1/webhooks", operation_id = "list_webhooks", tag = "webhooks",
    responses((status = 200, body = ListView<EndpointView>)))]
pub(crate) async fn list(State(app): State<Arc<AppState>>) -> Result<Json<ListView<EndpointView>>, ApiError> {
    let endpoints = app.engine.store.endpoints(&app.engine.workspace).await?;
    let data = endpoints.iter().map(EndpointView::new).collect();
    Ok(Json(ListView { data }))
}

/// One endpoint, with its secret
///
/// Auditors, who change nothing, do not get the secret: whoever has it can forge deliveries.
#[utoipa::path(get, path = "/v1/webhooks/{id}", operation_id = "get_webhook", tag = "webhooks",
    params(("id" = String, Path)), responses((status = 200, body = EndpointView)))]
pub(crate) async fn show(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<EndpointView>, ApiError> {
    let endpoint = find(&app, &EndpointId::parse(&id)?).await?;
    Ok(Json(match Access::Admins.admits(&caller.principal) {
        Ok(()) => EndpointView::with_secret(&endpoint),
        Err(_) => EndpointView::new(&endpoint),
    }))
}

pub(crate) async fn find(app: &AppState, id: &EndpointId) -> Result<Endpoint, ApiError> {
    let endpoints = app.engine.store.endpoints(&app.engine.workspace).await?;
    let found = endpoints.into_iter().find(|endpoint| endpoint.id == *id);
    found.ok_or(ApiError::NotFound("webhook endpoint"))
}

/// Change an endpoint
///
/// What is left out stays as it is.
#[utoipa::path(patch, path = "/v1/webhooks/{id}", operation_id = "change_webhook", tag = "webhooks",
    params(("id" = String, Path)), request_body = EndpointChange, responses((status = 200, body = EndpointView)))]
pub(crate) async fn change(
    State(app): State<Arc<AppState>>,
    Path(id): Path<String>,
    extract::Json(change): extract::Json<EndpointChange>,
) -> Result<Json<EndpointView>, ApiError> {
    let mut endpoint = find(&app, &EndpointId::parse(&id)?).await?;
    if let Some(url) = change.url {
        (app.check_url)(&url).map_err(ApiError::WebhookUrl)?;
        endpoint.url = url;
    }
    if let Some(events) = change.events {
        endpoint.events = event_kinds(&events)?;
    }
    if let Some(payload) = change.payload {
        endpoint.form.payload = payload.into();
    }
    if let Some(name) = change.format {
        endpoint.form.format = format(name, &app);
    }
    if let Some(disabled) = change.disabled {
        endpoint.disabled = disabled.then(|| "switched off by an admin".to_owned());
    }
    app.engine.store.change_endpoint(&endpoint).await?;
    Ok(Json(EndpointView::new(&endpoint)))
}

/// Remove an endpoint
///
/// Its deliveries and attempts go with it.
#[utoipa::path(delete, path = "/v1/webhooks/{id}", operation_id = "remove_webhook", tag = "webhooks",
    params(("id" = String, Path)), responses((status = 204)))]
pub(crate) async fn remove(
    State(app): State<Arc<AppState>>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let id = EndpointId::parse(&id)?;
    app.engine
        .store
        .remove_endpoint(&app.engine.workspace, &id)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give an endpoint a new secret
///
/// The old one signs along for 24 hours.
#[utoipa::path(post, path = "/v1/webhooks/{id}/rotate", operation_id = "rotate_webhook_secret", tag = "webhooks",
    params(("id" = String, Path)), request_body = EmptyBody, responses((status = 200, body = EndpointView)))]
pub(crate) async fn rotate(
    State(app): State<Arc<AppState>>,
    Path(id): Path<String>,
    command: Command<EmptyBody>,
) -> Result<Json<EndpointView>, ApiError> {
    let mut endpoint = find(&app, &EndpointId::parse(&id)?).await?;
    let repeated = command.key.as_ref().is_some_and(|key| {
        let previous = endpoint.previous_secret.as_deref();
        previous.is_some_and(|previous| endpoint.secret == keyed_secret(&app, key, previous))
    });
    if !repeated {
        let secret = match &command.key {
            Some(key) => keyed_secret(&app, key, &endpoint.secret),
            None => format!("whsec_{}", STANDARD.encode(entropy::bytes::<32>())),
        };
        endpoint.previous_secret = Some(std::mem::replace(&mut endpoint.secret, secret));
        endpoint.previous_secret_expires_at =
            Some((app.engine.clock)() + Duration::from_hours(OVERLAP_HOURS));
        app.engine.store.change_endpoint(&endpoint).await?;
    }
    Ok(Json(EndpointView::with_secret(&endpoint)))
}

/// The secret that follows `previous` when it is rotated under an idempotency key: known again when the request is
/// repeated, and to be guessed by nobody without the server's own secret.
fn keyed_secret(app: &AppState, key: &Idempotency, previous: &str) -> String {
    let mut block = [0; 64];
    block[..32].copy_from_slice(&app.visitor_secret);
    let mac = Hmac::<Sha256>::new(&block.into())
        .chain_update(format!("rotate\n{}\n{}\n{previous}", key.scope, key.key));
    format!("whsec_{}", STANDARD.encode(mac.finalize().into_bytes()))
}
