//! Handoffs on the wire: the case as agents see it. Never shown to customers.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::conversation::{Conversation, Customer, Owner};
use crate::domain::entity::Entity;
use crate::domain::handoff::{Contact, Handoff, Mood, Reason};
use crate::domain::intent::ScoredIntent;
use crate::domain::time::Timestamp;
use crate::http::views::Viewer;
use crate::http::views::agent::OfferView;
use crate::http::views::card::{TriedView, WhyView};
use crate::http::views::listing::{GlanceView, Newest};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CustomerView {
    /// The company's own id; empty for an unknown visitor.
    id: String,
    name: String,
    /// True only after a proof of identity.
    verified: bool,
    /// What the customer is worth to the company, in its own word; not shown to customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<String>,
}

impl CustomerView {
    pub(crate) fn new(customer: &Customer, viewer: Viewer) -> Self {
        let tier = customer.tier.as_ref().filter(|_| viewer == Viewer::Staff);
        Self {
            id: customer.id.clone(),
            name: customer.name.clone(),
            verified: customer.verified,
            tier: tier.map(ToString::to_string),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IntentView {
    name: String,
    /// 0 to 1: the probability that it is right.
    confidence: f32,
}

impl From<&ScoredIntent> for IntentView {
    fn from(scored: &ScoredIntent) -> Self {
        Self {
            name: scored.name.to_string(),
            confidence: scored.confidence,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntityView {
    /// `order_number`, `tracking_number`, `email`, `phone`, `amount`, `date`, `time`, `date_time`, `card`, `iban`,
    /// `national_id`, or a kind of the business's own.
    kind: String,
    /// As the customer wrote it, or its mask: `[card ending 1111]`.
    value: String,
    /// Of dates and times, what they mean where that is beyond doubt: `2026-11-24`, `16:30`, `2026-11-24T16:30`.
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved: Option<String>,
    /// True for what nobody should see who need not: cards, accounts and national ids.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    sensitive: bool,
}

impl From<&Entity> for EntityView {
    fn from(entity: &Entity) -> Self {
        Self {
            kind: entity.kind.as_str().to_owned(),
            value: entity.value.clone(),
            resolved: entity.resolved.clone(),
            sensitive: entity.sensitive,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MoodView {
    /// `negative`, `neutral` or `positive`.
    label: &'static str,
    /// 0 to 1.
    negative: f32,
    /// `falling` (getting unhappier), `steady` or `rising`.
    trend: &'static str,
}

impl From<&Mood> for MoodView {
    fn from(mood: &Mood) -> Self {
        Self {
            label: mood.label.as_str(),
            negative: mood.negative,
            trend: mood.trend.as_str(),
        }
    }
}

/// Why the bot gave up, and all that it knew.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HandoffView {
    /// The weightiest of `reasons`.
    reason: &'static str,
    reasons: Vec<&'static str>,
    queue: String,
    /// `normal`, `high` or `urgent`.
    priority: &'static str,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    first_response_due: Timestamp,
    summary: String,
    /// Each of `reasons` in words, with the figures that decided it.
    why: Vec<WhyView>,
    tried: TriedView,
    intents: Vec<IntentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sentiment: Option<MoodView>,
    entities: Vec<EntityView>,
    /// Left by a customer who came when nobody was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<ContactView>,
}

impl From<&Handoff> for HandoffView {
    fn from(handoff: &Handoff) -> Self {
        Self {
            reason: handoff.reason.as_str(),
            reasons: reasons(&handoff.reasons),
            queue: handoff.queue.to_string(),
            priority: handoff.priority.as_str(),
            at: handoff.at,
            first_response_due: handoff.first_response_due,
            summary: handoff.summary.clone(),
            why: views(&handoff.why),
            tried: TriedView::from(&handoff.tried),
            intents: views(&handoff.intents),
            sentiment: handoff.sentiment.as_ref().map(MoodView::from),
            entities: views(&handoff.entities),
            contact: handoff.contact.as_ref().map(ContactView::from),
        }
    }
}

/// How to get back to the customer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContactView {
    /// An e-mail address or a telephone number, as it was written.
    value: String,
    /// To be called back rather than written to.
    callback: bool,
    /// Id of the message it came with.
    message: String,
}

impl From<&Contact> for ContactView {
    fn from(contact: &Contact) -> Self {
        Self {
            value: contact.value.clone(),
            callback: contact.callback,
            message: contact.message.to_string(),
        }
    }
}

/// One conversation that waits for an agent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QueueItemView {
    conversation_id: String,
    epoch: u64,
    queue: String,
    /// `normal`, `high` or `urgent`.
    priority: &'static str,
    #[schema(value_type = String, format = DateTime)]
    waiting_since: Timestamp,
    /// To whom it is offered now.
    #[serde(skip_serializing_if = "Option::is_none")]
    offer: Option<OfferView>,
    customer: CustomerView,
    /// The case; absent when an agent put a conversation into the queue that the bot had not handed off.
    #[serde(skip_serializing_if = "Option::is_none")]
    handoff: Option<HandoffView>,
    #[serde(flatten)]
    glance: GlanceView,
}

impl QueueItemView {
    /// `None` for a conversation that waits for nobody.
    pub(crate) fn new(conversation: &Conversation, newest: &Newest) -> Option<Self> {
        let Owner::Queue {
            queue,
            priority,
            since,
            offer,
            ..
        } = &conversation.owner
        else {
            return None;
        };
        Some(Self {
            conversation_id: conversation.id.to_string(),
            epoch: conversation.epoch,
            queue: queue.to_string(),
            priority: priority.as_str(),
            waiting_since: *since,
            offer: offer.as_ref().map(OfferView::from),
            customer: CustomerView::new(&conversation.customer, Viewer::Staff),
            handoff: conversation.handoff.as_ref().map(HandoffView::from),
            glance: GlanceView::new(conversation, newest),
        })
    }
}

pub(crate) fn reasons(reasons: &[Reason]) -> Vec<&'static str> {
    reasons.iter().map(|reason| reason.as_str()).collect()
}

pub(crate) fn views<'a, T, V: From<&'a T>>(values: &'a [T]) -> Vec<V> {
    values.iter().map(V::from).collect()
}
