//! The webhook worker: takes deliveries that are due, attempts them side by side, records what came of it. Knows the
//! store through its port only.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use thiserror::Error;

use crate::domain::time::Timestamp;
use crate::domain::webhook::{Attempt, Claimed, Verdict};
use crate::egress::client::{ClientError, SendError};
use crate::outbox::Options;
use crate::outbox::backoff::{self, Outcome};
use crate::outbox::client::{Answer, Client};
use crate::outbox::crew::{Crew, Duty, recorded};
use crate::outbox::payload;
use crate::outbox::signature::{self, SecretError};
use crate::ports::{Clock, Store, StoreError};
use crate::tasks::Tasks;

pub struct Worker {
    store: Arc<dyn Store>,
    clock: Clock,
    tasks: Tasks,
    client: Client,
    options: Options,
}

impl Worker {
    pub fn new(
        store: Arc<dyn Store>,
        clock: Clock,
        tasks: Tasks,
        options: Options,
    ) -> Result<Self, ClientError> {
        let client = Client::new(&options)?;
        Ok(Self {
            store,
            clock,
            tasks,
            client,
            options,
        })
    }

    /// Runs until the server drains. Attempts under way then go on by themselves; those that the drain cuts off
    /// are left to their lease.
    pub async fn run(self) {
        let (tasks, work) = (self.tasks.clone(), self.store.work());
        let (hands, poll_every) = (self.options.concurrency, self.options.poll_every.unsigned_abs());
        Crew::new(self, tasks, hands).run(work, poll_every).await;
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
        let body = payload::body(&delivery.event, &delivery.form);
        let content_type = payload::content_type(&delivery.form.format);
        let headers = signature::headers(delivery.event.id.as_str(), at, &body, &secrets);
        Ok(self
            .client
            .post(&endpoint.url, headers, content_type, body)
            .await?)
    }

    async fn record(&self, claimed: &Claimed, attempt: &Attempt, verdict: &Verdict, started: Instant) {
        let delivery = &claimed.delivery.id;
        let lease = self.options.lease().unsigned_abs();
        match recorded(started, lease, || self.store.record(claimed, attempt, verdict)).await {
            Ok(()) => note(claimed, attempt, verdict),
            // Replayed, removed, or taken over by a worker that found the lease ended: theirs counts.
            Err(error @ (StoreError::LeaseLost | StoreError::NotFound(_))) => {
                tracing::info!(%delivery, %error, "a webhook attempt is not recorded");
            }
            Err(error) => tracing::error!(%delivery, %error, "a webhook attempt cannot be recorded"),
        }
    }
}

#[async_trait]
impl Duty for Worker {
    type Item = Claimed;

    const NAME: &'static str = "webhook attempt";

    async fn claim(&self, limit: usize) -> Result<Vec<Claimed>, StoreError> {
        let now = (self.clock)();
        let lease_until = now.checked_add(self.options.lease()).unwrap_or(Timestamp::MAX);
        let claimed = self
            .store
            .claim(now, lease_until, limit, self.options.per_endpoint.max(1))
            .await?;
        let lag = claimed.first().map_or(0.0, |first| {
            now.duration_since(first.delivery.due_at).as_secs_f64()
        });
        metrics::gauge!("firstline_outbox_lag_seconds").set(lag);
        Ok(claimed)
    }

    async fn attend(&self, claimed: Claimed) {
        self.attempt(&claimed).await;
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
