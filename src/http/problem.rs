//! The body of an error: `application/problem+json` as RFC 9457 has it.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong, for programs (`code`) and for people (`detail`).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// `urn:firstline:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// The same for every problem with this code.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What happened this time, and how to mend it.
    detail: String,
    /// Stable: programs may decide by it.
    code: &'static str,
    /// Also in the `x-request-id` header and in the server's log.
    request_id: String,
    /// Which parts of the body are at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FieldProblem {
    /// JSON Pointer (RFC 6901) into the request's body.
    pub(crate) pointer: String,
    pub(crate) detail: String,
}

impl Problem {
    pub(crate) fn new(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        detail: String,
        errors: Vec<FieldProblem>,
    ) -> Self {
        Self {
            kind: format!("urn:firstline:problem:{code}"),
            title,
            status: status.as_u16(),
            detail,
            code,
            request_id: String::new(),
            errors,
        }
    }
}

/// Writes the body of a response that stands for a problem; leaves all others as they are.
pub(crate) fn write_body(response: &mut Response, request_id: &str) {
    let Some(mut problem) = response.extensions_mut().remove::<Problem>() else {
        return;
    };
    request_id.clone_into(&mut problem.request_id);
    // Strings and a number always serialise.
    *response.body_mut() = Body::from(serde_json::to_vec(&problem).unwrap_or_default());
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
}
