//! The seams: what the engine needs of a classifier, a knowledge base and a store, and nothing about how.
//! Each method of the store is one whole transaction.

mod accounts;
mod desk;
mod figures;
mod identity;
mod labels;
mod settings;
mod suggestions;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use thiserror::Error;
use tokio::sync::watch;

use crate::domain::api_key::ApiKey;
use crate::domain::article::{ArticleHit, Audience};
use crate::domain::canned_response::ReplyHit;
use crate::domain::conversation::Conversation;
use crate::domain::event::{Event, LoggedEvent};
use crate::domain::id::{
    AgentId, ConversationId, DeliveryId, EndpointId, KeyId, QueueName, TaskId, WorkspaceId,
};
use crate::domain::intent::ScoredIntent;
use crate::domain::lookup::{LookupRequest, LookupResult};
use crate::domain::message::Message;
use crate::domain::presence::{AgentProfile, AgentState, Presence};
use crate::domain::reading::{Classification, Fault};
use crate::domain::standing::Place;
use crate::domain::task::ClaimedTask;
use crate::domain::time::Timestamp;
use crate::domain::turn::{Input, Turn, TurnRecord};
use crate::domain::webhook::{Attempt, Claimed, Delivery, DeliveryState, Endpoint, Selection, Verdict};

pub use crate::domain::queue::WaitingLine;
pub use crate::ports::accounts::{Accounts, Audit};
pub use crate::ports::desk::Desk;
pub use crate::ports::figures::Figures;
pub use crate::ports::identity::{IdentityProvider, Proven, ProviderError, Proving};
pub use crate::ports::labels::Labels;
pub use crate::ports::settings::Settings;
pub use crate::ports::suggestions::Suggestions;

/// The one way to ask for the time, so that tests and replays can hold it still.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Makes a value unreadable to whoever lacks the server's key; `None` when it cannot.
pub type Sealer = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

#[async_trait]
pub trait Classifier: Send + Sync + fmt::Debug {
    /// Never waits for long: a full pool is [`Fault::Overloaded`] at once, and in a server what takes longer than its
    /// deadline is [`Fault::TimedOut`].
    async fn classify(&self, text: &str) -> Result<Classification, Fault>;

    /// A text and its parts, in their order: one place in the line and one deadline for all, and one that fails fails all.
    async fn classify_all(&self, texts: &[&str]) -> Result<Vec<Classification>, Fault> {
        let mut read = Vec::with_capacity(texts.len());
        for text in texts {
            read.push(self.classify(text).await?);
        }
        Ok(read)
    }

    /// Whether anything is left that could answer: what readiness asks. What runs in the caller's own task always is.
    fn alive(&self) -> bool {
        true
    }

    /// What people should know of it although it still answers, such as a thread that has ended.
    fn ailing(&self) -> Option<String> {
        None
    }
}

/// What to look for. Passages that are not valid at `now`, or not in `locale`, are never found.
#[derive(Debug, Clone)]
pub struct SearchQuery<'a> {
    pub text: &'a str,
    /// The embedding of the text, by the very model that the passages' were made with: with it passages are found by
    /// what they mean as well. `None`, or of another length than theirs: by their words alone.
    pub embedding: Option<&'a [f32]>,
    /// What was said before the text, oldest first: tells what "it" is.
    pub context: &'a [&'a str],
    /// What the classifier read: passages of these intents rank higher and are found even without a common word.
    pub intents: &'a [ScoredIntent],
    pub locale: &'a str,
    /// `Public` finds what customers may read; `Internal` finds everything.
    pub audience: Audience,
    pub now: Timestamp,
    pub limit: usize,
}

/// Texts to vectors, many at once: what a knowledge base needs as it is made. The same texts give the same vectors.
pub trait Embedder: Send + Sync + fmt::Debug {
    /// Differs between models whose vectors differ; fit to be part of a file's name.
    fn model(&self) -> &str;

    /// One vector of unit length for each text, in their order, all with as many numbers.
    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, Fault>;
}

