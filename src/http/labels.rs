//! Labels: agents say where the bot read a message wrong, supervisors say what is right, and the next model learns from it.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::domain::id::{ConversationId, LabelId, MessageId};
use crate::domain::intent::{Intent, ScoredIntent};
use crate::domain::label::{Label, LabelChange, LabelState, Verdict};
use crate::domain::message::Sender;
use crate::domain::reading::Reading;
use crate::domain::time::Timestamp;
use crate::domain::turn::{Input, TurnRecord};
use crate::http::actions::AgentBody;
use crate::http::auth::Caller;
use crate::http::error::ApiError;
use crate::http::extract::{self, Command, Query, page_limit};
use crate::http::state::AppState;
use crate::http::views::{AgentView, PageView, Viewer};
use crate::http::webhooks::drawn;
use crate::ports::StoreError;

const COMMENT_CHARS_MAX: usize = 2_000;

/// The longest name of an intent, in bytes.
const INTENT_BYTES_MAX: usize = 80;

/// How many labels are read at once for the export.
const EXPORT_PAGE: usize = 500;

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VerdictBody {
    Right,
    Wrong,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabelBody {
    /// The customer's message, or the bot's answer to it.
    message_id: String,
    verdict: VerdictBody,
    /// What it really is, where that is known.
    intent: Option<String>,
    /// At most 2000 characters.
    #[serde(default)]
    comment: String,
    /// Who says so; an agent's key may leave it out.
    agent: Option<AgentBody>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabelChangeBody {
    /// What it really is.
    intent: Option<String>,
    /// `open` or `done`.
    state: Option<String>,
}

/// What somebody said of how the bot read a message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LabelView {
    id: String,
    conversation_id: String,
    message_id: String,
    /// What the customer wrote, as it is kept.
    text: String,
    /// What the bot took it for.
    #[serde(skip_serializing_if = "Option::is_none")]
    predicted: Option<String>,
    /// How sure it was, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f32>,
    /// `right` or `wrong`.
    verdict: &'static str,
    /// What it really is.
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<String>,
    comment: String,
    by: AgentView,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// `open`: somebody has yet to say what is right; `done`: in the export, where it has an intent.
    state: &'static str,
}

impl From<&Label> for LabelView {
    fn from(label: &Label) -> Self {
        Self {
            id: label.id.to_string(),
            conversation_id: label.conversation.to_string(),
            message_id: label.message.to_string(),
            text: label.text.clone(),
            predicted: label.predicted.as_ref().map(ToString::to_string),
            confidence: label.confidence,
            verdict: label.verdict.as_str(),
            intent: label.intent.as_ref().map(ToString::to_string),
            comment: label.comment.clone(),
            by: AgentView::new(&label.by, Viewer::Staff),
            at: label.at,
            state: label.state.as_str(),
        }
    }
}

/// Say whether the bot read a message right
///
/// It joins the queue of labels. Where it was right, its intent is the one that the bot read.
#[utoipa::path(post, path = "/v1/conversations/{id}/labels", operation_id = "add_label", tag = "control",
    params(("id" = String, Path)), request_body = LabelBody, responses((status = 201, body = LabelView)))]
pub(crate) async fn add(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    command: Command<LabelBody>,
) -> Result<(StatusCode, Json<LabelView>), ApiError> {
    let (id, body) = (ConversationId::parse(&id)?, command.body);
    let by = caller.agent(body.agent.map(AgentBody::parse).transpose()?)?;
    if body.comment.chars().count() > COMMENT_CHARS_MAX {
        let detail = format!("give at most {COMMENT_CHARS_MAX} characters");
        return Err(ApiError::field("/comment", detail));
    }
    let named = body.intent.as_deref().map(intent).transpose()?;
    let asked = MessageId::parse(&body.message_id)?;
    let turns = app.engine.store.turns(&app.engine.workspace, &id).await?;
    if turns.is_empty() {
        return Err(ApiError::NotFound("conversation"));
    }
    let said = said(&turns, &asked).ok_or_else(|| {
        ApiError::field(
            "/message_id",
            "give a message of the customer's, or of the bot's, in this conversation",
        )
    })?;
    let verdict = match body.verdict {
        VerdictBody::Right => Verdict::Right,
        VerdictBody::Wrong => Verdict::Wrong,
    };
    let predicted = said.read.as_ref().map(|read| read.name.clone());
    let masking = *app.engine.in_service.parts().policy.masking();
    let now = (app.engine.clock)();
    let label = Label {
        id: LabelId::from_random(drawn(command.key.as_ref(), now)),
        conversation: id,
        message: said.message,
        text: said.text,
        intent: named.or_else(|| predicted.clone().filter(|_| verdict == Verdict::Right)),
        predicted,
        confidence: said.read.map(|read| read.confidence),
        verdict,
        comment: masking.mask(&body.comment),
        by,
        at: now,
        state: LabelState::Open,
    };
    let kept = app.engine.store.add_label(&app.engine.workspace, &label).await?;
    if (&kept.message, kept.verdict) != (&label.message, label.verdict) {
        return Err(StoreError::KeyReused.into());
    }
    Ok((StatusCode::CREATED, Json(LabelView::from(&kept))))
}

