//! Signing in, accounts and invitations, keys, and what the audit log says of it all.

use firstline::domain::account::{LINK_LIFE, Link};
use firstline::domain::role::Role;
use firstline::domain::time::Duration;
use firstline::http::sessions::{COOKIE, new_token, stored};
use firstline::http::state::Options;
use firstline::ports::Accounts;
use serde_json::{Value, json};

use super::app::{Answer, TestApp};
use super::people::Person;

const PASSWORD: &str = "four words that do not fit";

/// A server at its first start: what the printed link holds.
async fn first_start(app: &TestApp) -> String {
    let token = new_token();
    let link = Link {
        workspace: app.engine.workspace.clone(),
        sha256: stored(&token),
        login: None,
        expires_at: (app.engine.clock)() + LINK_LIFE,
    };
    app.store.add_link(&link).await.unwrap();
    token
}

/// The browser after an answer that signed somebody in.
fn browser(answer: &Answer) -> Person {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    let value = cookie.strip_prefix(&format!("{COOKIE}=")).unwrap();
    let (token, rest) = value.split_once(';').unwrap();
    assert_eq!(rest, " Path=/; Max-Age=604800; HttpOnly; SameSite=Strict; Secure");
    Person {
        token: token.to_owned(),
        csrf: answer.body["csrf_token"].as_str().unwrap().to_owned(),
    }
}

async fn sign_in(app: &TestApp, login: &str, password: &str) -> Answer {
    let body = json!({ "login": login, "password": password });
    app.post("/v1/session", "", &body).send().await
}

async fn administrator(app: &TestApp) -> Person {
    let token = first_start(app).await;
    let body = json!({ "token": token, "login": "Root", "name": "Root R.", "password": PASSWORD });
    browser(&app.post("/v1/setup", "", &body).send().await)
}

async fn entries(app: &TestApp) -> Vec<Value> {
    let log = app.get("/v1/audit?limit=200", &app.admin).ok(200).await;
    log["data"].as_array().unwrap().clone()
}

fn token_of(invitation: &Value) -> String {
    let link = invitation["link"].as_str().unwrap();
    let start = "https://help.example.com/console#/setup?token=";
    link.strip_prefix(start).unwrap().to_owned()
}

#[tokio::test]
async fn the_first_administrator_comes_by_the_printed_link() {
    let app = TestApp::new().await;
    let ways = app.get("/v1/sign-in", "").ok(200).await;
    assert_eq!(
        ways,
        json!({ "setup_needed": true, "business": "Fernhollow Cycles" })
    );
    let token = first_start(&app).await;
    let body = |token: &str, login: &str, password: &str| json!({ "token": token, "login": login, "password": password });
    let set_up = |body: Value| app.post("/v1/setup", "", &body);
    set_up(body("made up", "root", PASSWORD))
        .problem(403, "link_spent")
        .await;
    for (login, password, pointer) in [
        ("", PASSWORD, "/login"),
        ("a b", PASSWORD, "/login"),
        ("root", "short", "/password"),
        ("root", "passwordpassword", "/password"),
    ] {
        let refused = set_up(body(&token, login, password))
            .problem(422, "invalid_field")
            .await;
        assert_eq!(refused.body["errors"][0]["pointer"], pointer);
    }
    let admin = browser(&set_up(body(&token, "Root", PASSWORD)).send().await);
    let session = app.request("GET", "/v1/session").cookie(&admin).ok(200).await;
    assert_eq!(
        session,
        json!({ "login": "root", "name": "root", "role": "admin", "agent": { "id": "root", "name": "root" },
            "csrf_token": admin.csrf, "expires_at": "2026-01-05T21:00:00Z", "oidc": false })
    );
    // Once, and nobody else comes first.
    set_up(body(&token, "eve", PASSWORD))
        .problem(403, "link_spent")
        .await;
    let late = first_start(&app).await;
    set_up(body(&late, "eve", PASSWORD))
        .problem(403, "link_spent")
        .await;
    assert_eq!(app.get("/v1/sign-in", "").ok(200).await["setup_needed"], false);
}

#[tokio::test]
async fn a_link_is_good_for_a_day() {
    let app = TestApp::new().await;
    let token = first_start(&app).await;
    app.pass(Duration::from_hours(24));
    let body = json!({ "token": token, "login": "root", "password": PASSWORD });
    app.post("/v1/setup", "", &body).problem(403, "link_spent").await;
}

#[tokio::test]
async fn every_sign_in_is_a_session_of_its_own() {
    let app = TestApp::new().await;
    let first = administrator(&app).await;
    // A cookie that somebody planted before is not taken over, and the browser's session ends.
    let body = json!({ "login": "root", "password": PASSWORD });
    let call = || app.post("/v1/session", "", &body);
    let planted = Person::with("planted");
    let second = browser(&call().cookie(&planted).send().await);
    let third = browser(&call().cookie(&second).send().await);
    assert!(second.token != planted.token && third.token != second.token);
    let look = |person: &Person| app.request("GET", "/v1/session").cookie(person);
    look(&second).problem(401, "missing_token").await;
    for still in [&first, &third] {
        look(still).ok(200).await;
    }
    let out = app
        .request("DELETE", "/v1/session")
        .signed_in(&third)
        .send()
        .await;
    assert_eq!(out.status, 204);
    let cookie = out.headers["set-cookie"].to_str().unwrap();
    assert!(
        cookie.starts_with("firstline_session=; Path=/; Max-Age=0;"),
        "{cookie}"
    );
    look(&third).problem(401, "missing_token").await;
    look(&first).ok(200).await;
}

