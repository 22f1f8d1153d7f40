//! What browsers load: the agent console, the customer widget, the demo page. They are files, built from `web/` and
//! compiled in. Anyone may load them: nothing of any conversation is in them, and what they ask of the API passes the
//! gate like every other request. Must not know what the pages show.

mod encoding;
mod files;
mod missing;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::http::error::ApiError;
use crate::http::state::AppState;

pub use crate::http::pages::files::{PageFile, embedded};

const CONSOLE: &str = "console/index.html";
const DEMO: &str = "demo/index.html";
const WIDGET: &str = "widget.js";

/// On every page, whatever becomes of it. Nothing is loaded from elsewhere, nothing runs that stands in the page itself,
/// and no other site can frame it.
const HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=()",
    ),
];

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Asked for again each time, and answered with 304 when it is still the same.
const ASK_AGAIN: &str = "no-cache";
/// The name of an asset has the hash of what is in it.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";
/// The widget is loaded by every page of a shop. A new one is there within minutes.
const FOR_MINUTES: &str = "public, max-age=300";

pub(crate) fn router() -> Router<Arc<AppState>> {
    let to_console = || get(async || Redirect::temporary("/console"));
    Router::new()
        .route("/", to_console())
        .route("/console", get(console))
        .route("/console/", to_console())
        .route("/console/{*path}", get(console_file))
        .route("/widget.js", get(widget))
        .route("/demo", get(demo))
        .route("/demo/", get(async || Redirect::temporary("/demo")))
        .route("/demo/{*path}", get(demo_file))
        .layer(map_response(guard))
}

async fn console(State(app): State<Arc<AppState>>, headers: HeaderMap) -> Response {
    file(&app, &headers, CONSOLE, ASK_AGAIN).unwrap_or_else(missing::page)
}

async fn demo(State(app): State<Arc<AppState>>, headers: HeaderMap) -> Response {
    file(&app, &headers, DEMO, ASK_AGAIN).unwrap_or_else(missing::page)
}

/// Other sites load this one, so that it is theirs to use.
async fn widget(State(app): State<Arc<AppState>>, headers: HeaderMap) -> Response {
    let mut response = file(&app, &headers, WIDGET, FOR_MINUTES).unwrap_or_else(missing::page);
    let anywhere = HeaderValue::from_static("cross-origin");
    response
        .headers_mut()
        .insert(CROSS_ORIGIN_RESOURCE_POLICY, anywhere);
    response
}

async fn console_file(
    State(app): State<Arc<AppState>>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    asset(&app, &headers, &format!("console/{path}"))
}

async fn demo_file(
    State(app): State<Arc<AppState>>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    asset(&app, &headers, &format!("demo/{path}"))
}

fn asset(app: &AppState, headers: &HeaderMap, name: &str) -> Result<Response, ApiError> {
    let keep = if name.contains("/assets/") {
        FOR_GOOD
    } else {
        ASK_AGAIN
    };
    file(app, headers, name, keep).ok_or(ApiError::UnknownRoute)
}

/// The file as this browser takes it; `None` where there is none that may be served.
fn file(app: &AppState, headers: &HeaderMap, name: &str, keep: &'static str) -> Option<Response> {
    let content_type = files::content_type(name)?;
    let (encoding, file) = encoding::best(headers, |ending| (app.pages)(&format!("{name}{ending}")))?;
    let tag = file.tag();
    let mut response = if is_known(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, content_type)], file.bytes).into_response()
    };
    let to = response.headers_mut();
    to.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    to.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        to.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        to.insert(header::ETAG, tag);
    }
    Some(response)
}

/// Whether the browser has it already.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    let known = known.filter_map(|value| value.to_str().ok());
    known
        .flat_map(|value| value.split(','))
        .any(|known| known.trim().trim_start_matches("W/") == tag)
}

async fn guard(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        let headers = response.headers_mut();
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
