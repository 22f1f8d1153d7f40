//! Events: durable facts. Their JSON is a contract with the outside (webhooks, event streams), so these types
//! are the wire types, and the same bytes are sent however often and by whichever way.

use serde::Serialize;

use crate::domain::agent::Agent;
use crate::domain::alert::AlertTold;
use crate::domain::conversation::{Conversation, Customer};
use crate::domain::entity::Entity;
use crate::domain::handoff::{
    ArticleReference, EarlierConversation, Handoff, Mood, Reason, SuggestedReply, Tried, Why,
};
use crate::domain::id::{ConversationId, EndpointId, EventId, QueueName, Resolution, WorkspaceId};
use crate::domain::intent::ScoredIntent;
use crate::domain::message::Message;
use crate::domain::note::Note;
use crate::domain::queue::Priority;
use crate::domain::sla::SlaAlert;
use crate::domain::time::Timestamp;

/// What webhook endpoints can ask for, and event streams carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    ConversationCreated,
    ConversationReopened,
    ConversationResolved,
    MessageCreated,
    NoteCreated,
    HandoffRequested,
    HandoffAccepted,
    HandoffReleased,
    HandoffEnded,
    HandoffUnaccepted,
    HandoffOffered,
    HandoffDeclined,
    HandoffSnoozed,
    HandoffResumed,
    CsatRated,
    SlaWarning,
    SlaBreached,
    AlertRaised,
    AlertCleared,
    EndpointDisabled,
    WebhookTest,
}

