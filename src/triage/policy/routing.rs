//! `routing` in `policy.yml`: how waiting conversations find their agents. Every key may be left out.

use serde::Deserialize;

use crate::domain::presence::PresenceLimits;
use crate::domain::queue::Priority;
use crate::domain::time::Duration;

/// Who begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Agents look at the queue and claim.
    Pull,
    /// Each waiting conversation is offered to one agent at a time; claiming by hand still works.
    Offer,
}

/// How many units of an agent's capacity a conversation takes, by its priority.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Weights {
    pub(super) urgent: u32,
    pub(super) high: u32,
    pub(super) normal: u32,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            urgent: 1,
            high: 1,
            normal: 1,
        }
    }
}

/// The longest `gone_minutes`: a day.
const GONE_MINUTES_MAX: u32 = 1_440;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Routing {
    pub mode: Mode,
    pub(super) weights: Weights,
    pub(super) offer_seconds: u32,
    pub(super) again_seconds: u32,
    pub(super) wrap_up_seconds: u32,
    pub(super) presence_seconds: u32,
    pub(super) gone_minutes: u32,
    pub(super) ageing_minutes: u32,
    /// How many levels of priority a first response that is due weighs.
    pub sla_weight: f64,
}

impl Default for Routing {
    fn default() -> Self {
        Self {
            mode: Mode::Pull,
            weights: Weights::default(),
            offer_seconds: 30,
            again_seconds: 60,
            wrap_up_seconds: 0,
            presence_seconds: 90,
            gone_minutes: 10,
            ageing_minutes: 20,
            sla_weight: 1.0,
        }
    }
}

impl Routing {
    /// In whole units, at least 1.
    pub fn weight(&self, priority: Priority) -> u32 {
        match priority {
            Priority::Urgent => self.weights.urgent,
            Priority::High => self.weights.high,
            Priority::Normal => self.weights.normal,
        }
    }

    /// How long an offer stands.
    pub fn offer(&self) -> Duration {
        Duration::from_secs(i64::from(self.offer_seconds))
    }

    /// How long everybody is left alone who was asked in vain, before they are asked once more.
    pub fn again(&self) -> Duration {
        Duration::from_secs(i64::from(self.again_seconds))
    }

    /// The wait that raises an item by one level of priority.
    pub fn ageing(&self) -> Duration {
        Duration::from_mins(i64::from(self.ageing_minutes))
    }

    pub fn presence(&self) -> PresenceLimits {
        PresenceLimits {
            lapse: Duration::from_secs(i64::from(self.presence_seconds)),
            wrap_up: Duration::from_secs(i64::from(self.wrap_up_seconds)),
        }
    }

    /// How long a customer waits for an agent who is offline; `None`: for ever.
    pub fn gone(&self) -> Option<Duration> {
        (self.gone_minutes > 0).then(|| Duration::from_mins(i64::from(self.gone_minutes)))
    }

    /// Keys whose value makes no sense, and what does.
    pub(super) fn problems(&self) -> Vec<(&'static str, String)> {
        let at_least_one = [
            ("routing.weights.urgent", self.weights.urgent),
            ("routing.weights.high", self.weights.high),
            ("routing.weights.normal", self.weights.normal),
            ("routing.offer_seconds", self.offer_seconds),
            ("routing.presence_seconds", self.presence_seconds),
            ("routing.ageing_minutes", self.ageing_minutes),
        ];
        let mut problems: Vec<_> = at_least_one
            .into_iter()
            .filter(|(_, value)| *value == 0)
            .map(|(key, _)| (key, "0 is too little; give a whole number, 1 or more".to_owned()))
            .collect();
        if self.gone_minutes > GONE_MINUTES_MAX {
            let message = format!(
                "{} is more than a day; give 1 to {GONE_MINUTES_MAX}, or 0 for never",
                self.gone_minutes
            );
            problems.push(("routing.gone_minutes", message));
        }
        if !self.sla_weight.is_finite() || self.sla_weight < 0.0 {
            let message = format!("{} is no weight; give 0 or more", self.sla_weight);
            problems.push(("routing.sla_weight", message));
        }
        problems
    }
}
