//! One system of the company: a lookup with all its attempts, within the deadline. Knows nothing of settings.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use reqwest::Url;

use crate::connect::answer::AnswerMap;
use crate::connect::breaker::Breaker;
use crate::connect::cache::Cache;
use crate::connect::client::{Attempt, Client};
use crate::connect::failure::{End, Failure, problem};
use crate::connect::request::{Request, RequestTemplate};
use crate::connect::template::Arguments;
use crate::domain::id::TaskId;
use crate::domain::lookup::{LookupResult, LookupSpec};
use crate::egress::pause;

/// After the first failure; twice as long after each further one, up to the second. Each is shortened by up to a half,
/// so that lookups that failed together come back apart.
///
/// The loop is our own: what it does between attempts (breaker, deadline, what the system asks for, the words for all
/// that failed) is most of it, and `backon` would take the rest only.
const PAUSE_FIRST: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct Connector {
    pub(super) name: String,
    pub(super) base: Url,
    pub(super) client: Client,
    pub(super) attempts: u32,
    pub(super) deadline: Duration,
    pub(super) breaker: Mutex<Breaker>,
    pub(super) cache: Mutex<Cache>,
    /// By the name behind the connector's.
    pub(super) lookups: BTreeMap<String, Lookup>,
}

/// One question to it.
#[derive(Debug)]
pub(super) struct Lookup {
    pub(super) spec: LookupSpec,
    pub(super) request: RequestTemplate,
    pub(super) answers: AnswerMap,
    /// How long an answer is good; zero keeps none.
    pub(super) cache: Duration,
}

impl Connector {
    pub(super) async fn look_up(&self, lookup: &Lookup, arguments: &Arguments, key: &TaskId) -> LookupResult {
        let request = match lookup.request.fill(&self.base, arguments) {
            Ok(request) => request,
            Err(error) => return self.unavailable(&[error.into()], End::LastAttempt),
        };
        if lookup.cache.is_zero() {
            return self.ask(lookup, &request, key).await;
        }
        let known = format!("{} {}", lookup.spec.name, request.url);
        let kept = locked(&self.cache).get(&known, Instant::now());
        if let Some(kept) = kept {
            return kept;
        }
        let result = self.ask(lookup, &request, key).await;
        if !result.is_unavailable() {
            locked(&self.cache).put(known, &result, lookup.cache, Instant::now());
        }
        result
    }

    /// Attempts until there is an answer, or nothing left to try.
    async fn ask(&self, lookup: &Lookup, request: &Request, key: &TaskId) -> LookupResult {
        let started = Instant::now();
        let mut failures = Vec::new();
        for attempt in 1..=self.attempts {
            let admitted = locked(&self.breaker).admit(Instant::now());
            if let Err(left) = admitted {
                return self.unavailable(&failures, End::Paused(left));
            }
            let left = self.deadline.saturating_sub(started.elapsed());
            let Attempt {
                retry_after, result, ..
            } = self.attempt(lookup, request, key, left).await;
            let failure = match result {
                Ok(result) => return result,
                Err(failure) => failure,
            };
            let is_last =
                attempt == self.attempts || !failure.may_pass() || started.elapsed() >= self.deadline;
            failures.push(failure);
            if is_last {
                break;
            }
            let pause = pause_after(attempt, key).max(retry_after.unwrap_or_default());
            if started.elapsed() + pause >= self.deadline {
                return self.unavailable(&failures, End::Deadline(self.deadline));
            }
            tokio::time::sleep(pause).await;
        }
        self.unavailable(&failures, End::LastAttempt)
    }

    /// One attempt, cut off where the deadline ends, and what it says of the system's health.
    async fn attempt(&self, lookup: &Lookup, request: &Request, key: &TaskId, left: Duration) -> Attempt {
        let started = Instant::now();
        let attempt = self.client.attempt(request, &lookup.answers, key);
        let attempt = tokio::time::timeout(left, attempt).await.unwrap_or(Attempt {
            status: None,
            retry_after: None,
            result: Err(Failure::TimedOut(self.deadline)),
        });
        let mut breaker = locked(&self.breaker);
        match &attempt.result {
            Err(failure) if failure.may_pass() => {
                if breaker.failed(Instant::now()) {
                    tracing::warn!(
                        connector = self.name,
                        "a connector is left alone for a while: it fails"
                    );
                }
            }
            // Nobody was asked.
            Err(Failure::Refused(_)) => {}
            Ok(_) | Err(_) => breaker.succeeded(),
        }
        drop(breaker);
        if attempt.result.is_err() {
            tracing::info!(
                lookup = lookup.spec.name,
                status = attempt.status,
                seconds = started.elapsed().as_secs_f64(),
                "an attempt of a lookup failed"
            );
        }
        attempt
    }

    fn unavailable(&self, failures: &[Failure], end: End) -> LookupResult {
        LookupResult::unavailable(problem(&self.name, failures, end))
    }
}

fn pause_after(attempt: u32, key: &TaskId) -> Duration {
    let step = PAUSE_FIRST * 2_u32.saturating_pow(attempt - 1).min(1000);
    let per_mille = 500 + u32::from(pause::spread(key.as_str(), attempt)) / 2;
    step.min(PAUSE_MAX) * per_mille / 1000
}

/// A panic elsewhere leaves a breaker or a cache as good as it was.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_differ() {
        let task = |n: u32| TaskId::parse(&format!("task_{n}")).unwrap();
        for (attempt, most) in [(1, 200), (2, 400), (3, 800), (4, 1600), (5, 2000), (10, 2000)] {
            let most = Duration::from_millis(most);
            let pauses: Vec<Duration> = (0..100).map(|n| pause_after(attempt, &task(n))).collect();
            assert!(
                pauses.iter().all(|pause| *pause >= most / 2 && *pause <= most),
                "{attempt}"
            );
            assert!(pauses.iter().any(|pause| *pause < most * 6 / 10), "{attempt}");
            assert!(pauses.iter().any(|pause| *pause > most * 9 / 10), "{attempt}");
        }
    }
}
