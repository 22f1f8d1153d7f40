//! The OpenAPI document: what the routes say of themselves, completed with what holds for all of them.

use std::sync::Arc;

use axum::Extension;
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Api;

use crate::domain::event::EventKind;
use crate::http::access::{self, Access};
use crate::http::problem::Problem;
use crate::http::router::api;
use crate::http::sessions;

#[derive(OpenApi)]
#[openapi(
    info(title = "Firstline", description = "Hybrid bot-plus-human triage for customer support."),
    components(schemas(Problem)),
    tags(
        (name = "conversations", description = "Opened, looked at, followed and rated"),
        (name = "messages", description = "Sent and read"),
        (name = "agents", description = "The waiting line, and what agents do"),
        (name = "control", description = "The bot's switch, the wall, alerts and labels, and what a turn might have been"),
        (name = "webhooks", description = "Events sent to other systems, signed by Standard Webhooks 1.0"),
        (name = "accounts", description = "Who may come in: people, their sessions, keys, and what was done"),
        (name = "operations", description = "Health, metrics, reloading and this document"),
    )
)]
struct Base;

/// What the routes are added to.
pub(crate) fn base() -> Api {
    Base::openapi()
}

/// The finished document for people and for generators of clients: indented.
pub fn indented() -> String {
    // As in `complete`: it always serialises.
    serde_json::to_string_pretty(&complete(&api().into_openapi())).unwrap_or_default()
}

/// The finished document as text.
#[derive(Debug, Clone)]
pub(crate) struct Document(Arc<str>);

impl Document {
    pub(crate) fn of(api: &Api) -> Self {
        Self(complete(api).to_string().into())
    }
}

/// This document
#[utoipa::path(get, path = "/openapi.json", operation_id = "get_openapi", tag = "operations", responses((status = 200, body = Object)))]
pub(crate) async fn document(Extension(Document(text)): Extension<Document>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], text.to_string())
}

/// Adds to every route who may call it, its problems and its `Idempotency-Key`; and the webhooks.
fn complete(api: &Api) -> Value {
    // The document is made of strings, lists and objects: it always serialises.
    let mut document = serde_json::to_value(api).unwrap_or_default();
    document["components"]["securitySchemes"] = security_schemes();
    document["webhooks"] = webhooks();
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for (path, item) in paths {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            let method = method.to_ascii_uppercase();
            if let Some(access) = access::of(&method, path) {
                operation["security"] = security(access);
            }
            operation["responses"]["default"] = problem();
            if let (true, Some(operation)) = (method == "POST", operation.as_object_mut()) {
                add_idempotency_key(operation);
            }
        }
    }
    document
}

fn security_schemes() -> Value {
    json!({
        "api_key": {
            "type": "http", "scheme": "bearer", "bearerFormat": "fl_…",
            "description": "A key made with `firstline key add`, with the role agent, supervisor, integrator, admin or auditor."
        },
        "session": {
            "type": "apiKey", "in": "cookie", "name": sessions::COOKIE,
            "description": "Somebody who signed in with `POST /v1/session`. What is not a GET needs the header \
                x-csrf-token too, with the `csrf_token` that came with it."
        },
        "visitor_token": {
            "type": "http", "scheme": "bearer", "bearerFormat": "v1.….…",
            "description": "The token that came with the opening of a conversation; good for that conversation."
        }
    })
}

fn security(access: Access) -> Value {
    match access {
        Access::Everyone => json!([]),
        Access::Opening => json!([{}, { "api_key": [] }, { "session": [] }]),
        Access::Participants | Access::Customers => {
            json!([{ "visitor_token": [] }, { "api_key": [] }, { "session": [] }])
        }
        Access::Staff | Access::Supervisors | Access::Auditors | Access::Admins => {
            json!([{ "api_key": [] }, { "session": [] }])
        }
        Access::SignedIn => json!([{ "session": [] }]),
    }
}

fn problem() -> Value {
    json!({
        "description": "What went wrong, by RFC 9457",
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } }
    })
}

