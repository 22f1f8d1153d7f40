//! Event streams end with the right to them: a session that ended or a key that was revoked closes what it had opened.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header;
use axum::response::Response;
use futures_util::StreamExt;

use crate::http::auth::Principal;
use crate::http::sessions::stored;
use crate::http::state::AppState;

/// How long a stream may outlive the right to it.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// The answer, cut off when the caller's session or key is no good any more; only streams last long enough for that.
pub(crate) fn until_withdrawn(app: &Arc<AppState>, principal: &Principal, response: Response) -> Response {
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_stream = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    if !is_stream || principal.role().is_none() {
        return response;
    }
    let end = withdrawn(Arc::clone(app), principal.clone());
    let (parts, body) = response.into_parts();
    let stream = body.into_data_stream().take_until(Box::pin(end));
    Response::from_parts(parts, Body::from_stream(stream))
}

async fn withdrawn(app: Arc<AppState>, principal: Principal) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        if !is_good(&app, &principal).await {
            return;
        }
    }
}

/// What the store cannot say now it says the next time.
async fn is_good(app: &AppState, principal: &Principal) -> bool {
    let store = &app.engine.store;
    match principal {
        Principal::Key(key) => store.key(&key.sha256).await.map_or(true, |found| found.is_some()),
        Principal::Account(signed_in) => {
            let session = store
                .session(&stored(&signed_in.token), (app.engine.clock)())
                .await;
            session.map_or(true, |found| found.is_some())
        }
        Principal::Anonymous | Principal::Visitor { .. } => true,
    }
}