#[tokio::test]
async fn a_wrong_login_and_a_wrong_password_look_the_same() {
    let app = TestApp::new().await;
    let admin = administrator(&app).await;
    app.person("ana", Role::Agent).await;
    let disabled = app.request("PATCH", "/v1/accounts/ana").signed_in(&admin);
    disabled.json(&json!({ "disabled": true })).ok(200).await;
    let mut answers = Vec::new();
    for (login, password) in [
        ("root", "wrong"),
        ("nobody", PASSWORD),
        ("no login", PASSWORD),
        ("ana", "any"),
    ] {
        let mut answer = sign_in(&app, login, password).await;
        assert!(!answer.headers.contains_key("set-cookie"));
        answer.body["request_id"].take();
        answers.push((answer.status.as_u16(), answer.body));
    }
    assert_eq!(
        (answers[0].0, &answers[0].1["code"]),
        (401, &json!("sign_in_failed"))
    );
    assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:?}");
    let refused = entries(&app)
        .await
        .into_iter()
        .filter(|entry| entry["action"] == "session.refused");
    let targets: Vec<_> = refused.map(|entry| entry["target"].clone()).collect();
    // What is no login of ours is not kept: it may be a password.
    assert_eq!(targets, ["", "", "", "account:root"]);
}

#[tokio::test]
async fn whoever_guesses_is_slowed_down() {
    let app = TestApp::with(Options {
        sign_in_burst: 3,
        sign_in_per_minute: 1,
        ..Options::default()
    })
    .await;
    let attempt = |login: &str, peer: &str| {
        let body = json!({ "login": login, "password": "guess" });
        app.post("/v1/session", "", &body).peer(peer)
    };
    for login in ["a", "b", "c"] {
        attempt(login, "192.0.2.1:1").problem(401, "sign_in_failed").await;
    }
    let refused = attempt("d", "192.0.2.1:2").problem(429, "rate_limited").await;
    assert!(refused.headers.contains_key("retry-after"));
    // One login from many addresses, however it is written.
    for (login, peer) in [
        ("eve", "192.0.2.2:1"),
        ("EVE", "192.0.2.3:1"),
        (" eve", "192.0.2.4:1"),
    ] {
        attempt(login, peer).problem(401, "sign_in_failed").await;
    }
    attempt("eve", "192.0.2.5:1").problem(429, "rate_limited").await;
    attempt("ann", "192.0.2.5:1").problem(401, "sign_in_failed").await;
}

#[tokio::test]
async fn an_administrator_invites_changes_and_disables() {
    let app = TestApp::new().await;
    let admin = administrator(&app).await;
    let call =
        |method: &str, path: &str, body: Value| app.request(method, path).signed_in(&admin).json(&body);
    let ana = json!({ "login": "Ana", "name": "Ana A.", "role": "agent" });
    let invitation = call("POST", "/v1/accounts", ana.clone()).ok(201).await;
    assert_eq!(invitation["account"]["login"], "ana");
    call("POST", "/v1/accounts", ana)
        .problem(409, "login_taken")
        .await;
    let integrator = json!({ "login": "x", "role": "integrator" });
    call("POST", "/v1/accounts", integrator)
        .problem(422, "invalid_field")
        .await;
    // A second link voids the first.
    let newer = call("POST", "/v1/accounts/ana/invite", json!({})).ok(200).await;
    let redeem = |token: String| app.post("/v1/setup", "", &json!({ "token": token, "password": PASSWORD }));
    redeem(token_of(&invitation)).problem(403, "link_spent").await;
    let browser_of_ana = browser(&redeem(token_of(&newer)).send().await);
    let listed = app.get("/v1/accounts", &app.admin).ok(200).await;
    assert_eq!(listed["data"][0]["name"], "Ana A.");
    assert_eq!(listed["data"][0]["signed_in_at"], "2026-01-05T09:00:00Z");
    // She can be offered conversations, as soon as she says that she is there.
    let here = app
        .request("POST", "/v1/agents/ana/presence")
        .signed_in(&browser_of_ana);
    let state = here.json(&json!({ "presence": "online" })).ok(200).await;
    assert_eq!(
        (&state["name"], &state["capacity"]),
        (&json!("Ana A."), &json!(4))
    );

    call("PATCH", "/v1/accounts/ana", json!({ "disabled": true }))
        .ok(200)
        .await;
    let look = app.request("GET", "/v1/session").cookie(&browser_of_ana);
    look.problem(401, "missing_token").await;
    call("POST", "/v1/accounts/ana/invite", json!({}))
        .problem(403, "forbidden")
        .await;
    for change in [json!({ "role": "agent" }), json!({ "disabled": true })] {
        call("PATCH", "/v1/accounts/root", change)
            .problem(409, "last_administrator")
            .await;
    }
    call("PATCH", "/v1/accounts/nobody", json!({}))
        .problem(404, "not_found")
        .await;
}

