//! Who may call what: every operation of the OpenAPI document, by everyone.

use std::collections::BTreeMap;

use axum::body::BodyDataStream;
use firstline::domain::account::{AccountChange, login};
use firstline::domain::role::Role;
use firstline::domain::time::Duration;
use firstline::ports::{Accounts, ApiKeys};
use futures_util::StreamExt;
use serde_json::json;
use tokio::time::timeout;

use super::app::{Call, TestApp, WORKSPACE};

/// Who may call what, by the name of a line in [`LEVELS`]. A route that is missing here fails the test.
const EXPECTED: &str = "
POST   /v1/conversations                         opening
GET    /v1/conversations                         staff
GET    /v1/conversations/{id}                    participants
POST   /v1/conversations/{id}/messages           participants
GET    /v1/conversations/{id}/messages           participants
GET    /v1/conversations/{id}/events             participants
POST   /v1/conversations/{id}/signals            participants
POST   /v1/conversations/{id}/csat               customers
GET    /v1/conversations/{id}/trace              staff
GET    /v1/conversations/{id}/suggestions        staff
POST   /v1/conversations/{id}/notes              staff
GET    /v1/conversations/{id}/notes              staff
POST   /v1/conversations/{id}/claim              staff
POST   /v1/conversations/{id}/takeover           supervisors
POST   /v1/conversations/{id}/release            staff
POST   /v1/conversations/{id}/transfer           staff
POST   /v1/conversations/{id}/resolve            staff
POST   /v1/conversations/{id}/handback           staff
POST   /v1/conversations/{id}/accept             staff
POST   /v1/conversations/{id}/decline            staff
POST   /v1/conversations/{id}/snooze             staff
GET    /v1/queue                                 staff
GET    /v1/events                                staff
GET    /v1/replies                               staff
GET    /v1/agents                                staff
PUT    /v1/agents/{id}                           supervisors
POST   /v1/agents/{id}/presence                  presence
GET    /v1/search                                staff
GET    /v1/bot                                   staff
PUT    /v1/bot                                   supervisors
GET    /v1/wall                                  supervisors
GET    /v1/alerts                                supervisors
GET    /v1/queues                                staff
POST   /v1/conversations/{id}/check              staff
GET    /v1/conversations/{id}/turns/{version}/what-if staff
POST   /v1/conversations/{id}/labels             staff
GET    /v1/labels                                supervisors
GET    /v1/labels/export                         supervisors
PATCH  /v1/labels/{id}                           supervisors
POST   /v1/webhooks                              admins
GET    /v1/webhooks                              admins
GET    /v1/webhooks/{id}                         admins
PATCH  /v1/webhooks/{id}                         admins
DELETE /v1/webhooks/{id}                         admins
POST   /v1/webhooks/{id}/rotate                  admins
POST   /v1/webhooks/{id}/test                    admins
POST   /v1/webhooks/{id}/replay                  admins
GET    /v1/webhooks/{id}/deliveries              admins
GET    /v1/deliveries/{id}/attempts              admins
POST   /v1/deliveries/{id}/replay                admins
GET    /v1/sign-in                               everyone
POST   /v1/session                               everyone
GET    /v1/session                               signed_in
DELETE /v1/session                               signed_in
POST   /v1/session/password                      signed_in
POST   /v1/setup                                 everyone
GET    /auth/oidc                                everyone
GET    /auth/oidc/callback                       everyone
GET    /v1/accounts                              admins
POST   /v1/accounts                              admins
PATCH  /v1/accounts/{login}                      admins
POST   /v1/accounts/{login}/invite               admins
GET    /v1/keys                                  admins
POST   /v1/keys                                  admins
DELETE /v1/keys/{id}                             admins
GET    /v1/audit                                 auditors
POST   /v1/reload                                admins
GET    /healthz                                  everyone
GET    /readyz                                   everyone
GET    /metrics                                  everyone
GET    /version                                  everyone
GET    /openapi.json                             everyone
";

