//! Before and after the fact: what an agent is about to send, looked through, and a turn decided again with other bars.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::finding::Finding;
use crate::domain::id::ConversationId;
use crate::domain::message::{Message, TEXT_BYTES_MAX};
use crate::domain::turn::Action;
use crate::engine::{Thresholds, replies};
use crate::http::conversations::load;
use crate::http::error::ApiError;
use crate::http::extract::{self, Query};
use crate::http::state::AppState;
use crate::http::views::{RuleView, views};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckBody {
    /// As it stands in the composer; at most 16 KiB.
    text: String,
}

/// Something to look at again before it is sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FindingView {
    /// `forbidden_promise`, `tone`, `personal_data` or `unfilled_variable`.
    rule: &'static str,
    /// `block`: it should not be sent so; `warn`: it deserves a second look.
    severity: &'static str,
    message: String,
    /// In UTF-16 code units, as a browser counts.
    start: usize,
    end: usize,
}

impl From<&Finding> for FindingView {
    fn from(finding: &Finding) -> Self {
        Self {
            rule: finding.rule,
            severity: finding.severity.as_str(),
            message: finding.message.clone(),
            start: finding.start,
            end: finding.end,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FindingsView {
    /// In the order of their places.
    findings: Vec<FindingView>,
}

/// Look through what an agent is about to send
///
/// By the rules in `composer` of the policy. Nothing is kept, and nothing is held up: the agent decides.
#[utoipa::path(post, path = "/v1/conversations/{id}/check", operation_id = "check_text", tag = "agents",
    params(("id" = String, Path)), request_body = CheckBody, responses((status = 200, body = FindingsView)))]
pub(crate) async fn check(
    State(app): State<Arc<AppState>>,
    Path(id): Path<String>,
    extract::Json(body): extract::Json<CheckBody>,
) -> Result<Json<FindingsView>, ApiError> {
    load(&app, &ConversationId::parse(&id)?).await?;
    if body.text.len() > TEXT_BYTES_MAX {
        let detail = format!(
            "{} bytes are too long for a message; {TEXT_BYTES_MAX} are the most",
            body.text.len()
        );
        return Err(ApiError::field("/text", detail));
    }
    Ok(Json(FindingsView {
        findings: views(&app.engine.findings(&body.text)),
    }))
}

/// Bars in place of the policy's, each 0 to 1. An intent that has a bar of its own keeps it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhatIfQuery {
    answer: Option<f32>,
    clarify: Option<f32>,
    #[serde(rename = "match")]
    linked: Option<f32>,
    unlinked: Option<f32>,
}

impl WhatIfQuery {
    fn thresholds(&self) -> Result<Thresholds, ApiError> {
        let bars = [
            ("answer", self.answer),
            ("clarify", self.clarify),
            ("match", self.linked),
            ("unlinked", self.unlinked),
        ];
        for (name, bar) in bars {
            if let Some(bar) = bar.filter(|bar| !(0.0..=1.0).contains(bar)) {
                return Err(ApiError::Query(format!("{name}={bar} is not between 0 and 1")));
            }
        }
        Ok(Thresholds {
            answer: self.answer,
            clarify: self.clarify,
            linked: self.linked,
            unlinked: self.unlinked,
        })
    }
}

/// What a turn came to, or would.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutcomeView {
    action: &'static str,
    /// With `action` `handoff`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// What the bot, or the system, says.
    replies: Vec<String>,
}

impl OutcomeView {
    fn new(action: Action, messages: &[Message]) -> Self {
        Self {
            action: action.as_str(),
            reason: if let Action::Handoff(reason) = action {
                Some(reason.as_str())
            } else {
                None
            },
            replies: replies(messages).map(str::to_owned).collect(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WhatIfView {
    was: OutcomeView,
    would: OutcomeView,
    /// Whether the customer would have seen the same.
    same: bool,
    /// Every rule that would be considered, in order.
    rules: Vec<RuleView>,
}

/// A turn decided again with other bars
///
/// On the conversation as it was then, of the same reading, under the policy in service now. Nothing is changed.
#[utoipa::path(get, path = "/v1/conversations/{id}/turns/{version}/what-if", operation_id = "what_if", tag = "control",
    params(("id" = String, Path), ("version" = u64, Path, description = "Of the conversation after the turn, as its trace has it"),
        ("answer" = Option<f32>, Query, description = "In place of `confidence.answer`"),
        ("clarify" = Option<f32>, Query, description = "In place of `confidence.clarify`"),
        ("match" = Option<f32>, Query, description = "In place of `match.linked`"),
        ("unlinked" = Option<f32>, Query, description = "In place of `match.unlinked`")),
    responses((status = 200, body = WhatIfView)))]
pub(crate) async fn show(
    State(app): State<Arc<AppState>>,
    Path((id, version)): Path<(String, String)>,
    Query(query): Query<WhatIfQuery>,
) -> Result<Json<WhatIfView>, ApiError> {
    let id = ConversationId::parse(&id)?;
    let version = version.parse().map_err(|_| ApiError::NotFound("turn"))?;
    let what_if = app.engine.what_if(&id, version, &query.thresholds()?).await?;
    Ok(Json(WhatIfView {
        same: what_if.is_same(),
        was: OutcomeView::new(what_if.was.action, &what_if.was.messages),
        would: OutcomeView::new(what_if.would.action, &what_if.would.messages),
        rules: views(&what_if.would.trace.steps),
    }))
}
