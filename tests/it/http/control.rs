//! What supervisors see and do over HTTP: the wall, the queues, checks of what is written, labels, and what a turn might
//! have been.

use serde_json::{Value, json};

use crate::http::app::TestApp;

async fn say(app: &TestApp, id: &str, token: &str, text: &str) -> Value {
    let path = format!("/v1/conversations/{id}/messages");
    app.post(&path, token, &json!({ "text": text })).ok(201).await
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

    let (answered, token) = app.open().await;
    say(&app, &answered, &token, "where is my parcel").await;
    let csat = format!("/v1/conversations/{answered}/csat");
    app.post(&csat, &token, &json!({ "score": 4 })).ok(200).await;
    let (angry, token) = app.open().await;
    let turn = say(&app, &angry, &token, "this is terrible").await;
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

#[tokio::test]
async fn a_label_goes_from_the_agent_to_the_export() {
    let app = TestApp::new().await;
    let (id, token) = app.open().await;
    let turn = say(&app, &id, &token, "where is my parcel, card 4111 1111 1111 1111").await;
    let labels = format!("/v1/conversations/{id}/labels");
    let answer = turn["replies"][0]["id"].as_str().unwrap();
    let wrong = json!({ "message_id": answer, "verdict": "wrong", "comment": "it is about the card 4111 1111 1111 1111" });
    let label = app.post(&labels, &app.agent, &wrong).ok(201).await;
    assert_eq!(
        (&label["predicted"], &label["by"]["id"]),
        (&json!("track_order"), &json!("ana"))
    );
    assert_eq!(
        label["message_id"], turn["message"]["id"],
        "it is the customer's message that was read"
    );
    assert_eq!(label["text"], "where is my parcel, card [card ending 1111]");
    assert_eq!((label.get("intent"), &label["state"]), (None, &json!("open")));
    assert!(
        !label["comment"].as_str().unwrap().contains("4111 1111"),
        "{label}"
    );

    let again = app
        .post(&labels, &app.agent, &wrong)
        .header("idempotency-key", "k1");
    let again = again.ok(201).await;
    assert_ne!(again["id"], label["id"]);
    let repeated = app
        .post(&labels, &app.agent, &wrong)
        .header("idempotency-key", "k1");
    assert_eq!(repeated.ok(201).await, again);
    let path = format!("/v1/labels/{}", again["id"].as_str().unwrap());
    let done = json!({ "state": "done" });
    app.request("PATCH", &path)
        .token(&app.admin)
        .json(&done)
        .ok(200)
        .await;

    let right = json!({ "message_id": turn["message"]["id"], "verdict": "right" });
    app.post(&labels, &app.integrator, &right)
        .problem(422, "invalid_field")
        .await;
    let right = json!({ "message_id": turn["message"]["id"], "verdict": "right", "agent": { "id": "bo" } });
    let second = app.post(&labels, &app.integrator, &right).ok(201).await;
    assert_eq!(second["intent"], "track_order");
    let lost = json!({ "message_id": "msg_1", "verdict": "wrong" });
    let problem = app
        .post(&labels, &app.agent, &lost)
        .problem(422, "invalid_field")
        .await;
    assert_eq!(problem.body["errors"][0]["pointer"], "/message_id");
    let odd = json!({ "message_id": answer, "verdict": "wrong", "intent": "Where Is It" });
    let problem = app
        .post(&labels, &app.agent, &odd)
        .problem(422, "invalid_field")
        .await;
    assert_eq!(problem.body["errors"][0]["pointer"], "/intent");

    let open = app.get("/v1/labels?state=open&limit=1", &app.admin).ok(200).await;
    assert_eq!(open["data"][0]["id"], second["id"]);
    let cursor = open["next_cursor"].as_str().unwrap();
    let rest = app
        .get(&format!("/v1/labels?state=open&cursor={cursor}"), &app.admin)
        .ok(200)
        .await;
    assert_eq!((&rest["data"][0], rest.get("next_cursor")), (&label, None));
    assert_eq!(app.get("/v1/labels/export", &app.admin).ok(200).await, json!(""));
    let path = format!("/v1/labels/{}", label["id"].as_str().unwrap());
    let done = json!({ "intent": "payment_failed", "state": "done" });
    let changed = app
        .request("PATCH", &path)
        .token(&app.integrator)
        .json(&done)
        .ok(200)
        .await;
    assert_eq!(
        (&changed["intent"], &changed["state"]),
        (&json!("payment_failed"), &json!("done"))
    );
    let export = app.get("/v1/labels/export", &app.admin).send().await;
    assert_eq!(export.headers["content-type"], "application/x-ndjson");
    let expected =
        json!({ "label": "payment_failed", "text": "where is my parcel, card [card ending 1111]" });
    assert_eq!(export.body, expected, "one line");
    let finished = json!({ "state": "finished" });
    let problem = app
        .request("PATCH", &path)
        .token(&app.admin)
        .json(&finished)
        .problem(422, "invalid_field")
        .await;
    assert_eq!(problem.body["errors"][0]["pointer"], "/state");
    app.get("/v1/labels?state=finished", &app.admin)
        .problem(400, "invalid_query")
        .await;
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
