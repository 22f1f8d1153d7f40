//! A request repeated with its `Idempotency-Key` gets the first answer, and happens once.

use serde_json::{Value, json};

use super::app::{Answer, TestApp};

async fn send(app: &TestApp, path: &str, token: &str, key: &str, body: &Value) -> Answer {
    app.post(path, token, body)
        .header("idempotency-key", key)
        .send()
        .await
}

#[tokio::test]
async fn a_message_sent_twice_is_there_once() {
    let app = TestApp::new().await;
    let (id, token) = app.open().await;
    let path = format!("/v1/conversations/{id}/messages");
    let body = json!({ "text": "where is my parcel" });
    let first = send(&app, &path, &token, "k1", &body).await;
    let again = send(&app, &path, &token, "k1", &body).await;
    assert_eq!(first.status, 201);
    assert_eq!(again.body, first.body);
    assert_eq!(
        app.get(&path, &token).ok(200).await["data"]
            .as_array()
            .unwrap()
            .len(),
        2
    );

    let other = app
        .post(&path, &token, &json!({ "text": "my password" }))
        .header("idempotency-key", "k1");
    other.problem(422, "idempotency_key_reused").await;
    let other = format!("/v1/conversations/{id}/csat");
    let other = app
        .post(&other, &token, &json!({ "score": 1 }))
        .header("idempotency-key", "k1");
    other.problem(422, "idempotency_key_reused").await;
}

#[tokio::test]
async fn an_opening_sent_twice_gives_one_conversation_and_one_token() {
    let app = TestApp::new().await;
    let body = json!({ "message": { "text": "where is my parcel" } });
    let first = send(&app, "/v1/conversations", "", "k1", &body).await;
    app.pass(firstline::domain::time::Duration::from_mins(5));
    let again = send(&app, "/v1/conversations", "", "k1", &body).await;
    assert_eq!(again.body, first.body);
    let other = send(&app, "/v1/conversations", "", "k2", &body).await;
    assert_ne!(other.body["id"], first.body["id"]);
}

#[tokio::test]
async fn two_callers_may_choose_the_same_key() {
    let app = TestApp::new().await;
    let body = json!({});
    let one = send(&app, "/v1/conversations", &app.integrator, "k1", &body).await;
    let other = send(&app, "/v1/conversations", &app.admin, "k1", &body).await;
    assert_ne!(one.body["id"], other.body["id"]);
}

#[tokio::test]
async fn a_hundred_at_once_are_one() {
    let app = TestApp::new().await;
    let body = json!({ "message": { "text": "where is my parcel" } });
    let calls = (0..100).map(|_| send(&app, "/v1/conversations", "", "k1", &body));
    let answers = futures_util::future::join_all(calls).await;
    assert!(
        answers
            .iter()
            .all(|answer| answer.status == 201 && answer.body == answers[0].body)
    );
}

#[tokio::test]
async fn a_claim_repeated_after_a_lost_answer_succeeds() {
    let app = TestApp::new().await;
    let (id, _) = app.hand_off().await;
    let path = format!("/v1/conversations/{id}/claim");
    let first = send(&app, &path, &app.agent, "k1", &json!({})).await;
    let again = send(&app, &path, &app.agent, "k1", &json!({})).await;
    assert_eq!((first.status.as_u16(), &again.body), (200, &first.body));
}

#[tokio::test]
async fn a_webhook_registered_twice_is_there_once() {
    let app = TestApp::new().await;
    let body = json!({ "url": "https://example.com/hook", "events": ["handoff.requested"] });
    let first = send(&app, "/v1/webhooks", &app.admin, "k1", &body).await;
    let again = send(&app, "/v1/webhooks", &app.admin, "k1", &body).await;
    assert_eq!((first.status.as_u16(), &again.body), (201, &first.body));
    let listed = app.get("/v1/webhooks", &app.admin).ok(200).await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    let other = json!({ "url": "https://example.com/other" });
    let reused = send(&app, "/v1/webhooks", &app.admin, "k1", &other).await;
    assert_eq!(reused.body["code"], "idempotency_key_reused");

    let rotate = format!("/v1/webhooks/{}/rotate", first.body["id"].as_str().unwrap());
    let rotated = send(&app, &rotate, &app.admin, "r1", &json!({})).await;
    let again = send(&app, &rotate, &app.admin, "r1", &json!({})).await;
    assert_ne!(rotated.body["secret"], first.body["secret"]);
    assert_eq!(again.body, rotated.body);
    let other = send(&app, &rotate, &app.admin, "r2", &json!({})).await;
    assert_ne!(other.body["secret"], rotated.body["secret"]);
}

#[tokio::test]
async fn a_key_must_be_visible_ascii() {
    let app = TestApp::new().await;
    for key in ["", "a b", "schlüssel", &"x".repeat(201)] {
        let call = app
            .post("/v1/conversations", "", &json!({}))
            .header("idempotency-key", key);
        call.problem(400, "invalid_idempotency_key").await;
    }
}
