//! A pool of threads, each the only owner of its worker, fed by one bounded queue.
//! Knows nothing of models: a worker is a function from a text to an answer, and a job is some texts that belong together.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::domain::personal_data::Masking;
use crate::domain::reading::Fault;

/// How often a worker that failed is made anew before its thread gives up, and the pause in between.
const REMAKES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(200);

/// A text takes milliseconds: a thread that is at one for this long does not come back.
const STALL: Duration = Duration::from_secs(5);

/// How often a thread that is to end is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Answers with `T`. Dropping the pool ends its threads and waits for the jobs they are at, but not for one that hangs.
#[derive(Debug)]
pub struct Pool<T> {
    // Dropped first, which tells the threads to end; then `threads` waits for them.
    jobs: SyncSender<Job<T>>,
    threads: Threads,
    stall: Duration,
}

#[derive(Debug)]
struct Job<T> {
    texts: Vec<String>,
    reply: oneshot::Sender<Result<Vec<T>, Fault>>,
    submitted: Instant,
}

/// What a thread is at, seen from outside.
#[derive(Debug, Default)]
struct Busy(Mutex<Option<Instant>>);

impl Busy {
    fn set(&self, since: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }

    fn longer_than(&self, stall: Duration) -> bool {
        let since = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.is_some_and(|since| since.elapsed() > stall)
    }
}

impl<T: Send + 'static> Pool<T> {
    /// Starts `threads` threads and returns when each has made its worker. At most `capacity` jobs wait, so
    /// whoever keeps no more than `capacity` calls under way at once is never turned away. Both are at least 1.
    ///
    /// # Errors
    /// The first error of `make`, or of starting a thread.
    pub fn start<W, E>(
        threads: usize,
        capacity: usize,
        make: impl Fn() -> Result<W, E> + Send + Sync + 'static,
    ) -> Result<Self, E>
    where
        W: FnMut(&str) -> Result<T, Fault>,
        E: From<io::Error> + std::fmt::Display + Send + 'static,
    {
        let (jobs, queue) = mpsc::sync_channel(capacity.max(1));
        let queue = Arc::new(Mutex::new(queue));
        let make = Arc::new(make);
        let (ready, started) = mpsc::channel();
        let mut pool = Self {
            jobs,
            threads: Threads(Vec::new()),
            stall: STALL,
        };
        for number in 0..threads.max(1) {
            let (queue, make, ready) = (Arc::clone(&queue), Arc::clone(&make), ready.clone());
            let busy = Arc::new(Busy::default());
            let at = Arc::clone(&busy);
            let thread = thread::Builder::new()
                .name(format!("classifier-{number}"))
                .spawn(move || {
                    match make() {
                        Ok(worker) => {
                            // Whoever listened is gone only when another thread failed to start.
                            ready.send(Ok(())).ok();
                            drop(ready);
                            serve(&queue, &at, worker, &*make);
                        }
                        Err(error) => {
                            ready.send(Err(error)).ok();
                        }
                    }
                })?;
            pool.threads.0.push((thread, busy));
        }
        drop(ready);
        for _ in &pool.threads.0 {
            let outcome = started.recv();
            outcome.unwrap_or_else(|_| {
                Err(io::Error::other("a classifier thread ended as it started").into())
            })?;
        }
        Ok(pool)
    }

    /// Waits for the answers, one for each text, never for a place in the queue, and not for threads that hang.
    ///
    /// # Errors
    /// [`Fault::Overloaded`] at once when the queue is full, [`Fault::Stopped`] when no thread is left or all of them
    /// hang, and whatever the worker says; that it hangs, where it does.
    pub async fn run(&self, texts: &[&str]) -> Result<Vec<T>, Fault> {
        let (reply, mut answer) = oneshot::channel();
        self.jobs
            .try_send(Job {
                texts: texts.iter().map(|text| (*text).to_owned()).collect(),
                reply,
                submitted: Instant::now(),
            })
            .map_err(|error| match error {
                TrySendError::Full(_) => {
                    metrics::counter!("firstline_classifier_shed_total").increment(1);
                    Fault::Overloaded
                }
                TrySendError::Disconnected(_) => Fault::Stopped,
            })?;
        loop {
            match tokio::time::timeout(self.stall, &mut answer).await {
                Ok(outcome) => return outcome.unwrap_or(Err(Fault::Stopped)),
                // A long queue is no reason to give up while threads work it off; a hanging one that has this job, or
                // may have, is.
                Err(_) if self.threads.working(self.stall) == self.threads.0.len() => {}
                Err(_) => {
                    metrics::counter!("firstline_classifier_hangs_total").increment(1);
                    return Err(Fault::Classifier(format!("no answer within {:?}", self.stall)));
                }
            }
        }
    }
}

