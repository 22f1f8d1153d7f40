//! The HTTP client for webhooks: sends a body, reads the beginning of the answer. Knows nothing of deliveries.

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode};

use crate::egress::client::{self, ClientError, SendError};
use crate::outbox::Options;

/// Most that is read of an answer, so that the connection can be used again; a longer one is cut.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Most that is shown of a refusing answer, in characters.
const EXCERPT_CHARS_MAX: usize = 200;

#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub retry_after: Option<String>,
    /// How its body begins, without control characters.
    pub excerpt: String,
}

#[derive(Debug, Clone)]
pub struct Client(client::Client);

impl Client {
    pub fn new(options: &Options) -> Result<Self, ClientError> {
        let (timeout, connect_timeout) = (options.timeout, options.connect_timeout);
        client::Client::new(
            "webhooks",
            &options.guard,
            timeout.unsigned_abs(),
            connect_timeout.unsigned_abs(),
        )
        .map(Self)
    }

    /// Any status is an answer, redirects too.
    pub async fn post(
        &self,
        url: &str,
        headers: [(&'static str, String); 3],
        content_type: &'static str,
        body: String,
    ) -> Result<Answer, SendError> {
        let request = self.0.request(Method::POST, url)?;
        let mut request = request.header(CONTENT_TYPE, content_type).body(body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let response = request.send().await?;
        let status = response.status();
        let retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok());
        let retry_after = retry_after.map(str::to_owned);
        Ok(Answer {
            status,
            retry_after,
            excerpt: excerpt(response).await,
        })
    }
}

/// Reads the body to its end, to the limit, or to what ends the connection: the status counts in any case.
async fn excerpt(mut response: Response) -> String {
    let mut start = Vec::new();
    let mut read = 0;
    while let Ok(Some(chunk)) = response.chunk().await {
        read += chunk.len();
        // Four bytes are the longest character.
        let wanted = (EXCERPT_CHARS_MAX * 4).saturating_sub(start.len());
        start.extend_from_slice(&chunk[..chunk.len().min(wanted)]);
        if read >= ANSWER_BYTES_MAX {
            break;
        }
    }
    let text = String::from_utf8_lossy(&start);
    text.trim()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(EXCERPT_CHARS_MAX)
        .collect()
}