impl EventKind {
    pub const ALL: [Self; 21] = [
        Self::ConversationCreated,
        Self::ConversationReopened,
        Self::ConversationResolved,
        Self::MessageCreated,
        Self::NoteCreated,
        Self::HandoffRequested,
        Self::HandoffAccepted,
        Self::HandoffReleased,
        Self::HandoffEnded,
        Self::HandoffUnaccepted,
        Self::HandoffOffered,
        Self::HandoffDeclined,
        Self::HandoffSnoozed,
        Self::HandoffResumed,
        Self::CsatRated,
        Self::SlaWarning,
        Self::SlaBreached,
        Self::AlertRaised,
        Self::AlertCleared,
        Self::EndpointDisabled,
        Self::WebhookTest,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConversationCreated => "conversation.created",
            Self::ConversationReopened => "conversation.reopened",
            Self::ConversationResolved => "conversation.resolved",
            Self::MessageCreated => "message.created",
            Self::NoteCreated => "note.created",
            Self::HandoffRequested => "handoff.requested",
            Self::HandoffAccepted => "handoff.accepted",
            Self::HandoffReleased => "handoff.released",
            Self::HandoffEnded => "handoff.ended",
            Self::HandoffUnaccepted => "handoff.unaccepted",
            Self::HandoffOffered => "handoff.offered",
            Self::HandoffDeclined => "handoff.declined",
            Self::HandoffSnoozed => "handoff.snoozed",
            Self::HandoffResumed => "handoff.resumed",
            Self::CsatRated => "csat.rated",
            Self::SlaWarning => "sla.warning",
            Self::SlaBreached => "sla.breached",
            Self::AlertRaised => "alert.raised",
            Self::AlertCleared => "alert.cleared",
            Self::EndpointDisabled => "endpoint.disabled",
            Self::WebhookTest => "webhook.test",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub id: EventId,
    pub at: Timestamp,
    pub data: EventData,
}

impl Event {
    /// That an endpoint takes no more, by what it answered at `at`.
    pub fn disabled(workspace: &WorkspaceId, endpoint: &EndpointId, reason: &str, at: Timestamp) -> Self {
        Self {
            id: EventId::of_endpoint(endpoint, at),
            at,
            data: EventData::EndpointDisabled {
                workspace: workspace.clone(),
                endpoint_id: endpoint.clone(),
                reason: reason.to_owned(),
            },
        }
    }
}

/// The `data` of an event; which variant it is stands in `type`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum EventData {
    ConversationCreated {
        conversation_id: ConversationId,
        workspace: WorkspaceId,
        customer: Customer,
    },
    ConversationReopened {
        conversation_id: ConversationId,
        workspace: WorkspaceId,
        epoch: u64,
    },
    /// `by` is `customer`, `bot` or `agent`.
    ConversationResolved {
        conversation_id: ConversationId,
        workspace: WorkspaceId,
        by: &'static str,
        agent: Option<Agent>,
        /// As the agent said it.
        resolution: Option<Resolution>,
    },
    MessageCreated {
        conversation_id: ConversationId,
        workspace: WorkspaceId,
        message: Message,
    },
    /// Between staff, and never for customers.
    NoteCreated {
        conversation_id: ConversationId,
        workspace: WorkspaceId,
        note: Note,
    },
    HandoffRequested(Box<HandoffRequested>),
    HandoffAccepted {
        conversation_id: ConversationId,
        workspace: WorkspaceId,
        epoch: u64,
        agent: Agent,
        /// Who held it until a supervisor took it over.
        taken_from: Option<Agent>,
    },
    /// Back in a queue, the same or another. `reason` is `released`, by the agent, or `gone`: the agent is not there any more,
    /// and the customer waited.
    HandoffReleased {
        conversation_id: ConversationId,
        workspace: WorkspaceId,
        epoch: u64,
        agent: Agent,
        queue: QueueName,
        reason: &'static str,
    },
    /// Back with the bot.
    HandoffEnded {
        conversation_id: ConversationId,
        workspace: WorkspaceId,
        epoch: u64,
        agent: Agent,
    },
    /// Nobody accepted it within the time of its queue; `priority` is the one it has been raised to.
    HandoffUnaccepted {
        conversation_id: ConversationId,
        workspace: WorkspaceId,
        epoch: u64,
        queue: QueueName,
        priority: Priority,
        waiting_since: Timestamp,
        links: Links,
    },
    /// Held out to an agent, who has until then to accept it.
    HandoffOffered {
        conversation_id: ConversationId,
        workspace: WorkspaceId,
        epoch: u64,
        agent: Agent,
        queue: QueueName,
        priority: Priority,
        until: Timestamp,
    },
    /// Not taken; `reason` is `declined` or `timed_out`.
    HandoffDeclined {
        conversation_id: ConversationId,
        workspace: WorkspaceId,
        epoch: u64,
        agent: Agent,
        reason: &'static str,
    },
    /// Put off by its holder.
    HandoffSnoozed {
        conversation_id: ConversationId,
        workspace: WorkspaceId,
        epoch: u64,
        agent: Agent,
        until: Timestamp,
    },
    /// Back with its holder; `by` is `time`, `customer` or `agent`.
    HandoffResumed {
        conversation_id: ConversationId,
        workspace: WorkspaceId,
        epoch: u64,
        agent: Agent,
        by: &'static str,
    },
    CsatRated {
        conversation_id: ConversationId,
        workspace: WorkspaceId,
        score: u8,
        comment: String,
    },
    /// A person's answer is due soon.
    SlaWarning(Box<SlaAlert>),
    /// It was due, and has not come.
    SlaBreached(Box<SlaAlert>),
    /// Of no conversation: a figure of the whole business is above what its people want.
    AlertRaised(Box<AlertTold>),
    /// It is no more.
    AlertCleared(Box<AlertTold>),
    /// Of no conversation: an endpoint asked for no more, and the others learn of it.
    EndpointDisabled {
        workspace: WorkspaceId,
        endpoint_id: EndpointId,
        reason: String,
    },
    /// Of no conversation: an admin tries an endpoint, and nobody else gets it.
    WebhookTest {
        workspace: WorkspaceId,
        endpoint_id: EndpointId,
    },
}

