//! Why the engine did what it did, turn by turn, on the wire. Never shown to customers.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::article::ArticleHit;
use crate::domain::note::Note;
use crate::domain::reading::Reading;
use crate::domain::task::{Task, Work};
use crate::domain::time::Timestamp;
use crate::domain::turn::{Action, AgentAction, Input, TraceStep, TurnRecord};
use crate::http::views::handoff::{EntityView, IntentView, views};
use crate::http::views::turn::SentimentView;
use crate::http::views::{AgentView, MessageView, NoteView, Viewer};

/// One rule that was considered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleView {
    rule: String,
    /// What the rule looked at.
    #[schema(value_type = Object)]
    inputs: Value,
    /// Whether it applied.
    fired: bool,
}

impl From<&TraceStep> for RuleView {
    fn from(step: &TraceStep) -> Self {
        Self {
            rule: step.rule.clone(),
            inputs: step.inputs.clone(),
            fired: step.fired,
        }
    }
}

/// One passage that the search found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HitView {
    article: String,
    passage: String,
    title: String,
    heading: String,
    text: String,
    /// `public`, or `internal`: for agents only, never to be sent to customers.
    audience: &'static str,
    /// 0 to 1: the share of the question's informative words that it covers.
    score: f32,
}

impl From<&ArticleHit> for HitView {
    fn from(hit: &ArticleHit) -> Self {
        Self {
            article: hit.citation.article.clone(),
            passage: hit.citation.passage.clone(),
            title: hit.title.clone(),
            heading: hit.heading.clone(),
            text: hit.text.clone(),
            audience: hit.audience.as_str(),
            score: hit.score,
        }
    }
}

/// All that the model and the search said of one message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadingView {
    intents: Vec<IntentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sentiment: Option<SentimentView>,
    /// ISO 639-1.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    entities: Vec<EntityView>,
    hits: Vec<HitView>,
    /// Name, version and first digits of the hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    /// Why the message could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
}

impl From<&Reading> for ReadingView {
    fn from(reading: &Reading) -> Self {
        Self {
            intents: views(&reading.intents),
            sentiment: reading.sentiment.as_ref().map(SentimentView::from),
            language: reading.language.as_ref().map(|language| language.code.clone()),
            entities: views(&reading.entities),
            hits: views(&reading.hits),
            model: reading.model.clone(),
            fault: reading.fault.as_ref().map(ToString::to_string),
        }
    }
}

/// What was asked of the company's systems, or set for later.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskView {
    id: String,
    /// `lookup`, `send_code` (a one-time code to the customer) or `timer`.
    kind: &'static str,
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
    /// Which one: `shop.order` for example; not with `kind` `timer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    lookup: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arguments: Option<BTreeMap<String, String>>,
}

impl From<&Task> for TaskView {
    fn from(task: &Task) -> Self {
        let (kind, request) = match &task.work {
            Work::Lookup { request } => ("lookup", Some(request)),
            Work::SendCode { request } => ("send_code", Some(request)),
            Work::Timer => ("timer", None),
        };
        Self {
            id: task.id.to_string(),
            kind,
            due_at: task.due_at,
            lookup: request.map(|request| request.lookup.clone()),
            arguments: request.map(|request| request.arguments.clone()),
        }
    }
}

/// What came of a task that an earlier turn asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResultView {
    task: String,
    /// `ok`, another one that the connector declares, or `unavailable`; `fired` for a timer.
    outcome: String,
    /// What the company's system answered, by the connector's names.
    #[schema(value_type = Object)]
    fields: BTreeMap<String, Value>,
    /// Why it is unavailable.
    #[serde(skip_serializing_if = "String::is_empty")]
    problem: String,
}

