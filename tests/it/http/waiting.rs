//! Requests whose answer takes a lookup: waited for, in bounded time, whatever becomes of the lookup or the server.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use firstline::domain::flow::Flow;
use firstline::domain::lookup::{LookupResult, LookupSpec};
use firstline::domain::task::{ClaimedTask, Work};
use firstline::domain::time::Timestamp;
use firstline::domain::turn::Input;
use firstline::http::state::Options;
use firstline::knowledge::Knowledge;
use firstline::ports::{Inbox, Tasks};
use firstline::triage::policy::{Policy, Written};
use serde_json::{Value, json};

use super::app::{Setup, TestApp};
use crate::support::{copy_folder, repository};

/// Says one thing of two when it has been looked up.
const FLOW: &str = "
id: track
title: Where is my order
intents: [track_order]
slots:
  bicycle: { choices: { volt: [volt], tern: [tern] }, ask: which }
steps:
  - ask: bicycle
  - lookup: shop.order
    as: order
    with: { bicycle: slots.bicycle }
    on: { not_found: { say: unknown } }
  - say: found
    buttons: [Thanks, Talk to a person]
replies:
  which: Which of them?
  unknown: There is no such order.
  found: 'It is {{ order.status }}.'
";

/// The sample business with this flow and no other.
fn policy() -> Arc<Policy> {
    let folder = tempfile::tempdir().unwrap();
    copy_folder(&repository().join("knowledge"), folder.path());
    let flows = folder.path().join("flows");
    fs::remove_dir_all(&flows).ok();
    fs::create_dir(&flows).unwrap();
    fs::write(flows.join("track.yml"), FLOW).unwrap();
    let knowledge = Knowledge::load(folder.path()).unwrap();
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let lookup = LookupSpec {
        name: "shop.order".to_owned(),
        arguments: set(&["bicycle"]),
        fields: set(&["status", "depot"]),
        outcomes: set(&["ok", "not_found"]),
        private: false,
        writes: false,
        sends_code: false,
    };
    let flows: Vec<Flow> = knowledge.flows.into_iter().map(|(_, flow)| flow).collect();
    let written = Written {
        replies: &knowledge.replies,
        flows: &flows,
        lookups: &[lookup],
    };
    let text = fs::read_to_string(folder.path().join("policy.yml")).unwrap();
    Arc::new(Policy::parse(&text, &written, "http://127.0.0.1:8080", "test".into()).unwrap())
}

async fn app() -> TestApp {
    TestApp::of(Setup {
        policy: policy(),
        ..Setup::default()
    })
    .await
}