pub trait KnowledgeBase: Send + Sync + fmt::Debug {
    /// Best first; a [`Fault::Search`] when the index cannot be read.
    fn search(&self, query: &SearchQuery<'_>) -> Result<Vec<ArticleHit>, Fault>;

    /// Canned responses that agents may send, the nearest in meaning first: the query's text, embedding, locale and limit
    /// count. None without an embedding, and of a knowledge base that has none.
    fn replies(&self, _query: &SearchQuery<'_>) -> Result<Vec<ReplyHit>, Fault> {
        Ok(Vec::new())
    }
}

#[derive(Debug, Error)]
pub enum StoreError {
    #[error("the conversation, or the bot's switch, changed while the turn was decided")]
    Conflict,
    #[error("this Idempotency-Key was used for another request; take a new key for a new request")]
    KeyReused,
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("the lease on the delivery was lost to another worker")]
    LeaseLost,
    #[error("nobody would be left who can sign in as an administrator; make another one first")]
    LastAdministrator,
    /// Disk full, database locked or closed: nothing was acknowledged, trying again later is right.
    #[error("the store cannot be used now: {0}")]
    Unavailable(String),
    /// What is stored cannot be understood: a fault of ours or a damaged file.
    #[error("a stored {what} cannot be read: {problem}")]
    Corrupt { what: &'static str, problem: String },
}

/// Ties a repeated request to its first answer. Remembered for 24 hours, in the transaction of the turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    pub workspace: WorkspaceId,
    /// Who asks: two callers may choose the same key.
    pub scope: String,
    pub key: String,
    /// Hash of method, path and body.
    pub fingerprint: String,
    pub at: Timestamp,
}

#[derive(Debug)]
pub enum Committed {
    Fresh,
    /// The key was known: this is what happened then, and nothing was written now.
    Repeated(Box<TurnRecord>),
}

/// A part of a list; `next` is the cursor to go on from.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

#[async_trait]
pub trait Conversations: Send + Sync {
    async fn load(
        &self,
        workspace: &WorkspaceId,
        id: &ConversationId,
    ) -> Result<Option<Conversation>, StoreError>;

    /// Writes the whole turn and returns only when it is on disk. Refused with `Conflict` when version or epoch moved or the
    /// bot's switch was set, with `KeyReused` when the key belongs to another request.
    async fn commit(&self, turn: &Turn, key: Option<&Idempotency>) -> Result<Committed, StoreError>;

    /// What a known key led to; `KeyReused` when the request was another.
    async fn recall(&self, key: &Idempotency) -> Result<Option<TurnRecord>, StoreError>;

    /// Every turn, oldest first.
    async fn turns(
        &self,
        workspace: &WorkspaceId,
        id: &ConversationId,
    ) -> Result<Vec<TurnRecord>, StoreError>;

