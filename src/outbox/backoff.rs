//! What follows from an attempt: done, again later, given up. Pure; knows nothing of sockets or stores.

use crate::domain::id::DeliveryId;
use crate::domain::time::{Duration, Timestamp};
use crate::domain::webhook::Verdict;
use crate::egress::pause;

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Answered {
        status: u16,
        /// The header as it came.
        retry_after: Option<String>,
    },
    /// No answer: refused, timed out, reset, or never sent.
    Unanswered,
}

/// By Standard Webhooks: 2xx is success, 410 disables the endpoint, all else (redirects too) is tried again.
/// `attempts` were made before this one; `retries[attempts]` is how long to wait now, give or take a tenth. A
/// `Retry-After` can make that longer, up to a day, never shorter.
pub fn verdict(
    outcome: &Outcome,
    delivery: &DeliveryId,
    attempts: u32,
    now: Timestamp,
    retries: &[Duration],
) -> Verdict {
    let retry_after = match outcome {
        Outcome::Answered {
            status: 200..=299, ..
        } => return Verdict::Delivered,
        Outcome::Answered { status: 410, .. } => return Verdict::Disable("it answered 410 Gone".to_owned()),
        Outcome::Answered { retry_after, .. } => retry_after.as_deref(),
        Outcome::Unanswered => None,
    };
    let Some(step) = usize::try_from(attempts)
        .ok()
        .and_then(|index| retries.get(index))
    else {
        return Verdict::Exhausted;
    };
    let wanted = retry_after
        .and_then(|text| pause::retry_after(text, Some(now)))
        .unwrap_or_default();
    let wait = jittered(*step, delivery, attempts).max(wanted);
    Verdict::Retry(now.checked_add(wait).unwrap_or(Timestamp::MAX))
}

/// Plus or minus a tenth.
fn jittered(step: Duration, delivery: &DeliveryId, attempts: u32) -> Duration {
    let per_mille = 900 + i32::from(pause::spread(delivery.as_str(), attempts) / 5);
    step.checked_mul(per_mille).map_or(step, |product| product / 1000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::egress::pause::RETRY_AFTER_MAX;
    use crate::outbox::Options;

    const HOUR: Duration = Duration::from_hours(1);

    fn delivery() -> DeliveryId {
        DeliveryId::parse("dlv_a_1_b").unwrap()
    }

    fn now() -> Timestamp {
        "2026-11-22T10:00:00Z".parse().unwrap()
    }

    fn answered(status: u16, retry_after: Option<&str>) -> Outcome {
        Outcome::Answered {
            status,
            retry_after: retry_after.map(str::to_owned),
        }
    }

    /// How long `verdict` waits after a first failure, with retries of one hour.
    fn wait(outcome: &Outcome) -> Duration {
        match verdict(outcome, &delivery(), 0, now(), &[HOUR]) {
            Verdict::Retry(at) => at.duration_since(now()),
            other @ (Verdict::Delivered | Verdict::Exhausted | Verdict::Disable(_)) => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_status_has_its_verdict() {
        let gone = Verdict::Disable("it answered 410 Gone".to_owned());
        for status in [200, 201, 202, 204, 299] {
            assert_eq!(
                verdict(&answered(status, None), &delivery(), 0, now(), &[]),
                Verdict::Delivered,
                "{status}"
            );
        }
        assert_eq!(
            verdict(&answered(410, None), &delivery(), 0, now(), &[HOUR]),
            gone
        );
        let failing = [
            100, 199, 300, 301, 302, 304, 307, 308, 400, 401, 403, 404, 408, 409, 411, 422, 429,
        ];
        for status in failing.into_iter().chain([500, 502, 503, 504, 599]) {
            let outcome = answered(status, None);
            assert!(
                (HOUR * 9 / 10..=HOUR * 11 / 10).contains(&wait(&outcome)),
                "{status}"
            );
            assert_eq!(
                verdict(&outcome, &delivery(), 1, now(), &[HOUR]),
                Verdict::Exhausted,
                "{status}"
            );
        }
        assert!(wait(&Outcome::Unanswered) >= HOUR * 9 / 10);
        assert_eq!(
            verdict(&Outcome::Unanswered, &delivery(), 0, now(), &[]),
            Verdict::Exhausted
        );
    }

    #[test]
    fn retry_after_lengthens_the_wait_within_bounds() {
        let step = wait(&Outcome::Unanswered);
        for (text, expected) in [
            ("7200", HOUR * 2),
            (" 7200 ", HOUR * 2),
            ("60", step),
            ("0", step),
            ("604800", HOUR * 24),
            ("99999999999999999999999", HOUR * 24),
            ("Sun, 22 Nov 2026 13:00:00 GMT", HOUR * 3),
            ("Sun, 22 Nov 2026 10:00:01 GMT", step),
            ("Sat, 21 Nov 2026 10:00:00 GMT", step),
            ("Tue, 22 Dec 2026 10:00:00 GMT", HOUR * 24),
            ("-7200", step),
            ("2h", step),
            ("", step),
        ] {
            assert_eq!(wait(&answered(429, Some(text))), expected, "{text:?}");
            assert_eq!(wait(&answered(503, Some(text))), expected, "{text:?}");
        }
    }

    #[test]
    fn the_default_schedule_lasts_three_days() {
        let retries = Options::default().retries;
        assert_eq!(
            retries.iter().sum::<Duration>(),
            HOUR * 75 + Duration::from_mins(35) + Duration::from_secs(5)
        );
    }

    proptest! {
        #[test]
        fn every_wait_keeps_its_bounds(
            id in "dlv_[a-z0-9_]{1,60}",
            attempts in 0_u32..12,
            status in 300_u16..600,
            retry_after in proptest::option::of("[0-9]{0,12}|[ -~]{0,40}"),
        ) {
            prop_assume!(status != 410);
            let (id, retries) = (DeliveryId::parse(&id).unwrap(), Options::default().retries);
            let outcome = Outcome::Answered { status, retry_after };
            let first = verdict(&outcome, &id, attempts, now(), &retries);
            prop_assert_eq!(&first, &verdict(&outcome, &id, attempts, now(), &retries));
            match (first, retries.get(attempts as usize)) {
                (Verdict::Retry(at), Some(step)) => {
                    let wait = at.duration_since(now());
                    prop_assert!(wait >= *step * 9 / 10);
                    prop_assert!(wait <= (*step * 11 / 10).max(RETRY_AFTER_MAX));
                }
                (verdict, step) => prop_assert!(verdict == Verdict::Exhausted && step.is_none()),
            }
        }

        #[test]
        fn waits_differ_between_deliveries(seed in 0_u32..1_000_000) {
            let of = |n: u32| jittered(HOUR, &DeliveryId::parse(&format!("dlv_{n}")).unwrap(), 0);
            let waits: std::collections::HashSet<Duration> = (seed..seed + 40).map(of).collect();
            prop_assert!(waits.len() > 20);
        }
    }
}