/// The next task, as a worker takes it.
async fn task(app: &TestApp) -> ClaimedTask {
    for _ in 0..500 {
        let mut claimed = app.store.claim_tasks(now(app), Timestamp::MAX, 1).await.unwrap();
        if let Some(task) = claimed.pop() {
            return task;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("nothing was asked for");
}

fn now(app: &TestApp) -> Timestamp {
    (app.engine.clock)()
}

async fn end(app: &TestApp, claimed: &ClaimedTask, outcome: &str) {
    let Work::Lookup { request } = &claimed.task.work else {
        panic!("{claimed:?}")
    };
    assert_eq!(request.lookup, "shop.order");
    let fields = [("status", "packed"), ("depot", "north yard")];
    let result = LookupResult {
        outcome: outcome.to_owned(),
        fields: fields.map(|(name, value)| (name.to_owned(), value.into())).into(),
        problem: String::new(),
    };
    let task = claimed.task.id.clone();
    let input = Input::LookupDone { task, result };
    let (workspace, conversation) = (&claimed.workspace, &claimed.conversation);
    app.engine.deliver(workspace, conversation, &input).await.unwrap();
}

fn question() -> Value {
    json!({ "text": "where is my parcel, the volt" })
}

fn texts(turn: &Value) -> Vec<&str> {
    let replies = turn["replies"].as_array().unwrap().iter();
    replies.map(|reply| reply["text"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_answer_that_takes_a_lookup_is_waited_for() {
    let app = app().await;
    let (id, token) = app.open().await;
    let path = format!("/v1/conversations/{id}/messages");
    let body = question();
    let look_up = async {
        let claimed = task(&app).await;
        end(&app, &claimed, "ok").await;
    };
    let (turn, ()) = tokio::join!(app.post(&path, &token, &body).ok(201), look_up);
    assert_eq!(
        (&turn["action"], &turn["version"]),
        (&json!("answer"), &json!(3)),
        "{turn}"
    );
    assert_eq!(texts(&turn), ["It is packed."]);
    assert_eq!(
        turn["replies"][0]["buttons"],
        json!(["Thanks", "Talk to a person"])
    );
    assert_eq!(turn["message"]["text"], body["text"]);
    let messages = app.get(&path, &token).ok(200).await;
    assert_eq!(messages["data"][1], turn["replies"][0]);
    assert!(messages["data"][0].get("buttons").is_none(), "{messages}");

    // The same when a conversation is opened with the question, and for staff with how it was read.
    let opening = json!({ "message": body });
    let look_up = async {
        let claimed = task(&app).await;
        end(&app, &claimed, "not_found").await;
    };
    let call = app.post("/v1/conversations", &app.integrator, &opening);
    let (opened, ()) = tokio::join!(call.ok(201), look_up);
    assert_eq!(texts(&opened), ["There is no such order."]);
    assert_eq!(opened["intent"]["name"], "track_order");
}

#[tokio::test]
async fn what_was_answered_is_for_staff_alone_but_for_what_is_said() {
    let app = app().await;
    let (id, token) = app.open().await;
    let path = format!("/v1/conversations/{id}");
    let body = question();
    let look_up = async {
        let claimed = task(&app).await;
        end(&app, &claimed, "ok").await;
    };
    let messages = format!("{path}/messages");
    let (turn, ()) = tokio::join!(app.post(&messages, &token, &body).ok(201), look_up);
    let trace = app.get(&format!("{path}/trace"), &app.agent).ok(200).await;
    let asked = &trace["data"][1]["tasks"][0];
    assert_eq!(
        (&asked["kind"], &asked["lookup"], &asked["arguments"]),
        (
            &json!("lookup"),
            &json!("shop.order"),
            &json!({ "bicycle": "volt" })
        )
    );
    let done = &trace["data"][2];
    assert_eq!(
        (&done["input"], &done["action"]),
        (&json!("lookup_done"), &json!("answer"))
    );
    assert_eq!(
        done["result"],
        json!({ "task": asked["id"], "outcome": "ok", "fields": { "status": "packed", "depot": "north yard" } })
    );
    app.get(&format!("{path}/trace"), &token)
        .problem(403, "forbidden")
        .await;
    let seen = [
        turn,
        app.get(&path, &token).ok(200).await,
        app.get(&messages, &token).ok(200).await,
    ];
    for seen in seen {
        let seen = seen.to_string();
        assert!(
            !seen.contains("north yard") && !seen.contains("shop.order"),
            "{seen}"
        );
    }
}

#[tokio::test]
async fn when_the_time_is_over_the_answer_follows() {
    let app = app().await;
    let (id, token) = app.open().await;
    let path = format!("/v1/conversations/{id}/messages");
    let started = Instant::now();
    let turn = app
        .post(&format!("{path}?wait=1"), &token, &question())
        .ok(201)
        .await;
    assert!(
        started.elapsed() >= Duration::from_secs(1),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(
        (&turn["action"], &turn["version"]),
        (&json!("wait"), &json!(2)),
        "{turn}"
    );
    let claimed = task(&app).await;

    let started = Instant::now();
    let impatient = json!({ "text": "where is my parcel??" });
    let turn = app
        .post(&format!("{path}?wait=0"), &token, &impatient)
        .ok(201)
        .await;
    assert_eq!(turn["action"], "wait", "{turn}");
    assert!(
        started.elapsed() < Duration::from_secs(1),
        "{:?}",
        started.elapsed()
    );
    end(&app, &claimed, "ok").await;
    let messages = app.get(&path, &token).ok(200).await;
    assert_eq!(
        messages["data"].as_array().unwrap().last().unwrap()["text"],
        "It is packed."
    );
}

#[tokio::test]
async fn a_repeated_request_waits_for_the_same_answer() {
    let app = app().await;
    let (id, token) = app.open().await;
    let path = format!("/v1/conversations/{id}/messages");
    let body = question();
    let send = |path: &str| app.post(path, &token, &body).header("idempotency-key", "k1");
    let first = send(&format!("{path}?wait=0")).ok(201).await;
    assert_eq!(first["action"], "wait");
    let look_up = async {
        let claimed = task(&app).await;
        end(&app, &claimed, "ok").await;
    };
    let (second, ()) = tokio::join!(send(&path).ok(201), look_up);
    assert_eq!(
        (&second["message"], texts(&second)),
        (&first["message"], vec!["It is packed."])
    );
    // Whatever is said later has other requests.
    app.post(&path, &token, &json!({ "text": "my password" }))
        .ok(201)
        .await;
    for path in [path.clone(), format!("{path}?wait=0")] {
        assert_eq!(send(&path).ok(201).await, second);
    }
    let messages = app.get(&path, &token).ok(200).await;
    assert_eq!(messages["data"].as_array().unwrap().len(), 4, "{messages}");
}

#[tokio::test]
async fn a_person_who_takes_over_ends_the_wait() {
    let app = app().await;
    let (id, token) = app.open().await;
    let path = format!("/v1/conversations/{id}");
    let body = question();
    let claim = async {
        task(&app).await;
        app.post(&format!("{path}/claim"), &app.agent, &json!({}))
            .ok(200)
            .await
    };
    let messages = format!("{path}/messages");
    let (turn, claimed) = tokio::join!(app.post(&messages, &token, &body).ok(201), claim);
    assert_eq!(
        (&turn["owner"], &turn["version"]),
        (&json!("agent"), &claimed["version"])
    );
    assert_eq!(texts(&turn), texts(&claimed));
}

#[tokio::test]
async fn a_server_that_drains_answers_at_once() {
    let app = app().await;
    let (id, token) = app.open().await;
    let path = format!("/v1/conversations/{id}/messages?wait=20");
    let body = question();
    let stop = async {
        task(&app).await;
        app.tasks.stop().cancel();
    };
    let started = Instant::now();
    let (turn, ()) = tokio::join!(app.post(&path, &token, &body).ok(201), stop);
    assert_eq!((&turn["action"], &turn["replies"]), (&json!("wait"), &json!([])));
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn waiting_ends_before_the_request_is_given_up() {
    let options = Options {
        timeout_seconds: 6,
        ..Setup::default().options
    };
    let app = TestApp::of(Setup {
        options,
        policy: policy(),
        ..Setup::default()
    })
    .await;
    let (id, token) = app.open().await;
    let path = format!("/v1/conversations/{id}/messages?wait=20");
    let started = Instant::now();
    let turn = app.post(&path, &token, &question()).ok(201).await;
    assert_eq!(turn["action"], "wait");
    assert!(
        started.elapsed() < Duration::from_secs(6),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn a_note_written_meanwhile_is_no_part_of_the_answer() {
    let app = app().await;
    let (id, token) = app.open().await;
    let path = format!("/v1/conversations/{id}");
    let messages = format!("{path}/messages?wait=0");
    let body = question();
    let ask = || {
        app.post(&messages, &token, &body)
            .header("idempotency-key", "once")
    };
    let asked = ask().ok(201).await;
    assert_eq!(asked["action"], "wait");
    let note = json!({ "text": "an odd one" });
    app.post(&format!("{path}/notes"), &app.agent, &note)
        .ok(201)
        .await;
    assert_eq!(ask().ok(201).await, asked);
}
