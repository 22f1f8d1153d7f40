//! Bodies and idempotency keys of POST requests, each with errors that say what to mend.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use sha2::{Digest, Sha256};

use crate::answer::ShopError;
use crate::state::Shop;

/// Longest body; an address is the longest thing that anybody sends.
pub(crate) const BODY_BYTES_MAX: usize = 16 * 1024;

const KEY_CHARS_MAX: usize = 200;

/// A POST: its body, which counts as `{}` when there is none, and what a repetition of it is known by.
#[derive(Debug)]
pub(crate) struct Command<T> {
    pub(crate) body: T,
    pub(crate) repeatable: Repeatable,
}

#[derive(Debug)]
pub(crate) struct Repeatable {
    /// The Idempotency-Key, where one was sent.
    pub(crate) key: Option<String>,
    /// SHA-256 of method, path and body, in hex.
    pub(crate) fingerprint: String,
}

/// The body of a command that its path says all about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

impl<T: DeserializeOwned> FromRequest<Arc<Shop>> for Command<T> {
    type Rejection = ShopError;

    async fn from_request(request: Request, shop: &Arc<Shop>) -> Result<Self, ShopError> {
        let (parts, body) = request.into_parts();
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), shop)
            .await
            .map_err(unread)?;
        let fingerprint = Sha256::new()
            .chain_update(format!("{} {}\n", parts.method, parts.uri))
            .chain_update(&bytes)
            .finalize();
        Ok(Self {
            body: parse(&parts.headers, &bytes)?,
            repeatable: Repeatable {
                key: key(&parts.headers)?,
                fingerprint: hex::encode(fingerprint),
            },
        })
    }
}

fn unread(rejection: BytesRejection) -> ShopError {
    if let BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) = rejection {
        ShopError::BodyTooLarge(BODY_BYTES_MAX)
    } else {
        ShopError::BodyCut
    }
}

fn parse<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, ShopError> {
    if !bytes.is_empty() && !is_json(headers) {
        return Err(ShopError::ContentType);
    }
    let bytes: &[u8] = if bytes.is_empty() { b"{}" } else { bytes };
    serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        Category::Data => ShopError::Body(error.to_string()),
        Category::Io | Category::Syntax | Category::Eof => ShopError::Json(error.to_string()),
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = value
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

fn key(headers: &HeaderMap) -> Result<Option<String>, ShopError> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = value.to_str().map_err(|_| ShopError::Key)?;
    let is_sound =
        (1..=KEY_CHARS_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if is_sound {
        Ok(Some(key.to_owned()))
    } else {
        Err(ShopError::Key)
    }
}
