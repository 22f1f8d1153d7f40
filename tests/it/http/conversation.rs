//! Conversations as customers and agents have them.

use firstline::http::state::Options;
use serde_json::json;

use super::app::TestApp;

#[tokio::test]
async fn a_whole_conversation() {
    let app = TestApp::new().await;
    let opened = app
        .post(
            "/v1/conversations",
            "",
            &json!({ "customer": { "name": "Kim" }, "message": { "text": "where is my parcel" } }),
        )
        .ok(201)
        .await;
    let (id, token) = (opened["id"].as_str().unwrap(), opened["token"].as_str().unwrap());
    assert_eq!(opened["action"], "answer");
    assert_eq!(opened["replies"][0]["text"], "Follow the tracking link.");
    assert_eq!(
        opened["replies"][0]["source"],
        json!({ "kind": "article", "article": "track-your-order", "passage": "intro" })
    );
    let at = |action: &str| format!("/v1/conversations/{id}/{action}");

    let turn = app
        .post(&at("messages"), token, &json!({ "text": "this is terrible" }))
        .ok(201)
        .await;
    assert_eq!(
        (&turn["action"], &turn["owner"]),
        (&json!("handoff"), &json!("queue"))
    );

    let queue = app.get("/v1/queue", &app.agent).ok(200).await;
    assert_eq!(queue["data"].as_array().unwrap().len(), 1);
    assert_eq!(queue["data"][0]["conversation_id"], id);
    assert_eq!(queue["data"][0]["priority"], "high");
    assert_eq!(queue["data"][0]["handoff"]["reason"], "negative_sentiment");
    assert_eq!(queue["data"][0]["customer"]["name"], "Kim");

    let claimed = app.post(&at("claim"), &app.agent, &json!({})).ok(200).await;
    assert_eq!(claimed["owner"], "agent");
    assert_eq!(claimed["agent"], json!({ "id": "ana", "name": "ana" }));
    assert_eq!(claimed["replies"][0]["from"], "system");
    assert_eq!(app.get("/v1/queue", &app.agent).ok(200).await["data"], json!([]));

    let sent = app
        .post(
            &at("messages"),
            &app.agent,
            &json!({ "text": "Sorry! I look into it.", "from": "agent" }),
        )
        .ok(201)
        .await;
    assert_eq!(sent["message"]["agent"]["id"], "ana");
    assert_eq!(sent["action"], "relay");

    let resolved = app.post(&at("resolve"), &app.agent, &json!({})).ok(200).await;
    assert_eq!(resolved["status"], "resolved");
    app.post(&at("csat"), token, &json!({ "score": 4, "comment": "quick" }))
        .ok(200)
        .await;
    let seen = app
        .get(&format!("/v1/conversations/{id}"), &app.agent)
        .ok(200)
        .await;
    assert_eq!(seen["rating"], json!({ "score": 4, "comment": "quick" }));

    let said = [
        "customer", "bot", "customer", "bot", "bot", "system", "agent", "system",
    ];
    assert_eq!(speakers(&app, id, token).await, said);
}

