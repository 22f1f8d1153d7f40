//! A pool of threads, each the only owner of its worker, fed by one bounded queue.
//! Knows nothing of models: a worker is a function from a text to an answer.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::domain::personal_data::Masking;
use crate::domain::reading::Fault;

/// How often a worker that failed is made anew before its thread gives up, and the pause in between.
const REMAKES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(200);

/// Answers with `T`. Dropping the pool ends its threads and waits for the jobs they are at.
#[derive(Debug)]
pub struct Pool<T> {
    // Dropped first, which tells the threads to end; then `threads` waits for them.
    jobs: SyncSender<Job<T>>,
    threads: Threads,
}

#[derive(Debug)]
struct Job<T> {
    text: String,
    reply: oneshot::Sender<Result<T, Fault>>,
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
        };
        for number in 0..threads.max(1) {
            let (queue, make, ready) = (Arc::clone(&queue), Arc::clone(&make), ready.clone());
            let thread = thread::Builder::new()
                .name(format!("classifier-{number}"))
                .spawn(move || {
                    match make() {
                        Ok(worker) => {
                            // Whoever listened is gone only when another thread failed to start.
                            ready.send(Ok(())).ok();
                            drop(ready);
                            serve(&queue, worker, &*make);
                        }
                        Err(error) => {
                            ready.send(Err(error)).ok();
                        }
                    }
                })?;
            pool.threads.0.push(thread);
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

    /// Waits for the answer, never for a place in the queue.
    ///
    /// # Errors
    /// [`Fault::Overloaded`] at once when the queue is full, [`Fault::Stopped`] when no thread is left, and
    /// whatever the worker says.
    pub async fn run(&self, text: &str) -> Result<T, Fault> {
        let (reply, answer) = oneshot::channel();
        self.jobs
            .try_send(Job {
                text: text.to_owned(),
                reply,
            })
            .map_err(|error| match error {
                TrySendError::Full(_) => Fault::Overloaded,
                TrySendError::Disconnected(_) => Fault::Stopped,
            })?;
        answer.await.unwrap_or(Err(Fault::Stopped))
    }
}

impl<T> Pool<T> {
    /// Whether a thread is left to answer.
    pub fn alive(&self) -> bool {
        self.threads.0.iter().any(|thread| !thread.is_finished())
    }
}

#[derive(Debug)]
struct Threads(Vec<JoinHandle<()>>);

impl Drop for Threads {
    fn drop(&mut self) {
        for thread in self.0.drain(..) {
            // A thread that panicked has been reported by the panic hook.
            thread.join().ok();
        }
    }
}

