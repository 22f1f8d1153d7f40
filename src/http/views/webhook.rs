//! Webhook endpoints, deliveries and attempts on the wire.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::time::Timestamp;
use crate::domain::webhook::{Attempt, Delivery, Endpoint, Format, Payload};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EndpointView {
    id: String,
    url: String,
    /// Types of the events it receives; empty for all of them.
    events: Vec<&'static str>,
    /// `full` or `thin`: how much of each event.
    payload: &'static str,
    /// `standard` or `cloudevents`: what each event is wrapped in.
    format: &'static str,
    /// True while nothing is sent to it.
    disabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_reason: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// To check signatures with (`whsec_…`, Standard Webhooks); not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// Until when the secret before this one signs along.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    previous_secret_expires_at: Option<Timestamp>,
}

impl EndpointView {
    pub(crate) fn new(endpoint: &Endpoint) -> Self {
        Self {
            id: endpoint.id.to_string(),
            url: endpoint.url.clone(),
            events: endpoint.events.iter().map(|kind| kind.as_str()).collect(),
            payload: match endpoint.form.payload {
                Payload::Full => "full",
                Payload::Thin => "thin",
            },
            format: match endpoint.form.format {
                Format::Standard => "standard",
                Format::CloudEvents { .. } => "cloudevents",
            },
            disabled: endpoint.disabled.is_some(),
            disabled_reason: endpoint.disabled.clone(),
            created_at: endpoint.created_at,
            secret: None,
            previous_secret_expires_at: endpoint.previous_secret_expires_at,
        }
    }

    pub(crate) fn with_secret(endpoint: &Endpoint) -> Self {
        Self {
            secret: Some(endpoint.secret.clone()),
            ..Self::new(endpoint)
        }
    }
}

/// One event for one endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryView {
    id: String,
    endpoint_id: String,
    /// The `webhook-id` header, the same in every attempt.
    event_id: String,
    event_type: &'static str,
    /// Absent for a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_id: Option<String>,
    /// `pending`, `delivered` or `exhausted` (given up, can be replayed).
    state: &'static str,
    /// Attempts of the present schedule.
    attempts: u32,
    /// When the next attempt is due, with `state` `pending`.
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
}

impl From<&Delivery> for DeliveryView {
    fn from(delivery: &Delivery) -> Self {
        Self {
            id: delivery.id.to_string(),
            endpoint_id: delivery.endpoint.to_string(),
            event_id: delivery.event.id.to_string(),
            event_type: delivery.event.kind.as_str(),
            conversation_id: delivery.event.conversation.as_ref().map(ToString::to_string),
            state: delivery.state.as_str(),
            attempts: delivery.attempts,
            due_at: delivery.due_at,
        }
    }
}

/// One try.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttemptView {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// HTTP status; absent when there was no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Why it did not count as delivered; empty when it did.
    error: String,
    duration_ms: u64,
}

impl From<&Attempt> for AttemptView {
    fn from(attempt: &Attempt) -> Self {
        Self {
            at: attempt.at,
            status: attempt.status,
            error: attempt.error.clone(),
            duration_ms: attempt.duration_ms,
        }
    }
}