impl<T> Pool<T> {
    /// Whether a thread is left to answer.
    pub fn alive(&self) -> bool {
        self.working() > 0
    }

    /// Threads that neither have ended nor hang.
    pub fn working(&self) -> usize {
        self.threads.working(self.stall)
    }

    /// Threads that were started.
    pub fn started(&self) -> usize {
        self.threads.0.len()
    }
}

#[derive(Debug)]
struct Threads(Vec<(JoinHandle<()>, Arc<Busy>)>);

impl Threads {
    fn working(&self, stall: Duration) -> usize {
        let works =
            |(thread, busy): &&(JoinHandle<()>, Arc<Busy>)| !thread.is_finished() && !busy.longer_than(stall);
        self.0.iter().filter(works).count()
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        for (thread, busy) in self.0.drain(..) {
            while !thread.is_finished() && !busy.longer_than(STALL) {
                thread::sleep(LOOK_EVERY);
            }
            if thread.is_finished() {
                // A thread that panicked has been reported by the panic hook.
                thread.join().ok();
            } else {
                tracing::warn!("a classifier thread hangs and is left behind");
            }
        }
    }
}

/// A worker that failed is not trusted again: it is replaced by a new one, which proves itself as it is made.
fn serve<T, W, E>(
    queue: &Mutex<Receiver<Job<T>>>,
    busy: &Busy,
    mut worker: W,
    make: &impl Fn() -> Result<W, E>,
) where
    W: FnMut(&str) -> Result<T, Fault>,
    E: std::fmt::Display,
{
    while let Some(job) = next(queue) {
        if job.reply.is_closed() {
            continue;
        }
        metrics::histogram!("firstline_classifier_wait_seconds").record(job.submitted.elapsed());
        let read = |text: &String| {
            busy.set(Some(Instant::now()));
            // Whatever a panic left half done goes away with the worker.
            catch_unwind(AssertUnwindSafe(|| worker(text)))
                .unwrap_or_else(|_| Err(Fault::Classifier("it panicked while reading the text".to_owned())))
        };
        let answer: Result<Vec<T>, Fault> = job.texts.iter().map(read).collect();
        busy.set(None);
        // What went wrong may quote what it went wrong with.
        let failure = answer
            .as_ref()
            .err()
            .map(|fault| Masking::ALL.mask(&fault.to_string()));
        // The caller may have gone meanwhile.
        job.reply.send(answer).ok();
        if let Some(failure) = failure {
            metrics::counter!("firstline_classifier_failures_total").increment(1);
            tracing::error!(failure, "a classifier worker is replaced");
            let Some(fresh) = remake(make) else { return };
            worker = fresh;
        }
    }
}

/// `None` when the pool has been dropped and the queue is empty.
fn next<T>(queue: &Mutex<Receiver<Job<T>>>) -> Option<Job<T>> {
    // One thread waits inside the lock, the others for the lock: each job wakes one.
    queue.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

fn remake<W, E: std::fmt::Display>(make: &impl Fn() -> Result<W, E>) -> Option<W> {
    for attempt in 1..=REMAKES {
        match make() {
            Ok(worker) => return Some(worker),
            Err(error) => tracing::error!(%error, attempt, "a classifier worker cannot be made"),
        }
        thread::sleep(PAUSE);
    }
    None
}

#[cfg(test)]
mod tests;
