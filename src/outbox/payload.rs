//! The body of a webhook, by Standard Webhooks: `{"type", "timestamp", "data"}`. Knows nothing of how it is sent.

use crate::domain::event::LoggedEvent;

/// Depends on the event alone and takes over the logged bytes of `data`, so every attempt sends the same body.
pub fn body(event: &LoggedEvent) -> String {
    format!(
        r#"{{"type":"{}","timestamp":"{}","data":{}}}"#,
        event.kind.as_str(),
        event.at,
        event.data
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::EventKind;
    use crate::domain::id::ConversationId;

    #[test]
    fn the_logged_bytes_are_taken_over() {
        let conversation = ConversationId::from_random([1; 16]);
        let event = LoggedEvent {
            position: 7,
            id: conversation.event(2),
            conversation,
            kind: EventKind::HandoffRequested,
            at: "2026-11-22T10:00:00Z".parse().unwrap(),
            data: r#"{"conversation_id":"c", "odd" : 1.50}"#.to_owned(),
        };
        assert_eq!(
            body(&event),
            r#"{"type":"handoff.requested","timestamp":"2026-11-22T10:00:00Z","data":{"conversation_id":"c", "odd" : 1.50}}"#
        );
    }
}
