//! The time of a running server: the wall clock, without its jumps. Deadlines, leases and the order of events hang on it,
//! and a clock that is set by minutes must not fire them early, late or twice. Knows nothing of who asks.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// Jumps up to this are made up for bit by bit. A larger one means that the clock was not set at all before, or that the
/// machine slept: then it is followed at once, since being wrong for hours is worse than one early attempt.
const FOLLOWED_MAX: SignedDuration = SignedDuration::from_mins(15);

/// What is no jump: a clock that is kept by NTP is off by less.
const UNREMARKABLE: SignedDuration = SignedDuration::from_secs(1);

/// Never goes back, but for a wall clock that is set back by more than a quarter of an hour. Behind the wall clock it runs
/// at up to twice the speed, ahead of it at half, until both agree: a lease of a minute lasts at least half of one, and a
/// retry comes at most twice as late.
#[derive(Debug, Default)]
pub struct Steady(Mutex<Option<Last>>);

#[derive(Debug, Clone, Copy)]
struct Last {
    shown: Timestamp,
    /// On a clock that nobody sets.
    at: Duration,
    /// How far the wall clock was ahead, after that.
    gap: SignedDuration,
}

impl Steady {
    /// The time to go by. `wall` is the machine's clock, `running` a clock that nobody sets, from any point on.
    pub fn show(&self, wall: Timestamp, running: Duration) -> Timestamp {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = match *last {
            Some(last) => last.next(wall, running),
            None => Last {
                shown: wall,
                at: running,
                gap: SignedDuration::ZERO,
            },
        };
        *last = Some(next);
        next.shown
    }

    /// How far the wall clock is ahead of what is shown; negative where it is behind.
    pub fn gap(&self) -> SignedDuration {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.map_or(SignedDuration::ZERO, |last| last.gap)
    }
}

impl Last {
    fn next(self, wall: Timestamp, running: Duration) -> Self {
        let passed = SignedDuration::try_from(running.saturating_sub(self.at)).unwrap_or_default();
        let plain = self.shown.saturating_add(passed).unwrap_or(self.shown);
        let gap = wall.duration_since(plain);
        if gap.abs() > UNREMARKABLE && self.gap.abs() <= UNREMARKABLE {
            tracing::warn!(%gap, "the machine's clock was set; the server follows slowly, or at once if it is by far");
        }
        let made_up = if gap.abs() > FOLLOWED_MAX {
            gap
        } else if gap.is_negative() {
            gap.max(-(passed / 2))
        } else {
            gap.min(passed)
        };
        let shown = plain.saturating_add(made_up).unwrap_or(wall);
        Self {
            shown,
            at: running.max(self.at),
            gap: wall.duration_since(shown),
        }
    }
}

/// One steady clock for a process, on the real ones.
#[derive(Debug)]
pub struct SteadyClock {
    steady: Steady,
    started: Instant,
}

impl SteadyClock {
    pub fn start() -> Self {
        Self {
            steady: Steady::default(),
            started: Instant::now(),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.steady.show(super::now(), self.started.elapsed())
    }

    /// As [`Steady::gap`].
    pub fn gap(&self) -> SignedDuration {
        self.steady.gap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTES: i64 = 60;

    fn wall(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).unwrap()
    }

    /// Shown second by second, while the wall clock is ahead by `jump` from second 100 on.
    fn shown(jump: i64, seconds: u64) -> Vec<i64> {
        let steady = Steady::default();
        let show = |second: u64| {
            let second_wall = second.cast_signed() + if second >= 100 { jump } else { 0 };
            let shown = steady.show(wall(second_wall), Duration::from_secs(second));
            shown.duration_since(wall(0)).as_secs()
        };
        (0..seconds).map(show).collect()
    }

    #[test]
    fn a_clock_that_nobody_sets_is_shown_as_it_is() {
        assert_eq!(shown(0, 300), (0..300).collect::<Vec<_>>());
    }

    #[test]
    fn set_ahead_it_runs_at_most_twice_as_fast_until_both_agree() {
        let shown = shown(10 * MINUTES, 1_000);
        assert!(
            shown
                .windows(2)
                .all(|pair| (1..=2).contains(&(pair[1] - pair[0])))
        );
        assert_eq!(shown[999], 999 + 10 * MINUTES);
        assert_eq!(
            shown[130], 161,
            "a lease that began at 100 lasts half a minute at least"
        );
    }

    #[test]
    fn set_back_it_runs_at_least_half_as_fast_and_never_back() {
        let shown = shown(-10 * MINUTES, 1_500);
        assert!(
            shown
                .windows(2)
                .all(|pair| (0..=1).contains(&(pair[1] - pair[0])))
        );
        assert!(
            shown[160] >= 129,
            "half a minute has passed after one: {}",
            shown[160]
        );
        assert_eq!(shown[1_499], 1_499 - 10 * MINUTES);
    }

    #[test]
    fn by_far_it_is_followed_at_once() {
        for jump in [3_600, -3_600] {
            assert_eq!(shown(jump, 102)[99..], [99, 100 + jump, 101 + jump]);
        }
    }
}