impl EventData {
    pub fn kind(&self) -> EventKind {
        match self {
            Self::ConversationCreated { .. } => EventKind::ConversationCreated,
            Self::ConversationReopened { .. } => EventKind::ConversationReopened,
            Self::ConversationResolved { .. } => EventKind::ConversationResolved,
            Self::MessageCreated { .. } => EventKind::MessageCreated,
            Self::NoteCreated { .. } => EventKind::NoteCreated,
            Self::HandoffRequested(_) => EventKind::HandoffRequested,
            Self::HandoffAccepted { .. } => EventKind::HandoffAccepted,
            Self::HandoffReleased { .. } => EventKind::HandoffReleased,
            Self::HandoffEnded { .. } => EventKind::HandoffEnded,
            Self::HandoffUnaccepted { .. } => EventKind::HandoffUnaccepted,
            Self::HandoffOffered { .. } => EventKind::HandoffOffered,
            Self::HandoffDeclined { .. } => EventKind::HandoffDeclined,
            Self::HandoffSnoozed { .. } => EventKind::HandoffSnoozed,
            Self::HandoffResumed { .. } => EventKind::HandoffResumed,
            Self::CsatRated { .. } => EventKind::CsatRated,
            Self::SlaWarning(_) => EventKind::SlaWarning,
            Self::SlaBreached(_) => EventKind::SlaBreached,
            Self::AlertRaised(_) => EventKind::AlertRaised,
            Self::AlertCleared(_) => EventKind::AlertCleared,
            Self::EndpointDisabled { .. } => EventKind::EndpointDisabled,
            Self::WebhookTest { .. } => EventKind::WebhookTest,
        }
    }
}

/// The event that matters: a person is needed, and here is the case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HandoffRequested {
    pub conversation_id: ConversationId,
    pub workspace: WorkspaceId,
    pub epoch: u64,
    pub queue: QueueName,
    pub priority: Priority,
    pub reason: Reason,
    pub reasons: Vec<Reason>,
    pub customer: Customer,
    pub summary: String,
    pub why: Vec<Why>,
    pub tried: Tried,
    pub earlier_conversations: Vec<EarlierConversation>,
    pub intents: Vec<ScoredIntent>,
    pub sentiment: Option<Mood>,
    pub entities: Vec<Entity>,
    pub transcript: Vec<TranscriptLine>,
    pub suggested_replies: Vec<SuggestedReply>,
    pub articles: Vec<ArticleReference>,
    pub sla: Sla,
    pub links: Links,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TranscriptLine {
    pub from: &'static str,
    pub text: String,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sla {
    pub first_response_due: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Links {
    pub conversation: String,
    pub claim: String,
}

impl Links {
    /// `base_url` is where this server is reached from outside, without a slash at the end.
    pub fn new(conversation: &ConversationId, base_url: &str) -> Self {
        let url = format!("{base_url}/v1/conversations/{conversation}");
        Self {
            claim: format!("{url}/claim"),
            conversation: url,
        }
    }
}

impl HandoffRequested {
    /// `base_url` as for [`Links::new`].
    pub fn new(conversation: &Conversation, handoff: &Handoff, base_url: &str) -> Self {
        Self {
            conversation_id: conversation.id.clone(),
            workspace: conversation.workspace.clone(),
            epoch: conversation.epoch,
            queue: handoff.queue.clone(),
            priority: handoff.priority,
            reason: handoff.reason,
            reasons: handoff.reasons.clone(),
            customer: conversation.customer.clone(),
            summary: handoff.summary.clone(),
            why: handoff.why.clone(),
            tried: handoff.tried.clone(),
            earlier_conversations: handoff.earlier_conversations.clone(),
            intents: handoff.intents.clone(),
            sentiment: handoff.sentiment.clone(),
            entities: handoff.entities.clone(),
            transcript: conversation.messages.iter().map(TranscriptLine::from).collect(),
            suggested_replies: handoff.suggested_replies.clone(),
            articles: handoff.articles.clone(),
            sla: Sla {
                first_response_due: handoff.first_response_due,
            },
            links: Links::new(&conversation.id, base_url),
        }
    }
}

impl From<&Message> for TranscriptLine {
    fn from(message: &Message) -> Self {
        Self {
            from: message.from.as_str(),
            text: message.text.clone(),
            at: message.at,
        }
    }
}

/// An event as the log keeps it: `data` is the JSON that was written when it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedEvent {
    /// Place in the log of the whole store: rises with every commit.
    pub position: u64,
    pub id: EventId,
    /// `None` for what concerns none, such as a test of an endpoint.
    pub conversation: Option<ConversationId>,
    pub kind: EventKind,
    pub at: Timestamp,
    pub data: String,
}
