//! `policy.yml` as it is written: the shapes of its keys, unknown ones refused. What the values may be is
//! checked in `check`; the shipped file explains every key.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;

use crate::domain::handoff::{Fallback, Reason};
use crate::domain::intent::Intent;
use crate::domain::moment::DateOrder;
use crate::domain::personal_data::Masking;
use crate::triage::phrases::normalise;
use crate::triage::policy::control::{AlertRule, ComposerRules};
use crate::triage::policy::hours::Calendar;
use crate::triage::policy::routing::Routing;
use crate::triage::policy::service::SlaRules;

/// `policy.yml` as it is written; the shipped one explains every key.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    pub(super) business: Business,
    pub(super) languages: Vec<String>,
    pub(super) confidence: Confidence,
    #[serde(rename = "match")]
    pub(super) matching: Match,
    pub(super) sentiment: Mood,
    pub(super) limits: Limits,
    pub(super) small_talk: BTreeMap<Intent, String>,
    pub(super) ask: BTreeMap<Intent, String>,
    pub(super) always_human: Vec<Intent>,
    pub(super) phrases: Phrases,
    pub(super) queues: Vec<Queue>,
    pub(super) default_queue: String,
    pub(super) priority: Priorities,
    /// Calendars by name; none: always open.
    #[serde(default)]
    pub(super) hours: BTreeMap<String, Calendar>,
    pub(super) sla: SlaRules,
    /// Of queues that have none of their own.
    #[serde(default)]
    pub(super) fallback: Option<Fallback>,
    pub(super) labels: BTreeMap<Intent, String>,
    #[serde(default)]
    pub(super) handoff: HandoffRules,
    #[serde(default)]
    pub(super) personal_data: Masking,
    #[serde(default)]
    pub(super) routing: Routing,
    /// Why agents end a conversation.
    #[serde(default = "resolutions")]
    pub(super) resolutions: Vec<String>,
    #[serde(default)]
    pub(super) composer: ComposerRules,
    #[serde(default)]
    pub(super) alerts: Vec<AlertRule>,
}

fn resolutions() -> Vec<String> {
    let names = ["solved", "no_reply", "duplicate", "spam", "other"];
    names.map(str::to_owned).to_vec()
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Business {
    pub name: String,
    pub locale: String,
    /// Whose "tomorrow" it is.
    #[serde(default = "utc", deserialize_with = "time_zone")]
    pub time_zone: TimeZone,
    /// How 03/04 is meant; without it such a date stays as it was written.
    #[serde(default)]
    pub date_order: Option<DateOrder>,
}

fn utc() -> TimeZone {
    TimeZone::UTC
}

/// By its name in the IANA database, which the system keeps.
fn time_zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TimeZone, D::Error> {
    let name = String::deserialize(deserializer)?;
    TimeZone::get(&name).map_err(|error| {
        D::Error::custom(format!(
            "{name:?} is no time zone that this system knows ({error}); give one such as Europe/London, or UTC"
        ))
    })
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Confidence {
    pub(super) answer: f32,
    pub(super) clarify: f32,
    pub(super) intents: BTreeMap<Intent, f32>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Match {
    pub(super) linked: f32,
    pub(super) unlinked: f32,
    pub(super) intents: BTreeMap<Intent, f32>,
}

/// Bars for the probability of `negative`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mood {
    /// For one message.
    pub now: f32,
    /// For the mean of the newest `over` messages.
    pub conversation: f32,
    pub over: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub failures: u32,
    pub turns: u32,
    /// How long a customer pauses before the bot answers, in milliseconds; 0: it answers each message at once.
    #[serde(default)]
    pub pause_ms: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phrases {
    pub asked_for_human: Vec<String>,
    pub urgent: Vec<String>,
    pub not_helped: Vec<String>,
    /// End a flow.
    #[serde(default)]
    pub cancel: Vec<String>,
    /// Ask for another one-time code.
    #[serde(default)]
    pub resend_code: Vec<String>,
    /// Ask the same of another thing: "and the other one?"
    #[serde(default)]
    pub follow_up: Vec<String>,
    /// Ask how long it still takes, while waiting for a person.
    #[serde(default)]
    pub how_long: Vec<String>,
    /// How a yes and a no begin.
    #[serde(default)]
    pub yes: Vec<String>,
    #[serde(default)]
    pub no: Vec<String>,
    pub sensitive_topics: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Queue {
    pub(super) name: String,
    pub(super) intents: Vec<Intent>,
    /// The name of its calendar.
    #[serde(default)]
    pub(super) hours: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) fallback: Option<Spanned<Fallback>>,
    /// An agent needs all of them.
    #[serde(default)]
    pub(super) skills: Vec<String>,
    /// ISO 639-1; an agent needs one of them.
    #[serde(default)]
    pub(super) languages: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Priorities {
    pub(super) urgent: Vec<Reason>,
    pub(super) high: Vec<Reason>,
    /// By the customer's tier: what a handoff has at least.
    #[serde(default)]
    pub(super) tiers: BTreeMap<String, Spanned<Lifted>>,
}

/// A priority above `normal`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Lifted {
    High,
    Urgent,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HandoffRules {
    /// By queue. One that is missing here is not watched.
    #[serde(default)]
    pub(super) accept_within_minutes: BTreeMap<String, u32>,
}

impl Phrases {
    /// As the text is normalised that they are looked for in.
    pub(super) fn normalise(&mut self) {
        let lists = [
            &mut self.asked_for_human,
            &mut self.urgent,
            &mut self.not_helped,
            &mut self.cancel,
            &mut self.resend_code,
            &mut self.follow_up,
            &mut self.how_long,
            &mut self.yes,
            &mut self.no,
        ];
        for phrase in lists
            .into_iter()
            .chain(self.sensitive_topics.values_mut())
            .flatten()
        {
            *phrase = normalise(phrase);
        }
    }
}
