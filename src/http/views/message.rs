//! Messages and agents on the wire.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::agent::Agent;
use crate::domain::message::{Message, Sender, Source};
use crate::domain::time::Timestamp;
use crate::http::views::Viewer;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AgentView {
    /// Not shown to customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    name: String,
}

impl AgentView {
    pub(crate) fn new(agent: &Agent, viewer: Viewer) -> Self {
        Self {
            id: (viewer == Viewer::Staff).then(|| agent.id.to_string()),
            name: agent.name.clone(),
        }
    }
}

/// Where the bot's words come from.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub(crate) enum SourceView {
    Article {
        article: String,
        passage: String,
    },
    CannedResponse {
        id: String,
    },
    /// A line about what a flow has found.
    Flow {
        reply: String,
    },
    /// What an agent answered in another conversation.
    EarlierAnswer {
        conversation: String,
        message: String,
    },
}

impl SourceView {
    /// Customers see articles only: the name of a canned response can say why they were handed off.
    pub(crate) fn new(source: &Source, viewer: Viewer) -> Option<Self> {
        match (source, viewer) {
            (Source::Article(citation), _) => Some(Self::Article {
                article: citation.article.clone(),
                passage: citation.passage.clone(),
            }),
            (Source::CannedResponse { id }, Viewer::Staff) => Some(Self::CannedResponse { id: id.clone() }),
            (Source::Flow { reply }, Viewer::Staff) => Some(Self::Flow { reply: reply.clone() }),
            (
                Source::EarlierAnswer {
                    conversation,
                    message,
                },
                Viewer::Staff,
            ) => Some(Self::EarlierAnswer {
                conversation: conversation.to_string(),
                message: message.to_string(),
            }),
            (
                Source::CannedResponse { .. } | Source::Flow { .. } | Source::EarlierAnswer { .. },
                Viewer::Customer,
            ) => None,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageView {
    id: String,
    /// 1, 2, 3 … within the conversation.
    seq: u64,
    /// `customer`, `bot`, `agent` or `system` ("Ana has joined").
    from: &'static str,
    /// Who wrote it, with `from` `agent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<AgentView>,
    text: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<SourceView>,
    /// Answers to tap: each is sent as it stands, as the customer's next message. Other answers are as good.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    buttons: Vec<String>,
}

impl MessageView {
    pub(crate) fn new(message: &Message, viewer: Viewer) -> Self {
        let agent = match &message.from {
            Sender::Agent(agent) => Some(AgentView::new(agent, viewer)),
            Sender::Customer | Sender::Bot | Sender::System => None,
        };
        let source = message.source.as_ref();
        Self {
            id: message.id.to_string(),
            seq: message.seq,
            from: message.from.as_str(),
            agent,
            text: message.text.clone(),
            at: message.at,
            source: source.and_then(|source| SourceView::new(source, viewer)),
            buttons: message.buttons.clone(),
        }
    }
}