/// Who is let in where. `ok` (let in, whatever comes of it), or the status that keeps out; where two are given, the first
/// is for what reads and the second for what writes. In order: nobody, the visitor of another conversation, the
/// conversation's own visitor; keys of agent, supervisor, integrator, admin, auditor; people who signed in as agent,
/// supervisor, admin, auditor. `presence` is asked for ana, and people speak for themselves only.
const LEVELS: &str = "
everyone      ok  ok  ok    ok  ok  ok  ok ok      ok  ok  ok ok
opening       ok  ok  ok    403 403 ok  ok 403     403 403 ok 403
participants  401 404 ok    ok  ok  ok  ok ok/403  ok  ok  ok ok/403
customers     401 404 ok    403 403 ok  ok 403     403 403 ok 403
staff         401 403 403   ok  ok  ok  ok ok/403  ok  ok  ok ok/403
supervisors   401 403 403   403 ok  ok  ok ok/403  403 ok  ok ok/403
auditors      401 403 403   403 ok  403 ok ok      403 ok  ok ok
admins        401 403 403   403 403 403 ok ok/403  403 403 ok ok/403
signed_in     401 403 403   403 403 403 403 403    ok  ok  ok ok
presence      401 403 403   ok  ok  ok  ok 403     ok  403 403 403
";

#[tokio::test]
async fn every_operation_lets_in_whom_it_should() {
    let mut found = BTreeMap::new();
    for (method, path) in operations().await {
        found.insert(format!("{method} {path}"), outcomes(&method, &path).await);
    }
    let expected: BTreeMap<_, _> = rows(EXPECTED)
        .map(|row| (format!("{} {}", row[0], row[1]), level(row[2], row[0])))
        .collect();
    assert_eq!(found, expected);
}

/// Without the token of their session nobody changes anything, whatever their role.
#[tokio::test]
async fn a_page_of_another_site_changes_nothing() {
    let app = TestApp::new().await;
    let admin = app.person("root", Role::Admin).await;
    let open = rows(EXPECTED).filter(|row| row[2] == "everyone");
    let open: Vec<_> = open.map(|row| (row[0].to_owned(), row[1].to_owned())).collect();
    for (method, path) in operations().await {
        if method == "GET" || open.contains(&(method.clone(), path.clone())) {
            continue;
        }
        let path = path.replace("{id}", "x").replace("{login}", "root");
        let call = || app.request(&method, &path).cookie(&admin).json(&json!({}));
        call().problem(403, "csrf").await;
        let other = app.person("ana", Role::Agent).await;
        call()
            .header("x-csrf-token", &other.csrf)
            .problem(403, "csrf")
            .await;
    }
}

fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table.trim().lines().map(|line| line.split_whitespace().collect())
}

fn level(name: &str, method: &str) -> String {
    let row = rows(LEVELS).find(|row| row[0] == name).unwrap();
    let outcome = |cell: &&str| {
        let (reads, writes) = cell.split_once('/').unwrap_or((cell, cell));
        if method == "GET" { reads } else { writes }.to_owned()
    };
    row[1..].iter().map(outcome).collect::<Vec<_>>().join(" ")
}

/// Every method and path of the OpenAPI document.
async fn operations() -> Vec<(String, String)> {
    let document = TestApp::new().await.get("/openapi.json", "").ok(200).await;
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let methods = item.as_object().unwrap().keys();
        operations.extend(methods.map(|method| (method.to_uppercase(), path.clone())));
    }
    operations
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
        path if path.starts_with("/v1/keys") => "key_0000000000000000",
        path if path.starts_with("/v1/labels") => label["id"].as_str().unwrap(),
        path if path.starts_with("/v1/webhooks") => endpoint["id"].as_str().unwrap(),
        path if path.starts_with("/v1/deliveries") => deliveries["data"][0]["id"].as_str().unwrap(),
        _ => id.as_str(),
    };
    let path = template
        .replace("{id}", id)
        .replace("{login}", "ana")
        .replace("{version}", "1");
    let supervisor = app.add_key("sam", Role::Supervisor, WORKSPACE).await;
    let auditor = app.add_key("audit", Role::Auditor, WORKSPACE).await;
    let keys = [&app.agent, &supervisor, &app.integrator, &app.admin, &auditor];
    let call = || app.request(method, &path).json(&json!({}));
    let mut calls: Vec<_> = ["", &other, &own].map(|token| call().token(token)).into();
    calls.extend(keys.map(|key| call().token(key)));
    for (login, role) in PEOPLE {
        calls.push(call().signed_in(&app.person(login, role).await));
    }
    let mut outcomes = Vec::new();
    for (number, call) in calls.into_iter().enumerate() {
        let is_visitor = number < 3;
        outcomes.push(match call.stream().await.status().as_u16() {
            kept_out @ (401 | 403 | 405) => kept_out.to_string(),
            // To staff it says what it says: somebody before deleted the thing.
            404 if is_visitor => "404".to_owned(),
            _ => "ok".to_owned(),
        });
    }
    outcomes.join(" ")
}

