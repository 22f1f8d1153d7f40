//! A turn on the wire: what one request changed, and the turns after it that the request waited for.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::conversation::Conversation;
use crate::domain::message::Message;
use crate::domain::reading::Reading;
use crate::domain::sentiment::Sentiment;
use crate::domain::turn::{Action, TurnRecord};
use crate::http::views::conversation::OwnerView;
use crate::http::views::handoff::{IntentView, reasons};
use crate::http::views::{MessageView, Viewer};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SentimentView {
    /// `negative`, `neutral` or `positive`.
    label: &'static str,
    negative: f32,
    neutral: f32,
    positive: f32,
}

impl From<&Sentiment> for SentimentView {
    fn from(sentiment: &Sentiment) -> Self {
        Self {
            label: sentiment.label.as_str(),
            negative: sentiment.negative,
            neutral: sentiment.neutral,
            positive: sentiment.positive,
        }
    }
}

/// How the message was read and why it was handed off: for staff only.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct JudgementView {
    /// The weightiest of `reasons`, with `action` `handoff`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasons: Option<Vec<&'static str>>,
    /// The most probable one.
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<IntentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sentiment: Option<SentimentView>,
    /// ISO 639-1.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
}

impl JudgementView {
    fn new(action: Action, conversation: &Conversation, reading: Option<&Reading>) -> Self {
        let language = reading.and_then(|reading| reading.language.as_ref());
        let mut judgement = Self {
            intent: reading.and_then(Reading::top).map(IntentView::from),
            sentiment: reading
                .and_then(|reading| reading.sentiment.as_ref())
                .map(SentimentView::from),
            language: language.map(|language| language.code.clone()),
            ..Self::default()
        };
        if let Action::Handoff(reason) = action {
            let handoff = conversation.handoff.as_ref();
            judgement.reason = Some(reason.as_str());
            judgement.reasons = handoff.map(|handoff| reasons(&handoff.reasons));
        }
        judgement
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TurnView {
    conversation_id: String,
    /// Turns so far, up to the newest that this answer tells of.
    version: u64,
    /// Takeovers so far.
    epoch: u64,
    /// `open` or `resolved`.
    status: &'static str,
    #[serde(flatten)]
    owner: OwnerView,
    /// `answer`, `ask`, `clarify`, `handoff`, `wait` (for the company's systems, longer than this request did), `close`,
    /// `relay` (passed on to the agent), `transition` (an agent's action) or `record` (written down, nothing else).
    action: &'static str,
    #[serde(flatten)]
    judgement: JudgementView,
    /// The message that was sent, as it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<MessageView>,
    /// What the bot, or the system, says to it.
    replies: Vec<MessageView>,
}

impl TurnView {
    /// `own` is the request's turn, `later` are those it waited for, oldest first.
    pub(crate) fn new(own: &TurnRecord, later: &[TurnRecord], viewer: Viewer) -> Self {
        let newest = later.last().unwrap_or(own);
        let conversation = &newest.conversation;
        let judgement = match viewer {
            Viewer::Customer => JudgementView::default(),
            Viewer::Staff => JudgementView::new(newest.action, conversation, own.reading.as_ref()),
        };
        let sent = own.messages.iter().find(|message| !is_reply(message));
        let said = own
            .messages
            .iter()
            .chain(later.iter().flat_map(|turn| &turn.messages));
        Self {
            conversation_id: conversation.id.to_string(),
            version: conversation.version,
            epoch: conversation.epoch,
            status: conversation.status.as_str(),
            owner: OwnerView::new(&conversation.owner, viewer),
            action: newest.action.as_str(),
            judgement,
            message: sent.map(|message| MessageView::new(message, viewer)),
            replies: said
                .filter(|message| is_reply(message))
                .map(|message| MessageView::new(message, viewer))
                .collect(),
        }
    }
}

fn is_reply(message: &Message) -> bool {
    !message.from.is_person()
}
