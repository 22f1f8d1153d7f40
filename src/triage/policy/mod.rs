//! The policy: everything the business decides, read from `policy.yml` and checked as a whole.
//! Parsing is pure (text in, value out); reading the file is the rim's work.

mod check;
mod control;
mod hours;
mod routing;
mod rules;
mod service;

use std::sync::Arc;

use crate::domain::canned_response::CannedResponse;
use crate::domain::flow::Flow;
use crate::domain::handoff::Reason;
use crate::domain::id::{QueueName, Resolution, Tier};
use crate::domain::intent::Intent;
use crate::domain::lookup::LookupSpec;
use crate::domain::personal_data::Masking;
use crate::domain::queue::Priority;
use crate::triage::flow::Flows;
use crate::triage::policy::check::Check;
use crate::triage::policy::rules::{Lifted, Rules};
use crate::triage::policy::service::Service;
use crate::triage::reply::Replies;

pub use crate::triage::policy::control::{AlertRule, ComposerRules, Forbidden};
pub use crate::triage::policy::routing::{Mode, Routing};
pub use crate::triage::policy::rules::{Business, Limits, Mood, Phrases};

/// A mistake in `policy.yml` or in the replies it needs. `line` counts from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyProblem {
    pub line: Option<u64>,
    pub key: String,
    pub message: String,
}

/// Lines the engine itself says; each must be among the replies, as must `handoff.<reason>` for every reason.
pub const BOT_LINES: [&str; 28] = [
    line::GOODBYE,
    line::ASK_TEXT,
    line::CLARIFY,
    line::NOT_HELPED,
    line::QUEUED,
    line::CLAIMED,
    line::HANDED_BACK,
    line::RESOLVED,
    line::REQUEUED,
    line::AGENT_GONE,
    line::FLOW_CANCELLED,
    line::FLOW_RESUMED,
    line::CODE_SENT,
    line::CODE_NEW,
    line::CODE_ASK,
    line::CODE_WRONG,
    line::CONFIRM_AGAIN,
    line::STILL_LOOKING,
    line::BUTTON_YES,
    line::BUTTON_NO,
    line::STANDING,
    line::CLOSED,
    line::CLOSED_MESSAGE,
    line::CLOSED_CALLBACK,
    line::CONTACT_ASK,
    line::CONTACT_TAKEN,
    line::HANDOFF_LATER,
    line::OPENED,
];

/// Ids of the bot's own lines.
pub(crate) mod line {
    pub(crate) const GOODBYE: &str = "goodbye";
    pub(crate) const ASK_TEXT: &str = "ask_text";
    pub(crate) const CLARIFY: &str = "clarify";
    pub(crate) const NOT_HELPED: &str = "not_helped";
    pub(crate) const QUEUED: &str = "queued";
    /// Needed only where some queue has a time to accept in.
    pub(crate) const UNACCEPTED: &str = "unaccepted";
    pub(crate) const CLAIMED: &str = "claimed";
    pub(crate) const HANDED_BACK: &str = "handed_back";
    pub(crate) const RESOLVED: &str = "resolved";
    pub(crate) const REQUEUED: &str = "requeued";
    pub(crate) const AGENT_GONE: &str = "agent_gone";
    pub(crate) const FLOW_CANCELLED: &str = "flow_cancelled";
    pub(crate) const FLOW_RESUMED: &str = "flow_resumed";
    pub(crate) const CODE_SENT: &str = "code_sent";
    pub(crate) const CODE_NEW: &str = "code_new";
    pub(crate) const CODE_ASK: &str = "code_ask";
    pub(crate) const CODE_WRONG: &str = "code_wrong";
    pub(crate) const CONFIRM_AGAIN: &str = "confirm_again";
    pub(crate) const STILL_LOOKING: &str = "still_looking";
    pub(crate) const BUTTON_YES: &str = "button_yes";
    pub(crate) const BUTTON_NO: &str = "button_no";
    pub(crate) const STANDING: &str = "standing";
    pub(crate) const CLOSED: &str = "closed";
    pub(crate) const CLOSED_MESSAGE: &str = "closed_message";
    pub(crate) const CLOSED_CALLBACK: &str = "closed_callback";
    pub(crate) const CONTACT_ASK: &str = "contact_ask";
    pub(crate) const CONTACT_TAKEN: &str = "contact_taken";
    pub(crate) const HANDOFF_LATER: &str = "handoff_later";
    pub(crate) const OPENED: &str = "opened";
}

