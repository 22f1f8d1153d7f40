//! Webhooks sent because an admin asks for it: tests, and many deliveries again; and in which form.

use firstline::domain::id::WorkspaceId;
use firstline::domain::time::Duration;
use firstline::domain::webhook::{Attempt, Format, Verdict};
use firstline::ports::Deliveries;
use serde_json::{Value, json};

use super::app::{TestApp, WORKSPACE};

async fn register(app: &TestApp, body: Value) -> String {
    let made = app.post("/v1/webhooks", &app.admin, &body).ok(201).await;
    format!("/v1/webhooks/{}", made["id"].as_str().unwrap())
}

async fn deliveries(app: &TestApp, endpoint: &str) -> Vec<Value> {
    let path = format!("{endpoint}/deliveries");
    let listed = app.get(&path, &app.admin).ok(200).await;
    listed["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_endpoint_chooses_its_form() {
    let app = TestApp::new().await;
    let plain = register(&app, json!({ "url": "https://example.com/1" })).await;
    let form = |endpoint: &Value| (endpoint["payload"].clone(), endpoint["format"].clone());
    let shown = app.get(&plain, &app.admin).ok(200).await;
    assert_eq!(form(&shown), (json!("full"), json!("standard")));
    let other = json!({ "url": "https://example.com/2", "payload": "thin", "format": "cloudevents" });
    let path = register(&app, other).await;
    let shown = app.get(&path, &app.admin).ok(200).await;
    assert_eq!(form(&shown), (json!("thin"), json!("cloudevents")));
    let workspace = WorkspaceId::parse(WORKSPACE).unwrap();
    let kept = app.store.endpoints(&workspace).await.unwrap();
    let source = "http://127.0.0.1:8080/workspaces/default".to_owned();
    let cloud = kept.iter().find(|endpoint| endpoint.url.ends_with("/2")).unwrap();
    assert_eq!(cloud.form.format, Format::CloudEvents { source });

    let change = |body: Value| app.request("PATCH", &path).token(&app.admin).json(&body);
    let changed = change(json!({ "payload": "full" })).ok(200).await;
    assert_eq!(form(&changed), (json!("full"), json!("cloudevents")));
    let changed = change(json!({ "format": "standard", "disabled": true }))
        .ok(200)
        .await;
    assert_eq!(form(&changed), (json!("full"), json!("standard")));
    for bad in [json!({ "payload": "slim" }), json!({ "format": "cloud_events" })] {
        change(bad).problem(422, "invalid_body").await;
    }
}

#[tokio::test]
async fn a_repeated_registration_asks_for_the_same_form() {
    let app = TestApp::new().await;
    let register = |body: Value| {
        app.post("/v1/webhooks", &app.admin, &body)
            .header("idempotency-key", "k1")
    };
    let body = json!({ "url": "https://example.com/1", "payload": "thin" });
    let first = register(body.clone()).ok(201).await;
    assert_eq!(register(body).ok(201).await, first);
    register(json!({ "url": "https://example.com/1" }))
        .problem(422, "idempotency_key_reused")
        .await;
}

#[tokio::test]
async fn a_test_is_sent_to_one_endpoint_alone() {
    let app = TestApp::new().await;
    let one = register(
        &app,
        json!({ "url": "https://example.com/1", "events": ["csat.rated"] }),
    )
    .await;
    let other = register(&app, json!({ "url": "https://example.com/2" })).await;
    let test = |endpoint: &str| app.post(&format!("{endpoint}/test"), &app.admin, &json!({}));
    let sent = test(&one).header("idempotency-key", "k1").ok(201).await;
    assert_eq!(
        (&sent["event_type"], &sent["state"]),
        (&json!("webhook.test"), &json!("pending"))
    );
    assert!(sent.get("conversation_id").is_none());
    let again = test(&one).header("idempotency-key", "k1").ok(201).await;
    assert_eq!(again, sent);
    assert_ne!(test(&one).ok(201).await["event_id"], sent["event_id"]);
    test(&other)
        .header("idempotency-key", "k1")
        .problem(422, "idempotency_key_reused")
        .await;
    assert_eq!(deliveries(&app, &one).await.len(), 2);
    assert!(deliveries(&app, &other).await.is_empty());

    let change = |body: Value| app.request("PATCH", &one).token(&app.admin).json(&body);
    change(json!({ "disabled": true })).ok(200).await;
    test(&one).problem(409, "endpoint_disabled").await;
    change(json!({ "disabled": false })).ok(200).await;
    test(&one).ok(201).await;
    test("/v1/webhooks/ep_1").problem(404, "not_found").await;
}

/// Gives up all that is due.
async fn exhaust(app: &TestApp) {
    let now = (app.engine.clock)();
    let claimed = app
        .store
        .claim(now, now + Duration::from_mins(1), 100, 100)
        .await
        .unwrap();
    for one in claimed {
        let attempt = Attempt {
            delivery: one.delivery.id.clone(),
            at: now,
            status: Some(500),
            error: "it answered 500".to_owned(),
            duration_ms: 3,
        };
        app.store
            .record(&one, &attempt, &Verdict::Exhausted)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn many_deliveries_are_sent_again_under_their_ids() {
    let app = TestApp::new().await;
    let endpoint = register(
        &app,
        json!({ "url": "https://example.com/1", "events": ["conversation.created"] }),
    )
    .await;
    for _ in 0..3 {
        app.open().await;
        app.pass(Duration::from_hours(1));
    }
    exhaust(&app).await;
    let before = deliveries(&app, &endpoint).await;
    assert!(before.iter().all(|one| one["state"] == "exhausted"), "{before:?}");

    let replay = |body: Value| app.post(&format!("{endpoint}/replay"), &app.admin, &body);
    let range = json!({ "from": "2026-01-05T10:00:00Z", "to": "2026-01-05T11:00:00Z" });
    assert_eq!(replay(range).ok(200).await, json!({ "replayed": 1 }));
    let failed = json!({ "state": "exhausted" });
    assert_eq!(replay(failed.clone()).ok(200).await, json!({ "replayed": 2 }));
    assert_eq!(replay(failed).ok(200).await, json!({ "replayed": 0 }));
    let after = deliveries(&app, &endpoint).await;
    assert!(
        after
            .iter()
            .all(|one| one["state"] == "pending" && one["attempts"] == 0),
        "{after:?}"
    );
    let ids = |all: &[Value]| all.iter().map(|one| one["event_id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&after), ids(&before));

    for (body, pointer) in [
        (json!({}), ""),
        (json!({ "state": "lost" }), "/state"),
        (
            json!({ "from": "2026-01-05T10:00:00Z", "to": "2026-01-05T10:00:00Z" }),
            "/to",
        ),
    ] {
        let refused = replay(body).problem(422, "invalid_field").await;
        assert_eq!(refused.body["errors"][0]["pointer"], pointer);
    }
    replay(json!({ "from": "yesterday" }))
        .problem(422, "invalid_body")
        .await;
    let nowhere = app.post(
        "/v1/webhooks/ep_1/replay",
        &app.admin,
        &json!({ "state": "exhausted" }),
    );
    nowhere.problem(404, "not_found").await;
}
