//! Signals: who is writing, and who has read how far. They go to the streams that are open, and are kept nowhere.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::conversation::Conversation;
use crate::domain::id::ConversationId;
use crate::http::actions::AgentBody;
use crate::http::auth::{Caller, Principal};
use crate::http::conversations::load;
use crate::http::error::ApiError;
use crate::http::extract::Json;
use crate::http::state::AppState;
use crate::live::{Doing, Side, Signal};

/// One of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignalBody {
    /// Whether somebody is writing at the moment.
    typing: Option<bool>,
    /// `seq` of the newest message that was seen.
    read_seq: Option<u64>,
    /// Who does so; an agent's key may leave it out.
    agent: Option<AgentBody>,
}

/// Say that somebody is writing, or has read
///
/// Told to the streams that are open now, as `typing` and `read`, and not kept. Customers hear of the agent who holds the
/// conversation, and of no other.
#[utoipa::path(post, path = "/v1/conversations/{id}/signals", operation_id = "signal", tag = "conversations",
    params(("id" = String, Path)), request_body = SignalBody, responses((status = 204)))]
pub(crate) async fn signal(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Json(body): Json<SignalBody>,
) -> Result<StatusCode, ApiError> {
    let conversation = load(&app, &ConversationId::parse(&id)?).await?;
    let doing = match (body.typing, body.read_seq) {
        (Some(typing), None) => Doing::Typing(typing),
        (None, Some(seq)) if seq <= conversation.last_seq => Doing::Read(seq),
        (None, Some(_)) => {
            let newest = conversation.last_seq;
            let problem = format!("the newest message of this conversation is {newest}; give that or less");
            return Err(ApiError::field("/read_seq", problem));
        }
        (Some(_), Some(_)) | (None, None) => {
            return Err(ApiError::field("/typing", "give either typing or read_seq"));
        }
    };
    let signal = Signal {
        from: side(&caller, body.agent, &conversation)?,
        conversation: conversation.id,
        doing,
    };
    app.live.signal(&app.engine.workspace, &signal);
    Ok(StatusCode::NO_CONTENT)
}

/// A visitor is the customer; everybody else acts as an agent.
fn side(caller: &Caller, named: Option<AgentBody>, conversation: &Conversation) -> Result<Side, ApiError> {
    if matches!(caller.principal, Principal::Visitor { .. }) {
        return match named {
            None => Ok(Side::Customer),
            Some(_) => Err(ApiError::Forbidden(
                "a visitor is the customer: leave `agent` out",
            )),
        };
    }
    let agent = caller.agent(named.map(AgentBody::parse).transpose()?)?;
    let holder = conversation.agent();
    Ok(Side::Agent {
        holds: holder.is_some_and(|holder| holder.id == agent.id),
        agent,
    })
}
