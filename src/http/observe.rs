//! What is done for every request, whatever it asks for: a request id, a log line, metrics, a time limit, headers.
//! Neither what was written nor who wrote it gets into logs or metrics.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use crate::domain::personal_data::Masking;
use crate::entropy;
use crate::http::error::ApiError;
use crate::http::problem;
use crate::http::state::AppState;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The outermost layer.
pub(crate) async fn observe(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let request_id = request_id(request.headers());
    let method = method_label(request.method());
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or_else(|| "unmatched".to_owned(), |route| route.as_str().to_owned());
    let span = tracing::info_span!("request", %request_id, method, route);
    let mut response = next.run(request).instrument(span.clone()).await;

    problem::write_body(&mut response, &request_id);
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        headers.insert(REQUEST_ID, value);
    }
    let (status, seconds) = (response.status().as_u16(), started.elapsed().as_secs_f64());
    let labels = [("route", route), ("method", method.to_owned())];
    metrics::histogram!("firstline_http_request_seconds", &labels).record(seconds);
    let [route, method] = labels;
    let labels = [route, method, ("status", status.to_string())];
    metrics::counter!("firstline_http_requests_total", &labels).increment(1);
    span.in_scope(|| tracing::info!(status, duration_ms = seconds * 1000.0, "answered"));
    response
}

/// The caller's own id where it is harmless to log, else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let harmless = |id: &&str| {
        (1..=64).contains(&id.len())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    match given.filter(harmless) {
        Some(id) => id.to_owned(),
        None => hex::encode(entropy::bytes::<16>()),
    }
}

/// Callers can make methods up, and each label is kept for good.
fn method_label(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let known = KNOWN.into_iter().find(|known| *known == method.as_str());
    known.unwrap_or("other")
}

/// Gives a request up that takes too long. An event stream has answered by then and goes on.
pub(crate) async fn limit_time(State(app): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let limit = Duration::from_secs(app.options.timeout_seconds);
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::TimedOut.into_response(),
    }
}

/// The answer in place of a handler that panicked; the panic itself is in the log.
pub(crate) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    // A text cut in the wrong place panics with the text in the message.
    let text = text.map(|text| Masking::ALL.mask(&text));
    tracing::error!(panic = text, "a handler panicked");
    ApiError::Panicked.into_response()
}
