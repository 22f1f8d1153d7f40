//! Health, metrics, and what every answer carries.

use firstline::http::state::Options;
use serde_json::json;

use super::app::TestApp;

#[tokio::test]
async fn readiness_names_what_fails() {
    let app = TestApp::new().await;
    assert_eq!(app.get("/healthz", "").ok(200).await, json!("ok\n"));
    let ready = app.get("/readyz", "").ok(200).await;
    assert_eq!(ready["ready"], true);
    let names: Vec<_> = ready["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| &check["name"])
        .collect();
    assert_eq!(names, ["store", "not_draining", "classifier"]);

    *app.health.lock().unwrap() = vec![("classifier", Err("its threads ended".to_owned()))];
    let unready = app.get("/readyz", "").ok(503).await;
    assert_eq!(
        unready["checks"][2],
        json!({ "name": "classifier", "ok": false, "problem": "its threads ended" })
    );
    *app.health.lock().unwrap() = Vec::new();
    app.tasks.stop().cancel();
    assert_eq!(app.get("/readyz", "").ok(503).await["checks"][1]["ok"], false);
}

#[tokio::test]
async fn metrics_and_version_are_open() {
    let app = TestApp::new().await;
    assert_eq!(app.get("/metrics", "").ok(200).await, json!("firstline_up 1\n"));
    let version = app.get("/version", "nonsense").ok(200).await;
    assert_eq!(
        version,
        json!({ "name": "firstline", "version": env!("CARGO_PKG_VERSION"), "api": "v1" })
    );
}

#[tokio::test]
async fn every_answer_carries_its_request_id() {
    let app = TestApp::new().await;
    let answer = app
        .get("/version", "")
        .header("x-request-id", "trace-1.a_b")
        .send()
        .await;
    assert_eq!(answer.headers["x-request-id"], "trace-1.a_b");
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    let long = "x".repeat(65);
    for bad in ["a b", "a\"b", long.as_str()] {
        let answer = app.get("/version", "").header("x-request-id", bad).send().await;
        assert_eq!(answer.headers["x-request-id"].len(), 32, "{bad}");
    }
}

#[tokio::test]
async fn head_is_answered_where_get_is() {
    let app = TestApp::new().await;
    let answer = app.request("HEAD", "/v1/queue").token(&app.agent).send().await;
    assert_eq!((answer.status.as_u16(), answer.body), (200, json!("")));
    assert_eq!(app.request("HEAD", "/v1/queue").send().await.status, 401);
}

#[tokio::test]
async fn a_panic_is_a_problem_and_harms_nobody_else() {
    let app = TestApp::new().await;
    let body = json!({ "url": "https://panic.example.com" });
    let problem = app
        .post("/v1/webhooks", &app.admin, &body)
        .problem(500, "internal")
        .await;
    assert!(!problem.body.to_string().contains("as the test asked"));
    let body = json!({ "url": "https://example.com" });
    app.post("/v1/webhooks", &app.admin, &body).ok(201).await;
}

#[tokio::test]
async fn what_takes_too_long_is_given_up() {
    let app = TestApp::with(Options {
        timeout_seconds: 0,
        ..Options::default()
    })
    .await;
    let body = json!({ "message": { "text": "slow" } });
    let problem = app
        .post("/v1/conversations", "", &body)
        .problem(503, "timed_out")
        .await;
    assert_eq!(problem.headers["retry-after"], "2");
}

#[tokio::test]
async fn a_reload_says_what_is_in_service_or_why_nothing_changed() {
    let app = TestApp::new().await;
    let reload = |body: serde_json::Value| app.post("/v1/reload", &app.admin, &body);
    assert_eq!(
        reload(json!({ "model": "/new" })).ok(200).await,
        json!({ "model": "scripted /new", "policy": "test" })
    );
    assert_eq!(
        app.request("POST", "/v1/reload").token(&app.admin).ok(200).await["model"],
        "scripted /same"
    );
    let refused = reload(json!({ "model": "/bad" }))
        .problem(422, "reload_refused")
        .await;
    assert_eq!(
        refused.body["detail"],
        "/bad/model.onnx cannot be read; restore the file"
    );
    let relative = reload(json!({ "model": "models/mine" }))
        .problem(422, "invalid_field")
        .await;
    assert_eq!(relative.body["errors"][0]["pointer"], "/model");
    reload(json!({ "modle": "/new" }))
        .problem(422, "invalid_body")
        .await;
}
