//! Suggested replies and the triage card over HTTP: what agents are shown, what becomes of it, and what nobody else sees.

use firstline::domain::id::ConversationId;
use firstline::ports::Conversations;
use serde_json::{Value, json};

use crate::http::app::{TestApp, WORKSPACE};

/// An unhappy customer's conversation, held by Ana: its id and the visitor's token.
async fn held(app: &TestApp, customer: Value, text: &str) -> (String, String) {
    let opened = app
        .post(
            "/v1/conversations",
            &app.integrator,
            &json!({ "customer": customer }),
        )
        .ok(201)
        .await;
    let (id, token) = (opened["id"].as_str().unwrap(), opened["token"].as_str().unwrap());
    let turn = app
        .post(&at(id, "messages"), token, &json!({ "text": text }))
        .ok(201)
        .await;
    assert_eq!(turn["action"], "handoff", "{turn}");
    app.post(&at(id, "claim"), &app.agent, &json!({})).ok(200).await;
    (id.to_owned(), token.to_owned())
}

fn at(id: &str, what: &str) -> String {
    format!("/v1/conversations/{id}/{what}")
}

async fn suggestions(app: &TestApp, id: &str) -> Vec<Value> {
    let shown = app.get(&at(id, "suggestions"), &app.agent).ok(200).await;
    shown["suggested_replies"].as_array().unwrap().clone()
}

async fn answer(app: &TestApp, id: &str, text: &str, suggestion: Option<&str>) {
    let body = match suggestion {
        Some(suggestion) => json!({ "from": "agent", "text": text, "suggestion": suggestion }),
        None => json!({ "from": "agent", "text": text }),
    };
    app.post(&at(id, "messages"), &app.agent, &body).ok(201).await;
}

