//! The worker: takes deliveries that are due, attempts them side by side, records what came of it. Knows the store
//! through its port only. It may die at any point: what it held falls due again when the lease ends.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use thiserror::Error;
use tokio::sync::{Notify, Semaphore};

use crate::domain::time::Timestamp;
use crate::domain::webhook::{Attempt, Claimed, Verdict};
use crate::egress::client::{ClientError, SendError};
use crate::outbox::Options;
use crate::outbox::backoff::{self, Outcome};
use crate::outbox::client::{Answer, Client};
use crate::outbox::payload;
use crate::outbox::signature::{self, SecretError};
use crate::ports::{Clock, Store, StoreError};
use crate::tasks::Tasks;

/// Most deliveries taken from the store at once.
const BATCH: usize = 50;

/// Before the store is tried again after a failure.
const STORE_PAUSE: Duration = Duration::from_secs(1);

pub struct Worker {
    store: Arc<dyn Store>,
    clock: Clock,
    tasks: Tasks,
    client: Client,
    options: Options,
    /// One permit for each attempt under way.
    slots: Arc<Semaphore>,
    /// Told when an attempt ends: its slot is free, and its endpoint may have more.
    finished: Notify,
}

impl Worker {
    pub fn new(
        store: Arc<dyn Store>,
        clock: Clock,
        tasks: Tasks,
        options: Options,
    ) -> Result<Self, ClientError> {
        let client = Client::new(&options)?;
        let slots = Arc::new(Semaphore::new(options.concurrency.max(1)));
        Ok(Self {
            store,
            clock,
            tasks,
            client,
            options,
            slots,
            finished: Notify::new(),
        })
    }

    /// Runs until the server drains. Attempts under way then go on by themselves; those that the drain cuts off
    /// are left to their lease.
    pub async fn run(self) {
        let worker = Arc::new(self);
        let stop = worker.tasks.stop();
        let mut position = worker.store.position();
        let mut store_works = true;
        while !stop.is_cancelled() {
            if let Err(error) = worker.start_due().await {
                if store_works {
                    tracing::error!(%error, "webhooks wait: their deliveries cannot be taken from the store");
                }
                store_works = false;
                let _ = tokio::time::timeout(STORE_PAUSE, stop.cancelled()).await;
                continue;
            }
            store_works = true;
            tokio::select! {
                () = stop.cancelled() => {}
                Ok(()) = position.changed() => {}
                () = worker.finished.notified() => {}
                () = tokio::time::sleep(worker.options.poll_every.unsigned_abs()) => {}
            }
        }
    }

    /// Takes what is due, as far as there are slots, and starts an attempt for each.
    async fn start_due(self: &Arc<Self>) -> Result<(), StoreError> {
        while !self.tasks.stop().is_cancelled() {
            let free = self.slots.available_permits().min(BATCH);
            if free == 0 {
                break;
            }
            let now = (self.clock)();
            let lease_until = now.checked_add(self.options.lease()).unwrap_or(Timestamp::MAX);
            let claimed = self
                .store
                .claim(now, lease_until, free, self.options.per_endpoint.max(1))
                .await?;
            let lag = claimed.first().map_or(0.0, |first| {
                now.duration_since(first.delivery.due_at).as_secs_f64()
            });
            metrics::gauge!("firstline_outbox_lag_seconds").set(lag);
            let more = claimed.len() == free;
            for claimed in claimed {
                self.start(claimed).await;
            }
            if !more {
                break;
            }
        }
        Ok(())
    }

    async fn start(self: &Arc<Self>, claimed: Claimed) {
        // At once: only this loop takes slots, and it claims no more than are free.
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        let worker = Arc::clone(self);
        self.tasks.spawn("webhook attempt", async move {
            worker.attempt(&claimed).await;
            drop(slot);
            worker.finished.notify_one();
        });
    }

    async fn attempt(&self, claimed: &Claimed) {
        let (at, started) = ((self.clock)(), Instant::now());
        let sent = self.send(claimed, at).await;
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let delivery = &claimed.delivery;
        let attempt = Attempt {
            delivery: delivery.id.clone(),
            at,
            status: sent.as_ref().ok().map(|answer| answer.status.as_u16()),
            error: sent.as_ref().map_or_else(ToString::to_string, problem),
            duration_ms,
        };
        let outcome = sent.map_or(Outcome::Unanswered, |answer| Outcome::Answered {
            status: answer.status.as_u16(),
            retry_after: answer.retry_after,
        });
        let now = (self.clock)();
        let verdict = backoff::verdict(
            &outcome,
            &delivery.id,
            delivery.attempts,
            now,
            &self.options.retries,
        );
        self.record(claimed, &attempt, &verdict, started).await;
    }

    async fn send(&self, claimed: &Claimed, at: Timestamp) -> Result<Answer, AttemptError> {
        let Claimed {
            delivery, endpoint, ..
        } = claimed;
        let secrets = signature::secrets(endpoint, at)?;
        let body = payload::body(&delivery.event);
        let headers = signature::headers(delivery.event.id.as_str(), at, &body, &secrets);
        Ok(self.client.post(&endpoint.url, headers, body).await?)
    }

    /// Tries for as long as the lease can hold: an attempt that is not recorded is made again.
    async fn record(&self, claimed: &Claimed, attempt: &Attempt, verdict: &Verdict, started: Instant) {
        let delivery = &claimed.delivery.id;
        loop {
            match self.store.record(claimed, attempt, verdict).await {
                Ok(()) => return note(claimed, attempt, verdict),
                Err(StoreError::Unavailable(_))
                    if started.elapsed() < self.options.lease().unsigned_abs() =>
                {
                    tokio::time::sleep(STORE_PAUSE).await;
                }
                // Replayed, removed, or taken over by a worker that found the lease ended: theirs counts.
                Err(error @ (StoreError::LeaseLost | StoreError::NotFound(_))) => {
                    return tracing::info!(%delivery, %error, "a webhook attempt is not recorded");
                }
                Err(error) => {
                    return tracing::error!(%delivery, %error, "a webhook attempt cannot be recorded");
                }
            }
        }
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// Why an attempt got no answer.
#[derive(Debug, Error)]
enum AttemptError {
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Send(#[from] SendError),
}

/// What was wrong with the answer, as people read it in the list of attempts; empty when nothing was.
fn problem(answer: &Answer) -> String {
    let Answer { status, excerpt, .. } = answer;
    if status.is_success() {
        String::new()
    } else if status.is_redirection() {
        format!("it answered {status}; redirects are not followed, give the final URL")
    } else if excerpt.is_empty() {
        format!("it answered {status}")
    } else {
        format!("it answered {status}: {excerpt}")
    }
}

fn note(claimed: &Claimed, attempt: &Attempt, verdict: &Verdict) {
    let (delivery, endpoint, error) = (&claimed.delivery.id, &claimed.endpoint.id, &attempt.error);
    let result = match verdict {
        Verdict::Delivered => "delivered",
        Verdict::Retry(at) => {
            tracing::info!(%delivery, %endpoint, error, %at, "a webhook attempt failed and will be repeated");
            "retry"
        }
        Verdict::Exhausted => {
            tracing::warn!(%delivery, %endpoint, error, "a webhook was given up; it is kept and can be replayed");
            "exhausted"
        }
        Verdict::Disable(reason) => {
            tracing::warn!(%delivery, %endpoint, reason, "a webhook endpoint was disabled");
            "disabled"
        }
    };
    metrics::counter!("firstline_webhook_attempts_total", "result" => result).increment(1);
}
