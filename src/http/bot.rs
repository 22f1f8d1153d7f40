//! The bot's switch: whether it may say anything, and which intents it leaves to people.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::bot::{BotSetting, Changed};
use crate::domain::intent::Intent;
use crate::domain::time::Timestamp;
use crate::http::auth::Caller;
use crate::http::error::ApiError;
use crate::http::extract;
use crate::http::state::AppState;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BotView {
    enabled: bool,
    /// What the bot leaves to people although it is on.
    intents_off: Vec<String>,
    /// Absent while nobody has touched the switch.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    changed_at: Option<Timestamp>,
    /// `key:` and the id of an API key, for example.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_by: Option<String>,
    /// What `intents_off` can name.
    known_intents: Vec<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BotBody {
    enabled: bool,
    intents_off: Vec<String>,
}

/// The bot's switch
#[utoipa::path(get, path = "/v1/bot", operation_id = "get_bot", tag = "control",
    responses((status = 200, body = BotView)))]
pub(crate) async fn show(State(app): State<Arc<AppState>>) -> Result<Json<BotView>, ApiError> {
    let setting = app.engine.store.bot(&app.engine.workspace).await?;
    Ok(Json(view(setting, &known(&app))))
}

/// Switch the bot on or off
///
/// In force for the very next decision: a reply that was decided before and is not written yet is decided again. Off, all
/// that the bot would have said goes to people, reason `policy`. `intents_off` does that for single intents.
#[utoipa::path(put, path = "/v1/bot", operation_id = "set_bot", tag = "control",
    request_body = BotBody, responses((status = 200, body = BotView)))]
pub(crate) async fn set(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    extract::Json(body): extract::Json<BotBody>,
) -> Result<Json<BotView>, ApiError> {
    let known = known(&app);
    for (at, name) in body.intents_off.iter().enumerate() {
        if !known.contains(name) {
            return Err(ApiError::field(
                format!("/intents_off/{at}"),
                format!("{name:?} is none of the intents that the policy names; GET /v1/bot lists them"),
            ));
        }
    }
    let names: BTreeSet<&String> = body.intents_off.iter().collect();
    let intents_off: Vec<Intent> = names.into_iter().map(Intent::new).collect();
    let changed = Changed {
        at: (app.engine.clock)(),
        by: caller.scope(),
    };
    let (store, workspace) = (&app.engine.store, &app.engine.workspace);
    let setting = store
        .set_bot(workspace, body.enabled, &intents_off, &changed)
        .await?;
    tracing::warn!(
        enabled = body.enabled,
        ?intents_off,
        by = changed.by,
        "the bot's switch was set"
    );
    Ok(Json(view(setting, &known)))
}

fn view(setting: BotSetting, known: &BTreeSet<String>) -> BotView {
    let (changed_at, changed_by) = setting
        .changed
        .map_or((None, None), |changed| (Some(changed.at), Some(changed.by)));
    BotView {
        enabled: setting.switch.enabled,
        intents_off: setting
            .switch
            .intents_off
            .iter()
            .map(ToString::to_string)
            .collect(),
        changed_at,
        changed_by,
        known_intents: known.iter().cloned().collect(),
    }
}

/// Every intent that the policy in service names.
fn known(app: &AppState) -> BTreeSet<String> {
    let parts = app.engine.in_service.parts();
    let named = parts.policy.named_intents();
    named.into_iter().map(|(_, intent)| intent.to_string()).collect()
}
