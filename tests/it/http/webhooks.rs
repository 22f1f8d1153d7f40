//! Webhook endpoints and their deliveries, as admins manage them.

use firstline::domain::role::Role;
use serde_json::json;

use super::app::{TestApp, WORKSPACE};

#[tokio::test]
async fn an_endpoint_is_registered_changed_and_removed() {
    let app = TestApp::new().await;
    let body = json!({ "url": "https://example.com/hook", "events": ["handoff.requested", "csat.rated"] });
    let made = app.post("/v1/webhooks", &app.admin, &body).ok(201).await;
    let path = format!("/v1/webhooks/{}", made["id"].as_str().unwrap());
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_") && secret.len() == 50, "{secret}");
    assert_eq!(made["events"], json!(["handoff.requested", "csat.rated"]));

    let listed = app.get("/v1/webhooks", &app.admin).ok(200).await;
    assert!(listed["data"][0].get("secret").is_none());
    assert_eq!(app.get(&path, &app.admin).ok(200).await["secret"], secret);
    let auditor = app.add_key("audit", Role::Auditor, WORKSPACE).await;
    assert!(app.get(&path, &auditor).ok(200).await.get("secret").is_none());

    let change = |body| app.request("PATCH", &path).token(&app.admin).json(&body);
    let changed = change(json!({ "disabled": true })).ok(200).await;
    assert_eq!(
        (&changed["disabled"], &changed["url"]),
        (&json!(true), &body["url"])
    );
    let changed = change(json!({ "disabled": false, "events": [], "url": "https://example.com/2" }))
        .ok(200)
        .await;
    assert_eq!(
        (&changed["disabled"], &changed["events"]),
        (&json!(false), &json!([]))
    );
    change(json!({ "url": "http://10.0.0.1/" }))
        .problem(422, "webhook_url_refused")
        .await;
    change(json!({ "secret": "mine" }))
        .problem(422, "invalid_body")
        .await;

    let rotated = app
        .post(&format!("{path}/rotate"), &app.admin, &json!({}))
        .ok(200)
        .await;
    assert_ne!(rotated["secret"], secret);
    assert_eq!(rotated["previous_secret_expires_at"], "2026-01-06T09:00:00Z");

    app.request("DELETE", &path).token(&app.admin).ok(204).await;
    app.get(&path, &app.admin).problem(404, "not_found").await;
}

#[tokio::test]
async fn a_bad_endpoint_is_refused() {
    let app = TestApp::new().await;
    let refused = app.post("/v1/webhooks", &app.admin, &json!({ "url": "http://localhost" }));
    let refused = refused.problem(422, "webhook_url_refused").await;
    assert_eq!(refused.body["errors"][0]["pointer"], "/url");
    let unknown = json!({ "url": "https://example.com", "events": ["csat.rated", "handoff.maybe"] });
    let unknown = app
        .post("/v1/webhooks", &app.admin, &unknown)
        .problem(422, "invalid_field")
        .await;
    assert_eq!(unknown.body["errors"][0]["pointer"], "/events/1");
}

#[tokio::test]
async fn deliveries_are_listed_in_pages_and_replayed() {
    let app = TestApp::new().await;
    let body = json!({ "url": "https://example.com/hook", "events": ["message.created"] });
    let made = app.post("/v1/webhooks", &app.admin, &body).ok(201).await;
    let path = format!("/v1/webhooks/{}/deliveries", made["id"].as_str().unwrap());
    app.post(
        "/v1/conversations",
        "",
        &json!({ "message": { "text": "where is my parcel" } }),
    )
    .ok(201)
    .await;

    let first = app.get(&format!("{path}?limit=1"), &app.admin).ok(200).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = app
        .get(&format!("{path}?limit=1&cursor={cursor}"), &app.admin)
        .ok(200)
        .await;
    assert!(second.get("next_cursor").is_none());
    assert_ne!(first["data"][0]["id"], second["data"][0]["id"]);
    assert_eq!(first["data"][0]["event_type"], "message.created");
    assert_eq!(
        app.get(&format!("{path}?state=delivered"), &app.admin)
            .ok(200)
            .await["data"],
        json!([])
    );
    app.get(&format!("{path}?state=lost"), &app.admin)
        .problem(400, "invalid_query")
        .await;

    let delivery = format!("/v1/deliveries/{}", first["data"][0]["id"].as_str().unwrap());
    assert_eq!(
        app.get(&format!("{delivery}/attempts"), &app.admin).ok(200).await["data"],
        json!([])
    );
    let replayed = app
        .post(&format!("{delivery}/replay"), &app.admin, &json!({}))
        .ok(200)
        .await;
    assert_eq!(
        (&replayed["state"], &replayed["event_id"]),
        (&json!("pending"), &first["data"][0]["event_id"])
    );
}
