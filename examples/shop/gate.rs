//! Who may call: whoever sends the token.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::answer::ShopError;
use crate::state::Shop;

pub(crate) async fn check_token(State(shop): State<Arc<Shop>>, request: Request, next: Next) -> Response {
    let value = request.headers().get(header::AUTHORIZATION);
    let sent = value.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (scheme, token) = sent.split_once(' ').unwrap_or_default();
    // Digests are compared, and to their end: the time taken says nothing about the token.
    let sha256: [u8; 32] = Sha256::digest(token.trim()).into();
    let is_right = sha256[..].ct_eq(&shop.token_sha256[..]);
    if scheme.eq_ignore_ascii_case("bearer") && bool::from(is_right) {
        next.run(request).await
    } else {
        ShopError::Token.into_response()
    }
}
