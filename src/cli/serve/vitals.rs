//! What is measured of a running server from time to time, rather than where it happens: who waits for an agent and since
//! when, how many classifier threads work, how far the clock is off. For `/metrics`, and for the notes of `/readyz`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::id::QueueName;
use crate::domain::time::Duration as SignedDuration;
use crate::engine::Engine;
use crate::ports::StoreError;
use crate::tasks::Tasks;
use crate::telemetry::steady::SteadyClock;

const EVERY: Duration = Duration::from_secs(5);

/// A clock that is off by less is worth no note.
const CLOCK_OFF: SignedDuration = SignedDuration::from_secs(2);

/// Clones measure the same server.
#[derive(Debug, Clone)]
pub(crate) struct Vitals {
    engine: Engine,
    clock: Arc<SteadyClock>,
}

impl Vitals {
    /// Measures now and then until the server drains.
    pub(crate) fn start(engine: &Engine, clock: Arc<SteadyClock>, tasks: &Tasks) -> Self {
        metrics::gauge!("firstline_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        let vitals = Self {
            engine: engine.clone(),
            clock,
        };
        let (measured, stop) = (vitals.clone(), tasks.stop().clone());
        tasks.run("vitals", async move {
            stop.run_until_cancelled(measured.measure()).await;
        });
        vitals
    }

    async fn measure(self) {
        let mut known = BTreeSet::new();
        let mut interval = tokio::time::interval(EVERY);
        loop {
            interval.tick().await;
            metrics::gauge!("firstline_clock_gap_seconds").set(self.clock.gap().as_secs_f64());
            // What it says goes to /readyz; here it is asked for what it counts.
            self.engine.in_service.parts().classifier.ailing();
            if let Err(error) = self.lines(&mut known).await {
                tracing::debug!(%error, "the waiting lines could not be counted");
            }
        }
    }

    /// A queue in which nobody waits any more is said to be empty, once it was known.
    async fn lines(&self, known: &mut BTreeSet<QueueName>) -> Result<(), StoreError> {
        let now = (self.engine.clock)();
        let lines = self.engine.store.waiting_lines(&self.engine.workspace).await?;
        known.extend(lines.iter().map(|line| line.queue.clone()));
        for queue in known.iter() {
            let line = lines.iter().find(|line| line.queue == *queue);
            let waiting = line.map_or(0, |line| line.waiting);
            let age = line.map_or(0.0, |line| now.duration_since(line.oldest).as_secs_f64());
            let labels = [("queue", queue.to_string())];
            metrics::gauge!("firstline_handoff_queue_depth", &labels).set(waiting as f64);
            metrics::gauge!("firstline_handoff_oldest_age_seconds", &labels).set(age.max(0.0));
        }
        Ok(())
    }

    /// What an operator should know although the server works.
    pub(crate) fn notes(&self) -> Vec<String> {
        notes(
            self.engine.in_service.parts().classifier.ailing(),
            self.clock.gap(),
        )
    }
}

fn notes(ailing: Option<String>, gap: SignedDuration) -> Vec<String> {
    let clock = (gap.abs() > CLOCK_OFF).then(|| {
            format!(
                "the machine's clock was set and is {} s from the time that the server goes by, which follows slowly; \
                 see that the clock is kept by NTP",
                gap.as_secs()
            )
        });
    ailing.into_iter().chain(clock).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_works_and_is_not_as_it_should_be_is_noted() {
        assert!(notes(None, SignedDuration::from_secs(1)).is_empty());
        let told = notes(Some("1 of 2 threads".to_owned()), SignedDuration::from_mins(-10));
        assert_eq!(told[0], "1 of 2 threads");
        assert!(told[1].contains("is -600 s from the time"), "{told:?}");
    }
}
