//! Lists of conversations and of canned responses, as a desk has them.

use firstline::domain::time::Duration;
use serde_json::{Value, json};

use super::app::TestApp;

fn ids(page: &Value) -> Vec<&str> {
    let items = page["data"].as_array().unwrap().iter();
    items.map(|item| item["id"].as_str().unwrap()).collect()
}

/// With the bot, waiting, with ana, and one that bo resolved; each changed a minute after the one before.
async fn desk(app: &TestApp) -> [String; 4] {
    let (with_bot, _) = app.open().await;
    app.pass(Duration::from_mins(1));
    let (waiting, _) = app.hand_off().await;
    app.pass(Duration::from_mins(1));
    let (held, _) = app.hand_off().await;
    let act = async |id: &str, action: &str, token: &str, body: &Value| {
        let path = format!("/v1/conversations/{id}/{action}");
        app.post(&path, token, body).ok(200).await;
    };
    act(&held, "claim", &app.agent, &json!({})).await;
    app.pass(Duration::from_mins(1));
    let (resolved, _) = app.hand_off().await;
    let by_bo = json!({ "agent": { "id": "bo" } });
    act(&resolved, "claim", &app.integrator, &by_bo).await;
    act(&resolved, "resolve", &app.integrator, &by_bo).await;
    [with_bot, waiting, held, resolved]
}

#[tokio::test]
async fn conversations_are_listed_by_status_owner_and_holder_the_newest_change_first() {
    let app = TestApp::new().await;
    let [with_bot, waiting, held, resolved] = desk(&app).await;
    let [bot, queue, ana, bo] = [&with_bot, &waiting, &held, &resolved].map(String::as_str);
    for (query, expected) in [
        ("", vec![bo, ana, queue, bot]),
        ("?status=open", vec![ana, queue, bot]),
        ("?status=resolved", vec![bo]),
        ("?owner=queue", vec![queue]),
        ("?owner=agent", vec![bo, ana]),
        ("?owner=agent&status=open", vec![ana]),
        ("?agent=me", vec![ana]),
        ("?agent=bo", vec![bo]),
        ("?agent=bo&status=open", vec![]),
        ("?agent=ana&owner=bot", vec![]),
    ] {
        let page = app.get(&format!("/v1/conversations{query}"), &app.agent);
        let page = page.ok(200).await;
        assert_eq!(ids(&page), expected, "{query}");
        assert!(page.get("next_cursor").is_none(), "{query}");
    }
    for (query, code) in [
        ("?status=closed", "invalid_query"),
        ("?owner=me", "invalid_query"),
        ("?agent=a.b", "invalid_id"),
        ("?limit=0", "invalid_query"),
        ("?cursor=x", "invalid_cursor"),
    ] {
        let refused = app.get(&format!("/v1/conversations{query}"), &app.agent);
        refused.problem(400, code).await;
    }
    // Whoever speaks for many agents has no own.
    app.get("/v1/conversations?agent=me", &app.integrator)
        .problem(422, "invalid_field")
        .await;
}

#[tokio::test]
async fn pages_of_conversations_join() {
    let app = TestApp::new().await;
    let [bot, queue, held, resolved] = desk(&app).await;
    let mut found: Vec<String> = Vec::new();
    let mut path = "/v1/conversations?limit=1".to_owned();
    loop {
        let page = app.get(&path, &app.admin).ok(200).await;
        found.extend(ids(&page).into_iter().map(str::to_owned));
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/v1/conversations?limit=1&cursor={cursor}");
    }
    assert_eq!(found, [resolved, held, queue, bot]);
}

#[tokio::test]
async fn an_item_says_what_a_desk_shows_of_it() {
    let app = TestApp::new().await;
    let body = json!({ "customer": { "name": "Kim" }, "message": { "text": "this is terrible" } });
    let opened = app.post("/v1/conversations", "", &body).ok(201).await;
    let id = opened["id"].as_str().unwrap();
    let queue = app.get("/v1/queue", &app.agent).ok(200).await;
    let waiting = &queue["data"][0];
    assert_eq!(waiting["conversation_id"], id);
    let page = app.get("/v1/conversations", &app.agent).ok(200).await;
    let item = &page["data"][0];
    for name in ["last_message", "mood", "clocks"] {
        assert_eq!(waiting[name], item[name], "{name}");
    }
    assert_eq!(item["last_message"]["text"], "this is terrible");
    assert_eq!(item["mood"]["label"], "negative");
    assert_eq!(item["clocks"][0]["clock"], "first_response");
    assert_eq!(
        (
            &item["reason"],
            &item["priority"],
            &item["customer"]["name"],
            &item["queue"]
        ),
        (
            &json!("negative_sentiment"),
            &json!("high"),
            &json!("Kim"),
            &waiting["queue"]
        )
    );

    // Held, it keeps its priority; what bot and system say is not what was said last, and the mood follows the customer.
    let at = |action: &str| format!("/v1/conversations/{id}/{action}");
    app.post(&at("claim"), &app.agent, &json!({})).ok(200).await;
    let words = "all is well, ".repeat(20);
    let token = opened["token"].as_str().unwrap();
    app.post(&at("messages"), token, &json!({ "text": words }))
        .ok(201)
        .await;
    let note = json!({ "text": "nice again" });
    app.post(&at("notes"), &app.agent, &note).ok(201).await;
    let page = app.get("/v1/conversations?agent=me", &app.agent).ok(200).await;
    let item = &page["data"][0];
    assert_eq!(
        (&item["owner"], &item["priority"]),
        (&json!("agent"), &json!("high"))
    );
    assert_eq!(item["mood"]["label"], "neutral");
    let shown = item["last_message"]["text"].as_str().unwrap();
    assert_eq!(shown.chars().count(), 140);
    assert!(
        shown.starts_with("all is well") && shown.ends_with('…'),
        "{shown}"
    );
}

#[tokio::test]
async fn agents_find_canned_responses_filled_in_for_their_customer() {
    let app = TestApp::new().await;
    let all = app.get("/v1/replies?limit=200", &app.agent).ok(200).await;
    let all = all["data"].as_array().unwrap();
    assert!(all.len() > 10, "{}", all.len());
    let own = all.iter().find(|reply| reply["for_agents"] == true);
    let id = own.unwrap()["id"].as_str().unwrap();
    let found = app.get(&format!("/v1/replies?q={id}"), &app.agent).ok(200).await;
    assert_eq!(found["data"][0], *own.unwrap());
    let named = all.iter().find(|reply| {
        let text = reply["text"].as_str().unwrap();
        text.contains("{{customer.name}}")
    });
    let id = named.expect("some reply greets by name")["id"].as_str().unwrap();
    let body = json!({ "customer": { "name": "Kim" } });
    let opened = app.post("/v1/conversations", "", &body).ok(201).await;
    let conversation = opened["id"].as_str().unwrap();
    let path = format!("/v1/replies?q={id}&conversation={conversation}&limit=1");
    let filled = app.get(&path, &app.agent).ok(200).await;
    let text = filled["data"][0]["text"].as_str().unwrap();
    assert!(text.contains("Kim") && !text.contains("customer.name"), "{text}");
    app.get("/v1/replies?conversation=conv_none", &app.agent)
        .problem(404, "not_found")
        .await;
    let long = "x".repeat(101);
    app.get(&format!("/v1/replies?q={long}"), &app.agent)
        .problem(400, "invalid_query")
        .await;
}