async fn speakers(app: &TestApp, id: &str, token: &str) -> Vec<String> {
    let path = format!("/v1/conversations/{id}/messages");
    let messages = app.get(&path, token).ok(200).await;
    let messages = messages["data"].as_array().unwrap().iter();
    messages
        .map(|message| message["from"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn visitors_see_no_judgement_and_staff_do() {
    let app = TestApp::new().await;
    let (id, token) = app.open().await;
    let path = format!("/v1/conversations/{id}/messages");
    let seen = app
        .post(&path, &token, &json!({ "text": "terrible parcel service" }))
        .ok(201)
        .await;
    assert_eq!(seen["action"], "handoff");
    for hidden in [
        "reason",
        "reasons",
        "intent",
        "sentiment",
        "language",
        "queue",
        "priority",
    ] {
        assert!(seen.get(hidden).is_none(), "{hidden}: {seen}");
    }
    assert!(seen["replies"][0].get("source").is_none(), "{seen}");
    let shown = app.get(&format!("/v1/conversations/{id}"), &token).ok(200).await;
    assert!(
        shown.get("handoff").is_none() && shown.get("queue").is_none(),
        "{shown}"
    );
    for internal in ["negative_sentiment", "handoff."] {
        assert!(!shown.to_string().contains(internal) && !seen.to_string().contains(internal));
    }

    let (id, _) = app.open().await;
    let path = format!("/v1/conversations/{id}/messages");
    let seen = app
        .post(
            &path,
            &app.integrator,
            &json!({ "text": "terrible parcel service" }),
        )
        .ok(201)
        .await;
    assert_eq!(seen["reason"], "negative_sentiment");
    assert_eq!(seen["reasons"], json!(["negative_sentiment"]));
    assert_eq!(seen["intent"]["name"], "track_order");
    assert_eq!(seen["sentiment"]["label"], "negative");
    assert_eq!(seen["queue"], "orders");
    assert_eq!(seen["replies"][0]["source"]["id"], "handoff.negative_sentiment");
    let shown = app
        .get(&format!("/v1/conversations/{id}"), &app.agent)
        .ok(200)
        .await;
    assert_eq!(shown["handoff"]["sentiment"]["label"], "negative");
}

#[tokio::test]
async fn nobody_is_left_unanswered_when_the_classifier_is_full() {
    let app = TestApp::new().await;
    let (id, _) = app.open().await;
    let path = format!("/v1/conversations/{id}/messages");
    let turn = app
        .post(&path, &app.integrator, &json!({ "text": "overload" }))
        .ok(201)
        .await;
    assert_eq!(
        (&turn["action"], &turn["reason"]),
        (&json!("handoff"), &json!("unavailable"))
    );
}

#[tokio::test]
async fn agents_release_transfer_and_hand_back() {
    let app = TestApp::new().await;
    let (id, _) = app.hand_off().await;
    let at = |action: &str| format!("/v1/conversations/{id}/{action}");
    let bo = json!({ "agent": { "id": "bo", "name": "Bo" } });
    app.post(&at("release"), &app.agent, &json!({}))
        .problem(409, "not_claimed")
        .await;
    app.post(&at("claim"), &app.integrator, &bo).ok(200).await;
    app.post(&at("claim"), &app.agent, &json!({}))
        .problem(409, "held_by_other")
        .await;
    app.post(&at("claim"), &app.integrator, &bo)
        .problem(409, "already_yours")
        .await;
    let released = app.post(&at("release"), &app.integrator, &bo).ok(200).await;
    assert_eq!(
        (&released["owner"], &released["queue"]),
        (&json!("queue"), &json!("care"))
    );

    app.post(&at("claim"), &app.agent, &json!({})).ok(200).await;
    app.post(&at("transfer"), &app.agent, &json!({ "queue": "nowhere" }))
        .problem(422, "unknown_queue")
        .await;
    let moved = app
        .post(&at("transfer"), &app.agent, &json!({ "queue": "accounts" }))
        .ok(200)
        .await;
    assert_eq!(moved["queue"], "accounts");
    let waiting = app.get("/v1/queue?queue=accounts", &app.agent).ok(200).await;
    assert_eq!(waiting["data"][0]["conversation_id"], id.as_str());
    assert_eq!(
        app.get("/v1/queue?queue=care", &app.agent).ok(200).await["data"],
        json!([])
    );

    app.post(&at("claim"), &app.agent, &json!({})).ok(200).await;
    let back = app.post(&at("handback"), &app.agent, &json!({})).ok(200).await;
    assert_eq!(back["owner"], "bot");
    app.post(&at("resolve"), &app.agent, &json!({})).ok(200).await;
    app.post(&at("claim"), &app.agent, &json!({}))
        .problem(409, "conversation_resolved")
        .await;
}

#[tokio::test]
async fn agents_act_as_themselves_and_integrations_name_one() {
    let app = TestApp::new().await;
    let (id, _) = app.hand_off().await;
    let claim = format!("/v1/conversations/{id}/claim");
    let bo = json!({ "agent": { "id": "bo" } });
    app.post(&claim, &app.agent, &bo).problem(403, "forbidden").await;
    let unnamed = app
        .post(&claim, &app.integrator, &json!({}))
        .problem(422, "invalid_field")
        .await;
    assert_eq!(unnamed.body["errors"][0]["pointer"], "/agent");
    app.post(&claim, &app.integrator, &json!({ "agent": { "id": "b o" } }))
        .problem(400, "invalid_id")
        .await;
    app.post(
        &claim,
        &app.agent,
        &json!({ "agent": { "id": "ana", "name": "Ana" } }),
    )
    .ok(200)
    .await;
}

#[tokio::test]
async fn only_integrations_say_who_the_customer_is() {
    let app = TestApp::new().await;
    let named = json!({ "customer": { "id": "c-1", "name": "Kim" } });
    app.post("/v1/conversations", "", &named)
        .problem(403, "forbidden")
        .await;
    let opened = app
        .post("/v1/conversations", &app.integrator, &named)
        .ok(201)
        .await;
    let path = format!("/v1/conversations/{}", opened["id"].as_str().unwrap());
    let shown = app.get(&path, &app.agent).ok(200).await;
    assert_eq!(
        shown["customer"],
        json!({ "id": "c-1", "name": "Kim", "verified": false })
    );
}

#[tokio::test]
async fn visitors_are_kept_out_where_the_business_says_so() {
    let app = TestApp::with(Options {
        visitors_may_open: false,
        ..Options::default()
    })
    .await;
    app.post("/v1/conversations", "", &json!({}))
        .problem(401, "missing_token")
        .await;
    app.post("/v1/conversations", &app.integrator, &json!({}))
        .ok(201)
        .await;
}

#[tokio::test]
async fn the_trace_says_why_and_the_suggestions_what_to_send() {
    let app = TestApp::new().await;
    let (id, token) = app.open().await;
    let path = format!("/v1/conversations/{id}/messages");
    app.post(&path, &token, &json!({ "text": "where is my terrible parcel" }))
        .ok(201)
        .await;
    let trace = app
        .get(&format!("/v1/conversations/{id}/trace"), &app.agent)
        .ok(200)
        .await;
    let turns = trace["data"].as_array().unwrap();
    assert_eq!(
        (&turns[0]["input"], &turns[0]["action"]),
        (&json!("opened"), &json!("record"))
    );
    assert_eq!(
        (&turns[1]["input"], &turns[1]["reason"]),
        (&json!("customer_message"), &json!("negative_sentiment"))
    );
    assert_eq!(turns[1]["reading"]["model"], "scripted 1");
    let fired: Vec<_> = turns[1]["rules"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|rule| rule["fired"] == true)
        .collect();
    assert_eq!(fired[0]["rule"], "negative_sentiment");

    let suggested = app
        .get(&format!("/v1/conversations/{id}/suggestions"), &app.agent)
        .ok(200)
        .await;
    assert_eq!(suggested["articles"][0]["id"], "track-your-order");
    assert_ne!(suggested["suggested_replies"], json!([]));
    app.post(&format!("/v1/conversations/{id}/resolve"), &app.agent, &json!({}))
        .ok(200)
        .await;
    let none = app
        .get(&format!("/v1/conversations/{id}/suggestions"), &app.agent)
        .ok(200)
        .await;
    assert_eq!(none, json!({ "suggested_replies": [], "articles": [] }));
}

#[tokio::test]
async fn messages_come_in_pages() {
    let app = TestApp::new().await;
    let (id, token) = app.open().await;
    let path = format!("/v1/conversations/{id}/messages");
    for text in ["where is my parcel", "my password"] {
        app.post(&path, &token, &json!({ "text": text })).ok(201).await;
    }
    let first = app.get(&format!("{path}?limit=3"), &token).ok(200).await;
    assert_eq!(
        (first["data"].as_array().unwrap().len(), &first["next_after"]),
        (3, &json!(3))
    );
    let rest = app.get(&format!("{path}?limit=3&after=3"), &token).ok(200).await;
    assert_eq!(rest["data"][0]["seq"], 4);
    assert!(rest.get("next_after").is_none());
}

#[tokio::test]
async fn agents_search_what_only_they_may_read() {
    let app = TestApp::new().await;
    let found = app.get("/v1/search?q=parcel", &app.agent).ok(200).await;
    let audiences: Vec<_> = found["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| &hit["audience"])
        .collect();
    assert_eq!(audiences, ["public", "internal"]);
    assert_eq!(
        app.get("/v1/search?q=parcel&limit=1", &app.agent).ok(200).await["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}