    /// Messages with a `seq` above `after`, oldest first.
    async fn messages(
        &self,
        workspace: &WorkspaceId,
        id: &ConversationId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError>;

    /// Waiting conversations: highest priority first, then longest wait. Their `messages` are empty.
    async fn queue(
        &self,
        workspace: &WorkspaceId,
        queue: Option<&QueueName>,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Conversation>, StoreError>;

    /// Where this conversation stands in its queue, or would if it were stored as it is; `None` for one that waits for
    /// nobody.
    async fn place(&self, waiting: &Conversation) -> Result<Option<Place>, StoreError>;

    /// Every queue in which somebody waits, by name.
    async fn waiting_lines(&self, workspace: &WorkspaceId) -> Result<Vec<WaitingLine>, StoreError>;
}

#[async_trait]
pub trait EventLog: Send + Sync {
    /// Events behind `position`, oldest first, of one conversation or of all.
    async fn events(
        &self,
        workspace: &WorkspaceId,
        conversation: Option<&ConversationId>,
        position: u64,
        limit: usize,
    ) -> Result<Vec<LoggedEvent>, StoreError>;

    /// The newest position; changes after every commit.
    fn position(&self) -> watch::Receiver<u64>;
}

#[async_trait]
pub trait Deliveries: Send + Sync {
    /// Adding the same id twice changes nothing and returns what is there.
    async fn add_endpoint(&self, endpoint: &Endpoint) -> Result<Endpoint, StoreError>;

    async fn endpoints(&self, workspace: &WorkspaceId) -> Result<Vec<Endpoint>, StoreError>;

    /// Replaces everything but id, workspace and creation time.
    async fn change_endpoint(&self, endpoint: &Endpoint) -> Result<(), StoreError>;

    /// Its deliveries and attempts go with it.
    async fn remove_endpoint(&self, workspace: &WorkspaceId, id: &EndpointId) -> Result<(), StoreError>;

    /// Takes up to `limit` deliveries that are due and under no lease, the longest due first. Of each endpoint only
    /// the first `per_endpoint` that are due count, those under a lease included, so that a slow one cannot fill
    /// the worker.
    async fn claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
        per_endpoint: usize,
    ) -> Result<Vec<Claimed>, StoreError>;

    /// Writes the attempt and its verdict; `LeaseLost` when another worker has it by now, or it was replayed or
    /// removed meanwhile. `Disable` exhausts whatever else is pending for the endpoint, and unless
    /// it was disabled before, logs an `endpoint.disabled` for those that want it.
    async fn record(&self, claimed: &Claimed, attempt: &Attempt, verdict: &Verdict)
    -> Result<(), StoreError>;

    /// Newest first.
    async fn deliveries(
        &self,
        workspace: &WorkspaceId,
        endpoint: &EndpointId,
        state: Option<DeliveryState>,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Delivery>, StoreError>;

    /// Oldest first.
    async fn attempts(&self, workspace: &WorkspaceId, id: &DeliveryId) -> Result<Vec<Attempt>, StoreError>;

    /// Due at once, with a fresh schedule and the same event id, whatever its state.
    async fn replay(
        &self,
        workspace: &WorkspaceId,
        id: &DeliveryId,
        now: Timestamp,
    ) -> Result<Delivery, StoreError>;

    /// The same for every delivery of an endpoint that is selected; how many those are. They go out in the order in
    /// which their events happened, once the endpoint is not disabled.
    async fn replay_all(
        &self,
        workspace: &WorkspaceId,
        endpoint: &EndpointId,
        selection: &Selection,
        now: Timestamp,
    ) -> Result<u64, StoreError>;

    /// Logs an event that belongs to no conversation, and a delivery of it for this endpoint alone, whichever events it
    /// wants. One whose id is known already changes nothing; `KeyReused` when it was for another endpoint.
    async fn send_to(
        &self,
        workspace: &WorkspaceId,
        endpoint: &EndpointId,
        event: &Event,
    ) -> Result<Delivery, StoreError>;
}

#[async_trait]
pub trait Tasks: Send + Sync {
    /// Takes up to `limit` tasks that are due and under no lease, the longest due first, of whatever workspace. A task
    /// is gone with the commit of the turn whose input ends it; until then it falls due again when its lease ends.
    async fn claim_tasks(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<ClaimedTask>, StoreError>;
}

#[async_trait]
pub trait Agents: Send + Sync {
    /// Registers an agent, offline until they say otherwise, or changes what is said of one who is registered.
    async fn put_agent(
        &self,
        workspace: &WorkspaceId,
        profile: &AgentProfile,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// A heartbeat; with a presence that from now on, which also ends a wrap-up. [`AgentState::hear`] says what counts.
    async fn set_presence(
        &self,
        workspace: &WorkspaceId,
        id: &AgentId,
        presence: Option<Presence>,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Everyone who is registered, by id, each with their present load.
    async fn agents(&self, workspace: &WorkspaceId) -> Result<Vec<AgentState>, StoreError>;
}

#[async_trait]
pub trait ApiKeys: Send + Sync {
    /// Adding a key whose id or hash is there already changes nothing.
    async fn add_key(&self, key: &ApiKey) -> Result<(), StoreError>;

    async fn key(&self, sha256: &str) -> Result<Option<ApiKey>, StoreError>;

    async fn keys(&self, workspace: &WorkspaceId) -> Result<Vec<ApiKey>, StoreError>;

    async fn revoke_key(&self, workspace: &WorkspaceId, id: &KeyId) -> Result<(), StoreError>;
}

#[async_trait]
pub trait Store:
    Conversations
    + EventLog
    + Deliveries
    + Tasks
    + Agents
    + ApiKeys
    + Accounts
    + Audit
    + Suggestions
    + Desk
    + Settings
    + Figures
    + Labels
    + fmt::Debug
{
    /// Fails when nothing could be written now.
    async fn ready(&self) -> Result<(), StoreError>;

    /// Changes whenever a commit has left a delivery or a task, and perhaps oftener.
    fn work(&self) -> watch::Receiver<u64>;
}

/// The company's systems.
#[async_trait]
pub trait Lookup: Send + Sync + fmt::Debug {
    /// Always answers, and within the time that the operator stated: what does not is `unavailable`. `key` is the same
    /// for every repetition of one request, so that a system that honours it does nothing twice.
    async fn look_up(&self, request: &LookupRequest, key: &TaskId) -> LookupResult;
}

/// The way back in for what comes of a task, and for what routing does.
#[async_trait]
pub trait Inbox: Send + Sync + fmt::Debug {
    /// On disk when this returns. An input that ends a task which is no longer waited for is written down and nothing
    /// else; what routing wants and is not possible any more is a `Conflict`; a conversation that is gone is `NotFound`.
    async fn deliver(
        &self,
        workspace: &WorkspaceId,
        conversation: &ConversationId,
        input: &Input,
    ) -> Result<(), StoreError>;
}
