//! API keys over the API: made, listed and taken back, as `firstline key` does on the server's machine.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::domain::api_key::ApiKey;
use crate::domain::id::{AgentId, KeyId};
use crate::domain::role::Role;
use crate::entropy;
use crate::http::audit::Detail;
use crate::http::error::ApiError;
use crate::http::extract;
use crate::http::keys::new_key;
use crate::http::state::AppState;
use crate::http::views::{KeyView, ListView};

/// The longest name, in characters.
const NAME_MAX: usize = 80;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyBody {
    /// Whose it is; for agents and supervisors also their id.
    name: String,
    /// `agent`, `supervisor`, `integrator`, `admin` or `auditor`.
    role: String,
}

/// API keys
#[utoipa::path(get, path = "/v1/keys", operation_id = "list_keys", tag = "accounts",
    responses((status = 200, body = ListView<KeyView>)))]
pub(crate) async fn list(State(app): State<Arc<AppState>>) -> Result<Json<ListView<KeyView>>, ApiError> {
    let keys = app.engine.store.keys(&app.engine.workspace).await?;
    let data = keys.iter().map(|key| KeyView::new(key, None)).collect();
    Ok(Json(ListView { data }))
}

/// Make an API key
///
/// The answer is the only place where the key itself is ever shown.
#[utoipa::path(post, path = "/v1/keys", operation_id = "create_key", tag = "accounts",
    request_body = KeyBody, responses((status = 201, body = KeyView)))]
pub(crate) async fn create(
    State(app): State<Arc<AppState>>,
    extract::Json(body): extract::Json<KeyBody>,
) -> Result<(StatusCode, Extension<Detail>, Json<KeyView>), ApiError> {
    let secret = new_key();
    let role = role(&body.role)?;
    let key = ApiKey {
        id: KeyId::from_random(entropy::bytes()),
        workspace: app.engine.workspace.clone(),
        name: name(body.name, role)?,
        role,
        sha256: secret.sha256,
        created_at: (app.engine.clock)(),
    };
    app.engine.store.add_key(&key).await?;
    let detail = Detail(json!({ "id": key.id, "name": key.name, "role": key.role }));
    let view = KeyView::new(&key, Some(secret.plain));
    Ok((StatusCode::CREATED, Extension(detail), Json(view)))
}

/// Take an API key back
#[utoipa::path(delete, path = "/v1/keys/{id}", operation_id = "delete_key", tag = "accounts",
    params(("id" = String, Path)), responses((status = 204)))]
pub(crate) async fn remove(
    State(app): State<Arc<AppState>>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let id = KeyId::parse(&id)?;
    app.engine.store.revoke_key(&app.engine.workspace, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn role(text: &str) -> Result<Role, ApiError> {
    Role::parse(text).ok_or_else(|| {
        let known = Role::ALL.map(Role::as_str).join(", ");
        ApiError::field("/role", format!("{text:?} is no role; give one of {known}"))
    })
}

fn name(text: String, role: Role) -> Result<String, ApiError> {
    let problem = if role.acts_as_agent() {
        AgentId::parse(&text).err().map(|error| error.to_string())
    } else if text.trim().is_empty() || text.chars().count() > NAME_MAX || text.chars().any(char::is_control)
    {
        Some(format!("give 1 to {NAME_MAX} characters, and none that controls"))
    } else {
        None
    };
    problem.map_or(Ok(text), |detail| Err(ApiError::field("/name", detail)))
}
