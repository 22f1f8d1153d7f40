//! The one writer: it owns the only connection that writes, and groups what waits into one transaction, so that
//! one fsync serves up to [`BATCH_MAX`] writes. Nobody is answered before the commit is on disk.

use std::fmt;
use std::fs::File;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot, watch};

use crate::ports::StoreError;

/// Writes in one transaction. What queues up during one fsync is the next.
const BATCH_MAX: usize = 64;

/// A write that comes on the heels of a commit waits until this has passed, as others will come: fewer commits leave more
/// of the machine to the model. One that comes to an idle writer never waits.
const PACE: Duration = Duration::from_millis(2);

/// Begins a write inside the writer's transaction, so that a refusal harms no other write of the batch. It ends with the
/// transaction, or with the next of its name: what it guards is what comes behind the newest.
macro_rules! begin_write {
    () => {
        "SAVEPOINT one_write"
    };
}

pub(super) use begin_write;

/// Whom a write concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum News {
    /// Nobody. A claim is such, or its worker would wake itself.
    None,
    /// Those who follow the log's position are to look, even where it stays.
    Look,
    /// The workers too: it may have left a delivery or a task.
    Work,
}

/// One write, as it is done inside the writer's transaction.
#[async_trait]
pub(super) trait Write: Send + Sync + 'static {
    type Reply: Send;

    /// Whether [`begin_write`] is the first of its own statements, which saves a trip to the connection's thread.
    const BEGINS_ITSELF: bool = false;

    fn news(&self, _reply: &Self::Reply) -> News {
        News::None
    }

    /// What is written before an error is undone, except that `Unavailable` undoes the whole batch.
    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Self::Reply, StoreError>;
}

/// The way to the writer.
#[derive(Clone)]
pub(super) struct Submissions(mpsc::Sender<Box<dyn Submitted>>);

/// Does all the writing of a [`SqliteStore`](crate::store::sqlite::SqliteStore) and holds the lock on its folder, if it is the server's.
pub struct SqliteWriter {
    connection: SqliteConnection,
    submitted: mpsc::Receiver<Box<dyn Submitted>>,
    position: watch::Sender<u64>,
    work: watch::Sender<u64>,
    /// Closed before the writer's own: only a connection that can write takes the log away when it closes last.
    readers: SqlitePool,
    /// Released when the writer ends; `None` beside a server, which has it.
    _lock: Option<File>,
}

impl Submissions {
    /// Waits for the commit, never for a place: when as many wait as may, the disk is behind, and whoever asks is better
    /// told so than kept.
    pub(super) async fn submit<W: Write>(&self, write: W) -> Result<W::Reply, StoreError> {
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting {
            write,
            outcome: None,
            reply,
            since: Instant::now(),
        };
        self.0
            .try_send(Box::new(waiting))
            .map_err(|refused| match refused {
                TrySendError::Full(_) => self.full(),
                TrySendError::Closed(_) => stopped(),
            })?;
        answer.await.map_err(|_| stopped())?
    }

    fn full(&self) -> StoreError {
        metrics::counter!("firstline_store_shed_total").increment(1);
        StoreError::Unavailable(format!(
            "{} writes wait for the disk already",
            self.0.max_capacity()
        ))
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable("its writer has stopped".to_owned())
}

impl SqliteWriter {
    /// `waiting` bounds the writes that wait for their turn.
    pub(super) fn new(
        connection: SqliteConnection,
        readers: SqlitePool,
        lock: Option<File>,
        newest: u64,
        waiting: usize,
    ) -> (Submissions, Self) {
        let (sender, submitted) = mpsc::channel(waiting.max(1));
        (
            Submissions(sender),
            Self {
                connection,
                readers,
                submitted,
                position: watch::Sender::new(newest),
                work: watch::Sender::new(0),
                _lock: lock,
            },
        )
    }

    pub(super) fn position(&self) -> watch::Receiver<u64> {
        self.position.subscribe()
    }

    /// Changes with every commit that may have left work.
    pub(super) fn work(&self) -> watch::Receiver<u64> {
        self.work.subscribe()
    }

    /// Writes until every clone of the store is dropped, then folds the log into the database and ends.
    pub async fn run(mut self) {
        let mut batch = Vec::with_capacity(BATCH_MAX);
        let mut committed: Option<Instant> = None;
        while self.submitted.recv_many(&mut batch, BATCH_MAX).await > 0 {
            if let Some(rest) = committed.and_then(|at| PACE.checked_sub(at.elapsed())) {
                tokio::time::sleep(rest).await;
                self.join(&mut batch);
            }
            self.gauge(&batch);
            let failure = match self.write(&mut batch).await {
                Ok(position) => {
                    let news = batch.iter().map(|submitted| submitted.news()).max();
                    self.publish(position, news.unwrap_or(News::None));
                    None
                }
                Err(error) => {
                    metrics::counter!("firstline_store_failures_total").increment(batch.len() as u64);
                    self.undo(&error).await;
                    Some(problem(error))
                }
            };
            for submitted in batch.drain(..) {
                submitted.answer(failure.as_deref());
            }
            committed = Some(Instant::now());
        }
        self.close().await;
    }

