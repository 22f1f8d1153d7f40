//! The lookup worker: does the tasks that turns have left, and hands what came of each back in as the next input. It
//! knows the company's systems, the store and the way in through their ports only.
//!
//! ```text
//! claim ─▶ look up (for a code: draw it first; for a timer: nothing) ─▶ deliver: a turn, and the task is gone with it
//! ```
//!
//! It may die at any point. Then the task is claimed again and done once more under the same key, with the same code, so
//! that a system that honours its `Idempotency-Key` does nothing twice.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use futures_util::future::join_all;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Deserializer};
use sha2::Sha256;

use crate::domain::id::TaskId;
use crate::domain::identity::{CODE_DIGITS, CodeDigest};
use crate::domain::lookup::{LookupRequest, LookupResult};
use crate::domain::personal_data::Masking;
use crate::domain::task::{ClaimedTask, Task, Work};
use crate::domain::time::{Duration, Timestamp};
use crate::domain::turn::Input;
use crate::outbox::crew::{Crew, Duty, recorded};
use crate::ports::{Clock, Inbox, Lookup, Store, StoreError};
use crate::tasks::{Tasks, caught};

/// The argument that a lookup which sends a code gets it by.
const CODE: &str = "code";

/// With a shorter lease than this, a system that is merely slow would be asked again before it has answered.
const LEASE_MIN: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Tasks under way at once; 0 counts as 1.
    pub concurrency: usize,
    /// How often to look for tasks that fell due. New ones, and those that follow from one that is done, are noticed
    /// at once.
    pub poll_every: Duration,
    /// How long a task is its worker's alone. A lookup has half of it, whatever its connector allows; the rest is for
    /// bringing the result in.
    #[serde(deserialize_with = "lease")]
    pub lease: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            concurrency: 32,
            poll_every: Duration::from_millis(250),
            lease: Duration::from_mins(2),
        }
    }
}

fn lease<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let lease = Duration::deserialize(deserializer)?;
    if lease < LEASE_MIN {
        let problem = format!("{lease:#} is too short for an answer to come in; give at least {LEASE_MIN:#}");
        return Err(serde::de::Error::custom(problem));
    }
    Ok(lease)
}

pub struct LookupWorker {
    store: Arc<dyn Store>,
    lookup: Arc<dyn Lookup>,
    inbox: Arc<dyn Inbox>,
    clock: Clock,
    tasks: Tasks,
    secret: [u8; 32],
    options: Options,
}

impl LookupWorker {
    /// `secret` is this installation's own: one-time codes are drawn with it, and whoever has it can tell them.
    #[expect(
        clippy::too_many_arguments,
        reason = "four seams, and what the worker is given of its own: no two of them belong together"
    )]
    pub fn new(
        store: Arc<dyn Store>,
        lookup: Arc<dyn Lookup>,
        inbox: Arc<dyn Inbox>,
        clock: Clock,
        tasks: Tasks,
        secret: [u8; 32],
        options: &Options,
    ) -> Self {
        Self {
            store,
            lookup,
            inbox,
            clock,
            tasks,
            secret,
            options: options.clone(),
        }
    }

    /// Runs until the server drains. Lookups under way then go on by themselves; those that the drain cuts off are
    /// left to their lease.
    pub async fn run(self) {
        let (tasks, work) = (self.tasks.clone(), self.store.work());
        let (hands, poll_every) = (self.options.concurrency, self.options.poll_every.unsigned_abs());
        Crew::new(self, tasks, hands).run(work, poll_every).await;
    }

    /// Does all that is due now to its end, and what becomes due by that; how many tasks it was. For a program without
    /// background work.
    pub async fn run_due(&self) -> Result<usize, StoreError> {
        let mut done = 0;
        loop {
            let claimed = self.claim(self.options.concurrency.max(1)).await?;
            if claimed.is_empty() {
                return Ok(done);
            }
            for ended in join_all(claimed.iter().map(|task| self.finish(task))).await {
                ended?;
                done += 1;
            }
        }
    }

    /// To its end: the result is on disk, and the task gone.
    async fn finish(&self, claimed: &ClaimedTask) -> Result<(), StoreError> {
        let (started, lease) = (Instant::now(), self.options.lease.unsigned_abs());
        let input = self.perform(&claimed.task).await;
        let ClaimedTask {
            workspace,
            conversation,
            ..
        } = claimed;
        recorded(started, lease, || {
            self.inbox.deliver(workspace, conversation, &input)
        })
        .await
    }

    /// What is to be told of the task.
    async fn perform(&self, task: &Task) -> Input {
        let id = &task.id;
        match &task.work {
            Work::Lookup { request } => Input::LookupDone {
                task: id.clone(),
                result: self.look_up(request, id).await,
            },
            Work::SendCode { request } => {
                let code = code(&self.secret, id);
                let mut request = request.clone();
                request.arguments.insert(CODE.to_owned(), code.clone());
                Input::CodeSent {
                    task: id.clone(),
                    result: self.look_up(&request, id).await,
                    digest: CodeDigest::of(id, &code),
                }
            }
            Work::Timer => Input::TimerFired { task: id.clone() },
        }
    }

    /// Whatever becomes of the lookup itself, there is a result, and in time.
    async fn look_up(&self, request: &LookupRequest, task: &TaskId) -> LookupResult {
        let (started, limit) = (Instant::now(), self.options.lease.unsigned_abs() / 2);
        let asking = caught(self.lookup.look_up(request, task));
        let result = match tokio::time::timeout(limit, asking).await {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => LookupResult::unavailable(
                Masking::ALL.mask(&format!("a fault in the connector ended the lookup: {panic}")),
            ),
            Err(_) => LookupResult::unavailable(format!("the lookup did not end within {limit:?}")),
        };
        note(request, task, &result, started);
        result
    }
}

