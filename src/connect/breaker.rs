//! The circuit breaker of one connector: a system that fails again and again is left alone for a while. Pure, with the
//! time handed in; knows nothing of what is asked or how it failed.
//!
//! Own, because of the crates for it none fits: they count failures as a rate over many calls, or take the time from a
//! clock of their own, or let several calls through at once when the pause is over.

use std::time::{Duration, Instant};

#[derive(Debug)]
pub(super) struct Breaker {
    /// Failures in a row that open it; at least 1.
    failures_max: u32,
    pause: Duration,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant },
}

impl Breaker {
    pub(super) fn new(failures_max: u32, pause: Duration) -> Self {
        Self {
            failures_max,
            pause,
            state: State::Closed { failures: 0 },
        }
    }

    /// Whether an attempt may be made; if not, how long the pause still lasts. Whoever is let through at the end of the
    /// pause begins the next one with it, so that nobody follows until this attempt has gone well, and one that is
    /// never heard of again holds nobody back for longer than that.
    pub(super) fn admit(&mut self, now: Instant) -> Result<(), Duration> {
        match self.state {
            State::Open { until } if now < until => Err(until - now),
            State::Open { .. } => {
                self.open(now);
                Ok(())
            }
            State::Closed { .. } => Ok(()),
        }
    }

    pub(super) fn succeeded(&mut self) {
        self.state = State::Closed { failures: 0 };
    }

    /// Whether this opened it.
    pub(super) fn failed(&mut self, now: Instant) -> bool {
        match self.state {
            State::Closed { failures } if failures + 1 < self.failures_max => {
                self.state = State::Closed {
                    failures: failures + 1,
                };
                false
            }
            State::Closed { .. } => {
                self.open(now);
                true
            }
            State::Open { .. } => {
                self.open(now);
                false
            }
        }
    }

    fn open(&mut self, now: Instant) {
        self.state = State::Open {
            until: now + self.pause,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_secs(30);
    const SECOND: Duration = Duration::from_secs(1);

    /// Opened at the given time by three failures.
    fn opened(now: Instant) -> Breaker {
        let mut breaker = Breaker::new(3, PAUSE);
        assert_eq!([(); 3].map(|()| breaker.failed(now)), [false, false, true]);
        breaker
    }

    #[test]
    fn it_opens_after_failures_in_a_row() {
        let now = Instant::now();
        let mut breaker = Breaker::new(3, PAUSE);
        for _ in 0..5 {
            breaker.failed(now);
            breaker.failed(now);
            assert_eq!(breaker.admit(now), Ok(()));
            breaker.succeeded();
        }
        breaker.failed(now);
        breaker.failed(now);
        assert!(breaker.failed(now));
        assert_eq!(breaker.admit(now + SECOND), Err(PAUSE - SECOND));
        assert_eq!(Breaker::new(1, PAUSE).admit(now), Ok(()));
        assert!(Breaker::new(1, PAUSE).failed(now));
    }

    #[test]
    fn after_the_pause_one_attempt_decides() {
        let now = Instant::now();
        let mut breaker = opened(now);
        let later = now + PAUSE;
        assert_eq!(breaker.admit(later - SECOND), Err(SECOND));
        assert_eq!(breaker.admit(later), Ok(()));
        assert_eq!(breaker.admit(later), Err(PAUSE), "one only");
        breaker.failed(later + SECOND);
        assert_eq!(breaker.admit(later + SECOND), Err(PAUSE), "a whole pause again");

        let latest = later + SECOND + PAUSE;
        assert_eq!(breaker.admit(latest), Ok(()));
        breaker.succeeded();
        assert_eq!(breaker.admit(latest), Ok(()));
        assert!(!breaker.failed(latest), "it counts from nothing again");
        assert_eq!(breaker.admit(latest), Ok(()));
    }

    #[test]
    fn an_attempt_that_is_never_heard_of_again_holds_nobody_back_for_ever() {
        let now = Instant::now();
        let mut breaker = opened(now);
        assert_eq!(breaker.admit(now + PAUSE), Ok(()));
        assert!(breaker.admit(now + PAUSE * 2 - SECOND).is_err());
        assert_eq!(breaker.admit(now + PAUSE * 2), Ok(()));
    }
}