fn place(shown: &[Value], id: &str) -> Option<usize> {
    shown.iter().position(|reply| reply["id"] == id)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

const UNHAPPY: &str = "my parcel is late and this is terrible";

#[tokio::test]
async fn what_is_taken_rises_and_what_is_passed_over_falls() {
    let app = TestApp::new().await;
    let (id, _) = held(&app, json!({}), UNHAPPY).await;
    let before = suggestions(&app, &id).await;
    assert!(before.len() > 2, "{before:#?}");
    for reply in &before {
        assert!((0.0..=1.0).contains(&reply["score"].as_f64().unwrap()));
        assert_eq!(reply["uses"], json!({ "sent": 0, "edited": 0, "ignored": 0 }));
    }
    let (first, last) = (text(&before[0]["id"]), text(&before.last().unwrap()["id"]));
    let words = text(&before.last().unwrap()["text"]);
    answer(&app, &id, &words, Some(&last)).await;
    for times in 1..8_u32 {
        let (id, _) = held(&app, json!({}), UNHAPPY).await;
        let shown = suggestions(&app, &id).await;
        if let Some(place) = place(&shown, &last) {
            assert_eq!(shown[place]["uses"]["sent"], times);
            answer(&app, &id, &words, Some(&last)).await;
        }
    }
    let (id, _) = held(&app, json!({}), UNHAPPY).await;
    let after = suggestions(&app, &id).await;
    let risen = place(&after, &last).unwrap();
    assert_eq!(risen, 0, "{after:#?}");
    assert!(place(&after, &first).is_none_or(|place| place > risen));
    let uses = &after[risen]["uses"];
    assert_eq!((&uses["sent"], &uses["ignored"]), (&json!(8), &json!(0)));

    answer(&app, &id, &format!("{words} Greetings!"), Some(&last)).await;
    let (id, _) = held(&app, json!({}), UNHAPPY).await;
    let edited = suggestions(&app, &id).await;
    assert_eq!(edited[place(&edited, &last).unwrap()]["uses"]["edited"], 1);

    // Something else is written: all that was shown was passed over.
    answer(&app, &id, "Let me see.", None).await;
    let (id, _) = held(&app, json!({}), UNHAPPY).await;
    let ignored = suggestions(&app, &id).await;
    assert_eq!(ignored[place(&ignored, &last).unwrap()]["uses"]["ignored"], 1);
    let score = |shown: &[Value]| shown[place(shown, &last).unwrap()]["score"].as_f64().unwrap();
    assert!(score(&ignored) < score(&edited));

    let trace = app.get(&at(&id, "trace"), &app.agent).ok(200).await;
    assert_eq!(trace["data"][1]["action"], "handoff");
}

#[tokio::test]
async fn only_what_was_offered_can_be_taken_and_only_by_agents() {
    let app = TestApp::new().await;
    let (id, token) = held(&app, json!({}), UNHAPPY).await;
    let path = at(&id, "messages");
    let unknown = json!({ "from": "agent", "text": "x", "suggestion": "made-up" });
    let problem = app
        .post(&path, &app.agent, &unknown)
        .problem(422, "unknown_suggestion")
        .await;
    assert_eq!(
        problem.body["errors"][0]["pointer"], "/suggestion",
        "{}",
        problem.body
    );
    let as_customer = json!({ "text": "x", "suggestion": "made-up" });
    let refused = app.post(&path, &token, &as_customer).send().await;
    assert_eq!(refused.status.as_u16(), 422, "{}", refused.body);
    assert_eq!(
        app.get(&at(&id, "suggestions"), &token)
            .send()
            .await
            .status
            .as_u16(),
        403
    );

    // What came with the handoff may be taken too, without having been asked for.
    let conversation = ConversationId::parse(&id).unwrap();
    let stored = app
        .store
        .load(&app.engine.workspace, &conversation)
        .await
        .unwrap()
        .unwrap();
    let card = &stored.handoff.unwrap().suggested_replies[0];
    answer(&app, &id, &card.text, Some(&card.id)).await;

    // So may what was shown before the customer wrote again, which changed the list.
    let again = json!({ "text": "the parcel is terrible" });
    app.post(&path, &token, &again).ok(201).await;
    let before = suggestions(&app, &id).await;
    app.post(&path, &token, &json!({ "text": "and my password is gone" }))
        .ok(201)
        .await;
    let after = suggestions(&app, &id).await;
    let gone = before
        .iter()
        .find(|reply| place(&after, &text(&reply["id"])).is_none())
        .unwrap();
    answer(&app, &id, &text(&gone["text"]), Some(&text(&gone["id"]))).await;
}

#[tokio::test]
async fn an_answer_is_suggested_to_similar_messages_and_never_shown_to_their_customers() {
    let app = TestApp::new().await;
    let (first, _) = held(&app, json!({ "id": "c-1", "name": "Maria Lund" }), UNHAPPY).await;
    answer(
        &app,
        &first,
        "Dear Maria, it is in the depot, call 0117 496 0199.",
        None,
    )
    .await;
    let here = suggestions(&app, &first).await;
    assert!(
        here.iter()
            .all(|reply| reply["source"]["kind"] != "earlier_answer"),
        "{here:#?}"
    );

    let (second, token) = held(&app, json!({}), UNHAPPY).await;
    let shown = suggestions(&app, &second).await;
    let earlier = shown
        .iter()
        .find(|reply| reply["source"]["kind"] == "earlier_answer")
        .unwrap();
    assert_eq!(earlier["source"]["conversation"], first.as_str());
    let words = text(&earlier["text"]);
    assert!(words.contains("in the depot"), "{words}");
    assert!(!words.contains("Maria") && !words.contains("0199"), "{words}");

    answer(&app, &second, "It is in the depot.", Some(&text(&earlier["id"]))).await;
    for path in [at(&second, "messages"), format!("/v1/conversations/{second}")] {
        let seen = app.get(&path, &token).ok(200).await.to_string();
        let secrets = [
            first.as_str(),
            "earlier_answer",
            "suggest",
            "Maria",
            "why",
            "tried",
            "\"earlier",
        ];
        for secret in secrets {
            assert!(!seen.contains(secret), "{secret} in {seen}");
        }
    }
}

#[tokio::test]
async fn the_card_says_why_and_what_was_tried() {
    let app = TestApp::new().await;
    let (id, token) = app.open().await;
    for text in [
        "where is my parcel",
        "hello again. this is terrible, my parcel FH-1 is lost",
    ] {
        app.post(&at(&id, "messages"), &token, &json!({ "text": text }))
            .ok(201)
            .await;
    }
    let shown = app
        .get(&format!("/v1/conversations/{id}"), &app.agent)
        .ok(200)
        .await;
    let handoff = &shown["handoff"];
    assert_eq!(handoff["why"][0]["reason"], "negative_sentiment", "{handoff:#}");
    let why = text(&handoff["why"][0]["text"]);
    assert!(why.starts_with("Unhappy: 0.96 negative, the bar is "), "{why}");
    assert_eq!(
        handoff["tried"],
        json!({ "articles": [{ "article": "track-your-order", "passage": "intro" }], "flows": [] })
    );
    assert_eq!(
        handoff["summary"],
        "The customer wrote: \"where is my parcel\" … \"this is terrible, my parcel FH-1 is lost\". The bot answered with: \
         track-your-order."
    );
}

#[tokio::test]
async fn agents_see_what_else_a_known_customer_has_had() {
    let app = TestApp::new().await;
    let known = json!({ "id": "c-7", "name": "Ada", "verified": true });
    let (first, _) = held(&app, known.clone(), UNHAPPY).await;
    app.post(&at(&first, "resolve"), &app.agent, &json!({}))
        .ok(200)
        .await;
    app.post(&at(&first, "csat"), &app.integrator, &json!({ "score": 2 }))
        .ok(200)
        .await;
    let (second, token) = held(&app, known, UNHAPPY).await;
    let path = format!("/v1/conversations/{second}");
    let earlier = app.get(&path, &app.agent).ok(200).await["earlier_conversations"].clone();
    let one = &earlier[0];
    assert_eq!(
        (
            &one["id"],
            &one["intent"],
            &one["status"],
            &one["owner"],
            &one["rating"]
        ),
        (
            &json!(first),
            &json!("track_order"),
            &json!("resolved"),
            &json!("agent"),
            &json!(2)
        ),
        "{earlier:#}"
    );
    assert!(app.get(&path, &token).ok(200).await["earlier_conversations"].is_null());

    let stored = app
        .store
        .load(&app.engine.workspace, &ConversationId::parse(&second).unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(stored.workspace.as_str(), WORKSPACE);
    let on_the_card = stored.handoff.unwrap().earlier_conversations;
    assert_eq!(on_the_card[0].id.as_str(), first);

    // Nobody knows who these are, so nothing joins them.
    held(&app, json!({}), UNHAPPY).await;
    let (anonymous, _) = held(&app, json!({}), UNHAPPY).await;
    let shown = app
        .get(&format!("/v1/conversations/{anonymous}"), &app.agent)
        .ok(200)
        .await;
    assert!(shown["earlier_conversations"].is_null(), "{shown:#}");
}
