//! What the routes work with: the parts of a running server, handed in from outside, and the options of the API.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use ipnet::IpNet;
use serde::Deserialize;
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::http::identity::IdentitySecret;
use crate::http::origin::Origin;
use crate::http::pages::PageFile;
use crate::http::sign_in::SignIn;
use crate::live::Live;
use crate::ports::Clock;

/// How the API behaves; the defaults suit one business behind no proxy.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Longest request body, in bytes; a longer one is refused unread.
    pub body_bytes_max: usize,
    /// How long a request may take, in seconds. Event streams are not bounded by it.
    pub timeout_seconds: u64,
    /// Requests under way at once; whoever comes beyond that is turned away at once. Health, metrics and event streams do
    /// not count. 0: no limit.
    pub in_flight_max: usize,
    /// Event streams open at once; 0: no limit.
    pub streams_max: usize,
    /// Whether anyone may open a conversation, as the chat widget of a public website does.
    pub visitors_may_open: bool,
    /// Sites other than the server's own whose pages may call the API, as the chat widget does there.
    pub widget_origins: Vec<Origin>,
    /// How long a visitor may go on with a conversation, in hours from its opening.
    pub visitor_token_hours: u32,
    /// Proxies whose `X-Forwarded-For` is believed, as networks (`10.0.0.0/8`, `10.0.0.7/32`).
    pub trusted_proxies: Vec<IpNet>,
    /// Requests for one conversation with its visitor token that may come at once.
    pub visitor_burst: u32,
    /// Requests for one conversation with its visitor token that may follow, each second; 0: no limit.
    pub visitor_per_second: u32,
    /// Conversations that may be opened at once from one address without a key. An IPv6 network of 64 bits counts
    /// as one address.
    pub opens_burst: u32,
    /// Conversations that may follow, each second; 0: no limit.
    pub opens_per_second: u32,
    /// Requests with one API key that may come at once.
    pub key_burst: u32,
    /// Requests with one API key that may follow, each second; 0: no limit.
    pub key_per_second: u32,
    /// Attempts to sign in that may come at once from one address, and for one login.
    pub sign_in_burst: u32,
    /// Attempts that may follow, each minute; 0: no limit.
    pub sign_in_per_minute: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            body_bytes_max: 256 * 1024,
            timeout_seconds: 30,
            in_flight_max: 512,
            streams_max: 20_000,
            visitors_may_open: true,
            widget_origins: Vec::new(),
            visitor_token_hours: 24 * 30,
            trusted_proxies: Vec::new(),
            visitor_burst: 20,
            visitor_per_second: 2,
            opens_burst: 30,
            opens_per_second: 1,
            key_burst: 200,
            key_per_second: 200,
            sign_in_burst: 10,
            sign_in_per_minute: 6,
        }
    }
}

/// One thing that must work for the server to be ready: its name, and what is wrong with it if anything is.
pub type HealthCheck = (&'static str, Result<(), String>);

/// Whether webhooks may be sent to a URL; the error says why not and what to give instead.
pub type CheckUrl = Arc<dyn Fn(&str) -> Result<(), String> + Send + Sync>;

/// What is in service after a reload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reloaded {
    /// Name, version and first digits of the hash, as it stands in every trace.
    pub model: String,
    /// Version of the policy and replies, as it stands in every trace.
    pub policy: String,
}

/// Why a reload changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReloadError {
    /// Says which file, what is wrong with it and how to mend it.
    #[error("{0}")]
    Refused(String),
    #[error("the server is shutting down")]
    Stopping,
}

/// Takes the model and the knowledge files as they are now, the model from another folder if one is given. Once
/// begun, it runs to its end even when nobody waits for it.
pub type Reload =
    Arc<dyn Fn(Option<PathBuf>) -> BoxFuture<'static, Result<Reloaded, ReloadError>> + Send + Sync>;

/// A file of the built front end by its path, such as `console/index.html`.
pub type Pages = Arc<dyn Fn(&str) -> Option<PageFile> + Send + Sync>;

/// The parts of a running server.
pub struct AppState {
    pub engine: Engine,
    pub live: Live,
    pub options: Options,
    /// Signs visitor tokens, and makes webhook secrets that follow from an idempotency key. When it changes, every
    /// token given out before is void.
    pub visitor_secret: [u8; 32],
    /// By which the company's page vouches for its customers; without it no signature is taken.
    pub identity: Option<IdentitySecret>,
    pub sign_in: SignIn,
    /// The machine's clock, jumps and all: what another machine signed just now is held against it.
    pub wall_clock: Clock,
    pub check_url: CheckUrl,
    /// Whether the classifier, the outbox and the other running parts are alive. The store is asked by itself.
    pub health: Arc<dyn Fn() -> Vec<HealthCheck> + Send + Sync>,
    /// What an operator should know although the server works.
    pub notes: Arc<dyn Fn() -> Vec<String> + Send + Sync>,
    pub reload: Reload,
    pub pages: Pages,
    /// All metrics in Prometheus' text format.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// Cancelled when the server is told to end: it is no longer ready, and serves all the same until `shutdown`.
    pub draining: CancellationToken,
    /// Cancelled when the server stops taking requests: event streams end.
    pub shutdown: CancellationToken,
}

impl fmt::Debug for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppState")
            .field("engine", &self.engine)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
