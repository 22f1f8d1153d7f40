//! Event streams: everything once and in order across reconnects, and nothing internal for visitors.

use std::time::Duration;

use axum::body::Body;
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::app::{Call, TestApp};

/// One event as it came.
#[derive(Debug, PartialEq)]
pub(super) struct Received {
    /// 0 where it has none.
    pub(super) id: u64,
    pub(super) kind: String,
    pub(super) data: Value,
}

/// A stream that is open.
pub(super) struct Follower {
    body: axum::body::BodyDataStream,
    text: String,
}

impl Follower {
    pub(super) async fn open(call: Call<'_>) -> Self {
        let response = call.stream().await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let body: Body = response.into_body();
        Self {
            body: body.into_data_stream(),
            text: String::new(),
        }
    }

    /// `None` when the stream ended.
    pub(super) async fn next(&mut self) -> Option<Received> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let mut lines = event.lines();
                    lines.find_map(|line| line.strip_prefix(name)).map(str::trim)
                };
                let received = Received {
                    id: field("id:").map_or(0, |id| id.parse().unwrap()),
                    kind: field("event:").unwrap().to_owned(),
                    data: serde_json::from_str(field("data:").unwrap()).unwrap(),
                };
                self.text = rest.to_owned();
                return Some(received);
            }
            let chunk = tokio::time::timeout(Duration::from_secs(5), self.body.next())
                .await
                .unwrap()?
                .unwrap();
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    pub(super) async fn take(&mut self, count: usize) -> Vec<Received> {
        let mut events = Vec::new();
        for _ in 0..count {
            events.push(self.next().await.unwrap());
        }
        events
    }
}

#[tokio::test]
async fn a_reconnecting_client_gets_every_event_once() {
    let app = TestApp::new().await;
    let (id, token) = app.open().await;
    let (messages, events) = (
        format!("/v1/conversations/{id}/messages"),
        format!("/v1/conversations/{id}/events"),
    );
    let say = async |text: &str| {
        app.post(&messages, &token, &json!({ "text": text }))
            .ok(201)
            .await
    };

    say("where is my parcel").await;
    let mut follower = Follower::open(app.get(&events, &app.agent)).await;
    let mut seen = follower.take(3).await;
    assert_eq!(seen[0].kind, "conversation.created");
    say("my password").await;
    seen.extend(follower.take(1).await);
    drop(follower);

    say("I want to talk to someone").await;
    let last = seen.last().unwrap().id.to_string();
    let mut follower = Follower::open(app.get(&events, &app.agent).header("last-event-id", &last)).await;
    seen.extend(follower.take(5).await);
    let after = format!("{events}?after={}", seen[2].id);
    let mut late = Follower::open(app.get(&after, &app.agent)).await;
    assert_eq!(late.take(6).await, seen[3..9]);

    let said = seen.iter().filter(|event| event.kind == "message.created");
    let seqs: Vec<_> = said
        .map(|event| event.data["message"]["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5, 6, 7]);
    assert!(seen.windows(2).all(|pair| pair[0].id < pair[1].id));
    assert_eq!(seen.last().unwrap().kind, "handoff.requested");
}

#[tokio::test]
async fn another_conversation_is_not_heard() {
    let app = TestApp::new().await;
    let (id, token) = app.open().await;
    let mut follower = Follower::open(app.get(&format!("/v1/conversations/{id}/events"), &token)).await;
    let (other, others) = app.open().await;
    for (id, token) in [(&other, &others), (&id, &token)] {
        let path = format!("/v1/conversations/{id}/messages");
        app.post(&path, token, &json!({ "text": "where is my parcel" }))
            .ok(201)
            .await;
    }
    let heard = follower.take(2).await;
    assert!(
        heard
            .iter()
            .all(|event| event.data["conversation_id"] == id.as_str()),
        "{heard:?}"
    );
}

#[tokio::test]
async fn a_visitor_hears_what_concerns_customers_and_no_more() {
    let app = TestApp::new().await;
    let (id, token) = app.open().await;
    walk_everywhere(&app, &id, &token).await;
    let path = format!("/v1/conversations/{id}/events");
    let heard = Follower::open(app.get(&path, &token)).await.take(17).await;

    let kinds: Vec<_> = heard.iter().map(|event| event.kind.as_str()).collect();
    let others: Vec<_> = kinds.iter().filter(|kind| **kind != "message.created").collect();
    assert_eq!(
        others,
        [
            &"handoff.requested",
            &"handoff.accepted",
            &"handoff.released",
            &"handoff.accepted",
            &"handoff.ended",
            &"conversation.resolved",
            &"conversation.reopened",
        ]
    );
    let all = format!("{heard:?}");
    let internal = "negative sentiment intent reason accounts bo-7 priority summary canned workspace";
    for internal in internal.split(' ') {
        assert!(!all.contains(internal), "{internal} in {all}");
    }
    let data = |kind: &str| &heard[kinds.iter().position(|known| *known == kind).unwrap()].data;
    assert_eq!(data("handoff.requested"), &json!({ "conversation_id": id }));
    let accepted = json!({ "conversation_id": id, "agent": { "name": "Bo" } });
    assert_eq!(data("handoff.accepted"), &accepted);
}

/// Through every kind of event there is: 10 messages and 9 others, of which customers hear 7.
async fn walk_everywhere(app: &TestApp, id: &str, token: &str) {
    let bo = json!({ "id": "bo-7", "name": "Bo" });
    let by_bo = json!({ "agent": bo });
    let (visitor, desk) = (token, app.integrator.as_str());
    for (action, token, body) in [
        ("messages", visitor, json!({ "text": "this terrible parcel" })),
        ("claim", desk, by_bo.clone()),
        (
            "messages",
            desk,
            json!({ "text": "Hello", "from": "agent", "agent": bo }),
        ),
        ("transfer", desk, json!({ "queue": "accounts", "agent": bo })),
        ("claim", desk, by_bo.clone()),
        ("handback", desk, by_bo.clone()),
        ("resolve", desk, by_bo),
        ("csat", visitor, json!({ "score": 2 })),
        ("messages", visitor, json!({ "text": "where is my parcel" })),
    ] {
        let path = format!("/v1/conversations/{id}/{action}");
        let answer = app.post(&path, token, &body).send().await;
        assert!(answer.status.is_success(), "{action}: {}", answer.body);
    }
}

#[tokio::test]
async fn streams_end_when_the_server_drains() {
    let app = TestApp::new().await;
    let (id, token) = app.open().await;
    let mut follower = Follower::open(app.get(&format!("/v1/conversations/{id}/events"), &token)).await;
    app.tasks.stop().cancel();
    assert_eq!(follower.next().await, None);
}

#[tokio::test]
async fn a_position_must_be_a_number() {
    let app = TestApp::new().await;
    let (id, token) = app.open().await;
    let path = format!("/v1/conversations/{id}/events");
    app.get(&path, &token)
        .header("last-event-id", "x")
        .problem(400, "invalid_query")
        .await;
    app.get(&format!("{path}?after=x"), &token)
        .problem(400, "invalid_query")
        .await;
}
