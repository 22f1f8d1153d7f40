//! One clock, run, paused and rung at random, against a sum of what was counted.

use firstline::domain::hours::{Hours, Pace, Span};
use firstline::domain::sla::{Clock, Ring, Target};
use firstline::domain::time::{Duration, Timestamp};
use jiff::tz::TimeZone;
use proptest::prelude::*;

use crate::sla::at;

/// Nine to twelve, and one to five, but for the weekend.
fn office() -> Hours {
    let day = vec![Span::new(540, 720).unwrap(), Span::new(780, 1020).unwrap()];
    let week = std::array::from_fn(|weekday| if weekday < 5 { day.clone() } else { Vec::new() });
    Hours::new(TimeZone::get("Europe/London").unwrap(), week, [].into())
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Pause,
    Resume,
    Look,
}

fn any_steps() -> impl Strategy<Value = Vec<(Step, i64)>> {
    let step = prop::sample::select(vec![Step::Pause, Step::Resume, Step::Look]);
    prop::collection::vec((step, 1_i64..40_000), 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_clock_counts_what_runs_and_rings_once(
        steps in any_steps(),
        within in 60_i64..200_000,
        warn in 0_i64..50,
        business in any::<bool>(),
    ) {
        let hours = office();
        let pace = if business { Pace::Business(&hours) } else { Pace::Calendar };
        let within = Duration::from_secs(within);
        let target = Target { within, warn_before: within * warn as i32 / 100 };
        let mut now = at("2026-03-25T08:00:00Z");
        let mut clock = Clock::start(target, pace, now);
        let (mut counted, mut since) = (Duration::ZERO, Some(now));
        let mut rings = Vec::new();
        for (step, seconds) in steps {
            now += Duration::from_secs(seconds);
            let spent = counted + since.map_or(Duration::ZERO, |since: Timestamp| pace.between(since, now));
            prop_assert_eq!(clock.spent(pace, now), spent);
            prop_assert_eq!(clock.runs(), since.is_some());
            // A pause shortens nothing: what is left of the target is still to come.
            match (clock.due, since) {
                (Some(due), Some(since)) => prop_assert_eq!(counted + pace.between(since, due), within.max(counted)),
                (due, since) => prop_assert_eq!((due, since), (None, None)),
            }
            let ring = clock.ring(now);
            if let Some(ring) = ring {
                prop_assert!(since.is_some(), "it rings while it stands still");
                let left = within.saturating_sub(spent);
                match ring {
                    Ring::Breach { due } => prop_assert!(due <= now && left <= Duration::ZERO),
                    Ring::Warning { due } => prop_assert!(due > now && left <= target.warn_before),
                }
                rings.push(matches!(ring, Ring::Breach { .. }));
            } else if since.is_some() && spent >= within {
                prop_assert!(clock.breached, "it is late and does not say so");
            }
            match step {
                Step::Pause => {
                    clock.pause(pace, now);
                    (counted, since) = (spent, None);
                }
                Step::Resume => {
                    clock.resume(pace, now);
                    since = since.or(Some(now));
                    counted = if since == Some(now) { spent } else { counted };
                }
                Step::Look => prop_assert_eq!(clock.ring(now), None, "it rings twice"),
            }
        }
        prop_assert!(matches!(rings.as_slice(), [] | [true] | [false] | [false, true]), "{:?}", rings);
    }
}

#[test]
fn a_warning_comes_before_and_the_breach_after() {
    let target = Target {
        within: Duration::from_mins(60),
        warn_before: Duration::from_mins(12),
    };
    let start = at("2026-03-27T16:30:00Z");
    let hours = office();
    // Half an hour on Friday, the rest on Monday, when summer time has begun.
    let mut clock = Clock::start(target, Pace::Business(&hours), start);
    assert_eq!(clock.due, Some(at("2026-03-30T08:30:00Z")));
    assert_eq!(clock.rings_at(), Some(at("2026-03-30T08:18:00Z")));
    let due = at("2026-03-30T08:30:00Z");
    assert_eq!(clock.ring(at("2026-03-30T08:17:59Z")), None);
    assert_eq!(
        clock.ring(at("2026-03-30T08:18:00Z")),
        Some(Ring::Warning { due })
    );
    assert_eq!(clock.rings_at(), Some(due));
    assert_eq!(clock.ring(due), Some(Ring::Breach { due }));
    assert_eq!((clock.rings_at(), clock.ring(due)), (None, None));
    // Who is late already is not warned any more.
    let mut clock = Clock::start(target, Pace::Calendar, start);
    let due = at("2026-03-27T17:30:00Z");
    assert_eq!(clock.ring(at("2026-03-28T00:00:00Z")), Some(Ring::Breach { due }));
    assert_eq!(clock.ring(at("2026-03-28T00:00:00Z")), None);
}
