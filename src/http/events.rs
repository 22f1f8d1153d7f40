//! The events of one conversation, or of the whole workspace, as a stream (Server-Sent Events), from any position on and
//! as they happen, and what is signalled meanwhile.

use std::convert::Infallible;
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName};
use axum::response::IntoResponse;
use axum::response::sse::{self, KeepAlive, Sse};
use futures_util::{Stream, StreamExt, stream};
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
use crate::http::views::{AgentView, MessageView, Viewer};
use crate::live::{Doing, Side, Signal};

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
/// messages, who joins and leaves, the end. Between them come `typing` and `read`, without an `id`: they tell of this moment
/// and are not repeated. Where as many are open as the server takes, the answer is 503 with `Retry-After`.
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
    let events = wire(&app, Some(id), after, caller.viewer());
    answer(&streams, events)
}

/// Follow the whole workspace
///
/// The events of every conversation, in the form of the stream of one. The first event is `hello`, with the position that
/// the stream begins behind: the newest one, unless `after` or `Last-Event-ID` says otherwise. What concerns webhook
/// endpoints is left out.
#[utoipa::path(get, path = "/v1/events", operation_id = "follow_workspace", tag = "agents",
    params(("after" = Option<u64>, Query, description = "Only events behind this position; from now on by default"),
        ("last-event-id" = Option<u64>, Header, description = "As `after`, and stronger")),
    responses((status = 200, body = str, content_type = "text/event-stream")))]
pub(crate) async fn follow_all(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    Extension(streams): Extension<Streams>,
    Query(query): Query<EventsQuery>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, ApiError> {
    let newest = *app.engine.store.position().borrow();
    let after = last_event_id(&headers)?.or(query.after).unwrap_or(newest);
    // With an id, so that whoever is cut off before the first event misses none either.
    let hello = sse::Event::default().id(after.to_string()).event("hello");
    let hello = hello.data(json!({ "position": after }).to_string());
    let events = wire(&app, None, after, caller.viewer());
    answer(&streams, stream::once(ready(hello)).chain(events))
}

fn answer<E: Stream<Item = sse::Event> + Send + 'static>(
    streams: &Streams,
    events: E,
) -> Result<impl IntoResponse + use<E>, ApiError> {
    let place = streams.0.take()?;
    let events = events.map(Ok::<_, Infallible>).inspect(move |_| {
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

/// Of one conversation or of all. It ends with the log, however much is signalled.
fn wire(
    app: &AppState,
    conversation: Option<ConversationId>,
    after: u64,
    viewer: Viewer,
) -> impl Stream<Item = sse::Event> + Send + use<> {
    let workspace = || app.engine.workspace.clone();
    let signals = app.live.signals(workspace(), conversation.clone());
    let signals = signals.filter_map(move |signal| ready(wire_signal(&signal, viewer)));
    let events = app.live.subscribe(workspace(), conversation, after);
    let events = events.filter_map(move |event| ready(wire_event(&event, viewer)));
    let events = events.map(Some).chain(stream::once(ready(None)));
    stream::select(events, signals.map(Some))
        .take_while(|event| ready(event.is_some()))
        .filter_map(ready)
        .take_until(app.shutdown.clone().cancelled_owned())
}

/// `None` for what the viewer is not to see: customers know of an agent only while the conversation is theirs, and need
/// not be told of themselves.
fn wire_signal(signal: &Signal, viewer: Viewer) -> Option<sse::Event> {
    let (from, agent) = match &signal.from {
        Side::Customer if viewer == Viewer::Customer => return None,
        Side::Agent { holds: false, .. } if viewer == Viewer::Customer => return None,
        Side::Customer => ("customer", None),
        Side::Agent { agent, .. } => ("agent", Some(AgentView::new(agent, viewer))),
    };
    let mut data = json!({ "conversation_id": signal.conversation.as_str(), "from": from });
    if let Some(agent) = agent {
        data["agent"] = json!(agent);
    }
    let kind = match signal.doing {
        Doing::Typing(typing) => {
            data["typing"] = json!(typing);
            "typing"
        }
        Doing::Read(seq) => {
            data["seq"] = json!(seq);
            "read"
        }
    };
    Some(sse::Event::default().event(kind).data(data.to_string()))
}

/// `None` for what the viewer is not to see.
fn wire_event(event: &LoggedEvent, viewer: Viewer) -> Option<sse::Event> {
    let data = match viewer {
        Viewer::Staff if is_of_operators(event.kind) => return None,
        Viewer::Staff => event.data.clone(),
        Viewer::Customer => customer_data(event)?.to_string(),
    };
    let wire = sse::Event::default().id(event.position.to_string());
    Some(wire.event(event.kind.as_str()).data(data))
}

/// Endpoints are for admins, and belong to no conversation.
fn is_of_operators(kind: EventKind) -> bool {
    matches!(kind, EventKind::EndpointDisabled | EventKind::WebhookTest)
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
        | EventKind::NoteCreated
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