#[tokio::test]
async fn people_change_their_password() {
    let app = TestApp::new().await;
    let (one, other) = (administrator(&app).await, sign_in(&app, "root", PASSWORD).await);
    let other = browser(&other);
    let change = |current: &str, new: &str| {
        let body = json!({ "current": current, "new": new });
        app.request("POST", "/v1/session/password")
            .signed_in(&one)
            .json(&body)
    };
    let refused = change("wrong", "another four words")
        .problem(422, "invalid_field")
        .await;
    assert_eq!(refused.body["errors"][0]["pointer"], "/current");
    let refused = change(PASSWORD, "short").problem(422, "invalid_field").await;
    assert_eq!(refused.body["errors"][0]["pointer"], "/new");
    assert_eq!(change(PASSWORD, "another four words").send().await.status, 204);
    let look = |person: &Person| app.request("GET", "/v1/session").cookie(person);
    look(&one).ok(200).await;
    look(&other).problem(401, "missing_token").await;
    assert_eq!(sign_in(&app, "root", PASSWORD).await.status, 401);
    browser(&sign_in(&app, "root", "another four words").await);
}

#[tokio::test]
async fn keys_are_made_listed_and_taken_back() {
    let app = TestApp::new().await;
    let admin = administrator(&app).await;
    let call =
        |method: &str, path: &str, body: Value| app.request(method, path).signed_in(&admin).json(&body);
    let made = call("POST", "/v1/keys", json!({ "name": "bo", "role": "agent" }))
        .ok(201)
        .await;
    let key = made["key"].as_str().unwrap();
    app.get("/v1/queue", key).ok(200).await;
    for (name, role, pointer) in [
        ("a b", "agent", "/name"),
        (" ", "admin", "/name"),
        ("x", "boss", "/role"),
    ] {
        let refused = call("POST", "/v1/keys", json!({ "name": name, "role": role }));
        let refused = refused.problem(422, "invalid_field").await;
        assert_eq!(refused.body["errors"][0]["pointer"], pointer);
    }
    let listed = call("GET", "/v1/keys", json!({})).ok(200).await;
    let listed = listed["data"].as_array().unwrap();
    assert_eq!(listed.len(), 4);
    assert!(listed.iter().all(|key| key.get("key").is_none()));
    let path = format!("/v1/keys/{}", made["id"].as_str().unwrap());
    assert_eq!(call("DELETE", &path, json!({})).send().await.status, 204);
    app.get("/v1/queue", key).problem(401, "invalid_token").await;
    call("DELETE", &path, json!({})).problem(404, "not_found").await;
}

#[tokio::test]
async fn the_log_says_who_did_what_and_holds_no_secret() {
    let app = TestApp::new().await;
    let admin = administrator(&app).await;
    let call =
        |method: &str, path: &str, body: Value| app.request(method, path).signed_in(&admin).json(&body);
    let key = call(
        "POST",
        "/v1/keys",
        json!({ "name": "desk", "role": "integrator" }),
    )
    .ok(201)
    .await;
    let invited = call("POST", "/v1/accounts", json!({ "login": "ana", "role": "agent" }))
        .ok(201)
        .await;
    call("PATCH", "/v1/accounts/ana", json!({ "role": "supervisor" }))
        .ok(200)
        .await;
    // What fails and what only reads leaves nothing.
    call("PATCH", "/v1/accounts/nobody", json!({}))
        .problem(404, "not_found")
        .await;
    call("GET", "/v1/accounts", json!({})).ok(200).await;
    app.request("PUT", "/v1/agents/ana")
        .token(&app.integrator)
        .json(&json!({ "capacity": 2 }))
        .ok(200)
        .await;
    let entries = entries(&app).await;
    let told: Vec<_> = entries
        .iter()
        .map(|entry| format!("{} {} {}", entry["actor"], entry["action"], entry["target"]).replace('"', ""))
        .collect();
    assert!(
        told[0].starts_with("key:key_") && told[0].ends_with(" put_agent /v1/agents/ana"),
        "{}",
        told[0]
    );
    assert_eq!(
        told[1..],
        [
            "account:root change_account /v1/accounts/ana",
            "account:root create_account /v1/accounts",
            "account:root create_key /v1/keys",
            "account:root session.created account:root",
            "account:root password.set account:root",
        ]
    );
    assert_eq!(entries[1]["detail"], json!({ "role": "supervisor" }));
    assert_eq!(entries[1]["address"], "192.0.2.7");
    let text = format!("{entries:?}");
    for secret in [
        PASSWORD,
        &admin.token,
        &admin.csrf,
        key["key"].as_str().unwrap(),
        &token_of(&invited),
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
}
