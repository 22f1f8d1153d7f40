//! Every bad input gets its own code, and nothing is written.

use firstline::domain::role::Role;
use firstline::domain::time::Duration;
use firstline::http::state::Options;
use serde_json::json;

use super::app::TestApp;

#[tokio::test]
async fn bad_bodies() {
    let app = TestApp::new().await;
    let (id, token) = app.open().await;
    let path = format!("/v1/conversations/{id}/messages");
    let long = format!("{{\"text\":\"{}\"}}", "x".repeat(16 * 1024 + 1));
    let huge = format!("{{\"text\":\"{}\"}}", "x".repeat(1024 * 1024));
    let cases: [(&[u8], u16, &str, &str); 15] = [
        (b"{\"text\":\"\"}", 422, "empty_text", "the text is empty"),
        (b"{\"text\":\" \\n\\t \"}", 422, "empty_text", "the text is empty"),
        (long.as_bytes(), 422, "text_too_long", "16385 bytes"),
        (huge.as_bytes(), 413, "body_too_large", "262144 bytes"),
        (
            b"{\"text\":\"a\\u0000b\"}",
            422,
            "control_character",
            "U+0000 at byte 1",
        ),
        (b"{\"text\":\"a\0b\"}", 400, "invalid_json", "line 1 column 11"),
        (b"{\"text\":\"\xff\xfe\"}", 400, "invalid_utf8", "byte 9"),
        (b"{\"text\":\n oops}", 400, "invalid_json", "line 2 column 2"),
        (b"{\"text\":\"half", 400, "invalid_json", "line 1 column 13"),
        (
            b"{\"text\":\"hi\",\"txet\":1}",
            422,
            "invalid_body",
            "unknown field `txet`",
        ),
        (b"{}", 422, "invalid_body", "missing field `text`"),
        (b"", 422, "invalid_body", "missing field `text`"),
        (b"{\"text\":7}", 422, "invalid_body", "invalid type: integer `7`"),
        (
            b"{\"text\":\"hi\",\"from\":\"bot\"}",
            422,
            "invalid_body",
            "unknown variant `bot`",
        ),
        (b"[\"hi\"]", 422, "invalid_body", "invalid"),
    ];
    for (body, status, code, said) in cases {
        let call = app
            .request("POST", &path)
            .token(&token)
            .header("content-type", "application/json");
        let problem = call.body(body.to_vec()).problem(status, code).await;
        let detail = problem.body["detail"].as_str().unwrap();
        assert!(detail.contains(said), "{detail:?} does not say {said:?}");
    }
    assert_eq!(app.get(&path, &token).ok(200).await["data"], json!([]));
}

#[tokio::test]
async fn emoji_alone_are_a_message() {
    let app = TestApp::new().await;
    let (id, token) = app.open().await;
    let path = format!("/v1/conversations/{id}/messages");
    let turn = app
        .post(&path, &token, &json!({ "text": "😡😡😡" }))
        .ok(201)
        .await;
    assert_eq!(turn["message"]["text"], "😡😡😡");
    assert_ne!(turn["replies"], json!([]));
}

#[tokio::test]
async fn a_text_at_fault_is_pointed_at() {
    let app = TestApp::new().await;
    let body = json!({ "message": { "text": "" } });
    let problem = app
        .post("/v1/conversations", "", &body)
        .problem(422, "empty_text")
        .await;
    assert_eq!(problem.body["errors"][0]["pointer"], "/message/text");
    let body = json!({ "customer": { "name": "a\nb" } });
    let problem = app
        .post("/v1/conversations", "", &body)
        .problem(422, "invalid_field")
        .await;
    assert_eq!(problem.body["errors"][0]["pointer"], "/customer/name");
}

