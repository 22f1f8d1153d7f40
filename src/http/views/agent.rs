//! Registered agents on the wire, and what is offered to them. Never shown to customers.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::offer::Offer;
use crate::domain::presence::{AgentState, Presence};
use crate::domain::time::Timestamp;
use crate::http::views::{AgentView, Viewer};

/// An agent as routing sees them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AgentStateView {
    id: String,
    name: String,
    skills: Vec<String>,
    /// ISO 639-1; none: any.
    languages: Vec<String>,
    /// None: all.
    queues: Vec<String>,
    /// Units at once.
    capacity: u32,
    /// Units that open conversations take, and what is offered; snoozed ones take none.
    load: u32,
    /// `online`, `busy`, `away`, `wrap_up` or `offline`.
    presence: &'static str,
    /// When a `wrap_up` ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// The newest heartbeat; of one who said that they are offline, when they said so.
    #[schema(value_type = String, format = DateTime)]
    seen_at: Timestamp,
}

impl AgentStateView {
    /// `presence` is the one that holds now.
    pub(crate) fn new(state: &AgentState, presence: Presence) -> Self {
        let profile = &state.profile;
        Self {
            id: profile.agent.id.to_string(),
            name: profile.agent.name.clone(),
            skills: profile.skills.clone(),
            languages: profile.languages.clone(),
            queues: profile.queues.iter().map(ToString::to_string).collect(),
            capacity: profile.capacity,
            load: state.load,
            presence: presence.as_str(),
            until: match presence {
                Presence::WrapUp { until } => Some(until),
                Presence::Online | Presence::Busy | Presence::Away | Presence::Offline => None,
            },
            seen_at: state.seen_at,
        }
    }
}

/// A waiting conversation is held out to an agent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferView {
    agent: AgentView,
    /// From then on it goes to the next.
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
}

impl From<&Offer> for OfferView {
    fn from(offer: &Offer) -> Self {
        Self {
            agent: AgentView::new(&offer.agent, Viewer::Staff),
            until: offer.until,
        }
    }
}