/// What the business wrote beside the policy, and what its systems can be asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Written<'a> {
    pub replies: &'a [CannedResponse],
    pub flows: &'a [Flow],
    pub lookups: &'a [LookupSpec],
}

/// A checked policy together with the lines and flows it needs.
#[derive(Debug, Clone)]
pub struct Policy {
    rules: Rules,
    pub replies: Arc<Replies>,
    pub flows: Arc<Flows>,
    queues: Vec<(QueueName, Vec<Intent>)>,
    default_queue: QueueName,
    service: Service,
    /// Where this server is reached from outside, without a slash at the end; for links in handoffs.
    pub base_url: String,
    /// Hash of everything it was made from; stands in every trace.
    pub version: String,
}

/// The one in service: asked for anew at each look, since it can be exchanged.
pub type PolicyInService = Arc<dyn Fn() -> Arc<Policy> + Send + Sync>;

impl Policy {
    /// All problems are returned, not the first only.
    pub fn parse(
        text: &str,
        written: &Written<'_>,
        base_url: &str,
        version: String,
    ) -> Result<Self, Vec<PolicyProblem>> {
        let mut rules: Rules = serde_saphyr::from_str(text).map_err(|error| {
            let line = error.location().map(|location| location.line());
            let message = error.to_string().lines().next().unwrap_or_default().to_owned();
            vec![PolicyProblem {
                line,
                key: String::new(),
                message,
            }]
        })?;
        let mut check = Check {
            text,
            problems: Vec::new(),
        };
        check.numbers(&rules);
        let replies = check.replies(&rules, written.replies);
        let queues = check.queues(&rules);
        check.acceptance(&rules, replies.as_ref());
        let flows = check.flows(&rules, written);
        let service = check.service(&rules);
        check.tiers(&rules);
        check.resolutions(&rules);
        check.control(&rules);
        rules.phrases.normalise();
        match (check.problems.is_empty(), replies, queues, flows, service) {
            (true, Some(replies), Some((queues, default_queue)), Some(flows), Some(service)) => Ok(Self {
                rules,
                replies: Arc::new(replies),
                flows: Arc::new(flows),
                queues,
                default_queue,
                service,
                base_url: base_url.trim_end_matches('/').to_owned(),
                version,
            }),
            _ => Err(check.problems),
        }
    }

    pub fn business(&self) -> &Business {
        &self.rules.business
    }

    /// Which personal data is masked before anything is kept.
    pub fn masking(&self) -> &Masking {
        &self.rules.personal_data
    }

    pub fn speaks(&self, language: &str) -> bool {
        self.rules.languages.iter().any(|spoken| spoken == language)
    }

    /// The confidence at which the bot acts on this intent.
    pub fn answer_at(&self, intent: &Intent) -> f32 {
        self.rules
            .confidence
            .intents
            .get(intent)
            .copied()
            .unwrap_or(self.rules.confidence.answer)
    }

    /// The confidence from which an intent is worth asking about.
    pub fn clarify_at(&self) -> f32 {
        self.rules.confidence.clarify
    }

    /// The score a passage needs; lower when its article names the intent.
    pub fn match_at(&self, intent: &Intent, linked: bool) -> f32 {
        if linked {
            self.rules
                .matching
                .intents
                .get(intent)
                .copied()
                .unwrap_or(self.rules.matching.linked)
        } else {
            self.rules.matching.unlinked
        }
    }

    pub fn mood(&self) -> &Mood {
        &self.rules.sentiment
    }

    pub fn limits(&self) -> &Limits {
        &self.rules.limits
    }

    /// The reply that answers this intent without a look at the articles.
    pub fn small_talk(&self, intent: &Intent) -> Option<&str> {
        self.rules.small_talk.get(intent).map(String::as_str)
    }

