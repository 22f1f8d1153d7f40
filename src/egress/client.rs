//! The HTTP client of every call that leaves: guarded, bounded in time, following nothing, through no proxy. Knows
//! nothing of what is sent or why.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder};

use crate::egress::guard::{self, UrlError};

/// Shorter than what common servers keep an idle connection for (Node.js: 5 s), so that none closes under a request.
const IDLE_MAX: Duration = Duration::from_secs(4);

#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be set up: {0}; check that the system has CA certificates")]
pub struct ClientError(#[from] reqwest::Error);

/// Why there was no answer, or no end of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    #[error(transparent)]
    Refused(#[from] UrlError),
    #[error("no answer in time")]
    TimedOut,
    #[error("no answer: {0}")]
    Failed(String),
}

impl From<reqwest::Error> for SendError {
    /// The innermost cause says what happened; what wraps it says only that a request was being sent.
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::TimedOut;
        }
        let error = error.without_url();
        let mut innermost: &(dyn Error + 'static) = &error;
        while let Some(cause) = innermost.source() {
            innermost = cause;
        }
        match innermost.downcast_ref::<UrlError>() {
            Some(refused) => Self::Refused(refused.clone()),
            None => Self::Failed(innermost.to_string()),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    guard: Arc<guard::Options>,
}

impl Client {
    /// `purpose` is how receivers see us: `webhooks`. `timeout` is for a whole call, from the name's lookup to the
    /// end of the answer; `connect_timeout` for lookup, TCP and TLS together.
    pub fn new(
        purpose: &str,
        guard: &guard::Options,
        timeout: Duration,
        connect_timeout: Duration,
    ) -> Result<Self, ClientError> {
        // An error says that the process has a provider already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let guard = Arc::new(guard.clone());
        let resolver = GuardedResolver {
            guard: Arc::clone(&guard),
        };
        let http = reqwest::Client::builder()
            .user_agent(format!("Firstline/{} ({purpose})", env!("CARGO_PKG_VERSION")))
            .timeout(timeout)
            .connect_timeout(connect_timeout)
            .pool_idle_timeout(IDLE_MAX)
            .redirect(Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(resolver))
            .build()?;
        Ok(Self { http, guard })
    }

    /// The only way to a request, so that none goes out unchecked: the resolver is not asked about addresses that
    /// stand in the URL itself.
    pub fn request(&self, method: Method, url: &str) -> Result<RequestBuilder, UrlError> {
        Ok(self.http.request(method, guard::check_url(url, &self.guard)?))
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
