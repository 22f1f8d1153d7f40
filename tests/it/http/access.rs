//! Who may call what: every operation of the OpenAPI document, by everyone.

use std::collections::BTreeMap;

use serde_json::json;

use super::app::TestApp;

/// `ok` (let in, whatever comes of it), or the status that keeps out. In order: nobody, the visitor of another
/// conversation, the conversation's own visitor, agent, integrator, admin.
const EXPECTED: &str = "
POST   /v1/conversations                      ok  ok  ok  403 ok  ok
GET    /v1/conversations/{id}                 401 404 ok  ok  ok  ok
POST   /v1/conversations/{id}/messages        401 404 ok  ok  ok  ok
GET    /v1/conversations/{id}/messages        401 404 ok  ok  ok  ok
GET    /v1/conversations/{id}/events          401 404 ok  ok  ok  ok
POST   /v1/conversations/{id}/csat            401 404 ok  403 ok  ok
GET    /v1/conversations/{id}/trace           401 403 403 ok  ok  ok
GET    /v1/conversations/{id}/suggestions     401 403 403 ok  ok  ok
POST   /v1/conversations/{id}/claim           401 403 403 ok  ok  ok
POST   /v1/conversations/{id}/release         401 403 403 ok  ok  ok
POST   /v1/conversations/{id}/transfer        401 403 403 ok  ok  ok
POST   /v1/conversations/{id}/resolve         401 403 403 ok  ok  ok
POST   /v1/conversations/{id}/handback        401 403 403 ok  ok  ok
POST   /v1/conversations/{id}/accept          401 403 403 ok  ok  ok
POST   /v1/conversations/{id}/decline         401 403 403 ok  ok  ok
POST   /v1/conversations/{id}/snooze          401 403 403 ok  ok  ok
GET    /v1/queue                              401 403 403 ok  ok  ok
GET    /v1/agents                             401 403 403 ok  ok  ok
PUT    /v1/agents/{id}                        401 403 403 403 ok  ok
POST   /v1/agents/{id}/presence               401 403 403 ok  ok  ok
GET    /v1/search                             401 403 403 ok  ok  ok
GET    /v1/bot                                401 403 403 ok  ok  ok
PUT    /v1/bot                                401 403 403 403 ok  ok
GET    /v1/wall                               401 403 403 403 ok  ok
GET    /v1/alerts                             401 403 403 403 ok  ok
GET    /v1/queues                             401 403 403 ok  ok  ok
POST   /v1/conversations/{id}/check           401 403 403 ok  ok  ok
GET    /v1/conversations/{id}/turns/{version}/what-if 401 403 403 ok  ok  ok
POST   /v1/conversations/{id}/labels          401 403 403 ok  ok  ok
GET    /v1/labels                             401 403 403 403 ok  ok
GET    /v1/labels/export                      401 403 403 403 ok  ok
PATCH  /v1/labels/{id}                        401 403 403 403 ok  ok
POST   /v1/webhooks                           401 403 403 403 403 ok
GET    /v1/webhooks                           401 403 403 403 403 ok
GET    /v1/webhooks/{id}                      401 403 403 403 403 ok
PATCH  /v1/webhooks/{id}                      401 403 403 403 403 ok
DELETE /v1/webhooks/{id}                      401 403 403 403 403 ok
POST   /v1/webhooks/{id}/rotate               401 403 403 403 403 ok
POST   /v1/webhooks/{id}/test                 401 403 403 403 403 ok
POST   /v1/webhooks/{id}/replay               401 403 403 403 403 ok
GET    /v1/webhooks/{id}/deliveries           401 403 403 403 403 ok
GET    /v1/deliveries/{id}/attempts           401 403 403 403 403 ok
POST   /v1/deliveries/{id}/replay             401 403 403 403 403 ok
POST   /v1/reload                             401 403 403 403 403 ok
GET    /healthz                               ok  ok  ok  ok  ok  ok
GET    /readyz                                ok  ok  ok  ok  ok  ok
GET    /metrics                               ok  ok  ok  ok  ok  ok
GET    /version                               ok  ok  ok  ok  ok  ok
GET    /openapi.json                          ok  ok  ok  ok  ok  ok
";

#[tokio::test]
async fn every_operation_lets_in_whom_it_should() {
    let document = TestApp::new().await.get("/openapi.json", "").ok(200).await;
    let mut found = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let method = method.to_uppercase();
            found.insert(format!("{method} {path}"), outcomes(&method, path).await);
        }
    }
    let expected: BTreeMap<_, _> = EXPECTED
        .trim()
        .lines()
        .map(|line| {
            let words: Vec<_> = line.split_whitespace().collect();
            (format!("{} {}", words[0], words[1]), words[2..].join(" "))
        })
        .collect();
    assert_eq!(found, expected);
}

/// What each caller gets, with everything there that the path could name.
async fn outcomes(method: &str, template: &str) -> String {
    let app = TestApp::new().await;
    let hook = json!({ "url": "https://example.com/hook" });
    let endpoint = app.post("/v1/webhooks", &app.admin, &hook).ok(201).await;
    let (id, own) = app.open().await;
    let (_, other) = app.open().await;
    let message = json!({ "text": "where is my parcel" });
    app.post(&format!("/v1/conversations/{id}/messages"), &own, &message)
        .ok(201)
        .await;
    let label = json!({ "message_id": format!("msg_{}_1", &id[5..]), "verdict": "wrong" });
    let label = app
        .post(&format!("/v1/conversations/{id}/labels"), &app.agent, &label)
        .ok(201)
        .await;
    let deliveries = format!("/v1/webhooks/{}/deliveries", endpoint["id"].as_str().unwrap());
    let deliveries = app.get(&deliveries, &app.admin).ok(200).await;
    let ana = app.request("PUT", "/v1/agents/ana").token(&app.admin);
    ana.json(&json!({ "capacity": 1 })).ok(200).await;
    let id = match template {
        path if path.starts_with("/v1/agents") => "ana",
        path if path.starts_with("/v1/labels") => label["id"].as_str().unwrap(),
        path if path.starts_with("/v1/webhooks") => endpoint["id"].as_str().unwrap(),
        path if path.starts_with("/v1/deliveries") => deliveries["data"][0]["id"].as_str().unwrap(),
        _ => id.as_str(),
    };
    let path = template.replace("{id}", id).replace("{version}", "1");
    let mut outcomes = Vec::new();
    for token in ["", &other, &own, &app.agent, &app.integrator, &app.admin] {
        let response = app
            .request(method, &path)
            .token(token)
            .json(&json!({}))
            .stream()
            .await;
        outcomes.push(match response.status().as_u16() {
            kept_out @ (401 | 403 | 404 | 405) => kept_out.to_string(),
            _ => "ok".to_owned(),
        });
    }
    outcomes.join(" ")
}

#[tokio::test]
async fn visitors_write_as_customers_and_agents_as_agents() {
    let app = TestApp::new().await;
    let (id, token) = app.hand_off().await;
    let path = format!("/v1/conversations/{id}/messages");
    let as_agent = json!({ "text": "hi", "from": "agent", "agent": { "id": "bo" } });
    app.post(&path, &token, &as_agent).problem(403, "forbidden").await;
    app.post(&path, &app.agent, &json!({ "text": "hi" }))
        .problem(403, "forbidden")
        .await;
    app.post(&path, &app.agent, &json!({ "text": "hi", "from": "agent" }))
        .problem(409, "not_claimed")
        .await;
    app.post(&path, &app.integrator, &as_agent)
        .problem(409, "not_claimed")
        .await;
}
