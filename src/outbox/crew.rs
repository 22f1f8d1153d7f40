//! What the workers have in common: take from the store what is due, as much as there are hands for, do it side by
//! side, look again when there may be more, and stop in good order. Knows nothing of what the work is.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::{Notify, Semaphore, watch};

use crate::ports::StoreError;
use crate::tasks::Tasks;

/// Most that is taken from the store at once.
const BATCH: usize = 50;

/// Before the store is tried again after a failure.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// A kind of work that the store keeps until it is done.
#[async_trait]
pub(super) trait Duty: Send + Sync + 'static {
    type Item: Send + 'static;

    /// What one item is called where it is started, and in logs.
    const NAME: &'static str;

    /// Takes up to `limit` items that are due, under a lease.
    async fn claim(&self, limit: usize) -> Result<Vec<Self::Item>, StoreError>;

    /// Does it, and records what came of it.
    async fn attend(&self, item: Self::Item);
}

/// Those who do it. They may die at any point: what they held falls due again when the lease ends.
pub(super) struct Crew<D> {
    duty: D,
    tasks: Tasks,
    /// One permit for each item under way.
    hands: Arc<Semaphore>,
    /// Told when an item is done: a hand is free, and there may be more to do.
    finished: Notify,
}

impl<D: Duty> Crew<D> {
    /// At most `hands` items are under way at once; 0 counts as 1.
    pub(super) fn new(duty: D, tasks: Tasks, hands: usize) -> Self {
        Self {
            duty,
            tasks,
            hands: Arc::new(Semaphore::new(hands.max(1))),
            finished: Notify::new(),
        }
    }

    /// Runs until the server drains, and looks for work whenever `work` changes, and each `poll_every` for what
    /// falls due meanwhile. Items under way at the end go on by themselves; those that the drain cuts off are left to
    /// their lease.
    pub(super) async fn run(self, mut work: watch::Receiver<u64>, poll_every: Duration) {
        let crew = Arc::new(self);
        let stop = crew.tasks.stop();
        let mut store_works = true;
        while !stop.is_cancelled() {
            if let Err(error) = crew.start_due().await {
                if store_works {
                    tracing::error!(%error, work = D::NAME, "work waits: it cannot be taken from the store");
                }
                store_works = false;
                let _ = tokio::time::timeout(STORE_PAUSE, stop.cancelled()).await;
                continue;
            }
            store_works = true;
            tokio::select! {
                () = stop.cancelled() => {}
                Ok(()) = work.changed() => {}
                () = crew.finished.notified() => {}
                () = tokio::time::sleep(poll_every) => {}
            }
        }
    }

    /// Takes what is due, as far as there are hands, and starts each.
    async fn start_due(self: &Arc<Self>) -> Result<(), StoreError> {
        while !self.tasks.stop().is_cancelled() {
            let free = self.hands.available_permits().min(BATCH);
            if free == 0 {
                break;
            }
            let claimed = self.duty.claim(free).await?;
            let more = claimed.len() == free;
            for item in claimed {
                self.start(item).await;
            }
            if !more {
                break;
            }
        }
        Ok(())
    }

    async fn start(self: &Arc<Self>, item: D::Item) {
        // At once: only this loop takes hands, and it claims no more than are free.
        let hand = Arc::clone(&self.hands).acquire_owned().await;
        let crew = Arc::clone(self);
        self.tasks.spawn(D::NAME, async move {
            crew.duty.attend(item).await;
            drop(hand);
            crew.finished.notify_one();
        });
    }
}

/// Writes what came of something begun at `started`. Tries for as long as its lease can hold, since what is not
/// recorded is done again.
pub(super) async fn recorded<F>(
    started: Instant,
    lease: Duration,
    write: impl Fn() -> F,
) -> Result<(), StoreError>
where
    F: Future<Output = Result<(), StoreError>>,
{
    loop {
        match write().await {
            Err(StoreError::Unavailable(_) | StoreError::Conflict) if started.elapsed() < lease => {
                tokio::time::sleep(STORE_PAUSE).await;
            }
            written => return written,
        }
    }
}
