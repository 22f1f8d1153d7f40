//! The event stream of the whole workspace, and signals on both kinds of streams.

use firstline::ports::EventLog;
use serde_json::{Value, json};

use super::app::TestApp;
use super::stream::Follower;

fn newest(app: &TestApp) -> u64 {
    *app.store.position().borrow()
}

#[tokio::test]
async fn it_begins_now_and_goes_on_where_it_was_cut() {
    let app = TestApp::new().await;
    let (before, _) = app.open().await;
    let mut follower = Follower::open(app.get("/v1/events", &app.agent)).await;
    let hello = follower.next().await.unwrap();
    let position = newest(&app);
    assert_eq!(
        (hello.kind.as_str(), hello.id, &hello.data),
        ("hello", position, &json!({ "position": position }))
    );
    let (one, _) = app.open().await;
    let (two, token) = app.open().await;
    let heard = follower.take(2).await;
    let whose: Vec<&Value> = heard.iter().map(|event| &event.data["conversation_id"]).collect();
    assert_eq!(whose, [&json!(one), &json!(two)], "and not {before}");
    drop(follower);

    let path = format!("/v1/conversations/{two}/messages");
    app.post(&path, &token, &json!({ "text": "where is my parcel" }))
        .ok(201)
        .await;
    let last = heard[1].id.to_string();
    let call = app.get("/v1/events", &app.agent).header("last-event-id", &last);
    let mut again = Follower::open(call).await;
    assert_eq!(
        again.next().await.unwrap().data,
        json!({ "position": heard[1].id })
    );
    let missed = again.take(2).await;
    assert!(
        missed.iter().all(|event| event.kind == "message.created"),
        "{missed:?}"
    );
    let mut whole = Follower::open(app.get("/v1/events?after=0", &app.admin)).await;
    assert_eq!(whole.take(6).await[4..], missed);
}

#[tokio::test]
async fn endpoints_are_the_business_of_admins() {
    let app = TestApp::new().await;
    let mut follower = Follower::open(app.get("/v1/events", &app.agent)).await;
    follower.next().await.unwrap();
    let hook = json!({ "url": "https://example.com/hook" });
    let endpoint = app.post("/v1/webhooks", &app.admin, &hook).ok(201).await;
    let test = format!("/v1/webhooks/{}/test", endpoint["id"].as_str().unwrap());
    let tried = app.post(&test, &app.admin, &json!({})).send().await;
    assert!(tried.status.is_success(), "{}", tried.body);
    app.open().await;
    assert_eq!(follower.next().await.unwrap().kind, "conversation.created");
}

#[tokio::test]
async fn each_side_hears_the_other_write_and_read() {
    let app = TestApp::new().await;
    let (id, token) = app.hand_off().await;
    let at = |action: &str| format!("/v1/conversations/{id}/{action}");
    app.post(&at("claim"), &app.agent, &json!({})).ok(200).await;
    let from_now = format!("{}?after={}", at("events"), newest(&app));
    let mut customer = Follower::open(app.get(&from_now, &token)).await;
    let mut staff = Follower::open(app.get(&from_now, &app.agent)).await;
    let mut whole = Follower::open(app.get("/v1/events", &app.admin)).await;
    whole.next().await.unwrap();

    let signal = async |token: &str, body: Value| {
        app.post(&at("signals"), token, &body).ok(204).await;
    };
    signal(&token, json!({ "typing": true })).await;
    // A supervisor who only watches is nobody to the customer.
    signal(
        &app.integrator,
        json!({ "typing": true, "agent": { "id": "eva", "name": "Eva" } }),
    )
    .await;
    signal(
        &app.integrator,
        json!({ "read_seq": 1, "agent": { "id": "eva", "name": "Eva" } }),
    )
    .await;
    signal(&app.agent, json!({ "read_seq": 4 })).await;
    signal(&app.agent, json!({ "typing": false })).await;

    let heard = customer.take(2).await;
    assert_eq!(
        (heard[0].kind.as_str(), &heard[0].data),
        (
            "read",
            &json!({ "conversation_id": id, "from": "agent", "agent": { "name": "ana" }, "seq": 4 })
        )
    );
    assert_eq!(
        (heard[1].kind.as_str(), &heard[1].data),
        (
            "typing",
            &json!({ "conversation_id": id, "from": "agent", "agent": { "name": "ana" }, "typing": false })
        )
    );
    let all = staff.take(5).await;
    assert_eq!(
        all[0].data,
        json!({ "conversation_id": id, "from": "customer", "typing": true })
    );
    assert_eq!(all[1].data["agent"], json!({ "id": "eva", "name": "Eva" }));
    assert!(
        all.iter().all(|event| event.id == 0),
        "none has a position: {all:?}"
    );
    assert_eq!(whole.take(5).await, all);
}

#[tokio::test]
async fn a_signal_is_not_kept_and_not_for_other_conversations() {
    let app = TestApp::new().await;
    let (id, token) = app.open().await;
    let (other, others) = app.open().await;
    let signals = format!("/v1/conversations/{id}/signals");
    let position = newest(&app);
    app.post(&signals, &token, &json!({ "typing": true }))
        .ok(204)
        .await;
    let mut elsewhere = Follower::open(app.get(
        &format!("/v1/conversations/{other}/events?after={position}"),
        &app.agent,
    ))
    .await;
    let mut late = Follower::open(app.get(
        &format!("/v1/conversations/{id}/events?after={position}"),
        &app.agent,
    ))
    .await;
    app.post(&signals, &token, &json!({ "typing": false }))
        .ok(204)
        .await;
    assert_eq!(newest(&app), position);
    assert_eq!(late.next().await.unwrap().data["typing"], false);
    let path = format!("/v1/conversations/{other}/messages");
    app.post(&path, &others, &json!({ "text": "hello" }))
        .ok(201)
        .await;
    assert_eq!(elsewhere.next().await.unwrap().kind, "message.created");
}

#[tokio::test]
async fn a_signal_is_one_thing_that_can_be() {
    let app = TestApp::new().await;
    let (id, token) = app.open().await;
    let path = format!("/v1/conversations/{id}/signals");
    for (body, pointer) in [
        (json!({}), "/typing"),
        (json!({ "typing": true, "read_seq": 0 }), "/typing"),
        (json!({ "read_seq": 7 }), "/read_seq"),
    ] {
        let refused = app.post(&path, &token, &body).problem(422, "invalid_field").await;
        assert_eq!(refused.body["errors"][0]["pointer"], pointer, "{body}");
    }
    let as_agent = json!({ "typing": true, "agent": { "id": "eva" } });
    app.post(&path, &token, &as_agent).problem(403, "forbidden").await;
    app.post(&path, &app.agent, &as_agent)
        .problem(403, "forbidden")
        .await;
}