    /// The reply that asks for more when this intent says too little.
    pub fn question(&self, intent: &Intent) -> Option<&str> {
        self.rules.ask.get(intent).map(String::as_str)
    }

    pub fn always_human(&self, intent: &Intent) -> bool {
        self.rules.always_human.contains(intent)
    }

    /// Normalised, as the text is that they are looked for in.
    pub fn phrases(&self) -> &Phrases {
        &self.rules.phrases
    }

    pub fn label(&self, intent: &Intent) -> Option<&str> {
        self.rules.labels.get(intent).map(String::as_str)
    }

    /// The queue that lists this intent.
    pub fn queue_of(&self, intent: &Intent) -> Option<&QueueName> {
        let listed = self.queues.iter().find(|(_, intents)| intents.contains(intent));
        listed.map(|(name, _)| name)
    }

    /// The same, or the one that has the rest.
    pub fn queue_for(&self, intent: Option<&Intent>) -> &QueueName {
        intent
            .and_then(|intent| self.queue_of(intent))
            .unwrap_or(&self.default_queue)
    }

    /// Every intent that the policy names, with the key under which it stands.
    pub fn named_intents(&self) -> Vec<(String, &Intent)> {
        let rules = &self.rules;
        let lists: [(&str, Vec<&Intent>); 6] = [
            ("confidence.intents", rules.confidence.intents.keys().collect()),
            ("match.intents", rules.matching.intents.keys().collect()),
            ("small_talk", rules.small_talk.keys().collect()),
            ("ask", rules.ask.keys().collect()),
            ("always_human", rules.always_human.iter().collect()),
            ("labels", rules.labels.keys().collect()),
        ];
        let lists = lists.into_iter().map(|(key, intents)| (key.to_owned(), intents));
        let queues = self
            .queues
            .iter()
            .map(|(queue, intents)| (format!("queues.{queue}.intents"), intents.iter().collect()));
        let flows = self
            .flows
            .intents()
            .map(|(flow, intent)| (format!("flows.{flow}.intents"), vec![intent]));
        lists
            .chain(queues)
            .chain(flows)
            .flat_map(|(key, intents)| intents.into_iter().map(move |intent| (key.clone(), intent)))
            .collect()
    }

    pub fn has_queue(&self, name: &QueueName) -> bool {
        self.queues.iter().any(|(queue, _)| queue == name)
    }

    /// Whether agents may give this as the reason why a conversation ended.
    pub fn has_resolution(&self, resolution: &Resolution) -> bool {
        let mut listed = self.rules.resolutions.iter();
        listed.any(|name| name == resolution.as_str())
    }

    pub fn routing(&self) -> &Routing {
        &self.rules.routing
    }

    /// The skills, all of them, and the languages, one of them, that an agent of this queue needs.
    pub fn needs_of(&self, name: &QueueName) -> (&[String], &[String]) {
        let queue = self.rules.queues.iter().find(|queue| queue.name == name.as_str());
        queue.map_or((&[], &[]), |queue| (&queue.skills, &queue.languages))
    }

    pub fn priority_of(&self, reasons: &[Reason]) -> Priority {
        let any = |list: &[Reason]| reasons.iter().any(|reason| list.contains(reason));
        if any(&self.rules.priority.urgent) {
            Priority::Urgent
        } else if any(&self.rules.priority.high) {
            Priority::High
        } else {
            Priority::Normal
        }
    }

    /// What a handoff has at least whose customer is of this tier; `None`: the policy does not name it.
    pub fn priority_of_tier(&self, tier: &Tier) -> Option<Priority> {
        let priority = self.rules.priority.tiers.get(tier.as_str())?;
        Some(match priority.value {
            Lifted::High => Priority::High,
            Lifted::Urgent => Priority::Urgent,
        })
    }

    /// In which somebody has to accept a handoff to this queue; `None`: it is not watched.
    pub fn accept_within_minutes(&self, queue: &QueueName) -> Option<u32> {
        let minutes = &self.rules.handoff.accept_within_minutes;
        minutes.get(queue.as_str()).copied()
    }
}
