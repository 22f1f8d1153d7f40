//! Canned responses for agents, as they look for one while they write.

use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use serde::Deserialize;

use crate::domain::id::ConversationId;
use crate::engine::ReplyQuery;
use crate::http::auth::Caller;
use crate::http::error::ApiError;
use crate::http::extract::{Query, page_limit};
use crate::http::state::AppState;
use crate::http::views::{ListView, ReplyView};

/// Longest query, in characters.
const QUERY_CHARS_MAX: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RepliesQuery {
    #[serde(default)]
    q: String,
    conversation: Option<String>,
    limit: Option<u16>,
}

/// Canned responses that agents may send
///
/// Those whose id begins with `q` first, then those that have its words. What is not known stays as `{{customer.name}}`.
#[utoipa::path(get, path = "/v1/replies", operation_id = "list_replies", tag = "agents",
    params(("q" = Option<String>, Query, description = "Words of the id or the text, at most 100 characters; all by default"),
        ("conversation" = Option<String>, Query, description = "Filled in for this one"),
        ("limit" = Option<u16>, Query, description = "1 to 200; 50 by default")),
    responses((status = 200, body = ListView<ReplyView>)))]
pub(crate) async fn list(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<RepliesQuery>,
) -> Result<Json<ListView<ReplyView>>, ApiError> {
    if query.q.chars().count() > QUERY_CHARS_MAX {
        return Err(ApiError::Query(format!(
            "give at most {QUERY_CHARS_MAX} characters as `q`"
        )));
    }
    let conversation = query.conversation.as_deref().map(ConversationId::parse);
    let conversation = conversation.transpose()?;
    // Whoever speaks for several agents fills in the name.
    let agent = caller.agent(None).ok();
    let wanted = ReplyQuery {
        text: &query.q,
        conversation: conversation.as_ref(),
        agent_name: agent.as_ref().map(|agent| agent.name.as_str()),
        limit: page_limit(query.limit)?,
    };
    let replies = app.engine.replies(&wanted).await?;
    let data = replies.iter().map(ReplyView::from).collect();
    Ok(Json(ListView { data }))
}
