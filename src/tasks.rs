//! Work that outlives its caller: started here, watched, and drained at shutdown. Knows nothing of what the work is.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::FutureExt;
pub use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The background work of one server. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Tasks {
    stop: CancellationToken,
    tracker: TaskTracker,
    failed: Arc<OnceLock<String>>,
}

impl Tasks {
    /// Cancelled when the server drains: long work ends then, streams end, nothing new is begun.
    pub fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// Starts work that is to last until [`Tasks::stop`]. When it panics or ends before, this is logged, counted
    /// and kept in [`Tasks::failed`].
    pub fn run(&self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        let (stop, failed) = (self.stop.clone(), Arc::clone(&self.failed));
        self.tracker.spawn(async move {
            let problem = match caught(work).await {
                Err(panic) => format!("{name} panicked: {panic}"),
                Ok(()) if !stop.is_cancelled() => format!("{name} ended before the server did"),
                Ok(()) => return,
            };
            report(name, &problem);
            // The first failure is the one to look at; what follows from it need not be kept.
            let _ = failed.set(problem);
        });
    }

    /// Starts work that ends by itself. A panic in it is logged and counted, and harms nothing else.
    pub fn spawn(&self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        self.tracker.spawn(async move {
            if let Err(panic) = caught(work).await {
                report(name, &format!("{name} panicked: {panic}"));
            }
        });
    }

    /// What went wrong first with lasting work, or `None` while all of it runs.
    pub fn failed(&self) -> Option<String> {
        self.failed.get().cloned()
    }

    /// Tells all work to stop, waits for it at most `deadline`, and returns how much of it was still running.
    pub async fn drain(&self, deadline: Duration) -> usize {
        self.stop.cancel();
        self.tracker.close();
        if tokio::time::timeout(deadline, self.tracker.wait()).await.is_ok() {
            return 0;
        }
        let left = self.tracker.len();
        tracing::warn!(
            left,
            ?deadline,
            "background work did not end in time and is left behind"
        );
        left
    }
}

/// What the work came to, or the message of the panic that it ended in.
pub async fn caught<T>(work: impl Future<Output = T>) -> Result<T, String> {
    // What the work shared with others may be half changed after a panic; our locks recover or say so themselves.
    AssertUnwindSafe(work)
        .catch_unwind()
        .await
        .map_err(|panic| message(panic.as_ref()))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}

fn report(name: &'static str, problem: &str) {
    metrics::counter!("firstline_task_failures_total", "task" => name).increment(1);
    tracing::error!(task = name, "{problem}");
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(1);

    #[tokio::test]
    async fn drain_tells_work_to_stop_and_waits_for_it() {
        let tasks = Tasks::default();
        let stop = tasks.stop().clone();
        tasks.run("tail", async move { stop.cancelled().await });
        assert_eq!(tasks.drain(SOON).await, 0);
        assert_eq!(tasks.failed(), None);
    }

    #[tokio::test]
    async fn work_that_does_not_stop_is_left_at_the_deadline() {
        let tasks = Tasks::default();
        tasks.run("deaf", std::future::pending());
        assert_eq!(tasks.drain(Duration::from_millis(20)).await, 1);
    }

    #[tokio::test]
    async fn the_first_failure_of_lasting_work_is_kept() {
        let tasks = Tasks::default();
        tasks.run("worker", async { panic!("no disk") });
        tasks.tracker.close();
        tasks.tracker.wait().await;
        tasks.run("tail", async {});
        tasks.drain(SOON).await;
        assert_eq!(tasks.failed().as_deref(), Some("worker panicked: no disk"));
    }

    #[tokio::test]
    async fn work_that_ends_early_is_a_failure() {
        let tasks = Tasks::default();
        tasks.run("tail", async {});
        tasks.tracker.close();
        tasks.tracker.wait().await;
        assert_eq!(
            tasks.failed().as_deref(),
            Some("tail ended before the server did")
        );
    }

    #[tokio::test]
    async fn a_panic_in_passing_work_is_no_failure_of_the_server() {
        let tasks = Tasks::default();
        tasks.spawn("attempt", async { panic!("{}", "odd answer") });
        assert_eq!(tasks.drain(SOON).await, 0);
        assert_eq!(tasks.failed(), None);
    }
}
