//! Conversations: opened by customers or for them, and looked at.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::conversation::{Conversation, Customer};
use crate::domain::id::{ConversationId, Tier};
use crate::domain::message::Text;
use crate::domain::time::{Duration, Timestamp};
use crate::domain::turn::Input;
use crate::engine::Target;
use crate::entropy;
use crate::http::auth::Caller;
use crate::http::error::ApiError;
use crate::http::extract::{Command, Query};
use crate::http::identity::{Claim, IdentityError};
use crate::http::state::AppState;
use crate::http::views::{ConversationView, ListView, SuggestionsView, TraceView, TurnView, Viewer};
use crate::http::visitor_token::Claims;
use crate::http::waiting::{WaitQuery, later_turns};

/// Longest id or name of a customer, in characters.
const CUSTOMER_CHARS_MAX: usize = 200;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenBody {
    #[serde(default)]
    customer: CustomerBody,
    /// The first thing the customer says; without it nothing is answered yet.
    message: Option<FirstMessageBody>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CustomerBody {
    /// The company's own id of the customer. Integrations may give it as it is; others have it signed.
    #[serde(default)]
    id: String,
    #[serde(default)]
    name: String,
    /// For integrations: whether they know that it is this customer who writes.
    #[serde(default)]
    verified: bool,
    /// What the customer is worth to the company, in a word of its own: 1 to 40 letters, digits, `_` and `-`. The policy's
    /// `priority.tiers` says what it means for a handoff. Who may give it is who may give `id`.
    tier: Option<String>,
    /// The company's page vouches for a customer who is signed in there: HMAC-SHA256 in hexadecimal digits, under the
    /// secret that `identity.secret_env` names, over the lines `v1`, `issued_at`, `id` and `name`, with line feeds
    /// between them and none at the end; with a tier over `v2`, `issued_at`, `id`, `name` and `tier`. A right one makes
    /// the customer `verified`.
    signature: Option<String>,
    /// When it was signed, in Unix seconds; good for ten minutes.
    issued_at: Option<i64>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FirstMessageBody {
    text: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenedView {
    id: String,
    /// Lets the customer go on with this conversation, as `Authorization: Bearer`; nothing else can be done with it.
    token: String,
    #[schema(value_type = String, format = DateTime)]
    token_expires_at: Timestamp,
    #[serde(flatten)]
    turn: TurnView,
}

/// Open a conversation
///
/// With a first message, the answer to it comes back too, waited for as when a message is sent.
#[utoipa::path(post, path = "/v1/conversations", operation_id = "open_conversation", tag = "conversations",
    params(("wait" = Option<u64>, Query, maximum = 20,
        description = "How long to wait for an answer that takes a lookup, in seconds; 10 by default, 0: not at all")),
    request_body = OpenBody, responses((status = 201, body = OpenedView)))]
pub(crate) async fn open(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<WaitQuery>,
    command: Command<OpenBody>,
) -> Result<(StatusCode, Json<OpenedView>), ApiError> {
    let limit = query.limit(&app)?;
    let input = match &command.body.message {
        None => Input::Opened,
        Some(message) => Input::CustomerMessage {
            text: Text::parse(&message.text).map_err(|problem| ApiError::Text {
                pointer: "/message/text",
                problem,
            })?,
        },
    };
    let target = Target::New {
        id: new_id(&app),
        customer: customer(command.body.customer, &caller, &app)?,
    };
    let record = app.engine.receive(&target, &input, command.key.as_ref()).await?;
    let later = later_turns(&app, &record, limit).await;
    let (token, token_expires_at) = visitor_token(&app, &record.conversation);
    let view = OpenedView {
        id: record.conversation.id.to_string(),
        token,
        token_expires_at,
        turn: TurnView::new(&record, &later, caller.viewer()),
    };
    Ok((StatusCode::CREATED, Json(view)))
}

fn new_id(app: &AppState) -> ConversationId {
    let now = (app.engine.clock)().as_millisecond();
    ConversationId::from_random(entropy::uuid_v7(u64::try_from(now).unwrap_or_default()))
}

/// Who the customer is, as far as the caller may say: the company's integrations know, its page proves it.
fn customer(body: CustomerBody, caller: &Caller, app: &AppState) -> Result<Customer, ApiError> {
    let signed = signed(&body, app)?;
    let may_say_who = signed || caller.principal.role().is_some();
    if !may_say_who && !body.id.is_empty() {
        return Err(ApiError::Forbidden(
            "only integrations may give customer.id as it is: have it signed, or leave it out",
        ));
    }
    if !may_say_who && body.verified {
        return Err(ApiError::Forbidden(
            "only integrations may give customer.verified: have the customer signed, or leave it out",
        ));
    }
    if !may_say_who && body.tier.is_some() {
        return Err(ApiError::Forbidden(
            "only integrations may give customer.tier as it is: have it signed, or leave it out",
        ));
    }
    if body.verified && body.id.is_empty() {
        return Err(ApiError::field(
            "/customer/id",
            "say which customer it is that you have verified",
        ));
    }
    let tier = body.tier.as_deref().map(Tier::parse).transpose();
    Ok(Customer {
        tier: tier.map_err(|error| ApiError::field("/customer/tier", error.to_string()))?,
        verified: signed || body.verified,
        id: line("/customer/id", body.id)?,
        name: line("/customer/name", body.name)?,
    })
}

/// True for a right signature, false without one. What a signed name or id may hold is checked by [`line()`].
fn signed(body: &CustomerBody, app: &AppState) -> Result<bool, ApiError> {
    match (&body.signature, body.issued_at) {
        (None, None) => Ok(false),
        (Some(signature), Some(issued_at)) if !body.id.is_empty() => {
            let secret = app.identity.as_ref().ok_or(IdentityError::Off)?;
            let claim = Claim {
                id: &body.id,
                name: &body.name,
                tier: body.tier.as_deref(),
                issued_at,
            };
            secret.verify(&claim, signature, (app.wall_clock)())?;
            Ok(true)
        }
        _ => Err(ApiError::field(
            "/customer/signature",
            "a signed customer has an id, a signature and issued_at",
        )),
    }
}

/// One short line without control characters.
fn line(pointer: &str, text: String) -> Result<String, ApiError> {
    if text.chars().count() <= CUSTOMER_CHARS_MAX && !text.chars().any(char::is_control) {
        return Ok(text);
    }
    Err(ApiError::field(
        pointer,
        format!("give at most {CUSTOMER_CHARS_MAX} characters on one line"),
    ))
}

/// Made out of the conversation alone, so that a repeated request gets the same token.
fn visitor_token(app: &AppState, conversation: &Conversation) -> (String, Timestamp) {
    let lifetime = Duration::from_hours(i64::from(app.options.visitor_token_hours));
    let expires_at = conversation.created_at.saturating_add(lifetime);
    // Only a span of calendar units is refused, and hours are none.
    let expires_at = expires_at.unwrap_or(Timestamp::MAX);
    let claims = Claims {
        workspace: conversation.workspace.clone(),
        conversation: conversation.id.clone(),
        expires: expires_at.as_second(),
    };
    (claims.sign(&app.visitor_secret), expires_at)
}

/// Look at a conversation
///
/// Staff also see why it was handed off, and the customer's earlier conversations.
#[utoipa::path(get, path = "/v1/conversations/{id}", operation_id = "get_conversation", tag = "conversations",
    params(("id" = String, Path)), responses((status = 200, body = ConversationView)))]
