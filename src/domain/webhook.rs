//! Webhooks: endpoints that want events, deliveries (one event for one endpoint), attempts (one try).

use serde::{Deserialize, Serialize};

use crate::domain::event::{EventKind, LoggedEvent};
use crate::domain::id::{DeliveryId, EndpointId, WorkspaceId};
use crate::domain::time::Timestamp;

/// How much of an event an endpoint gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payload {
    /// `data` as it was logged.
    #[default]
    Full,
    /// Of `data` the ids, epoch, queue, priority, reason and links: nothing that a customer wrote, or is called.
    Thin,
}

/// What an event is wrapped in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// `{"type", "timestamp", "data"}`, by Standard Webhooks.
    #[default]
    Standard,
    /// CloudEvents 1.0 in the structured mode.
    CloudEvents {
        /// The URI that stands in every one: this server and the workspace, as they were when it was chosen.
        source: String,
    },
}

/// How events are put to an endpoint. A delivery keeps the form that held when its event happened, so that all its
/// attempts have the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Form {
    pub payload: Payload,
    pub format: Format,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub workspace: WorkspaceId,
    pub id: EndpointId,
    pub url: String,
    /// Empty: all of them.
    pub events: Vec<EventKind>,
    pub form: Form,
    /// `whsec_` secret to sign with. A rotated endpoint signs with the old one too until it expires.
    pub secret: String,
    pub previous_secret: Option<String>,
    pub previous_secret_expires_at: Option<Timestamp>,
    /// `None` while it receives; else why not ("it answered 410 Gone").
    pub disabled: Option<String>,
    pub created_at: Timestamp,
}

impl Endpoint {
    pub fn wants(&self, kind: EventKind) -> bool {
        self.disabled.is_none() && (self.events.is_empty() || self.events.contains(&kind))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// Due now or later.
    Pending,
    Delivered,
    /// Every attempt of the schedule failed, or the endpoint is gone; kept, and can be replayed.
    Exhausted,
}

impl DeliveryState {
    pub const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::Exhausted];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Exhausted => "exhausted",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// Which deliveries of an endpoint: those for which all that is given holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    pub state: Option<DeliveryState>,
    /// Whose event happened then or later.
    pub from: Option<Timestamp>,
    /// Whose event happened before.
    pub to: Option<Timestamp>,
}

impl Selection {
    pub fn has(&self, delivery: &Delivery) -> bool {
        self.state.is_none_or(|state| delivery.state == state)
            && self.from.is_none_or(|from| delivery.event.at >= from)
            && self.to.is_none_or(|to| delivery.event.at < to)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub workspace: WorkspaceId,
    pub id: DeliveryId,
    pub endpoint: EndpointId,
    pub event: LoggedEvent,
    pub form: Form,
    pub state: DeliveryState,
    /// Attempts of the present schedule; a replay starts again at 0.
    pub attempts: u32,
    /// When the next attempt is due; meaningful while pending.
    pub due_at: Timestamp,
}

/// A delivery that a worker holds until its lease runs out. Recording with another `lease` is refused, so a
/// worker that was too slow cannot overwrite the one that took over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    pub delivery: Delivery,
    pub endpoint: Endpoint,
    /// Rises with every claim of this delivery.
    pub lease: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub delivery: DeliveryId,
    pub at: Timestamp,
    /// HTTP status, or `None` when there was no answer.
    pub status: Option<u16>,
    /// Why it did not count as delivered; empty when it did.
    pub error: String,
    pub duration_ms: u64,
}

/// What follows from an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Delivered,
    /// Try again then.
    Retry(Timestamp),
    /// Given up, kept for a replay.
    Exhausted,
    /// Given up, and the endpoint takes no more: the reason.
    Disable(String),
}
