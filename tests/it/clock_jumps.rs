//! The machine's clock is set by ten minutes while webhooks are on their way. The server goes by a steady clock: an
//! attempt under way is not begun a second time, and a retry comes when it is due. The same tests on the bare clock of the
//! machine find both faults, or they would prove nothing.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use firstline::domain::time::Duration as SignedDuration;
use firstline::outbox::Options;
use firstline::outbox::worker::Worker;
use firstline::ports::Clock;
use firstline::telemetry;
use firstline::telemetry::steady::Steady;

use crate::webhooks::setup::{Receiver, Setup, options, status_only};

const JUMP: SignedDuration = SignedDuration::from_mins(10);

/// The machine's clock, as somebody has set it.
#[derive(Clone, Default)]
struct Machine(Arc<Mutex<SignedDuration>>);

impl Machine {
    fn set(&self, by: SignedDuration) {
        *self.0.lock().unwrap() += by;
    }

    fn bare(&self) -> Clock {
        let off = Arc::clone(&self.0);
        Arc::new(move || telemetry::now() + *off.lock().unwrap())
    }

    fn steady(&self) -> Clock {
        let (bare, steady, started) = (self.bare(), Steady::default(), Instant::now());
        Arc::new(move || steady.show(bare(), started.elapsed()))
    }
}

/// A worker, a receiver, and somebody who sets the clock.
struct Trial {
    options: Options,
    /// How long the receiver takes, and what it answers first; 200 after that.
    answers: (Duration, u16),
    /// How long after the first call the clock is set, and by how much.
    set: (Duration, SignedDuration),
}

/// How often the receiver was called within two and a half seconds after the clock was set.
async fn calls(clock: impl FnOnce(&Machine) -> Clock, trial: Trial) -> usize {
    let (pause, first) = trial.answers;
    let (mut setup, machine) = (Setup::new(), Machine::default());
    let receiver = Receiver::start(&setup.tasks, move |hit| async move {
        tokio::time::sleep(pause).await;
        status_only(if hit == 0 { first } else { 200 })
    })
    .await;
    setup.add_endpoint(&receiver.url).await;
    let (store, tasks) = (Arc::clone(&setup.store), setup.tasks.clone());
    let worker = Worker::new(store, clock(&machine), tasks, trial.options).unwrap();
    setup.tasks.run("outbox", worker.run());
    setup.log().await;
    receiver.wait_for_hits(1).await;
    tokio::time::sleep(trial.set.0).await;
    machine.set(trial.set.1);
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    receiver.hits().len()
}

/// The receiver takes a second to answer, under a lease of eight.
async fn slow_attempt(clock: impl FnOnce(&Machine) -> Clock) -> usize {
    let trial = Trial {
        options: options(),
        answers: (Duration::from_secs(1), 200),
        set: (Duration::from_millis(100), JUMP),
    };
    calls(clock, trial).await
}

/// The first attempt fails, and the second is due a second later; the clock is set back in between.
async fn retry(clock: impl FnOnce(&Machine) -> Clock) -> usize {
    let trial = Trial {
        options: Options {
            retries: vec![SignedDuration::from_secs(1); 9],
            ..options()
        },
        answers: (Duration::ZERO, 503),
        set: (Duration::from_millis(300), -JUMP),
    };
    calls(clock, trial).await
}

#[tokio::test]
async fn an_attempt_under_way_is_not_repeated_when_the_clock_is_set_ahead() {
    assert_eq!(slow_attempt(Machine::steady).await, 1);
}

#[tokio::test]
async fn a_clock_set_ahead_is_noticed_by_this_test() {
    assert!(
        slow_attempt(Machine::bare).await > 1,
        "its lease was over at once"
    );
}

#[tokio::test]
async fn a_retry_comes_in_time_when_the_clock_is_set_back() {
    assert_eq!(retry(Machine::steady).await, 2);
}

#[tokio::test]
async fn a_clock_set_back_is_noticed_by_this_test() {
    assert_eq!(retry(Machine::bare).await, 1, "it waits for ten minutes more");
}