    /// What has come meanwhile goes with it.
    fn join(&mut self, batch: &mut Vec<Box<dyn Submitted>>) {
        while batch.len() < BATCH_MAX
            && let Ok(another) = self.submitted.try_recv()
        {
            batch.push(another);
        }
    }

    /// How many wait behind this batch, and how long its oldest write has waited.
    fn gauge(&self, batch: &[Box<dyn Submitted>]) {
        metrics::gauge!("firstline_store_queue_depth").set(self.submitted.len() as f64);
        let oldest = batch.iter().map(|submitted| submitted.since()).min();
        let waited = oldest.map(|since| since.elapsed()).unwrap_or_default();
        metrics::histogram!("firstline_store_wait_seconds").record(waited);
    }

    /// One transaction; the newest position of the event log.
    async fn write(&mut self, batch: &mut [Box<dyn Submitted>]) -> Result<u64, StoreError> {
        execute(&mut self.connection, "BEGIN IMMEDIATE").await?;
        for submitted in batch.iter_mut() {
            submitted.apply(&mut self.connection).await?;
        }
        let started = Instant::now();
        let position: Option<i64> = sqlx::query_scalar("COMMIT; SELECT MAX(position) FROM events")
            .fetch_one(&mut self.connection)
            .await?;
        metrics::histogram!("firstline_store_commit_seconds").record(started.elapsed());
        metrics::counter!("firstline_store_writes_total").increment(batch.len() as u64);
        Ok(position.map_or(0, i64::unsigned_abs))
    }

    fn publish(&self, position: u64, news: News) {
        self.position.send_if_modified(|newest| {
            let moved = *newest != position;
            *newest = position;
            moved || news > News::None
        });
        if news == News::Work {
            self.work.send_modify(|count| *count += 1);
        }
    }

    /// A full disk makes SQLite roll back by itself, and then this finds nothing to do: no fault.
    async fn undo(&mut self, error: &StoreError) {
        tracing::warn!(%error, "a batch of writes was rolled back");
        if let Err(error) = execute(&mut self.connection, "ROLLBACK").await {
            tracing::debug!(%error, "there was no transaction left to roll back");
        }
    }

    async fn close(mut self) {
        self.readers.close().await;
        if let Err(error) = execute(&mut self.connection, "PRAGMA wal_checkpoint(TRUNCATE)").await {
            tracing::warn!(%error, "the write-ahead log was not folded into the database; the next start does it");
        }
        if let Err(error) = self.connection.close().await {
            tracing::warn!(%error, "the database was not closed cleanly; the next start recovers it");
        }
    }
}

impl fmt::Debug for SqliteWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteWriter").finish_non_exhaustive()
    }
}

impl fmt::Debug for Submissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submissions").finish_non_exhaustive()
    }
}

/// What each caller of a batch is told when it was not written.
fn problem(error: StoreError) -> String {
    if let StoreError::Unavailable(problem) = error {
        problem
    } else {
        error.to_string()
    }
}

/// A write of any kind, from its submission to its answer.
#[async_trait]
trait Submitted: Send {
    /// A refusal is kept for its caller; an error here is the database's own, and ends the batch.
    async fn apply(&mut self, connection: &mut SqliteConnection) -> Result<(), StoreError>;

    /// Once applied: whom what was written concerns.
    fn news(&self) -> News;

    /// When it was submitted.
    fn since(&self) -> Instant;

    /// `failure` is why the batch as a whole was not written.
    fn answer(self: Box<Self>, failure: Option<&str>);
}

struct Waiting<W: Write> {
    write: W,
    outcome: Option<Result<W::Reply, StoreError>>,
    reply: oneshot::Sender<Result<W::Reply, StoreError>>,
    since: Instant,
}

#[async_trait]
impl<W: Write> Submitted for Waiting<W> {
    async fn apply(&mut self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        if !W::BEGINS_ITSELF {
            execute(connection, begin_write!()).await?;
        }
        let outcome = self.write.apply(connection).await;
        match &outcome {
            Ok(_) => {}
            Err(StoreError::Unavailable(problem)) => return Err(StoreError::Unavailable(problem.clone())),
            Err(_) => execute(connection, "ROLLBACK TO one_write").await?,
        }
        self.outcome = Some(outcome);
        Ok(())
    }

    fn news(&self) -> News {
        match &self.outcome {
            Some(Ok(reply)) => self.write.news(reply),
            Some(Err(_)) | None => News::None,
        }
    }

    fn since(&self) -> Instant {
        self.since
    }

    fn answer(self: Box<Self>, failure: Option<&str>) {
        let outcome = match (failure, self.outcome) {
            (None, Some(outcome)) => outcome,
            (Some(failure), _) => Err(StoreError::Unavailable(failure.to_owned())),
            (None, None) => Err(stopped()),
        };
        // Whoever asked may have left meanwhile; the write stands all the same.
        let _ = self.reply.send(outcome);
    }
}

async fn execute(connection: &mut SqliteConnection, statement: &'static str) -> Result<(), StoreError> {
    sqlx::query(statement).execute(connection).await?;
    Ok(())
}