/// A worker that failed is not trusted again: it is replaced by a new one, which proves itself as it is made.
fn serve<T, W, E>(queue: &Mutex<Receiver<Job<T>>>, mut worker: W, make: &impl Fn() -> Result<W, E>)
where
    W: FnMut(&str) -> Result<T, Fault>,
    E: std::fmt::Display,
{
    while let Some(job) = next(queue) {
        if job.reply.is_closed() {
            continue;
        }
        // Whatever a panic left half done goes away with the worker.
        let answer = catch_unwind(AssertUnwindSafe(|| worker(&job.text)))
            .unwrap_or_else(|_| Err(Fault::Classifier("it panicked while reading the text".to_owned())));
        // What went wrong may quote what it went wrong with.
        let failure = answer
            .as_ref()
            .err()
            .map(|fault| Masking::ALL.mask(&fault.to_string()));
        // The caller may have gone meanwhile.
        job.reply.send(answer).ok();
        if let Some(failure) = failure {
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
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Its worker turns the text round, panics at "panic", fails at "fail", and waits for the gate at "wait".
    struct Trial {
        pool: Pool<String>,
        gate: mpsc::Sender<()>,
        made: Arc<AtomicUsize>,
        read: Arc<AtomicUsize>,
    }

    /// From the second worker on, making one fails when `once` is set.
    fn trial(threads: usize, capacity: usize, once: bool) -> Trial {
        let (gate, waiting) = mpsc::channel();
        let waiting = Arc::new(Mutex::new(waiting));
        let (made, read) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (counted, readings) = (Arc::clone(&made), Arc::clone(&read));
        let make = move || -> io::Result<_> {
            if counted.fetch_add(1, Ordering::SeqCst) >= threads && once {
                return Err(io::Error::other("no more workers"));
            }
            let (waiting, readings) = (Arc::clone(&waiting), Arc::clone(&readings));
            Ok(move |text: &str| {
                readings.fetch_add(1, Ordering::SeqCst);
                match text {
                    "panic" => panic!("as told"),
                    "fail" => return Err(Fault::Classifier("as told".to_owned())),
                    "wait" => waiting.lock().unwrap().recv().unwrap(),
                    _ => {}
                }
                Ok(text.chars().rev().collect())
            })
        };
        let pool = Pool::start(threads, capacity, make).unwrap();
        Trial {
            pool,
            gate,
            made,
            read,
        }
    }

    /// Polls once, so that the job stands in the queue, and leaves it there.
    fn submit<'a>(pool: &'a Pool<String>, text: &'a str) -> impl Future<Output = Result<String, Fault>> + 'a {
        let mut job = Box::pin(pool.run(text));
        let context = &mut std::task::Context::from_waker(std::task::Waker::noop());
        assert!(job.as_mut().poll(context).is_pending());
        job
    }

    fn wait_until(what: impl Fn() -> bool) {
        for _ in 0..1_000 {
            if what() {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("it did not happen within five seconds");
    }

    #[tokio::test]
    async fn every_caller_gets_its_own_answer() {
        let trial = trial(3, 64, false);
        let texts: Vec<String> = (100..164).map(|number| number.to_string()).collect();
        let answers = futures_util::future::join_all(texts.iter().map(|text| trial.pool.run(text))).await;
        for (text, answer) in texts.iter().zip(answers) {
            assert_eq!(answer, Ok(text.chars().rev().collect()));
        }
    }

    #[tokio::test]
    async fn a_full_queue_turns_away_at_once() {
        let trial = trial(1, 2, false);
        let busy = submit(&trial.pool, "wait");
        wait_until(|| trial.read.load(Ordering::SeqCst) == 1);
        let (second, third) = (submit(&trial.pool, "ab"), submit(&trial.pool, "cd"));
        assert_eq!(trial.pool.run("ef").await, Err(Fault::Overloaded));
        trial.gate.send(()).unwrap();
        assert_eq!(busy.await, Ok("tiaw".to_owned()));
        assert_eq!(second.await, Ok("ba".to_owned()));
        assert_eq!(third.await, Ok("dc".to_owned()));
        assert_eq!(trial.pool.run("ef").await, Ok("fe".to_owned()));
    }

    #[tokio::test]
    async fn nobody_reads_for_a_caller_who_has_gone() {
        let trial = trial(1, 4, false);
        let busy = submit(&trial.pool, "wait");
        wait_until(|| trial.read.load(Ordering::SeqCst) == 1);
        drop(submit(&trial.pool, "gone"));
        let last = submit(&trial.pool, "ab");
        trial.gate.send(()).unwrap();
        assert_eq!(
            (busy.await, last.await),
            (Ok("tiaw".to_owned()), Ok("ba".to_owned()))
        );
        assert_eq!(trial.read.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_panic_or_an_error_costs_one_answer_and_one_worker() {
        let trial = trial(1, 4, false);
        for bad in ["panic", "fail", "panic"] {
            assert!(matches!(trial.pool.run(bad).await, Err(Fault::Classifier(_))));
            assert_eq!(trial.pool.run("ab").await, Ok("ba".to_owned()));
        }
        assert!(trial.pool.alive());
        assert_eq!(trial.made.load(Ordering::SeqCst), 4);
    }

    #[tokio::test]
    async fn a_pool_that_cannot_make_workers_stops_and_says_so() {
        let trial = trial(1, 4, true);
        assert!(matches!(trial.pool.run("panic").await, Err(Fault::Classifier(_))));
        assert_eq!(trial.pool.run("ab").await, Err(Fault::Stopped));
        wait_until(|| !trial.pool.alive());
        assert_eq!(trial.pool.run("ab").await, Err(Fault::Stopped));
    }

    #[tokio::test]
    async fn dropping_the_pool_ends_its_threads() {
        let trial = trial(2, 4, false);
        let made = Arc::downgrade(&trial.made);
        let (pool, counter) = (trial.pool, trial.made);
        drop(counter);
        assert!(made.upgrade().is_some(), "the threads hold it");
        drop(pool);
        assert!(made.upgrade().is_none(), "the threads are gone");
    }

    #[test]
    fn a_worker_that_cannot_be_made_is_an_error_of_the_start() {
        type Never = fn(&str) -> Result<(), Fault>;
        let start = Pool::start(2, 1, || Err::<Never, _>(io::Error::other("no model")));
        assert_eq!(start.unwrap_err().to_string(), "no model");
    }
}