#[tokio::test]
async fn a_body_must_be_called_json() {
    let app = TestApp::new().await;
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ] {
        let call = app
            .request("POST", "/v1/conversations")
            .header("content-type", content_type);
        call.body("{}").problem(415, "unsupported_media_type").await;
    }
    app.request("POST", "/v1/conversations")
        .body("{}")
        .problem(415, "unsupported_media_type")
        .await;
    let call = app
        .request("POST", "/v1/conversations")
        .header("content-type", "Application/JSON; charset=utf-8");
    call.body("{}").ok(201).await;
}

#[tokio::test]
async fn bad_ratings() {
    let app = TestApp::new().await;
    let (id, token) = app.open().await;
    let path = format!("/v1/conversations/{id}/csat");
    for score in [0, 6, 255] {
        let problem = app
            .post(&path, &token, &json!({ "score": score }))
            .problem(422, "invalid_score")
            .await;
        assert_eq!(problem.body["errors"][0]["pointer"], "/score");
    }
    for score in [json!(256), json!(-1), json!(4.5), json!("5"), json!(null)] {
        app.post(&path, &token, &json!({ "score": score }))
            .problem(422, "invalid_body")
            .await;
    }
    let long = json!({ "score": 1, "comment": "x".repeat(2_001) });
    app.post(&path, &token, &long)
        .problem(422, "comment_too_long")
        .await;
}

#[tokio::test]
async fn what_is_not_there() {
    let app = TestApp::new().await;
    let unknown = "/v1/conversations/conv_00000000000000000000000000000000";
    app.get(unknown, &app.agent).problem(404, "not_found").await;
    for part in ["messages", "events", "trace", "suggestions"] {
        app.get(&format!("{unknown}/{part}"), &app.agent)
            .problem(404, "not_found")
            .await;
    }
    app.post(
        &format!("{unknown}/messages"),
        &app.integrator,
        &json!({ "text": "hi" }),
    )
    .problem(404, "not_found")
    .await;
    app.get("/v1/conversations/conv%20x", &app.agent)
        .problem(400, "invalid_id")
        .await;
    app.get("/v1/conversations/%ff", &app.agent)
        .problem(404, "unknown_route")
        .await;
    app.get("/v1/webhooks/ep_0", &app.admin)
        .problem(404, "not_found")
        .await;
    app.request("DELETE", "/v1/webhooks/ep_0")
        .token(&app.admin)
        .problem(404, "not_found")
        .await;
    app.post("/v1/deliveries/dlv_0/replay", &app.admin, &json!({}))
        .problem(404, "not_found")
        .await;
    for path in ["/", "/v1", "/v2/queue", "/v1/queue/", "/v1/conversations/a/b/c"] {
        app.get(path, &app.admin).problem(404, "unknown_route").await;
    }
    let wrong = app
        .request("PUT", "/v1/reload")
        .problem(405, "method_not_allowed")
        .await;
    assert_eq!(wrong.headers["allow"], "POST");
    app.request("DELETE", "/v1/queue")
        .problem(405, "method_not_allowed")
        .await;
}

#[tokio::test]
async fn bad_queries() {
    let app = TestApp::new().await;
    for query in ["limit=0", "limit=201", "limit=x", "limit=-1", "page=2"] {
        app.get(&format!("/v1/queue?{query}"), &app.agent)
            .problem(400, "invalid_query")
            .await;
    }
    let (id, token) = app.open().await;
    let messages = format!("/v1/conversations/{id}/messages");
    for (path, body) in [
        ("/v1/conversations", json!({})),
        (&messages, json!({ "text": "hi" })),
    ] {
        for query in ["wait=21", "wait=-1", "wait=1.5", "wait=x", "wiat=1"] {
            app.post(&format!("{path}?{query}"), &token, &body)
                .problem(400, "invalid_query")
                .await;
        }
    }
    assert_eq!(app.get(&messages, &token).ok(200).await["data"], json!([]));
    app.get("/v1/queue?cursor=nonsense", &app.agent)
        .problem(400, "invalid_cursor")
        .await;
    app.get("/v1/queue?queue=a%20b", &app.agent)
        .problem(400, "invalid_id")
        .await;
    app.get("/v1/search", &app.agent)
        .problem(400, "invalid_query")
        .await;
    app.get("/v1/search?q=%20", &app.agent)
        .problem(400, "invalid_query")
        .await;
    let long = format!("/v1/search?q={}", "x".repeat(501));
    app.get(&long, &app.agent).problem(400, "invalid_query").await;
}

