//! The events of one conversation as a stream (Server-Sent Events), from any position on and as they happen.

use std::convert::Infallible;
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName};
use axum::response::IntoResponse;
use axum::response::sse::{self, KeepAlive, Sse};
use futures_util::{Stream, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::domain::event::{EventKind, LoggedEvent};
use crate::domain::id::ConversationId;
use crate::domain::message::Message;
use crate::http::auth::Caller;
use crate::http::conversations::load;
use crate::http::error::ApiError;
use crate::http::extract::Query;
use crate::http::shed::Streams;
use crate::http::state::AppState;
use crate::http::views::{MessageView, Viewer};

/// Often enough that no proxy on the way takes the connection for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Tells nginx and its kin to pass events on as they come.
const UNBUFFERED: [(HeaderName, &str); 1] = [(HeaderName::from_static("x-accel-buffering"), "no")];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventsQuery {
    after: Option<u64>,
}

/// Follow a conversation
///
/// Server-Sent Events: `id` is the position in the log, `event` the type, `data` the JSON that webhooks carry as
/// `data` too. A reconnecting client goes on behind its `Last-Event-ID`. Visitors get what concerns customers:
/// messages, who joins and leaves, the end. Where as many are open as the server takes, the answer is 503 with
/// `Retry-After`.
#[utoipa::path(get, path = "/v1/conversations/{id}/events", operation_id = "follow_conversation", tag = "conversations",
    params(("id" = String, Path),
        ("after" = Option<u64>, Query, description = "Only events behind this position; 0 by default: all of them"),
        ("last-event-id" = Option<u64>, Header, description = "As `after`, and stronger")),
    responses((status = 200, body = str, content_type = "text/event-stream")))]
pub(crate) async fn follow(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    Extension(streams): Extension<Streams>,
    Path(id): Path<String>,
    Query(query): Query<EventsQuery>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, ApiError> {
    let id = ConversationId::parse(&id)?;
    let after = last_event_id(&headers)?.or(query.after).unwrap_or(0);
    load(&app, &id).await?;
    let place = streams.0.take()?;
    let events = stream(&app, id, after, caller.viewer()).inspect(move |_| {
        // Held for as long as the stream is.
        let _ = &place;
    });
    let events = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    Ok((UNBUFFERED, events))
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<u64>, ApiError> {
    let Some(value) = headers.get("last-event-id") else {
        return Ok(None);
    };
    let position = value.to_str().ok().and_then(|text| text.parse().ok());
    position.map(Some).ok_or_else(|| {
        ApiError::Query("Last-Event-ID is not a position; leave it out to begin anew".to_owned())
    })
}

fn stream(
    app: &AppState,
    id: ConversationId,
    after: u64,
    viewer: Viewer,
) -> impl Stream<Item = Result<sse::Event, Infallible>> + use<> {
    app.live
        .subscribe(app.engine.workspace.clone(), Some(id), after)
        .filter_map(move |event| ready(wire_event(&event, viewer)))
        .map(Ok)
        .take_until(app.shutdown.clone().cancelled_owned())
}

/// `None` for what the viewer is not to see.
fn wire_event(event: &LoggedEvent, viewer: Viewer) -> Option<sse::Event> {
    let data = match viewer {
        Viewer::Staff => event.data.clone(),
        Viewer::Customer => customer_data(event)?.to_string(),
    };
    let wire = sse::Event::default().id(event.position.to_string());
    Some(wire.event(event.kind.as_str()).data(data))
}

/// The event as its customer may see it: built up from what is allowed, so that nothing new slips through.
fn customer_data(event: &LoggedEvent) -> Option<Value> {
    let data: Value = serde_json::from_str(&event.data).ok()?;
    let conversation_id = event.conversation.as_ref()?.as_str();
    match event.kind {
        EventKind::MessageCreated => {
            let message = Message::deserialize(&data["message"]).ok()?;
            let message = MessageView::new(&message, Viewer::Customer);
            Some(json!({ "conversation_id": conversation_id, "message": message }))
        }
        EventKind::HandoffAccepted | EventKind::HandoffReleased | EventKind::HandoffEnded => {
            let agent = json!({ "name": data["agent"]["name"] });
            Some(json!({ "conversation_id": conversation_id, "agent": agent }))
        }
        EventKind::HandoffRequested | EventKind::ConversationResolved | EventKind::ConversationReopened => {
            Some(json!({ "conversation_id": conversation_id }))
        }
        EventKind::ConversationCreated
        | EventKind::CsatRated
        | EventKind::HandoffOffered
        | EventKind::HandoffDeclined
        | EventKind::HandoffSnoozed
        | EventKind::HandoffResumed
        | EventKind::HandoffUnaccepted
        | EventKind::EndpointDisabled
        | EventKind::WebhookTest
        | EventKind::AlertRaised
        | EventKind::AlertCleared
        | EventKind::SlaWarning
        | EventKind::SlaBreached => None,
    }
}
