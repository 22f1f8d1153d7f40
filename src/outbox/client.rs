//! The HTTP client for webhooks: guarded, bounded in time and bytes, following nothing. Knows nothing of deliveries.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Response, StatusCode};

use crate::outbox::Options;
use crate::outbox::guard::{self, UrlError};

const USER_AGENT: &str = concat!("Firstline/", env!("CARGO_PKG_VERSION"), " (webhooks)");

/// Most that is read of an answer, so that the connection can be used again; a longer one is cut.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Most that is shown of a refusing answer, in characters.
const EXCERPT_CHARS_MAX: usize = 200;

/// Shorter than what common servers keep an idle connection for (Node.js: 5 s), so that none closes under a request.
const IDLE_MAX: Duration = Duration::from_secs(4);

#[derive(Debug, thiserror::Error)]
#[error("the webhook client cannot be set up: {0}; check that the system has CA certificates")]
pub struct ClientError(#[from] reqwest::Error);

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    #[error(transparent)]
    Refused(#[from] UrlError),
    #[error("no answer in time")]
    TimedOut,
    #[error("no answer: {0}")]
    Failed(String),
}

#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub retry_after: Option<String>,
    /// How its body begins, without control characters.
    pub excerpt: String,
}

#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    guard: Arc<guard::Options>,
}

impl Client {
    pub fn new(options: &Options) -> Result<Self, ClientError> {
        // An error says that the process has a provider already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let guard = Arc::new(options.guard.clone());
        let http = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .timeout(options.timeout.unsigned_abs())
            .connect_timeout(options.connect_timeout.unsigned_abs())
            .pool_idle_timeout(IDLE_MAX)
            .redirect(Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(GuardedResolver {
                guard: Arc::clone(&guard),
            }))
            .build()?;
        Ok(Self { http, guard })
    }

    /// Sends `body` as JSON. Any status is an answer, redirects too.
    pub async fn post(
        &self,
        url: &str,
        headers: [(&'static str, String); 3],
        body: String,
    ) -> Result<Answer, SendError> {
        let url = guard::check_url(url, &self.guard)?;
        let mut request = self
            .http
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let response = request.send().await.map_err(describe)?;
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

/// The innermost cause says what happened; what wraps it says only that a request was being sent.
fn describe(error: reqwest::Error) -> SendError {
    if error.is_timeout() {
        return SendError::TimedOut;
    }
    let error = error.without_url();
    let mut innermost: &(dyn Error + 'static) = &error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    match innermost.downcast_ref::<UrlError>() {
        Some(refused) => SendError::Refused(refused.clone()),
        None => SendError::Failed(innermost.to_string()),
    }
}

/// Looks names up as the system does, and keeps only addresses that may be called. It stands where the connection
/// is made, so an answer that changes between a check and its use changes nothing.
#[derive(Debug)]
struct GuardedResolver {
    guard: Arc<guard::Options>,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = Arc::clone(&self.guard);
        Box::pin(async move {
            let host = name.as_str();
            // Port 0 is replaced by the one of the URL.
            let found = tokio::net::lookup_host((host, 0)).await?;
            let admitted = guard::admit(host, found.map(|address| address.ip()), &guard)?;
            let addresses: Addrs = Box::new(admitted.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}