#[async_trait]
impl Duty for LookupWorker {
    type Item = ClaimedTask;

    const NAME: &'static str = "lookup";

    async fn claim(&self, limit: usize) -> Result<Vec<ClaimedTask>, StoreError> {
        let now = (self.clock)();
        let lease_until = now.checked_add(self.options.lease).unwrap_or(Timestamp::MAX);
        let claimed = self.store.claim_tasks(now, lease_until, limit).await?;
        let lag = claimed
            .first()
            .map_or(0.0, |first| now.duration_since(first.task.due_at).as_secs_f64());
        metrics::gauge!("firstline_lookups_lag_seconds").set(lag);
        Ok(claimed)
    }

    async fn attend(&self, claimed: ClaimedTask) {
        if let Err(error) = self.finish(&claimed).await {
            let (task, conversation) = (&claimed.task.id, &claimed.conversation);
            tracing::error!(%task, %conversation, %error, "what came of a task cannot be recorded; it is done again");
        }
    }
}

impl fmt::Debug for LookupWorker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LookupWorker")
            .field("lookup", &self.lookup)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// The one-time code of a task: the same for every attempt, and nothing to be guessed for whoever lacks the secret.
fn code(secret: &[u8; 32], task: &TaskId) -> String {
    // A key shorter than SHA-256's block is filled up with zeros (RFC 2104, section 2).
    let mut block = [0; 64];
    block[..32].copy_from_slice(secret);
    let mac = Hmac::<Sha256>::new(&block.into()).chain_update(task.as_str());
    let mac = mac.finalize().into_bytes();
    // All of its 256 bits, most significant first: against so many, what is left over beyond a whole number of
    // millions makes no code likelier than another by anything that could be noticed.
    let codes = 10_u64.pow(CODE_DIGITS as u32);
    let number = mac
        .iter()
        .fold(0, |rest, byte| (rest * 256 + u64::from(*byte)) % codes);
    format!("{number:0CODE_DIGITS$}")
}

/// Names what was looked up and how it ended, never with what: arguments and fields are the customer's.
fn note(request: &LookupRequest, task: &TaskId, result: &LookupResult, started: Instant) {
    let LookupRequest { lookup, .. } = request;
    if result.is_unavailable() {
        let problem = Masking::ALL.mask(&result.problem);
        tracing::warn!(lookup, %task, problem, "a lookup came to nothing");
    }
    let outcome = result.outcome.clone();
    metrics::counter!("firstline_lookups_total", "lookup" => lookup.clone(), "outcome" => outcome)
        .increment(1);
    metrics::histogram!("firstline_lookup_seconds", "lookup" => lookup.clone()).record(started.elapsed());
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::id::ConversationId;

    fn task(number: u64) -> TaskId {
        ConversationId::from_random([7; 16]).task(number)
    }

    /// Computed apart, with Python's hmac: `int(hmac.new(bytes([1]) * 32, task, "sha256").hexdigest(), 16) % 10**6`.
    #[test]
    fn codes_are_what_another_implementation_draws() {
        for (number, expected) in [(1, "052915"), (2, "767160"), (3, "212955")] {
            assert_eq!(code(&[1; 32], &task(number)), expected);
        }
    }

    #[test]
    fn a_code_is_bound_to_secret_and_task() {
        let one = code(&[1; 32], &task(1));
        assert_eq!(one, code(&[1; 32], &task(1)));
        assert_ne!(one, code(&[2; 32], &task(1)));
        assert_ne!(one, code(&[1; 32], &task(2)));
    }

    /// Each digit at each place about as often as any other (within 5 standard deviations), zeros in front included.
    #[test]
    fn codes_are_spread_evenly() {
        const DRAWN: u64 = 20_000;
        let mut seen = [[0_i64; 10]; CODE_DIGITS];
        let mut codes = HashSet::new();
        for number in 0..DRAWN {
            let code = code(&[3; 32], &task(number));
            assert_eq!(code.len(), CODE_DIGITS);
            for (place, digit) in code.bytes().enumerate() {
                seen[place][usize::from(digit - b'0')] += 1;
            }
            codes.insert(code);
        }
        let expected = i64::try_from(DRAWN / 10).unwrap();
        assert!(
            seen.iter().flatten().all(|times| (times - expected).abs() < 212),
            "{seen:?}"
        );
        // 20 000 out of a million: some 198 fall together by chance.
        assert!((19_700..19_900).contains(&codes.len()), "{}", codes.len());
    }

    #[test]
    fn options_are_read_as_people_write_them() {
        let options: Options = toml::from_str("lease = '30s'").unwrap();
        assert_eq!(
            (options.lease, options.concurrency),
            (Duration::from_secs(30), 32)
        );
        let problem = toml::from_str::<Options>("lease = '900ms'").unwrap_err();
        assert!(
            problem
                .message()
                .contains("900ms is too short for an answer to come in; give at least 10s"),
            "{problem}"
        );
        assert!(toml::from_str::<Options>("leas = '30s'").is_err());
    }
}
