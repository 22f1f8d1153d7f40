//! Messages: sent by customers and agents, and read.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::id::ConversationId;
use crate::domain::message::Text;
use crate::domain::suggestion::Suggested;
use crate::domain::turn::Input;
use crate::engine::Target;
use crate::http::actions::AgentBody;
use crate::http::auth::Caller;
use crate::http::conversations::load;
use crate::http::error::ApiError;
use crate::http::extract::{Command, Query, page_limit};
use crate::http::state::AppState;
use crate::http::views::{MessageView, TurnView};
use crate::http::waiting::{WaitQuery, later_turns};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageBody {
    /// At most 16 KiB; not empty.
    text: String,
    #[serde(default)]
    from: Author,
    /// Who writes, with `from` `agent`; an agent's key may leave it out.
    agent: Option<AgentBody>,
    /// With `from` `agent`: the `id` of the suggested reply that the message was made of. Whether it was edited is seen
    /// by its text; whatever else was shown counts as passed over.
    suggestion: Option<String>,
}

/// In whose name a message is sent.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Author {
    #[default]
    Customer,
    Agent,
}

/// Send a message
///
/// A customer's message is answered at once: by the bot, or with a handoff. Where the answer takes a lookup in the
/// company's systems, the request waits for it; with `action` `wait` that took longer than `wait` allows, and the answer
/// follows among the messages and events (a request repeated with the same Idempotency-Key waits for it once more). An
/// agent must hold the conversation.
#[utoipa::path(post, path = "/v1/conversations/{id}/messages", operation_id = "create_message", tag = "messages",
    params(("id" = String, Path), ("wait" = Option<u64>, Query, maximum = 20,
        description = "How long to wait for an answer that takes a lookup, in seconds; 10 by default, 0: not at all")),
    request_body = MessageBody, responses((status = 201, body = TurnView)))]
pub(crate) async fn create(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Query(query): Query<WaitQuery>,
    command: Command<MessageBody>,
) -> Result<(StatusCode, Json<TurnView>), ApiError> {
    let limit = query.limit(&app)?;
    let target = Target::Existing(ConversationId::parse(&id)?);
    let input = input(command.body, &caller)?;
    let record = app.engine.receive(&target, &input, command.key.as_ref()).await?;
    let later = later_turns(&app, &record, limit).await;
    let view = TurnView::new(&record, &later, caller.viewer());
    Ok((StatusCode::CREATED, Json(view)))
}

fn input(body: MessageBody, caller: &Caller) -> Result<Input, ApiError> {
    let speaks_for_agents = caller.principal.role().is_some();
    let text = Text::parse(&body.text).map_err(|problem| ApiError::Text {
        pointer: "/text",
        problem,
    })?;
    match body.from {
        Author::Customer if body.suggestion.is_some() => Err(ApiError::field(
            "/suggestion",
            "only agents' messages are made of suggestions: leave it out",
        )),
        Author::Customer if caller.principal.speaks_for_customers() => Ok(Input::CustomerMessage { text }),
        Author::Customer => Err(ApiError::Forbidden(
            "an agent writes as the agent: send \"from\": \"agent\"",
        )),
        Author::Agent if speaks_for_agents => {
            let named = body.agent.map(AgentBody::parse).transpose()?;
            let agent = caller.agent(named)?;
            let suggested = body.suggestion.map(|id| Suggested {
                taken: Some(id),
                shown: None,
            });
            Ok(Input::AgentMessage {
                agent,
                text,
                suggested,
            })
        }
        Author::Agent => Err(ApiError::Forbidden("a visitor writes as the customer")),
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessagesQuery {
    #[serde(default)]
    after: u64,
    limit: Option<u16>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessagesView {
    data: Vec<MessageView>,
    /// To go on with, as `after`; absent when these are the newest.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<u64>,
}

/// Read the messages, oldest first
#[utoipa::path(get, path = "/v1/conversations/{id}/messages", operation_id = "list_messages", tag = "messages",
    params(("id" = String, Path),
        ("after" = Option<u64>, Query, description = "Only messages with a `seq` above this"),
        ("limit" = Option<u16>, Query, description = "1 to 200; 50 by default")),
    responses((status = 200, body = MessagesView)))]
pub(crate) async fn list(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Query(query): Query<MessagesQuery>,
) -> Result<Json<MessagesView>, ApiError> {
    let id = ConversationId::parse(&id)?;
    let limit = page_limit(query.limit)?;
    let newest = load(&app, &id).await?.last_seq;
    let store = &app.engine.store;
    let messages = store
        .messages(&app.engine.workspace, &id, query.after, limit)
        .await?;
    let last = messages.last().map(|message| message.seq);
    let data = messages
        .iter()
        .map(|message| MessageView::new(message, caller.viewer()))
        .collect();
    Ok(Json(MessagesView {
        data,
        next_after: last.filter(|last| *last < newest),
    }))
}
