//! How the line stands for one who waits: what a customer can be told of the wait. Facts only; whether and in which
//! words they are told is decided elsewhere.

use serde::{Deserialize, Serialize};

use crate::domain::id::QueueName;
use crate::domain::time::{Duration, Timestamp};

/// How many of the newest waits of a queue are looked at.
pub const WAITS_KEPT: usize = 20;

/// With fewer nobody is told how long it takes.
const WAITS_MIN: usize = 5;

/// A place in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// How many are served before.
    pub ahead: u32,
    /// `None` until enough have been served.
    pub expected_wait: Option<Duration>,
}

/// The facts that a turn is decided on where somebody waits; kept with the turn, so that deciding again gives the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// How many stand before this one in its queue: of higher priority, or of the same and longer there.
    pub ahead: u32,
    /// The median of what the newest waited, in time when it was open; `None` until enough have been served.
    #[serde(default)]
    pub expected_wait: Option<Duration>,
    /// Within the queue's opening hours.
    pub open: bool,
    /// When it opens next, where it is closed.
    #[serde(default)]
    pub opens_at: Option<Timestamp>,
    /// How many agents could take it now; `None` where nobody knows.
    #[serde(default)]
    pub agents_online: Option<u32>,
}

impl Standing {
    /// Nobody takes it for now.
    pub fn nobody_there(&self) -> bool {
        !self.open || self.agents_online == Some(0)
    }
}

/// How long somebody had waited in a queue when an agent took the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waited {
    pub queue: QueueName,
    /// Time when it was open.
    pub time: Duration,
}

/// The median: one that was forgotten over night moves it no further than any other long one.
pub fn expected_wait(mut newest: Vec<Duration>) -> Option<Duration> {
    if newest.len() < WAITS_MIN {
        return None;
    }
    newest.sort_unstable();
    let middle = newest.len() / 2;
    let upper = newest.get(middle).copied()?;
    if newest.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = newest.get(middle - 1).copied()?;
    Some(lower.saturating_add(upper.saturating_sub(lower) / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_is_the_median_once_there_are_enough() {
        let seconds = |list: &[i64]| expected_wait(list.iter().map(|s| Duration::from_secs(*s)).collect());
        assert_eq!(seconds(&[60, 60, 60, 60]), None);
        assert_eq!(seconds(&[90, 30, 60, 86_400, 45]), Some(Duration::from_secs(60)));
        assert_eq!(
            seconds(&[90, 30, 60, 86_400, 45, 70]),
            Some(Duration::from_secs(65))
        );
    }

    #[test]
    fn nobody_is_there_when_closed_or_when_all_are_away() {
        let standing = |open, agents_online| Standing {
            ahead: 0,
            expected_wait: None,
            open,
            opens_at: None,
            agents_online,
        };
        assert!(!standing(true, None).nobody_there() && !standing(true, Some(1)).nobody_there());
        assert!(standing(false, Some(3)).nobody_there() && standing(true, Some(0)).nobody_there());
    }
}
