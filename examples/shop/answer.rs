//! What a request gets: an answer, or an error that says what to mend. The only place with status codes.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use thiserror::Error;

/// A status and a body of JSON, as it is sent and as it is kept for a request that is repeated.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn ok(body: &Value) -> Self {
        Self::new(StatusCode::OK, body)
    }

    pub(crate) fn created(body: &Value) -> Self {
        Self::new(StatusCode::CREATED, body)
    }

    /// Taken on; what comes of it is not said here.
    pub(crate) fn accepted(body: &Value) -> Self {
        Self::new(StatusCode::ACCEPTED, body)
    }

    fn new(status: StatusCode, body: &Value) -> Self {
        Self {
            status,
            body: body.to_string(),
        }
    }

    /// One that was kept.
    pub(crate) fn kept(status: u16, body: String) -> Result<Self, ShopError> {
        let status = StatusCode::from_u16(status)
            .map_err(|error| ShopError::Corrupt(format!("the status {status}: {error}")))?;
        Ok(Self { status, body })
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let json = [(header::CONTENT_TYPE, "application/json")];
        (self.status, json, self.body).into_response()
    }
}

#[derive(Debug, Error)]
pub(crate) enum ShopError {
    #[error(
        "no token, or another one; send `Authorization: Bearer <token>`, the token the shop was started with"
    )]
    Token,
    #[error("there is nothing at this path; examples/shop/router.rs lists what there is")]
    NoSuchPath,
    #[error("this path does not take this method; `Allow` lists those it takes")]
    Method,
    /// Also where it belongs to somebody else: nobody learns that it exists.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("the order is {0} and cannot be changed any more; it could be until it was packed")]
    TooLate(String),
    #[error("{0} is not free; GET /v1/appointments/free lists what is")]
    Taken(String),
    #[error("send the body as JSON, with `Content-Type: application/json`")]
    ContentType,
    #[error("the body is longer than {0} bytes; send less")]
    BodyTooLarge(usize),
    #[error("the body could not be read to its end; send the request again")]
    BodyCut,
    #[error("the body is not JSON: {0}")]
    Json(String),
    /// JSON, but not what this path takes; names the field.
    #[error("the body does not fit: {0}")]
    Body(String),
    #[error("the query does not fit: {0}")]
    Query(String),
    #[error("an Idempotency-Key has 1 to 200 visible ASCII characters")]
    Key,
    #[error("this Idempotency-Key was sent before with another request; take a new one for a new request")]
    KeyReused,
    #[error("the shop is closed for a demonstration; POST /demo/faults {{\"kind\":\"none\"}} opens it")]
    Down,
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error("a row of the database cannot be read: {0}")]
    Corrupt(String),
    #[error("the page cannot be made: {0}")]
    Page(#[from] minijinja::Error),
}

impl ShopError {
    /// Status, and a code that never changes.
    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Token => (StatusCode::UNAUTHORIZED, "invalid_token"),
            Self::NoSuchPath => (StatusCode::NOT_FOUND, "no_such_path"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "not_found"),
            Self::TooLate(_) => (StatusCode::CONFLICT, "too_late"),
            Self::Taken(_) => (StatusCode::CONFLICT, "taken"),
            Self::ContentType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"),
            Self::BodyTooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large"),
            Self::BodyCut => (StatusCode::BAD_REQUEST, "body_incomplete"),
            Self::Json(_) => (StatusCode::BAD_REQUEST, "invalid_json"),
            Self::Body(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid_body"),
            Self::Query(_) => (StatusCode::BAD_REQUEST, "invalid_query"),
            Self::Key => (StatusCode::BAD_REQUEST, "invalid_idempotency_key"),
            Self::KeyReused => (StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused"),
            Self::Down => (StatusCode::SERVICE_UNAVAILABLE, "down"),
            Self::Database(_) | Self::Corrupt(_) | Self::Page(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "internal")
            }
        }
    }

    /// As an answer that stands for good, where the request was understood and refused; a fault stays an error.
    pub(crate) fn refusal(self) -> Result<Answer, Self> {
        if self.kind().0.is_client_error() {
            Ok(self.answer())
        } else {
            Err(self)
        }
    }

    fn answer(&self) -> Answer {
        let (status, code) = self.kind();
        // What failed inside is for the log.
        let message = if status == StatusCode::INTERNAL_SERVER_ERROR {
            "something failed in the shop; its log says what".to_owned()
        } else {
            self.to_string()
        };
        Answer::new(status, &json!({ "code": code, "message": message }))
    }
}

impl IntoResponse for ShopError {
    fn into_response(self) -> Response {
        let answer = self.answer();
        if answer.status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!("{self}");
        }
        answer.into_response()
    }
}