pub(crate) async fn show(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<ConversationView>, ApiError> {
    let mut conversation = load(&app, &ConversationId::parse(&id)?).await?;
    if caller.viewer() == Viewer::Staff {
        conversation.earlier = app.engine.earlier(&conversation).await?;
    }
    Ok(Json(ConversationView::new(&conversation, caller.viewer())))
}

pub(crate) async fn load(app: &AppState, id: &ConversationId) -> Result<Conversation, ApiError> {
    let found = app.engine.store.load(&app.engine.workspace, id).await?;
    found.ok_or(ApiError::NotFound("conversation"))
}

/// Why each turn came out as it did
///
/// Every turn with what was read, each rule that was considered, and whether it applied.
#[utoipa::path(get, path = "/v1/conversations/{id}/trace", operation_id = "get_trace", tag = "conversations",
    params(("id" = String, Path)), responses((status = 200, body = ListView<TraceView>)))]
pub(crate) async fn trace(
    State(app): State<Arc<AppState>>,
    Path(id): Path<String>,
) -> Result<Json<ListView<TraceView>>, ApiError> {
    let id = ConversationId::parse(&id)?;
    let turns = app.engine.store.turns(&app.engine.workspace, &id).await?;
    // Opening is a turn: without any, there is no conversation.
    if turns.is_empty() {
        return Err(ApiError::NotFound("conversation"));
    }
    let data = turns.iter().map(TraceView::from).collect();
    Ok(Json(ListView { data }))
}

/// Replies and articles for the agent
///
/// Of the open handoff; empty when there is none. Replies come from canned responses, articles, what a flow has found and
/// what agents answered to similar messages before; `score` is the chance that it is the one to send, whatever its
/// source. An agent's message that is made of one names its `id` as `suggestion`.
#[utoipa::path(get, path = "/v1/conversations/{id}/suggestions", operation_id = "get_suggestions", tag = "conversations",
    params(("id" = String, Path)), responses((status = 200, body = SuggestionsView)))]
pub(crate) async fn suggestions(
    State(app): State<Arc<AppState>>,
    Path(id): Path<String>,
) -> Result<Json<SuggestionsView>, ApiError> {
    let conversation = load(&app, &ConversationId::parse(&id)?).await?;
    let suggestions = app.engine.suggestions(&conversation).await?;
    Ok(Json(SuggestionsView::from(&suggestions)))
}
