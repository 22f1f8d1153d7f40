//! Registering agents, their presence, and what they do with offers, as the API has it.

use serde_json::json;

use super::app::TestApp;

async fn registered(app: &TestApp, id: &str, capacity: u32) {
    let path = format!("/v1/agents/{id}");
    let profile = json!({ "name": id.to_uppercase(), "capacity": capacity, "skills": ["tax"], "languages": ["en", "de"],
        "queues": ["care"] });
    app.request("PUT", &path)
        .token(&app.admin)
        .json(&profile)
        .ok(200)
        .await;
}

#[tokio::test]
async fn a_supervisor_registers_agents_and_an_agent_says_whether_they_are_there() {
    let app = TestApp::new().await;
    registered(&app, "ana", 3).await;
    registered(&app, "bo", 1).await;
    let path = "/v1/agents/ana/presence";
    let ana = app
        .post(path, &app.agent, &json!({ "presence": "online" }))
        .ok(200)
        .await;
    assert_eq!(
        ana,
        json!({ "id": "ana", "name": "ANA", "skills": ["tax"], "languages": ["en", "de"], "queues": ["care"],
            "capacity": 3, "load": 0, "presence": "online", "seen_at": "2026-01-05T09:00:00Z" })
    );
    app.pass(firstline::domain::time::Duration::from_secs(60));
    let beat = app.post(path, &app.agent, &json!({})).ok(200).await;
    assert_eq!(
        (&beat["presence"], &beat["seen_at"]),
        (&json!("online"), &json!("2026-01-05T09:01:00Z"))
    );
    let wrap_up = json!({ "presence": "wrap_up", "seconds": 30 });
    let wrap_up = app.post(path, &app.integrator, &wrap_up).ok(200).await;
    assert_eq!(
        (&wrap_up["presence"], &wrap_up["until"]),
        (&json!("wrap_up"), &json!("2026-01-05T09:01:30Z"))
    );
    app.pass(firstline::domain::time::Duration::from_secs(91));
    let agents = app.get("/v1/agents", &app.agent).ok(200).await;
    let presences: Vec<_> = agents["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|agent| &agent["presence"])
        .collect();
    assert_eq!(presences, ["offline", "offline"], "no sign of life");

    let online = json!({ "presence": "online" });
    app.post("/v1/agents/bo/presence", &app.agent, &online)
        .problem(403, "forbidden")
        .await;
    app.post("/v1/agents/eve/presence", &app.admin, &online)
        .problem(404, "not_found")
        .await;
}

#[tokio::test]
async fn what_is_wrong_with_an_agent_is_said() {
    let app = TestApp::new().await;
    registered(&app, "ana", 1).await;
    for (body, pointer) in [
        (json!({ "capacity": 0 }), "/capacity"),
        (json!({ "capacity": 1001 }), "/capacity"),
        (json!({ "capacity": 1, "queues": ["care", "moon"] }), "/queues/1"),
    ] {
        let call = app.request("PUT", "/v1/agents/bo").token(&app.admin).json(&body);
        let answer = call.problem(422, "invalid_field").await;
        assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{}", answer.body);
    }
    let call = app.request("PUT", "/v1/agents/b.o").token(&app.admin);
    call.json(&json!({ "capacity": 1 }))
        .problem(400, "invalid_id")
        .await;
    for (body, pointer) in [
        (json!({ "presence": "asleep" }), "/presence"),
        (json!({ "presence": "online", "seconds": 5 }), "/seconds"),
        (json!({ "presence": "wrap_up" }), "/seconds"),
        (json!({ "presence": "wrap_up", "seconds": 0 }), "/seconds"),
        (json!({ "seconds": 5 }), "/seconds"),
    ] {
        let call = app.post("/v1/agents/ana/presence", &app.agent, &body);
        let answer = call.problem(422, "invalid_field").await;
        assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{}", answer.body);
    }
}

#[tokio::test]
async fn a_conversation_is_passed_on_to_an_agent_who_answers() {
    let app = TestApp::new().await;
    registered(&app, "bo", 1).await;
    let (id, token) = app.hand_off().await;
    let path = |verb: &str| format!("/v1/conversations/{id}/{verb}");
    let bo = json!({ "agent": { "id": "bo" } });
    app.post(&path("accept"), &app.admin, &bo)
        .problem(409, "not_offered")
        .await;
    app.post(&path("decline"), &app.admin, &bo)
        .problem(409, "not_offered")
        .await;
    app.post(&path("claim"), &app.agent, &json!({})).ok(200).await;

    for (body, pointer) in [
        (json!({}), "/queue"),
        (json!({ "queue": "care", "to_agent": "bo" }), "/queue"),
        (json!({ "to_agent": "eve" }), "/to_agent"),
    ] {
        let answer = app
            .post(&path("transfer"), &app.agent, &body)
            .problem(422, "invalid_field")
            .await;
        assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{}", answer.body);
    }
    let to_bo = json!({ "to_agent": "bo" });
    let moved = app.post(&path("transfer"), &app.agent, &to_bo).ok(200).await;
    let until = json!("2026-01-05T09:00:30Z");
    assert_eq!(
        (
            &moved["owner"],
            &moved["offer"]["agent"]["id"],
            &moved["offer"]["until"]
        ),
        (&json!("queue"), &json!("bo"), &until)
    );
    let queue = app.get("/v1/queue", &app.agent).ok(200).await;
    assert_eq!(
        queue["data"][0]["offer"]["agent"],
        json!({ "id": "bo", "name": "BO" })
    );
    let seen = app.get(&format!("/v1/conversations/{id}"), &token).ok(200).await;
    assert_eq!(
        (&seen["owner"], seen.get("offer")),
        (&json!("queue"), None),
        "no customer's business"
    );

    app.post(&path("decline"), &app.admin, &bo).ok(200).await;
    app.post(&path("claim"), &app.agent, &json!({})).ok(200).await;
    app.post(&path("transfer"), &app.agent, &to_bo).ok(200).await;
    app.post(&path("accept"), &app.admin, &bo).ok(200).await;
    let agents = app.get("/v1/agents", &app.agent).ok(200).await;
    assert_eq!(agents["data"][0]["load"], 1);
}

#[tokio::test]
async fn a_held_conversation_is_put_off() {
    let app = TestApp::new().await;
    let (id, token) = app.hand_off().await;
    let path = |verb: &str| format!("/v1/conversations/{id}/{verb}");
    let noon = json!({ "until": "2026-01-05T12:00:00Z" });
    app.post(&path("snooze"), &app.agent, &noon)
        .problem(409, "not_claimed")
        .await;
    app.post(&path("claim"), &app.agent, &json!({})).ok(200).await;
    let past = json!({ "until": "2026-01-05T08:00:00Z" });
    let answer = app
        .post(&path("snooze"), &app.agent, &past)
        .problem(422, "invalid_snooze")
        .await;
    assert_eq!(answer.body["errors"][0]["pointer"], "/until");
    app.post(&path("snooze"), &app.agent, &json!({ "until": "soon" }))
        .problem(422, "invalid_body")
        .await;
    let snoozed = app.post(&path("snooze"), &app.agent, &noon).ok(200).await;
    assert_eq!(snoozed["snoozed_until"], noon["until"]);
    let seen = app.get(&format!("/v1/conversations/{id}"), &token).ok(200).await;
    assert_eq!(seen.get("snoozed_until"), None, "no customer's business");
    let said = json!({ "text": "are you there?" });
    app.post(&path("messages"), &token, &said).ok(201).await;
    let seen = app
        .get(&format!("/v1/conversations/{id}"), &app.agent)
        .ok(200)
        .await;
    assert_eq!(
        (&seen["owner"], seen.get("snoozed_until")),
        (&json!("agent"), None)
    );
}

/// Four times to and fro is enough.
#[tokio::test]
async fn what_comes_back_again_and_again_stays_with_people() {
    let app = TestApp::new().await;
    let (id, token) = app.hand_off().await;
    let path = |verb: &str| format!("/v1/conversations/{id}/{verb}");
    for _ in 0..3 {
        app.post(&path("claim"), &app.agent, &json!({})).ok(200).await;
        app.post(&path("handback"), &app.agent, &json!({})).ok(200).await;
        let said = json!({ "text": "I want to talk to someone" });
        let turn = app.post(&path("messages"), &token, &said).ok(201).await;
        assert_eq!(turn["action"], "handoff", "whoever asks for a person gets one");
    }
    app.post(&path("claim"), &app.agent, &json!({})).ok(200).await;
    app.post(&path("handback"), &app.agent, &json!({}))
        .problem(409, "comes_back")
        .await;
}
