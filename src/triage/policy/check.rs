//! Checks rules that parsed: numbers in range, every queue and every reply that is named really there.

use crate::domain::canned_response::CannedResponse;
use crate::domain::handoff::Reason;
use crate::domain::id::{QueueName, Resolution, Tier};
use crate::domain::intent::Intent;
use crate::triage::flow::Flows;
use crate::triage::policy::rules::Rules;
use crate::triage::policy::{BOT_LINES, PolicyProblem, Written, line};
use crate::triage::reply::Replies;

/// Collects what is wrong with rules that parsed.
pub(super) struct Check<'a> {
    pub(super) text: &'a str,
    pub(super) problems: Vec<PolicyProblem>,
}

/// Every queue with its intents, and the default one.
pub(super) type Queues = (Vec<(QueueName, Vec<Intent>)>, QueueName);

impl Check<'_> {
    pub(super) fn problem(&mut self, key: &str, message: String) {
        self.problem_at(line_of(self.text, key), key, message);
    }

    pub(super) fn problem_at(&mut self, line: Option<u64>, key: &str, message: String) {
        self.problems.push(PolicyProblem {
            line,
            key: key.to_owned(),
            message,
        });
    }

    fn probability(&mut self, key: &str, value: f32) {
        if !(0.0..=1.0).contains(&value) {
            self.problem(key, format!("{value} is not between 0 and 1"));
        }
    }

    pub(super) fn numbers(&mut self, rules: &Rules) {
        self.probability("confidence.answer", rules.confidence.answer);
        self.probability("confidence.clarify", rules.confidence.clarify);
        for (intent, value) in &rules.confidence.intents {
            self.probability(&format!("confidence.intents.{intent}"), *value);
        }
        self.probability("match.linked", rules.matching.linked);
        self.probability("match.unlinked", rules.matching.unlinked);
        for (intent, value) in &rules.matching.intents {
            self.probability(&format!("match.intents.{intent}"), *value);
        }
        self.probability("sentiment.now", rules.sentiment.now);
        self.probability("sentiment.conversation", rules.sentiment.conversation);
        if rules.sentiment.over == 0 {
            self.problem(
                "sentiment.over",
                "give the number of messages to look at, 1 or more".into(),
            );
        }
        for (key, value) in [
            ("limits.failures", rules.limits.failures),
            ("limits.turns", rules.limits.turns),
        ] {
            if value == 0 {
                self.problem(key, "with 0 the bot could never answer; give 1 or more".into());
            }
        }
        for (key, message) in rules.routing.problems() {
            self.problem(key, message);
        }
    }

    pub(super) fn replies(&mut self, rules: &Rules, responses: &[CannedResponse]) -> Option<Replies> {
        let replies = match Replies::new(responses, &rules.business.locale) {
            Ok(replies) => replies,
            Err(problems) => {
                for problem in problems {
                    self.problem(&format!("replies.{}", problem.id), problem.message);
                }
                return None;
            }
        };
        let locale = &rules.business.locale;
        let own = BOT_LINES
            .iter()
            .map(|id| ("replies".to_owned(), (*id).to_owned()));
        let reasons = Reason::ALL
            .iter()
            .map(|r| ("replies".to_owned(), format!("handoff.{}", r.as_str())));
        let small_talk = rules
            .small_talk
            .iter()
            .map(|(intent, id)| (format!("small_talk.{intent}"), id.clone()));
        let ask = rules
            .ask
            .iter()
            .map(|(intent, id)| (format!("ask.{intent}"), id.clone()));
        for (key, id) in own.chain(reasons).chain(small_talk).chain(ask) {
            if !replies.bot_has(&id) {
                self.problem(
                    &key,
                    format!("no reply {id:?} that the bot may say in locale {locale:?}; add it to replies/"),
                );
            }
        }
        Some(replies)
    }

    pub(super) fn flows(&mut self, rules: &Rules, written: &Written<'_>) -> Option<Flows> {
        let flows = Flows::new(written.flows, written.lookups, &rules.business.locale);
        let problems = match flows {
            Ok(flows) => return Some(flows),
            Err(problems) => problems,
        };
        self.problems
            .extend(problems.into_iter().map(|problem| PolicyProblem {
                line: Some(problem.line),
                key: format!("flows.{}.{}", problem.flow, problem.key),
                message: problem.message,
            }));
        None
    }

    pub(super) fn queues(&mut self, rules: &Rules) -> Option<Queues> {
        let mut queues = Vec::new();
        for queue in &rules.queues {
            match QueueName::parse(&queue.name) {
                Ok(name) => queues.push((name, queue.intents.clone())),
                Err(error) => self.problem("queues.name", error.to_string()),
            }
        }
        let default = queues
            .iter()
            .map(|(name, _)| name)
            .find(|name| name.as_str() == rules.default_queue)
            .cloned();
        if default.is_none() {
            self.problem(
                "default_queue",
                format!("{:?} is not one of the queues", rules.default_queue),
            );
        }
        default.map(|default| (queues, default))
    }
}

impl Check<'_> {
    pub(super) fn resolutions(&mut self, rules: &Rules) {
        for name in &rules.resolutions {
            if let Err(error) = Resolution::parse(name) {
                self.problem("resolutions", error.to_string());
            }
        }
    }

    pub(super) fn tiers(&mut self, rules: &Rules) {
        for (name, priority) in &rules.priority.tiers {
            if let Err(error) = Tier::parse(name) {
                let line = priority.referenced.line();
                self.problem_at(Some(line), "priority.tiers", error.to_string());
            }
        }
    }

    /// Without replies, that they are missing is known already.
    pub(super) fn acceptance(&mut self, rules: &Rules, replies: Option<&Replies>) {
        let minutes = &rules.handoff.accept_within_minutes;
        for (queue, minutes) in minutes {
            let key = format!("handoff.accept_within_minutes.{queue}");
            if rules.queues.iter().all(|known| known.name != *queue) {
                self.problem(&key, format!("{queue:?} is not one of the queues"));
            }
            if *minutes == 0 {
                let message = "nobody can accept in no time; give 1 or more, or leave the queue out";
                self.problem(&key, message.into());
            }
        }
        let silent = replies.is_some_and(|replies| !replies.bot_has(line::UNACCEPTED));
        if silent && !minutes.is_empty() {
            let (reply, locale) = (line::UNACCEPTED, &rules.business.locale);
            let message =
                format!("no reply {reply:?} that the bot may say in locale {locale:?}; add it to replies/");
            self.problem("replies", message);
        }
    }
}

/// The line, counted from 1, on which the last part of a dotted key stands, below the lines of the parts before; the
/// first part stands at the margin.
fn line_of(text: &str, key: &str) -> Option<u64> {
    let mut parts = key.split('.').peekable();
    let mut at_margin = true;
    for (number, line) in (1..).zip(text.lines()) {
        let part = *parts.peek()?;
        if at_margin && line.starts_with([' ', '-']) {
            continue;
        }
        let line = line.trim_start().trim_start_matches("- ");
        if line.strip_prefix(part).is_some_and(|rest| rest.starts_with(':')) {
            parts.next();
            at_margin = false;
            if parts.peek().is_none() {
                return Some(number);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::line_of;

    #[test]
    fn lines_are_found_below_their_parents() {
        let text = "a:\n  x: 1\nb:\n  x: 2\nc:\n  - name: z\n";
        assert_eq!(line_of(text, "a.x"), Some(2));
        assert_eq!(line_of(text, "b.x"), Some(4));
        assert_eq!(line_of(text, "c.name"), Some(6));
        assert_eq!((line_of(text, "d"), line_of(text, "x")), (None, None));
    }
}
