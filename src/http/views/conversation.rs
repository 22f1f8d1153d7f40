//! A conversation and its owner on the wire.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::conversation::{Conversation, Owner};
use crate::domain::csat::Rating;
use crate::domain::sla::{Clock, ClockKind, Clocks};
use crate::domain::time::Timestamp;
use crate::http::views::agent::OfferView;
use crate::http::views::card::EarlierConversationView;
use crate::http::views::handoff::{CustomerView, HandoffView, views};
use crate::http::views::{AgentView, Viewer};

/// Who has the conversation. Customers see who, and not which queue they stand in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnerView {
    /// `bot`, `queue` or `agent`.
    owner: &'static str,
    /// The waiting line, with `owner` `queue`.
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<String>,
    /// `normal`, `high` or `urgent`, with `owner` `queue`; in a list also of what was handed off.
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<&'static str>,
    /// Who holds it, with `owner` `agent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<AgentView>,
    /// Since when it waits or is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// To whom it is offered, with `owner` `queue`.
    #[serde(skip_serializing_if = "Option::is_none")]
    offer: Option<OfferView>,
    /// Until when its holder has put it off, with `owner` `agent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    snoozed_until: Option<Timestamp>,
}

impl OwnerView {
    pub(crate) fn new(owner: &Owner, viewer: Viewer) -> Self {
        let (mut queue_name, mut waiting_priority, mut holder, mut from) = (None, None, None, None);
        let (mut offered, mut snoozed_until) = (None, None);
        let staff = viewer == Viewer::Staff;
        match owner {
            Owner::Bot => {}
            Owner::Queue {
                queue,
                priority,
                since,
                offer,
                ..
            } => {
                queue_name = staff.then(|| queue.to_string());
                waiting_priority = staff.then(|| priority.as_str());
                from = Some(*since);
                offered = offer.as_ref().filter(|_| staff).map(OfferView::from);
            }
            Owner::Agent {
                agent, since, snooze, ..
            } => {
                snoozed_until = snooze.as_ref().filter(|_| staff).map(|snooze| snooze.until);
                holder = Some(AgentView::new(agent, viewer));
                from = Some(*since);
            }
        }
        Self {
            owner: owner.as_str(),
            queue: queue_name,
            priority: waiting_priority,
            agent: holder,
            since: from,
            offer: offered,
            snoozed_until,
        }
    }
}

impl OwnerView {
    /// For staff: also the priority of what an agent holds, as it was handed off.
    pub(crate) fn with_priority(conversation: &Conversation) -> Self {
        let handed_off = conversation.handoff.is_some();
        let view = Self::new(&conversation.owner, Viewer::Staff);
        Self {
            priority: view
                .priority
                .or_else(|| handed_off.then(|| conversation.priority().as_str())),
            ..view
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RatingView {
    /// 1 (bad) to 5 (good).
    score: u8,
    comment: String,
}

impl From<&Rating> for RatingView {
    fn from(rating: &Rating) -> Self {
        Self {
            score: rating.score,
            comment: rating.comment.clone(),
        }
    }
}

/// How soon a person is to do something.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClockView {
    /// `first_response`, `next_response` or `resolution`.
    clock: &'static str,
    /// `running`, `paused` (the customer is waited for) or `breached`.
    state: &'static str,
    /// While it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    due: Option<Timestamp>,
}

impl ClockView {
    fn new(kind: ClockKind, clock: &Clock) -> Self {
        let state = match (clock.breached, clock.runs()) {
            (true, _) => "breached",
            (false, true) => "running",
            (false, false) => "paused",
        };
        Self {
            clock: kind.as_str(),
            state,
            due: clock.due,
        }
    }
}

/// Those that there are.
pub(super) fn clocks(clocks: &Clocks) -> Vec<ClockView> {
    let shown = |kind: ClockKind| Some(ClockView::new(kind, clocks.get(kind)?));
    ClockKind::ALL.into_iter().filter_map(shown).collect()
}

/// Whole seconds, by who had the conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimeSpentView {
    bot: i64,
    queue: i64,
    agent: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationView {
    id: String,
    /// Turns so far.
    version: u64,
    /// Takeovers so far.
    epoch: u64,
    /// `open` or `resolved`.
    status: &'static str,
    #[serde(flatten)]
    owner: OwnerView,
    customer: CustomerView,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// `seq` of the newest message; 0 when there is none.
    last_seq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    rating: Option<RatingView>,
    /// The newest handoff; not shown to customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    handoff: Option<HandoffView>,
    /// Why it was resolved, where the agent said so; not shown to customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution: Option<String>,
    /// What a person owes the customer now; not shown to customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    clocks: Option<Vec<ClockView>>,
    /// Up to the newest turn; not shown to customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    time_spent: Option<TimeSpentView>,
    /// Others with the same customer, the newest first; not shown to customers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    earlier_conversations: Vec<EarlierConversationView>,
}

impl ConversationView {
    pub(crate) fn new(conversation: &Conversation, viewer: Viewer) -> Self {
        let handoff = conversation.handoff.as_ref().filter(|_| viewer == Viewer::Staff);
        let resolution = conversation.resolution.as_ref();
        let owed = Some(&conversation.clocks).filter(|_| viewer == Viewer::Staff);
        Self {
            id: conversation.id.to_string(),
            version: conversation.version,
            epoch: conversation.epoch,
            status: conversation.status.as_str(),
            owner: OwnerView::new(&conversation.owner, viewer),
            customer: CustomerView::new(&conversation.customer, viewer),
            created_at: conversation.created_at,
            updated_at: conversation.updated_at,
            last_seq: conversation.last_seq,
            rating: conversation.rating.as_ref().map(RatingView::from),
            handoff: handoff.map(HandoffView::from),
            resolution: resolution
                .filter(|_| viewer == Viewer::Staff)
                .map(ToString::to_string),
            clocks: owed.map(clocks),
            time_spent: owed.map(|clocks| TimeSpentView {
                bot: clocks.spent.bot.as_secs(),
                queue: clocks.spent.queue.as_secs(),
                agent: clocks.spent.agent.as_secs(),
            }),
            earlier_conversations: if viewer == Viewer::Staff {
                views(&conversation.earlier)
            } else {
                Vec::new()
            },
        }
    }
}
