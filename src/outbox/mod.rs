//! The outbox: what must happen outside because of a turn. It delivers events to webhook endpoints by Standard Webhooks
//! 1.0.0, at least once, with an id that never changes; and it does the tasks of turns and brings back what came of
//! them. Rows come from the store, which wrote them with the turn; this module must not know which store.
//!
//! ```text
//! worker:  claim ─▶ signature + payload ─▶ client (egress) ─▶ backoff::verdict ─▶ record
//! lookups: claim ─▶ look up, under a key that stays the same ─▶ deliver the result as the next input
//! crew:    what both have in common
//! ```

pub mod backoff;
pub mod client;
mod crew;
pub mod lookups;
pub mod payload;
pub mod signature;
pub mod worker;

use serde::Deserialize;

use crate::domain::time::Duration;
use crate::egress::guard;

#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct Options {
    /// How long after each failed attempt the next one follows; after the last of them the delivery is exhausted.
    pub retries: Vec<Duration>,
    /// For one attempt, from the name's lookup to the end of the answer. A delivery is leased for four times as long.
    pub timeout: Duration,
    /// For lookup, TCP and TLS together.
    pub connect_timeout: Duration,
    /// How often to look for deliveries that fell due. New events and finished attempts are noticed at once.
    pub poll_every: Duration,
    /// Attempts under way at once; 0 counts as 1.
    pub concurrency: usize,
    /// Attempts under way at once at one endpoint, so that a slow one does not delay the others; 0 counts as 1.
    pub per_endpoint: usize,
    /// Written beside the rest, not in a table of its own.
    #[serde(flatten)]
    pub guard: guard::Options,
}

impl Options {
    fn lease(&self) -> Duration {
        self.timeout.saturating_mul(4)
    }
}

impl Default for Options {
    /// Retries over 75 hours and 35 minutes: the schedule that Standard Webhooks gives as its example.
    fn default() -> Self {
        let (minutes, hours) = (Duration::from_mins, Duration::from_hours);
        Self {
            retries: vec![
                Duration::from_secs(5),
                minutes(5),
                minutes(30),
                hours(2),
                hours(5),
                hours(10),
                hours(14),
                hours(20),
                hours(24),
            ],
            timeout: Duration::from_secs(15),
            connect_timeout: Duration::from_secs(5),
            poll_every: Duration::from_millis(250),
            concurrency: 200,
            per_endpoint: 4,
            guard: guard::Options::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_as_people_write_them() {
        let options: Options = toml::from_str(
            "retries = ['5s', '1h 30m']\npoll_every = '100ms'\nnetworks = ['10.1.0.0/16', '127.0.0.1/32']",
        )
        .unwrap();
        assert_eq!(options.retries, [Duration::from_secs(5), Duration::from_mins(90)]);
        assert_eq!(
            (options.poll_every, options.per_endpoint),
            (Duration::from_millis(100), 4)
        );
        assert_eq!(options.lease(), Duration::from_mins(1));
        assert_eq!(
            (options.guard.networks.len(), options.guard.allow_http),
            (2, false)
        );
        assert!(toml::from_str::<Options>("networks = ['10.1.0.0/40']").is_err());
    }
}