impl ResultView {
    /// `None` for an input that ends no task.
    fn of(input: &Input) -> Option<Self> {
        match input {
            // Without the digest of the code: whoever has it finds the code.
            Input::LookupDone { task, result } | Input::CodeSent { task, result, .. } => Some(Self {
                task: task.to_string(),
                outcome: result.outcome.clone(),
                fields: result.fields.clone(),
                problem: result.problem.clone(),
            }),
            Input::TimerFired { task } => Some(Self {
                task: task.to_string(),
                outcome: "fired".to_owned(),
                fields: BTreeMap::new(),
                problem: String::new(),
            }),
            Input::Opened
            | Input::CustomerMessage { .. }
            | Input::AgentMessage { .. }
            | Input::AgentAction { .. }
            | Input::Note { .. }
            | Input::Rated { .. }
            | Input::Offered { .. }
            | Input::AgentGone { .. } => None,
        }
    }
}

/// One turn, and why it came out as it did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TraceView {
    version: u64,
    epoch: u64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// `opened`, `customer_message`, `agent_message`, `note`, `claim`, `take_over`, `release`, `transfer`, `resolve`,
    /// `hand_back`, `accept`, `decline`, `snooze`, `offered`, `agent_gone`, `rated`, `lookup_done`, `code_sent` or
    /// `timer_fired`.
    input: &'static str,
    /// With the last three.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<ResultView>,
    /// Who acted, when it was an agent, to whom it was offered, or who is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<AgentView>,
    action: &'static str,
    /// With `action` `handoff`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reading: Option<ReadingView>,
    /// Hash of the policy and the replies decided under.
    policy: String,
    /// Every rule that was considered, in order.
    rules: Vec<RuleView>,
    messages: Vec<MessageView>,
    /// With `input` `note`.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<NoteView>,
    /// What this turn asks for; a later turn has the result.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tasks: Vec<TaskView>,
}

impl From<&TurnRecord> for TraceView {
    fn from(record: &TurnRecord) -> Self {
        let (input, agent) = match &record.input {
            Input::Opened => ("opened", None),
            Input::CustomerMessage { .. } => ("customer_message", None),
            Input::AgentMessage { agent, .. } => ("agent_message", Some(agent)),
            Input::AgentAction { agent, action } => (action_name(action), Some(agent)),
            Input::Note { agent, .. } => ("note", Some(agent)),
            Input::Rated { .. } => ("rated", None),
            Input::Offered { agent } => ("offered", Some(agent)),
            Input::AgentGone { agent, .. } => ("agent_gone", Some(agent)),
            Input::LookupDone { .. } => ("lookup_done", None),
            Input::CodeSent { .. } => ("code_sent", None),
            Input::TimerFired { .. } => ("timer_fired", None),
        };
        let reason = if let Action::Handoff(reason) = record.action {
            Some(reason.as_str())
        } else {
            None
        };
        let messages = record.messages.iter();
        Self {
            version: record.conversation.version,
            epoch: record.conversation.epoch,
            at: record.conversation.updated_at,
            input,
            result: ResultView::of(&record.input),
            agent: agent.map(|agent| AgentView::new(agent, Viewer::Staff)),
            action: record.action.as_str(),
            reason,
            reading: record.reading.as_ref().map(ReadingView::from),
            policy: record.trace.policy.clone(),
            rules: views(&record.trace.steps),
            messages: messages
                .map(|message| MessageView::new(message, Viewer::Staff))
                .collect(),
            note: Note::of(record).as_ref().map(NoteView::from),
            tasks: views(&record.tasks),
        }
    }
}

fn action_name(action: &AgentAction) -> &'static str {
    match action {
        AgentAction::Claim => "claim",
        AgentAction::Release => "release",
        AgentAction::Transfer { .. } | AgentAction::TransferToAgent { .. } => "transfer",
        AgentAction::TakeOver => "take_over",
        AgentAction::Resolve | AgentAction::ResolveAs { .. } => "resolve",
        AgentAction::HandBack => "hand_back",
        AgentAction::Accept => "accept",
        AgentAction::Decline => "decline",
        AgentAction::Snooze { .. } => "snooze",
    }
}
