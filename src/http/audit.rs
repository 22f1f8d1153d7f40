//! The audit log: how entries come into it, and how it is read. What supervisors and administrators write, the gate puts
//! down itself, so that no handler can forget to.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::openapi::OpenApi as Api;

use crate::domain::audit::AuditEntry;
use crate::domain::id::AgentId;
use crate::http::auth::{Caller, Principal};
use crate::http::error::ApiError;
use crate::http::extract::{Query, page_limit};
use crate::http::state::AppState;
use crate::http::views::{AuditView, PageView};

/// What a handler has to say of the change beside where it was made; put into the answer's extensions, for the gate.
#[derive(Debug, Clone)]
pub(crate) struct Detail(pub(crate) Value);

/// The `operation_id` of each method and path.
#[derive(Debug, Clone)]
pub(crate) struct Operations(Arc<HashMap<(String, String), String>>);

impl Operations {
    pub(crate) fn of(api: &Api) -> Self {
        // The document is made of strings, lists and objects: it always serialises.
        let document = serde_json::to_value(api).unwrap_or_default();
        let mut operations = HashMap::new();
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                let id = operation["operationId"].as_str().unwrap_or_default();
                operations.insert((method.to_ascii_uppercase(), path.clone()), id.to_owned());
            }
        }
        Self(Arc::new(operations))
    }

    /// The path itself where the document does not know it.
    pub(crate) fn name(&self, method: &str, path: &str) -> String {
        let known = self.0.get(&(method.to_owned(), path.to_owned()));
        known.cloned().unwrap_or_else(|| format!("{method} {path}"))
    }
}

/// As the log names a person.
pub(crate) fn account(login: &AgentId) -> String {
    format!("account:{login}")
}

pub(crate) async fn write(
    app: &AppState,
    actor: &str,
    action: &str,
    target: &str,
    detail: Value,
    address: Option<IpAddr>,
) -> Result<(), ApiError> {
    let entry = AuditEntry {
        at: (app.engine.clock)(),
        actor: actor.to_owned(),
        action: action.to_owned(),
        target: target.to_owned(),
        detail,
        address: address.map(|address| address.to_string()),
    };
    app.engine.store.audit(&app.engine.workspace, &entry).await?;
    Ok(())
}

/// What a caller did with success. It is done: that it could not be written down is for the operator, not for them.
pub(crate) async fn note(
    app: &AppState,
    caller: &Caller,
    operation: &str,
    path: &str,
    detail: Option<Detail>,
) {
    let actor = match &caller.principal {
        Principal::Key(_) | Principal::Account(_) => caller.scope(),
        Principal::Anonymous | Principal::Visitor { .. } => "unknown".to_owned(),
    };
    let detail = detail.map_or_else(|| json!({}), |Detail(detail)| detail);
    if let Err(error) = write(app, &actor, operation, path, detail, caller.address).await {
        tracing::error!(operation, %error, "a change is missing from the audit log");
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditQuery {
    cursor: Option<String>,
    limit: Option<u16>,
}

/// Who did what, newest first
///
/// Sign-ins, and every change of accounts, keys, webhooks, agents and of the server itself.
#[utoipa::path(get, path = "/v1/audit", operation_id = "list_audit", tag = "accounts",
    params(("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("limit" = Option<u16>, Query, description = "1 to 200; 50 by default")),
    responses((status = 200, body = PageView<AuditView>)))]
pub(crate) async fn list(
    State(app): State<Arc<AppState>>,
    Query(query): Query<AuditQuery>,
) -> Result<Json<PageView<AuditView>>, ApiError> {
    let (limit, cursor) = (page_limit(query.limit)?, query.cursor.as_deref());
    let page = app
        .engine
        .store
        .audit_log(&app.engine.workspace, cursor, limit)
        .await?;
    Ok(Json(PageView {
        data: page.items.into_iter().map(AuditView::from).collect(),
        next_cursor: page.next,
    }))
}
