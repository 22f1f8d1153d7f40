//! What supervisors see and do over HTTP: the wall, the queues, checks of what is written, labels, and what a turn might
//! have been.

use serde_json::{Value, json};

use crate::http::app::TestApp;

async fn say(app: &TestApp, id: &str, token: &str, text: &str) -> Value {
    let path = format!("/v1/conversations/{id}/messages");
    app.post(&path, token, &json!({ "text": text })).ok(201).await
}

/// One that the bot has answered and that is rated, one that waits unhappily, one that Ana holds and one without a word;
/// Ana is away.
async fn busy(app: &TestApp) {
    let (answered, token) = app.open().await;
    say(app, &answered, &token, "where is my parcel").await;
    let csat = format!("/v1/conversations/{answered}/csat");
    app.post(&csat, &token, &json!({ "score": 4 })).ok(200).await;
    let (angry, token) = app.open().await;
    let turn = say(app, &angry, &token, "this is terrible").await;
    assert_eq!(turn["action"], "handoff");
    let (claimed, _) = app.hand_off().await;
    app.post(
        &format!("/v1/conversations/{claimed}/claim"),
        &app.agent,
        &json!({}),
    )
    .ok(200)
    .await;
    app.open().await;
    let ana = app.request("PUT", "/v1/agents/ana").token(&app.admin);
    ana.json(&json!({ "capacity": 1 })).ok(200).await;
    let presence = json!({ "presence": "away" });
    app.post("/v1/agents/ana/presence", &app.agent, &presence)
        .ok(200)
        .await;
}