fn add_idempotency_key(operation: &mut Map<String, Value>) {
    let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
    if let Some(parameters) = parameters.as_array_mut() {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "A request repeated with the same key within 24 hours gets the first answer again.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 200 }
        }));
    }
}

fn webhooks() -> Value {
    let mut webhooks = Map::new();
    for kind in EventKind::ALL {
        let name = kind.as_str();
        let header = |name: &str| json!({ "name": name, "in": "header", "required": true, "schema": { "type": "string" } });
        let operation = json!({ "post": {
            "summary": name,
            "parameters": [header("webhook-id"), header("webhook-timestamp"), header("webhook-signature")],
            "requestBody": { "required": true, "content": { "application/json": { "schema": {
                "type": "object",
                "required": ["type", "timestamp", "data"],
                "properties": {
                    "type": { "const": name },
                    "timestamp": { "type": "string", "format": "date-time" },
                    "data": event_data(kind)
                }
            } } } },
            "responses": { "2XX": { "description": "Taken; anything else is tried again" } }
        } });
        webhooks.insert(name.to_owned(), operation);
    }
    Value::Object(webhooks)
}

/// The fields of an event's data. They can become more: receivers pass over what they do not know.
fn event_data(kind: EventKind) -> Value {
    let own: &[&str] = match kind {
        EventKind::ConversationCreated => &["customer"],
        EventKind::ConversationReopened => &["epoch"],
        EventKind::ConversationResolved => &["by", "agent", "resolution"],
        EventKind::MessageCreated => &["message"],
        EventKind::NoteCreated => &["note"],
        EventKind::HandoffRequested => &[
            "epoch",
            "queue",
            "priority",
            "reason",
            "reasons",
            "customer",
            "summary",
            "why",
            "tried",
            "earlier_conversations",
            "intents",
            "sentiment",
            "entities",
            "transcript",
            "suggested_replies",
            "articles",
            "sla",
            "links",
        ],
        EventKind::HandoffAccepted => &["epoch", "agent", "taken_from"],
        EventKind::HandoffEnded => &["epoch", "agent"],
        EventKind::HandoffReleased => &["epoch", "agent", "queue", "reason"],
        EventKind::HandoffUnaccepted => &["epoch", "queue", "priority", "waiting_since", "links"],
        EventKind::HandoffOffered => &["epoch", "agent", "queue", "priority", "until"],
        EventKind::HandoffDeclined => &["epoch", "agent", "reason"],
        EventKind::HandoffSnoozed => &["epoch", "agent", "until"],
        EventKind::HandoffResumed => &["epoch", "agent", "by"],
        EventKind::CsatRated => &["score", "comment"],
        EventKind::SlaWarning | EventKind::SlaBreached => {
            &["clock", "due", "queue", "priority", "owner", "agent"]
        }
        EventKind::AlertRaised | EventKind::AlertCleared => &["name", "measure", "value", "above", "since"],
        EventKind::EndpointDisabled => &["endpoint_id", "reason"],
        EventKind::WebhookTest => &["endpoint_id"],
    };
    let of_none = matches!(
        kind,
        EventKind::AlertRaised
            | EventKind::AlertCleared
            | EventKind::EndpointDisabled
            | EventKind::WebhookTest
    );
    let of_all: &[&str] = if of_none {
        &["workspace"]
    } else {
        &["conversation_id", "workspace"]
    };
    let required: Vec<_> = of_all.iter().chain(own).collect();
    let properties: Map<String, Value> = required
        .iter()
        .map(|name| ((**name).to_owned(), json!({})))
        .collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_access_and_the_document_name_the_same_routes() {
        let document = complete(&api().into_openapi());
        let mut documented = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                assert!(operation["security"].is_array(), "{method} {path}");
                documented.push((method.to_ascii_uppercase(), path.clone()));
            }
        }
        let mut listed: Vec<_> = access::ROUTES
            .iter()
            .map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned()))
            .collect();
        documented.sort();
        listed.sort();
        assert_eq!(documented, listed);
    }
}
