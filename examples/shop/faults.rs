//! Switches that make the shop misbehave for a while, so that a running system can be shown with its backend down.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use crate::answer::{Answer, ShopError};
use crate::request::Command;
use crate::state::Shop;

/// Longer than anybody waits for an answer.
const SLOW: Duration = Duration::from_secs(30);

/// For how long a fault may be ordered, in seconds.
const SECONDS_MAX: u64 = 3_600;
const SECONDS_DEFAULT: u64 = 60;

/// What a proxy in front of a sick system likes to answer, with status 200.
const LOGIN_PAGE: &str =
    "<!doctype html><title>Sign in</title><p>Your session has ended. Please sign in again.</p>";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// 503 to everything.
    Down,
    /// The request is carried out, and answered half a minute later.
    Slow,
    /// 200 with a page of HTML, and nothing is carried out.
    Html,
    None,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    kind: Kind,
    seconds: Option<u64>,
}

/// The fault in force, and until when.
pub(crate) struct Faults(Mutex<(Kind, Instant)>);

impl Default for Faults {
    fn default() -> Self {
        Self(Mutex::new((Kind::None, Instant::now())))
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Faults").field(&self.current()).finish()
    }
}

impl Faults {
    fn current(&self) -> Kind {
        let (kind, until) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if Instant::now() < until { kind } else { Kind::None }
    }

    fn set(&self, kind: Kind, time: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (kind, Instant::now() + time);
    }
}

/// POST /demo/faults
pub(crate) async fn set(
    State(shop): State<Arc<Shop>>,
    command: Command<Wanted>,
) -> Result<Answer, ShopError> {
    let Wanted { kind, seconds } = command.body;
    let seconds = seconds.unwrap_or(SECONDS_DEFAULT);
    if !(1..=SECONDS_MAX).contains(&seconds) {
        return Err(ShopError::Body(format!(
            "`seconds` is {seconds}; give 1 to {SECONDS_MAX}"
        )));
    }
    shop.faults.set(kind, Duration::from_secs(seconds));
    Ok(Answer::ok(&json!({ "seconds": seconds })))
}

/// Lies over everything that the business answers, and not over the mail catcher or this switch.
pub(crate) async fn suffer(State(shop): State<Arc<Shop>>, request: Request, next: Next) -> Response {
    match shop.faults.current() {
        Kind::None => next.run(request).await,
        Kind::Down => ShopError::Down.into_response(),
        Kind::Html => Html(LOGIN_PAGE).into_response(),
        Kind::Slow => {
            let response = next.run(request).await;
            tokio::time::sleep(SLOW).await;
            response
        }
    }
}