#[tokio::test]
async fn bad_tokens() {
    let app = TestApp::new().await;
    let (id, token) = app.open().await;
    let path = format!("/v1/conversations/{id}");
    let (_, others) = app.open().await;
    let other_end = if token.ends_with('A') { 'E' } else { 'A' };
    let forged = format!("{}{other_end}", &token[..token.len() - 1]);
    let foreign = app.add_key("eve", Role::Admin, "another").await;
    let problem = app.get(&path, "").problem(401, "missing_token").await;
    assert_eq!(problem.headers["www-authenticate"], "Bearer");
    for bad in [
        "fl_nonsense",
        "v1.x.y",
        "v1.",
        "nonsense",
        forged.as_str(),
        foreign.as_str(),
    ] {
        app.get(&path, bad).problem(401, "invalid_token").await;
    }
    app.get(&path, &others).problem(404, "not_found").await;
    for bad in ["Basic YTpi", "Bearer", "fl_x"] {
        app.request("GET", &path)
            .header("authorization", bad)
            .problem(401, "missing_token")
            .await;
    }
    // A bad token is not the same as none.
    app.post("/v1/conversations", "fl_nonsense", &json!({}))
        .problem(401, "invalid_token")
        .await;

    app.pass(Duration::from_hours(24 * 30 - 1));
    app.get(&path, &token).ok(200).await;
    app.pass(Duration::from_hours(1));
    app.get(&path, &token).problem(401, "token_expired").await;
}

#[tokio::test]
async fn a_revoked_key_opens_nothing() {
    use firstline::ports::ApiKeys;
    let app = TestApp::new().await;
    let workspace = firstline::domain::id::WorkspaceId::parse(super::app::WORKSPACE).unwrap();
    let keys = app.store.keys(&workspace).await.unwrap();
    let ana = keys.iter().find(|key| key.name == "ana").unwrap();
    app.get("/v1/queue", &app.agent).ok(200).await;
    app.store.revoke_key(&workspace, &ana.id).await.unwrap();
    app.get("/v1/queue", &app.agent)
        .problem(401, "invalid_token")
        .await;
}

#[tokio::test]
async fn too_many_requests() {
    let app = TestApp::with(Options {
        visitor_burst: 3,
        opens_burst: 2,
        trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
        ..Options::default()
    })
    .await;
    let (id, token) = app.open().await;
    let path = format!("/v1/conversations/{id}");
    let first = app.get(&path, &token).send().await;
    assert_eq!(first.headers["ratelimit-policy"], "\"visitor\";q=3;w=2");
    assert_eq!(first.headers["ratelimit"], "\"visitor\";r=2");
    for _ in 0..2 {
        app.get(&path, &token).ok(200).await;
    }
    let refused = app.get(&path, &token).problem(429, "rate_limited").await;
    assert_eq!(refused.headers["retry-after"], "1");
    app.get(&path, &app.agent).ok(200).await;

    let open = |peer: &str, forwarded: &str| {
        app.post("/v1/conversations", "", &json!({}))
            .peer(peer)
            .header("x-forwarded-for", forwarded)
    };
    open("192.0.2.7:1", "1.1.1.1").ok(201).await;
    open("192.0.2.7:1", "2.2.2.2").problem(429, "rate_limited").await;
    open("192.0.2.8:1", "").ok(201).await;
    for _ in 0..2 {
        open("10.0.0.1:1", "6.6.6.6, 1.1.1.1").ok(201).await;
    }
    open("10.0.0.1:1", "7.7.7.7, 1.1.1.1")
        .problem(429, "rate_limited")
        .await;
    open("10.0.0.1:1", "2.2.2.2").ok(201).await;
}