#[tokio::test]
async fn the_wall_shows_how_the_business_stands() {
    let app = TestApp::new().await;
    let empty = app.get("/v1/wall", &app.integrator).ok(200).await;
    assert_eq!(
        empty["bot"],
        json!({ "conversations": 0, "contained": 0, "handed_off": 0 })
    );
    assert_eq!(
        (&empty["mood"], &empty["csat_24h"]),
        (&json!({ "messages": 0 }), &json!({ "count": 0 }))
    );

    busy(&app).await;
    let wall = app.get("/v1/wall", &app.admin).ok(200).await;
    assert_eq!(wall["at"], "2026-01-05T09:00:00Z");
    assert_eq!(
        (&wall["waiting"]["count"], &wall["waiting"]["oldest_since"]),
        (&json!(1), &wall["at"])
    );
    let by_queue = wall["waiting"]["by_queue"].as_array().unwrap();
    let names: Vec<&str> = by_queue
        .iter()
        .map(|line| line["queue"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["orders", "billing", "accounts", "workshop", "care"]);
    assert_eq!(by_queue.iter().filter(|line| line["waiting"] == 1).count(), 1);
    assert_eq!(wall["open"], json!({ "bot": 2, "queue": 1, "agent": 1 }));
    let expected = json!({ "conversations": 3, "contained": 1, "handed_off": 2, "share": 1.0 / 3.0 });
    assert_eq!(wall["bot"], expected);
    assert_eq!(
        wall["mood"],
        json!({ "messages": 3, "negative_share": 1.0 / 3.0 })
    );
    let expected = json!({ "online": 0, "busy": 0, "away": 1, "wrap_up": 0, "offline": 0 });
    assert_eq!(wall["agents"], expected);
    assert_eq!(wall["csat_24h"], json!({ "count": 1, "mean": 4.0 }));
    assert_eq!((&wall["resolved_24h"], &wall["alerts"]), (&json!(0), &json!([])));
    assert_eq!(wall["sla"], json!({ "at_risk": 0, "breached": 0 }));
}

#[tokio::test]
async fn queues_are_listed_as_the_policy_has_them() {
    let app = TestApp::new().await;
    app.hand_off().await;
    let queues = app.get("/v1/queues", &app.agent).ok(200).await;
    let care = &queues["data"][4];
    assert_eq!(
        (&care["name"], &care["fallback"], &care["open"]),
        (&json!("care"), &json!("message"), &json!(true))
    );
    let workshop = &queues["data"][3];
    assert_eq!(
        (&workshop["hours"], &workshop["intents"][0]),
        (&json!("workshop"), &json!("appointment_book"))
    );
    let waiting: u64 = queues["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|queue| queue["waiting"].as_u64().unwrap())
        .sum();
    assert_eq!(waiting, 1);
}

#[tokio::test]
async fn what_an_agent_is_about_to_send_is_looked_through() {
    let app = TestApp::new().await;
    let (id, _) = app.open().await;
    let check = format!("/v1/conversations/{id}/check");
    let text = "😀 We guarantee it, {{ customer_name }}";
    let found = app
        .post(&check, &app.agent, &json!({ "text": text }))
        .ok(200)
        .await;
    let first = &found["findings"][0];
    assert_eq!(
        (&first["rule"], &first["severity"]),
        (&json!("forbidden_promise"), &json!("block"))
    );
    assert_eq!((&first["start"], &first["end"]), (&json!(3), &json!(15)));
    assert_eq!(found["findings"][1]["rule"], "unfilled_variable");
    let found = app.post(&check, &app.agent, &json!({ "text": "" })).ok(200).await;
    assert_eq!(found, json!({ "findings": [] }));
    let long = json!({ "text": "a".repeat(17 * 1024) });
    let problem = app
        .post(&check, &app.agent, &long)
        .problem(422, "invalid_field")
        .await;
    assert_eq!(problem.body["errors"][0]["pointer"], "/text");
    app.post(
        "/v1/conversations/conv_0/check",
        &app.agent,
        &json!({ "text": "a" }),
    )
    .problem(404, "not_found")
    .await;
}

/// A conversation about a parcel and a card: where its labels are, and what the bot answered.
async fn answered(app: &TestApp) -> (String, Value) {
    let (id, token) = app.open().await;
    let turn = say(app, &id, &token, "where is my parcel, card 4111 1111 1111 1111").await;
    (format!("/v1/conversations/{id}/labels"), turn)
}

async fn change(app: &TestApp, label: &Value, to: &Value) -> Value {
    let path = format!("/v1/labels/{}", label["id"].as_str().unwrap());
    let call = app.request("PATCH", &path).token(&app.integrator).json(to);
    call.ok(200).await
}

#[tokio::test]
async fn a_label_is_of_what_the_customer_wrote() {
    let app = TestApp::new().await;
    let (labels, turn) = answered(&app).await;
    let said = &turn["message"]["id"];
    let comment = "it is about the card 4111 1111 1111 1111";
    let wrong = json!({ "message_id": turn["replies"][0]["id"], "verdict": "wrong", "comment": comment });
    let label = app.post(&labels, &app.agent, &wrong).ok(201).await;
    let of = [
        &label["predicted"],
        &label["by"]["id"],
        &label["message_id"],
        &label["state"],
    ];
    assert_eq!(of, [&json!("track_order"), &json!("ana"), said, &json!("open")]);
    assert_eq!(label["text"], "where is my parcel, card [card ending 1111]");
    assert_eq!(label["comment"], "it is about the card [card ending 1111]");
    assert_eq!(label.get("intent"), None);

    let right = json!({ "message_id": said, "verdict": "right", "agent": { "id": "bo" } });
    let right = app.post(&labels, &app.integrator, &right).ok(201).await;
    assert_eq!(right["intent"], "track_order", "that is what was right");
    let repeat = || {
        app.post(&labels, &app.agent, &wrong)
            .header("idempotency-key", "k1")
    };
    let first = repeat().ok(201).await;
    assert_eq!(repeat().ok(201).await, first);
    assert_ne!(first["id"], label["id"]);

    for (body, pointer) in [
        (
            json!({ "message_id": "msg_1", "verdict": "wrong" }),
            "/message_id",
        ),
        (
            json!({ "message_id": said, "verdict": "wrong", "intent": "Where Is It" }),
            "/intent",
        ),
        (
            json!({ "message_id": said, "verdict": "wrong", "comment": "a".repeat(2001) }),
            "/comment",
        ),
    ] {
        let problem = app
            .post(&labels, &app.agent, &body)
            .problem(422, "invalid_field")
            .await;
        assert_eq!(problem.body["errors"][0]["pointer"], pointer);
    }
    let nobody = json!({ "message_id": said, "verdict": "right" });
    let problem = app
        .post(&labels, &app.integrator, &nobody)
        .problem(422, "invalid_field")
        .await;
    assert_eq!(problem.body["errors"][0]["pointer"], "/agent");
}

#[tokio::test]
async fn labels_that_are_done_are_exported() {
    let app = TestApp::new().await;
    let (labels, turn) = answered(&app).await;
    let wrong = json!({ "message_id": turn["message"]["id"], "verdict": "wrong" });
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(app.post(&labels, &app.agent, &wrong).ok(201).await);
    }
    change(&app, &made[1], &json!({ "state": "done" })).await;
    assert_eq!(app.get("/v1/labels/export", &app.admin).ok(200).await, json!(""));
    let open = app.get("/v1/labels?state=open&limit=1", &app.admin).ok(200).await;
    assert_eq!(open["data"][0], made[2]);
    let next = format!(
        "/v1/labels?state=open&cursor={}",
        open["next_cursor"].as_str().unwrap()
    );
    let rest = app.get(&next, &app.admin).ok(200).await;
    assert_eq!(
        (&rest["data"], rest.get("next_cursor")),
        (&json!([made[0]]), None)
    );

    let done = json!({ "intent": "payment_failed", "state": "done" });
    let changed = change(&app, &made[0], &done).await;
    assert_eq!(
        [&changed["intent"], &changed["state"]],
        [&done["intent"], &done["state"]]
    );
    let export = app.get("/v1/labels/export", &app.admin).send().await;
    assert_eq!(export.headers["content-type"], "application/x-ndjson");
    let expected =
        json!({ "label": "payment_failed", "text": "where is my parcel, card [card ending 1111]" });
    assert_eq!(export.body, expected, "one line");

    let path = format!("/v1/labels/{}", made[0]["id"].as_str().unwrap());
    let call = app
        .request("PATCH", &path)
        .token(&app.admin)
        .json(&json!({ "state": "finished" }));
    let problem = call.problem(422, "invalid_field").await;
    assert_eq!(problem.body["errors"][0]["pointer"], "/state");
    let bad = app.get("/v1/labels?state=finished", &app.admin);
    bad.problem(400, "invalid_query").await;
}

#[tokio::test]
async fn a_turn_is_decided_again_with_other_bars() {
    let app = TestApp::new().await;
    let (id, token) = app.open().await;
    say(&app, &id, &token, "where is my parcel").await;
    say(&app, &id, &token, "how do I reset my password").await;
    let ask = |version: u64, query: &str| {
        let path = format!("/v1/conversations/{id}/turns/{version}/what-if{query}");
        let (app, token) = (&app, app.agent.clone());
        async move { app.get(&path, &token).ok(200).await }
    };
    for version in 1..=3 {
        let same = ask(version, "").await;
        assert_eq!(
            (&same["same"], &same["was"]),
            (&json!(true), &same["would"]),
            "{same}"
        );
    }
    let stricter = ask(3, "?answer=0.99&clarify=0.99").await;
    assert_eq!(
        (&stricter["same"], &stricter["was"]["action"]),
        (&json!(false), &json!("answer"))
    );
    let would = json!(["handoff", "low_confidence"]);
    assert_eq!(
        json!([stricter["would"]["action"], stricter["would"]["reason"]]),
        would
    );
    let rules = stricter["rules"].as_array().unwrap();
    let rule = rules
        .iter()
        .find(|rule| rule["rule"] == "low_confidence")
        .unwrap();
    assert_eq!(
        (&rule["fired"], &rule["inputs"]["bar"]),
        (&json!(true), &json!(0.99_f32))
    );
    let unmatched = ask(2, "?match=0.99&unlinked=0.99").await;
    assert_eq!(unmatched["would"]["reason"], "no_answer");
    let turns = app
        .get(&format!("/v1/conversations/{id}/trace"), &app.agent)
        .ok(200)
        .await;
    assert_eq!(turns["data"].as_array().unwrap().len(), 3, "nothing is written");

    for path in ["turns/4/what-if", "turns/x/what-if"] {
        app.get(&format!("/v1/conversations/{id}/{path}"), &app.agent)
            .problem(404, "not_found")
            .await;
    }
    let path = format!("/v1/conversations/{id}/turns/2/what-if?answer=1.5");
    app.get(&path, &app.agent).problem(400, "invalid_query").await;
}
