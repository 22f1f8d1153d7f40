//! One attempt: the request goes out, the answer is read to its end or to the limit. Knows nothing of other attempts.

use std::time::Duration;

use jiff::fmt::rfc2822;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode};

use crate::connect::answer::{Answer, AnswerMap};
use crate::connect::failure::Failure;
use crate::connect::headers::IDEMPOTENCY_KEY;
use crate::connect::request::Request;
use crate::domain::id::TaskId;
use crate::domain::lookup::LookupResult;
use crate::egress;
use crate::egress::client::SendError;
use crate::egress::pause;

#[derive(Debug)]
pub(super) struct Client {
    pub(super) http: egress::client::Client,
    /// Sent with every request; those of the operator are marked as secret.
    pub(super) headers: HeaderMap,
    /// What `http` was made with.
    pub(super) timeout: Duration,
    pub(super) bytes_max: usize,
}

/// What came of one attempt.
#[derive(Debug)]
pub(super) struct Attempt {
    /// `None` where no answer began.
    pub(super) status: Option<u16>,
    /// How long the system asks to be left alone.
    pub(super) retry_after: Option<Duration>,
    pub(super) result: Result<LookupResult, Failure>,
}

impl Client {
    pub(super) async fn attempt(&self, request: &Request, answers: &AnswerMap, key: &TaskId) -> Attempt {
        let response = match self.send(request, key).await {
            Ok(response) => response,
            Err(error) => {
                return Attempt {
                    status: None,
                    retry_after: None,
                    result: Err(Failure::of_sending(error, self.timeout)),
                };
            }
        };
        Attempt {
            status: Some(response.status().as_u16()),
            retry_after: retry_after(response.headers()),
            result: self.understand(response, answers).await,
        }
    }

    async fn send(&self, request: &Request, key: &TaskId) -> Result<Response, SendError> {
        let sending = self.http.request(request.method.clone(), request.url.as_str())?;
        let mut sending = sending.headers(self.headers.clone());
        if request.method == Method::POST {
            // With it a repeated POST does nothing twice.
            sending = sending.header(IDEMPOTENCY_KEY, key.as_str());
        }
        if let Some(body) = &request.body {
            sending = sending
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone());
        }
        Ok(sending.send().await?)
    }

    async fn understand(&self, mut response: Response, answers: &AnswerMap) -> Result<LookupResult, Failure> {
        let status = response.status();
        if let Err(unknown) = answers.outcome(status.as_u16()) {
            return Err(if status.is_redirection() {
                Failure::Redirect(status.as_u16())
            } else if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
                Failure::Busy(status.as_u16())
            } else {
                unknown.into()
            });
        }
        let body = if answers.needs_body() {
            self.read(&mut response).await?
        } else {
            Vec::new()
        };
        let answer = Answer {
            status: status.as_u16(),
            content_type: text(response.headers(), &CONTENT_TYPE),
            body: &body,
        };
        Ok(answers.result(&answer)?)
    }

    async fn read(&self, response: &mut Response) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        loop {
            let chunk = response.chunk().await;
            let chunk = chunk.map_err(|error| Failure::of_sending(error.into(), self.timeout))?;
            let Some(chunk) = chunk else { return Ok(body) };
            if chunk.len() > self.bytes_max - body.len() {
                return Err(Failure::TooLong(self.bytes_max));
            }
            body.extend_from_slice(&chunk);
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// A date counts from the date of the answer: one clock measures both.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let sent = text(headers, &DATE).and_then(|date| rfc2822::parse(date).ok());
    let wanted = pause::retry_after(text(headers, &RETRY_AFTER)?, sent.map(|date| date.timestamp()))?;
    Duration::try_from(wanted).ok()
}
