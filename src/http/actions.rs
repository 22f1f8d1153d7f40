//! What is done with a conversation besides writing in it: agents take it, pass it on and end it; customers rate it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::agent::Agent;
use crate::domain::csat::Rating;
use crate::domain::id::{AgentId, ConversationId, QueueName, Resolution};
use crate::domain::time::Timestamp;
use crate::domain::turn::{AgentAction, Input};
use crate::engine::Target;
use crate::http::agents::registered;
use crate::http::auth::Caller;
use crate::http::error::ApiError;
use crate::http::extract::Command;
use crate::http::state::AppState;
use crate::http::views::TurnView;
use crate::ports::Idempotency;

/// An agent, as the business calls them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgentBody {
    /// 1 to 80 letters, digits, `_` and `-`.
    id: String,
    /// What customers read.
    #[serde(default)]
    name: String,
}

impl AgentBody {
    pub(crate) fn parse(self) -> Result<Agent, ApiError> {
        Ok(Agent {
            id: AgentId::parse(&self.id)?,
            name: self.name,
        })
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActionBody {
    /// Who acts; an agent's key may leave it out.
    agent: Option<AgentBody>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResolveBody {
    /// One of `resolutions` in `policy.yml`: `solved`, `no_reply`, `duplicate`, `spam` or `other`, unless they were changed.
    reason: Option<String>,
    /// Who acts; an agent's key may leave it out.
    agent: Option<AgentBody>,
}

/// To a queue or to an agent, one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TransferBody {
    /// One of the queues in `policy.yml`.
    queue: Option<String>,
    /// The id of a registered agent, who is offered the conversation.
    to_agent: Option<String>,
    /// Who acts; an agent's key may leave it out.
    agent: Option<AgentBody>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SnoozeBody {
    /// When it comes back, at most 30 days away.
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
    /// Who acts; an agent's key may leave it out.
    agent: Option<AgentBody>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RatingBody {
    /// 1 (bad) to 5 (good).
    score: u8,
    /// At most 2000 characters.
    #[serde(default)]
    comment: String,
}

/// Claim a conversation
///
/// Out of the queue, or from the bot. Of several agents who claim at once, one gets it.
#[utoipa::path(post, path = "/v1/conversations/{id}/claim", operation_id = "claim_conversation", tag = "agents",
    params(("id" = String, Path)), request_body = ActionBody, responses((status = 200, body = TurnView)))]
pub(crate) async fn claim(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    command: Command<ActionBody>,
) -> Result<Json<TurnView>, ApiError> {
    act(&app, &caller, &id, command, AgentAction::Claim).await
}

/// Take a conversation over
///
/// For supervisors: from whoever has it, also from the agent who holds it.
#[utoipa::path(post, path = "/v1/conversations/{id}/takeover", operation_id = "take_over_conversation", tag = "agents",
    params(("id" = String, Path)), request_body = ActionBody, responses((status = 200, body = TurnView)))]
pub(crate) async fn take_over(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    command: Command<ActionBody>,
) -> Result<Json<TurnView>, ApiError> {
    act(&app, &caller, &id, command, AgentAction::TakeOver).await
}

/// Put a conversation back into its queue
#[utoipa::path(post, path = "/v1/conversations/{id}/release", operation_id = "release_conversation", tag = "agents",
    params(("id" = String, Path)), request_body = ActionBody, responses((status = 200, body = TurnView)))]
pub(crate) async fn release(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    command: Command<ActionBody>,
) -> Result<Json<TurnView>, ApiError> {
    act(&app, &caller, &id, command, AgentAction::Release).await
}

/// Pass a conversation on to another queue or agent
///
/// The agent is offered it; whoever does not accept in time leaves it to the queue that it came from.
#[utoipa::path(post, path = "/v1/conversations/{id}/transfer", operation_id = "transfer_conversation", tag = "agents",
    params(("id" = String, Path)), request_body = TransferBody, responses((status = 200, body = TurnView)))]
pub(crate) async fn transfer(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    command: Command<TransferBody>,
) -> Result<Json<TurnView>, ApiError> {
    let TransferBody {
        queue,
        to_agent,
        agent,
    } = command.body;
    let action = match (queue, to_agent) {
        (Some(queue), None) => AgentAction::Transfer {
            queue: QueueName::parse(&queue)?,
        },
        (None, Some(to)) => AgentAction::TransferToAgent {
            to: colleague(&app, &to).await?,
        },
        (Some(_), Some(_)) | (None, None) => {
            return Err(ApiError::field(
                "/queue",
                "say where to: give either queue or to_agent",
            ));
        }
    };
    let command = Command {
        body: ActionBody { agent },
        key: command.key,
    };
    act(&app, &caller, &id, command, action).await
}

