//! Requests taken apart: JSON bodies, queries and idempotency keys, each with errors that say what to mend.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, FromRequestParts, Query as AxumQuery, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;
use sha2::{Digest, Sha256};

use crate::domain::personal_data::Masking;
use crate::http::auth::Caller;
use crate::http::error::ApiError;
use crate::http::state::AppState;
use crate::ports::Idempotency;

/// Items on a page when the caller does not say.
const PAGE_DEFAULT: u16 = 50;

/// Most items on a page.
const PAGE_MAX: u16 = 200;

const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// A JSON body. No body at all counts as `{}`.
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<AppState>> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &Arc<AppState>) -> Result<Self, ApiError> {
        let headers = request.headers().clone();
        let bytes = read(request, app).await?;
        parse(&headers, &bytes).map(Self)
    }
}

/// A POST: its body, and what ties a repetition of it to the first answer, if the caller asks for that.
#[derive(Debug)]
pub(crate) struct Command<T> {
    pub(crate) body: T,
    pub(crate) key: Option<Idempotency>,
}

impl<T: DeserializeOwned> FromRequest<Arc<AppState>> for Command<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &Arc<AppState>) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let bytes = read(Request::from_parts(parts.clone(), body), app).await?;
        Ok(Self {
            body: parse(&parts.headers, &bytes)?,
            key: idempotency(app, &parts, &bytes)?,
        })
    }
}

async fn read(request: Request, app: &Arc<AppState>) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, app).await.map_err(|rejection| {
        if let BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) = rejection {
            ApiError::BodyTooLarge(app.options.body_bytes_max)
        } else {
            ApiError::BodyCut
        }
    })
}

fn parse<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, ApiError> {
    if !bytes.is_empty() && !is_json(headers) {
        return Err(ApiError::ContentType);
    }
    let text = std::str::from_utf8(bytes).map_err(|error| ApiError::Utf8(error.valid_up_to()))?;
    let text = if text.is_empty() { "{}" } else { text };
    serde_json::from_str(text).map_err(|error| match error.classify() {
        Category::Data => ApiError::Shape(error.to_string()),
        Category::Io | Category::Syntax | Category::Eof => ApiError::Json(error.to_string()),
    })
}

/// Asked for although JSON could be told from its first byte: a page of another site can make a browser send a form
/// or plain text here unasked, but not JSON.
fn is_json(headers: &HeaderMap) -> bool {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = value
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

fn idempotency(app: &AppState, parts: &Parts, body: &[u8]) -> Result<Option<Idempotency>, ApiError> {
    let Some(value) = parts.headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let key = value.to_str().map_err(|_| ApiError::IdempotencyKey)?;
    if !(1..=200).contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ApiError::IdempotencyKey);
    }
    let caller = parts.extensions.get::<Caller>().ok_or(ApiError::NoToken)?;
    let request = Sha256::new()
        .chain_update(parts.method.as_str())
        .chain_update(" ")
        .chain_update(parts.uri.path())
        .chain_update("\n")
        .chain_update(without_personal_data(body));
    Ok(Some(Idempotency {
        workspace: app.engine.workspace.clone(),
        scope: caller.scope(),
        key: key.to_owned(),
        fingerprint: hex::encode(request.finalize()),
        at: (app.engine.clock)(),
    }))
}

/// What a request is told from another by. A card of which the last digits are stored could be found out by hashing all
/// that end so; therefore its other digits are no part of what is hashed, whatever the policy says now or says later.
fn without_personal_data(body: &[u8]) -> Cow<'_, [u8]> {
    let mut value: Value = serde_json::from_slice(body).unwrap_or_default();
    if mask(&mut value) {
        Cow::Owned(value.to_string().into_bytes())
    } else {
        Cow::Borrowed(body)
    }
}

/// True when there was something to mask.
fn mask(value: &mut Value) -> bool {
    match value {
        Value::String(text) => {
            let masked = Masking::ALL.mask(text);
            let changes = masked != *text;
            *text = masked;
            changes
        }
        Value::Array(values) => values
            .iter_mut()
            .fold(false, |changed, value| mask(value) | changed),
        Value::Object(values) => values
            .values_mut()
            .fold(false, |changed, value| mask(value) | changed),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The query of a request, unknown parameters refused.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let AxumQuery(query) =
            AxumQuery::try_from_uri(&parts.uri).map_err(|error| ApiError::Query(error.body_text()))?;
        Ok(Self(query))
    }
}

/// How many items a page is to have: 1 to 200, and 50 when the caller does not say.
pub(crate) fn page_limit(limit: Option<u16>) -> Result<usize, ApiError> {
    match limit.unwrap_or(PAGE_DEFAULT) {
        limit @ 1..=PAGE_MAX => Ok(usize::from(limit)),
        limit => Err(ApiError::Query(format!(
            "limit={limit} is not between 1 and {PAGE_MAX}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_request_is_told_by_has_no_personal_data() {
        let body =
            |card: &str| format!(r#"{{ "message": {{ "text": "card {card}" }}, "tags": ["a@b.co"] }}"#);
        let hashed = without_personal_data(body("4111 1111 1111 1111").as_bytes()).into_owned();
        assert_eq!(
            String::from_utf8(hashed).unwrap(),
            r#"{"message":{"text":"card [card ending 1111]"},"tags":["[email]"]}"#
        );
        for plain in [r#"{ "text": "where is FH-10423" }"#, "", "{oops"] {
            assert_eq!(without_personal_data(plain.as_bytes()), plain.as_bytes());
        }
    }
}
