//! Searching the knowledge base, for agents: what only they may read is found too, and marked.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use crate::domain::article::Audience;
use crate::http::error::ApiError;
use crate::http::extract::{Query, page_limit};
use crate::http::state::AppState;
use crate::http::views::{HitView, ListView};
use crate::ports::SearchQuery;

/// Longest query, in characters.
const QUERY_CHARS_MAX: usize = 500;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchParameters {
    q: String,
    limit: Option<u16>,
}

/// Search the knowledge base
///
/// Passages, best first. Those with `audience` `internal` are not for customers.
#[utoipa::path(get, path = "/v1/search", operation_id = "search_articles", tag = "agents",
    params(("q" = String, Query, description = "What to look for: 1 to 500 characters"),
        ("limit" = Option<u16>, Query, description = "1 to 200; 50 by default")),
    responses((status = 200, body = ListView<HitView>)))]
pub(crate) async fn search(
    State(app): State<Arc<AppState>>,
    Query(parameters): Query<SearchParameters>,
) -> Result<Json<ListView<HitView>>, ApiError> {
    let text = parameters.q.trim();
    if text.is_empty() || text.chars().count() > QUERY_CHARS_MAX {
        return Err(ApiError::Query(format!(
            "give 1 to {QUERY_CHARS_MAX} characters as `q`"
        )));
    }
    let parts = app.engine.in_service.parts();
    // Where the model is too busy, or gone, the words must do: agents need the search most of all then.
    let embedding = parts.classifier.classify(text).await.ok();
    let query = SearchQuery {
        text,
        embedding: embedding.as_ref().map(|reading| reading.embedding.as_slice()),
        context: &[],
        intents: &[],
        locale: &parts.policy.business().locale,
        audience: Audience::Internal,
        now: (app.engine.clock)(),
        limit: page_limit(parameters.limit)?,
    };
    let hits = parts.knowledge.search(&query).map_err(ApiError::Search)?;
    let data = hits.iter().map(HitView::from).collect();
    Ok(Json(ListView { data }))
}
