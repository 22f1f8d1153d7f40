//! Taking changed files into service while the server runs. How that is done is not known here.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::error::ApiError;
use crate::http::extract::Command;
use crate::http::state::AppState;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReloadBody {
    /// The folder of a model on the server's machine, as an absolute path. Without it the model's own folder is read
    /// again.
    model: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReloadView {
    /// Name, version and first digits of the hash of the model that reads now; every trace names it.
    model: String,
    /// Version of the policy and replies that hold now; every trace names it.
    policy: String,
}

/// Take the model and the knowledge files as they are now
///
/// The model, the articles, the replies and the policy are read, checked and tried out together, and then take the
/// place of the old ones at once: a turn is decided on either the old or the new. When anything is wrong, nothing
/// changes, and `reload_refused` says what to mend. Doing it twice does no harm.
#[utoipa::path(post, path = "/v1/reload", operation_id = "reload", tag = "operations",
    request_body = ReloadBody, responses((status = 200, body = ReloadView)))]
pub(crate) async fn reload(
    State(app): State<Arc<AppState>>,
    command: Command<ReloadBody>,
) -> Result<Json<ReloadView>, ApiError> {
    let model = command.body.model.map(PathBuf::from);
    if model.as_ref().is_some_and(|path| !path.is_absolute()) {
        return Err(ApiError::field(
            "/model",
            "give an absolute path: the server's working folder is not yours",
        ));
    }
    let reloaded = (app.reload)(model).await?;
    Ok(Json(ReloadView {
        model: reloaded.model,
        policy: reloaded.policy,
    }))
}