/// What the customer had said, and what was read of it.
struct SaidBefore {
    message: MessageId,
    text: String,
    read: Option<ScoredIntent>,
}

/// The customer's message itself, or the newest one before the bot's words.
fn said(turns: &[TurnRecord], asked: &MessageId) -> Option<SaidBefore> {
    let has = |turn: &TurnRecord| {
        let mut messages = turn.messages.iter().filter(|message| message.id == *asked);
        messages.any(|message| matches!(message.from, Sender::Customer | Sender::Bot))
    };
    let place = turns.iter().position(has)?;
    let mut before = turns.get(..=place)?.iter().rev();
    before.find_map(|turn| {
        let Input::CustomerMessage { text } = &turn.input else {
            return None;
        };
        let message = turn
            .messages
            .iter()
            .find(|message| message.from == Sender::Customer)?;
        Some(SaidBefore {
            message: message.id.clone(),
            text: text.as_str().to_owned(),
            read: turn.reading.as_ref().and_then(Reading::top).cloned(),
        })
    })
}

/// A model of one's own may come to know it: any name that could be one.
fn intent(name: &str) -> Result<Intent, ApiError> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if (1..=INTENT_BYTES_MAX).contains(&name.len()) && name.chars().all(fits) {
        return Ok(Intent::new(name));
    }
    let detail = format!("{name:?} is no intent; give 1 to {INTENT_BYTES_MAX} small letters, digits and _");
    Err(ApiError::field("/intent", detail))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabelQuery {
    state: Option<String>,
    cursor: Option<String>,
    limit: Option<u16>,
}

/// The queue of labels
///
/// Newest first.
#[utoipa::path(get, path = "/v1/labels", operation_id = "list_labels", tag = "control",
    params(("state" = Option<String>, Query, description = "`open` or `done`; all by default"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("limit" = Option<u16>, Query, description = "1 to 200; 50 by default")),
    responses((status = 200, body = PageView<LabelView>)))]
pub(crate) async fn list(
    State(app): State<Arc<AppState>>,
    Query(query): Query<LabelQuery>,
) -> Result<Json<PageView<LabelView>>, ApiError> {
    let unknown = |name: &str| ApiError::Query(format!("state={name} is none; give open or done"));
    let wanted = query.state.as_deref();
    let wanted = wanted
        .map(|name| LabelState::parse(name).ok_or_else(|| unknown(name)))
        .transpose()?;
    let (limit, cursor) = (page_limit(query.limit)?, query.cursor.as_deref());
    let store = &app.engine.store;
    let page = store.labels(&app.engine.workspace, wanted, cursor, limit).await?;
    Ok(Json(PageView {
        data: page.items.iter().map(LabelView::from).collect(),
        next_cursor: page.next,
    }))
}

/// Say what a label should be
///
/// What is left out stays.
#[utoipa::path(patch, path = "/v1/labels/{id}", operation_id = "change_label", tag = "control",
    params(("id" = String, Path)), request_body = LabelChangeBody, responses((status = 200, body = LabelView)))]
pub(crate) async fn change(
    State(app): State<Arc<AppState>>,
    Path(id): Path<String>,
    extract::Json(body): extract::Json<LabelChangeBody>,
) -> Result<Json<LabelView>, ApiError> {
    let unknown = |name: &str| ApiError::field("/state", format!("{name:?} is none; give open or done"));
    let wanted = body.state.as_deref();
    let change = LabelChange {
        intent: body.intent.as_deref().map(intent).transpose()?,
        state: wanted
            .map(|name| LabelState::parse(name).ok_or_else(|| unknown(name)))
            .transpose()?,
    };
    let id = LabelId::parse(&id)?;
    let store = &app.engine.store;
    let label = store.change_label(&app.engine.workspace, &id, &change).await?;
    Ok(Json(LabelView::from(&label)))
}

/// Labels to learn from
///
/// Those that are `done` and have an intent, newest first: one JSON object a line with `text` and `label`, as `firstline
/// train` and `firstline eval` take them.
#[utoipa::path(get, path = "/v1/labels/export", operation_id = "export_labels", tag = "control",
    responses((status = 200, content_type = "application/x-ndjson", body = String)))]
pub(crate) async fn export(State(app): State<Arc<AppState>>) -> Result<impl IntoResponse, ApiError> {
    let (store, workspace) = (&app.engine.store, &app.engine.workspace);
    let mut lines = String::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = store
            .labels(workspace, Some(LabelState::Done), cursor.as_deref(), EXPORT_PAGE)
            .await?;
        for label in &page.items {
            if let Some(intent) = &label.intent {
                // Writing to a String cannot fail.
                let _ = writeln!(lines, "{}", json!({ "text": label.text, "label": intent }));
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], lines));
        }
    }
}
