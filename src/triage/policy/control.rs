//! `alerts` and `composer` in `policy.yml`: when supervisors are called, and what agents are told before they send.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::domain::alert::Measure;
use crate::domain::figures::DAY_HOURS;
use crate::domain::finding::Severity;
use crate::triage::policy::Policy;
use crate::triage::policy::check::Check;
use crate::triage::policy::rules::Rules;

/// The longest name of an alert, in characters.
const NAME_CHARS_MAX: usize = 80;

/// Customers' messages are counted no further back.
const OVER_MINUTES_MAX: u32 = DAY_HOURS as u32 * 60;

/// When an alert is raised.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertRule {
    /// No two have the same.
    pub name: String,
    pub when: Measure,
    /// Raised above this value: 0 to 1 for a share, customers for `waiting`, minutes for `oldest_wait`.
    pub above: f64,
    /// Over how many of the last minutes a share is taken; nothing to the others.
    #[serde(default = "fifteen")]
    pub over_minutes: u32,
    /// A share of fewer messages than this says nothing.
    #[serde(default = "twenty")]
    pub at_least: u64,
}

fn fifteen() -> u32 {
    15
}

fn twenty() -> u64 {
    20
}

/// Phrases that are looked for in what agents write.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forbidden {
    /// As whole words; case and punctuation do not matter.
    pub phrases: Vec<String>,
    #[serde(default)]
    pub severity: Severity,
    /// What the agent reads.
    pub message: String,
}

/// What is looked for in an agent's text before it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ComposerRules {
    /// Whether numbers and addresses of people are found.
    pub personal_data: bool,
    /// What nobody may promise or say.
    pub forbidden: Vec<Forbidden>,
    /// Words that read as unfriendly.
    pub tone: Vec<Forbidden>,
}

impl Check<'_> {
    pub(super) fn control(&mut self, rules: &Rules) {
        let mut names = BTreeSet::new();
        for alert in &rules.alerts {
            for (key, message) in problems(alert) {
                self.problem(key, format!("{}: {message}", alert.name));
            }
            if !names.insert(&alert.name) {
                let message = format!("{:?} is the name of two alerts; give each its own", alert.name);
                self.problem("alerts.name", message);
            }
        }
        for (key, lists) in [
            ("composer.forbidden", &rules.composer.forbidden),
            ("composer.tone", &rules.composer.tone),
        ] {
            for list in lists {
                let wordless = |phrase: &String| !phrase.chars().any(char::is_alphanumeric);
                if list.phrases.is_empty() || list.phrases.iter().any(wordless) {
                    self.problem(key, "each entry needs phrases, and each phrase a word".into());
                }
                if list.message.trim().is_empty() {
                    self.problem(key, "say in `message` what the agent should write instead".into());
                }
            }
        }
    }
}

fn problems(alert: &AlertRule) -> Vec<(&'static str, String)> {
    let mut problems = Vec::new();
    if alert.name.trim().is_empty() || alert.name.chars().count() > NAME_CHARS_MAX {
        problems.push(("alerts.name", format!("give 1 to {NAME_CHARS_MAX} characters")));
    }
    let top = if alert.when.is_share() { 1.0 } else { f64::MAX };
    if !(0.0..=top).contains(&alert.above) {
        let range = if alert.when.is_share() {
            "a share of 0 to 1"
        } else {
            "0 or more"
        };
        problems.push(("alerts.above", format!("{} is not {range}", alert.above)));
    }
    if !(1..=OVER_MINUTES_MAX).contains(&alert.over_minutes) {
        problems.push((
            "alerts.over_minutes",
            format!("give 1 to {OVER_MINUTES_MAX} minutes"),
        ));
    }
    problems
}

impl Policy {
    pub fn alerts(&self) -> &[AlertRule] {
        &self.rules.alerts
    }

    pub fn composer(&self) -> &ComposerRules {
        &self.rules.composer
    }

    /// The same policy with other bars, where some are given: `confidence.answer`, `confidence.clarify`, `match.linked` and
    /// `match.unlinked`. An intent that has a bar of its own keeps it.
    pub fn with_bars(
        &self,
        answer: Option<f32>,
        clarify: Option<f32>,
        linked: Option<f32>,
        unlinked: Option<f32>,
    ) -> Self {
        let mut policy = self.clone();
        let (confidence, matching) = (&mut policy.rules.confidence, &mut policy.rules.matching);
        confidence.answer = answer.unwrap_or(confidence.answer);
        confidence.clarify = clarify.unwrap_or(confidence.clarify);
        matching.linked = linked.unwrap_or(matching.linked);
        matching.unlinked = unlinked.unwrap_or(matching.unlinked);
        policy
    }
}
