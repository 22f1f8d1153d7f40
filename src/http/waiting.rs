//! `?wait=`: an answer that takes a lookup is waited for, in bounded time. What is waited for happens elsewhere and is
//! seen in the log. Waiting is a courtesy: whatever ends it early, the request has its own turn and is answered.

use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use serde::Deserialize;

use crate::domain::turn::{Action, Input, TurnRecord};
use crate::http::error::ApiError;
use crate::http::state::AppState;
use crate::ports::StoreError;

/// Seconds, where the caller does not say: longer than lookups take, shorter than clients and proxies give up after.
const WAIT_DEFAULT: u64 = 10;

const WAIT_MAX: u64 = 20;

/// Seconds of [`crate::http::state::Options::timeout_seconds`] that are left to the rest of the request.
const LEFT_TO_THE_REST: u64 = 5;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WaitQuery {
    wait: Option<u64>,
}

impl WaitQuery {
    pub(crate) fn limit(&self, app: &AppState) -> Result<Duration, ApiError> {
        let wait = self.wait.unwrap_or(WAIT_DEFAULT);
        if wait > WAIT_MAX {
            return Err(ApiError::Query(format!(
                "wait={wait} is not between 0 and {WAIT_MAX} seconds"
            )));
        }
        let possible = app.options.timeout_seconds.saturating_sub(LEFT_TO_THE_REST);
        Ok(Duration::from_secs(wait.min(possible)))
    }
}

/// The turns after `own` until one that waits for no task, oldest first, as far as they are there within `limit`; none
/// where `own` waits for nothing. A repeated request gets the same.
pub(crate) async fn later_turns(app: &AppState, own: &TurnRecord, limit: Duration) -> Vec<TurnRecord> {
    if own.action != Action::Wait {
        return Vec::new();
    }
    let turns = match tokio::time::timeout(limit, settled(app, own)).await {
        Ok(Err(error)) => Err(error),
        Ok(Ok(())) | Err(_) => turns_after(app, own).await,
    };
    turns.unwrap_or_else(|error| {
        tracing::warn!(%error, "a request is answered without what it waited for");
        Vec::new()
    })
}

/// Ends when the conversation waits for no task any more, or the server drains.
async fn settled(app: &AppState, own: &TurnRecord) -> Result<(), StoreError> {
    let (store, of) = (&app.engine.store, &own.conversation);
    // From before the first look on, so that nothing happens unseen between a look and the wait for news.
    let newest = *store.position().borrow();
    let mut news = pin!(
        app.live
            .subscribe(of.workspace.clone(), Some(of.id.clone()), newest)
    );
    loop {
        let conversation = store.load(&of.workspace, &of.id).await?;
        let waits = conversation.is_some_and(|conversation| conversation.awaited_task().is_some());
        if !waits || news.next().await.is_none() {
            return Ok(());
        }
    }
}

async fn turns_after(app: &AppState, own: &TurnRecord) -> Result<Vec<TurnRecord>, StoreError> {
    let of = &own.conversation;
    let mut later = app.engine.store.turns(&of.workspace, &of.id).await?;
    // Staff may write notes meanwhile: no customer is to see as much as that one was written.
    let is_note = |turn: &TurnRecord| matches!(turn.input, Input::Note { .. });
    later.retain(|turn| turn.conversation.version > of.version && !is_note(turn));
    let last = later
        .iter()
        .position(|turn| turn.conversation.awaited_task().is_none());
    later.truncate(last.map_or(later.len(), |last| last + 1));
    Ok(later)
}
