//! The bot's switch over HTTP: in force at once, for all that the bot would have said.

use serde_json::json;

use crate::http::app::TestApp;

const PARCEL: &str = "where is my parcel";

#[tokio::test]
async fn the_switch_is_in_force_for_the_next_message() {
    let app = TestApp::new().await;
    let (id, token) = app.open().await;
    let messages = format!("/v1/conversations/{id}/messages");
    let parcel = json!({ "text": PARCEL });
    let turn = app.post(&messages, &token, &parcel).ok(201).await;
    assert_eq!(turn["action"], "answer");

    let before = app.get("/v1/bot", &app.agent).ok(200).await;
    assert_eq!(
        (&before["enabled"], before.get("changed_at")),
        (&json!(true), None)
    );
    let off = json!({ "enabled": false, "intents_off": [] });
    let call = app.request("PUT", "/v1/bot").token(&app.integrator).json(&off);
    let set = call.ok(200).await;
    assert_eq!(set["changed_at"], "2026-01-05T09:00:00Z");
    assert!(
        set["changed_by"].as_str().unwrap().starts_with("key:key_"),
        "{set}"
    );
    assert_eq!(app.get("/v1/bot", &app.agent).ok(200).await, set);

    let turn = app.post(&messages, &app.admin, &parcel).ok(201).await;
    assert_eq!(
        (&turn["action"], &turn["reason"]),
        (&json!("handoff"), &json!("policy"))
    );
    let trace = app
        .get(&format!("/v1/conversations/{id}/trace"), &app.agent)
        .ok(200)
        .await;
    let rules = trace["data"][2]["rules"].as_array().unwrap().clone();
    let rule = rules
        .iter()
        .find(|rule| rule["rule"] == "bot_switched_off")
        .unwrap();
    assert_eq!(
        rule,
        &json!({ "rule": "bot_switched_off", "inputs": { "enabled": false, "intents": [] }, "fired": true })
    );

    let on = json!({ "enabled": true, "intents_off": ["track_order", "track_order"] });
    let set = app
        .request("PUT", "/v1/bot")
        .token(&app.admin)
        .json(&on)
        .ok(200)
        .await;
    assert_eq!(set["intents_off"], json!(["track_order"]));
    for (text, action) in [("how do I reset my password", "answer"), (PARCEL, "handoff")] {
        let opened = app
            .post("/v1/conversations", "", &json!({ "message": { "text": text } }))
            .ok(201)
            .await;
        assert_eq!(opened["action"], action, "{text}");
    }
}

#[tokio::test]
async fn only_intents_that_the_policy_names_can_be_switched_off() {
    let app = TestApp::new().await;
    let known = app.get("/v1/bot", &app.agent).ok(200).await["known_intents"].clone();
    assert!(
        known.as_array().unwrap().contains(&json!("track_order")),
        "{known}"
    );
    let body = json!({ "enabled": true, "intents_off": ["track_order", "tracking"] });
    let call = app.request("PUT", "/v1/bot").token(&app.admin).json(&body);
    let problem = call.problem(422, "invalid_field").await;
    assert_eq!(problem.body["errors"][0]["pointer"], "/intents_off/1");
    assert_eq!(
        app.get("/v1/bot", &app.agent).ok(200).await["intents_off"],
        json!([])
    );
    app.request("PUT", "/v1/bot")
        .token(&app.agent)
        .json(&body)
        .problem(403, "forbidden")
        .await;
}