const PEOPLE: [(&str, Role); 4] = [
    ("ana", Role::Agent),
    ("sam", Role::Supervisor),
    ("root", Role::Admin),
    ("audit", Role::Auditor),
];

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

#[tokio::test]
async fn who_signed_in_acts_as_themselves() {
    let app = TestApp::new().await;
    let (id, _) = app.hand_off().await;
    let sam = app.person("sam", Role::Supervisor).await;
    let claim = format!("/v1/conversations/{id}/claim");
    let as_bo = json!({ "agent": { "id": "bo" } });
    let call = || app.request("POST", &claim).signed_in(&sam);
    call().json(&as_bo).problem(403, "forbidden").await;
    let turn = call().json(&json!({})).ok(200).await;
    assert_eq!(
        (&turn["owner"], &turn["agent"]["id"]),
        (&json!("agent"), &json!("sam"))
    );
    // Not even an administrator speaks for a customer.
    let admin = app.person("root", Role::Admin).await;
    let write = app.request("POST", &format!("/v1/conversations/{id}/messages"));
    let as_customer = write.signed_in(&admin).json(&json!({ "text": "hi" }));
    as_customer.problem(403, "forbidden").await;
}

#[tokio::test]
async fn a_session_ends_with_its_time_and_with_its_account() {
    let app = TestApp::new().await;
    let ana = app.person("ana", Role::Agent).await;
    let look = || app.request("GET", "/v1/queue");
    for _ in 0..10 {
        app.pass(Duration::from_hours(11));
        look().cookie(&ana).ok(200).await;
    }
    app.pass(Duration::from_hours(12));
    look().cookie(&ana).problem(401, "missing_token").await;

    let ana = app.person("ana", Role::Agent).await;
    for _ in 0..16 {
        app.pass(Duration::from_hours(10));
        look().cookie(&ana).ok(200).await;
    }
    app.pass(Duration::from_hours(8));
    look().cookie(&ana).problem(401, "missing_token").await;

    let ana = app.person("ana", Role::Agent).await;
    look().cookie(&ana).ok(200).await;
    let (workspace, login) = (&app.engine.workspace, login("ana").unwrap());
    let disabled = AccountChange {
        disabled: Some(true),
        ..AccountChange::default()
    };
    app.store
        .change_account(workspace, &login, &disabled)
        .await
        .unwrap();
    look().cookie(&ana).problem(401, "missing_token").await;
}

/// A key that is sent along counts, not the cookie that the browser adds.
#[tokio::test]
async fn the_authorization_header_wins_over_the_cookie() {
    let app = TestApp::new().await;
    let auditor = app.person("audit", Role::Auditor).await;
    let (id, token) = app.open().await;
    let path = format!("/v1/conversations/{id}/messages");
    let call = app.post(&path, &token, &json!({ "text": "where is my parcel?" }));
    call.cookie(&auditor).ok(201).await;
    app.get("/v1/queue", "fl_no")
        .cookie(&auditor)
        .problem(401, "invalid_token")
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_with_the_right_to_it() {
    const WHILE: std::time::Duration = std::time::Duration::from_secs(10);
    async fn followed(call: Call<'_>) -> BodyDataStream {
        call.stream().await.into_body().into_data_stream()
    }
    let app = TestApp::new().await;
    let (id, _) = app.open().await;
    let ana = app.person("ana", Role::Agent).await;
    let path = format!("/v1/conversations/{id}/events?after=1000");
    let mut by_cookie = followed(app.request("GET", &path).cookie(&ana)).await;
    let mut by_key = followed(app.get(&path, &app.agent)).await;
    let disabled = AccountChange {
        disabled: Some(true),
        ..AccountChange::default()
    };
    let (workspace, of_ana) = (&app.engine.workspace, login("ana").unwrap());
    app.store
        .change_account(workspace, &of_ana, &disabled)
        .await
        .unwrap();
    assert!(timeout(WHILE, by_cookie.next()).await.unwrap().is_none());
    assert!(timeout(WHILE, by_key.next()).await.is_err(), "it goes on");
    let keys = app.store.keys(workspace).await.unwrap();
    let key = keys.iter().find(|key| key.name == "ana").unwrap();
    app.store.revoke_key(workspace, &key.id).await.unwrap();
    timeout(WHILE, async { while by_key.next().await.is_some() {} })
        .await
        .unwrap();
}
