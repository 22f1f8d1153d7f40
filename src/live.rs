//! Event streams that follow the log. One tail for the whole process reads what is new and wakes whom it concerns;
//! each follower reads on from its own position. Consoles and widgets are served from here and never by the engine,
//! so they see nothing that is not durable; but for `signals`, which are worth nothing a moment later. Knows nothing of
//! HTTP.

mod signals;

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::stream::{self, Stream};
use tokio::sync::watch;

use crate::domain::event::LoggedEvent;
use crate::domain::id::{ConversationId, WorkspaceId};
use crate::ports::{Store, StoreError};
use crate::tasks::CancellationToken;

pub use crate::live::signals::{Doing, Side, Signal};

use crate::live::signals::Signals;

/// Events read at once.
const PAGE: usize = 256;

/// Before the store is tried again after a failure.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// Clones share the tail and the followers.
#[derive(Clone)]
pub struct Live {
    store: Arc<dyn Store>,
    stop: CancellationToken,
    /// The log's position before anyone followed: where the tail begins, so that it misses nobody's event.
    start: u64,
    followed: Arc<Mutex<Followed>>,
    signals: Signals,
}

/// Who is woken by what: by one conversation's events, or (`None`) by all of the workspace.
type Followed = HashMap<WorkspaceId, HashMap<Option<ConversationId>, watch::Sender<()>>>;

impl Live {
    /// Streams and the tail end when `stop` is cancelled.
    pub fn new(store: Arc<dyn Store>, stop: CancellationToken) -> Self {
        let start = *store.position().borrow();
        Self {
            store,
            stop,
            start,
            followed: Arc::default(),
            signals: Signals::default(),
        }
    }

    /// Tells whoever listens now; nobody else ever hears of it.
    pub fn signal(&self, workspace: &WorkspaceId, signal: &Signal) {
        self.signals.send(workspace, signal);
    }

    /// What is signalled from now on, of one conversation or of all in the workspace. Whoever is too slow misses some.
    pub fn signals(
        &self,
        workspace: WorkspaceId,
        conversation: Option<ConversationId>,
    ) -> impl Stream<Item = Signal> + Send + use<> {
        self.signals.listen(workspace, conversation)
    }

    /// Tails the log until the server drains; without it, streams stop where the log stood when they began.
    pub async fn run(self) {
        let mut positions = self.store.position();
        positions.mark_changed();
        let mut position = self.start;
        let mut store_works = true;
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                changed = positions.changed() => if changed.is_err() { return },
            }
            // Taken before the followers are looked up: who comes later finds all up to here by reading.
            let newest = *positions.borrow_and_update();
            while let Err(error) = self.wake_after(position).await {
                if store_works {
                    tracing::error!(%error, "event streams wait: the log cannot be read");
                }
                store_works = false;
                if tokio::time::timeout(STORE_PAUSE, self.stop.cancelled())
                    .await
                    .is_ok()
                {
                    return;
                }
            }
            store_works = true;
            position = newest;
        }
    }

    /// The events behind `after`, of one conversation or of all in the workspace: first those in the log, then each
    /// as it is committed; every one once, in order. Ends when the server drains or the log cannot be read; whoever
    /// wants more subscribes again from the last position seen.
    pub fn subscribe(
        &self,
        workspace: WorkspaceId,
        conversation: Option<ConversationId>,
        after: u64,
    ) -> impl Stream<Item = LoggedEvent> + Send + use<> {
        let woken = followers(&self.followed)
            .entry(workspace.clone())
            .or_default()
            .entry(conversation.clone())
            .or_insert_with(|| watch::Sender::new(()))
            .subscribe();
        let follower = Follower {
            live: self.clone(),
            workspace,
            conversation,
            position: after,
            ready: VecDeque::new(),
            woken,
        };
        stream::unfold(follower, async |mut follower| {
            follower.next().await.map(|event| (event, follower))
        })
    }

    /// One read of the log for each workspace that is followed.
    async fn wake_after(&self, position: u64) -> Result<(), StoreError> {
        let workspaces: Vec<WorkspaceId> = followers(&self.followed).keys().cloned().collect();
        for workspace in workspaces {
            let changed = self.changed_after(&workspace, position).await?;
            if changed.is_empty() {
                continue;
            }
            if let Some(topics) = followers(&self.followed).get(&workspace) {
                for topic in changed.into_iter().chain([None]) {
                    topics.get(&topic).inspect(|sender| sender.send_modify(|()| ()));
                }
            }
        }
        Ok(())
    }

    /// `None` among them: an event that belongs to no conversation.
    async fn changed_after(
        &self,
        workspace: &WorkspaceId,
        mut position: u64,
    ) -> Result<HashSet<Option<ConversationId>>, StoreError> {
        let mut changed = HashSet::new();
        loop {
            let events = self.store.events(workspace, None, position, PAGE).await?;
            let full = events.len() == PAGE;
            for event in events {
                position = event.position;
                changed.insert(event.conversation);
            }
            if !full {
                return Ok(changed);
            }
        }
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let topics: usize = followers(&self.followed).values().map(HashMap::len).sum();
        f.debug_struct("Live")
            .field("start", &self.start)
            .field("topics", &topics)
            .finish_non_exhaustive()
    }
}

fn followers(followed: &Mutex<Followed>) -> MutexGuard<'_, Followed> {
    // Each change of the map is a single call, so what a panic left behind is whole.
    followed.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One stream's place in the log.
struct Follower {
    live: Live,
    workspace: WorkspaceId,
    conversation: Option<ConversationId>,
    position: u64,
    ready: VecDeque<LoggedEvent>,
    woken: watch::Receiver<()>,
}

impl Follower {
    async fn next(&mut self) -> Option<LoggedEvent> {
        while self.ready.is_empty() && !self.live.stop.is_cancelled() {
            // Before reading: a wake during the read is then still there to be waited for.
            self.woken.mark_unchanged();
            let store = &self.live.store;
            let events = store
                .events(&self.workspace, self.conversation.as_ref(), self.position, PAGE)
                .await;
            match events {
                Ok(events) if events.is_empty() => tokio::select! {
                    () = self.live.stop.cancelled() => {}
                    changed = self.woken.changed() => changed.ok()?,
                },
                Ok(events) => self.ready = events.into(),
                Err(error) => {
                    tracing::warn!(%error, "an event stream ends: the log cannot be read");
                    return None;
                }
            }
        }
        let event = self.ready.pop_front()?;
        self.position = event.position;
        Some(event)
    }
}

impl Drop for Follower {
    /// The last follower of a topic takes it along.
    fn drop(&mut self) {
        let mut followed = followers(&self.live.followed);
        let Some(topics) = followed.get_mut(&self.workspace) else {
            return;
        };
        // Let go under the lock, so that of two that leave together the second sees that it is the last.
        self.woken = watch::Sender::new(()).subscribe();
        if topics
            .get(&self.conversation)
            .is_some_and(|sender| sender.receiver_count() == 0)
        {
            topics.remove(&self.conversation);
        }
        if topics.is_empty() {
            followed.remove(&self.workspace);
        }
    }
}
