//! The waiting line of the agents.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use crate::domain::id::QueueName;
use crate::http::error::ApiError;
use crate::http::extract::{Query, page_limit};
use crate::http::listing::newest;
use crate::http::state::AppState;
use crate::http::views::{PageView, QueueItemView};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QueueQuery {
    queue: Option<String>,
    cursor: Option<String>,
    limit: Option<u16>,
}

/// Who waits for an agent
///
/// Highest priority first, then the longest wait.
#[utoipa::path(get, path = "/v1/queue", operation_id = "list_queue", tag = "agents",
    params(("queue" = Option<String>, Query, description = "One queue; all by default"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("limit" = Option<u16>, Query, description = "1 to 200; 50 by default")),
    responses((status = 200, body = PageView<QueueItemView>)))]
pub(crate) async fn list(
    State(app): State<Arc<AppState>>,
    Query(query): Query<QueueQuery>,
) -> Result<Json<PageView<QueueItemView>>, ApiError> {
    let queue = query.queue.as_deref().map(QueueName::parse).transpose()?;
    let (limit, cursor) = (page_limit(query.limit)?, query.cursor.as_deref());
    let store = &app.engine.store;
    let page = store
        .queue(&app.engine.workspace, queue.as_ref(), cursor, limit)
        .await?;
    let newest = newest(&app, &page.items).await?;
    let items = page.items.iter();
    Ok(Json(PageView {
        data: items
            .filter_map(|waiting| QueueItemView::new(waiting, &newest))
            .collect(),
        next_cursor: page.next,
    }))
}
