//! Whether the server lives, whether it can work, what it counts, and which version it is.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::state::{AppState, HealthCheck};

/// How long the store may take to show that it can be written. Those who watch do not wait for long, and an answer that
/// comes too late reads like no server at all.
const STORE_ANSWERS: Duration = Duration::from_secs(3);

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadyView {
    /// True when every check passes.
    ready: bool,
    checks: Vec<CheckView>,
    /// What an operator should know although the server works, such as a reload that was refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckView {
    name: &'static str,
    ok: bool,
    /// What is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

impl From<HealthCheck> for CheckView {
    fn from((name, result): HealthCheck) -> Self {
        Self {
            name,
            ok: result.is_ok(),
            problem: result.err(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VersionView {
    name: &'static str,
    version: &'static str,
    /// Version of this API, and the first part of its paths.
    api: &'static str,
}

/// Whether the process lives
///
/// Asks nothing of anything else: when this fails, restart the server.
#[utoipa::path(get, path = "/healthz", operation_id = "get_health", tag = "operations", responses((status = 200, body = str, content_type = "text/plain")))]
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// Whether the server can work
///
/// 503 when any check fails: the store cannot be written, a running part has stopped, or the server is draining.
#[utoipa::path(get, path = "/readyz", operation_id = "get_readiness", tag = "operations", responses(
    (status = 200, body = ReadyView), (status = 503, body = ReadyView, description = "Not ready")))]
pub(crate) async fn ready(State(app): State<Arc<AppState>>) -> impl IntoResponse {
    let store = match tokio::time::timeout(STORE_ANSWERS, app.engine.store.ready()).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err(format!("the store wrote nothing within {STORE_ANSWERS:?}")),
    };
    let draining = if app.draining.is_cancelled() {
        Err("the server is shutting down".to_owned())
    } else {
        Ok(())
    };
    let checks: Vec<CheckView> = [("store", store), ("not_draining", draining)]
        .into_iter()
        .chain((app.health)())
        .map(CheckView::from)
        .collect();
    let ready = checks.iter().all(|check| check.ok);
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let notes = (app.notes)();
    (status, Json(ReadyView { ready, checks, notes }))
}

/// Metrics in Prometheus' text format
#[utoipa::path(get, path = "/metrics", operation_id = "get_metrics", tag = "operations", responses((status = 200, body = str, content_type = "text/plain")))]
pub(crate) async fn metrics(State(app): State<Arc<AppState>>) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        (app.metrics)(),
    )
}

/// Name and version of the server
#[utoipa::path(get, path = "/version", operation_id = "get_version", tag = "operations", responses((status = 200, body = VersionView)))]
pub(crate) async fn version() -> Json<VersionView> {
    Json(VersionView {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        api: "v1",
    })
}
