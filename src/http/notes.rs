//! Private notes beside a conversation: staff write them to each other, and supervisors whisper to the holder.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::id::ConversationId;
use crate::domain::message::Text;
use crate::domain::note::Note;
use crate::domain::turn::Input;
use crate::engine::Target;
use crate::http::access::Access;
use crate::http::actions::AgentBody;
use crate::http::auth::Caller;
use crate::http::conversations::load;
use crate::http::error::ApiError;
use crate::http::extract::Command;
use crate::http::state::AppState;
use crate::http::views::{ListView, NoteView};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoteBody {
    /// At most 16 KiB; not empty.
    text: String,
    /// For supervisors: meant for whoever holds the conversation.
    #[serde(default)]
    whisper: bool,
    /// Who writes; an agent's key may leave it out.
    agent: Option<AgentBody>,
}

/// Write a note
///
/// Between staff: no customer ever sees it, the bot does not read it, and no clock stops for it. It is masked like all that
/// is written.
#[utoipa::path(post, path = "/v1/conversations/{id}/notes", operation_id = "create_note", tag = "agents",
    params(("id" = String, Path)), request_body = NoteBody, responses((status = 201, body = NoteView)))]
pub(crate) async fn create(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    command: Command<NoteBody>,
) -> Result<(StatusCode, Json<NoteView>), ApiError> {
    let NoteBody { text, whisper, agent } = command.body;
    if whisper {
        Access::Supervisors.admits(&caller.principal)?;
    }
    let named = agent.map(AgentBody::parse).transpose()?;
    let input = Input::Note {
        agent: caller.agent(named)?,
        text: Text::parse(&text).map_err(|problem| ApiError::Text {
            pointer: "/text",
            problem,
        })?,
        whisper,
    };
    let target = Target::Existing(ConversationId::parse(&id)?);
    let record = app.engine.receive(&target, &input, command.key.as_ref()).await?;
    let note = Note::of(&record).ok_or(ApiError::NotFound("note"))?;
    Ok((StatusCode::CREATED, Json(NoteView::from(&note))))
}

/// Read the notes, oldest first
#[utoipa::path(get, path = "/v1/conversations/{id}/notes", operation_id = "list_notes", tag = "agents",
    params(("id" = String, Path)), responses((status = 200, body = ListView<NoteView>)))]
pub(crate) async fn list(
    State(app): State<Arc<AppState>>,
    Path(id): Path<String>,
) -> Result<Json<ListView<NoteView>>, ApiError> {
    let id = ConversationId::parse(&id)?;
    load(&app, &id).await?;
    let notes = app.engine.store.notes(&app.engine.workspace, &id).await?;
    let data = notes.iter().map(NoteView::from).collect();
    Ok(Json(ListView { data }))
}
