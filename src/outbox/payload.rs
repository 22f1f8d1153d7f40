//! The body of a webhook, in the form that its endpoint chose: `{"type", "timestamp", "data"}` by Standard Webhooks, or
//! a CloudEvent (1.0, structured mode). Pure; knows nothing of how it is sent.

use serde::Serialize;
use serde_json::Value;

use crate::domain::event::LoggedEvent;
use crate::domain::webhook::{Form, Format, Payload};

/// Depends on the event and the form alone, and both are kept with the delivery, so every attempt sends the same body.
/// In full, `data` is taken over as it was logged, byte for byte.
pub fn body(event: &LoggedEvent, form: &Form) -> String {
    let data = match form.payload {
        Payload::Full => event.data.clone(),
        Payload::Thin => thin(&event.data),
    };
    let (kind, at) = (event.kind.as_str(), event.at);
    match &form.format {
        Format::Standard => format!(r#"{{"type":"{kind}","timestamp":"{at}","data":{data}}}"#),
        Format::CloudEvents { source } => {
            // A URI may come with anything in it; all else here is made of letters, digits and the like.
            let source = Value::from(source.as_str());
            let subject = event.conversation.as_ref();
            let subject = subject.map_or(String::new(), |id| format!(r#""subject":"{id}","#));
            format!(
                r#"{{"specversion":"1.0","id":"{}","source":{source},"type":"{kind}","time":"{at}",{subject}"datacontenttype":"application/json","data":{data}}}"#,
                event.id
            )
        }
    }
}

/// The `Content-Type` that goes with it.
pub fn content_type(format: &Format) -> &'static str {
    match format {
        Format::Standard => "application/json",
        Format::CloudEvents { .. } => "application/cloudevents+json",
    }
}

/// Built up from what is allowed, so that nothing new slips through; in this order, whatever the order before.
#[derive(Serialize)]
struct Thin<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workspace: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Links<'a>>,
}

#[derive(Serialize)]
struct Links<'a> {
    conversation: &'a str,
    claim: &'a str,
}

fn thin(data: &str) -> String {
    // What the log holds is JSON: it was written by us.
    let data: Value = serde_json::from_str(data).unwrap_or_default();
    let text = |pointer: &str| data.pointer(pointer).and_then(Value::as_str);
    let thin = Thin {
        conversation_id: text("/conversation_id"),
        endpoint_id: text("/endpoint_id"),
        workspace: text("/workspace"),
        customer_id: text("/customer/id").filter(|id| !id.is_empty()),
        message_id: text("/message/id"),
        agent_id: text("/agent/id"),
        epoch: data.pointer("/epoch").and_then(Value::as_u64),
        queue: text("/queue"),
        priority: text("/priority"),
        reason: text("/reason"),
        links: text("/links/conversation")
            .zip(text("/links/claim"))
            .map(|(conversation, claim)| Links { conversation, claim }),
    };
    serde_json::to_string(&thin).unwrap_or_else(|_| "{}".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::EventKind;
    use crate::domain::id::ConversationId;

    fn event(kind: EventKind, data: &str) -> LoggedEvent {
        let conversation = ConversationId::from_random([1; 16]);
        LoggedEvent {
            position: 7,
            id: conversation.event(2),
            conversation: Some(conversation),
            kind,
            at: "2026-11-22T10:00:00Z".parse().unwrap(),
            data: data.to_owned(),
        }
    }

    fn cloud_events(payload: Payload) -> Form {
        let source = "https://help.example.com/workspaces/\"a\"".to_owned();
        Form {
            payload,
            format: Format::CloudEvents { source },
        }
    }

    #[test]
    fn the_logged_bytes_are_taken_over() {
        let event = event(
            EventKind::HandoffRequested,
            r#"{"conversation_id":"c", "odd" : 1.50}"#,
        );
        assert_eq!(
            body(&event, &Form::default()),
            r#"{"type":"handoff.requested","timestamp":"2026-11-22T10:00:00Z","data":{"conversation_id":"c", "odd" : 1.50}}"#
        );
        let cloud = body(&event, &cloud_events(Payload::Full));
        assert!(
            cloud.ends_with(r#""data":{"conversation_id":"c", "odd" : 1.50}}"#),
            "{cloud}"
        );
    }

    #[test]
    fn a_cloud_event_has_its_attributes() {
        let event = event(EventKind::CsatRated, "{}");
        let cloud: Value = serde_json::from_str(&body(&event, &cloud_events(Payload::Full))).unwrap();
        assert_eq!(
            cloud,
            serde_json::json!({
                "specversion": "1.0",
                "id": "evt_01010101010101010101010101010101_2",
                "source": "https://help.example.com/workspaces/\"a\"",
                "type": "csat.rated",
                "time": "2026-11-22T10:00:00Z",
                "subject": "conv_01010101010101010101010101010101",
                "datacontenttype": "application/json",
                "data": {}
            })
        );
        let of_none = LoggedEvent {
            conversation: None,
            ..event
        };
        assert!(!body(&of_none, &cloud_events(Payload::Full)).contains("subject"));
    }

    #[test]
    fn a_thin_body_has_no_word_of_anybody() {
        let full = r#"{"links":{"claim":"https://h/c","conversation":"https://h"},"conversation_id":"conv_1",
            "workspace":"w","epoch":3,"queue":"billing","priority":"high","reason":"urgent","reasons":["urgent"],
            "customer":{"id":"c-7","name":"Ada"},"summary":"Customer wrote: \"help\".","transcript":[{"text":"help"}],
            "message":{"id":"msg_1","text":"help"},"note":{"id":"note_1","text":"Ada fibs"},"agent":{"id":"ana","name":"Ana"},"comment":"bad","new":"Ada"}"#;
        let thin = Form {
            payload: Payload::Thin,
            format: Format::Standard,
        };
        assert_eq!(
            body(&event(EventKind::HandoffRequested, full), &thin),
            concat!(
                r#"{"type":"handoff.requested","timestamp":"2026-11-22T10:00:00Z","data":{"conversation_id":"conv_1","#,
                r#""workspace":"w","customer_id":"c-7","message_id":"msg_1","agent_id":"ana","epoch":3,"#,
                r#""queue":"billing","priority":"high","reason":"urgent","#,
                r#""links":{"conversation":"https://h","claim":"https://h/c"}}}"#
            )
        );
        let cloud = body(
            &event(EventKind::MessageCreated, full),
            &cloud_events(Payload::Thin),
        );
        assert!(!cloud.contains("help\"") && !cloud.contains("Ada"), "{cloud}");
    }
}