/// Only whoever is registered can be offered anything.
async fn colleague(app: &AppState, id: &str) -> Result<Agent, ApiError> {
    let known = registered(app, &AgentId::parse(id)?).await?;
    let known = known.ok_or_else(|| {
        ApiError::field(
            "/to_agent",
            format!("no agent {id} is registered; GET /v1/agents lists them"),
        )
    })?;
    Ok(known.profile.agent)
}

/// Accept what is offered
///
/// As long as the offer stands. Of an offer and a claim at the same time one wins.
#[utoipa::path(post, path = "/v1/conversations/{id}/accept", operation_id = "accept_conversation", tag = "agents",
    params(("id" = String, Path)), request_body = ActionBody, responses((status = 200, body = TurnView)))]
pub(crate) async fn accept(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    command: Command<ActionBody>,
) -> Result<Json<TurnView>, ApiError> {
    act(&app, &caller, &id, command, AgentAction::Accept).await
}

/// Decline what is offered
///
/// It is offered to the next, and to this agent again only when everybody else was asked.
#[utoipa::path(post, path = "/v1/conversations/{id}/decline", operation_id = "decline_conversation", tag = "agents",
    params(("id" = String, Path)), request_body = ActionBody, responses((status = 200, body = TurnView)))]
pub(crate) async fn decline(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    command: Command<ActionBody>,
) -> Result<Json<TurnView>, ApiError> {
    act(&app, &caller, &id, command, AgentAction::Decline).await
}

/// Put a conversation off
///
/// It stays with its holder, takes none of their capacity, and comes back at that time, when the customer writes, or
/// when its holder claims it.
#[utoipa::path(post, path = "/v1/conversations/{id}/snooze", operation_id = "snooze_conversation", tag = "agents",
    params(("id" = String, Path)), request_body = SnoozeBody, responses((status = 200, body = TurnView)))]
pub(crate) async fn snooze(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    command: Command<SnoozeBody>,
) -> Result<Json<TurnView>, ApiError> {
    let SnoozeBody { until, agent } = command.body;
    let command = Command {
        body: ActionBody { agent },
        key: command.key,
    };
    act(&app, &caller, &id, command, AgentAction::Snooze { until }).await
}

/// Resolve a conversation
///
/// It reopens when the customer writes again.
#[utoipa::path(post, path = "/v1/conversations/{id}/resolve", operation_id = "resolve_conversation", tag = "agents",
    params(("id" = String, Path)), request_body = ResolveBody, responses((status = 200, body = TurnView)))]
pub(crate) async fn resolve(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    command: Command<ResolveBody>,
) -> Result<Json<TurnView>, ApiError> {
    let ResolveBody { reason, agent } = command.body;
    let action = match reason {
        None => AgentAction::Resolve,
        Some(reason) => AgentAction::ResolveAs {
            resolution: Resolution::parse(&reason)
                .map_err(|error| ApiError::field("/reason", error.to_string()))?,
        },
    };
    let command = Command {
        body: ActionBody { agent },
        key: command.key,
    };
    act(&app, &caller, &id, command, action).await
}

/// Hand a conversation back to the bot
#[utoipa::path(post, path = "/v1/conversations/{id}/handback", operation_id = "hand_back_conversation", tag = "agents",
    params(("id" = String, Path)), request_body = ActionBody, responses((status = 200, body = TurnView)))]
pub(crate) async fn hand_back(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    command: Command<ActionBody>,
) -> Result<Json<TurnView>, ApiError> {
    act(&app, &caller, &id, command, AgentAction::HandBack).await
}

async fn act(
    app: &AppState,
    caller: &Caller,
    id: &str,
    command: Command<ActionBody>,
    action: AgentAction,
) -> Result<Json<TurnView>, ApiError> {
    let named = command.body.agent.map(AgentBody::parse).transpose()?;
    let agent = caller.agent(named)?;
    let input = Input::AgentAction { agent, action };
    receive(app, caller, id, &input, command.key.as_ref()).await
}

/// Rate a conversation
///
/// The newest rating counts.
#[utoipa::path(post, path = "/v1/conversations/{id}/csat", operation_id = "rate_conversation", tag = "conversations",
    params(("id" = String, Path)), request_body = RatingBody, responses((status = 200, body = TurnView)))]
pub(crate) async fn rate(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    command: Command<RatingBody>,
) -> Result<Json<TurnView>, ApiError> {
    let rating = Rating::new(command.body.score, command.body.comment)?;
    receive(&app, &caller, &id, &Input::Rated { rating }, command.key.as_ref()).await
}

async fn receive(
    app: &AppState,
    caller: &Caller,
    id: &str,
    input: &Input,
    key: Option<&Idempotency>,
) -> Result<Json<TurnView>, ApiError> {
    let target = Target::Existing(ConversationId::parse(id)?);
    let record = app.engine.receive(&target, input, key).await?;
    Ok(Json(TurnView::new(&record, &[], caller.viewer())))
}
