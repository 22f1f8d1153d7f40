//! Everything that can go wrong with a request, and the only place with status codes. Each error becomes an
//! RFC 9457 problem with a `code` that never changes; what failed inside is logged and not told.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use thiserror::Error;

use crate::domain::csat::InvalidRating;
use crate::domain::id::InvalidId;
use crate::domain::message::InvalidText;
use crate::domain::reading::Fault;
use crate::domain::turn::Refusal;
use crate::engine::EngineError;
use crate::http::identity::IdentityError;
use crate::http::problem::{FieldProblem, Problem};
use crate::http::state::ReloadError;
use crate::http::visitor_token::TokenError;
use crate::ports::StoreError;

/// When to come back after a 503, in seconds: faults of the store and races are short.
const RETRY_AFTER_SECONDS: u64 = 2;

/// The status of the page that stands in for one that was not built.
pub(crate) const NOT_BUILT: StatusCode = StatusCode::SERVICE_UNAVAILABLE;

#[derive(Debug, Error)]
pub(crate) enum ApiError {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Id(#[from] InvalidId),
    #[error("{problem}")]
    Text {
        /// JSON Pointer to the text in the body.
        pointer: &'static str,
        problem: InvalidText,
    },
    #[error(transparent)]
    Rating(#[from] InvalidRating),
    #[error("{detail}")]
    Field { pointer: String, detail: String },
    #[error("webhooks cannot be sent to this URL: {0}")]
    WebhookUrl(String),
    #[error("the endpoint is disabled; enable it first: PATCH it with {{\"disabled\": false}}")]
    EndpointDisabled,
    #[error("send the body as JSON, with `Content-Type: application/json`")]
    ContentType,
    #[error("the body is longer than {0} bytes; send less")]
    BodyTooLarge(usize),
    #[error("the body could not be read to its end; send the request again")]
    BodyCut,
    #[error("the body is not UTF-8: byte {0} cannot be read")]
    Utf8(usize),
    /// Says line and column.
    #[error("the body is not JSON: {0}")]
    Json(String),
    /// JSON, but not what this route takes.
    #[error("the body does not fit: {0}")]
    Shape(String),
    #[error("{0}")]
    Query(String),
    #[error("an Idempotency-Key has 1 to 200 visible ASCII characters")]
    IdempotencyKey,
    #[error("this needs a token; send `Authorization: Bearer <API key or visitor token>`, or sign in")]
    NoToken,
    #[error("send the header x-csrf-token with the csrf_token of GET /v1/session")]
    Csrf,
    /// The same for an unknown login.
    #[error("login and password do not fit together")]
    SignInFailed,
    #[error(
        "this link was used, has expired or was replaced by a newer one; ask an administrator for another"
    )]
    LinkSpent,
    #[error("there is an account with this login already; take another login")]
    LoginTaken,
    #[error("there is no such API key; it may have been revoked")]
    UnknownKey,
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error("{0}")]
    Forbidden(&'static str),
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("there is nothing at this path; /openapi.json lists what there is")]
    UnknownRoute,
    #[error("this path does not take this method; `Allow` lists those it takes")]
    Method,
    #[error("too many requests; try again in {retry_after} s")]
    RateLimited { retry_after: u64 },
    /// Says of what there are too many.
    #[error("there are as many {0} as the server takes at once, and nothing was done; come back in a moment")]
    Overloaded(&'static str),
    #[error("the request took too long and was given up; send it again with the same Idempotency-Key")]
    TimedOut,
    #[error("{0}")]
    Search(Fault),
    #[error(transparent)]
    Reload(#[from] ReloadError),
    #[error("the handler panicked")]
    Panicked,
}

/// Status, stable code, and a title that is the same for all problems with that code.
type Kind = (StatusCode, &'static str, &'static str);

const INTERNAL: Kind = (
    StatusCode::INTERNAL_SERVER_ERROR,
    "internal",
    "Something failed on our side",
);
const UNAVAILABLE: Kind = (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not possible now");
const NOT_FOUND: Kind = (StatusCode::NOT_FOUND, "not_found", "There is no such thing");
const INVALID_TOKEN: Kind = (
    StatusCode::UNAUTHORIZED,
    "invalid_token",
    "The token is not valid",
);

impl ApiError {
    /// A part of the body does not fit; `pointer` is the JSON Pointer to it.
    pub(crate) fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Field {
            pointer: pointer.into(),
            detail: detail.into(),
        }
    }

    fn kind(&self) -> Kind {
        use StatusCode as S;
        match self {
            Self::Engine(error) => engine_kind(error),
            Self::Store(error) => store_kind(error),
            Self::Id(_) => (S::BAD_REQUEST, "invalid_id", "An identifier is malformed"),
            Self::Text { problem, .. } => text_kind(problem),
            Self::Rating(error) => rating_kind(error),
            Self::Field { .. } => (
                S::UNPROCESSABLE_ENTITY,
                "invalid_field",
                "A field has a wrong value",
            ),
            Self::WebhookUrl(_) => (
                S::UNPROCESSABLE_ENTITY,
                "webhook_url_refused",
                "The webhook URL is refused",
            ),
            Self::EndpointDisabled => (S::CONFLICT, "endpoint_disabled", "The endpoint is disabled"),
            Self::ContentType => (
                S::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "The body is not JSON",
            ),
            Self::BodyTooLarge(_) => (S::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large"),
            Self::BodyCut => (S::BAD_REQUEST, "body_incomplete", "The body is incomplete"),
            Self::Utf8(_) => (S::BAD_REQUEST, "invalid_utf8", "The body is not UTF-8"),
            Self::Json(_) => (S::BAD_REQUEST, "invalid_json", "The body is not JSON"),
            Self::Shape(_) => (S::UNPROCESSABLE_ENTITY, "invalid_body", "The body does not fit"),
            Self::Query(_) => (S::BAD_REQUEST, "invalid_query", "The query does not fit"),
            Self::IdempotencyKey => (
                S::BAD_REQUEST,
                "invalid_idempotency_key",
                "The Idempotency-Key is malformed",
            ),
            Self::NoToken => (S::UNAUTHORIZED, "missing_token", "A token is needed"),
            Self::UnknownKey | Self::Token(TokenError::Forged) => INVALID_TOKEN,
            Self::Token(TokenError::Expired) => (S::UNAUTHORIZED, "token_expired", "The token has expired"),
            Self::Identity(error) => identity_kind(error),
            Self::SignInFailed => (S::UNAUTHORIZED, "sign_in_failed", "Signing in failed"),
            Self::LinkSpent => (S::FORBIDDEN, "link_spent", "The link is not good any more"),
            Self::LoginTaken => (S::CONFLICT, "login_taken", "The login is taken"),
            Self::Csrf => (S::FORBIDDEN, "csrf", "The CSRF token is missing or wrong"),
            Self::Forbidden(_) => (S::FORBIDDEN, "forbidden", "Not allowed"),
            Self::NotFound(_) => NOT_FOUND,
            Self::UnknownRoute => (S::NOT_FOUND, "unknown_route", "There is nothing at this path"),
            Self::Method => (S::METHOD_NOT_ALLOWED, "method_not_allowed", "Wrong method"),
            Self::RateLimited { .. } => (S::TOO_MANY_REQUESTS, "rate_limited", "Too many requests"),
            Self::Overloaded(_) => (S::SERVICE_UNAVAILABLE, "overloaded", "Too much at once"),
            Self::TimedOut => (S::SERVICE_UNAVAILABLE, "timed_out", "The request took too long"),
            Self::Search(_) => (
                S::SERVICE_UNAVAILABLE,
                "search_unavailable",
                "The search does not work now",
            ),
            Self::Reload(ReloadError::Refused(_)) => (
                S::UNPROCESSABLE_ENTITY,
                "reload_refused",
                "What was in service before goes on",
            ),
            Self::Reload(ReloadError::Stopping) => UNAVAILABLE,
            Self::Panicked => INTERNAL,
        }
    }

    /// What the caller is told: what happened and how to mend it, and nothing of our insides.
    fn detail(&self, status: StatusCode) -> String {
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            "The request id finds the reason in the server's log.".to_owned()
        } else if matches!(self.kind(), UNAVAILABLE) || matches!(self, Self::Search(_)) {
            "Nothing was changed; send the request again later.".to_owned()
        } else {
            self.to_string()
        }
    }

    /// JSON Pointer to the part of the body that is at fault.
    fn pointer(&self) -> Option<&str> {
        if let Self::Text { pointer, .. } = self {
            Some(pointer)
        } else if let Self::Field { pointer, .. } = self {
            Some(pointer)
        } else if let Self::Rating(InvalidRating::Score(_)) = self {
            Some("/score")
        } else if let Self::Rating(InvalidRating::Comment(_)) = self {
            Some("/comment")
        } else if let Self::WebhookUrl(_) = self {
            Some("/url")
        } else if let Self::Identity(_) = self {
            Some("/customer/signature")
        } else if let Self::Engine(EngineError::Refused(Refusal::UnknownQueue(_))) = self {
            Some("/queue")
        } else if let Self::Engine(EngineError::Refused(Refusal::UnknownSuggestion(_))) = self {
            Some("/suggestion")
        } else if let Self::Engine(EngineError::Refused(Refusal::UnknownResolution(_))) = self {
            Some("/reason")
        } else if let Self::Engine(EngineError::Refused(Refusal::NobodyHolds)) = self {
            Some("/whisper")
        } else if let Self::Engine(EngineError::Refused(Refusal::SnoozeTime(_))) = self {
            Some("/until")
        } else {
            None
        }
    }

    fn fields(&self) -> Vec<FieldProblem> {
        let field = |pointer: &str| FieldProblem {
            pointer: pointer.to_owned(),
            detail: self.to_string(),
        };
        self.pointer().map(field).into_iter().collect()
    }

    /// Seconds after which to come back.
    fn retry_after(&self, status: StatusCode) -> Option<u64> {
        if let Self::RateLimited { retry_after } = self {
            Some(*retry_after)
        } else {
            (status == StatusCode::SERVICE_UNAVAILABLE).then_some(RETRY_AFTER_SECONDS)
        }
    }
}

fn engine_kind(error: &EngineError) -> Kind {
    match error {
        EngineError::NotFound => NOT_FOUND,
        EngineError::Refused(refusal) => refusal_kind(refusal),
        EngineError::Contended => (
            StatusCode::SERVICE_UNAVAILABLE,
            "contended",
            "Too many changes at once",
        ),
        EngineError::Store(error) => store_kind(error),
    }
}

fn refusal_kind(refusal: &Refusal) -> Kind {
    use StatusCode as S;
    match refusal {
        Refusal::Resolved => (
            S::CONFLICT,
            "conversation_resolved",
            "The conversation is resolved",
        ),
        Refusal::AlreadyYours => (S::CONFLICT, "already_yours", "You hold the conversation"),
        Refusal::HeldBy(_) => (
            S::CONFLICT,
            "held_by_other",
            "Another agent holds the conversation",
        ),
        Refusal::NotClaimed => (S::CONFLICT, "not_claimed", "The conversation is not claimed"),
        Refusal::NotWaiting => (S::CONFLICT, "not_waiting", "The conversation is not in a queue"),
        Refusal::NobodyHolds => (S::CONFLICT, "nobody_holds", "Nobody holds the conversation"),
        Refusal::OfferedTo(_) => (S::CONFLICT, "offered_to_other", "Another agent is being asked"),
        Refusal::NotOffered => (
            S::CONFLICT,
            "not_offered",
            "The conversation is not offered to you",
        ),
        Refusal::SnoozeTime(_) => (
            S::UNPROCESSABLE_ENTITY,
            "invalid_snooze",
            "The conversation cannot be snoozed until then",
        ),
        Refusal::ComesBack(_) => (
            S::CONFLICT,
            "comes_back",
            "The bot has had the conversation often enough",
        ),
        Refusal::UnknownQueue(_) => (S::UNPROCESSABLE_ENTITY, "unknown_queue", "There is no such queue"),
        Refusal::UnknownResolution(_) => (
            S::UNPROCESSABLE_ENTITY,
            "unknown_resolution",
            "There is no such resolution",
        ),
        Refusal::UnknownSuggestion(_) => (
            S::UNPROCESSABLE_ENTITY,
            "unknown_suggestion",
            "There is no such suggestion",
        ),
    }
}

fn identity_kind(error: &IdentityError) -> Kind {
    let (code, title) = match error {
        IdentityError::Off => ("identity_off", "Signed customers are not taken"),
        IdentityError::Forged => ("invalid_signature", "The signature is not valid"),
        IdentityError::Expired => ("signature_expired", "The signature is too old"),
        IdentityError::Early => ("signature_early", "The signature is from the future"),
    };
    (StatusCode::FORBIDDEN, code, title)
}

fn store_kind(error: &StoreError) -> Kind {
    use StatusCode as S;
    match error {
        StoreError::Conflict => (S::CONFLICT, "conflict", "It changed meanwhile"),
        StoreError::KeyReused => (
            S::UNPROCESSABLE_ENTITY,
            "idempotency_key_reused",
            "The Idempotency-Key is taken",
        ),
        StoreError::LastAdministrator => (
            S::CONFLICT,
            "last_administrator",
            "The last administrator has to stay",
        ),
        StoreError::NotFound("cursor") => (S::BAD_REQUEST, "invalid_cursor", "The cursor is not one of ours"),
        StoreError::NotFound(_) => NOT_FOUND,
        StoreError::Unavailable(_) => UNAVAILABLE,
        // Leases belong to the outbox: no request can lose one.
        StoreError::LeaseLost | StoreError::Corrupt { .. } => INTERNAL,
    }
}

fn rating_kind(error: &InvalidRating) -> Kind {
    let (code, title) = match error {
        InvalidRating::Score(_) => ("invalid_score", "The score is out of range"),
        InvalidRating::Comment(_) => ("comment_too_long", "The comment is too long"),
    };
    (StatusCode::UNPROCESSABLE_ENTITY, code, title)
}

fn text_kind(problem: &InvalidText) -> Kind {
    use StatusCode as S;
    match problem {
        InvalidText::Empty => (S::UNPROCESSABLE_ENTITY, "empty_text", "The text is empty"),
        InvalidText::TooLong(_) => (S::UNPROCESSABLE_ENTITY, "text_too_long", "The text is too long"),
        InvalidText::Control { .. } => (
            S::UNPROCESSABLE_ENTITY,
            "control_character",
            "The text holds a control character",
        ),
    }
}

impl IntoResponse for ApiError {
    /// The body follows in [`crate::http::observe`], where the request id is known.
    fn into_response(self) -> Response {
        let (status, code, title) = self.kind();
        if let Self::Overloaded(what) = self {
            // They come by the thousand; a metric counts them.
            tracing::debug!(what, "turned away");
        } else if status.is_server_error() {
            tracing::error!(code, error = %self, "a request failed");
        }
        let problem = Problem::new(status, code, title, self.detail(status), self.fields());
        let mut response = status.into_response();
        if let Some(seconds) = self.retry_after(status) {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(problem);
        response
    }
}
