//! The list of conversations, as a desk has it beside the waiting line.

use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use serde::Deserialize;

use crate::domain::conversation::{Conversation, Status};
use crate::domain::id::{AgentId, ConversationId};
use crate::domain::listing::{OwnerKind, Wanted};
use crate::http::auth::Caller;
use crate::http::error::ApiError;
use crate::http::extract::{Query, page_limit};
use crate::http::state::AppState;
use crate::http::views::{ConversationItemView, Newest, PageView};

/// What stands for the caller's own agent.
const ME: &str = "me";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    status: Option<Status>,
    owner: Option<OwnerKind>,
    agent: Option<String>,
    cursor: Option<String>,
    limit: Option<u16>,
}

/// List conversations
///
/// The one that changed last first. What is given must all be true of them. One that changes while the list is read may
/// come twice or not at all; the event stream tells of it.
#[utoipa::path(get, path = "/v1/conversations", operation_id = "list_conversations", tag = "agents",
    params(("status" = Option<String>, Query, description = "`open` or `resolved`; both by default"),
        ("owner" = Option<String>, Query, description = "`bot`, `queue` or `agent`"),
        ("agent" = Option<String>, Query, description = "Who holds them, or held them last; `me` for whoever asks"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("limit" = Option<u16>, Query, description = "1 to 200; 50 by default")),
    responses((status = 200, body = PageView<ConversationItemView>)))]
pub(crate) async fn list(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<ListQuery>,
) -> Result<Json<PageView<ConversationItemView>>, ApiError> {
    let agent = match query.agent.as_deref() {
        Some(ME) => Some(caller.agent(None)?.id),
        Some(id) => Some(AgentId::parse(id)?),
        None => None,
    };
    let wanted = Wanted {
        status: query.status,
        owner: query.owner,
        agent,
    };
    let (limit, cursor) = (page_limit(query.limit)?, query.cursor.as_deref());
    let store = &app.engine.store;
    let page = store.list(&app.engine.workspace, &wanted, cursor, limit).await?;
    let newest = newest(&app, &page.items).await?;
    let items = page.items.iter();
    Ok(Json(PageView {
        data: items
            .map(|conversation| ConversationItemView::new(conversation, &newest))
            .collect(),
        next_cursor: page.next,
    }))
}

/// What was said last in each.
pub(crate) async fn newest(app: &AppState, conversations: &[Conversation]) -> Result<Newest, ApiError> {
    let ids: Vec<ConversationId> = conversations
        .iter()
        .map(|conversation| conversation.id.clone())
        .collect();
    let store = &app.engine.store;
    let newest = store.newest_messages(&app.engine.workspace, &ids).await?;
    Ok(newest.into_iter().collect())
}
