//! Which alerts are raised and which are cleared, by the policy's rules and the figures. Pure: who counts the figures and
//! who is told is not known here.

use crate::domain::alert::{Alert, Measure};
use crate::domain::figures::Messages;
use crate::domain::queue::WaitingLine;
use crate::domain::time::{Duration, Timestamp};
use crate::triage::policy::AlertRule;

/// How long an alert stays at least, so that a figure about its limit does not raise it every few seconds.
pub const STAYS: Duration = Duration::from_mins(1);

/// One rule, and what was measured for it; `None` where there are too few messages for a share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured<'a> {
    pub rule: &'a AlertRule,
    pub value: Option<f64>,
}

/// What changes: those that are raised now, in the order in which they were, those of them that are new, and those that
/// were raised and are no more, with the value that ended them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changes {
    pub raised: Vec<Alert>,
    pub new: Vec<Alert>,
    pub cleared: Vec<(Alert, Option<f64>)>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.cleared.is_empty()
    }
}

/// Where the rule stands. `messages` are those of its stretch of time.
pub fn measure(rule: &AlertRule, lines: &[WaitingLine], messages: &Messages, now: Timestamp) -> Option<f64> {
    let share = |count: u64| {
        let enough = messages.count >= rule.at_least.max(1);
        enough.then(|| count as f64 / messages.count as f64)
    };
    match rule.when {
        Measure::NegativeShare => share(messages.negative),
        Measure::OutOfScopeShare => share(messages.out_of_scope),
        Measure::UnavailableShare => share(messages.unavailable),
        Measure::Waiting => Some(lines.iter().map(|line| line.waiting).sum::<u64>() as f64),
        Measure::OldestWait => {
            let oldest = lines.iter().map(|line| line.oldest).min();
            let waited = oldest.map_or(Duration::ZERO, |since| now.duration_since(since));
            Some(waited.as_secs_f64().max(0.0) / 60.0)
        }
    }
}

/// An alert is raised above its value, and cleared when it is so no more and has stood for [`STAYS`]; one whose rule is gone
/// is cleared at once.
pub fn changes(before: &[Alert], measured: &[Measured<'_>], now: Timestamp) -> Changes {
    let mut changes = Changes::default();
    for alert in before {
        let ours = |one: &&Measured<'_>| one.rule.name == alert.name && one.rule.when == alert.measure;
        let found = measured.iter().find(ours);
        let value = found.and_then(|one| one.value);
        let above = found.is_some_and(|one| is_above(one));
        let young = now.duration_since(alert.since) < STAYS;
        if above || (young && found.is_some()) {
            changes.raised.push(alert.clone());
        } else {
            changes.cleared.push((alert.clone(), value));
        }
    }
    for one in measured.iter().filter(|one| is_above(one)) {
        let rule = one.rule;
        if changes.raised.iter().any(|alert| alert.name == rule.name) {
            continue;
        }
        let alert = Alert {
            name: rule.name.clone(),
            measure: rule.when,
            value: one.value.unwrap_or_default(),
            above: rule.above,
            since: now,
        };
        changes.raised.push(alert.clone());
        changes.new.push(alert);
    }
    changes
}

fn is_above(one: &Measured<'_>) -> bool {
    one.value.is_some_and(|value| value > one.rule.above)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::QueueName;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).unwrap()
    }

    fn rule(when: Measure, above: f64) -> AlertRule {
        AlertRule {
            name: when.as_str().to_owned(),
            when,
            above,
            over_minutes: 15,
            at_least: 10,
        }
    }

    fn messages(count: u64, negative: u64) -> Messages {
        Messages {
            count,
            negative,
            out_of_scope: 1,
            unavailable: 2,
        }
    }

    #[test]
    fn each_measure_is_what_it_says() {
        let line = |name: &str, waiting, since| WaitingLine {
            queue: QueueName::parse(name).unwrap(),
            waiting,
            oldest: at(since),
        };
        let lines = [line("care", 3, 60), line("orders", 2, 0)];
        for (when, expected) in [
            (Measure::NegativeShare, Some(0.5)),
            (Measure::OutOfScopeShare, Some(0.1)),
            (Measure::UnavailableShare, Some(0.2)),
            (Measure::Waiting, Some(5.0)),
            (Measure::OldestWait, Some(2.0)),
        ] {
            let rule = rule(when, 1.0);
            assert_eq!(
                measure(&rule, &lines, &messages(10, 5), at(120)),
                expected,
                "{when:?}"
            );
        }
        let few = rule(Measure::NegativeShare, 0.1);
        assert_eq!(measure(&few, &lines, &messages(9, 9), at(0)), None);
        assert_eq!(
            measure(&rule(Measure::OldestWait, 1.0), &[], &messages(0, 0), at(0)),
            Some(0.0)
        );
    }

    #[test]
    fn an_alert_is_raised_once_stays_a_while_and_is_cleared() {
        let rule = rule(Measure::Waiting, 4.0);
        let look = |before: &[Alert], value, second| {
            let measured = [Measured { rule: &rule, value }];
            changes(before, &measured, at(second))
        };
        assert!(look(&[], Some(4.0), 0).is_empty());
        let raised = look(&[], Some(5.0), 0);
        assert_eq!((raised.new.len(), raised.raised.len()), (1, 1));
        assert_eq!((raised.new[0].value, raised.new[0].since), (5.0, at(0)));
        let standing = raised.raised;
        assert!(look(&standing, Some(6.0), 5).is_empty());
        assert!(look(&standing, Some(0.0), 59).is_empty(), "it stays for a minute");
        let cleared = look(&standing, Some(4.0), 60);
        assert_eq!(cleared.cleared, [(standing[0].clone(), Some(4.0))]);
        assert!(cleared.raised.is_empty() && cleared.new.is_empty());
        assert_eq!(look(&standing, None, 60).cleared[0].1, None);
        let gone = changes(&standing, &[], at(1));
        assert_eq!((gone.cleared.len(), gone.raised.len()), (1, 0));
    }
}
